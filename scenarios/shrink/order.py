"""Making the delivery of messages dull: every message takes as long, and comes once, in order.

Where a run fails only with some latencies, they are written out, one message at a time, and as many
messages as can be take the usual time again. What is left are the overtakings that matter.
"""

from collections.abc import Iterator, Sequence

from attrs import evolve

from paxos.check.shrink import Edit, EnoughError, Search, delete_parts, simplify
from paxos.sim.streams import log_normal_us, stream
from scenarios.schema import Late, Network, Scenario
from scenarios.session import Session
from scenarios.shrink.simpler import rounder_amounts

MOST_WRITTEN = 6_000
"""A run with more messages than this keeps its tail."""
MOST_LATE = 40
"""Where more messages than this have to be late, the tail says it shorter."""

_RATES = ("loss_ppm", "duplicate_ppm", "reorder_ppm", "corrupt_ppm")


def in_order(search: Search[Scenario]) -> None:
    """No loss, no copies, no overtaking; every message takes the usual latency, without a tail."""
    search.first([evolve(search.best, network=Network(tail=0.0), late=())])
    while search.first(_duller(search.best)) is not None:
        pass


def _duller(best: Scenario) -> Iterator[Scenario]:
    network = best.network
    for rate in _RATES:
        if getattr(network, rate):
            dull: dict[str, int] = {rate: 0}
            yield evolve(best, network=evolve(network, **dull))
    usual = Network()
    if network.latency_us != usual.latency_us:
        yield evolve(best, network=evolve(network, latency_us=usual.latency_us))
    if network.v2g_latency_us != usual.v2g_latency_us:
        yield evolve(best, network=evolve(network, v2g_latency_us=usual.v2g_latency_us))
    for tail in (0.0, 0.1, 0.25):
        if tail < network.tail:
            yield evolve(best, network=evolve(network, tail=tail))


def few_overtakings(search: Search[Scenario]) -> None:
    """Where the order matters: every message as early as usual, but for as few as can be."""
    before = search.best
    try:
        if before.network.tail:
            written = written_out(before)
            if len(written.late) > MOST_WRITTEN or search.first([written]) is None:
                return
        _leave_few_late(search)
    except (EnoughError, KeyboardInterrupt):
        if len(search.best.late) > MOST_LATE:
            search.best = before
        raise
    if len(search.best.late) > MOST_LATE:
        search.best = before


def _leave_few_late(search: Search[Scenario]) -> None:
    base = search.best
    if not base.late:
        return

    def build(kept: Sequence[Late]) -> Scenario:
        return evolve(base, late=tuple(kept))

    delete_parts(search, base.late, build)
    simplify(search, [_rounder(place) for place in range(len(search.best.late))])


def _rounder(place: int) -> Edit[Scenario]:
    def propose(scenario: Scenario) -> Iterator[Scenario]:
        for takes_us in rounder_amounts(scenario.late[place].takes_us):
            late = list(scenario.late)
            late[place] = evolve(late[place], takes_us=takes_us)
            yield evolve(scenario, late=tuple(late))

    return propose


def written_out(scenario: Scenario) -> Scenario:
    """The same run, with each latency that was drawn written out instead of a tail."""
    session = Session(scenario)
    while not session.finished:
        session.run(scenario.duration_us, 1_000_000)
    world, network = session.world, scenario.network
    latencies_us = log_normal_us(network.latency_us, network.tail)
    said = {(it.source, it.target, it.number) for it in scenario.late}
    late = list(scenario.late)
    for source, target in sorted(world.cluster.bus.links):
        if source not in world.ids or target not in world.ids:
            continue
        ends = world.ids[source], world.ids[target]
        # As a link draws: once for each frame, whatever becomes of it.
        random = stream(scenario.seed, f"link/{source}/{target}")
        for number in range(1, world.cluster.bus.links[source, target].sent + 1):
            takes_us = latencies_us[random.getrandbits(92) & 0xFFF]
            if takes_us != network.latency_us and (*ends, number) not in said:
                late.append(Late(source=ends[0], target=ends[1], number=number, takes_us=takes_us))
    return evolve(scenario, network=evolve(network, tail=0.0), late=tuple(late))


def words(scenario: Scenario, *, finished: bool) -> str:
    """In which order messages come; what was not tried to its end shows nothing of it."""
    if comes_in_order(scenario):
        return "messages come in the order in which they were sent"
    late = len(scenario.late)
    if late and comes_in_order(evolve(scenario, late=())):
        return f"messages come in the order in which they were sent, but for {late:,}"
    if not finished:
        return "messages may overtake each other; whether it hangs on that was not found out"
    return "it hangs on the order in which messages come"


def comes_in_order(scenario: Scenario) -> bool:
    """Whether every message between charge points comes in the order in which it was sent."""
    network = scenario.network
    return not (network.tail or network.reorder_ppm or scenario.late) and not any(
        line.verb in ("reorder", "delay") for line in scenario.script
    )
