"""The commands of the log, each once, in order, as soon as the first replica has applied it.

Replicas compact their logs, crash and jump over slots with a snapshot; so whoever wants all
commands must listen while they are applied. Snapshots are taken from what was applied, so a replica
that installs one never gets ahead of what was heard here.
"""

from collections.abc import Callable

from attrs import frozen

from fsm.network.state import NetworkState
from paxos.clients import Purpose, Verdict, decode
from paxos.effects import Applied, AppliedRun
from paxos.messages import NOOP


@frozen
class Chosen:
    """A command that the state machine was given. ``slot`` counts from 1."""

    slot: int
    command: bytes
    result: bytes


Hearer = Callable[[Chosen, NetworkState], None]
"""Takes a command, and the network of the replica that applied it: it may be further already."""


class HoleError(Exception):
    """A slot was applied before the one below it was heard: a fault of this program."""


class Choir:
    """Tells its hearers of every command. ``slot`` is the last one that was heard."""

    def __init__(self) -> None:
        self.slot = 0
        self.hearers: list[Hearer] = []

    def hear(self, effect: Applied | AppliedRun, network: NetworkState) -> None:
        """Take what a replica has applied. Raises :class:`HoleError`."""
        if isinstance(effect, Applied) and effect.slot <= self.slot:
            return
        outcomes = effect.outcomes if isinstance(effect, AppliedRun) else (effect,)
        for outcome in outcomes:
            if outcome.slot <= self.slot:
                continue
            if outcome.slot != self.slot + 1:
                raise HoleError(f"slot {outcome.slot} was applied, and {self.slot} was the last")
            self.slot = outcome.slot
            if outcome.verdict is Verdict.FRESH and outcome.value != NOOP:
                command = decode(outcome.value)
                if command.purpose is Purpose.UPDATE:
                    chosen = Chosen(outcome.slot, command.op, outcome.result)
                    for hearer in self.hearers:
                        hearer(chosen, network)
