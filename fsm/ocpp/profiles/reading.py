"""From an OCPP payload to a profile: SetChargingProfile and ClearChargingProfile, 1.6 and 2.0.1.

Strict: an unknown key, a wrong type and a value that OCPP forbids are errors that say where. What
one profile alone must keep is checked here, with the paragraph beside each rule; what depends on
other profiles is in :mod:`fsm.ocpp.profiles.store`.
"""

from collections.abc import Mapping
from typing import Final

from attrs import frozen

from fsm.ocpp.profiles.errors import At, ProfileError
from fsm.ocpp.profiles.fields import (
    Fields,
    anything,
    choice,
    deci,
    items,
    shown,
    text,
    timestamp,
    whole,
)
from fsm.ocpp.profiles.model import (
    MAX_PERIODS,
    MAX_SCHEDULES,
    PHASES,
    STATION,
    Kind,
    Period,
    Profile,
    Purpose,
    Recurrency,
    Schedule,
    Unit,
    Version,
)

UNITS: Final = {unit.value: unit for unit in Unit}
_KINDS: Final = {kind.value: kind for kind in Kind}
_RECURRENCIES: Final = {each.value: each for each in Recurrency}


@frozen
class Dialect:
    """How a version writes a profile."""

    version: Version
    connector: str
    body: str
    id: str
    purposes: Mapping[str, Purpose]
    custom: tuple[str, ...]
    """Keys that any object may have and that mean nothing here."""

    def name(self, purpose: Purpose) -> str:
        """The version's own name of a purpose."""
        return next((name for name, it in self.purposes.items() if it is purpose), purpose)


V16: Final = Dialect(
    Version.V16,
    "connectorId",
    "csChargingProfiles",
    "chargingProfileId",
    {
        "ChargePointMaxProfile": Purpose.STATION_MAX,
        "TxDefaultProfile": Purpose.TX_DEFAULT,
        "TxProfile": Purpose.TX,
    },
    (),
)
V201: Final = Dialect(
    Version.V201,
    "evseId",
    "chargingProfile",
    "id",
    {purpose.value: purpose for purpose in Purpose},
    ("customData",),
)
DIALECTS: Final = {dialect.version: dialect for dialect in (V16, V201)}


# --- SetChargingProfile ----------------------------------------------------------------------


def read_profile(value: object, at: At = (), connector: int = 1) -> Profile:
    """A SetChargingProfile request of either version, or the ChargingProfile in it alone.

    One alone may carry its ``connectorId`` or ``evseId``. Without, it is set on ``connector``, or
    on 0 where its purpose is the whole charge point.

    Raises:
        ProfileError: OCPP does not allow it; ``at`` is where ``value`` stands.

    """
    if not isinstance(value, dict):
        raise ProfileError(at, shown(value), "an object", "FormatViolation")
    for dialect in (V16, V201):
        if dialect.body in value:
            request = Fields.of(value, at, (dialect.connector, dialect.body), dialect.custom)
            on = request.read(dialect.connector, whole(0))
            return _profile(value[dialect.body], (*at, dialect.body), dialect, on)
        if dialect.id in value:
            body = {key: it for key, it in value.items() if key != dialect.connector}
            beside = Fields(value, at).maybe(dialect.connector, whole(0))
            return _profile(body, at, dialect, beside, connector)
    allowed = (
        "a ChargingProfile of OCPP 1.6 (with chargingProfileId) or 2.0.1 (with id), or a "
        "SetChargingProfile request (with csChargingProfiles or chargingProfile)"
    )
    raise ProfileError(at, "neither", allowed, "FormatViolation")


def _profile(
    value: object, at: At, dialect: Dialect, connector: int | None, otherwise: int = STATION
) -> Profile:
    needed = (
        dialect.id, "stackLevel", "chargingProfilePurpose", "chargingProfileKind",
        "chargingSchedule",
    )  # fmt: skip
    maybe = ("recurrencyKind", "validFrom", "validTo", "transactionId", *dialect.custom)
    fields = Fields.of(value, at, needed, maybe)
    _custom(fields, dialect)
    purpose = fields.read("chargingProfilePurpose", choice(dialect.purposes))
    kind = fields.read("chargingProfileKind", choice(_KINDS))
    if connector is None:
        whole_point = purpose in (Purpose.STATION_MAX, Purpose.EXTERNAL)
        connector = STATION if whole_point else otherwise
    profile = Profile(
        version=dialect.version,
        id=fields.read(dialect.id, whole(-(2**31))),
        connector=connector,
        stack_level=fields.read("stackLevel", whole(0)),
        purpose=purpose,
        kind=kind,
        schedules=_schedules(fields, dialect, kind, purpose),
        # 1.6, 7.8: only a recurring profile has a recurrence; elsewhere the key says nothing.
        recurrency=_recurrency(fields, kind),
        valid_from_s=fields.maybe("validFrom", timestamp),
        valid_to_s=fields.maybe("validTo", timestamp),
        transaction_id=_transaction_id(fields, dialect),
    )
    _check(profile, fields, dialect)
    return profile


def _custom(fields: Fields, dialect: Dialect) -> None:
    for key in dialect.custom:
        fields.maybe(key, anything)


def _recurrency(fields: Fields, kind: Kind) -> Recurrency | None:
    found = fields.maybe("recurrencyKind", choice(_RECURRENCIES))
    if kind is not Kind.RECURRING:
        return None
    if found is None:
        why = "Daily or Weekly, as chargingProfileKind is Recurring"
        raise fields.wrong("recurrencyKind", "nothing", why, "MissingParam")
    return found


def _transaction_id(fields: Fields, dialect: Dialect) -> str | None:
    if dialect is V201:
        return fields.maybe("transactionId", text(36))
    number = fields.maybe("transactionId", whole(-(2**31)))
    return None if number is None else str(number)


def _check(profile: Profile, fields: Fields, dialect: Dialect) -> None:
    """What the fields of a profile must keep together. Raises :class:`ProfileError`."""
    purpose, name = profile.purpose, dialect.name(profile.purpose)
    if purpose is Purpose.STATION_MAX and profile.connector != STATION:
        # 1.6, 3.13.1; 2.0.1, K 3.
        allowed = f"0, the whole charge point, for a {name}"
        raise _at_connector(profile, fields, dialect, allowed)
    if purpose is Purpose.TX and profile.connector == STATION:
        # 1.6, 3.13.1; 2.0.1, K01.FR.16.
        raise _at_connector(profile, fields, dialect, "1 or more, the connector of its transaction")
    if purpose is Purpose.STATION_MAX and profile.kind is Kind.RELATIVE and dialect is V201:
        # 2.0.1, K01.FR.38.
        raise fields.wrong("chargingProfileKind", '"Relative"', f"Absolute, Recurring for a {name}")
    if profile.transaction_id is not None and purpose is not Purpose.TX:
        raise fields.wrong("transactionId", "one", f"none for a {name}, only for a TxProfile")
    if profile.transaction_id is None and purpose is Purpose.TX and dialect is V201:
        # 2.0.1, K01.FR.03. In 1.6 it is the running one (5.16).
        raise fields.wrong("transactionId", "nothing", "the TxProfile's one", "MissingParam")
    low, high = profile.valid_from_s, profile.valid_to_s
    if low is not None and high is not None and high <= low:
        raise fields.wrong("validTo", shown(fields.value["validTo"]), "a time after validFrom")


def _at_connector(profile: Profile, fields: Fields, dialect: Dialect, allowed: str) -> ProfileError:
    stands_above = fields.at and fields.at[-1] == dialect.body
    at = fields.at[:-1] if stands_above else fields.at
    return ProfileError((*at, dialect.connector), str(profile.connector), allowed)


# --- schedules and periods -------------------------------------------------------------------


def _schedules(
    fields: Fields, dialect: Dialect, kind: Kind, purpose: Purpose
) -> tuple[Schedule, ...]:
    at = (*fields.at, "chargingSchedule")
    if dialect is V16:
        return (_schedule(fields.value["chargingSchedule"], at, dialect, kind),)
    found = fields.read("chargingSchedule", items(1, MAX_SCHEDULES))
    if len(found) > 1 and purpose is not Purpose.TX:
        # 2.0.1, K01.FR.34: a choice is for the EV, in a transaction.
        raise fields.wrong(
            "chargingSchedule", f"{len(found)} schedules", "one; more only for a TxProfile",
            "InvalidSchedule",
        )  # fmt: skip
    return tuple(_schedule(each, (*at, number), dialect, kind) for number, each in enumerate(found))


def _schedule(value: object, at: At, dialect: Dialect, kind: Kind) -> Schedule:
    needed: tuple[str, ...] = ("chargingRateUnit", "chargingSchedulePeriod")
    maybe: tuple[str, ...] = ("duration", "startSchedule", "minChargingRate", *dialect.custom)
    if dialect is V201:
        needed, maybe = ("id", *needed), (*maybe, "salesTariff")
    fields = Fields.of(value, at, needed, maybe)
    _custom(fields, dialect)
    fields.maybe("salesTariff", anything)
    start_s = fields.maybe("startSchedule", timestamp)
    if start_s is None and kind is not Kind.RELATIVE:
        # 2.0.1, K01.FR.40; 1.6, 7.13.
        why = f"a time, as chargingProfileKind is {kind}"
        raise fields.wrong("startSchedule", "nothing", why, "InvalidSchedule")
    if start_s is not None and kind is Kind.RELATIVE and dialect is V201:
        # 2.0.1, K01.FR.41. In 1.6 the kind decides, and the time says nothing.
        raise fields.wrong("startSchedule", "a time", "none, as the profile is Relative",
                           "InvalidSchedule")  # fmt: skip
    return Schedule(
        unit=fields.read("chargingRateUnit", choice(UNITS)),
        periods=_periods(fields, dialect),
        start_s=None if kind is Kind.RELATIVE else start_s,
        duration_s=fields.maybe("duration", whole(0)),
        id=fields.maybe("id", whole(-(2**31))),
        min_rate_deci=fields.maybe("minChargingRate", deci),
    )


def _periods(schedule: Fields, dialect: Dialect) -> tuple[Period, ...]:
    key = "chargingSchedulePeriod"
    periods: list[Period] = []
    for number, each in enumerate(schedule.read(key, items(1, MAX_PERIODS))):
        fields = Fields.of(
            each, (*schedule.at, key, number), ("startPeriod", "limit"),
            ("numberPhases", "phaseToUse", "customData") if dialect is V201 else ("numberPhases",),
        )  # fmt: skip
        _custom(fields, dialect)
        period = Period(
            start_s=fields.read("startPeriod", whole(0)),
            limit_deci=fields.read("limit", deci),
            phases=fields.maybe("numberPhases", whole(1, PHASES)),
            phase_to_use=fields.maybe("phaseToUse", whole(1, PHASES)),
        )
        if not periods and period.start_s != 0:
            # 1.6, 7.13; 2.0.1, K01.FR.31.
            raise fields.wrong("startPeriod", str(period.start_s), "0 for the first period",
                               "InvalidSchedule")  # fmt: skip
        if periods and period.start_s <= periods[-1].start_s:
            # 2.0.1, K01.FR.35.
            allowed = f"more than {periods[-1].start_s}, where the period before starts"
            raise fields.wrong("startPeriod", str(period.start_s), allowed, "InvalidSchedule")
        if period.phase_to_use is not None and period.phases != 1:
            # 2.0.1, K01.FR.19.
            raise fields.wrong("phaseToUse", str(period.phase_to_use), "none unless numberPhases "
                               "is 1", "InvalidSchedule")  # fmt: skip
        periods.append(period)
    return tuple(periods)
