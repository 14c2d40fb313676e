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
from attrs import Factory, define

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


@define
class _Session:
    incarnation: int
    first_outstanding: int = 1
    results: dict[int, bytes] = Factory(dict)


class SessionTable:
    """Which commands were applied, and with which results: part of the replicated state."""

    def __init__(self) -> None:
        self._sessions: dict[int, _Session] = {}
        self._digest = 0

    def admit(self, command: Command) -> Verdict:
        """Whether to apply a chosen command; drops the results that its client has received."""
        node, incarnation = command.client
        session = self._sessions.get(node)
        if session is None or incarnation > session.incarnation:
            session = self._sessions[node] = _Session(incarnation)
        elif incarnation < session.incarnation:
            return Verdict.STALE
        if command.first_outstanding > session.first_outstanding:
            session.first_outstanding = command.first_outstanding
            for sequence in [s for s in session.results if s < command.first_outstanding]:
                del session.results[sequence]
        if command.sequence < session.first_outstanding:
            return Verdict.STALE
        return Verdict.DUPLICATE if command.sequence in session.results else Verdict.FRESH

    def store(self, command: Command, result: bytes) -> None:
        """Remember the result of a fresh command."""
        self._sessions[command.client.node].results[command.sequence] = result
        chained = msgpack.packb([self._digest, *command.client, command.sequence, result])
        self._digest = int.from_bytes(blake2b(chained, digest_size=8).digest(), "little")

    def result(self, client: Client, sequence: int) -> bytes | None:
        """The remembered result of a command, if it was applied and is still remembered."""
        session = self._sessions.get(client.node)
        if session is None or session.incarnation != client.incarnation:
            return None
        return session.results.get(sequence)

    def is_done(self, client: Client, sequence: int) -> bool:
        """Whether proposing this command again could have no effect."""
        session = self._sessions.get(client.node)
        if session is None or client.incarnation > session.incarnation:
            return False
        return (
            client.incarnation < session.incarnation
            or sequence < session.first_outstanding
            or sequence in session.results
        )

    def digest(self) -> int:
        """64 bits over every fresh command and its result, in order."""
        return self._digest

    def snapshot(self) -> bytes:
        """The table as bytes: without it, a snapshot would apply commands twice."""
        rows = [
            [node, session.incarnation, session.first_outstanding, list(session.results.items())]
            for node, session in self._sessions.items()
        ]
        packed: bytes = msgpack.packb([self._digest, rows])
        return packed

    def restore(self, data: bytes) -> None:
        """Become the table that :meth:`snapshot` packed."""
        self._digest, rows = msgpack.unpackb(data)
        self._sessions = {
            node: _Session(incarnation, first_outstanding, dict(results))
            for node, incarnation, first_outstanding, results in rows
        }
