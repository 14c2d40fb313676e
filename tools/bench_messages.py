"""Timings of a million recorded messages: ``python -m tools.bench_messages``.

What recording costs a run, what it holds in memory, how long any window takes to be drawn, and what
a checkpoint's fork costs.
"""

import resource
import time
from collections.abc import Callable

from evtui.render.messages import Shown, page
from paxos.sim.recorder import Recorder
from paxos.sim.streams import stream
from scenarios.loader import load
from scenarios.messages.codes import classify
from scenarios.messages.look import between, diagram
from scenarios.messages.query import read
from scenarios.messages.recording import recorder_of
from scenarios.messages.view import Span
from scenarios.session import Session
from tools.bench import line

SCENARIO = "ten-minutes"
FRAMES = 1_000_000
ROWS, WIDTH = 60, 200
WINDOWS = 40
FILTERS = (
    "", "all", "prepare", "trouble", "accept cp3", "promise ev1", "-notes nack",
    "-notes snapshotchunk", "-notes accepted ev1", "-notes -cp1 -cp2 -cp3 -cp4 -cp5",
)  # fmt: skip
"""The last ones find nothing, and look through all."""


def recorded() -> tuple[Session, Recorder]:
    """A run, and a recorder that has heard it again and again until it has a million frames."""
    session = Session(load(SCENARIO))
    session.record()
    while not session.run(session.scenario.duration_us, 100_000):
        pass
    one = recorder_of(session.world)
    many = Recorder(classify, FRAMES)
    shift_us, sequence, waiting = 0, 0, dict[int, int]()
    while many.total < FRAMES:
        for at in range(one.start, one.end):
            entry = one.entry(at)
            if entry is None:
                continue
            it, now_us = entry.flight, entry.time_us + shift_us
            if it is None:
                many.note(now_us, entry.note)
            elif entry.ended:
                many.ended(waiting.pop(it.number), now_us, it.fate)
            else:
                frame, ends = one.frame(it.number) or b"", (it.source, it.target)
                if it.due_us is None:
                    many.lost(it.channel, ends, bytes(frame), now_us, it.fate)
                    continue
                sequence += 1
                waiting[it.number] = sequence
                arrival = it.due_us + shift_us, sequence
                many.sent(it.channel, ends, frame, now_us, arrival, int(it.oddity))
        shift_us += session.scenario.duration_us
        waiting.clear()
    return session, many


def longest_ms(work: Callable[[int], object]) -> tuple[float, float]:
    """The median and the longest of a window at each of many places, in ms."""
    taken = []
    for number in range(WINDOWS):
        start = time.perf_counter()
        work(number)
        taken.append((time.perf_counter() - start) * 1000)
    return sorted(taken)[len(taken) // 2], max(taken)


def resident_mib() -> float:
    """The most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def cost_of_recording() -> None:
    """A run with and without a recorder."""
    taken: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(5):
        for records in (False, True):
            session = Session(load(SCENARIO))
            if records:
                session.record()
            start = time.perf_counter()
            while not session.run(session.scenario.duration_us, 100_000):
                pass
            taken[records].append(time.perf_counter() - start)
    line("run without a recorder", f"{min(taken[False]):.3f} s")
    line("run with one", f"{min(taken[True]):.3f} s", "only in the app, and with --diagram")


def main() -> None:
    """Measure and print."""
    cost_of_recording()
    before_mib = resident_mib()
    session, many = recorded()
    world, draw = session.world, stream(1, "windows")
    names = (*world.ids.values(), *world.cars)
    line("messages", f"{many.total:,}", f"{resident_mib() - before_mib:.0f} MiB")
    for words in FILTERS:
        shown = Shown(filter=read(words, names), text=words)

        def window(_: int, shown: Shown = shown) -> None:
            at = draw.randrange(many.start, many.end)
            span = Span(at, ROWS, back=bool(at & 1), filter=shown.filter)
            page(diagram(world, many, span), shown, WIDTH, ROWS)

        median, most = longest_ms(window)
        line(f"window of {ROWS} rows, filter {words or 'none'!r}", f"{median:.1f} ms",
             f"(at most {most:.1f} ms)")  # fmt: skip
    median, most = longest_ms(lambda _: many.fork())
    line("fork for a checkpoint", f"{median * 1000:.0f} µs", f"(at most {most:.2f} ms)")
    last_us = many.entry(many.end - 1).time_us  # type: ignore[union-attr]
    start = time.perf_counter()
    between(world, many, (last_us // 2, last_us // 2 + 10_000_000), read("", names), 2_000)
    line("ten seconds in the middle", f"{(time.perf_counter() - start) * 1000:.1f} ms")


if __name__ == "__main__":
    main()
