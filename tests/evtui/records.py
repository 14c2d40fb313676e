"""What the tests of ``evtui verify`` share: a record, and how one is altered."""

import io
import json
from collections.abc import Callable

import msgpack

from evtui.replay import Row
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
    line_of,
    link_of,
    mark_bytes,
    seal_bytes,
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


def first_fault(lines: list[str]) -> str:
    """The first thing that is found altered."""
    verdict = verify(lines, "record")
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
    first = json.loads(lines[0]) | (header or {})
    first["hash"] = link = header_hash(first)
    made = [line_of(first)]
    network, links = first_network(made), [link]
    for place in range(1, len(lines) - 1):
        row = json.loads(lines[place])
        command = bytes.fromhex(row["command"])
        if place == index:
            command = edit(command)
        before = network.chain
        result = network.apply(command)
        row |= {"command": command.hex(), "says": describe(command), "result": result.hex()}
        row["chain"] = next_link(before, command, result).hex()
        link = row["link"] = link_of(link, row)
        links.append(link)
        made.append(line_of(row))
    last = json.loads(lines[-1])
    end = last["end"] | {"header": first["hash"], "link": link, "chain": network.chain.hex()}
    end["transactions"] = transactions_of(network.state)
    end["bills"] = bills_of(network.state)
    last["seals"] |= {cp_id: sign(key, seal_bytes(end)).hex() for cp_id, key in keys.items()}
    for mark in last["marks"]:
        if mark["cp"] in keys:
            data = mark_bytes(first["hash"], mark["entry"], links[mark["entry"]])
            mark["seal"] = sign(keys[mark["cp"]], data).hex()
    return [*made, line_of(last | {"end": end})]
