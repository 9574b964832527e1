"""A real browser votes: with and without JavaScript, at a desk and on a phone."""

from __future__ import annotations

import shutil
import socket
import threading
import time

import pytest
import uvicorn

from api.app import build
from api.doors import siwe
from api.doors.session import Sessions
from engine.features.polls.state import Polls
from engine.kernel import charter as charters
from engine.log.signing import shown
from tests.moot import Moot
from tests.signing import key, register

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install -e '.[browser]'")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: apt-get install chromium")]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def house():
    yield from served(Moot(members=3), lambda moot: moot.poll())


@pytest.fixture
def knapsacks():
    text = charters.preset("budget").replace('ballot = "approval"', 'ballot = "knapsack"')
    yield from served(Moot(members=3, text=text).funded(), ask_for_knapsacks)


@pytest.fixture(scope="module")
def keyed():
    yield from served(Moot(members=3), lambda moot: register(moot, "m2"))


def ask_for_knapsacks(moot):
    for cost in (600, 500, 300):
        moot.idea(cost=cost)
    return moot.poll("budget", options=0, budget=1_000)


def served(moot, ask):
    """The community behind a real port for as long as somebody looks at it."""
    moot.now = time.time_ns() // 1_000_000
    poll = ask(moot)
    sessions = Sessions(bytes(32))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(build(moot.community, sessions), port=port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield moot, poll, sessions, f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without"])
@pytest.mark.parametrize(("width", "member"), [(1200, "m2"), (390, "m3")], ids=["desk", "phone"])
def test_a_member_signs_in_votes_and_finds_her_receipt(house, script, width, member):
    moot, poll, sessions, address = house
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_context(viewport={"width": width, "height": 844}, java_script_enabled=script).new_page()
        asked, errors = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.goto(f"{address}/session?token={sessions.token(member, time.time_ns() // 1_000_000)}")
        page.click("text=Which?")
        page.select_option('select[name="rank.2"]', "1")
        page.select_option('select[name="rank.1"]', "2")
        if script:
            assert page.inner_text("[data-counter]") == "2 ranked"
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.click("text=Cast my ballot")
        assert "You voted option 1, then option 0" in page.inner_text("main")
        page.click('a:has-text("your receipt")')
        assert "ballot sealed" in page.inner_text("h1")
        assert all(url.startswith(address) for url in asked) and not errors
        browser.close()
    assert moot.of(Polls)[poll].ballots.cast_by(member) >= 0


def test_a_knapsack_says_when_it_is_full(knapsacks):
    _, poll, sessions, address = knapsacks
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
        page.goto(f"{address}/session?token={sessions.token('m2', time.time_ns() // 1_000_000)}")
        page.goto(f"{address}/polls/{poll}")
        page.check("input[name=option][value='1']")
        page.check("input[name=option][value='2']")
        assert page.inner_text("[data-counter].warn") == "1,100 of 1,000\u00a0EUR: more than there is"
        page.click("text=Cast my ballot")
        assert "cost more than the budget together" in page.inner_text("main")
        page.go_back()
        page.uncheck("input[name=option][value='2']")
        assert page.inner_text("[data-counter]:not(.warn)") == "600 of 1,000\u00a0EUR"
        page.click("text=Cast my ballot")
        assert "You voted A bench" in page.inner_text("main")
        browser.close()


@pytest.mark.parametrize("width", [1200, 390])
def test_a_wallet_in_the_browser_signs_a_member_in(keyed, width):
    _, _, _, address = keyed
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_context(viewport={"width": width, "height": 844}).new_page()
        errors = []
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.expose_function("sign_in_wallet", lambda text: key("m2").sign(siwe.digest(text)))
        page.add_init_script(
            """window.ethereum = {request: async ({method, params}) =>
                 method === "personal_sign" ? await sign_in_wallet(params[0]) : ["ADDRESS"]}""".replace("ADDRESS", shown(key("m2").address))
        )  # fmt: skip
        page.goto(f"{address}/members")
        page.click("text=Sign in with your wallet")
        page.click("text=Ask my wallet")
        assert "wants you to sign in" in page.inner_text("form")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.click("text=Sign with my wallet")
        page.wait_for_url(f"{address}/")
        assert page.get_attribute(".me a", "href") == "/members/m2" and not errors
        browser.close()
