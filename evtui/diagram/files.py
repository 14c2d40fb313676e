"""Writing a diagram: the end of the name says how."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from evtui.diagram import page, svg
from scenarios.kinds import printable
from scenarios.messages.view import Diagram, FrameView

Frames = Callable[[int], FrameView | None]

ENDINGS: Final = (".svg", ".html")
ROWS_MAX: Final = 2_000
"""A picture of more rows helps nobody."""


def check_name(name: str) -> None:
    """Whether a file of that name can be written. Raises ValueError."""
    if not name.lower().endswith(ENDINGS):
        raise ValueError(f'found "{printable(name)}"; allowed a file that ends in .svg or .html')


def write(name: str, diagram: Diagram, title: str, frames: Frames) -> None:
    """Write a diagram as SVG or HTML. Raises ValueError where that cannot be done."""
    check_name(name)
    is_svg = name.lower().endswith(".svg")
    text = svg.document(diagram, title) if is_svg else page.document(diagram, title, frames)
    try:
        Path(name).write_text(text, encoding="utf-8", newline="\n")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ValueError(f'cannot write "{printable(name)}" ({why})') from None
