"""What ``evtui verify`` says of a record that is not as it was written: one sentence a fault."""

from attrs import frozen

from scenarios.kinds import printable
from scenarios.recording import line_of


@frozen
class Fault:
    """What is not as it was written. Lines count from 1; ``entry`` and ``slot`` are 0 for none."""

    line: int
    entry: int
    slot: int
    what: str
    found: str
    expected: str

    def __str__(self) -> str:
        place = f"entry {self.entry}" if self.entry else f"line {self.line}"
        slot = f" (slot {self.slot})" if self.slot else ""
        return f"{place}{slot}: {self.what}: found {self.found}; must be {self.expected}"


class AlteredError(Exception):
    """The first thing in a record that is not as it was written."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


def altered(
    line: int, entry: int, slot: int, what: str, found: object, expected: object
) -> AlteredError:
    """The error that names what was altered."""
    return AlteredError(Fault(line, entry, slot, what, short(found), short(expected)))


def short(value: object) -> str:
    """A value for a sentence: long ones by their ends."""
    text = printable(value) if isinstance(value, str) else printable(line_of({"": value})[4:-1])
    return text if len(text) <= 40 else f"{text[:18]}…{text[-18:]}"


def hex_bytes(value: object) -> bytes | None:
    """The bytes of a text in hexadecimal as records write it, or None: no capitals, no spaces."""
    try:
        data = bytes.fromhex(value)  # type: ignore[arg-type]
    except (ValueError, TypeError):
        return None
    return data if data.hex() == value else None
