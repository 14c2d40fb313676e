"""What many runs have cost together: made from what each has shown."""

from collections.abc import Sequence

from scenarios.campaign.finding import Finding
from scenarios.campaign.view import Costs


def costs_of(findings: Sequence[Finding]) -> Costs | None:
    """The costs of all that were measured; None where none was."""
    all_ = [finding.measures for finding in findings if finding.measures is not None]
    if not all_:
        return None
    times = sorted(it.recovered_us for it in all_ if it.recovered_us is not None)
    return Costs(
        runs=len(all_),
        violated=sum(it.violated for it in all_),
        stalls=sum(it.stalls for it in all_),
        stalled_us=sum(it.stalled_us for it in all_),
        undelivered_wh=sum(it.undelivered_wh for it in all_),
        recovered=len(times),
        median_us=times[(len(times) - 1) // 2] if times else None,
        longest_us=times[-1] if times else None,
    )
