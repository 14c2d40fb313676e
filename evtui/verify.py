"""``evtui verify``: whether a run's record is as it was written, and its signatures hold.

The entries are applied once more (:mod:`evtui.replay`), and the first that was altered is named.
What can be said only of the whole record stands in :data:`CHECKS`, one function for each.
"""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from attrs import asdict, frozen

from evtui.errors import UsageError, reason
from evtui.faults import AlteredError, Fault, hex_bytes, short
from evtui.marks import Row
from evtui.replay import Replayed, read_header, replay
from evtui.source import read_bytes, source_name
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


def check_seals(record: Replayed) -> Iterator[Fault]:
    """The meters of all charge points have signed the outcome, and no other.

    All entries hold when this is asked. So where no seal does, the outcome is another one: most
    likely, entries at the end were taken away, and the outcome of what is left was put there.
    """
    seal = seal_bytes(record.end)
    keys, seals = record.header["meters"], record.seals
    wrong = [cp_id for cp_id in keys if not _is_sealed(keys[cp_id], seals.get(cp_id), seal)]
    if seals and len(wrong) == len(keys):
        what = f"the outcome is altered, or entries after {record.entries} are missing"
        yield _fault(record, what, record.end.get("chain"), "what all meters have signed")
    for cp_id in [*wrong, *(stranger for stranger in seals if stranger not in keys)]:
        found = seals.get(cp_id, "none")
        yield _fault(record, f"the seal of {cp_id}", found, f"{cp_id}'s over the outcome")
    if list(seals) != list(keys) and sorted(seals) == sorted(keys):
        yield _fault(record, "the order of the seals", ", ".join(seals), ", ".join(keys))


def _is_sealed(key: str, signature: object, seal: bytes) -> bool:
    public, data = hex_bytes(key), hex_bytes(signature)
    return public is not None and data is not None and is_signed(public, data, seal)


def _fault(record: Replayed, what: str, found: object, expected: object) -> Fault:
    return Fault(record.end_line, 0, 0, what, short(found), short(expected))


Check = Callable[[Replayed], Iterator[Fault]]

ENTRY_CHECKS: Final = ("entries", "chain", "marks", "meters")
"""What holds where each entry does: :mod:`evtui.replay`."""

CHECKS: Final[dict[str, Check]] = {
    "outcome": check_outcome,
    "bills": check_bills,
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
    faults, held = [], list(ENTRY_CHECKS)
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
        file=source_name(file),
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
        raise UsageError(f"{source_name(file)}: {error}") from None
    if as_json:
        sys.stdout.write(json.dumps(asdict(verdict)) + "\n")
    else:
        sys.stdout.write("\n".join(_text(verdict)) + "\n")
    return EXIT_OK if verdict.ok else EXIT_ALTERED


def _read(file: str) -> list[str]:
    try:
        raw = read_bytes(file, MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        why = reason(error)
        raise UsageError(
            f"cannot be read ({why}); allowed a file of evtui run --record, or -"
        ) from None
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
