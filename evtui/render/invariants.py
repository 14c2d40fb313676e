"""The invariants: sign, name, sentence, checks and margin; and what led to a violation."""

from textwrap import wrap

from evtui.render import glyphs, units
from evtui.render.line import Line, Span, fit, left, line, right, spread
from scenarios.tables_view import InvariantsView, InvariantView, ViolationView
from scenarios.view import View

HEAD = 2
"""Rows above the first invariant: all of them together, the names of the columns."""
ROWS_LEAST = 4
"""Rows of the table that are seen also when a violation has much to say."""
NAME, CHECKS, MARGIN = 5, 11, 13
"""Cells of the columns beside the sentence."""
WIDE = 150
"""Cells from which each row says where its margin was."""


def page(view: View, cursor: int, size: tuple[int, int], motion: Span) -> list[Line]:
    """All of them around the cursor, the chosen one in full, and a violation's story."""
    width, height = size
    seen = view.invariants
    if seen is None:
        return [line((" …", "dim"))]
    if not seen.rows:
        return [line((" Nothing is checked in this run", "dim"))]
    cursor = min(cursor, len(seen.rows) - 1)
    below = _below(seen, seen.rows[cursor], width, height - HEAD - ROWS_LEAST)
    room = max(min(len(seen.rows), height - HEAD - len(below)), min(ROWS_LEAST, height - HEAD))
    first = first_row(len(seen.rows), cursor, room)
    lines = [_about(view, seen, width, motion), _columns(first, room, len(seen.rows), width)]
    for index, row in enumerate(seen.rows[first : first + room], first):
        lines.append(_row(row, width, chosen=index == cursor))
    return [*lines, *below][:height]


def first_row(count: int, cursor: int, room: int) -> int:
    """Index of the invariant on the first row: the cursor stays in the middle."""
    return min(max(cursor - room // 2, 0), max(count - room, 0))


def rows_of(view: View) -> int:
    """How many rows it would like to have."""
    seen = view.invariants
    return 60 if seen is None else HEAD + len(seen.rows) + 20


def _about(view: View, seen: InvariantsView, width: int, motion: Span) -> Line:
    held = sum(not row.violated and row.checks > 0 for row in seen.rows)
    idle = sum(not row.violated and not row.checks for row in seen.rows)
    word: Span = (f" {glyphs.HOLDS} {held} hold", "ok bold")
    if seen.violation is not None:
        broken = f" {glyphs.BROKEN} {seen.violation.name} violated, {held} hold"
        word = (broken, "bad bold")
    added = f" + {seen.of_city:,} of the city" if seen.of_city else ""
    checks: Span = (f" · {seen.checks:,} checks{added} · {idle} had nothing to check", "dim")
    end: list[Span] = [(units.clock(view.time_us), "text bold"), ("  ", ""), motion, (" ", "")]
    return spread([word, checks], end, width)


def _columns(first: int, room: int, count: int, width: int) -> Line:
    seen = "" if room >= count else f"  {first + 1}–{first + room} of {count}"
    tail = right("checks", CHECKS) + right("least margin", MARGIN)
    if width >= WIDE:
        tail += "  " + left("where and when", _where(width) - 2)
    words = _words(width)
    return fit(
        [(left(f"   {left('', NAME)}must hold{seen}", words), "dim"), (tail, "dim")],
        width,
        "panel",
    )


def _where(width: int) -> int:
    """Cells of the last column, where there is one."""
    return min(max(width - 110, 26), 60) if width >= WIDE else 0


def _words(width: int) -> int:
    """Cells up to the end of the sentence."""
    return max(width - CHECKS - MARGIN - _where(width), 20)


def _row(row: InvariantView, width: int, *, chosen: bool) -> Line:
    sign, role = sign_of(row)
    mark = glyphs.CURSOR if chosen else " "
    sentence = left(row.sentence, _words(width) - NAME - 4)
    spans: list[Span] = [
        (mark, "key"),
        (f"{sign} ", role),
        (left(row.name, NAME), "text bold"),
        (sentence + " ", "bad bold" if row.violated else "" if row.checks else "dim"),
        (right(f"{row.checks:,}", CHECKS), "" if row.checks else "dim"),
        (right(margin(row), MARGIN), _margin_role(row)),
    ]
    if width >= WIDE:
        spans.append(("  " + left(where(row) or row.note, _where(width) - 2), "dim"))
    return fit(spans, width, "selected" if chosen else "base")


def sign_of(row: InvariantView) -> Span:
    """Whether it holds; one that nothing was checked of has a dot."""
    if row.violated:
        return (glyphs.BROKEN, "bad bold")
    return (glyphs.HOLDS, "ok bold") if row.checks else ("·", "dim")


def margin(row: InvariantView) -> str:
    """The smallest margin so far with its unit, a dash where there is none."""
    if row.left is None:
        return "–"
    return amount(row.left, row.unit)


def amount(left_over: int, unit: str) -> str:
    """A margin as people read it: kW from 10 kW on, times in ms, s or minutes."""
    if unit == "W" and abs(left_over) >= 10_000:
        return f"{left_over / 1_000:,.1f} kW"
    if unit != "µs":
        return f"{left_over:,} {unit}"
    if abs(left_over) < 1_000_000:
        return f"{left_over / 1_000:.0f} ms"
    return f"{left_over / 1_000_000:,.1f} s"


def _margin_role(row: InvariantView) -> str:
    if row.left is None:
        return "dim"
    return "bad bold" if row.left < 0 else ""


def where(row: InvariantView) -> str:
    """Where and when the margin was smallest."""
    when = "" if row.at_us is None else f"at {units.clock(row.at_us)}"
    return ", ".join(word for word in (row.of, when) if word)


# --- below the table -------------------------------------------------------------------------


def _below(seen: InvariantsView, row: InvariantView, width: int, most: int) -> list[Line]:
    """The chosen one in full; or what led to the violation, in ``most`` rows."""
    if seen.violation is not None:
        return [line(), *_story(seen.violation, width, max(most - 1, 3))]
    sentence = wrap(f"{row.name}: {row.sentence}", max(width - 2, 20))
    lines = [line(), *(fit([(f" {text}", "text bold")], width) for text in sentence)]
    texts = wrap(_detail(row), max(width - 4, 20))
    return lines + [fit([(f"   {text}", "dim")], width) for text in texts]


def _detail(row: InvariantView) -> str:
    """Checks, margin and note of an invariant, as a sentence each."""
    words = [f"checked {row.checks:,} times" if row.checks else "nothing to check so far"]
    if row.left is not None:
        place = f" ({where(row)})" if where(row) else ""
        words.append(f"least margin {amount(row.left, row.unit)}{place}")
    elif not row.unit:
        words.append("it holds or it does not: there is no margin")
    if row.note:
        words.append(row.note)
    return " · ".join(words)


def _story(violation: ViolationView, width: int, most: int) -> list[Line]:
    """What was found, of whom, and the events that led there: the latest for which is room."""
    lines = [
        fit([(" ", ""), (text, "text bold")], width, "alarm")
        for text in wrap(f"{glyphs.BROKEN} {violation.text}", max(width - 2, 20))
    ]
    about = [f"at {units.clock(violation.time_us)}, event {violation.event:,}"]
    if violation.slot is not None:
        about.append(f"slot {violation.slot}")
    if violation.ballots:
        about.append(f"ballots {', '.join(violation.ballots)}")
    if violation.cps:
        about.append(f"CPs {', '.join(violation.cps)}")
    lines.append(fit([(f" {' · '.join(about)}", "")], width))
    if violation.events:
        lines.append(fit([(" What led to it:", "dim")], width))
        events = violation.events[-max(most - len(lines), 1) :]
        lines += [fit([(f"  {event}", "dim")], width) for event in events[:-1]]
        lines.append(fit([(f"  {events[-1]}", "bad bold")], width))
    return lines
