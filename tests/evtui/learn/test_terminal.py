"""The whole command in a terminal: the list, a lesson to its end, the next one, and out."""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

from evtui.learn.progress import FILE

WAIT_S = 60
ESCAPE = "\x1b"
HOME = "\x1b[H"


class Terminal:
    """The command in a pseudo-terminal of 80×24."""

    def __init__(self, *arguments: str) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "evtui.cli", "learn", *arguments],
            env={**os.environ, "TERM": "xterm-256color", "TEXTUAL_ANIMATIONS": "none"},
            stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
        )  # fmt: skip
        os.close(slave)
        self.said = b""

    def send(self, *keys: str) -> None:
        """Press keys, at the speed of a person."""
        for key in keys:
            os.write(self._master, key.encode())
            self.read(0.4)

    def read(self, for_s: float) -> None:
        """Take what comes."""
        end = time.monotonic() + for_s
        while (left := end - time.monotonic()) > 0:
            if select.select([self._master], [], [], left)[0]:
                try:
                    self.said += os.read(self._master, 65_536)
                except OSError:  # it has ended
                    return

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait."""
        end = time.monotonic() + WAIT_S
        while not holds():
            assert time.monotonic() < end, self.said[-2_000:].decode(errors="replace")
            self.read(0.1)

    def left(self) -> int:
        """Its exit code, once it has ended."""
        self.until(lambda: self.process.poll() is not None)
        return self.process.returncode

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Whatever happened, nothing runs on."""
        self.process.kill()
        self.process.wait()
        os.close(self._master)


def test_a_lesson_in_a_terminal(own_data_folder: Path) -> None:
    """What was done is kept at once, and the next lesson follows."""

    def kept() -> object:
        file = own_data_folder / FILE
        if not file.exists():
            return None
        lesson = json.loads(file.read_text(encoding="utf-8"))["lessons"].get("ballots", {})
        return "done" if lesson.get("done") else lesson.get("way", {}).get("step")

    with Terminal("--speed", "max") as terminal:
        terminal.until(lambda: b"Who leads is decided" in terminal.said)
        terminal.send("\r")
        terminal.until(lambda: b"Five charge points" in terminal.said)
        terminal.send(" ")
        terminal.until(lambda: kept() == 1)
        terminal.send("n", "\x1b[B", "\x1b[B")
        terminal.until(lambda: kept() == 2)
        terminal.send("n", "w", "\r", ESCAPE, ESCAPE)
        terminal.until(lambda: kept() == 3)
        terminal.send("n", "m", "/", "promise", "\r", HOME, "\x1b[B", "\r", ESCAPE, ESCAPE)
        terminal.until(lambda: kept() == "done")
        terminal.send("n")
        terminal.until(lambda: b"2 Accepted, chosen" in terminal.said)
        terminal.send("q")
        assert terminal.left() == 0
        assert b"Traceback" not in terminal.said


def test_leaving_the_list(own_data_folder: Path) -> None:
    """Nothing is opened, nothing written."""
    with Terminal() as terminal:
        terminal.until(lambda: b"Who leads is decided" in terminal.said)
        terminal.send("q")
        assert terminal.left() == 0
    assert not own_data_folder.exists()


def test_the_list_is_drawn_as_somebody_wants_it(own_data_folder: Path) -> None:
    """The options of ``evtui`` hold here, too; a signal leaves the terminal clean."""
    with Terminal("--ascii", "--theme", "evtui-light") as terminal:
        terminal.until(lambda: b"Who leads is decided" in terminal.said)
        assert "▌" not in terminal.said.decode()
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.left() == 143
        assert terminal.said.rfind(b"\x1b[?1049l") > terminal.said.rfind(b"\x1b[?1049h")
