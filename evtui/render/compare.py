"""Two branches compared: where they part, what differs first, the figures of both."""

from textwrap import wrap

from attrs import frozen

from evtui.keys.keymap import USUAL, Keymap, key_of
from evtui.render import glyphs, units
from evtui.render.bars import bar
from evtui.render.line import Line, Span, fit, left, line, right
from scenarios.comparing.view import Comparison, First, Total

BESIDE = 150
"""Cells from which the figures stand beside the table."""
FIGURES = 72
"""Cells of the figures there."""
FACET, WHERE, NAME = 10, 14, 14
"""Cells of columns: a respect, a place, a name in the details."""
CLOCK = 13
GAP = 2
HEAD = 4
"""Rows above the table."""
MOST_DETAILS = 40
DETAIL_LINES = 3
"""Lines of one detail."""
NOTHING = "–"
SAME = "the same"


@frozen
class Place:
    """Where a person is: the row, the branch that Enter leads to, how far it is scrolled."""

    row: int = 0
    side: int = 0
    top: int = 0
    details: bool = False
    """Whether the details have the place of the figures, and are what is scrolled."""


def page(
    found: Comparison, place: Place, size: tuple[int, int], keys: Keymap = USUAL
) -> list[Line]:
    """All of it, ``size`` cells wide and rows high."""
    width, height = size
    if place.details:
        return _main(found, place, width, height, keys)
    if width >= BESIDE:
        cells = width - FIGURES - GAP
        main = _main(found, place, cells, height, keys)
        side = _figures(found, place.top, FIGURES, height)
        return [
            _joined(main[row] if row < len(main) else line(), side[row] if row < len(side) else
                    line(), cells, width)
            for row in range(max(len(main), len(side)))
        ]  # fmt: skip
    rows = len(found.totals) + 1 if found.totals else 0
    room = max(height - min(rows, max(height // 3, 6)), 1)
    main = _main(found, place, width, room, keys)
    shown = _figures(found, place.top, width, height - len(main) - 1)
    return [*main, *([line(), *shown] if shown else [])]


def most_top(found: Comparison, place: Place, width: int) -> int:
    """How far the figures can be scrolled, or the details where they have their place."""
    if place.details:
        return max(len(_details(found.firsts[place.row], width)) - 1, 0)
    return max(len(found.totals) - 1, 0)


def _joined(one: Line, other: Line, cells: int, width: int) -> Line:
    """Two lines as one; the bar of a selected row ends with the first."""
    own = "@panel" if one.ground == "selected" else ""
    beside = [(text, role + own) for text, role in fit(other.spans, FIGURES).spans]
    return fit([*fit(one.spans, cells).spans, (" " * GAP, own), *beside], width, one.ground)


# --- what they are ---------------------------------------------------------------------------


def _main(found: Comparison, place: Place, width: int, height: int, keys: Keymap) -> list[Line]:
    head = [*_about(found, width), line(), _heading(found, place, width)]
    rows = [_row(it, n == place.row, width) for n, it in enumerate(found.firsts)]
    room = height - len(head) - len(rows) - 1
    details = _details(found.firsts[place.row], width) if room > 0 else []
    if place.details:
        details = details[place.top :]
    else:
        room = min(room, MOST_DETAILS)
    if len(details) > room:
        more = len(details) - room + 1
        key = key_of("compare_page_down" if place.details else "compare_details", keys)
        details = [*details[: room - 1], line((f"   … {more} more lines: {key}", "dim"))]
    return [*head, *rows, *([line(), *details] if details else [])]


def _about(found: Comparison, width: int) -> list[Line]:
    inputs = "input" if found.common_inputs == 1 else "inputs"
    common: list[Span] = [
        (" one run until ", "dim"),
        (units.clock(found.common_us), "text bold"),
        (f", after {units.count(found.common_events)} events", "dim"),
        (f" and {found.common_inputs} {inputs}" if found.common_inputs else "", "dim"),
    ]
    return [fit(common, width), fit(_verdict(found), width)]


def _verdict(found: Comparison) -> list[Span]:
    if not found.done:
        percent = f" {found.progress:.0%} "
        return [
            (" comparing", "dim"),
            (percent, "text bold"),
            *bar(found.progress, 24, "accent"),
            (f" {units.clock(found.at_us)} of {units.clock(found.until_us)}", "dim"),
        ]
    said: Span = (f" {glyphs.BROKEN} not the same run", "warn bold")
    if found.same:
        said = (f" {glyphs.HOLDS} the same run", "ok bold")
    shorter = min(found.sides, key=lambda it: it.tip_us)
    ends = "" if found.sides[0].tip_us == found.sides[1].tip_us else f", where {shorter.name} ends"
    return [said, (" · compared until ", "dim"), (units.clock(found.until_us), "text bold"),
            (ends, "dim")]  # fmt: skip


# --- the table -------------------------------------------------------------------------------


def _sides(width: int, before: int) -> tuple[int, int]:
    """Cells of each of the two columns behind the first ``before`` cells."""
    room = max(width - before - 1, 2)
    return room - room // 2, room // 2


def _heading(found: Comparison, place: Place, width: int) -> Line:
    before = 2 + FACET + CLOCK + WHERE
    spans: list[Span] = [
        (left("  differs", 2 + FACET) + left("first at", CLOCK) + left("where", WHERE), "dim")
    ]
    for index, cells in enumerate(_sides(width, before)):
        mark = "▸" if index == place.side else " "
        role = "key bold" if index == place.side else "dim"
        spans.append((left(f"{mark}{found.sides[index].name}", cells), role))
    return fit(spans, width, "panel")


def _row(it: First, chosen: bool, width: int) -> Line:
    ground = "selected" if chosen else "base"
    cursor: Span = (f"{glyphs.CURSOR if chosen else ' '} ", "accent bold")
    if it.time_us is None:
        spans: list[Span] = [cursor, (left(it.facet, FACET), "dim"), (left(NOTHING, CLOCK), "dim"),
                             (left("", WHERE), ""), (f" {SAME}", "ok")]  # fmt: skip
        return fit(spans, width, ground)
    spans = [
        cursor,
        (left(it.facet, FACET), "text bold"),
        (left(units.clock(it.time_us), CLOCK), ""),
        (left(it.where, WHERE - 1) + " ", "accent"),
    ]
    for text, cells in zip(it.words, _sides(width, 2 + FACET + CLOCK + WHERE), strict=True):
        spans.append((left(f" {text or NOTHING}", cells - 1) + " ", "" if text else "dim"))
    return fit(spans, width, ground)


def _details(it: First, width: int) -> list[Line]:
    """What was found in both, in whole words, and its parts by name."""
    if it.time_us is None:
        return [line((f"   in respect of {_plural(it.facet)} both are the same", "dim"))]
    cells = _sides(width, 2 + NAME)
    rows = [("", *it.words), *it.details]
    lines: list[Line] = []
    for name, *texts in rows:
        wrapped = [
            wrap(text or NOTHING, max(room - 2, 8), max_lines=DETAIL_LINES, placeholder=" …")
            for text, room in zip(texts, cells, strict=True)
        ]
        differs = texts[0] != texts[1]
        for index in range(max(map(len, wrapped))):
            spans: list[Span] = [(left(f"   {'' if index else name}", 2 + NAME), "dim")]
            for column, room in zip(wrapped, cells, strict=True):
                text = column[index] if index < len(column) else ""
                spans.append((left(f" {text}", room), "" if differs else "dim"))
            lines.append(fit(spans, width))
    return lines


def _plural(facet: str) -> str:
    return facet if facet in ("log", "state", "energy") else f"{facet}s"


# --- figures ---------------------------------------------------------------------------------


def _figures(found: Comparison, top: int, width: int, height: int) -> list[Line]:
    if not found.totals or height < 2:
        return []
    cells = (max(width - 48, 12), 15, 15, 15)
    names = [f" at {units.clock(found.until_us)}", *(it.name for it in found.sides), "difference"]
    texts = [left(names[0], cells[0])]
    texts += [right(name, room) for name, room in zip(names[1:], cells[1:], strict=True)]
    shown = found.totals[top : top + height - 1]
    below = len(found.totals) - top - len(shown)
    if below and len(shown) > 1:
        shown = shown[:-1]
        below += 1
    lines = [fit([("".join(texts), "dim")], width, "panel")]
    lines += [_figure(it, cells, width) for it in shown]
    if below:
        lines.append(fit([(f" … {below} more: PgDn", "dim")], width))
    return lines


def _figure(it: Total, cells: tuple[int, int, int, int], width: int) -> Line:
    spans: list[Span] = [(left(f" {it.name}", cells[0]), "text bold" if it.more else "dim")]
    for value, room in zip(it.values, cells[1:], strict=False):
        spans.append((right(amount(it, value), room), "" if it.more else "dim"))
    more = f"{'+' if it.more > 0 else ''}{amount(it, it.more)}" if it.more else NOTHING
    return fit([*spans, (right(more, cells[3]), "warn bold" if it.more else "faint")], width)


def amount(it: Total, value: int) -> str:
    """A figure with its unit."""
    if it.unit == "cents":
        return units.euros(value)
    if it.unit == "Wh":
        return f"{value / 1_000:.3f} kWh"
    return f"{value / 1_000:.1f} kW" if it.unit == "W" else f"{value:,}"
