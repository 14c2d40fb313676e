"""What was said in the group, and when: the evidence for "why does this slot hold that?".

A replica forgets what phase 1 told it once it has proposed, and an acceptor overwrites what it had
accepted. The chronicle keeps it: each campaign with the promises that were given, each proposal
with its votes, and who refused whom. It listens where messages leave, when their sender's disk is
safe, and it judges nothing: whether all that was right is for :mod:`paxos.check.invariants`.

It is bounded: the newest slots, campaigns and changes of roles are kept. Times are virtual, in µs.
"""

from collections import deque
from collections.abc import Callable
from typing import Any, ClassVar, Final, TypeVar

from attrs import Factory, define, frozen

from paxos.ballot import NO_BALLOT, Ballot
from paxos.effects import RoleChanged, Withheld
from paxos.messages import Accept, Accepted, Message, Nack, Prepare, PreVoteReply, Promise, Value
from paxos.replica import Replica

KEPT_SLOTS: Final = 2_000
KEPT_CAMPAIGNS: Final = 200
KEPT_ROLES: Final = 4
"""How many changes of role are kept of each node."""
KEPT_TOLD: Final = 256
"""How many accepted slots are kept of one promise, the newest."""

_K = TypeVar("_K")


@frozen
class Told:
    """One promise: when it left, and what its sender had accepted from the asked slot on."""

    at_us: int
    accepted: dict[int, tuple[Ballot, Value]]
    """The ballot and the value by slot; the newest :data:`KEPT_TOLD` slots."""
    floor_slot: int
    """Up to here the sender has compacted its log."""


@define
class Campaign:
    """A ballot from its Prepare on."""

    ballot: Ballot
    at_us: int
    from_slot: int
    """Every slot from this one on was asked for."""
    promises: dict[int, Told] = Factory(dict)
    """By node, in the order in which they left."""
    elected_us: int | None = None
    quorum: tuple[int, ...] = ()
    """Whose promises had been counted when it led; others that came later changed nothing."""

    def found(self, slot: int) -> tuple[Ballot, Value] | None:
        """What phase 1 found accepted in a slot, at the highest ballot; None for nothing."""
        best: tuple[Ballot, Value] | None = None
        for node in self.quorum:
            told = self.promises[node].accepted.get(slot) if node in self.promises else None
            if told is not None and (best is None or told[0] > best[0]):
                best = told
        return best


@define
class Proposal:
    """What one ballot proposed for one slot, and who has voted for it."""

    at_us: int
    value: Value
    votes: dict[int, int] = Factory(dict)
    """When each node's vote left, in that order."""


@frozen
class Reply:
    """What a node answered to somebody who wants to lead, or to go on leading."""

    at_us: int
    ballot: Ballot
    granted: bool
    promised: Ballot
    """What the node had promised by then."""
    is_prevote: bool


@frozen
class Turn:
    """A replica's role changed."""

    at_us: int
    effect: RoleChanged


class Chronicle:
    """The :class:`~paxos.sim.host.Witness` that keeps the evidence."""

    def __init__(self) -> None:
        self.slots: dict[int, dict[Ballot, Proposal]] = {}
        self.campaigns: dict[Ballot, Campaign] = {}
        self.replies: dict[int, dict[int, Reply]] = {}
        """By candidate, then by who answered: the newest answer."""
        self.turns: dict[int, deque[Turn]] = {}
        """By node, the newest changes of its role, the oldest first."""
        self.leases: dict[int, tuple[int, Withheld]] = {}
        """By node, when it last kept a promise back, and for whom."""

    # What the cluster tells.

    def said(self, now_us: int, node: int, message: Message) -> None:
        """A message leaves a node."""
        write = self._SAID.get(type(message))
        if write is not None:
            write(self, now_us, node, message)

    def changed(self, now_us: int, replica: Replica, effect: RoleChanged) -> None:
        """A replica's role changed."""
        node = replica.node
        self.turns.setdefault(node, deque(maxlen=KEPT_ROLES)).append(Turn(now_us, effect))
        campaign = self.campaigns.get(effect.ballot)
        if effect.role == "leader" and campaign is not None:
            campaign.elected_us, campaign.quorum = now_us, replica.proposer.promised_by

    def withheld(self, now_us: int, node: int, effect: Withheld) -> None:
        """A node kept a promise back for a lease."""
        self.leases[node] = (now_us, effect)

    # What is written down.

    def _prepare(self, now_us: int, node: int, prepare: Prepare) -> None:
        if prepare.ballot not in self.campaigns:
            campaign = Campaign(prepare.ballot, now_us, prepare.from_slot)
            _put(self.campaigns, prepare.ballot, campaign, KEPT_CAMPAIGNS)

    def _promise(self, now_us: int, node: int, promise: Promise) -> None:
        campaign = self.campaigns.get(promise.ballot)
        if campaign is None or node in campaign.promises:
            # A repeated promise may tell of what the new leader itself has proposed by then.
            return
        newest = promise.accepted[-KEPT_TOLD:]
        accepted = {slot: (ballot, value) for slot, ballot, value in newest}
        campaign.promises[node] = Told(now_us, accepted, promise.floor_slot)
        self._reply(now_us, node, promise.ballot, granted=True, promised=promise.ballot)

    def _accept(self, now_us: int, node: int, accept: Accept) -> None:
        for slot, value in enumerate(accept.values, accept.first_slot):
            proposals = self.slots.get(slot)
            if proposals is None:
                proposals = {}
                _put(self.slots, slot, proposals, KEPT_SLOTS)
            if accept.ballot not in proposals:
                proposals[accept.ballot] = Proposal(now_us, value)

    def _accepted(self, now_us: int, node: int, accepted: Accepted) -> None:
        for slot in range(accepted.first_slot, accepted.first_slot + accepted.count):
            proposal = self.slots.get(slot, _NONE).get(accepted.ballot)
            if proposal is not None:
                proposal.votes.setdefault(node, now_us)

    def _nack(self, now_us: int, node: int, nack: Nack) -> None:
        self._reply(now_us, node, nack.ballot, granted=False, promised=nack.promised)

    def _prevote(self, now_us: int, node: int, reply: PreVoteReply) -> None:
        self._reply(
            now_us, node, reply.ballot, granted=reply.granted, promised=reply.promised, early=True
        )

    def _reply(
        self,
        now_us: int,
        node: int,
        ballot: Ballot,
        *,
        granted: bool,
        promised: Ballot = NO_BALLOT,
        early: bool = False,
    ) -> None:
        answers = self.replies.setdefault(ballot.node, {})
        answers[node] = Reply(now_us, ballot, granted, promised, early)

    _SAID: ClassVar[dict[type[Message], Callable[["Chronicle", int, int, Any], None]]] = {
        Prepare: _prepare,
        Promise: _promise,
        Accept: _accept,
        Accepted: _accepted,
        Nack: _nack,
        PreVoteReply: _prevote,
    }


_NONE: Final[dict[Ballot, Proposal]] = {}


def _put(table: dict[_K, Any], key: _K, entry: Any, most: int) -> None:
    """Set an entry that is not there; the oldest goes when there are too many."""
    table[key] = entry
    if len(table) > most:
        del table[next(iter(table))]
