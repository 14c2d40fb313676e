"""A run's record: every command of the log with its result, chained, sealed, as lines of JSON.

The first line is the header: the scenario, its seed and calendar time, the network's first state,
the keys that signatures are checked with, and each meter's mark: its signature over the header's
hash. Then comes one line for each command that the state machine was given, in order. The last line
is the outcome, sealed by the meters of all charge points: hardware, which signs also where a
computer is down or never began. Bytes are in hexadecimal.

Seals of the outcome say that something was altered, not where. So each entry has a mark, too: one
meter in turn signs the header's hash, the mark before, the slot and the command (what else stands
there follows from these). A mark names the one before as it stands, not what that was made from.
So whoever alters an entry and makes all hashes anew spoils one mark, or two with the entry's own;
and whoever puts another run's header before it spoils all.

Each entry carries two hashes. ``chain`` is the network's own (:mod:`fsm.trust.chain`): all replicas
hold it. ``link`` chains the lines themselves, so that what the network does not chain (the slot,
the words for people) cannot be altered either.
"""

import datetime as dt
import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final, TextIO

import msgpack

from fsm.network.describe import describe
from fsm.network.evidence import billable_wh
from fsm.network.records import flat
from fsm.network.state import NetworkState
from fsm.network.tables import KIND_OF, Tables
from fsm.trust.chain import next_link
from fsm.trust.keys import public_key, sign
from scenarios.chosen import Chosen
from scenarios.world import World

VERSION: Final = 4

ENTRY_KEYS: Final = ("n", "slot", "command", "says", "result", "chain", "link", "mark")


class Recorder:
    """Writes the record of a world while it runs; made before its first event."""

    def __init__(self, world: World, out: TextIO) -> None:
        self.world = world
        self.out = out
        self.entries = 0
        self.slot = 0
        self.state: Tables = world.machine().state
        self.chain = self.state.chain
        self.keys = {
            cp_id: world.connectors[number].meter.key for number, cp_id in world.ids.items()
        }
        """The meters' keys, in the order of the header's."""
        header = header_of(world)
        self.header_hash = header["hash"] = self.link = header_hash(header)
        data = header_mark_bytes(self.header_hash)
        header["marks"] = {cp_id: sign(key, data).hex() for cp_id, key in self.keys.items()}
        self.mark = ""
        self.out.write(line_of(header) + "\n")
        world.trust.choir.hearers.append(self.hear)

    def hear(self, chosen: Chosen, network: NetworkState) -> None:
        """Write one command."""
        self.entries += 1
        self.slot = chosen.slot
        self.state = network.state
        self.chain = next_link(self.chain, chosen.command, chosen.result)
        entry: dict[str, object] = {
            "n": self.entries,
            "slot": chosen.slot,
            "command": chosen.command.hex(),
            "says": describe(chosen.command),
            "result": chosen.result.hex(),
            "chain": self.chain.hex(),
        }
        self.link = entry["link"] = link_of(self.link, entry)
        key = self.keys[signer_of(list(self.keys), chosen.slot)]
        self.mark = sign(key, mark_bytes(self.header_hash, self.mark, entry)).hex()
        entry["mark"] = self.mark
        self.out.write(line_of(entry) + "\n")

    def finish(self) -> None:
        """Write the outcome and the seals.

        Raises RuntimeError when the replica that applied last has another chain.
        """
        if self.state.chain != self.chain:
            raise RuntimeError("the record's chain is not the network's")
        end: dict[str, object] = {
            "entries": self.entries,
            "header": self.header_hash,
            "link": self.link,
            "chain": self.chain.hex(),
            "transactions": transactions_of(self.state),
            "bills": bills_of(self.state),
        }
        seal = seal_bytes(end)
        seals = {cp_id: sign(key, seal).hex() for cp_id, key in self.keys.items()}
        self.out.write(line_of({"end": end, "seals": seals}) + "\n")


def header_of(world: World) -> dict[str, object]:
    """The first line of a record."""
    scenario = world.scenario
    start = dt.datetime.fromtimestamp(scenario.start_us // 1_000_000, dt.UTC)
    meters = {
        cp_id: public_key(world.connectors[number].meter.key).hex()
        for number, cp_id in world.ids.items()
    }
    return {
        "record": VERSION,
        "scenario": scenario.name,
        "seed": world.seed,
        "start": f"{start:%Y-%m-%dT%H:%M:%SZ}",
        "start_us": scenario.start_us,
        "capacity_w": world.beginning.capacity_w,
        "genesis": genesis_rows(world),
        "root": world.root.hex(),
        "meters": meters,
        "hash": "",
        "marks": {},
    }


def genesis_rows(world: World) -> list[list[object]]:
    """The records that the network has before its first command, each with its kind."""
    return [[KIND_OF[type(record)].name, *flat(record)] for record in world.genesis]


def header_hash(header: dict[str, Any]) -> str:
    """The hash of a header but for ``hash`` and ``marks``; the first entry is linked to it."""
    return sha256(line_of({**header, "hash": "", "marks": {}}).encode()).hexdigest()


def line_of(row: dict[str, Any]) -> str:
    """A row as the one text that it may have: without spaces, in ASCII."""
    return json.dumps(row, separators=(",", ":"))


def link_of(before: str, entry: dict[str, Any]) -> str:
    """The hash that chains an entry's line to the one before: over all but itself and the mark."""
    covered = {key: entry[key] for key in ENTRY_KEYS if key not in ("link", "mark")}
    return sha256((before + line_of(covered)).encode()).hexdigest()


def seal_bytes(end: dict[str, Any]) -> bytes:
    """What a charge point's seal is over."""
    return b"evtui record " + line_of(end).encode()


def header_mark_bytes(header: str) -> bytes:
    """What the marks of a header are over: its hash."""
    return b"evtui header " + header.encode()


def mark_bytes(header: str, before: str, entry: dict[str, Any]) -> bytes:
    """What an entry's mark is over; ``before`` is the mark before it, empty for the first.

    The number is left out: where a line is missing, those after it are not spoilt, too.
    """
    covered = {"header": header, "before": before}
    covered |= {key: entry[key] for key in ("slot", "command")}
    return b"evtui mark " + line_of(covered).encode()


def signer_of(cp_ids: Sequence[str], slot: int) -> str:
    """The charge point whose meter marks the entry of a slot: those of the header take turns."""
    return cp_ids[slot % len(cp_ids)]


def transactions_of(state: Tables) -> list[dict[str, object]]:
    """Every transaction, for people and for the checks of a record."""
    return [
        {
            "id": transaction.id,
            "cp": transaction.cp_id,
            "id_tag": transaction.id_tag,
            "authorized_by": state.evidence[transaction.id].id_token_type,
            "start_us": transaction.start_us,
            "stop_us": transaction.stop_us,
            "energy_wh": transaction.energy_wh,
            "receipt": state.evidence[transaction.id].receipt,
            "billable_wh": 0
            if transaction.is_open
            else billable_wh(transaction, state.evidence[transaction.id]),
        }
        for transaction in state.transactions.values()
    ]


def bills_of(state: Tables) -> list[dict[str, object]]:
    """The bill of every transaction, in their order: what it rests on and what it comes to."""
    return [
        {
            "transaction": bill.transaction,
            "account": bill.id_tag,
            "tariff": bill.tariff,
            "wh": bill.wh,
            "lines": bill.lines,
            "cents": bill.cents,
            "tokens": bill.tokens,
            "status": bill.status,
        }
        for bill in state.bills.values()
    ]


def anchors_of(header: dict[str, Any]) -> str:
    """A fingerprint of the keys that a record's signatures are checked with, 32 hex digits.

    Whoever has it from elsewhere knows that a record is not one that was made anew as a whole.
    """
    packed = msgpack.packb([header["root"], sorted(header["meters"].items())])
    return sha256(packed).hexdigest()[:32]
