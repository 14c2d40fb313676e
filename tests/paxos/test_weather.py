"""Links that are made when they are used are what they would be, had they been there all along."""

from hypothesis import given
from hypothesis import strategies as st

from paxos.sim import faults, hands
from paxos.sim.bus import Bus
from paxos.sim.kernel import Kernel

NODES = (1, 2, 3, 4, 5)
USUAL = (30_000, 0, 10_000, 0)
PAIRS = [(a, b) for a in NODES for b in NODES if a != b]

pair = st.sampled_from(PAIRS)
step = st.one_of(
    st.tuples(st.just("send"), pair),
    st.tuples(st.just("cut"), pair),
    st.tuples(st.just("cut_oneway"), pair),
    st.tuples(st.just("join"), pair),
    st.tuples(st.just("rate"), st.sampled_from(faults.RATES), st.sampled_from([0, 30_000, 500])),
    st.tuples(st.just("rate_of_one"), st.sampled_from(faults.RATES), pair),
    st.tuples(st.just("partition"), st.sampled_from([((1, 2),), ((1,), (2, 3)), ((5,), (4,))])),
    st.tuples(st.just("hold")),
    st.tuples(st.just("hold_one"), pair),
    st.tuples(st.just("release")),
    st.tuples(st.just("release_one"), pair),
    st.tuples(st.just("heal")),
)


def do(bus: Bus, action: tuple[object, ...]) -> None:
    """Do a step to a bus."""
    match action:
        case ("send", (a, b)):
            bus.send(0, a, b, b"frame")
        case ("cut", (a, b)):
            faults.cut(bus, a, b)
        case ("cut_oneway", (a, b)):
            faults.cut(bus, a, b, both=False)
        case ("join", (a, b)):
            faults.join(bus, a, b)
        case ("rate", rate, value):
            faults.set_rate(bus, NODES, str(rate), value)  # type: ignore[arg-type]
        case ("rate_of_one", rate, ends):
            faults.set_rate(bus, ends, str(rate), 7)  # type: ignore[arg-type]
        case ("partition", groups):
            faults.partition(bus, NODES, groups)  # type: ignore[arg-type]
        case ("hold",):
            hands.hold_all(bus)
        case ("hold_one", ends):
            hands.hold(bus, [ends])  # type: ignore[list-item]
        case ("release",):
            hands.release_all(bus)
        case ("release_one", ends):
            hands.release(bus, [ends])  # type: ignore[list-item]
        case _:
            faults.heal(bus, NODES)


@given(st.lists(step, max_size=40))
def test_it_makes_no_difference_when_a_link_is_made(steps: list[tuple[object, ...]]) -> None:
    """Whatever happens: the same arrivals, the same cuts, the same faults."""
    early, late = (Bus(Kernel(), 7, 2_000, 0.5, NODES) for _ in range(2))
    for a, b in PAIRS:
        early.link(a, b)
    for bus in (early, late):
        bus.settle(USUAL)
        for action in steps:
            do(bus, action)
    assert late.held == early.held
    assert list(iter(late.kernel.pop, None)) == list(iter(early.kernel.pop, None))
    assert (late.lost, late.duplicated) == (early.lost, early.duplicated)
    for a, b in PAIRS:
        assert late.is_cut(a, b) == early.is_cut(a, b)
        assert late.is_faulty(a, b) == early.is_faulty(a, b)
        assert late.link(a, b).rates == early.link(a, b).rates
        assert late.link(a, b).extra_us == early.link(a, b).extra_us


def test_faults_of_all_links_make_none() -> None:
    """A thousand nodes: a partition, rates and healing are remembered, a million links not made."""
    nodes = tuple(range(1, 1_001))
    bus = Bus(Kernel(), 1, 2_000, 0.5, nodes)
    bus.settle(USUAL)
    faults.partition(bus, nodes, [nodes[:400]])
    faults.set_rate(bus, nodes, "loss_ppm", 200_000)
    assert (bus.is_cut(1, 401), bus.is_cut(1, 400), bus.is_cut(500, 501)) == (True, False, False)
    assert bus.is_faulty(7, 8)
    faults.heal(bus, nodes)
    assert not bus.is_cut(1, 401)
    assert not bus.is_faulty(7, 8)
    assert bus.links == {}


def test_a_cable_has_no_weather() -> None:
    """A link to an endpoint that is no node of the group has no part in the group's faults."""
    bus = Bus(Kernel(), 1, 2_000, 0.5, NODES)
    faults.set_rate(bus, NODES, "loss_ppm", 1_000_000)
    faults.partition(bus, NODES, [[1]])
    cable = bus.connect(1, 10_001, 1_000, 0.2)
    assert not cable.is_faulty()
    assert not cable.cut
