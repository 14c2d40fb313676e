"""Where a breakpoint has stopped a run."""

from attrs import frozen

from scenarios.units import DURATION


@frozen
class Hit:
    """Where a run was stopped, and why."""

    breakpoint: str
    found: str
    time_s: float
    event: int
    """How many events had happened; the next one has not."""

    @property
    def time(self) -> str:
        """Virtual time, as people write it."""
        return DURATION.format(round(self.time_s * 1_000_000))

    def in_words(self) -> str:
        """A line for people."""
        return (
            f"stopped at {self.time}, after event {self.event:,}: {self.breakpoint} ({self.found})"
        )
