"""Rows on the disk, and what is recovered from them."""

from typing import Any

from paxos.ballot import NO_BALLOT, Ballot
from paxos.records import ACCEPTED, COMMITTED, DECIDED, INCARNATION, PROMISED, Recovered, recover

A, B = Ballot(1, 1), Ballot(2, 2)


def test_an_empty_disk_says_nothing() -> None:
    """No rows: the first start of a node."""
    assert recover([]) == Recovered(0, NO_BALLOT, {}, {}, 0)


def test_the_highest_promise_counts() -> None:
    """Promises of ballots and the ballots of acceptances both bind; the order does not matter."""
    assert recover([[PROMISED, *B], [PROMISED, *A]]).promised == B
    assert recover([[PROMISED, *A], [ACCEPTED, *B, 1, b"x"]]).promised == B


def test_the_last_acceptance_of_a_slot_counts() -> None:
    """A slot accepted anew stands at its newer ballot."""
    rows: list[list[Any]] = [[ACCEPTED, *A, 1, b"a"], [ACCEPTED, *A, 2, b"b"]]
    rows.append([ACCEPTED, *B, 1, b"A"])
    assert recover(rows).accepted == {1: (B, b"A"), 2: (A, b"b")}


def test_starts_are_counted() -> None:
    """The incarnation is the highest that was written."""
    assert recover([[INCARNATION, 1], [INCARNATION, 2]]).incarnation == 2


def test_a_commit_row_decides_what_was_accepted_by_then() -> None:
    """Slots up to the commit slot are decided as they were accepted when the row was written."""
    rows: list[list[Any]] = [[ACCEPTED, *A, 1, b"a"], [ACCEPTED, *A, 2, b"b"], [COMMITTED, 1]]
    rows += [[ACCEPTED, *B, 1, b"later"], [ACCEPTED, *B, 2, b"B"], [COMMITTED, 2]]
    found = recover(rows)
    assert found.decided == {1: b"a", 2: b"B"}
    assert found.commit_slot == 2


def test_a_decision_row_beats_what_was_accepted() -> None:
    """A value learned as decided stands, whatever was accepted for the slot before or after."""
    rows: list[list[Any]] = [[ACCEPTED, *A, 1, b"other"], [DECIDED, 1, b"chosen"], [COMMITTED, 1]]
    assert recover(rows).decided == {1: b"chosen"}
    rows.append([ACCEPTED, *B, 1, b"other"])
    assert recover(rows).decided == {1: b"chosen"}


def test_every_beginning_of_a_disk_can_be_recovered() -> None:
    """A crash keeps any beginning of what was written: none of them is a contradiction."""
    rows: list[list[Any]] = [
        [INCARNATION, 1],
        [PROMISED, *A],
        [ACCEPTED, *A, 1, b"a"],
        [DECIDED, 2, b"b"],
        [COMMITTED, 2],
        [ACCEPTED, *B, 3, b"c"],
        [COMMITTED, 3],
    ]
    slots = [recover(rows[:length]).commit_slot for length in range(len(rows) + 1)]
    assert slots == [0, 0, 0, 0, 0, 2, 2, 3]
