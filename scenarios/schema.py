"""What a scenario file says, in integers: microseconds, watts, watt-hours, parts per million.

These classes are the meaning of a scenario; :mod:`scenarios.loader` reads the text. A scenario is
a value: two equal scenarios with the same seed and the same inputs give the same run, byte for
byte.
"""

from typing import Literal

from attrs import field, frozen

from paxos.snapshot import CHUNK_BYTES

Current = Literal["AC", "DC"]

Payment = Literal["contract", "external"]

LEADER = "leader"
"""Instead of a CP's id: whoever leads when it happens; for ``resume``, who led when paused."""

EVERYONE = "all"
"""Instead of a CP's id with an instruction: every charge point that has booted."""

VERBS: dict[str, tuple[str, ...]] = {
    # charging: what people do with cars
    "plug_in": ("ev", "cp"),
    "unplug": ("ev",),
    "stop_charging": ("ev",),
    "pause_charging": ("ev",),
    "resume_charging": ("ev",),
    "mute_ev": ("ev",),
    "unmute_ev": ("ev",),
    # charging: what the operator wants, and what breaks
    "stop_cp": ("cp",),
    "resume_cp": ("cp",),
    "remote_start": ("cp", "id_tag"),
    "remote_stop": ("cp",),
    "reset": ("cp", "kind"),
    "set_profile": ("cp", "limit_w"),
    "clear_profile": ("cp",),
    "composite_schedule": ("cp", "for_us"),
    "stick_contactor": ("cp",),
    "free_contactor": ("cp",),
    # drivers: they ask the network for a connector
    "reserve": ("ev", "from_us", "until_us", "energy_wh"),
    "change_reservation": ("ev", "from_us", "until_us"),
    "cancel_reservation": ("ev",),
    # nodes
    "crash": ("cp",),
    "restart": ("cp",),
    "pause": ("cp",),
    "resume": ("cp",),
    "crash_after_write": ("cp",),
    "disarm": ("cp",),
    "slow": ("cp", "delay_us"),
    "slow_disk": ("cp", "fsync_us"),
    "fill_disk": ("cp",),
    "free_disk": ("cp",),
    "clock_drift": ("cp", "drift_ppm"),
    "clock_offset": ("cp", "offset_us"),
    # who belongs to the group
    "admit": ("cp",),
    "promote": ("cp",),
    "demote": ("cp",),
    "remove": ("cp",),
    "wipe": ("cp",),
    # what the network knows
    "read": ("cp", "how"),
    # who may charge, and what proves how much
    "block_tag": ("id_tag",),
    "unblock_tag": ("id_tag",),
    "report_stolen": ("id_tag",),
    "revoke": ("ev",),
    "tamper_meter": ("cp", "energy_wh"),
    # links between charge points
    "cut": ("a", "b"),
    "cut_oneway": ("a", "b"),
    "join": ("a", "b"),
    "partition": ("groups",),
    "heal": (),
    "loss": ("rate_ppm",),
    "duplicate": ("rate_ppm",),
    "reorder": ("rate_ppm",),
    "corrupt": ("rate_ppm",),
    "delay": ("extra_us",),
}
"""Every verb of a script, and the arguments it takes, in order.

``heal`` undoes every link fault; it restarts nothing. The five rates apply to every link between
charge points, or to one link in both directions where ``a`` and ``b`` are given as well.
``stop_cp``, ``resume_cp``, ``remote_start``, ``remote_stop``, ``reset`` and the three of charging
profiles are instructions: they go through the log to their charge point, or, with ``all``, to every
one. ``mute_ev`` lets an EV's
computer hang. ``reserve`` asks the charge point that is nearest to the EV, or the one named.
``admit`` switches a charge point on that was off, and it asks to join; ``remove`` is for ever.
``wipe`` takes a charge point's disk away, and it is down: after ``restart`` it joins as another
node. ``disarm`` calls ``crash_after_write`` off; what makes slow, and a clock's drift and offset,
are undone by 0. ``tamper_meter`` adds energy to the last reading of each transaction after the
meter has signed it; 0 undoes it. What changes an id tag or revokes an EV's contract goes through
the log.
"""

_RATES = ("loss", "duplicate", "reorder", "corrupt", "delay")
OPTIONAL: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(_RATES, ("a", "b", "oneway")),
    "reserve": ("cp", "hold_us"),
    "set_profile": ("from_us", "for_us", "stack_level", "purpose"),
    "clear_profile": ("stack_level", "purpose"),
}
"""Arguments that a verb may have besides."""


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
    """One line of the script: at ``t_us``, do ``verb`` with ``args`` (see :data:`VERBS`)."""

    t_us: int
    verb: str
    args: dict[str, object] = field(factory=dict)
    line: int = 0


@frozen(kw_only=True)
class Expect:
    """One expectation; ``t_us`` is when it is looked at (the end of the run by default).

    Exactly one subject: ``ev``, ``cp``, ``replicas``, ``leader``, ``sessions``, ``power``,
    ``count``, ``bills``, ``money``, ``reads`` or ``violation``.
    """

    t_us: int
    ev: str | None = None
    cp: str | None = None
    state: str | None = None
    """With ``ev`` an EV state, with ``cp`` a charge point's ISO 15118 state."""
    status: str | None = None
    """With ``cp``: alive, paused, crashed or off."""
    role: str | None = None
    """With ``cp``: leader, candidate, follower, learner or ``no member``."""
    connector: str | None = None
    """With ``cp``: its connector's status in OCPP 1.6, as last reported."""
    monitor: str | None = None
    """With ``cp``: the word of :class:`fsm.network.monitoring.Monitored`, as the log knows it."""
    reason: str | None = None
    """With ``ev``: why its last session's transaction was stopped (OCPP 1.6)."""
    energy_wh: tuple[int, int] | None = None
    """With ``ev`` or ``cp``: delivered energy, both ends included."""
    refused: str | None = None
    """With ``ev``: the code by which it was refused last, ``no`` for never."""
    authorized_by: str | None = None
    """With ``ev``: what identified the driver of its last session."""
    receipt: str | None = None
    """With ``ev``: what became of the meter's receipt of its last session."""
    soc_ppm: tuple[int, int] | None = None
    session_start_us: tuple[int, int] | None = None
    """With ``ev``: when its last session's transaction began, both ends included."""
    session_stop_us: tuple[int, int] | None = None
    paid_cents: tuple[int, int] | None = None
    """With ``ev`` what its driver has paid, with ``cp`` what it has earned, ends included."""
    owes_cents: tuple[int, int] | None = None
    """With ``ev``: what its driver owes."""
    tokens: tuple[int, int] | None = None
    """With ``ev``: what its driver got for flexibility, in Wh."""
    replicas: str | None = None
    """``equal``: every live replica has the same applied slot and state digest."""
    leader: str | None = None
    """A charge point's id, ``any`` (exactly one live leader) or ``none``."""
    sessions: int | None = None
    """How many sessions were begun and ended."""
    power_w: tuple[int, int] | None = None
    """The network's total power at that time, both ends included."""
    count: str | None = None
    """A feature of :data:`paxos.sim.coverage.FEATURES`: how often it has happened."""
    at_least: int | None = None
    """With ``count``: not less often than this."""
    at_most: int | None = None
    """With ``count``: not more often than this."""
    since_us: int | None = None
    """With ``count``: only what happened after this time counts (all of the run by default)."""
    bills: int | None = None
    """How many bills were made and closed."""
    money: str | None = None
    """``conserved``: every account is what its entries say, and every bill is right."""
    reads: int | None = None
    """How many reads were answered."""
    reservation: str | None = None
    """With ``ev``: the answer to its driver's last question, or what became of the reservation."""
    redirected_to: str | None = None
    """With ``ev``: where its driver was redirected to."""
    violation: str | None = None
    """An invariant that is to be violated: the run ends there, as it should."""
    line: int = 0


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
    site: Site = field(factory=Site)
    network: Network = field(factory=Network)
    paxos: Consensus = field(factory=Consensus)
    prices: Prices = field(factory=Prices)
    bands: tuple[PriceBand, ...] = ()
    """The first that holds counts; outside of them ``prices``."""
    cabinets: tuple[Cabinet, ...] = ()
    loads: tuple[Load, ...] = ()
    pv: Pv = field(factory=Pv)
    cps: tuple[ChargePoint, ...]
    evs: tuple[Vehicle, ...] = ()
    id_tags: tuple[Tag, ...] = ()
    script: tuple[At, ...] = ()
    expectations: tuple[Expect, ...] = ()
    monitor: bool = False
    """Whether the charge points listen to each other, and tell the log who is not heard."""
    meter_interval_us: int = 10_000_000
    """How often a charging CP puts its meter's value into the log."""
    path: str = ""
