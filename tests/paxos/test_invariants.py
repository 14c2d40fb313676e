"""The checker by itself: each invariant fails on a case made for it, and says who and where."""

from collections.abc import Callable

import pytest

from paxos.acceptor import Entry
from paxos.ballot import Ballot
from paxos.check import memory
from paxos.check.invariants import Invariants
from paxos.check.laboratory import Register
from paxos.check.violation import SENTENCES, InvariantViolation
from paxos.clients import Client, Command, Purpose, Verdict, encode
from paxos.effects import Answered, Applied, Asked, ReadKind
from paxos.messages import NOOP, Accept, Accepted, Prepare, Promise
from tests.paxos.steps import Group, config, leader, query, started, value

LOW, HIGH = Ballot(1, 1), Ballot(2, 2)
A, B = value(1), value(2)
NIL = b"\xc0"


def watched() -> Invariants:
    """A checker that knows three fresh replicas."""
    watch = Invariants(config(), {1: "CP1", 2: "CP2", 3: "CP3"}, Register())
    for node in (1, 2, 3):
        watch.restarted(started(node))
    return watch


def vote(watch: Invariants, ballot: Ballot, given: bytes, *nodes: int, slot: int = 1) -> None:
    """A proposal for a slot, and acks of nodes for it."""
    watch.released(ballot.node, Accept(ballot, slot, [given], 0))
    for node in nodes:
        watch.released(node, Accepted(ballot, slot, 1))


def applies(
    watch: Invariants,
    node: int,
    slot: int,
    given: bytes,
    sequence: int = 1,
    verdict: Verdict = Verdict.FRESH,
) -> None:
    """A node applies a value."""
    client = None if given == NOOP else Client(1, 1)
    outcome = Applied(slot, given, client, sequence, b"", verdict)
    watch.applied(started(node), outcome)


def a1_falls(watch: Invariants) -> None:
    """A promise below an answer that left."""
    watch.released(2, Promise(HIGH, 1, [], 0))
    watch.released(2, Promise(LOW, 1, [], 0))


def a1_forgets(watch: Invariants) -> None:
    """A promise that does not survive a restart."""
    watch.released(2, Promise(HIGH, 1, [], 0))
    watch.restarted(started(2))


def a1_steps_down(watch: Invariants) -> None:
    """A promise that falls within one life."""
    replica = started(2)
    replica.acceptor.promised = HIGH
    watch.stepped(replica)
    replica.acceptor.promised = LOW
    watch.stepped(replica)


def a2_accepts_unpromised(watch: Invariants) -> None:
    """An ack at another ballot than the promised one."""
    replica = started(2)
    replica.acceptor.promised = HIGH
    watch.produced(replica, Accepted(LOW, 1, 1))


def a2_acks_late(watch: Invariants) -> None:
    """An ack of an old ballot after an answer at a newer one."""
    watch.released(2, Promise(HIGH, 1, [], 0))
    vote(watch, LOW, A, 2)


def a3_holds_nothing(watch: Invariants) -> None:
    """An ack for a slot that is not held."""
    replica = started(2)
    replica.acceptor.promised = LOW
    watch.produced(replica, Accepted(LOW, 1, 1))


def a3_forgets(watch: Invariants) -> None:
    """An accepted slot that does not survive a restart."""
    vote(watch, LOW, A, 2)
    replica = started(2)
    replica.acceptor.promised = LOW
    watch.restarted(replica)


def a3_loses(watch: Invariants) -> None:
    """An accepted slot that is gone within one life."""
    replica = started(2)
    replica.acceptor.accepted[1] = Entry(LOW, A)
    watch.stepped(replica)
    replica.acceptor.accepted.clear()
    watch.stepped(replica)


def a4_proposes_twice(watch: Invariants) -> None:
    """Two values of one ballot for one slot."""
    vote(watch, LOW, A)
    vote(watch, LOW, B)


def a4_holds_another(watch: Invariants) -> None:
    """An ack for one value by who holds another at that ballot."""
    vote(watch, LOW, A)
    replica = started(2)
    replica.acceptor.promised = LOW
    replica.acceptor.accepted[1] = Entry(LOW, B)
    watch.produced(replica, Accepted(LOW, 1, 1))


def a5_proposes_another(watch: Invariants) -> None:
    """A higher ballot that proposes something else than what was chosen."""
    vote(watch, LOW, A, 1, 3)
    vote(watch, HIGH, B)


def a5_chosen_behind(watch: Invariants) -> None:
    """The same, where the higher ballot proposed before the lower one's quorum was complete."""
    vote(watch, LOW, A, 1)
    vote(watch, HIGH, B)
    vote(watch, LOW, A, 3)


def r1_nobody_chose(watch: Invariants) -> None:
    """A slot applied with the votes of a minority."""
    vote(watch, LOW, A, 1)
    applies(watch, 1, 1, A)


def r1_votes_of_two_ballots(watch: Invariants) -> None:
    """Votes for one value at two ballots are no quorum."""
    vote(watch, LOW, A, 1)
    vote(watch, HIGH, A, 2)
    applies(watch, 1, 1, A)


def r1_another_was_chosen(watch: Invariants) -> None:
    """A slot applied with another value than the chosen one."""
    vote(watch, LOW, A, 1, 3)
    applies(watch, 2, 1, B)


def r2_hole(watch: Invariants) -> None:
    """A slot applied before the one below it."""
    vote(watch, LOW, A, 1, 3, slot=2)
    applies(watch, 1, 2, A)


def r2_claims(watch: Invariants) -> None:
    """A commit slot above what was applied."""
    replica = started(1)
    replica.learner.commit_slot = 3
    watch.stepped(replica)


def r3_differs(watch: Invariants) -> None:
    """Two replicas at one slot in two states."""
    vote(watch, LOW, A, 1, 3)
    for node in (1, 2):
        applies(watch, node, 1, A)
        replica = started(node)
        replica.learner.commit_slot = 1
        replica.learner.machine._digest = b"%d" % node  # type: ignore[attr-defined]
        watch.stepped(replica)


def r4_goes_back(watch: Invariants) -> None:
    """A commit slot that falls within one life."""
    vote(watch, LOW, A, 1, 3)
    applies(watch, 1, 1, A)
    watch.stepped(started(1))


def r4_applies_again(watch: Invariants) -> None:
    """A slot applied twice within one life."""
    vote(watch, LOW, A, 1, 3)
    applies(watch, 1, 1, A)
    applies(watch, 1, 1, A, sequence=2)


def r5_beyond(watch: Invariants) -> None:
    """A proposal beyond the window."""
    replica = leader(settings=config(3, window=2))
    watch.produced(replica, Accept(LOW, 2, [A, B], 0))


def l1_two_leaders(watch: Invariants) -> None:
    """Two nodes that lead at one ballot."""
    for node in (1, 2):
        replica = leader(node)
        replica.proposer.ballot = LOW
        watch.stepped(replica)


def l1_two_lives(watch: Invariants) -> None:
    """A ballot prepared again after a restart."""
    watch.released(1, Prepare(LOW, 1))
    watch.restarted(started(1, rows=[[1, 1]]))
    watch.released(1, Prepare(LOW, 1))


def l2_too_old(watch: Invariants) -> None:
    """A read asked after a client was told of slot 1, and answered from slot 0."""
    vote(watch, LOW, A, 1, 3)
    applies(watch, 1, 1, A)
    reader = started(2)
    watch.restarted(reader)
    watch.asked(reader, Asked(1, ReadKind.LEASE, query(1)))
    watch.answered(reader, Answered(1, ReadKind.LEASE, ReadKind.LEASE, 0, NIL, 1))


def l2_says_something_else(watch: Invariants) -> None:
    """A read answered with what the state of its slot does not say."""
    reader = started(2)
    watch.restarted(reader)
    watch.asked(reader, Asked(1, ReadKind.INDEX, query(1)))
    watch.answered(reader, Answered(1, ReadKind.INDEX, ReadKind.INDEX, 0, A, 1))


def c1_twice(watch: Invariants) -> None:
    """A command applied as fresh in two slots."""
    for slot in (1, 2):
        vote(watch, LOW, A, 1, 3, slot=slot)
        applies(watch, 1, slot, A)


def c1_disagrees(watch: Invariants) -> None:
    """A command that one node knew to be applied, and another applies again in the same slot."""
    for slot in (1, 2):
        vote(watch, LOW, A, 1, 3, slot=slot)
    applies(watch, 1, 1, A)
    applies(watch, 1, 2, A, verdict=Verdict.DUPLICATE)
    applies(watch, 2, 1, A)
    applies(watch, 2, 2, A)


CASES = [
    a1_falls, a1_forgets, a1_steps_down, a2_accepts_unpromised, a2_acks_late, a3_holds_nothing,
    a3_forgets, a3_loses, a4_proposes_twice, a4_holds_another, a5_proposes_another,
    a5_chosen_behind, r1_nobody_chose, r1_votes_of_two_ballots, r1_another_was_chosen, r2_hole,
    r2_claims, r3_differs, r4_goes_back, r4_applies_again, r5_beyond, l1_two_leaders, l1_two_lives,
    l2_too_old, l2_says_something_else, c1_twice, c1_disagrees,
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_a_breach_is_named(case: Callable[[Invariants], None]) -> None:
    """The violation carries the invariant's name and sentence, and the nodes that broke it."""
    name = case.__name__[:2].upper()
    with pytest.raises(InvariantViolation) as caught:
        case(watched())
    violation = caught.value
    assert violation.name == name
    assert str(violation).startswith(f"{name} ({SENTENCES[name]}): CP") or violation.slot
    assert violation.nodes


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (NOOP, "a no-op"),
        (encode(Command(Client(2, 1), 3, 1, b"x")), "command 3 of CP2 (8 bytes, fca62871)"),
        (encode(Command(Client(2, 1), 3, 1, b"y")), "command 3 of CP2 (8 bytes, 2df8b74b)"),
        (
            encode(Command(Client(2, 4), 3, 1, b"x", Purpose.READ)),
            "command 3 of CP2 in its incarnation 4 (9 bytes, d7347e4c)",
        ),
        (b"\xc1", "a value that is no command (1 byte, 88d400f7)"),
        (b"\xa5abcde", "a value that is no command (6 bytes, 87f547c1)"),
        (b"\x96\x01\x01\x01\x01\x01\x09", "a value that is no command (7 bytes, f787359a)"),
    ],
)
def test_a_value_is_shown_as_whose_command_it_is(given: bytes, shown: str) -> None:
    """Also two that one client calls by one number are told apart."""
    assert watched().value(given) == shown


def test_every_invariant_has_a_case() -> None:
    """No sentence without a case that breaks it."""
    assert {case.__name__[:2].upper() for case in CASES} == set(SENTENCES)


def test_what_was_chosen_is_remembered_when_acceptors_move_on() -> None:
    """A majority that held a chosen value may hold newer ballots later; the decision stays."""
    watch = watched()
    vote(watch, LOW, A, 1, 3)
    vote(watch, HIGH, A, 1, 2, 3)
    vote(watch, Ballot(3, 3), A, 1, 2, 3)
    assert watch.chosen == {1: (LOW, A)}
    applies(watch, 1, 1, A)


def test_a_repeated_answer_is_no_breach() -> None:
    """Acks and promises may be given again at their ballot, and restarts may remember more."""
    watch = watched()
    vote(watch, LOW, A, 1, 1, 2, 2)
    watch.released(3, Promise(HIGH, 1, [], 0))
    watch.released(3, Promise(HIGH, 1, [], 0))
    replica = started(3)
    replica.acceptor.promised = Ballot(9, 1)
    watch.restarted(replica)


def test_a_right_group_breaches_nothing() -> None:
    """An election, commands from all sides, a restart and a second election pass every check."""
    group = Group()
    group.elect(1)
    for number in range(6):
        group.submit(1 + number % 3, number)
        group.deliver()
    group.beat(1)
    group.start(1)
    group.elect(2)
    group.submit(3, 9)
    group.deliver()
    group.beat(2)
    assert [r.commit_slot for r in group.replicas.values()] == [7, 7, 7]
    assert group.invariants.checks > 100


def test_old_ballots_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest stay: a ballot that is used again soon is found, also when the table is full."""
    monkeypatch.setattr(memory, "REMEMBERED_BALLOTS", 3)
    watch = watched()
    for number in range(1, 6):
        watch.released(1, Prepare(Ballot(number, 1), 1))
    assert list(watch.users) == [Ballot(number, 1) for number in (3, 4, 5)]
    with pytest.raises(InvariantViolation, match="L1"):
        watch.released(2, Prepare(Ballot(4, 1), 1))
