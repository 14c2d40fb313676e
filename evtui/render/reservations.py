"""The list of reservations: who asked where, what he was told, and what came of it."""

from textwrap import wrap

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
    "moved": "warn",
    "lost": "bad",
}
"""By word; what is not here is dim: it does not matter any more."""

HEAD = 1
"""Rows above the first reservation."""

DETAIL_ROWS = 3
"""Rows below the last one, at the most, for what does not fit into the chosen one."""


def page(view: View, cursor: int, width: int, height: int) -> list[Line]:
    """A heading, and the reservations around the cursor, the newest first."""
    rows = newest_first(view)
    if not rows:
        return [line((" Nobody has asked for a connector", "dim"))]
    wide_cp = max(len(cp.id) for cp in view.cps)
    wide_ev = max(2, *(len(row.ev) for row in rows))
    names = (left("EV", wide_ev), left("asked", max(5, wide_cp)), left("gets", max(4, wide_cp)))
    head = f"   #  {names[0]}  {names[1]}  {names[2]}  from   until  held   what came of it"
    chosen = _spans(rows[cursor], wide_ev, wide_cp, chosen=True)
    detail = _detail(rows[cursor], chosen, width)
    room = max(height - HEAD - len(detail), 1)
    first = min(max(cursor - room + 1, 0), max(len(rows) - room, 0))
    lines = [fit([(head, "dim")], width)]
    for index, row in enumerate(rows[first : first + room], first):
        if index == cursor:
            lines.append(fit(chosen, width, "selected"))
        else:
            lines.append(fit(_spans(row, wide_ev, wide_cp), width, "base"))
    return lines + detail


def _spans(row: ReservationView, wide_ev: int, wide_cp: int, *, chosen: bool = False) -> list[Span]:
    """One row, as long as it is."""
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
    for word in (row.fate, row.news):
        if word:
            spans += [(", ", "dim"), (word, ROLES.get(word, "dim"))]
    if row.reason:
        spans.append((f"  {row.reason}", "dim"))
    return spans


def _detail(row: ReservationView, spans: list[Span], width: int) -> list[Line]:
    """All of the reason, where its row has no room for it."""
    if sum(len(text) for text, _ in spans) <= width:
        return []
    texts = wrap(row.reason, max(width - 4, 20), max_lines=DETAIL_ROWS, placeholder=" …")
    return [fit([(f"  {text}", "dim")], width) for text in texts]


def newest_first(view: View) -> list[ReservationView]:
    """The order of the list."""
    return list(reversed(view.reservations))


def _clock(time_us: int) -> str:
    return units.clock(time_us, millis=False)
