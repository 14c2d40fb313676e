"""Times of a log: ISO 8601 text outside, µs since 1970-01-01T00:00:00Z inside."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_US: Final = timedelta(microseconds=1)
_END_US: Final = 253_402_300_800_000_000
"""The year 10000, which ISO 8601 cannot write in four digits."""

_SHORTEST: Final = len("2022-10-09T12:05")
_MONTH: Final = re.compile(r"(\d{4})-(\d{2})", re.ASCII)

ALLOWED_TIME: Final = 'an ISO 8601 time such as "2022-10-09T12:05:22Z", from 1970 on'
ALLOWED_MONTH: Final = 'a month such as "2022-10", from 1970-01 on'


def parse_time(text: str) -> int:
    """A date and time in ISO 8601; UTC when it says no offset. Digits beyond the µs are cut off.

    Raises:
        ValueError: it is none, or not of the years 1970 to 9999.
    """
    if len(text) < _SHORTEST:
        raise ValueError(text)
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    time_us = (moment - _EPOCH) // _US
    if not 0 <= time_us < _END_US:
        raise ValueError(text)
    return time_us


def format_time(time_us: int) -> str:
    """ISO 8601 in UTC, with as many decimals (none, 3 or 6) as it needs."""
    moment = _EPOCH + timedelta(microseconds=time_us)
    spec = "seconds"
    if time_us % 1_000_000:
        spec = "microseconds" if time_us % 1_000 else "milliseconds"
    return moment.isoformat(timespec=spec).replace("+00:00", "Z")


def format_time_fixed(time_us: int) -> str:
    """ISO 8601 in UTC, always with six decimals: as texts, times sort as they follow each other."""
    moment = _EPOCH + timedelta(microseconds=time_us)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def format_time_ms(time_us: int) -> str:
    """ISO 8601 in UTC, always with three decimals; those beyond are cut off.

    The one form of payloads: more than three OCPP 2.0.1 forbids (part 2, 2.1.4), and a reader that
    takes only one form should not fail at the event that falls on a whole second.
    """
    moment = _EPOCH + timedelta(microseconds=time_us)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_month(text: str) -> tuple[int, int]:
    """When a month ``YYYY-MM`` begins and when the next one does, in UTC.

    Raises:
        ValueError: it is no month, or not of the years 1970 to 9998.
    """
    match = _MONTH.fullmatch(text)
    year, month = (int(match[1]), int(match[2])) if match else (0, 0)
    if not (1970 <= year <= 9998 and 1 <= month <= 12):
        raise ValueError(text)
    following = (year + month // 12, month % 12 + 1)
    begin = datetime(year, month, 1, tzinfo=UTC)
    end = datetime(*following, 1, tzinfo=UTC)
    return (begin - _EPOCH) // _US, (end - _EPOCH) // _US
