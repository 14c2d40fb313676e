"""The acceptor: what it promises, accepts, tells and writes."""

from paxos.acceptor import Acceptor, Entry
from paxos.ballot import NO_BALLOT, Ballot
from paxos.messages import Accept, Accepted, Nack, Prepare, Promise
from paxos.records import ACCEPTED, PROMISED, Recovered, recover

LOW, MIDDLE, HIGH = Ballot(1, 2), Ballot(2, 1), Ballot(2, 3)


def fresh() -> Acceptor:
    """An acceptor with an empty disk."""
    return Acceptor(Recovered())


def test_ballots_are_ordered_by_round_then_node() -> None:
    """Two nodes' ballots of one round differ, and a higher round beats any node."""
    assert NO_BALLOT < LOW < MIDDLE < HIGH < Ballot(3, 1)
    assert str(HIGH) == "2.3"


def test_promises_a_higher_ballot_and_tells_nothing_new() -> None:
    """An acceptor that has accepted nothing promises, with no floor and no entries."""
    acceptor = fresh()
    assert acceptor.on_prepare(Prepare(MIDDLE, 1)) == Promise(MIDDLE, 1, [], 0)
    assert acceptor.promised == MIDDLE
    assert acceptor.unsaved == [[PROMISED, *MIDDLE]]


def test_refuses_a_lower_prepare_with_its_promise() -> None:
    """A nack names the refused ballot and carries the promised one; nothing changes."""
    acceptor = fresh()
    acceptor.on_prepare(Prepare(MIDDLE, 1))
    acceptor.unsaved.clear()
    assert acceptor.on_prepare(Prepare(LOW, 1)) == Nack(LOW, MIDDLE)
    assert acceptor.promised == MIDDLE
    assert acceptor.unsaved == []


def test_a_repeated_prepare_is_answered_again() -> None:
    """The promise may have been lost: the same ballot is promised again, and written once."""
    acceptor = fresh()
    first = acceptor.on_prepare(Prepare(MIDDLE, 1))
    assert acceptor.on_prepare(Prepare(MIDDLE, 1)) == first
    assert acceptor.unsaved == [[PROMISED, *MIDDLE]]


def test_accept_raises_the_promise() -> None:
    """Accepting at a ballot promises it: a lower Prepare is refused afterwards."""
    acceptor = fresh()
    assert acceptor.on_accept(Accept(MIDDLE, 1, [b"a"], 0)) == Accepted(MIDDLE, 1, 1)
    assert acceptor.promised == MIDDLE
    assert acceptor.on_prepare(Prepare(LOW, 1)) == Nack(LOW, MIDDLE)
    assert acceptor.unsaved == [[PROMISED, *MIDDLE], [ACCEPTED, *MIDDLE, 1, b"a"]]


def test_refuses_to_accept_below_its_promise() -> None:
    """An Accept of a lower ballot changes nothing and is refused as a whole run."""
    acceptor = fresh()
    acceptor.on_prepare(Prepare(HIGH, 1))
    assert acceptor.on_accept(Accept(MIDDLE, 1, [b"a", b"b"], 0)) == Nack(MIDDLE, HIGH)
    assert acceptor.accepted == {}


def test_a_promise_changes_no_accepted_ballot() -> None:
    """Two variables: what was accepted at a ballot is told at that ballot after a new promise."""
    acceptor = fresh()
    acceptor.on_accept(Accept(LOW, 1, [b"a"], 0))
    promise = acceptor.on_prepare(Prepare(HIGH, 1))
    assert promise == Promise(HIGH, 1, [(1, LOW, b"a")], 0)
    assert acceptor.accepted == {1: Entry(LOW, b"a")}


def test_tells_each_slot_at_its_highest_ballot_from_the_asked_slot_on() -> None:
    """Entries come in the order of slots, holes left out, none below what was asked for."""
    acceptor = fresh()
    acceptor.on_accept(Accept(LOW, 1, [b"a", b"b"], 0))
    acceptor.on_accept(Accept(LOW, 4, [b"d"], 0))
    acceptor.on_accept(Accept(MIDDLE, 2, [b"B"], 0))
    promise = acceptor.on_prepare(Prepare(HIGH, 2))
    assert promise == Promise(HIGH, 2, [(2, MIDDLE, b"B"), (4, LOW, b"d")], 0)


def test_a_repeated_accept_is_acknowledged_and_written_once() -> None:
    """The ack may have been lost: it is given again, from the same entry."""
    acceptor = fresh()
    accept = Accept(MIDDLE, 3, [b"a", b"b"], 0)
    first = acceptor.on_accept(accept)
    acceptor.unsaved.clear()
    assert acceptor.on_accept(accept) == first == Accepted(MIDDLE, 3, 2)
    assert acceptor.unsaved == []
    assert acceptor.last_slot == 4


def test_a_run_that_overlaps_writes_only_what_is_new() -> None:
    """A run that was accepted in part is completed; the older part stays."""
    acceptor = fresh()
    acceptor.on_accept(Accept(MIDDLE, 1, [b"a"], 0))
    acceptor.unsaved.clear()
    acceptor.on_accept(Accept(MIDDLE, 1, [b"a", b"b"], 0))
    assert acceptor.unsaved == [[ACCEPTED, *MIDDLE, 2, b"b"]]


def test_a_conflict_cuts_nothing_behind_it() -> None:
    """Accepting a slot anew leaves later accepted slots: they may be chosen."""
    acceptor = fresh()
    acceptor.on_accept(Accept(LOW, 1, [b"a", b"b", b"c"], 0))
    acceptor.on_accept(Accept(HIGH, 1, [b"A"], 0))
    assert acceptor.accepted == {1: Entry(HIGH, b"A"), 2: Entry(LOW, b"b"), 3: Entry(LOW, b"c")}
    assert acceptor.last_slot == 3


def test_its_rows_bring_it_back() -> None:
    """Promise and entries are the same after recovery from what it wrote."""
    acceptor = fresh()
    acceptor.on_accept(Accept(LOW, 1, [b"a", b"b"], 0))
    acceptor.on_accept(Accept(MIDDLE, 2, [b"B"], 0))
    acceptor.on_prepare(Prepare(HIGH, 1))
    back = Acceptor(recover(acceptor.unsaved))
    assert back.promised == HIGH
    assert back.accepted == acceptor.accepted
    assert (back.last_slot, back.last_accepted) == (2, MIDDLE)


def test_promising_a_lower_ballot_changes_nothing() -> None:
    """Promises only rise, whoever asks."""
    acceptor = fresh()
    acceptor.promise(HIGH)
    acceptor.promise(LOW)
    assert acceptor.promised == HIGH
    assert acceptor.unsaved == [[PROMISED, *HIGH]]
