"""Text can be read, and states stay apart, on real screens of every view in each theme of ours."""

import math
from collections.abc import Iterator, Sequence

import pytest
from rich.segment import Segment
from textual.color import Color
from textual.theme import Theme

from evtui.themes import SAFE_DARK, SAFE_LIGHT, THEMES
from tests.evtui.test_themes import contrast
from tests.evtui.walk import app_of, drawn, troubled, views

LEAST = 4.5
"""WCAG 2.1, 1.4.3."""

XTERM = (
    "#000000", "#cd0000", "#00cd00", "#cdcd00", "#0000ee", "#cd00cd", "#00cdcd", "#e5e5e5",
    "#7f7f7f", "#ff0000", "#00ff00", "#ffff00", "#5c5cff", "#ff00ff", "#00ffff", "#ffffff",
)  # fmt: skip
"""The sixteen colours as xterm has them: another terminal has others, which nobody can know."""


def is_text(segment: Segment) -> bool:
    """Whether there is something to read: a frame or a bar is none."""
    return any(char.isalnum() for char in segment.text)


def colors(segment: Segment, theme: Theme) -> tuple[Color, Color]:
    """The colour of a text and that of its ground, as the terminal shows them."""
    style = segment.style
    assert style is not None
    found = []
    for color, is_ground in ((style.color, False), (style.bgcolor, True)):
        if color is None or color.is_default:
            found.append(Color.parse("#000000" if theme.dark == is_ground else "#ffffff"))
        elif color.number is not None and color.number < len(XTERM):
            found.append(Color.parse(XTERM[color.number]))
        else:
            found.append(Color.from_rich_color(color))
    fore, back = found
    return (back, fore) if style.reverse else (fore, back)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
async def test_every_text_of_every_view_can_be_read(theme: Theme) -> None:
    """At least 4.5:1. What is faint has nothing to read in it, and dim is the terminal's own."""
    app = app_of(troubled(), theme=theme.name)
    faint = theme.variables.get("ink-faint", "").lower()
    poor: list[str] = []
    seen = 0
    async with app.run_test(size=(120, 36)) as pilot:
        async for name in views(app, pilot):
            for widget, segments in drawn(app):
                for segment in filter(is_text, segments):
                    seen += 1
                    fore, back = colors(segment, theme)
                    ratio = contrast(fore, back)
                    of_terminal = theme.ansi and segment.style is not None and segment.style.dim
                    if ratio < LEAST and not of_terminal:
                        what = f"{name}: {type(widget).__name__}: {segment.text.strip()!r}"
                        poor.append(f"{what} {fore.hex} on {back.hex}: {ratio:.2f}")
                    if fore.hex.lower() == faint:
                        poor.append(f"{name}: {segment.text.strip()!r} is faint")
    assert not poor, "\n".join(sorted(set(poor)))
    assert seen > 1_500


# --- colour-blindness ------------------------------------------------------------------------

Matrix = Sequence[Sequence[float]]

SIGHT: dict[str, Matrix] = {
    "all colours": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "no green": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "no blue": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
"""Machado, Oliveira, Fernandes: A Physiologically-based Model for Simulation of Color Vision
Deficiency, 2009, severity 1.0, on linear RGB: protanopia, deuteranopia, tritanopia."""

STATES = ("ink-ok", "ink-warn", "ink-bad", "ink-consensus", "ink-accent")
APART = 20.0
"""Least distance in CIE L*a*b* (1976); 2.3 is just noticeable."""


def lab(color: Color, sight: Matrix) -> tuple[float, float, float]:
    """A colour as somebody sees it, in CIE L*a*b* under D65."""
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in color.normalized
    ]
    seen = [min(max(_dot(row, linear), 0.0), 1.0) for row in sight]
    to_xyz = (
        (0.4124564, 0.3575761, 0.1804375),
        (0.2126729, 0.7151522, 0.0721750),
        (0.0193339, 0.1191920, 0.9503041),
    )
    x, y, z = (_cubed(_dot(row, seen) / sum(row)) for row in to_xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _dot(row: Sequence[float], column: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(row, column, strict=True))


def _cubed(part: float) -> float:
    return math.cbrt(part) if part > 0.008856 else 7.787 * part + 16 / 116


def distances(theme: Theme, sight: Matrix) -> Iterator[tuple[float, str, str]]:
    """How far any two states are apart."""
    seen = {name: lab(Color.parse(theme.variables[name]), sight) for name in STATES}
    for n, one in enumerate(STATES):
        for other in STATES[:n]:
            yield math.dist(seen[one], seen[other]), one, other


@pytest.mark.parametrize("theme", [SAFE_DARK, SAFE_LIGHT], ids=lambda theme: theme.name)
@pytest.mark.parametrize("sight", SIGHT)
def test_states_stay_apart_for_the_colour_blind(theme: Theme, sight: str) -> None:
    """Whichever kind of cone somebody lacks."""
    assert min(distances(theme, SIGHT[sight]))[0] >= APART


def test_the_simulation_can_tell_what_is_not_apart() -> None:
    """Red and green of one lightness are one colour for who sees no green."""
    red, green = Color.parse("#c46000"), Color.parse("#8a8a00")
    usual = math.dist(lab(red, SIGHT["all colours"]), lab(green, SIGHT["all colours"]))
    blind = math.dist(lab(red, SIGHT["no green"]), lab(green, SIGHT["no green"]))
    assert usual > 40
    assert blind < usual / 2
