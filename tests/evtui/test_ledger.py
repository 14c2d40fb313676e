"""The view of the ledger: sums with their marks, lists that scroll, at every width."""

from collections.abc import Callable

import attrs
import pytest

from evtui.app import EvtuiApp
from evtui.palette import Actions
from evtui.render import ledger
from evtui.render.ledger import Place
from evtui.screens.ledger import LedgerPanel
from evtui.screens.panels import Body
from evtui.themes import DARK, LIGHT
from scenarios.loader import load
from scenarios.session import Session
from scenarios.tables_view import AccountView, BillView, EntryView, LedgerView, SumView
from scenarios.view import View, Window
from tests.evtui import sample
from tests.evtui.conftest import session_at
from tests.evtui.test_snapshots import Pinned, app_on, run_to, settle

S = 1_000_000
MOTION = ("‖ paused", "")

SUMS = (
    SumView("money is conserved", "bank", 5_000, "accounts", 5_000, "cents"),
    SumView("tokens are conserved", "minted", 1_176, "drivers", 1_176, "tokens"),
)
LEDGER = LedgerView(
    applied=218,
    accounts=(
        AccountView("tag:EV1", "driver", "EV1", 4_974, 588, 25, 5_000),
        AccountView("cp:CP1", "charge point", "", 26, 0, 0, 0),
        AccountView("bank", "outside, for money", "", -5_000, 0, 0, 0),
    ),
    bills=(
        BillView(3, "CP1", "EV1", "running", 310, 14, 12, None, None),
        BillView(2, "CP2", "EV2", "open", 550, 25, 0, 210 * S, None),
        BillView(1, "CP1", "EV1", "paid", 590, 26, 588, 300 * S, 301 * S),
    ),
    entries=(
        EntryView(3, 301 * S, "bill", 1, "tag:EV1", "cp:CP1", 26, 0),
        EntryView(2, 300 * S, "tokens", 1, "mint", "tag:EV1", 0, 588),
        EntryView(1, 0, "opening", 0, "bank", "tag:EV1", 5_000, 0),
    ),
    account_total=3, bill_total=3, entry_total=3, running=1, open=1, paid=1, sums=SUMS,
)  # fmt: skip


def drawn(place: Place = Place(), width: int = 80, **changes: object) -> list[str]:  # noqa: B008
    """The texts of the page, each as wide as the panel."""
    view = sample.view(ledger=attrs.evolve(LEDGER, **changes))
    lines = ledger.page(view, place, (width, 22), MOTION)
    assert {line.width for line in lines if line.spans} == {width}
    assert len(lines) <= 22
    return [line.plain for line in lines]


def test_sums_that_agree_have_a_check_mark() -> None:
    """And both figures with their units."""
    text = drawn()
    assert "✓ all sums agree" in text[0]
    assert text[1].startswith(" ✓ money is conserved ")
    assert "bank 50.00 € = accounts 50.00 €" in text[1]
    assert "minted 1,176 = drivers 1,176" in text[2]


def test_one_that_does_not_is_told_by_sign_and_word() -> None:
    """No information by colour alone."""
    wrong = attrs.evolve(SUMS[0], right=4_999)
    text = drawn(sums=(wrong, SUMS[1]))
    assert "✗ a sum does not agree" in text[0]
    assert text[1].startswith(" ✗ money is conserved ")
    assert "50.00 € ≠ accounts 49.99 €" in text[1]
    assert text[2].startswith(" ✓")


def test_accounts_tell_money_debts_and_tokens() -> None:
    """A driver's with the EV."""
    row = next(line for line in drawn() if line.startswith(" tag:EV1"))
    assert row.split() == ["tag:EV1", "49.74", "0.25", "588", "driver", "EV1"]


def test_bills_tell_their_state_by_a_word() -> None:
    """And since when: closed, or paid."""
    rows = [line.split() for line in drawn(Place(chosen=1))[-3:]]
    assert rows[0][1:5] == ["CP1", "EV1", "▶", "running"]
    assert rows[0][-1] == "–"
    assert rows[1][3:5] == ["○", "open"]
    assert rows[1][-1] == "03:30"
    assert rows[2][3:] == ["✓", "paid", "0.59", "0.26", "588", "05:01"]


def test_entries_tell_what_went_where() -> None:
    """Money or tokens."""
    rows = drawn(Place(chosen=2))[-3:]
    assert rows[0].split() == ["3", "05:01", "bill", "1", "0.26", "€", "tag:EV1", "→", "cp:CP1"]
    assert rows[1].split() == ["2", "05:00", "tokens", "1", "588", "tokens", "mint", "→", "tag:EV1"]
    assert rows[2].split() == ["1", "00:00", "opening", "50.00", "€", "bank", "→", "tag:EV1"]


@pytest.mark.parametrize("width", [196, 200, 240])
def test_where_there_is_room_all_lists_are_seen(width: int) -> None:
    """Side by side, whichever is chosen."""
    for chosen in range(3):
        text = drawn(Place(chosen=chosen), width)
        row = next(line for line in text if line.startswith(" tag:EV1"))
        assert "▶ running" in row
        assert "tag:EV1 → cp:CP1" in row
        assert sum(line.count("▌") for line in text) == 1


@pytest.mark.parametrize("width", [40, 80, 120, 195])
def test_where_there_is_not_one_of_them_is(width: int) -> None:
    """With the others' names and lengths above."""
    text = "\n".join(drawn(width=width))
    assert "tag:EV1" in text
    assert "→ cp:CP1" not in text


def parked(seconds: int = 480) -> Session:
    """A run with tokens and four bills."""
    session = Session(load("flexibility-tokens"), 1)
    run_to(session, seconds * S)
    return session


def shown(app: EvtuiApp) -> str:
    """The text of the panel."""
    return "\n".join(line.plain for line in app.screen.query_one(Body)._lines)


async def test_a_opens_it_and_the_lists_scroll() -> None:
    """The rows are asked for as they are needed, and are those of the world."""
    app = EvtuiApp(parked(), paused=True)
    async with app.run_test(size=(80, 15)) as pilot:
        await pilot.press("a")
        await pilot.pause()
        assert isinstance(app.screen, LedgerPanel)
        assert "✓ all sums agree" in shown(app)
        assert "tag:EV1" in shown(app)
        await pilot.press("left")
        assert "10    07:00  bill" in shown(app)
        await pilot.press("end")
        await pilot.pause()
        assert "bank → tag:EV1" in shown(app)
        assert "10    07:00" not in shown(app)
        await pilot.press("pageup", "pageup", "pageup", "up", "down", "home")
        await pilot.pause()
        assert "10    07:00  bill" in shown(app)
        await pilot.press("right", "right", "end")
        await pilot.pause()
        assert app.screen.place.first[1] == 1
        await pilot.press("a")
        assert len(app.screen_stack) == 1


async def test_it_is_live() -> None:
    """What is paid while it is open is seen in it."""
    app = EvtuiApp(parked(60), paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("a")
        await pilot.pause()
        assert "0 paid" in shown(app)
        app.controls.run(480 * S, 10**7)
        app.take_picture()
        await pilot.pause()
        assert "0 running, 0 open, 4 paid" in shown(app)


async def test_looking_at_it_changes_nothing() -> None:
    """The run with the view open has the digest of the run without."""
    app, alone = EvtuiApp(parked(60), paused=True), parked(60)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("a", "right", "down")
        session = app.timeline.session
        for _ in range(5):
            await pilot.press("full_stop")
            alone.step()
        assert session.world.cluster.trace.digest() == alone.world.cluster.trace.digest()


async def test_the_palette_knows_it() -> None:
    """By its name."""
    app = EvtuiApp(session_at(0), paused=True)
    async with app.run_test() as pilot:
        await pilot.pause()
        assert "Ledger · a" in [text for text, _, _ in Actions(app.screen)._actions()]


class Steady(Pinned):
    """A run whose ledger does not hang on how many commands the protocol needed."""

    def view(self, window: Window = Window()) -> View:  # noqa: B008 (frozen)
        """The view, with whole seconds and a pinned count."""
        seen = super().view(window)
        if seen.ledger is None:
            return seen
        entries = tuple(attrs.evolve(it, at_us=it.at_us // S * S) for it in seen.ledger.entries)
        return attrs.evolve(seen, ledger=attrs.evolve(seen.ledger, applied=218, entries=entries))


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)], ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("theme", [DARK.name, LIGHT.name])
def test_panel(snap_compare: Callable[..., bool], size: tuple[int, int], theme: str) -> None:
    """Open and paid bills; the list of bills is chosen."""
    session = Steady(load("empty-account"), 1)
    run_to(session, 350 * S)
    app = app_on(session, theme)
    press = ["a", "right"]
    assert snap_compare(app, press=press, terminal_size=size, run_before=settle)
