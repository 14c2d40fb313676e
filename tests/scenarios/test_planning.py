"""Promises of energy in whole runs: kept without faults, explained with them, at every instant."""

from random import Random

import pytest
from attrs import evolve

from scenarios.campaign import campaign
from scenarios.errors import ScenarioError
from scenarios.kept import BROKEN, KEPT, OPEN
from scenarios.loader import load, loads
from scenarios.schema import At, ChargePoint, Plans, Scenario, Site, Vehicle
from scenarios.session import Session

S = 1_000_000
MINUTE = 60 * S

PLANNED = (
    "commuter-morning",
    "late-departure-change",
    "leader-crash-before-turn",
    "partition-during-plan",
)


def run(scenario: Scenario, seed: int = 1) -> Session:
    """A run to its end."""
    session = Session(scenario, seed)
    while not session.finished:
        session.run(scenario.duration_us, 1_000_000)
    return session


def random_day(seed: int, algorithm: str = "flow") -> Scenario:
    """Eight drivers at a site for two, an hour in steps of a minute; some ask for too much."""
    random = Random(seed)
    cps = tuple(ChargePoint(id=f"CP{n}") for n in range(1, 9))
    evs, script = [], []
    for n in range(1, 9):
        comes_us = random.randrange(MINUTE, 30 * MINUTE)
        stays_us = random.randrange(8 * MINUTE, 28 * MINUTE)
        soc_ppm = random.randrange(200_000, 700_000)
        wants_ppm = random.randrange(5_000, 90_000)
        evs.append(
            Vehicle(
                id=f"EV{n}",
                battery_wh=40_000,
                soc_ppm=soc_ppm,
                target_ppm=soc_ppm + wants_ppm,
                departs_us=comes_us + stays_us if n < 8 else 0,
                smart=n != 7,
            )
        )
        script.append(At(t_us=comes_us, verb="plug_in", args={"ev": f"EV{n}", "cp": f"CP{n}"}))
    return Scenario(
        name="day",
        duration_us=62 * MINUTE,
        site=Site(capacity_w=22_000),
        cps=cps,
        evs=tuple(evs),
        plans=Plans(step_us=MINUTE, algorithm=algorithm),
        script=tuple(sorted(script, key=lambda line: line.t_us)),
    )


def fates(session: Session) -> list[str]:
    """What became of all promises."""
    return [promise.status for promise in session.world.kept.promises]


@pytest.mark.parametrize("seed", range(4))
def test_without_faults_every_promise_is_kept(seed: int) -> None:
    """Of some drivers more is asked than there is: those are refused, and nobody is let down."""
    session = run(random_day(seed))
    assert session.world.violation is None
    assert fates(session)
    assert set(fates(session)) == {KEPT}


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(4, 200))
def test_without_faults_every_promise_is_kept_on_many_days(seed: int) -> None:
    """The same over 200 days."""
    test_without_faults_every_promise_is_kept(seed)


def test_some_days_have_more_wishes_than_power() -> None:
    """Else the tests above would say nothing."""
    refused = 0
    for seed in range(4):
        plan = run(random_day(seed)).view().plan
        assert plan is not None
        refused += sum(request.status == "refused" for request in plan.requests)
    assert refused >= 4


def test_another_algorithm_may_break_promises_and_is_not_accused() -> None:
    """First come, first served lets drivers down who were admitted by the flow."""
    broken = 0
    for seed in range(4):
        session = run(random_day(seed, "fcfs"))
        assert session.world.violation is None
        broken += fates(session).count(BROKEN)
    assert broken


@pytest.mark.parametrize("name", PLANNED)
def test_a_random_fault_breaks_no_promise_without_a_cause(name: str) -> None:
    """E1 and all other invariants, under faults of all kinds."""
    for finding in campaign(load(name), range(2)):
        assert finding.problems == ()


@pytest.mark.soak
@pytest.mark.parametrize("name", PLANNED)
def test_many_random_faults_break_no_promise_without_a_cause(name: str) -> None:
    """200 seeds."""
    for finding in campaign(load(name), range(200), jobs=2):
        assert (finding.seed, finding.problems) == (finding.seed, ())


def test_a_promise_that_is_broken_without_a_cause_is_seen() -> None:
    """E1 is able to fail: an EV that takes nothing, and no fault to blame."""
    scenario = load("late-departure-change")
    session = Session(scenario, 1)
    session.run(3 * MINUTE, 10**9)
    car = session.world.cars["EV1"]
    car.ev.battery.energy_uj, car.ev.max_w = 0, 1
    car.ev.battery.charge = lambda energy_uj: 0  # type: ignore[method-assign]
    for promise in session.world.kept.promises:
        promise.promised_wh += 10_000
    while not session.finished:
        session.run(scenario.duration_us, 1_000_000)
    assert session.world.violation is not None
    assert session.world.violation.name == "E1"


def test_who_has_a_fault_to_blame_is_named_with_it() -> None:
    """A charge point that is down until the departure: broken, with the cause."""
    scenario = load("late-departure-change")
    at = At(t_us=2 * MINUTE, verb="crash", args={"cp": "CP1"})
    back = At(t_us=11 * MINUTE, verb="restart", args={"cp": "CP1"})
    script = sorted((*scenario.script, at, back), key=lambda line: line.t_us)
    session = run(evolve(scenario, script=tuple(script), expectations=()))
    assert session.world.violation is None
    plan = session.view().plan
    assert plan is not None
    first = plan.requests[0]
    assert (first.ev, first.promise) == ("EV1", BROKEN)
    assert "crash CP1" in first.causes
    assert "CP1 is crashed" in first.causes


def test_an_hour_off_does_not_matter() -> None:
    """The clock of who leads, and that of a charge point whose EV asks."""
    scenario = load("late-departure-change")
    lines = [
        At(t_us=30 * S, verb="clock_offset", args={"cp": "leader", "offset_us": 3_600 * S}),
        At(t_us=40 * S, verb="clock_offset", args={"cp": "CP1", "offset_us": -20 * S}),
    ]
    script = sorted((*lines, *scenario.script), key=lambda line: line.t_us)
    session = run(evolve(scenario, script=tuple(script)))
    assert session.world.violation is None
    promises = {promise.ev: promise for promise in session.world.kept.promises}
    assert promises["EV1"].status == KEPT
    assert abs(promises["EV1"].departure_us - 10 * MINUTE) < 2 * S


def test_six_amperes_at_every_instant_and_each_steps_energy_within_a_hundredth() -> None:
    """Three EVs at a site for one of them at 6 A, in quarters of an hour: they take turns."""
    quarter = 15 * MINUTE
    evs = tuple(
        Vehicle(id=f"EV{n}", battery_wh=40_000, soc_ppm=300_000, target_ppm=450_000,
                departs_us=6 * quarter)
        for n in (1, 2, 3)
    )  # fmt: skip
    scenario = Scenario(
        name="turns",
        duration_us=5 * quarter,
        site=Site(capacity_w=4_140),
        cps=tuple(ChargePoint(id=f"CP{n}") for n in (1, 2, 3)),
        evs=tuple(evolve(ev, target_ppm=ev.soc_ppm + 34_500) for ev in evs),
        plans=Plans(step_us=quarter),
        script=tuple(
            At(t_us=n * MINUTE, verb="plug_in", args={"ev": f"EV{n}", "cp": f"CP{n}"})
            for n in (1, 2, 3)
        ),
    )
    session = Session(scenario, 1)
    world = session.world
    before = {}
    for step in range(1, 5):
        # A second into the step: the turn is taken, and limits have moved.
        while world.now_us < step * quarter and world.step(step * quarter) is not None:
            assert all(c.power_w == 0 or c.power_w >= 4_140 for c in world.connectors.values())
        world.advance(step * quarter) if world.now_us < step * quarter else None
        for connector in world.connectors.values():
            connector.settle(world.now_us)
        now = {n: c.meter.energy_uj for n, c in world.connectors.items()}
        if step >= 3:
            delivered = sum(now[n] - before[n] for n in now) / 3.6e9
            assert delivered == pytest.approx(4_140 / 4, rel=0.01)
            for n in now:
                share = (now[n] - before[n]) / 3.6e9
                assert share == pytest.approx(world_plan_wh(world, n, step - 1), abs=10.35)
        before = now
    assert world.violation is None


def world_plan_wh(world: object, number: int, step: int) -> float:
    """What the plan in force had for a charge point in a step, in Wh."""
    view = world.kept  # type: ignore[attr-defined]
    promise = next(p for p in view.promises if p.number == number)
    node = world.node(1)  # type: ignore[attr-defined]
    from fsm.network.targets import unpack

    record = node.network.state.energy_plans[1]
    content = unpack(record.content)
    row = content.plan.row(str(promise.transaction))
    return row.at(step - record.step) / 3_600


HEAD = 'duration = "10m"\n[planning]\nstep = "30s"\n[[cp]]\nid = "CP1"\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEAD.replace('"30s"', '"1.5s"'), 'planning.step: found "1500ms"; allowed whole seconds'),
        (HEAD.replace('"30s"', '"0s"'), "planning.step"),
        (HEAD + '[[ev]]\nid = "EV1"\ndeparts = "1m"\n[[at]]\nt = "2m"\ndo = "plug_in"\n'
         'ev = "EV1"\ncp = "CP1"\n', "later than 2m, when it is plugged in"),
        (HEAD.replace('step = "30s"', 'algorithm = "magic"'), "flow"),
        (HEAD + '[site]\ncapacity = "-5kW"\n', "site.capacity"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(text: str, words: str) -> None:
    """With file, line, field, found and allowed."""
    with pytest.raises(ScenarioError) as error:
        loads(text, "plan.toml")
    assert words in str(error.value)
    assert "plan.toml:" in str(error.value)


def test_an_open_promise_is_seen_in_the_view() -> None:
    """With what the plan has for it."""
    session = Session(load("commuter-morning"), 1)
    session.run(20 * MINUTE, 10**9)
    plan = session.view().plan
    assert plan is not None
    assert plan.number
    first = plan.requests[0]
    assert (first.ev, first.cp, first.promise) == ("EV1", "CP1", OPEN)
    assert first.planned
    assert first.target_w is not None
