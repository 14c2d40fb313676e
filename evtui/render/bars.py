"""Bars, gauges and sparklines of block characters."""

from collections.abc import Sequence

from evtui.render.glyphs import FULL, SPARK, TRACK
from evtui.render.line import Span


def bar(share: float, width: int, role: str, *, mark: float | None = None) -> list[Span]:
    """A thin bar filled to ``share`` (0 to 1), with an optional mark (a target) on its track."""
    share = min(max(share, 0.0), 1.0)
    filled = round(share * width)
    if share > 0 and filled == 0:
        filled = 1
    track = [TRACK] * (width - filled)
    if mark is not None and track and width >= 8:
        at = min(max(round(mark * width) - 1, filled), width - 1) - filled
        if 0 <= at < len(track) and mark > share:
            return [
                (FULL * filled, role),
                (TRACK * at, "faint"),
                ("┼", "dim"),
                (TRACK * (len(track) - at - 1), "faint"),
            ]
    return [(FULL * filled, role), ("".join(track), "faint")]


def sparkline(values: Sequence[int], width: int, top: int) -> str:
    """The last ``width`` values as one row of blocks; ``top`` is a full block."""
    shown = values[-width:]
    steps = len(SPARK)
    cells = [
        SPARK[min(int(value * steps / top), steps - 1)] if value > 0 and top > 0 else " "
        for value in shown
    ]
    return " " * (width - len(shown)) + "".join(cells)


def chart(values: Sequence[int], width: int, height: int, top: int) -> list[str]:
    """The last ``width`` values as columns of eighths, ``height`` rows, the uppermost first."""
    shown = values[-width:]
    steps = len(SPARK)
    levels = [round(value * height * steps / top) if top > 0 else 0 for value in shown]
    levels = [max(level, 1) if value > 0 else 0 for level, value in zip(levels, shown, strict=True)]
    rows = []
    for row in range(height - 1, -1, -1):
        cells = []
        for level in levels:
            eighths = min(max(level - row * steps, 0), steps)
            cells.append(SPARK[eighths - 1] if eighths else " ")
        rows.append(" " * (width - len(shown)) + "".join(cells))
    return rows


def resample(values: Sequence[int], width: int) -> list[int]:
    """Stretch a history over ``width`` columns when there are more columns than samples."""
    if not values or len(values) >= width:
        return list(values)
    factor = max(width // max(len(values), 60), 1)
    return [value for value in values for _ in range(factor)][-width:]


def scrollbar(first: int, rows: int, total: int) -> list[str]:
    """A column of ``rows`` cells: a thumb where ``rows`` of ``total`` are seen from ``first``."""
    if rows <= 0 or total <= rows:
        return [" "] * max(rows, 0)
    size = max(rows * rows // total, 1)
    start = min(round(first * (rows - size) / max(total - rows, 1)), rows - size)
    return ["▐" if start <= row < start + size else " " for row in range(rows)]
