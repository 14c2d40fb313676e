"""What many runs have cost together, as one frozen value."""

from attrs import frozen


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
