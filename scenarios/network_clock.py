"""The network's own time: the median of the charge points' wall clocks, as who leads hears them.

Plans are made in calendar time, and a wall clock may be an hour off. So each charge point tells
who leads what its clock shows, and is told what time it is: one wrong clock, also that of who
leads, does not matter. Both keep it against their monotonic clocks, which never step. Safety does
not rest on it: a limit moves by the rules of grants, whatever the time.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgpack

from fsm.clock import WallClock
from paxos.wire import seal
from scenarios.watching import SendBeat

CLOCK: Final = 7
"""A frame of the ``ocpp`` channel: ``[7, number, wall_us]``, what a clock shows."""
TIME: Final = 8
"""``[8, number, time_us]``: what time it is."""

PERIOD_US: Final = 5_000_000
"""How often a charge point asks."""

FRESH_US: Final = 4 * PERIOD_US
"""For how long a clock that was heard counts."""

ENOUGH: Final = 3
"""So many clocks outvote one that is wrong."""


class NetworkClock:
    """The network's time at one charge point; before it was told, its own wall clock's."""

    def __init__(self, number: int, clock: WallClock) -> None:
        self.number = number
        self._clock = clock
        self._ahead_us: int | None = None
        """How far the network's time is ahead of the monotonic clock."""
        self._heard: dict[int, tuple[int, int]] = {}
        """While it leads: how far each wall clock is ahead of its monotonic one, and when heard."""
        self._asked_us = -PERIOD_US

    def wall_us(self, local_us: int) -> int:
        """The network's time, in µs of the run, when the monotonic clock shows ``local_us``."""
        if self._ahead_us is None:
            return self._clock.wall_us(local_us)
        return max(0, local_us + self._ahead_us)

    def ask(self, leader: int, now_us: int) -> list[Any]:
        """Tell who leads what the own clock shows, once in a while."""
        self._heard.clear()
        if not leader or leader == self.number or now_us - self._asked_us < PERIOD_US:
            return []
        self._asked_us = now_us
        return [SendBeat(leader, _frame(CLOCK, self.number, self._clock.wall_us(now_us)))]

    def lead(self, members: int, now_us: int) -> bool:
        """While it leads: take the median; whether the time can be relied on.

        With too few clocks it goes on with what it knew, which only drifts.
        """
        self._heard[self.number] = (self._clock.wall_us(now_us) - now_us, now_us)
        ahead = sorted(us for us, at_us in self._heard.values() if now_us - at_us <= FRESH_US)
        if len(ahead) < min(ENOUGH, members // 2 + 1):
            return self._ahead_us is not None
        self._ahead_us = ahead[(len(ahead) - 1) // 2]
        return True

    def on_frame(self, frame: Sequence[Any], now_us: int, *, leads: bool) -> list[Any]:
        """A clock was heard, or the time was told."""
        kind, number, shown_us = frame
        if kind == TIME:
            if not leads:
                self._ahead_us = shown_us - now_us
            return []
        if not leads:
            return []
        self._heard[number] = (shown_us - now_us, now_us)
        return [SendBeat(number, _frame(TIME, self.number, self.wall_us(now_us)))]


def _frame(kind: int, number: int, shown_us: int) -> bytes:
    return seal(msgpack.packb([kind, number, shown_us]))
