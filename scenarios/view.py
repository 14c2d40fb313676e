"""One frozen picture of the world: all that the interface may see.

A view is built on demand by :meth:`scenarios.session.Session.view` and shares nothing mutable with
the world. Long lists (the replicated log, the event log) are given as the window asked for and
their total length, so that building a view costs the same after ten minutes as after a day.
"""

from typing import TYPE_CHECKING

from attrs import frozen

from paxos.membership import quorums_after
from scenarios.charging.view import ChargingView, ChargingWindow
from scenarios.faults_view import FaultsView
from scenarios.log.view import CellState as CellState
from scenarios.log.view import LogCell as LogCell
from scenarios.log.view import LogTable, LogWindow
from scenarios.ocpp_view import OcppView, OcppWindow
from scenarios.tables_view import (
    DriverWindow,
    InvariantsView,
    LedgerView,
    LedgerWindow,
    LinksView,
    LinkWindow,
    OperatorView,
)

if TYPE_CHECKING:
    from scenarios.driver_view import DriversView


@frozen
class Window:
    """Which part of the long lists is wanted: the last ``rows`` when ``first`` is None."""

    log_first: int | None = None
    log_rows: int = 40
    event_first: int | None = None
    event_rows: int = 40
    links: LinkWindow | None = None
    """Which part of the matrix of links is wanted; None: nothing of it."""
    ledger: LedgerWindow | None = None
    """Which rows of the ledger are wanted; None: nothing of it."""
    invariants: bool = False
    """Whether the invariants are wanted, one by one."""
    faults: bool = False
    """Whether the faults that are on are wanted."""
    operator_rows: int = 0
    """How many alarms and instructions are wanted at the most; 0: nothing of the operator's."""
    drivers: DriverWindow | None = None
    """Whose app is wanted, and which part of the list of drivers; None: nothing of them."""
    ocpp: OcppWindow | None = None
    """Which calls of OCPP are wanted; None: nothing of them."""
    charging: ChargingWindow | None = None
    """Which part of charging over time is wanted; None: nothing of it."""
    slots: LogWindow | None = None
    """Which slots of the log are wanted in full words, with filter and detail; None: none."""


@frozen
class EvView:
    """An EV. ``soc`` and ``target`` in percent, power in W, energy in Wh taken during the run."""

    id: str
    state: str
    cp: str | None
    soc: float
    target: float
    power_w: int
    energy_wh: float
    pilot: str
    balance_cents: int = 0
    """What its driver has; beside it what is paid so far, and owed for closed bills."""
    paid_cents: int = 0
    owes_cents: int = 0
    tokens: int = 0
    """What its driver got for flexibility, in Wh."""


@frozen
class Refusal:
    """Who was refused at a charge point: EV (empty for none), id tag or eMAID, and the code."""

    time_us: int
    cp: str
    ev: str
    who: str
    code: str


@frozen
class CpView:
    """A charge point: its replica, its ISO 15118 session, its connector.

    Of a crashed one ``promised``, ``accepted``, ``commit_slot`` and its cells of the log are what
    its disk holds; what lived in memory is gone.
    """

    id: str
    status: str
    """alive, paused, crashed, or off: it was never switched on."""
    node: str
    """The node that stands here with its present disk: its id, or ``CP3#2`` with its second."""
    member: str
    """voter, learner or ``no member``: what that node is in the group that decides now."""
    ails: tuple[str, ...]
    """What is wrong with it beside that: disk full, slow disk, slow, dies after a write, dies in a
    write."""
    cut_off: bool
    """Alive, but its links do not reach a quorum of live voters in both directions."""
    state: str
    """One of the eight ISO 15118 states, e.g. ``waiting_ev``."""
    pilot: str
    """Control pilot, A to F."""
    ocpp_status: str
    ev: EvView | None
    power_w: int
    limit_w: int
    """What the network allows it now."""
    rated_w: int
    energy_wh: float
    """Register of its meter."""
    role: str
    """leader, candidate, follower, learner, no member (as it knows itself); ``-`` when it does not
    run."""
    promised: str
    """Promised ballot as ``round.CP``, ``-`` for none."""
    accepted: str
    """Highest accepted ballot."""
    commit_slot: int
    applied_slot: int
    """Slots count from 1; 0 means none."""
    state_digest: str
    """Digest of the replicated state as this CP has it, in hexadecimal; empty when crashed."""
    queued_calls: int
    """OCPP calls that wait for the log."""
    links: tuple[str, ...]
    """State of the link to each CP, in the order of ``View.cps``: ``self``, ``up``, ``cut``,
    ``in`` (only hears), ``out`` (only speaks), ``lossy``."""
    monitored: str = "activated"
    """The word for it as the log knows it: activated, supplying, stopped, out of order or
    disconnected."""
    operative: bool = True
    """Whether the operator wants it in service, as the log knows it."""
    reserved_for: str = ""
    """The EV whose reservation comes first here, empty for none."""
    reserved_until_us: int = 0
    """Until when the connector waits for it."""
    price_ueur: int = 0
    """What a kWh costs here now, in µEUR."""
    cost_cents: int | None = None
    """What the open transaction costs up to its last reading; None without one."""
    flex_tokens: int = 0
    """What that transaction's driver has given up so far, in Wh."""
    held_w: int = 0
    """What it may draw at the most as the log knows it: its limit, or a higher one from before."""
    cabinet: str = ""
    """Behind which cabinet it stands; empty for none."""
    guard_w: int | None = None
    """What its guard lets through now; None where there is none."""
    grant_left_us: int | None = None
    """How long its grant goes on, on its own clock; None where it has no end."""
    grant_ended: bool = False
    """Whether the log has given up its grant, and has not heard it since."""
    earned_cents: int = 0
    """What its bills have brought in."""


@frozen
class LogRow:
    """One slot of the replicated log: the decoded command and a cell for each CP."""

    slot: int
    command: str
    cells: tuple[LogCell, ...]


@frozen
class EventRow:
    """One line of the event log.

    ``severity``: info, fault, repair, consensus, charging or violation.
    """

    time_us: int
    severity: str
    subject: str
    text: str


@frozen
class SessionView:
    """One charging transaction as the most advanced live replica knows it; times in µs."""

    ev: str
    cp: str
    transaction: int
    start_us: int
    stop_us: int | None
    energy_wh: int
    """From the meter readings in the log."""
    reason: str
    """Why it was stopped (OCPP reason), empty while it runs."""
    cents: int = 0
    """What it costs, or costs so far."""
    tokens: int = 0
    """What its driver gets for flexibility, in Wh."""
    bill: str = ""
    """running, open or paid."""
    id_tag: str = ""
    """Under which the network knows the driver: an id tag, or a contract's eMAID."""
    authorized_by: str = ""
    """What identified the driver: ``ISO14443`` (an id tag) or ``eMAID`` (a contract)."""
    receipt: str = ""
    """Good, Bad, Missing or Unsigned; empty while it runs."""
    billable_wh: int = 0
    """What the meter's receipt proves, in Wh; 0 while it runs."""


@frozen
class ReservationView:
    """What a driver asked for and what came of it, as the most advanced live replica knows it."""

    number: int
    """Of the question; also the id of the reservation."""
    ev: str
    asked_cp: str
    cp: str
    """Where the connector is promised; empty for none."""
    answer: str
    """asked (none yet), reserved, redirected, refused or unanswered."""
    fate: str
    """active, used, expired, cancelled, replaced or removed; empty where nothing was promised."""
    reason: str
    """Why it is not the charge point that was asked, or not any more, in words; empty if it is."""
    from_us: int
    until_us: int
    held_until_us: int
    news: str = ""
    """What its driver was told when a fault took it: moved (``cp`` is the new place), or lost."""
    left: str = ""
    """Where it was before the last fault; empty without one."""


@frozen
class RequestView:
    """What a driver asked of the power, and what the plan gives; times in µs, energy in Wh."""

    ev: str
    cp: str
    transaction: int
    status: str
    """pending, accepted or refused; met, withdrawn or lapsed where it was over before a plan."""
    reason: str
    """Why it was refused, or a change of it was."""
    departure_us: int
    energy_wh: int
    """What was asked for, or promised."""
    delivered_wh: int
    """What the log has counted since; of a promise in all of its sessions."""
    promise: str
    """open, kept, broken or released; empty where nothing was promised."""
    causes: tuple[str, ...]
    """What hindered it, and for how long."""
    target_w: int | None
    """What the plan wants now; None where it has nothing for this transaction."""
    planned: tuple[tuple[int, int], ...]
    """The plan for it: (s of the run, W from then on)."""


@frozen
class PlanView:
    """The plan in force and all requests, as the most advanced live replica knows them."""

    number: int
    """0 while there is none."""
    step: int
    """Where the network stands in it: the step, and the second in it from which the limits hold."""
    second: int
    first_step: int
    step_us: int
    algorithm: str
    version: str
    by: str
    at_us: int
    inputs: str
    requests: tuple[RequestView, ...]
    kept: int
    broken: int


@frozen
class RailView:
    """A cable that several share: the site's connection, or a cabinet's. Power in W."""

    id: str
    """The cabinet's; empty for the site's own."""
    capacity_w: int
    ev_w: int
    """What EVs draw."""
    loads_w: int
    """What other loads draw."""
    pv_w: int
    """What the PV delivers; only at the site's rail."""
    flow_w: int
    """What the cable carries; below 0 it feeds the grid."""
    flow_peak_w: int
    """The most that it has carried at an instant."""
    held_w: int
    """What the log lets charge points draw there."""
    free_w: int
    """What nobody holds of what they may."""
    ev_peak_w: int = 0
    """The most that EVs, other loads and the PV had at an instant, each for itself."""
    loads_peak_w: int = 0
    pv_peak_w: int = 0


@frozen
class View:
    """The whole picture at one instant."""

    scenario: str
    title: str
    seed: int
    time_us: int
    duration_us: int
    finished: bool
    events: int
    messages: int
    leader: str | None
    """The live leader with the highest ballot, if any."""
    ballot: str
    voters: int
    """How many vote in the group that decides now, lost disks among them."""
    quorum: int
    """How many of them choose: a quorum of phase 2."""
    electors: int
    """How many of them elect a leader: a quorum of phase 1."""
    capacity_w: int
    """What EVs may draw in all: the site's capacity, less other loads, more by firm PV."""
    power_w: int
    power_history_w: tuple[int, ...]
    """Total power sampled each virtual second, the last 120 at most, oldest first."""
    cps: tuple[CpView, ...]
    evs: tuple[EvView, ...]
    unplugged: tuple[EvView, ...]
    """EVs that are at no CP now."""
    sessions: tuple[SessionView, ...]
    checks: int
    """Invariant checks made so far."""
    violation: str
    """The violated invariant's sentence, empty while all hold."""
    log_last: int
    """Highest slot that any replica knows of."""
    log: tuple[LogRow, ...]
    event_total: int
    event_first: int
    """Index of the first row in ``event_rows``."""
    event_rows: tuple[EventRow, ...]
    expectations_held: int
    expectations_failed: int
    expectations_total: int
    reservations: tuple[ReservationView, ...] = ()
    """All that drivers asked for, the newest last."""
    reads_answered: int = 0
    """How many reads were answered so far."""
    earned_cents: int = 0
    """What all charge points have earned."""
    rails: tuple[RailView, ...] = ()
    """The site's own first, then the cabinets' in the order of the file."""
    loads: tuple[tuple[str, int], ...] = ()
    """The other loads, and what each draws now, in W."""
    trips: int = 0
    """How often a guard has tripped."""
    grants_ended: int = 0
    """How many grants the log has given up."""

    def quorums_of(self, voters: int) -> tuple[int, int]:
        """How many would elect, and how many choose, if so many voted."""
        return quorums_after((self.electors, self.quorum), self.voters, voters)

    refusals: tuple[Refusal, ...] = ()
    """Who was refused, and why; the newest ones."""
    plan: PlanView | None = None
    """None where the network does not plan."""
    links: LinksView | None = None
    """The part of the matrix of links that was asked for."""
    ledger: LedgerView | None = None
    """The rows of the ledger that were asked for, and its sums."""
    invariants: InvariantsView | None = None
    """Every invariant with its checks and margin, if that was asked for."""
    operator: OperatorView | None = None
    """What an operator sees besides, if that was asked for."""
    drivers: "DriversView | None" = None
    """The list of drivers and one's app, if that was asked for."""
    ocpp: OcppView | None = None
    """The calls of OCPP that were asked for."""
    charging: ChargingView | None = None
    """Charging over time, if that was asked for."""
    slots: LogTable | None = None
    """The slots that were asked for; None also where nobody keeps the log."""
    faults: FaultsView | None = None
    """The faults that are on, if that was asked for."""
    has_pv: bool = False
    """Whether the site has photovoltaics, whatever they deliver now."""
    mutant: str = ""
    """The mistake that is planted in the protocol; empty where it is as it should be."""
