"""A run of a city from beginning to end, without anybody at the controls."""

from collections.abc import Callable, Sequence
from typing import TextIO

from attrs import evolve

from scenarios.breakpoints.words import Breakpoint
from scenarios.city.report import CityReport, report
from scenarios.city.session import CitySession
from scenarios.runner import run_to
from scenarios.schema import Scenario
from scenarios.tracing import TraceWriter


def run(
    scenario: Scenario,
    *,
    seed: int | None = None,
    until_us: int | None = None,
    trace: TextIO | None = None,
    on_progress: Callable[[int], None] | None = None,
    breakpoints: Sequence[Breakpoint] = (),
) -> CityReport:
    """Run a city and report.

    ``until_us`` ends it early; expectations of later times are then not looked at. ``trace`` takes
    one JSON line for each event of a site, with the site's id in ``site``. The run stops before the
    next event when one of the ``breakpoints`` is met at a site.
    """
    writer = None if trace is None else TraceWriter(trace)
    session = CitySession(scenario, seed, listener=writer)
    hit = run_to(session, until_us, on_progress, breakpoints)
    return evolve(report(session), stopped=hit)
