"""The diagram as SVG: lifelines, and slanted arrows from where a message leaves to where it ends.

Pure: from a :class:`~scenarios.messages.view.Diagram` to text. Time goes down, a row for each
event, with air where nothing was shown for long. Colour is never the only sign.
"""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from attrs import frozen

from evtui.render import units
from evtui.render.lanes import is_lost_at_once
from evtui.render.messages import GAP_US, words
from scenarios.kinds import printable
from scenarios.messages.view import Arrow, Diagram, Moment

TIME, COLUMN, TEXT = 110, 130, 560
"""Widths in pixels."""
HEAD, ROW, GAP, FOOT = 84, 24, 16, 20
SELF = 26

STYLE: Final = """
.paper { fill: #fff; } text { font: 12px ui-monospace, monospace; fill: #1b1f24; }
.title { font: bold 16px system-ui, sans-serif; } .name { font-weight: bold; text-anchor: middle; }
.soft { fill: #667; } .life { stroke: #c3c9d1; stroke-dasharray: 2 3; }
.paxos { stroke: #0b5cad; } .ocpp { stroke: #176a35; } .v2g { stroke: #6f3fb0; }
.bad { stroke: #b3261e; stroke-dasharray: 6 3; } .late { stroke: #7a5200; stroke-dasharray: 1 3; }
.open { stroke-dasharray: 2 2; } .arrow { fill: none; stroke-width: 1.5; }
text.says-bad { fill: #b3261e; } text.note { fill: #7a5200; font-weight: bold; }
.head { stroke: none; fill: context-stroke; } .cross { stroke-width: 2; fill: none; }
@media (prefers-color-scheme: dark) {
.paper { fill: #14171b; } text { fill: #e6e9ee; } .soft { fill: #9aa4b2; }
.life { stroke: #39424e; } .paxos { stroke: #7cb7ff; } .ocpp { stroke: #7ddb9a; }
.v2g { stroke: #c8a6ff; } .bad { stroke: #ff8a80; } .late { stroke: #f0c05a; }
text.says-bad { fill: #ff8a80; } text.note { fill: #f0c05a; } }
"""
"""An SVG that stands alone has its own style; so has the page that it is put into."""


@frozen
class Layout:
    """Where the rows and columns stand, in pixels."""

    columns: tuple[int, ...]
    """Which of the diagram's columns are drawn."""
    rows: tuple[int, ...]
    """The height of each moment."""
    width: int
    height: int

    def x(self, column: int) -> int:
        """A column's lifeline."""
        return TIME + COLUMN * self.columns.index(column) + COLUMN // 2


def lay_out(diagram: Diagram) -> Layout:
    """Places for everything. EVs that say nothing have no column."""
    spoken = {end for m in diagram.moments for it in m.arrows for end in (it.source, it.target)}
    spoken |= {column for m in diagram.moments for column in m.subjects}
    columns = [n for n in range(len(diagram.columns)) if n < diagram.cps or n in spoken]
    rows: list[int] = []
    y, before_us = HEAD, None
    for moment in diagram.moments:
        if before_us is not None and moment.time_us - before_us >= GAP_US:
            y += GAP
        rows.append(y)
        y, before_us = y + ROW, moment.time_us
    width = TIME + COLUMN * len(columns) + TEXT
    return Layout(tuple(columns), tuple(rows), width, y + FOOT)


def document(diagram: Diagram, title: str) -> str:
    """A whole file."""
    return "\n".join(drawing(diagram, title)) + "\n"


def drawing(diagram: Diagram, title: str) -> Iterator[str]:
    """The lines of the picture."""
    it = lay_out(diagram)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {it.width} {it.height}" '
        f'width="{it.width}" height="{it.height}" role="img">'
    )
    yield f"<title>{escape(title)}</title><style>{STYLE}</style>"
    yield (
        '<defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" '
        'markerHeight="8" orient="auto-start-reverse"><path class="head" d="M0 0 8 4 0 8z"/>'
        "</marker></defs>"
    )
    yield f'<rect class="paper" width="{it.width}" height="{it.height}"/>'
    yield f'<text class="title" x="16" y="30">{escape(title)}</text>'
    yield '<text class="soft" x="16" y="60">time</text>'
    for column in it.columns:
        x, name = it.x(column), escape(printable(diagram.columns[column]))
        yield f'<text class="name" x="{x}" y="60">{name}</text>'
        yield f'<line class="life" x1="{x}" x2="{x}" y1="68" y2="{it.height - FOOT // 2}"/>'
    yield from _arrows(diagram, it)
    for moment, y in zip(diagram.moments, it.rows, strict=True):
        yield from _row(it, moment, y)
    yield "</svg>"


def _row(it: Layout, moment: Moment, y: int) -> Iterator[str]:
    yield f'<text class="soft" x="16" y="{y + 4}">{units.clock(moment.time_us)}</text>'
    spans = words(moment)
    text = escape(printable("".join(text for text, _ in spans)))
    kind = "note" if moment.severity else "says-bad" if spans[0][1] == "bad" else ""
    kind = kind or ("soft" if moment.ended else "")
    x = it.width - TEXT + 12
    yield f'<text class="{kind}" x="{x}" y="{y + 4}">{text}</text>'
    for column in moment.subjects:
        sign = escape(spans[0][0].strip())
        yield f'<text class="note" x="{it.x(column) - 4}" y="{y + 4}">{sign}</text>'


def _arrows(diagram: Diagram, it: Layout) -> Iterator[str]:
    """Each arrow once, from the row of its sending to the row of its end."""
    begins: dict[int, int] = {}
    ends: dict[int, int] = {}
    found: dict[int, Arrow] = {}
    for moment, y in zip(diagram.moments, it.rows, strict=True):
        for arrow in moment.arrows:
            found[arrow.number] = arrow
            (ends if moment.ended else begins)[arrow.number] = y
    top, bottom = HEAD - ROW // 2, it.height - FOOT // 2
    for number, arrow in found.items():
        y1 = begins.get(number, top)
        yield _arrow(diagram, it, arrow, (y1, ends.get(number, bottom)), ends=number in ends)


def _arrow(diagram: Diagram, it: Layout, arrow: Arrow, ys: tuple[int, int], *, ends: bool) -> str:
    y1, y2 = ys
    x1, x2 = it.x(arrow.source), it.x(arrow.target)
    kind = arrow.channel
    if arrow.ended_us is not None and not arrow.arrived:
        kind += " bad"
    elif arrow.late:
        kind += " late"
    elif arrow.ended_us is None:
        kind += " open"
    source, target = (printable(diagram.columns[n]) for n in (arrow.source, arrow.target))
    said = escape(f"{arrow.kind} {source} → {target}: {arrow.fate or 'under way'}")
    head = ' marker-end="url(#head)"' if arrow.arrived and ends else ""
    cross = ""
    if x1 == x2:
        path = f"M{x1} {y1}h{SELF}v8h{4 - SELF}"
        head = ' marker-end="url(#head)"' if arrow.arrived else ""
    elif is_lost_at_once(arrow):
        x2 = x1 + (x2 - x1) * 3 // 4
        y2 = y1 + ROW // 2
        path, cross = f"M{x1} {y1}L{x2} {y2}", _cross(x2, y2)
    else:
        path = f"M{x1} {y1}L{x2} {y2}"
        cross = _cross(x2, y2) if ends and not arrow.arrived else ""
    return (
        f'<g class="{kind}"><title>{said}</title><path class="arrow" d="{path}"{head}/>{cross}</g>'
    )


def _cross(x: int, y: int) -> str:
    return f'<path class="cross" d="M{x - 4} {y - 4}l8 8m0 -8l-8 8"/>'


def describe(arrow: Arrow, columns: Sequence[str]) -> tuple[str, ...]:
    """An arrow as a row of a table: number, kind, from, to, sent, ended, what became of it."""
    return (
        str(arrow.number), arrow.kind, columns[arrow.source], columns[arrow.target],
        _exact(arrow.sent_us), "" if arrow.ended_us is None else _exact(arrow.ended_us),
        (arrow.fate or "under way") + (", late" if arrow.late else ""),
    )  # fmt: skip


def _exact(time_us: int) -> str:
    return f"{units.clock(time_us, millis=False)}.{time_us % 1_000_000:06}"
