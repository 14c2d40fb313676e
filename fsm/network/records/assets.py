"""The charge points, and what operator and observer know of them."""

from typing import NamedTuple

from fsm.energy.supply import Current


class Asset(NamedTuple):
    """A charge point as the network knows it. Times in µs of the calls' own clock."""

    cp_id: str
    vendor: str = ""
    model: str = ""
    rated_w: int = 0
    """0 until it has booted."""
    current: Current = "AC"
    status: str = ""
    """Status of its connector as last reported; empty until then."""
    error_code: str = "NoError"
    status_us: int = 0
    boot_us: int = 0
    boots: int = 0
    last_seen_us: int = 0
    meter_wh: int = 0
    """Highest register of its meter that was ever reported."""
    meter_us: int = 0
    stale_readings: int = 0
    """Readings that were below an earlier one, or of no open transaction."""
    limit_w: int = 0
    """What it should draw at the most; 0 without an open transaction."""
    held_w: int = 0
    """What it may still draw: its limit, or a higher one from before that it may yet follow."""
    limit_version: int = 0
    """Counts the changes of the limit; a charge point confirms a version."""


class Condition(NamedTuple):
    """What operator and observer say of a charge point; none is the same as a fresh one."""

    cp_id: str
    availability: str = "Operative"
    """Operative or Inoperative, as the operator last wanted it and the charge point accepted."""
    hearing: str = "heard"
    """heard, silent (its monitor says that its engine is) or unheard (not even its monitor is)."""
    hearing_us: int = 0
    """Since when."""
    reset: str = ""
    """Soft or Hard: the last reset that it accepted."""
    reset_boots: int = 0
    """How often it had booted by then."""


class Observer(NamedTuple):
    """Who listens to all the others now; one record (:mod:`fsm.network.monitoring`)."""

    number: int
    """Counts the observers: what an earlier one still says is not believed."""
    cp_id: str
    since_us: int

    @property
    def key(self) -> int:
        """There is one."""
        return 1
