"""The monitor beside a charge point's engine, and the observer that listens to all of them.

Each charge point is two devices: the engine, which charges and keeps the network's state, and a
monitor, a small board of its own that hears a heartbeat of the engine every second. While the
engine is well it tells the observer itself that it is there. When it is silent, the monitor speaks
in its place: so the network can tell a charge point whose process died (its monitor is heard) from
one that is cut off (nothing is).

Times are µs. An engine's beat comes every ``PERIOD_US``; a monitor looks once a second as well.
From the last beat to the monitor's word it takes 2.2 s at the most, from the last frame to the
observer's 2.7 s: one frame may be lost without an alarm.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from attrs import define, field

PERIOD_US: Final = 1_000_000
"""How often an engine says that it is there."""

ENGINE_SILENT_US: Final = 1_200_000
"""Without a beat for longer than this, the monitor takes its engine for dead."""

LOOK_US: Final = 500_000
"""How often the observer looks who is missing."""

UNHEARD_US: Final = 2_200_000
"""Without a frame for longer than this, the observer takes a charge point for cut off."""


class Hearing(StrEnum):
    """How a charge point is heard."""

    HEARD = "heard"
    SILENT = "silent"
    """By its monitor: the engine says nothing."""
    UNHEARD = "unheard"


@define
class Monitor:
    """The board beside one engine. It knows of the network what the engine last told it."""

    beat_us: int
    """When the engine was last heard."""
    leader: int = 0
    """Who led then, 0 for nobody."""
    voters: tuple[int, ...] = ()
    """Who voted then."""

    def beat(self, now_us: int, leader: int, voters: tuple[int, ...]) -> None:
        """The engine is there."""
        self.beat_us, self.leader, self.voters = now_us, leader, voters

    def look(self, now_us: int, number: int) -> tuple[int, ...]:
        """Whom to tell that the engine is silent; nobody while it is not.

        The leader as the engine knew it, and each voter: the leader may be another by now, or may
        have been this charge point itself. Whoever leads is a voter, or is known to one that lives.
        """
        if now_us - self.beat_us <= ENGINE_SILENT_US:
            return ()
        return tuple(n for n in dict.fromkeys((self.leader, *self.voters)) if n not in (0, number))


@define
class Observer:
    """Who listens to all others, from the moment at which the log made it the observer."""

    number: int
    since_us: int
    _last: dict[str, tuple[int, Hearing]] = field(factory=dict)
    _said_us: dict[str, int] = field(factory=dict)
    """When the newest frame was sent, by its sender's clock."""

    def heard(
        self, cp_id: str, hearing: Hearing, now_us: int, said_us: int, *, passed_on: bool = False
    ) -> None:
        """A frame of a charge point, or of its monitor, has come.

        One that passes words on may have stood still meanwhile, and what it says is old. So is not
        believed what is older than what was heard, or the same once more by a slower way; nor, from
        others, what is said before a new observer has had the time to hear everybody itself.
        """
        is_new = now_us - self.since_us <= ENGINE_SILENT_US
        if said_us <= self._said_us.get(cp_id, -1) or (passed_on and is_new):
            return
        self._said_us[cp_id] = said_us
        self._last[cp_id] = (now_us, hearing)

    def said_us(self, cp_id: str) -> int:
        """When the word that is believed of a charge point was said, by that one's clock."""
        return self._said_us.get(cp_id, -1)

    def look(self, known: Mapping[str, str], now_us: int) -> list[list[str]]:
        """Who is heard otherwise than is ``known``, as ``[cp, hearing]``, in that order."""
        found = []
        for cp_id, was in known.items():
            at_us, hearing = self._last.get(cp_id, (self.since_us, Hearing(was)))
            if now_us - at_us > UNHEARD_US:
                hearing = Hearing.UNHEARD
            if hearing != was:
                found.append([cp_id, hearing.value])
        return found
