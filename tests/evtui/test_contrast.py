"""Text can be read, and states stay apart, on real screens of every view in each theme of ours."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from rich.color import ColorSystem
from rich.segment import Segment
from textual.app import App
from textual.color import Color
from textual.command import CommandList
from textual.pilot import Pilot
from textual.theme import Theme
from textual.widgets._toast import Toast

from evtui.app import EvtuiApp
from evtui.city_app import CityApp
from evtui.learn.app import LessonApp
from evtui.learn.chooser import Chooser
from evtui.learn.progress import Store
from evtui.settings.force import Settings
from evtui.themes import SAFE_DARK, SAFE_LIGHT, THEMES, coarse
from scenarios.city.session import open_session
from scenarios.lessons.library import find, lessons
from scenarios.loader import load
from tests.evtui.test_themes import contrast
from tests.evtui.walk import app_of, drawn, troubled, views

LEAST = 4.5
"""WCAG 2.1, 1.4.3."""

XTERM = (
    "#000000", "#cd0000", "#00cd00", "#cdcd00", "#0000ee", "#cd00cd", "#00cdcd", "#e5e5e5",
    "#7f7f7f", "#ff0000", "#00ff00", "#ffff00", "#5c5cff", "#ff00ff", "#00ffff", "#ffffff",
)  # fmt: skip
"""The sixteen colours as xterm has them: another terminal has others, which nobody can know."""


DIM = 2 / 3
"""So much of a colour is left of dim text, as VTE and xterm have it; the rest is the ground."""

DEEP, COARSE = "truecolor", "256"


def is_text(segment: Segment) -> bool:
    """Whether there is something to read: a frame or a bar is none."""
    return any(char.isalnum() for char in segment.text)


def colors(segment: Segment, theme: Theme, depth: str) -> tuple[Color, Color]:
    """The colour of a text and that of its ground, as the terminal shows them."""
    style = segment.style
    assert style is not None
    found = []
    for color, is_ground in ((style.color, False), (style.bgcolor, True)):
        if color is None or color.is_default:
            found.append(Color.parse("#000000" if theme.dark == is_ground else "#ffffff"))
        elif color.number is not None and color.number < len(XTERM):
            found.append(Color.parse(XTERM[color.number]))
        elif depth == COARSE:
            found.append(Color(*color.downgrade(ColorSystem.EIGHT_BIT).get_truecolor()))
        else:
            found.append(Color.from_rich_color(color))
    fore, back = reversed(found) if style.reverse else found
    return (back.blend(fore, DIM) if style.dim else fore), back


class Judge:
    """Looks at what a terminal shows, and notes what cannot be read there."""

    def __init__(self, theme: Theme, depth: str) -> None:
        self.theme, self.depth = theme, depth
        self.faint = theme.variables.get("ink-faint", "").lower()
        self.poor: set[str] = set()
        self.seen: dict[str, int] = {}
        self.widgets: set[str] = set()

    def look(self, app: App[Any], name: str) -> None:
        """At all that the uppermost screen draws. What is faint has nothing to read in it."""
        for widget, segments in drawn(app):
            for segment in filter(is_text, segments):
                self.seen[name] = self.seen.get(name, 0) + 1
                self.widgets.add(type(widget).__name__)
                fore, back = colors(segment, self.theme, self.depth)
                ratio = contrast(fore, back)
                what = f"{name}: {type(widget).__name__}: {segment.text.strip()!r}"
                if ratio < LEAST:
                    self.poor.add(f"{what} {fore.hex} on {back.hex}: {ratio:.2f}")
                if fore.hex.lower() == self.faint:
                    self.poor.add(f"{what} is faint")


CASES = [
    pytest.param(theme, depth, id=f"{theme.name}-{depth}", marks=marks)
    for index, theme in enumerate(THEMES)
    for depth in ((DEEP,) if theme.ansi else (DEEP, COARSE))
    for marks in (() if depth == DEEP or index == 0 else (pytest.mark.soak,),)
]
"""Every run of the tests takes each theme, and the first of them in few colours, too."""


@pytest.fixture
def judge(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Judge:
    """Who judges a theme, in a terminal that has so many colours."""
    theme, depth = request.param
    if depth == COARSE:
        monkeypatch.delenv("COLORTERM")
    return Judge(theme, depth)


cases = pytest.mark.parametrize(
    "judge",
    [pytest.param(case.values, id=case.id, marks=case.marks) for case in CASES],
    indirect=True,
)


@cases
async def test_every_text_of_every_view_can_be_read(judge: Judge) -> None:
    """At least 4.5:1, in truecolor and as the nearest of 256 colours; notices, too."""
    app = app_of(troubled(), theme=judge.theme.name)
    assert app.console.color_system == judge.depth
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        async for name in views(app, pilot):
            if name == "palette":
                await until_offered(app, pilot)
            judge.look(app, name)
            if name == "messages":
                await pilot.press("up")
                await pilot.pause()
                judge.look(app, "a message that is selected")
        app.clear_notifications()
        for severity in ("information", "warning", "error"):
            app.notify(f"a notice: {severity}", severity=severity)  # type: ignore[arg-type]
        for _ in range(100):
            await pilot.pause(0.02)
            if len(app.screen.query(Toast)) == 3:
                break
        assert len(app.screen.query(Toast)) == 3
        judge.look(app, "notices")
    assert not judge.poor, "\n".join(sorted(judge.poor))
    assert sum(judge.seen.values()) > 1_500
    assert {"Toast", "CommandList", "CommandInput"} <= judge.widgets


async def until_offered(app: EvtuiApp, pilot: Pilot[int]) -> None:
    """Wait for the commands of the palette, one of which is under the cursor."""
    for _ in range(200):
        offered = app.screen.query_one(CommandList)
        if offered.highlighted is not None and offered.option_count > 3:
            break
        await pilot.pause(0.02)
    assert offered.highlighted is not None
    await pilot.pause()


@cases
async def test_every_text_beside_the_network_can_be_read(judge: Judge, tmp_path: Path) -> None:
    """A city, a lesson, the list of lessons, and what a terminal says that is too small."""
    settings = Settings(theme=judge.theme.name)
    city = CityApp(open_session(load("two-sites")), paused=True, settings=settings)
    store = Store(tmp_path)
    lesson = LessonApp(find("ballots"), store, settings=settings)
    apps = ("city", city), ("lesson", lesson), ("lessons", Chooser(lessons(), store, settings))
    for name, app in apps:
        async with app.run_test(size=(120, 36)) as pilot:
            for key in {"city": ["", "k", "down"], "lesson": ["", "H", " "]}.get(name, ["", "end"]):
                await pilot.press(*([key] if key else []))
                await pilot.pause()
                judge.look(app, name)
            await pilot.resize_terminal(30, 8)
            await pilot.pause()
            judge.look(app, f"{name}, too small")
    assert not judge.poor, "\n".join(sorted(judge.poor))
    assert min(judge.seen.values()) >= 2
    assert len(judge.seen) == 6


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
    """Whichever kind of cone somebody lacks, and where there are no more than 256 colours, too."""
    assert min(distances(theme, SIGHT[sight]))[0] >= APART
    few = coarse(theme)
    for name in STATES:
        near = Color.parse(few.variables[name]).rich_color.downgrade(ColorSystem.EIGHT_BIT)
        few.variables[name] = Color(*near.get_truecolor()).hex
    assert min(distances(few, SIGHT[sight]))[0] >= APART


def test_the_simulation_can_tell_what_is_not_apart() -> None:
    """Red and green of one lightness are one colour for who sees no green."""
    red, green = Color.parse("#c46000"), Color.parse("#8a8a00")
    usual = math.dist(lab(red, SIGHT["all colours"]), lab(green, SIGHT["all colours"]))
    blind = math.dist(lab(red, SIGHT["no green"]), lab(green, SIGHT["no green"]))
    assert usual > 40
    assert blind < usual / 2
