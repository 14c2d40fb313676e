"""Weather for commands that are chosen twice: a leader that hears all, and one hears it.

A leader filters what it is handed in: nothing that was applied, that it found in phase 1 or that
it has proposed is proposed again. So a command is chosen twice only if three leaders work together.
The first proposes it for a late slot, and a single acceptor hears of that. The second does not, is
handed the command in again, and chooses it for an earlier slot. The third hears from that acceptor,
and must propose the late slot as well, which may have been chosen. Random faults hardly ever come
in this order; here they do, with everything else left to chance.
"""

from collections.abc import Sequence
from random import Random

from paxos.check.campaign.shape import FAULTY_US, KEYS, SECOND, STORMY, Load, Shape
from paxos.membership import Membership
from paxos.replica import Config
from paxos.sim.faults import Fault
from paxos.sim.streams import named

VOTERS = 5
LAST_US = 2 * SECOND
"""No whisper begins so shortly before the end: all nodes are back when the faults are over."""


def whispers(random: Random, nodes: Sequence[int], gap_us: int) -> tuple[list[Fault], Load]:
    """Time and again one node is heard by one other alone, and both by nobody else.

    In that moment clients speak everywhere. Then the one crashes; later one of the rest does, as
    everything heals; so the next quorum needs the node that was whispered to.
    """
    faults: list[Fault] = []
    load: Load = []
    now_us = SECOND
    while (now_us := now_us + random.randint(gap_us // 2, 3 * gap_us // 2)) < FAULTY_US - LAST_US:
        speaker, listener, *rest = random.sample(list(nodes), len(nodes))
        for node in rest:
            faults.append(Fault(now_us, "cut_oneway", {"a": speaker, "b": node}))
            faults.append(Fault(now_us, "cut", {"a": listener, "b": node}))
        for _ in range(random.randint(2, 8)):
            moment_us = now_us + random.randint(0, 30_000)
            load.append((moment_us, random.choice(nodes), random.randrange(KEYS)))
        other = random.choice(rest)
        healed_us = now_us + random.randint(150_000, 800_000)
        faults.append(Fault(now_us + random.randint(10_000, 100_000), "crash", {"cp": speaker}))
        faults.append(Fault(healed_us, "crash", {"cp": other}))
        faults.append(Fault(healed_us, "heal", {}))
        for node in (speaker, other):
            back_us = healed_us + random.randint(200_000, 900_000)
            faults.append(Fault(back_us, "restart", {"cp": node}))
    faults.append(Fault(FAULTY_US, "heal", {}))
    return sorted(faults, key=lambda fault: fault.time_us), load


def whispers_of(seed: int) -> Shape:
    """Five voters with the time-outs of a storm, and whispers."""
    random = named(f"whispers/{seed}")
    config = Config(
        membership=Membership(tuple(range(1, VOTERS + 1))),
        timing=STORMY,
        run_slots=random.choice((1, 64)),
        snapshot_slots=random.choice((1_000, 8)),
        retain_slots=random.choice((0, 10)),
    )
    gap_us = random.choice((1_500_000, 3_000_000))
    return Shape(config, (1_000,) * VOTERS, gap_us, plan=whispers)
