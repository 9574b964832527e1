"""A real browser draws a closed poll: nothing breaks the content policy, and nothing is wider than a phone."""

from __future__ import annotations

import pytest

from engine.kernel import charter as charters
from tests.browser.test_pages import CHROMIUM, FLAGS, playwright, served
from tests.moot import Moot

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: apt-get install chromium")]
PICTURES = {
    "instant_runoff": (".rounds rect", ["1>2", "1>2", "2>3", "3>1", "3>2", "2>1", "1", "4>3>2"]),
    "schulze": (".duels td", ["1>2", "2>1>3", "2>3", "3>1>2"]),
    "majority_judgment": (".rounds rect", ["1:5,2:3", "2:4,3:1", "3:2"]),
}


@pytest.fixture(params=PICTURES)
def closed(request):
    terms = f'rule = "{request.param}"' + ("\npoints_max = 5" if request.param == "majority_judgment" else "")
    text = charters.preset("product").replace('rule = "schulze"', terms)
    choices = PICTURES[request.param][1]

    def ask(moot):
        poll = moot.poll(options=5)
        moot.vote(poll, *choices)
        moot.end(poll)
        return poll

    for house in served(Moot(members=len(choices) - 1, text=text), ask):
        yield request.param, house


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 390], ids=["desk", "phone"])
def test_a_closed_poll_is_drawn(closed, width, scheme):
    rule, (_, poll, _, address) = closed
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        for path, drawn in ((f"/polls/{poll}", PICTURES[rule][0]), (f"/polls/{poll}/other-rules", ".grid td")):
            page.goto(address + path)
            box = page.locator(drawn).first.bounding_box()
            assert box is not None and box["width"] > 5 and box["height"] > 5
            assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        assert page.locator(".crow svg circle").count() > 0
        assert not complaints
        chromium.close()
