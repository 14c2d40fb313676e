"""``evtui compare``: what differs first between two runs, on standard output.

Never imports Textual.
"""

import json
import sys
import time
from textwrap import wrap

from attrs import asdict

from evtui import progress
from evtui.compare.files import begin
from evtui.counting import counted
from evtui.render import units
from evtui.render.compare import amount
from scenarios.comparing.comparing import Comparing
from scenarios.comparing.view import Comparison, First, Total
from scenarios.kinds import printable
from scenarios.units import DURATION

DIFFERENT = 1
PROGRESS_S = 0.1
"""Least wall time between two looks at the progress."""
WHERE, WORDS = 14, 36
"""Cells of a place, and of what is said of each run."""
NOTHING = "–"


def run_compare(
    file: str, other: str | None, branches: tuple[int, int] | None, *, as_json: bool
) -> int:
    """Compare and print; 0 if both are the same run as far as both go, else 1.

    Raises:
        evtui.errors.UsageError: a file or a branch cannot be used.
        scenarios.errors.ScenarioError: a line of a file is damaged.

    """
    found = _finished(begin(file, other, branches))
    sys.stdout.write(json.dumps(as_rows(found)) + "\n" if as_json else as_text(found))
    return 0 if found.same else DIFFERENT


def _finished(comparing: Comparing) -> Comparison:
    """All of the work; a terminal sees on standard error how far it is."""
    if not progress.is_seen():
        return comparing.finish()
    shown_s = time.monotonic()
    while not comparing.advance():
        now_s = time.monotonic()
        if now_s - shown_s >= PROGRESS_S:
            shown_s = now_s
            progress.show(f"comparing {comparing.found.progress:.0%}")
    progress.clear()
    return comparing.found


def as_rows(found: Comparison) -> dict[str, object]:
    """All of it for programs; times in seconds."""
    return {
        "same": found.same,
        "runs": [
            {"name": it.name, "branch": it.number, "inputs": it.inputs, "until_s": it.tip_us / 1e6}
            for it in found.sides
        ],
        "common": {
            "until_s": found.common_us / 1e6,
            "events": found.common_events,
            "inputs": found.common_inputs,
        },
        "compared_until_s": found.until_us / 1e6,
        "firsts": [_row(it) for it in found.firsts],
        "totals": [asdict(it) for it in found.totals],
    }


def _row(it: First) -> dict[str, object]:
    at_s = None if it.time_us is None else it.time_us / 1e6
    details = [{"name": name, "found": [one, other]} for name, one, other in it.details]
    return {
        "of": it.facet, "time_s": at_s, "where": it.where, "found": list(it.words),
        "details": details,
    }  # fmt: skip


def as_text(found: Comparison) -> str:
    """All of it for people."""
    left, right = (printable(it.name) for it in found.sides)
    lines = [
        f"{name}: {counted(it.inputs, 'input')}, run until {DURATION.format(it.tip_us)}"
        for it, name in zip(found.sides, (left, right), strict=True)
    ]
    common = f"after {counted(found.common_events, 'event')}"
    common += f" and {counted(found.common_inputs, 'input')}"
    lines.append(f"one run until {DURATION.format(found.common_us)}, {common}")
    until = DURATION.format(found.until_us)
    verdict = "the same run" if found.same else "NOT THE SAME RUN"
    lines += [f"compared until {until}: {verdict}", ""]
    head = f"{'first':<9} {'at':<13} {'where':<{WHERE}} {left[:WORDS]:<{WORDS}} {right[:WORDS]}"
    lines.append(head)
    for it in found.firsts:
        lines += _first(it)
    lines += ["", f"{f'at {until}':<23} {left[:20]:>20} {right[:20]:>20} {'difference':>14}"]
    lines += [_total(it) for it in found.totals]
    return "\n".join(lines) + "\n"


def _first(it: First) -> list[str]:
    """One row, with as many lines as the words need."""
    if it.time_us is None:
        return [f"{it.facet:<9} {NOTHING:<13} {NOTHING:<{WHERE}} the same"]
    where = wrap(printable(it.where), WHERE)
    columns = [where, *(wrap(printable(text) or "nothing", WORDS) for text in it.words)]
    count = max(map(len, columns))
    rows = zip(*([*column, *[""] * (count - len(column))] for column in columns), strict=True)
    lines = []
    for index, (place, one, other) in enumerate(rows):
        name, time = ("", "") if index else (it.facet, units.clock(it.time_us))
        row = f"{name:<9} {time:<13} {place:<{WHERE}} {one:<{WORDS}} {other}"
        lines.append(row.rstrip())
    return lines


def _total(it: Total) -> str:
    one, other, more = (amount(it, value) for value in (*it.values, it.more))
    sign = "+" if it.more > 0 else ""
    shown = f"{sign}{more}" if it.more else NOTHING
    return f"{it.name:<23} {one:>20} {other:>20} {shown:>14}"
