"""Plays a lesson as its text says: the keys of each step, one after the other."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from textual.command import CommandList
from textual.pilot import Pilot

from evtui.learn.app import LessonApp
from evtui.learn.progress import Store
from scenarios.lessons.library import find
from scenarios.lessons.moment import Began

RUN = "<run>"
"""Let time run until the step is done."""
WAIT_S = 30


def app_of(name: str, folder: Path, *, anew: bool = False) -> LessonApp:
    """A lesson, as fast as it goes."""
    return LessonApp(find(name), Store(folder), speed=0.0, anew=anew)


async def play(
    app: LessonApp,
    pilot: Pilot[Any],
    steps: Sequence[Sequence[str]],
    at: int = 0,
    look: Callable[[LessonApp], None] = lambda _: None,
) -> None:
    """Every step; each is open before its keys are pressed, and done after them.

    ``at`` is the index of the first of these steps in the lesson; ``look`` looks at each of them
    while it is open, and when it is done.
    """
    for number, keys in enumerate(steps, at):
        assert app.tutor.index == number
        assert not app.tutor.done, f"step {number + 1} was done before anything was"
        look(app)
        await press(app, pilot, *keys)
        look(app)
        assert app.tutor.done, f"step {number + 1} is not done: {state(app)}"
        if number + 1 < at + len(steps):
            await press(app, pilot, "n")


async def press(app: LessonApp, pilot: Pilot[Any], *keys: str) -> None:
    """Keys; ``@leader`` or ``CP3`` selects, ``<run>`` lets time run, ``#slot`` types a number."""
    for key in keys:
        if key == RUN:
            await run(app, pilot)
        elif key.startswith(("@", "CP")):
            await select(app, pilot, named(app.tutor.began, key))
        elif key.startswith(":"):
            await command(pilot, key[1:])
        elif key.startswith("#"):
            for digit in named(app.tutor.began, "@" + key[1:]):
                await pilot.press(digit)
        else:
            await pilot.press(key)
        await pilot.pause()


async def command(pilot: Pilot[Any], words: str) -> None:
    """Find something in the palette, and do it."""
    await pilot.press("colon")
    await pilot.pause(0.1)
    await pilot.press(*("space" if char == " " else char for char in words))
    for _ in range(100):
        await pilot.pause(0.05)
        found = pilot.app.screen.query(CommandList).first()
        if found.display and found.option_count == 1:
            break
    await pilot.press("enter")
    await pilot.pause(0.1)


def named(began: Began, text: str) -> str:
    """The id or number that a fact is."""
    return began.facts[text[1:]] if text.startswith("@") else text


async def select(app: LessonApp, pilot: Pilot[Any], cp: str) -> None:
    """Move the bar to a CP."""
    assert app.picture is not None
    for _ in app.picture.view.cps:
        if app.selected == cp:
            return
        await pilot.press("down")
    assert app.selected == cp


async def run(app: LessonApp, pilot: Pilot[Any]) -> None:
    """Press space, and wait until the step is done; nothing else makes time stand."""
    assert app.paused
    assert not app.tutor.done, f"step {app.tutor.index + 1} was done before time ran"
    await pilot.press("space")
    for _ in range(WAIT_S * 50):
        await asyncio.sleep(0.02)
        if app.paused or app.controls.finished:
            break
    else:
        raise AssertionError(f"never done: {state(app)}")
    await pilot.pause()
    assert app.tutor.done, state(app)


def state(app: LessonApp) -> str:
    """What there is to say where a step is not done."""
    assert app.picture is not None
    rows = app.picture.view.event_rows[-8:]
    told = "\n".join(f"{row.time_us / 1e6:.3f} {row.subject} {row.text}" for row in rows)
    standing = app.tutor.standing()
    return f"{standing.task} [{standing.spoiled}] at {app.controls.time_us / 1e6:.3f} s\n{told}"
