"""Campaigns over a city: random faults at every site and between them, then peace.

As in :mod:`scenarios.campaign`: faults of each site come on top of the scenario's own script, from
streams of the seed and the site's name; sites are cut off from each other at random, too. All
invariants must hold throughout, those of each site and those of the city. Then everything heals,
and a driver comes to each site. In the end each site must have come to rest, no driver is kept
waiting for, nothing is kept for anybody who does not want it, and all who came late were served.
"""

from collections.abc import Iterator, Sequence

from attrs import evolve

from paxos.sim.ailments import random_ailments
from paxos.sim.faults import Fault, random_schedule
from paxos.sim.streams import stream
from scenarios.campaign.drawing import Drawn, script_line
from scenarios.campaign.finding import Finding
from scenarios.campaign.profiles import EVERYTHING, Profile
from scenarios.city.session import CitySession
from scenarios.city.settled import come_to_rest_everywhere, judge
from scenarios.city.spec import CitySite, site_seed
from scenarios.operator import put_right
from scenarios.schema import At, Scenario, Vehicle
from scenarios.sharing import Sharing
from scenarios.verbs import VERBS

SECOND_US = 1_000_000
GAP_US = 12 * SECOND_US
"""Between two faults of a site, on average, where elections take seconds."""
PROBE_WH = 200
SHARED_CPS = 20
"""From so many charge points on replicas share their states: each on its own takes too long."""


def pace(scenario: Scenario) -> int:
    """How many times slower than usual the groups of a city are: their time-outs say it."""
    return max(1, scenario.paxos.election_timeout_us[1] // (3 * SECOND_US))


def quiet_us(scenario: Scenario) -> int:
    """How long after the last fault everything must have settled."""
    return 240 * SECOND_US * pace(scenario)


def with_faults(
    scenario: Scenario, seed: int, gap_us: int = GAP_US, profile: Profile = EVERYTHING
) -> Scenario:
    """The city with random faults from this seed, healed at its end, and one late driver a site."""
    return draw(scenario, seed, gap_us, profile).scenario


def draw(
    scenario: Scenario, seed: int, gap_us: int = GAP_US, profile: Profile = EVERYTHING
) -> Drawn:
    """The same, with what a campaign needs to know of it."""
    end_us, slow = scenario.duration_us, pace(scenario)
    begin_us = 10 * SECOND_US * slow
    script: list[At] = list(scenario.script)
    for site in scenario.sites:
        script += _faults(site, site_seed(seed, site), begin_us, end_us, gap_us * slow, profile)
    if profile.links_between_sites:
        script += _cuts(scenario, seed, begin_us, end_us, gap_us * slow, profile)
    faults = len(script) - len(scenario.script)
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
    drawn = evolve(
        scenario,
        evs=(*scenario.evs, *late),
        script=tuple(sorted(script, key=lambda line: line.t_us)),
        duration_us=end_us + quiet,
        expectations=(),
    )
    return Drawn(drawn, end_us, faults, seed)


def _faults(
    site: CitySite, seed: int, begin_us: int, end_us: int, gap_us: int, profile: Profile
) -> Iterator[At]:
    """What goes wrong at one site."""
    numbers = tuple(range(1, len(site.cps) + 1))
    if len(numbers) < 2:
        return
    schedule: list[Fault] = []
    if profile.episodes:
        random = stream(seed, profile.stream("faults"))
        schedule = random_schedule(random, numbers, begin_us, end_us, gap_us, profile.episodes)
    ailing_us, name = profile.ailment_gaps * gap_us, profile.stream("ailments")
    schedule += random_ailments(
        seed, numbers, begin_us, end_us, ailing_us, verbs=profile.ailments, name=name
    )
    for fault in schedule:
        line = script_line(fault, site.cps)
        sited = VERBS[line.verb].takes_site and "cp" not in line.args
        yield evolve(line, args={**line.args, "site": site.id}) if sited else line


def _cuts(
    scenario: Scenario, seed: int, begin_us: int, end_us: int, gap_us: int, profile: Profile
) -> Iterator[At]:
    """Sites that are cut off from all others, or from one, for a while."""
    random = stream(seed, profile.stream("cuts between sites"))
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
    scenario: Scenario,
    seed: int,
    gap_us: int = GAP_US,
    *,
    profile: Profile = EVERYTHING,
) -> Finding:
    """One run of a city under random faults; see :func:`with_faults`.

    Voters compute their own states, and that all are equal is checked; from :data:`SHARED_CPS`
    charge points on all replicas of a site share them.
    """
    drawn = draw(scenario, seed, gap_us, profile)
    sharing = Sharing.ALL if len(scenario.cps) >= SHARED_CPS else Sharing.LEARNERS
    session = CitySession(drawn.scenario, seed, sharing=sharing)
    while not session.finished:
        session.run(drawn.scenario.duration_us, 1_000_000)
    city = session.city
    failed_us = city.now_us
    if city.violation is None:
        come_to_rest_everywhere(city)
    problems = tuple(judge(city, drawn.healed_us))
    view = session.city_view(1)
    checkers = [world.invariants for world in city.worlds.values()]
    return Finding(
        seed=seed,
        problems=problems,
        digest=city.digest(),
        events=city.events,
        faults=drawn.faults,
        sessions=sum(site.sessions for site in view.sites),
        leaders=sum(len(checker.leaders) for checker in checkers if checker is not None),
        coverage={
            **city.covered(),
            "drivers": view.tally.asked,
            "redirected": view.tally.redirected,
            "gave_up": view.tally.gave_up,
        },
        virtual_us=city.now_us,
        failed_us=failed_us if problems else None,
    )


def campaign(scenario: Scenario, seeds: Sequence[int]) -> Iterator[Finding]:
    """Run every seed; findings in the order of seeds."""
    for seed in seeds:
        yield run_seed(scenario, seed)
