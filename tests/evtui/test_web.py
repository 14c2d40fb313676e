"""The app in a browser: two people at once in a real Chromium, and who may ask at all."""

import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from evtui.cli import main
from scenarios.loader import load
from scenarios.session import Session
from scenarios.session_file import keep
from scenarios.timeline import Timeline
from scenarios.writer import to_toml

pytest.importorskip("textual_serve", reason='the extra "web" is not installed')

S = 1_000_000
ROOT = Path(__file__).parents[2]
PATIENCE_S = 60
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
"""A browser that runs without a screen, and asks nobody for anything."""


@contextmanager
def served(folder: Path, *words: str, said: str = "") -> Iterator[str]:
    """A server as somebody starts it, ended by Ctrl+C, and what it has said then; its address."""
    words = (sys.executable, "-m", "evtui.cli", "web", *words, "--port", "0")
    environ = {
        key: it for key, it in os.environ.items() if key not in ("NO_COLOR", "TEXTUAL_THEME")
    }
    environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), *sys.path])
    process = subprocess.Popen(words, cwd=folder, env=environ, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        assert select.select([process.stderr], [], [], PATIENCE_S)[0]
        line = process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert found, line
        wait_for(lambda: answers(found[0]))
        yield found[0]
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 0
        assert process.stderr.read() == said
    finally:
        process.kill()
        process.wait()


def answers(url: str) -> bool:
    """Whether the server listens."""
    host, port = url.removeprefix("http://").split(":")
    try:
        with socket.create_connection((host, int(port)), timeout=5):
            return True
    except OSError:
        return False


def wait_for(holds: Any) -> None:
    """Until something holds."""
    until_s = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < until_s
        time.sleep(0.05)


def kept_session(folder: Path) -> str:
    """A session that was left at 30 s: the app opens it paused, so its picture stands still."""
    line = Timeline(Session(load("ten-minutes")))
    line.run(30 * S, 10**6)
    path = folder / "left.toml"
    path.write_text(to_toml(keep(line).only(1)), encoding="utf-8")
    return path.name


def test_two_people_in_a_browser(tmp_path: Path) -> None:
    """What one does the other does not see; the same keys make the same picture, and files."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        pytest.skip("no Chromium is installed")
    with (
        served(tmp_path, kept_session(tmp_path)) as url,
        sync_api.sync_playwright() as playwright,
        closing(playwright.chromium.launch(executable_path=browser, args=QUIET)) as chromium,
    ):
        one, other = (Page(chromium, url) for _ in range(2))
        begin = one.still()
        assert other.still() == begin
        one.press("Control+p")  # it opens the palette, not what the browser prints with
        one.page.wait_for_timeout(1_000)
        one.page.keyboard.type("kill, restart")
        one.page.wait_for_timeout(2_000)
        one.press("Enter")
        crashed = one.still(unlike=begin)
        assert other.still() == begin
        other.press("k")
        assert other.still(unlike=begin) == crashed
        with one.page.expect_download() as download:
            one.press("s")
        kept = download.value.path().read_text(encoding="utf-8")
        assert 'do = "crash"' in kept or kept.startswith("evtui")
        wait_for(lambda: len(list(tmp_path.glob("*.log"))) == 1)
        one.still(unlike=crashed)
        assert one.asked | other.asked <= {url, url.replace("http", "ws")}
        one.press("q")
        one.page.wait_for_selector("#ended", state="visible")
        assert other.still() == crashed
        one.press("Enter")  # on the button that begins anew
        one.page.wait_for_selector("body.-first-byte:not(.-closed)")
        assert one.still() == begin
        one.press("k")
        assert one.still(unlike=begin) == crashed
    for name in ("ten-minutes-1.toml", "ten-minutes-rescued-1.log"):
        assert main(["replay", str(tmp_path / name)]) == 0


def test_a_page_that_is_closed_loses_nothing(tmp_path: Path) -> None:
    """Nobody can be asked then: what was done is saved, and what was not done needs no file."""
    with served(tmp_path, kept_session(tmp_path)) as url:
        with closing(begun(url)) as idle:
            until(idle, b"CP5")
        with closing(begun(url)) as made:
            until(made, b"CP5")
            made.sendall(frame(b'["stdin","k"]'))
            until(made, b"crashed")
        wait_for(lambda: rescued(tmp_path))
        assert "crash" in rescued(tmp_path)
    assert [it.name for it in tmp_path.glob("*.log")] == ["ten-minutes-rescued-1.log"]


def test_it_is_drawn_as_whoever_serves_wants_it(tmp_path: Path) -> None:
    """The options of ``evtui`` reach each session."""
    words = (kept_session(tmp_path), "--ascii", "--theme", "evtui-light", "--reduced-motion")
    with served(tmp_path, *words) as url, closing(begun(url)) as made:
        seen = until(made, b"CP5")
        assert "●".encode() not in seen
        assert b"48;2;240;238;233" in seen


def rescued(folder: Path) -> str:
    """What the file of a session says that was saved because it was ended."""
    file = folder / "ten-minutes-rescued-1.log"
    return file.read_text(encoding="utf-8") if file.exists() else ""


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="this platform has no /proc")
def test_no_session_outlives_its_server(tmp_path: Path) -> None:
    """However the server ends: the processes of its sessions end, and save what was done."""
    words = (sys.executable, "-m", "evtui.cli", "web", kept_session(tmp_path), "--port", "0")
    environ = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    server = subprocess.Popen(words, cwd=tmp_path, env=environ, stderr=subprocess.PIPE, text=True)
    try:
        assert server.stderr is not None
        found = re.search(r"http://127\.0\.0\.1:\d+", server.stderr.readline())
        assert found
        wait_for(lambda: answers(found[0]))
        with closing(begun(found[0])) as made:
            until(made, b"CP5")
            made.sendall(frame(b'["stdin","k"]'))
            until(made, b"crashed")
            task = Path(f"/proc/{server.pid}/task/{server.pid}/children")
            sessions = [Path("/proc", pid) for pid in task.read_text(encoding="ascii").split()]
            assert sessions
            server.kill()
            wait_for(lambda: not any(map(_runs, sessions)))
        assert "crash" in rescued(tmp_path)
    finally:
        server.kill()
        server.wait()


def _runs(process: Path) -> bool:
    """Whether a process is there, and no zombie."""
    try:
        state = (process / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


class Page:
    """One person before a browser of his own."""

    def __init__(self, chromium: Any, url: str) -> None:
        context = chromium.new_context(viewport={"width": 1000, "height": 600})
        context.set_default_timeout(PATIENCE_S * 1_000)
        self.page = context.new_page()
        self.asked: set[str] = set()
        """The hosts that the page asks."""
        self.page.on("request", lambda it: self.asked.add(_host(it.url)))
        self.page.on("websocket", lambda it: self.asked.add(_host(it.url)))
        self.page.goto(url)
        self.page.wait_for_selector("body.-first-byte")

    def press(self, key: str) -> None:
        """As somebody types, who has clicked on nothing."""
        while len(self.page.context.pages) > 1:  # a download opens a page, which then closes
            self.page.wait_for_timeout(50)
        self.page.keyboard.press(key)

    def still(self, unlike: bytes = b"") -> bytes:
        """The picture, when it has not changed for a while, and is another than before."""
        last, since_s = b"", time.monotonic()
        until_s = since_s + PATIENCE_S
        while True:
            now: bytes = self.page.screenshot()
            now_s = time.monotonic()
            if now != last:
                last, since_s = now, now_s
            elif now != unlike and now_s - since_s > 1.5:
                return now
            assert now_s < until_s, "the picture does not come to rest, or does not change"
            time.sleep(0.2)


def _host(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.split('/')[0]}"


def status(url: str, **headers: str) -> tuple[int, str]:
    """What the server answers, and its first line."""
    try:
        with urlopen(Request(url, headers=headers), timeout=PATIENCE_S) as answer:  # noqa: S310
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


def test_who_may_ask(tmp_path: Path) -> None:
    """No page of another site, and nobody who calls this machine by a name that was made up."""
    upgrade = {
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    }  # fmt: skip
    odd_words = "evtui: a page sent what no page of ours does\n"
    with served(tmp_path, "leader-crash", "--sessions", "1", said=odd_words) as url:
        assert status(url)[0] == 200
        assert "https://" not in status(url)[1]
        port = url.rpartition(":")[2]
        assert status(url, Host=f"localhost:{port}")[0] == 200
        assert status(url, Host=f"charging.example:{port}")[0] == 403
        code, text = status(f"{url}/ws", Origin="http://charging.example", **upgrade)
        assert (code, text) == (403, "a page of http://charging.example asks; only our own may")
        assert status(f"{url}/ws", Origin="null", **upgrade)[0] == 403
        assert status(f"{url}/static/../server.py")[0] == 404
        with closing(begun(url)) as first:
            until(first, b"CP5")
            code, text = status(f"{url}/ws", **upgrade)
            assert (code, text.split(";")[0]) == (503, "1 session is open, and no more may be")
            assert status(url)[0] == 503
        wait_for(lambda: status(url)[0] == 200)
        with closing(begun(url)) as odd:
            until(odd, b"CP5")
            odd.sendall(frame(b"{no JSON"))
            wait_for(lambda: status(url)[0] == 200)


def begun(url: str) -> socket.socket:
    """A terminal of a program that is no browser."""
    host, port = url.removeprefix("http://").split(":")
    made = socket.create_connection((host, int(port)), timeout=PATIENCE_S)
    made.sendall(
        f"GET /ws?width=100&height=30 HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
    )
    return made


def until(made: socket.socket, text: bytes) -> bytes:
    """All that came until a text did."""
    seen = b""
    while text not in seen:
        more = made.recv(65_536)
        assert more, seen
        seen += more
    return seen


def frame(text: bytes) -> bytes:
    """A short text as a client's WebSocket frame."""
    return bytes((0x81, 0x80 | len(text))) + b"\0\0\0\0" + text


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--port", "70000"], '--port: found "70000"; allowed a whole number from 0 to 65535'),
        (["--host", "no.such.host.invalid"], "cannot serve at"),
        (["--host", "203.0.113.7"], "cannot serve at"),
        (["--sessions", "0"], "allowed a whole number from 1 to 1000"),
        (["no-such-scenario"], "no-such-scenario"),
        (["no-such.log"], "no-such.log"),
        (["learn"], "what was learned is kept for one person"),
    ],
)
def test_what_cannot_be_served(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A sentence each, before anything is served."""
    assert main(["web", *words]) == 2
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1


def test_a_port_that_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    """It says which."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["web", "--port", str(port)]) == 2
    assert f'cannot serve at "127.0.0.1", port {port}' in capsys.readouterr().err


def test_without_the_extra(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says what to install."""
    monkeypatch.delitem(sys.modules, "evtui.web.server", raising=False)
    monkeypatch.setitem(sys.modules, "textual_serve", None)
    monkeypatch.setitem(sys.modules, "textual_serve.app_service", None)
    assert main(["web"]) == 2
    assert capsys.readouterr().err == (
        'evtui: evtui web needs the extra "web": pip install "evtui[web]"\n'
    )
