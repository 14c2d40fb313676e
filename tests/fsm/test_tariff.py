"""Tariffs: prices by the time of day, rounding, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsm.network.tariff import (
    DAY_MINUTES,
    FREE,
    Band,
    Tariff,
    energy_cents,
    read_tariff,
    tariff_of,
    tariff_payload,
    tariff_text,
    time_cents,
)
from fsm.ocpp.frames import CallError

HOUR_US = 3_600_000_000
EVENING = Tariff(400_000, 35, 20_000, (Band(18 * 60, 22 * 60, 600_000),), 8 * HOUR_US)

prices = st.integers(0, 10_000_000)
minutes = st.integers(0, DAY_MINUTES - 1)
tariffs = st.builds(
    Tariff,
    prices,
    st.integers(0, 10_000),
    prices,
    st.lists(st.builds(Band, minutes, minutes, prices), max_size=4).map(tuple),
    st.integers(0, 24 * HOUR_US - 1),
)


@pytest.mark.parametrize(
    ("wh", "price", "cents"),
    [
        (0, 450_000, 0),
        (1_000, 450_000, 45),
        (11, 450_000, 0),  # 0.495 ct
        (10, 500_000, 1),  # half a cent goes up
        (1_038, 450_000, 47),  # 46.71 ct
        (30, 450_000, 1),  # 1.35 ct
        (34, 450_000, 2),  # 1.53 ct
    ],
)
def test_a_line_of_energy_is_rounded_half_up(wh, price, cents):
    """To a whole cent."""
    assert energy_cents(wh, price) == cents


def test_a_line_of_time_is_rounded_half_up():
    """And no time is negative."""
    assert time_cents(60_000_000, 20_000) == 2
    assert time_cents(15_000_000, 20_000) == 1  # half a cent
    assert time_cents(14_999_999, 20_000) == 0
    assert time_cents(-60_000_000, 20_000) == 0


@given(wh=st.integers(0, 10**7), price=prices)
def test_rounding_is_off_by_half_a_cent_at_the_most(wh, price):
    """In tenths of a µEUR: exact arithmetic by another way."""
    exact = wh * price  # µEUR · 1000
    assert abs(energy_cents(wh, price) * 10_000_000 - exact) <= 5_000_000


@pytest.mark.parametrize(
    ("hours", "price"),
    [(0, 400_000), (9.99, 400_000), (10, 600_000), (13.99, 600_000), (14, 400_000), (34, 600_000)],
)
def test_a_band_holds_at_its_time_of_day(hours, price):
    """The run begins at 08:00: 18:00 is ten hours later, and the next day again."""
    assert EVENING.energy_ueur_at(int(hours * HOUR_US)) == price


def test_a_band_may_go_over_midnight_and_the_first_that_holds_counts():
    """22:00 to 06:00, and a cheaper hour inside of it that stands before it."""
    tariff = Tariff(400_000, bands=(Band(120, 180, 100_000), Band(1_320, 360, 200_000)))
    seen = [tariff.energy_ueur_at(hour * HOUR_US) for hour in (0, 2, 3, 6, 21, 22)]
    assert seen == [200_000, 100_000, 200_000, 400_000, 400_000, 200_000]


@given(tariff=tariffs)
def test_a_tariff_comes_back_from_its_text_and_its_payload(tariff):
    """One that is free is as good as none."""
    assert read_tariff(tariff_payload(tariff)) == tariff
    assert tariff_of(tariff_text(tariff)) == (FREE if tariff.is_free else tariff)


@pytest.mark.parametrize(
    "change",
    [
        {"energyPrice": -1},
        {"energyPrice": 1.5},
        {"startFee": "1"},
        {"timeOfDay": 24 * HOUR_US},
        {"bands": [[0, 60]]},
        {"bands": [[0, 1_441, 1]]},
        {"bands": [[0, 60, -1]]},
        {"bands": [[0, 60, 1]] * 25},
        {"bands": None},
    ],
)
def test_a_bad_tariff_is_refused(change):
    """With OCPP's error, whatever is wrong with it."""
    with pytest.raises(CallError):
        read_tariff({**tariff_payload(EVENING), **change})
    with pytest.raises(CallError):
        read_tariff(17)
