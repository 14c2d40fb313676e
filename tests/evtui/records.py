"""What the tests of ``evtui verify`` share: a record, and how one is altered."""

import io
import json
from collections.abc import Callable

import msgpack

from evtui.marks import Row
from evtui.verify import verify
from fsm.network.describe import describe
from fsm.network.records import KINDS
from fsm.network.state import NetworkState
from fsm.trust.chain import next_link
from fsm.trust.keys import sign
from scenarios.loader import loads
from scenarios.recording import (
    bills_of,
    header_hash,
    header_mark_bytes,
    line_of,
    link_of,
    mark_bytes,
    seal_bytes,
    signer_of,
    transactions_of,
)
from scenarios.runner import run

SMALL = """
duration = "2m"
cps = 3
[paxos]
snapshot = 5
retain = 0
[[ev]]
id = "EV1"
payment = "contract"
[[at]]
t = "10s"
do = "plug_in"
ev = "EV1"
cp = "CP1"
[[at]]
t = "20s"
do = "crash"
cp = "CP3"
[[at]]
t = "60s"
do = "restart"
cp = "CP3"
[[at]]
t = "90s"
do = "stop_charging"
ev = "EV1"
"""


def record(text: str = SMALL, seed: int | None = None) -> list[str]:
    """The lines of a run's record; its replicas compact their logs every five slots."""
    out = io.StringIO()
    run(loads(text, "small.toml"), record=out, seed=seed)
    return out.getvalue().splitlines()


def first_fault(lines: list[str], anchors: str | None = None) -> str:
    """The first thing that is found altered."""
    verdict = verify(lines, "record", anchors)
    assert not verdict.ok
    return str(verdict.faults[0])


def entry(lines: list[str], says: str) -> int:
    """The index of the first entry that says this; entry n stands at index n."""
    return next(i for i, line in enumerate(lines) if says in json.loads(line).get("says", ""))


def altered(lines: list[str], index: int, **changes: object) -> list[str]:
    """The lines with one row changed, written as rows are written."""
    row = json.loads(lines[index])
    return [*lines[:index], line_of({**row, **changes}), *lines[index + 1 :]]


def flipped(text: str, place: int) -> str:
    """A hexadecimal text with one digit changed."""
    return text[:place] + ("0" if text[place] != "0" else "1") + text[place + 1 :]


def first_network(lines: list[str]) -> NetworkState:
    """The network before the first entry, as the header has it."""
    header = json.loads(lines[0])
    kinds = {kind.name: kind.record for kind in KINDS}
    records = [kinds[name](*values) for name, *values in header["genesis"]]
    return NetworkState(header["capacity_w"], records)


def more(command: bytes) -> bytes:
    """A StopTransaction with a kWh more."""
    cp_id, at_us, call = msgpack.unpackb(command)
    call[3]["meterStop"] += 1_000
    return bytes(msgpack.packb([cp_id, at_us, call]))


def later(command: bytes) -> bytes:
    """A command a microsecond later."""
    cp_id, at_us, call = msgpack.unpackb(command)
    return bytes(msgpack.packb([cp_id, at_us + 1, call]))


def forged(
    lines: list[str],
    keys: dict[str, bytes],
    index: int = 0,
    edit: Callable[[bytes], bytes] = more,
    header: Row | None = None,
) -> list[str]:
    """A record made anew from an altered command or header, every hash and the outcome with it.

    Of the signatures, those that ``keys`` can make.
    """
    index = index or (0 if header else entry(lines, "StopTransaction"))
    first, rows, last = parts(lines)
    if index:
        command = bytes.fromhex(rows[index - 1]["command"])
        rows[index - 1]["command"] = edit(command).hex()
    return made_anew(first | (header or {}), rows, last, keys)


def parts(lines: list[str]) -> tuple[Row, list[Row], Row]:
    """A record as header, entries, and the last line."""
    first, *rows, last = (json.loads(line) for line in lines)
    return first, rows, last


def made_anew(
    first: Row, rows: list[Row], last: Row, keys: dict[str, bytes] | None = None
) -> list[str]:
    """A record of these entries with numbers, results, hashes and outcome that fit each other.

    Of the signatures, those that ``keys`` can make; the others are left as they stand.
    """
    keys = keys or {}
    first = first | {"hash": header_hash(first)}
    link, mark = first["hash"], ""
    data = header_mark_bytes(link)
    first["marks"] |= {cp_id: sign(key, data).hex() for cp_id, key in keys.items()}
    made = [line_of(first)]
    network = first_network(made)
    for number, row in enumerate(rows, 1):
        command = bytes.fromhex(row["command"])
        before = network.chain
        result = network.apply(command)
        row = row | {"n": number, "says": describe(command), "result": result.hex()}
        row["chain"] = next_link(before, command, result).hex()
        link = row["link"] = link_of(link, row)
        signer = signer_of(list(first["meters"]), row["slot"])
        if signer in keys:
            row["mark"] = sign(keys[signer], mark_bytes(first["hash"], mark, row)).hex()
        mark = row["mark"]
        made.append(line_of(row))
    end = last["end"] | {"entries": len(rows), "header": first["hash"]}
    end |= {"link": link, "chain": network.chain.hex()}
    end |= {"transactions": transactions_of(network.state), "bills": bills_of(network.state)}
    seals = {cp_id: sign(key, seal_bytes(end)).hex() for cp_id, key in keys.items()}
    return [*made, line_of({"end": end, "seals": last["seals"] | seals})]
