"""Meter, battery and the sharing of power."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsm.energy.battery import AC_CURVE, DC_CURVE, PPM, Battery, interpolate
from fsm.energy.meter import UJ_PER_WH, Meter
from fsm.energy.sharing import max_min_fair, share_in_turn

DEMANDS = st.lists(st.integers(0, 50_000), max_size=12).map(
    lambda powers: [(f"CP{i}", power) for i, power in enumerate(powers)]
)


def test_the_meter_is_exact_for_any_steps():
    """One second at once is the same as a million steps of 1 µs worth."""
    whole, parts = Meter(), Meter()
    whole.add(7_333, 3_600_000_000)
    for _ in range(1_000):
        parts.add(7_333, 3_600_000)
    assert whole.energy_uj == parts.energy_uj == 7_333 * UJ_PER_WH
    assert whole.energy_wh == 7_333


@pytest.mark.parametrize(("power", "time"), [(-1, 1), (1, -1)])
def test_the_meter_does_not_count_down(power, time):
    """Negative power or time is the caller's mistake."""
    with pytest.raises(ValueError, match="upwards"):
        Meter().add(power, time)


def test_the_battery_knows_its_charge():
    """State of charge, room and fullness."""
    battery = Battery.at_soc(40_000, 300_000)
    assert battery.soc_ppm == 300_000
    assert battery.room_uj(800_000) == 20_000 * UJ_PER_WH
    assert battery.room_uj(300_000) == battery.room_uj(100_000) == 0
    assert Battery.at_soc(40_000, PPM).max_power_w(11_000, "AC") == 0


@given(st.integers(1, 200_000), st.integers(0, PPM), st.lists(st.integers(0, 10**16), max_size=9))
def test_the_battery_conserves_energy(capacity, soc, charges):
    """What it took is what it holds more, and it never holds more than it can."""
    battery = Battery.at_soc(capacity, soc)
    before = battery.energy_uj
    taken = sum(battery.charge(energy) for energy in charges)
    assert battery.energy_uj == before + taken <= battery.capacity_uj
    assert 0 <= battery.soc_ppm <= PPM


@pytest.mark.parametrize(
    ("soc", "ac", "dc"),
    [
        (0, 10_000, 5_000),
        (100_000, 10_000, 10_000),
        (500_000, 10_000, 10_000),
        (600_000, 10_000, 8_000),
        (800_000, 10_000, 4_000),
        (900_000, 5_500, 2_000),
        (999_999, 1_000, 500),
    ],
)
def test_charging_curves(soc, ac, dc):
    """AC tapers above 80 %; DC has a slow start, a plateau and a long taper."""
    battery = Battery.at_soc(100_000, soc)
    assert battery.max_power_w(10_000, "AC") == ac
    assert battery.max_power_w(10_000, "DC") == dc


@given(st.integers(-10, PPM + 10))
def test_curves_stay_between_their_points(x):
    """No overshoot anywhere."""
    for curve in (AC_CURVE, DC_CURVE):
        assert min(y for _, y in curve) <= interpolate(curve, x) <= max(y for _, y in curve)


def test_bad_batteries_are_refused():
    """Each with a sentence that says why."""
    with pytest.raises(ValueError, match="holds more"):
        Battery(0)
    with pytest.raises(ValueError, match="state of charge"):
        Battery.at_soc(1, PPM + 1)
    with pytest.raises(ValueError, match="cannot charge"):
        Battery(1).charge(-1)


@pytest.mark.parametrize(
    ("capacity", "demands", "shares"),
    [
        (22_000, [11_000, 11_000, 11_000], [7_334, 7_333, 7_333]),
        (22_000, [11_000, 3_700, 11_000], [9_150, 3_700, 9_150]),
        (22_000, [1_000], [1_000]),
        (2, [5, 5, 5], [1, 1, 0]),
        (0, [5, 5], [0, 0]),
        (-7, [5, -5], [0, 0]),
        (10, [], []),
    ],
)
def test_max_min_fair_by_hand(capacity, demands, shares):
    """Small ones get all they want; watts that do not divide go to the first."""
    named = [(f"CP{i}", demand) for i, demand in enumerate(demands)]
    assert list(max_min_fair(capacity, named).values()) == shares


def test_an_id_that_comes_twice_is_refused():
    """Its share would be ambiguous."""
    with pytest.raises(ValueError, match="two demands"):
        max_min_fair(10, [("CP1", 1), ("CP1", 2)])


@given(st.integers(0, 200_000), DEMANDS)
def test_max_min_fair_is_exact_and_fair(capacity, demands):
    """Everything is used; who has less than he wants has no less than anybody else (but 1 W)."""
    shares = max_min_fair(capacity, demands)
    assert sum(shares.values()) == min(capacity, sum(power for _, power in demands))
    for name, demand in demands:
        assert 0 <= shares[name] <= demand
        if shares[name] < demand:
            assert all(other <= shares[name] + 1 for other in shares.values())


@given(st.integers(0, 100_000), DEMANDS, st.integers(0, 6_000))
def test_in_turn_nobody_is_below_the_minimum_or_overtakes(capacity, demands, least):
    """Shares are 0 or enough; the served ones are the first ones, as many as can be."""
    shares = share_in_turn(capacity, [(name, most, least) for name, most in demands])
    assert list(shares) == [name for name, _ in demands]
    assert sum(shares.values()) <= capacity
    count = 0
    while count < len(demands):
        attempt = max_min_fair(capacity, demands[: count + 1])
        if any(attempt[name] < min(least, most) for name, most in demands[: count + 1]):
            break
        count += 1
    expected = max_min_fair(capacity, demands[:count])
    assert shares == {name: expected.get(name, 0) for name, _ in demands}
