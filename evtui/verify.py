"""``evtui verify``: whether a run's record is as it was written, and its signatures hold.

The entries are applied once more (:mod:`evtui.replay`), and the first that was altered is named.
What can be said only of the whole record stands in :data:`CHECKS`, one function for each.
"""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from attrs import asdict, frozen

from evtui.errors import UsageError
from evtui.replay import (
    AlteredError,
    Fault,
    Replayed,
    Row,
    hex_bytes,
    holds,
    read_header,
    replay,
    short,
    signer_of,
)
from fsm.network.evidence import ReceiptStatus
from fsm.trust.keys import is_signed
from scenarios.audit import findings
from scenarios.kinds import printable
from scenarios.recording import anchors_of, bills_of, seal_bytes, transactions_of

MAX_BYTES: Final = 1 << 30
EXIT_OK, EXIT_ALTERED = 0, 1


def check_outcome(record: Replayed) -> Iterator[Fault]:
    """The last line says what the entries lead to."""
    must: Row = {
        "entries": record.entries,
        "header": record.header["hash"],
        "link": record.link,
        "chain": record.network.chain.hex(),
        "transactions": transactions_of(record.network.state),
    }
    # Bills have a check of their own, which names each.
    keys = [*must, "bills"]
    if list(record.end) != keys:
        yield _fault(record, "the outcome's keys", list(record.end), keys)
    for key, value in must.items():
        if record.end.get(key) != value:
            what = "the header" if key == "header" else f"the outcome's {key}"
            yield _fault(record, what, record.end.get(key), value)


def check_bills(record: Replayed) -> Iterator[Fault]:
    """Each bill follows from its transaction, tariff and receipt, and all money is conserved.

    One that does not is named with the slot in which its transaction was closed.
    """
    told, state = record.end.get("bills"), record.network.state
    must = bills_of(state)
    if type(told) is not list or len(told) != len(must):
        found = f"{len(told)} bills" if type(told) is list else told
        yield _fault(record, "the outcome's bills", found, f"{len(must)} bills")
        return
    for bill, right in zip(told, must, strict=True):
        if bill != right:
            number = int(str(right["transaction"]))
            line, entry, slot = record.closed.get(number, (record.end_line, 0, 0))
            found, expected = _differing(bill, right)
            what = f"the bill of transaction {number}"
            yield Fault(line, entry, slot, what, short(found), short(expected))
    for problem in findings(state):
        yield _fault(record, "the money", problem, "conserved, and every bill right")


def _differing(bill: object, right: Row) -> tuple[object, object]:
    """What of a bill is other than it must be, found and right."""
    if type(bill) is not dict or list(bill) != list(right):
        return bill, right
    keys = [key for key in right if bill[key] != right[key]]
    return {key: bill[key] for key in keys}, {key: right[key] for key in keys}


def check_meters(record: Replayed) -> Iterator[Fault]:
    """The header names the meters' keys that the log has registered."""
    for cp_id, known in record.network.state.meter_keys.items():
        named = record.header["meters"].get(cp_id)
        if named != known.public.hex():
            yield Fault(1, 0, 0, f"the meter key of {cp_id}", short(named), known.public.hex())


def check_marks(record: Replayed) -> Iterator[Fault]:
    """The link of every few entries is signed: the first stretch that is not as it was is named.

    Links are chained, so a mark that holds vouches for all before it. One that does not, before
    one that does or where all seals of the outcome hold, was altered itself. After the last that
    holds, either may have been altered.
    """
    links, header = list(record.links.items()), record.header
    if len(record.marks) != len(links):
        yield _fault(record, "the marks", f"{len(record.marks)} marks", f"{len(links)} marks")
        return
    good = [
        holds(mark, header, entry, link, turn)
        for turn, (mark, (entry, link)) in enumerate(zip(record.marks, links, strict=True))
    ]
    sealed = bool(record.seals) and not any(check_seals(record))
    sure = len(good) if sealed else max((turn for turn, it in enumerate(good, 1) if it), default=0)
    for turn, (entry, _) in enumerate(links[:sure]):
        if not good[turn]:
            what = f"the mark of entry {entry}" if entry else "the mark of the header"
            expected = f"{signer_of(header, turn)}'s over what stands there"
            yield _fault(record, what, record.marks[turn], expected)
    if sure == len(good):
        return
    entry, link = links[sure]
    if not sure:
        what, expected = "the header, or its mark", f"what {signer_of(header, 0)} has signed"
        yield Fault(1, 0, 0, what, short(link), expected)
        return
    first = links[sure - 1][0] + 1
    what = f"one of the entries {first} to {entry}, or the mark of entry {entry}"
    expected = f"what {signer_of(header, sure)} has signed"
    yield Fault(first + 1, first, 0, what, short(link), expected)


def check_seals(record: Replayed) -> Iterator[Fault]:
    """The meters of all charge points that have booted have signed the outcome, and no other."""
    seal = seal_bytes(record.end)
    keys = record.network.state.meter_keys
    for cp_id in keys:
        if cp_id not in record.seals:
            yield _fault(record, f"the seal of {cp_id}", "none", f"{cp_id}'s over the outcome")
    for cp_id, signature in record.seals.items():
        known = keys.get(cp_id)
        data = hex_bytes(signature)
        if known is None or data is None or not is_signed(known.public, data, seal):
            yield _fault(record, f"the seal of {cp_id}", signature, f"{cp_id}'s over the outcome")
    order = [cp_id for cp_id in record.header["meters"] if cp_id in keys]
    if list(record.seals) != order and sorted(record.seals) == sorted(order):
        found, expected = ", ".join(record.seals), ", ".join(order)
        yield _fault(record, "the order of the seals", found, expected)


def _fault(record: Replayed, what: str, found: object, expected: object) -> Fault:
    return Fault(record.end_line, 0, 0, what, short(found), short(expected))


Check = Callable[[Replayed], Iterator[Fault]]

CHECKS: Final[dict[str, Check]] = {
    "outcome": check_outcome,
    "bills": check_bills,
    "meters": check_meters,
    "marks": check_marks,
    "seals": check_seals,
}
"""What is checked of a record that holds entry by entry, by name."""


# --- the command -----------------------------------------------------------------------------


@frozen
class Verdict:
    """What ``evtui verify`` found; the attributes are the keys of its JSON object."""

    file: str
    ok: bool
    scenario: str
    seed: int
    anchors: str
    """Fingerprint of the keys: equal for every record of this scenario and seed."""
    entries: int
    transactions: int
    receipts: dict[str, int]
    """How many transactions have a receipt of each kind; the network knew it at the time."""
    checks: tuple[str, ...]
    """What holds."""
    faults: tuple[Fault, ...]


def verify(lines: Sequence[str], file: str, anchors: str | None = None) -> Verdict:
    """Check a record. Raises :class:`UsageError` when it is none."""
    header = read_header(lines[0] if lines else "")
    try:
        record = replay(lines)
    except AlteredError as altered:
        return _verdict(file, header, None, (), (altered.fault,))
    faults, held = [], ["entries", "chain"]
    for name, check in CHECKS.items():
        found = list(check(record))
        faults += found
        held += [] if found else [name]
    if anchors is not None and anchors != anchors_of(header):
        faults.append(Fault(1, 0, 0, "the anchors", anchors_of(header), short(anchors)))
    elif anchors is not None:
        held.append("anchors")
    return _verdict(file, header, record, tuple(held), tuple(faults))


def _verdict(
    file: str,
    header: Row,
    record: Replayed | None,
    held: tuple[str, ...],
    faults: tuple[Fault, ...],
) -> Verdict:
    evidence = [] if record is None else list(record.network.evidence.values())
    kinds = {status.value: 0 for status in ReceiptStatus}
    for each in evidence:
        if each.receipt:
            kinds[each.receipt] += 1
    try:
        anchors = anchors_of(header)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        anchors = ""
    seed = header.get("seed")
    return Verdict(
        file=printable(file),
        ok=not faults,
        scenario=printable(str(header.get("scenario"))),
        seed=seed if type(seed) is int else 0,
        anchors=anchors,
        entries=0 if record is None else record.entries,
        transactions=len(evidence),
        receipts=kinds,
        checks=held,
        faults=faults,
    )


def run_verify(file: str, *, as_json: bool, anchors: str | None) -> int:
    """Check the record in a file, print what was found, and return the exit code.

    Raises:
        UsageError: the file cannot be used.

    """
    try:
        verdict = verify(_read(file), file, anchors)
    except UsageError as error:
        raise UsageError(f"{printable(file)}: {error}") from None
    if as_json:
        sys.stdout.write(json.dumps(asdict(verdict)) + "\n")
    else:
        sys.stdout.write("\n".join(_text(verdict)) + "\n")
    return EXIT_OK if verdict.ok else EXIT_ALTERED


def _read(file: str) -> list[str]:
    try:
        with Path(file).open("rb") as opened:
            raw = opened.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UsageError(f"cannot be read ({why}); allowed a file of evtui run --record") from None
    if len(raw) > MAX_BYTES:
        raise UsageError(f"found more than {MAX_BYTES >> 30} GiB; allowed a record")
    # What is no ASCII was not written so; it is named with its line.
    return raw.decode("ascii", errors="replace").removesuffix("\n").split("\n")


def _text(verdict: Verdict) -> Iterator[str]:
    yield f"{verdict.file}: {verdict.scenario}, seed {verdict.seed}, anchors {verdict.anchors}"
    if verdict.checks:
        receipts = ", ".join(f"{n} {kind.lower()}" for kind, n in verdict.receipts.items() if n)
        yield (
            f"{verdict.entries:,} entries applied once more, {verdict.transactions:,} transactions"
            f", receipts: {receipts or 'none'}"
        )
        yield f"holds: {', '.join(verdict.checks)}"
    for fault in verdict.faults:
        yield f"ALTERED {fault}"
    if verdict.ok:
        yield "nothing was altered"
