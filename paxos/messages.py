"""What replicas say to each other.

A message is a flat row on the wire, ``[tag, field, …]``, with a ballot as its two integers; the bus
says who sent it. Slots count from 1. Values are opaque bytes: empty bytes are the no-op, anything
else is a command of :mod:`paxos.clients`.

The classes are frozen for the type checker and plain slots at run time: an attrs class frozen at
run time costs three times as much to make, and a run makes millions.
"""

from typing import Any, ClassVar, TypeAlias, TypeVar, dataclass_transform

from attrs import define

from paxos.ballot import Ballot

_C = TypeVar("_C")


@dataclass_transform(frozen_default=True)
def message(cls: type[_C]) -> type[_C]:
    """Make an attrs class with slots that only the type checker holds frozen."""
    return define(cls)


Value: TypeAlias = bytes
NOOP: Value = b""

Row: TypeAlias = list[Any]


@message
class Prepare:
    """Phase 1a: promise ``ballot`` for every slot from ``from_slot`` on (*PMMC* §2.2, p1a)."""

    TAG: ClassVar[int] = 1
    ballot: Ballot
    from_slot: int

    def row(self) -> Row:
        """The fields in wire order."""
        return [1, *self.ballot, self.from_slot]

    @staticmethod
    def parse(row: Row) -> "Prepare":
        """The message in a row."""
        return Prepare(Ballot(row[1], row[2]), row[3])


@message
class Promise:
    """Phase 1b: what the acceptor has accepted from ``from_slot`` on, each at its highest ballot.

    ``accepted`` holds ``(slot, ballot, value)`` in the order of slots. Up to ``floor_slot`` the
    promiser has compacted its log: those slots are decided, and it can no longer say how.
    """

    TAG: ClassVar[int] = 2
    ballot: Ballot
    from_slot: int
    accepted: list[tuple[int, Ballot, Value]]
    floor_slot: int

    def row(self) -> Row:
        """The fields in wire order."""
        flat: list[Any] = []
        for slot, ballot, value in self.accepted:
            flat += (slot, ballot.round, ballot.node, value)
        return [2, *self.ballot, self.from_slot, flat, self.floor_slot]

    @staticmethod
    def parse(row: Row) -> "Promise":
        """The message in a row."""
        flat = row[4]
        accepted = [
            (flat[i], Ballot(flat[i + 1], flat[i + 2]), flat[i + 3]) for i in range(0, len(flat), 4)
        ]
        return Promise(Ballot(row[1], row[2]), row[3], accepted, row[5])


@message
class Accept:
    """Phase 2a: accept ``values`` for the run of slots that starts at ``first_slot``.

    ``commit_slot`` is the leader's commit index, told along.
    """

    TAG: ClassVar[int] = 3
    ballot: Ballot
    first_slot: int
    values: list[Value]
    commit_slot: int

    def row(self) -> Row:
        """The fields in wire order."""
        return [3, *self.ballot, self.first_slot, self.values, self.commit_slot]

    @staticmethod
    def parse(row: Row) -> "Accept":
        """The message in a row."""
        return Accept(Ballot(row[1], row[2]), row[3], row[4], row[5])


@message
class Accepted:
    """Phase 2b: the sender has accepted ``count`` slots from ``first_slot`` on, at ``ballot``."""

    TAG: ClassVar[int] = 4
    ballot: Ballot
    first_slot: int
    count: int

    def row(self) -> Row:
        """The fields in wire order."""
        return [4, *self.ballot, self.first_slot, self.count]

    @staticmethod
    def parse(row: Row) -> "Accepted":
        """The message in a row."""
        return Accepted(Ballot(row[1], row[2]), row[3], row[4])


@message
class Nack:
    """A refusal: ``ballot`` is below what the sender has promised."""

    TAG: ClassVar[int] = 5
    ballot: Ballot
    promised: Ballot

    def row(self) -> Row:
        """The fields in wire order."""
        return [5, *self.ballot, *self.promised]

    @staticmethod
    def parse(row: Row) -> "Nack":
        """The message in a row."""
        return Nack(Ballot(row[1], row[2]), Ballot(row[3], row[4]))


@message
class Heartbeat:
    """The leader of ``ballot`` is alive, and every slot up to ``commit_slot`` is chosen.

    ``round`` counts the ballot's heartbeats from 1, so that an answer says which one it answers.
    """

    TAG: ClassVar[int] = 6
    ballot: Ballot
    commit_slot: int
    round: int = 0

    def row(self) -> Row:
        """The fields in wire order."""
        return [6, *self.ballot, self.commit_slot, self.round]

    @staticmethod
    def parse(row: Row) -> "Heartbeat":
        """The message in a row."""
        return Heartbeat(Ballot(row[1], row[2]), row[3], row[4])


@message
class HeartbeatAck:
    """The answer to a heartbeat or to decisions.

    ``told_slot`` echoes the commit index that was told, ``commit_slot`` is how far the sender got
    with it: where it is lower, the sender lacks entries and wants decisions. ``round`` is the
    heartbeat's: when it arrived, the sender followed nobody of a higher ballot, and it has granted
    a lease. It is 0 where the answer says nothing of the kind.
    """

    TAG: ClassVar[int] = 7
    ballot: Ballot
    told_slot: int
    commit_slot: int
    round: int = 0

    def row(self) -> Row:
        """The fields in wire order."""
        return [7, *self.ballot, self.told_slot, self.commit_slot, self.round]

    @staticmethod
    def parse(row: Row) -> "HeartbeatAck":
        """The message in a row."""
        return HeartbeatAck(Ballot(row[1], row[2]), row[3], row[4], row[5])


@message
class Commit:
    """Every slot up to ``commit_slot`` is chosen; asks for no answer."""

    TAG: ClassVar[int] = 8
    ballot: Ballot
    commit_slot: int

    def row(self) -> Row:
        """The fields in wire order."""
        return [8, *self.ballot, self.commit_slot]

    @staticmethod
    def parse(row: Row) -> "Commit":
        """The message in a row."""
        return Commit(Ballot(row[1], row[2]), row[3])


@message
class Decisions:
    """Chosen values, for a replica that lacks them: a run of slots from ``first_slot`` on.

    ``commit_slot`` is the sender's commit index, so that the receiver knows whether more follows.
    """

    TAG: ClassVar[int] = 9
    ballot: Ballot
    first_slot: int
    values: list[Value]
    commit_slot: int

    def row(self) -> Row:
        """The fields in wire order."""
        return [9, *self.ballot, self.first_slot, self.values, self.commit_slot]

    @staticmethod
    def parse(row: Row) -> "Decisions":
        """The message in a row."""
        return Decisions(Ballot(row[1], row[2]), row[3], row[4], row[5])


@message
class Forward:
    """Commands from a replica that does not lead, for the one that it believes to lead."""

    TAG: ClassVar[int] = 10
    values: list[Value]

    def row(self) -> Row:
        """The fields in wire order."""
        return [10, self.values]

    @staticmethod
    def parse(row: Row) -> "Forward":
        """The message in a row."""
        return Forward(row[1])


@message
class PreVote:
    """Would you promise ``ballot``? Nothing is promised by asking or by answering.

    A replica that was cut off asks this before it raises a ballot, so its return disturbs nobody
    (Ongaro's thesis §9.6; etcd's PreVote).
    """

    TAG: ClassVar[int] = 11
    ballot: Ballot
    commit_slot: int

    def row(self) -> Row:
        """The fields in wire order."""
        return [11, *self.ballot, self.commit_slot]

    @staticmethod
    def parse(row: Row) -> "PreVote":
        """The message in a row."""
        return PreVote(Ballot(row[1], row[2]), row[3])


@message
class PreVoteReply:
    """The answer to a pre-vote; ``promised`` tells the asker which round to go beyond."""

    TAG: ClassVar[int] = 12
    ballot: Ballot
    granted: bool
    promised: Ballot

    def row(self) -> Row:
        """The fields in wire order."""
        return [12, *self.ballot, self.granted, *self.promised]

    @staticmethod
    def parse(row: Row) -> "PreVoteReply":
        """The message in a row."""
        return PreVoteReply(Ballot(row[1], row[2]), row[3], Ballot(row[4], row[5]))


@message
class SnapshotChunk:
    """A piece of the snapshot that covers every slot up to ``slot``.

    ``data`` stands at ``offset`` of ``size`` bytes.
    """

    TAG: ClassVar[int] = 13
    slot: int
    offset: int
    size: int
    data: bytes

    def row(self) -> Row:
        """The fields in wire order."""
        return [13, self.slot, self.offset, self.size, self.data]

    @staticmethod
    def parse(row: Row) -> "SnapshotChunk":
        """The message in a row."""
        return SnapshotChunk(row[1], row[2], row[3], row[4])


@message
class SnapshotPull:
    """Send the snapshot of ``slot`` from ``offset`` on, or begin with a newer one.

    The receiver asks for each piece, so the sender remembers nothing of the transfer, and what is
    lost is asked for again.
    """

    TAG: ClassVar[int] = 14
    slot: int
    offset: int

    def row(self) -> Row:
        """The fields in wire order."""
        return [14, self.slot, self.offset]

    @staticmethod
    def parse(row: Row) -> "SnapshotPull":
        """The message in a row."""
        return SnapshotPull(row[1], row[2])


@message
class ReadIndex:
    """The question how new the answers to the sender's reads up to ``number`` must be.

    The numbers are those of the sender's life ``incarnation``. ``lease`` says whether the word of
    a leader that holds a lease is enough; else it has to ask a quorum first.
    """

    TAG: ClassVar[int] = 15
    incarnation: int
    number: int
    lease: bool

    def row(self) -> Row:
        """The fields in wire order."""
        return [15, self.incarnation, self.number, self.lease]

    @staticmethod
    def parse(row: Row) -> "ReadIndex":
        """The message in a row."""
        return ReadIndex(row[1], row[2], row[3])


@message
class ReadSlot:
    """The answer to a :class:`ReadIndex`: the state after ``slot``, or a later one, is new enough.

    ``lease`` says that it rests on the leader's lease alone.
    """

    TAG: ClassVar[int] = 16
    incarnation: int
    number: int
    slot: int
    lease: bool

    def row(self) -> Row:
        """The fields in wire order."""
        return [16, self.incarnation, self.number, self.slot, self.lease]

    @staticmethod
    def parse(row: Row) -> "ReadSlot":
        """The message in a row."""
        return ReadSlot(row[1], row[2], row[3], row[4])


Message: TypeAlias = (
    Prepare
    | Promise
    | Accept
    | Accepted
    | Nack
    | Heartbeat
    | HeartbeatAck
    | Commit
    | Decisions
    | Forward
    | PreVote
    | PreVoteReply
    | SnapshotChunk
    | SnapshotPull
    | ReadIndex
    | ReadSlot
)

MESSAGES: tuple[type[Message], ...] = (
    Prepare,
    Promise,
    Accept,
    Accepted,
    Nack,
    Heartbeat,
    HeartbeatAck,
    Commit,
    Decisions,
    Forward,
    PreVote,
    PreVoteReply,
    SnapshotChunk,
    SnapshotPull,
    ReadIndex,
    ReadSlot,
)
