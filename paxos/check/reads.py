"""L2: a read is as new as everything that was answered before it was asked.

The checker remembers, for each read, the highest slot of which any client had been told a result
when the read was asked; the answer must come from that slot or a later one. Given a state machine
of its own, it also replays what is chosen, slot after slot, and compares what was answered with
what the state of that slot says. It believes no replica and no clock.
"""

from typing import NamedTuple

from attrs import Factory, define

from paxos.check.tally import Tally
from paxos.check.violation import InvariantViolation
from paxos.clients import Purpose, SessionTable, Verdict, decode
from paxos.effects import Answered, Asked
from paxos.learner import StateMachine
from paxos.messages import NOOP, Value


class ReadKey(NamedTuple):
    """A read: who asked it, in which life, and its number in that life."""

    node: int
    incarnation: int
    number: int


@define
class _Open:
    """A read that has no answer yet."""

    op: bytes
    floor_slot: int
    """The highest slot that any client knew of when it was asked."""
    told: str
    """Who had been told of that slot."""
    known: list[tuple[int, bytes]] = Factory(list)
    """What the states since then say: from which slot on, and what."""


class Reads:
    """What readers may be told. ``machine`` is a fresh one, or None to compare no results."""

    def __init__(self, machine: StateMachine | None = None, tally: Tally | None = None) -> None:
        self._tally = tally if tally is not None else Tally()
        self.told_slot = 0
        """The highest slot of which any client was told a result."""
        self._told_to = "nobody"
        self._open: dict[ReadKey, _Open] = {}
        self._machine = machine
        self._sessions = SessionTable()
        self._slot = 0

    def told(self, who: str, slot: int) -> None:
        """A client was given a result that shows the state after ``slot``."""
        if slot > self.told_slot:
            self.told_slot, self._told_to = slot, who

    def chosen(self, slot: int, value: Value) -> None:
        """A value was applied somewhere; the first time for each slot it is replayed."""
        if self._machine is None or slot != self._slot + 1:
            return
        self._slot = slot
        if value == NOOP:
            return
        command = decode(value)
        if self._sessions.admit(command) is Verdict.FRESH:
            updates = command.purpose is Purpose.UPDATE
            self._sessions.store(command, self._machine.apply(command.op) if updates else b"")
        for read in self._open.values():
            self._know(read)

    def _know(self, read: _Open) -> None:
        assert self._machine is not None  # noqa: S101 - the callers looked
        result = self._machine.query(read.op)
        if not read.known or read.known[-1][1] != result:
            read.known.append((self._slot, result))

    def asked(self, key: ReadKey, asked: Asked) -> None:
        """A client asks: what is known now, it may rely on."""
        read = self._open[key] = _Open(asked.op, self.told_slot, self._told_to)
        if self._machine is not None:
            self._know(read)

    def forget(self, node: int) -> None:
        """A node starts anew: what it had asked nobody waits for."""
        self._open = {key: read for key, read in self._open.items() if key.node != node}

    def answered(self, name: str, key: ReadKey, answered: Answered) -> None:
        """L2 for an answer.

        Raises:
            InvariantViolation: it is older than what was known, or not what the state says.
        """
        read, slot = self._open.pop(key), answered.slot
        self._tally.read(slot - read.floor_slot)
        what = f"{name}'s read {key.number} by {answered.how.name.lower()}"
        if slot < read.floor_slot:
            raise InvariantViolation(
                "L2",
                f"{what} was answered from slot {slot}, but before it was asked "
                f"{read.told} had been told of slot {read.floor_slot}",
                slot=slot,
                nodes=(key.node,),
            )
        right = next((result for since, result in reversed(read.known) if since <= slot), None)
        if right is not None and answered.result != right:
            raise InvariantViolation(
                "L2",
                f"{what} was answered with {answered.result.hex()} from slot {slot}, "
                f"but the state after that slot says {right.hex()}",
                slot=slot,
                nodes=(key.node,),
            )
        self.told(name, slot)
