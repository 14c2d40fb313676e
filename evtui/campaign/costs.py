"""What the runs of a campaign have cost, in words: of one run, as a sum would grow with them."""

from scenarios.campaign.view import Costs

SECOND_US = 1_000_000
NEVER = "never"
NOBODY = "–"


def stalls(costs: Costs) -> str:
    """How many a run has, and for how long."""
    if not costs.whole:
        return NOBODY
    if not costs.stalls:
        return "0"
    each, seconds = costs.stalls / costs.whole, costs.stalled_us / SECOND_US / costs.whole
    return f"{each:,.1f} ({seconds:,.1f} s)"


def energy(costs: Costs) -> str:
    """How much a run did not deliver."""
    return amount(costs.undelivered_wh / costs.whole) if costs.whole else NOBODY


def amount(energy_wh: float) -> str:
    """Wh below 1 kWh, then kWh with two decimals."""
    return f"{energy_wh:,.0f} Wh" if energy_wh < 1_000 else f"{energy_wh / 1_000:,.2f} kWh"


def recovered(costs: Costs) -> str:
    """The middle run; how many never did, or the slowest."""
    if not costs.whole:
        return NOBODY
    never = costs.whole - costs.recovered
    if costs.median_us is None or costs.longest_us is None:
        return f"{NEVER} ({never} of {costs.whole})"
    middle = f"{costs.median_us / SECOND_US:,.1f} s"
    if never:
        return f"{middle}, {never} {NEVER}"
    if costs.longest_us == costs.median_us:
        return middle
    return f"{middle}, at most {costs.longest_us / SECOND_US:,.1f} s"


def in_a_line(costs: Costs) -> str:
    """All of it."""
    if not costs.whole:
        return f"{costs.violated:,} violated, no run came to its end"
    return (
        f"{costs.violated:,} violated; a run: stalls {stalls(costs)}, not delivered "
        f"{energy(costs)}, recovered in {recovered(costs)}"
    )
