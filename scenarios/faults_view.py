"""What a view shows of faults: which are on, what ends each, and what can be done to whom.

Like all of :mod:`scenarios.view` it is frozen, and shares nothing mutable with the world.
"""

from attrs import frozen

EVERY_LINK = "every link"
NETWORK = "network"
SITE = "the site"


@frozen
class Active:
    """A fault that is on."""

    fault: str
    """The verb that would do it."""
    subject: str
    """A charge point, an EV, a cable, a load, ``CP1 ↔ CP2``, :data:`EVERY_LINK`, ``network``."""
    text: str
    """What is wrong, in words."""
    verb: str
    """What ends it; empty where nothing does."""
    args: tuple[tuple[str, object], ...] = ()
    amount: object = None
    """How much of it, in the verb's unit; None where there is no more or less."""


@frozen
class EvState:
    """What can be done to an EV, and what it is like."""

    id: str
    cp: str
    """Where it is plugged in; empty for nowhere."""
    tag: str
    """Under which id tag or eMAID the network knows its driver."""
    contract: str
    """A kind of :data:`fsm.trust.certificates.KINDS`; empty where it has none."""
    mute: bool
    departs_us: int
    """When its driver leaves; 0 where he does not say."""


@frozen
class CableState:
    """A cable, in W: what it was built for, and above what its breaker trips now."""

    id: str
    """The cabinet's; empty for the site's own."""
    rated_w: int
    capacity_w: int


@frozen
class FaultsView:
    """All faults that are on, and what more could be broken."""

    active: tuple[Active, ...]
    """In the order of charge points, links, EVs, cables."""
    evs: tuple[EvState, ...]
    cables: tuple[CableState, ...]
    """The site's own first."""
    loads: tuple[tuple[str, int], ...]
    """Other loads, and the most that each draws by the file, in W."""
    pv_w: int | None
    """The most that the PV delivers by the file, in W; None where there is none."""
    closed: tuple[str, ...]
    """Charge points whose contactor is closed."""
    bound: tuple[tuple[str, str], ...] = ()
    """Charge points that may not stand for leader now, and why."""

    def of(self, fault: str, subject: str) -> Active | None:
        """The fault of that kind that is on there, if it is."""
        found = (it for it in self.active if (it.fault, it.subject) == (fault, subject))
        return next(found, None)
