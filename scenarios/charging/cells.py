"""The cells of a time axis, and power that is spread over them."""

from attrs import frozen

from scenarios.charging.view import NOTHING, SPANS_US


@frozen
class Cells:
    """So many cells of equal length between two times."""

    from_us: int
    until_us: int
    count: int

    def edge(self, index: int) -> int:
        """Where a cell begins, and the one before it ends."""
        return self.from_us + (self.until_us - self.from_us) * index // self.count

    def between(self, from_us: int, until_us: int) -> range:
        """The cells that have a part of a time; none where it is not seen."""
        from_us, until_us = max(from_us, self.from_us), min(until_us, self.until_us)
        if from_us >= until_us:
            return range(0)
        span_us = self.until_us - self.from_us
        first = (from_us - self.from_us) * self.count // span_us
        return range(first, -(-(until_us - self.from_us) * self.count // span_us))

    def overlap(self, index: int, from_us: int, until_us: int) -> int:
        """How much of a time is in a cell, in µs."""
        return max(0, min(until_us, self.edge(index + 1)) - max(from_us, self.edge(index)))


class Spread:
    """Power that is there for parts of the time, as the means of cells."""

    def __init__(self, cells: Cells) -> None:
        self.cells = cells
        self._there_us = [0] * cells.count
        self._work = [0] * cells.count
        """In W times µs."""

    def there(self, from_us: int, until_us: int) -> None:
        """Somebody is there: what he draws is at least 0."""
        for index in self.cells.between(from_us, until_us):
            self._there_us[index] += self.cells.overlap(index, from_us, until_us)

    def draws(self, from_us: int, until_us: int, power_w: int) -> None:
        """So much is drawn meanwhile."""
        for index in self.cells.between(from_us, until_us):
            self._work[index] += power_w * self.cells.overlap(index, from_us, until_us)

    def means_w(self) -> tuple[int, ...]:
        """For each cell: the mean while somebody is there, ``NOTHING`` where nobody is."""
        return tuple(
            work // there_us if there_us else NOTHING
            for work, there_us in zip(self._work, self._there_us, strict=True)
        )

    def works_w(self) -> tuple[int, ...]:
        """For each cell: the mean over all of it."""
        return tuple(
            work // max(self.cells.edge(index + 1) - self.cells.edge(index), 1)
            for index, work in enumerate(self._work)
        )


def fitting(first_us: int, last_us: int, count: int) -> Cells:
    """Cells in which two times are seen, with a little room; of a length that stays for a while."""
    needed_us = (last_us - first_us) * 25 // 24
    span_us = next((span_us for span_us in SPANS_US if span_us >= needed_us), needed_us)
    from_us = max(first_us - span_us // 50, 0)
    return Cells(from_us, from_us + span_us, count)
