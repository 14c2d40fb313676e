"""Where drivers ask: the desk of a charge point.

A question becomes a CALL in the charge point's own queue, and so a command of the log. Nobody waits
for ever: a charge point that hears nothing of the network says so at once, and one that gets no
answer within :data:`ANSWER_US` says that. A reservation that is granted after that is called off,
as its driver has gone away.
"""

from enum import IntEnum
from typing import Any

from attrs import frozen

from fsm.clock import WallClock
from fsm.effects import CancelTimer, SetTimer
from fsm.network.tables import Tables
from fsm.ocpp.actions import VENDOR_ID, Action
from fsm.ocpp.client import CallClient
from fsm.ocpp.frames import CALL_RESULT
from fsm.ocpp.reserving import REQUEST_CONNECTOR, Booking, Why

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


class Desk:
    """The questions that a charge point has taken and not answered yet."""

    def __init__(self, calls: CallClient, clock: WallClock) -> None:
        self._calls = calls
        self._clock = clock
        self._open: dict[str, Question] = {}
        """By the unique id of the CALL."""
        self._given_up: dict[int, None] = {}

    def ask(self, question: Question, now_us: int, *, cut_off: bool) -> list[Any]:
        """Take a question; its effects. The CALL, if any, is in the queue."""
        if cut_off:
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
        return [SetTimer(f"{TIMER}{question.number}", ANSWER_US)]

    def _submit(self, action: Action, payload: Payload, now_us: int) -> str:
        return self._calls.submit(action.value, payload, now_us, self._clock.wall_us(now_us))

    def on_timer(self, name: str) -> list[Any]:
        """No answer has come in time."""
        number = int(name.removeprefix(TIMER))
        self._given_up[number] = None
        return [Told(number, "NoAnswer", {})]

    def on_answer(self, unique_id: str, frame: list[Any], now_us: int) -> list[Any]:
        """The network's answer to a CALL, which may be a driver's question."""
        question = self._open.pop(unique_id, None)
        if question is None:
            return []
        status, data = _read(frame)
        if question.number in self._given_up:
            del self._given_up[question.number]
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


def bookings_of(tables: Tables, cp_id: str) -> tuple[Booking, ...]:
    """The reservations of a charge point that are in force, as its controller needs them."""
    held = [tables.reservations[number] for number in tables.reserved_by_tag.values() if number]
    return tuple(
        Booking(r.id, r.id_tag, r.from_us, r.until_us, r.held_until_us)
        for r in sorted(held)
        if r.cp_id == cp_id
    )
