"""What a scenario file expects of a run, in integers; :mod:`scenarios.expect` looks at it."""

from attrs import frozen

DRIVERS = (
    "asked",
    "served",
    "redirected",
    "redirected_in",
    "redirected_out",
    "gave_up",
    "unserved",
)
"""What may be counted of a city's drivers; of one site all but ``redirected`` and ``unserved``."""


@frozen(kw_only=True)
class Expect:
    """One expectation; ``t_us`` is when it is looked at (the end of the run by default).

    Exactly one subject: ``ev``, ``cp``, ``replicas``, ``leader``, ``sessions``, ``power``,
    ``flow``, ``count``, ``promises_broken``, ``bills``, ``money``, ``reads``, ``drivers``,
    ``settled`` or ``violation``.
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
    held_w: tuple[int, int] | None = None
    """With ``cp``: what it may draw at the most as the log knows it, both ends included."""
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
    flow_w: tuple[int, int] | None = None
    """What a cable carries at that time, EVs and other loads less the PV; both ends included."""
    cabinet: str | None = None
    """With ``flow``: whose cable; the site's own where it is left out."""
    count: str | None = None
    """A feature of :data:`paxos.sim.coverage.FEATURES`: how often it has happened."""
    at_least: int | None = None
    """With ``count``: not less often than this."""
    at_most: int | None = None
    """With ``count``: not more often than this."""
    since_us: int | None = None
    """With ``count``: only what happened after this time counts (all of the run by default).

    With ``settled``: when all was well again; whoever came later must have been served.
    """
    bills: int | None = None
    """How many bills were made and closed."""
    money: str | None = None
    """``conserved``: every account is what its entries say, and every bill is right."""
    reads: int | None = None
    """How many reads were answered."""
    site: str | None = None
    """In a city: the site that it is about; without one, of each site."""
    drivers: str | None = None
    """In a city: one of :data:`DRIVERS`; how many there are, by ``at_least`` and ``at_most``."""
    reservation: str | None = None
    """With ``ev``: the answer to its driver's last question, or what became of the reservation."""
    redirected_to: str | None = None
    """With ``ev``: where its driver was redirected to."""
    request: str | None = None
    """With ``ev``: what the plan said of its driver's last request, ``none`` for no request."""
    promise: str | None = None
    """With ``ev``: what became of what its driver was promised last."""
    promises_broken: int | None = None
    """How many promises of energy were broken."""
    settled: str | None = None
    """``all``: everything has come to rest (:mod:`scenarios.settled`)."""
    violation: str | None = None
    """An invariant that is to be violated: the run ends there, as it should."""
    line: int = 0
