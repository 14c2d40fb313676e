"""Whether the marks of a record hold: who has signed its header, and each of its entries.

A mark is a signature over the slot and the command of its entry, over the header's hash and over
the mark before as it stands. So one that holds says, beside all those before it, that nothing up to
here was altered, whatever became of the hashes; and the first that does not is that of the first
entry which was altered. Those after it hold again.
"""

import json
from collections.abc import Sequence
from typing import Any

from evtui.faults import altered, hex_bytes
from fsm.trust.keys import is_signed
from scenarios.recording import header_mark_bytes, mark_bytes, signer_of

Row = dict[str, Any]


def check_header_marks(header: Row) -> None:
    """Every meter that the header names has signed its hash.

    All of them, so that nobody puts a key of his own there. Raises
    :class:`~evtui.faults.AlteredError`.
    """
    meters, marks = header["meters"], header.get("marks")
    if not meters:
        raise altered(1, 0, 0, "the header", "no meters", "those of all charge points")
    if type(marks) is not dict or list(marks) != list(meters):
        raise altered(1, 0, 0, "the marks of the header", marks, f"those of {', '.join(meters)}")
    data = header_mark_bytes(header["hash"])
    spoilt = [cp_id for cp_id in meters if not _is_of(meters[cp_id], marks[cp_id], data)]
    if spoilt:
        first = spoilt[0]
        mark = "" if len(spoilt) == len(meters) else f", or the mark of {first} in it"
        raise altered(1, 0, 0, f"the header{mark}", header["hash"], f"what {first} has signed")


def signer(header: Row, slot: int) -> str:
    """The charge point whose meter marks the entry of this slot."""
    return signer_of(list(header["meters"]), slot)


def holds(row: Row, header: Row, before: object) -> bool:
    """Whether an entry's mark is its signer's over the entry and the mark before it."""
    slot, command = row.get("slot"), row.get("command")
    if type(slot) is not int or type(command) is not str or type(before) is not str:
        return False
    key = header["meters"][signer(header, slot)]
    return _is_of(key, row.get("mark"), mark_bytes(header["hash"], before, row))


def is_foreign(header: Row, rows: Sequence[str]) -> bool:
    """Whether the header belongs to another run: under it no entry's mark holds.

    One entry alone says nothing, as it may have been altered itself; then the outcome does.
    """
    before: object = ""
    entries, told = 0, header["hash"]
    for line in rows:
        row = parsed(line)
        if type(row.get("end")) is dict:
            told = row["end"].get("header")
        elif row:
            if holds(row, header, before):
                return False
            entries, before = entries + 1, row.get("mark")
    return entries > 1 or told != header["hash"]


def parsed(line: str) -> Row:
    """A line as a row; an empty one if it is none."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return row if type(row) is dict else {}


def _is_of(key: object, seal: object, data: bytes) -> bool:
    public, signature = hex_bytes(key), hex_bytes(seal)
    return public is not None and signature is not None and is_signed(public, signature, data)
