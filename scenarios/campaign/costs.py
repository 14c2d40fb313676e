"""What many runs have cost together."""

from collections.abc import Sequence

from attrs import frozen

from scenarios.campaign.finding import Finding


@frozen
class Costs:
    """Sums over runs; of times to recover the middle one and the longest. See `Measures`."""

    runs: int
    violated: int
    """How many runs have violated an invariant."""
    stalls: int
    stalled_us: int
    undelivered_wh: int
    recovered: int
    """How many runs have recovered."""
    median_us: int | None
    """The median of their times to recover, the lower one of two; None where none has."""
    longest_us: int | None


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
