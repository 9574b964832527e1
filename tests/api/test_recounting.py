"""From a terminal: other rules on a closed poll, its ballots as a file, and that file counted by the command it comes with."""

from __future__ import annotations

import json

from tests.api.test_cli import answer, ask, folkmoot


def voted(folder):
    """A community of three with a closed poll p4."""
    folkmoot("found", "product", folder, "--name", "Ana")
    for name in ("Bo", "Cy"):
        ask(folder, "newcomer", command="JoinCommunity", name=name)
    options = [{"label": name} for name in ("Monday", "Friday", "Sunday")]
    assert ask(folder, "m1", command="OpenPoll", decision="ranking", question="Which day?", options=options)["seq"] == 4
    for member, choice in (("m1", "1>2"), ("m2", "2>3>1"), ("m3", "3>2")):
        ask(folder, member, command="CastBallot", poll="p4", choice=choice)
    return folder


def test_a_closed_poll_is_compared_and_its_ballots_are_counted_again(tmp_path):
    folder = voted(tmp_path / "moot")
    still_open = folkmoot("compare", folder, "p4", "--json", code=1)
    assert json.loads(still_open.stderr)["code"] == "poll_still_open"
    ask(folder, "m1", command="ClosePoll", poll="p4")
    lines = folkmoot("compare", folder, "p4").stdout.splitlines()
    assert lines[0] == "The poll was held by schulze@1: Friday" and lines[1].split() == ["A", "B", "C"]
    assert any(line.startswith("Friday wins by ") for line in lines)
    shown = answer("compare", folder, "p4")
    assert shown["winners"] == [2] and shown["compared"] == answer("show", folder, "p4/other-rules")["compared"]

    out = tmp_path / "days.soi"
    wrote = answer("ballots", folder, "p4", "--format", "preflib", "--out", out)
    assert (wrote["ballots"], wrote["left_out"]) == (3, ["eligible: 3"])
    words = wrote["command"].split()
    assert words[:3] == ["folkmoot", "tally", str(out)]
    assert answer(*words[1:])["winners"] == ["Friday"]
    assert "file_exists" in folkmoot("ballots", folder, "p4", "--out", out, code=1).stderr
    assert "is not a budget" in folkmoot("ballots", folder, "p4", "--format", "pb", "--out", tmp_path / "days.pb", code=1).stderr
    assert not (tmp_path / "days.pb").exists()
    assert folkmoot("ballots", folder, "p4", "--numbers", place=tmp_path).stdout.startswith("Wrote 3 ballots to p4.txt.")
    assert 'options: "' in (tmp_path / "p4.txt").read_text() and "Friday" not in (tmp_path / "p4.txt").read_text()


def test_a_folder_without_a_poll_and_a_poll_with_seats_are_refused(tmp_path):
    folder = voted(tmp_path / "moot")
    assert "name a closed poll of this community" in folkmoot("compare", folder, code=1).stderr
    assert "a poll's seats are those it was held with" in folkmoot("compare", folder, "p4", "--seats", "2", code=1).stderr
    assert "thing_unknown" in folkmoot("compare", folder, "p9x", code=1).stderr
    assert "thing_unknown" in folkmoot("ballots", folder, "../p4", code=1).stderr


def test_a_file_is_compared_with_the_grid_first(tmp_path):
    (tmp_path / "votes.txt").write_text("4: garden > library > pool\n3: library > pool > garden\n2: pool > library > garden\n")
    lines = folkmoot("compare", tmp_path / "votes.txt").stdout.splitlines()
    assert lines[0].split() == ["A", "B"] and max(map(len, lines[:6])) <= 80
    grid = answer("compare", tmp_path / "votes.txt")["grid"]
    assert grid["options"] == ["library", "garden"] and sum(len(row["rules"]) for row in grid["rows"]) > 20
