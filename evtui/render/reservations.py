"""The list of reservations: who asked where, what he was told, and what came of it."""

from evtui.render import glyphs, units
from evtui.render.line import Line, Span, fit, left, line
from scenarios.view import ReservationView, View

ROLES = {
    "asked": "dim",
    "reserved": "ok",
    "redirected": "accent",
    "refused": "warn",
    "unanswered": "bad",
    "active": "ok",
    "used": "accent",
    "expired": "warn",
    "removed": "bad",
}
"""By word; what is not here is dim: it does not matter any more."""

HEAD = 1
"""Rows above the first reservation."""


def page(view: View, cursor: int, width: int, height: int) -> list[Line]:
    """A heading, and the reservations around the cursor, the newest first."""
    rows = newest_first(view)
    if not rows:
        return [line((" Nobody has asked for a connector", "dim"))]
    wide_cp = max(len(cp.id) for cp in view.cps)
    wide_ev = max(2, *(len(row.ev) for row in rows))
    names = (left("EV", wide_ev), left("asked", max(5, wide_cp)), left("gets", max(4, wide_cp)))
    head = f"   #  {names[0]}  {names[1]}  {names[2]}  from   until  held   what came of it"
    room = max(height - HEAD, 1)
    first = min(max(cursor - room + 1, 0), max(len(rows) - room, 0))
    lines = [fit([(head, "dim")], width)]
    for index, row in enumerate(rows[first : first + room], first):
        chosen = index == cursor
        spans: list[Span] = [
            (glyphs.CURSOR if chosen else " ", "key"),
            (f"{row.number:>3}  ", "dim"),
            (left(row.ev, wide_ev), "text bold"),
            (f"  {left(row.asked_cp, max(5, wide_cp))}", ""),
            (f"  {left(row.cp or '–', max(4, wide_cp))}  ", ""),
            (f"{_clock(row.from_us)}  {_clock(row.until_us)}  ", ""),
            (f"{_clock(row.held_until_us) if row.cp else '–':5}  ", ""),
            (row.answer, ROLES.get(row.answer, "dim")),
        ]
        if row.fate:
            spans += [(", ", "dim"), (row.fate, ROLES.get(row.fate, "dim"))]
        if row.reason:
            spans.append((f"  {row.reason}", "dim"))
        lines.append(fit(spans, width, "selected" if chosen else "base"))
    return lines


def newest_first(view: View) -> list[ReservationView]:
    """The order of the list."""
    return list(reversed(view.reservations))


def _clock(time_us: int) -> str:
    return units.clock(time_us, millis=False)
