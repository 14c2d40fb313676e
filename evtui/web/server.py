"""The server behind ``evtui web``: a page, and a process of the app for each that opens it.

:mod:`textual_serve` carries the terminal to the browser. What is added here: a page that asks no
other host for anything, a look at who asks, and an end to how many may be served at once.
"""

import asyncio
import logging
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web
from jinja2 import Environment, FileSystemLoader
from textual_serve.app_service import AppService
from textual_serve.server import Server

from evtui.terminal import WEB_DRIVER

LOOPBACK = "localhost"
MOST_CELLS = 1_000
"""Columns or rows of a terminal, at most."""


class Session(AppService):
    """One process of the app. Where it ends, however it does, its page is told."""

    def _build_environment(self, width: int = 80, height: int = 24) -> dict[str, str]:
        """As ever, with a driver that ends with this server."""
        environ: dict[str, str] = super()._build_environment(width, height)
        return environ | {"TEXTUAL_DRIVER": WEB_DRIVER}

    async def run(self) -> None:
        """Carry bytes to and fro until the process has ended."""
        await super().run()
        await self.remote_close()
        if self._process is not None:
            await self._process.wait()


class AppServer(Server):
    """Serves one command to browsers, at most ``most`` at a time."""

    def __init__(self, command: str, title: str, host: str, port: int, most: int) -> None:
        super().__init__(command, host=host, port=port, title=title)
        self.most = most
        self.serving: dict[str, Session] = {}
        """The sessions that are open, by their ids."""
        pages = FileSystemLoader(Path(__file__).parent)
        self._page = Environment(loader=pages, autoescape=True).get_template("page.html")

    def initialize_logging(self) -> None:
        """Only what goes wrong, on standard error."""
        logging.basicConfig(level=logging.WARNING, format="evtui: %(message)s")

    async def on_startup(self, app: web.Application) -> None:
        """Nothing: the command has said what it serves and where."""

    async def handle_index(self, request: web.Request) -> web.Response:
        """The page with the terminal."""
        self._check(request)
        if len(self.serving) >= self.most:
            raise web.HTTPServiceUnavailable(text=self._full())
        asked = request.query.get("fontsize", "")
        size = min(max(int(asked), 6), 60) if asked.isascii() and asked.isdecimal() else 16
        text = self._page.render(title=self.title, font_size=size)
        return web.Response(text=text, content_type="text/html", headers=HEADERS)

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """One person's session, until the page is closed or the app is left.

        Raises:
            aiohttp.web.HTTPForbidden: another site's page asks.
            aiohttp.web.HTTPServiceUnavailable: as many as may be are served already.
        """
        self._check(request)
        if len(self.serving) >= self.most:
            raise web.HTTPServiceUnavailable(text=self._full())
        socket = web.WebSocketResponse(heartbeat=15)

        async def close() -> None:
            await socket.close()

        session = Session(
            self.command,
            write_bytes=socket.send_bytes,
            write_str=socket.send_str,
            close=close,
            download_manager=self.download_manager,
        )
        self.serving[session.app_service_id] = session
        try:
            await socket.prepare(request)
            await session.start(_cells(request, "width", 80), _cells(request, "height", 24))
            await self._process_messages(socket, session)
        except (ValueError, TypeError, LookupError, AssertionError):
            logging.getLogger(__name__).warning("a page sent what no page of ours does")
        except asyncio.CancelledError:
            await socket.close()
        finally:
            await session.stop()
            del self.serving[session.app_service_id]
        return socket

    async def on_shutdown(self, app: web.Application) -> None:
        """End every session before the server ends."""
        await asyncio.gather(*(session.stop() for session in self.serving.values()))

    def _full(self) -> str:
        sessions = "1 session is" if self.most == 1 else f"{self.most} sessions are"
        return f"{sessions} open, and no more may be; see: evtui web --sessions"

    def _check(self, request: web.Request) -> None:
        """Let no page of another site drive the app of whoever looks at it.

        A browser tells where a page comes from (``Origin``), and a name that has been made to lead
        to the loopback address stands in ``Host``.
        """
        if is_loopback(self.host) and not is_loopback(name_of(request.host)):
            raise web.HTTPForbidden(
                text=f"{request.host} is not the name of this machine to itself"
            )
        origin = request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc != request.host:
            raise web.HTTPForbidden(text=f"a page of {origin} asks; only our own may")


HEADERS = {"X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
"""No other site's page may frame ours, and lay something over it."""


def _cells(request: web.Request, name: str, default: int) -> int:
    text = request.query.get(name, "")
    return min(max(int(text), 1), MOST_CELLS) if text.isascii() and text.isdecimal() else default


def name_of(host: str) -> str:
    """The host of what a browser calls us, without the port."""
    return urlsplit(f"//{host}").hostname or ""


def is_loopback(host: str) -> bool:
    """Whether a name or address is this machine's to itself."""
    if host == LOOPBACK:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
