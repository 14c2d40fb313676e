"""How the site's power reaches the charge points: cabinets, and grants that end."""

from typing import NamedTuple


class Cabinet(NamedTuple):
    """A cabinet between the site's rail and some of its charge points; there from the beginning."""

    id: str
    capacity_w: int
    """What its charge points may draw together, other loads taken off."""


class Grant(NamedTuple):
    """How a charge point is supplied, and whether its grant goes on; there from the beginning."""

    cp_id: str
    cabinet: str = ""
    """Behind which cabinet it stands; empty: at the site's own rail."""
    grant_us: int = 0
    """How long it may follow a limit after it made a call that was answered; 0 for ever."""
    fallback_w: int = 0
    """What it may draw after that: nothing, or enough to charge with."""
    calls: int = 0
    """How many of its calls were applied."""
    ended: int = 0
    """The value of ``calls`` at which its grant ended; 0 as long as it never did."""

    @property
    def is_ended(self) -> bool:
        """Whether its grant has ended, and it was not heard since."""
        return self.calls > 0 and self.ended == self.calls
