"""``evtui shrink``: shrinks a run that fails, and writes what is left as a scenario file.

Never imports Textual. The answer begins with ``shrunk``, ``unfinished`` or ``interrupted``; in each
case the file holds the smallest run found.
"""

import json
import os
import shlex
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from attrs import evolve

from evtui import progress
from evtui.counting import counted
from evtui.errors import UsageError, reason
from evtui.options import Shrinking
from evtui.shrink.processes import pool
from paxos.check.shrink import EnoughError
from scenarios.kinds import did_you_mean, one_of, printable, shown
from scenarios.loader import file_of, load
from scenarios.schema import Scenario
from scenarios.shrink.order import words
from scenarios.shrink.shrinking import (
    ENOUGH,
    FINISHED,
    INTERRUPTED,
    NotFailingError,
    Progress,
    Shrunk,
    shrink,
)
from scenarios.units import DURATION
from scenarios.writer import to_toml

PROGRESS_S: Final = 0.2
WORDS: Final = {FINISHED: "shrunk", ENOUGH: "unfinished", INTERRUPTED: "interrupted"}
EXIT: Final = {FINISHED: 0, ENOUGH: 3, INTERRUPTED: 130}


def run_shrink(run: str, options: Shrinking) -> int:
    """Shrink, write the file, say what came of it, and return the exit code.

    Raises:
        UsageError: the run does not fail, or the file cannot be written.
        scenarios.errors.ScenarioError: the scenario cannot be used.

    """
    scenario = _asked(run, options)
    target = options.output or f"{file_of(run).name.removesuffix('.toml')}.shrunk.toml"
    _check_target(run, target)
    began = time.perf_counter()
    tell, done = _progress(began) if progress.is_seen() else (None, lambda: None)
    try:
        with pool(options.jobs) as executor:
            found = shrink(
                scenario,
                executor=executor,
                jobs=options.jobs,
                most_runs=options.max_runs,
                halt=_clock(began, options.time_limit),
                tell=tell,
                origin=_origin(run, scenario, options),
            )
    except NotFailingError as error:
        raise UsageError(
            f"{printable(run)}: found {error}; allowed one that violates an invariant or an "
            "expectation"
        ) from None
    finally:
        done()
    _write(target, to_toml(found.scenario))
    seconds = time.perf_counter() - began
    if options.as_json:
        sys.stdout.write(json.dumps(_row(run, target, found, seconds), indent=2) + "\n")
    else:
        sys.stdout.write("\n".join(_text(target, found, seconds)) + "\n")
    return EXIT[found.end]


def _asked(run: str, options: Shrinking) -> Scenario:
    """The scenario that fails, with its seed, its random faults and its mistake."""
    scenario = load(run)
    if scenario.sites:
        raise UsageError(f"{printable(run)}: found a city; allowed a scenario of one site")
    seed = scenario.seed if options.seed is None else options.seed
    if options.mutant is not None:
        scenario = evolve(scenario, mutant=_mutant(options.mutant))
    if options.faults is not None:
        return _with_faults(scenario, seed, options.faults)
    return evolve(scenario, seed=seed)


def _mutant(text: str) -> str:
    from paxos.check.mutants import UnknownMutantError, find

    try:
        return find(text).name
    except UnknownMutantError as error:
        raise UsageError(f"--mutant: {error}") from None


def _with_faults(scenario: Scenario, seed: int, name: str) -> Scenario:
    """The run of a campaign's seed, and what it must come to."""
    from scenarios.campaign.drawing import draw
    from scenarios.campaign.profiles import PROFILES

    profile = PROFILES.get(name)
    if profile is None:
        names = tuple(PROFILES)
        hint = did_you_mean(name, names)
        raise UsageError(f"--faults: found {shown(name)}; allowed {one_of(names)}{hint}")
    return draw(scenario, seed, profile=profile).alone()


def _origin(run: str, scenario: Scenario, options: Shrinking) -> str:
    """What was shrunk, as the file tells it."""
    seed = scenario.seed if options.seed is None else options.seed
    parts = [Path(run).name if "/" in run else run, f"seed {seed}"]
    if options.faults is not None:
        parts.append(f"faults {options.faults}")
    if scenario.mutant:
        parts.append(f"mutant {scenario.mutant}")
    return ", ".join(parts)


def _clock(began: float, limit_us: int | None) -> Callable[[], None]:
    def halt() -> None:
        if limit_us is not None and (time.perf_counter() - began) * 1e6 > limit_us:
            raise EnoughError(f"{limit_us} µs")

    return halt


def _progress(began: float) -> tuple[Callable[[Progress], None], Callable[[], None]]:
    """A line on standard error, renewed now and then; and what takes it away."""
    last = began

    def tell(now_at: Progress) -> None:
        nonlocal last
        now = time.perf_counter()
        if now - last < PROGRESS_S:
            return
        last = now
        line = f"{now_at.runs:,} runs, {now - began:.0f} s: {_size(now_at.best)}"
        progress.show(line)

    return tell, progress.clear


def _size(scenario: Scenario) -> str:
    sizes = (
        counted(len(scenario.script) + len(scenario.inputs), "step"),
        counted(len(scenario.cps), "CP"),
        counted(len(scenario.evs), "EV"),
        DURATION.format(scenario.duration_us),
    )
    return ", ".join(sizes)


def _check_target(run: str, target: str) -> None:
    """Find out now whether the file can be written, and not after an hour of work."""
    path, source = Path(target), file_of(run)
    try:
        existed = path.exists()
        if existed and source.exists() and path.samefile(source):
            raise UsageError("--output: found the file of the scenario; allowed another one")
        with path.open("a", encoding="utf-8"):
            pass
        if not existed:
            path.unlink()
    except (OSError, ValueError) as error:
        raise _cannot_write(target, error) from None


def _write(target: str, text: str) -> None:
    """All of the file or nothing of it: beside it first, then in its place.

    What is there and is no file, as a device or a pipe, is written to and never replaced; a link
    stays, and what it leads to is replaced.
    """
    path = Path(os.path.realpath(target))
    try:
        if path.exists() and not path.is_file():
            path.write_text(text, encoding="utf-8", newline="\n")
            return
        beside = path.with_name(f"{path.name}.{os.getpid()}.part")
        try:
            beside.write_text(text, encoding="utf-8", newline="\n")
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        raise _cannot_write(target, error) from None


def _cannot_write(target: str, error: Exception) -> UsageError:
    why = reason(error)
    return UsageError(f'--output: cannot write "{printable(target)}" ({why})')


def _text(target: str, found: Shrunk, seconds: float) -> Iterator[str]:
    yield WORDS[found.end]
    yield found.failure.text
    yield f"from {_size(found.before)}"
    yield f"to   {_size(found.scenario)}"
    yield f"order: {words(found.scenario, finished=found.end == FINISHED)}"
    yield f"{found.runs:,} runs, {seconds:.1f} s"
    yield f"see it with: evtui run {shlex.quote(_path(target))}"


def _path(target: str) -> str:
    """The file as a scenario is named: one without a suffix needs its folder."""
    return target if "/" in target or target.endswith(".toml") else f"./{target}"


def _row(run: str, target: str, found: Shrunk, seconds: float) -> dict[str, object]:
    return {
        "verdict": WORDS[found.end],
        "run": run,
        "file": target,
        "failure": {
            "kind": found.failure.kind,
            "name": found.failure.name,
            "text": found.failure.text,
            "time_s": found.failure.time_us / 1_000_000,
        },
        "before": _counts(found.before),
        "after": _counts(found.scenario),
        "in_order": found.comes_in_order,
        "late": len(found.scenario.late),
        "runs": found.runs,
        "tried_before": found.skipped,
        "seconds": round(seconds, 3),
    }


def _counts(scenario: Scenario) -> dict[str, object]:
    return {
        "steps": len(scenario.script) + len(scenario.inputs),
        "cps": len(scenario.cps),
        "evs": len(scenario.evs),
        "duration_s": scenario.duration_us / 1_000_000,
        "seed": scenario.seed,
    }
