"""Where drivers ask: the desk of a charge point.

A question becomes a CALL in the charge point's own queue, and so a command of the log. Nobody waits
for ever. A charge point that is cut off says so at once; one that finds out while a question is
under way says so then: when it hears no leader any more, or when nothing was decided for as long.
One that gets no answer within :data:`ANSWER_US` says that. A question that was under way may be
decided later all the same. So its driver calls it off, and a reservation that is granted after all
is called off here as well, as nobody waits for it.
"""

from enum import IntEnum
from typing import Any

from attrs import define, frozen

from fsm.clock import WallClock
from fsm.effects import CancelTimer, SetTimer
from fsm.network.records import Loss, Reservation
from fsm.network.tables import Tables
from fsm.ocpp.actions import VENDOR_ID, Action
from fsm.ocpp.client import CallClient
from fsm.ocpp.frames import CALL_RESULT
from fsm.ocpp.reserving import REQUEST_CONNECTOR, Booking, Why
from paxos.replica import Replica

TIMER = "desk "
"""The timers of questions are called so, with their numbers."""

ANSWER_US = 5_000_000
"""How long a driver is kept waiting, by the charge point's own clock."""

Payload = dict[str, object]


class Want(IntEnum):
    """What a driver wants."""

    ASK = 0
    """A connector, here or elsewhere."""
    CHANGE = 1
    """Other times for what he holds."""
    CANCEL = 2


@frozen
class Question:
    """What a driver asks a charge point; times in µs of the run.

    ``number`` is unique in a run; ``reservation_id`` is the number of the question that asked for
    that reservation.
    """

    number: int
    want: Want
    reservation_id: int
    id_tag: str
    payload: Payload


@frozen
class Told:
    """An effect: the answer to a driver's question.

    ``status`` is Reserved, Redirected, Refused, NoAnswer, Accepted or another of OCPP's.
    """

    number: int
    status: str
    data: Payload


@frozen
class News:
    """An effect: a driver is told that his reservation was lost to a fault.

    ``loss`` says to what, ``record`` how the reservation stands since.
    """

    loss: Loss
    record: Reservation


@define
class _Waiting:
    """A question under way; times in µs of the charge point's own clock."""

    question: Question
    asked_us: int
    slot: int
    """How far the log had been applied when somebody looked last and it had moved on."""
    moved_us: int
    """When that was."""


class Desk:
    """The questions that a charge point has taken and not answered yet."""

    def __init__(self, calls: CallClient, clock: WallClock, replica: Replica) -> None:
        self._calls = calls
        self._clock = clock
        self._replica = replica
        self._open: dict[str, Question] = {}
        """By the unique id of the CALL."""
        self._waiting: dict[int, _Waiting] = {}
        """By the number of the question: those whose driver still waits."""

    def ask(self, question: Question, now_us: int) -> list[Any]:
        """Take a question; its effects. The CALL, if any, is in the queue."""
        if self._replica.is_cut_off(now_us):
            return [Told(question.number, "Refused", {"reason": Why.CUT_OFF.value})]
        if question.want is Want.ASK:
            action = Action.DATA_TRANSFER
            payload: Payload = {
                "vendorId": VENDOR_ID,
                "messageId": REQUEST_CONNECTOR,
                "data": question.payload,
            }
        else:
            changes = question.want is Want.CHANGE
            action = Action.RESERVE_NOW if changes else Action.CANCEL_RESERVATION
            payload = question.payload
        self._open[self._submit(action, payload, now_us)] = question
        waiting = _Waiting(question, now_us, self._replica.commit_slot, now_us)
        self._waiting[question.number] = waiting
        return [self._timer(waiting, now_us)]

    def _submit(self, action: Action, payload: Payload, now_us: int) -> str:
        return self._calls.submit(action.value, payload, now_us, self._clock.wall_us(now_us))

    def _timer(self, waiting: _Waiting, now_us: int) -> SetTimer:
        """When to look again at a question under way."""
        wait_us = waiting.asked_us + ANSWER_US - now_us
        if waiting.question.want is Want.ASK:
            stalls_us = waiting.moved_us + self._patience_us - now_us
            wait_us = min(wait_us, stalls_us, self._replica.doubts_in_us(now_us))
        return SetTimer(f"{TIMER}{waiting.question.number}", max(1, wait_us))

    @property
    def _patience_us(self) -> int:
        return self._replica.config.timing.doubt_us

    def on_timer(self, name: str, now_us: int) -> list[Any]:
        """No answer has come yet: refuse, say that there is none, or look again later."""
        waiting = self._waiting[int(name.removeprefix(TIMER))]
        if now_us - waiting.asked_us >= ANSWER_US:
            return self._give_up(waiting, "NoAnswer", {})
        why = self._doubt(waiting, now_us)
        if why is not None:
            return self._give_up(waiting, "Refused", {"reason": why.value, "callOff": True})
        return [self._timer(waiting, now_us)]

    def _doubt(self, waiting: _Waiting, now_us: int) -> Why | None:
        """Why a driver should not wait any longer; None when he should.

        Only who holds nothing: somebody who changes what he holds would lose it.
        """
        if waiting.question.want is not Want.ASK:
            return None
        if self._replica.is_cut_off(now_us):
            return Why.CUT_OFF
        if self._replica.commit_slot != waiting.slot:
            waiting.slot, waiting.moved_us = self._replica.commit_slot, now_us
        # Whoever is cut off together with the leader hears it, and yet nothing is decided.
        return Why.NO_DECISION if now_us - waiting.moved_us >= self._patience_us else None

    def _give_up(self, waiting: _Waiting, status: str, data: Payload) -> list[Any]:
        del self._waiting[waiting.question.number]
        return [Told(waiting.question.number, status, data)]

    def on_answer(self, unique_id: str, frame: list[Any], now_us: int) -> list[Any]:
        """The network's answer to a CALL, which may be a driver's question."""
        question = self._open.pop(unique_id, None)
        if question is None:
            return []
        status, data = _read(frame)
        if self._waiting.pop(question.number, None) is None:
            if question.want is Want.ASK and status in ("Reserved", "Redirected"):
                # Nobody waits for it any more.
                self._submit(
                    Action.CANCEL_RESERVATION,
                    cancellation(question.reservation_id, question.id_tag),
                    now_us,
                )
            return []
        return [
            CancelTimer(f"{TIMER}{question.number}"),
            Told(question.number, status, data),
        ]


def cancellation(reservation_id: int, id_tag: str) -> Payload:
    """The payload that calls a driver's reservation off."""
    return {"reservationId": reservation_id, "idTag": id_tag}


def _read(frame: list[Any]) -> tuple[str, Payload]:
    """Status and data of an answer; what is an error is a refusal."""
    if frame[0] != CALL_RESULT:
        return "Refused", {"reason": str(frame[2])}
    answer = frame[2]
    data = answer.get("data")
    return (str(data["status"]), data) if data else (str(answer["status"]), {})


def news_of(tables: Tables, cp_id: str, told: dict[int, int]) -> list[Any]:
    """What a charge point has to tell drivers whose reservations were lost, and has not told yet.

    ``told`` is by the reservation how often it was lost by then, and is brought forward.
    """
    news: list[Any] = []
    for loss in tables.losses.values():
        if cp_id not in (loss.asked_cp, loss.teller):
            continue
        if told.get(loss.reservation_id, 0) < loss.times:
            told[loss.reservation_id] = loss.times
            news.append(News(loss, tables.reservations[loss.reservation_id]))
    return news


def bookings_of(tables: Tables, cp_id: str) -> tuple[Booking, ...]:
    """The reservations of a charge point that are in force, as its controller needs them."""
    held = [tables.reservations[number] for number in tables.reserved_by_tag.values() if number]
    return tuple(
        Booking(r.id, r.id_tag, r.from_us, r.until_us, r.held_until_us)
        for r in sorted(held)
        if r.cp_id == cp_id
    )
