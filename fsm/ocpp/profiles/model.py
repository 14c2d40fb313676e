"""What a charging profile is, in both versions of OCPP alike: immutable, and of integers only.

OCPP gives limits with one decimal (0.1 A, 0.1 W); here they are integers in tenths, and their
names end in ``_deci``. Times are whole seconds since 1970-01-01T00:00:00Z, for durations and
starts of periods are whole seconds in OCPP as well. Sources: OCPP 1.6 edition 2, 3.13 and 7.8 to
7.14; OCPP 2.0.1 part 2, chapter K and the data types ChargingProfileType, ChargingScheduleType
and ChargingSchedulePeriodType.
"""

from enum import StrEnum
from typing import Final

from attrs import frozen

from fsm.energy.supply import PHASE_V, Current

MAX_PERIODS: Final = 1024
"""Most periods of a schedule (2.0.1: ``maxItems``; taken as 1.6's ChargingScheduleMaxPeriods)."""

MAX_SCHEDULES: Final = 3
"""Most schedules of a profile of 2.0.1; one of 1.6 has one."""

PHASES: Final = 3
"""Phases where ``numberPhases`` is absent (1.6, 7.12 and 7.14; 2.0.1, K01.FR.49)."""

STATION: Final = 0
"""The connector, or EVSE, that stands for the whole charge point."""


class Version(StrEnum):
    """Version of OCPP that a profile was written in; some rules differ."""

    V16 = "1.6"
    V201 = "2.0.1"


class Purpose(StrEnum):
    """What a profile limits, by the names of 2.0.1 (1.6, 7.10; 2.0.1, ChargingProfilePurpose)."""

    EXTERNAL = "ChargingStationExternalConstraints"
    STATION_MAX = "ChargingStationMaxProfile"
    TX_DEFAULT = "TxDefaultProfile"
    TX = "TxProfile"


class Kind(StrEnum):
    """What the periods of a schedule count from (1.6, 7.9)."""

    ABSOLUTE = "Absolute"
    RECURRING = "Recurring"
    RELATIVE = "Relative"


class Recurrency(StrEnum):
    """After what a recurring schedule starts again (1.6, 7.33)."""

    DAILY = "Daily"
    WEEKLY = "Weekly"

    @property
    def seconds(self) -> int:
        """24 hours or 7 days; time of day is taken in UTC, so no day is longer."""
        return 86_400 if self is Recurrency.DAILY else 604_800


class Unit(StrEnum):
    """Unit of a limit (1.6, 7.12): the current of each phase, or the power of all together."""

    A = "A"
    W = "W"


@frozen
class Period:
    """A limit from ``start_s`` after the start of its schedule until the next period."""

    start_s: int
    limit_deci: int
    phases: int | None = None
    """Phases that may be used, 1 to 3; None where the profile does not say."""
    phase_to_use: int | None = None
    """Which of them, 1 to 3, if one is used (2.0.1)."""


@frozen
class Schedule:
    """Limits over time; the first period starts at 0."""

    unit: Unit
    periods: tuple[Period, ...]
    start_s: int | None = None
    """Since 1970; None for a relative one."""
    duration_s: int | None = None
    """None: the last period goes on."""
    id: int | None = None
    """Of 2.0.1."""
    min_rate_deci: int | None = None
    """minChargingRate, in ``unit``: advice for who shares power out, not a limit."""


@frozen
class Profile:
    """A charging profile and the connector it is set on."""

    version: Version
    id: int
    connector: int
    """0: the whole charge point, or each connector of it for a TxDefaultProfile."""
    stack_level: int
    purpose: Purpose
    kind: Kind
    schedules: tuple[Schedule, ...]
    """One; up to three among which the EV chooses for a TxProfile of 2.0.1."""
    recurrency: Recurrency | None = None
    valid_from_s: int | None = None
    """First second of its validity; None: since ever."""
    valid_to_s: int | None = None
    """First second after its validity; None: for ever."""
    transaction_id: str | None = None
    """Of a TxProfile. 1.6 numbers transactions; the number is written as text."""


@frozen
class Transaction:
    """A running transaction."""

    id: str
    connector: int
    start_s: int
    """Since 1970."""
    schedule_id: int | None = None
    """The schedule that the EV chose, if it had a choice (2.0.1, NotifyEVChargingSchedule)."""


@frozen
class Ceiling:
    """What the hardware can deliver at the most, as a limit of its own."""

    unit: Unit
    limit_deci: int
    phases: int | None = None


@frozen
class Supply:
    """What currents and powers are converted with."""

    current: Current = "AC"
    voltage_v: int = PHASE_V
    """AC: from a phase to neutral, the nominal one of the area (1.6, 7.12); DC: of the output."""
    ceiling: Ceiling | None = None
