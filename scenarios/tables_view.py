"""Parts of a view that are built only for who asks for them: what tables show.

Like all of :mod:`scenarios.view` they are frozen, and share nothing mutable with the world.
"""

from attrs import frozen

# Links.


@frozen
class LinkWindow:
    """Which block of the matrix of links is wanted; rows and columns count from 0."""

    first_row: int = 0
    rows: int = 0
    first_column: int = 0
    columns: int = 0


@frozen
class LinkCell:
    """What one CP says to another: one direction of a link. Times in µs, rates in ppm."""

    faults: tuple[str, ...]
    """What is wrong with it now: ``cut`` (both ways), ``one way`` (only this one is cut), ``loss``,
    ``late``, ``damage``, ``doubles``, ``reorder``; the worst first."""
    took_us: int
    """How long the latest frame was under way; 0 before there was one."""
    usual_us: int
    """The median without any fault."""
    extra_us: int
    """Delay by a fault."""
    loss_ppm: int
    duplicate_ppm: int
    reorder_ppm: int
    corrupt_ppm: int
    sent: int
    lost: int


@frozen
class LinksView:
    """A block of the matrix of links, rows from, columns to, and counts of all of it."""

    first_row: int
    first_column: int
    cells: tuple[tuple[LinkCell | None, ...], ...]
    """None where a CP would speak to itself."""
    total: int
    """How many links there are, each direction counted."""
    cut: int
    lossy: int
    """With any rate above 0: loss, damage, doubles or reorder."""
    late: int

    def at(self, row: int, column: int) -> LinkCell | None:
        """The cell of that row and column of the whole matrix; None where there is none."""
        y, x = row - self.first_row, column - self.first_column
        if 0 <= y < len(self.cells) and 0 <= x < len(self.cells[y]):
            return self.cells[y][x]
        return None
