"""The campaigns of docs/evidence.md: every scenario of the library under random faults.

``python -m tools.campaigns [--seeds N] [--short N] [--long N] [--folder F] [NAME ...]`` runs
``evtui campaign NAME --faults everything`` for each scenario and prints a table. What is finished
is kept in the folder, and the same command goes on from there: after Ctrl+C, or the next day.

A scenario that says how its faults come, in ``[campaign]``, is one of the laboratory: seconds long,
for many seeds. One that expects a violation itself is left out: its own script leaves what the
protocol is made for. Days of a city take minutes each, so there are few whole ones; the other seeds
get half an hour each, from every other hour of the day on. Faults of a day's script need what was
before, so they are for whole days: a window has only what happens to lie in it.
"""

import argparse
import contextlib
import json
import math
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from scenarios.loader import library_names, load
from scenarios.schema import Campaign, Scenario
from scenarios.writer import to_toml

SEEDS, SHORT_SEEDS, LONG_SEEDS = 300, 4_000, 4
HOUR_US = 3_600_000_000
LONG_US = 6 * HOUR_US
"""What lasts longer than this is long."""
WINDOW_US = HOUR_US // 2
FAILED, BROKEN_OFF, INTERRUPTED = 1, 3, 130
NUMBERS = ("runs", "failed", "events", "virtual_hours", "faults_drawn", "sessions", "leaders")
HEAD = "| scenario | seeds | problems | events | virtual h | faults | sessions | leaders | min |"


@frozen
class Row:
    """What one campaign has found, and how long it took in seconds, over all its sittings."""

    name: str
    found: dict[str, Any]
    seconds: float
    is_short: bool


@frozen
class Part:
    """A campaign over one scenario, or over a part of a long one."""

    scenario: Scenario
    first: int
    seeds: int
    is_cut: bool = False
    """Whether it is in no file yet."""

    @property
    def name(self) -> str:
        """What its scenario is called, and so its files."""
        return self.scenario.name


def parts_of(scenario: Scenario, seeds: int, short: int, long: int) -> list[Part]:
    """What is run of a scenario: as it is; of a long one a few seeds, and the rest in windows.

    No two windows have a seed in common, for the faults of a seed come at the same instants.
    """
    count = seeds_of(scenario, seeds, short, long)
    parts = [Part(scenario, 0, count)] if count else []
    if count and not is_short(scenario) and scenario.duration_us > LONG_US:
        begins_us = range(HOUR_US, scenario.duration_us - WINDOW_US + 1, 2 * HOUR_US)
        bounds = [seeds * number // len(begins_us) for number in range(len(begins_us) + 1)]
        for begin_us, first, end in zip(begins_us, bounds, bounds[1:], strict=False):
            if end > first:
                parts.append(Part(window(scenario, begin_us), first, end - first, is_cut=True))
    return parts


def window(scenario: Scenario, begin_us: int) -> Scenario:
    """Half an hour of it from then on, with what its script does meanwhile, on an idle network."""
    end_us = begin_us + WINDOW_US
    script = [line for line in scenario.script if begin_us <= line.t_us <= end_us]
    return evolve(
        scenario,
        name=f"{scenario.name}-from-{begin_us // HOUR_US:02}h",
        title=f"{scenario.title}: half an hour of it",
        description="",
        start_us=scenario.start_us + begin_us,
        duration_us=WINDOW_US,
        script=tuple(evolve(line, t_us=line.t_us - begin_us) for line in script),
        expectations=(),
    )


def seeds_of(scenario: Scenario, seeds: int, short: int, long: int) -> int:
    """How many seeds a scenario gets; 0 where it expects to be violated."""
    if any(expect.violation is not None for expect in scenario.expectations):
        return 0
    if is_short(scenario):
        return short
    return long if scenario.duration_us > LONG_US else seeds


def is_short(scenario: Scenario) -> bool:
    """Whether it is one of the laboratory."""
    return scenario.campaign != Campaign()


def run(part: Part, folder: Path) -> tuple[int, dict[str, Any], float]:
    """One campaign: exit code, what it printed, and its seconds so far."""
    log, times = folder / f"{part.name}.campaign.jsonl", folder / f"{part.name}.seconds"
    what, seeds = part.name, f"{part.first}-{part.first + part.seeds - 1}"
    if part.is_cut:
        file = folder / f"{part.name}.toml"
        file.write_text(to_toml(part.scenario), encoding="utf-8")
        what = str(file.resolve())
    command = [sys.executable, "-m", "evtui.cli", "campaign", what, "--seeds", seeds]
    before_s = _seconds(times)
    began_s = time.monotonic()
    process = subprocess.Popen(
        [*command, "--log", str(log.resolve()), "--json"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=folder,
    )
    try:
        out, _ = process.communicate()
    except KeyboardInterrupt:
        process.wait()  # it was interrupted, too, and says what is kept
        raise
    finally:
        took_s = before_s + time.monotonic() - began_s
        with contextlib.suppress(OSError):  # minutes are worth no campaign
            times.write_text(f"{took_s:.3f}\n")
    try:
        found = json.loads(out) if out else {}
    except ValueError:  # it was killed while it wrote
        found = {}
    return process.returncode, found, took_s


def _seconds(file: Path) -> float:
    """How long it took before; what is damaged is worth no more than nothing."""
    try:
        seconds = float(file.read_text())
    except (OSError, ValueError):
        return 0.0
    return seconds if 0 < seconds < math.inf else 0.0


def cells(name: str, found: dict[str, Any], seconds: float) -> str:
    """A row of the table."""
    counts = (found[key] for key in NUMBERS)
    texts = [f"{n:,.1f}" if isinstance(n, float) else f"{n:,}" for n in counts]
    return f"| {' | '.join((name, *texts, f'{seconds / 60:,.1f}'))} |"


def totals(rows: Sequence[Row]) -> Iterator[str]:
    """The laboratory together, all others together, all together."""
    for name, some in (
        ("the laboratory", [row for row in rows if row.is_short]),
        ("all others", [row for row in rows if not row.is_short]),
        ("together", list(rows)),
    ):
        if some:
            sums = {key: sum(row.found[key] for row in some) for key in NUMBERS}
            yield cells(f"**{name}**", sums, sum(row.seconds for row in some))


def never(rows: Sequence[Row]) -> list[str]:
    """Features that happened in no run at all: whatever tests them, it was not this."""
    features = dict.fromkeys(name for row in rows for name in row.found["coverage"])
    return [f for f in features if not any(row.found["coverage"].get(f) for row in rows)]


def campaigns(
    names: Iterable[str], seeds: tuple[int, int, int], folder: Path
) -> Iterator[tuple[str, Row | int | None]]:
    """Each campaign by its name: what it found, None where it is left out, else its exit code."""
    for name in names:
        parts = parts_of(load(name), *seeds)
        if not parts:
            yield name, None
        for part in parts:
            code, found, took_s = run(part, folder)
            row = Row(part.name, found, took_s, is_short(part.scenario)) if found else None
            yield part.name, row or code


def _count(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f'found "{text}"; allowed a whole number from 1')
    return int(text)


def _library_name(text: str) -> str:
    if text not in library_names():
        allowed = "allowed a name that `evtui scenarios` lists"
        raise argparse.ArgumentTypeError(f'found "{text}"; {allowed}')
    return text


def main(words: Sequence[str] | None = None) -> int:
    """What the command line asks for; 1 if any run had a problem, 3 if a campaign broke off."""
    parser = argparse.ArgumentParser(prog="python -m tools.campaigns")
    parser.add_argument("--seeds", type=_count, default=SEEDS)
    parser.add_argument("--short", type=_count, default=SHORT_SEEDS)
    parser.add_argument("--long", type=_count, default=LONG_SEEDS)
    parser.add_argument("--folder", type=Path, default=Path("soak"))
    parser.add_argument("names", nargs="*", type=_library_name, metavar="NAME")
    asked = parser.parse_args(words)
    try:
        asked.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        parser.error(f'argument --folder: cannot make "{asked.folder}" ({error.strerror})')
    rows: list[Row] = []
    left_out: list[str] = []
    ended: dict[str, int] = {}
    print(HEAD, "|---" * 9 + "|", sep="\n", flush=True)
    seeds = (asked.seeds, asked.short, asked.long)
    names = dict.fromkeys(asked.names or library_names())
    try:
        for name, row in campaigns(names, seeds, asked.folder):
            if isinstance(row, Row):
                rows.append(row)
                print(cells(f"`{name}`", row.found, row.seconds), flush=True)
            elif row is not None:
                ended[name] = row
            else:
                left_out.append(name)
    except KeyboardInterrupt:
        print("interrupted; the same command goes on", file=sys.stderr)
        return INTERRUPTED
    print(*totals(rows), sep="\n")
    if left_out:
        print(f"\nLeft out, as they expect a violation themselves: {', '.join(left_out)}.")
    if rows:
        print(f"\nHappened in no run: {', '.join(never(rows)) or 'nothing is missing'}.")
    for name, code in ended.items():
        print(f"{name} broke off with exit code {code}", file=sys.stderr)
    if ended:
        return BROKEN_OFF
    return FAILED if any(row.found["failed"] for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
