"""What a replica asks of its host.

A replica does nothing by itself: each step returns effects, and the host carries them out **in
order**. The order is part of the protocol: a :class:`Send` or :class:`Broadcast` must not leave
before every :class:`Persist` that stands before it, in this step or an earlier one, is on stable
storage. An acceptor that answered first and crashed would have promised what it does not remember
(*Paxos Made Simple* §2.5).

Randomness is the host's too: a timer is asked for with a range, and the host draws.
"""

from enum import IntEnum
from typing import TypeAlias

from paxos.ballot import NO_BALLOT, Ballot
from paxos.clients import Client, Verdict
from paxos.membership import Membership
from paxos.messages import Message, Value, message


class Timer(IntEnum):
    """A replica's timers; setting one again replaces it."""

    ELECTION = 0
    HEARTBEAT = 1
    RETRY = 2
    FEED = 3


class ReadKind(IntEnum):
    """How a read is to be served. All three are linearizable; they differ in what they cost."""

    LOG = 0
    """As a command through the log: a slot, and a write to a quorum's disks."""
    INDEX = 1
    """The leader confirms with a quorum that it still leads, and tells its commit slot."""
    LEASE = 2
    """The leader tells its commit slot at once, while nobody else can have been elected."""


@message
class Persist:
    """Write these rows, in order (see :mod:`paxos.records`).

    With ``sync`` they must be on stable storage before anything that comes after leaves. Without,
    they may wait for the next write that is: losing them costs time, never safety.
    """

    rows: list[list[object]]
    sync: bool


@message
class Checkpoint:
    """Replace everything on stable storage by these rows, in one step, and make it durable.

    A snapshot is among them; it covers every slot up to ``floor_slot``. After a crash either all
    of the old rows are there or all of these. What leaves later waits for it, as for a
    :class:`Persist`.
    """

    rows: list[list[object]]
    floor_slot: int


@message
class Send:
    """Send a message to one node; a node's message to itself is delivered like any other."""

    to: int
    message: Message


@message
class Broadcast:
    """Send one message to several nodes, in this order; packed once."""

    to: tuple[int, ...]
    message: Message


@message
class SetTimer:
    """Fire ``timer`` after a time drawn from ``low_us`` to ``high_us``, both included."""

    timer: Timer
    low_us: int
    high_us: int


@message
class CancelTimer:
    """Do not fire ``timer``."""

    timer: Timer


@message
class Applied:
    """The command chosen for ``slot`` went through the state machine, or was found applied before.

    ``client`` is None for a no-op. Comes once for each slot, in the order of slots.
    """

    slot: int
    value: Value
    client: Client | None
    sequence: int
    result: bytes
    verdict: Verdict


@message
class AppliedRun:
    """The commands of a whole run of slots, applied in one step by a replica that was fed them.

    It stands for one :class:`Applied` for each of its slots. Replicas that share their states
    share this object too, so nobody changes it; what all of them would look for is found once.
    """

    outcomes: tuple[Applied, ...]
    decided: dict[int, Value]
    """The values by slot."""
    by_client: dict[Client, list[Applied]]
    """The outcomes of each client's commands, in the order of slots."""
    is_plain: bool
    """Whether every command was fresh, and none a no-op."""

    @staticmethod
    def of(outcomes: list[Applied]) -> "AppliedRun":
        """The run of these outcomes, which are of one slot after the other."""
        by_client: dict[Client, list[Applied]] = {}
        for outcome in outcomes:
            if outcome.client is not None:
                by_client.setdefault(outcome.client, []).append(outcome)
        decided = {outcome.slot: outcome.value for outcome in outcomes}
        fresh = all(o.client is not None and o.verdict is Verdict.FRESH for o in outcomes)
        return AppliedRun(tuple(outcomes), decided, by_client, fresh)


@message
class Installed:
    """A snapshot took the place of every slot up to ``slot`` that was not applied here.

    ``results`` holds ``(sequence, result)`` of this node's own commands that it contains.
    """

    slot: int
    results: list[tuple[int, bytes]]


@message
class Regrouped:
    """From ``from_slot`` on, the next slot to be applied, ``membership`` decides.

    ``version`` counts the memberships from 1; ``before`` is the one that this replica knew.
    """

    from_slot: int
    version: int
    membership: Membership
    before: Membership


@message
class RoleChanged:
    """The replica's role is now ``role``.

    ``why`` is a sentence for people, with ``{ballot}`` and ``{node}`` where it speaks of these:
    only the host knows what people call a node.
    """

    role: str
    why: str
    ballot: Ballot = NO_BALLOT
    node: int = 0


@message
class Asked:
    """The node's own client asks something of the state.

    From here on the answer must be as new as whatever any client has been told before.
    """

    number: int
    how: ReadKind
    op: bytes


@message
class Answered:
    """The answer to a read: what the state after ``slot`` says.

    ``how`` is what was asked for, ``served`` what the answer rests on: a read by lease is served by
    read index where no lease is held. ``tries`` counts how often it was asked, from 1.
    """

    number: int
    how: ReadKind
    served: ReadKind
    slot: int
    result: bytes
    tries: int


@message
class Withheld:
    """A promise or pre-vote of ``ballot`` was refused, as this node has granted a lease.

    ``holder`` is whose lease it is; 0 if this node has forgotten whose, over a restart.
    """

    ballot: Ballot
    holder: int


@message
class LeaseLapsed:
    """The node leads, and its lease ran out before a quorum renewed it."""

    ballot: Ballot


Effect: TypeAlias = (
    Persist
    | Checkpoint
    | Send
    | Broadcast
    | SetTimer
    | CancelTimer
    | Applied
    | AppliedRun
    | Installed
    | Regrouped
    | RoleChanged
    | Asked
    | Answered
    | Withheld
    | LeaseLapsed
)
