"""The panel that asks why: the list, the answers, where they lead, and its key."""

from collections.abc import Callable

import attrs
import pytest

from evtui.app import EvtuiApp
from evtui.city_app import CityApp
from evtui.palette import Actions
from evtui.render import why
from evtui.screens.panels import Body
from evtui.screens.why import WhyPanel
from evtui.themes import DARK, LIGHT
from evtui.widgets.panes import EventLog
from scenarios.city.session import CitySession
from scenarios.loader import load
from scenarios.session import Session
from scenarios.view import CellState, LogCell, LogRow, ReservationView
from scenarios.why.view import About, Answer, Question, Sentence
from tests.evtui import sample
from tests.evtui.test_snapshots import Pinned, app_on, run_to, settle, troubled

S = 1_000_000
SLOT_7 = Question(About.SLOT, "7")
TOLD = Answer(
    Question(About.EV, "EV1"), "Why EV1 draws what it draws", 90 * S,
    (
        Sentence("EV1 draws 7.333 kW at CP1"),
        Sentence("The log allows CP1 7.333 kW since slot 34 (CP3 StartTransaction EV3), before "
                 "11 kW", 70 * S, 34),
        Sentence("The site binds: CP1, CP2 and CP3 share 22 kW; the fair part of CP1 is 7.333 kW"),
        Sentence("The link between CP1 and CP3 is cut", 60 * S),
    ),
)  # fmt: skip


def plain(lines: object) -> list[str]:
    """The texts of lines."""
    return [line.plain for line in lines]  # type: ignore[attr-defined]


def undecided(slot: int) -> LogRow:
    """A slot that two have accepted."""
    cells = [LogCell(CellState.ACCEPTED, "3.CP2")] * 2 + [LogCell(CellState.EMPTY, "")] * 3
    return LogRow(slot, "CP4 Heartbeat", tuple(cells))


def row(number: int, answer: str, news: str = "") -> ReservationView:
    """A driver's question."""
    return ReservationView(
        number, "EV3", "CP1", "", answer, "", "CP1 is occupied", S, 2 * S, S, news=news
    )


def test_what_needs_an_answer_most_comes_first() -> None:
    """Replica, EV, slots that are not decided, drivers who did not get it, the other slots."""
    view = sample.view()
    view = attrs.evolve(
        view,
        log=(*view.log[:2], undecided(144), undecided(145)),
        reservations=(
            row(1, "reserved"), row(2, "refused"), row(3, "reserved", "lost"), row(4, "redirected"),
        ),
    )  # fmt: skip
    found = why.topics(view, view.cps[0])
    assert [(topic.question.about.value, topic.question.subject) for topic in found] == [
        ("replica", "CP1"), ("ev", "EV1"), ("slot", "145"), ("slot", "144"),
        ("reservation", "4"), ("reservation", "3"), ("reservation", "2"),
        ("slot", str(view.log[1].slot)), ("slot", str(view.log[0].slot)),
    ]  # fmt: skip
    assert found[0].state == "its replica: follower, promised 3.CP2"
    assert found[1].state == "draws 7.4 kW of 7.4 kW"
    assert found[2].state == "○○···  CP4 Heartbeat"
    assert found[5].state == "EV3 asked CP1: lost  CP1 is occupied"


def test_a_charge_point_without_an_ev_has_no_question_about_one() -> None:
    """A crashed one is asked about all the same."""
    gone = sample.cp(3, status="crashed", role="-")
    found = why.topics(sample.view(), gone)
    assert [topic.question.about for topic in found[:2]] == [About.REPLICA, About.SLOT]
    assert found[0].state == "its replica: crashed"


@pytest.mark.parametrize("width", [60, 80, 130])
def test_the_list_follows_its_cursor(width: int) -> None:
    """Every topic can be reached, in rows of the full width."""
    found = why.topics(sample.view(), sample.view().cps[0])
    for cursor, topic in enumerate(found):
        page = plain(why.listing(found, cursor, width, 5))
        assert len(page) == 5
        assert {len(text) for text in page} == {width}
        (chosen,) = [text for text in page if text.startswith("▌")]
        assert topic.name in chosen


def test_an_answer_is_wrapped_beside_its_times() -> None:
    """The time stands on the first line of its sentence; each sentence ends with a full stop."""
    page = plain(why.answer(TOLD, 0, 60, 20))
    assert page[0].startswith("▌           EV1 draws 7.333 kW at CP1.")
    assert page[1].startswith(" 01:10.000  The log allows CP1 7.333 kW since slot 34")
    assert page[2].startswith("            ")
    assert page[2].rstrip().endswith("11 kW.") or page[3].rstrip().endswith("11 kW.")
    assert page[-1].startswith(" 01:00.000  The link between CP1 and CP3 is cut.")
    assert {len(text) for text in page} == {60}


def test_a_long_answer_keeps_its_cursor_in_sight() -> None:
    """The whole chosen sentence, on any height that has room for it."""
    for cursor in range(len(TOLD.sentences)):
        page = why.answer(TOLD, cursor, 60, 4)
        assert len(page) <= 4
        chosen = [line.plain for line in page if line.ground == "selected"]
        everything, starts = why.laid_out(TOLD, cursor, 60)
        end = [*starts, len(everything)][cursor + 1]
        assert len(chosen) == end - starts[cursor]


def body(app: EvtuiApp) -> str:
    """What the panel shows."""
    return "\n".join(plain(app.screen.query_one(Body)._lines))


def title(app: EvtuiApp) -> str:
    """What the panel is called now."""
    assert isinstance(app.screen, WhyPanel)
    return app.screen.title_text()


def cut_off() -> EvtuiApp:
    """CP1 has been cut off while it charges; CP3 waits for its power."""
    session = Session(load("cut-off-under-load"))
    run_to(session, 90 * S)
    return EvtuiApp(session, paused=True)


async def test_w_asks_and_enter_answers() -> None:
    """The replica first; Esc goes back, and out."""
    app = cut_off()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("w")
        await settle(pilot)
        assert title(app) == "Why? · CP1"
        assert "its replica: candidate" in body(app)
        await pilot.press("enter")
        await settle(pilot)
        assert title(app) == "Why CP1 leads or not, and what it refuses · at 01:30.000"
        assert "CP2 has not answered: the link between CP1 and CP2 is cut." in body(app)
        await pilot.press("escape")
        assert title(app) == "Why? · CP1"
        await pilot.press("escape")
        assert len(app.screen_stack) == 1
        await pilot.press("w", "w")
        assert len(app.screen_stack) == 1


async def test_an_answer_leads_on_to_its_slot_and_back() -> None:
    """Why EV3 waits: for slot 34, and that for its quorum."""
    app = cut_off()
    app.selected = "CP3"
    app.take_picture()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("w", "down", "enter")
        await settle(pilot)
        assert "The log allows CP3 0 kW since its transaction began (slot 34" in body(app)
        await pilot.press("down", "down", "enter")
        await settle(pilot)
        assert title(app).startswith("Why slot 34 holds what it holds")
        assert "“CP3 StartTransaction EV3” was chosen in ballot 1.CP3" in body(app)
        await pilot.press("escape")
        await settle(pilot)
        assert title(app).startswith("Why EV3 draws what it draws")
        await pilot.press("escape", "escape")
        assert len(app.screen_stack) == 1


@pytest.mark.parametrize("key", ["j", "enter"])
async def test_a_time_leads_to_its_events(key: str) -> None:
    """The event log stands there, with the event at its top."""
    app = cut_off()
    app.selected = "CP3"
    app.take_picture()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("w", "down", "enter", *["down"] * 10, key)
        await settle(pilot)
        assert len(app.screen_stack) == 1
        events = app.screen.query_one(EventLog)
        assert events.first is not None
        assert app.picture is not None
        top = app.picture.view.event_rows[0]
        assert top.time_us == 60 * S
        assert top.text == "partitioned: CP1 │ CP2 CP3 CP4 CP5"
        await pilot.press("end")
        await settle(pilot)
        assert events.first is None


async def test_a_sentence_without_a_time_leads_nowhere() -> None:
    """The panel stays."""
    app = cut_off()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("w", "down", "enter", "j", "enter")
        await settle(pilot)
        assert title(app).startswith("Why EV1 draws what it draws")


async def test_a_slot_can_be_typed() -> None:
    """One that is not there is said to be none; nothing else happens."""
    app = cut_off()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("w", "3", "4")
        assert title(app) == "Why? · slot 34_"
        await pilot.press("enter")
        await settle(pilot)
        assert title(app).startswith("Why slot 34 holds")
        await pilot.press("9", "9", "9", "enter")
        await settle(pilot)
        assert "No slot 999; the log has slots 1 to " in body(app)
        await pilot.press("enter")
        assert title(app).startswith("Why slot 34 holds")
        await pilot.press("0", "0", "escape", "escape")
        await pilot.press("1", "backspace", "escape")
        assert len(app.screen_stack) == 1


async def test_the_list_moves_on_while_time_runs_and_the_choice_stays() -> None:
    """New slots come above; the chosen question is the same one, also when it is far away."""
    app = cut_off()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("w", "down", "down", "down")
        await settle(pilot)
        (before,) = [text for text in body(app).splitlines() if text.startswith("▌")]
        app.controls.run(200 * S, 10**6)
        app.take_picture()
        await settle(pilot)
        now = [text for text in body(app).splitlines() if text.startswith("▌")]
        assert now == [before]
        await pilot.press("up", "pagedown", "pageup", "pageup", "enter")
        await settle(pilot)
        assert title(app).startswith("Why CP1 leads")


async def test_a_click_asks_and_chooses() -> None:
    """A row of the list, and a sentence of the answer."""
    app = cut_off()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("w")
        await settle(pilot)
        await pilot.click(Body, offset=(5, 1))
        await settle(pilot)
        assert title(app).startswith("Why EV1 draws what it draws")
        await pilot.click(Body, offset=(20, 2))
        await settle(pilot)
        chosen = [text for text in body(app).splitlines() if text.startswith("▌")]
        assert "CP1 allows it 11 kW" in chosen[0]
        await pilot.click(Body, offset=(20, 7))
        assert title(app).startswith("Why EV1 draws what it draws")


async def test_looking_does_not_change_the_run() -> None:
    """Whatever is asked, the same events follow."""
    digests = []
    for keys in ((), ("w", "enter", "escape", "down", "enter", "escape", "5", "enter", "w")):
        app = cut_off()
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press(*keys)
            app.controls.run(200 * S, 10**7)
        digests.append(app.timeline.session.world.cluster.trace.digest())
    assert digests[0] == digests[1]


async def test_it_can_be_asked_after_the_end() -> None:
    """A run that has ended still answers."""
    session = Session(load("hole"))
    run_to(session, 300 * S)
    app = EvtuiApp(session, paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("w", "7", "1", "enter")
        await settle(pilot)
        assert "CP2 filled the hole" in " ".join(body(app).split())


async def test_a_city_is_asked_site_by_site() -> None:
    """Above all sites there is no charge point to ask about."""
    session = CitySession(load("two-sites"))
    run_to(session, 60 * S)
    app = CityApp(session, paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("w")
        assert not isinstance(app.screen, WhyPanel)
        await pilot.press("enter", "w", "enter")
        await settle(pilot)
        assert " leads or not, and what it refuses" in title(app)


async def test_the_palette_knows_it() -> None:
    """By its name."""
    app = EvtuiApp(Session(load("ten-minutes")), paused=True)
    async with app.run_test() as pilot:
        await pilot.pause()
        assert "Why? · w" in [text for text, _, _ in Actions(app.screen)._actions()]


class Told(Pinned):
    """A run whose answer is always the same one."""

    def why(self, question: Question) -> Answer:
        """The picture is of the drawing."""
        return attrs.evolve(TOLD, question=question)


SIZES = [(80, 24), (120, 36), (200, 60)]


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("theme", [DARK.name, LIGHT.name])
def test_list(snap_compare: Callable[..., bool], size: tuple[int, int], theme: str) -> None:
    """What can be asked, above the network."""
    assert snap_compare(
        app_on(troubled(), theme), press=["w"], terminal_size=size, run_before=settle
    )


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("theme", [DARK.name, LIGHT.name])
def test_answer(snap_compare: Callable[..., bool], size: tuple[int, int], theme: str) -> None:
    """An answer, with its second sentence chosen."""
    session = Told(load("cut-off-under-load"))
    run_to(session, 90 * S)
    keys = ["w", "down", "enter", "down"]
    assert snap_compare(app_on(session, theme), press=keys, terminal_size=size, run_before=settle)
