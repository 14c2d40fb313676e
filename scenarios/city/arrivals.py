"""The drivers of a city's day, drawn from the seed before it begins.

Each site has a stream of its own, so another rate of one leaves all others as they were. Integers
throughout: in each minute somebody comes with a sixtieth of the hour's rate, at a random second.
"""

from random import Random

from attrs import evolve, frozen

from paxos.sim.streams import stream
from scenarios.city.spec import HOURS, Arrivals, CitySite
from scenarios.schema import Current, Scenario, Vehicle

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
HOUR_US = 60 * MINUTE_US
DAY_MINUTES = 1_440
TARGET_PPM = 900_000
LEAST_SOC_PPM = 50_000
AC_W = 11_000
DC_W = 50_000


@frozen
class Trip:
    """What one driver wants: who, when he asks, the window, and the energy. Times in µs."""

    vehicle: Vehicle
    asks_us: int
    from_us: int
    until_us: int
    energy_wh: int


def day(scenario: Scenario, seed: int) -> tuple[Trip, ...]:
    """Every driver that the file's arrivals bring, in the order in which they ask."""
    trips: list[Trip] = []
    for site in scenario.sites:
        for arrivals in scenario.arrivals:
            if arrivals.kind == site.kind:
                random = stream(seed, f"arrivals/{site.id}/{arrivals.kind}")
                trips += _trips(random, scenario, site, arrivals)
    trips.sort(key=lambda trip: trip.asks_us)  # stable: then in the order of the sites
    return tuple(
        evolve(trip, vehicle=evolve(trip.vehicle, id=f"D{number}"))
        for number, trip in enumerate(trips, 1)
    )


def _trips(random: Random, scenario: Scenario, site: CitySite, arrivals: Arrivals) -> list[Trip]:
    begin_minute = scenario.start_us // MINUTE_US % DAY_MINUTES
    trips = []
    for minute in range(scenario.duration_us // MINUTE_US):
        hour = (begin_minute + minute) % DAY_MINUTES // 60 % HOURS
        # A draw each minute, whatever the rate: another hour's rate moves nobody else.
        draw, second_us = random.randrange(60_000), random.randrange(MINUTE_US)
        if draw < arrivals.per_hour_milli[hour]:
            # His own stream: what he is like takes no draws from those who come after him.
            own = stream(random.getrandbits(62), "driver")
            trips.append(_trip(own, site, arrivals, minute * MINUTE_US + second_us))
        else:
            random.getrandbits(62)
    return trips


def _between(random: Random, span: tuple[int, int]) -> int:
    return (random.randint(*span) + random.randint(*span)) // 2


def _trip(random: Random, site: CitySite, arrivals: Arrivals, asks_us: int) -> Trip:
    from_us = asks_us + _between(random, arrivals.lead_us)
    stay_us = _between(random, arrivals.stay_us)
    battery_wh = _between(random, arrivals.battery_wh) // 100 * 100
    most_wh = battery_wh * (TARGET_PPM - LEAST_SOC_PPM) // 1_000_000
    dc = random.randrange(1_000_000) < arrivals.dc_ppm
    # Nobody asks for more than three quarters of what his EV could take in his time at full power.
    in_time_wh = (DC_W if dc else AC_W) * stay_us // HOUR_US * 3 // 4
    wanted_wh = min(most_wh, in_time_wh, _between(random, arrivals.energy_wh))
    energy_wh = max(100, wanted_wh // 100 * 100)
    current: Current = "DC" if dc else "AC"
    within_m = arrivals.within_m
    vehicle = Vehicle(
        id="",
        battery_wh=battery_wh,
        # It stops by itself with what its driver came for.
        soc_ppm=TARGET_PPM - energy_wh * 1_000_000 // battery_wh,
        target_ppm=TARGET_PPM,
        max_w=DC_W if dc else AC_W,
        current=current,
        smart=random.randrange(1_000_000) < arrivals.opt_in_ppm,
        at=(
            site.at[0] + random.randint(-within_m, within_m),
            site.at[1] + random.randint(-within_m, within_m),
        ),
        drives=True,
    )
    return Trip(vehicle, asks_us, from_us, from_us + stay_us, energy_wh)
