"""Logs of Jepsen's register tests: a line for each call, and one for what came of it.

``:ok`` returned; ``:fail`` had no effect, and of a cas says that the value was another one;
``:info`` may take effect at any time later, or never. A read that was not answered is none. Lines
have no times: their order is the time.
"""

import re
from collections.abc import Iterable
from typing import Any, Final

from attrs import evolve, frozen

from evtui.check.history import BadLineError, History
from evtui.check.values import show
from paxos.check.linearizability.models import REGISTER, Cells
from paxos.check.linearizability.operations import Operation

FORMAT: Final = "Jepsen log"

_LINE: Final = re.compile(
    r".*?\bINFO\b.*?\bjepsen\.(?:util|core)\b\s+-\s+(\d{1,9}|:nemesis)\s+"
    r":(invoke|ok|fail|info)\s+:([\w-]+)\s*(.*?)\s*"
)
_NUMBER: Final = r"(-?\d{1,18})"
_CAS: Final = re.compile(rf"\[{_NUMBER}\s+{_NUMBER}\]")
_ONE: Final = re.compile(_NUMBER)

ALLOWED: Final = "a line such as INFO  jepsen.util - 0  :invoke  :write  4"


@frozen
class _Call:
    """A line that calls."""

    line: int
    client: int
    name: str
    value: Any


def is_jepsen(line: str) -> bool:
    """Whether a line is one of such a log."""
    return _LINE.fullmatch(line) is not None


def read_jepsen(file: str, lines: Iterable[tuple[int, str]]) -> History:
    """A history from the lines of a log, which are numbered and not blank.

    Raises:
        BadLineError: a line is none of a log, or answers nothing that was asked.

    """
    waiting: dict[int, _Call] = {}
    found: list[Operation] = []
    for number, text in lines:
        parts = _LINE.fullmatch(text)
        if parts is None:
            raise BadLineError(number, "", text, ALLOWED)
        client, kind, name, rest = parts.groups()
        if client == ":nemesis":
            continue
        if name not in REGISTER.operations:
            allowed = ", ".join(f":{each}" for each in REGISTER.operations)
            raise BadLineError(number, "operation", f":{name}", f"one of {allowed}")
        process = int(client)
        if kind == "invoke":
            if process in waiting:
                open_line = waiting[process].line
                raise BadLineError(
                    number, "process", f"a call of {process}",
                    f"what came of its call on line {open_line} first",
                )  # fmt: skip
            value = _value(number, name, rest)
            waiting[process] = _Call(number, process, name, value)
        else:
            call = waiting.pop(process, None)
            operation = _answered(number, kind, name, rest, call, process)
            if operation is not None:
                found.append(operation)
    found += [_open(call) for call in waiting.values() if call.name != "read"]
    found.sort(key=lambda operation: operation.number)
    model = Cells(REGISTER.name, REGISTER.operations, show)
    return History(file, FORMAT, model, found)


def _open(call: _Call) -> Operation:
    return Operation(
        call.line, call.client, None, call.name, call.value, None, call.line, None
    )  # fmt: skip


def _answered(
    line: int, kind: str, name: str, rest: str, call: _Call | None, process: int
) -> Operation | None:
    """The operation that a line ends; None if it is none.

    Raises:
        BadLineError: it answers something else than was asked.

    """
    if call is None or call.name != name:
        found = f":{kind} :{name} of process {process}"
        asked = "its :invoke first" if call is None else f":{call.name}, as on line {call.line}"
        raise BadLineError(line, "process", found, asked)
    if kind == "info":
        return None if name == "read" else _open(call)
    if kind == "fail":
        # It had no effect. Only of a cas that was answered is more known: it found another value.
        if name != "cas" or not _CAS.fullmatch(rest):
            return None
    elif name != "read":
        _value(line, name, rest)
    value: Any = _value(line, name, rest) if name != "read" or kind == "ok" else None
    if name != "read" and value != call.value:
        raise BadLineError(line, "value", rest, f"that of the call on line {call.line}")
    result = value if name == "read" else kind == "ok"
    return evolve(_open(call), result=result, returned=line)


def _value(line: int, name: str, text: str) -> Any:
    """What was written, compared or read; nil is None.

    Raises:
        BadLineError: it is none.

    """
    if name == "cas":
        pair = _CAS.fullmatch(text)
        if pair is None:
            raise BadLineError(line, "value", text or "none", "two numbers such as [3 0]")
        return int(pair[1]), int(pair[2])
    if text == "nil" and name == "read":
        return None
    if _ONE.fullmatch(text) is None:
        allowed = "a whole number" + (", or nil" if name == "read" else "")
        raise BadLineError(line, "value", text or "none", allowed)
    return int(text)
