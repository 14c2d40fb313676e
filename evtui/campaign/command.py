"""``evtui campaign``: runs a scenario under random faults, seed after seed, and says what failed.

Never imports Textual. What goes to standard output depends on scenario, profile and seeds alone:
not on how many processes there are, nor on how often the campaign was interrupted.
"""

import json
import sys
from collections.abc import Sequence

from attrs import asdict

from evtui.campaign.engines import Found, GoneError, here, pooled
from evtui.campaign.failures import FILES_MAX, Reopened, reopened
from evtui.campaign.log import Log, row_of
from evtui.campaign.order import Order, Task
from evtui.campaign.progress import Progress
from evtui.campaign.summary import expected_violations, lines_of, summary_of
from evtui.errors import UsageError
from scenarios.campaign.finding import Finding
from scenarios.kinds import printable

EXIT_OK, EXIT_FAILED, EXIT_GONE = 0, 1, 3

DASK_BATCH = 10
"""So many seeds go to a Dask worker at a time."""


def run_campaign(order: Order) -> int:
    """Run, report, and return the exit code.

    Raises:
        evtui.errors.UsageError: what was asked for cannot be done.
        KeyboardInterrupt: somebody has interrupted it; finished seeds are kept.
        OSError: the report cannot be written; they are kept, too.

    """
    log = Log(order)
    teller = _Teller(order)
    done = False
    try:
        known = [log.known[seed] for seed in order.seeds if seed in log.known]
        progress = Progress(order.title, len(order.seeds), len(known))
        teller.take(known, progress)
        found = _engine(order, [seed for seed in order.seeds if seed not in log.known])
        try:
            for batch in found:
                for finding in batch:
                    log.add(finding)
                    progress.add(finding.virtual_us, failed=bool(finding.problems))
                teller.take(batch, progress)
        finally:
            progress.clear()
            found.close()
        code = teller.conclude()
        # What could not be told is not lost: the file stays.
        sys.stdout.flush()
        done = True
    except (KeyboardInterrupt, OSError):
        sys.stderr.write(f"evtui: {_kept(log, order)}\n")
        raise
    except GoneError as error:
        sys.stderr.write(f"evtui: {error}; {_kept(log, order)}\n")
        return EXIT_GONE
    finally:
        log.close(finished=done)
    return code


def _kept(log: Log, order: Order) -> str:
    count = sum(seed in log.known for seed in order.seeds)
    return f"{log.path} keeps {count:,} of {len(order.seeds):,} seeds; the same command goes on"


def _engine(order: Order, seeds: Sequence[int]) -> Found:
    """What makes the runs."""
    size = DASK_BATCH if order.dask is not None else 1
    batches = (tuple(seeds[at : at + size]) for at in range(0, len(seeds), size))
    tasks = [Task(order.scenario, order.profile.name, batch) for batch in batches]
    if order.dask is not None and tasks:
        from evtui.campaign.cluster import clustered

        return clustered(tasks, order.dask)
    if order.jobs > 1 and len(tasks) > 1:
        return pooled(tasks, order.jobs)
    return here(tasks)


class _Teller:
    """Tells of failed seeds in the order of seeds, each as soon as all before it are finished."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._waiting: dict[int, Finding] = {}
        self._findings: list[Finding] = []
        """Those that were told of."""
        self._files: dict[int, Reopened] = {}
        self._failed = 0

    def take(self, findings: Sequence[Finding], progress: Progress) -> None:
        """More seeds are finished."""
        self._waiting |= {finding.seed: finding for finding in findings}
        while len(self._findings) < len(self._order.seeds):
            finding = self._waiting.pop(self._order.seeds[len(self._findings)], None)
            if finding is None:
                return
            self._findings.append(finding)
            if finding.problems:
                progress.clear()
                self._tell(finding)

    def _tell(self, finding: Finding) -> None:
        self._failed += 1
        if self._failed <= FILES_MAX:
            try:
                self._files[finding.seed] = reopened(self._order, finding)
            except UsageError as error:
                # The rest of a long campaign is worth more than one file.
                sys.stderr.write("".join(f"evtui: {problem}\n" for problem in error.problems))
        if self._order.as_json:
            return
        first, *more = map(printable, finding.problems)
        out = [f"seed {finding.seed}: {first}", *(f"  {problem}" for problem in more)]
        if finding.seed in self._files:
            out += [f"  {command}" for command in self._files[finding.seed].commands]
        sys.stdout.write("\n".join(out) + "\n")
        sys.stdout.flush()

    def conclude(self) -> int:
        """All seeds are finished: the totals, and the exit code."""
        total = summary_of(self._findings)
        if self._order.as_json:
            sys.stdout.write(json.dumps(self._as_json(), indent=2) + "\n")
        else:
            if total.failed > FILES_MAX:
                sys.stdout.write(
                    f"only the first {FILES_MAX} became files; a campaign over one seed writes its "
                    "own\n"
                )
            sys.stdout.write("\n".join(lines_of(self._order, total)) + "\n")
        return EXIT_FAILED if total.failed else EXIT_OK

    def _as_json(self) -> dict[str, object]:
        order, total = self._order, summary_of(self._findings)
        return {
            "scenario": order.scenario.name,
            "faults": order.profile.name,
            "mutant": order.scenario.mutant or None,
            "seeds": [order.seeds[0], order.seeds[-1]],
            "runs": total.runs,
            "failed": total.failed,
            "expects_violations": expected_violations(order),
            "events": total.events,
            "virtual_hours": total.virtual_hours,
            "faults_drawn": total.faults,
            "sessions": total.sessions,
            "leaders": total.leaders,
            "coverage": total.coverage,
            "costs": None if total.costs is None else asdict(total.costs),
            "rows": [self._row(finding) for finding in self._findings],
        }

    def _row(self, finding: Finding) -> dict[str, object]:
        file = self._files.get(finding.seed)
        opens = {} if file is None else {"file": file.file, "commands": list(file.commands)}
        return {**row_of(finding), **opens}
