"""The driver's view: what the app shows, every verb by its keys, and a city's drivers."""

from collections.abc import Callable

import attrs
import pytest

from evtui.app import EvtuiApp
from evtui.city_app import CityApp
from evtui.palette import Actions
from evtui.render import driver, driver_acts
from evtui.render.driver_acts import DEEDS, Draft
from evtui.render.driver_state import state
from evtui.screens.driver import ActPanel, DriverPanel
from evtui.screens.panels import Body
from evtui.themes import DARK, LIGHT
from scenarios.city.session import CitySession
from scenarios.driver_acts import ACTS
from scenarios.driver_view import DriversView, DriverView, TripView
from scenarios.loader import load
from scenarios.session import Session
from scenarios.tables_view import DriverWindow
from scenarios.view import ReservationView, View, Window
from tests.evtui import sample
from tests.evtui.test_snapshots import Pinned, app_on, pinned_ev, run_to, settle

S = 1_000_000
MOTION = ("‖ paused", "")
ASK = ReservationView(
    number=1, ev="EV1", asked_cp="CP1", cp="CP3", answer="redirected", fate="active",
    reason="CP1 is reserved until 9m", from_us=300 * S, until_us=600 * S, held_until_us=360 * S,
)  # fmt: skip


def at(session: Session, ev: str) -> View:
    """A look at a run, with one driver's app."""
    return session.view(Window(drivers=DriverWindow(ev=ev, rows=30, words=30)))


def chosen(view: View) -> DriverView:
    """The app."""
    assert view.drivers is not None
    assert view.drivers.chosen is not None
    return view.drivers.chosen


def with_app(view: View, **changes: object) -> View:
    """With another app in it."""
    assert view.drivers is not None
    it = attrs.evolve(chosen(view), **changes)
    return attrs.evolve(view, drivers=attrs.evolve(view.drivers, chosen=it))


def drawn(view: View, size: tuple[int, int] = (80, 22)) -> list[str]:
    """The texts of the page, each as wide as the panel."""
    lines = driver.page(view, size, MOTION)
    assert {line.width for line in lines} == {size[0]}
    assert len(lines) <= size[1]
    return [line.plain for line in lines]


@pytest.fixture(scope="module")
def charging() -> View:
    """EV1 of the ten minutes, which charges at CP1."""
    session = Session(load("ten-minutes"), 7)
    run_to(session, 200 * S)
    return at(session, "EV1")


@pytest.mark.parametrize("size", [(80, 22), (120, 32), (200, 56), (40, 8)])
def test_every_fact_has_its_unit(charging: View, size: tuple[int, int]) -> None:
    """Charge, power, money; the list beside them."""
    text = "\n".join(drawn(charging, size))
    assert "▌▶" in text
    if size[0] < 80:
        return
    it = chosen(charging)
    assert f"{it.ev.soc:.1f} % of 80 %  of 40 kWh" in text
    assert f"{it.ev.power_w / 1000:.1f} kW of 11 kW AC  limit " in text
    assert " so far for " in text
    assert "0.45 €/kWh" in text
    assert "50.00 €  paid 0.00 €  owes 0.00 €  0 tokens" in text
    assert "EV1  id tag  Accepted" in text
    assert "charging begins at CP1, transaction #1" in text


def test_without_evs_it_says_so(charging: View) -> None:
    """No blank page."""
    nobody = attrs.evolve(charging, drivers=DriversView(0, (), 0, 0, None))
    assert "no EVs here" in drawn(nobody)[0]


def test_an_offer_and_its_reason_are_told(charging: View) -> None:
    """Redirected where, from when to when, how long it is held, and why not where he asked."""
    view = with_app(charging, ask=ASK, asked_wh=8_000)
    text = "\n".join(drawn(view))
    assert "redirected, active  CP3  05:00–10:00  8.00 kWh" in text
    assert "held until 06:00; CP1 is reserved until 9m" in text
    refused = attrs.evolve(ASK, answer="refused", fate="", cp="", reason="word " * 40)
    rows = drawn(with_app(charging, ask=refused))
    assert sum("word word" in row for row in rows) == 2
    assert any(row.rstrip().endswith("…") for row in rows)


def test_a_card_that_is_blocked_says_why(charging: View) -> None:
    """In words, not by colour alone."""
    text = "\n".join(drawn(with_app(charging, card="Blocked", card_reason="stolen")))
    assert "EV1  id tag  Blocked: stolen" in text


def test_each_state_is_a_sentence(charging: View) -> None:
    """Whatever it is about."""
    here = chosen(charging)
    away = attrs.evolve(here, ev=attrs.evolve(here.ev, cp=None, power_w=0, state="not_connected"))
    idle = attrs.evolve(
        here, ev=attrs.evolve(here.ev, power_w=0, state="connected_not_charging", soc=40.0)
    )

    def says(it: DriverView, **changes: object) -> str:
        return state(attrs.evolve(it, **changes))[0]

    def in_state(name: str, **changes: object) -> str:
        return state(attrs.evolve(here, ev=attrs.evolve(here.ev, state=name, **changes)))[0]

    found = [
        says(here),
        says(here, hangs=True),
        in_state("charging_with_profile", power_w=0),
        in_state("send_needs"),
        in_state("receive_scheduling"),
        says(here, ev=attrs.evolve(here.ev, power_w=0), intent="stop"),
        says(idle),
        says(idle, broke="no session within 20 s"),
        says(idle, intent="rest"),
        says(idle, intent="rest", paused=True),
        says(attrs.evolve(idle, ev=attrs.evolve(idle.ev, soc=81.0)), intent="rest"),
        says(away),
        says(away, ask=attrs.evolve(ASK, answer="asked", fate="")),
        says(away, ask=ASK),
        says(away, ask=ASK, drives=True),
        says(away, ask=attrs.evolve(ASK, news="lost")),
        says(away, ask=attrs.evolve(ASK, answer="unanswered", fate="")),
        says(away, trip=TripView("gave up", "full", ())),
    ]
    assert len(set(found)) == len(found)
    assert found[0] == "charging at CP1"
    assert found[-4] == "drives to CP3 for 05:00"


# --- what he can do --------------------------------------------------------------------------


def test_the_deeds_are_the_verbs_in_their_order() -> None:
    """One row each, and a digit for each."""
    assert [deed.verb for deed in DEEDS] == list(ACTS)
    assert [driver_acts.by_digit(d) for d in "1234567890"] == list(range(10))


def draft(view: View, verb: str) -> Draft:
    """With the cursor on a verb."""
    assert view.drivers is not None
    found = driver_acts.draft_for(view.drivers, tuple(cp.id for cp in view.cps))
    return found.pointed(list(ACTS).index(verb))


def test_figures_are_turned_and_typed(charging: View) -> None:
    """Places go round, amounts have ends, times count from now."""
    it = draft(charging, "reserve")
    assert it.asks_more
    it = it.opened().turned(1).turned(1)
    assert it.places()[it.values[0]] == "CP2"
    assert it.turned(-1).turned(-1).turned(-1).values[0] == 5
    it = (
        it.moved(1).typed("1").typed("5").moved(1).turned(1).moved(1).typed("7").typed("").typed("")
    )
    assert it.values == (2, 15, 15, 0)
    done = it.turned(1).done(100 * S)
    assert (done.verb, dict(done.args)) == (
        "reserve",
        {"ev": "EV1", "cp": "CP2", "from_us": 1_000 * S, "until_us": 1_900 * S, "energy_wh": 200},
    )
    assert it.moved(1).moved(1).typed("9").typed("9").typed("9").typed("9").values[1] == 1_440
    assert it.says(100 * S) == "EV1: ask for a connector at CP2 from 16:40 to 31:40"
    nearest = dict(draft(charging, "reserve").opened().done(0).args)
    assert "cp" not in nearest


def test_in_a_city_he_asks_sites(charging: View) -> None:
    """And a card is stolen everywhere."""
    it = attrs.evolve(draft(charging, "reserve"), sites=("North", "South")).opened()
    assert it.places() == ("nearest", "North", "South")
    assert dict(it.turned(-1).done(0).args)["site"] == "South"
    stolen = attrs.evolve(draft(charging, "report_stolen"), sites=("North",)).done(0)
    assert dict(stolen.args) == {"id_tag": "EV1", "site": "all"}


def test_what_is_not_possible_says_why(charging: View) -> None:
    """Below the list, of the row under the cursor."""
    lines = [it.plain for it in driver_acts.page(draft(charging, "plug_in"), 0, 76)]
    assert "not now" in lines[3]
    assert "Not now: EV1 is plugged in at CP1 already" in lines[-1]
    assert len(lines) <= driver_acts.ROWS


# --- in the app ------------------------------------------------------------------------------


def shown(app: EvtuiApp) -> str:
    """The text of the panel on top."""
    return "\n".join(line.plain for line in app.screen.query_one(Body)._lines)


def session_of(scenario: str, seconds: int, seed: int = 7) -> Session:
    """A run that has come so far."""
    session = Session(load(scenario), seed)
    run_to(session, seconds * S)
    return session


async def test_d_opens_the_ev_of_the_selected_cp_and_arrows_go_on() -> None:
    """To the next, the last and back; its own key closes it."""
    app = EvtuiApp(session_of("ten-minutes", 200), paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("down", "D")
        await settle(pilot)
        panel = app.screen
        assert isinstance(panel, DriverPanel)
        assert panel.chosen is not None
        names = [it.id for it in app.controls.view().evs]
        assert panel.chosen.ev.cp == "CP2"
        for keys, name in (
            (("home",), names[0]), (("down", "down"), names[2]), (("up",), names[1]),
            (("end", "down"), names[-1]), (("pageup",), names[0]), (("pagedown",), names[-1]),
        ):  # fmt: skip
            await pilot.press(*keys)
            await settle(pilot)
            assert panel.chosen.ev.id == name
        await pilot.click(Body, offset=(4, 1))
        await settle(pilot)
        assert panel.chosen.ev.id == names[0]
        await pilot.press("D")
        assert len(app.screen_stack) == 1


async def test_it_is_live() -> None:
    """Time runs on in it, and what comes of it is seen."""
    app = EvtuiApp(session_of("ten-minutes", 55), paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("D")
        await settle(pilot)
        assert "Not plugged in" in shown(app)
        app.controls.run(70 * S, 10**6)
        app.take_picture()
        await settle(pilot)
        assert "Charging at CP1" in shown(app)


@pytest.mark.parametrize("index", range(len(DEEDS)))
async def test_every_deed_is_an_input_of_the_run(index: int) -> None:
    """By its digit, at a time at which nothing stands against it."""
    verb = DEEDS[index].verb
    session = session_of("ten-minutes", 30 if verb == "plug_in" else 100)
    if verb in ("change_reservation", "cancel_reservation"):
        session.act("reserve", ev="EV1", from_us=300 * S, until_us=500 * S, energy_wh=100)
        session.run(105 * S, 10**6)
    if verb == "resume_charging":
        session.act("pause_charging", ev="EV1")
        session.run(115 * S, 10**6)
    app = EvtuiApp(session, paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("D", "home", "enter")
        await settle(pilot)
        assert isinstance(app.screen, ActPanel)
        await pilot.press("up", str((index + 1) % 10))
        if DEEDS[index].figures:
            await pilot.press("down", "1", "2", "backspace", "up", "right", "enter")
        await settle(pilot)
        assert isinstance(app.screen, DriverPanel)
        assert session.world.journal[-1].verb == verb
        assert len(app._notifications) == 1
    assert session.run(session.time_us + 5 * S, 10**6)


async def test_what_comes_of_a_question_is_told_in_the_app() -> None:
    """Asked at once, answered a moment later."""
    session = session_of("ten-minutes", 20)
    app = EvtuiApp(session, paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("D", "enter", "1", "right", "enter")
        await settle(pilot)
        assert "Asks at CP1, and waits for the answer" in shown(app)
        session.run(21 * S, 10**6)
        app.take_picture()
        await settle(pilot)
        assert "reserved, active  CP1  02:20–12:20" in shown(app)
        assert "» CP1 is reserved for it, reservation #1" in shown(app)


async def test_a_refused_deed_says_why_and_changes_nothing() -> None:
    """In the words of the world."""
    session = session_of("ten-minutes", 20)
    app = EvtuiApp(session, paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("D", "enter", "9")
        await settle(pilot)
        assert [n.message for n in app._notifications] == ["EV1 is not plugged in"]
        assert session.world.journal == []


async def test_escape_goes_one_step_back() -> None:
    """From the figures to the deeds, to the app, to the network; and nothing is done."""
    session = session_of("ten-minutes", 20)
    app = EvtuiApp(session, paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("D", "enter", "1", "escape")
        await settle(pilot)
        assert isinstance(app.screen, ActPanel)
        assert "ask for a connector" in shown(app)
        assert "plug in" in shown(app)
        await pilot.click(Body, offset=(4, 3))
        await settle(pilot)
        assert "plug in" in shown(app)
        assert "‹ CP1 ›" in shown(app)
        await pilot.press("escape", "escape")
        await settle(pilot)
        assert isinstance(app.screen, DriverPanel)
        await pilot.press("escape")
        assert len(app.screen_stack) == 1
        assert session.world.journal == []


async def test_drivers_of_a_city_are_seen_across_sites() -> None:
    """Also from the overview; all that he asked, and what he does is done where he is."""
    session = CitySession(load("two-sites"), 1)
    run_to(session, 280 * S)
    app = CityApp(session, paused=True)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("D")
        await settle(pilot)
        panel = app.screen
        assert isinstance(panel, DriverPanel)
        await pilot.press("down", "down", "down")
        await settle(pilot)
        assert panel.chosen is not None
        assert (panel.chosen.ev.id, panel.chosen.site) == ("EV4", "South")
        text = shown(app)
        assert "asked 1   North (nearest) refused" in text
        assert "asked 2   South (told) reserved" in text
        assert "refused at North-" in text
        assert session.shown == 1
        await pilot.press("enter", "5", "enter")
        await settle(pilot)
        assert session.city.worlds[2].cars["EV4"].ev.departure_us == 880 * S
        await pilot.press("end", "enter", "1", "left", "enter")
        await settle(pilot)
        assert session.city.journal[-1].args["site"] == "South"


def test_looking_at_a_citys_drivers_changes_nothing() -> None:
    """And each stands where he is."""
    looked, alone = (CitySession(load("two-sites"), 1) for _ in range(2))
    for second in range(10, 300, 10):
        looked.view(Window(drivers=DriverWindow(at=second // 50, rows=3, words=9)))
        for each in (looked, alone):
            run_to(each, second * S)
    assert looked.whole.digest() == alone.whole.digest()
    seen = looked.view(Window(drivers=DriverWindow(rows=9))).drivers
    assert seen is not None
    assert [(row.ev, row.site) for row in seen.rows][:4] == [
        ("EV1", "North"), ("EV2", "North"), ("EV3", "North"), ("EV4", "South"),
    ]  # fmt: skip


async def test_the_palette_knows_it() -> None:
    """By its name."""
    app = EvtuiApp(session_of("ten-minutes", 1), paused=True)
    async with app.run_test() as pilot:
        await pilot.pause()
        assert "Driver · D" in [text for text, _, _ in Actions(app.screen)._actions()]


class Steady(Pinned):
    """A run whose drivers have whole seconds and tens of Wh."""

    def view(self, window: Window = Window()) -> View:  # noqa: B008 (frozen)
        """The view, pinned."""
        seen = super().view(window)
        if seen.drivers is None or seen.drivers.chosen is None:
            return seen
        it = seen.drivers.chosen
        session = it.session and attrs.evolve(
            it.session, energy_wh=it.session.energy_wh // 50 * 50, cents=it.session.cents // 5 * 5
        )
        words = tuple(attrs.evolve(row, time_us=row.time_us // S * S) for row in it.words)
        it = attrs.evolve(it, ev=pinned_ev(it.ev), session=session, words=words)
        return attrs.evolve(seen, drivers=attrs.evolve(seen.drivers, chosen=it))


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)], ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("theme", [DARK.name, LIGHT.name])
def test_panel(snap_compare: Callable[..., bool], size: tuple[int, int], theme: str) -> None:
    """One whose reservation was lost after it was moved; another charges."""
    session = Steady(load("reservation-lost-to-a-fault"), 1)
    run_to(session, 220 * S)
    app = app_on(session, theme)
    assert snap_compare(app, press=["D", "home", "down"], terminal_size=size, run_before=settle)


@pytest.mark.parametrize("keys", [[], ["1"]], ids=["deeds", "figures"])
def test_chooser(snap_compare: Callable[..., bool], keys: list[str]) -> None:
    """What can be done, and how much of it, above the view."""
    session = Steady(load("reservation-lost-to-a-fault"), 1)
    run_to(session, 220 * S)
    press = ["D", "home", "enter", *keys]
    assert snap_compare(app_on(session), press=press, terminal_size=(80, 24), run_before=settle)


def test_a_list_longer_than_the_screen_scrolls() -> None:
    """The cursor is always seen, and a mark says where in the list that is."""
    session = Session(load("hundred-cps"), 1)
    run_to(session, 5 * S)
    count = len(session.world.cars)
    for place in (0, count // 2, count - 1):
        view = session.view(Window(drivers=DriverWindow(at=place, rows=21, words=9)))
        rows = drawn(view)
        assert sum(row.startswith("▌") for row in rows) == 1
        assert any("▐" in row for row in rows)
    assert sample.view().drivers is None
