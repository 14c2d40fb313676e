"""The report of a city's run for people."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fsm.ocpp.money import euros
from scenarios.report_text import power_words, table, verdict
from scenarios.units import DURATION, POWER

if TYPE_CHECKING:
    from scenarios.city.report import CityReport

REFUSALS_SHOWN = 12
"""So many drivers who gave up stand in the text; the JSON has them all."""


def lines(report: "CityReport") -> Iterator[str]:
    """All of it, line by line."""
    took = DURATION.format(round(report.virtual_s * 1_000_000))
    yield (
        f"{report.scenario}, seed {report.seed}: {took} of virtual time, {report.events:,} events, "
        f"{len(report.sites)} sites, {report.news_sent:,} messages between them"
    )
    if report.mutant is not None:
        yield f"planted: {report.mutant} (docs/mutants.md)"
    yield f"digest {report.digest}"
    yield ""
    rows = [
        (name, site.kind, site.leader or "none", f"{site.cps_up}/{site.cps}",
         f"{POWER.format(site.peak_w, ' ')} of {POWER.format(site.capacity_w, ' ')}",
         f"{site.sessions:,}", f"{site.energy_wh / 1_000:,.1f} kWh", euros(site.earned_cents),
         f"{site.asked:,}", f"{site.served:,}", f"{site.redirected_in:,}",
         f"{site.redirected_out:,}", f"{site.refused:,}")
        for name, site in report.sites.items()
    ]  # fmt: skip
    head = ("site", "kind", "leader", "up", "peak", "sessions", "energy", "earned", "asked",
            "served", "in", "out", "refused")  # fmt: skip
    yield from table(head, rows, right=(3, 4, 5, 6, 7, 8, 9, 10, 11, 12))
    yield ""
    drivers = report.drivers
    yield (
        f"{drivers.asked:,} drivers asked: {drivers.served:,} served, {drivers.redirected:,} of "
        f"all redirected to another site, {drivers.gave_up:,} gave up, {drivers.unserved:,} left "
        f"without energy, {drivers.on_the_way + drivers.asking:,} not done yet"
    )
    yield (
        f"{report.sessions:,} sessions, {report.energy_wh / 1_000:,.1f} kWh, "
        f"{euros(report.earned_cents)} earned"
    )
    if power := power_words(report.coverage["grants_ended"], report.coverage["guard_trips"]):
        yield power
    if report.redirects:
        yield ""
        moves = [(each.asked, each.served_by, f"{each.drivers:,}") for each in report.redirects]
        yield from table(("asked", "served by", "drivers"), moves, right=(2,))
    yield from _refused(report)
    yield ""
    problems = [
        f"  NOT CONSERVED at {name}: {problem}"
        for name, site in report.sites.items()
        for problem in site.problems
    ]
    yield from verdict(
        report.expectations,
        report.violations,
        expected=report.violation_expected,
        problems=problems,
    )


def _refused(report: "CityReport") -> Iterator[str]:
    gave_up = [each for each in report.travels if each.status == "gave up"]
    if not gave_up:
        return
    yield ""
    rows = [
        (each.ev, DURATION.format(round(each.asked_s) * 1_000_000), each.reason)
        for each in gave_up[:REFUSALS_SHOWN]
    ]
    yield from table(("gave up", "asked", "why"), rows, right=(1,))
    if len(gave_up) > REFUSALS_SHOWN:
        yield f"and {len(gave_up) - REFUSALS_SHOWN:,} more: see --json"
