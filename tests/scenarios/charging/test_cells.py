"""Cells of a time axis: nothing gets lost between them."""

from random import Random

import pytest

from scenarios.charging.cells import Cells, Spread, fitting
from scenarios.charging.view import MINUTE_US, NOTHING

S = 1_000_000


@pytest.mark.parametrize("count", [1, 7, 60, 169])
def test_what_is_spread_over_cells_adds_up(count: int) -> None:
    """However odd the times and the cells are."""
    random = Random(count)
    cells = Cells(12_345, 987_654_321, count)
    for _ in range(50):
        begin, end = sorted(random.randint(0, 1_000_000_000) for _ in range(2))
        overlaps = [cells.overlap(index, begin, end) for index in range(count)]
        seen = max(min(end, cells.until_us) - max(begin, cells.from_us), 0)
        assert sum(overlaps) == seen
        touched = [index for index, overlap in enumerate(overlaps) if overlap]
        assert set(touched) <= set(cells.between(begin, end))


def test_a_mean_is_over_the_time_in_which_somebody_is_there() -> None:
    """Half a minute of 10 kW by somebody who was there for half a minute is 10 kW."""
    spread = Spread(Cells(0, 3 * MINUTE_US, 3))
    spread.there(30 * S, 2 * MINUTE_US)
    spread.draws(30 * S, 90 * S, 10_000)
    assert spread.means_w() == (10_000, 5_000, NOTHING)
    assert spread.works_w() == (5_000, 5_000, 0)


def test_what_fits_has_a_length_that_stays_while_time_runs() -> None:
    """Else the whole picture would move with each second."""
    spans = {fitting(60 * S, 600 * S + n * S, 50).until_us for n in range(200)}
    assert len(spans) <= 2
    cells = fitting(60 * S, 600 * S, 50)
    assert cells.from_us <= 60 * S
    assert cells.until_us >= 600 * S
    assert (cells.until_us - cells.from_us) == 10 * MINUTE_US
    assert fitting(0, 10**15, 5).until_us > 10**15
