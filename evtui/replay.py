"""Applying a run's record once more, entry by entry, up to the first that was altered.

Nothing in the file is believed: each result and each link of the chain is computed anew from the
commands. Where one does not fit, the hashes around it say which part of the entry was altered.
"""

import json
from collections.abc import Sequence
from typing import Any, Final

from attrs import frozen

from evtui.errors import UsageError
from fsm.network.describe import describe
from fsm.network.records import KINDS, Record
from fsm.network.snapshot import SnapshotError
from fsm.network.state import NetworkState
from fsm.trust.chain import next_link
from fsm.trust.keys import is_signed
from scenarios.kinds import printable
from scenarios.recording import (
    ENTRY_KEYS,
    STRETCH,
    VERSION,
    anchors_of,
    header_hash,
    line_of,
    link_of,
    mark_bytes,
)

Row = dict[str, Any]

END_KEYS: Final = [("end", dict), ("marks", list), ("seals", dict)]
"""What the last line holds, in order."""


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


@frozen
class Replayed:
    """A record that was applied once more without a fault: header, outcome, and the state."""

    header: Row
    end: Row
    marks: list[Any]
    links: dict[int, str]
    """The links that are to be marked, by the number of their entry; 0 is the header's hash."""
    seals: Row
    end_line: int
    entries: int
    link: str
    network: NetworkState
    closed: dict[int, tuple[int, int, int]]
    """Line, entry and slot of the command that closed each transaction, by its number."""


class AlteredError(Exception):
    """The first thing in a record that is not as it was written."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


def short(value: object) -> str:
    """A value for a sentence: long ones by their ends."""
    text = printable(value) if isinstance(value, str) else printable(line_of({"": value})[4:-1])
    return text if len(text) <= 40 else f"{text[:18]}…{text[-18:]}"


def replay(lines: Sequence[str]) -> Replayed:
    """Apply a record's entries once more.

    Raises:
        UsageError: there is no header that this program can use.
        AlteredError: an entry is not as it was written.

    """
    header = read_header(lines[0] if lines else "")
    network = _first_state(header, lines[0])
    link = header["hash"]
    links = {0: link}
    rows = lines[1:]
    _check_header(header, rows)
    slot = 0
    closed: dict[int, tuple[int, int, int]] = {}
    for index, line in enumerate(rows):
        number = index + 1
        row = _row(line, index + 2, number)
        if "end" in row:
            if index + 1 < len(rows):
                raise altered(index + 3, 0, 0, "a line after the end", rows[index + 1], "nothing")
            parts = tuple(row.items())
            if [(key, type(part)) for key, part in parts] != END_KEYS:
                raise altered(index + 2, 0, 0, "the outcome", line, "an outcome, marks and seals")
            links[index] = link
            (_, end), (_, marks), (_, seals) = parts
            return Replayed(
                header, end, marks, links, seals, index + 2, index, link, network, closed
            )
        after = rows[index + 1] if index + 1 < len(rows) else ""
        places = network.state.open_by_cp
        _check_entry(row, line, number, slot, link, network, after)
        link, slot = row["link"], row["slot"]
        if number % STRETCH == 0:
            links[number] = link
        if network.state.open_by_cp is not places:
            here = (index + 2, number, slot)
            left = [n for n in places.values() if n and not network.transactions[n].is_open]
            closed |= dict.fromkeys(left, here)
    raise altered(len(lines) + 1, len(rows) + 1, 0, "the record is cut off", "nothing", "a line")


def read_header(line: str) -> Row:
    """The header of a record. Raises UsageError when it is none of this version."""
    try:
        header = json.loads(line)
    except (ValueError, RecursionError):
        header = None
    if type(header) is not dict or "record" not in header:
        raise UsageError("it is no record: found no header; allowed a file of evtui run --record")
    if header["record"] != VERSION:
        found = short(header["record"])
        raise UsageError(f"it is a record of version {found}; allowed {VERSION}")
    return header


def _first_state(header: Row, line: str) -> NetworkState:
    kinds = {kind.name: kind.record for kind in KINDS}
    if line_of(header) != line:
        raise altered(1, 0, 0, "the header", line, "one in JSON without spaces")
    if header.get("hash") != header_hash(header):
        raise altered(1, 0, 0, "the header", header.get("hash"), header_hash(header))
    try:
        genesis: list[Record] = [kinds[name](*values) for name, *values in header["genesis"]]
        anchors_of(header)
        network = NetworkState(int(header["capacity_w"]), genesis)
        # What a snapshot checks of each record: only so nothing in it can break a command.
        network.restore(network.snapshot())
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, SnapshotError):
        raise altered(1, 0, 0, "the header", short(header), "one of evtui run --record") from None
    return network


def _check_header(header: Row, rows: Sequence[str]) -> None:
    """Whether the header was altered together with its hash.

    Otherwise the first entry would be blamed: it is linked to another. Raises
    :class:`AlteredError` where its mark does not hold, nor what the outcome or entry 1 say of it.
    What is no line at all says nothing.
    """
    try:
        first, last = json.loads(rows[0]), json.loads(rows[-1])
        told, mark = last["end"]["header"], last["marks"][0]
        linked = first["link"] == link_of(header["hash"], first)
    except (ValueError, TypeError, KeyError, IndexError, RecursionError):
        return
    if (told != header["hash"] or not linked) and not holds(mark, header, 0, header["hash"], 0):
        raise altered(1, 0, 0, "the header", header["hash"], told)


def signer_of(header: Row, turn: int) -> str:
    """The charge point whose meter signs this mark: all of the header sign in turn."""
    cp_ids = list(header["meters"])
    return cp_ids[turn % len(cp_ids)] if cp_ids else ""


def holds(mark: object, header: Row, entry: int, link: str, turn: int) -> bool:
    """Whether a mark is its signer's over this link after this entry."""
    cp_id = signer_of(header, turn)
    if type(mark) is not dict or list(mark) != ["entry", "cp", "seal"]:
        return False
    if type(mark["entry"]) is not int or (mark["entry"], mark["cp"]) != (entry, cp_id):
        return False
    key, seal = hex_bytes(header["meters"].get(cp_id)), hex_bytes(mark["seal"])
    data = mark_bytes(header["hash"], entry, link)
    return key is not None and seal is not None and is_signed(key, seal, data)


def _row(line: str, line_number: int, number: int) -> Row:
    try:
        row = json.loads(line)
        as_written = type(row) is dict and line_of(row) == line
    except (ValueError, RecursionError):
        as_written = False
    if not as_written:
        raise altered(line_number, number, 0, "the line", line, "one entry in JSON, not cut off")
    return row


def _check_entry(
    row: Row, line: str, number: int, slot: int, link: str, network: NetworkState, after: str
) -> None:
    """Check one entry and apply its command. Raises :class:`AlteredError` at the first fault."""
    at = (number + 1, number)
    if tuple(row) != ENTRY_KEYS:
        raise altered(*at, 0, "the keys", ", ".join(map(str, row)), ", ".join(ENTRY_KEYS))
    if type(row["n"]) is not int or row["n"] != number:
        raise altered(*at, 0, "the number (a line is missing, doubled or moved)", row["n"], number)
    here = (*at, row["slot"] if type(row["slot"]) is int else 0)
    if type(row["slot"]) is not int or row["slot"] <= slot:
        raise altered(*here, "the slot", row["slot"], f"more than {slot}")
    command, result = _bytes(row, "command", here), _bytes(row, "result", here)
    before = network.chain
    expected = network.apply(command)
    must = network.chain
    if result != expected:
        # The chain holds what the result was, or was computed anew from the one that stands here.
        hashes = [next_link(before, command, each).hex() for each in (expected, result)]
        if row["chain"] in hashes:
            raise altered(*here, "the result", row["result"], expected.hex())
        raise altered(*here, "the command", row["command"], "the one that the chain holds")
    if row["chain"] != must.hex():
        if _follows(row, after, "chain"):
            raise altered(*here, "the command", row["command"], "the one that the chain holds")
        raise altered(*here, "the chain", row["chain"], must.hex())
    if row["says"] != describe(command):
        raise altered(*here, "what it says", row["says"], describe(command))
    if row["link"] != link_of(link, row):
        if _follows(row, after, "link"):
            raise altered(*here, "the slot", row["slot"], "the one that the link holds")
        raise altered(*here, "the link", row["link"], link_of(link, row))


def _follows(row: Row, after: str, key: str) -> bool:
    """Whether the next line was chained to this one's ``chain`` or ``link`` as it stands."""
    try:
        following = json.loads(after)
        if "end" in following:
            return bool(following["end"][key] == row[key])
        if key == "link":
            return bool(following["link"] == link_of(row["link"], following))
        command, result = (bytes.fromhex(following[part]) for part in ("command", "result"))
        must = next_link(bytes.fromhex(row["chain"]), command, result)
        return bool(following["chain"] == must.hex())
    except (ValueError, TypeError, KeyError, RecursionError):
        return False


def _bytes(row: Row, key: str, here: tuple[int, int, int]) -> bytes:
    data = hex_bytes(row[key])
    if data is None:
        raise altered(*here, f"the {key}", row[key], "bytes in hexadecimal")
    return data


def hex_bytes(value: object) -> bytes | None:
    """The bytes of a text in hexadecimal as records write it, or None: no capitals, no spaces."""
    try:
        data = bytes.fromhex(value)  # type: ignore[arg-type]
    except (ValueError, TypeError):
        return None
    return data if data.hex() == value else None


def altered(
    line: int, entry: int, slot: int, what: str, found: object, expected: object
) -> AlteredError:
    """The error that names what was altered."""
    return AlteredError(Fault(line, entry, slot, what, short(found), short(expected)))
