"""A slot's value, decoded: in words, field by field, and what a filter asks about it."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from attrs import Factory, define

from fsm.network.describe import in_words, malformed
from fsm.ocpp.actions import EVERYONE, Action
from fsm.ocpp.frames import CALL_ERROR, CALL_RESULT, CallError, parse_operation, unpack
from paxos.clients import Command, Purpose, decode
from paxos.membership import Change, Refusal, label, place_of
from paxos.messages import NOOP, Value
from scenarios.commands import command_text
from scenarios.till import newest

if TYPE_CHECKING:
    from scenarios.world import World

Same = TypeVar("Same")
NO_OP: Final = "no-op"
KIND_OF: Final = {Purpose.UPDATE: "update", Purpose.READ: "read", Purpose.CHANGE: "change"}
"""What a command is for, in a word."""


class Facts(NamedTuple):
    """What a filter and a row of the table ask about a slot; found once for each slot."""

    text: str
    lower: str
    """The same in small letters."""
    kinds: tuple[str, ...]
    """Action and, of a message of the network's own, its name; or ``read``, ``change``,
    ``no-op``. In small letters."""
    cps: tuple[str, ...]
    """Who calls, and who is called."""
    evs: tuple[str, ...]
    ballots: tuple[str, ...] = ()
    """All that have proposed something for the slot."""
    held: tuple[tuple[int, str], ...] = ()
    """The highest ballot for which each node has voted."""
    ballot: str = ""
    """In which it was chosen, else the highest that has proposed something."""


@define
class Decoder:
    """Decodes values, with the names and transactions of a world as they are at one time.

    What it holds of the replicated state never changes, so it may be kept.
    """

    ids: dict[int, str]
    owners: dict[str, tuple[str, ...]]
    """The EVs of each id tag and contract."""
    transactions: Mapping[int, Any]
    reservations: Mapping[int, Any]
    _same: dict[Any, Any] = Factory(dict)

    @staticmethod
    def of(world: "World", same: dict[Any, Any] | None = None) -> "Decoder":
        """That of a world as it is now; ``same``: equal values that were met before."""
        owners: dict[str, tuple[str, ...]] = {}
        for name, car in world.cars.items():
            owners[car.ev.account] = (*owners.get(car.ev.account, ()), name)
        tables = newest(world).state
        return Decoder(
            world.ids,
            owners,
            tables.transactions,
            tables.reservations,
            {} if same is None else same,
        )

    def ballot(self, ballot: Any) -> str:
        """A ballot as people read it: ``round.CP``."""
        return f"{ballot.round}.{label(ballot.node, self.ids)}"

    def text(self, value: Value) -> str:
        """A command in a few words."""
        return command_text(value, self.ids)

    def facts(self, value: Value | None) -> Facts:
        """What a filter asks about a value."""
        if value is None:
            return self._facts("", (), (), ())
        if value == NOOP:
            return self._facts(self.text(value), (NO_OP,), (), ())
        command = decode(value)
        if command.purpose is Purpose.CHANGE:
            return self._facts(self.text(value), ("change",), (self._changed(command.op),), ())
        if command.purpose is Purpose.READ:
            asker = self.ids.get(place_of(command.client.node), "")
            return self._facts(self.text(value), ("read",), (asker,), ())
        try:
            operation = parse_operation(command.op)
        except CallError:
            return self._facts(malformed(command.op), (), (), ())
        kinds, payload = [operation.action.lower()], operation.payload
        if operation.action == Action.DATA_TRANSFER:
            kinds.append(str(payload.get("messageId", "")).lower())
        cps = [operation.cp_id]
        data = payload.get("data")
        for at in (payload, data if type(data) is dict else {}):
            for key in ("cp", "chargePoint"):
                if type(at.get(key)) is str and at[key] not in (*cps, EVERYONE):
                    cps.append(at[key])
        return self._facts(in_words(operation), tuple(kinds), tuple(cps), self._evs(payload))

    def _facts(
        self, text: str, kinds: tuple[str, ...], cps: tuple[str, ...], evs: tuple[str, ...]
    ) -> Facts:
        return Facts(text, text.lower(), self.one(kinds), self.one(cps), self.one(evs))

    def one(self, value: Same) -> Same:
        """Of equal values always the same: there are few, and very many slots."""
        known: Same = self._same.setdefault(value, value)
        return known

    def _changed(self, op: bytes) -> str:
        try:
            return self.ids.get(place_of(Change.unpack(op).node), "")
        except Refusal:
            return ""

    def _evs(self, payload: dict[str, Any]) -> tuple[str, ...]:
        """The EVs of its id tag, of its transaction and of its reservation."""
        found: dict[str, None] = {}
        data = payload.get("data")
        for at in (payload, data if type(data) is dict else {}):
            tags = [at.get("idTag")]
            for key, table in (
                ("transactionId", self.transactions), ("reservationId", self.reservations)
            ):  # fmt: skip
                if type(at.get(key)) is int and at[key] in table:
                    tags.append(table[at[key]].id_tag)
            for tag in tags:
                if type(tag) is str:
                    found |= dict.fromkeys(self.owners.get(tag, ()))
        return tuple(found)

    # In full.

    def decoded(self, value: Value) -> dict[str, Any] | None:
        """A command as plain data; None for a no-op."""
        if value == NOOP:
            return None
        command = decode(value)
        kind = KIND_OF[command.purpose]
        return {"for": kind, **self._content(command)}

    def _content(self, command: Command) -> dict[str, Any]:
        if command.purpose is Purpose.CHANGE:
            try:
                change = Change.unpack(command.op)
            except Refusal as refusal:
                return {"malformed": str(refusal)}
            step = change.step.name.lower()
            return {"node": label(change.node, self.ids), "step": step, "version": change.version}
        if command.purpose is Purpose.READ:
            return {"question": _plain(_opened(command.op))}
        try:
            operation = parse_operation(command.op)
        except CallError as error:
            return {"malformed": error.description, "bytes": command.op.hex()}
        return {
            "cp": operation.cp_id, "at_us": operation.at_us, "unique_id": operation.unique_id,
            "action": operation.action, "payload": _plain(operation.payload),
        }  # fmt: skip

    def answered(self, value: Value, result: bytes) -> Any:
        """What applying a command gave, as plain data: a payload, or an error."""
        if value == NOOP or not result:
            return None
        found = _opened(result)
        is_frame = type(found) is list and len(found) >= 3
        if is_frame and found[0] == CALL_RESULT:
            return _plain(found[2])
        if is_frame and found[0] == CALL_ERROR:
            return {"errorCode": _plain(found[2]), "errorDescription": _plain(found[3])}
        return _plain(found)


def _opened(data: bytes) -> Any:
    try:
        return unpack(data)
    except CallError:
        return data


def _plain(value: Any) -> Any:
    """Data that JSON has: bytes in hexadecimal, but for those that hold another value."""
    if isinstance(value, bytes):
        inner = _opened(value)
        return _plain(inner) if isinstance(inner, (dict, list)) else value.hex()
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def flat(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Plain data as pairs of a dotted name and a text, in its order."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from flat(item, f"{name}.{key}" if name else key)
    elif isinstance(value, list) and value:
        if all(not isinstance(item, (dict, list)) for item in value):
            yield name, " ".join(map(_word, value))
            return
        for at, item in enumerate(value):
            yield from flat(item, f"{name}[{at}]")
    else:
        yield name or "value", _word(value)


def _word(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if value not in ({}, [], "") else "–"
