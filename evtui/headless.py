"""Commands that need no terminal: run a scenario, list the library. Never imports Textual."""

import contextlib
import io
import itertools
import json
import os
import shlex
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from evtui import progress
from evtui.breaks import breakpoints_of, quoted
from evtui.errors import UsageError, reason
from evtui.options import Reporting
from scenarios.expect import sentence
from scenarios.kinds import printable
from scenarios.loader import file_of, library, load
from scenarios.report import Report
from scenarios.schema import Scenario
from scenarios.units import DURATION

if TYPE_CHECKING:
    from scenarios.breakpoints.words import Breakpoint
    from scenarios.city.report import CityReport
    from scenarios.runner import Listener
    from scenarios.session import Session

PROGRESS_S = 0.1
"""Least wall time between two looks at the progress."""

STDOUT = "-"
EVERY_SLOT = 1 << 40
"""Of a run without a terminal no slot is forgotten."""


def run_headless(name: str, options: Reporting) -> int:
    """Run, report, and return the exit code.

    Raises:
        UsageError: what was asked for cannot be done.
        scenarios.errors.ScenarioError: the scenario cannot be used.

    """
    scenario = load(name)
    _check(name, options, scenario)
    breakpoints = breakpoints_of(options.breaks, scenario, options.seed)
    if scenario.sites:
        return _run_city(name, options, scenario, breakpoints)
    from scenarios.runner import run

    with (
        _file("--trace", options.trace) as trace,
        _ocpp_log(options.ocpp_log, options.ocpp_version or "1.6") as listener,
        _file("--record", options.record) as record,
        _late_file("--history", options.history) as history,
        _diagram(options, scenario) as draw,
        _log_json(options.log_json) as keep,
        _progress(scenario, options.until_us) as on_progress,
    ):
        report = run(
            scenario,
            seed=options.seed,
            until_us=options.until_us,
            trace=trace,
            listener=listener,
            record=record,
            history=history,
            attend=_all(draw, keep),
            on_progress=on_progress,
            breakpoints=breakpoints,
        )
    return _tell(report, name, options, scenario)


def _all(*attend: "Callable[[Session], None] | None") -> "Callable[[Session], None]":
    """All that are given the session before it runs, as one."""

    def each(session: "Session") -> None:
        for it in attend:
            if it is not None:
                it(session)

    return each


def _run_city(
    name: str, options: Reporting, scenario: Scenario, breakpoints: "tuple[Breakpoint, ...]"
) -> int:
    """Run a city: as any scenario, with another report."""
    for option, target in (
        ("--ocpp-log", options.ocpp_log),
        ("--record", options.record),
        ("--history", options.history),
        ("--diagram", options.diagram),
        ("--log-json", options.log_json),
    ):
        if target is not None:
            raise UsageError(
                f"{option}: found it with {scenario.name}, a city; allowed with a scenario of one "
                "site: each site of a city has a log of its own"
            )
    from scenarios.city.runner import run

    with (
        _file("--trace", options.trace) as trace,
        _progress(scenario, options.until_us) as on_progress,
    ):
        report = run(
            scenario,
            seed=options.seed,
            until_us=options.until_us,
            trace=trace,
            on_progress=on_progress,
            breakpoints=breakpoints,
        )
    return _tell(report, name, options, scenario)


def _tell(report: "Report | CityReport", name: str, options: Reporting, scenario: Scenario) -> int:
    """Print a report; the exit code."""
    taken = (options.trace, options.record, options.log_json)
    out = sys.stderr if STDOUT in taken else sys.stdout
    out.write(report.to_json() + "\n" if options.as_json else report.to_text())
    if report.stopped is not None:
        there = f"evtui {shlex.quote(name)} --seed {report.seed} --speed max"
        words = " ".join(f"--break {quoted(text)}" for text in options.breaks)
        sys.stderr.write(f"evtui: see it there with: {there} {words}\n")
    elif options.breaks:
        sys.stderr.write("evtui: --break: nothing of it happened\n")
    if report.exit_code:
        sys.stderr.write(f"evtui: see it again with: {again(report, name, scenario)}\n")
    return report.exit_code


def _check(name: str, options: Reporting, scenario: Scenario) -> None:
    check_until(options.until_us, scenario)
    for option, target in (
        ("--trace", options.trace), ("--record", options.record), ("--log-json", options.log_json),
    ):  # fmt: skip
        if target == STDOUT and options.as_json:
            raise UsageError(
                f"{option}: found - beside --json; allowed a file, for standard output takes one "
                "of them"
            )
    if options.ocpp_version is not None and options.ocpp_log is None:
        raise UsageError(
            f"--ocpp-version: found {options.ocpp_version} without --ocpp-log; allowed beside it "
            "only"
        )
    # Two that write one file would destroy what the other one writes; or the scenario itself.
    targets = (
        ("the scenario", str(file_of(name))), ("--trace", options.trace),
        ("--ocpp-log", options.ocpp_log), ("--record", options.record),
        ("--history", options.history), ("--diagram", options.diagram),
        ("--log-json", options.log_json),
    )  # fmt: skip
    for (first, one), (second, other) in itertools.combinations(targets, 2):
        if one is not None and other is not None and _same_file(one, other):
            raise UsageError(f"{second}: found the file of {first}; allowed another one")


def check_until(until_us: int | None, scenario: Scenario) -> None:
    """Whether a scenario lasts so long. Raises :class:`UsageError`."""
    if until_us is not None and until_us > scenario.duration_us:
        found, most = DURATION.format(until_us), DURATION.format(scenario.duration_us)
        raise UsageError(
            f'--until: found "{found}"; allowed 0s to {most}, the duration of {scenario.name}'
        )


def _same_file(one: str, other: str) -> bool:
    """Whether two paths lead to one file, also where links or ``..`` make them look different."""
    if one == other:
        return True
    if STDOUT in (one, other):
        return False
    try:
        if os.path.realpath(one) == os.path.realpath(other):
            return True
        return Path(one).samefile(other)
    except (OSError, ValueError):
        return False  # one is not there yet, or is no path: opening it says so


def again(report: "Report | CityReport", name: str, scenario: Scenario) -> str:
    """The command that runs to the violation, or to the first expectation that failed.

    To the end, where only the report itself has found something: in the books, or the history.
    """
    end_us = round(report.virtual_s * 1_000_000)
    failed = {expectation.text for expectation in report.failed if not report.violations}
    moments = (e.t_us for e in scenario.expectations if sentence(e) in failed)
    until_us = min(moments, default=end_us)
    return f"evtui run {shlex.quote(name)} --seed {report.seed} --until {DURATION.format(until_us)}"


@contextlib.contextmanager
def _file(option: str, target: str | None) -> Iterator[TextIO | None]:
    """The file that an option names, standard output, or nothing."""
    if target is None or target == STDOUT:
        yield None if target is None else sys.stdout
        return
    try:
        with Path(target).open("w", encoding="utf-8", newline="\n") as file:
            yield file
    except (OSError, ValueError) as error:
        why = reason(error)
        raise UsageError(f'{option}: cannot write "{printable(target)}" ({why})') from None


@contextlib.contextmanager
def _late_file(option: str, target: str | None) -> Iterator[TextIO | None]:
    """The same of what is whole at the end only: an interrupted run leaves the file as it was."""
    if target is None:
        yield None
        return
    path, text = Path(target), io.StringIO()
    try:
        is_new = not path.exists()
        path.open("a", encoding="utf-8").close()  # whether it can be written, before a long run
        if is_new:
            path.unlink()
    except (OSError, ValueError) as error:
        why = reason(error)
        raise UsageError(f'{option}: cannot write "{printable(target)}" ({why})') from None
    yield text
    with _file(option, target) as file:
        assert file is not None  # noqa: S101 - there is a target
        file.write(text.getvalue())


@contextlib.contextmanager
def _log_json(target: str | None) -> Iterator["Callable[[Session], None] | None"]:
    """What keeps the log of a session, which is written when the run has ended, or nothing."""
    if target is None:
        yield None
        return
    from scenarios.messages.recording import keep_logs

    held: list[Session] = []

    def attend(session: "Session") -> None:
        keep_logs(session.worlds(), EVERY_SLOT)
        held.append(session)

    with _file("--log-json", target) as out:
        yield attend
        assert out is not None  # noqa: S101 - there is a target
        for session in held:
            out.writelines(session.log_lines())


@contextlib.contextmanager
def _ocpp_log(target: str | None, version: str) -> Iterator["Listener | None"]:
    """What hears the run's OCPP messages and writes them, or nothing."""
    if target is None:
        yield None
        return
    from evtui.ask.writer import log_writer
    from fsm.ocpp.profiles.model import Version
    from scenarios.ocpp_log import OcppLog

    with log_writer(target, "--ocpp-log") as write:
        yield OcppLog(write, Version(version))


def _diagram(
    options: Reporting, scenario: Scenario
) -> "contextlib.AbstractContextManager[Callable[[Session], None] | None]":
    """What switches the recorder on and draws the messages in the end, or nothing."""
    if options.diagram is None:
        for option, found in (("--from", options.from_us), ("--show", options.show)):
            if found is not None:
                raise UsageError(f"{option}: found it without --diagram; allowed beside it only")
        return contextlib.nullcontext()
    from evtui.diagram.command import Order, drawn

    return drawn(Order(options.diagram, options.from_us, options.until_us, options.show), scenario)


@contextlib.contextmanager
def _progress(scenario: Scenario, until_us: int | None) -> Iterator[Callable[[int], None] | None]:
    """A line on standard error that tells how far the run is, if somebody is there to see it."""
    if not progress.is_seen():
        yield None
        return
    end_us = scenario.duration_us if until_us is None else until_us
    end = DURATION.format(end_us)
    shown_s = time.monotonic()

    def show(time_us: int) -> None:
        nonlocal shown_s
        now_s = time.monotonic()
        if now_s - shown_s >= PROGRESS_S:
            shown_s = now_s
            progress.show(f"{scenario.name}: {DURATION.format(time_us)} of {end}")

    try:
        yield show
    finally:
        progress.clear()


def list_scenarios(*, as_json: bool) -> None:
    """Print the library: a line each, or a JSON array."""
    found = library()
    if as_json:
        rows = [
            {
                "name": scenario.name,
                "title": scenario.title,
                "description": scenario.description,
                "duration_s": scenario.duration_us / 1_000_000,
                "seed": scenario.seed,
                "cps": len(scenario.cps),
                "evs": len(scenario.evs),
                "sites": len(scenario.sites),
                "expectations": len(scenario.expectations),
            }
            for scenario in found
        ]
        sys.stdout.write(json.dumps(rows, indent=2) + "\n")
        return
    width = max(len(scenario.name) for scenario in found)
    for scenario in found:
        size = f"{len(scenario.cps)} CPs, {len(scenario.evs)} EVs"
        if scenario.sites:
            size = f"{len(scenario.sites)} sites, {len(scenario.cps)} CPs"
        time_ = DURATION.format(scenario.duration_us)
        sys.stdout.write(f"{scenario.name:{width}}  {time_:>4}  {size}  {scenario.title}\n")
