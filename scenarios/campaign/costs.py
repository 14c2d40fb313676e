"""What many runs have cost together: made from what each has shown."""

from collections.abc import Sequence

from scenarios.campaign.finding import Finding
from scenarios.campaign.view import Costs


def costs_of(findings: Sequence[Finding]) -> Costs | None:
    """The costs of all that were measured; None where none was."""
    measured = [finding.measures for finding in findings if finding.measures is not None]
    if not measured:
        return None
    whole = [it for it in measured if not it.violated]
    times = sorted(it.recovered_us for it in whole if it.recovered_us is not None)
    middle = (len(whole) - 1) // 2
    return Costs(
        runs=len(measured),
        violated=len(measured) - len(whole),
        stalls=sum(it.stalls for it in whole),
        stalled_us=sum(it.stalled_us for it in whole),
        undelivered_wh=sum(it.undelivered_wh for it in whole),
        recovered=len(times),
        median_us=times[middle] if 0 <= middle < len(times) else None,
        longest_us=times[-1] if times else None,
    )
