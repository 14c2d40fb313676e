"""Figures over time in bounded memory.

A :class:`Series` has one sample a tick and keeps the newest of them; of the older ones it keeps the
means of two, of those the means of two again, and so on: rings of powers of two. So any part of a
run of any length is there, the newer the finer, and a sample costs two appends on the mean.

:class:`Readings` are those of one meter in one transaction. Where they become too many, every other
one goes: what flowed between two that are left is exact all the same.
"""

from array import array
from collections.abc import Iterator
from typing import Final

from attrs import define, field

KEPT: Final = 128
"""Each ring keeps so many samples at the least, and less than twice as many."""

READINGS: Final = 128
"""Most readings of an open transaction."""

READINGS_CLOSED: Final = 48
"""Most readings of one that is over."""

US_PER_H: Final = 3_600_000_000


@define
class Series:
    """A whole number for each tick: sample ``n`` is of the time from ``n`` to ``n + 1`` ticks."""

    tick_us: int
    count: int = 0
    """How many samples there were."""
    rings: list["array[int]"] = field(factory=list)
    """The samples; the means of 2 of them, of 4, of 8 and so on, the newest last."""

    def add(self, value: int) -> None:
        """One more sample."""
        self.count += 1
        left, level = self.count, 0
        while True:
            if level == len(self.rings):
                self.rings.append(array("q"))
            ring = self.rings[level]
            ring.append(value)
            if len(ring) == 2 * KEPT:
                del ring[:KEPT]
            if left & 1:
                return
            value = (ring[-2] + ring[-1]) // 2
            left, level = left >> 1, level + 1

    def mean(self, from_us: int, until_us: int) -> int | None:
        """The mean between two times; None where there is no sample."""
        until_us = min(until_us, self.count * self.tick_us)
        if from_us >= until_us:
            return None
        level = self._level(from_us, until_us)
        ring, size_us = self.rings[level], self.tick_us << level
        first = (self.count >> level) - len(ring)
        total = weight = 0
        for index in range(max(from_us // size_us, first), -(-until_us // size_us)):
            if index - first >= len(ring):
                break
            begin_us = index * size_us
            overlap_us = min(until_us, begin_us + size_us) - max(from_us, begin_us)
            total += ring[index - first] * overlap_us
            weight += overlap_us
        return total // weight if weight else None

    def _level(self, from_us: int, until_us: int) -> int:
        """The finest ring that goes back to a time, or a coarser one that is fine enough."""
        fine_us = (until_us - from_us) // 4
        for level, ring in enumerate(self.rings[:-1]):
            size_us = self.tick_us << level
            reaches = ((self.count >> level) - len(ring)) * size_us <= from_us
            coarser_us = 2 * size_us
            whole = (self.count >> (level + 1)) * coarser_us >= until_us
            if reaches and (coarser_us > fine_us or not whole):
                return level
        return len(self.rings) - 1


@define
class Readings:
    """What a meter said in one transaction: times in µs, its register in Wh; both only grow."""

    cp: str
    times_us: "array[int]"
    registers_wh: "array[int]"
    closed: bool = False

    @classmethod
    def begun(cls, cp: str, at_us: int, register_wh: int) -> "Readings":
        """With the reading of the beginning."""
        return cls(cp, array("q", [at_us]), array("q", [register_wh]))

    def add(self, at_us: int, register_wh: int) -> None:
        """One more; a lower register is an older reading, and a time that was is no time."""
        if self.closed or register_wh < self.registers_wh[-1]:
            return
        if at_us <= self.times_us[-1]:
            if len(self.times_us) > 1:
                self.registers_wh[-1] = register_wh
            return
        self.times_us.append(at_us)
        self.registers_wh.append(register_wh)
        if len(self.times_us) > READINGS:
            self._halve()

    def close(self) -> None:
        """There are no more."""
        self.closed = True
        while len(self.times_us) > READINGS_CLOSED:
            self._halve()

    def _halve(self) -> None:
        """Every other one goes; the first and the last one stay."""
        self.times_us = self.times_us[:-1:2] + self.times_us[-1:]
        self.registers_wh = self.registers_wh[:-1:2] + self.registers_wh[-1:]

    @property
    def last_us(self) -> int:
        """When the newest was."""
        return self.times_us[-1]

    @property
    def energy_wh(self) -> int:
        """From the first reading to the last."""
        return self.registers_wh[-1] - self.registers_wh[0]

    def energy_at(self, time_us: int) -> int:
        """From the first reading up to a time, in Wh; between two of them it grows evenly."""
        before_us, before_wh = self.times_us[0], self.registers_wh[0]
        if time_us <= before_us:
            return 0
        for at_us, register_wh in zip(self.times_us, self.registers_wh, strict=True):
            if at_us >= time_us:
                span_us = at_us - before_us or 1
                part_wh = (register_wh - before_wh) * (time_us - before_us) // span_us
                return before_wh + part_wh - self.registers_wh[0]
            before_us, before_wh = at_us, register_wh
        return self.energy_wh

    def stretches(self) -> Iterator[tuple[int, int, int]]:
        """From when, until when, and with how many W on the mean."""
        for n in range(1, len(self.times_us)):
            from_us, until_us = self.times_us[n - 1], self.times_us[n]
            energy_wh = self.registers_wh[n] - self.registers_wh[n - 1]
            yield from_us, until_us, energy_wh * US_PER_H // (until_us - from_us)
