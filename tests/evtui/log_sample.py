"""A log made by hand for tests of what is drawn, and an app that has kept one from its start."""

from typing import Any

import attrs
from textual.pilot import Pilot
from textual.widgets import Static

from evtui.app import EvtuiApp
from evtui.render import slots
from evtui.screens.log import LogPanel
from evtui.screens.panels import Body
from scenarios.loader import load
from scenarios.log.view import (
    CellState,
    KnowsView,
    LogCell,
    LogTable,
    LogWindow,
    ProposalView,
    SlotRow,
    SlotView,
)
from scenarios.session import Session
from scenarios.timeline import Timeline
from tests.evtui import sample
from tests.evtui.test_snapshots import settle

S = 1_000_000
MOTION = ("‖ paused", "")
LAST = 143


def cells(slot: int, count: int) -> tuple[LogCell, ...]:
    """The newest slots are on their way."""
    state = {LAST: CellState.ACCEPTED, LAST - 1: CellState.CHOSEN}.get(slot, CellState.APPLIED)
    return tuple(
        LogCell(CellState.EMPTY, "") if slot == LAST and n > 1
        else LogCell(state if not n else min(state, CellState(1 + 2 * (slot < LAST))), "3.CP2")
        for n in range(count)
    )  # fmt: skip


def row(slot: int, count: int = 5, *, matched: bool = True) -> SlotRow:
    """A slot of a table."""
    found = cells(slot, count)
    state = max((cell.state for cell in found), default=CellState.EMPTY)
    return SlotRow(slot, f"CP{slot % 5 + 1} MeterValues {slot * 31} Wh", state, "3.CP2", found,
                   matched)  # fmt: skip


def full(slot: int, count: int = 5) -> SlotView:
    """A slot in full, with a ballot that was outvoted."""
    knows = [
        KnowsView(f"CP{n + 1}", cell.state, cell.ballot, slot * S + n if cell.ballot else None,
                  slot * S + 5 + n if cell.state is CellState.APPLIED else None, n == 3, n == 4)
        for n, cell in enumerate(cells(slot, count))
    ]  # fmt: skip
    is_open = slot == LAST
    votes = (("CP2", slot * S + 1_000), ("CP1", slot * S + 2_000), ("CP3", slot * S + 2_500))
    return SlotView(
        slot=slot, command=f"CP{slot % 5 + 1} MeterValues {slot * 31} Wh",
        state=CellState.ACCEPTED if is_open else CellState.APPLIED,
        kind="update", client="CP1", sequence=23, ballot="" if is_open else "3.CP2",
        chosen_us=None if is_open else slot * S + 2_500,
        choosers=() if is_open else ("CP2", "CP1", "CP3"), needs=3, voters=5,
        proposals=(
            ProposalView("2.CP1", "CP1", slot * S - 9_000, "no-op", (("CP1", slot * S - 8_000),)),
            ProposalView("3.CP2", "CP2", slot * S, f"CP{slot % 5 + 1} MeterValues {slot * 31} Wh",
                         votes[:2] if is_open else votes),
        ),
        knows=tuple(knows),
        fields=(("for", "update"), ("cp", "CP1"), ("at_us", str(slot * S)),
                ("unique_id", "CP1-1000023"), ("action", "MeterValues"),
                ("payload.connectorId", "1"), ("payload.transactionId", "3"),
                ("payload.meterValue[0].sampledValue[0].value", str(slot * 31)),
                ("payload.meterPublicKey", "55586ec11f7af985d9789f83e2095b01" * 2)),
        verdict="" if is_open else "fresh",
        answer=() if is_open else (("status", "Accepted"),),
    )  # fmt: skip


def seen_as(window: LogWindow, count: int = 5) -> LogTable:
    """A table that is made by hand, of the slots that a window asks for."""
    first = max(min(window.at or LAST, LAST - window.rows + 1), 1)
    rows = tuple(row(slot, count, matched=slot % 3 == 0)
                 for slot in range(first, min(first + window.rows, LAST + 1)))  # fmt: skip
    cursor = window.cursor or LAST
    return LogTable(
        rows=tuple(attrs.evolve(it, cells=it.cells[: window.cps]) for it in rows),
        first=1, last=LAST, before=None, after=None, detail=full(cursor), text=window.text.strip(),
        refused="", matches=47 if window.text else LAST, searched_to=1, previous_match=None,
        next_match=None,
    )  # fmt: skip


def drawn(
    table: LogTable, size: tuple[int, int] = (80, 22), count: int = 5, *, hides: bool = True
) -> list[str]:
    """The texts of the page, each as wide as the panel."""
    view = attrs.evolve(sample.view(count), slots=table)
    place = slots.lay(view, size, 0)
    lines = slots.page(view, place, size, hides, MOTION)
    assert {line.width for line in lines} == {size[0]}
    assert len(lines) <= size[1]
    return [line.plain for line in lines]


def made(count: int = 5, **changes: object) -> LogTable:
    """A table of the newest slots."""
    place = slots.lay(sample.view(count), (80, 22), 0)
    window = attrs.evolve(slots_window(place), **changes)
    return seen_as(window, count)


def slots_window(place: slots.Place) -> LogWindow:
    """What a panel asks for."""
    return LogWindow(rows=place.rows, cps=place.cps)


def app_at(time_us: int = 300 * S, scenario: str = "ten-minutes") -> EvtuiApp:
    """A paused app that has kept its log from the beginning."""
    line = Timeline(Session(load(scenario), 7))
    line.record()
    line.run(time_us, 10**7)
    return EvtuiApp(line, paused=True)


def panel(app: EvtuiApp) -> LogPanel:
    """The log, which must be on top."""
    assert isinstance(app.screen, LogPanel)
    return app.screen


def table(app: EvtuiApp) -> LogTable:
    """What it shows."""
    assert app.picture is not None
    assert app.picture.view.slots is not None
    return app.picture.view.slots


def body(app: EvtuiApp) -> str:
    """The text of the panel."""
    return "\n".join(line.plain.rstrip() for line in app.screen.query_one(Body).shown)


def keys_line(app: EvtuiApp) -> str:
    """What stands below."""
    return str(app.screen.query_one("#panel-keys", Static).content)


async def typed(pilot: Pilot[Any], text: str) -> None:
    """Type a text key by key."""
    names = {" ": "space", ":": "colon", "-": "minus", ".": "full_stop", "/": "slash"}
    for char in text:
        await pilot.press(names.get(char, char))
    await settle(pilot)
