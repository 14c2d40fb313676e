"""The log in full: a row a slot with each CP's ballot of it, and one slot with all of it."""

from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap

from attrs import frozen
from rich.cells import cell_len

from evtui.render import glyphs, units
from evtui.render.line import Line, Span, clip, fit, heading, left, line, right, spread
from evtui.render.log import common_prefix
from scenarios.log.view import KnowsView, LogCell, LogTable, ProposalView, SlotRow, SlotView
from scenarios.view import View

HEAD = 2
"""Rows above the slots: what is shown, and the names of the columns."""
BESIDE = 150
"""Cells from which the slot under the cursor stands beside the list."""
LEAST_COMMAND = 30
PLAIN = ("for", "cp", "action")
"""Fields of a command that its words say already."""


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


def page(view: View, place: Place, size: tuple[int, int], hides: bool, motion: Span) -> list[Line]:
    """The list, and the slot under the cursor. ``motion`` says whether time runs."""
    table = view.slots
    if table is None:
        return [line((" The log of this run is not remembered", "dim"))]
    width, height = size
    listed = [_about(view, table, width, motion), _names(view, table, place)]
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
        return [*listed, *_clipped(shown, place.detail_rows, place.detail_width)][:height]
    shown = _clipped(shown, height - 1, place.detail_width)
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


def _clipped(lines: list[Line], rows: int, width: int) -> list[Line]:
    """What there is room for; the last row says whether there is more."""
    if len(lines) <= rows:
        return lines
    more = f" … {len(lines) - rows + 1} lines more: Tab shows all of it"
    return [*lines[: max(rows - 1, 0)], fit([(more, "key")], width)]


def _about(view: View, table: LogTable, width: int, motion: Span) -> Line:
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
    end: list[Span] = [("  follows  ", "dim") if follows else ("  End follows  ", "warn")]
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


# One slot in full.


def detail(it: SlotView, width: int, *, wide: bool = False) -> list[Line]:
    """All that is known of a slot; ``wide`` in words, else with the signs of the table."""
    has = sum(each.state >= 3 for each in it.knows)
    knows = f"{glyphs.CELL_WORD[it.state]} by {has} of {len(it.knows)}"
    if not has:
        knows = glyphs.CELL_WORD[it.state]
    sign: Span = (f"{glyphs.CELL[it.state]} {knows}", glyphs.CELL_ROLE[it.state])
    lines = [heading(f"Slot {units.count(it.slot)}", [sign], [], width)]
    lines += _wrapped(it.command or "Nothing is known of what stands here", width, "text bold")
    for sentence in _story(it):
        lines += _wrapped(sentence, width)
    items = [_knows(each, it, wide=wide) for each in it.knows]
    lines += _flow(items, width, one_each=wide)
    if it.fields:
        shown = [pair for pair in it.fields if pair[0] not in PLAIN]
        lines += [_title("command", width), *_flow(map(_pair, shown), width, one_each=wide)]
    if it.verdict:
        lines.append(_title(f"answer: {_VERDICTS[it.verdict]}", width))
        lines += _flow(map(_pair, it.answer), width, one_each=wide)
    return lines


_VERDICTS = {
    "fresh": "it was applied here",
    "duplicate": "it was applied before, and has no effect here",
    "stale": "nobody waits for it any more, so it has no effect",
}


def _story(it: SlotView) -> Iterator[str]:
    """Who proposed what in which ballot, and how it was chosen."""
    for made in it.proposals:
        what = "" if len(it.proposals) == 1 else f" “{made.command}”"
        by = ""
        if it.client and made.command == it.command:
            by = f" for {it.client}, as its command {it.sequence}"
        yield f"Proposed{what} by {made.by} in ballot {made.ballot} {_when(made.at_us)}{by}"
        if it.ballot != made.ballot:
            yield f"Accepted in it by {_votes(made)}"
    if not it.proposals and it.client:
        yield f"From {it.client}, as its command {it.sequence}; who proposed it is not known"
    if it.choosers:
        ballot = f" in ballot {it.ballot}" if len(it.proposals) > 1 else ""
        names = ", ".join(it.choosers)
        yield f"Chosen{ballot} {_when(it.chosen_us)} by {names}: {it.needs} of {it.voters} choose"
    elif it.ballot:
        yield f"Chosen in ballot {it.ballot}; whose votes these were is not remembered"
    elif it.proposals:
        yield f"Not chosen: {it.needs} of {it.voters} voters must accept it in one ballot"


def _votes(made: ProposalView) -> str:
    return ", ".join(f"{node} {_when(at_us)}" for node, at_us in made.votes) or "nobody"


def _when(at_us: int | None) -> str:
    return "at a time that is not remembered" if at_us is None else f"at {units.clock(at_us)}"


def _knows(each: KnowsView, it: SlotView, *, wide: bool) -> tuple[Span, ...]:
    sign, role = glyphs.CELL[each.state], glyphs.CELL_ROLE[each.state]
    spans: list[Span] = [(f"{left(each.cp, 5)} ", "text bold"), (sign, role)]
    if wide:
        spans.append((f" {left(glyphs.CELL_WORD[each.state], 9)}", role))
    if each.ballot and (wide or each.ballot != it.ballot):
        spans.append((f" {each.ballot}", ""))
    for state, at_us in ((1, each.accepted_us), (3, each.applied_us)):
        if at_us is None:
            continue
        word = "accepted" if state == 1 else "snapshot" if each.by_snapshot else "applied"
        mark = word if wide or (each.by_snapshot and state == 3) else _SIGNS[state]
        spans.append((f"  {mark} {units.clock(at_us)}", "dim"))
    if each.is_down:
        spans.append((f"  {glyphs.STATUS['crashed']} its disk", "dim"))
    return tuple(spans)


_SIGNS = {1: "○", 3: "●"}


def _pair(pair: tuple[str, str]) -> tuple[Span, ...]:
    name, text = pair
    return ((f"{name.removeprefix('payload.')} ", "dim"), (text, ""))


def _title(text: str, width: int) -> Line:
    return fit([(f" {text}", "accent")], width)


def _wrapped(text: str, width: int, role: str = "") -> list[Line]:
    return [fit([(f" {row}", role)], width) for row in wrap(text, max(width - 2, 10))]


def _flow(items: Iterable[Sequence[Span]], width: int, *, one_each: bool) -> list[Line]:
    """Items one after the other, as many as a line has room for; long ones go on below."""
    lines: list[Line] = []
    spans: list[Span] = []
    room = 0
    for item in items:
        size = sum(cell_len(text) for text, _ in item) + 3
        if spans and (one_each or size > room):
            lines.append(fit(spans, width))
            spans = []
        if size > width:
            lines += _long(item, width)
            continue
        if not spans:
            spans, room = [(" ", "")], width - 1
        else:
            spans.append(("   ", ""))
        spans += item
        room -= size
    return [*lines, fit(spans, width)] if spans else lines


def _long(item: Sequence[Span], width: int) -> Iterator[Line]:
    (name, role), text = item[0], "".join(text for text, _ in item[1:])
    rows = wrap(text, max(width - cell_len(name) - 2, 10)) or [""]
    for at, row in enumerate(rows):
        yield fit([(" ", ""), (name if not at else " " * cell_len(name), role), (row, "")], width)


def as_text(it: SlotView) -> str:
    """A slot as plain text, nothing shortened."""
    return "\n".join(row.plain.strip() for row in detail(it, 400, wide=True))
