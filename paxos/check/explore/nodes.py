"""The replicas of an exploration, one step at a time.

What runs is :class:`paxos.replica.Replica` itself, with its acceptor, proposer and learner. A
replica does the same wherever it is in the same state and the same happens, so each step of each
local state is run once, and remembered; global states are tuples of numbers of local ones.

Time stands. Who may campaign does at any moment, and everything that only helps to be quick is left
out: heartbeats, pre-votes, leases and reads are never delivered. No value rests on them.
"""

import pickle
from collections.abc import Hashable, Mapping
from typing import Any, NamedTuple, TypeAlias, cast

import attrs
from attrs import define, frozen

from paxos.ballot import NO_BALLOT, Ballot
from paxos.clients import decode
from paxos.effects import Broadcast, Checkpoint, Effect, Persist, Send
from paxos.election import Timing
from paxos.membership import Membership
from paxos.messages import (
    NOOP,
    Accept,
    Accepted,
    Commit,
    Decisions,
    Message,
    Prepare,
    Promise,
    Value,
)
from paxos.proposer import Phase, Proposer
from paxos.records import recover
from paxos.replica import Config, Replica

CARRIED = (Prepare, Promise, Accept, Accepted, Commit, Decisions)
"""What the network carries; all else is lost."""

UNSEEN = frozenset({
    "config", "timing", "transitions", "group", "others", "other_voters", "_present",
    "grant", "lease", "_rounds", "reads", "download", "progress",
    "heard_us", "leader_heard_us", "preemptions", "tries",
})  # fmt: skip
"""Attributes that never change here, or only say when to do what may be done at any time."""

Vote: TypeAlias = tuple[int, Ballot, Value]
"""Slot, ballot and value."""


@frozen
class Bounds:
    """How much of the endless is explored.

    ``nodes`` vote; the first ``proposers`` of them may each begin so many ``ballots``, with a
    command of its own, and propose for the first ``slots`` slots.
    """

    nodes: int = 3
    proposers: int = 2
    ballots: tuple[int, ...] = (2, 2)
    slots: int = 1
    own_later: bool = False
    """Whether what a node says to itself is under way like any other message. Otherwise it comes at
    once, when it is on its disk."""


class Notebook:
    """A state machine that keeps every operation; what was applied can be read from it."""

    def __init__(self) -> None:
        self.state: tuple[bytes, ...] = ()

    def apply(self, op: bytes) -> bytes:
        """Note it."""
        self.state = (*self.state, op)
        return b""

    def query(self, op: bytes) -> bytes:
        """Nobody asks."""
        return b""

    def digest(self) -> int:
        """Never compared here."""
        return 0

    def snapshot(self) -> bytes:
        """Never taken: the log is never compacted."""
        raise NotImplementedError

    def restore(self, data: bytes) -> None:
        """Never done."""
        raise NotImplementedError


class Campaigner(Replica):
    """A replica that campaigns when it is told to."""

    def campaign(self) -> list[Effect]:
        """Begin phase 1 of a ballot above every one that it has promised or seen."""
        self._prepare(self.election.next_ballot(self.acceptor.promised), 0)
        return self._effects()


@define
class Local:
    """One node: its replica while it runs, its disk, and what the checker remembers of it."""

    node: int
    replica: Campaigner
    rows: list[list[Any]]
    """What is on stable storage."""
    lazy: list[list[Any]]
    """Written, and lost in a crash."""
    ballots_left: int
    promised: Ballot
    """The highest ballot that it has ever promised anybody."""
    votes: frozenset[Vote] = frozenset()
    """Everything that it has ever told to have accepted."""
    proposed: frozenset[Vote] = frozenset()
    """Everything that it has ever proposed."""
    broken: str = ""
    """What it has done wrong by itself."""


@frozen
class Parcel:
    """A message under way."""

    source: int
    target: int
    message: Message

    def __str__(self) -> str:
        return f"{self.source}→{self.target} {words(self.message)}"


def words(message: Message) -> str:
    """A message for people."""
    name = type(message).__name__
    names = [it.name for it in attrs.fields(cast("type[attrs.AttrsInstance]", type(message)))]
    fields = {name: getattr(message, name) for name in names}
    ballot = fields.pop("ballot", None)
    told = [] if ballot is None else [f"{ballot.round}.{ballot.node}"]
    for key, value in fields.items():
        told.append(f"{key}={shown(value)}")
    return f"{name} {' '.join(told)}".rstrip()


def shown(value: object) -> str:
    """A field of a message for people: ballots as ``round.node``, values by what they ask for."""
    if isinstance(value, Ballot):
        return f"{value.round}.{value.node}"
    if isinstance(value, bytes):
        return "no-op" if value == NOOP else decode(value).op.decode()
    if isinstance(value, list | tuple):
        return f"[{', '.join(shown(item) for item in value)}]"
    return str(value)


def key_of(value: object) -> Hashable:
    """A value equal for what behaves equally: objects by their fields, sets and maps sorted."""
    if value is None or isinstance(value, int | str | bytes):
        return value
    if isinstance(value, Mapping):
        return tuple(sorted(((key_of(k), key_of(v)) for k, v in value.items()), key=repr))
    if isinstance(value, set | frozenset):
        return tuple(sorted((key_of(item) for item in value), key=repr))
    if isinstance(value, list | tuple):
        return (type(value).__name__, *(key_of(item) for item in value))
    names = set(getattr(value, "__dict__", ()))
    for kind in type(value).__mro__:
        names |= {name for name in getattr(kind, "__slots__", ()) if hasattr(value, name)}
    names -= {"__weakref__", "__dict__"} | UNSEEN
    if isinstance(value, Proposer) and value.phase is Phase.LEADING:
        # Who promised does not matter any more to a leader, where there is only one era.
        names.discard("_promised_by")
    return (type(value).__name__, *((n, key_of(getattr(value, n))) for n in sorted(names)))


BEGIN, CRASH = -1, -2


class Outcome(NamedTuple):
    """The local state after something has happened, and the parcels that it sends."""

    local: int
    sent: tuple[int, ...]
    loud: bool
    """Whether the others, or the checker, can tell that anything has happened."""


def _fresh(message: Message) -> Message:
    """A message of its own for whom it comes to, as if it had been unpacked."""
    return type(message).parse(message.row())


class Nodes:
    """All local states and parcels that were met, by number, and what each step does."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        timing = Timing(lease_us=0)
        voters = tuple(range(1, bounds.nodes + 1))
        self.config = Config(membership=Membership(voters), timing=timing, window=bounds.slots)
        self.locals: list[Local] = []
        self._packed: list[bytes] = []
        """The same, to be copied: many times quicker than by copy.deepcopy."""
        self.parcels: list[Parcel] = []
        self.origins: list[tuple[int, int] | None] = []
        """How each local state was come to first: from which one, and by what."""
        self._numbers: dict[Hashable, int] = {}
        self._parcel_numbers: dict[Hashable, int] = {}
        self._steps: dict[tuple[int, int], Outcome] = {}

    def beginning(self) -> tuple[int, ...]:
        """Every node on its first day."""
        bounds = self.bounds
        ballots = (*bounds.ballots, *(0,) * (bounds.nodes - bounds.proposers))
        return tuple(
            self._begin(Local(n, self._replica(n, []), [], [], left, NO_BALLOT), None)
            for n, left in enumerate(ballots, 1)
        )

    def may_begin(self, local: int) -> bool:
        """Whether it has a ballot left."""
        it = self.locals[local]
        return it.ballots_left > 0

    def step(self, local: int, what: int) -> Outcome:
        """What becomes of a local state when a parcel comes, or it begins a ballot or crashes."""
        done = self._steps.get((local, what))
        if done is None:
            done = self._steps[local, what] = self._step(local, what)
        return done

    def _step(self, local: int, what: int) -> Outcome:
        after, origin = self._copy(local), (local, what)
        if what == CRASH:
            after.lazy = []
            after.replica = self._replica(after.replica.node, after.rows)
            return Outcome(self._begin(after, origin), (), loud=True)
        if what == BEGIN:
            after.ballots_left -= 1
            effects = after.replica.campaign()
        else:
            parcel = self.parcels[what]
            effects = after.replica.on_message(parcel.source, _fresh(parcel.message), 0)
        number, sent = self._settle(after, effects, origin)
        loud = bool(sent) or self._told(after) != self._told(self.locals[local])
        return Outcome(number, sent, loud)

    def _copy(self, number: int) -> Local:
        """One of the local states, to be changed."""
        local: Local = pickle.loads(self._packed[number])  # noqa: S301 - its own
        return local

    @staticmethod
    def _told(local: Local) -> tuple[object, ...]:
        return local.promised, local.votes, local.proposed, local.broken

    # How it is done.

    def _replica(self, node: int, rows: list[list[Any]]) -> Campaigner:
        return Campaigner(node, self.config, Notebook(), recover(rows))

    def _begin(self, local: Local, origin: tuple[int, int] | None) -> int:
        replica = local.replica
        effects = replica.start(0)
        if replica.node <= self.bounds.proposers:
            name = f"{chr(64 + replica.node)}{replica.client.incarnation}"
            _, more = replica.submit(name.encode(), 0)
            effects += more
        number, _ = self._settle(local, effects, origin)
        return number

    def _settle(
        self, local: Local, effects: list[Effect], origin: tuple[int, int] | None
    ) -> tuple[int, tuple[int, ...]]:
        """Carry the effects out, note what is to be remembered, and number all of it."""
        me, sent = local.replica.node, list[int]()
        for effect in effects:
            if isinstance(effect, Persist):
                if effect.sync:
                    local.rows, local.lazy = [*local.rows, *local.lazy, *effect.rows], []
                else:
                    local.lazy = [*local.lazy, *effect.rows]
            elif isinstance(effect, Checkpoint):
                local.rows, local.lazy = list(effect.rows), []
            elif isinstance(effect, Send | Broadcast):
                to = (effect.to,) if isinstance(effect, Send) else effect.to
                if self._is_carried(effect.message):
                    self._remember(local, effect.message)
                    others = [n for n in to if n != me or self.bounds.own_later]
                    sent += [self.parcel(Parcel(me, n, effect.message)) for n in others]
                    if len(others) < len(to):
                        effects += local.replica.on_message(me, _fresh(effect.message), 0)
        if local.replica.acceptor.promised < local.promised and not local.broken:
            local.broken = f"A1: node {me} has promised {shown(local.promised)}, and forgot it"
        return self._number(local, origin), tuple(dict.fromkeys(sent))

    def _is_carried(self, message: Message) -> bool:
        beyond = isinstance(message, Accept) and message.first_slot > self.bounds.slots
        return isinstance(message, CARRIED) and not beyond

    def _remember(self, local: Local, message: Message) -> None:
        """What the checker must not forget, whatever becomes of the node's memory."""
        if isinstance(message, Promise):
            local.promised = max(local.promised, message.ballot)
        elif isinstance(message, Accepted):
            if message.ballot < local.promised and not local.broken:
                local.broken = (
                    f"A2: node {local.replica.node} has accepted at {shown(message.ballot)}, "
                    f"below its promise {shown(local.promised)}"
                )
            promised = local.replica.acceptor.promised
            if promised < message.ballot and not local.broken:
                local.broken = (
                    f"A2: node {local.replica.node} has accepted at {shown(message.ballot)}, and "
                    f"has promised {shown(promised)}"
                )
            local.promised = max(local.promised, message.ballot)
            for slot in range(message.first_slot, message.first_slot + message.count):
                entry = local.replica.acceptor.accepted.get(slot)
                if entry is not None and slot <= self.bounds.slots:
                    local.votes |= {(slot, message.ballot, entry.value)}
        elif isinstance(message, Accept):
            for slot, value in enumerate(message.values, message.first_slot):
                local.proposed |= {(slot, message.ballot, value)}

    def _number(self, local: Local, origin: tuple[int, int] | None) -> int:
        disk = key_of(recover(local.rows)), key_of(recover([*local.rows, *local.lazy]))
        ghost = (local.ballots_left, local.promised, local.votes, local.proposed, local.broken)
        key = (local.node, key_of(local.replica), disk, ghost)
        number = self._numbers.setdefault(key, len(self.locals))
        if number == len(self.locals):
            self.locals.append(local)
            self._packed.append(pickle.dumps(local, pickle.HIGHEST_PROTOCOL))
            self.origins.append(origin)
        return number

    def parcel(self, parcel: Parcel) -> int:
        """The number of a message under way."""
        key = (parcel.source, parcel.target, key_of(parcel.message))
        number = self._parcel_numbers.setdefault(key, len(self.parcels))
        if number == len(self.parcels):
            self.parcels.append(Parcel(parcel.source, parcel.target, _fresh(parcel.message)))
        return number
