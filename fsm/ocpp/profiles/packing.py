"""Profiles as nested lists of integers and texts, for snapshots and the log, and back."""

from typing import TypeVar

from fsm.ocpp.profiles.model import (
    Kind,
    Period,
    Profile,
    Purpose,
    Recurrency,
    Schedule,
    Unit,
    Version,
)
from fsm.ocpp.profiles.store import Store

E = TypeVar("E", Version, Purpose, Kind, Recurrency, Unit)


class PackedError(Exception):
    """Lists that are not a packed store."""


def pack(store: Store) -> list[list[object]]:
    """A store as msgpack takes it."""
    return [_pack(profile) for profile in store]


def _pack(it: Profile) -> list[object]:
    schedules = [
        [
            str(each.unit), each.start_s, each.duration_s, each.id, each.min_rate_deci,
            [[p.start_s, p.limit_deci, p.phases, p.phase_to_use] for p in each.periods],
        ]
        for each in it.schedules
    ]  # fmt: skip
    return [
        str(it.version), it.id, it.connector, it.stack_level, str(it.purpose), str(it.kind),
        None if it.recurrency is None else str(it.recurrency), it.valid_from_s, it.valid_to_s,
        it.transaction_id, schedules,
    ]  # fmt: skip


def unpack(value: object) -> Store:
    """The store of :func:`pack`. Raises :class:`PackedError`."""
    return tuple(_unpack(row) for row in _rows(value))


def _unpack(row: object) -> Profile:
    (version, number, connector, level, purpose, kind, recurrency, low, high, transaction,
     schedules) = _list(row, 11)  # fmt: skip
    return Profile(
        _member(Version, version), _int(number), _int(connector), _int(level),
        _member(Purpose, purpose), _member(Kind, kind),
        tuple(_schedule(each) for each in _rows(schedules)),
        None if recurrency is None else _member(Recurrency, recurrency),
        _maybe(low), _maybe(high), None if transaction is None else _text(transaction),
    )  # fmt: skip


def _schedule(row: object) -> Schedule:
    unit, start, duration, number, rate, periods = _list(row, 6)
    return Schedule(
        _member(Unit, unit), tuple(_period(each) for each in _rows(periods)), _maybe(start),
        _maybe(duration), _maybe(number), _maybe(rate),
    )  # fmt: skip


def _period(row: object) -> Period:
    start, limit, phases, phase = _list(row, 4)
    return Period(_int(start), _int(limit), _maybe(phases), _maybe(phase))


def _rows(value: object) -> list[object]:
    if type(value) is not list:
        raise PackedError(f"{type(value).__name__} where a list belongs")
    return value


def _list(value: object, length: int) -> list[object]:
    row = _rows(value)
    if len(row) != length:
        raise PackedError(f"a row of {len(row)} where {length} belong")
    return row


def _int(value: object) -> int:
    if type(value) is not int:
        raise PackedError(f"{type(value).__name__} where an integer belongs")
    return value


def _maybe(value: object) -> int | None:
    return None if value is None else _int(value)


def _text(value: object) -> str:
    if type(value) is not str:
        raise PackedError(f"{type(value).__name__} where a text belongs")
    return value


def _member(names: type[E], value: object) -> E:
    try:
        return names(_text(value))
    except ValueError:
        raise PackedError(f"no {names.__name__}") from None
