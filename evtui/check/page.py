"""A history as one page: bars of operations, and the orders that come furthest as lines.

The page needs nothing from outside. What the picture shows stands in a table below it, too; colour
is never the only sign; every bar and every choice can be reached with the keyboard.
"""

from collections.abc import Hashable, Iterator, Sequence
from html import escape
from typing import Final

from attrs import frozen

from evtui.check.history import History
from evtui.check.layout import BAR, Layout, chosen, lay_out, line
from evtui.check.orders import Walk, walk
from evtui.check.style import ORDERS_MAX, SCRIPT, STYLE
from evtui.check.values import show
from evtui.check.words import describe, ending, holds, span, summary
from paxos.check.linearizability.operations import Operation
from paxos.check.linearizability.verdict import Answer, Verdict, Violation
from scenarios.kinds import printable

HEADINGS: Final = {
    Answer.LINEARIZABLE: "✓ linearizable",
    Answer.NOT_LINEARIZABLE: "✗ not linearizable",
    Answer.UNKNOWN: "? unknown: the time was up",
}


@frozen
class _Subject:
    """What a page shows: operations on one key, and orders of them."""

    key: Hashable
    operations: tuple[Operation, ...]
    walks: tuple[Walk, ...]
    violation: Violation | None = None

    @property
    def blamed(self) -> tuple[Operation, ...]:
        return () if self.violation is None else self.violation.conflict

    def order_of(self, operation: Operation) -> int | None:
        """The longest order that has an operation, for who points at it; None for none."""
        for index, each in enumerate(self.walks):
            if any(operation is op for op in each.order):
                return index
        return None


def page(history: History, verdict: Verdict) -> str:
    """The whole page."""
    title = escape(f"{verdict.answer.value}: {history.file}")
    body = "\n".join(_body(history, verdict))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n<script>{SCRIPT}</script>\n</body>\n</html>\n"
    )


def _subject(history: History, verdict: Verdict) -> _Subject | None:
    """The key that is wrong; without one, that with most operations."""
    violation = verdict.violation
    if violation is not None:
        walks = tuple(
            walk(history.model, violation.partition, order, violation.last)
            for order in violation.orders[:ORDERS_MAX]
        )
        return _Subject(violation.key, violation.partition, walks, violation)
    by_key: dict[Hashable, list[Operation]] = {}
    for op in sorted(history.operations, key=lambda op: (op.call, op.number)):
        by_key.setdefault(op.key, []).append(op)
    if not by_key:
        return None
    key = max(by_key, key=lambda key: len(by_key[key]))
    order = verdict.orders.get(key)
    walks = () if order is None else (walk(history.model, by_key[key], order),)
    return _Subject(key, tuple(by_key[key]), walks)


def _body(history: History, verdict: Verdict) -> Iterator[str]:
    word = verdict.answer.name.lower().replace("_", "-")
    yield f'<h1 class="{word}">{HEADINGS[verdict.answer]}</h1>'
    yield f"<p>{escape(summary(history))}</p>"
    if verdict.violation is not None:
        sentence = ending(history, verdict.violation)
        yield f"<p>{escape(sentence[:1].upper() + sentence[1:])}.</p>"
    subject = _subject(history, verdict)
    if subject is None:
        return
    shown, left_out = chosen(subject.operations, subject.blamed)
    if subject.key is not None:
        yield f"<h2>Key {escape(show(subject.key))}</h2>"
    if left_out:
        yield (
            f"<p>{len(shown):,} operations are shown: the last ones, and those that cannot be "
            f"ordered. {left_out:,} others are left out.</p>"
        )
    labels = [_sign(subject, op) + describe(history, op) for op in shown]
    layout = lay_out(shown, labels)
    yield from _choices(subject)
    yield from _picture(history, subject, layout)
    yield from _legend(subject)
    yield from _tables(history, subject, shown)


def _choices(subject: _Subject) -> Iterator[str]:
    """Radio buttons, one for each order; they stand before what they switch."""
    total = len(subject.operations)
    for index, each in enumerate(subject.walks):
        order, checked = each.order, " checked" if index == 0 else ""
        yield (
            f'<input type="radio" name="order" id="o{index}"{checked}>'
            f'<label for="o{index}">order {index + 1}: {len(order):,} of {total:,} operations'
            "</label>"
        )


def _picture(history: History, subject: _Subject, layout: Layout) -> Iterator[str]:
    width, height = layout.width, layout.height + 26
    yield '<div class="picture">'
    yield f'<svg class="clients" width="120" height="{height:g}" aria-hidden="true">'
    for row in layout.rows:
        name = printable(str(row.client))
        name = name if len(name) <= 12 else name[:11] + "…"
        yield f'<text x="4" y="{row.y + BAR / 2 + 5:g}">client {escape(name)}</text>'
    yield "</svg>"
    yield '<div class="scroll" tabindex="0" role="region" aria-label="operations over time">'
    yield f'<svg width="{width:g}" height="{height:g}" role="group">'
    yield (
        '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect class="hatch" width="2" height="6"/></pattern></defs>'
    )
    for row in layout.rows:
        yield (
            f'<rect class="row" x="0" y="{row.y - 4:g}" width="{width:g}" height="{row.height:g}"/>'
        )
    for tick in layout.ticks:
        yield f'<line class="tick" x1="{tick.x:g}" x2="{tick.x:g}" y1="0" y2="{layout.height:g}"/>'
        yield (
            f'<text class="time" x="{tick.x:g}" y="{layout.height + 18:g}">'
            f"{escape(str(tick.time))}</text>"
        )
    yield from _bars(history, subject, layout)
    for index, each in enumerate(subject.walks):
        yield from _order(layout, each, index)
    yield "</svg></div></div>"


def _sign(subject: _Subject, operation: Operation) -> str:
    """What is to blame has a sign, for colours alone are none."""
    if subject.violation is not None and operation is subject.violation.last:
        return "✗ "
    return "! " if operation in subject.blamed else ""


def _bars(history: History, subject: _Subject, layout: Layout) -> Iterator[str]:
    blamed = {op.number for op in subject.blamed}
    last = None if subject.violation is None else subject.violation.last.number
    for bar in layout.bars:
        op = bar.operation
        kinds = ["bar"]
        kinds += ["blamed"] if op.number in blamed else []
        kinds += ["last"] if op.number == last else []
        kinds += ["open"] if op.returned is None else []
        said = escape(
            f"line {op.number}, client {printable(str(op.client))}: "
            f"{_sign(subject, op)}{describe(history, op)}, {span(op)}"
        )
        index = subject.order_of(op)
        shows = "" if index is None else f' data-order="o{index}"'
        yield (
            f'<a href="#line{op.number}" class="{" ".join(kinds)}" aria-label="{said}"{shows}>'
            f"<title>{said}</title>"
            f'<rect x="{bar.x:g}" y="{bar.y:g}" width="{bar.width:g}" height="{BAR}" rx="4"/>'
            f'<text x="{bar.x + 6:g}" y="{bar.y + 16:g}">{escape(bar.label)}</text></a>'
        )


def _order(layout: Layout, each: Walk, index: int) -> Iterator[str]:
    """What an order leaves out is hatched; a line goes through the rest, and on to what cannot be.

    Where it breaks off, a dashed line leads to each operation that was due and is impossible then.
    """
    points = line(layout, each.order)
    inside = {bar.operation.number for bar, _, _ in points}
    yield f'<g class="order o{index}">'
    for bar in layout.bars:
        if bar.operation.number not in inside and bar.operation.returned is not None:
            yield (
                f'<rect class="out" x="{bar.x:g}" y="{bar.y:g}" width="{bar.width:g}" '
                f'height="{BAR}" rx="4" fill="url(#hatch)"/>'
            )
    path = " ".join(f"{x:.1f},{y:g}" for _, x, y in points)
    yield f'<polyline points="{path}"/>'
    for _, x, y in points:
        yield f'<circle cx="{x:.1f}" cy="{y:g}" r="3.5"/>'
    bars = {bar.operation.number: bar for bar in layout.bars}
    for op in each.refused if points else ():
        if op.number in bars:
            bar, (_, x, y) = bars[op.number], points[-1]
            to_x, to_y = max(bar.x + 8, min(x, bar.x + bar.width - 8)), bar.y + BAR
            yield f'<line class="no" x1="{x:.1f}" y1="{y:g}" x2="{to_x:.1f}" y2="{to_y:g}"/>'
            yield f'<text class="no" x="{to_x - 4:.1f}" y="{to_y + 5:g}">✗</text>'
    yield "</g>"


def _legend(subject: _Subject) -> Iterator[str]:
    yield (
        '<p class="legend">Time runs to the right, a row for each client. A bar is an operation '
        "from its call to its return; without a return it has no right edge. The line goes "
        "through the operations in an order that holds, at moments at which they may have taken "
        "effect."
    )
    if subject.violation is not None:
        yield (
            "This order breaks off: hatched operations have no place in it, and those to which a "
            "dashed line leads were due, and were told what cannot be then. Point at an operation "
            "to see the longest order that has it. <b>!</b> marks operations that cannot be "
            "ordered together, <b>✗</b> the one with whose return it is certain."
        )
    yield "</p>"


def _tables(history: History, subject: _Subject, shown: Sequence[Operation]) -> Iterator[str]:
    blamed = {op.number for op in subject.blamed}
    last = None if subject.violation is None else subject.violation.last.number
    places = [_places(history, each) for each in subject.walks]
    yield "<table><thead><tr><th>line</th><th>client</th><th>operation</th><th>call</th>"
    yield "<th>return</th>"
    for index in range(len(places)):
        yield f'<th class="order o{index}">place in the order, and what is there then</th>'
    yield "<th></th></tr></thead><tbody>"
    for op in shown:
        mark = "✗" if op.number == last else "! cannot be ordered" if op.number in blamed else ""
        end = "none" if op.returned is None else str(op.returned)
        cells = [str(op.number), printable(str(op.client)), describe(history, op), str(op.call),
                 end]  # fmt: skip
        row = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        for index, place in enumerate(places):
            cell = escape(place.get(op.number, "–"))
            row += f'<td class="order o{index}">{cell}</td>'
        kind = ' class="blamed"' if op.number in blamed else ""
        yield f'<tr id="line{op.number}"{kind}>{row}<td>{mark}</td></tr>'
    yield "</tbody></table>"


def _places(history: History, each: Walk) -> dict[int, str]:
    """For each operation its place in an order with what the key holds then, or why it has none."""
    found = {}
    was = history.model.initial(each.order[0].key) if each.order else None
    for at, (op, state) in enumerate(zip(each.order, each.states, strict=True), 1):
        value = holds(history, state)
        found[op.number] = f"{at}: {value}" if value else str(at)
        was = state
    value = holds(history, was)
    for op in each.refused:
        found[op.number] = f"– cannot be next: {value} is there" if value else "– cannot be next"
    return found
