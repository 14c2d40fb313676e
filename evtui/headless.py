"""Commands that need no terminal: run a scenario, list the library. Never imports Textual."""

import contextlib
import itertools
import json
import os
import shlex
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from attrs import frozen

from evtui.errors import UsageError
from scenarios.expect import sentence
from scenarios.kinds import printable
from scenarios.loader import library, load
from scenarios.report import Report
from scenarios.schema import Scenario
from scenarios.units import DURATION

if TYPE_CHECKING:
    from scenarios.runner import Listener

PROGRESS_S = 0.1
"""Least wall time between two looks at the progress."""

STDOUT = "-"


@frozen
class Order:
    """What ``evtui run`` was asked to do."""

    scenario: str
    seed: int | None = None
    until_us: int | None = None
    as_json: bool = False
    trace: str | None = None
    ocpp_log: str | None = None
    ocpp_version: str | None = None
    """1.6 where it is left out."""
    record: str | None = None
    history: str | None = None


def run_headless(order: Order) -> int:
    """Run, report, and return the exit code.

    Raises:
        UsageError: what was asked for cannot be done.
        scenarios.errors.ScenarioError: the scenario cannot be used.

    """
    scenario = load(order.scenario)
    _check(order, scenario)
    from scenarios.runner import run

    with (
        _file("--trace", order.trace) as trace,
        _ocpp_log(order.ocpp_log, order.ocpp_version or "1.6") as listener,
        _file("--record", order.record) as record,
        _file("--history", order.history) as history,
        _progress(scenario, order) as on_progress,
    ):
        report = run(
            scenario,
            seed=order.seed,
            until_us=order.until_us,
            trace=trace,
            listener=listener,
            record=record,
            history=history,
            on_progress=on_progress,
        )
    out = sys.stderr if STDOUT in (order.trace, order.record) else sys.stdout
    out.write(report.to_json() + "\n" if order.as_json else report.to_text())
    if report.exit_code:
        sys.stderr.write(f"evtui: see it again with: {again(report, order, scenario)}\n")
    return report.exit_code


def _check(order: Order, scenario: Scenario) -> None:
    if order.until_us is not None and order.until_us > scenario.duration_us:
        found, most = DURATION.format(order.until_us), DURATION.format(scenario.duration_us)
        raise UsageError(
            f'--until: found "{found}"; allowed 0s to {most}, the duration of {scenario.name}'
        )
    for option, target in (("--trace", order.trace), ("--record", order.record)):
        if target == STDOUT and order.as_json:
            raise UsageError(
                f"{option}: found - beside --json; allowed a file, for standard output takes one "
                "of them"
            )
    if order.ocpp_version is not None and order.ocpp_log is None:
        raise UsageError(
            f"--ocpp-version: found {order.ocpp_version} without --ocpp-log; allowed beside it only"
        )
    # Two that write one file would destroy what the other one writes.
    targets = (
        ("--trace", order.trace), ("--ocpp-log", order.ocpp_log), ("--record", order.record),
        ("--history", order.history),
    )  # fmt: skip
    for (first, one), (second, other) in itertools.combinations(targets, 2):
        if one is not None and other is not None and _same_file(one, other):
            raise UsageError(f"{second}: found the file of {first}; allowed another one")


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


def again(report: Report, order: Order, scenario: Scenario) -> str:
    """The command that runs to the violation, or to the first expectation that failed."""
    if report.violations:
        until_us = round(report.virtual_s * 1_000_000)
    else:
        failed = {expectation.text for expectation in report.failed}
        until_us = min(e.t_us for e in scenario.expectations if sentence(e) in failed)
    return (
        f"evtui run {shlex.quote(order.scenario)} --seed {report.seed} "
        f"--until {DURATION.format(until_us)}"
    )


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
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UsageError(f'{option}: cannot write "{printable(target)}" ({why})') from None


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


@contextlib.contextmanager
def _progress(scenario: Scenario, order: Order) -> Iterator[Callable[[int], None] | None]:
    """A line on standard error that tells how far the run is, if somebody is there to see it."""
    if not sys.stderr.isatty() or os.environ.get("TERM", "") in ("", "dumb"):
        yield None
        return
    end_us = scenario.duration_us if order.until_us is None else order.until_us
    end = DURATION.format(end_us)
    shown_s = time.monotonic()

    def show(time_us: int) -> None:
        nonlocal shown_s
        now_s = time.monotonic()
        if now_s - shown_s >= PROGRESS_S:
            shown_s = now_s
            sys.stderr.write(f"\r{scenario.name}: {DURATION.format(time_us)} of {end}\x1b[K")
            sys.stderr.flush()

    try:
        yield show
    finally:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()


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
                "expectations": len(scenario.expectations),
            }
            for scenario in found
        ]
        sys.stdout.write(json.dumps(rows, indent=2) + "\n")
        return
    width = max(len(scenario.name) for scenario in found)
    for scenario in found:
        size = f"{len(scenario.cps)} CPs, {len(scenario.evs)} EVs"
        time_ = DURATION.format(scenario.duration_us)
        sys.stdout.write(f"{scenario.name:{width}}  {time_:>4}  {size}  {scenario.title}\n")
