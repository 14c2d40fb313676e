"""The fast composite schedule against the slow one, on documents that Hypothesis makes up."""

from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fsm.composite.oracle import Oracle, Told
from tests.fsm.composite.test_cases import solve

START = 1_772_438_400
"""Monday, 2 March 2026, 08:00 UTC."""

WINDOW = 60
OFFSETS = st.integers(-40, WINDOW + 10)
"""Moments around the window, so that what is made up meets it."""

LIMITS = st.one_of(st.integers(0, 640), st.sampled_from([0, 60, 160, 161])).map(lambda it: it / 10)


def moment(at_s: int) -> str:
    """Seconds since 1970 as RFC 3339."""
    days, rest = divmod(at_s - 1_772_323_200, 86_400)  # since 1 March
    hours, rest = divmod(rest, 3600)
    assert -28 < days < 31
    day = f"2026-03-{days + 1:02}" if days >= 0 else f"2026-02-{days + 29:02}"
    return f"{day}T{hours:02}:{rest // 60:02}:{rest % 60:02}Z"


@st.composite
def schedules(draw: st.DrawFn, version: str, kind: str, number: int) -> dict[str, Any]:
    """A schedule whose edges lie around the window."""
    schedule: dict[str, Any] = {"id": number} if version == "2.0.1" else {}
    if kind != "Relative":
        back = draw(st.integers(0, 2)) * {"Daily": 86_400, "Weekly": 604_800}.get(kind, 0)
        schedule["startSchedule"] = moment(START + draw(OFFSETS) - back)
    if draw(st.booleans()):
        schedule["duration"] = draw(st.integers(0, 80))
    schedule["chargingRateUnit"] = unit = draw(st.sampled_from("AW"))
    starts = draw(st.sets(st.integers(1, 70), max_size=4))
    # Around the turn of a day or week the periods before it matter as well.
    every = {"Daily": 86_400, "Weekly": 604_800}.get(kind)
    if every and "duration" not in schedule:
        starts |= draw(st.sets(st.integers(every - 60, every + 20), max_size=2))
    periods = []
    for start in (0, *sorted(starts)):
        limit = draw(LIMITS)
        period: dict[str, Any] = {
            "startPeriod": start,
            "limit": limit if unit == "A" else round(limit * 500, 1),
        }
        if draw(st.booleans()):
            period["numberPhases"] = draw(st.integers(1, 3))
        periods.append(period)
    schedule["chargingSchedulePeriod"] = periods
    return schedule


PURPOSES = {
    "1.6": ("ChargePointMaxProfile", "TxDefaultProfile", "TxProfile"),
    "2.0.1": (
        "ChargingStationMaxProfile",
        "ChargingStationExternalConstraints",
        "TxDefaultProfile",
        "TxProfile",
    ),
}


@st.composite
def requests(draw: st.DrawFn, version: str, number: int) -> dict[str, Any]:
    """A SetChargingProfile request."""
    purpose = draw(st.sampled_from(PURPOSES[version]))
    kinds = ["Absolute", "Daily", "Weekly", "Relative"]
    if purpose == "ChargingStationMaxProfile":
        kinds.remove("Relative")
    kind = draw(st.sampled_from(kinds))
    profile: dict[str, Any] = {
        "chargingProfileId" if version == "1.6" else "id": number,
        "stackLevel": draw(st.integers(0, 2)),
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": "Recurring" if kind in ("Daily", "Weekly") else kind,
    }
    if kind in ("Daily", "Weekly"):
        profile["recurrencyKind"] = kind
    low = draw(OFFSETS)
    if draw(st.integers(0, 3)) == 0:
        profile["validFrom"] = moment(START + low)
    if draw(st.integers(0, 3)) == 0:
        profile["validTo"] = moment(START + low + draw(st.integers(1, 60)))
    on = draw(st.integers(0, 2))
    if purpose == "TxProfile":
        on = max(1, on)
        if version == "2.0.1" or draw(st.booleans()):
            profile["transactionId"] = 7 if version == "1.6" else "7"
    if purpose.endswith("MaxProfile"):
        on = 0
    if version == "1.6":
        profile["chargingSchedule"] = draw(schedules(version, kind, 1))
        return {"connectorId": on, "csChargingProfiles": profile}
    many = draw(st.integers(1, 3)) if purpose == "TxProfile" else 1
    profile["chargingSchedule"] = [
        draw(schedules(version, kind, each)) for each in range(1, many + 1)
    ]
    return {"evseId": on, "chargingProfile": profile}


def place(request: dict[str, Any]) -> tuple[object, ...]:
    """Where a profile stands alone: of two in one place a charge point keeps one."""
    old = "connectorId" in request
    profile = request["csChargingProfiles" if old else "chargingProfile"]
    purpose, level = profile["chargingProfilePurpose"], profile["stackLevel"]
    alone = not old and purpose == "TxDefaultProfile"
    return purpose, level, None if alone else request["connectorId" if old else "evseId"]


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """A valid document."""
    version = draw(st.sampled_from(["1.6", "2.0.1"]))
    many = [draw(requests(version, number)) for number in range(1, draw(st.integers(0, 7)) + 1)]
    profiles = list({place(each): each for each in many}.values())
    document: dict[str, Any] = {
        "profiles": profiles,
        "start": moment(START),
        "duration_s": draw(st.integers(1, WINDOW)),
        "connector": draw(st.integers(0, 2)),
        "rate_unit": draw(st.sampled_from("AW")),
        "connectors": 2,
    }
    if draw(st.booleans()):
        document["transaction"] = {
            "id": draw(st.sampled_from(["7", "7", "8"])),
            "start": moment(START + draw(OFFSETS)),
            "connector": draw(st.integers(1, 2)),
            "schedule_id": draw(st.integers(1, 3)),
        }
    if draw(st.integers(0, 3)) == 0:
        document |= {"current": "DC", "voltage_v": 400}
    if draw(st.integers(0, 3)) == 0:
        document["maximum"] = {"limit": draw(LIMITS), "rate_unit": draw(st.sampled_from("AW"))}
    return document


@settings(max_examples=400, deadline=None)
@given(documents())
def test_every_second_is_as_the_slow_way_finds_it(document: dict[str, Any]) -> None:
    """Limit and phases of each second; and no two periods that could be one."""
    found, _ = solve(document)
    told: list[Told | None] = []
    ends = [*(period.start_s for period in found.periods[1:]), found.duration_s]
    for period, end in zip(found.periods, ends, strict=False):
        assert period.start_s < end
        rate = period.rate
        one = None if rate is None else Told(rate.limit_deci, rate.phases)
        told += [one] * (end - period.start_s)
    slow = Oracle(document).seconds()
    assert (told or [None] * found.duration_s) == slow
    changes = sum(one != other for one, other in pairwise(slow))
    assert len(found.periods) == (0 if set(slow) == {None} else changes + 1)
