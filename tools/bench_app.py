"""What the terminal app costs: ``python -m tools.bench_app``. Nothing here is asserted.

The program in a real pseudo-terminal: time to the first frame, processor time idle and at 10×. Then
a run of 100,000 slots and more than 1,000,000 messages, none of it compacted, with each view drawn
upon it, and the memory of it all.
"""

import asyncio
import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen

from evtui.actions import ACTIONS, VIEWS
from evtui.app import EvtuiApp
from scenarios.loader import load, loads
from scenarios.session import Session
from scenarios.timeline import Timeline
from tools.bench import line
from tools.week import rss_mib

SCENARIO = "ten-minutes"
ROUNDS = 5
WATCHED_S = 10.0
SIZE = (200, 60)
FRAMES = 20
PRESSES = 60
SLOTS = 100_000
SLICE_EVENTS = 100_000
TICKS_S = 1 / os.sysconf("SC_CLK_TCK")

BUSY = (
    """\
name = "busy"
title = "Five charge points whose meters speak five times a second"
duration = "4200s"
cps = 5
meter_interval = "200ms"

[site]
capacity = "55kW"

[paxos]
snapshot = 1000000
"""
    + "".join(f'\n[[ev]]\nid = "EV{n}"\nbattery = "100kWh"\nsoc = "10%"\n' for n in range(1, 6))
    + "".join(
        f'\n[[at]]\nt = "{n}s"\ndo = "plug_in"\nev = "EV{n}"\ncp = "CP{n}"\n' for n in range(1, 6)
    )
)
"""Some 25 slots a second."""


@frozen
class Terminal:
    """The program in a pseudo-terminal."""

    pid: int
    fd: int

    def read_for(self, seconds: float, word: bytes = b"") -> bool:
        """Take what it writes, for so long or until it has written a word."""
        end, seen = time.perf_counter() + seconds, b""
        while (left := end - time.perf_counter()) > 0:
            if select.select([self.fd], [], [], left)[0]:
                seen = seen[-64:] + os.read(self.fd, 1 << 16)
                if word and word in seen:
                    return True
        return False

    def cpu_s(self) -> float:
        """Its processor time (proc(5): fields 14 and 15 of stat)."""
        text = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii")
        fields = text.rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) * TICKS_S


@contextmanager
def terminal(*args: str, size: tuple[int, int] = (120, 36)) -> Iterator[Terminal]:
    """The program with these arguments."""
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
        os.execv(sys.executable, [sys.executable, "-m", "evtui.cli", *args])  # noqa: S606
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    try:
        yield Terminal(pid, fd)
    finally:
        os.kill(pid, signal.SIGKILL)
        os.close(fd)
        os.waitpid(pid, 0)


def first_frame_s() -> float:
    """From the command to the first frame."""
    start = time.perf_counter()
    with terminal(SCENARIO) as app:
        if not app.read_for(20, b"CP5"):
            raise RuntimeError("there was no frame within 20 s")
        return time.perf_counter() - start


def share(*args: str, keys: bytes = b"") -> float:
    """Share of a core that it takes, once it stands and these keys were pressed."""
    with terminal(SCENARIO, *args) as app:
        app.read_for(20, b"CP5")
        os.write(app.fd, keys)
        app.read_for(2)
        before = app.cpu_s()
        app.read_for(WATCHED_S)
        return (app.cpu_s() - before) / WATCHED_S


def key_ms(*begin: bytes) -> list[float]:
    """From a key (one event on) to what it changes on the screen, again and again."""
    taken = []
    with terminal("leader-crash", "--at", "3m1s") as app:
        app.read_for(20, b"CP5")
        for keys in begin:
            os.write(app.fd, keys)
            app.read_for(2)
        for _ in range(PRESSES):
            app.read_for(0.15)
            start = time.perf_counter()
            os.write(app.fd, b".")
            if not select.select([app.fd], [], [], 5)[0]:
                raise RuntimeError("a key changed nothing within 5 s")
            taken.append((time.perf_counter() - start) * 1000)
    return sorted(taken)


def simulation(speed: int) -> float:
    """Share of a core that the same virtual time takes without an app."""
    session = Session(load(SCENARIO))
    session.record()
    start = time.process_time()
    span_us = int((WATCHED_S + 2) * speed * 1_000_000)
    while not session.run(span_us, SLICE_EVENTS):
        pass
    return (time.process_time() - start) / (WATCHED_S + 2)


def busy() -> Timeline:
    """A run of so many slots, as the app keeps it."""
    timeline = Timeline(Session(loads(BUSY, "busy.toml")))
    timeline.record()
    while not timeline.finished and timeline.view().log_last < SLOTS:
        timeline.run(timeline.time_us + 10_000_000, SLICE_EVENTS)
    return timeline


async def views(timeline: Timeline) -> dict[str, tuple[float, float]]:
    """For each view: from a key to its first frame, and a frame of it from then on; in ms."""
    app = EvtuiApp(timeline, paused=True)
    taken: dict[str, tuple[float, float]] = {}
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        for key, name in [
            ("", "Network"),
            *((a.keys, a.title) for a in ACTIONS if a.group == VIEWS),
        ]:
            start = time.perf_counter()
            if key:
                await pilot.press(key)
                await pilot.pause()
            opened = time.perf_counter() - start
            frames = []
            for _ in range(FRAMES):
                start = time.process_time()
                app.take_picture()
                app.screen.refresh()
                await pilot.pause()
                frames.append(time.process_time() - start)
            taken[name] = opened * 1000, statistics.median(frames) * 1000
            if key:
                await pilot.press("escape")
                await pilot.pause()
    return taken


def main() -> None:
    """Measure and print."""
    firsts = sorted(first_frame_s() for _ in range(ROUNDS))
    imports = statistics.median(_python_s() for _ in range(ROUNDS))
    line(
        "first frame",
        f"{statistics.median(firsts):.2f} s",
        f"(best {firsts[0]:.2f}; Python alone {imports:.2f})",
    )
    line("idle and paused", f"{share(keys=b' '):.1%} of a core")
    at_ten, alone = share("--speed", "10"), simulation(10)
    line(
        "at 10×, five CPs",
        f"{at_ten:.1%} of a core",
        f"(drawing {at_ten - alone:.1%}, simulation {alone:.1%})",
    )
    for name, begin in (("alone", ()), ("beside 100 futures", (b"W\r", b"\x1b"))):
        keys = key_ms(*begin)
        line(f"a key, {name}", f"{statistics.median(keys):.0f} ms", f"(slowest {keys[-1]:.0f} ms)")
    start = time.perf_counter()
    timeline = busy()
    view = timeline.view()
    line(
        "busy run",
        f"{time.perf_counter() - start:.0f} s",
        f"{view.log_last:,} slots, {view.messages:,} messages, {rss_mib():,.0f} MiB",
    )
    for name, (opened, frame) in asyncio.run(views(timeline)).items():
        line(f"view {name}", f"{frame:.1f} ms a frame", f"(opened in {opened:.0f} ms)")
    line("memory after all", f"{rss_mib():,.0f} MiB")


def _python_s() -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
