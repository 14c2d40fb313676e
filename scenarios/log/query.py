"""A filter of the log as people type it: words, which must all hold; ``-`` before one excludes.

A plain word is looked for in the command, whatever its capitals. ``cp:CP3`` is who calls or is
called, ``ev:EV2`` whose command it is, ``kind:StartTransaction`` an action or message (or how
several begin), ``ballot:2.CP1`` what that ballot has proposed, ``slot:100-200`` a range, and
``state:chosen`` the most that any charge point knows of the slot.
"""

from collections.abc import Callable, Sequence
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


Test = Callable[[int, CellState, Facts], bool]
"""Whether a word holds for a slot."""


@frozen
class LogFilter:
    """Words that must all hold."""

    tests: tuple[Test, ...] = ()

    def holds(self, slot: int, state: CellState, facts: Facts) -> bool:
        """Whether they let a slot through."""
        for test in self.tests:  # noqa: SIM110 - a generator for each slot takes three times as long
            if not test(slot, state, facts):
                return False
        return True


def read(text: str, cps: Sequence[str], evs: Sequence[str]) -> LogFilter:
    """The filter that a text says; ``cps`` and ``evs`` are those there are.

    Raises:
        InputError: a word that says nothing.
    """
    return LogFilter(tuple(_term(word, cps, evs) for word in text.split()))


def _term(word: str, cps: Sequence[str], evs: Sequence[str]) -> Test:
    excludes = word.startswith("-")
    bare = word[excludes:]
    if not bare:
        raise InputError('found "-" alone; allowed a word behind it, such as -Heartbeat')
    test = _test(bare, cps, evs)
    return (lambda slot, state, facts: not test(slot, state, facts)) if excludes else test


def _test(word: str, cps: Sequence[str], evs: Sequence[str]) -> Test:
    key, colon, value = word.partition(":")
    key = key.lower()
    if not colon:
        text = word.lower()
        return lambda _slot, _state, facts: text in facts.lower
    if key not in KEYS:
        allowed = ", ".join(f"{it}:" for it in KEYS)
        raise InputError(
            f'found "{printable(word)}"; allowed a word, or one behind {allowed}'
            + did_you_mean(key, KEYS)
        )
    if key == "slot":
        low, high = _range(value)
        return lambda slot, _state, _facts: low <= slot <= high
    if key == "state":
        wanted = STATES[_one_of("state:", value, tuple(STATES), "a state")]
        return lambda _slot, state, _facts: state is wanted
    if key == "cp":
        cp = _one_of("cp:", value, cps, "a charge point")
        return lambda _slot, _state, facts: cp in facts.cps
    if key == "ev":
        ev = _one_of("ev:", value, evs, "an EV")
        return lambda _slot, _state, facts: ev in facts.evs
    if key == "ballot":
        ballot = _ballot(value, cps)
        return lambda _slot, _state, facts: ballot in facts.ballots
    kind = _kind(value)
    return lambda _slot, _state, facts: any(it.startswith(kind) for it in facts.kinds)


def _kind(found: str) -> str:
    lower = found.lower()
    if lower and any(kind.lower().startswith(lower) for kind in KINDS):
        return lower
    raise InputError(
        f'kind: found "{printable(found)}"; allowed an action such as StartTransaction, a '
        f"message such as Plan, read, change, {NO_OP}" + did_you_mean(found, KINDS)
    )


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
