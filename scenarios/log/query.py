"""A filter of the log as people type it: words, which must all hold; ``-`` before one excludes.

A plain word is looked for in the command, whatever its capitals. ``cp:CP3`` is who calls or is
called, ``ev:EV2`` whose command it is, ``kind:StartTransaction`` an action or message (or how
several begin), ``ballot:2.CP1`` what that ballot has proposed, ``slot:100-200`` a range, and
``state:chosen`` the most that any charge point knows of the slot.
"""

from collections.abc import Sequence
from typing import Final

from attrs import frozen

from fsm.ocpp import actions
from fsm.ocpp.actions import Action
from fsm.ocpp.reserving import REQUEST_CONNECTOR
from scenarios.errors import InputError
from scenarios.kinds import did_you_mean, printable
from scenarios.log.command import NO_OP, Facts
from scenarios.log.view import CellState

STATES: Final = {state.name.lower(): state for state in CellState}
KEYS: Final = ("cp", "ev", "ballot", "slot", "kind", "state")
MESSAGES: Final = (
    actions.LIMIT_APPLIED, actions.GRANT_ENDED, actions.SET_ID_TAG, actions.REVOKE_CERTIFICATE,
    actions.INSTRUCT, actions.INSTRUCTION_RESULT, actions.OBSERVE, actions.OBSERVED, actions.PLAN,
    actions.TURN, actions.PAY, REQUEST_CONNECTOR,
)  # fmt: skip
KINDS: Final = (*(action.value for action in Action), *MESSAGES, "read", "change", NO_OP)
"""Actions, messages of the network's own, and what is for no charge point."""


@frozen
class Term:
    """One word. ``key`` is empty for a plain one."""

    key: str
    text: str
    excludes: bool
    low: int = 0
    high: int = 0

    def holds(self, slot: int, state: CellState, facts: Facts) -> bool:
        """Whether it lets a slot through."""
        return self._fits(slot, state, facts) is not self.excludes

    def _fits(self, slot: int, state: CellState, facts: Facts) -> bool:
        key, text = self.key, self.text
        if not key:
            return text in facts.lower
        if key == "slot":
            return self.low <= slot <= self.high
        if key == "state":
            return STATES[text] is state
        if key == "cp":
            return text in facts.cps
        if key == "ev":
            return text in facts.evs
        if key == "ballot":
            return text in facts.ballots
        return any(kind.startswith(text) for kind in facts.kinds)


@frozen
class LogFilter:
    """Words that must all hold."""

    terms: tuple[Term, ...] = ()

    def holds(self, slot: int, state: CellState, facts: Facts) -> bool:
        """Whether they let a slot through."""
        return all(term.holds(slot, state, facts) for term in self.terms)


def read(text: str, cps: Sequence[str], evs: Sequence[str]) -> LogFilter:
    """The filter that a text says; ``cps`` and ``evs`` are those there are.

    Raises:
        InputError: a word that says nothing.
    """
    return LogFilter(tuple(_term(word, cps, evs) for word in text.split()))


def _term(word: str, cps: Sequence[str], evs: Sequence[str]) -> Term:
    excludes = word.startswith("-")
    bare = word[excludes:]
    key, colon, value = bare.partition(":")
    key = key.lower()
    if not bare:
        raise InputError('found "-" alone; allowed a word behind it, such as -Heartbeat')
    if not colon:
        return Term("", bare.lower(), excludes)
    if key not in KEYS:
        allowed = ", ".join(f"{it}:" for it in KEYS)
        raise InputError(
            f'found "{printable(word)}"; allowed a word, or one behind {allowed}'
            + did_you_mean(key, KEYS)
        )
    if key == "slot":
        return Term(key, value, excludes, *_range(value))
    if key == "cp":
        return Term(key, _one_of("cp:", value, cps, "a charge point"), excludes)
    if key == "ev":
        return Term(key, _one_of("ev:", value, evs, "an EV"), excludes)
    if key == "state":
        return Term(key, _one_of("state:", value, tuple(STATES), "a state"), excludes)
    if key == "ballot":
        return Term(key, _ballot(value, cps), excludes)
    lower = value.lower()
    if not lower or not any(kind.lower().startswith(lower) for kind in KINDS):
        raise InputError(
            f'kind: found "{printable(value)}"; allowed an action such as StartTransaction, a '
            f"message such as Plan, read, change, {NO_OP}" + did_you_mean(value, KINDS)
        )
    return Term(key, lower, excludes)


def _one_of(key: str, found: str, known: Sequence[str], what: str) -> str:
    for name in known:
        if name.lower() == found.lower():
            return name
    few = ", ".join(known[:4]) + (", …" if known[4:] else "")
    allowed = f"{what}: {few}" if known else f"{what}, and there is none"
    raise InputError(f'{key} found "{printable(found)}"; allowed {allowed}'
                     + did_you_mean(found, known))  # fmt: skip


def _range(text: str) -> tuple[int, int]:
    """The slots from and to; one of the two may be left out."""
    first, dash, last = text.partition("-")
    numbers = [it for it in (first, last) if it]
    if numbers and all(it.isascii() and it.isdecimal() and len(it) < 10 for it in numbers):
        low = int(first or 1)
        high = int(last or 10**9) if dash else low
        if 1 <= low <= high:
            return low, high
    raise InputError(
        f'slot: found "{printable(text)}"; allowed a slot such as 120, or some such as 100-200'
    )


def _ballot(text: str, cps: Sequence[str]) -> str:
    number, _, name = text.partition(".")
    cp, sharp, disk = name.partition("#")
    known = {it.lower(): it for it in cps}
    if number.isascii() and number.isdecimal() and cp.lower() in known:
        return f"{int(number)}.{known[cp.lower()]}{sharp}{disk}"
    some = cps[0] if cps else "CP1"
    raise InputError(f'ballot: found "{printable(text)}"; allowed round.CP, such as 2.{some}')
