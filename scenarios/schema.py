"""What a scenario file says, in integers: microseconds, watts, watt-hours, parts per million.

These classes are the meaning of a scenario; :mod:`scenarios.loader` reads the text. A scenario is
a value: two equal scenarios with the same seed and the same inputs give the same run, byte for
byte.
"""

from typing import Literal

from attrs import field, frozen

from paxos.snapshot import CHUNK_BYTES
from scenarios.city.spec import Arrivals, CitySite, Directory
from scenarios.expectation import Expect as Expect
from scenarios.journal import Input
from scenarios.lessons.lesson import Lesson

Current = Literal["AC", "DC"]

Payment = Literal["contract", "external"]


@frozen(kw_only=True)
class Site:
    """The grid connection that all charge points share."""

    capacity_w: int = 22_000
    grant_us: int = 0
    """How long a charge point obeys a limit after its last call that was answered; 0 for ever."""
    fallback_w: int = 0
    """What each may draw after that, if an EV can charge with it."""


@frozen(kw_only=True)
class Cabinet:
    """A cabinet between the site's connection and some charge points."""

    id: str
    capacity_w: int


@frozen(kw_only=True)
class Load:
    """Another load, at the site or behind a cabinet. What it draws changes each second."""

    id: str
    power_w: int
    """The most that it draws; the network counts on that, at any time."""
    cabinet: str = ""
    """Empty: at the site's own rail."""
    from_us: int = 0
    until_us: int | None = None
    """None: to the end of the run."""


@frozen(kw_only=True)
class Pv:
    """The site's photovoltaics."""

    firm_w: int = 0
    """What it always delivers; the network counts on that."""
    surplus_w: int = 0
    """What the sun may bring beyond it; clouds take it away without warning."""
    from_us: int = 0
    until_us: int | None = None


PLANNED_GRANT_US = 60_000_000
"""How long grants last where power is planned and the site says nothing else."""


@frozen(kw_only=True)
class Plans:
    """How the network plans the power of those who opted in and say when they leave."""

    step_us: int = 900_000_000
    """Length of a step: whole seconds."""
    algorithm: str = "flow"
    """A name of :data:`fsm.energy.planners.PLANNERS`."""


@frozen(kw_only=True)
class Network:
    """Links between charge points. Latency is log-normal around its median."""

    latency_us: int = 2_000
    tail: float = 0.5
    """Sigma of the log-normal latency: 0 is constant; 0.5 puts p99 at 3.2 medians."""
    loss_ppm: int = 0
    duplicate_ppm: int = 0
    reorder_ppm: int = 0
    corrupt_ppm: int = 0
    v2g_latency_us: int = 1_000


@frozen(kw_only=True)
class Late:
    """One message between two charge points that takes longer than drawn, or less long."""

    source: str
    target: str
    number: int
    """Which one: the first from ``source`` to ``target`` is 1."""
    takes_us: int


@frozen(kw_only=True)
class Consensus:
    """Parameters of Multi-Paxos and of the simulated disks."""

    heartbeat_us: int = 500_000
    election_timeout_us: tuple[int, int] = (1_500_000, 3_000_000)
    window: int = 64
    """Alpha: how many slots may be proposed beyond the commit index.

    After so many slots a change of membership takes effect.
    """
    voters: int = 7
    """How many charge points vote at the most; the others learn."""
    phase1: int | None = None
    """How many of the voters elect a leader.

    None: as few as meet every quorum of phase 2; without that either, a majority.
    """
    phase2: int | None = None
    """How many of them choose a value. None: like ``phase1``."""
    fsync_us: int = 1_000
    snapshot_slots: int = 1_000
    """After how many applied slots a replica takes a snapshot and compacts its log."""
    retain_slots: int = 200
    """How many slots before a snapshot stay, for those that lag only a little."""
    chunk_bytes: int = CHUNK_BYTES
    """How much of a snapshot one message carries at the most."""
    lease_us: int | None = None
    """How long a voter that answers a heartbeat promises nothing to others.

    None: as long as the shortest election time-out. 0: there are no leases.
    """
    drift_ppm: int = 10_000
    """How wrong the rate of a clock may be for a lease to hold all the same."""
    feed_us: int = 100_000
    """How often, at the most, the leader tells those who do not vote what was chosen."""

    def quorums(self, voters: int) -> tuple[int, int]:
        """The sizes of the quorums of phase 1 and phase 2 when so many vote at first."""
        phase1, phase2 = self.phase1, self.phase2
        if phase1 is None and phase2 is None:
            return voters // 2 + 1, voters // 2 + 1
        if phase1 is None:
            phase1 = voters + 1 - (phase2 or 0)
        return phase1, voters + 1 - phase1 if phase2 is None else phase2


@frozen(kw_only=True)
class Prices:
    """What charging costs. µEUR per kWh and per minute, fees in cents."""

    energy_ueur: int = 450_000
    start_cents: int = 0
    minute_ueur: int = 0


@frozen(kw_only=True)
class PriceBand:
    """A part of each day with another price of energy; minutes since midnight (UTC)."""

    from_min: int
    until_min: int
    energy_ueur: int


@frozen(kw_only=True)
class Campaign:
    """How random faults come and go in a campaign over this scenario; a city has times of its own.

    The defaults are for minutes of charging; a scenario of seconds needs them more often.
    """

    begin_us: int = 5_000_000
    """When the first of them may come."""
    gap_us: int = 12_000_000
    """How long it takes from one to the next, on average."""
    quiet_us: int = 120_000_000
    """How long after the last of them everything must have settled."""
    from_us: int | None = None
    """Up to then, and at that microsecond, all seeds are the scenario's own run.

    What comes later is another future for each seed. None: seeds differ from the beginning.
    """


@frozen(kw_only=True)
class ChargePoint:
    """One charge point: a replica, an EVSE with one connector, a meter."""

    id: str
    rated_w: int = 11_000
    current: Current = "AC"
    member: bool = True
    """Whether it belongs to the group from the beginning; else it is off until ``admit``."""
    at: tuple[int, int] | None = None
    """Where it stands: metres to the east and to the north; (0, 0) if it does not say."""
    energy_ueur: int | None = None
    """Its own price of energy, all day; None: as the scenario's tariff says."""
    location: str = ""
    """Where it stands, for receipts."""
    cabinet: str = ""
    """Behind which cabinet it stands; empty: at the site's own rail."""


@frozen(kw_only=True)
class Vehicle:
    """One EV and what its driver wants."""

    id: str
    battery_wh: int = 40_000
    soc_ppm: int = 300_000
    target_ppm: int = 800_000
    max_w: int = 11_000
    current: Current = "AC"
    id_tag: str = ""
    """The driver's OCPP id tag; empty: the EV's id."""
    smart: bool = True
    """Whether the driver opted in to smart charging (a charging profile)."""
    balance_cents: int = 5_000
    """What the driver can pay when the run begins."""
    departs_us: int = 0
    """When its driver leaves, and has said so; 0: he does not say."""
    at: tuple[int, int] | None = None
    """From where the driver asks and sets out: metres to the east and to the north."""
    drives: bool = False
    """Whether the driver goes where he is told by himself, and leaves when he is done."""
    payment: Payment = "external"
    """``contract``: it identifies itself (Plug & Charge)."""
    contract: str = "valid"
    """With ``contract``: a kind of :data:`fsm.trust.certificates.KINDS`."""


@frozen(kw_only=True)
class Tag:
    """An id tag that the network knows from the beginning."""

    id: str
    status: str = "accepted"
    """accepted, blocked, expired or invalid."""
    expires_us: int = 0
    """From when on it is expired; 0 for never."""
    balance_cents: int = 5_000
    """What its driver can pay when the run begins, where no EV has the id tag."""


@frozen(kw_only=True)
class Fleet:
    """Many EVs alike, one at each of the first charge points; the loader writes them out."""

    evs: int
    arrive_us: tuple[int, int]
    """When the first and the last of them are plugged in; the others evenly between."""
    leave_us: tuple[int, int] | None = None
    battery_wh: int = 40_000
    soc_ppm: int = 300_000
    target_ppm: int = 800_000
    max_w: int = 11_000
    current: Current = "AC"
    smart: bool = True
    balance_cents: int = 5_000


@frozen(kw_only=True)
class At:
    """One line of the script: at ``t_us``, do ``verb`` (:mod:`scenarios.verbs`) with ``args``."""

    t_us: int
    verb: str
    args: dict[str, object] = field(factory=dict)
    line: int = 0
    after: int | None = None
    """In a saved session: after how many events. None for a line of the script, which is an event
    itself."""

    def as_input(self) -> Input:
        """The input that a line of a saved session is."""
        return Input(self.t_us, self.after or 0, self.verb, dict(self.args))


@frozen(kw_only=True)
class Saved:
    """How far a saved session was run, and what it came to."""

    until_us: int
    events: int
    digest: str
    """128 bits in hexadecimal, over all events and inputs."""


@frozen(kw_only=True)
class Scenario:
    """A whole scenario file."""

    name: str
    title: str = ""
    description: str = ""
    duration_us: int
    start_us: int = 1_767_254_400_000_000
    """Calendar time of the run's beginning, in µs since 1970: 2026-01-01, 08:00 UTC by default.

    Inside the run times count from its beginning; this is added where people read them.
    """
    seed: int = 1
    mutant: str = ""
    """The name of a mistake that is planted in the protocol (:mod:`paxos.check.mutants`)."""
    site: Site = field(factory=Site)
    network: Network = field(factory=Network)
    paxos: Consensus = field(factory=Consensus)
    prices: Prices = field(factory=Prices)
    bands: tuple[PriceBand, ...] = ()
    """The first that holds counts; outside of them ``prices``."""
    cabinets: tuple[Cabinet, ...] = ()
    loads: tuple[Load, ...] = ()
    late: tuple[Late, ...] = ()
    """Messages that take another time than the network's latency says."""
    pv: Pv = field(factory=Pv)
    campaign: Campaign = field(factory=Campaign)
    cps: tuple[ChargePoint, ...]
    evs: tuple[Vehicle, ...] = ()
    plans: Plans | None = None
    """None: the power is shared, and nothing is promised."""
    id_tags: tuple[Tag, ...] = ()
    script: tuple[At, ...] = ()
    inputs: tuple[At, ...] = ()
    """What somebody did in the session that was saved here, besides the script."""
    saved: Saved | None = None
    """Where that session was left; None where the file is no saved session."""
    expectations: tuple[Expect, ...] = ()
    monitor: bool = False
    """Whether the charge points listen to each other, and tell the log who is not heard."""
    meter_interval_us: int = 10_000_000
    """How often a charging CP puts its meter's value into the log."""
    tick_us: int = 1_000_000
    """How often an EV asks how its charging stands, and what flows is looked at beside events."""
    sites: tuple[CitySite, ...] = ()
    """The sites of a city; none where one group is all there is."""
    arrivals: tuple[Arrivals, ...] = ()
    """The drivers of a city's day."""
    directory: Directory = field(factory=Directory)
    """What the sites of a city tell each other."""
    lesson: Lesson | None = None
    """What it teaches, step by step; None for a scenario that is no lesson."""
    path: str = ""

    @property
    def grant_us(self) -> int:
        """How long a charge point obeys a limit after its last call that was answered; 0 for ever.

        Who plans has to know when the power of one that is cut off is free again: without an end
        of its own, a promise to one driver could hang on the charge point of another.
        """
        return self.site.grant_us or (PLANNED_GRANT_US if self.plans is not None else 0)
