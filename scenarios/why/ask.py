"""Asking a world why: one answer for each kind of question."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from scenarios.errors import InputError
from scenarios.why.power import why_power
from scenarios.why.replica import why_replica
from scenarios.why.reservation import why_reservation
from scenarios.why.slot import Slot
from scenarios.why.view import About, Answer, Question, Sentence

if TYPE_CHECKING:
    from scenarios.world import World


def _slot(world: "World", subject: str) -> list[Sentence]:
    if not subject.isdecimal():
        raise InputError(f"a slot is a number from 1 on, found {subject!r}")
    return Slot(world, int(subject)).sentences()


_ANSWERS: Final[dict[About, Callable[["World", str], list[Sentence]]]] = {
    About.SLOT: _slot,
    About.REPLICA: why_replica,
    About.EV: why_power,
    About.RESERVATION: why_reservation,
}

_TITLES: Final = {
    About.SLOT: "Why slot {} holds what it holds",
    About.REPLICA: "Why {} leads or not, and what it refuses",
    About.EV: "Why {} draws what it draws",
    About.RESERVATION: "Why question {} was answered so",
}


def why(world: "World", question: Question) -> Answer:
    """The answer as the world is now; the world is not changed.

    Raises:
        scenarios.errors.InputError: there is nothing of that id or number.
    """
    # What holds a charge point may be said twice: of its link to the leader, and of its slots.
    once: dict[str, Sentence] = {}
    for sentence in _ANSWERS[question.about](world, question.subject):
        once.setdefault(sentence.text, sentence)
    title = _TITLES[question.about].format(question.subject)
    return Answer(question, title, world.now_us, tuple(once.values()))
