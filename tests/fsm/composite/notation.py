"""Cases in one line each: a short notation, and the OCPP payloads and answers that it stands for.

A profile is written ``1 TxDefault L0 Daily start=08:00 for=3600 A 0:16 1800:8/1``: id, purpose
(Max, TxDefault, Tx, External), stack level, kind (Absolute, Daily, Weekly, Relative), then
``start`` (startSchedule), ``for`` (duration in s), ``from`` and ``to`` (validity), ``on``
(connector; else 1, or 0 for Max and External), ``tx`` (transactionId), ``min`` (minChargingRate),
the unit, and the periods ``start:limit/phases@phase``. ``|`` parts further schedules of 2.0.1.

Times of day are of Monday, 2 March 2026, UTC; ``-1d08:00`` is of the day before.

A question is written ``from=08:00 for=7200 on=1 in=A tx=7@07:50``, with ``chosen`` (the schedule
that the EV chose), ``maximum=32A/3``, ``dc=400`` (DC of that voltage), ``volt=120`` and
``connectors=2``. An answer is
written ``0:16 1800:8/1 3600:-``: 3 phases where none is written, and ``-`` where nothing limits.
"""

import re
from datetime import UTC, datetime, timedelta

from fsm.ocpp.profiles.composite import Composite

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
PURPOSES = {
    "1.6": {"Max": "ChargePointMaxProfile", "TxDefault": "TxDefaultProfile", "Tx": "TxProfile"},
    "2.0.1": {
        "Max": "ChargingStationMaxProfile",
        "External": "ChargingStationExternalConstraints",
        "TxDefault": "TxDefaultProfile",
        "Tx": "TxProfile",
    },
}
Json = dict[str, object]


def moment(text: str) -> str:
    """A time of the notation as RFC 3339."""
    match = re.fullmatch(r"(?:([+-]\d+)d)?(\d\d):(\d\d)(?::(\d\d))?", text)
    assert match is not None, text
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    at = MONDAY + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def request(line: str, version: str) -> Json:
    """The SetChargingProfile request of a line."""
    parts = [part.split() for part in line.split("|")]
    number, purpose, level, kind, *_ = parts[0]
    options = dict(word.split("=", 1) for word in parts[0] if "=" in word)
    profile: Json = {
        "chargingProfileId" if version == "1.6" else "id": int(number),
        "stackLevel": int(level.removeprefix("L")),
        "chargingProfilePurpose": PURPOSES[version][purpose],
        "chargingProfileKind": "Recurring" if kind in ("Daily", "Weekly") else kind,
    }
    if kind in ("Daily", "Weekly"):
        profile["recurrencyKind"] = kind
    for key, name in (("from", "validFrom"), ("to", "validTo")):
        if key in options:
            profile[name] = moment(options[key])
    if "tx" in options:
        profile["transactionId"] = int(options["tx"]) if version == "1.6" else options["tx"]
    schedules = [_schedule(part, version, number) for number, part in enumerate(parts, 1)]
    assert version == "2.0.1" or len(schedules) == 1
    profile["chargingSchedule"] = schedules[0] if version == "1.6" else schedules
    on = int(options.get("on", "0" if purpose in ("Max", "External") else "1"))
    if version == "1.6":
        return {"connectorId": on, "csChargingProfiles": profile}
    return {"evseId": on, "chargingProfile": profile}


def _schedule(words: list[str], version: str, number: int) -> Json:
    options = dict(word.split("=", 1) for word in words if "=" in word)
    schedule: Json = {} if version == "1.6" else {"id": number}
    if "start" in options:
        schedule["startSchedule"] = moment(options["start"])
    if "for" in options:
        schedule["duration"] = int(options["for"])
    if "min" in options:
        schedule["minChargingRate"] = float(options["min"])
    schedule["chargingRateUnit"] = next(word for word in words if word in ("A", "W"))
    schedule["chargingSchedulePeriod"] = [
        _period(word) for word in words if re.match(r"\d+:\d", word)
    ]
    return schedule


def _period(word: str) -> Json:
    match = re.fullmatch(r"(\d+):([\d.]+)(?:/(\d))?(?:@(\d))?", word)
    assert match is not None, word
    start, limit, phases, phase = match.groups()
    period: Json = {"startPeriod": int(start), "limit": float(limit)}
    if phases:
        period["numberPhases"] = int(phases)
    if phase:
        period["phaseToUse"] = int(phase)
    return period


def document(lines: list[str], ask: str, version: str) -> Json:
    """The file for ``evtui profiles``."""
    options = dict(word.split("=", 1) for word in ask.split())
    found: Json = {
        "profiles": [request(line, version) for line in lines],
        "start": moment(options["from"]),
        "duration_s": int(options["for"]),
        "connector": int(options.get("on", "1")),
        "rate_unit": options.get("in", "A"),
    }
    if "tx" in options:
        number, at = options["tx"].split("@")
        transaction: Json = {"id": number, "start": moment(at)}
        if "chosen" in options:
            transaction["schedule_id"] = int(options["chosen"])
        if "txon" in options:
            transaction["connector"] = int(options["txon"])
        found["transaction"] = transaction
    if "maximum" in options:
        match = re.fullmatch(r"([\d.]+)([AW])(?:/(\d))?", options["maximum"])
        assert match is not None
        found["maximum"] = {"limit": float(match[1]), "rate_unit": match[2]}
        if match[3]:
            found["maximum"]["phases"] = int(match[3])
    if "dc" in options:
        found |= {"current": "DC", "voltage_v": int(options["dc"])}
    if "volt" in options:
        found["voltage_v"] = int(options["volt"])
    if "connectors" in options:
        found["connectors"] = int(options["connectors"])
    return found


def answer(found: Composite) -> str:
    """A composite schedule in the notation."""
    words = []
    for period in found.periods:
        rate = period.rate
        if rate is None:
            words.append(f"{period.start_s}:-")
            continue
        whole, tenth = divmod(rate.limit_deci, 10)
        text = f"{period.start_s}:{whole}" + (f".{tenth}" if tenth else "")
        text += "" if rate.phases in (None, 3) else f"/{rate.phases}"
        words.append(text + ("" if rate.phase_to_use is None else f"@{rate.phase_to_use}"))
    return " ".join(words)
