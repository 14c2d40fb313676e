"""Whether the monitors' word about a charge point had a cause.

The world knows what really happens to charge points and links; the network only infers it. This
notes when each was last ill, and compares with that what each board says, where it says it, and
each finding of the observer. It is no part of a run: nothing in it is seen by a charge point.
"""

from collections import deque
from typing import TYPE_CHECKING

from fsm.ocpp.monitor import Hearing
from paxos.sim.host import Status

if TYPE_CHECKING:
    from scenarios.watching import Found
    from scenarios.world import World

CAUSE_US = 4_000_000
"""How long after its end a fault may still be found.

A beat a second, 2.2 s of silence, a look each half second; and who starts again knows of no leader
until it has heard one.
"""

WORDS = 1_000
"""So many words of a board are remembered: a quarter of an hour, one a second."""


class Alarms:
    """What was ill when, and the findings that nothing explains."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.unfounded: list[str] = []
        self.findings = 0
        """How many were looked at."""
        self._ill: dict[int, None] = {}
        self._ill_us: dict[int, int] = {}
        """By charge point, when it was last not quite well."""
        self._lived_us: dict[int, int] = {}
        """By charge point, when its process last ran."""
        self._bad: dict[tuple[int, int], None] = {}
        self._bad_us: dict[tuple[int, int], int] = {}
        """By directed link, when it was last cut or faulty."""
        self._words: dict[int, deque[int]] = {}
        """By charge point, the latest words of its board that had a cause: when they were said."""
        self._wrong: dict[int, None] = {}
        """Whose boards have said something without a cause."""

    def sample(self) -> None:
        """Note what is ill now; each second, and after each input.

        What was ill the last time was ill until now: it can only have been mended by an input.
        """
        if not self.world.scenario.monitor:
            return
        now_us = self.world.now_us
        ill = {number: None for number in self.world.ids if self._is_ill(number)}
        self._ill_us |= dict.fromkeys((*self._ill, *ill), now_us)
        self._ill = ill
        for number in self.world.ids:
            if self.world.cluster.hosts[number].status is Status.ALIVE:
                self._lived_us[number] = now_us
        made = self.world.cluster.bus.made()
        bad = {(a, b): None for a, b, link in made if link.cut or link.is_faulty()}
        self._bad_us |= dict.fromkeys((*self._bad, *bad), now_us)
        self._bad = bad

    def _is_ill(self, number: int) -> bool:
        """Whether a charge point may not do in time what it should."""
        host = self.world.cluster.hosts[number]
        node = self.world.node(number)
        return (
            node is None
            or host.status is not Status.ALIVE
            or host.slow_us > 0
            or host.busy
            or host.disk.extra_us > 0
            or host.disk.full_at is not None
            or node.replica.node not in node.replica.group.everyone
        )

    def spoke(self, number: int, said_us: int) -> None:
        """Look for the cause of a board's word that its engine is silent, where it is said.

        Of a board that says it again and again without a cause, once is enough.
        """
        if self._was_ill(number):
            self._words.setdefault(number, deque(maxlen=WORDS)).append(said_us)
        elif number not in self._wrong:
            self._wrong[number] = None
            self._unfounded(f"the monitor of {self.world.ids[number]} found its engine silent")

    def check(self, observer: int, found: "Found") -> None:
        """Look for the cause of a finding of the charge point that leads.

        Whoever was deposed and does not know it may find what it likes: the log refuses that.
        """
        world = self.world
        leader = world.leader()
        if leader is None or leader.number != observer:
            return
        self.findings += 1
        number = world.nodes[found.cp_id]
        if found.hearing == Hearing.HEARD:
            explained = self._is_recent(self._lived_us.get(number))
        elif found.hearing == Hearing.SILENT:
            # An engine's own board hears it whatever the links are like. That very word comes late
            # where whoever passes it on is ill, or whoever hears it.
            is_late = any(self._was_ill(it) for it in world.ids)
            is_said = found.said_us in self._words.get(number, ())
            explained = self._was_ill(number) or (is_said and is_late)
        else:
            links = ((number, observer), (observer, number))
            explained = (
                self._was_ill(number)
                or self._was_ill(observer)
                or any(self._is_recent(self._bad_us.get(link)) for link in links)
                or any(link in self._bad for link in links)
            )
        if not explained:
            self._unfounded(f"{world.ids[observer]} found {found.cp_id} {found.hearing}")

    def _unfounded(self, words: str) -> None:
        at = f"{self.world.now_us / 1e6:g} s"
        self.unfounded.append(f"{words} at {at}, and nothing was wrong with it")

    def _was_ill(self, number: int) -> bool:
        return self._is_ill(number) or self._is_recent(self._ill_us.get(number))

    def _is_recent(self, at_us: int | None) -> bool:
        return at_us is not None and self.world.now_us - at_us <= CAUSE_US
