"""Inputs that set, clear and ask for charging profiles: instructions to a charge point.

A profile of the script has one limit, from a moment for a while. It is one of OCPP 1.6, so another
one of the same purpose and stack level takes its place.
"""

from collections.abc import Callable
from typing import TypeAlias, cast

from fsm.ocpp.actions import Instructed
from fsm.ocpp.limiting import CONNECTOR
from fsm.ocpp.profiles.model import (
    STATION,
    Kind,
    Period,
    Profile,
    Purpose,
    Schedule,
    Unit,
    Version,
)
from fsm.ocpp.profiles.packing import pack
from scenarios.units import DURATION, POWER

Args: TypeAlias = dict[str, object]
Order: TypeAlias = tuple[str, Args, str]
"""Action, payload, and words for the event log."""

_PURPOSES = {
    "TxDefaultProfile": Purpose.TX_DEFAULT,
    "TxProfile": Purpose.TX,
    "ChargePointMaxProfile": Purpose.STATION_MAX,
}
_LEVELS = 100
"""More than the highest stack level: profile ids follow from purpose and level."""


def _set(args: Args, now_us: int) -> Order:
    name = cast("str", args.get("purpose", "TxDefaultProfile"))
    purpose, level = _PURPOSES[name], cast("int", args.get("stack_level", 0))
    limit_w = cast("int", args["limit_w"])
    start_us = cast("int", args.get("from_us", now_us))
    for_us = cast("int | None", args.get("for_us"))
    duration_s = None if for_us is None else for_us // 1_000_000
    profile = Profile(
        version=Version.V16,
        id=tuple(_PURPOSES).index(name) * _LEVELS + level + 1,
        connector=STATION if purpose is Purpose.STATION_MAX else CONNECTOR,
        stack_level=level,
        purpose=purpose,
        kind=Kind.ABSOLUTE,
        schedules=(
            Schedule(Unit.W, (Period(0, limit_w * 10),), start_us // 1_000_000, duration_s),
        ),
    )
    words = f"is to charge with at most {POWER.format(limit_w)} ({name}, level {level})"
    if for_us is not None:
        words += f" for {DURATION.format(for_us)}"
    return Instructed.SET_CHARGING_PROFILE.value, {"profile": pack((profile,))[0]}, words


def _clear(args: Args, now_us: int) -> Order:
    payload: Args = {}
    if "purpose" in args:
        payload["purpose"] = _PURPOSES[cast("str", args["purpose"])].value
    if "stack_level" in args:
        payload["stackLevel"] = args["stack_level"]
    return Instructed.CLEAR_CHARGING_PROFILE.value, payload, "is to drop charging profiles"


def _composite(args: Args, now_us: int) -> Order:
    duration_s = cast("int", args["for_us"]) // 1_000_000
    payload: Args = {"connectorId": CONNECTOR, "duration": duration_s, "chargingRateUnit": "W"}
    return Instructed.GET_COMPOSITE_SCHEDULE.value, payload, "is asked for its schedule"


VERBS: dict[str, Callable[[Args, int], Order]] = {
    "set_profile": _set,
    "clear_profile": _clear,
    "composite_schedule": _composite,
}
"""What an input asks for at ``now_us``, in µs of the run."""
