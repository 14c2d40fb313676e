"""The faults panel as lines: groups, rows, what Enter does, and what is on."""

from attrs import evolve, frozen
from rich.cells import cell_len

from evtui.keys.keymap import USUAL, Keymap, key_of
from evtui.render import glyphs, units
from evtui.render.fault_draft import Draft, Item
from evtui.render.fault_kinds import GROUPS
from evtui.render.fault_rows import Row, Whom
from evtui.render.line import Line, Span, fit, left, line, spread
from scenarios.view import View

WIDE, WIDEST = 110, 170
"""Cells from which all groups are seen at once, in two columns, and in three."""
ON = "●"
NAME, AMOUNT = 20, 13
HEAD = 1
GAP = "  "


@frozen
class Spot:
    """Cells of the page on which a click is one on an item; or on a group's name."""

    y: int
    start: int
    end: int
    item: int


def page(
    view: View, draft: Draft, size: tuple[int, int], motion: Span, keys: Keymap = USUAL
) -> tuple[list[Line], list[Spot]]:
    """All lines, and what stands where."""
    width, height = size
    items = draft.items(view)
    at = min(draft.cursor, len(items) - 1)
    columns = 1 if width < WIDE else 2 if width < WIDEST else 3
    head, spots = _tabs(view, items, at, width, motion)
    lines = [head]
    blocks = _blocks(view, draft, items, at, columns, width)
    body, more = _beside(blocks, columns, width, HEAD)
    lines += body
    spots += more
    says, role = draft.says(view)
    key = key_of("faults_apply", keys)
    row = items[at].row
    note = "" if row is None or role == "dim" or columns == 1 else row.kind.note
    enter: list[Span] = [
        (f" {key} ", "key bold"),
        (says, role),
        (f"  {note}" if note else "", "dim"),
    ]
    # Where room is short, what is on now goes before white space.
    gap = [line()] if height - len(lines) > 4 else []
    lines += [*gap, fit(enter, width), *gap]
    on, more = _active(items, at, width, len(lines), height - len(lines), key)
    seen = [
        evolve(it, end=min(it.end, width)) for it in (*spots, *more)
        if it.y < height and it.start < width
    ]  # fmt: skip
    return [*lines, *on][:height], seen


def _tabs(
    view: View, items: list[Item], at: int, width: int, motion: Span
) -> tuple[Line, list[Spot]]:
    """The groups, the one of the cursor marked; the time, and whether it runs."""
    spans: list[Span] = [(" ", "")]
    spots: list[Spot] = []
    start = 1
    count = sum(it.active is not None for it in items)
    for group in (*GROUPS, "active"):
        text = f" {group} " if group != "active" else f" on now: {count} "
        chosen = items[at].group == group
        text = f"[{text.strip()}]" if chosen else text
        first = next((n for n, it in enumerate(items) if it.group == group), None)
        spans.append((text, "accent bold" if chosen else "dim"))
        if first is not None:
            after = int(items[first].row is None and group != "active")
            spots.append(Spot(0, start, start + len(text), first + after))
        start += len(text)
    end: list[Span] = [(units.clock(view.time_us), "text bold"), ("  ", ""), motion, (" ", "")]
    return spread(spans, end, width), spots


Block = list[tuple[Line, int | None]]
"""Lines of a group, each with the item that stands there."""


def _blocks(
    view: View, draft: Draft, items: list[Item], at: int, columns: int, width: int
) -> list[Block]:
    """The group of the cursor, or all of them where there is room."""
    room = (width - len(GAP) * (columns - 1)) // columns
    shown: tuple[str, ...] = GROUPS
    if columns == 1:
        group = items[at].group
        shown = (group if group in GROUPS else GROUPS[0],)
    blocks = []
    for group in shown:
        block: Block = []
        own = [(n, it) for n, it in enumerate(items) if it.group == group]
        if own[0][1].row is not None:
            block.append((fit([(f" {group}", "text bold")], room), None))
        for n, item in own:
            here = n == at
            if item.row is None:
                drawn = _whom(view, draft.whom, group, room, selected=here, named=columns > 1)
            else:
                drawn = _row(item.row, draft.value(item.row), room, selected=here)
            block.append((drawn, n))
        blocks.append(block)
    return blocks


def _beside(
    blocks: list[Block], columns: int, width: int, top: int
) -> tuple[list[Line], list[Spot]]:
    """Blocks in columns, one below the other as evenly as they come."""
    room = (width - len(GAP) * (columns - 1)) // columns
    total = sum(len(block) + 1 for block in blocks)
    sides: list[Block] = [[]]
    for block in blocks:
        if (
            sides[-1]
            and len(sides) < columns
            and len(sides[-1]) + len(block) // 2 >= (total / columns)
        ):
            sides.append([])
        if sides[-1]:
            sides[-1].append((fit([], room), None))
        sides[-1] += block
    sides += [[] for _ in range(columns - len(sides))]
    lines, spots = [], []
    for y in range(max(len(side) for side in sides)):
        spans: list[Span] = []
        grounds = []
        for column, side in enumerate(sides):
            drawn, item = side[y] if y < len(side) else (fit([], room), None)
            start = column * (room + len(GAP))
            if item is not None:
                spots.append(Spot(top + y, start, start + room, item))
            over = "" if drawn.ground == "base" or columns == 1 else f"@{drawn.ground}"
            spans += [(GAP, "")] if column else []
            spans += [(text, role + over) for text, role in drawn.spans]
            grounds.append(drawn.ground)
        lines.append(fit(spans, width, grounds[0] if columns == 1 else "base"))
    return lines, spots


def _whom(view: View, whom: Whom, group: str, width: int, *, selected: bool, named: bool) -> Line:
    """Whom the rows below are about."""
    title = f"{group} " if named else ""
    subject = whom.of(group)
    spans: list[Span] = [
        (glyphs.CURSOR if selected else " ", "key"),
        (title, "text bold"),
        ("of ", "dim"),
        (f"‹ {subject} ›", "text bold" if selected else "accent bold"),
    ]
    cp = next((it for it in view.cps if it.id == whom.cp), None)
    ev = next((it for it in view.evs if it.id == whom.ev), None)
    about = ""
    if group == "EV" and ev is not None:
        about = f"{ev.state}, at {ev.cp}" if ev.cp else "not plugged in"
    elif group in ("CP", "disk", "clock") and cp is not None:
        about = f"{cp.status}, {cp.role}" if cp.role != "-" else cp.status
    elif group == "links":
        about = "o: both ways again" if whom.one_way else "o: one way" if whom.link else ""
    return fit([*spans, (f"  {about}", "dim")], width, "selected" if selected else "base")


def _row(row: Row, value: int, width: int, *, selected: bool) -> Line:
    """A fault: whether it is on, its name, how much, and what comes of it or why not."""
    on = row.active is not None
    dim = bool(row.why_not) and not row.ends(value)
    amount = "" if row.amount is None else row.amount.said(value)
    name = row.kind.name
    if row.group == "site" and row.subject != "PV":
        name = (
            f"{name} {row.subject}" if row.kind.verb == "set_load" else f"{name} of {row.subject}"
        )
    wide = 24 if row.kind.verb in ("partition", "plug_in") else AMOUNT
    if amount:
        amount = f"‹ {amount} ›" if selected else f"  {amount}"
    note, role = row.kind.note, "" if selected else "dim"
    if dim:
        note, role = row.why_not, "dim"
    elif on and row.active is not None:
        note, role = f"on: {row.active.text}", "warn"
    room = width - 3 - NAME - ((len(left(amount, wide)) + 1) if amount else 0)
    if cell_len(note) > room and not (dim or on):
        note = ""
    spans: list[Span] = [
        (glyphs.CURSOR if selected else " ", "key"),
        (f"{ON} " if on else "  ", "bad"),
        (left(name, NAME), "dim" if dim else "text bold"),
        (left(amount, wide) if amount else "", "dim" if dim or not selected else "text bold"),
        (" " if amount else "", ""),
        (note, role),
    ]
    return fit(spans, width, "selected" if selected else "base")


def _active(
    items: list[Item], at: int, width: int, top: int, room: int, key: str
) -> tuple[list[Line], list[Spot]]:
    """What is on now, as much as there is room for, the one under the cursor among it."""
    own = [(n, it.active) for n, it in enumerate(items) if it.active is not None]
    if room < 2:
        return [], []
    if not own:
        return [fit([(" Nothing is broken now", "dim")], width)], []
    fits = room - 1
    place = next((index for index, (n, _) in enumerate(own) if n == at), 0)
    first = min(max(place - fits + 1, 0), max(len(own) - fits, 0))
    shown = own[first : first + fits]
    left_out = len(own) - len(shown)
    note = f"  {left_out} more" if left_out else ""
    title: list[Span] = [(" On now", "text bold"), (f"{note}   {key} ends it", "dim")]
    lines, spots = [fit(title, width)], []
    wide = max(len(active.subject) for _, active in shown)
    for y, (n, active) in enumerate(shown, top + 1):
        selected = n == at
        spans: list[Span] = [
            (glyphs.CURSOR if selected else " ", "key"),
            (f"{ON} ", "bad"),
            (left(active.subject, wide) + "  ", "text bold"),
            (active.text, ""),
        ]
        lines.append(fit(spans, width, "selected" if selected else "base"))
        spots.append(Spot(y, 0, width, n))
    return lines, spots
