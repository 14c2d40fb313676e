"""Pictures of the app on a real run, at fixed sizes, looked at by a person before they are kept.

Time is driven by explicit steps while the app is paused, so nothing depends on a wall clock. The
script decides who leads, and what still changes with every change of the protocol (counters,
digests, message times) is pinned: a picture shall differ only when the drawing does.
"""

from collections.abc import Callable
from typing import Any

import attrs
import pytest
from textual.pilot import Pilot

from evtui.app import EvtuiApp
from evtui.screens.network import NetworkScreen
from evtui.themes import DARK, LIGHT
from evtui.widgets.panes import Banner, Header
from paxos.acceptor import Acceptor
from paxos.records import Recovered
from scenarios.loader import load
from scenarios.session import Session
from scenarios.view import CellState, CpView, EventRow, EvView, LogRow, View, Window
from tests.evtui.conftest import MINUTE_US

Compare = Callable[..., bool]
SECOND_US = 1_000_000
LAST_SLOT = 120


class Pinned(Session):
    """A real run whose view has fixed values where the protocol's inner workings show."""

    def view(self, window: Window = Window()) -> View:  # noqa: B008 (frozen)
        """The view, pinned."""
        seen = super().view(attrs.evolve(window, event_first=0, event_rows=10_000))
        shift = LAST_SLOT - seen.log_last
        digests = list(dict.fromkeys(cp.state_digest for cp in seen.cps if cp.state_digest))
        rows: list[EventRow] = []
        for row in seen.event_rows:
            if told(row):
                rows.append(pinned_event(row, rows[-1].time_us if rows else 0))
        first = max(len(rows) - window.event_rows, 0)
        return attrs.evolve(
            seen,
            seed=7,
            checks=1_234_567,
            events=23_456,
            messages=7_890,
            cps=tuple(pinned_cp(cp, shift, digests) for cp in seen.cps),
            evs=tuple(pinned_ev(ev) for ev in seen.evs),
            sessions=tuple(attrs.evolve(s, start_us=whole(s.start_us)) for s in seen.sessions),
            log_last=LAST_SLOT,
            log=tuple(pinned_row(row, shift, seen) for row in seen.log),
            event_total=len(rows),
            event_first=first,
            event_rows=tuple(rows[first:]),
        )


def told(row: EventRow) -> bool:
    """Who tried to lead and did not, differs from run to run."""
    return row.severity != "consensus" or row.text.startswith("leader")


def whole(time_us: int) -> int:
    """Whole seconds."""
    return time_us // SECOND_US * SECOND_US


def pinned_event(row: EventRow, before_us: int) -> EventRow:
    """Whole seconds, an election after two of them, and no counts."""
    time_us = before_us + 2 * SECOND_US if row.severity == "consensus" else whole(row.time_us)
    text = row.text
    if row.severity == "violation" and row.subject == "expectation":
        text = "failed, found another thing: " + text.rpartition(": ")[2]
    elif row.severity not in {"info", "violation"}:
        text = text.partition(";")[0]
    return attrs.evolve(row, time_us=time_us, text=text)


def pinned_ev(ev: EvView) -> EvView:
    """Energy in tens of Wh."""
    return attrs.evolve(ev, energy_wh=ev.energy_wh // 10 * 10)


def pinned_cp(cp: CpView, shift: int, digests: list[str]) -> CpView:
    """Slots counted from the end of the log; equal digests stay equal."""
    digest = cp.state_digest and f"{digests.index(cp.state_digest) + 1:08x}" * 2
    crashed = cp.status == "crashed"
    return attrs.evolve(
        cp,
        ev=cp.ev and pinned_ev(cp.ev),
        energy_wh=cp.energy_wh // 10 * 10,
        promised="1.CP1" if crashed else cp.promised,
        accepted="1.CP1" if crashed else cp.promised,
        commit_slot=LAST_SLOT - 9 if crashed else cp.commit_slot + shift,
        applied_slot=0 if crashed else cp.applied_slot + shift,
        state_digest=digest,
        cost_cents=None if cp.cost_cents is None else cp.cost_cents // 5 * 5,
        flex_tokens=cp.flex_tokens // 50 * 50,
    )


def pinned_row(row: LogRow, shift: int, view: View) -> LogRow:
    """The newest slots are on their way, and the disk of the crashed CP ends before them.

    Heartbeats come in the order of the CPs.
    """
    slot = row.slot + shift
    behind = LAST_SLOT - slot
    cells = []
    for cell, cp in zip(row.cells, view.cps, strict=True):
        state, ballot = CellState.APPLIED, view.ballot if behind < 7 else "1.CP1"
        if behind == 0:
            state = CellState.ACCEPTED if cp.role == "leader" else CellState.EMPTY
        elif behind == 1:
            state = CellState.CHOSEN if cp.role == "leader" else CellState.ACCEPTED
        if cp.status == "crashed" and behind < 9:
            state = CellState.ACCEPTED if behind >= 7 else CellState.EMPTY
        cells.append(attrs.evolve(cell, state=state, ballot=ballot if state else ""))
    beat = row.command.endswith("Heartbeat")
    command = f"{view.cps[slot % len(view.cps)].id} Heartbeat" if beat else row.command
    return LogRow(slot, command, tuple(cells))


def run_to(session: Session, time_us: int) -> None:
    """Let time pass."""
    while not session.run(time_us, 100_000):
        pass


def elect(session: Session, hub: str, time_us: int) -> None:
    """Only one CP can win while nobody else can talk to a quorum."""
    alive = [cp.id for cp in session.view().cps if cp.status == "alive" and cp.id != hub]
    for n, a in enumerate(alive):
        for b in alive[n + 1 :]:
            session.act("cut", a=a, b=b)
    run_to(session, time_us)
    session.act("heal")
    assert session.view().leader == hub


def troubled(seed: int = 7) -> Session:
    """Five minutes in: a crash of the leader, a one-way cut and a pause."""
    session = Pinned(load("ten-minutes"), seed)
    elect(session, "CP1", 15 * SECOND_US)
    run_to(session, 303 * SECOND_US)
    session.act("crash", cp="CP1")
    elect(session, "CP2", 308 * SECOND_US)
    session.act("cut_oneway", a="CP3", b="CP4")
    session.act("pause", cp="CP5")
    run_to(session, 308 * SECOND_US + 500_000)
    return session


def test_pictures_do_not_hang_on_the_protocol() -> None:
    """Another seed means other message times, delays and votes, and the same picture."""
    window = Window(log_rows=20)
    views = [troubled(seed).view(window) for seed in (7, 8, 21)]
    assert views[0] == views[1] == views[2]


def app_on(session: Session, theme: str = DARK.name) -> EvtuiApp:
    """A paused app."""
    app = EvtuiApp(session, paused=True)
    app.theme = theme
    return app


async def settle(pilot: Pilot[Any]) -> None:
    """Let resizes and the windows they ask for come through."""
    for _ in range(3):
        await pilot.pause()


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)], ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("theme", [DARK.name, LIGHT.name])
def test_network(snap_compare: Compare, size: tuple[int, int], theme: str) -> None:
    """The network after a crash, with links cut and a CP paused."""
    app = app_on(troubled(), theme)
    assert snap_compare(app, terminal_size=size, run_before=settle)


def test_no_color(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every state can still be told."""
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(app_on(troubled()), terminal_size=(80, 24), run_before=settle)


def test_ansi(snap_compare: Compare) -> None:
    """With the terminal's own colours."""
    app = app_on(troubled(), "ansi-dark")
    assert snap_compare(app, terminal_size=(80, 24), run_before=settle)


@pytest.mark.parametrize(
    "key", ["question_mark", "p", "x", "v"], ids=["help", "partition", "link", "membership"]
)
def test_panels(snap_compare: Compare, key: str) -> None:
    """Help, partition picker, link chooser and membership picker at 80×24."""
    app = app_on(troubled())
    assert snap_compare(app, press=[key], terminal_size=(80, 24), run_before=settle)


def forgetful(monkeypatch: pytest.MonkeyPatch) -> Session:
    """A run that breaks: a CP comes back from a crash without the last ballot it promised."""
    begin = Acceptor.__init__

    def forget(self: Acceptor, recovered: Recovered) -> None:
        begin(self, recovered)
        if self.accepted:
            self.promised = min(entry.ballot for entry in self.accepted.values())

    session = troubled()
    session.act("crash", cp="CP3")
    monkeypatch.setattr(Acceptor, "__init__", forget)
    session.act("restart", cp="CP3")
    return session


async def test_a_violation_is_told_in_its_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """The banner shows the sentence of the invariant that broke, and the header says so."""
    session = forgetful(monkeypatch)
    sentence = str(session.world.violation)
    assert sentence.startswith("A1 (a promise never falls, not even over a restart): CP3 came back")
    app = app_on(session)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert isinstance(app.screen, NetworkScreen)
        banner = " ".join(line.plain for line in app.screen.query_one(Banner)._lines)
        assert sentence in " ".join(banner.split())
        assert "✗ invariant violated" in app.screen.query_one(Header)._lines[1].plain
        await pilot.press("q")
    assert app.return_value == 1


def test_violation(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    """The violated invariant's sentence stands out, whole."""
    app = app_on(forgetful(monkeypatch))
    assert snap_compare(app, terminal_size=(80, 24), run_before=settle)


@pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=lambda s: f"{s[0]}x{s[1]}")
def test_the_end(snap_compare: Compare, size: tuple[int, int]) -> None:
    """After the end the footer offers what still works."""
    session = troubled()
    run_to(session, 10 * MINUTE_US)
    assert snap_compare(app_on(session), terminal_size=size, run_before=settle)
