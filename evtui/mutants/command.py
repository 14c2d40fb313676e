"""``evtui mutants``: plant each known mistake, and print what killed it. Never imports Textual.

Exit codes: 0 all were found and the protocol itself was not blamed, 1 one survived or it was
blamed, 130 interrupted: what is known by then is printed.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Sequence

from evtui import progress
from evtui.errors import UsageError
from evtui.mutants.jobs import judge_all
from evtui.mutants.matrix import Matrix, Plan
from evtui.mutants.rows import as_json, lines, listed, listed_json
from evtui.options import Killing
from paxos.check.mutants import MUTANTS, Mutant, UnknownMutantError, find

PROGRESS_S = 0.2
EXIT_INTERRUPTED = 130


def run_mutants(options: Killing) -> int:
    """Judge, print the matrix, and return the exit code.

    Raises:
        UsageError: there is no mistake of a name or number.
    """
    if options.list_only:
        some = chosen(options.only)
        as_text = json.dumps(listed_json(some), indent=2) if options.as_json else ""
        text = as_text or "\n".join(listed(some))
        sys.stdout.write(text + "\n")
        return 0
    matrix = Matrix(Plan(chosen(options.only), options.seeds))
    jobs = options.jobs or os.cpu_count() or 1
    interrupted = False
    tell, clear = _progress(matrix)
    try:
        judge_all(matrix, jobs, tell)
    except KeyboardInterrupt:
        interrupted = True
    finally:
        clear()
    text = json.dumps(as_json(matrix), indent=2) if options.as_json else "\n".join(lines(matrix))
    sys.stdout.write(text + "\n")
    if interrupted:
        sys.stderr.write("evtui: interrupted; the rest is not known\n")
        return EXIT_INTERRUPTED
    return 1 if matrix.survivors or matrix.alarms else 0


def chosen(only: Sequence[str]) -> tuple[Mutant, ...]:
    """The mistakes of these names and numbers, each once, in the order of the gallery; else all.

    A number means all that stand for it.

    Raises:
        UsageError: there is none of that name or number.
    """
    if not only:
        return MUTANTS
    wanted: set[str] = set()
    for text in only:
        try:
            found = find(text)
        except UnknownMutantError as error:
            raise UsageError(f"--only: {error}") from None
        if text.strip() == str(found.number):
            wanted |= {it.name for it in MUTANTS if it.number == found.number}
        else:
            wanted.add(found.name)
    return tuple(it for it in MUTANTS if it.name in wanted)


def _progress(matrix: Matrix) -> tuple[Callable[[], None], Callable[[], None]]:
    """What tells how far it is on standard error, if somebody is there to see it; and its end."""
    if not progress.is_seen():
        return (lambda: None), (lambda: None)
    began = last = time.monotonic()

    def tell() -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < PROGRESS_S:
            return
        last = now
        trials = matrix.everything
        done = sum(it.finished for it in trials)
        longest = max(
            (it for it in trials if not it.finished), key=lambda it: it.done, default=None
        )
        line = f"{done} of {len(trials)} verdicts, {matrix.runs:,} runs, "
        line += f"{matrix.runs / (now - began):,.0f} runs/s"
        if longest is not None:
            name = longest.mutant.name if longest.planted else "none planted"
            line += f"; {name} at seed {longest.done} of {longest.seeds}"
        progress.show(line)

    return tell, progress.clear
