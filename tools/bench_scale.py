"""What groups of 3 to 1,000 charge points cost: ``make bench-scale``. Nothing here is asserted.

Every charge point has an EV and puts its meter into the log every ten seconds, for ten virtual
minutes, with every invariant on. Each row is a process of its own, so that its memory is its own.
Times are processor times: they say something about one machine at one moment, but not about what
else it had to do.

``python -m tools.bench_scale 1000 --minutes 1`` measures one row. A second table keeps the group
and raises the load: messages a command fall, as commands travel together.
"""

import argparse
import json
import platform
import resource
import subprocess
import sys
import time

from attrs import evolve

from scenarios.loader import loads
from scenarios.schema import Scenario
from scenarios.session import Session
from scenarios.world import World

SIZES = (3, 10, 30, 100, 300, 1_000)
LOADED_CPS = 100
METERS_MS = (60_000, 10_000, 2_000, 500, 200)
MINUTE_US = 60_000_000
MIB = 1024

_FILE = """
duration = "10m"
cps = {cps}
meter_interval = "{meter_ms}ms"
[site]
capacity = "{capacity_w}W"
[fleet]
evs = {cps}
arrive = ["5s", "25s"]
"""


def scenario(cps: int, minutes: int, meter_ms: int = 10_000) -> Scenario:
    """A car park of that many places, all of them taken within half a minute."""
    text = _FILE.format(cps=cps, meter_ms=meter_ms, capacity_w=11_000 * cps)
    return evolve(loads(text, f"{cps}-cps"), duration_us=minutes * MINUTE_US)


def measure(cps: int, minutes: int, meter_ms: int) -> dict[str, float]:
    """One run, in this process."""
    run = scenario(cps, minutes, meter_ms)
    wall, cpu = time.perf_counter(), time.process_time()
    world = World(run, run.seed)
    while world.step(run.duration_us) is not None:
        pass
    wall_s, cpu_s = time.perf_counter() - wall, time.process_time() - cpu
    if world.violation is not None:
        raise SystemExit(str(world.violation))
    nodes = [node for number in world.ids if (node := world.node(number)) is not None]
    session = Session(run)
    session.world = world
    look = time.process_time()
    session.view()
    return {
        "cps": cps,
        "meter_ms": meter_ms,
        "commands": max(node.network.applied for node in nodes),
        "applied": sum(node.network.applied for node in nodes),
        "events": world.cluster.trace.events,
        "messages": world.cluster.bus.sent,
        "wall_s": wall_s,
        "cpu_s": cpu_s,
        "view_ms": (time.process_time() - look) * 1_000,
        "states": len({id(node.network.state) for node in nodes}),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MIB,
    }


def apart(cps: int, minutes: int, meter_ms: int) -> dict[str, float]:
    """The same in a process of its own."""
    command = [sys.executable, "-m", "tools.bench_scale", str(cps), "--json"]
    command += ["--minutes", str(minutes), "--meter-ms", str(meter_ms)]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


_HEAD = (
    "   CPs   meter  commands  messages/command      CPU s  ms/command  µs/command/CP  "
    "states  view ms  peak MiB"
)


def row(found: dict[str, float]) -> str:
    """One line of a table."""
    commands, cps = found["commands"], found["cps"]
    ms, each = found["cpu_s"] * 1_000 / commands, found["messages"] / commands
    return (
        f"{cps:>6,}{found['meter_ms'] / 1_000:>6.1f} s{commands:>10,}{each:>18.1f}"
        f"{found['cpu_s']:>11.1f}{ms:>12.2f}{ms * 1_000 / cps:>15.1f}"
        f"{found['states']:>8}{found['view_ms']:>9.1f}{found['peak_mib']:>10.0f}"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cps", nargs="?", type=int, help="one row only")
    parser.add_argument("--minutes", type=int, default=10, help="virtual minutes")
    parser.add_argument("--meter-ms", type=int, default=10_000, help="between meter values")
    parser.add_argument("--json", action="store_true", help="one row as a JSON object")
    asked = parser.parse_args()
    if asked.cps is not None:
        found = measure(asked.cps, asked.minutes, asked.meter_ms)
        print(json.dumps(found) if asked.json else f"{_HEAD}\n{row(found)}")
        return
    print(f"Python {platform.python_version()}, {platform.machine()}, every invariant on")
    print(f"{asked.minutes} virtual minutes, an EV at every charge point\n{_HEAD}")
    for cps in SIZES:
        print(row(apart(cps, asked.minutes, asked.meter_ms)), flush=True)
    print(f"\n1 virtual minute, load by load\n{_HEAD}")
    for meter_ms in METERS_MS:
        print(row(apart(LOADED_CPS, 1, meter_ms)), flush=True)


if __name__ == "__main__":
    main()
