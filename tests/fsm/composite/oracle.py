"""Composite schedules again, by another way: slow, second by second, from the payloads themselves.

Nothing here is shared with ``fsm.ocpp.profiles``: it reads the JSON document, asks each profile
at each second what it says, and compares fractions. It knows valid documents only.
"""

from datetime import datetime
from fractions import Fraction
from math import floor
from typing import Any, NamedTuple

EVERY = {"Daily": 24 * 3600, "Weekly": 7 * 24 * 3600}


class Said(NamedTuple):
    """What one period says."""

    limit: Fraction
    unit: str
    phases: int


class Told(NamedTuple):
    """What an answer tells of one second: tenths, and phases (None for DC)."""

    tenths: int
    phases: int | None


class Holder(NamedTuple):
    """A profile, and where it is set."""

    on: int
    profile: dict[str, Any]


def second(text: str) -> int:
    """Seconds since 1970."""
    return int(datetime.fromisoformat(text).timestamp())


class Oracle:
    """A document, ready to be asked."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.start = second(document["start"])
        self.duration = document["duration_s"]
        self.connector = document["connector"]
        self.unit = document["rate_unit"]
        self.voltage = document.get("voltage_v", 230)
        self.direct = document.get("current") == "DC"
        self.connectors = document.get("connectors", 1)
        self.maximum = document.get("maximum")
        self.transaction = document.get("transaction")
        self.holders = [
            Holder(each["connectorId"], each["csChargingProfiles"])
            if "connectorId" in each
            else Holder(each["evseId"], each["chargingProfile"])
            for each in document["profiles"]
        ]

    def seconds(self) -> list[Told | None]:
        """The answer for each second of the window."""
        return [self.told(t) for t in range(self.start, self.start + self.duration)]

    def told(self, t: int) -> Told | None:
        """The answer for one second."""
        if self.connector:
            limits = self.of_connector(self.connector, t)
        else:
            limits = []
            shares = [self.out(self.of_connector(n + 1, t)) for n in range(self.connectors)]
            if all(share is not None for share in shares):
                tenths = sum(share.tenths for share in shares if share)
                phases = max(share.phases or 1 for share in shares if share)
                limits.append(Said(Fraction(tenths, 10), self.unit, phases))
        for purpose in ("ChargePointMaxProfile", "ChargingStationMaxProfile",
                        "ChargingStationExternalConstraints"):  # fmt: skip
            limits += self.prevails([it for it in self.of(purpose) if it.on == 0], t, None)
        if self.maximum:
            it = self.maximum
            limits.append(self.said(it["limit"], it["rate_unit"], it.get("phases", 3)))
        return self.out(limits)

    def of(self, purpose: str) -> list[Holder]:
        """The profiles of a purpose."""
        return [it for it in self.holders if it.profile["chargingProfilePurpose"] == purpose]

    def of_connector(self, connector: int, t: int) -> list[Said]:
        """What limits the transaction of one connector."""
        tx = self.transaction if self.transaction and self.here(connector) else None
        own = []
        if tx and t >= second(tx["start"]):
            mine = [
                it
                for it in self.of("TxProfile")
                if it.on == connector and str(it.profile.get("transactionId", tx["id"])) == tx["id"]
            ]
            own = self.prevails(mine, t, tx)
        if not own:
            defaults = self.of("TxDefaultProfile")
            taken = [it.profile["stackLevel"] for it in defaults if it.on == connector]
            mine = [
                it
                for it in defaults
                if it.on == connector or (it.on == 0 and it.profile["stackLevel"] not in taken)
            ]
            own = self.prevails(mine, t, tx)
        outside = [it for it in self.of("ChargingStationExternalConstraints") if it.on == connector]
        return own + self.prevails(outside, t, tx)

    def here(self, connector: int) -> bool:
        """Whether the transaction runs on this connector."""
        return bool(self.transaction.get("connector", self.connector or 1) == connector)

    def prevails(self, holders: list[Holder], t: int, tx: dict[str, Any] | None) -> list[Said]:
        """What the highest level says that says something."""
        for it in sorted(holders, key=lambda it: -int(it.profile["stackLevel"])):
            found = self.says(it.profile, t, tx if it.on else tx or self.any_transaction(it))
            if found:
                return [found]
        return []

    def any_transaction(self, holder: Holder) -> dict[str, Any] | None:
        """The whole station's relative profiles count from whatever transaction runs."""
        shared = holder.profile["chargingProfilePurpose"] != "TxDefaultProfile"
        return self.transaction if shared else None

    def says(self, profile: dict[str, Any], t: int, tx: dict[str, Any] | None) -> Said | None:
        """What one profile says at a second."""
        if "validFrom" in profile and t < second(profile["validFrom"]):
            return None
        if "validTo" in profile and t >= second(profile["validTo"]):
            return None
        schedule = profile["chargingSchedule"]
        if isinstance(schedule, list):
            chosen = [it for it in schedule if tx and it["id"] == tx.get("schedule_id")]
            schedule = (chosen or schedule)[0]
        if profile["chargingProfileKind"] == "Relative":
            offset = t - (second(tx["start"]) if tx else self.start)
        else:
            offset = t - second(schedule["startSchedule"])
        if offset < 0:
            return None
        if profile["chargingProfileKind"] == "Recurring":
            offset %= EVERY[profile["recurrencyKind"]]
        if "duration" in schedule and offset >= schedule["duration"]:
            return None
        period = [p for p in schedule["chargingSchedulePeriod"] if p["startPeriod"] <= offset][-1]
        unit, phases = schedule["chargingRateUnit"], period.get("numberPhases", 3)
        return self.said(period["limit"], unit, phases)

    def said(self, limit: float, unit: str, phases: int) -> Said:
        """A limit without the inexactness of its float."""
        return Said(Fraction(str(limit)), unit, 1 if self.direct else phases)

    def out(self, limits: list[Said]) -> Told | None:
        """All limits as one, in the unit asked for."""
        if not limits:
            return None
        phases = min(it.phases for it in limits)
        values = []
        for it in limits:
            if it.unit == self.unit:
                values.append(it.limit)
            elif self.unit == "A":
                values.append(it.limit / (self.voltage * it.phases))
            else:
                values.append(it.limit * self.voltage * phases)
        return Told(floor(min(values) * 10), None if self.direct else phases)
