"""What a run showed: one value, for programs as JSON; as text: :mod:`scenarios.report_text`."""

from collections.abc import Sequence

from attrs import frozen
from cattrs.preconf.json import make_converter

from fsm.network.bills import OPEN, PAID
from fsm.network.state import NetworkState
from scenarios.audit import findings
from scenarios.expect import Outcome
from scenarios.postmortem import Violation
from scenarios.report_text import lines
from scenarios.view import CpView, EvView, ReservationView, SessionView, View

_JSON = make_converter(forbid_extra_keys=True)

EXIT_OK = 0
EXIT_VIOLATED = 1


@frozen
class Expectation:
    """One expectation: its sentence, whether it held, and what was seen."""

    text: str
    held: bool
    found: str


@frozen
class CpReport:
    """A charge point when the run ended. Energy in Wh; slots count from 1, 0 means none."""

    state: str
    status: str
    role: str
    ocpp_status: str
    energy_wh: float
    promised: str
    commit_slot: int
    applied_slot: int
    state_digest: str


@frozen
class EvReport:
    """An EV when the run ended. State of charge in percent, energy in Wh."""

    state: str
    soc: float
    energy_wh: float


@frozen
class SessionReport:
    """One charging transaction. Times in virtual seconds; ``stop_s`` is None while it runs."""

    ev: str
    cp: str
    start_s: float
    stop_s: float | None
    energy_wh: int
    cents: int
    """What it costs, or costs so far."""
    tokens: int
    """What its driver gets for flexibility, in Wh."""
    bill: str
    """running, open or paid."""
    id_tag: str = ""
    authorized_by: str = ""
    """ISO14443 (an id tag) or eMAID (a contract certificate)."""
    receipt: str = ""
    """What became of the meter's signed receipt; empty while it runs."""
    billable_wh: int = 0


@frozen
class RefusalReport:
    """Who was refused at a charge point, when, and by which code of OCPP or ISO 15118."""

    time_s: float
    cp: str
    ev: str
    who: str
    code: str


@frozen
class ReservationReport:
    """What a driver asked for. Times in virtual seconds; ``cp`` is empty if nothing was promised.

    ``answer`` is reserved, redirected, refused, unanswered or asked; ``fate`` what became of it.
    ``news`` is moved or lost when its driver was told that a fault took it from ``left``.
    """

    ev: str
    asked_cp: str
    cp: str
    answer: str
    fate: str
    reason: str
    from_s: float
    until_s: float
    held_until_s: float
    news: str
    left: str


@frozen
class AccountReport:
    """An account of the ledger when the run ended; see :mod:`fsm.network.ledger`."""

    cents: int
    tokens: int
    owed_cents: int


@frozen
class MoneyReport:
    """All the money. ``problems`` is empty when everything is conserved and every bill right."""

    earned_cents: int
    owed_cents: int
    tokens: int
    problems: tuple[str, ...]
    accounts: dict[str, AccountReport]


@frozen
class PromiseReport:
    """What a driver asked for until his departure, and what became of it."""

    ev: str
    cp: str
    request: str
    """pending, accepted or refused; met, withdrawn or lapsed where it was over before a plan."""
    promise: str
    """open, kept, broken or released; empty where nothing was promised."""
    promised_wh: int
    delivered_wh: int
    departure_s: float
    reason: str
    causes: tuple[str, ...]
    """What hindered it while it was to be kept, and for how long each."""


@frozen
class RailReport:
    """A cable: the site's connection, or a cabinet's. Power in W."""

    capacity_w: int
    peak_w: int
    """The most that it carried at an instant: EVs and other loads, less the PV."""
    ev_peak_w: int = 0
    """The most that EVs drew at an instant; so for other loads, and what the PV delivered."""
    loads_peak_w: int = 0
    pv_peak_w: int = 0


@frozen
class PowerReport:
    """The cables, and what became of grants."""

    site: RailReport
    cabinets: dict[str, RailReport]
    trips: int
    """How often a guard opened its contactor."""
    grants_ended: int
    """How many grants the log gave up."""
    guarded: bool = False
    """Whether grants end, and guards hold charge points to them."""


@frozen
class Report:
    """A run and its verdict; the attributes are the keys of the JSON object, in its order."""

    scenario: str
    seed: int
    mutant: str | None
    """The mistake that was planted in the protocol."""
    virtual_s: float
    events: int
    messages: int
    committed: int
    """The highest slot that any charge point knows to be committed."""
    leader: str | None
    digest: str
    """Digest of everything that happened: equal runs have equal digests."""
    violations: tuple[Violation, ...]
    violation_expected: bool
    """Whether the scenario is there to show this violation: then it is no failure."""
    expectations: tuple[Expectation, ...]
    cps: dict[str, CpReport]
    evs: dict[str, EvReport]
    sessions: tuple[SessionReport, ...]
    refusals: tuple[RefusalReport, ...]
    reservations: tuple[ReservationReport, ...]
    coverage: dict[str, int]
    """How often each feature happened (:data:`paxos.sim.coverage.FEATURES`)."""
    money: MoneyReport
    promises: tuple[PromiseReport, ...]
    power: PowerReport

    @property
    def failed(self) -> tuple[Expectation, ...]:
        """The expectations that did not hold."""
        return tuple(e for e in self.expectations if not e.held)

    @property
    def exit_code(self) -> int:
        """0 if all expectations held and nothing was violated, or only as expected; else 1.

        Money that does not add up is a violation.
        """
        unexpected = self.violations and not self.violation_expected
        wrong = unexpected or self.failed or (self.money.problems and not self.violations)
        return EXIT_VIOLATED if wrong else EXIT_OK

    def to_json(self) -> str:
        """One JSON object, on one line, in ASCII, with keys in a fixed order."""
        return _JSON.dumps(self)

    def to_text(self) -> str:
        """The report for people, a few tables without colour."""
        return "\n".join(lines(self)) + "\n"


def from_view(
    view: View,
    digest: str,
    violations: Sequence[Violation],
    outcomes: Sequence[Outcome],
    coverage: dict[str, int],
    network: NetworkState,
) -> Report:
    """The report of a run that ended in ``view``, with ``network`` the newest state."""
    evs = {ev.id: ev for ev in (*view.evs, *view.unplugged)}
    return Report(
        scenario=view.scenario,
        seed=view.seed,
        mutant=view.mutant or None,
        virtual_s=_seconds(view.time_us),
        events=view.events,
        messages=view.messages,
        committed=max((cp.commit_slot for cp in view.cps), default=0),
        leader=view.leader,
        digest=digest,
        violations=tuple(violations),
        violation_expected=bool(violations)
        and any(o.held and o.expect.violation is not None for o in outcomes),
        expectations=tuple(Expectation(o.text, o.held, o.found) for o in outcomes),
        cps={cp.id: _cp(cp) for cp in view.cps},
        evs={name: _ev(evs[name]) for name in sorted(evs, key=_natural)},
        sessions=tuple(_session(session) for session in view.sessions),
        reservations=tuple(_reservation(each) for each in view.reservations),
        refusals=tuple(
            RefusalReport(_seconds(r.time_us), r.cp, r.ev, r.who, r.code) for r in view.refusals
        ),
        coverage=coverage,
        money=_money(network),
        promises=_promises(view),
        power=_power(view),
    )


def _promises(view: View) -> tuple[PromiseReport, ...]:
    requests = view.plan.requests if view.plan else ()
    return tuple(
        PromiseReport(
            ev=it.ev,
            cp=it.cp,
            request=it.status,
            promise=it.promise,
            promised_wh=it.energy_wh,
            delivered_wh=it.delivered_wh,
            departure_s=it.departure_us / 1e6,
            reason=it.reason,
            causes=it.causes,
        )
        for it in requests
    )


def _power(view: View) -> PowerReport:
    rails = {
        it.id: RailReport(
            it.capacity_w, it.flow_peak_w, it.ev_peak_w, it.loads_peak_w, it.pv_peak_w
        )
        for it in view.rails
    }
    site = rails.pop("", RailReport(view.capacity_w, 0))
    guarded = any(cp.guard_w is not None for cp in view.cps)
    return PowerReport(site, rails, view.trips, view.grants_ended, guarded)


def _cp(cp: CpView) -> CpReport:
    return CpReport(
        state=cp.state,
        status=cp.status,
        role=cp.role,
        ocpp_status=cp.ocpp_status,
        energy_wh=round(cp.energy_wh, 3),
        promised=cp.promised,
        commit_slot=cp.commit_slot,
        applied_slot=cp.applied_slot,
        state_digest=cp.state_digest,
    )


def _ev(ev: EvView) -> EvReport:
    return EvReport(state=ev.state, soc=round(ev.soc, 4), energy_wh=round(ev.energy_wh, 3))


def _session(session: SessionView) -> SessionReport:
    stop = None if session.stop_us is None else _seconds(session.stop_us)
    return SessionReport(
        session.ev,
        session.cp,
        _seconds(session.start_us),
        stop,
        session.energy_wh,
        session.cents,
        session.tokens,
        session.bill,
        session.id_tag,
        session.authorized_by,
        session.receipt,
        session.billable_wh,
    )


def _reservation(each: ReservationView) -> ReservationReport:
    return ReservationReport(
        ev=each.ev,
        asked_cp=each.asked_cp,
        cp=each.cp,
        answer=each.answer,
        fate=each.fate,
        reason=each.reason,
        from_s=_seconds(each.from_us),
        until_s=_seconds(each.until_us),
        held_until_s=_seconds(each.held_until_us),
        news=each.news,
        left=each.left,
    )


def _money(network: NetworkState) -> MoneyReport:
    accounts = network.accounts
    bills = network.bills.values()
    return MoneyReport(
        earned_cents=sum(bill.cents for bill in bills if bill.status == PAID),
        owed_cents=sum(bill.cents for bill in bills if bill.status == OPEN),
        tokens=sum(bill.tokens for bill in bills),
        problems=tuple(findings(network.state)),
        accounts={
            name: AccountReport(account.cents, account.tokens, account.owed_cents)
            for name, account in accounts.items()
        },
    )


def _seconds(time_us: int) -> float:
    return time_us / 1_000_000


def _natural(name: str) -> tuple[str, int, str]:
    """EV2 before EV10."""
    stem = name.rstrip("0123456789")
    number = name[len(stem) :]
    return (stem, int(number or 0), name)
