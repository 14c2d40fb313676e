"""What the checker remembers of a run, and when it forgets.

It believes no replica, so it remembers by itself: what was proposed, who has voted for what, what
was chosen. A majority that held a chosen value may later hold newer ballots, so scanning acceptors
could miss a broken promise. Only what lies far below every compaction floor is forgotten
(:data:`REMEMBERED_SLOTS`).
"""

from hashlib import blake2b
from typing import TypeVar

from attrs import Factory, define

from paxos.ballot import NO_BALLOT, Ballot
from paxos.check.eras import Eras
from paxos.check.floors import Floors
from paxos.check.once import Once
from paxos.check.reads import Reads
from paxos.check.tally import Tally
from paxos.clients import decode
from paxos.effects import AppliedRun
from paxos.learner import StateMachine
from paxos.membership import label
from paxos.messages import NOOP, Value
from paxos.replica import Config

_T = TypeVar("_T")

REMEMBERED_SLOTS = 5_000
"""How many slots below every compaction floor are still checked."""
REMEMBERED_BALLOTS = 5_000
"""How many ballots are still checked for a second user or leader, the newest."""


@define
class Voter:
    """What one node has bound itself to by answers that left."""

    answered: Ballot = NO_BALLOT
    acknowledged: dict[int, Ballot] = Factory(dict)


@define
class Life:
    """What one process did since it started."""

    incarnation: int
    promised: Ballot = NO_BALLOT
    entries: int = 0
    floor_slot: int = 0
    applied_slot: int = 0
    state_slot: int = 0
    """Up to where the state was compared."""


class Memory:
    """The tables that the checks of all roles look at and write into.

    ``names`` maps a node's number to what people call it. ``machine`` is a fresh state machine,
    for comparing the results of reads (:mod:`paxos.check.reads`).
    """

    def __init__(
        self,
        config: Config,
        names: dict[int, str] | None = None,
        machine: StateMachine | None = None,
    ) -> None:
        self.eras = Eras(config)
        self.names = names or {}
        self.tally = Tally()
        self.proposed: dict[int, dict[Ballot, Value]] = {}
        self.votes: dict[int, dict[Ballot, set[int]]] = {}
        self.chosen: dict[int, tuple[Ballot, Value]] = {}
        self.digests: dict[int, tuple[int, int]] = {}
        self.leaders: dict[Ballot, int] = {}
        self.users: dict[Ballot, tuple[int, int]] = {}
        self.reads = Reads(machine, self.tally)
        self.once = Once(self.node)
        self._run: AppliedRun | None = None
        """The latest run that was checked slot by slot."""
        self._floors = Floors(self.eras)
        self._forgotten = 0
        self._voters: dict[int, Voter] = {}
        self._lives: dict[int, Life] = {}

    @property
    def checks(self) -> int:
        """How many checks were made so far, of all invariants."""
        return sum(self.tally.by_name().values())

    def node(self, node: int) -> str:
        """What people call a node."""
        return label(node, self.names) if self.names else f"node {node}"

    def ballot(self, ballot: Ballot) -> str:
        """A ballot as people read it."""
        return f"{ballot.round}.{label(ballot.node, self.names)}"

    def value(self, value: Value) -> str:
        """A value as people recognise it: the no-op, or whose command it is, and which.

        Its length and a checksum tell two values apart that one client calls by one number.
        """
        if value == NOOP:
            return "a no-op"
        size = "1 byte" if len(value) == 1 else f"{len(value)} bytes"
        mark = f"({size}, {blake2b(value, digest_size=4).hexdigest()})"
        try:
            (node, incarnation), sequence, *_ = decode(value)
            is_command = all(type(it) is int for it in (node, incarnation, sequence))
        except (ValueError, TypeError, LookupError):
            is_command = False
        if not is_command:
            return f"a value that is no command {mark}"
        whose = self.node(node)
        if incarnation > 1:
            whose += f" in its incarnation {incarnation}"
        return f"command {sequence} of {whose} {mark}"

    def _votes_text(self, slot: int) -> str:
        votes = self.votes.get(slot)
        if not votes:
            return "no votes"
        return "; ".join(
            f"ballot {self.ballot(ballot)} has {', '.join(self.node(n) for n in sorted(nodes))}"
            for ballot, nodes in sorted(votes.items())
        )

    def compacted(self, node: int, floor_slot: int) -> None:
        """A node will never again say or apply anything up to ``floor_slot``.

        What lies far below every node's floor is forgotten, so that a long run needs no more
        memory than a short one. Not what lies just below: a new leader that did not know of the
        floor would propose there, and A5 must see it.
        """
        voter = self._voters[node]
        voter.acknowledged = {s: b for s, b in voter.acknowledged.items() if s > floor_slot}
        forgotten = self._floors.move(node, floor_slot) - REMEMBERED_SLOTS
        for slot in range(self._forgotten + 1, forgotten + 1):
            for table in (self.proposed, self.votes, self.chosen, self.digests, self.once.verdicts):
                table.pop(slot, None)
        self._forgotten = max(self._forgotten, forgotten)


def note(table: dict[Ballot, _T], ballot: Ballot, first: _T) -> _T:
    """Who is known to stand at a ballot, ``first`` if nobody; the oldest ballot may go for it."""
    known = table.get(ballot)
    if known is not None:
        return known
    table[ballot] = first
    if len(table) > REMEMBERED_BALLOTS:
        del table[next(iter(table))]
    return first
