"""Charging profiles at the edge: those of the log as payloads of either version, and back.

The log carries a profile as :mod:`fsm.ocpp.profiles.packing` packs it, with times in seconds from
the run's beginning; outside they are dates. A composite schedule in the log is
``{status, connectorId, start, duration, unit, periods: [[start, limit in tenths, phases], …]}``,
where 0 phases are those of DC, which has none.
"""

from typing import Any

from attrs import evolve

from fsm.ocpp.frames import CallError, ErrorCode
from fsm.ocpp.outside import US_PER_S, Payload, decimal, time_out
from fsm.ocpp.profiles.answers import read_question
from fsm.ocpp.profiles.clearing import read_clear as read_criteria
from fsm.ocpp.profiles.errors import ProfileError
from fsm.ocpp.profiles.model import Kind, Profile, Purpose, Schedule, Version
from fsm.ocpp.profiles.packing import PackedError, pack, unpack
from fsm.ocpp.profiles.reading import DIALECTS, read_profile

_PURPOSE_16 = {
    Purpose.STATION_MAX: "ChargePointMaxProfile",
    Purpose.EXTERNAL: "ChargePointMaxProfile",
}


def _absent(**values: object) -> Payload:
    """An object without what is None: OCPP leaves empty optionals out."""
    return {key: value for key, value in values.items() if value is not None}


def unpacked(row: object) -> Profile:
    """The profile of a row of the log.

    Raises:
        CallError: it is none (FormationViolation).

    """
    try:
        return unpack([row])[0]
    except PackedError as error:
        raise CallError(ErrorCode.FORMATION_VIOLATION, f"no profile: {error}") from None


def checked(row: object) -> Profile:
    """The same, when OCPP allows what it says: the rules are those of its payload.

    Raises:
        CallError: it is no profile, or one that OCPP does not allow.

    """
    profile = unpacked(row)
    try:
        written = set_profile(profile.version, {"profile": row}, _WHEN_US)
        same = _moved(read_profile(written), -_WHEN_US // US_PER_S)
    except (ProfileError, CallError, ValueError, OverflowError) as error:
        text = str(error)[:200]
        raise CallError(ErrorCode.PROPERTY_CONSTRAINT_VIOLATION, text) from None
    if same != profile:
        raise CallError(ErrorCode.PROPERTY_CONSTRAINT_VIOLATION, "not as OCPP would have it")
    return profile


_WHEN_US = 1_767_225_600 * US_PER_S
"""Any date will do to check a profile by its payload: this is the first day of 2026."""


# --- to the outside --------------------------------------------------------------------------


def set_profile(version: Version, payload: Payload, start_us: int) -> Payload:
    """The SetChargingProfile of a payload of the log."""
    profile = unpacked(payload["profile"])
    written = _profile(version, profile, start_us)
    if version is Version.V16:
        return {"connectorId": profile.connector, "csChargingProfiles": written}
    return {"evseId": profile.connector, "chargingProfile": written}


def _profile(version: Version, it: Profile, start_us: int) -> Payload:
    old = version is Version.V16
    schedules = [
        _schedule(version, each, it.id + number, start_us)
        for number, each in enumerate(it.schedules)
    ]
    transaction: object = it.transaction_id
    if old and it.transaction_id is not None:
        transaction = int(it.transaction_id)
    return _absent(
        **{"chargingProfileId" if old else "id": it.id},
        stackLevel=it.stack_level,
        chargingProfilePurpose=_PURPOSE_16.get(it.purpose, it.purpose.value) if old
        else it.purpose.value,
        chargingProfileKind=it.kind.value,
        recurrencyKind=None if it.recurrency is None else it.recurrency.value,
        validFrom=_date(it.valid_from_s, start_us),
        validTo=_date(it.valid_to_s, start_us),
        transactionId=transaction,
        chargingSchedule=schedules[0] if old else schedules,
    )  # fmt: skip


def _date(time_s: int | None, start_us: int) -> str | None:
    return None if time_s is None else time_out(time_s * US_PER_S, _whole(start_us))


def _whole(start_us: int) -> int:
    """Profiles know whole seconds only."""
    return start_us // US_PER_S * US_PER_S


def _schedule(version: Version, it: Schedule, otherwise: int, start_us: int) -> Payload:
    number = it.id if it.id is not None else otherwise
    return _absent(
        id=None if version is Version.V16 else number,
        startSchedule=_date(it.start_s, start_us),
        duration=it.duration_s,
        chargingRateUnit=it.unit.value,
        chargingSchedulePeriod=[
            _absent(
                startPeriod=period.start_s,
                limit=decimal(period.limit_deci),
                numberPhases=period.phases,
                phaseToUse=None if version is Version.V16 else period.phase_to_use,
            )
            for period in it.periods
        ],
        minChargingRate=None if it.min_rate_deci is None else decimal(it.min_rate_deci),
    )


def clear_profile(version: Version, payload: Payload) -> Payload:
    """The ClearChargingProfile of ``{id, connectorId, purpose, stackLevel}``, all optional."""
    purpose = payload.get("purpose")
    if version is Version.V16:
        word = None if purpose is None else _PURPOSE_16.get(Purpose(purpose), purpose)
        return _absent(
            id=payload.get("id"),
            connectorId=payload.get("connectorId"),
            chargingProfilePurpose=word,
            stackLevel=payload.get("stackLevel"),
        )
    criteria = _absent(
        evseId=payload.get("connectorId"),
        chargingProfilePurpose=purpose,
        stackLevel=payload.get("stackLevel"),
    )
    return _absent(chargingProfileId=payload.get("id"), chargingProfileCriteria=criteria or None)


def composite(version: Version, payload: Payload, start_us: int) -> Payload:
    """The answer of GetCompositeSchedule."""
    if payload["status"] != "Accepted":
        return {"status": payload["status"]}
    start = _date(payload["start"], start_us)
    inner: Payload = {
        "duration": payload["duration"],
        "chargingRateUnit": payload["unit"],
        "chargingSchedulePeriod": [
            _absent(startPeriod=at_s, limit=decimal(limit), numberPhases=phases or None)
            for at_s, limit, phases in payload["periods"]
        ],
    }
    if version is Version.V16:
        return {
            "status": "Accepted",
            "connectorId": payload["connectorId"],
            "scheduleStart": start,
            "chargingSchedule": {**inner, "startSchedule": start},
        }
    inner = {**inner, "evseId": payload["connectorId"], "scheduleStart": start}
    return {"status": "Accepted", "schedule": inner}


# --- from the outside ------------------------------------------------------------------------


def _refused(error: ProfileError) -> CallError:
    return CallError(ErrorCode.PROPERTY_CONSTRAINT_VIOLATION, str(error)[:200])


def read_set(version: Version, payload: Payload, start_us: int) -> Payload:
    """A SetChargingProfile from outside as the log has it.

    Raises:
        CallError: OCPP does not allow it, or it is of the other version.

    """
    if DIALECTS[version].body not in payload:
        raise CallError(ErrorCode.OCCURRENCE_CONSTRAINT_VIOLATION, "there is no profile in it")
    try:
        profile = read_profile(payload)
    except ProfileError as error:
        raise _refused(error) from None
    return {"profile": pack((_moved(profile, -(start_us // US_PER_S)),))[0]}


def read_clear(version: Version, payload: Payload) -> Payload:
    """A ClearChargingProfile from outside as the log has it. Raises :class:`CallError`."""
    try:
        found = read_criteria(version, payload)
    except ProfileError as error:
        raise _refused(error) from None
    return _absent(
        id=found.id,
        connectorId=found.connector,
        purpose=None if found.purpose is None else found.purpose.value,
        stackLevel=found.stack_level,
    )


def read_composite(version: Version, payload: Payload) -> Payload:
    """A GetCompositeSchedule from outside as the log has it. Raises :class:`CallError`."""
    try:
        question = read_question(version, payload)
    except ProfileError as error:
        raise _refused(error) from None
    return _absent(
        connectorId=question.connector,
        duration=question.duration_s,
        chargingRateUnit=None if question.unit is None else question.unit.value,
    )


def _moved(profile: Profile, by_s: int) -> Profile:
    """A profile with all its times moved."""

    def moved(time_s: int | None) -> Any:
        return None if time_s is None else time_s + by_s

    return evolve(
        profile,
        valid_from_s=moved(profile.valid_from_s),
        valid_to_s=moved(profile.valid_to_s),
        schedules=tuple(
            evolve(each, start_s=None if profile.kind is Kind.RELATIVE else moved(each.start_s))
            for each in profile.schedules
        ),
    )
