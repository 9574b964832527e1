"""The README's table of rules is the catalogue, and the constraints name no index."""

import re
from pathlib import Path

from api.rulebook import pages

ROOT = Path(__file__).parent.parent


def table() -> str:
    rows = [f"| {page['family']} | `{page['name']}` | {page['page'].splitlines()[0]} |" for page in pages()]
    return "\n".join(["| family | rule | what it does |", "|---|---|---|", *rows])


def test_the_table_of_rules_is_the_catalogue():
    """`python -m tests.test_readme` writes it."""
    written = re.search(r"<!-- rules -->\n(.*)\n<!-- /rules -->", (ROOT / "README.md").read_text(), re.DOTALL)
    assert written and written[1] == table()


def test_constraints_pin_versions_and_name_no_index():
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    assert len(lines) > 30
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==\S+( ; .+)?", line) for line in lines)


def test_charters_in_the_presets_are_read():
    from engine.kernel import charter

    for name in charter.presets():
        assert charter.lawful(charter.preset(name)).terms


def test_what_the_readme_shows_of_a_charter_holds_together():
    from engine.kernel import charter

    shown = re.findall(r"```toml\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert shown
    for part in shown:
        assert charter.lawful(f"{charter.preset('product')}\n{part}").terms


if __name__ == "__main__":
    readme = ROOT / "README.md"
    text = re.sub(
        r"<!-- rules -->\n.*\n<!-- /rules -->", lambda _: f"<!-- rules -->\n{table()}\n<!-- /rules -->", readme.read_text(), flags=re.DOTALL
    )
    readme.write_text(text)
