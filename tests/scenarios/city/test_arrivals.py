"""The drivers of a day: as many as the rates say, each within the file's bounds, from the seed."""

from attrs import evolve

from scenarios.city.arrivals import AC_W, TARGET_PPM, day
from scenarios.loader import load
from scenarios.schema import Scenario

HOUR_US = 3_600_000_000


def city() -> Scenario:
    """The city of the library."""
    return load("city")


def test_the_day_is_a_function_of_the_seed() -> None:
    """And of nothing else."""
    assert day(city(), 5) == day(city(), 5)
    assert day(city(), 5) != day(city(), 6)


def test_they_ask_in_order_and_have_names_of_their_own() -> None:
    """From D1 on."""
    trips = day(city(), 1)
    assert [trip.asks_us for trip in trips] == sorted(trip.asks_us for trip in trips)
    assert [trip.vehicle.id for trip in trips] == [f"D{n}" for n in range(1, len(trips) + 1)]


def test_as_many_come_as_the_rates_say() -> None:
    """Over twenty days: within four standard deviations of a sum of so many draws."""
    scenario = city()
    milli = sum(
        sum(arrivals.per_hour_milli)
        for site in scenario.sites
        for arrivals in scenario.arrivals
        if arrivals.kind == site.kind
    )
    expected = 20 * milli / 1_000
    found = sum(len(day(scenario, seed)) for seed in range(20))
    assert abs(found - expected) < 4 * expected**0.5


def test_each_is_within_the_bounds_of_the_file() -> None:
    """Stay, energy, battery; and nobody wants what his EV could not take in his time."""
    scenario = city()
    stays = {each.kind: each.stay_us for each in scenario.arrivals}
    low = min(span[0] for span in stays.values())
    high = max(span[1] for span in stays.values())
    for trip in day(scenario, 3):
        ev = trip.vehicle
        assert low <= trip.until_us - trip.from_us <= high
        assert 40_000 <= ev.battery_wh <= 90_000
        assert 0 < trip.energy_wh <= 24_000
        assert trip.energy_wh <= ev.max_w * (trip.until_us - trip.from_us) // HOUR_US
        needed = ev.battery_wh * (TARGET_PPM - ev.soc_ppm) // 1_000_000
        assert abs(needed - trip.energy_wh) <= 1
        assert (ev.max_w == AC_W) is (ev.current == "AC")
        assert ev.drives


def test_some_want_dc_and_some_do_not_opt_in() -> None:
    """About as many as the file says."""
    trips = [trip for seed in range(10) for trip in day(city(), seed)]
    dc = sum(trip.vehicle.current == "DC" for trip in trips) / len(trips)
    smart = sum(trip.vehicle.smart for trip in trips) / len(trips)
    assert 0.12 < dc < 0.30
    assert 0.55 < smart < 0.75


def test_another_rate_at_one_kind_of_site_moves_nobody_elsewhere() -> None:
    """Each site has a stream of its own, and each minute a draw of its own."""
    scenario = city()
    fewer = tuple(
        evolve(each, per_hour_milli=(0,) * 24) if each.kind == "office" else each
        for each in scenario.arrivals
    )
    before = list(day(scenario, 1))
    after = list(day(evolve(scenario, arrivals=fewer), 1))
    times = [trip.asks_us for trip in before]
    assert 0 < len(after) < len(before)
    assert all(trip.asks_us in times for trip in after)


def test_the_hours_are_those_of_the_calendar() -> None:
    """A run that begins at noon begins with the rate of noon."""
    noon = evolve(
        city(),
        start_us=city().start_us + 12 * HOUR_US,
        arrivals=tuple(
            evolve(each, per_hour_milli=tuple(20_000 * (hour == 12) for hour in range(24)))
            for each in city().arrivals
        ),
    )
    trips = day(noon, 1)
    assert trips
    assert all(trip.asks_us < HOUR_US for trip in trips)
