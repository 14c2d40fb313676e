"""Making the delivery of messages dull: every message takes as long, and comes once, in order."""

from collections.abc import Iterator

from attrs import evolve

from paxos.check.shrink import Search
from scenarios.schema import Network, Scenario

_RATES = ("loss_ppm", "duplicate_ppm", "reorder_ppm", "corrupt_ppm")


def in_order(search: Search[Scenario]) -> None:
    """No loss, no copies, no overtaking; every message takes the usual latency, without a tail."""
    search.first([evolve(search.best, network=Network(tail=0.0))])
    while search.first(_duller(search.best)) is not None:
        pass


def _duller(best: Scenario) -> Iterator[Scenario]:
    network = best.network
    for rate in _RATES:
        if getattr(network, rate):
            yield evolve(best, network=evolve(network, **{rate: 0}))
    usual = Network()
    for name in ("latency_us", "v2g_latency_us"):
        if getattr(network, name) != getattr(usual, name):
            yield evolve(best, network=evolve(network, **{name: getattr(usual, name)}))
    for tail in (0.0, 0.1, 0.25):
        if tail < network.tail:
            yield evolve(best, network=evolve(network, tail=tail))


def comes_in_order(scenario: Scenario) -> bool:
    """Whether every message between charge points comes in the order in which it was sent."""
    network = scenario.network
    return not (network.tail or network.reorder_ppm) and not any(
        line.verb in ("reorder", "delay") for line in scenario.script
    )
