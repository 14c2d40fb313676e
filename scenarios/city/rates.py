"""How many drivers come in each hour of a day: a kind of value of scenario files."""

from attrs import frozen

from scenarios.city.spec import HOURS
from scenarios.kinds import Json, Real, RefusedError, shown

MOST_PER_HOUR = 30
"""Above it two of them would come in one minute too often for one draw each minute."""

_RATE = Real(0, MOST_PER_HOUR)


@frozen
class Rates:
    """24 numbers with at most three decimals, one for each hour; thousandths inside."""

    allowed: str = (
        f"{HOURS} numbers, one for each hour of the day, each from 0 to {MOST_PER_HOUR} "
        "with at most three decimals"
    )

    def read(self, value: object) -> object:
        """See :class:`scenarios.kinds.Kind`."""
        if not isinstance(value, list) or len(value) != HOURS:
            found = f"{len(value)} values" if isinstance(value, list) else shown(value)
            raise RefusedError(found, self.allowed)
        return tuple(self._milli(index, item) for index, item in enumerate(value))

    def _milli(self, index: int, item: object) -> int:
        try:
            rate = _RATE.read(item)
        except RefusedError as refused:
            raise RefusedError(refused.found, refused.allowed, (index,)) from None
        assert isinstance(rate, float)  # noqa: S101 - a Real is
        milli = round(rate * 1_000)
        if milli / 1_000 != rate:
            raise RefusedError(shown(item), "a number with at most three decimals", (index,))
        return milli

    def write(self, value: object) -> object:
        """See :class:`scenarios.kinds.Kind`."""
        assert isinstance(value, tuple)  # noqa: S101 - kinds write what they read
        return [milli // 1_000 if milli % 1_000 == 0 else milli / 1_000 for milli in value]

    def json_schema(self) -> Json:
        """See :class:`scenarios.kinds.Kind`."""
        items = {"type": "number", "minimum": 0, "maximum": MOST_PER_HOUR}
        return {"type": "array", "items": items, "minItems": HOURS, "maxItems": HOURS}
