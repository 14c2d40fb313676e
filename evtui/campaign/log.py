"""The file of finished seeds: a campaign that was interrupted goes on from it.

JSON lines: a header that says of which campaign it is, then a line for each seed, in the order in
which they were finished. A last line that was not written to its end is dropped: that seed is run
again. Any other damage is refused, as is the file of another campaign or another program.
"""

import contextlib
import fcntl
import json
import os
import stat
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any, BinaryIO

from attrs import asdict

from evtui.campaign.order import Order
from evtui.campaign.program import program
from evtui.errors import UsageError, reason
from scenarios.campaign.finding import COUNTED, Finding
from scenarios.campaign.measuring import Measures
from scenarios.kinds import printable
from scenarios.writer import to_toml

VERSION = 1
ENDING = ".campaign.jsonl"
ALLOWED = "allowed a file that evtui campaign has written"


def default_path(order: Order) -> Path:
    """Where a campaign keeps finished seeds if it is not told: in the current folder."""
    return Path(order.title + ENDING)


def header_of(order: Order) -> dict[str, object]:
    """What a campaign is: two of the same header give the same finding for the same seed."""
    digest = blake2b(to_toml(order.scenario).encode(), digest_size=16).hexdigest()
    return {
        "campaign": VERSION,
        "scenario": order.scenario.name,
        "faults": order.profile.name,
        "mutant": order.scenario.mutant,
        "digest": digest,
        "program": program(),
    }


def row_of(finding: Finding) -> dict[str, object]:
    """A finding as a line; of what is counted of every run only what has happened."""
    row = asdict(finding)
    row["problems"] = list(finding.problems)
    row["coverage"] = {
        name: count for name, count in finding.coverage.items() if count or name not in COUNTED
    }
    return row


def _line(row: Mapping[str, object]) -> bytes:
    return json.dumps(row, separators=(",", ":")).encode() + b"\n"


class Log:
    """The open file of a campaign; nobody else can open it meanwhile."""

    def __init__(self, order: Order) -> None:
        """Open the file, or make it.

        Raises:
            UsageError: it cannot be written, or is not of this campaign.

        """
        self.path = Path(order.log) if order.log is not None else default_path(order)
        self.stays = order.log is not None
        """Whether it is kept when all is finished."""
        self._asked = frozenset(order.seeds)
        self.known: dict[int, Finding] = {}
        """What is in it, by seed."""
        self._file = self._open()
        try:
            self._read(header_of(order))
        except BaseException:
            self._shut()
            raise

    def _open(self) -> BinaryIO:
        shown = printable(str(self.path))
        try:
            file = self.path.open("a+b")
        except (OSError, ValueError) as error:
            why = reason(error)
            raise UsageError(f'--log: cannot write "{shown}" ({why})') from None
        if _is_null(self.path):
            return file
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            file.close()
            raise UsageError(f"--log: found {shown}, which is no file; allowed a file")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            raise UsageError(
                f"--log: found {shown} in use by another campaign; allowed a file of its own"
            ) from None
        return file

    def add(self, finding: Finding) -> None:
        """Keep what one seed showed; it is in the file when this returns.

        Raises:
            UsageError: it cannot be written.

        """
        self._write(row_of(finding))
        self.known[finding.seed] = finding

    def _write(self, row: Mapping[str, object]) -> None:
        try:
            self._file.write(_line(row))
            self._file.flush()
        except OSError as error:
            raise UsageError(
                f'--log: cannot write "{printable(str(self.path))}" ({reason(error)}), which keeps '
                f"{len(self.known):,} seeds; with room for more the same command goes on"
            ) from None

    def close(self, *, finished: bool) -> None:
        """No more comes. A file that nobody asked for goes when it has nothing but what was done.

        What is in it besides belongs to a larger campaign that was interrupted.
        """
        if finished and not self.stays and self.known.keys() <= self._asked:
            self.path.unlink(missing_ok=True)
        self._shut()

    def _shut(self) -> None:
        with contextlib.suppress(OSError):  # what could not be written was told of
            self._file.close()

    # What is there already.

    def _read(self, header: dict[str, object]) -> None:
        self._file.seek(0)
        text = self._file.read()
        whole = text.rfind(b"\n") + 1
        if not whole and _line(header).startswith(text):
            if text:  # a header that was not written to its end
                self._file.truncate(0)
            self._write(header)
            return
        lines = text[:whole].splitlines()
        self._check_header(self._json(1, lines[0] if lines else text), header)
        for number, line in enumerate(lines[1:], 2):
            self._keep(number, self._json(number, line))
        self._file.truncate(whole)

    def _json(self, number: int, line: bytes) -> dict[str, Any]:
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict):
            raise self._refused(number, "line", "what is no JSON object", ALLOWED)
        return row

    def _check_header(self, found: dict[str, Any], header: dict[str, object]) -> None:
        if found.keys() != header.keys():
            raise self._refused(1, "header", "no header of a campaign", ALLOWED)
        causes = {
            "campaign": "that is the format of this program",
            "scenario": "it is of another scenario",
            "mutant": "it is of another planted mistake",
            "digest": "the scenario has changed since",
            "faults": "it is of another profile",
            "program": "the program has changed since",
        }
        for name, allowed in header.items():
            if found[name] != allowed:
                why = causes.get(name, "it is of another campaign")
                raise self._refused(
                    1,
                    name,
                    printable(str(found[name])),
                    f"allowed {allowed}: {why}; delete the file to begin anew, or name another "
                    "one with --log",
                )

    def _keep(self, number: int, row: dict[str, Any]) -> None:
        try:
            finding = _finding(row)
        except (KeyError, TypeError, ValueError):
            raise self._refused(number, "line", "what is no finding of a seed", ALLOWED) from None
        if self.known.setdefault(finding.seed, finding) != finding:
            found = f"seed {finding.seed} a second time, with another result"
            raise self._refused(number, "seed", found, ALLOWED)

    def _refused(self, number: int, field: str, found: str, allowed: str) -> UsageError:
        return UsageError(
            f"{printable(str(self.path))}:{number}: {field}: found {found}; {allowed}"
        )


def _is_null(path: Path) -> bool:
    """Whether it is /dev/null, which any number of campaigns may write to."""
    return path.samefile(os.devnull)


_WHOLE = ("seed", "events", "faults", "sessions", "leaders", "virtual_us")


def _finding(row: dict[str, Any]) -> Finding:
    """A finding from its line. Raises KeyError, TypeError or ValueError where it is none."""
    whole = {name: row[name] for name in _WHOLE}
    failed_us, counts, problems = row["failed_us"], row["coverage"], row["problems"]
    if not isinstance(counts, dict) or not isinstance(problems, list):
        raise TypeError("no finding")
    if (failed_us is None) != (not problems):
        raise ValueError("no finding")
    numbers = [*whole.values(), *counts.values(), *([] if failed_us is None else [failed_us])]
    if len(row) != len(_WHOLE) + 5 or not all(type(it) is int and it >= 0 for it in numbers):
        raise ValueError("no finding")
    if not isinstance(row["digest"], str) or not all(isinstance(it, str) for it in problems):
        raise TypeError("no finding")
    return Finding(
        **whole,
        problems=tuple(problems),
        digest=row["digest"],
        coverage=dict(counts),
        failed_us=failed_us,
        measures=_measures(row["measures"]),
    )


def _measures(row: dict[str, Any] | None) -> Measures | None:
    """What a run has cost; nothing of a city's. Raises TypeError where it is none."""
    if row is None:
        return None
    measures = Measures(**row)
    costs = (measures.stalls, measures.stalled_us, measures.undelivered_wh)
    late_us = 0 if measures.recovered_us is None else measures.recovered_us
    if type(measures.violated) is not bool or not all(
        type(it) is int and it >= 0 for it in (*costs, late_us)
    ):
        raise TypeError("no measures")
    return measures
