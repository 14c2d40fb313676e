"""Runs of which the answers are known, and asking them."""

from collections.abc import Callable

from scenarios.loader import load, loads
from scenarios.session import Session
from scenarios.why.view import About, Answer, Question
from scenarios.world import World

S = 1_000_000


def run_to(session: Session, time_s: float) -> Session:
    """Let time pass."""
    while not session.run(round(time_s * S), 10**6):
        pass
    return session


def library(name: str, time_s: float) -> Session:
    """A scenario of the library at a time."""
    return run_to(Session(load(name)), time_s)


def cps(count: int = 5) -> str:
    """So many charge points."""
    return "".join(f'[[cp]]\nid = "CP{n}"\n' for n in range(1, count + 1))


def evs(count: int, **more: str) -> str:
    """So many EVs, all alike."""
    rest = "\n".join(f'{key} = "{value}"' for key, value in more.items())
    return "".join(f'[[ev]]\nid = "EV{n}"\n{rest}\n' for n in range(1, count + 1))


def made(text: str, time_s: float = 20, seed: int = 3) -> Session:
    """A scenario written here at a time."""
    return run_to(Session(loads(f'duration = "2h"\n{text}', "made"), seed), time_s)


def ask(session: Session, about: About, subject: object) -> Answer:
    """The answer to a question."""
    return session.why(Question(about, str(subject)))


def texts(session: Session, about: About, subject: object) -> list[str]:
    """The sentences of an answer."""
    return [sentence.text for sentence in ask(session, about, subject).sentences]


def step_until(session: Session, holds: Callable[[World], bool]) -> None:
    """Let events happen, one by one, until something holds."""
    while not holds(session.world):
        assert session.step()


def leader_of(session: Session) -> str:
    """Who leads."""
    leader = session.view().leader
    assert leader is not None
    return leader
