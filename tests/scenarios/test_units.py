"""Quantities: exact, refused when in doubt, and written so that they read back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.units import DRIFT, DURATION, ENERGY, OFFSET, PERCENT, POWER, SIZE, Unit, UnitError


@pytest.mark.parametrize(
    ("unit", "text", "value"),
    [
        (DURATION, "1m30s", 90_000_000),
        (DURATION, "500ms", 500_000),
        (DURATION, "250us", 250),
        (DURATION, "1h", 3_600_000_000),
        (DURATION, "2d", 172_800_000_000),
        (DURATION, "1d2h3m4s5ms6us", 93_784_005_006),
        (DURATION, "1.5s", 1_500_000),
        (DURATION, "1m0.000001s", 60_000_001),
        (DURATION, "0s", 0),
        (DURATION, "90m", 5_400_000_000),
        (POWER, "11kW", 11_000),
        (POWER, "22000W", 22_000),
        (POWER, "3.68kW", 3_680),
        (POWER, "1MW", 1_000_000),
        (ENERGY, "40kWh", 40_000),
        (ENERGY, "500Wh", 500),
        (ENERGY, "0.001kWh", 1),
        (SIZE, "4kB", 4_000),
        (SIZE, "0.5MB", 500_000),
        (PERCENT, "30%", 300_000),
        (PERCENT, "0.5%", 5_000),
        (PERCENT, "0.0001%", 1),
        (OFFSET, "-2h30m", -9_000_000_000),
        (OFFSET, "500ms", 500_000),
        (DRIFT, "200ppm", 200),
        (DRIFT, "-200ppm", -200),
        (DRIFT, "-1.5%", -15_000),
        # 0.1 + 0.2 territory: exact where floating point is not
        (POWER, "4.35kW", 4_350),
        (PERCENT, "0.0003%", 3),
        (DURATION, "9007199254740.993s", 9_007_199_254_740_993_000),
    ],
)
def test_a_quantity_is_read_exactly(unit: Unit, text: str, value: int) -> None:
    """The integer is the text's value in the smallest unit."""
    assert unit.parse(text) == value


@pytest.mark.parametrize(
    ("unit", "text", "why"),
    [
        (DURATION, "", ""),
        (DURATION, "5", ""),
        (DURATION, "5 s", ""),
        (DURATION, "-5s", ""),
        (DURATION, "+5s", ""),
        (OFFSET, "+5s", ""),
        (OFFSET, "--5s", ""),
        (OFFSET, "-", ""),
        (OFFSET, "1m-5s", ""),
        (DRIFT, "0.5ppm", "not a whole number of parts per million"),
        (DRIFT, "1%200ppm", ""),
        (DURATION, "5S", ""),
        (DURATION, "5min", ""),
        (DURATION, "1e3s", ""),
        (DURATION, ".5s", ""),
        (DURATION, "5.s", ""),
        (DURATION, "٥s", ""),
        (DURATION, "1.5m30s", ""),
        (DURATION, "30s1m", "units go from the largest to the smallest, each once"),
        (DURATION, "1m1m", "units go from the largest to the smallest, each once"),
        (DURATION, "0.5us", "not a whole number of microseconds"),
        (DURATION, "1.0000001s", "not a whole number of microseconds"),
        (POWER, "0.5W", "not a whole number of watts"),
        (POWER, "1kW500W", ""),
        (POWER, "11kWh", ""),
        (ENERGY, "40kW", ""),
        (ENERGY, "1.2345kWh", "not a whole number of watt-hours"),
        (PERCENT, "30", ""),
        (PERCENT, "0.00001%", "not a whole number of parts per million"),
        (POWER, "9" * 5_000 + "W", "longer than 40 characters"),
    ],
)
def test_what_is_no_quantity_is_refused(unit: Unit, text: str, why: str) -> None:
    """Nothing is rounded, guessed or cut; the error says why where the form alone does not."""
    with pytest.raises(UnitError) as caught:
        unit.parse(text)
    assert str(caught.value) == why


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        (DURATION, 0, "0s"),
        (DURATION, 90_000_000, "1m30s"),
        (DURATION, 250, "250us"),
        (DURATION, 1_500, "1.5ms"),
        (DURATION, 240_263_657, "4m0.263657s"),
        (DURATION, 3_600_000_000, "1h"),
        (POWER, 0, "0W"),
        (POWER, 22_000, "22kW"),
        (POWER, 14_667, "14.667kW"),
        (ENERGY, 999, "999Wh"),
        (PERCENT, 5_000, "0.5%"),
        (PERCENT, 0, "0%"),
    ],
)
def test_a_quantity_is_written_as_people_write_it(unit: Unit, value: int, text: str) -> None:
    """Whole symbols where they fit, decimals where not."""
    assert unit.format(value) == text


@given(st.sampled_from([DURATION, POWER, ENERGY, SIZE, PERCENT]), st.integers(0, 10**15))
def test_what_is_written_reads_back(unit: Unit, value: int) -> None:
    """Format and parse are inverse for every value."""
    assert unit.parse(unit.format(value)) == value


@pytest.mark.parametrize(
    ("unit", "text", "guess"),
    [
        (POWER, "22 kw", "22kW"),
        (DURATION, "5 S", "5s"),
        (DURATION, "20µs", "20us"),
        (PERCENT, "0,5%", "0.5%"),
        (POWER, "22 horses", None),
    ],
)
def test_spaces_and_capitals_are_guessed(unit: Unit, text: str, guess: str | None) -> None:
    """A near miss is refused, with what was probably meant."""
    assert unit.guess(text) == guess
