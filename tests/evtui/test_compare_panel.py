"""Two branches compared in the app: marked in the tree, found in slices, gone to by a key."""

from collections.abc import Callable

import attrs
import pytest

from evtui.app import EvtuiApp
from evtui.render import compare as page
from evtui.screens.branches import BranchesPanel
from evtui.screens.compare import ComparePanel
from evtui.screens.network import NetworkScreen
from evtui.themes import DARK, LIGHT
from scenarios.comparing.comparing import Comparing
from scenarios.comparing.view import Comparison, First, SideView, Total
from scenarios.loader import load
from scenarios.session import Session
from tests.evtui.test_snapshots import app_on, settle
from tests.evtui.test_travel import press
from tests.scenarios.test_comparing import branched

S = 1_000_000

SAMPLE = Comparison(
    sides=(SideView(1, "branch 1", 300 * S, 2), SideView(3, "branch 3", 260 * S, 1)),
    common_us=200 * S,
    common_events=6_084,
    common_inputs=0,
    until_us=260 * S,
    at_us=260 * S,
    done=True,
    same=False,
    firsts=(
        First("input", 200 * S, "", ("crash cp=leader", "")),
        First("state", 200 * S, "CP3", ("it does not run: its state is lost",
              "fdba265457e56ebe after slot 53"), (("applied", "", "slot 53"),)),
        First("message", 200_221_352, "CP3 → CP1", ("", "Heartbeat 1.CP3 round 398 commit 53"),
              tuple((f"field {n}", "", f"{n}") for n in range(9))),
        First("log", 200_522_501, "slot 54", ("CP1 MeterValues 427 Wh, at 3m21.3s",
              "CP1 MeterValues 427 Wh")),
        First("election", 201_276_000, "CP4", ("CP4 leads by 2.CP4", "")),
        First("energy"),
    ),
    totals=(
        Total("EV1", "Wh", (590, 671)), Total("all EVs", "Wh", (1_034, 1_115)),
        Total("promises kept", "", (1, 2)), Total("promises broken", "", (1, 0)),
        Total("paid", "cents", (1_234, 1_300)), Total("elections", "", (2, 1)),
        Total("messages sent", "", (5_966, 6_129)),
        Total("peak of the site", "W", (22_000, 22_000)),
    ),
)  # fmt: skip


def struck() -> EvtuiApp:
    """An app on a crash of the leader at 3:20 (branch 1), and without it (branch 2, shown)."""
    return EvtuiApp(branched(lambda line: line.act("crash", cp="leader")), paused=True)


def body(app: EvtuiApp) -> str:
    """What the panel says."""
    return "\n".join(line.plain for line in app.screen.query_one("Body")._lines)


async def compared(pilot: object, app: EvtuiApp) -> ComparePanel:
    """Open the comparison of both branches, and wait for it."""
    await press(pilot, "t", "c", "up", "enter")  # type: ignore[arg-type]
    panel = app.screen
    assert isinstance(panel, ComparePanel)
    while not panel.found.done:
        panel._go_on()
    await settle(pilot)  # type: ignore[arg-type]
    return panel


async def test_one_is_marked_and_another_one_compared_with_it() -> None:
    """By c, by space, by Enter; the mark can be taken away, and alone it only shows a branch."""
    app = struck()
    async with app.run_test(size=(80, 24)) as pilot:
        for keys in (("c", "up", "c"), ("space", "up", "enter"), ("c", "c", "space", "up", "c")):
            await press(pilot, "t")
            assert isinstance(app.screen, BranchesPanel)
            await press(pilot, *keys)
            panel = app.screen
            assert isinstance(panel, ComparePanel)
            assert [it.number for it in panel.found.sides] == [2, 1]
            await press(pilot, "escape")
            assert isinstance(app.screen, NetworkScreen)
        await press(pilot, "t", "c")
        assert "◈" in body(app)
        await press(pilot, "c")
        assert "◈" not in body(app)
        await press(pilot, "up", "enter")
        assert app.timeline.number == 1
        await press(pilot, "t", "c", "enter")
        assert isinstance(app.screen, NetworkScreen), "marked and chosen is one branch"
        assert app.timeline.number == 1


async def test_one_branch_alone_is_compared_with_nothing() -> None:
    """It says how there can be another."""
    app = EvtuiApp(Session(load("ten-minutes")), paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "t", "c")
        keys = app.screen.query_one("#panel-keys")
        assert "one branch only" in str(keys.render())
        await press(pilot, "space", "c", "enter")
        assert isinstance(app.screen, NetworkScreen)


async def test_enter_goes_to_the_instant_in_either_branch() -> None:
    """With ← and → the branch, with ↑ and ↓ what differs."""
    app = struck()
    async with app.run_test(size=(80, 24)) as pilot:
        panel = await compared(pilot, app)
        facets = [it.facet for it in panel.found.firsts]
        await press(pilot, *["down"] * facets.index("election"), "right", "enter")
        assert isinstance(app.screen, NetworkScreen)
        election = panel.found.firsts[facets.index("election")]
        assert (app.timeline.number, app.timeline.time_us) == (1, election.time_us)
        assert app.picture is not None
        assert app.picture.view.leader == election.where
        app.timeline.switch(2)
        app.take_picture()
        await compared(pilot, app)
        await press(pilot, *["down"] * 9, "enter")
        assert isinstance(app.screen, ComparePanel), "energy is the same: there is no instant"
        await press(pilot, "up", "up", "left", "enter")
        assert app.timeline.number == 2


async def test_looking_changes_neither_branch() -> None:
    """The digests of both, and what is shown."""
    app = struck()
    async with app.run_test(size=(80, 24)) as pilot:
        ends, place = app.timeline.ends(), app.timeline.place
        await compared(pilot, app)
        await press(pilot, "down", "d", "pagedown", "d", "pagedown", "pageup", "escape")
        assert (app.timeline.ends(), app.timeline.place) == (ends, place)
        assert app.timeline.number == 2


async def test_escape_ends_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """No slice is done for a panel that is closed; until then each takes little time."""
    done: list[Comparing] = []
    slice_of = Comparing.advance

    def counted(self: Comparing) -> bool:
        done.append(self)
        slice_of(self)
        return False

    monkeypatch.setattr(Comparing, "advance", counted)
    app = struck()
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "t", "c", "up", "c")
        assert isinstance(app.screen, ComparePanel)
        await pilot.pause(0.3)
        assert done
        await press(pilot, "escape")
        count = len(done)
        await pilot.pause(0.3)
        assert len(done) == count


async def test_a_click_selects_a_row_and_goes_there() -> None:
    """The second click on it."""
    app = struck()
    async with app.run_test(size=(80, 24)) as pilot:
        panel = await compared(pilot, app)
        await pilot.click("Body", offset=(5, page.HEAD + 1))
        assert panel.place.row == 1
        await pilot.click("Body", offset=(5, page.HEAD + 1))
        await pilot.pause()
        assert isinstance(app.screen, NetworkScreen)
        assert app.timeline.time_us == 200 * S


@pytest.mark.parametrize("size", [(40, 10), (80, 22), (120, 34), (200, 58)])
def test_lines_fit(size: tuple[int, int]) -> None:
    """Whatever is selected, in every width; the selected row's words are whole where they fit."""
    for row in range(len(SAMPLE.firsts)):
        for details in (False, True):
            lines = page.page(SAMPLE, page.Place(row, details=details), size)
            assert all(line.width <= size[0] for line in lines)
    text = "\n".join(it.plain for it in page.page(SAMPLE, page.Place(1), size))
    if size[0] >= 80:
        assert "it does not run: its state is" in text
        assert "0.590 kWh" in text
        assert "+0.081 kWh" in text
        assert "12.34 €" in text


def test_all_details_and_all_figures_can_be_seen() -> None:
    """By scrolling, at 80×24."""
    for details, wanted in ((True, [name for name, *_ in SAMPLE.firsts[2].details]),
                            (False, [total.name for total in SAMPLE.totals])):  # fmt: skip
        place = page.Place(2, details=details)
        seen = ""
        for top in range(page.most_top(SAMPLE, place, 78) + 1):
            lines = page.page(SAMPLE, attrs.evolve(place, top=top), (78, 22))
            assert len(lines) <= 22
            seen += "\n".join(line.plain for line in lines)
        assert [name for name in wanted if name not in seen] == []


def test_progress_is_told_while_work_is_done() -> None:
    """As a share, a bar and a time; no figures yet."""
    found = attrs.evolve(SAMPLE, done=False, at_us=230 * S, totals=())
    text = "\n".join(line.plain for line in page.page(found, page.Place(), (78, 22)))
    assert "comparing 50 %" in text or "comparing 50%" in text
    assert "03:50.000 of 04:20.000" in text


def test_equal_runs_say_so() -> None:
    """In words."""
    firsts = tuple(First(it.facet) for it in SAMPLE.firsts)
    found = attrs.evolve(SAMPLE, same=True, firsts=firsts)
    text = "\n".join(line.plain for line in page.page(found, page.Place(3), (78, 22)))
    assert "✓ the same run" in text
    assert text.count("the same") >= 7
    assert "where branch 3 ends" in text


@pytest.mark.parametrize("theme", [DARK.name, LIGHT.name])
@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)], ids=lambda s: f"{s[0]}x{s[1]}")
def test_panel(snap_compare: Callable[..., bool], size: tuple[int, int], theme: str) -> None:
    """Above the network."""
    app = app_on(Session(load("ten-minutes")), theme)

    async def run_before(pilot: object) -> None:
        app.push_screen(ComparePanel(lambda: SAMPLE))
        await settle(pilot)  # type: ignore[arg-type]
        await press(pilot, "down", "down")  # type: ignore[arg-type]
        await settle(pilot)  # type: ignore[arg-type]

    assert snap_compare(app, terminal_size=size, run_before=run_before)
