"""What proves a transaction: the driver's identity, and the receipt that the meter signed.

A meter's public key is registered with the first BootNotification of its charge point (seed rule
SC1) and never replaced: a later boot with another key is rejected. The final StopTransaction
carries the meter's receipt as OCPP has it: ``transactionData`` with ``format`` SignedData. It is
checked when the command is applied, by every replica alike. What a good receipt does not prove is
not believed: the stop is taken, or it would be sent for ever, but its register is not.
"""

from enum import StrEnum
from typing import Any, Final

from fsm.network.authorization import certificate_serial
from fsm.network.checks import text
from fsm.network.records import Evidence, MeterKey, Transaction
from fsm.network.tables import Draft
from fsm.ocpp.frames import CallError, ErrorCode, Operation
from fsm.trust.keys import KEY_BYTES
from fsm.trust.receipts import RECEIPT_MAX, Receipt, read_receipt

ID_TOKEN_TYPES: Final = ("ISO14443", "eMAID")


class ReceiptStatus(StrEnum):
    """What became of a transaction's receipt."""

    GOOD = "Good"
    BAD = "Bad"
    """Its signature is not the meter's, or it says something else than the command."""
    MISSING = "Missing"
    """The meter has a key, and nothing signed by it came."""
    UNSIGNED = "Unsigned"
    """The meter has no key: its readings are taken as they are told."""


def register(draft: Draft, operation: Operation, payload: dict[str, Any]) -> bool:
    """Register a meter's key; False when another one was registered before."""
    if "meterPublicKey" not in payload:
        return True
    public = _key(text(payload, "meterPublicKey", 2 * KEY_BYTES))
    known = draft.find(MeterKey, operation.cp_id)
    if known is None:
        draft.put(MeterKey(operation.cp_id, public))
    return known is None or known.public == public


def _key(written: str) -> bytes:
    try:
        public = bytes.fromhex(written)
    except ValueError:
        public = b""
    if len(public) != KEY_BYTES or public.hex() != written:
        raise CallError(
            ErrorCode.PROPERTY_CONSTRAINT_VIOLATION,
            f"meterPublicKey is not {KEY_BYTES} bytes in hexadecimal",
        )
    return public


def begin(draft: Draft, transaction: Transaction, payload: dict[str, Any]) -> None:
    """Note how the driver of a new transaction was identified. Raises :class:`CallError`."""
    kind = payload.get("idTokenType", ID_TOKEN_TYPES[0])
    if kind not in ID_TOKEN_TYPES:
        raise CallError(
            ErrorCode.PROPERTY_CONSTRAINT_VIOLATION,
            f"idTokenType is one of {', '.join(ID_TOKEN_TYPES)}",
        )
    named = "iso15118CertificateHashData" in payload
    certificate = certificate_serial(payload) if named else ""
    draft.put(Evidence(transaction.id, kind, certificate))


def close(draft: Draft, transaction: Transaction, payload: dict[str, Any], meter_wh: int) -> bool:
    """Judge the receipt of a stop that says ``meter_wh``; whether that register is believed."""
    status = _judge(draft, transaction, payload, meter_wh)
    good = status is ReceiptStatus.GOOD
    evidence = draft.get(Evidence, transaction.id)
    proven_wh = meter_wh - transaction.meter_start_wh if good else 0
    draft.put(evidence._replace(receipt=status.value, signed_wh=proven_wh))
    return good or status is ReceiptStatus.UNSIGNED


def billable_wh(transaction: Transaction, evidence: Evidence) -> int:
    """The energy of a closed transaction that may be billed, in Wh.

    What a good receipt proves; nothing where a receipt was due and none was good. Without a
    registered meter it is what was told.
    """
    if evidence.receipt == ReceiptStatus.UNSIGNED:
        return transaction.energy_wh
    return evidence.signed_wh


def is_proven(evidence: Evidence) -> bool:
    """Whether a transaction may be billed at all: not where a receipt was due and none was good."""
    return evidence.receipt not in (ReceiptStatus.BAD, ReceiptStatus.MISSING)


def _judge(
    draft: Draft, transaction: Transaction, payload: dict[str, Any], meter_wh: int
) -> ReceiptStatus:
    known = draft.find(MeterKey, transaction.cp_id)
    if known is None:
        return ReceiptStatus.UNSIGNED
    signed = _signed_data(payload)
    if not signed:
        return ReceiptStatus.MISSING
    receipt = read_receipt(signed, known.public)
    if receipt is None or not _fits(receipt, transaction, meter_wh):
        return ReceiptStatus.BAD
    return ReceiptStatus.GOOD


def _fits(receipt: Receipt, transaction: Transaction, meter_wh: int) -> bool:
    """Whether a receipt is of this transaction and of these registers."""
    return (
        receipt.cp_id == transaction.cp_id
        and receipt.transaction_id == transaction.id
        and receipt.id_tag == transaction.id_tag
        and receipt.start_wh == transaction.meter_start_wh
        and receipt.stop_wh == meter_wh
        and receipt.stop_wh >= receipt.start_wh
    )


def _signed_data(payload: dict[str, Any]) -> str:
    """The SignedData among a stop's ``transactionData``; empty when there is none.

    Nothing in it makes the command fail: a stop is never refused for what the meter says.
    """
    entries = payload.get("transactionData")
    for entry in entries if type(entries) is list else ():
        samples = entry.get("sampledValue") if type(entry) is dict else None
        for sample in samples if type(samples) is list else ():
            if type(sample) is dict and sample.get("format") == "SignedData":
                value = sample.get("value")
                return value if type(value) is str and len(value) <= RECEIPT_MAX else "damaged"
    return ""
