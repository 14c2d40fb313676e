"""The event log keeps its newest lines, and their numbers."""

import pytest

from scenarios import event_log
from scenarios.event_log import EventLog
from scenarios.view import EventRow


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> EventLog:
    """Five lines, of which three are kept: 2, 3 and 4."""
    monkeypatch.setattr(event_log, "KEPT_ROWS", 3)
    log = EventLog()
    for number in range(5):
        log.add(EventRow(number, "info", "test", f"line {number}"))
    return log


@pytest.mark.parametrize(
    ("first", "count", "start", "lines"),
    [
        (None, 2, 3, [3, 4]),
        (None, 9, 2, [2, 3, 4]),
        (None, 0, 5, []),
        (3, 1, 3, [3]),
        (0, 9, 2, [2, 3, 4]),
        (-4, 1, 2, [2]),
        (4, 9, 4, [4]),
        (9, 9, 5, []),
    ],
)
def test_windows(
    log: EventLog, first: int | None, count: int, start: int, lines: list[int]
) -> None:
    """Indices count from the beginning of the run; what is gone is left out."""
    assert (log.total, len(log)) == (5, 3)
    found, rows = log.window(first, count)
    assert (found, [row.time_us for row in rows]) == (start, lines)
