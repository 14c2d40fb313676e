"""The logbook: it keeps every slot, packs what is behind, and forks share their past."""

import pytest

from paxos.ballot import Ballot
from paxos.check import logbook
from paxos.check.logbook import OPEN_PAGES, SIZE, LogBook
from paxos.check.steps import SIZE as STEPS
from paxos.check.steps import UNKNOWN_US, Steps
from paxos.clients import Client, Verdict
from paxos.effects import Applied
from paxos.messages import Accept, Accepted

ONE, TWO = Ballot(1, 1), Ballot(2, 2)


def value(slot: int) -> bytes:
    """What is proposed for a slot."""
    return b"command %d" % slot


def applied(slot: int, command: bytes = b"") -> Applied:
    """What a replica tells when it has applied a slot."""
    return Applied(slot, command or value(slot), Client(1, 1), slot, b"done", Verdict.FRESH)


def filled(slots: int, limit: int = 10**6) -> LogBook:
    """A book of so many slots: node 1 proposes, 1 and 2 vote, 1 applies at once and 2 later."""
    book = LogBook(limit)
    for slot in range(1, slots + 1):
        book.said(10 * slot, 1, Accept(ONE, slot, [value(slot)], slot - 1))
        book.said(10 * slot + 1, 1, Accepted(ONE, slot, 1))
        book.said(10 * slot + 2, 2, Accepted(ONE, slot, 1))
        book.applied(10 * slot + 3, 1, (applied(slot),))
        if slot % 2 == 0:
            book.applied(10 * slot + 4, 2, (applied(slot - 1), applied(slot)))
    return book


@pytest.mark.parametrize("slot", [1, SIZE, SIZE + 1, 3 * SIZE, 6 * SIZE - 1])
def test_a_slot_is_whole_whether_its_page_is_packed_or_not(slot: int) -> None:
    """Ballot, times of votes, outcome, and when each node had applied it."""
    book = filled(6 * SIZE)
    entry = book.entry(slot)
    assert entry is not None
    (made,) = entry.proposals
    assert (made.ballot, made.at_us, made.value) == (ONE, 10 * slot, value(slot))
    assert made.votes == {1: 10 * slot + 1, 2: 10 * slot + 2}
    assert entry.outcome == (Verdict.FRESH, b"done")
    assert entry.applied is None
    at_us = 10 * (slot + slot % 2) + 4
    assert book.steps.of(slot) == {1: (10 * slot + 3, False), 2: (at_us, False)}


def test_pages_behind_are_packed() -> None:
    """The newest stay open; a late vote opens one again, and is kept when it is packed again."""
    book = filled(8 * SIZE)
    packed = [number for number, page in book._pages.items() if page.entries is None]
    assert packed == list(range(8 - OPEN_PAGES))
    book.said(99, 3, Accepted(ONE, 5, 1))
    assert book._pages[0].entries is not None
    for slot in range(8 * SIZE + 1, 9 * SIZE + 2):
        book.said(0, 1, Accept(ONE, slot, [b"x"], 0))
    assert book._pages[0].entries is None
    entry = book.entry(5)
    assert entry is not None
    assert entry.proposals[0].votes[3] == 99


def test_a_second_ballot_stands_beside_the_first() -> None:
    """What the highest proposed, what each node has voted for last; and that it was late."""
    book = filled(10)
    assert book.changes == 0
    book.said(500, 2, Accept(TWO, 4, [b"other", value(5)], 3))
    book.said(501, 2, Accepted(TWO, 4, 1))
    entry = book.entry(4)
    assert entry is not None
    high, last, first = entry.highest(), entry.voted(2), entry.voted(1)
    assert high is not None
    assert (high.ballot, high.value) == (TWO, b"other")
    assert last is high
    assert first is entry.proposals[0]
    assert entry.voted(3) is None
    assert book.changes == 2


def test_what_is_said_again_changes_nothing() -> None:
    """The first time counts, of proposals and of votes."""
    book = filled(3)
    book.said(900, 1, Accept(ONE, 2, [value(2)], 3))
    book.said(901, 2, Accepted(ONE, 1, 3))
    book.said(902, 2, Accepted(TWO, 2, 1))  # nobody has heard a proposal of that ballot
    entry = book.entry(2)
    assert entry is not None
    assert [it.ballot for it in entry.proposals] == [ONE]
    assert entry.proposals[0].votes == {1: 21, 2: 22}


def test_what_was_applied_unheard_is_kept_by_its_value() -> None:
    """As after a recall that did not know the proposal."""
    book = LogBook()
    book.applied(7, 1, (applied(1),))
    entry = book.entry(1)
    assert entry is not None
    assert (entry.applied, entry.proposals, book.last) == (value(1), [], 1)


@pytest.mark.parametrize("slots", [10, SIZE, 4 * SIZE + 10])
def test_forks_share_their_past_and_go_their_own_ways(slots: int) -> None:
    """What one writes, the other does not see; notes of what was there are seen by both."""
    book = filled(slots)
    book.put_note(3, "seen")
    other = book.fork()
    assert other.note(3) == "seen"
    for it, name in ((book, b"left"), (other, b"right")):
        it.said(1, 1, Accept(ONE, slots + 1, [name], slots))
        it.said(2, 3, Accepted(ONE, slots, 1))
        it.applied(3, 3, (applied(slots + 1, name),))
        it.installed(4, 4, slots)
    for it, name in ((book, b"left"), (other, b"right")):
        entry = it.entry(slots + 1)
        assert entry is not None
        assert [made.value for made in entry.proposals] == [name]
        assert it.steps.of(slots)[4] == (4, True)
    other.said(5, 2, Accept(TWO, 3, [b"again"], 0))
    assert (book.note(3), other.note(3)) == ("seen", None)


def test_the_oldest_go_beyond_the_limit() -> None:
    """And nothing is written there any more."""
    book = filled(6 * SIZE, limit=2 * SIZE)
    assert book.first > 3 * SIZE
    assert (book.entry(1), book.note(1)) == (None, None)
    book.said(1, 2, Accept(TWO, 1, [b"late"], 0))
    book.put_note(1, "gone")
    assert (book.entry(1), book.note(1)) == (None, None)
    assert book.entry(6 * SIZE) is not None


def test_what_others_have_kept_is_taken_over() -> None:
    """Of the time before there was a book."""
    old = filled(4)
    slots = {
        slot: {it.ballot: logbook.chronicle.Proposal(it.at_us, it.value, it.votes)}
        for slot in (3, 4)
        for it in old.entry(slot).proposals  # type: ignore[union-attr]
    }
    chosen = {slot: (ONE, value(slot)) for slot in range(1, 5)}
    book = LogBook()
    book.recall(slots, chosen, {1: 4, 2: 2})
    entry, known = book.entry(2), book.entry(3)
    assert entry is not None
    assert known is not None
    assert (entry.proposals[0].at_us, entry.proposals[0].value) == (UNKNOWN_US, value(2))
    assert known == old.entry(3).__class__(known.proposals)  # type: ignore[union-attr]
    assert known.proposals[0].votes == {1: 31, 2: 32}
    assert book.steps.of(2) == {1: (UNKNOWN_US, False), 2: (UNKNOWN_US, False)}
    assert book.steps.of(3) == {1: (UNKNOWN_US, False)}


@pytest.mark.parametrize("slot", [1, 700, 2 * STEPS, 3 * STEPS])
def test_who_is_late_is_found_however_late(slot: int) -> None:
    """Node 2 applies all at once in the end, node 3 never, node 1 slot by slot."""
    steps = Steps(10 * STEPS)
    for at in range(1, 3 * STEPS + 1):
        steps.add(at, 1, at)
    steps.add(90_000, 2, 3 * STEPS, by_snapshot=True)
    steps.add(90_001, 3, 0)
    for at in range(3 * STEPS + 1, 5 * STEPS):
        steps.add(at, 1, at)
    assert steps.of(slot) == {1: (slot, False), 2: (90_000, True)}


def test_steps_beyond_the_limit_are_forgotten_and_say_so() -> None:
    """What is left of them is right."""
    steps = Steps(STEPS)
    for slot in range(1, 3 * STEPS):
        steps.add(slot, 1, slot)
    assert steps.of(1) == {1: (UNKNOWN_US, False)}
    assert steps.of(3 * STEPS - 1) == {1: (3 * STEPS - 1, False)}
    steps.add(5, 1, 7)  # a node that applies again what it had applied tells nothing new
    assert steps.reached == {1: 3 * STEPS - 1}
