"""The calls of OCPP as the recorder of messages remembers them: found, read, matched.

A charge point's CALL goes over its own ``ocpp`` channel into the log, and its answer comes back the
same way. So the trace needs no memory of its own: it is as long as the recorder's, goes through
time with it, and costs nothing while nobody looks.
"""

import json
from collections.abc import Callable, Iterable, Iterator
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


@frozen
class Search:
    """What is looked for among the calls, and how far."""

    count: int
    """So many that are wanted, at the most."""
    most: int
    """So many of all are looked at, at the most."""
    wants: Callable[[Sent], bool]
    place: int = 0
    """Of this charge point alone; 0 for all."""
    names: tuple[bytes, ...] = ()
    """What has none of these in it is not wanted; none: look into each."""

    def wanted(self, codes: bytes) -> Wanted:
        """For the recorder: frames as they were sent."""
        return Wanted(codes, frozenset((self.place,)) if self.place else None, sent_only=True)


@frozen
class Found:
    """Calls, each with its answer, else whether its charge point has called again since."""

    calls: tuple[tuple[Sent, "Got | bool"], ...]
    all_seen: bool
    """Nothing is left in that direction."""
    reached_us: int | None
    """Where the search ended before it was done."""


class Trace:
    """What a recorder holds of OCPP, as a world sees it."""

    def __init__(self, world: World, recorder: Recorder) -> None:
        self.world = world
        self.recorder = recorder

    def before(self, at: int, it: Search) -> Found:
        """The calls before a place, the newest first."""
        found: list[tuple[Sent, Got | bool]] = []
        answers: dict[int, int] = {}
        """By charge point, the first answer after where the search is: its number."""
        called: dict[int, None] = {}
        looked = 0
        for place, number, code, source in self._frames(at, it.wanted(BOTH), back=True):
            if ANSWERS[code]:
                answers[source] = number
                continue
            looked += 1
            if looked > it.most:
                return Found(tuple(found), False, self._sent_us(number))
            answer, again = answers.pop(source, None), source in called
            called[source] = None
            sent = self._wanted(place, number, it)
            if sent is None:
                continue
            if answer is None and not again:
                found.append((sent, self.answer(sent)))
            else:
                found.append((sent, self._got(sent, answer) or again))
            if len(found) == it.count:
                return Found(tuple(found), False, None)
        return Found(tuple(found), True, None)

    def after(self, at: int, it: Search) -> Found:
        """The calls from a place on, the oldest first."""
        found: list[tuple[Sent, Got | bool]] = []
        waiting: dict[int, int] = {}
        """By charge point, the index of its call that has no answer yet."""
        looked = 0
        for place, number, code, source in self._frames(at, it.wanted(BOTH), back=False):
            index = waiting.pop(source, None)
            if index is not None:
                sent = found[index][0]
                found[index] = sent, self._got(sent, number) or False if ANSWERS[code] else True
            if CALLS[code]:
                looked += 1
                wanted = self._wanted(place, number, it) if len(found) < it.count else None
                if wanted is not None:
                    waiting[source] = len(found)
                    found.append((wanted, False))
            if looked > it.most:
                return Found(tuple(found), False, self._sent_us(number))
            if len(found) == it.count and not waiting:
                return Found(tuple(found), False, None)
        return Found(tuple(found), True, None)

    def _frames(
        self, at: int, wanted: Wanted, *, back: bool
    ) -> Iterator[tuple[int, int, int, int]]:
        """Place, number, code and source of each frame; what is forgotten is left out."""
        for place in self.recorder.walk(at, wanted, back=back):
            head = self.recorder.head(place)
            if head is not None:
                yield place, *head

    def _sent_us(self, number: int) -> int:
        flight = self.recorder.flight(number)
        return 0 if flight is None else flight.sent_us

    def _wanted(self, place: int, number: int, it: Search) -> Sent | None:
        """A call, decoded; None where it is not wanted, or its bytes are forgotten."""
        frame = self.recorder.frame(number)
        if frame is None or (it.names and not any(name in frame for name in it.names)):
            return None
        flight = self.recorder.flight(number)
        sent = None if flight is None else read(place, flight, frame)
        return sent if sent is not None and it.wants(sent) else None

    def answer(self, sent: Sent) -> "Got | bool":
        """What a call was answered; else whether its charge point has called again since."""
        mine = Wanted(BOTH, frozenset((place_of(sent.flight.source),)), sent_only=True)
        for _, number, code, _ in self._frames(sent.at + 1, mine, back=False):
            if CALLS[code]:
                return True
            found = self._got(sent, number)
            if found is not None:
                return found
        return False

    def _got(self, sent: Sent, number: int | None) -> "Got | None":
        """An answer, if it is this call's and was taken."""
        flight = None if number is None else self.recorder.flight(number)
        frame = None if flight is None else self.recorder.frame(flight.number)
        if flight is None or frame is None or flight.ended_us is None:
            return None
        content = msgpack.unpackb(unseal(frame))
        return got(flight.ended_us, content) if content[1] == sent.unique_id else None

    def retries(self, calls: Iterable[Sent]) -> frozenset[int]:
        """The places of calls that were made before by the same charge point, to no avail."""
        waiting: dict[int, list[tuple[Sent, object]]] = {}
        left: dict[int, int] = {}
        """By place, how many calls before it are still looked at."""
        for sent in calls:
            if sent.action in RETRIED:
                waiting.setdefault(sent.flight.source, []).append((sent, same(sent)))
                left[sent.at] = LOOK_BACK
        found: list[int] = []
        wanted = Wanted(CALLS, sent_only=True)
        for place, number, _, source in self._frames(max(left, default=0), wanted, back=True):
            if source not in waiting:
                continue
            mine = [it for it in waiting[source] if it[0].at in left and it[0].at > place]
            before = self._wanted(place, number, _ANYTHING) if mine else None
            for sent, what in mine:
                left[sent.at] -= 1
                if before is not None and before.action == sent.action and same(before) == what:
                    answer = self.answer(before)
                    if not isinstance(answer, Got) or not is_good(answer):
                        found.append(sent.at)
                    left[sent.at] = 0
                if not left[sent.at]:
                    del left[sent.at]
            if not left:
                break
        return frozenset(found)


def read(at: int, flight: Flight, frame: bytes) -> Sent:
    """A call, decoded."""
    body = unseal(frame)
    cp, stamp_us, (_, unique_id, action, payload) = msgpack.unpackb(body)
    return Sent(at, flight, cp, stamp_us, unique_id, action, payload, body)


_ANYTHING: Final = Search(1, 1, lambda _: True)


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
