"""The ten-minute network, end to end: what happens, when, and that the energy adds up."""

import copy

import pytest

from fsm.energy.meter import UJ_PER_WH
from paxos.sim.kernel import Event
from scenarios.loader import load
from scenarios.session import Session
from scenarios.view import CellState, View, Window
from scenarios.world import World

MINUTE_US = 60_000_000


class PowerIntegral:
    """Integrates what each connector draws between events, apart from the meters."""

    def __init__(self) -> None:
        self.energy_uj: dict[int, int] = {}
        self._power_w: dict[int, int] = {}
        self._since_us = 0

    def __call__(self, world: World, event: Event) -> None:
        """Count what flowed since the last event, and note what flows from now on."""
        for number, power_w in self._power_w.items():
            self.energy_uj[number] = self.energy_uj.get(number, 0) + power_w * (
                event[0] - self._since_us
            )
        self._since_us = event[0]
        self._power_w = {n: c.power_w for n, c in world.connectors.items()}


@pytest.fixture(scope="module")
def integral() -> PowerIntegral:
    """The integral of the power of the run below."""
    return PowerIntegral()


@pytest.fixture(scope="module")
def session(integral: PowerIntegral) -> Session:
    """The scenario, run to its end with seed 7."""
    session = Session(load("ten-minutes"), 7, listener=integral)
    while not session.finished:
        session.run(session.scenario.duration_us, 100_000)
    return session


@pytest.fixture(scope="module")
def view(session: Session) -> View:
    """The end of the run, with the whole log and event log."""
    return session.view(Window(log_first=1, log_rows=100_000, event_first=0, event_rows=100_000))


def test_every_expectation_of_the_file_holds(session: Session) -> None:
    """The scenario says itself what must come of it."""
    failed = [f"{o.text}: {o.found}" for o in session.outcomes if not o.held]
    assert failed == []
    assert len(session.outcomes) == len(session.scenario.expectations) > 10


def test_three_sessions_begin_and_end_when_the_script_says(view: View) -> None:
    """Minutes 1, 2 and 4 to minutes 8, 9 and 9, each within 15 seconds."""
    times = {s.ev: (s.start_us, s.stop_us or 0) for s in view.sessions}
    assert sorted(times) == ["EV1", "EV2", "EV3"]
    for ev, start, stop in (("EV1", 1, 8), ("EV2", 2, 9), ("EV3", 4, 9)):
        assert 0 <= times[ev][0] - start * MINUTE_US <= 15_000_000
        assert 0 <= times[ev][1] - stop * MINUTE_US <= 15_000_000


def test_energies_are_the_integral_of_the_power(
    session: Session, view: View, integral: PowerIntegral
) -> None:
    """Meter, battery and the bill in the log agree with an integral taken from outside."""
    cars = {car.ev.id: car for car in session.world.cars.values()}
    for found in view.sessions:
        measured_wh = integral.energy_uj[session.world.nodes[found.cp]] / UJ_PER_WH
        assert measured_wh > 500
        assert cars[found.ev].taken_uj / UJ_PER_WH == pytest.approx(measured_wh, rel=1e-9)
        assert found.energy_wh == pytest.approx(measured_wh, rel=0.01)


def test_power_stays_within_the_sites_capacity(session: Session) -> None:
    """Without faults, sharing keeps the network below its connection's capacity."""
    fresh = Session(session.scenario, 7)
    peak_w = 0
    while fresh.step():
        peak_w = max(peak_w, fresh.world.power_w)
    assert session.scenario.site.capacity_w * 0.9 < peak_w <= session.scenario.site.capacity_w


def test_all_replicas_have_one_log_and_one_state(view: View) -> None:
    """Every CP has applied every slot, to the same state."""
    assert len({cp.state_digest for cp in view.cps}) == 1
    assert {cp.applied_slot for cp in view.cps} == {view.log_last}
    assert all(cell.state is CellState.APPLIED for row in view.log for cell in row.cells)
    assert view.violation == ""
    assert view.checks > 10_000


def test_the_log_reads_as_ocpp(view: View) -> None:
    """Boot, authorise, start, meter, stop: each CP's calls are in the log."""
    commands = [row.command for row in view.log]
    for cp in ("CP1", "CP2", "CP3", "CP4", "CP5"):
        assert sum(c.startswith(f"{cp} BootNotification") for c in commands) == 1
    for action in ("Authorize", "StartTransaction", "StopTransaction"):
        assert sum(f" {action} " in command for command in commands) == 3
    assert sum(" MeterValues " in command for command in commands) > 60


def test_a_world_copied_in_mid_run_goes_on_to_the_same_end() -> None:
    """A checkpoint is a copy of the world: both go on to the same trace."""
    session = Session(load("ten-minutes"), 3)
    session.run(5 * MINUTE_US, 1_000_000)
    twin = copy.deepcopy(session)
    for each in (session, twin):
        each.run(each.scenario.duration_us, 1_000_000)
    assert session.world is not twin.world
    assert session.world.cluster.trace.digest() == twin.world.cluster.trace.digest()
    assert session.world.cluster.trace.events == twin.world.cluster.trace.events


def test_people_read_names_and_verdicts_first(view: View) -> None:
    """The event log speaks of charge points, never of node numbers; a verdict comes first."""
    texts = [row.text for row in view.event_rows]
    elected = next(row for row in view.event_rows if row.text.startswith("leader: "))
    ballot = f"1.{elected.subject}"
    assert elected.text == f"leader: a quorum promised ballot {ballot}; 0 slots to propose again"
    assert not [text for text in texts if "node " in text]
    judged = [row.text for row in view.event_rows if row.subject == "expectation"]
    assert all(text.startswith("held: ") for text in judged)
