"""A virtual week of five charge points: time, size and memory at the end of each day.

``python -m tools.week [days] [seed]`` prints what docs/evidence.md shows; ``make soak`` asserts it.
"""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

from paxos.sim.cluster import Status
from scenarios.session import Session
from scenarios.week import DAY_US, week

MIB = 1 << 20
SLICE_EVENTS = 1_000_000


@frozen
class Day:
    """How things stand after so much of a run."""

    time_us: int
    wall_s: float
    events: int
    slots: int
    rss_mib: float
    held: dict[str, int]


def rss_mib() -> float:
    """Memory that this process has in use, in MiB (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MIB


def held(session: Session) -> dict[str, int]:
    """How much a run holds on to: none of it may grow as time goes by, only ``transactions`` do.

    What waits for a paused node is left out: it comes when the node goes on.
    """
    world = session.world
    nodes = [node for number in world.ids if (node := world.node(number)) is not None]
    replicas = [node.replica for node in nodes]
    hosts = list(world.cluster.hosts.values())
    waiting = sum(len(host.backlog) for host in hosts)
    going = [host for host in hosts if host.status is not Status.PAUSED]
    script = sum(line.t_us > world.now_us for line in world.scenario.script)
    checker = world.invariants
    return {
        "accepted slots": max((len(r.acceptor.accepted) for r in replicas), default=0),
        "decided slots": max((len(r.learner.decided) for r in replicas), default=0),
        "disk rows": max(len(host.disk.frames) for host in hosts),
        "session table, bytes": max(
            (len(r.learner.sessions.snapshot()) for r in replicas), default=0
        ),
        "events in the heap": len(world.cluster.kernel) - script - waiting,
        "sends that wait": sum(len(host.outbox) for host in going),
        "checked slots": len(checker.chosen) if checker is not None else 0,
        "checked ballots": len(checker.users) if checker is not None else 0,
        "event rows": len(world.log),
        "links": len(world.cluster.bus.links),
        "transactions": max((len(node.network.transactions) for node in nodes), default=0),
    }


def days(session: Session, every_us: int = DAY_US) -> Iterator[Day]:
    """Run to the end; one row after each ``every_us``."""
    began = time.perf_counter()
    while not session.finished:
        until_us = session.time_us // every_us * every_us + every_us
        while not session.run(until_us, SLICE_EVENTS):
            pass
        view = session.view()
        yield Day(
            time_us=session.time_us,
            wall_s=time.perf_counter() - began,
            events=view.events,
            slots=max(cp.applied_slot for cp in view.cps),
            rss_mib=rss_mib(),
            held=held(session),
        )


def main() -> int:
    """Print a row for each day, and the verdict."""
    words = [int(word) for word in sys.argv[1:]]
    length, seed = (*words, *(7, 1)[len(words) :])
    session = Session(week(seed, length * DAY_US), seed)
    print("| day | wall, s | events | slots | memory, MiB |")
    print("|---|---|---|---|---|")
    for day in days(session):
        number = day.time_us / DAY_US
        cells = (
            f"{number:g} | {day.wall_s:.0f} | {day.events:,} | {day.slots:,} | {day.rss_mib:.0f}"
        )
        print(f"| {cells} |", flush=True)
    print()
    print("| held in the end | |")
    print("|---|---|")
    for name, count in held(session).items():
        print(f"| {name} | {count:,} |")
    print()
    for outcome in session.outcomes:
        print(f"{'held' if outcome.held else 'FAILED'}: {outcome.text}: {outcome.found}")
    print(session.world.violation or "all invariants held")
    print(" ".join(f"{name} {count:,}" for name, count in session.world.cluster.covered().items()))
    failed = session.world.violation or not all(outcome.held for outcome in session.outcomes)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
