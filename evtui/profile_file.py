"""The JSON file of ``evtui profiles``: read, and turned into a question.

What its keys mean: docs/charging-profiles.md.
"""

import json
from decimal import Decimal

from attrs import frozen

from evtui.errors import UsageError, reason
from evtui.json_lines import line_of
from evtui.source import read_bytes
from fsm.energy.supply import PHASE_V, Current
from fsm.ocpp.profiles.errors import At, ProfileError, path
from fsm.ocpp.profiles.fields import Fields, choice, deci, items, shown, text, timestamp, whole
from fsm.ocpp.profiles.model import PHASES, Ceiling, Profile, Supply, Transaction, Unit
from fsm.ocpp.profiles.reading import DIALECTS, UNITS, read_profile
from fsm.ocpp.profiles.store import EMPTY, Store, bound, clash, duplicate, install
from scenarios.kinds import did_you_mean, printable

MAX_WINDOW_S = 366 * 86_400
"""Longest window: a year, so that an answer stays of a size that can be printed."""

MAX_PROFILES = 1_000
MAX_CONNECTORS = 100
MAX_VOLTAGE_V = 1_500

CURRENTS: dict[str, Current] = {"AC": "AC", "DC": "DC"}


@frozen
class Question:
    """What a file asks."""

    store: Store
    connector: int
    start_s: int
    duration_s: int
    unit: Unit
    transaction: Transaction | None
    supply: Supply
    connectors: int
    ignored: tuple[ProfileError, ...]
    """Profiles that the charge point discards, and why."""


# --- the file --------------------------------------------------------------------------------


def read(file: str, source: str) -> str:
    """The text of a file, or of standard input. Raises :class:`UsageError`."""
    try:
        data = read_bytes(file)
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise UsageError(f"{source}:{line}: found bytes that are not UTF-8; allowed JSON") from None
    except FileNotFoundError:
        raise UsageError(f"{source}: found no such file; allowed a JSON file, or -") from None
    except (OSError, ValueError) as error:
        why = reason(error)
        raise UsageError(f"{source}: cannot read ({why}); allowed a JSON file, or -") from None


class _TwiceError(ValueError):
    """A key that stands twice in one object."""


def parse(content: str, source: str) -> object:
    """The document; numbers with a point as they were written, not as the nearest float.

    Raises:
        UsageError: it is no JSON.

    """

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found: dict[str, object] = {}
        for name, value in pairs:
            if name in found:
                raise _TwiceError(name)
            found[name] = value
        return found

    def no_number(name: str) -> object:
        raise UsageError(f"{source}: found {name}; allowed numbers of JSON")

    try:
        return json.loads(
            content, parse_float=Decimal, parse_constant=no_number, object_pairs_hook=once
        )
    except json.JSONDecodeError as error:
        what = error.msg[:1].lower() + error.msg[1:]
        raise UsageError(
            f"{source}:{error.lineno}:{error.colno}: found broken JSON ({what}); allowed JSON"
        ) from None
    except _TwiceError as error:
        raise UsageError(
            f'{source}: found the key "{printable(str(error))}" twice in one object; allowed once'
        ) from None
    except RecursionError:
        raise UsageError(f"{source}: found JSON that is nested too deep") from None
    except ValueError:
        raise UsageError(f"{source}: found a number of too many digits") from None


def sentence(error: ProfileError, content: str, source: str) -> str:
    """What is wrong, with file, line and field."""
    where = path(error.at)
    hint = did_you_mean(error.key, error.known) if error.key is not None else ""
    at = f"{source}:{line_of(content, error.at)}" + (f": {printable(where)}" if where else "")
    return f"{at}: found {printable(error.found)}; allowed {error.allowed}{hint}"


# --- what it asks ----------------------------------------------------------------------------

_NEEDED = ("profiles", "start", "duration_s")
_MAYBE = (
    "connector", "transaction", "rate_unit", "current", "voltage_v", "maximum", "connectors",
)  # fmt: skip


def ask(document: object, errors: list[ProfileError]) -> Question:
    """The question of a document; what is wrong with a single profile goes to ``errors``.

    Raises:
        ProfileError: the document itself is wrong.

    """
    fields = Fields.of(document, (), _NEEDED, _MAYBE)
    start_s = fields.read("start", timestamp)
    duration_s = fields.read("duration_s", whole(1, MAX_WINDOW_S))
    connector = _or(fields.maybe("connector", whole(0)), 1)
    connectors = fields.maybe("connectors", whole(1, MAX_CONNECTORS))
    if connectors is not None:
        _exists(fields, "connector", connector, connectors)
    unit = fields.maybe("rate_unit", choice(UNITS)) or Unit.A
    transaction = _transaction(fields, connector, start_s, connectors)
    rows = fields.read("profiles", items(0, MAX_PROFILES))
    store, ignored = _installed(rows, connector, transaction, connectors, errors)
    named = max([connector, *(it.connector for it in store), 1])
    return Question(
        store,
        connector,
        start_s,
        duration_s,
        unit,
        transaction,
        _supply(fields, store, unit),
        connectors or named,
        tuple(ignored),
    )


def _or(value: int | None, otherwise: int) -> int:
    return otherwise if value is None else value


def _exists(fields: Fields, key: str, connector: int, connectors: int) -> None:
    """Refuse a connector that the charge point does not have. Raises :class:`ProfileError`."""
    if connector > connectors:
        allowed = f"at most {connectors}, which connectors says that there are"
        raise fields.wrong(key, str(connector), allowed)


def _transaction(
    fields: Fields, connector: int, start_s: int, connectors: int | None
) -> Transaction | None:
    """The running transaction: its id alone, or an object; null or nothing where none runs."""
    value = fields.value.get("transaction")
    if value is None:
        return None
    connector = connector or 1
    if not isinstance(value, dict):
        return Transaction(_id(fields, "transaction"), connector, start_s)
    it = Fields.of(value, ("transaction",), ("id",), ("connector", "start", "schedule_id"))
    runs_on = it.maybe("connector", whole(1)) or connector
    if connectors is not None:
        _exists(it, "connector", runs_on, connectors)
    return Transaction(
        _id(it, "id"),
        runs_on,
        _or(it.maybe("start", timestamp), start_s),
        it.maybe("schedule_id", whole(-(2**31))),
    )


def _id(fields: Fields, key: str) -> str:
    """A transaction's id, a number in 1.6 and a text in 2.0.1."""
    if isinstance(fields.value[key], str):
        return fields.read(key, text(36))
    if type(fields.value[key]) is not int:
        allowed = "the id of a transaction, a number or a text"
        if key == "transaction":
            allowed += ", or an object with it; null where none runs"
        raise fields.wrong(key, shown(fields.value[key]), allowed)
    return str(fields.read(key, whole(-(2**31))))


def _supply(fields: Fields, store: Store, unit: Unit) -> Supply:
    current = fields.maybe("current", choice(CURRENTS)) or "AC"
    ceiling = None
    if "maximum" in fields.value:
        inner = fields.value["maximum"]
        it = Fields.of(inner, ("maximum",), ("limit",), ("rate_unit", "phases"))
        ceiling = Ceiling(
            it.maybe("rate_unit", choice(UNITS)) or unit,
            it.read("limit", deci),
            it.maybe("phases", whole(1, PHASES)),
        )
    units = {schedule.unit for profile in store for schedule in profile.schedules}
    units |= {ceiling.unit} if ceiling else set()
    voltage_v = fields.maybe("voltage_v", whole(1, MAX_VOLTAGE_V))
    if voltage_v is None and current == "DC" and units - {unit}:
        allowed = "the voltage, as A and W of direct current are converted with it"
        raise fields.wrong("voltage_v", "nothing", allowed, "MissingParam")
    return Supply(current, voltage_v or PHASE_V, ceiling)


def _installed(
    rows: list[object],
    connector: int,
    transaction: Transaction | None,
    connectors: int | None,
    errors: list[ProfileError],
) -> tuple[Store, list[ProfileError]]:
    """The profiles as the charge point holds them, and those that it discards."""
    found: list[Profile] = []
    ignored: list[ProfileError] = []
    store = EMPTY
    for number, row in enumerate(rows):
        at: At = ("profiles", number)
        try:
            profile = read_profile(row, at, connector)
            if connectors is not None and isinstance(row, dict):
                key = DIALECTS[profile.version].connector
                _exists(Fields(row, at), key, profile.connector, connectors)
        except ProfileError as error:
            errors.append(error)
            continue
        try:
            profile = bound(profile, transaction, at)
        except ProfileError as error:
            ignored.append(error)
            continue
        try:
            _apart(profile, found, at)
            store = install(store, profile, transaction, at)
        except ProfileError as error:
            errors.append(error)
        else:
            found.append(profile)
    return store, ignored


def _apart(profile: Profile, found: list[Profile], at: At) -> None:
    """Refuse two profiles of which a charge point would keep one: which, a file does not say."""
    key = DIALECTS[profile.version].id
    for earlier in found:
        if earlier.id == profile.id:
            raise ProfileError(
                (*at, key), f"{profile.id}, the id of another profile", "an id of its own"
            )
        if clash(earlier, profile):
            raise duplicate(profile, earlier, at)
