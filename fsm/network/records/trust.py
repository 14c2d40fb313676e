"""What proves who charged and how much (:mod:`fsm.trust`)."""

from typing import NamedTuple


class MeterKey(NamedTuple):
    """The public key of a charge point's meter: the first that it was registered with."""

    cp_id: str
    public: bytes


class Revocation(NamedTuple):
    """A contract certificate that counts no more."""

    serial: str
    """Serial number in hexadecimal, as OCPP 2.0.1 writes it."""
    emaid: str
    at_us: int


class Evidence(NamedTuple):
    """What proves a transaction: who charged, and what the meter signed. Energy in Wh."""

    transaction_id: int
    id_token_type: str
    """How the driver was identified: ``ISO14443`` or ``eMAID`` (OCPP 2.0.1, 3.44)."""
    certificate: str = ""
    """Serial number of the contract certificate, empty without one."""
    receipt: str = ""
    """:class:`fsm.network.evidence.ReceiptStatus`; empty while the transaction is open."""
    signed_wh: int = 0
    """Energy that a good signature of the registered meter proves."""
