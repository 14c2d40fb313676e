"""Writes message logs: JSON lines, CSV or Parquet, by the ending of the file's name."""

import contextlib
import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from evtui.ask.parquet import load_pyarrow, write_parquet
from evtui.errors import UsageError
from fsm.ocpp.messagelog.message import COLUMNS
from scenarios.kinds import printable

ENDINGS = (".jsonl", ".csv", ".parquet")

Row = dict[str, Any]
"""The columns of a log; the body is an object."""


def compact(value: object) -> str:
    """JSON on one line, in ASCII."""
    return json.dumps(value, separators=(",", ":"))


@contextlib.contextmanager
def log_writer(path: str, option: str) -> Iterator[Callable[[Row], None]]:
    """What takes the rows of a log and writes them into a file.

    Raises:
        UsageError: the file cannot be written, or its ending says no format.

    """
    ending = Path(path).suffix.lower()
    if ending not in ENDINGS:
        allowed = ", ".join(ENDINGS[:-1]) + f" or {ENDINGS[-1]}"
        raise UsageError(
            f'{option}: found "{printable(path)}"; allowed a file that ends in {allowed}'
        )
    try:
        if ending == ".parquet":
            with _parquet(path) as write:
                yield write
            return
        with Path(path).open("w", encoding="utf-8", newline="") as file:
            if ending == ".jsonl":
                yield lambda row: _put(file.write, row)
                return
            table = csv.writer(file, lineterminator="\n")
            table.writerow(COLUMNS)
            yield lambda row: table.writerow(_cells(row).values())
    except OSError as error:
        why = error.strerror or str(error)
        raise UsageError(f'{option}: cannot write "{printable(path)}" ({why})') from None


def _put(write: Callable[[str], object], row: Row) -> None:
    write(compact(row) + "\n")


def _cells(row: Row) -> Row:
    """A row for a table: the body as text."""
    body = row["body"]
    return {**row, "body": body if isinstance(body, str) else compact(body)}


@contextlib.contextmanager
def _parquet(path: str) -> Iterator[Callable[[Row], None]]:
    """Rows are kept until the end: Parquet is written column by column."""
    load_pyarrow(printable(path))
    with Path(path).open("wb"):
        pass  # that it cannot be written is known before the run, not after
    rows: list[Row] = []
    try:
        yield lambda row: rows.append(_cells(row))
    finally:
        write_parquet(rows, path)
