"""A campaign's last question, whether every EV got energy, where not all can have any at once."""

import pytest

from scenarios.loader import loads
from scenarios.session import Session
from scenarios.settled import is_crowded_out

EVS = 6


def session(capacity: str) -> Session:
    """As many EVs as charge points come at once, and all leave after 80 s."""
    cars = "".join(f'[[ev]]\nid = "EV{n}"\n' for n in range(1, EVS + 1))
    visits = "".join(
        f'[[at]]\nt = "{t}s"\ndo = "{do}"\nev = "EV{n}"\n' + (f'cp = "CP{n}"\n' if t == 20 else "")
        for t, do in ((20, "plug_in"), (100, "unplug"))
        for n in range(1, EVS + 1)
    )
    head = f'duration = "2m"\ncps = {EVS}\n[site]\ncapacity = "{capacity}"\ngrant = "30s"\n'
    run = Session(loads(head + cars + visits, "crowd.toml"))
    while not run.run(run.scenario.duration_us, 100_000):
        pass
    return run


@pytest.mark.parametrize(("capacity", "without"), [("22kW", 1), ("30kW", 0), ("9kW", 4)])
def test_who_got_nothing_was_crowded_out(capacity: str, without: int) -> None:
    """Each of the others had at least 6 A, and together they left less than that."""
    world = session(capacity).world
    network = next(node for n in world.ids if (node := world.node(n))).network
    visits = list(network.transactions.values())
    assert len(visits) == EVS
    assert sum(visit.energy_wh == 0 for visit in visits) == without
    assert all(is_crowded_out(world, network, it) for it in visits if it.energy_wh == 0)


def test_who_would_have_had_room_was_not() -> None:
    """Whatever an EV got: what the others had left it enough for 6 A."""
    world = session("30kW").world
    network = next(node for n in world.ids if (node := world.node(n))).network
    visit = next(iter(network.transactions.values()))
    assert not is_crowded_out(world, network, visit)
