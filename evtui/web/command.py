"""``evtui web``: says where it serves, and serves until Ctrl+C."""

import shlex
import socket
import sys

from attrs import frozen

from evtui.errors import UsageError
from scenarios.loader import load

MISSING = 'evtui web needs the extra "web": pip install "evtui[web]"'
LESSONS = "learn"


@frozen
class Order:
    """What ``evtui web`` was asked to do; ``port`` 0 is any that is free."""

    scenario: str
    seed: int | None
    speed: float | None
    host: str
    port: int
    sessions: int
    shown: dict[str, str | float | bool]
    """How it is drawn, by the names of settings."""


def serve(order: Order) -> int:
    """Serve until Ctrl+C; the exit code.

    Raises:
        UsageError: the extra is not installed, or nothing can be served there.
        scenarios.errors.ScenarioError: the scenario cannot be used.
    """
    name = _name(order)
    try:
        from evtui.web.server import AppServer, is_loopback
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] == "evtui":
            raise
        raise UsageError(MISSING) from None
    port = _free(order)
    server = AppServer(_command(order), f"evtui: {name}", order.host, port, order.sessions)
    shown = f"[{order.host}]" if ":" in order.host else order.host
    sys.stderr.write(f"evtui: {name} at http://{shown}:{port} until Ctrl+C\n")
    if not is_loopback(order.host):
        sys.stderr.write(
            "evtui: whoever reaches this address can open sessions, which write files into "
            "this folder\n"
        )
    sys.stderr.flush()
    server.serve()
    return 0


def _name(order: Order) -> str:
    """What the scenario is called: each session would fail where it cannot be read."""
    if order.scenario == LESSONS:
        raise UsageError(
            f'found "{LESSONS}"; allowed a scenario: what was learned is kept for one person, and '
            "a browser does not say who is before it; in a terminal: evtui learn"
        )
    if order.scenario.endswith(".log"):
        from evtui.session_replay import read_kept

        scenario = read_kept(order.scenario).scenario
        saved = True
    else:
        scenario = load(order.scenario)
        saved = scenario.saved is not None
    if saved and order.seed is not None:
        raise UsageError(f"--seed: found {order.seed}; a saved session has a seed of its own")
    return scenario.name


def _free(order: Order) -> int:
    """The port, which is free at this moment."""
    try:
        family, *_, address = socket.getaddrinfo(order.host, order.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            port: int = listener.getsockname()[1]
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UsageError(
            f'--host, --port: cannot serve at "{order.host}", port {order.port} ({why}); allowed '
            "an address of this machine and a port that is free"
        ) from None
    return port


def _command(order: Order) -> str:
    """What runs for each session."""
    words = [sys.executable, "-P", "-m", "evtui.cli", order.scenario]
    if order.seed is not None:
        words += ["--seed", str(order.seed)]
    if order.speed is not None:
        words += ["--speed", f"{order.speed:g}" if order.speed else "max"]
    for name, value in order.shown.items():
        words += [f"--{name.replace('_', '-')}", *([] if value is True else [str(value)])]
    return shlex.join(words)
