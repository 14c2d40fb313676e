"""The diagram as one page: the picture, and below it every message with its fields."""

from collections.abc import Callable, Iterator
from html import escape
from typing import Final

from evtui.diagram import svg
from evtui.render import units
from scenarios.kinds import printable
from scenarios.messages.view import Arrow, Diagram, FrameView

_STYLE: Final = """
:root { color-scheme: light dark; }
body { margin: 0; padding: 1rem 1.5rem 3rem; font: 15px/1.5 system-ui, sans-serif; }
.picture { overflow-x: auto; } svg { display: block; }
table { border-collapse: collapse; margin-top: 1rem; }
th, td { text-align: left; padding: .15rem 1rem .15rem 0; vertical-align: top;
  border-bottom: 1px solid #8884; }
td { font: 13px ui-monospace, monospace; overflow-wrap: anywhere; } summary { cursor: pointer; }
"""
_HEADS: Final = ("no.", "message", "from", "to", "sent", "ended", "outcome", "fields")


def document(diagram: Diagram, title: str, frames: Callable[[int], FrameView | None]) -> str:
    """The whole page; it needs nothing from outside."""
    body = "\n".join(_body(diagram, title, frames))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def _body(diagram: Diagram, title: str, frames: Callable[[int], FrameView | None]) -> Iterator[str]:
    yield '<div class="picture" tabindex="0" role="region" aria-label="space-time diagram">'
    yield from svg.drawing(diagram, title)
    yield "</div>"
    yield (
        "<p>Time goes down, a row for each event. An arrow begins where a message was sent and "
        "ends where it was taken; one that ends in a cross did not get there, a dotted one was "
        "late, and one without an end is under way.</p>"
    )
    yield "<table><thead><tr>" + "".join(f"<th>{it}</th>" for it in _HEADS) + "</tr></thead><tbody>"
    for arrow in arrows(diagram):
        row = svg.describe(arrow, diagram.columns)
        cells = "".join(f"<td>{escape(printable(cell))}</td>" for cell in row)
        yield f"<tr>{cells}<td>{_fields(frames(arrow.number))}</td></tr>"
    yield "</tbody></table>"
    notes = [it for it in diagram.moments if it.severity]
    if notes:
        yield "<h2>What happened</h2><ul>"
        for it in notes:
            said = f"{units.clock(it.time_us)} {it.severity}: {it.text}"
            yield f"<li>{escape(printable(said))}</li>"
        yield "</ul>"


def arrows(diagram: Diagram) -> list[Arrow]:
    """Every arrow of a diagram once, in the order in which they were sent."""
    found = {arrow.number: arrow for moment in diagram.moments for arrow in moment.arrows}
    return [found[number] for number in sorted(found)]


def _fields(frame: FrameView | None) -> str:
    if frame is None or not frame.fields:
        return "forgotten" if frame is None else ""
    rows = "<br>".join(
        f"{escape(printable(name))} = {escape(printable(text))}" for name, text in frame.fields
    )
    return f"<details><summary>{len(frame.fields)}</summary>{rows}</details>"
