"""Files of OCPP messages: JSON lines, CSV and Parquet, told apart by what is in them.

Rows are read strictly: the first that cannot be used ends the command with its line and field. Two
things are forgiven, counted and told: a body that is no JSON object, and in JSON lines a line that
is none, for there a broken body breaks its line.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from attrs import frozen

from evtui.errors import UsageError, reason
from evtui.source import read_bytes, source_name
from fsm.ocpp.messagelog.calls import in_order
from fsm.ocpp.messagelog.message import (
    COLUMNS,
    DECODER,
    FieldError,
    Message,
    MissingColumnsError,
    Notes,
    find_columns,
    read_row,
)
from fsm.ocpp.messagelog.payloads import normalise
from scenarios.kinds import printable, shown

A_LOG = "a log of OCPP messages in JSON lines, CSV or Parquet"
QUOTED = "a body in quotes, its own quotes doubled"
BROKEN_LINE = "the line is no JSON object; it was not used"

_JSON_ENDINGS = (".jsonl", ".ndjson", ".json")
_PARQUET_ENDINGS = (".parquet", ".pq")
PARQUET_MAGIC = b"PAR1"


@frozen
class Log:
    """A log in the order of time, and what was put right or left out of it."""

    name: str
    messages: list[Message]
    notes: Notes
    in_lines: bool = True
    """Whether a row has a line, which Parquet's have not."""

    def place(self, row: int) -> str:
        """Where a row stands, for a sentence."""
        return f"{self.name}:{row}" if self.in_lines else f"{self.name}: row {row}"


def read_log(path: str) -> Log:
    """The log in a file.

    Raises:
        UsageError: there is none, or not one that can be used.

    """
    name = source_name(path)
    data = _bytes(path, name)
    if not data.strip():
        raise UsageError(f"{name}: found an empty file; allowed {A_LOG}")
    notes = Notes()
    ending = Path(path).suffix.lower()
    if data.startswith(PARQUET_MAGIC):
        messages = _parquet(data, name, notes)
    elif ending in _PARQUET_ENDINGS:
        raise UsageError(f"{name}: found no {PARQUET_MAGIC.decode()} at the beginning; "
                         "allowed a Parquet file")  # fmt: skip
    else:
        text = _text(data, name)
        first = text.lstrip()[:1]
        if first == "[":
            raise UsageError(f"{name}: found a JSON array; allowed one JSON object a line")
        is_json = first == "{" or ending in _JSON_ENDINGS
        messages = (_json_lines if is_json else _csv)(text, name, notes)
    if not messages:
        raise UsageError(f"{name}: found no message; allowed {A_LOG}")
    ordered = in_order(normalise(message, notes) for message in messages)
    return Log(name, ordered, notes, in_lines=not data.startswith(PARQUET_MAGIC))


def _bytes(path: str, name: str) -> bytes:
    try:
        return read_bytes(path)
    except FileNotFoundError:
        raise UsageError(f"{name}: found no such file; allowed {A_LOG}") from None
    except IsADirectoryError:
        raise UsageError(f"{name}: found a directory; allowed {A_LOG}") from None
    except (OSError, ValueError) as error:
        why = reason(error)
        raise UsageError(f"{name}: cannot be read ({why}); allowed {A_LOG}") from None


def _text(data: bytes, name: str) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at = error.start
    else:
        at = data.find(b"\0")
        if at < 0:
            return text
    line = data.count(b"\n", 0, at) + 1
    raise UsageError(f"{name}:{line}: found binary data; allowed text in UTF-8, or Parquet")


# --- rows ------------------------------------------------------------------------------------


def _complain(where: str, error: FieldError) -> UsageError:
    found = "nothing" if error.found in (None, "") else shown(error.found)
    return UsageError(f"{where}: {error.column}: found {found}; allowed {error.allowed}")


def _columns(where: str, found: Sequence[str], optional: Sequence[str] = ()) -> tuple[str, ...]:
    try:
        return find_columns(found, optional)
    except MissingColumnsError as error:
        if error.missing:
            there = ", ".join(printable(name) for name in found[:12]) or "none"
            what = f"the columns {there}, not {', '.join(error.missing)}"
        else:
            what = f"the columns {' and '.join(map(printable, error.twice))}, which mean the same"
        hint = " (a record is for evtui verify: write one with evtui run NAME --ocpp-log FILE)"
        raise UsageError(
            f"{where}: found {what[:300]}; allowed {', '.join(COLUMNS)}, each once"
            + (hint if "record" in found else "")
        ) from None


def _json_lines(text: str, name: str, notes: Notes) -> list[Message]:
    messages: list[Message] = []
    known: dict[tuple[str, ...], tuple[str, ...]] = {}
    broken = ""
    for number, line in enumerate(text.split("\n"), 1):
        if not line or line.isspace():
            continue
        try:
            row = DECODER.decode(line)
            why = "" if type(row) is dict else f"found {shown(row)}"
        except (ValueError, RecursionError) as error:
            why = f"found no JSON ({error})"
        if why:
            notes.add(BROKEN_LINE, number)
            broken = broken or f"{name}:{number}: {why}; allowed one JSON object a line"
            continue
        keys = tuple(row)
        columns = known.get(keys)
        if columns is None:
            columns = known[keys] = _columns(f"{name}:{number}", keys, ("action",))
        try:
            messages.append(read_row(number, [row.get(column) for column in columns], notes))
        except FieldError as error:
            raise _complain(f"{name}:{number}", error) from None
    if broken and not messages:
        raise UsageError(broken)
    return messages


def _csv(text: str, name: str, notes: Notes) -> list[Message]:
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    # Some writers put a backslash before a quote in a cell, others a second quote.
    backslash = f'{delimiter}"{{\\"' in text
    csv.field_size_limit(max(len(text), 1 << 17))
    rows = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=delimiter,
        escapechar="\\" if backslash else None,
        doublequote=not backslash,
        strict=True,
    )
    messages: list[Message] = []
    columns: list[int] | None = None
    width = 0
    line = 1
    while True:
        line = rows.line_num + 1
        try:
            cells = next(rows)
        except StopIteration:
            return messages
        except csv.Error as error:
            raise UsageError(f"{name}:{line}: found no CSV ({error}); allowed {QUOTED}") from None
        if not cells:
            continue
        if columns is None:
            names = _columns(f"{name}:{line}", cells)
            columns, width = [cells.index(column) for column in names], len(cells)
            continue
        if len(cells) != width:
            raise UsageError(
                f"{name}:{line}: found {len(cells)} cells; allowed {width}, as in the header, "
                f"with {QUOTED}"
            )
        try:
            messages.append(read_row(line, [cells[column] for column in columns], notes))
        except FieldError as error:
            raise _complain(f"{name}:{line}", error) from None


def _parquet(data: bytes, name: str, notes: Notes) -> list[Message]:
    from evtui.ask.parquet import Parquet

    file = Parquet(data, name)
    columns = _columns(name, file.names)
    messages: list[Message] = []
    rows: Iterable[tuple[object, ...]] = file.rows(columns)
    for number, values in enumerate(rows, 1):
        try:
            messages.append(read_row(number, values, notes))
        except FieldError as error:
            raise _complain(f"{name}: row {number}", error) from None
    return messages
