"""Reads: charge points that ask for the network's state, and what the event log says of it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from fsm.network.queries import in_words, summary
from paxos.effects import Answered, Asked, LeaseLapsed, ReadKind, Withheld
from paxos.membership import label
from paxos.sim.host import Status
from scenarios.errors import InputError
from scenarios.format import HOWS
from scenarios.node import Node

if TYPE_CHECKING:
    from scenarios.world import World

IN_WORDS = {
    ReadKind.LOG: "through the log",
    ReadKind.INDEX: "by read index",
    ReadKind.LEASE: "by lease",
}


Hearer = Callable[[int, Asked | Answered], None]
"""Takes the number of a charge point, and its question or the answer to it."""


class Readers:
    """The reads of a run: when each was asked, in virtual time, and how many were answered."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.answers = 0
        self._asked_us: dict[tuple[int, int], int] = {}
        """By charge point and number of the read; a restart begins the numbers anew."""
        self.hearers: list[Hearer] = []

    def ask(self, number: int, word: object) -> str:
        """Let a charge point ask for the network's summary now; returns how it asks.

        Raises:
            InputError: no such kind of read, or its process does not run.
        """
        world = self.world
        if word not in HOWS:
            raise InputError(f"how is one of {', '.join(HOWS)}, found {word!r}")
        host = world.cluster.hosts[number]
        if host.status is not Status.ALIVE or not isinstance(host.process, Node):
            raise InputError(f"{world.ids[number]} is {host.status.name.lower()}")
        how = ReadKind(HOWS.index(str(word)))
        local_us = world.cluster.local_us(number)
        world.cluster.execute(host, host.process.read(summary(), how, local_us))
        return IN_WORDS[how]

    def asked(self, number: int, effect: Asked) -> None:
        """Note when it was."""
        self._asked_us[(number, effect.number)] = self.world.now_us
        self._tell(number, effect)

    def answered(self, number: int, effect: Answered) -> None:
        """One line: what, how, of which slot, and how long it took."""
        self.answers += 1
        self._tell(number, effect)
        took_us = self.world.now_us - self._asked_us.pop((number, effect.number))
        how = IN_WORDS[effect.served]
        if effect.served is not effect.how:
            how += f", as no {effect.how.name.lower()} was held"
        if effect.tries > 1:
            how += f", asked {effect.tries} times"
        said = in_words(effect.result)
        text = f"read {said} — {how}, at slot {effect.slot:,}, in {took_us / 1_000:g} ms"
        self._note(number, "info", text)

    def withheld(self, number: int, effect: Withheld) -> None:
        """A promise that was not given, for a lease."""
        names = self.world.ids
        ballot = f"{effect.ballot.round}.{label(effect.ballot.node, names)}"
        why = (
            f"its lease to {label(effect.holder, names)} lasts"
            if effect.holder
            else ("it may have granted a lease before its restart")
        )
        self._note(number, "consensus", f"promises nothing to ballot {ballot}: {why}")

    def lapsed(self, number: int, effect: LeaseLapsed) -> None:
        """A lease that was not renewed in time."""
        self._note(number, "consensus", "its lease has lapsed: no quorum renewed it in time")

    def _tell(self, number: int, effect: Asked | Answered) -> None:
        for hearer in self.hearers:
            hearer(number, effect)

    def _note(self, number: int, severity: str, text: str) -> None:
        self.world.note(severity, self.world.ids[number], text)
