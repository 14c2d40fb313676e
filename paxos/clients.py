"""Commands, and applying each at most once.

A command carries ``(client, sequence)``. A client may have several commands outstanding, and they
may be chosen out of order or twice, so remembering only the last sequence would take a late first
copy for a duplicate. As in RIFL (Lee et al., SOSP 2015) each command also says which is the
client's first sequence still outstanding: results below it are dropped, and a command below it can
only be a duplicate.

A client is one incarnation of one node. A node that restarts has forgotten its sequences, so it
comes back under the next incarnation, and what an earlier incarnation still has under way is no
longer applied: nobody waits for it.
"""

from enum import IntEnum
from hashlib import blake2b
from typing import NamedTuple

import msgpack

from paxos.messages import Value


class Client(NamedTuple):
    """Who a command is from: a node, in one of its incarnations (counted from 1)."""

    node: int
    incarnation: int


class Purpose(IntEnum):
    """Whom a command is for."""

    UPDATE = 0
    """The state machine, which it may change."""
    READ = 1
    """The state machine, which only answers: a read through the log."""
    CHANGE = 2
    """The group itself: a change of membership (:mod:`paxos.membership`)."""


class Command(NamedTuple):
    """A decoded command. Who reads ``op`` depends on its purpose."""

    client: Client
    sequence: int
    first_outstanding: int
    op: bytes
    purpose: Purpose = Purpose.UPDATE


_PURPOSES = tuple(Purpose)
_LIST_OF_SIX = b"\x96"
_CHANGE = bytes([Purpose.CHANGE])


def encode(command: Command) -> Value:
    """The command as the opaque value of a slot; an update does not say that it is one."""
    client, sequence, first_outstanding, op, purpose = command
    row: list[object] = [client.node, client.incarnation, sequence, first_outstanding, op]
    if purpose:
        row.append(int(purpose))
    value: bytes = msgpack.packb(row)
    return value


def decode(value: Value) -> Command:
    """The command in a slot's value; the value must not be the no-op."""
    node, incarnation, sequence, first_outstanding, op, *purpose = msgpack.unpackb(value)
    client = Client(node, incarnation)
    if not purpose:
        return Command(client, sequence, first_outstanding, op)
    return Command(client, sequence, first_outstanding, op, _PURPOSES[purpose[0]])


def is_change(value: Value) -> bool:
    """Whether a slot's value is a change of membership; cheap enough to ask of every slot."""
    return value[:1] == _LIST_OF_SIX and value[-1:] == _CHANGE


class Verdict(IntEnum):
    """What became of a chosen command."""

    FRESH = 0
    """It was applied now."""
    DUPLICATE = 1
    """It was applied before; its result is remembered."""
    STALE = 2
    """Nobody waits for it: below the first outstanding, or of an earlier incarnation."""


class Session(NamedTuple):
    """What is remembered of one client; never changed, like all that is below here."""

    incarnation: int
    first_outstanding: int = 1
    results: dict[int, bytes] = {}  # noqa: RUF012 - shared, and nobody changes it


class Sessions(NamedTuple):
    """The sessions of all clients after one command, as a value that is never changed.

    They stand on shelves of 32 nodes, so that a change copies one shelf and the list of shelves,
    and shares all else with the value before.
    """

    digest: int = 0
    shelves: dict[int, dict[int, Session]] = {}  # noqa: RUF012 - never changed

    def find(self, node: int) -> Session | None:
        """The session of a node's client."""
        shelf = self.shelves.get(node >> 5)
        return None if shelf is None else shelf.get(node)

    def put(self, node: int, session: Session) -> "Sessions":
        """The sessions with that one in its place."""
        shelf = {**self.shelves.get(node >> 5, {}), node: session}
        return Sessions(self.digest, {**self.shelves, node >> 5: shelf})

    def items(self) -> list[tuple[int, Session]]:
        """Every node with its session, shelf by shelf in the order of their first commands."""
        return [entry for shelf in self.shelves.values() for entry in shelf.items()]


class SessionTable:
    """Which commands were applied, and with which results: part of the replicated state.

    It holds one immutable value, ``state``: replicas that have applied the same log can share it.
    """

    def __init__(self) -> None:
        self.state = Sessions()

    def admit(self, command: Command) -> Verdict:
        """Whether to apply a chosen command; drops the results that its client has received."""
        node, incarnation = command.client
        found = self.state.find(node)
        session = found
        if session is None or incarnation > session.incarnation:
            session = Session(incarnation)
        elif incarnation < session.incarnation:
            return Verdict.STALE
        first = command.first_outstanding
        if first > session.first_outstanding:
            kept = {s: result for s, result in session.results.items() if s >= first}
            session = Session(incarnation, first, kept)
        if session is not found:
            self.state = self.state.put(node, session)
        if command.sequence < session.first_outstanding:
            return Verdict.STALE
        return Verdict.DUPLICATE if command.sequence in session.results else Verdict.FRESH

    def store(self, command: Command, result: bytes) -> None:
        """Remember the result of a fresh command."""
        node = command.client.node
        session = self.state.find(node)
        assert session is not None, "it was admitted before"  # noqa: S101 - the learner's mistake
        results = {**session.results, command.sequence: result}
        chained = msgpack.packb([self.state.digest, *command.client, command.sequence, result])
        digest = int.from_bytes(blake2b(chained, digest_size=8).digest(), "little")
        session = Session(session.incarnation, session.first_outstanding, results)
        self.state = Sessions(digest, self.state.put(node, session).shelves)

    def result(self, client: Client, sequence: int) -> bytes | None:
        """The remembered result of a command, if it was applied and is still remembered."""
        session = self.state.find(client.node)
        if session is None or session.incarnation != client.incarnation:
            return None
        return session.results.get(sequence)

    def is_done(self, client: Client, sequence: int) -> bool:
        """Whether proposing this command again could have no effect."""
        session = self.state.find(client.node)
        if session is None or client.incarnation > session.incarnation:
            return False
        return (
            client.incarnation < session.incarnation
            or sequence < session.first_outstanding
            or sequence in session.results
        )

    def digest(self) -> int:
        """64 bits over every fresh command and its result, in order."""
        return self.state.digest

    def snapshot(self) -> bytes:
        """The table as bytes: without it, a snapshot would apply commands twice."""
        rows = [
            [node, session.incarnation, session.first_outstanding, list(session.results.items())]
            for node, session in self.state.items()
        ]
        packed: bytes = msgpack.packb([self.state.digest, rows])
        return packed

    def restore(self, data: bytes) -> None:
        """Become the table that :meth:`snapshot` packed."""
        digest, rows = msgpack.unpackb(data)
        shelves: dict[int, dict[int, Session]] = {}
        for node, incarnation, first_outstanding, results in rows:
            session = Session(incarnation, first_outstanding, dict(results))
            shelves.setdefault(node >> 5, {})[node] = session
        self.state = Sessions(digest, shelves)
