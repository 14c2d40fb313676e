"""The program in a real terminal: settings from a file, and an end that nobody wanted."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from evtui.cli import main

ROOT = Path(__file__).resolve().parents[2]
LATEST_S = 60

START = "import sys; from evtui.cli import main; sys.exit(main(sys.argv[1:]))"
BROKEN = """
import sys
from evtui.cli import main
from scenarios.timeline import Timeline
run = Timeline.go_on
def boom(self, until_us, max_events):
    if self.time_us > 2_000_000:
        raise RuntimeError("out of order")
    return run(self, until_us, max_events)
Timeline.go_on = boom
sys.exit(main(sys.argv[1:]))
"""


def in_terminal(
    code: str,
    args: list[str],
    folder: Path,
    *,
    until: str = "",
    keys: bytes = b"",
    then: tuple[str, signal.Signals] | None = None,
    **more: str,
) -> tuple[int, str]:
    """Run Python in a terminal of 80 by 24; its exit code, and all that it wrote.

    Once ``until`` was written, ``keys`` are typed; once the text of ``then`` was, its signal comes.
    """
    ours, theirs = pty.openpty()
    environ = os.environ | {
        "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24", "PYTHONPATH": str(ROOT),
        "EVTUI_CONFIG_DIR": str(folder / "conf"),
    } | more  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-c", code, *args],
        stdin=theirs, stdout=theirs, stderr=theirs, cwd=folder, env=environ,
    )  # fmt: skip
    os.close(theirs)
    out, end_s, typed = b"", time.monotonic() + LATEST_S, not keys
    while time.monotonic() < end_s:
        if select.select([ours], [], [], 0.1)[0]:
            try:
                part = os.read(ours, 65_536)
            except OSError:
                break
            if not part:
                break
            out += part
        if not typed and until.encode() in out:
            os.write(ours, keys)
            typed = True
        if typed and then is not None and then[0].encode() in out:
            process.send_signal(then[1])
            then = None
    else:
        process.kill()
        pytest.fail(f"it did not end: {out[-2_000:]!r}")
    os.close(ours)
    return process.wait(), out.decode(errors="replace")


def test_an_app_that_dies_says_what_reopens_the_run(tmp_path: Path) -> None:
    """One sentence, and the command; the traceback is in a file, and the session is whole."""
    code, out = in_terminal(BROKEN, ["ten-minutes", "--speed", "50"], tmp_path)
    assert code == 1
    log, trace = "ten-minutes-rescued-1.log", "ten-minutes-rescued-1.txt"
    saved = f"the session is saved in {log}, the traceback in {trace}"
    first, second = out.replace("\r\n", "\n").splitlines()[-2:]
    assert first.endswith(f"evtui: the app failed (RuntimeError: out of order); {saved}")
    assert second == f"evtui: it reopens with: evtui {log}"
    assert "Traceback" not in out
    assert "out of order" in (tmp_path / trace).read_text("utf-8")
    assert main(["replay", str(tmp_path / log)]) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda it: it.name)
def test_a_signal_ends_in_order(tmp_path: Path, number: signal.Signals) -> None:
    """What was done is saved, and the terminal is as it was: no mouse, no alternate screen."""
    code, out = in_terminal(
        START, ["ten-minutes", "--at", "1m"], tmp_path,
        until="quit", keys=b"k", then=("crashed", number),
    )  # fmt: skip
    assert code == 128 + number
    for mode in ("1000", "1003", "1006", "1049", "2004"):
        assert out.rfind(f"\x1b[?{mode}l") > out.rfind(f"\x1b[?{mode}h"), mode
    log = "ten-minutes-rescued-1.log"
    first, second = out.replace("\r\n", "\n").splitlines()[-2:]
    assert first.endswith(f"evtui: ended by {number.name}; the session is saved in {log}")
    assert second == f"evtui: it reopens with: evtui {log}"
    assert "crash" in (tmp_path / log).read_text("utf-8")
    assert main(["replay", str(tmp_path / log)]) == 0


HANGS_UP = """
import fcntl, os, sys, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
"""


def test_a_terminal_that_is_closed_loses_nothing(tmp_path: Path) -> None:
    """The session is saved though nothing can be written there any more, and the app ends."""
    ours, theirs = pty.openpty()
    environ = os.environ | {"PYTHONPATH": str(ROOT), "EVTUI_CONFIG_DIR": str(tmp_path / "conf")}
    process = subprocess.Popen(
        [sys.executable, "-c", HANGS_UP + START, "ten-minutes", "--at", "1m"],
        stdin=theirs, stdout=theirs, stderr=theirs, cwd=tmp_path, env=environ,
    )  # fmt: skip
    os.close(theirs)
    try:
        shown_until(ours, b"quit")
        os.write(ours, b"k")
        shown_until(ours, b"crashed")
        os.close(ours)
        assert process.wait(LATEST_S) == 129
    finally:
        process.kill()
        process.wait()
    assert main(["replay", str(tmp_path / "ten-minutes-rescued-1.log")]) == 0


def shown_until(terminal: int, text: bytes) -> None:
    """Read what is drawn until a text was."""
    out, end_s = b"", time.monotonic() + LATEST_S
    while text not in out:
        assert time.monotonic() < end_s, out[-2_000:]
        if select.select([terminal], [], [], 0.1)[0]:
            out += os.read(terminal, 65_536)


COLOR = re.compile(r"\x1b\[(?:[0-9;:]*;)?(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:[;:][0-9;:]*)?m")


@pytest.mark.parametrize("theme", ["evtui-dark", "evtui-ansi-dark", "evtui-ansi-light"])
def test_no_colour_reaches_a_terminal_that_wants_none(tmp_path: Path, theme: str) -> None:
    """``NO_COLOR``: not from the network, not from the palette."""
    args = ["ten-minutes", "--at", "1m", "--theme", theme]
    keys = {"until": "quit", "keys": b":", "then": ("Search", signal.SIGTERM)}
    code, out = in_terminal(START, args, tmp_path, NO_COLOR="1", **keys)  # type: ignore[arg-type]
    assert code == 143
    assert COLOR.findall(out) == []
    assert "\x1b[1m" in out
    _, out = in_terminal(START, args, tmp_path, **keys)  # type: ignore[arg-type]
    assert COLOR.findall(out)


SETTINGS = """\
theme = "evtui-lihgt"
ascii = true
start_paused = true
[keys]
quit = "Q"
kill = "x"
"""


def test_settings_of_a_file_are_in_force_and_its_mistakes_are_told(tmp_path: Path) -> None:
    """On standard error before the app opens; it opens all the same, and has the rebound key."""
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    code, out = in_terminal(START, ["ten-minutes"], tmp_path, until="quit", keys=b"qQ")
    assert code == 0
    assert 'settings.toml:1: theme: found "evtui-lihgt"; allowed' in out
    assert 'did you mean "evtui-light"?' in out
    assert "settings.toml:6: keys.kill: found" in out
    assert "●" not in out
    assert "= paused" in out
    assert list(tmp_path.glob("*rescued*")) == []
