"""The view of invariants: what is drawn of each, how one walks through, and a violation's story."""

from collections.abc import Callable

import attrs
import pytest

from evtui.app import EvtuiApp
from evtui.palette import Actions
from evtui.render import invariants
from evtui.screens.invariants import InvariantsPanel
from evtui.screens.panels import Body
from evtui.themes import DARK, LIGHT
from scenarios.city.session import CitySession
from scenarios.loader import load
from scenarios.session import Session
from scenarios.tables_view import InvariantsView, InvariantView, ViolationView
from scenarios.view import View, Window
from tests.evtui import sample
from tests.evtui.conftest import session_at
from tests.evtui.test_snapshots import Pinned, app_on, forgetful, run_to, settle

S = 1_000_000
MOTION = ("‖ paused", "")


def row(name: str, **changes: object) -> InvariantView:
    """An invariant that has held a thousand times."""
    made = InvariantView(name, f"what {name} says", 1_000, "", None, None, "", "", violated=False)
    return attrs.evolve(made, **changes)


ROWS = (
    row("A1"),
    row("L2", checks=0, unit="slots", note="CP2's lease has 812 ms left"),
    row("P1", unit="W", left=7_200, at_us=201_500_000, of="cabinet A",
        note="now 11,000 W are left"),
    row("B1", unit="µs", left=90_000_000, at_us=60_000_000, of="CP3"),
)  # fmt: skip
SEEN = InvariantsView(ROWS, 3_000, None)
STORY = ViolationView(
    name="A1",
    text="A1 (what A1 says): CP3 came back with ballot 1.CP1, but it had answered at 2.CP4",
    time_us=308_500_000,
    event=4_711,
    slot=12,
    ballots=("1.CP1", "2.CP4"),
    cps=("CP3",),
    events=tuple(f"{n}.000000 s  CP1 → CP3  Prepare ballot={n}.CP1" for n in range(12)),
)


def drawn(
    seen: InvariantsView = SEEN, cursor: int = 0, size: tuple[int, int] = (80, 22)
) -> list[str]:
    """The texts of the page, each as wide as the panel."""
    view = sample.view(invariants=seen)
    lines = invariants.page(view, cursor, size, MOTION)
    assert {line.width for line in lines if line.spans} == {size[0]}
    assert len(lines) <= size[1]
    return [line.plain for line in lines]


def test_each_has_its_sign_name_sentence_checks_and_margin() -> None:
    """One that was never needed has a dot."""
    text = drawn()
    assert text[2].split() == ["▌✓", "A1", "what", "A1", "says", "1,000", "–"]
    assert text[3].split() == ["·", "L2", "what", "L2", "says", "0", "–"]
    assert text[4].split() == ["✓", "P1", "what", "P1", "says", "1,000", "7,200", "W"]
    assert text[5].split() == ["✓", "B1", "what", "B1", "says", "1,000", "90.0", "s"]


def test_the_first_line_sums_up() -> None:
    """How many hold, how many checks, and what had nothing to check."""
    assert "✓ 3 hold · 3,000 checks · 1 had nothing to check" in drawn()[0]


def test_what_a_city_adds_is_told_beside_what_the_header_counts() -> None:
    """So both say the same of the site."""
    session = CitySession(load("two-sites"), 1)
    run_to(session, 120 * S)
    seen = session.view(Window(invariants=True))
    assert seen.invariants is not None
    assert seen.invariants.checks == seen.checks > 0
    assert sum(it.checks for it in seen.invariants.rows[-2:]) == seen.invariants.of_city > 0
    first = invariants.page(seen, 0, (120, 36), ("", ""))[0].plain
    assert f"{seen.checks:,} checks + {seen.invariants.of_city:,} of the city · " in first


def test_the_chosen_one_is_told_in_full() -> None:
    """With where and when its margin was smallest, and what is so now."""
    text = " ".join(" ".join(drawn(cursor=2)).split())
    assert "P1: what P1 says checked 1,000 times" in text
    assert "least margin 7,200 W (cabinet A, at 03:21.500) · now 11,000 W are left" in text
    text = " ".join(" ".join(drawn(cursor=1)).split())
    assert "nothing to check so far · CP2's lease has 812 ms left" in text
    assert "it holds or it does not" in " ".join(drawn(cursor=0))


def test_where_there_is_room_each_row_says_where_its_margin_was() -> None:
    """From 150 columns on; what has no such place has its note."""
    text = drawn(size=(200, 50))
    assert "cabinet A, at 03:21.500" in text[4]
    assert "CP2's lease has 812 ms left" in text[3]
    assert "cabinet A" not in drawn(size=(140, 50))[4]


@pytest.mark.parametrize("size", [(80, 22), (120, 34), (200, 56), (60, 12)])
def test_a_violation_is_shown_with_what_led_to_it(size: tuple[int, int]) -> None:
    """Its sentence whole, of whom, and as many events as fit, the last one among them."""
    broken = (attrs.evolve(ROWS[0], violated=True), *ROWS[1:])
    text = drawn(InvariantsView(broken, 3_000, STORY), size=size)
    whole = " ".join(" ".join(text).split())
    assert "✗ A1 violated, 2 hold" in whole
    assert text[2].startswith("▌✗ A1")
    if size[1] > 12:
        assert "CP3 came back with ballot 1.CP1, but it had answered at 2.CP4" in whole
        assert "at 05:08.500, event 4,711 · slot 12 · ballots 1.CP1, 2.CP4 · CPs CP3" in whole
        assert "What led to it:" in whole
        assert text[-1].startswith("  11.000000 s  CP1 → CP3")
    if size[1] > 30:
        assert "  0.000000 s  CP1 → CP3" in "\n".join(text)


def test_the_cursor_is_always_seen() -> None:
    """Also where there are more rows than room."""
    many = InvariantsView(tuple(row(f"X{n}") for n in range(30)), 1, None)
    for cursor in range(30):
        text = drawn(many, cursor, (80, 16))
        assert sum(f" X{cursor} " in line and line.startswith("▌") for line in text) == 1


@pytest.mark.parametrize(
    ("left", "unit", "text"),
    [
        (9_999, "W", "9,999 W"), (12_345, "W", "12.3 kW"), (-3_667, "W", "-3,667 W"),
        (0, "Wh", "0 Wh"), (61, "slots", "61 slots"), (75_274_137, "µs", "75.3 s"),
        (4_200, "µs", "4 ms"), (-1_500_000, "µs", "-1.5 s"),
    ],
)  # fmt: skip
def test_margins_have_their_units(left: int, unit: str, text: str) -> None:
    """Below 0 too: by so much it was missed."""
    assert invariants.amount(left, unit) == text


def test_a_run_without_checks_says_so() -> None:
    """And one that was not asked for is empty for a moment."""
    assert drawn_text(InvariantsView((), 0, None)) == " Nothing is checked in this run"


def drawn_text(seen: InvariantsView) -> str:
    """The page as one text."""
    lines = invariants.page(sample.view(invariants=seen), 0, (80, 22), MOTION)
    return "\n".join(line.plain for line in lines)


def shown(app: EvtuiApp) -> str:
    """The text of the panel."""
    return "\n".join(line.plain for line in app.screen.query_one(Body)._lines)


async def test_i_opens_it_and_one_walks_through() -> None:
    """The counts are the world's, and grow while it runs."""
    app = EvtuiApp(session_at(60 * S), paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("i")
        await pilot.pause()
        panel = app.screen
        assert isinstance(panel, InvariantsPanel)
        assert "A1: a promise never falls" in shown(app)
        await pilot.press("down", "down", "up")
        assert "A2: an acceptor" in shown(app)
        await pilot.press("end")
        assert "E1: an accepted EV" in shown(app)
        await pilot.press("pageup", "pagedown", "down", "home")
        assert panel.cursor == 0
        before = app.controls.view().checks
        assert f"{before:,} checks" in shown(app)
        for _ in range(20):
            await pilot.press("full_stop")
        assert app.controls.view().checks > before
        assert f"{app.controls.view().checks:,} checks" in shown(app)
        await pilot.press("i")
        assert len(app.screen_stack) == 1


async def test_it_begins_at_the_one_that_is_violated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here A1: a promise that was forgotten over a restart."""
    app = app_on(forgetful(monkeypatch))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("i")
        await settle(pilot)
        assert "▌✗ A1" in shown(app)
        assert "What led to it:" in shown(app)
        assert "CP3 came back with ballot" in " ".join(shown(app).split())


async def test_one_that_breaks_meanwhile_takes_the_cursor() -> None:
    """As long as nobody has moved it."""
    session = Session(load("clock-drift-beyond"))
    session.run(60 * S, 10**9)
    app = EvtuiApp(session, paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("i")
        await pilot.pause()
        assert "▌✓ A1" in shown(app)
        session.run(session.scenario.duration_us, 10**9)
        app.take_picture()
        await pilot.pause()
        assert "▌✗ P1" in shown(app)


async def test_the_palette_knows_it() -> None:
    """By its name."""
    app = EvtuiApp(session_at(0), paused=True)
    async with app.run_test() as pilot:
        await pilot.pause()
        assert "Invariants · i" in [text for text, _, _ in Actions(app.screen)._actions()]


class Steady(Pinned):
    """A run whose counts and margins do not hang on the protocol's inner workings."""

    def view(self, window: Window = Window()) -> View:  # noqa: B008 (frozen)
        """The view, with round counts and times."""
        seen = super().view(window)
        if seen.invariants is None:
            return seen
        rows = tuple(pinned(it) for it in seen.invariants.rows)
        return attrs.evolve(
            seen, invariants=attrs.evolve(seen.invariants, rows=rows, checks=1_234_567)
        )


def pinned(it: InvariantView) -> InvariantView:
    """A round count; margins of power in hundreds of W, times in seconds, no lease."""
    return attrs.evolve(
        it,
        checks=1_200 if it.checks else 0,
        left=None if it.left is None else it.left // 100 * 100,
        at_us=None if it.at_us is None else it.at_us // S * S,
        of=it.of and ("CP1" if it.of.startswith("CP") else it.of),
        note="" if it.name == "L2" else it.note,
    )


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)], ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("theme", [DARK.name, LIGHT.name])
def test_panel(snap_compare: Callable[..., bool], size: tuple[int, int], theme: str) -> None:
    """A run with grants and a promise; the cursor on P1."""
    session = Steady(load("late-departure-change"), 1)
    run_to(session, 300 * S)
    app = app_on(session, theme)
    press = ["i", *["down"] * 13]
    assert snap_compare(app, press=press, terminal_size=size, run_before=settle)


def test_violation(snap_compare: Callable[..., bool], monkeypatch: pytest.MonkeyPatch) -> None:
    """The story of a violation at 80×24."""
    session = forgetful(monkeypatch)
    session.__class__ = Story
    assert snap_compare(app_on(session), press=["i"], terminal_size=(80, 24), run_before=settle)


class Story(Steady):
    """What led to a violation, with events that are always the same."""

    def view(self, window: Window = Window()) -> View:  # noqa: B008 (frozen)
        """The view, with a pinned story."""
        seen = super().view(window)
        found = seen.invariants
        if found is None or found.violation is None:
            return seen
        story = attrs.evolve(
            found.violation, event=4_711, ballots=STORY.ballots, events=STORY.events
        )
        return attrs.evolve(seen, invariants=attrs.evolve(found, violation=story))
