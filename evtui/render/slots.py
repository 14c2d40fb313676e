"""The log in full: a row a slot with each CP's ballot of it, and one of them in full."""

from attrs import frozen
from rich.cells import cell_len

from evtui.keys.keymap import USUAL, Keymap, key_of
from evtui.render import glyphs, units
from evtui.render.line import Line, Span, clip, fit, left, line, right, spread
from evtui.render.log import common_prefix
from evtui.render.slot_detail import detail
from scenarios.log.view import LogCell, LogTable, SlotRow
from scenarios.view import View

HEAD = 2
"""Rows above the slots: what is shown, and the names of the columns."""
BESIDE = 150
"""Cells from which the slot under the cursor stands beside the list."""
LEAST_COMMAND = 30


@frozen
class Place:
    """How list and detail share the panel, and which CPs have a column."""

    list_width: int
    rows: int
    detail_width: int
    detail_rows: int
    beside: bool
    first_cp: int
    cps: int
    cell: int
    """Cells of each CP's column."""
    ballot: int
    """Cells of the column of ballots; 0 where each cell has room for its own."""


def lay(view: View, size: tuple[int, int], first_cp: int) -> Place:
    """List and detail in the room there is; columns from ``first_cp`` on, as many as fit."""
    width, height = size
    beside = width >= BESIDE
    detail_width = min(max(width * 2 // 5, 62), 84) if beside else width
    list_width = width - detail_width - 1 if beside else width
    detail_rows = height if beside else min(max(height // 2, 1), 14)
    rows = max(height - HEAD - (0 if beside else detail_rows), 1)
    name = max((cell_len(cp.id) for cp in view.cps), default=0)
    full = max((cell_len(cp.promised) for cp in view.cps), default=1)
    count, room = len(view.cps), list_width - slot_width(view) - 4 - LEAST_COMMAND
    each, column = name + 1, full + 1
    for ballot in (full, full - len(common_prefix(view))):
        if max(name + 1, ballot + 3) * count <= room:
            each, column = max(name + 1, ballot + 3), 0
            break
    fits = max(min((room - column) // each, count), 1)
    first = max(min(first_cp, count - fits), 0)
    return Place(
        list_width, rows, detail_width, detail_rows, beside, first, fits, each, column
    )  # fmt: skip


def slot_width(view: View) -> int:
    """Cells of a slot's number."""
    return max(len(units.count(view.log_last)), 4)


def page(
    view: View,
    place: Place,
    size: tuple[int, int],
    hides: bool,
    motion: Span,
    keys: Keymap = USUAL,
) -> list[Line]:
    """The list, and the slot under the cursor. ``motion`` says whether time runs."""
    table = view.slots
    if table is None:
        return [line((" The log of this run is not remembered", "dim"))]
    width, height = size
    listed = [_about(view, table, width, motion, keys), _names(view, table, place)]
    cursor = table.detail.slot if table.detail is not None else None
    listed += [
        _row(row, view, table, place, hides=hides, chosen=row.slot == cursor)
        for row in table.rows[: place.rows]
    ]
    if not table.rows:
        listed.append(fit([(f"   {_nothing(table)}", "dim")], place.list_width))
    shown = [] if table.detail is None else detail(table.detail, place.detail_width, wide=True)
    if not place.beside:
        shown = [] if table.detail is None else detail(table.detail, place.detail_width)
        listed += [fit((), width)] * (HEAD + place.rows - len(listed))
        return [*listed, *_clipped(shown, place.detail_rows, place.detail_width, keys)][:height]
    shown = _clipped(shown, height - 1, place.detail_width, keys)
    lines = [listed[0]]
    for at in range(1, height):
        one = listed[at] if at < len(listed) else fit((), place.list_width)
        other = shown[at - 1] if at <= len(shown) else fit((), place.detail_width)
        spans = [(text, _on(role, one.ground)) for text, role in one.spans]
        spans += [("│", "faint"), *((t, _on(role, other.ground)) for t, role in other.spans)]
        lines.append(fit(spans, width))
    return lines


def _on(role: str, ground: str) -> str:
    return role if ground == "base" else f"{role}@{ground}"


def _nothing(table: LogTable) -> str:
    if not table.text:
        return "Nothing was proposed yet"
    return "No slot fits" if table.is_done else "Nothing yet: the search goes on"


def _clipped(lines: list[Line], rows: int, width: int, keys: Keymap) -> list[Line]:
    """What there is room for; the last row says whether there is more."""
    if len(lines) <= rows:
        return lines
    more = f" … {len(lines) - rows + 1} lines more: {key_of('log_whole', keys)} shows all of it"
    return [*lines[: max(rows - 1, 0)], fit([(more, "key")], width)]


def _about(view: View, table: LogTable, width: int, motion: Span, keys: Keymap) -> Line:
    spans: list[Span] = [(" ", "")]
    if table.text:
        found = f"{units.count(table.matches)} of {units.count(table.last)} slots"
        spans += [("/ ", "key bold"), (clip(table.text, max(width // 3, 8)), ""), ("  ", "")]
        spans.append((found, "text bold"))
        if not table.is_done:
            spans.append((f"  searched down to {units.count(table.searched_to)}", "warn"))
    else:
        spans.append((f"{units.count(table.last)} slots", "text bold"))
        for state, word in list(glyphs.CELL_WORD.items())[1:]:
            spans += [
                ("  ", ""),
                (glyphs.CELL[state], glyphs.CELL_ROLE[state]),
                (f" {word}", "dim"),
            ]
    follows = table.after is None
    ahead = f"  {key_of('log_end', keys)} follows  "
    end: list[Span] = [("  follows  ", "dim") if follows else (ahead, "warn")]
    end += [(units.clock(view.time_us), "text bold"), ("  ", ""), motion, (" ", "")]
    return spread(spans, end, width, "panel")


def _names(view: View, table: LogTable, place: Place) -> Line:
    last = place.first_cp + place.cps
    spans: list[Span] = [("  " + right("slot", slot_width(view)) + "  ", "dim")]
    for cp in view.cps[place.first_cp : last]:
        mark = glyphs.STATUS[cp.status] if cp.status in glyphs.DOWN else ""
        spans.append(
            (left(clip(cp.id, place.cell - 1 - len(mark)) + mark, place.cell), "text bold")
        )
    beside = [f"← {place.first_cp}"] if place.first_cp else []
    beside += [f"→ {len(view.cps) - last} CPs more"] if last < len(view.cps) else []
    note = f" ({', '.join(beside)})" if beside else ""
    ballot = left("ballot" if place.ballot > 6 else "", place.ballot)
    return fit([*spans, (ballot + "command" + note, "dim")], place.list_width)


def _row(
    row: SlotRow, view: View, table: LogTable, place: Place, *, hides: bool, chosen: bool
) -> Line:
    marks = bool(table.text) and not hides
    fits = marks and row.matched
    spans: list[Span] = [
        (glyphs.CURSOR if chosen else " ", "key"),
        ("›" if fits else " ", "key bold"),
        (right(units.count(row.slot), slot_width(view)) + "  ", "key bold" if fits else "dim"),
    ]
    down = [cp.status in glyphs.DOWN for cp in view.cps[place.first_cp :]]
    for at, cell in enumerate(row.cells):
        spans.append((left(_cell(cell, view, place.cell), place.cell), _cell_role(cell, down[at])))
    spans.append((left(row.ballot, place.ballot), "dim"))
    role = "" if row.state >= 2 else "dim"
    if marks:
        role = "text bold" if row.matched else "dim"
    spans.append((row.command or "nothing known", role))
    return fit(spans, place.list_width, "selected" if chosen else "base")


def _cell(cell: LogCell, view: View, width: int) -> str:
    """The sign and the ballot, in the form that has room."""
    sign = glyphs.CELL[cell.state]
    short = cell.ballot.replace("." + common_prefix(view), ".")
    for text in (f"{sign} {cell.ballot}", f"{sign} {short}"):
        if cell_len(text) < width:
            return text.rstrip()
    return sign


def _cell_role(cell: LogCell, down: bool) -> str:
    return "dim" if down and cell.state else glyphs.CELL_ROLE[cell.state]
