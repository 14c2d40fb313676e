"""Reading a history from a file or from standard input, whatever its format."""

import sys
from pathlib import Path
from typing import Final

from evtui.check.history import BadLineError, History
from evtui.check.jepsen import is_jepsen, read_jepsen
from evtui.check.json_history import MODELS, read_json
from evtui.errors import UsageError, reason
from scenarios.kinds import one_of, printable

MAX_BYTES: Final = 1 << 28
STDIN: Final = "-"


def read_history(file: str, model: str | None) -> History:
    """The history in a file; ``-`` is standard input.

    Raises:
        UsageError: it cannot be read, or is no history; or there is no such model.

    """
    if model is not None and model not in MODELS:
        raise UsageError(f'--model: found "{printable(model)}"; allowed {one_of(MODELS)}')
    name = "standard input" if file == STDIN else printable(file)
    text = _decoded(name, _bytes(file, name))
    # Not splitlines: it would also part a text at characters that JSON allows inside of one.
    lines = [
        (number, line.removesuffix("\r"))
        for number, line in enumerate(text.split("\n"), 1)
        if line.strip()
    ]
    try:
        if lines and is_jepsen(lines[0][1]):
            if model not in (None, "register"):
                raise UsageError(f"--model: found {model}; allowed register: {name} is of Jepsen")
            return read_jepsen(name, lines)
        return read_json(name, lines, model)
    except BadLineError as error:
        raise error.told(name) from None


def _bytes(file: str, name: str) -> bytes:
    try:
        if file == STDIN:
            if hasattr(sys.stdin, "buffer"):
                raw: bytes = sys.stdin.buffer.read(MAX_BYTES + 1)
            else:
                raw = sys.stdin.read().encode()
        else:
            with Path(file).open("rb") as opened:
                raw = opened.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        why = reason(error)
        raise UsageError(f"{name}: cannot be read ({why}); allowed a history, or -") from None
    if len(raw) > MAX_BYTES:
        raise UsageError(f"{name}: found more than {MAX_BYTES >> 20} MiB; allowed a history")
    return raw


def _decoded(name: str, raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise UsageError(
            f"{name}:{line}: found bytes that are no UTF-8; allowed lines of JSON, or a Jepsen log"
        ) from None
