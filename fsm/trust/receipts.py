"""Signed meter receipts, in the manner of OCMF (Open Charge Metering Format 1.0).

A receipt is a text ``OCMF|payload|signature``: the payload is JSON, the signature is over the
payload's bytes as they stand, so no canonical form is needed to check it. The fields are OCMF's:
``GS`` the charge point, ``PG`` ``T`` and the transaction's number, ``ID`` the id tag, ``RD`` the
readings, ``TX`` B(egin) or E(nd), ``RV`` the register. Two things differ, and are simpler: ``SA``
is Ed25519, which OCMF does not list, and ``TM`` is an integer in µs of the charge point's wall
clock, counted from the run's beginning, as everywhere in the log.
"""

import json
from typing import Any, Final, NamedTuple

from fsm.trust.keys import is_signed, sign

RECEIPT_MAX: Final = 1_000
"""Longest receipt in characters."""

_ALGORITHM: Final = "Ed25519"


class Receipt(NamedTuple):
    """What a meter says of one transaction; energy in Wh of its register, times in µs."""

    cp_id: str
    transaction_id: int
    id_tag: str
    start_us: int
    start_wh: int
    stop_us: int
    stop_wh: int


def write_receipt(private: bytes, receipt: Receipt) -> str:
    """The receipt, signed."""
    payload = _compact(
        {
            "FV": "1.0",
            "GI": "evtui",
            "GS": receipt.cp_id,
            "PG": f"T{receipt.transaction_id}",
            "ID": receipt.id_tag,
            "RD": [
                {"TM": receipt.start_us, "TX": "B", "RV": receipt.start_wh, "RU": "Wh", "ST": "G"},
                {"TM": receipt.stop_us, "TX": "E", "RV": receipt.stop_wh, "RU": "Wh", "ST": "G"},
            ],
        }
    )
    signature = sign(private, payload.encode()).hex()
    return f"OCMF|{payload}|{_compact({'SA': _ALGORITHM, 'SD': signature})}"


def read_receipt(text: str, public: bytes) -> Receipt | None:
    """The receipt, if the text is one and its signature is this meter's; else None."""
    if len(text) > RECEIPT_MAX or not text.isascii():
        return None
    kind, _, rest = text.partition("|")
    payload, _, signed = rest.rpartition("|")
    try:
        content, signature = json.loads(payload), json.loads(signed)
        if kind != "OCMF" or signature["SA"] != _ALGORITHM:
            return None
        good = is_signed(public, bytes.fromhex(signature["SD"]), payload.encode())
        return _receipt(content) if good else None
    except (ValueError, TypeError, KeyError, IndexError, RecursionError):
        return None


def _receipt(content: dict[str, Any]) -> Receipt | None:
    begin, end = content["RD"]
    number = content["PG"]
    if [begin["TX"], end["TX"], begin["RU"], end["RU"]] != ["B", "E", "Wh", "Wh"]:
        return None
    values = [begin["TM"], begin["RV"], end["TM"], end["RV"]]
    if any(type(value) is not int for value in values) or number[:1] != "T":
        return None
    return Receipt(str(content["GS"]), int(number[1:]), str(content["ID"]), *values)


def _compact(content: dict[str, object]) -> str:
    return json.dumps(content, separators=(",", ":"))
