"""The app on a city: an overview of its sites, and each of them with all that there is."""

from collections.abc import Callable

import attrs
import pytest

from evtui.acting import ENDED
from evtui.city_app import CityApp, Sites
from evtui.cli import main
from evtui.render import city as drawn
from evtui.render.header import header
from evtui.render.picture import Drive, Picture
from evtui.screens.network import NetworkScreen
from evtui.screens.reservations import ReservationsPanel
from evtui.themes import DARK, LIGHT
from evtui.widgets.city import CityFooter, SiteTable
from scenarios.city.session import CitySession
from scenarios.city.view import CityView
from scenarios.loader import load
from tests.evtui.test_snapshots import settle

S = 1_000_000
Compare = Callable[..., bool]


class Pinned(CitySession):
    """A real run whose overview has fixed values where the protocol's inner workings show."""

    def city_view(self, event_rows: int = 40) -> CityView:
        """The view, pinned: who leads, counts, and whole seconds."""
        seen = super().city_view(event_rows)
        return attrs.evolve(
            seen,
            checks=1_234_567,
            news_sent=789,
            sites=tuple(
                attrs.evolve(
                    site,
                    leader=site.leader and f"{site.id}-1",
                    energy_wh=site.energy_wh // 50 * 50,
                    earned_cents=site.earned_cents // 20 * 20,
                    news=tuple(
                        attrs.evolve(news, age_us=news.age_us // (20 * S) * 20 * S)
                        for news in site.news
                    ),
                )
                for site in seen.sites
            ),
            event_rows=tuple(
                attrs.evolve(row, time_us=row.time_us // S * S, text=row.text.partition(",")[0])
                for row in seen.event_rows
            ),
        )


def city_at(seconds: int, name: str = "site-cut-off", seed: int = 1) -> CitySession:
    """A run that has come so far."""
    run = Pinned(load(name), seed)
    while not run.run(seconds * S, 100_000):
        pass
    return run


def app_at(seconds: int, theme: str = DARK.name) -> CityApp:
    """A paused app on it."""
    app = CityApp(city_at(seconds), paused=True)
    app.theme = theme
    return app


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)], ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("theme", [DARK.name, LIGHT.name])
def test_overview(snap_compare: Compare, size: tuple[int, int], theme: str) -> None:
    """A site is cut off and has no leader; drivers were redirected to another."""
    assert snap_compare(app_at(205, theme), terminal_size=size, run_before=settle)


def test_help(snap_compare: Compare) -> None:
    """With the keys of a city above the others."""
    app = app_at(205)
    assert snap_compare(app, press=["question_mark"], terminal_size=(80, 24), run_before=settle)


async def test_enter_opens_a_site_and_c_goes_back() -> None:
    """With its own charge points; the overview is there again as it was."""
    app = app_at(90)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert app.is_overview
        await pilot.press("down", "enter")
        assert isinstance(app.screen, NetworkScreen)
        assert app.picture is not None
        assert [cp.id for cp in app.picture.view.cps] == ["Middle-1"]
        await pilot.press("c")
        assert app.is_overview
        assert app.picture.city is not None
        assert app.picture.city.shown == "Middle"
        await pilot.press("c")
        assert app.is_overview


async def test_n_goes_from_site_to_site_and_remembers_what_was_selected() -> None:
    """In the order of the file, and round."""
    app = app_at(90)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter", "down")
        assert app.selected == "West-2"
        await pilot.press("n")
        assert app.selected == "Middle-1"
        await pilot.press("n", "n")
        assert app.selected == "West-2"
        assert app.picture is not None
        assert app.picture.view.scenario == "West"


async def test_the_header_of_a_site_shows_the_seed_of_the_run() -> None:
    """With which it can be run again; the site's own, of 18 digits, is derived from it."""
    app = CityApp(city_at(30, seed=7), paused=True)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("enter")
        assert app.picture is not None
        assert app.picture.view.seed == 7
        second = header(app.picture.view, app.picture.drive, 120)[1].plain
        assert "seed 7  " in second


async def test_keys_of_a_site_work_on_the_site_that_is_shown() -> None:
    """A crash, a heal, a list of reservations."""
    app = app_at(90)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("up", "enter", "k")
        assert app.picture is not None
        assert app.picture.view.scenario == "East"
        assert [cp.status for cp in app.picture.view.cps].count("crashed") == 1
        await pilot.press("h", "r")
        await pilot.pause()
        assert isinstance(app.screen, ReservationsPanel)
        await pilot.press("escape", "c")
        assert app.picture.city is not None
        assert [site.cps_up for site in app.picture.city.sites] == [3, 1, 3]


@pytest.mark.parametrize("key", ["k", "u", "o", "p", "v", "r", "l", "a", "i", "f", "e", "w"])
async def test_nothing_is_done_to_a_charge_point_that_nobody_sees(key: str) -> None:
    """In the overview such a key says what to do first."""
    app = app_at(90)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press(key)
        await pilot.pause()
        assert app.is_overview
        assert app.picture is not None
        assert app.picture.city is not None
        assert all(site.cps_up == site.cps for site in app.picture.city.sites)
        assert any("opens the site" in note.message for note in app._notifications)


async def test_x_cuts_the_site_off_and_joins_it() -> None:
    """All its links to others."""
    app = CityApp(city_at(50), paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("down", "x")
        assert app.picture is not None
        assert app.picture.city is not None
        assert [site.cut_off for site in app.picture.city.sites] == [False, True, False]
        await pilot.press("x")
        assert not any(site.cut_off for site in app.picture.city.sites)
        await pilot.press("x", "h")
        assert not any(site.cut_off for site in app.picture.city.sites)


async def test_time_runs_in_the_overview() -> None:
    """And one step is one event, anywhere in the city."""
    app = app_at(90)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        before = app.controls.time_us
        await pilot.press("full_stop")
        assert app.controls.time_us >= before
        await pilot.press("space")
        await pilot.pause(0.3)
        await pilot.press("space")
        assert app.controls.time_us > before
        assert app.paused


async def test_clicks_open_a_site_and_press_keys() -> None:
    """On a row of the table, and on a word of the footer."""
    app = app_at(90)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.click(SiteTable, offset=(5, drawn.HEAD + 2))
        assert isinstance(app.screen, NetworkScreen)
        assert app.picture is not None
        assert app.picture.view.scenario == "East"
        await pilot.press("c")
        await settle(pilot)
        footer = app.screen.query_one(CityFooter)
        spot = next(spot for spot in footer._spots if spot.action.id == "open_site")
        await pilot.click(CityFooter, offset=(spot.start, 0))
        assert isinstance(app.screen, NetworkScreen)


async def test_the_palette_knows_the_sites() -> None:
    """By their names, with the city's own actions."""
    app = app_at(90)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        names = [text for text, _, _ in Sites(app.screen)._all()]
        assert names == [
            "The whole city · c",
            "Next site · n",
            "Open the site · Enter",
            "Site West",
            "Site Middle",
            "Site East",
        ]


async def test_after_the_end_it_can_still_be_looked_at() -> None:
    """What would change something is refused."""
    app = app_at(720)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert app.controls.finished
        await pilot.press("x")
        await pilot.pause()
        assert any(ENDED in note.message for note in app._notifications)
        await pilot.press("enter", "n", "c")
        assert app.is_overview


@pytest.mark.parametrize("width", [60, 80, 100, 140, 200])
def test_every_line_of_the_overview_has_its_width(width: int) -> None:
    """And the footer never loses help and quit."""
    run = city_at(205)
    view = run.city_view()
    picture = Picture(run.view(), Drive(10.0, paused=True), "West-1", view)
    lines = [
        *drawn.header(view, picture.drive, width),
        *drawn.table(view, width, 4),
        *drawn.events(view, width, 6),
        drawn.footer(picture, width)[0],
    ]
    assert {line.width for line in lines} == {width}
    assert "? help" in lines[-1].plain
    assert "q quit" in lines[-1].plain


def test_a_long_list_follows_the_site_that_is_shown() -> None:
    """Twelve sites in a terminal with room for five."""
    run = CitySession(load("city"), 1)
    run.show("Canal")
    lines = drawn.table(run.city_view(), 80, 6)
    assert len(lines) == 6
    assert "Canal" in lines[-1].plain
    assert lines[-1].ground == "selected"


def test_the_command_wants_a_city(capsys: pytest.CaptureFixture[str]) -> None:
    """A scenario of one site is none."""
    assert main(["city", "ten-minutes"]) == 2
    assert "found ten-minutes, a scenario of one site" in capsys.readouterr().err
    assert main(["city"]) == 2
    assert "needs a terminal" in capsys.readouterr().err


def test_what_a_city_has_not_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Each site has a log and books of its own."""
    for words in (
        ["run", "two-sites", "--record", "x.jsonl"],
        ["run", "two-sites", "--ocpp-log", "x.jsonl"],
        ["receipts", "two-sites"],
    ):
        assert main(words) == 2
        assert "a city; allowed" in capsys.readouterr().err
