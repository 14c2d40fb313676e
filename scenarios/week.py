"""A long run, drawn from a seed: EVs come and go, charge points fail and come back.

What a short scenario cannot show: whether anything grows without end, and whether a group that has
seen hundreds of faults is still one group. Its time-outs are those of a wide network that is idle
most of the time: heartbeats of 5 s, elections after 15 to 30 s of silence, a meter value every two
minutes. Nothing else differs from a scenario of the library.
"""

from collections.abc import Sequence
from random import Random

from paxos.sim.faults import random_schedule
from paxos.sim.streams import stream
from scenarios.campaign import script_line
from scenarios.schema import At, ChargePoint, Consensus, Expect, Scenario, Site, Vehicle

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US
CALM_US = 15 * MINUTE_US
"""The first and the last minutes, in which nothing fails and nobody comes."""


def week(seed: int, duration_us: int = 7 * DAY_US, *, pace: int = 1) -> Scenario:
    """Five charge points for so long, with some 25 EVs and 70 episodes of faults a day.

    ``pace`` makes all that people and faults do so many times faster: for short, busy runs.
    """
    ids = tuple(f"CP{number}" for number in range(1, 6))
    end_us = duration_us - CALM_US
    evs, visits = _visits(stream(seed, "visits"), ids, end_us, pace)
    gap_us = 20 * MINUTE_US // pace
    numbers = tuple(range(1, len(ids) + 1))
    faults = random_schedule(stream(seed, "faults"), numbers, CALM_US, end_us, gap_us)
    script = [*visits, *(script_line(fault, ids) for fault in faults)]
    return Scenario(
        name="week",
        title="A long run: EVs come and go, charge points fail and come back",
        duration_us=duration_us,
        seed=seed,
        site=Site(capacity_w=40_000),
        paxos=Consensus(
            heartbeat_us=5 * SECOND_US,
            election_timeout_us=(15 * SECOND_US, 30 * SECOND_US),
            snapshot_slots=500,
            retain_slots=100,
        ),
        cps=tuple(ChargePoint(id=cp) for cp in ids),
        evs=tuple(evs),
        script=tuple(sorted(script, key=lambda line: line.t_us)),
        expectations=(
            Expect(t_us=duration_us, replicas="equal"),
            Expect(t_us=duration_us, leader="any"),
        ),
        meter_interval_us=2 * MINUTE_US,
    )


def _visits(
    random: Random, ids: Sequence[str], end_us: int, pace: int
) -> tuple[list[Vehicle], list[At]]:
    """EVs, each of which comes once: to some charge point, for some hours, and leaves."""
    evs: list[Vehicle] = []
    script: list[At] = []
    for cp in ids:
        now_us = CALM_US
        while True:
            now_us += random.randint(HOUR_US // 2, 4 * HOUR_US) // pace
            leaves_us = now_us + random.randint(HOUR_US, 4 * HOUR_US) // pace
            if leaves_us > end_us:
                break
            soc_ppm = random.randrange(100_000, 600_000, 10_000)
            ev = Vehicle(
                id=f"EV{len(evs) + 1}",
                battery_wh=random.randrange(40_000, 90_000, 1_000),
                soc_ppm=soc_ppm,
            )
            evs.append(ev)
            stops_us = leaves_us - MINUTE_US // pace
            script.append(At(t_us=now_us, verb="plug_in", args={"ev": ev.id, "cp": cp}))
            script.append(At(t_us=stops_us, verb="stop_charging", args={"ev": ev.id}))
            script.append(At(t_us=leaves_us, verb="unplug", args={"ev": ev.id}))
            now_us = leaves_us
    return evs, script
