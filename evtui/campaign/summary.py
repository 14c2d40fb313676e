"""What a campaign has found, all seeds together."""

from collections.abc import Iterator, Sequence

from attrs import frozen

from evtui.campaign.costs import in_a_line
from evtui.campaign.order import Order
from evtui.counting import counted
from scenarios.campaign.costs import costs_of
from scenarios.campaign.finding import COUNTED, Finding
from scenarios.campaign.view import Costs

HOUR_US = 3_600_000_000
LEAST = 3
"""Of what has happened, so many features that did so least often are named."""


@frozen
class Summary:
    """Totals over all runs of a campaign."""

    runs: int
    failed: int
    events: int
    virtual_us: int
    faults: int
    sessions: int
    leaders: int
    coverage: dict[str, int]
    """How often each feature happened; those that never happened with 0."""
    costs: Costs | None
    """What the runs have cost; None for a city."""

    @property
    def virtual_hours(self) -> float:
        """Virtual time of all runs."""
        return round(self.virtual_us / HOUR_US, 3)


def summary_of(findings: Sequence[Finding]) -> Summary:
    """The totals."""
    coverage = dict.fromkeys(COUNTED, 0)
    for finding in findings:
        for name, count in finding.coverage.items():
            coverage[name] = coverage.get(name, 0) + count
    return Summary(
        runs=len(findings),
        failed=sum(bool(finding.problems) for finding in findings),
        events=sum(finding.events for finding in findings),
        virtual_us=sum(finding.virtual_us for finding in findings),
        faults=sum(finding.faults for finding in findings),
        sessions=sum(finding.sessions for finding in findings),
        leaders=sum(finding.leaders for finding in findings),
        coverage=coverage,
        costs=costs_of(findings),
    )


def lines_of(order: Order, total: Summary) -> Iterator[str]:
    """The totals as text."""
    verdict = "all settled" if not total.failed else f"{total.failed:,} failed"
    yield f"{order.scenario.name} with {order.profile.name}, {seeds_words(order.seeds)}: {verdict}"
    if order.scenario.mutant:
        yield f"planted: {order.scenario.mutant}"
    yield ", ".join(
        (
            counted(total.runs, "run"),
            counted(total.events, "event"),
            f"{total.virtual_hours:,.1f} virtual hours",
            counted(total.faults, "fault"),
            counted(total.sessions, "session"),
            counted(total.leaders, "leader"),
        )
    )
    if total.costs is not None:
        yield in_a_line(total.costs)
    never = [name for name in COUNTED if not total.coverage[name]]
    if never:
        yield f"never happened: {', '.join(never)}"
    happened = [name for name in COUNTED if total.coverage[name]]
    least = sorted(happened, key=lambda name: total.coverage[name])[:LEAST]
    if least:
        yield f"least often: {', '.join(f'{name} {total.coverage[name]:,}' for name in least)}"
    if names := expected_violations(order):
        yield (
            f"{order.scenario.name} says itself that {' and '.join(names)} is to be violated: its "
            "script leaves what the protocol is made for"
        )


def seeds_words(seeds: range) -> str:
    """``seeds 0 to 299``, or ``seed 7``."""
    return f"seed {seeds[0]}" if len(seeds) == 1 else f"seeds {seeds[0]:,} to {seeds[-1]:,}"


def expected_violations(order: Order) -> list[str]:
    """Invariants that the scenario itself expects to be violated."""
    names = [it.violation for it in order.scenario.expectations if it.violation is not None]
    return list(dict.fromkeys(names))
