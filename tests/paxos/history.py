"""What clients saw, and whether the log explains it.

A command takes effect once, in the first slot that holds it, and its result follows from the log
in order. If one was done before another was submitted, it stands before it in the log. Together
that is linearizability, as every result goes through the log (Herlihy, Wing 1990).
"""

from collections.abc import Iterator
from typing import Any

import msgpack
from attrs import Factory, define

from paxos.clients import Client, Command, Purpose, decode
from paxos.messages import NOOP, Value

Key = tuple[int, int, int]
"""A command: node, incarnation, sequence."""


class Inconsistent(AssertionError):  # noqa: N818 - a verdict
    """What the clients saw contradicts the log."""


@define
class History:
    """Submissions and results by command, with moments in their order; and every slot's value."""

    submitted: dict[Key, int] = Factory(dict)
    done: dict[Key, int] = Factory(dict)
    results: dict[Key, bytes] = Factory(dict)
    log: dict[int, Value] = Factory(dict)
    """As it was applied: the replicas forget."""

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
        newest: dict[int, int] = {}
        latest = 0
        for slot in range(1, last_slot + 1):
            value = self.log[slot]
            if value == NOOP:
                continue
            command = decode(value)
            key = (*command.client, command.sequence)
            if key in seen or key[1] < newest.get(key[0], 1):
                continue
            seen.add(key)
            newest[key[0]] = key[1]
            if command.purpose is Purpose.CHANGE:
                continue
            result = _set(values, command.op)
            if key in self.results:
                if self.results[key] != result:
                    raise Inconsistent(f"{key} in slot {slot} returned {self.results[key]!r}")
                if self.done[key] < latest:
                    raise Inconsistent(f"{key} in slot {slot} was done before an earlier one began")
            latest = max(latest, self.submitted[key])
        if not set(self.results) <= seen:
            raise Inconsistent("a client got a result for a command that is not in the log")


def _set(values: dict[Any, Any], op: bytes) -> bytes:
    key, value = msgpack.unpackb(op)
    before = values.get(key)
    values[key] = value
    return bytes(msgpack.packb(before))
