"""What a charge point asks for: a price for energy that may go by the time of day, and fees.

Amounts are integers. A price of energy is in µEUR per kWh, a price of time in µEUR per minute, a
fee and every amount on a bill in whole cents. **Rounding**: each line of a bill is rounded by
itself to the nearest cent, half a cent up; the total is the sum of its lines.
"""

from functools import lru_cache
from typing import Any, Final, NamedTuple

from fsm.network.checks import integer, required
from fsm.ocpp.frames import CallError, ErrorCode

DAY_MINUTES: Final = 1_440
MINUTE_US: Final = 60_000_000
_DAY_US: Final = DAY_MINUTES * MINUTE_US

PRICE_MAX: Final = 1_000_000_000
"""Highest price of energy or time: 1,000 EUR."""

FEE_MAX: Final = 10_000_000
"""Highest start fee: 100,000 EUR in cents."""

BANDS_MAX: Final = 24

_UEUR_PER_CENT: Final = 10_000


class Band(NamedTuple):
    """A part of each day with a price of its own, in minutes since midnight.

    From ``from_min`` on up to, and without, ``until_min``; one that ends before it begins goes
    over midnight.
    """

    from_min: int
    until_min: int
    energy_ueur: int

    def holds(self, minute: int) -> bool:
        """Whether that minute of the day is in it."""
        if self.from_min < self.until_min:
            return self.from_min <= minute < self.until_min
        return minute >= self.from_min or minute < self.until_min


class Tariff(NamedTuple):
    """All prices of one charge point."""

    energy_ueur: int = 0
    """Per kWh, when no band holds."""
    start_cents: int = 0
    """For each transaction."""
    minute_ueur: int = 0
    """Per minute of the transaction."""
    bands: tuple[Band, ...] = ()
    """The first that holds counts."""
    clock_us: int = 0
    """What the time of day is when a time stamp is 0, in µs since midnight."""

    @property
    def is_free(self) -> bool:
        """Whether it never costs anything."""
        return not (
            self.energy_ueur
            or self.start_cents
            or self.minute_ueur
            or any(band.energy_ueur for band in self.bands)
        )

    def energy_ueur_at(self, at_us: int) -> int:
        """The price of energy at a time stamp."""
        if self.bands:
            minute = (self.clock_us + at_us) % _DAY_US // MINUTE_US
            for band in self.bands:
                if band.holds(minute):
                    return band.energy_ueur
        return self.energy_ueur


FREE: Final = Tariff()


def energy_cents(energy_wh: int, energy_ueur: int) -> int:
    """A line of energy, rounded half up to a cent."""
    return _half_up(energy_wh * energy_ueur, 1_000 * _UEUR_PER_CENT)


def time_cents(duration_us: int, minute_ueur: int) -> int:
    """A line of time, rounded half up to a cent; no time is negative."""
    return _half_up(max(0, duration_us) * minute_ueur, MINUTE_US * _UEUR_PER_CENT)


def _half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


# As a flat text, for records, and as a part of a BootNotification.


def tariff_text(tariff: Tariff) -> str:
    """A tariff as one text, the same for the same tariff; empty for one that is free."""
    if tariff.is_free:
        return ""
    head = (tariff.energy_ueur, tariff.start_cents, tariff.minute_ueur, tariff.clock_us)
    return ";".join(",".join(map(str, row)) for row in (head, *tariff.bands))


@lru_cache(maxsize=4_096)
def tariff_of(text: str) -> Tariff:
    """The tariff that :func:`tariff_text` wrote."""
    if not text:
        return FREE
    head, *bands = ([int(part) for part in row.split(",")] for row in text.split(";"))
    energy_ueur, start_cents, minute_ueur, clock_us = head
    return Tariff(
        energy_ueur, start_cents, minute_ueur, tuple(Band(*band) for band in bands), clock_us
    )


def tariff_payload(tariff: Tariff) -> dict[str, object]:
    """What a BootNotification says of it under ``tariff``."""
    return {
        "energyPrice": tariff.energy_ueur,
        "startFee": tariff.start_cents,
        "minutePrice": tariff.minute_ueur,
        "timeOfDay": tariff.clock_us,
        "bands": [list(band) for band in tariff.bands],
    }


def read_tariff(value: Any) -> Tariff:
    """The tariff of a BootNotification. Raises :class:`CallError`."""
    if type(value) is not dict:
        raise CallError(ErrorCode.TYPE_CONSTRAINT_VIOLATION, "tariff is not an object")
    return Tariff(
        integer(value, "energyPrice", 0, PRICE_MAX),
        integer(value, "startFee", 0, FEE_MAX),
        integer(value, "minutePrice", 0, PRICE_MAX),
        _read_bands(required(value, "bands")),
        integer(value, "timeOfDay", 0, _DAY_US - 1),
    )


def _read_bands(value: Any) -> tuple[Band, ...]:
    if type(value) is not list or len(value) > BANDS_MAX:
        raise CallError(ErrorCode.TYPE_CONSTRAINT_VIOLATION, f"bands are at most {BANDS_MAX}")
    bands = []
    for row in value:
        if type(row) is not list or len(row) != 3:
            raise CallError(ErrorCode.TYPE_CONSTRAINT_VIOLATION, "a band is [from, until, price]")
        named = dict(zip(("from", "until", "price"), row, strict=True))
        bands.append(
            Band(
                integer(named, "from", 0, DAY_MINUTES - 1),
                integer(named, "until", 0, DAY_MINUTES),
                integer(named, "price", 0, PRICE_MAX),
            )
        )
    return tuple(bands)
