"""Timings of a log of 100,000 slots: ``python -m tools.bench_log``.

What keeping the log costs a run, what it holds in memory, how much processor time any frame of the
view takes (a window of slots, one of them in full, the next part of a search, and the drawing),
what a checkpoint's fork costs, and writing all of it as JSON.
"""

import gc
import time
from collections.abc import Callable
from itertools import cycle

from attrs import evolve

from evtui.render import slots
from paxos.check.logbook import LogBook
from paxos.clients import Client, Verdict
from paxos.effects import Applied
from paxos.messages import Accept, Accepted
from paxos.sim.streams import stream
from scenarios.loader import load
from scenarios.log.table import log_table
from scenarios.log.view import LogWindow
from scenarios.messages.recording import book_of, keep_logs
from scenarios.session import Session
from scenarios.view import Window
from tools.bench import line
from tools.bench_messages import WINDOWS, resident_mib

SCENARIO = "ten-minutes"
SLOTS = 100_000
ROWS, WIDTH = 57, 200
FILTERS = ("", "meter", "cp:CP3 -heartbeat", "ev:EV2", "kind:start", "ballot:9.CP1", "state:chosen")
"""The last two find nothing, and look through all."""


def longest_ms(work: Callable[[int], object]) -> tuple[float, float]:
    """The median and the longest of a window at each of many places, in ms of processor time."""
    taken = []
    for number in range(WINDOWS):
        start = time.process_time()
        work(number)
        taken.append((time.process_time() - start) * 1000)
    return sorted(taken)[len(taken) // 2], max(taken)


def kept() -> Session:
    """A run whose log is 100,000 slots long: its own, said again and again."""
    session = Session(load(SCENARIO))
    keep_logs(session.worlds())
    while not session.run(session.scenario.duration_us, 100_000):
        pass
    world, book = session.world, book_of(session.world)
    assert book is not None  # noqa: S101 - it is kept
    entries = [book.entry(slot) for slot in book.slots()]
    many = LogBook()
    for slot, entry in zip(range(1, SLOTS + 1), cycle(entries), strict=False):
        assert entry is not None  # noqa: S101 - it is kept
        made, now_us = entry.proposals[0], slot * 1_000
        outcome = Applied(slot, made.value, Client(1, 1), slot, b"", Verdict.FRESH)
        many.said(now_us, made.ballot.node, Accept(made.ballot, slot, [made.value], slot - 1))
        for node in made.votes:
            many.said(now_us + node, node, Accepted(made.ballot, slot, 1))
            many.applied(now_us + 10 * node, node, (outcome,))
    for number in world.ids:
        node = world.node(number)
        assert node is not None  # noqa: S101 - it is kept
        node.replica.learner.commit_slot = SLOTS
    world.cluster.scribe = many
    return session


def main() -> None:
    """Measure and print."""
    taken: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(5):
        for keeps in (False, True):
            session = Session(load(SCENARIO))
            if keeps:
                keep_logs(session.worlds())
            start = time.perf_counter()
            while not session.run(session.scenario.duration_us, 100_000):
                pass
            taken[keeps].append(time.perf_counter() - start)
    line("run without a logbook", f"{min(taken[False]):.3f} s")
    line("run with one", f"{min(taken[True]):.3f} s", "only in the app, and with --log-json")
    before_mib = resident_mib()
    session = kept()
    world, book = session.world, book_of(session.world)
    assert book is not None  # noqa: S101 - it is kept
    line("slots", f"{book.last:,}", f"{resident_mib() - before_mib:.0f} MiB")
    gc.collect()
    gc.freeze()  # a full pass over all else that the process holds is not this view's
    draw = stream(1, "windows")
    view = session.view(Window(log_rows=1, event_rows=1))
    for words in FILTERS:
        book.search, parts = None, 0

        def frame(_: int = 0, words: str = words) -> bool:
            at = draw.randrange(1, SLOTS) if draw.randrange(4) else None
            window = LogWindow(at, ROWS, bool(draw.randrange(2)), at, words, cps=len(world.ids))
            table = log_table(world, window)
            assert table is not None  # noqa: S101 - it is kept
            seen = evolve(view, slots=table)
            place = slots.lay(seen, (WIDTH, ROWS), 0)
            slots.page(seen, place, (WIDTH, ROWS), hides=True, motion=("", ""))
            return table.is_done

        most_ms, total_ms, done = 0.0, 0.0, False
        while not done:
            start = time.process_time()
            done = frame()
            took_ms = (time.process_time() - start) * 1000
            most_ms, total_ms, parts = max(most_ms, took_ms), total_ms + took_ms, parts + 1
        median, most = longest_ms(frame)
        line(f"frame, filter {words or 'none'!r}", f"{median:.1f} ms", f"(at most {most:.1f} ms)")
        line("  the search before", f"{parts} frames",
             f"{total_ms:.0f} ms in all, one at most {most_ms:.1f} ms")  # fmt: skip
    line("slots with commands decoded", f"{resident_mib() - before_mib:.0f} MiB")
    median, most = longest_ms(lambda _: book.fork())
    line("fork for a checkpoint", f"{median * 1000:.0f} µs", f"(at most {most:.2f} ms)")
    start = time.perf_counter()
    size = sum(map(len, session.log_lines()))
    line("all of it as JSON", f"{time.perf_counter() - start:.1f} s", f"{size / 2**20:.0f} MiB")


if __name__ == "__main__":
    main()
