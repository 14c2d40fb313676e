"""Hands on messages under way, in the view of messages: each key, seen in the world, replayed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from evtui.app import EvtuiApp
from evtui.city_app import CityApp
from evtui.cli import main
from evtui.render import hands as drawn
from evtui.render.hands import HANDS
from evtui.screens.messages import MessagesPanel
from evtui.screens.panels import Body
from evtui.themes import DARK, LIGHT
from paxos.sim import hands
from paxos.sim.kernel import Event
from scenarios.city.session import CitySession
from scenarios.hands import frame_name
from scenarios.loader import load
from scenarios.messages.view import Grip
from scenarios.session import Session
from scenarios.world import World
from tests.evtui.test_palette import offered
from tests.evtui.test_snapshots import app_on, run_to, settle

S = 1_000_000
SIZES = [(80, 24), (120, 36), (200, 60)]


def moving(world: World, kind: str = "") -> list[Event]:
    """The frames under way between different ends, the oldest first."""
    found = [event for event in hands.frames(world.cluster.bus) if event[3] != event[4]]
    return [event for event in found if not kind or frame_name(world, event)[2] == kind]


def come_to(session: Session, kind: str, source: str = "") -> Event:
    """Step until a message of that kind is under way."""
    run_to(session, 20 * S)
    while True:
        found = [e for e in moving(session.world, kind) if not source
                 or frame_name(session.world, e)[0] == source]  # fmt: skip
        if found:
            return found[-1]
        assert session.step()


def paused_on(kind: str, scenario: str = "leader-crash") -> EvtuiApp:
    """An app that stands while the newest message under way is one of that kind."""
    session = Session(load(scenario), 1)
    app = EvtuiApp(session, paused=True)
    come_to(session, kind)
    return app


def world_of(app: EvtuiApp) -> World:
    """The world that is seen now."""
    return app.timeline.session.world


def body(app: EvtuiApp) -> str:
    """What is seen."""
    return "\n".join(line.plain.rstrip() for line in app.screen.query_one(Body)._lines)


def keys(app: EvtuiApp) -> str:
    """The line below."""
    return str(app.screen.query_one("#panel-keys", Static).render())


def told(app: EvtuiApp) -> str:
    """The newest notice."""
    return str(list(app._notifications)[-1].message)


async def select(pilot: Pilot[int]) -> None:
    """Open the view, and select the newest message."""
    await pilot.press("m")
    await settle(pilot)
    await pilot.press("up")
    await settle(pilot)


async def is_replayed(app: EvtuiApp, pilot: Pilot[int], folder: Path) -> None:
    """Saved and run again it is the same run, event for event; also after some seconds more."""
    await pilot.press("escape")
    while len(app.screen_stack) > 1:
        await pilot.press("escape")
    app.folder = folder
    app.travel(app.timeline.time_us + 5 * S)
    await pilot.press("s")
    await settle(pilot)
    (saved,) = folder.glob("*.toml")
    assert main(["replay", str(saved)]) == 0


async def test_d_delivers_it_now(tmp_path: Path) -> None:
    """At this instant, before it was due; its target has it."""
    app = paused_on("Accepted")
    world = world_of(app)
    event, now_us = moving(world, "Accepted")[-1], world.now_us
    async with app.run_test(size=(120, 36)) as pilot:
        await select(pilot)
        assert keys(app).startswith(
            "d deliver  x drop  c copy  t later  b break  h hold link  H hold all"
        )
        await pilot.press("d")
        await settle(pilot)
        assert event[1] not in [it[1] for it in hands.frames(world.cluster.bus)]
        assert world.now_us == now_us < event[0]
        assert world.journal[-1].verb == "deliver_frame"
        leader = world.leader()
        assert leader is not None
        await is_replayed(app, pilot, tmp_path)


async def test_x_drops_it(tmp_path: Path) -> None:
    """It never arrives, is counted as lost, and the row says so."""
    app = paused_on("Accepted")
    world = world_of(app)
    lost, event = world.cluster.bus.lost, moving(world, "Accepted")[-1]
    async with app.run_test(size=(200, 36)) as pilot:
        await select(pilot)
        await pilot.press("x")
        await settle(pilot)
        assert event[1] not in [it[1] for it in hands.frames(world.cluster.bus)]
        assert world.cluster.bus.lost == lost + 1
        assert "✗ Accepted dropped by hand" in body(app)
        await is_replayed(app, pilot, tmp_path)


async def test_c_doubles_it(tmp_path: Path) -> None:
    """There are two of it; the second has a number of its own."""
    app = paused_on("Accepted")
    world = world_of(app)
    event = moving(world, "Accepted")[-1]
    async with app.run_test(size=(200, 36)) as pilot:
        await select(pilot)
        await pilot.press("c")
        await settle(pilot)
        twins = [it for it in moving(world, "Accepted") if it[3:] == event[3:]]
        assert len(twins) == 2
        assert twins[0][0] == twins[1][0]
        await is_replayed(app, pilot, tmp_path)


async def test_what_was_done_to_a_message_is_seen(tmp_path: Path) -> None:
    """Copies and damage: in a notice, in its row, in full, and in the keys that are left."""
    app = paused_on("Accepted")
    async with app.run_test(size=(200, 36)) as pilot:
        await select(pilot)
        before = body(app)
        await pilot.press("c")
        await settle(pilot)
        assert "doubled by hand" in told(app)
        await pilot.press("c", "b")
        await settle(pilot)
        assert "damaged by hand" in told(app)
        assert "✗ damaged, 3 copies: Accepted" in body(app)
        assert "copies: " not in before
        assert "b break" not in keys(app)
        assert "c copy" in keys(app)
        await pilot.press("enter")
        assert "a bit has flipped: whoever it comes to will drop it" in body(app)
        assert "3 of it are under way" in body(app)
        await pilot.press("escape", "z")
        await settle(pilot)
        assert told(app).startswith("Without: corrupt frame: Accepted CP")
        assert "✗ damaged" not in body(app)
        await is_replayed(app, pilot, tmp_path)


async def test_t_asks_how_much_later(tmp_path: Path) -> None:
    """What is no time is refused in the line; then it is due so much later."""
    app = paused_on("Accepted")
    world = world_of(app)
    event = moving(world, "Accepted")[-1]
    async with app.run_test(size=(120, 36)) as pilot:
        await select(pilot)
        await pilot.press("t", *"soon", "enter")
        assert 'found "soon"' in keys(app)
        app.screen.query_one(Input).value = ""
        await pilot.press(*"3s", "enter")
        await settle(pilot)
        after = next(it for it in moving(world) if it[1] == event[1])
        assert after[0] == event[0] + 3 * S
        assert world.journal[-1].args["extra_us"] == 3 * S
        assert not app.screen.query_one(Input).display
        await is_replayed(app, pilot, tmp_path)


async def test_b_damages_it(tmp_path: Path) -> None:
    """Whoever it comes to drops it; a second time is refused, as it might mend it."""
    app = paused_on("Accepted")
    world = world_of(app)
    event, damaged = moving(world, "Accepted")[-1], world.cluster.bus.damaged
    async with app.run_test(size=(200, 36)) as pilot:
        await select(pilot)
        await pilot.press("b", "b")
        await settle(pilot)
        assert "damaged already" in told(app)
        (after,) = [it for it in moving(world) if it[1] == event[1]]
        assert after[5] != event[5]
        await pilot.press("d")
        await settle(pilot)
        assert world.cluster.bus.damaged == damaged + 1
        assert "✗ Accepted dropped: damaged on its way" in body(app)
        await is_replayed(app, pilot, tmp_path)


async def test_h_holds_and_releases_the_link(tmp_path: Path) -> None:
    """One way; what is held is shown so, here and among the links, and goes on when released."""
    app = paused_on("Accepted")
    world = world_of(app)
    event = moving(world, "Accepted")[-1]
    async with app.run_test(size=(200, 36)) as pilot:
        await select(pilot)
        await pilot.press("h")
        await settle(pilot)
        assert event[1] in world.cluster.bus.held
        assert "‖ held: Accepted" in body(app)
        assert "free link" in keys(app)
        await pilot.press("enter")
        assert "held, for" in body(app)
        await pilot.press("t")
        await settle(pilot)
        await pilot.press(*"1s", "enter")
        await settle(pilot)
        assert "it is held" in told(app)
        await pilot.press("escape", "escape", "l")
        await settle(pilot)
        assert "1 held" in body(app)
        assert "‖ held" in body(app)
        await pilot.press("escape")
        app.travel(world.now_us + 10 * S)
        assert event[1] in world_of(app).cluster.bus.held
        await pilot.press("m", "g")
        app.screen.query_one(Input).value = f"{event[0] // S}s"
        await pilot.press("enter")
        panel = app.screen
        assert isinstance(panel, MessagesPanel)
        while not panel.arrows()[0] or not panel.arrows()[0][0].held:
            await pilot.press("down")
        await pilot.press("h")
        await settle(pilot)
        assert not world_of(app).cluster.bus.held
        assert world_of(app).journal[-1].verb == "release"
        await is_replayed(app, pilot, tmp_path)


async def test_capital_h_holds_the_whole_network(tmp_path: Path) -> None:
    """Also with nothing selected; a leader that nobody answers steps down; then all is released."""
    app = paused_on("Accepted")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("m", "H")
        await settle(pilot)
        bus = world_of(app).cluster.bus
        assert bus.weather.held
        assert all(link.held for _, _, link in bus.made())
        app.travel(app.timeline.time_us + 10 * S)
        assert world_of(app).leader() is None
        assert len(world_of(app).cluster.bus.held) > 20
        await pilot.press("H")
        await settle(pilot)
        assert not world_of(app).cluster.bus.held
        await is_replayed(app, pilot, tmp_path)


async def test_a_delivers_all_to_its_target(tmp_path: Path) -> None:
    """In the order in which they were sent, at this instant."""
    session = Session(load("leader-crash"), 1)
    app = EvtuiApp(session, paused=True)
    come_to(session, "Accepted")
    app.timeline.act("hold")
    run_to(session, session.time_us + 2 * S)
    world = session.world
    target = frame_name(world, list(world.cluster.bus.held.values())[-1])[1]
    number = world.nodes[target]
    assert len([e for e in moving(world) if e[3] == number]) > 1
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("m", "slash", *"all", "enter", "up")
        await settle(pilot)
        panel = app.screen
        assert isinstance(panel, MessagesPanel)
        for _ in range(200):
            arrows = panel.arrows()[0]
            if len(arrows) == 1 and arrows[0].held and arrows[0].target == number - 1:
                break
            await pilot.press("up")
        assert f"a all to {target}" in keys(app)
        now_us = world.now_us
        await pilot.press("a")
        await settle(pilot)
        assert not [e for e in moving(world) if e[3] == number]
        assert world.now_us == now_us
        assert world.journal[-1].line().endswith(f"deliver_all cp={target}")
        await is_replayed(app, pilot, tmp_path)


async def test_a_frame_of_an_ev_can_be_handled_too(tmp_path: Path) -> None:
    """Its cable can be held; many at once go to charge points only."""
    session = Session(load("ten-minutes"), 1)
    app = EvtuiApp(session, paused=True)
    run_to(session, 20 * S)
    while not any(frame_name(session.world, e)[0].startswith("EV") for e in moving(session.world)):
        session.step()
    world = session.world
    event = moving(world)[-1]
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("m", "slash", *"v2g all", "enter")
        await settle(pilot)
        await pilot.press("up", "h")
        await settle(pilot)
        assert event[1] in world.cluster.bus.held
        await pilot.press("d")
        await settle(pilot)
        assert not world.cluster.bus.held
        await is_replayed(app, pilot, tmp_path)


async def test_undo_takes_it_back() -> None:
    """The same run without it, from the view itself."""
    app = paused_on("Accepted")
    before = app.timeline.session.whole.digest()
    async with app.run_test(size=(120, 36)) as pilot:
        await select(pilot)
        await pilot.press("x")
        assert app.timeline.session.whole.digest() != before
        await pilot.press("z")
        await settle(pilot)
        assert app.timeline.session.whole.digest() == before
        await pilot.press("Z")
        assert app.timeline.session.world.journal[-1].verb == "drop_frame"


async def test_what_cannot_be_done_says_why() -> None:
    """Nothing selected, one of many, arrived, lost: a sentence each, and nothing is changed."""
    app = paused_on("Accept")
    world = world_of(app)
    digest = world.digest()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("m")
        await settle(pilot)
        await pilot.press("d")
        assert told(app) == "No message is selected: ↑ ↓ select one"
        await pilot.press("up", "x")
        assert told(app) == "5 of these are under way: Enter, then ← → show one of them"
        assert "5 of these are under way" in keys(app)
        await pilot.press("home", "down", "d")
        assert "Nothing can be done to it any more: delivered" in told(app)
        assert world.digest() == digest
        await pilot.press("end", "up", "enter", "right", "d")
        await settle(pilot)
        assert world.journal[-1].args["target"] == "CP2"


async def test_while_time_runs_it_stops_first() -> None:
    """Else the message would have arrived before anybody has looked."""
    app = paused_on("Accepted")
    async with app.run_test(size=(120, 36)) as pilot:
        await select(pilot)
        app.paused = False
        await pilot.press("x")
        await settle(pilot)
        assert app.paused


async def test_a_click_on_a_word_does_it() -> None:
    """In the line of keys."""
    app = paused_on("Accepted")
    world = world_of(app)
    event = moving(world, "Accepted")[-1]
    async with app.run_test(size=(120, 36)) as pilot:
        await select(pilot)
        at = keys(app).index("x drop")
        await pilot.click("#panel-keys", offset=(at + 2, 0))
        await settle(pilot)
        assert world.journal[-1].verb == "drop_frame"
        assert event[1] not in [it[1] for it in moving(world)]


async def test_the_palette_has_them_while_the_view_is_open() -> None:
    """By their titles; elsewhere there is nothing to lay hands on."""
    app = paused_on("Accepted")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("ctrl+p")
        assert not [it for it in await offered(app, pilot) if it.startswith("Message: ")]
        await pilot.press("escape")
        await select(pilot)
        await pilot.press("ctrl+p")
        found = await offered(app, pilot)
        assert found[: len(HANDS)] == [f"Message: {it.title} · {it.key}" for it in HANDS]
        await pilot.press(*"drop", "space", *"it")
        await pilot.pause(0.4)
        await pilot.press("enter")
        await pilot.pause(0.2)
        assert world_of(app).journal[-1].verb == "drop_frame"


async def test_in_a_city_it_is_of_the_site_that_is_open() -> None:
    """Holding all holds its links, and no others."""
    app = CityApp(CitySession(load("two-sites")), paused=True)
    run_to(app.controls, 30 * S)  # type: ignore[arg-type]
    async with app.run_test(size=(120, 36)) as pilot:
        app.take_picture()
        await pilot.press("enter", "m", "H")
        await settle(pilot)
        worlds = app.timeline.session.worlds()
        assert [world.cluster.bus.weather.held for world in worlds] == [True, False]
        await pilot.press("H")
        assert not any(world.cluster.bus.weather.held for world in worlds)


@pytest.mark.parametrize("hand", HANDS, ids=lambda it: it.id)
def test_every_hand_has_a_verb_or_a_reason(hand: drawn.Hand) -> None:
    """Whatever there is to lay hands on."""
    whole = Grip((("source", "CP1"),), "", (("a", "CP1"), ("b", "CP2")), target="CP2")
    assert drawn.order(hand.id, whole, 5).verb
    nothing = drawn.order(hand.id, Grip(why_not="it is forgotten"))
    assert bool(nothing.verb) == (hand.id == drawn.NETWORK)
    assert bool(nothing.why_not) != bool(nothing.verb)


def held_app(theme: str) -> EvtuiApp:
    """A network that was held while an election was on, at rest."""
    session = Session(load("leader-crash"), 1)
    app = app_on(session, theme)
    come_to(session, "Accept")
    app.timeline.act("hold")
    run_to(session, session.time_us + 3 * S)
    return app


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("theme", [DARK.name, LIGHT.name])
def test_panel(snap_compare: Callable[..., bool], size: tuple[int, int], theme: str) -> None:
    """Held messages, one of them selected, with what hands can do."""
    app = held_app(theme)

    async def open_it(pilot: Pilot[int]) -> None:
        await pilot.press("m")
        await settle(pilot)
        panel = app.screen
        assert isinstance(panel, MessagesPanel)
        await pilot.press("up", "up")
        await settle(pilot)

    assert snap_compare(app, terminal_size=size, run_before=open_it)


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
def test_one_in_full(snap_compare: Callable[..., bool], size: tuple[int, int]) -> None:
    """A held message decoded, and the keys for it."""
    app = held_app(DARK.name)

    async def open_it(pilot: Pilot[int]) -> None:
        await pilot.press("m")
        await settle(pilot)
        await pilot.press("up", "enter", "right")
        await settle(pilot)

    assert snap_compare(app, terminal_size=size, run_before=open_it)


def test_held_links(snap_compare: Callable[..., bool]) -> None:
    """The view of links says which are held, and how many."""
    app = held_app(DARK.name)

    async def open_it(pilot: Pilot[int]) -> None:
        app.take_picture()
        await pilot.press("l")
        await settle(pilot)

    assert snap_compare(app, terminal_size=(80, 24), run_before=open_it)


@pytest.mark.parametrize("kind", ["Accepted", "Accept"])
async def test_the_line_of_keys_fits_in_80_columns(kind: str) -> None:
    """To its end, which says how to leave."""
    app = paused_on(kind)
    async with app.run_test(size=(80, 24)) as pilot:
        await select(pilot)
        if kind == "Accept":
            await pilot.press("enter")
            await settle(pilot)
        assert keys(app).endswith("z undo  Esc")
        assert len(keys(app)) <= 78
