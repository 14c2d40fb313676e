"""Quantities as people write them, and as the simulator counts them.

Text carries its unit (``"1m30s"``, ``"11kW"``, ``"40kWh"``, ``"0.5%"``, ``"-200ppm"``); the value
is an integer (microseconds, watts, watt-hours, parts per million). Arithmetic is exact: a text that
is no whole number of the smallest unit is refused, never rounded.
"""

import re

from attrs import evolve, field, frozen

MAX_TEXT = 40
"""Longest text of a quantity; more digits than this measure nothing."""


class UnitError(ValueError):
    """A text that is no such quantity; the message says why, or is empty if it is just not one."""


@frozen
class Unit:
    """One dimension: the symbols it may be written in, and what each counts.

    ``factors`` go from the largest to the smallest symbol. A ``compound`` text may join several
    of them in that order (``1h30m``); the last number may have decimals.
    """

    name: str
    article: str
    factors: dict[str, int]
    examples: tuple[str, ...]
    smallest: str
    compound: bool = False
    signed: bool = False
    """Whether a minus may stand in front of it all."""
    pattern: str = field(init=False)
    """Regular expression that every valid text matches (JSON Schema dialect)."""
    _part: re.Pattern[str] = field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        symbols = "|".join(sorted(map(re.escape, self.factors), key=len, reverse=True))
        part = rf"[0-9]+(?:\.[0-9]+)?(?:{symbols})"
        sign = "-?" if self.signed else ""
        pattern = f"^{sign}(?:{part})+$" if self.compound else f"^{sign}{part}$"
        object.__setattr__(self, "pattern", pattern)
        compiled = re.compile(rf"([0-9]+)(?:\.([0-9]+))?({symbols})", re.ASCII)
        object.__setattr__(self, "_part", compiled)

    @property
    def description(self) -> str:
        """What is allowed, for an error message."""
        return f"{self.article} {self.name} such as {' or '.join(map(_quoted, self.examples))}"

    def parse(self, text: str) -> int:
        """The integer that ``text`` means.

        Raises:
            UnitError: it is not such a quantity, or no whole number of the smallest unit.

        """
        if len(text) > MAX_TEXT:
            raise UnitError(f"longer than {MAX_TEXT} characters")
        if self.signed and text.startswith("-"):
            return -self._parse_amount(text[1:])
        return self._parse_amount(text)

    def _parse_amount(self, text: str) -> int:
        symbols = list(self.factors)
        total = position = 0
        fraction_seen = False
        while position < len(text) or position == 0:
            match = self._part.match(text, position)
            if match is None or fraction_seen or (position and not self.compound):
                raise UnitError("")
            whole, decimals, symbol = match.groups()
            if symbol not in symbols:
                raise UnitError("units go from the largest to the smallest, each once")
            symbols = symbols[symbols.index(symbol) + 1 :]
            total += self._exact(whole, decimals or "", symbol)
            fraction_seen = decimals is not None
            position = match.end()
        return total

    def _exact(self, whole: str, decimals: str, symbol: str) -> int:
        scaled = int(whole + decimals) * self.factors[symbol]
        value, rest = divmod(scaled, 10 ** len(decimals))
        if rest:
            raise UnitError(f"not a whole number of {self.smallest}")
        return value

    def format(self, value: int, space: str = "") -> str:
        """The shortest text that :meth:`parse` reads back as ``value`` (with ``space`` empty).

        ``space`` stands between number and symbol, for sentences.
        """
        if value < 0:
            return "-" + self.format(-value, space)
        parts: list[str] = []
        last = min(self.factors.values())
        for symbol, factor in self.factors.items():
            if value < factor and factor != last and not (parts and factor == self._one):
                continue
            if self.compound and factor > self._one:
                count, value = divmod(value, factor)
                parts.append(f"{count}{space}{symbol}")
            elif value:
                parts.append(f"{_decimal(value, factor)}{space}{symbol}")
                break
        return "".join(parts) or f"0{space}{self._zero}"

    @property
    def _one(self) -> int:
        """What the symbol counts from which on a compound text goes on in decimals."""
        return self.factors.get("s", 1)

    @property
    def _zero(self) -> str:
        return "s" if self.compound else next(reversed(self.factors))

    def guess(self, text: str) -> str | None:
        """What was probably meant by a text that :meth:`parse` refuses: spaces, capitals."""
        compact = re.sub(r"\s+", "", text).replace(",", ".")
        by_lower = {symbol.lower(): symbol for symbol in self.factors}
        letters = re.sub(
            r"[A-Za-zµ%]+", lambda m: by_lower.get(m[0].lower().replace("µ", "u"), m[0]), compact
        )
        for candidate in (compact, letters):
            try:
                self.parse(candidate)
            except UnitError:
                continue
            return candidate if candidate != text else None
        return None


def _quoted(text: str) -> str:
    return f'"{text}"'


def _decimal(value: int, factor: int) -> str:
    """``value / factor`` as an exact decimal; ``factor`` is 1 or divides a power of ten."""
    whole, rest = divmod(value, factor)
    if not rest:
        return str(whole)
    digits = len(str(factor)) - 1
    return f"{whole}.{rest:0{digits}d}".rstrip("0")


DURATION = Unit(
    name="duration",
    article="a",
    factors={
        "d": 86_400_000_000,
        "h": 3_600_000_000,
        "m": 60_000_000,
        "s": 1_000_000,
        "ms": 1_000,
        "us": 1,
    },
    examples=("1m30s", "500ms"),
    smallest="microseconds",
    compound=True,
)
POWER = Unit(
    name="power",
    article="a",
    factors={"MW": 1_000_000, "kW": 1_000, "W": 1},
    examples=("11kW", "22000W"),
    smallest="watts",
)
FLOW = evolve(POWER, signed=True, examples=("22kW", "-5kW"))
"""What a cable carries, or (with a minus) feeds into the grid."""
ENERGY = Unit(
    name="energy",
    article="an",
    factors={"MWh": 1_000_000, "kWh": 1_000, "Wh": 1},
    examples=("40kWh", "500Wh"),
    smallest="watt-hours",
)
SIZE = Unit(
    name="size",
    article="a",
    factors={"MB": 1_000_000, "kB": 1_000, "B": 1},
    examples=("4kB", "500B"),
    smallest="bytes",
)
PERCENT = Unit(
    name="percentage",
    article="a",
    factors={"%": 10_000},
    examples=("30%", "0.5%"),
    smallest="parts per million",
)
OFFSET = evolve(DURATION, signed=True, examples=("-2h", "500ms"))
"""How far a clock is ahead, or (with a minus) behind."""
DRIFT = Unit(
    name="drift",
    article="a",
    factors={"%": 10_000, "ppm": 1},
    examples=("200ppm", "-1%"),
    smallest="parts per million",
    signed=True,
)
"""How much too fast a clock runs, or (with a minus) too slow."""
ENERGY_PRICE = Unit(
    name="price of energy",
    article="a",
    factors={"EUR/kWh": 1_000_000, "ct/kWh": 10_000},
    examples=("0.45EUR/kWh", "45ct/kWh"),
    smallest="micro-euros",
)
TIME_PRICE = Unit(
    name="price of time",
    article="a",
    factors={"EUR/min": 1_000_000, "ct/min": 10_000},
    examples=("0.10EUR/min", "2.5ct/min"),
    smallest="micro-euros",
)
MONEY = Unit(
    name="amount of money",
    article="an",
    factors={"EUR": 100, "ct": 1},
    examples=("0.45EUR", "45ct"),
    smallest="cents",
)
