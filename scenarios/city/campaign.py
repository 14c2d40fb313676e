"""Campaigns over a city: random faults at every site and between them, then peace.

As in :mod:`scenarios.campaign`: faults of each site come on top of the scenario's own script, from
streams of the seed and the site's name; sites are cut off from each other at random, too. All
invariants must hold throughout, those of each site and those of the city. Then everything heals,
and a driver comes to each site. In the end each site must have come to rest, no driver is kept
waiting for, nothing is kept for anybody who does not want it, and all who came late were served.
"""

from collections.abc import Iterator, Sequence

from attrs import evolve

from fsm.energy.supply import Current
from fsm.ocpp.reserving import Why
from paxos.sim.ailments import random_ailments
from paxos.sim.faults import Fault, random_schedule
from paxos.sim.streams import stream
from scenarios.campaign import Finding, come_to_rest, script_line, unsettled_site
from scenarios.city.city import City, site_seed
from scenarios.city.look import drivers_served, energy_of
from scenarios.city.session import CitySession
from scenarios.city.spec import CitySite
from scenarios.city.travellers import Try
from scenarios.operator import put_right
from scenarios.schema import At, Scenario, Vehicle
from scenarios.till import newest
from scenarios.verbs import VERBS

SECOND_US = 1_000_000
GAP_US = 12 * SECOND_US
"""Between two faults of a site, on average, where elections take seconds."""
PROBE_WH = 200
ALLOWED_US = 30 * SECOND_US
"""How long after a question its answer may be decided."""


def pace(scenario: Scenario) -> int:
    """How many times slower than usual the groups of a city are: their time-outs say it."""
    return max(1, scenario.paxos.election_timeout_us[1] // (3 * SECOND_US))


def quiet_us(scenario: Scenario) -> int:
    """How long after the last fault everything must have settled."""
    return 240 * SECOND_US * pace(scenario)


def with_faults(scenario: Scenario, seed: int, gap_us: int = GAP_US) -> Scenario:
    """The city with random faults from this seed, healed at its end, and one late driver a site."""
    end_us, slow = scenario.duration_us, pace(scenario)
    begin_us = 10 * SECOND_US * slow
    script: list[At] = list(scenario.script)
    for site in scenario.sites:
        script += _faults(site, site_seed(seed, site), begin_us, end_us, gap_us * slow)
    script += _cuts(scenario, seed, begin_us, end_us, gap_us * slow)
    restart = [At(t_us=end_us, verb="restart", args={"cp": cp.id}) for cp in scenario.cps]
    resume = [At(t_us=end_us, verb="resume", args={"cp": cp.id}) for cp in scenario.cps]
    script += [At(t_us=end_us, verb="heal", args={"site": "all"}), *restart, *resume]
    script += put_right(scenario, end_us + 12 * SECOND_US)
    late = [Vehicle(id=f"L{n}", at=site.at, drives=True) for n, site in enumerate(scenario.sites)]
    quiet = quiet_us(scenario)
    for vehicle in late:
        ask_us = end_us + quiet // 4
        args: dict[str, object] = {
            "ev": vehicle.id,
            "from_us": ask_us + 20 * SECOND_US,
            "until_us": end_us + quiet * 3 // 4,
            "energy_wh": PROBE_WH,
        }
        script.append(At(t_us=ask_us, verb="reserve", args=args))
    return evolve(
        scenario,
        evs=(*scenario.evs, *late),
        script=tuple(sorted(script, key=lambda line: line.t_us)),
        duration_us=end_us + quiet,
        expectations=(),
    )


def _faults(site: CitySite, seed: int, begin_us: int, end_us: int, gap_us: int) -> Iterator[At]:
    """What goes wrong at one site."""
    numbers = tuple(range(1, len(site.cps) + 1))
    if len(numbers) < 2:
        return
    schedule: list[Fault] = random_schedule(
        stream(seed, "faults"), numbers, begin_us, end_us, gap_us
    )
    schedule += random_ailments(seed, numbers, begin_us, end_us, 10 * gap_us)
    for fault in schedule:
        line = script_line(fault, site.cps)
        sited = VERBS[line.verb].takes_site and "cp" not in line.args
        yield evolve(line, args={**line.args, "site": site.id}) if sited else line


def _cuts(scenario: Scenario, seed: int, begin_us: int, end_us: int, gap_us: int) -> Iterator[At]:
    """Sites that are cut off from all others, or from one, for a while."""
    random = stream(seed, "cuts between sites")
    names = [site.id for site in scenario.sites]
    now_us = begin_us
    while len(names) > 1 and (now_us := now_us + random.randint(1, 4 * gap_us)) < end_us:
        site, other = random.sample(names, 2)
        args: dict[str, object] = {"site": site}
        if random.random() < 0.5:
            args["other"] = other
        yield At(t_us=now_us, verb="cut_site", args=dict(args))
        back_us = min(end_us, now_us + random.randint(1, 6 * gap_us))
        yield At(t_us=back_us, verb="join_site", args=dict(args))


def run_seed(
    scenario: Scenario, seed: int, gap_us: int = GAP_US, *, share: bool = False
) -> Finding:
    """One run of a city under random faults; see :func:`with_faults`.

    Without ``share`` each replica computes its own state, and that all are equal is checked.
    """
    faulty = with_faults(scenario, seed, gap_us)
    session = CitySession(faulty, seed, share=share)
    while not session.finished:
        session.run(faulty.duration_us, 1_000_000)
    city = session.city
    if city.violation is None:
        for world in city.worlds.values():
            come_to_rest(world)
    problems = (str(city.violation),) if city.violation else tuple(unsettled(city))
    view = session.city_view(1)
    checkers = [world.invariants for world in city.worlds.values()]
    return Finding(
        seed=seed,
        problems=problems,
        digest=city.digest(),
        events=city.events,
        faults=len(faulty.script) - len(scenario.script),
        sessions=sum(site.sessions for site in view.sites),
        leaders=sum(len(checker.leaders) for checker in checkers if checker is not None),
        coverage={
            **city.covered(),
            "drivers": view.tally.asked,
            "redirected": view.tally.redirected,
            "gave_up": view.tally.gave_up,
        },
    )


def unsettled(city: City) -> Iterator[str]:
    """What has not come to rest, though nothing has been wrong for a while."""
    for number, world in city.worlds.items():
        for problem in unsettled_site(world):
            yield f"{city.sites[number].id}: {problem}"
    served = drivers_served(city)
    for traveller in city.travellers.all:
        name = traveller.trip.vehicle.id
        if traveller.status == "asks":
            yield f"{name} waits for an answer"
        if not name.startswith("L") or energy_of(traveller, served):
            continue
        # In the evening hours of a city the sites may be full: ordinary drivers come all day.
        current = traveller.trip.vehicle.current
        if not traveller.tries or not all(is_full(city, it, current) for it in traveller.tries):
            yield f"{name} came when all had healed: {traveller.status}, {traveller.reason}"


def is_full(city: City, question: Try, current: Current) -> bool:
    """Whether all charge points of a current were in use when a driver was refused at a site.

    Told from who charged and who had a connector kept, by the log as it is in the end; that nothing
    is kept for anybody who does not want it, D2 sees to (:mod:`scenarios.city.promises`).
    """
    ask, network = question.ask, newest(city.at(question.site))
    if ask.answer != "Refused":
        return False
    if ask.reason == Why.NO_CAPACITY:
        return True
    at_us = ask.asked_us
    used = {
        it.cp_id
        for it in network.transactions.values()
        if it.start_us <= at_us + ALLOWED_US and (it.stop_us is None or it.stop_us > at_us)
    }
    used |= {
        it.cp_id
        for it in network.state.reservations.values()
        if it.made_us <= at_us + ALLOWED_US
        and (it.is_active or it.ended_us > at_us)
        and it.from_us < ask.until_us
        and it.until_us > ask.from_us
    }
    return all(cp in used for cp, asset in network.assets.items() if asset.current == current)


def campaign(scenario: Scenario, seeds: Sequence[int]) -> Iterator[Finding]:
    """Run every seed; findings in the order of seeds."""
    for seed in seeds:
        yield run_seed(scenario, seed)
