"""The four questions of ``evtui ask``, answered from the run that goes on.

The answers are made by the very functions of ``evtui ask``, from the messages that the run has
remembered. They are made apart from drawing, only where something has changed, and seldom.
"""

from collections.abc import Callable, Sequence

from attrs import frozen

from evtui.ask.answers import QUESTIONS, Answer, Query
from evtui.ask.reader import Log
from evtui.counting import counted
from evtui.render.analytics import ASKED, Analysis, Told
from fsm.ocpp.messagelog.message import Notes
from scenarios.controls import Controls
from scenarios.errors import InputError
from scenarios.ocpp_history import HistoryView

LEAST_S = 1.0
"""Least wall time between two answers to the same question."""
PATIENCE = 20
"""And so many times what the last one took: no more than a twentieth of a core goes there."""

LACKS = {
    "active": "charge points boot in the first seconds",
    "last-seen": "charge points boot in the first seconds",
    "last-meter": "an EV has to charge for a while until its meter is read",
    "completed": "a transaction has to end",
}
"""What has to happen before there is anything to answer with."""


RESTS_ON = {
    "last-meter": ("MeterValues", "StopTransaction"),
    "completed": ("StartTransaction", "StopTransaction"),
}
"""The actions whose messages alone can change an answer; without, all of them can."""


@frozen
class _Known:
    """An answer, and for what it holds."""

    told: Told
    stamp: tuple[int, int]
    now_us: int
    width: int
    at_s: float
    """When it was made, by the wall clock."""
    took_s: float


class Analytics:
    """Answers for a panel. ``clock`` is a wall clock, in seconds."""

    def __init__(self, controls: Controls, clock: Callable[[], float]) -> None:
        self._controls = controls
        self._clock = clock
        self._known: dict[str, _Known] = {}
        self.computed = 0
        """How often a question was answered."""

    def look(self, questions: Sequence[str], width: int) -> Analysis:
        """The answers to some of the questions, with plots of a width; others are empty."""
        try:
            history = self._controls.ocpp_history()
        except InputError as error:
            told = tuple(Told(name, lacks=str(error).capitalize()) for name in ASKED)
            return Analysis(told, 0, 0, ())
        told = tuple(
            self._told(history, name, width) if name in questions else Told(name) for name in ASKED
        )
        return Analysis(told, history.total, history.since_us, _unheard(history))

    def _told(self, history: HistoryView, name: str, width: int) -> Told:
        stamp, known, now_s = _stamp(history, name), self._known.get(name), self._clock()
        if known is not None and known.width == width:
            wait_s = max(LEAST_S, PATIENCE * known.took_s)
            forward = known.now_us <= history.now_us
            if known.stamp == stamp or (forward and now_s - known.at_s < wait_s):
                return known.told
        told = answer(history, name, width)
        self.computed += 1
        end_s = self._clock()
        self._known[name] = _Known(told, stamp, history.now_us, width, now_s, end_s - now_s)
        return told


def _stamp(history: HistoryView, name: str) -> tuple[int, int]:
    """Two answers are the same where these are."""
    if name == "active":
        return history.total, history.now_us  # silence grows with time
    actions = RESTS_ON.get(name)
    if actions is None:
        return history.total, 0
    rows = [message.row for message in history.messages if message.action in actions]
    return max(rows, default=0), len(rows)


def answer(history: HistoryView, name: str, width: int) -> Told:
    """One question answered, with its plot; without data it says what there has to be."""
    log = Log("this run", list(history.messages), Notes())
    at_us = history.start_us + history.now_us if name == "active" else None
    found: Answer = QUESTIONS[name](log, Query(at_us=at_us))
    lacks = ""
    if found.plot is None:
        lacks = f"Not enough data after {counted(history.total, 'message')}: {LACKS[name]}"
    plot = () if found.plot is None else tuple(map(tuple, found.plot(width)))
    return Told(name, found.summary, plot, found.head, tuple(found.cells), found.right, lacks)


def _unheard(history: HistoryView) -> tuple[str, ...]:
    """Charge points of which there is no message at all: no answer can speak of them."""
    heard = {message.cp_id for message in history.messages}
    return tuple(cp for cp in history.cps if cp not in heard)
