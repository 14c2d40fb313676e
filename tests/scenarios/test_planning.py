"""Promises of energy in whole runs: kept without faults, explained with them, at every instant."""

from random import Random

import pytest
from attrs import evolve

from fsm.network.demand import ONLY
from fsm.network.targets import at_step, unpack
from scenarios.campaign import run_seed
from scenarios.errors import ScenarioError
from scenarios.loader import load, loads
from scenarios.promised import BROKEN, KEPT, OPEN
from scenarios.schema import At, ChargePoint, Plans, Scenario, Site, Vehicle
from scenarios.session import Session
from tests.soaking import early, without

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
    """Eight drivers at a site for two, an hour in steps of a minute; some ask for too much.

    Among them are EVs of a single phase, of which the least limit is more than they take, and some
    that are nearly full, so that they take less and less.
    """
    random = Random(seed)
    cps = tuple(ChargePoint(id=f"CP{n}") for n in range(1, 9))
    evs, script = [], []
    for n in range(1, 9):
        comes_us = random.randrange(MINUTE, 30 * MINUTE)
        stays_us = random.randrange(8 * MINUTE, 28 * MINUTE)
        full = random.random() < 0.2
        soc_ppm = random.randrange(850_000, 950_000) if full else random.randrange(200_000, 700_000)
        wants_ppm = random.randrange(5_000, 50_000 if full else 90_000)
        evs.append(
            Vehicle(
                id=f"EV{n}",
                battery_wh=40_000,
                soc_ppm=soc_ppm,
                target_ppm=soc_ppm + wants_ppm,
                max_w=random.choice((11_000, 11_000, 7_360, 3_680)),
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


@pytest.mark.parametrize("seed", early(2, range(200)))
def test_without_faults_every_promise_is_kept(seed: int) -> None:
    """Of some drivers more is asked than there is: those are refused, and nobody is let down."""
    session = run(random_day(seed))
    plan = session.view().plan
    assert plan is not None
    if seed < 2:
        assert sum(request.status == "refused" for request in plan.requests) == 3
    assert session.world.violation is None
    assert fates(session)
    assert set(fates(session)) == {KEPT}


@pytest.mark.parametrize(
    ("soc_ppm", "target_ppm", "max_w", "step_us"),
    early(2, [(970_000, 972_000, 11_000, MINUTE), (500_000, 517_000, 3_680, MINUTE),
              (900_000, 950_000, 11_000, 15 * MINUTE), (980_000, 1_000_000, 11_000, 15 * MINUTE)]),
)  # fmt: skip
def test_who_takes_less_than_the_least_limit_gets_what_was_promised(
    soc_ppm: int, target_ppm: int, max_w: int, step_us: int
) -> None:
    """A limit below 6 A is none: nearly full, or of a single phase, it needs the least limit."""
    vehicle = Vehicle(id="EV1", battery_wh=40_000, soc_ppm=soc_ppm, target_ppm=target_ppm,
                      max_w=max_w, departs_us=230 * MINUTE)  # fmt: skip
    at = At(t_us=20_000_000, verb="plug_in", args={"ev": "EV1", "cp": "CP1"})
    cps = tuple(ChargePoint(id=f"CP{n}") for n in range(1, 4))
    day = random_day(1)
    session = run(
        evolve(day, duration_us=240 * MINUTE, cps=cps, evs=(vehicle,), script=(at,),
               plans=Plans(step_us=step_us))
    )  # fmt: skip
    assert session.world.violation is None
    assert fates(session) == [KEPT]


def test_another_algorithm_may_break_promises_and_is_not_accused() -> None:
    """First come, first served lets the one down who came second and leaves first."""
    scenario = evolve(
        random_day(1, "fcfs"),
        site=Site(capacity_w=11_000),
        evs=(
            Vehicle(id="EV1", soc_ppm=200_000, target_ppm=275_000, departs_us=55 * MINUTE),
            Vehicle(id="EV2", soc_ppm=200_000, target_ppm=230_000, departs_us=14 * MINUTE),
        ),
        script=tuple(
            At(t_us=n * MINUTE, verb="plug_in", args={"ev": f"EV{n}", "cp": f"CP{n}"})
            for n in (1, 2)
        ),
    )
    session = run(scenario)
    assert session.world.violation is None
    assert fates(session) == [KEPT, BROKEN]
    assert fates(run(evolve(scenario, plans=Plans(step_us=MINUTE)))) == [KEPT, KEPT]


@pytest.mark.parametrize("name", without(["commuter-morning"], PLANNED))
def test_a_random_fault_breaks_no_promise_without_a_cause(name: str) -> None:
    """E1 and all other invariants, under faults of all kinds."""
    for seed in range(2):
        assert run_seed(load(name), seed).problems == ()


def test_a_word_that_comes_when_the_driver_has_gone_promises_nothing() -> None:
    """His charge point was cut off, and its request came into the log after he had left."""
    assert run_seed(load("partition-during-plan"), 65).problems == ()


def test_a_promise_that_is_broken_without_a_cause_is_seen() -> None:
    """E1 is able to fail: an EV that takes nothing, and no fault to blame."""
    scenario = load("late-departure-change")
    session = Session(scenario, 1)
    session.run(3 * MINUTE, 10**9)
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
    back = At(t_us=19 * MINUTE, verb="restart", args={"cp": "CP1"})
    arrivals = [line for line in scenario.script if line.verb == "plug_in"]
    script = [*arrivals, at, back]
    session = run(evolve(scenario, script=tuple(script), expectations=()))
    assert session.world.violation is None
    plan = session.view().plan
    assert plan is not None
    first = plan.requests[0]
    assert (first.ev, first.promise) == ("EV1", BROKEN)
    assert first.causes[0] == "CP1 is crashed 960 s"


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
    """Three EVs with a quarter of an hour, at a site for one of them at 6 A: they take turns."""
    quarter = 15 * MINUTE
    evs = [
        Vehicle(id=f"EV{n}", battery_wh=34_500, soc_ppm=300_000, target_ppm=310_000,
                departs_us=3 * quarter)
        for n in (1, 2, 3)
    ]  # fmt: skip
    evs.append(Vehicle(id="EV4", smart=False, target_ppm=900_000))
    script = [
        At(t_us=(5 - n) * MINUTE, verb="plug_in", args={"ev": f"EV{n}", "cp": f"CP{n}"})
        for n in (4, 3, 2, 1)
    ]
    # It takes all there is until the step begins.
    script.append(At(t_us=quarter - 2 * S, verb="unplug", args={"ev": "EV4"}))
    scenario = Scenario(
        name="turns",
        duration_us=3 * quarter,
        site=Site(capacity_w=4_140),
        cps=tuple(ChargePoint(id=f"CP{n}") for n in (1, 2, 3, 4)),
        evs=tuple(evs),
        plans=Plans(step_us=quarter),
        script=tuple(script),
    )
    session = Session(scenario, 1)
    session.run(quarter, 10**9)
    world = session.world
    planned, before = _planned_wh(session, 1), _delivered_wh(session)
    assert planned == {1: 345, 2: 345, 3: 345}
    shared = 0
    while world.now_us < 2 * quarter:
        if world.step(2 * quarter) is None:
            world.advance(2 * quarter)
        powers = [connector.power_w for connector in world.connectors.values()]
        assert all(power_w == 0 or power_w >= 4_140 for power_w in powers)
        assert sum(powers) <= 4_140
        shared += sum(powers) > 0
    assert shared
    now = _delivered_wh(session)
    for number, energy_wh in planned.items():
        assert now[number] - before[number] == pytest.approx(energy_wh, rel=0.01)
    assert world.violation is None


def _delivered_wh(session: Session) -> dict[int, float]:
    """What all meters have counted by now."""
    connectors = session.world.connectors
    for connector in connectors.values():
        connector.settle(session.world.now_us)
    return {number: c.meter.energy_uj / 3.6e9 for number, c in connectors.items()}


def _planned_wh(session: Session, step: int) -> dict[int, float]:
    """What the plan in force gives each charge point in a step; nothing before the first plan."""
    node = session.world.node(1)
    assert node is not None
    record = node.network.state.energy_plans.get(ONLY)
    if record is None or not (content := at_step(record, step)[0]):
        return {}
    plan, own = unpack(content).plan, at_step(record, step)[1]
    numbers = {str(p.transaction): p.number for p in session.world.kept.promises}
    return {numbers[row.id]: row.at(own) / 3_600 for row in plan.rows if row.id in numbers}


HEAD = 'duration = "10m"\n[planning]\nstep = "30s"\n[[cp]]\nid = "CP1"\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEAD.replace('"30s"', '"1.5s"'), 'planning.step: found "1.5s"; allowed whole seconds'),
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
