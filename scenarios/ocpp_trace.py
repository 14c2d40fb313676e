"""The calls of OCPP as the recorder of messages remembers them: found, read, matched.

A charge point's CALL goes over its own ``ocpp`` channel into the log, and its answer comes back the
same way. So the trace needs no memory of its own: it is as long as the recorder's, goes through
time with it, and costs nothing while nobody looks.
"""

import json
from collections.abc import Iterator
from typing import Any, Final

import msgpack
from attrs import frozen

from fsm.network.describe import describe
from fsm.ocpp.actions import INSTRUCTION_RESULT, Action
from fsm.ocpp.frames import CALL_ERROR
from paxos.membership import place_of
from paxos.sim.flights import Flight, Wanted
from paxos.sim.recorder import TROUBLE, Recorder
from paxos.wire import unseal
from scenarios.messages.codes import CODES
from scenarios.world import World

GOOD: Final = frozenset(("", "Accepted", "Scheduled", "Reserved", "Redirected"))
"""Statuses of an answer that refuse nothing."""

RETRIED: Final = frozenset(
    action.value
    for action in (
        Action.BOOT_NOTIFICATION, Action.AUTHORIZE, Action.START_TRANSACTION,
        Action.STOP_TRANSACTION, Action.DATA_TRANSFER, Action.CANCEL_RESERVATION,
    )
)  # fmt: skip
"""Calls that are made again where they came to nothing; others are made anew with other figures."""
LOOK_BACK: Final = 12
"""So many calls of its charge point before one are looked at, whether it is a retry."""


def _table(*names: str) -> bytes:
    """The codes of a recorder that are wanted: frames as they are sent, or lost."""
    table = bytearray(256)
    for name in names:
        table[CODES[name]] = table[CODES[name] | TROUBLE] = 1
    return bytes(table)


CALLS: Final = _table("Call")
ANSWERS: Final = _table("CallResult", "CallError")
BOTH: Final = _table("Call", "CallResult", "CallError")


@frozen
class Sent:
    """A CALL that was sent: who, when, and what."""

    at: int
    flight: Flight
    cp: str
    stamp_us: int
    unique_id: str
    action: str
    payload: dict[str, Any]
    body: bytes

    @property
    def message(self) -> str:
        """Of a DataTransfer what it is; empty for all others."""
        found = self.payload.get("messageId", "") if isinstance(self.payload, dict) else ""
        return str(found)

    @property
    def instruction(self) -> int | None:
        """The number of the instruction that it answers; None where it answers none."""
        if self.message != INSTRUCTION_RESULT:
            return None
        number = self.payload["data"]["id"]
        return number if type(number) is int else None


@frozen
class Got:
    """The answer to a CALL: when it was taken, and what it says."""

    time_us: int
    is_error: bool
    status: str
    """A status, or the code of an error; empty where it has none."""
    content: list[Any]


class Trace:
    """What a recorder holds of OCPP, as a world sees it."""

    def __init__(self, world: World, recorder: Recorder) -> None:
        self.world = world
        self.recorder = recorder

    def walk(
        self, at: int, place: int = 0, *, back: bool = False, names: tuple[bytes, ...] = ()
    ) -> Iterator[Sent | Flight]:
        """CALLs from a place on, or back from before it; of one charge point, or of all.

        Of those that have none of ``names`` in them only the flight is given, which says how far
        the walk has come.
        """
        wanted = Wanted(CALLS, frozenset((place,)) if place else None)
        for found in self.recorder.walk(at, wanted, back=back):
            entry = self.recorder.entry(found)
            if entry is None or entry.flight is None or entry.ended:
                continue
            frame = self.recorder.frame(entry.flight.number)
            if frame is None or (names and not any(name in frame for name in names)):
                yield entry.flight
            else:
                yield read(entry.at, entry.flight, frame)

    def answer(self, sent: Sent) -> Got | bool:
        """What it was answered; else whether its charge point has called again since."""
        place = place_of(sent.flight.source)
        for found in self.recorder.walk(sent.at + 1, Wanted(BOTH, frozenset((place,)))):
            entry = self.recorder.entry(found)
            flight = None if entry is None else entry.flight
            if entry is None or flight is None or entry.ended:
                continue
            if CALLS[flight.code]:
                return True
            frame = self.recorder.frame(flight.number)
            content = [] if frame is None else msgpack.unpackb(unseal(frame))
            if content[1:2] == [sent.unique_id] and flight.ended_us is not None:
                return got(flight.ended_us, content)
        return False

    def is_retry(self, sent: Sent) -> bool:
        """Whether its charge point has made the same call before, and nothing came of it."""
        if sent.action not in RETRIED:
            return False
        mine = same(sent)
        for n, before in enumerate(self.walk(sent.at, place_of(sent.flight.source), back=True)):
            if n >= LOOK_BACK:
                break
            if isinstance(before, Sent) and before.action == sent.action and same(before) == mine:
                answer = self.answer(before)
                return not isinstance(answer, Got) or not is_good(answer)
        return False


def read(at: int, flight: Flight, frame: bytes) -> Sent:
    """A call, decoded."""
    body = unseal(frame)
    cp, stamp_us, (_, unique_id, action, payload) = msgpack.unpackb(body)
    return Sent(at, flight, cp, stamp_us, unique_id, action, payload, body)


def same(sent: Sent) -> object:
    """A call without what differs when it is made again."""
    return {name: value for name, value in sent.payload.items() if name != "timestamp"}


def is_good(it: Got) -> bool:
    """Whether an answer refuses nothing."""
    return not it.is_error and it.status in GOOD


def got(time_us: int, content: list[Any]) -> Got:
    """An answer, with its status wherever that stands."""
    if content[0] == CALL_ERROR:
        return Got(time_us, True, str(content[2]), content)
    payload = content[2]
    return Got(time_us, False, status_of(payload), content)


def status_of(payload: dict[str, Any]) -> str:
    """The status that an answer has; of one to a driver's question the network's own word."""
    data, info = payload.get("data"), payload.get("idTagInfo")
    for each in (data, info, payload):
        if isinstance(each, dict) and isinstance(each.get("status"), str):
            return str(each["status"])
    return ""


def brief(body: bytes, cp: str, action: str, payload: dict[str, Any]) -> str:
    """A call's payload in a few words: as the log is described, else its figures."""
    return describe(body).removeprefix(f"{cp} {action}").strip() or figures(payload)


def figures(payload: dict[str, Any]) -> str:
    """The texts and numbers of a payload in a line."""
    simple = (it for it in payload.items() if isinstance(it[1], str | int))
    return ", ".join(f"{name} {value}" for name, value in simple)[:80]


def plain(value: Any) -> Any:
    """A value as JSON can have it: bytes in hexadecimal, names as text."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def lines_of(value: Any) -> tuple[str, ...]:
    """A payload as lines of JSON."""
    return tuple(json.dumps(plain(value), indent=2, ensure_ascii=False).splitlines())
