"""The event log: what happened, when, to whom, and how much it matters."""

from collections.abc import Sequence

from rich.cells import cell_len

from evtui.keys.keymap import USUAL, Keymap, key_of
from evtui.render import glyphs, units
from evtui.render.bars import scrollbar
from evtui.render.line import Line, Span, fit, heading, left
from scenarios.view import EventRow, View


def head(
    view: View,
    first: int,
    count: int,
    width: int,
    *,
    following: bool,
    focused: bool,
    keys: Keymap = USUAL,
) -> Line:
    """What is seen of the event log."""
    shown = "none yet"
    if count:
        span = f"{units.count(first + 1)}–{units.count(first + count)}"
        shown = f"{span} of {units.count(view.event_total)}"
    ahead = f"  {key_of('to_end', keys)} follows"
    tail: Span = ("  follows", "dim") if following else (ahead, "warn")
    return heading("Events ◂" if focused else "Events", [], [(shown, ""), tail], width)


def row(event: EventRow, subject: int) -> list[Span]:
    """One event; ``subject`` is the width of the column that says of whom."""
    symbol, role = glyphs.SEVERITY.get(event.severity, glyphs.SEVERITY["info"])
    loud = event.severity in {"fault", "violation"}
    return [
        (f" {units.clock(event.time_us)} ", "dim"),
        (f"{symbol} ", role),
        (left(event.subject, max(subject, cell_len(event.subject))), "text bold"),
        (" ", ""),
        (event.text, role if loud else ""),
    ]


def body(view: View, rows: Sequence[EventRow], first: int, width: int, height: int) -> list[Line]:
    """The rows, and a scroll bar at the right edge."""
    subject = min(max([cell_len(event.subject) for event in rows], default=3), 5)
    thumb = scrollbar(first, height, view.event_total)
    lines = []
    for y in range(height):
        spans = row(rows[y], subject) if y < len(rows) else []
        lines.append(fit([*fit(spans, width - 1).spans, (thumb[y], "faint")], width))
    return lines
