"""What the network is told of the site's power before its first command: cabinets and grants.

Other loads and the PV are told as what they are at any time: the most that a load draws is taken
off for good, whether it is on or not, and the PV counts with its firm level. So nothing that they
do needs an answer in time.
"""

from fsm.energy.grants import FOLLOW_US, GrantTerms
from fsm.energy.supply import least_power_w
from fsm.network.records import Cabinet, Grant, Record
from scenarios.schema import Scenario


def site_w(scenario: Scenario) -> int:
    """What the EVs of the site may draw together: less other loads, more by the PV's firm level."""
    loads_w = sum(load.power_w for load in scenario.loads)
    return scenario.site.capacity_w - loads_w + scenario.pv.firm_w


def cabinet_w(scenario: Scenario, cabinet: str) -> int:
    """What the EVs behind a cabinet may draw together."""
    capacity_w = {each.id: each.capacity_w for each in scenario.cabinets}[cabinet]
    return capacity_w - sum(load.power_w for load in scenario.loads if load.cabinet == cabinet)


def terms_of(scenario: Scenario, number: int) -> GrantTerms:
    """The grant of the charge point of this number.

    A fallback share with which no EV could charge is none.
    """
    site, cp = scenario.site, scenario.cps[number - 1]
    enough = site.fallback_w >= least_power_w(cp.rated_w, cp.current)
    fallback_w = min(site.fallback_w, cp.rated_w) if enough else 0
    # It hears of a lower limit when its status loop turns, and then may have to renegotiate.
    follow_us = max(FOLLOW_US, 2 * scenario.tick_us)
    return GrantTerms(scenario.grant_us, fallback_w, scenario.paxos.drift_ppm, follow_us)


def power_records(scenario: Scenario) -> tuple[Record, ...]:
    """The cabinets, and how each charge point is supplied; nothing where neither is of interest."""
    if not scenario.cabinets and not scenario.grant_us:
        return ()
    records: list[Record] = [
        Cabinet(cabinet.id, max(0, cabinet_w(scenario, cabinet.id)))
        for cabinet in scenario.cabinets
    ]
    for number, cp in enumerate(scenario.cps, 1):
        terms = terms_of(scenario, number)
        records.append(Grant(cp.id, cp.cabinet, terms.grant_us, terms.fallback_w))
    return tuple(records)
