"""How many seats lists have won, on the page of a poll and in the terminal."""

from __future__ import annotations

import json

import pytest

from tests.api.conftest import HTML
from tests.api.test_cli import folkmoot
from tests.features.polls.test_readiness import ruled_by

LISTS = ruled_by("party_list", "seats = 4")


@pytest.mark.parametrize("moot_text", [LISTS], indirect=True)
def test_a_poll_by_lists_says_how_many_seats_each_has(client, moot):
    poll = moot.poll(options=3)
    moot.vote(poll, "1", "1", "1", "2", "1")
    moot.end(poll)
    shown = client.get(f"/polls/{poll}").json()["result"]
    assert (shown["winners"], shown["seats"], shown["scores"]) == ([1, 2], [3, 1], ["3", "1", "0"])
    assert "option 0 3 seats and option 1 1 seat</p>" in client.get(f"/polls/{poll}", headers=HTML).text


def test_a_file_counted_by_lists_says_how_many_seats_each_has(tmp_path):
    file = tmp_path / "votes.txt"
    file.write_text("4: yellow\n1: white\n")
    asked = ("tally", str(file), "--rule", "party_list", "--set", "seats=4")
    assert "winners: yellow (3 seats), white (1 seat)" in folkmoot(*asked).stdout.splitlines()
    assert json.loads(folkmoot(*asked, "--json").stdout)["seats"] == {"yellow": 3, "white": 1}
