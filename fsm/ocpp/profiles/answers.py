"""GetCompositeSchedule: the question and its answer as payloads (OCPP 1.6, 5.7; 2.0.1, K08)."""

from datetime import datetime, timedelta

from attrs import frozen

from fsm.ocpp.profiles.composite import Composite, CompositePeriod
from fsm.ocpp.profiles.errors import At
from fsm.ocpp.profiles.fields import Fields, anything, choice, whole
from fsm.ocpp.profiles.model import Unit, Version
from fsm.ocpp.profiles.reading import DIALECTS, UNITS

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - written with a Z

Payload = dict[str, object]


@frozen
class Question:
    """What GetCompositeSchedule asks."""

    connector: int
    duration_s: int
    unit: Unit | None = None
    """None: as the charge point likes."""


def read_question(version: Version, value: object, at: At = ()) -> Question:
    """The question of a GetCompositeSchedule request.

    Raises:
        ProfileError: OCPP does not allow it.

    """
    dialect = DIALECTS[version]
    maybe = ("chargingRateUnit", *dialect.custom)
    fields = Fields.of(value, at, (dialect.connector, "duration"), maybe)
    for key in dialect.custom:
        fields.maybe(key, anything)
    return Question(
        fields.read(dialect.connector, whole(0)),
        fields.read("duration", whole(0)),
        fields.maybe("chargingRateUnit", choice(UNITS)),
    )


def answer(version: Version, schedule: Composite) -> Payload:
    """The answer of GetCompositeSchedule.

    OCPP has no word for a time in which nothing limits. A charge point that knows its own maximum
    (``Supply.ceiling``) has no such time; without it, the status is Rejected, as it is "not able
    to report the requested schedule".
    """
    periods = [_period(period) for period in schedule.periods]
    if not periods or any("limit" not in period for period in periods):
        return {"status": "Rejected"}
    start = (_EPOCH + timedelta(seconds=schedule.start_s)).isoformat() + "Z"
    inner: Payload = {
        "duration": schedule.duration_s,
        "chargingRateUnit": str(schedule.unit),
        "chargingSchedulePeriod": periods,
    }
    if version is Version.V16:
        return {
            "status": "Accepted",
            "connectorId": schedule.connector,
            "scheduleStart": start,
            "chargingSchedule": {**inner, "startSchedule": start},
        }
    inner = {**inner, "evseId": schedule.connector, "scheduleStart": start}
    return {"status": "Accepted", "schedule": inner}


def _period(period: CompositePeriod) -> Payload:
    row: Payload = {"startPeriod": period.start_s}
    if period.rate is None:
        return row
    # A decimal on the wire, nowhere else; made from its text, as JSON will read it again.
    whole_part, tenth = divmod(period.rate.limit_deci, 10)
    row["limit"] = float(f"{whole_part}.{tenth}")
    if period.rate.phases is not None:
        row["numberPhases"] = period.rate.phases
    if period.rate.phase_to_use is not None:
        row["phaseToUse"] = period.rate.phase_to_use
    return row
