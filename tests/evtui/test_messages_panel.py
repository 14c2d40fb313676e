"""The panel of messages: a space-time diagram in characters, seen live, by its key."""

import random
from collections.abc import Callable
from pathlib import Path

import attrs
import pytest
from textual.widgets import Input, Static

from evtui.app import EvtuiApp
from evtui.city_app import CityApp
from evtui.palette import Actions
from evtui.render import messages
from evtui.render.messages import Shown
from evtui.screens.messages import MessagesPanel
from evtui.screens.panels import Body
from evtui.themes import DARK, LIGHT
from scenarios.city.session import CitySession
from scenarios.loader import load
from scenarios.messages.view import Diagram, Filter, Span
from scenarios.session import Session
from tests.evtui import diagrams
from tests.evtui.test_snapshots import app_on, run_to, settle, troubled
from tests.soaking import early

S = 1_000_000
SIZES = [(80, 24), (120, 36), (200, 60)]


def page(width: int = 80, seen: Diagram | None = None, shown: Shown | None = None) -> list[str]:
    """The texts of the lines, each of the width that was asked for."""
    found = messages.page(seen or diagrams.diagram(), shown or Shown(), width, 40)
    assert {line.width for line in found} == {width}
    assert len(found) == 40
    lines = [line.plain.rstrip() for line in found]
    return [line for line in lines if line]


def test_the_whole_picture() -> None:
    """A message goes along its row, waits in its lane, and turns in where it arrives."""
    assert page()[1:] == """\
 time        CP1    CP2    CP3    CP4    CP5    EV1   message
 03:20.000    ┊      ┊      ┊      ┊      ✗      ┊    ✗ CP5 crashed; its disk l…
 03:20.000    ┊ ╭────●────┬──────✗──────╮ ┊      ┊    ✗ Prepare 1 of 4 lost: th…
 03:20.000    ┊ │    ┊    ╰▶┊      ┊    │ ┊      ┊    Prepare 3.CP2 from slot 12
 03:20.000    ┊ │    ┊ ╭┬───●      ┊    │ ┊      ┊    Promise 3.CP2 1 accepted
 03:20.001    ┊◀╯    ┊ ││   ┊      ┊    │ ┊      ┊    Prepare 3.CP2 from slot 12
 03:20.001    ●────╮ ┊ ││   ┊      ┊    │ ┊      ┊    Promise 3.CP2 0 accepted
 03:20.001    ┊    │ ●↩││   ┊      ┊    │ ┊      ┊    Call MeterValues
 03:20.001    ┊    │ ┊ ││   ┊      ┊    ╰✗┊      ┊    ✗ Prepare dropped: nobody…
 03:20.001    ┊ ╭──┼───┼┼────────────────────────●    SessionSetupReq
 03:20.002    ┊ │  │ ┊◀╯│   ┊      ┊      ┊      ┊    Promise 3.CP2 1 accepted
 03:20.002    ┊ │  │ ◆  │   ┊      ┊      ┊      ┊    ◆ CP2 leader: a quorum pr…
 03:20.002    ┊ │  │ ┊◀─╯   ┊      ┊      ┊      ┊    again: Promise 3.CP2 1 ac…
⋮03:20.412    ┊ │  ╰▷┊      ┊      ┊      ┊      ┊    late, 411 ms: Promise 3.C…
""".splitlines()  # fmt: skip


def test_what_is_wrong_has_a_sign_and_a_word() -> None:
    """No information by colour alone."""
    text = "\n".join(page(300))
    assert "✗ Prepare 1 of 4 lost: the link was cut  3.CP2 from slot 12" in text
    assert "✗ Prepare dropped: nobody ran there" in text
    assert "late, 411 ms: Promise" in text
    assert "again: Promise" in text
    assert " 03:20.001300 " in text


def test_an_arrow_from_above_the_window_comes_down_from_its_edge() -> None:
    """And one whose end is below goes down to it."""
    seen = diagrams.diagram(diagrams.MOMENTS[5:8])
    assert page(seen=seen)[2:] == """\
 03:20.001    ●────╮ ┊      ┊      ┊    │ ┊      ┊    Promise 3.CP2 0 accepted
 03:20.001    ┊    │ ●↩     ┊      ┊    │ ┊      ┊    Call MeterValues
 03:20.001    ┊    │ ┊      ┊      ┊    ╰✗┊      ┊    ✗ Prepare dropped: nobody…
""".splitlines()  # fmt: skip


@pytest.mark.parametrize("width", [40, 60, 80, 97, 120, 200, 300])
def test_every_width_is_filled_and_no_more(width: int) -> None:
    """Also with many columns, of which some are beside the window."""
    many = tuple(f"CP{n}" for n in range(1, 101))
    page(width)
    for first in (0, 50, 99, 1_000):
        page(width, diagrams.diagram(columns=many, cps=100), Shown(first_column=first))


def test_of_many_columns_those_are_shown_that_speak() -> None:
    """The six of a hundred; who is out of sight all the same is named."""
    many = tuple(f"CP{n}" for n in range(1, 101))
    seen = diagrams.diagram(columns=many, cps=100)
    assert page(80, seen)[1].split() == ["time", *many[:6], "message"]
    few = page(60, seen)
    assert "→ 3 more" in few[1]
    assert "CP6→CP1 SessionSetupReq" in "\n".join(few)
    ends = page(60, seen, Shown(first_column=9))
    assert "(← 3)" in ends[1]
    assert ends[1].split()[1:4] == ["CP4", "CP5", "CP6"]
    assert "CP2→4 others" in "\n".join(ends)
    assert "▶" not in "\n".join(line for line in ends if "CP1→CP2" in line)


def test_charge_points_that_all_fit_stay() -> None:
    """Also while they say nothing; EVs come when they speak."""
    columns = (*diagrams.COLUMNS[:5], *(f"EV{n}" for n in range(1, 9)))
    quiet = diagrams.diagram(diagrams.MOMENTS[:3], columns=columns)
    assert page(80, quiet)[1].split() == ["time", *columns[:5], "message"]
    speaks = diagrams.diagram(columns=columns)
    assert page(80, speaks)[1].split() == ["time", *columns[:6], "message"]


def test_lanes_that_are_full_leave_both_ends() -> None:
    """Nothing is lost and nothing breaks where twenty messages are under way at once."""
    arrows = [diagrams.arrow(n, "Accepted", (0, 1), (n, 1_000 + n)) for n in range(20)]
    begin = diagrams.START_US
    sent = [diagrams.MOMENTS[3].__class__(n, n, begin + n, (it,), text="Accepted")
            for n, it in enumerate(arrows)]  # fmt: skip
    ended = [attrs.evolve(it, at=it.at + 50, last=it.at + 50, time_us=it.time_us + 1_000,
                          ended=True) for it in sent]  # fmt: skip
    seen = diagrams.diagram((*sent, *ended))
    lines = messages.page(seen, Shown(), 80, 60)
    text = "\n".join(line.plain for line in lines)
    assert text.count("●") == 20
    assert text.count("▶") == 20
    assert "╌" in text


def test_columns_of_evs_are_there_when_somebody_may_speak_there() -> None:
    """A filter that leaves their channel out leaves them out."""
    assert "EV1" in page()[1]
    only = Shown(filter=Filter(channels=("paxos",)), text="paxos")
    assert "EV1" not in page(shown=only)[1]
    assert "EV1" not in page(shown=Shown(filter=Filter(hidden=("v2g",))))[1]
    assert page(shown=only)[0].startswith(" / paxos")


def test_what_is_forgotten_is_said() -> None:
    """At the beginning of what is left."""
    seen = diagrams.diagram(forgotten=3_072, forgotten_until_us=60 * S)
    assert "3,072 before 01:00.000 forgotten" in page(120, seen)[0]


def test_nothing_to_show_says_what_to_do() -> None:
    """A filter may let nothing through."""
    assert "Nothing that is wanted" in page(seen=diagrams.diagram(()))[2]


def test_a_message_in_full() -> None:
    """Way, then fields; of a note the whole sentence."""
    seen, source = diagrams.diagram(), diagrams.Handmade()
    it = diagrams.MOMENTS[1]
    lines = messages.detail(seen, it, 1, source.frame(1), 60)
    text = [line.plain.rstrip() for line in lines]
    assert text[0] == " Prepare  CP2 → CP3   2 of 4: ← → another"
    assert " from_slot            12" in text
    assert {line.width for line in lines} == {60}
    note = messages.detail(seen, diagrams.MOMENTS[0], 0, None, 40)
    assert "unsynced rows" in " ".join(" ".join(line.plain for line in note).split())
    gone = messages.detail(seen, it, 0, None, 60)
    assert "forgotten" in gone[-1].plain


# The panel.


def panel_of(app: EvtuiApp) -> MessagesPanel:
    """The panel, which is open."""
    assert isinstance(app.screen, MessagesPanel)
    return app.screen


def body(app: EvtuiApp) -> list[str]:
    """The lines that are seen."""
    return [line.plain.rstrip() for line in panel_of(app).query_one(Body)._lines]


def chosen(app: EvtuiApp) -> list[str]:
    """The line that is selected."""
    lines = panel_of(app).query_one(Body)._lines
    return [line.plain.rstrip() for line in lines if line.ground == "selected"]


def keys(app: EvtuiApp) -> str:
    """The line below."""
    return str(panel_of(app).query_one("#panel-keys", Static).render())


def handmade(times: int = 5) -> tuple[EvtuiApp, diagrams.Handmade]:
    """An app, and what its panel will show."""
    return EvtuiApp(Session(load("ten-minutes")), paused=True), diagrams.Handmade(times)


def refuse(name: str, _: Diagram) -> str:
    """Writes nothing."""
    raise ValueError(f"cannot write {name}")


async def test_m_opens_it_on_a_run_that_is_recorded_from_the_beginning() -> None:
    """Live: as time goes on, other rows are seen; m again closes it."""
    app = EvtuiApp(Session(load("ten-minutes")), paused=True)
    run_to(app.controls, 20 * S)  # type: ignore[arg-type]
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("m")
        await settle(pilot)
        before = body(app)
        assert "follows" in before[0]
        assert "End follows" not in before[0]
        run_to(app.controls, 25 * S)  # type: ignore[arg-type]
        app.take_picture()
        await settle(pilot)
        assert body(app) != before
        await pilot.press("up", "up")
        still = body(app)
        assert "End follows" in still[0]
        run_to(app.controls, 30 * S)  # type: ignore[arg-type]
        app.take_picture()
        await settle(pilot)
        assert body(app)[1:] == still[1:]
        await pilot.press("end")
        assert "End follows" not in body(app)[0]
        await pilot.press("m")
        assert len(app.screen_stack) == 1


async def test_the_palette_knows_it() -> None:
    """By its name."""
    app = EvtuiApp(Session(load("ten-minutes")), paused=True)
    async with app.run_test() as pilot:
        await pilot.pause()
        assert "Messages · m" in [text for text, _, _ in Actions(app.screen)._actions()]


async def test_every_row_can_be_reached_by_rows_and_by_pages() -> None:
    """Up from the newest to the oldest, down again, and the same by pages."""
    app, source = handmade()
    places = [it.at for it in source.moments]
    panel = MessagesPanel(source, refuse, lambda: "x")
    async with app.run_test(size=(200, 24)) as pilot:
        app.push_screen(panel)
        await settle(pilot)
        met = []
        for _ in places:
            await pilot.press("up")
            met.append(panel._shown.cursor)
            assert len(chosen(app)) == 1
        assert met == places[::-1]
        await pilot.press("up")
        assert panel._shown.cursor == places[0]
        for place in places[1:]:
            await pilot.press("down")
            assert panel._shown.cursor == place
        await pilot.press("down")
        assert chosen(app) == []
        assert "End follows" not in body(app)[0]
        seen = {it.at for it in panel._diagram.moments}  # type: ignore[union-attr]
        for _ in range(5):
            await pilot.press("pageup")
            seen |= {it.at for it in panel._diagram.moments}  # type: ignore[union-attr]
        assert sorted(seen) == places
        top = body(app)
        await pilot.press("end", "home")
        assert body(app)[1:] == top[1:]
        for _ in range(5):
            await pilot.press("pagedown")
        assert "End follows" not in body(app)[0]


async def test_what_comes_after_a_selection_fills_the_room_below() -> None:
    """The rows that are seen stay where they are, until the panel is full."""
    session = Session(load("ten-minutes"))
    app = EvtuiApp(session, paused=True)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("m")
        await settle(pilot)
        panel = app.screen
        assert isinstance(panel, MessagesPanel)
        before = [line for line in body(app) if line.strip()]
        assert len(before) < 30
        await pilot.press("up")
        await settle(pilot)
        before = [line for line in body(app) if line.strip()]  # with the sign of the selected row
        (row,) = chosen(app)
        app.travel(10 * S)
        await settle(pilot)
        after = [line for line in body(app) if line.strip()]
        assert after[2 : len(before)] == before[2:]
        assert len(after) > len(before) + 5
        assert chosen(app) == [row]
        full = body(app)
        app.travel(20 * S)
        await settle(pilot)
        assert body(app)[2:] == full[2:]


async def test_enter_decodes_and_arrows_go_to_the_other_receivers() -> None:
    """Esc goes back to the row, then closes."""
    app, source = handmade(1)
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(MessagesPanel(source, refuse, lambda: "x"))
        await settle(pilot)
        await pilot.press("home", "down", "enter")
        assert body(app)[0] == " Prepare  CP2 → CP1   1 of 4: ← → another"
        assert " to                   CP1" in body(app)
        await pilot.press("right", "right")
        assert body(app)[0] == " Prepare  CP2 → CP4   3 of 4: ← → another"
        await pilot.press("left", "left", "left")
        assert body(app)[0].startswith(" Prepare  CP2 → CP5   4 of 4")
        assert "Esc back" in keys(app)
        await pilot.press("down", "up", "pagedown", "pageup", "slash", "escape")
        assert len(chosen(app)) == 1
        await pilot.press("escape")
        assert len(app.screen_stack) == 1


async def test_enter_while_it_follows_decodes_the_newest() -> None:
    """Which stays, whatever comes."""
    app, source = handmade(1)
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(MessagesPanel(source, refuse, lambda: "x"))
        await settle(pilot)
        await pilot.press("enter")
        assert body(app)[0] == " Promise  CP1 → CP2"
        await pilot.press("end")
        assert "follows" in body(app)[0]


async def test_a_click_selects_and_a_second_one_decodes() -> None:
    """As with the keys."""
    app, source = handmade(1)
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(MessagesPanel(source, refuse, lambda: "x"))
        await settle(pilot)
        await pilot.click(Body, offset=(5, 3))
        assert "Prepare 1 of 4" in chosen(app)[0]
        await pilot.click(Body, offset=(5, 3))
        assert body(app)[0].startswith(" Prepare  CP2 → CP1")


async def test_a_filter_is_typed_and_a_wrong_one_explained() -> None:
    """It stays in the line until it is right, or Esc."""
    app, source = handmade(1)
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(MessagesPanel(source, refuse, lambda: "x"))
        await settle(pilot)
        await pilot.press("slash", *"wrong", "enter")
        assert 'found "wrong"; allowed others' in keys(app)
        line = panel_of(app).query_one(Input)
        assert line.display
        assert line.value == "wrong"
        await pilot.press("escape")
        assert not line.display
        assert "/ filter" in keys(app)
        await pilot.press("slash", *"mq", "enter")
        assert body(app)[0].startswith(" / mq")
        assert source.asked[-1] == Filter(kinds=("mq",))
        await pilot.press("slash", "backspace", "backspace", "enter")
        assert source.asked[-1] == Filter()


async def test_g_goes_to_a_time() -> None:
    """The first thing then is selected; after the last one it follows; what is no time is told."""
    app = EvtuiApp(Session(load("leader-crash"), 1), paused=True)
    run_to(app.controls, 183 * S)  # type: ignore[arg-type]
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("m", "g", *"3m", "enter")
        assert "CP5 crashed" in chosen(app)[0]
        assert body(app)[2].startswith("▌03:00.000")
        await pilot.press("g", *"3m2s810ms", "enter")
        assert "03:02.81" in chosen(app)[0]
        await pilot.press("g", *"5m", "enter")
        assert chosen(app) == []
        assert "End follows" not in body(app)[0]
        await pilot.press("g", *"soon", "enter")
        assert 'found "soon"' in keys(app)
        await pilot.press("escape", "g", *"0s", "enter")
        assert body(app)[2].startswith("▌00:00.000")


async def test_what_is_shown_is_written_to_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By w, which asks for the name; its end says what is written."""
    monkeypatch.chdir(tmp_path)
    app = EvtuiApp(Session(load("ten-minutes")), paused=True)
    run_to(app.controls, 20 * S)  # type: ignore[arg-type]
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("m", "w", "enter")
        assert "rows written to" in keys(app)
        assert (tmp_path / "ten-minutes-messages-20s.svg").read_text("utf-8").startswith("<svg")
        await pilot.press("w", *["backspace"] * 3, *"html", "enter")
        page_ = (tmp_path / "ten-minutes-messages-20s.html").read_text("utf-8")
        assert page_.startswith("<!DOCTYPE html>")
        await pilot.press("w", *"x", "enter")
        assert "allowed a file that ends in .svg or .html" in keys(app)


@pytest.mark.parametrize("width", [80, 120])
async def test_the_diagram_says_how_time_runs(width: int) -> None:
    """Paused or not, how fast, and what time it is; also of a time before."""
    app = EvtuiApp(Session(load("ten-minutes")), paused=True)
    run_to(app.controls, 20 * S)  # type: ignore[arg-type]
    async with app.run_test(size=(width, 24)) as pilot:
        await pilot.press("m", "plus")
        await settle(pilot)
        assert "00:20.000  ‖ paused" in body(app)[0]
        assert "follows" in body(app)[0]
        await pilot.press("up", "left_square_bracket")
        await settle(pilot)
        assert "00:10.000  ‖ paused" in body(app)[0]
        assert all(row[1:10].strip() <= "00:10.000" for row in body(app)[2:])


async def test_a_diagram_overwrites_nothing(tmp_path: Path) -> None:
    """What is there stays; the new file has a number, also in another folder and case."""
    app = EvtuiApp(Session(load("ten-minutes")), paused=True)
    app.folder = tmp_path
    run_to(app.controls, 20 * S)  # type: ignore[arg-type]
    (tmp_path / "sub").mkdir()
    theirs = [tmp_path / "ten-minutes-messages-20s.svg", tmp_path / "sub" / "a.b.SVG"]
    for path in theirs:
        path.write_text("theirs")
    async with app.run_test(size=(200, 36)) as pilot:
        await pilot.press("m", "w", "enter")
        assert "ten-minutes-messages-20s-2.svg" in keys(app)
        app.screen.query_one(Input).value = ""
        await pilot.press("w")
        app.screen.query_one(Input).value = "sub/a.b.SVG"
        await pilot.press("enter")
        assert "a.b-2.SVG" in keys(app)
        await pilot.press("w")
        app.screen.query_one(Input).value = "nowhere/a.svg"
        await pilot.press("enter")
        assert 'cannot write "nowhere/a.svg" (No such file or directory)' in keys(app)
    assert [path.read_text() for path in theirs] == ["theirs"] * 2
    assert (tmp_path / "sub" / "a.b-2.SVG").read_text("utf-8").startswith("<svg")


async def test_other_columns_come_into_sight() -> None:
    """As far as there are some."""
    app, source = handmade(1)
    many = tuple(f"CP{n}" for n in range(1, 31))
    inner = source.messages
    source.messages = lambda span: attrs.evolve(inner(span), columns=many, cps=30)  # type: ignore[method-assign]
    async with app.run_test(size=(60, 24)) as pilot:
        app.push_screen(MessagesPanel(source, refuse, lambda: "x"))
        await settle(pilot)
        await pilot.press("left")
        assert body(app)[1].split()[1:4] == ["CP1", "CP2", "CP3"]
        await pilot.press("right", "right")
        assert body(app)[1].split()[1:4] == ["CP3", "CP4", "CP5"]
        await pilot.press(*["right"] * 10, "left")
        assert body(app)[1].split()[1:4] == ["CP3", "CP4", "CP5"]


async def test_in_a_city_a_site_is_opened_first() -> None:
    """Each has messages of its own."""
    app = CityApp(CitySession(load("two-sites")), paused=True)
    run_to(app.controls, 30 * S)  # type: ignore[arg-type]
    async with app.run_test(size=(80, 24)) as pilot:
        app.take_picture()
        await pilot.press("m")
        assert not isinstance(app.screen, MessagesPanel)
        await pilot.press("enter", "m")
        await settle(pilot)
        first = body(app)
        assert "North-1" in first[1]
        await pilot.press("m", "n", "m")
        await settle(pilot)
        assert body(app)[1] != first[1]


@pytest.mark.parametrize("count", early(1, (100, 600)))
async def test_random_keys_do_no_harm(count: int) -> None:
    """On a run in the middle of its troubles; time goes on between them."""
    session = Session(load("leader-crash"), 1)
    app = EvtuiApp(session, paused=True)
    run_to(session, 181 * S)
    draw = random.Random(4)
    pressed = (
        "up", "down", "left", "right", "pageup", "pagedown", "home", "end", "enter", "escape",
        "slash", "a", "l", "space", "m", "backspace", "tab", "question_mark",
    )  # fmt: skip
    async with app.run_test(size=(80, 24)) as pilot:
        for n in range(count):
            if not isinstance(app.screen, MessagesPanel):
                while len(app.screen_stack) > 1:
                    app.pop_screen()
                await pilot.press("m")
            await pilot.press(draw.choice(pressed))
            if n % 10 == 0:
                run_to(session, session.time_us + S // 5)
                app.take_picture()
    bare = Session(load("leader-crash"), 1)
    run_to(bare, session.time_us)
    assert bare.world.cluster.trace.digest() == session.world.cluster.trace.digest()


# Pictures.


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("theme", [DARK.name, LIGHT.name])
def test_panel(snap_compare: Callable[..., bool], size: tuple[int, int], theme: str) -> None:
    """An election that one CP misses, with a row selected."""
    app = app_on(troubled(), theme)
    source = diagrams.Handmade()

    async def open_it(pilot: object) -> None:
        app.push_screen(MessagesPanel(source, refuse, lambda: "x"))
        await settle(pilot)  # type: ignore[arg-type]
        await pilot.press("home", "down")  # type: ignore[attr-defined]

    assert snap_compare(app, terminal_size=size, run_before=open_it)


@pytest.mark.parametrize("press", [["enter", "right"], ["slash", *"wrong", "enter"]],
                         ids=["decoded", "wrong-filter"])  # fmt: skip
def test_inside(snap_compare: Callable[..., bool], press: list[str]) -> None:
    """A message in full, and a filter that is refused, at 80×24."""
    app = app_on(troubled())
    source = diagrams.Handmade()

    async def open_it(pilot: object) -> None:
        app.push_screen(MessagesPanel(source, refuse, lambda: "x"))
        await settle(pilot)  # type: ignore[arg-type]
        await pilot.press("home", "down", *press)  # type: ignore[attr-defined]

    assert snap_compare(app, terminal_size=(80, 24), run_before=open_it)


def test_a_span_has_a_default() -> None:
    """The newest rows."""
    assert Span() == Span(None, 40, back=False, filter=Filter())
