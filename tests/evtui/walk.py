"""Every view of the app, opened on real runs: for what must hold of all that is drawn."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

from rich.segment import Segment
from textual.app import App
from textual.geometry import Region
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget

from evtui.actions import ACTIONS, VIEWS
from evtui.app import EvtuiApp
from evtui.screens.panels import Panel
from evtui.settings.force import Settings
from scenarios.breakpoints.words import names_of, read
from scenarios.session import Session
from scenarios.timeline import Timeline
from tests.evtui.conftest import session_at

KEYS: dict[str, tuple[str, ...]] = {
    "network": (),
    **{a.id: (a.keys,) for a in ACTIONS if a.group == VIEWS},
    "help": ("question_mark",),
    "help views": ("question_mark", "right"),
    "help symbols": ("question_mark", "left"),
    "link": ("x",),
    "partition": ("p",),
    "membership": ("v",),
    "branches": ("t",),
    "bookmarks": ("b", "B"),
    "quit": ("q",),
    "palette": ("colon",),
    "link editor": ("l", "enter"),
    "instruct": ("f", "enter"),
    "act": ("D", "enter"),
    "decoded": ("m", "up", "enter"),
    "answer": ("w", "enter"),
    "compare": ("t", "c", "up", "c"),
    "refused words": ("S", "a", "x", "enter"),
    "stopped": ("k",),
}
"""View → the keys that open it from the network."""


def troubled(scenario: str = "ten-minutes", time_us: int = 300_000_000) -> Timeline:
    """A run in which much is broken: crashed, paused, cut off, out of service."""
    run = Timeline(session_at(time_us, scenario=scenario))
    run.act("crash", cp="CP2")
    run.act("pause", cp="CP4")
    run.act("partition_oneway", groups=(("CP1", "CP2", "CP3", "CP4"), ("CP5",)))
    run.run(time_us + 5_000_000, 100_000)
    run.act("stop_cp", cp="CP1")
    run.run(time_us + 9_000_000, 100_000)
    session = run.session
    for text in ("slot 40 chosen", "text crashed"):
        run.breakpoints.add(read(text, names_of(session.scenario, session.seed)))
    run.breakpoints.switch(0)
    return run


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys, and let each of them have its effect."""
    for key in keys:
        await pilot.press(key)
        await pilot.pause()


def app_of(run: Session | Timeline, **wishes: object) -> EvtuiApp:
    """A paused app with two branches."""
    return EvtuiApp(run, paused=True, settings=Settings(**wishes))  # type: ignore[arg-type]


async def views(app: EvtuiApp, pilot: Pilot[int]) -> AsyncIterator[str]:
    """Open each view in turn; what comes out is its name."""
    await pilot.pause()
    await pilot.press("k")
    await pilot.pause()
    await pilot.press("z")
    await pilot.pause()
    assert len(app.timeline.branches) == 2
    app.clear_notifications()
    for name, keys in KEYS.items():
        for key in keys:
            await pilot.press(key)
            await pilot.pause()
        await pilot.pause()
        yield name
        assert not [it.message for it in app._notifications if "failed (" in it.message]
        while len(app.screen_stack) > 1:
            if isinstance(app.screen, Panel):
                app.screen.dismiss(None)
            else:
                await pilot.press("escape")
            await pilot.pause()


def drawn(app: App[Any]) -> Iterator[tuple[Widget, list[Segment]]]:
    """Each line that the widgets of the uppermost screen draw, as it goes to the terminal.

    What lies below a panel is dimmed on purpose: it is not read.
    """
    for widget in app.screen.walk_children():
        if isinstance(widget, Screen) or not widget.display or widget.children:
            continue
        if widget.region.area and widget.visible:
            size = widget.outer_size
            for strip in widget.render_lines(Region(0, 0, size.width, size.height)):
                yield widget, list(strip)


def text_of(app: App[Any]) -> str:
    """All that the whole terminal shows now, what lies below included."""
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())
