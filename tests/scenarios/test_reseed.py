"""``reseed``: another future from an instant on, and everything before it as it was."""

import pickle
from random import Random

import pytest
from attrs import evolve

from scenarios.city.session import open_session
from scenarios.errors import InputError
from scenarios.loader import load
from scenarios.schema import At
from scenarios.session import Session

S = 1_000_000
WHEN_US = 100 * S


def run_with(seed: int | None, until_us: int, name: str = "ten-minutes") -> str:
    """The digest of a run whose chance is another one from 100 s on."""
    scenario = load(name)
    if seed is not None:
        line = At(t_us=WHEN_US, verb="reseed", args={"seed": seed})
        script = sorted((*scenario.script, line), key=lambda it: it.t_us)
        scenario = evolve(scenario, script=tuple(script))
    session = Session(scenario)
    session.run(until_us, 10**9)
    return session.whole.digest()


def test_nothing_before_it_is_changed() -> None:
    """Seeds differ from there on, and each is one future."""
    before = {run_with(seed, WHEN_US - 1) for seed in (None, 1, 2)}
    assert len(before) == 1
    after = [run_with(seed, WHEN_US + 30 * S) for seed in (None, 1, 2, 1)]
    assert len(set(after)) == 3
    assert after[1] == after[3]


def test_all_that_is_drawn_is_drawn_from_the_new_seed() -> None:
    """Links, time-outs, disks, loads and the sun; links that come later, too."""
    one, other = (Session(load("commuter-morning"), seed) for seed in (1, 2))
    for session in (one, other):
        session.run(5 * S, 10**9)
        session.act("reseed", seed=77)
    there = one.world.cluster.bus.links.keys() & other.world.cluster.bus.links.keys()
    assert len(there) > 2
    for a, b in zip(*(drawn_of(it, sorted(there)) for it in (one, other)), strict=True):
        assert a.getstate() == b.getstate()
    assert one.world.seed == 1, "keys and contracts are those of the run's own seed"


def drawn_of(session: Session, links: list[tuple[int, int]]) -> list[Random]:
    """Every stream of a world: of these links, and of one that is made just now."""
    world = session.world
    world.cluster.bus.links.pop(links[0])
    hosts = world.cluster.hosts.values()
    surroundings = world.surroundings
    return [
        *(world.cluster.bus.link(*link).random for link in links),
        *(host.random for host in hosts),
        *(host.disk.random for host in hosts),
        *(host.disk.tears for host in hosts),
        *(random for random, _ in surroundings._loads),
        surroundings._sky,
    ]


def test_it_is_an_input_like_others() -> None:
    """It is in the journal, is replayed, survives being copied, and is refused when it is wrong."""
    session = Session(load("ten-minutes"))
    session.run(20 * S, 10**9)
    assert session.act("reseed", seed=5) == "all is drawn from seed 5 from now on"
    assert session.world.journal[-1].words() == "reseed seed=5"
    copy = pickle.loads(pickle.dumps(session))  # noqa: S301 - our own bytes
    for it in (session, copy):
        it.run(60 * S, 10**9)
    assert session.whole.digest() == copy.whole.digest()
    with pytest.raises(InputError, match="seed is an integer from 0 on, found 'x'"):
        session.act("reseed", seed="x")


def test_in_a_city_every_site_has_a_future_of_its_own() -> None:
    """Two sites of the same make do not draw the same; one site alone can be told, too."""
    city = open_session(load("two-sites"))
    city.run(2 * S, 10**9)
    city.act("reseed", seed=9)
    chances = [world.chance for world in city.worlds()]
    assert len(set(chances)) == len(chances)
    first = city.worlds()[0]
    city.act("reseed", seed=9, site=first.scenario.name)
    assert first.chance == 9
    assert [world.chance for world in city.worlds()][1:] == chances[1:]
