"""What a city's run showed: one value, for programs as JSON; as text: beside this file."""

from attrs import frozen
from cattrs.preconf.json import make_converter

from scenarios.audit import findings
from scenarios.city.look import drivers_served, energy_of
from scenarios.city.report_text import lines
from scenarios.city.session import CitySession
from scenarios.city.travellers import Traveller
from scenarios.city.view import SiteView, Tally
from scenarios.postmortem import Violation, postmortem
from scenarios.report import EXIT_OK, EXIT_VIOLATED, Expectation
from scenarios.till import newest

_JSON = make_converter(forbid_extra_keys=True)


@frozen
class SiteReport:
    """One site when the run ended. Power in W, energy in Wh, money in cents."""

    kind: str
    leader: str | None
    cps: int
    cps_up: int
    capacity_w: int
    peak_w: int
    """The most that was drawn at once."""
    sessions: int
    """Transactions that were closed."""
    charging: int
    energy_wh: int
    earned_cents: int
    asked: int
    served: int
    redirected_in: int
    redirected_out: int
    refused: int
    committed: int
    """Its highest committed slot."""
    digest: str
    problems: tuple[str, ...]
    """What is wrong with its money; empty when all is well."""


@frozen
class RedirectReport:
    """How many drivers who asked one site first were promised a connector by another."""

    asked: str
    served_by: str
    drivers: int


@frozen
class QuestionReport:
    """One question of a driver; ``why`` that site: nearest, told of it, or by the map."""

    site: str
    why: str
    answer: str
    reason: str


@frozen
class DriverReport:
    """A driver who asked more than one site, or got nothing. Times in virtual seconds."""

    ev: str
    asked_s: float
    status: str
    reason: str
    energy_wh: int
    questions: tuple[QuestionReport, ...]


@frozen
class CityReport:
    """A city's run and its verdict; the attributes are the keys of the JSON object."""

    scenario: str
    seed: int
    mutant: str | None
    """The mistake that was planted in the protocol, at every site."""
    virtual_s: float
    events: int
    digest: str
    """Digest of everything that happened, at every site and between them."""
    drivers: Tally
    sessions: int
    energy_wh: int
    earned_cents: int
    news_sent: int
    """Messages between sites; of them ``news_lost`` reached nobody."""
    news_lost: int
    sites: dict[str, SiteReport]
    redirects: tuple[RedirectReport, ...]
    travels: tuple[DriverReport, ...]
    violations: tuple[Violation, ...]
    violation_expected: bool
    expectations: tuple[Expectation, ...]
    coverage: dict[str, int]

    @property
    def failed(self) -> tuple[Expectation, ...]:
        """The expectations that did not hold."""
        return tuple(each for each in self.expectations if not each.held)

    @property
    def exit_code(self) -> int:
        """0 if all expectations held and nothing was violated, or only as expected; else 1."""
        unexpected = self.violations and not self.violation_expected
        money = any(site.problems for site in self.sites.values()) and not self.violations
        return EXIT_VIOLATED if unexpected or self.failed or money else EXIT_OK

    def to_json(self) -> str:
        """One JSON object, on one line, in ASCII, with keys in a fixed order."""
        return _JSON.dumps(self)

    @staticmethod
    def from_json(text: str) -> "CityReport":
        """The report that :meth:`to_json` wrote.

        Raises ValueError when the text is no JSON, and cattrs' errors when it is no report.
        """
        return _JSON.loads(text, CityReport)

    def to_text(self) -> str:
        """The report for people."""
        return "\n".join(lines(self)) + "\n"


def report(session: CitySession) -> CityReport:
    """What a session of a city found up to now."""
    city, view = session.city, session.city_view(1)
    violation = _violation(session)
    served = drivers_served(city)
    redirects: dict[tuple[int, int], int] = {}
    for traveller in city.travellers.all:
        granted = traveller.granted
        if granted is not None and traveller.is_redirected:
            ends = (traveller.first, granted.site)
            redirects[ends] = redirects.get(ends, 0) + 1
    return CityReport(
        scenario=view.scenario,
        seed=view.seed,
        mutant=city.scenario.mutant or None,
        virtual_s=view.time_us / 1_000_000,
        events=view.events,
        digest=city.digest(),
        drivers=view.tally,
        sessions=sum(site.sessions for site in view.sites),
        energy_wh=sum(site.energy_wh for site in view.sites),
        earned_cents=sum(site.earned_cents for site in view.sites),
        news_sent=view.news_sent,
        news_lost=view.news_lost,
        sites={site.id: _site(session, number, site) for number, site in enumerate(view.sites, 1)},
        redirects=tuple(
            RedirectReport(city.sites[asked].id, city.sites[by].id, count)
            for (asked, by), count in sorted(redirects.items())
        ),
        travels=tuple(
            _driver(session, traveller, energy_of(traveller, served))
            for traveller in city.travellers.all
            if len(traveller.tries) > 1 or not traveller.granted
        ),
        violations=() if violation is None else (violation,),
        violation_expected=violation is not None
        and any(o.held and o.expect.violation == violation.invariant for o in session.outcomes),
        expectations=tuple(Expectation(o.text, o.held, o.found) for o in session.outcomes),
        coverage=city.covered(),
    )


def _violation(session: CitySession) -> Violation | None:
    city = session.city
    if city.violated is not None:
        return postmortem(city.violated)
    broken = city.own_violation
    if broken is None:
        return None
    rows = city.log.window(None, 12)[1]
    told = tuple(f"{row.time_us / 1e6:.6f} s  {row.subject}  {row.text}" for row in rows)
    return Violation(
        broken.name, str(broken), city.now_us / 1e6, city.events, None, (), (), told
    )  # fmt: skip


def _site(session: CitySession, number: int, site: SiteView) -> SiteReport:
    world = session.city.worlds[number]
    nodes = [node for n in world.ids if (node := world.node(n)) is not None]
    return SiteReport(
        kind=site.kind,
        leader=site.leader,
        cps=site.cps,
        cps_up=site.cps_up,
        capacity_w=site.capacity_w,
        peak_w=site.peak_w,
        sessions=site.sessions,
        charging=site.charging,
        energy_wh=site.energy_wh,
        earned_cents=site.earned_cents,
        asked=site.asked,
        served=site.served,
        redirected_in=site.redirected_in,
        redirected_out=site.redirected_out,
        refused=site.refused,
        committed=max((node.replica.commit_slot for node in nodes), default=0),
        digest=world.cluster.trace.digest(),
        problems=tuple(findings(newest(world).state)),
    )


def _driver(session: CitySession, traveller: Traveller, energy_wh: int) -> DriverReport:
    names = session.city.sites
    return DriverReport(
        ev=traveller.trip.vehicle.id,
        asked_s=traveller.trip.asks_us / 1_000_000,
        status=traveller.status,
        reason=traveller.reason,
        energy_wh=energy_wh,
        questions=tuple(
            QuestionReport(names[each.site].id, each.why, each.ask.answer, each.ask.reason)
            for each in traveller.tries
        ),
    )
