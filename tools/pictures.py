"""The pictures in README and docs: the app, as it draws real runs. ``make pictures``.

Each is a scenario, run up to a moment, and the keys that were pressed then.
"""

import asyncio
import os
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from attrs import frozen

from evtui.app import EvtuiApp
from evtui.learn.app import LessonApp
from evtui.learn.progress import Store
from scenarios.lessons.library import find
from scenarios.loader import load
from scenarios.session import Session

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"
SECOND_US = 1_000_000


@frozen
class Shot:
    """A screen: what is run, up to when, and what is pressed then. ``size`` in cells."""

    name: str
    scenario: str
    seconds: float
    keys: tuple[str, ...] = ()
    size: tuple[int, int] = (120, 36)
    lesson: bool = False
    """Whether the scenario is a lesson, and shown with its text."""


SHOTS = (
    Shot("network", "leader-crash", 211),
    Shot("messages", "leader-crash", 181.75, ("m",)),
    Shot("why", "leader-crash", 211, ("w", "enter")),
    Shot(
        "branches",
        "ten-minutes",
        200,
        ("down", "down", "k", "right_square_bracket", "left_square_bracket", "left_square_bracket",
         "p", "3", "enter", "right_square_bracket", "right_square_bracket", "t"),
    ),
    Shot("what-if", "leader-crash", 181, ("W", *["down"] * 5, "right", "right", "enter")),
    Shot("lesson", "elections", 12.5, ("n", "right_square_bracket", "n", "k"), lesson=True),
)  # fmt: skip


TERMINAL = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
"""A picture has all colours, wherever it is drawn."""


async def draw(shot: Shot) -> str:
    """The screen, as SVG."""
    with TemporaryDirectory() as folder, patch.dict(os.environ, TERMINAL):
        os.environ.pop("NO_COLOR", None)
        return await _drawn(shot, _app(shot, Path(folder)))


def _app(shot: Shot, folder: Path) -> EvtuiApp:
    """The app, paused; what is learned in it is kept nowhere."""
    if shot.lesson:
        return LessonApp(find(shot.scenario), Store(folder))
    return EvtuiApp(Session(load(shot.scenario)), paused=True)


async def _drawn(shot: Shot, app: EvtuiApp) -> str:
    async with app.run_test(size=shot.size) as pilot:
        app.timeline.record()
        while not app.timeline.run(int(shot.seconds * SECOND_US), 100_000):
            pass
        app.take_picture()
        await pilot.pause()
        for key in shot.keys:
            await pilot.press(key)
            await pilot.pause()
        while app.desk.is_busy:
            await pilot.pause(0.5)
        await pilot.pause(1)
        app.clear_notifications()
        await pilot.pause()
        return steady(app.export_screenshot(title=f"evtui {shot.scenario}"))


def steady(svg: str) -> str:
    """The same picture with ids that do not change from one drawing to the next."""
    return re.sub(r"terminal-\d+", "terminal-evtui", svg)


def main() -> None:
    """Draw all of them anew."""
    FOLDER.mkdir(exist_ok=True)
    for shot in SHOTS:
        (FOLDER / f"{shot.name}.svg").write_text(asyncio.run(draw(shot)), encoding="utf-8")
        print(f"docs/pictures/{shot.name}.svg")


if __name__ == "__main__":
    main()
