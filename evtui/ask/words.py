"""How answers are written: times, durations, energies, for people and for programs."""

from decimal import Decimal

from fsm.ocpp.messagelog.timestamps import format_time
from scenarios.units import DURATION

SECOND_US = 1_000_000


def plain(value: Decimal) -> int | float:
    """A number of JSON: whole where it is."""
    return int(value) if value == value.to_integral_value() else float(value)


def seconds(time_us: int) -> int | float:
    """µs in seconds, as a number of JSON."""
    return plain(Decimal(time_us) / SECOND_US)


def clock(time_us: int) -> str:
    """A time for people: ``2022-10-09 12:05:22``, in UTC."""
    return format_time(time_us // SECOND_US * SECOND_US).replace("T", " ").rstrip("Z")


def span(time_us: int) -> str:
    """A duration for people, to the second: ``1h2m3s``."""
    return DURATION.format((time_us + SECOND_US // 2) // SECOND_US * SECOND_US)


def energy(energy_wh: Decimal | None) -> str:
    """An energy for people: Wh below 1 kWh, else kWh with three decimals."""
    if energy_wh is None:
        return "unknown"
    if abs(energy_wh) < 1000:
        return f"{plain(energy_wh):,} Wh"
    return f"{energy_wh / 1000:,.3f} kWh"
