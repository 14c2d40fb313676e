"""The energy panel: cables, promises and the plan, grants; seen live, by its key."""

import pickle
from collections.abc import Callable
from functools import cache

import attrs
import pytest

from evtui.app import EvtuiApp
from evtui.palette import Actions
from evtui.render import energy
from evtui.screens.energy import EnergyPanel
from evtui.themes import DARK, LIGHT
from scenarios.loader import load
from scenarios.session import Session
from scenarios.view import PlanView, RailView, RequestView, View
from tests.evtui import sample
from tests.evtui.test_snapshots import Pinned, app_on, run_to, settle

S = 1_000_000

SITE = RailView("", 22_000, 14_800, 3_000, 1_000, 16_800, 20_000, 15_000, 4_000)
REQUEST = RequestView(
    ev="EV1", cp="CP1", transaction=1, status="accepted", reason="", departure_us=1_800 * S,
    energy_wh=4_000, delivered_wh=1_500, promise="open", causes=(), target_w=7_400,
    planned=((0, 11_000), (900, 7_400), (1_200, 0), (1_500, 7_400)),
)  # fmt: skip
PLAN = PlanView(
    number=3, step=15, second=0, first_step=15, step_us=60 * S, algorithm="flow", version="1",
    by="CP2", at_us=896 * S, inputs="ab", requests=(REQUEST,), kept=2, broken=0,
)  # fmt: skip


def page(view: View, width: int = 78) -> list[str]:
    """The texts of the lines."""
    lines = energy.page(view, width)
    assert {line.width for line in lines if line.spans} == {width}
    return [line.plain for line in lines]


def view(**changes: object) -> View:
    """A view a quarter of an hour into a run."""
    return attrs.evolve(sample.view(), time_us=900 * S, rails=(SITE,), plan=PLAN, **changes)


def test_cables_show_what_flows_against_what_they_carry() -> None:
    """EVs and loads less PV; what is held is not what flows."""
    text = page(view())
    assert "16.8 of 22.0 kW" in text[1]
    assert text[1].split()[-4:] == ["14.8", "3.0", "1.0", "15.0"]
    over = attrs.evolve(SITE, flow_w=23_000)
    assert "over!" in page(attrs.evolve(view(), rails=(over,)))[1]


def test_a_request_that_its_driver_withdrew_says_so_in_whole_words() -> None:
    """The column is as wide as its longest word, and its head with it."""
    withdrawn = attrs.evolve(REQUEST, status="withdrawn", promise="", planned=(), target_w=None)
    plan = attrs.evolve(PLAN, requests=(withdrawn, attrs.evolve(REQUEST, ev="EV2")))
    text = page(attrs.evolve(view(), plan=plan))
    (head,) = (line for line in text if line.startswith(" EV   at"))
    row, other = (next(it for it in text if it.startswith(f" {ev}")) for ev in ("EV1", "EV2"))
    assert row.index("withdrawn") == other.index("open")
    assert head.index("plan") == head.rindex("promise") + len("withdrawn") + 2


def test_a_promise_stands_with_what_was_delivered_and_what_is_planned() -> None:
    """The curve begins now: 7.4 kW, a pause, 7.4 kW."""
    text = "\n".join(page(view()))
    assert "plan 3 by CP2 · flow" in text
    assert "2 kept · 0 broken" in text
    row = next(line for line in page(view(), 120) if line.startswith(" EV1"))
    assert "1.50 of 4.00 kWh" in row
    assert "7.4 kW  open" in row
    curve = row.rstrip()[-15:]
    assert curve == "▆" * 5 + " " * 5 + "▆" * 5


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"status": "refused", "promise": "", "reason": "the site has no more"}, "refused"),
        ({"promise": "broken", "causes": ("crash CP1",)}, "crash CP1"),
        ({"status": "pending", "promise": "", "target_w": None}, "pending"),
    ],
)
def test_what_came_of_a_request_is_a_word_and_its_reason(
    changes: dict[str, object], words: str
) -> None:
    """No information by colour alone."""
    plan = attrs.evolve(PLAN, requests=(attrs.evolve(REQUEST, **changes),))
    text = "\n".join(page(attrs.evolve(view(), plan=plan)))
    assert words in text
    assert not changes.get("reason") or str(changes["reason"]) in text


def test_grants_show_what_is_held_and_for_how_long() -> None:
    """One that ends soon, one without an end, one that has ended."""
    cps = (
        sample.cp(1, held_w=9_000, grant_left_us=42 * S),
        sample.cp(2),
        sample.cp(3, limit_w=0, grant_ended=True),
    )
    rows = page(view(cps=cps))
    first = next(line for line in rows if line.startswith(" CP1"))
    assert first.split() == ["CP1", "7.4", "kW", "9.0", "kW", "7.4", "kW", "42", "s"]
    assert any("without an end" in line for line in rows)
    assert any("the log has given it up" in line for line in rows)


def test_without_plans_it_says_so() -> None:
    """The cables and grants are there all the same."""
    assert "Nothing is planned here" in "\n".join(page(attrs.evolve(view(), plan=None)))


async def test_e_opens_it_and_it_scrolls() -> None:
    """On a run with a plan, live; e again closes it."""
    session = Session(load("late-departure-change"))
    run_to(session, 200 * S)
    app = EvtuiApp(session, paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("e")
        assert isinstance(app.screen, EnergyPanel)
        await pilot.press("down", "down", "up", "pagedown", "pageup", "e")
        assert len(app.screen_stack) == 1


async def test_the_palette_knows_it() -> None:
    """By its name."""
    app = EvtuiApp(Session(load("ten-minutes")), paused=True)
    async with app.run_test() as pilot:
        await pilot.pause()
        assert "Energy · e" in [text for text, _, _ in Actions(app.screen)._actions()]


@cache
def _morning() -> bytes:
    """The middle of a morning, run once."""
    session = Pinned(load("commuter-morning"))
    run_to(session, 1_350 * S)
    return pickle.dumps(session)


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)], ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("theme", [DARK.name, LIGHT.name])
def test_panel(snap_compare: Callable[..., bool], size: tuple[int, int], theme: str) -> None:
    """The panel above the network."""
    app = app_on(pickle.loads(_morning()), theme)  # noqa: S301 - just made
    assert snap_compare(app, press=["e"], terminal_size=size, run_before=settle)
