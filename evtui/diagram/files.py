"""Writing a diagram: the end of the name says how."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from evtui.diagram import page, svg
from evtui.errors import reason
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


def document(name: str, diagram: Diagram, title: str, frames: Frames) -> str:
    """A diagram as SVG or HTML, as the name says. Raises ValueError for any other."""
    check_name(name)
    is_svg = name.lower().endswith(".svg")
    return svg.document(diagram, title) if is_svg else page.document(diagram, title, frames)


@contextmanager
def told(name: str) -> Iterator[None]:
    """Why a file cannot be written, as a ValueError with a sentence."""
    try:
        yield
    except (OSError, ValueError) as error:
        why = reason(error)
        raise ValueError(f'cannot write "{printable(name)}" ({why})') from None


def write(name: str, diagram: Diagram, title: str, frames: Frames) -> None:
    """Write a diagram, also over what is there. Raises ValueError where it cannot be done."""
    text = document(name, diagram, title, frames)
    with told(name):
        Path(name).write_text(text, encoding="utf-8", newline="\n")
