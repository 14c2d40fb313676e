"""The log as JSON: the same bytes anywhere, and what they say is what happened."""

import json
from typing import Any

import pytest

from scenarios.errors import InputError
from scenarios.loader import load
from scenarios.session import Session
from tests.scenarios.log.runs import S, kept, run_to, table

KEYS = [
    "slot", "state", "ballot", "proposer", "proposed_us", "chosen_us", "client", "sequence", "says",
    "command", "verdict", "answer", "proposals", "cps",
]  # fmt: skip


def rows(session: Session, text: str = "") -> list[dict[str, Any]]:
    """All lines as objects."""
    return [json.loads(line) for line in session.log_lines(text) if line]


@pytest.mark.parametrize("scenario", ["leader-crash", "snapshot-catch-up", "grow-and-shrink"])
def test_each_slot_is_a_line_that_agrees_with_the_table(scenario: str) -> None:
    """By the same names as in the docs, in their order."""
    session = kept(scenario, 300 * S)
    found = rows(session)
    seen = table(session)
    assert [row["slot"] for row in found] == list(range(1, seen.last + 1))
    for row, old in zip(found, seen.rows, strict=True):
        assert list(row) == KEYS
        assert (row["says"], row["state"]) == (old.command, old.state.name.lower())
        assert row["ballot"] in (None, old.ballot)
        cells = [(it["state"], it["ballot"] or "") for it in row["cps"].values()]
        assert cells == [(cell.state.name.lower(), cell.ballot) for cell in old.cells]
        if row["chosen_us"] is not None:
            assert row["proposed_us"] < row["chosen_us"]
            made = [it for it in row["proposals"] if it["ballot"] == row["ballot"]]
            assert row["chosen_us"] in made[0]["votes_us"].values()
            assert made[0]["says"] == row["says"]


def test_two_runs_give_the_same_bytes() -> None:
    """And another seed gives others."""
    one, two = ("".join(kept("leader-crash", 250 * S).log_lines()) for _ in range(2))
    assert one == two
    assert "".join(kept("leader-crash", 250 * S, seed=8).log_lines()) != one


def test_lines_are_of_the_time_when_they_were_asked_for() -> None:
    """Also if the run goes on while they are taken one by one."""
    session = kept("leader-crash", 200 * S)
    expected = list(session.log_lines())
    lines = session.log_lines()
    taken = iter(lines)
    first = [next(taken) for _ in range(20)]
    session.act("crash", cp="CP2")
    run_to(session, 300 * S)
    assert first + list(taken) == expected
    assert lines.total == len(expected)
    assert rows(session)[0]["cps"] != json.loads(expected[0])["cps"] or len(rows(session)) > 20


def test_a_filter_leaves_out_whole_lines() -> None:
    """Those that are there are the same."""
    session = kept("leader-crash", 250 * S)
    every = {row["slot"]: row for row in rows(session)}
    some = rows(session, "cp:CP4 meter")
    assert 0 < len(some) < len(every)
    assert all(row == every[row["slot"]] and row["command"]["cp"] == "CP4" for row in some)
    with pytest.raises(InputError, match='cp: found "CP7"'):
        session.log_lines("cp:CP7")


def test_nothing_is_known_where_nobody_kept_the_log() -> None:
    """An error in a sentence."""
    with pytest.raises(InputError, match="the log of this run is not remembered"):
        Session(load("ten-minutes"), 7).log_lines()


def test_reads_and_changes_are_decoded_too() -> None:
    """A question by its name, a change by node and step."""
    changes = rows(kept("grow-and-shrink", 200 * S), "kind:change")
    assert changes
    assert all(row["command"]["for"] == "change" for row in changes)
    assert {"node", "step", "version"} <= set(changes[0]["command"])
    reads = rows(kept("lease-reads", 200 * S), "kind:read")
    assert reads[0]["command"]["question"][0] in ("summary", "limit", "transaction")
    assert isinstance(reads[0]["answer"], dict)
