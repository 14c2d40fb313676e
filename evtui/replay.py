"""Applying a run's record once more, entry by entry, up to the first that was altered.

Nothing in the file is believed: each result and each link of the chain is computed anew from the
commands, and each command has its mark (:mod:`evtui.marks`). Where a hash does not fit, the mark
says whether it was altered itself, or what it is over.
"""

import json
from collections.abc import Sequence
from typing import Final

from attrs import define, frozen

from evtui.errors import UsageError
from evtui.faults import AlteredError, altered, hex_bytes, short
from evtui.marks import Row, check_header_marks, holds, is_foreign, parsed, signer
from fsm.network.describe import describe
from fsm.network.records import KINDS, Record
from fsm.network.snapshot import SnapshotError
from fsm.network.state import NetworkState
from scenarios.recording import ENTRY_KEYS, VERSION, anchors_of, header_hash, line_of, link_of

END_KEYS: Final = [("end", dict), ("seals", dict)]
"""What the last line holds, in order."""


@frozen
class Replayed:
    """A record that was applied once more without a fault: header, outcome, and the state."""

    header: Row
    end: Row
    seals: Row
    end_line: int
    entries: int
    link: str
    network: NetworkState
    closed: dict[int, tuple[int, int, int]]
    """Line, entry and slot of the command that closed each transaction, by its number."""


@define
class _Place:
    """Where the way through the entries has come to; before the first, the header."""

    number: int
    """Of the entry before."""
    slot: int
    link: str
    mark: str


def replay(lines: Sequence[str]) -> Replayed:
    """Apply a record's entries once more.

    Raises:
        UsageError: there is no header that this program can use.
        AlteredError: an entry is not as it was written.

    """
    header = read_header(lines[0] if lines else "")
    network = _first_state(header, lines[0])
    check_header_marks(header)
    rows = lines[1:]
    place = _Place(0, 0, header["hash"], "")
    closed: dict[int, tuple[int, int, int]] = {}
    for index, line in enumerate(rows):
        number = index + 1
        row = _row(line, index + 2, number)
        if "end" in row and "n" not in row:
            if index + 1 < len(rows):
                if holds(parsed(rows[index + 1]), header, place.mark):
                    raise altered(index + 2, number, 0, "an outcome", line, f"entry {number}")
                raise altered(index + 3, 0, 0, "a line after the end", rows[index + 1], "nothing")
            if [(key, type(part)) for key, part in row.items()] != END_KEYS:
                raise altered(index + 2, 0, 0, "the outcome", line, "an outcome and seals")
            end, seals = row["end"], row["seals"]
            return Replayed(header, end, seals, index + 2, index, place.link, network, closed)
        places = network.state.open_by_cp
        try:
            _check_entry(row, place, header, network, rows[number : number + 1])
        except AlteredError:
            # It would be blamed for a header that is not its own.
            if number == 1 and is_foreign(header, rows):
                what, must = "the header, or every entry", "what the meters have signed"
                raise altered(1, 0, 0, what, header["hash"], must) from None
            raise
        place = _Place(number, row["slot"], row["link"], row["mark"])
        if network.state.open_by_cp is not places:
            here = (index + 2, number, place.slot)
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
    row: Row, place: _Place, header: Row, network: NetworkState, after: Sequence[str]
) -> None:
    """Check one entry and apply its command. Raises :class:`AlteredError` at the first fault."""
    number = place.number + 1
    at = (number + 1, number)
    if tuple(row) != ENTRY_KEYS:
        raise altered(*at, 0, "the keys", ", ".join(map(str, row)), ", ".join(ENTRY_KEYS))
    if type(row["n"]) is not int or row["n"] != number:
        raise altered(*at, 0, "the number (a line is missing, doubled or moved)", row["n"], number)
    here = (*at, row["slot"] if type(row["slot"]) is int else 0)
    if type(row["slot"]) is not int or row["slot"] <= place.slot:
        raise altered(*here, "the slot", row["slot"], f"more than {place.slot}")
    command, result = _bytes(row, "command", here), _bytes(row, "result", here)
    signed = holds(row, header, place.mark)
    by = signer(header, row["slot"])
    keys = network.state.meter_keys
    expected = network.apply(command)
    if result != expected and signed:
        raise altered(*here, "the result", row["result"], expected.hex())
    if row["chain"] != network.chain.hex() and signed:
        raise altered(*here, "the chain", row["chain"], network.chain.hex())
    if result != expected or row["chain"] != network.chain.hex():
        raise altered(*here, "the command", row["command"], f"the one that {by} has signed")
    if not signed:
        _blame(row, place, header, after, here)
    if row["says"] != describe(command):
        raise altered(*here, "what it says", row["says"], describe(command))
    if row["link"] != link_of(place.link, row):
        raise altered(*here, "the link", row["link"], link_of(place.link, row))
    if network.state.meter_keys is not keys:
        _check_meters(header, network)


def _blame(
    row: Row, place: _Place, header: Row, after: Sequence[str], here: tuple[int, int, int]
) -> None:
    """Name what of an entry was altered whose mark does not hold, though its chain fits.

    Raises :class:`AlteredError`, always.
    """
    by = f"what {signer(header, row['slot'])} has signed"
    if after and holds(parsed(after[0]), header, row["mark"]):
        # The next mark is over this one: it stands as it was.
        raise altered(*here, "the command, the slot or the place", row["command"], by)
    if row["link"] != link_of(place.link, row):
        raise altered(*here, "the slot, or the mark", row["slot"], by)
    raise altered(*here, "the command, the slot or the mark", row["mark"], by)


def _check_meters(header: Row, network: NetworkState) -> None:
    """The header names the meters' keys that the log registers. Raises :class:`AlteredError`."""
    for cp_id, known in network.state.meter_keys.items():
        named = header["meters"].get(cp_id)
        if named != known.public.hex():
            raise altered(1, 0, 0, f"the meter key of {cp_id}", named, known.public.hex())


def _bytes(row: Row, key: str, here: tuple[int, int, int]) -> bytes:
    data = hex_bytes(row[key])
    if data is None:
        raise altered(*here, f"the {key}", row[key], "bytes in hexadecimal")
    return data
