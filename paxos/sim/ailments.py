"""Random ailments: what goes wrong inside a node, beside the faults of links and whole processes.

Each kind draws from a random stream of its own and has its own schedule, so a new kind leaves every
other draw as it was.
"""

from collections.abc import Callable, Collection, Sequence
from random import Random
from typing import Any

from attrs import frozen

from paxos.sim.clock import MAX_DRIFT_PPM
from paxos.sim.faults import Fault
from paxos.sim.streams import stream

INFLICT: dict[str, Callable[..., None]] = {
    "crash_after_write": lambda nodes, cp: nodes.crash_after_write(cp),
    "disarm": lambda nodes, cp: nodes.crash_after_write(cp, doomed=False),
    "slow": lambda nodes, cp, delay_us: nodes.slow(cp, delay_us),
    "slow_disk": lambda nodes, cp, fsync_us: nodes.slow_disk(cp, fsync_us),
    "fill_disk": lambda nodes, cp: nodes.fill_disk(cp),
    "free_disk": lambda nodes, cp: nodes.free_disk(cp),
    "clock_drift": lambda nodes, cp, drift_ppm: nodes.set_drift(cp, drift_ppm),
    "clock_offset": lambda nodes, cp, offset_us: nodes.set_offset(cp, offset_us),
}
"""How each verb of scripts is done to :class:`~paxos.sim.nodes.Nodes`, by the names of its args."""

HOUR_US = 3_600_000_000


def _nothing(random: Random) -> dict[str, Any]:
    del random
    return {}


@frozen
class Ailment:
    """A verb of scripts, how its arguments are drawn, and what undoes it."""

    verb: str
    draw: Callable[[Random], dict[str, Any]] = _nothing
    undo: tuple[tuple[str, dict[str, Any]], ...] = ()


AILMENTS: tuple[Ailment, ...] = (
    Ailment(
        "clock_drift",
        lambda random: {"drift_ppm": random.randint(-MAX_DRIFT_PPM, MAX_DRIFT_PPM)},
        (("clock_drift", {"drift_ppm": 0}),),
    ),
    Ailment(
        "clock_offset",
        lambda random: {"offset_us": random.randint(-HOUR_US, HOUR_US)},
        (("clock_offset", {"offset_us": 0}),),
    ),
    Ailment(
        "slow_disk",
        lambda random: {"fsync_us": random.randint(1, 2_000_000)},
        (("slow_disk", {"fsync_us": 0}),),
    ),
    Ailment("fill_disk", undo=(("free_disk", {}),)),
    Ailment("crash_after_write", undo=(("disarm", {}), ("restart", {}))),
    Ailment(
        "slow",
        lambda random: {"delay_us": random.randint(1, 50_000)},
        (("slow", {"delay_us": 0}),),
    ),
)
"""In the order in which they happen and are undone, where times are equal."""


def random_ailments(
    seed: int,
    nodes: Sequence[int],
    start_us: int,
    end_us: int,
    gap_us: int = 16_000_000,
    *,
    verbs: Collection[str] | None = None,
    name: str = "ailments",
) -> list[Fault]:
    """Ailments of nodes between two times, all undone at the end.

    One of each kind begins every ``gap_us`` on average, at a random node, and lasts up to as long;
    there is never more than one of a kind. What is not possible by then is to be left out: a node
    may have crashed for another reason, or not have crashed at all. ``verbs`` are the kinds that
    there are, by default all; ``name`` begins the names of their random streams.
    """
    faults: list[Fault] = []
    for ailment in AILMENTS:
        if verbs is not None and ailment.verb not in verbs:
            continue
        random = stream(seed, f"{name}/{ailment.verb}")
        now_us = start_us
        while (now_us := now_us + random.randint(1, gap_us)) < end_us:
            node = random.choice(nodes)
            faults.append(Fault(now_us, ailment.verb, {"cp": node, **ailment.draw(random)}))
            now_us = min(now_us + random.randint(200_000, gap_us), end_us)
            for verb, args in ailment.undo:
                faults.append(Fault(now_us, verb, {"cp": node, **args}))
    return sorted(faults, key=lambda fault: fault.time_us)
