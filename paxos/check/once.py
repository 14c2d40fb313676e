"""C1, a command is applied at most once: one history for all replicas.

Slots are first applied in their order, by whomever. That one history says which commands are done,
and every other replica must agree with it slot by slot: so one memory does for all of them.
"""

from collections.abc import Callable

from attrs import Factory, define

from paxos.check.violation import InvariantViolation
from paxos.clients import Verdict, decode
from paxos.effects import Applied


@define
class _Done:
    """What a node's client had applied: by its newest incarnation, and not below ``first``."""

    incarnation: int
    first: int = 1
    sequences: set[int] = Factory(set)


class Once:
    """What became of every command. ``name`` says what people call a node."""

    def __init__(self, name: Callable[[int], str]) -> None:
        self.name = name
        self.verdicts: dict[int, Verdict] = {}
        """What became of the command in each slot where it was applied first."""
        self.done: dict[int, _Done] = {}
        """By the client's node, over all slots that anybody has applied."""

    def check(self, node: int, applied: Applied) -> None:
        """Look at a slot that a node applied.

        Raises:
            InvariantViolation: its command was applied before, or was known to be done.
        """
        known = self.verdicts.get(applied.slot)
        if known is None:
            if applied.client is not None and applied.verdict is Verdict.FRESH:
                self._note(node, applied)
            self.verdicts[applied.slot] = applied.verdict
        elif applied.verdict is Verdict.FRESH and known is not Verdict.FRESH:
            self._refuse(node, applied)

    def _note(self, node: int, applied: Applied) -> None:
        """A command that is applied; what its client had answered needs no memory.

        A command below its client's first outstanding, or of an earlier incarnation, may have been
        applied before, and nobody waits for it: to apply it is as wrong as to apply it again.
        """
        client, sequence, first, *_ = decode(applied.value)
        done = self.done.get(client.node)
        if done is None or client.incarnation > done.incarnation:
            done = self.done[client.node] = _Done(client.incarnation)
        again = sequence < done.first or sequence in done.sequences
        if again or client.incarnation < done.incarnation:
            self._refuse(node, applied)
        done.sequences.add(sequence)
        if first > done.first:
            done.first = first
            done.sequences = {s for s in done.sequences if s >= first}

    def _refuse(self, node: int, applied: Applied) -> None:
        client, sequence, *_ = decode(applied.value)
        raise InvariantViolation(
            "C1",
            f"{self.name(node)} applied command {sequence} of "
            f"{self.name(client.node)} again in slot {applied.slot}",
            slot=applied.slot,
            nodes=(node,),
        )
