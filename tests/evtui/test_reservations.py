"""Reservations in the app: the list, the charge points, the key."""

from collections.abc import Callable

import attrs
import pytest

from evtui.app import EvtuiApp
from evtui.palette import Actions
from evtui.render import cp_cards, cp_detail, cp_table, reservations
from evtui.screens.reservations import ReservationsPanel
from evtui.themes import DARK, LIGHT
from scenarios.loader import load
from scenarios.session import Session
from scenarios.view import ReservationView, Window
from tests.evtui import sample
from tests.evtui.test_snapshots import Pinned, app_on, run_to, settle

S = 1_000_000
ROW = ReservationView(
    1, "EV3", "CP1", "CP4", "redirected", "active", "CP1 is occupied", 60 * S, 180 * S, 90 * S
)


def plain(lines: object) -> list[str]:
    """The texts of lines."""
    return [line.plain for line in lines]  # type: ignore[attr-defined]


def test_the_list_says_what_came_of_each() -> None:
    """The newest first, each in one row; times as the clock shows them."""
    refused = attrs.evolve(ROW, number=2, cp="", answer="refused", fate="", reason="why")
    view = sample.view(reservations=(ROW, refused))
    head, first, second = plain(reservations.page(view, 0, 80, 9))
    assert "what came of it" in head
    assert first.split()[:5] == ["▌", "2", "EV3", "CP1", "–"]
    assert "refused  why" in first
    assert "CP1    CP4   01:00  03:00  01:30  redirected, active  CP1 is occupied" in second
    assert {len(head), len(first), len(second)} == {80}


def test_what_a_fault_took_is_told_in_full() -> None:
    """The row has what fits; the chosen one's reason stands below, wrapped and bounded."""
    reason = "CP4 is out of order, and no other can: " + ", ".join(
        f"CP{number} is stopped by the operator" for number in range(5, 15)
    )
    lost = attrs.evolve(ROW, number=2, fate="removed", news="lost", left="CP4", reason=reason)
    view = sample.view(reservations=(ROW, lost))
    page = plain(reservations.page(view, 0, 80, 9))
    assert "redirected, removed, lost  CP4" in page[1]
    assert page[3].startswith("  CP4 is out of order, and no other can: CP5 is stopped")
    assert len(page) == 6
    assert page[5].rstrip().endswith("…")
    assert {len(row) for row in page} == {80}
    assert len(plain(reservations.page(view, 1, 80, 9))) == 3


def test_a_long_list_follows_the_cursor() -> None:
    """Every row can be reached."""
    rows = tuple(attrs.evolve(ROW, number=n) for n in range(1, 30))
    view = sample.view(reservations=rows)
    for cursor in range(29):
        page = plain(reservations.page(view, cursor, 80, 8))
        assert len(page) == 8
        assert next(row for row in page if row.startswith("▌")).split()[1] == str(29 - cursor)


def test_without_any_it_says_so() -> None:
    """And takes no more room."""
    assert plain(reservations.page(sample.view(), 0, 80, 9)) == [
        " Nobody has asked for a connector"
    ]


@pytest.mark.parametrize("width", [80, 120, 160])
def test_an_empty_connector_shows_who_is_expected(width: int) -> None:
    """In the table the EV with an arrow; in the detail until when it waits."""
    kept = sample.cp(3, reserved_for="EV7", reserved_until_us=490 * S)
    view = sample.view(cps=(*sample.view().cps[:2], kept))
    table = cp_table.columns(view, width)
    assert "→EV7" in cp_table.table_row(kept, table, width, selected=False).plain
    assert "reserved for EV7 until 08:10" in " ".join(plain(cp_detail.detail(kept, view, width)))
    card = " ".join(plain(cp_cards.card(kept, view, 44, selected=False)))
    assert "reserved for EV7 until 08:10" in card


def booked(seconds: int) -> EvtuiApp:
    """The app on a run with a reservation."""
    session = Session(load("reservation-expires"))
    while not session.run(seconds * S, 10**6):
        pass
    return EvtuiApp(session, paused=True)


async def test_r_opens_the_list_and_enter_cancels() -> None:
    """By the same input as a script's line."""
    app = booked(60)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("r")
        assert isinstance(app.screen, ReservationsPanel)
        await pilot.press("down", "up", "enter")
        await pilot.pause()
        assert len(app.screen_stack) == 1
        app.controls.run(62 * S, 10**6)
        assert app.controls.view(Window()).reservations[0].fate == "cancelled"
        await pilot.press("r", "r")
        assert len(app.screen_stack) == 1


async def test_it_can_be_looked_at_after_the_end() -> None:
    """What cannot be cancelled any more is said to be so."""
    app = booked(360)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("r")
        assert isinstance(app.screen, ReservationsPanel)
        await pilot.press("enter")
        await pilot.pause()
        assert len(app.screen_stack) == 1
        assert app.controls.view(Window()).reservations[0].fate == "expired"


async def test_the_palette_knows_it() -> None:
    """By its name."""
    app = booked(10)
    async with app.run_test() as pilot:
        await pilot.pause()
        names = [text for text, _, _ in Actions(app.screen)._actions()]
        assert "Reservations · r" in names


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)], ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("theme", [DARK.name, LIGHT.name])
def test_panel(snap_compare: Callable[..., bool], size: tuple[int, int], theme: str) -> None:
    """The list above the network."""
    session = Pinned(load("redirect-when-full"))
    run_to(session, 150 * S)
    app = app_on(session, theme)
    assert snap_compare(app, press=["r"], terminal_size=size, run_before=settle)
