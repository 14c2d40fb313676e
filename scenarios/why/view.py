"""Questions and answers as the interface sees them: frozen, and nothing of the world in them."""

from enum import StrEnum

from attrs import frozen


class About(StrEnum):
    """What a question is about."""

    REPLICA = "replica"
    EV = "ev"
    SLOT = "slot"
    RESERVATION = "reservation"


@frozen
class Question:
    """Why is it so? ``subject`` is the id of a charge point or an EV, or a number.

    A slot's, or that of a driver's question, as text.
    """

    about: About
    subject: str


@frozen
class Sentence:
    """One sentence of an answer.

    ``at_us`` is the virtual time of the event it speaks of, ``slot`` the slot of the log; None
    where it speaks of none. Both are there to be jumped to.
    """

    text: str
    at_us: int | None = None
    slot: int | None = None


@frozen
class Answer:
    """The answer as of ``at_us``; the first sentence says it in short."""

    question: Question
    title: str
    at_us: int
    sentences: tuple[Sentence, ...]
