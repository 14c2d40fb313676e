"""The matrix of links: what is drawn, how it scrolls, and that its editor changes the world."""

from collections.abc import Callable

import attrs
import pytest

from evtui.app import EvtuiApp
from evtui.palette import Actions
from evtui.render import glyphs, link_editor, link_matrix
from evtui.render.link_editor import KINDS, Draft
from evtui.screens.links import LinkEditor, LinksPanel
from evtui.screens.panels import Body
from evtui.themes import DARK, LIGHT
from scenarios.loader import loads
from scenarios.session import Session
from scenarios.tables_view import LinkCell, LinksView, LinkWindow
from scenarios.view import View, Window
from tests.evtui import sample
from tests.evtui.conftest import session_at
from tests.evtui.test_snapshots import Pinned, app_on, settle, troubled

MakeApp = Callable[..., EvtuiApp]
MOTION = ("‖ paused", "")
UP = LinkCell((), 2_100, 2_000, 0, 0, 0, 0, 0, 1_203, 12)


def cells(count: int, **odd: LinkCell) -> LinksView:
    """A whole matrix in which all is well but for ``r1c2=…``."""
    rows = [
        tuple(None if a == b else odd.get(f"r{a}c{b}", UP) for b in range(count))
        for a in range(count)
    ]
    return LinksView(0, 0, tuple(rows), count * (count - 1), 2, 1, 0)


def drawn(
    view: View, size: tuple[int, int] = (78, 22), cursor: tuple[int, int] = (0, 1)
) -> list[str]:
    """The texts of the page, each as wide as the panel."""
    width, height = size
    place = link_matrix.grid([cp.id for cp in view.cps], width, height, cursor, None)
    lines = link_matrix.page(view, place, cursor, size, MOTION)
    assert {line.width for line in lines if line.spans} == {width}
    assert len(lines) <= height
    return [line.plain for line in lines]


def view(count: int = 5, **odd: LinkCell) -> View:
    """A view with links."""
    return attrs.evolve(sample.view(count), links=cells(count, **odd))


@pytest.mark.parametrize("word", glyphs.LINK_FAULT)
@pytest.mark.parametrize("width", [78, 118, 198])
def test_every_fault_has_its_sign_and_its_word(word: str, width: int) -> None:
    """No information by colour alone, whatever the width."""
    text = drawn(view(r2c3=attrs.evolve(UP, faults=(word,))), (width, 22))
    sign = glyphs.LINK_FAULT[word][0]
    assert sum(f"{sign} {word}" in line for line in text) == 2  # in its cell, and in the legend
    row = next(line for line in text if line.startswith(" CP3"))
    assert f"{sign} {word}" in row


def test_the_link_under_the_cursor_is_told_in_full() -> None:
    """Which, what is wrong, and its figures."""
    bad = attrs.evolve(UP, faults=("one way", "late", "loss"), extra_us=200_000, loss_ppm=55_000)
    text = "\n".join(drawn(view(r0c1=bad)))
    assert "CP1 → CP2  ↛ cut this way only  » 200.0 ms late  ≈ 5.5 % lost" in text
    assert "1,203 frames sent, 12 lost (1.0%) · the latest took 2.1 ms, usual 2.0 ms" in text
    assert "↛ one way +2" in text


def test_latencies_are_read_in_the_cells() -> None:
    """A dash where no frame has come through."""
    text = drawn(view(r0c1=attrs.evolve(UP, took_us=0), r0c2=attrs.evolve(UP, took_us=2_345_000)))
    assert text[3].split() == ["–", "2345", "ms", "2.1", "ms", "2.1", "ms"]


def test_where_a_cell_is_narrow_the_loss_goes_before_the_latency() -> None:
    """The whole figure, not its beginning."""
    text = drawn(view(r0c1=attrs.evolve(UP, faults=("loss",), loss_ppm=1_000_000)))
    assert text[3].split()[:3] == ["100", "%", "lost"]


def test_the_counts_stand_above() -> None:
    """Of all links, with the time and whether it runs."""
    words = " ".join(drawn(view())[0].split())
    assert words == "20 links · 2 cut · 1 lossy · 0 late 04:12.304 ‖ paused"


@pytest.mark.parametrize(("size", "count"), [((78, 22), 40), ((198, 56), 100), ((30, 9), 5)])
def test_with_many_it_scrolls_and_the_headers_stay(size: tuple[int, int], count: int) -> None:
    """The cursor is always seen, and its row and column have their names."""
    ids = [f"CP{n}" for n in range(1, count + 1)]
    seen: link_matrix.Grid | None = None
    for at in [*range(count), *reversed(range(count))]:
        cursor = (at, count - 1 - at)
        seen = link_matrix.grid(ids, *size, cursor, seen)
        assert seen.top <= cursor[0] < seen.top + seen.rows
        assert seen.left <= cursor[1] < seen.left + seen.columns
        assert seen.names + seen.columns * seen.cell <= size[0]
    text = drawn(view(count), size, (count - 1, count - 1))
    assert f"CP{count}" in text[1]
    assert any(line.startswith(f" CP{count}") for line in text[2:])


def test_it_moves_no_more_than_it_must() -> None:
    """Within what is seen, the corner stays."""
    ids = [f"CP{n}" for n in range(40)]
    first = link_matrix.grid(ids, 78, 22, (30, 30), None)
    assert link_matrix.grid(ids, 78, 22, (29, 29), first) == first


def test_what_was_clicked_on_is_the_cell_that_is_drawn_there() -> None:
    """For every cell; not for names and headings."""
    place = link_matrix.grid([f"CP{n}" for n in range(5)], 78, 22, (0, 1), None)
    for row in range(5):
        for column in range(5):
            x, y = place.names + column * place.cell + 1, link_matrix.HEAD + row * place.tall
            assert link_matrix.at(place, x, y) == (row, column)
    assert link_matrix.at(place, 1, link_matrix.HEAD) is None
    assert link_matrix.at(place, place.names + 1, 1) is None
    assert link_matrix.at(place, place.names + 1, 99) is None


def test_one_charge_point_alone_has_none() -> None:
    """And nothing breaks."""
    alone = attrs.evolve(sample.view(1), links=cells(1))
    assert drawn_alone(alone) == [" One charge point alone has no links"]


def drawn_alone(view: View) -> list[str]:
    """The page without its width checked."""
    place = link_matrix.grid([cp.id for cp in view.cps], 78, 22, (0, 0), None)
    return [line.plain for line in link_matrix.page(view, place, (0, 0), (78, 22), MOTION)]


# --- the editor ------------------------------------------------------------------------------


def test_amounts_go_by_steps_and_by_digits() -> None:
    """Up to what the verb takes, and from what was typed to the next step."""
    draft = Draft("CP1", "CP2").moved(3)
    assert draft.kind.verb == "loss"
    assert draft.turned(1).edit().args[2] == ("rate_ppm", 200_000)
    typed = draft.typed("3").typed("7")
    assert typed.edit().args[2] == ("rate_ppm", 370_000)
    assert typed.turned(1).edit().args[2] == ("rate_ppm", 500_000)
    assert typed.turned(-1).edit().args[2] == ("rate_ppm", 200_000)
    assert typed.typed("").edit().args[2] == ("rate_ppm", 30_000)
    assert typed.typed("9").edit().args[2] == ("rate_ppm", 1_000_000)
    assert typed.moved(0).typed("8").edit().args[2] == ("rate_ppm", 80_000)
    for _ in range(20):
        draft = draft.turned(-1)
    assert draft.edit().args[2] == ("rate_ppm", 0)


@pytest.mark.parametrize("index", range(len(KINDS)))
@pytest.mark.parametrize("one_way", [False, True])
def test_what_enter_says_is_what_it_does(index: int, one_way: bool) -> None:
    """By a world of its own: each verb is possible, and its effect is the one that was told."""
    session = session_at(20_000_000)
    draft = Draft("CP2", "CP4").moved(index)
    draft = draft.crossed() if one_way else draft
    if draft.kind.verb == "join":
        session.act("cut", a="CP2", b="CP4")
    if draft.kind.verb == "release":
        session.act("hold", a="CP2", b="CP4", oneway=one_way)
    edit = draft.edit()
    session.act(edit.verb, **dict(edit.args))
    found = session.view(Window(links=LinkWindow(0, 5, 0, 5))).links
    assert found is not None
    there, back = found.at(1, 3), found.at(3, 1)
    assert there is not None
    assert back is not None
    both = not one_way or draft.kind.verb == "join"
    words = {"corrupt": "damage", "duplicate": "doubles", "delay": "late", "join": "",
             "hold": "held", "release": ""}  # fmt: skip
    word = words.get(draft.kind.verb, draft.kind.verb)
    if word == "cut" and one_way:
        word = "one way"
    assert there.faults == ((word,) if word else ())
    assert back.faults == (there.faults if both else ())
    assert ("↔" in draft.says() or "both ways" in draft.says()) == both


def test_the_editor_shows_what_is_so_now() -> None:
    """Beside what can be done."""
    cell = attrs.evolve(UP, faults=("late",), extra_us=50_000)
    text = [line.plain for line in link_editor.page(Draft("CP1", "CP2"), cell, 78)]
    assert "» 50.0 ms late" in text[0]
    assert "cuts CP1 ↔ CP2" in text[-1]


# --- in the app ------------------------------------------------------------------------------


def links(app: EvtuiApp) -> LinksView:
    """The world as it is, whatever the screen shows."""
    found = app.controls.view(Window(links=LinkWindow(0, 99, 0, 99))).links
    assert found is not None
    return found


def faults(app: EvtuiApp, row: int, column: int) -> tuple[str, ...]:
    """What is wrong with one direction of a link."""
    cell = links(app).at(row, column)
    assert cell is not None
    return cell.faults


async def test_arrows_and_enter_edit_a_link(make_app: MakeApp) -> None:
    """CP2 → CP3 is cut one way, then made slow, then joined; each by keys alone."""
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("l")
        panel = app.screen
        assert isinstance(panel, LinksPanel)
        await pilot.press("down", "right", "enter")
        assert isinstance(app.screen, LinkEditor)
        await pilot.press("o", "enter")
        await pilot.pause()
        assert app.screen is panel
        assert (faults(app, 1, 2), faults(app, 2, 1)) == (("one way",), ())
        await pilot.press("enter", "down", "down", "7", "5", "enter")
        await pilot.pause()
        cell = links(app).at(1, 2)
        assert cell is not None
        assert cell.extra_us == 75_000
        await pilot.press("enter", "down", "enter")
        await pilot.pause()
        assert faults(app, 1, 2) == ("late",)
        body = "\n".join(line.plain for line in panel.query_one(Body)._lines)
        assert "» 75.0 ms late" in body
        await pilot.press("l")
        assert len(app.screen_stack) == 1


async def test_escape_changes_nothing_and_the_diagonal_has_no_editor(make_app: MakeApp) -> None:
    """Esc leaves the editor, then the view."""
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("l", "enter", "down", "escape")
        assert isinstance(app.screen, LinksPanel)
        await pilot.press("left", "enter")
        assert isinstance(app.screen, LinksPanel)
        await pilot.press("escape")
        assert links(app).cut + links(app).late + links(app).lossy == 0
        assert len(app.screen_stack) == 1


async def test_time_runs_and_stops_in_the_view(make_app: MakeApp) -> None:
    """Space and . work above the network, too."""
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("l", "full_stop")
        before = app.controls.view().events
        await pilot.press("full_stop")
        assert app.controls.view().events == before + 1
        await pilot.press("space")
        assert not app.paused
        await pilot.press("space")
        assert app.paused


async def test_a_click_goes_to_a_cell_and_a_second_one_edits_it(make_app: MakeApp) -> None:
    """The mouse does what arrows and Enter do."""
    app = make_app()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("l")
        panel = app.screen
        assert isinstance(panel, LinksPanel)
        grid = panel._grid
        assert grid is not None
        x, y = grid.names + 3 * grid.cell + 2, link_matrix.HEAD + 2 * grid.tall
        await pilot.click(Body, offset=(x, y))
        assert panel.cursor == (2, 3)
        await pilot.click(Body, offset=(x, y))
        assert isinstance(app.screen, LinkEditor)


async def test_with_forty_it_scrolls_to_the_end_and_back() -> None:
    """And what is edited is the link under the cursor."""
    session = Session(loads('duration = "60s"\ncps = 40\n', "forty.toml"), 7)
    app = EvtuiApp(session, paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("l", "end", "pageup", "up", "enter", "enter")
        await pilot.pause()
        assert isinstance(app.screen, LinksPanel)
        row, column = app.screen.cursor
        assert (row < 38, column) == (True, 39)
        assert faults(app, row, 39) == faults(app, 39, row) == ("cut",)
        body = "\n".join(line.plain for line in app.screen.query_one(Body)._lines)
        assert f"CP{row + 1} → CP40  ✗ cut both ways" in body
        await pilot.press("home", "pagedown")
        assert app.screen.cursor[0] > 5


async def test_after_the_end_it_can_be_looked_at_and_says_why_nothing_happens() -> None:
    """An edit is refused in the words of every fault."""
    app = EvtuiApp(session_at(600_000_000), paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("l", "enter", "enter")
        await pilot.pause()
        assert isinstance(app.screen, LinksPanel)
        assert links(app).cut == 0
        assert "The run has ended" in [n.message for n in app._notifications]


async def test_the_palette_knows_it() -> None:
    """By its name."""
    app = EvtuiApp(session_at(0), paused=True)
    async with app.run_test() as pilot:
        await pilot.pause()
        assert "Links · l" in [text for text, _, _ in Actions(app.screen)._actions()]


class Steady(Pinned):
    """A run whose links have fixed figures: they change with every change of the protocol."""

    def view(self, window: Window = Window()) -> View:  # noqa: B008 (frozen)
        """The view, with pinned links."""
        seen = super().view(window)
        if seen.links is None:
            return seen
        rows = [[pinned(cell) for cell in row] for row in seen.links.cells]
        return attrs.evolve(seen, links=attrs.evolve(seen.links, cells=tuple(map(tuple, rows))))


def pinned(cell: LinkCell | None) -> LinkCell | None:
    """Round figures, the delay among them."""
    if cell is None:
        return None
    lost = 34 if cell.faults else 0
    return attrs.evolve(cell, took_us=2_100 + cell.extra_us, sent=1_234, lost=lost)


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)], ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("theme", [DARK.name, LIGHT.name])
def test_panel(snap_compare: Callable[..., bool], size: tuple[int, int], theme: str) -> None:
    """The matrix with a cut both ways, one way, a delay and loss; the cursor on the first."""
    session = troubled()
    session.__class__ = Steady
    session.act("cut", a="CP1", b="CP2")
    session.act("delay", a="CP2", b="CP5", extra_us=200_000)
    session.act("loss", a="CP4", b="CP5", rate_ppm=50_000)
    app = app_on(session, theme)
    assert snap_compare(app, press=["l"], terminal_size=size, run_before=settle)


def test_editor(snap_compare: Callable[..., bool]) -> None:
    """The editor above the matrix."""
    session = troubled()
    session.__class__ = Steady
    press = ["l", "enter", "down", "down", "o"]
    app = app_on(session)
    assert snap_compare(app, press=press, terminal_size=(80, 24), run_before=settle)
