"""Figures over time in bounded memory: against all of them, kept by the test."""

import pickle
from random import Random

import pytest

from scenarios.charging.series import KEPT, READINGS, READINGS_CLOSED, US_PER_H, Readings, Series

S = 1_000_000


def sampled(count: int, seed: int = 1) -> tuple[Series, list[int]]:
    """A series, and all that was put into it."""
    random, series = Random(seed), Series(S)
    values = [random.randint(0, 22_000) for _ in range(count)]
    for value in values:
        series.add(value)
    return series, values


@pytest.mark.parametrize("count", [1, 2, 3, KEPT, 2 * KEPT, 1_000, 20_000])
def test_the_newest_samples_are_exact(count: int) -> None:
    """Each one by itself, and any stretch that is short enough."""
    series, values = sampled(count)
    for tick in range(max(count - KEPT, 0), count):
        assert series.mean(tick * S, (tick + 1) * S) == values[tick]
    last = values[-3:]
    assert series.mean((count - len(last)) * S, count * S) == sum(last) // len(last)


def test_half_a_tick_counts_half() -> None:
    """Cells do not begin and end where ticks do."""
    series = Series(S)
    for value in (1_000, 3_000):
        series.add(value)
    assert series.mean(S // 2, 3 * S // 2) == 2_000
    assert series.mean(S * 3 // 4, 3 * S // 2) == (1_000 + 2 * 3_000) // 3


def test_what_is_older_is_the_mean_of_more_samples() -> None:
    """All of a long run is there; a mean of means is the mean but for rounding."""
    series, values = sampled(20_000)
    for from_tick, until_tick in ((0, 20_000), (0, 4_096), (4_096, 8_192), (0, 1_024)):
        exact = sum(values[from_tick:until_tick]) / (until_tick - from_tick)
        found = series.mean(from_tick * S, until_tick * S)
        assert found is not None
        # The edges of what is asked may lie within a sample: 20,000 is no power of two.
        assert abs(found - exact) < 150
    aligned = sum(values[:4_096]) / 4_096
    assert series.mean(0, 4_096 * S) == pytest.approx(aligned, abs=12)


def test_of_a_time_without_samples_nothing_is_said() -> None:
    """Before the first tick, and after the last one."""
    series, _ = sampled(10)
    assert Series(S).mean(0, S) is None
    assert series.mean(10 * S, 11 * S) is None
    assert series.mean(5 * S, 5 * S) is None


def test_a_day_takes_no_more_than_some_kilobytes() -> None:
    """The rings are bounded, and so is their pickle; a day and a half of seconds."""
    series, _ = sampled(1 << 17)
    assert len(series.rings) == 18
    assert max(map(len, series.rings)) < 2 * KEPT
    assert len(pickle.dumps(series)) < 40_000


def test_a_pickle_goes_on_as_the_series_does() -> None:
    """Checkpoints hold it."""
    series, _ = sampled(777)
    copy = pickle.loads(pickle.dumps(series))  # noqa: S301 - written here
    for value in range(300):
        series.add(value)
        copy.add(value)
    assert copy == series


# --- readings --------------------------------------------------------------------------------


def read(count: int) -> Readings:
    """Every ten seconds, 30 Wh and every third time 32 more."""
    readings = Readings.begun("CP1", 0, 500)
    register = 500
    for n in range(1, count + 1):
        register += 30 if n % 3 else 32
        readings.add(n * 10 * S, register)
    return readings


def test_power_is_what_was_counted_between_two_readings() -> None:
    """30 Wh in 10 s are 10.8 kW."""
    readings = read(2)
    assert list(readings.stretches()) == [(0, 10 * S, 10_800), (10 * S, 20 * S, 10_800)]
    assert readings.energy_at(15 * S) == 45
    assert (readings.energy_at(0), readings.energy_at(99 * S)) == (0, 60)


@pytest.mark.parametrize("count", [READINGS - 1, READINGS, READINGS + 1, 1_000, 5_000])
def test_too_many_readings_are_halved_and_their_energy_stays(count: int) -> None:
    """The first and the last one are those that were; nothing flows twice or gets lost."""
    readings = read(count)
    assert len(readings.times_us) <= READINGS
    assert (readings.times_us[0], readings.last_us) == (0, count * 10 * S)
    assert readings.energy_wh == count * 30 + count // 3 * 2
    flowed = sum((until - start) * power for start, until, power in readings.stretches())
    assert flowed / US_PER_H == pytest.approx(readings.energy_wh, rel=1e-3)
    readings.close()
    assert len(readings.times_us) <= READINGS_CLOSED
    assert readings.energy_wh == count * 30 + count // 3 * 2


def test_what_is_older_or_comes_later_is_left_out() -> None:
    """A lower register is an old reading; after the end nothing counts."""
    readings = read(2)
    readings.add(30 * S, 520)
    assert readings.energy_wh == 60
    readings.add(20 * S, 570)
    assert (readings.last_us, readings.energy_wh) == (20 * S, 70)
    readings.close()
    readings.add(40 * S, 900)
    assert readings.energy_wh == 70


def test_a_clock_that_was_set_back_does_not_move_the_beginning() -> None:
    """What is read at the time of the beginning is seen with the next reading."""
    readings = Readings.begun("CP1", 10 * S, 0)
    readings.add(5 * S, 7)
    assert list(readings.stretches()) == []
    readings.add(20 * S, 30)
    assert list(readings.stretches()) == [(10 * S, 20 * S, 10_800)]
