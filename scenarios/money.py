"""Money in a scenario: what its file says of prices and balances, as the network is told it."""

from attrs import evolve

from fsm.network.ledger import opening
from fsm.network.records import Record
from fsm.network.tariff import DAY_MINUTES, MINUTE_US, Band, Tariff, tariff_payload
from fsm.trust.certificates import emaid_of
from scenarios.schema import Prices, Scenario

DAY_US = DAY_MINUTES * MINUTE_US


def site_tariff(scenario: Scenario) -> Tariff:
    """What holds where a charge point has no price of its own."""
    bands = tuple(Band(band.from_min, band.until_min, band.energy_ueur) for band in scenario.bands)
    return _tariff(scenario.prices, bands, scenario.start_us % DAY_US)


def tariff_at(scenario: Scenario, number: int) -> Tariff:
    """What the charge point of this number asks for: its own price, else the scenario's."""
    prices = scenario.prices
    own_ueur = scenario.cps[number - 1].energy_ueur
    bands = tuple(Band(band.from_min, band.until_min, band.energy_ueur) for band in scenario.bands)
    if own_ueur is not None:
        # A price of its own holds all day.
        prices, bands = evolve(prices, energy_ueur=own_ueur), ()
    return _tariff(prices, bands, scenario.start_us % DAY_US)


def _tariff(prices: Prices, bands: tuple[Band, ...], clock_us: int) -> Tariff:
    return Tariff(prices.energy_ueur, prices.start_cents, prices.minute_ueur, bands, clock_us)


def told_tariff(scenario: Scenario, number: int) -> dict[str, object] | None:
    """What that charge point tells of it when it boots; None where charging is free."""
    tariff = tariff_at(scenario, number)
    return None if tariff.is_free else tariff_payload(tariff)


def opening_records(scenario: Scenario) -> tuple[Record, ...]:
    """What the network holds of money before its first command: drivers' accounts.

    A driver's account is of the id tag, or of the contract by which the driver charges.
    """
    balances: dict[str, int] = {}
    for vehicle in scenario.evs:
        by_contract = vehicle.payment == "contract"
        name = emaid_of(vehicle.id) if by_contract else vehicle.id_tag or vehicle.id
        balances.setdefault(name, vehicle.balance_cents)
    for tag in scenario.id_tags:
        balances.setdefault(tag.id, tag.balance_cents)
    funded = {tag: cents for tag, cents in balances.items() if cents}
    return opening(funded)
