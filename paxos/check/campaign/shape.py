"""What a run of the bare laboratory is made of: its group, its time-outs, its faults, its load."""

from collections.abc import Callable, Sequence
from random import Random
from typing import TypeAlias

from attrs import frozen

from paxos.election import Timing
from paxos.replica import Config
from paxos.sim.faults import Fault, random_schedule

SECOND = 1_000_000
FAULTY_US = 60 * SECOND
END_US = 90 * SECOND
COMMANDS = 150
KEYS = 5

HASTY = Timing(
    heartbeat_us=100_000,
    election_low_us=200_000,
    election_high_us=500_000,
    prepare_us=60_000,
    retry_us=80_000,
)
"""Time-outs that slow links and disks outlast: elections are many, and messages come very late."""

STORMY = Timing(
    heartbeat_us=40_000,
    election_low_us=60_000,
    election_high_us=200_000,
    prepare_us=30_000,
    retry_us=50_000,
)
"""Time-outs far below the delays: leaders come and go."""

Load: TypeAlias = list[tuple[int, int, int]]
"""When which node's client sets which key, in the order of the commands' numbers."""


def at_random(random: Random, nodes: Sequence[int], gap_us: int) -> tuple[list[Fault], Load]:
    """Faults and commands at any time, of each other and of what the replicas are doing."""
    faults = random_schedule(random, nodes, SECOND, FAULTY_US, gap_us)
    load = [
        (random.randint(SECOND, FAULTY_US), random.choice(nodes), random.randrange(KEYS))
        for _ in range(COMMANDS)
    ]
    return faults, load


@frozen
class Shape:
    """What a run is made of besides its faults."""

    config: Config
    fsync_us: tuple[int, ...]
    gap_us: int
    ambush: float = 0.0
    """How often a node whose role changes is killed within the next moments."""
    spares: tuple[int, ...] = ()
    """Nodes that join in the course of the run. With any, others leave and lose their disks."""
    reads: int = 0
    """How many reads there are, of all kinds."""
    drifts_ppm: tuple[int, ...] = ()
    """How much too fast the nodes' clocks run; left out, all are right."""
    ailing: bool = False
    """Whether clocks, disks and nodes ail, too."""
    plan: Callable[[Random, Sequence[int], int], tuple[list[Fault], Load]] = at_random
    """Draws the faults and the load, with a mean time between faults."""
