"""Kinds of times: of the calendar, and of the day."""

import datetime as dt
import re

from attrs import frozen

from scenarios.kinds.kind import Json, RefusedError
from scenarios.kinds.phrases import shown

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MOMENT = "20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"

_TIME_OF_DAY = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"


@frozen
class Moment:
    """A time of the calendar, in µs since 1970 (UTC)."""

    allowed: str = 'a time of the years 2000 to 2099 in UTC, such as "2026-03-02T08:00:00Z"'

    def read(self, value: object) -> object:
        """See :class:`Kind`."""
        if not isinstance(value, str) or not re.fullmatch(_MOMENT, value):
            raise RefusedError(shown(value), self.allowed)
        try:
            moment = dt.datetime.fromisoformat(value)
        except ValueError:
            raise RefusedError(shown(value), self.allowed) from None
        return (moment - _EPOCH) // dt.timedelta(microseconds=1)

    def write(self, value: object) -> object:
        """See :class:`Kind`."""
        assert isinstance(value, int)  # noqa: S101 - kinds write what they read
        moment = _EPOCH + dt.timedelta(microseconds=value)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

    def json_schema(self) -> Json:
        """See :class:`Kind`."""
        return {"type": "string", "pattern": f"^{_MOMENT}$", "examples": ["2026-03-02T08:00:00Z"]}


@frozen
class TimeOfDay:
    """A time of the day, in minutes since midnight (UTC)."""

    allowed: str = 'a time of day such as "18:30", from 00:00 to 23:59'

    def read(self, value: object) -> object:
        """See :class:`Kind`."""
        found = re.fullmatch(_TIME_OF_DAY, value) if isinstance(value, str) else None
        if not found:
            raise RefusedError(shown(value), self.allowed)
        assert isinstance(value, str)  # noqa: S101 - it matched
        hours, minutes = value.split(":")
        return int(hours) * 60 + int(minutes)

    def write(self, value: object) -> object:
        """See :class:`Kind`."""
        assert isinstance(value, int)  # noqa: S101 - kinds write what they read
        return f"{value // 60:02}:{value % 60:02}"

    def json_schema(self) -> Json:
        """See :class:`Kind`."""
        return {"type": "string", "pattern": f"^{_TIME_OF_DAY}$", "examples": ["18:30"]}
