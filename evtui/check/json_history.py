"""Histories as lines of JSON: one operation a line, in any order.

The format is described in docs/checking-histories.md. Everything is looked at before anything is
checked: a history that was misread would get a verdict of another one.
"""

import json
import math
from collections.abc import Callable, Iterable
from typing import Any, Final

from evtui.check.history import BadLineError, History
from evtui.check.network_history import network_of, network_operation
from evtui.check.values import frozen_value, show
from paxos.check.linearizability.models import KV, READS, REGISTER, Cells
from paxos.check.linearizability.operations import Model, Operation, Time

FORMAT: Final = "JSON lines"
MODELS: Final = ("kv", "register", "network")

DEPTH_MAX: Final = 100
_NESTED: Final = f"values of at most {DEPTH_MAX} lists and objects in each other"

Row = dict[str, Any]
Lines = Iterable[tuple[int, str]]

_REGISTER_WORDS: Final = ("read", "write")


def read_json(file: str, lines: Lines, model: str | None) -> History:
    """A history from its lines, which are numbered and not blank.

    Raises:
        BadLineError: a line cannot be used.

    """
    rows = [(number, _row(number, text)) for number, text in lines]
    header_line, header = 0, None
    if rows and "history" in rows[0][1]:
        header_line, header = rows.pop(0)
        model = _model_of(header_line, header, model)
    if model is None:
        model = _guess(rows)
    if model == "network":
        if header is None:
            line = rows[0][0] if rows else 1
            allowed = "the header of a file of evtui run --history"
            raise BadLineError(line, "history", "none", allowed)
        network = network_of(header_line, header)
        operations = [network_operation(number, row, _times, _client) for number, row in rows]
        return _history(file, network, operations)
    cells = KV if model == "kv" else REGISTER
    cells = Cells(cells.name, cells.operations, show)
    operations = [_operation(number, row, cells) for number, row in rows]
    _check_texts(operations)
    return _history(file, cells, operations)


def _history(file: str, model: Model, operations: list[Operation]) -> History:
    history = History(file, FORMAT, model, operations)
    if isinstance(model, Cells):
        history.warnings += overlaps(operations)
    return history


def _row(number: int, text: str) -> Row:
    """One line as an object.

    Raises:
        BadLineError: it is none, or a name is in it twice, or a number is none.

    """

    def pairs(found: list[tuple[str, Any]]) -> Row:
        row = dict(found)
        if len(row) < len(found):
            names = [name for name, _ in found]
            twice = next(name for name in names if names.count(name) > 1)
            raise BadLineError(number, twice, "it twice", "once")
        return row

    def constant(word: str) -> None:
        raise BadLineError(number, "", word, "numbers of JSON")

    def decimal(word: str) -> float:
        value = float(word)
        if not math.isfinite(value):
            raise BadLineError(number, "", word, "numbers that a double can hold")
        return value

    try:
        row = json.loads(
            text, object_pairs_hook=pairs, parse_constant=constant, parse_float=decimal
        )
    except json.JSONDecodeError as error:
        what = f"no JSON ({error.msg}, column {error.colno})"
        raise BadLineError(number, "", what, "an object of JSON on each line") from None
    except RecursionError:
        raise BadLineError(number, "", "JSON that is nested too deeply", _NESTED) from None
    except ValueError:
        raise BadLineError(number, "", "a number of too many digits", "4,300 digits") from None
    if type(row) is not dict:
        raise BadLineError(number, "", json.dumps(row), "an object of JSON on each line")
    if _is_deep(row):
        raise BadLineError(number, "", "JSON that is nested too deeply", _NESTED)
    return row


def _is_deep(row: Row) -> bool:
    """Whether lists and objects stand in each other more than :data:`DEPTH_MAX` times."""
    inner: list[Any] = [row]
    for _ in range(DEPTH_MAX + 1):
        groups = (each.values() if type(each) is dict else each for each in inner)
        inner = [part for group in groups for part in group if type(part) in (dict, list)]
        if not inner:
            return False
    return True


def _model_of(line: int, header: Row, model: str | None) -> str:
    """The model that a header names.

    Raises:
        BadLineError: it is unknown, or not the one that was asked for.

    """
    if type(header["history"]) is not int or header["history"] != 1:
        raise BadLineError(line, "history", json.dumps(header["history"]), "1, the version")
    named = header.get("model")
    if named not in MODELS:
        raise BadLineError(line, "model", json.dumps(named), f"one of {', '.join(MODELS)}")
    if model not in (None, named):
        raise BadLineError(line, "model", str(named), f"{model}, as --model says")
    return str(named)


def _guess(rows: list[tuple[int, Row]]) -> str:
    """By the first operation that only one of the models has."""
    for _, row in rows:
        name = row.get("op")
        if name in _REGISTER_WORDS:
            return "register"
        if name in ("apply", "query"):
            return "network"
        if name in ("get", "put", "append", "swap"):
            return "kv"
    return "kv"


def field(line: int, row: Row, name: str) -> Any:
    """What a line must have.

    Raises:
        BadLineError: it has not.

    """
    if name not in row:
        raise BadLineError(line, name, "none", "a value; null where there is none")
    return row[name]


def _operation(line: int, row: Row, model: Cells) -> Operation:
    name = field(line, row, "op")
    if type(name) is not str or name not in model.operations:
        raise BadLineError(line, "op", json.dumps(name), f"one of {', '.join(model.operations)}")
    call, returned = _times(line, row)
    value, result = row.get("value"), row.get("result")
    if name == "cas":
        value = _cas_value(line, row)
        if returned is not None and type(result) is not bool:
            raise BadLineError(line, "result", json.dumps(result), "true or false")
    elif name in READS:
        value = None
        result = frozen_value(field(line, row, "result") if returned is not None else None)
    else:
        value = frozen_value(field(line, row, "value"))
        if name == "append" and type(value) is not str:
            raise BadLineError(line, "value", show(value), "a text to append")
        result = frozen_value(field(line, row, "result")) if name == "swap" else None
    return Operation(line, _client(line, row), _key(line, row, model), name, value, result, call,
                     returned)  # fmt: skip


def _cas_value(line: int, row: Row) -> tuple[Any, Any]:
    """What a cas compares with and what it sets: ``[old, new]``, or expected and value."""
    value = field(line, row, "value")
    if "expected" in row:
        return frozen_value(row["expected"]), frozen_value(value)
    if type(value) is not list or len(value) != 2:
        found = json.dumps(value)
        raise BadLineError(line, "value", found, "[old, new], or the new value beside expected")
    return frozen_value(value[0]), frozen_value(value[1])


def _key(line: int, row: Row, model: Cells) -> str | int | None:
    if "key" not in row and model.name == "register":
        return None
    key = field(line, row, "key")
    if type(key) not in (str, int) and not (key is None and model.name == "register"):
        raise BadLineError(line, "key", json.dumps(key), "a text or a whole number")
    found: str | int | None = key
    return found


def _client(line: int, row: Row) -> str | int:
    client = field(line, row, "client")
    if type(client) not in (str, int):
        raise BadLineError(line, "client", json.dumps(client), "a text or a whole number")
    found: str | int = client
    return found


def _times(line: int, row: Row) -> tuple[Time, Time | None]:
    """Call and return.

    Raises:
        BadLineError: one is no number, or the return comes before the call.

    """
    call, returned = field(line, row, "call"), field(line, row, "return")
    if type(call) not in (int, float):
        raise BadLineError(line, "call", json.dumps(call), "a number")
    if returned is not None and type(returned) not in (int, float):
        found = json.dumps(returned)
        raise BadLineError(line, "return", found, "a number, or null for an open operation")
    if returned is not None and returned < call:
        raise BadLineError(line, "return", f"{returned}", f"{call}, the call, or later")
    return call, returned


TimesOf = Callable[[int, Row], tuple[Time, Time | None]]


def _check_texts(operations: list[Operation]) -> None:
    """A key that is appended to holds texts alone.

    Raises:
        BadLineError: something else is put there.

    """
    grown = {op.key for op in operations if op.name == "append"}
    for op in operations:
        if op.key not in grown or op.name not in ("put", "swap", "cas"):
            continue
        new = op.value[1] if op.name == "cas" else op.value
        if type(new) is not str:
            allowed = "a text, as this key is appended to"
            raise BadLineError(op.number, "value", show(new), allowed)


def overlaps(operations: Iterable[Operation]) -> list[str]:
    """A warning where a client does two things at once, with the first line.

    An operation without a return may go on for ever; what follows it is no overlap.
    """
    busy: dict[Any, Operation] = {}
    found: list[tuple[Operation, Operation]] = []
    for op in sorted(operations, key=lambda op: (op.call, op.number)):
        last = busy.get(op.client)
        if last is not None and last.returned is not None and op.call < last.returned:
            found.append((op, last))
        if op.returned is not None and (last is None or op.returned >= (last.returned or 0)):
            busy[op.client] = op
    if not found:
        return []
    op, last = found[0]
    return [
        (
            f"line {op.number}: client {show(op.client)} calls before its operation on line "
            f"{last.number} has returned; both count as concurrent ({len(found):,} ×, here first)"
        )
    ]
