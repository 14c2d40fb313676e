"""Timings of the main job, for people: ``make bench``. Nothing here is asserted.

The run is ``evtui run ten-minutes`` with every invariant on. Absolute times say something about
one machine at one moment; the last line compares with a bare loop measured in the same minute.
"""

import heapq
import platform
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import msgpack

from fsm.energy.admission import admit_all
from fsm.energy.planners import flow
from fsm.energy.verify import verify
from fsm.network.planner import make_plan
from fsm.ocpp.actions import PLAN, VENDOR_ID
from fsm.ocpp.frames import pack_operation
from paxos.check.linearizability.models import KV
from paxos.check.linearizability.verdict import check
from paxos.sim.streams import stream
from scenarios.loader import load
from scenarios.report import Report
from scenarios.runner import run
from tests.fsm.test_plans import Planned
from tests.paxos.linearizability.histories import KEYS, concurrent, corrupted
from tools.compare_planners import day

SCENARIO = "ten-minutes"
ROUNDS = 5
FLOOR_MESSAGES = 100_000
CHECKED = 5_000
DAYS, EVS = 20, 50


def timed(work: Callable[[], object], rounds: int = ROUNDS) -> tuple[float, float]:
    """Best and median wall time in seconds."""
    taken: list[float] = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken), statistics.median(taken)


def process(*args: str) -> Callable[[], object]:
    """The program in a process of its own."""
    command = [sys.executable, "-m", "evtui.cli", *args]
    return lambda: subprocess.run(command, capture_output=True, check=True)


def floor() -> None:
    """What a simulated message costs at least, without any protocol.

    Pop, draw for loss, decode, dispatch, encode, draw for latency, push.
    """
    packer = msgpack.Packer()
    draws = random.Random(1)
    handlers: dict[int, Callable[[list[object]], bytes]] = {1: packer.pack}
    frame = packer.pack([1, 2, 3, 4, 5, 6, 7, 8, b"value"])
    heap: list[tuple[int, int, bytes]] = [(0, i, frame) for i in range(16)]
    for number in range(16, FLOOR_MESSAGES):
        time_us, _, payload = heapq.heappop(heap)
        if draws.random() < 0.0:
            continue
        message = msgpack.unpackb(payload)
        answer = handlers[message[0]](message)
        heapq.heappush(heap, (time_us + draws.getrandbits(12), number, answer))


def histories() -> None:
    """How long ``evtui check`` takes for 5,000 operations, with what it says of a wrong one."""
    for clients in (20, 50, 100):
        right = concurrent(1, CHECKED, KEYS, clients)
        for word, history in (("right", right), ("wrong", corrupted(right, 1))):
            verdict = check(history, KV)
            taken_s, median_s = timed(lambda history=history: check(history, KV), 3)  # type: ignore[misc]
            line(f"check {CHECKED:,} operations, {clients} clients", f"{taken_s:.3f} s",
                 f"({median_s:.3f} s) {word}: {verdict.answer.value}")  # fmt: skip


def planning() -> None:
    """How long a day of 50 EVs in 96 steps takes to plan, and to verify by each replica."""
    for minimum in (False, True):
        words = "with 6 A minimums" if minimum else "without minimums"
        made, checked = [], []
        for seed in range(DAYS):
            offered = day(seed, minimum=minimum)
            admitted = admit_all(offered.only(offered.requests[:EVS])).problem
            plan = flow.plan(admitted)
            made.append(timed(lambda asked=admitted: flow.plan(asked), 3)[0])  # type: ignore[misc]
            checked.append(timed(lambda asked=admitted, it=plan: verify(asked, it), 3)[0])  # type: ignore[misc]
        days("plan", made, words)
        days("verify", checked, words)
    made, checked = [], []
    for seed in range(DAYS):
        planning_s, applying_s = planned_network(seed)
        made.append(planning_s)
        checked.append(applying_s)
    days("leader's plan", made, f"of {EVS} EVs just plugged in, with 6 A minimums")
    days("command of it", checked, "unpacked, verified and applied by a replica")


def days(what: str, taken_s: list[float], note: str) -> None:
    """The median and the longest of several days."""
    median, longest = statistics.median(taken_s) * 1000, max(taken_s) * 1000
    line(f"{what}, {DAYS} days of {EVS} EVs", f"{median:.1f} ms",
         f"(at most {longest:.1f} ms) {note}")  # fmt: skip


def planned_network(seed: int) -> tuple[float, float]:
    """A network of as many charge points, each with a request: seconds to plan, and to apply."""
    draw = stream(seed, "planned network")
    network = Planned(capacity_w=60_000, cps=EVS)
    for number in range(1, EVS + 1):
        network.start(f"CP{number}")
        wanted_wh = min(max(round(draw.lognormvariate(9.5, 0.6)), 500), 60_000)
        network.ask(f"CP{number}", wanted_wh, draw.randrange(30, 96))
    make_plan(network.state.state, 1)
    start = time.perf_counter()
    data = make_plan(network.state.state, 1)
    planning_s = time.perf_counter() - start
    command = {"vendorId": VENDOR_ID, "messageId": PLAN, "data": data}
    operation = pack_operation("CP1", 1_000, "CP1-1000", "DataTransfer", command)
    start = time.perf_counter()
    network.state.apply(operation)
    return planning_s, time.perf_counter() - start


def line(what: str, value: str, note: str = "") -> None:
    """One figure with its unit."""
    print(f"{what:<38}{value:>16}  {note}".rstrip())


def main() -> None:
    """Measure and print."""
    scenario = load(SCENARIO)
    report: Report = run(scenario)
    inside_s, inside_median_s = timed(lambda: run(scenario))
    whole_s, whole_median_s = timed(process("run", SCENARIO, "--json"))
    help_s, help_median_s = timed(process("--help"))
    floor_s, _ = timed(floor)
    floor_rate = FLOOR_MESSAGES / floor_s
    rate = report.messages / inside_s

    print(f"Python {platform.python_version()}, {platform.machine()}, best of {ROUNDS} (median)")
    print(f"{SCENARIO}: {report.events:,} events, {report.messages:,} messages, exit code "
          f"{report.exit_code}, every invariant on")  # fmt: skip
    line("evtui run ten-minutes, whole process", f"{whole_s:.3f} s", f"({whole_median_s:.3f} s)")
    line("the run alone", f"{inside_s:.3f} s", f"({inside_median_s:.3f} s)")
    line("evtui --help, whole process", f"{help_s:.3f} s", f"({help_median_s:.3f} s)")
    line("events", f"{report.events / inside_s:,.0f} /s")
    line("messages", f"{rate:,.0f} /s")
    line("virtual time ÷ wall time", f"{report.virtual_s / inside_s:,.0f} ×",
         f"at {report.messages / report.virtual_s:.0f} messages a virtual second")  # fmt: skip
    planning()
    histories()
    line("bare heap and msgpack loop", f"{floor_rate:,.0f} /s", "messages")
    line("share of the bare loop", f"{rate / floor_rate:.1%}")


if __name__ == "__main__":
    main()
