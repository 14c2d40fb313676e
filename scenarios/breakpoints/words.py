"""What a run can be stopped at, as people write it.

========================= =====================================================================
``leader changes``        another charge point leads than before, or nobody does
``preemption``            a ballot was refused for a higher one
``slot chosen``           a charge point knows that one more slot is chosen
``slot 40 chosen``        that slot is
``EV1 enters STATE``      an EV, or a charge point, is in that state of ISO 15118 now
``margin P1 below 500``   the least margin of an invariant has fallen below a number
``command KIND``          the log's next command of that action, or message, is applied
``text WORDS``            a new line of the event log has these words
========================= =====================================================================

``after TIME`` behind any of them passes over what happens before. Capitals do not count.
"""

from collections.abc import Sequence
from enum import Enum
from typing import Final

from attrs import evolve, frozen

from scenarios.checked import UNITS
from scenarios.errors import InputError
from scenarios.format import CP_STATES, EV_STATES
from scenarios.kinds import Quantity, RefusedError, did_you_mean, printable
from scenarios.log.query import KINDS, NO_OP
from scenarios.schema import Scenario
from scenarios.units import DURATION

ALLOWED: Final = (
    "leader changes, preemption, slot chosen, slot N chosen, ID enters STATE, margin NAME below N, "
    "command KIND, or text WORDS, each with after TIME or without"
)
COMMANDS: Final = tuple(kind for kind in KINDS if kind not in ("read", "change", NO_OP))
"""What is a command of the charging network's."""

_MOST_US: Final = 31 * 86_400_000_000
_WHOLE: Final = ("leader changes", "preemption", "slot chosen")
"""What needs no more words."""


class What(Enum):
    """What a breakpoint is about."""

    LEADER = "leader"
    PREEMPTION = "preemption"
    SLOT = "slot"
    STATE = "state"
    MARGIN = "margin"
    COMMAND = "command"
    TEXT = "text"


@frozen
class Breakpoint:
    """One condition. ``subject`` is an id, an invariant's name, a kind or a text, as it needs."""

    what: What
    text: str
    """In the words above, as it was understood."""
    subject: str = ""
    state: str = ""
    number: int = 0
    """A slot, 0 for any; or what the margin must fall below."""
    after_us: int = 0

    def after(self, time_us: int) -> "Breakpoint":
        """The same, which passes over what happens before a time."""
        text = self.text.rpartition(" after ")[0] if self.after_us else self.text
        if time_us:
            text = f"{text} after {DURATION.format(time_us)}"
        return evolve(self, text=text, after_us=time_us)


@frozen
class Names:
    """Who there is in a run."""

    cps: tuple[str, ...]
    evs: tuple[str, ...]


def names_of(scenario: Scenario, seed: int) -> Names:
    """The charge points and EVs of a run, those that come to a city in its day among them."""
    evs = [ev.id for ev in scenario.evs]
    if scenario.arrivals:
        from scenarios.city.arrivals import day

        evs += [trip.vehicle.id for trip in day(scenario, seed)]
    return Names(tuple(cp.id for cp in scenario.cps), tuple(evs))


def read(text: str, names: Names) -> Breakpoint:
    """What a text asks for.

    Raises:
        InputError: it says nothing; what was found, and what is allowed.
    """
    words = text.split()
    after_us = 0
    if len(words) > 2 and words[-2].lower() == "after":
        after_us = _time(words[-1].lower())
        words = words[:-2]
    return _condition(words, names, text).after(after_us)


def _condition(words: Sequence[str], names: Names, text: str) -> Breakpoint:
    match [word.lower() for word in words]:
        case ["leader", "changes"]:
            return Breakpoint(What.LEADER, "leader changes")
        case ["preemption"]:
            return Breakpoint(What.PREEMPTION, "preemption")
        case ["slot", "chosen"]:
            return Breakpoint(What.SLOT, "slot chosen")
        case ["slot", _, "chosen"]:
            slot = _number(words[1], "slot", 1)
            return Breakpoint(What.SLOT, f"slot {slot} chosen", number=slot)
        case ["margin", _, "below", _]:
            name = _one_of(words[1], tuple(UNITS), "margin", "an invariant with a margin")
            least = _number(words[3], "below", 0)
            return Breakpoint(What.MARGIN, f"margin {name} below {least}", name, number=least)
        case ["command", _]:
            kind = _one_of(words[1], COMMANDS, "command", "an action or message")
            return Breakpoint(What.COMMAND, f"command {kind}", kind)
        case ["text", _, *_]:
            wanted = " ".join(words[1:])
            return Breakpoint(What.TEXT, f"text {wanted}", wanted)
        case [_, "enters", _]:
            name = _one_of(words[0], (*names.cps, *names.evs), "enters", "a CP or an EV")
            known = CP_STATES if name in names.cps else EV_STATES
            entered = _one_of(words[2], known, f"{name} enters", "a state")
            return Breakpoint(What.STATE, f"{name} enters {entered}", name, entered)
    hint = did_you_mean(" ".join(words), _WHOLE)
    raise InputError(f'found "{printable(text)}"; allowed {ALLOWED}{hint}')


def _one_of(found: str, known: Sequence[str], where: str, what: str) -> str:
    for name in known:
        if name.lower() == found.lower():
            return name
    few = ", ".join(known[:6]) + (", …" if known[6:] else "")
    hint = did_you_mean(found, known)
    raise InputError(f'{where}: found "{printable(found)}"; allowed {what}: {few}{hint}')


def _number(text: str, where: str, low: int) -> int:
    if text.isascii() and text.isdecimal() and len(text) < 16 and int(text) >= low:
        return int(text)
    raise InputError(f'{where}: found "{printable(text)}"; allowed a whole number from {low} on')


def _time(text: str) -> int:
    try:
        value = Quantity(DURATION, 0, _MOST_US).read(text)
    except RefusedError as error:
        raise InputError(f"after: {error}") from None
    assert isinstance(value, int)  # noqa: S101 - a quantity is an integer
    return value
