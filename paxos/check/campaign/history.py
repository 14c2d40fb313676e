"""What clients saw, and whether the log explains it.

A command takes effect once, in the first slot that holds it, and its result follows from the log
in order; a read stands right behind the slot that it was answered from. If one was done before
another began, it stands before it. Together that is linearizability (Herlihy, Wing 1990).

The same history is judged once more without the log, by what the clients saw alone
(:mod:`paxos.check.linearizability`): a checker that knows nothing of slots shares no mistake with
the first one.
"""

from collections.abc import Iterator
from itertools import count
from typing import Any

import msgpack
from attrs import Factory, define, frozen

from paxos.check.linearizability.models import KV
from paxos.check.linearizability.operations import Operation
from paxos.check.linearizability.verdict import Answer, check
from paxos.clients import Client, Command, Purpose, decode
from paxos.messages import NOOP, Value

LOOKS_MAX = 50
"""How often the search for an order is asked whether to go on: each 2,000 configurations."""

Key = tuple[int, int, int]
"""A command: node, incarnation, sequence."""


class Inconsistent(Exception):  # noqa: N818 - a verdict
    """What the clients saw contradicts the log."""


class Undecided(Exception):  # noqa: N818 - a verdict
    """Nobody knows: the search for an order was given up."""


@frozen
class Read:
    """A read that was answered: from which slot, with what; and the moments of both ends."""

    op: bytes
    asked: int
    slot: int
    result: bytes
    answered: int


@define
class History:
    """Submissions and results by command, with moments in their order; and every slot's value."""

    submitted: dict[Key, int] = Factory(dict)
    done: dict[Key, int] = Factory(dict)
    results: dict[Key, bytes] = Factory(dict)
    log: dict[int, Value] = Factory(dict)
    """As it was applied: the replicas forget."""
    reads: dict[Key, Read] = Factory(dict)

    def submit(self, client: Client, sequence: int, moment: int) -> None:
        """A client hands a command in."""
        self.submitted[*client, sequence] = moment

    def begin(self, client: Client) -> None:
        """A client begins to live; one of that name may have lived without leaving a trace.

        It died before its incarnation was on disk, so nothing it submitted can have left its node.

        Raises:
            Inconsistent: something has.
        """
        gone = [key for key in self.submitted if key[:2] == client]
        said = {(*command.client, command.sequence) for command in self._commands()}
        for key in gone:
            if key in said or key in self.results:
                raise Inconsistent(f"{key} was heard of, but its client is begun again")
            del self.submitted[key]

    def _commands(self) -> Iterator[Command]:
        return (decode(value) for value in self.log.values() if value != NOOP)

    def answer(self, client: Client, sequence: int, result: bytes, moment: int) -> None:
        """A client gets its result; the first counts."""
        self.results.setdefault((*client, sequence), result)
        self.done.setdefault((*client, sequence), moment)

    def check(self, last_slot: int) -> None:
        """Explain everything by the slots up to the last that was applied.

        Raises:
            Inconsistent: it cannot be explained.
        """
        values: dict[Any, Any] = {}
        seen: set[Key] = set()
        readers: dict[int, list[Key]] = {}
        for ticket, read in self.reads.items():
            readers.setdefault(read.slot, []).append(ticket)
        latest = 0
        for slot, command in self._effective(last_slot):
            if command is not None:
                key = (*command.client, command.sequence)
                seen.add(key)
                result = _set(values, command.op)
                if key in self.results:
                    self._check_result(key, slot, result, latest)
                latest = max(latest, self.submitted[key])
            for ticket in readers.pop(slot, []):
                self._check_read(ticket, values, latest)
                latest = max(latest, self.reads[ticket].asked)
        if not set(self.results) <= seen:
            raise Inconsistent("a client got a result for a command that is not in the log")
        if readers:
            raise Inconsistent(f"reads were answered from slots that are not in the log: {readers}")
        self.check_clients()

    def operations(self) -> list[Operation]:
        """What the clients saw, with nothing of the log; setting a key tells what was there."""
        found: list[Operation] = []
        ops = self._ops()
        for (node, incarnation, sequence), moment in self.submitted.items():
            command = (node, incarnation, sequence)
            op = ops.get(command)
            if op is None:
                continue  # it is in no slot, and nobody was told anything of it
            key, value = msgpack.unpackb(op)
            told = command in self.results
            result = msgpack.unpackb(self.results[command]) if told else None
            end = self.done[command] if told else None
            found.append(Operation(len(found), node, key, "swap", value, result, moment, end))
        for (node, _, _), read in self.reads.items():
            (key,) = msgpack.unpackb(read.op)
            result = msgpack.unpackb(read.result)
            found.append(
                Operation(len(found), node, key, "get", None, result, read.asked, read.answered)
            )
        return found

    def _ops(self) -> dict[Key, bytes]:
        """What was asked, by command, as far as it is in the log."""
        return {
            (*command.client, command.sequence): command.op
            for command in self._commands()
            if command.purpose is Purpose.UPDATE
        }

    def check_clients(self) -> None:
        """Explain everything by some order, whatever the log says.

        Raises:
            Inconsistent: there is none.
            Undecided: the search was too long.
        """
        looks = count()
        verdict = check(self.operations(), KV, exhausted=lambda: next(looks) >= LOOKS_MAX)
        if verdict.answer is Answer.NOT_LINEARIZABLE:
            conflict = verdict.violation.conflict if verdict.violation is not None else ()
            blamed = "; ".join(
                f"{KV.words(op)} → {KV.answer(op)} ({op.call} to {op.returned})" for op in conflict
            )
            raise Inconsistent(f"what the clients saw is not linearizable: {blamed}")
        if verdict.answer is not Answer.LINEARIZABLE:
            raise Undecided("the search for an order is too long for its limit")

    def _check_result(self, key: Key, slot: int, result: bytes, latest: int) -> None:
        """A command's result, and that it ended when all that stands before it had begun."""
        if self.results[key] != result:
            raise Inconsistent(f"{key} in slot {slot} returned {self.results[key]!r}")
        if self.done[key] < latest:
            raise Inconsistent(f"{key} in slot {slot} was done before an earlier one began")

    def _check_read(self, ticket: Key, values: dict[Any, Any], latest: int) -> None:
        """A read against the state after its slot."""
        read = self.reads[ticket]
        (name,) = msgpack.unpackb(read.op)
        if msgpack.unpackb(read.result) != values.get(name):
            raise Inconsistent(f"read {ticket} from slot {read.slot} says {read.result!r}")
        if read.answered < latest:
            raise Inconsistent(f"read {ticket} from slot {read.slot} ended before an earlier began")

    def _effective(self, last_slot: int) -> Iterator[tuple[int, Command | None]]:
        """Every slot, with its update if that took effect there; slot 0 is the beginning."""
        seen: set[Key] = set()
        newest: dict[int, int] = {}
        outstanding: dict[tuple[int, int], int] = {}
        yield 0, None
        for slot in range(1, last_slot + 1):
            value = self.log[slot]
            command = None if value == NOOP else decode(value)
            if command is not None:
                node, incarnation = command.client
                key = (node, incarnation, command.sequence)
                first = outstanding.get((node, incarnation), 1)
                stale = incarnation < newest.get(node, 1) or command.sequence < first
                if incarnation >= newest.get(node, 1):
                    outstanding[node, incarnation] = max(first, command.first_outstanding)
                if key in seen or stale:
                    command = None
                else:
                    seen.add(key)
                    newest[node] = incarnation
                    if command.purpose is not Purpose.UPDATE:
                        command = None
            yield slot, command


def _set(values: dict[Any, Any], op: bytes) -> bytes:
    key, value = msgpack.unpackb(op)
    before = values.get(key)
    values[key] = value
    return bytes(msgpack.packb(before))
