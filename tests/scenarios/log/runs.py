"""Runs whose log is kept, and their tables."""

from scenarios.loader import load
from scenarios.log.view import LogTable, LogWindow
from scenarios.session import Session
from scenarios.view import Window

S = 1_000_000


def kept(scenario: str, until_us: int, seed: int = 7) -> Session:
    """A run whose log is kept from the beginning."""
    session = Session(load(scenario), seed)
    session.record()
    run_to(session, until_us)
    return session


def run_to(session: Session, until_us: int) -> None:
    """Let time pass."""
    while not session.run(until_us, 100_000):
        pass


def table(session: Session, text: str = "", **changes: object) -> LogTable:
    """The whole log as a filter lets it through, looked at until the search is done."""
    window = LogWindow(rows=10_000, text=text, cps=99)
    for name, value in changes.items():
        object.__setattr__(window, name, value)
    while True:
        found = session.view(Window(slots=window)).slots
        assert found is not None
        if found.is_done:
            return found
