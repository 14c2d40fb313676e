"""What a driver's app shows, as a part of a view that is built only for who asks for it.

Like all of :mod:`scenarios.view` it is frozen, and shares nothing mutable with the world.
"""

from attrs import frozen

from scenarios.view import EventRow, EvView, RequestView, ReservationView, SessionView


@frozen
class DriverRow:
    """One driver in the list."""

    ev: str
    cp: str
    """Where the EV is plugged in; empty while it is nowhere."""
    site: str
    """In a city the site that it is at, or that its driver asked last; empty else."""
    soc: float
    """In percent."""
    power_w: int


@frozen
class ActView:
    """Something that a driver can do, and why not now; empty if he can."""

    verb: str
    why_not: str


@frozen
class TryView:
    """In a city: a site that a driver asked on this trip."""

    site: str
    why: str
    """nearest, told or map: why this one."""
    answer: str
    """As of a :class:`scenarios.view.ReservationView`."""
    cp: str
    reason: str


@frozen
class TripView:
    """In a city: what a driver is about, across all sites."""

    status: str
    """asks, comes, charges, left, or gave up."""
    reason: str
    """Why he gave up, or went on to another site, in words."""
    tries: tuple[TryView, ...]
    """In the order in which he asked."""


@frozen
class DriverView:
    """All that a driver's app knows. Power in W, energy in Wh, money in cents, times in µs."""

    ev: EvView
    site: str
    """In a city; empty else."""
    battery_wh: int
    max_w: int
    """What the EV can take."""
    current: str
    """AC or DC."""
    smart: bool
    """Whether the driver has opted in to smart charging."""
    intent: str
    """charge, stop, pause or rest."""
    paused: bool
    """Whether the session can be joined again."""
    hangs: bool
    """Whether the EV's computer hangs."""
    broke: str
    """What broke the last session, while it is tried again; empty else."""
    departs_us: int
    """When he leaves; 0 where he has not said it."""
    limit_w: int
    """What the network allows at his charge point now; 0 where he is at none."""
    price_ueur: int
    """What a kWh costs there now, in µEUR; 0 where he is at none."""
    drives: bool
    """Whether he goes where he is told by himself."""
    id_tag: str
    """Under which the network knows him: an id tag, or a contract's eMAID."""
    contract: bool
    card: str
    """What the network thinks of that: Accepted, Blocked, Expired, Invalid."""
    card_reason: str
    """Why it is not accepted, where somebody said it."""
    ask: ReservationView | None
    """What he asked last, and what came of it."""
    asked_us: int
    asked_wh: int
    request: RequestView | None
    """What he asked of the power, where the network plans."""
    session: SessionView | None
    """The transaction that runs."""
    sessions: tuple[SessionView, ...]
    """Those that are over, the newest first."""
    sessions_total: int
    words: tuple[EventRow, ...]
    """What the network has told him, the newest last; as many as were asked for."""
    acts: tuple[ActView, ...]
    trip: TripView | None = None


@frozen
class DriversView:
    """A window of the list of drivers, and the chosen one's app."""

    first: int
    rows: tuple[DriverRow, ...]
    total: int
    at: int
    """The place of the chosen one in the whole list."""
    chosen: DriverView | None
    """None where there are no drivers."""
    sites: tuple[str, ...] = ()
    """The sites of a city, where a driver can ask; none else."""
