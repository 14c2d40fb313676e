"""A city steps its sites by one clock, and each of them as if it were alone."""

import subprocess
import sys

import pytest

from scenarios.city.city import City, site_scenario
from scenarios.city.session import CitySession
from scenarios.city.spec import site_seed
from scenarios.errors import InputError
from scenarios.loader import load, loads
from scenarios.session import Session
from scenarios.world import World
from tests.scenarios.city.cities import TWO, S, ask, drivers, run_to, session


def test_events_come_in_the_order_of_time_and_site() -> None:
    """At any instant the city's own first, then the sites in the order of the file."""
    city = session(TWO + drivers(2)).city
    order = [0, *city.worlds]
    before = (0, 0)
    for _ in range(20_000):
        event = city.step(60 * S)
        if event is None:
            break
        place = 0
        if city.stepped is not None:
            place = next(n for n, world in city.worlds.items() if world is city.stepped)
        assert event[0] >= before[0]
        assert place in order
        assert event[0] == city.now_us
        before = (event[0], place)
    assert before[0] > 50 * S


def test_a_site_runs_as_it_would_alone() -> None:
    """Its seed and its scenario say it all: another site, and the news, change nothing."""
    city = session(TWO, 3).city
    while city.step(120 * S) is not None:
        pass
    for number, site in city.sites.items():
        tags = city._tags()
        alone = World(site_scenario(city.scenario, site, tags), site_seed(3, site))
        while alone.step(120 * S) is not None:
            pass
        assert alone.cluster.trace.digest() == city.worlds[number].cluster.trace.digest()


def test_one_step_at_a_time_or_many_at_once_is_the_same_run() -> None:
    """And looking at it changes nothing."""
    one, other = session(TWO + drivers(3)), session(TWO + drivers(3))
    for run in (one, other):
        run_to(run, 30)
        ask(run, "EV1")
    while one.time_us < 100 * S and one.step():
        one.view()
        one.city_view()
    for run in (one, other):
        while not run.run(one.time_us, 1_000_000):
            pass
    assert one.city.digest() == other.city.digest()


def test_the_same_run_in_another_process_has_the_same_digest() -> None:
    """Whatever the hashes of its strings are."""
    code = (
        "from scenarios.loader import load\n"
        "from scenarios.city.runner import run\n"
        "print(run(load('two-sites'), seed=5).digest)"
    )
    digests = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert digests[0] == digests[1]
    assert len(digests[0].strip()) == 32


def test_a_fault_at_one_site_changes_no_draw_of_another() -> None:
    """Without drivers who go between them."""
    calm, struck = session(TWO), session(TWO)
    for run in (calm, struck):
        run_to(run, 20)
    struck.act("crash", cp="North-1")
    for run in (calm, struck):
        run_to(run, 60)
    north = [run.city.worlds[1].cluster.trace.digest() for run in (calm, struck)]
    south = [run.city.worlds[2].cluster.trace.digest() for run in (calm, struck)]
    assert north[0] != north[1]
    assert south[0] == south[1]


def test_a_world_is_of_one_site() -> None:
    """Twelve groups are not one: who asks for that is told."""
    with pytest.raises(ValueError, match="a city"):
        Session(load("two-sites"))


def test_inputs_find_their_site() -> None:
    """By the charge point, by the EV, by name; the rest is said to be wrong."""
    run = run_to(session(TWO + drivers(1)), 20)
    run.act("crash", cp="South-2")
    assert run.city_view().sites[1].cps_up == 2
    run.act("loss", rate_ppm=10_000, site="South")
    run.act("partition", groups=[["North-1"], ["North-2", "North-3"]])
    run.act("plug_in", ev="EV1", cp="North-1")
    with pytest.raises(InputError, match="plugged in at North"):
        run.act("plug_in", ev="EV1", cp="South-1")
    with pytest.raises(InputError, match="one site"):
        run.act("cut", a="North-1", b="South-1")
    with pytest.raises(InputError, match="no site"):
        run.act("crash", cp="leader", site="West")
    with pytest.raises(InputError, match="no verb"):
        run.act("dance")
    with pytest.raises(InputError, match="to itself"):
        run.act("cut_site", site="North", other="North")
    run.act("heal", site="all")
    run.act("unplug", ev="EV1")


def test_what_names_no_site_is_done_at_the_one_that_is_shown() -> None:
    """As all keys of the app do."""
    run = run_to(session(TWO), 20)
    run.show("South")
    run.act("crash", cp="leader")
    north, south = run.city_view().sites
    assert (north.cps_up, south.cps_up) == (3, 2)
    assert run.view().scenario == "South"
    with pytest.raises(InputError, match="no site 'West'"):
        run.show("West")


def test_a_violation_at_a_site_ends_the_city(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing happens any more, anywhere; the report says at which site."""
    from scenarios.city.report import report

    run = run_to(session(TWO), 20)
    run.city.worlds[2].grid.site.draw(1_000_000)
    run_to(run, 60)
    assert run.finished
    assert str(run.city.violation).startswith("P1")
    assert run.city.violated is run.city.worlds[2]
    assert run.city.step() is None
    assert report(run).exit_code == 1
    assert run.city_view().sites[1].violated


def test_a_scenario_of_one_site_gets_its_own_session() -> None:
    """And a city its own."""
    from scenarios.city.session import open_session

    assert type(open_session(load("ten-minutes"))) is Session
    assert type(open_session(load("two-sites"))) is CitySession


def test_a_city_of_one_site_is_a_city() -> None:
    """It has nobody to tell anything."""
    text = 'duration = "1m"\n[[site]]\nid = "Only"\ncps = 3\n'
    run = run_to(CitySession(loads(text, "one.toml")), 60)
    assert run.finished
    assert run.city.gossip.bus.sent == 0
    assert isinstance(run.whole, City)


def test_rarer_ticks_deliver_the_same_energy() -> None:
    """Energy is the integral of power; a tick only looks whether the power should be another."""
    text = (
        'duration = "20m"\n{tick}cps = 3\n[[ev]]\nid = "EV1"\nsoc = "70%"\n'
        '[[at]]\nt = "20s"\ndo = "plug_in"\nev = "EV1"\ncp = "CP1"\n'
    )
    taken = []
    events = []
    for tick in ("", 'tick = "10s"\n'):
        run = Session(loads(text.format(tick=tick), "tick.toml"))
        while not run.finished:
            run.run(run.scenario.duration_us, 100_000)
        taken.append(run.view().evs[0].energy_wh)
        events.append(run.view().events)
    assert taken[0] > 3_000
    assert abs(taken[0] - taken[1]) < 0.01 * taken[0]
    assert events[1] < 0.85 * events[0]
