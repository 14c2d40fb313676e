"""What many runs have cost together, as one frozen value."""

from attrs import frozen


@frozen
class Costs:
    """Of many runs; see :class:`scenarios.campaign.measuring.Measures`.

    A run that is violated ends there: what it has cost up to then says nothing beside whole runs,
    so it counts as violated, and in nothing else.
    """

    runs: int
    violated: int
    """How many runs have violated an invariant; all else is of the others."""
    stalls: int
    stalled_us: int
    undelivered_wh: int
    recovered: int
    """How many runs have recovered from all that there was, or had nothing to recover from."""
    median_us: int | None
    """The middle one of the times to recover, the lower of two; one that never did is the longest.

    None where that is never, or there is no such run.
    """
    longest_us: int | None
    """The longest of those that did recover."""

    @property
    def whole(self) -> int:
        """How many runs came to their end."""
        return self.runs - self.violated
