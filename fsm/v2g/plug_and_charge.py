"""Plug & Charge at the charge point: contract, challenge, signatures (ISO 15118-2, 7.9, 8.4.3.4).

The EV sends its contract's certificate chain; the charge point checks it against its one trust
anchor, answers with a challenge, and the EV signs that. Only then is the network asked for the
eMAID, and it says whether the certificate was revoked. While power flows the EV signs what the
meter says.

What the standard signs is EXI, by XML signature with ECDSA over P-256. Here it is the bytes of
:func:`authorization_bytes` and :func:`receipt_bytes`, with Ed25519: equal runs must be equal bytes.
"""

from hashlib import blake2b
from typing import Final

import msgpack
from attrs import frozen

from fsm.trust.contracts import Fault, RefusedCertificateError, check
from fsm.trust.keys import is_signed
from fsm.v2g import messages as m
from fsm.v2g import timeouts
from fsm.v2g.codes import PaymentOption
from fsm.v2g.codes import ResponseCode as Code
from fsm.v2g.evse import Evse
from fsm.v2g.sequence import Wait

CHALLENGE_BYTES: Final = 16
"""Length of a GenChallenge (128 bits, V2G2-825)."""

_CODES: Final[dict[Fault, Code]] = {
    Fault.NO_CERTIFICATE: Code.FAILED_NO_CERTIFICATE_AVAILABLE,
    Fault.CHAIN: Code.FAILED_CERT_CHAIN_ERROR,
    Fault.EXPIRED: Code.FAILED_CERTIFICATE_EXPIRED,
}


@frozen
class SeccTrust:
    """What a charge point needs for contracts."""

    root: bytes
    """The V2G root certificate, its trust anchor, as DER."""
    start_us: int
    """Calendar time of the run's beginning, in µs since 1970: certificates have dates."""
    secret: bytes
    """Only it knows this; challenges are made of it, so nobody can foresee one."""


def authorization_bytes(session_id: bytes, challenge: bytes) -> bytes:
    """What AuthorizationReq's signature is over."""
    packed: bytes = msgpack.packb(["AuthorizationReq", session_id, challenge])
    return packed


def receipt_bytes(session_id: bytes, tuple_id: int, meter_reading_wh: int) -> bytes:
    """What MeteringReceiptReq's signature is over."""
    packed: bytes = msgpack.packb(["MeteringReceiptReq", session_id, tuple_id, meter_reading_wh])
    return packed


def payment_details(evse: Evse, request: m.PaymentDetailsReq, now_us: int) -> m.Response:
    """Check the contract certificate; a good one gets a challenge."""
    session, trust = evse.session, evse.trust
    if trust is None:
        return m.PaymentDetailsRes(request.session_id, Code.FAILED_CERT_CHAIN_ERROR)
    wall_s = evse.station.clock.wall_us(now_us) // timeouts.S
    now_s = wall_s + trust.start_us // timeouts.S
    chain = request.contract_signature_cert_chain
    try:
        contract = check(chain, request.emaid, trust.root, now_s)
    except RefusedCertificateError as refused:
        code = _CODES[refused.fault]
        evse.refuse(request.emaid, code.value, str(refused))
        return m.PaymentDetailsRes(request.session_id, code)
    if session.id_tag != contract.emaid:
        session.id_tag, session.authorized = contract.emaid, False
    session.contract, session.proven = contract, False
    # A session that is joined again keeps its id: only with the time does it never repeat.
    seed = b"".join((trust.secret, session.session_id, now_us.to_bytes(8, "big")))
    session.challenge = blake2b(seed, digest_size=CHALLENGE_BYTES).digest()
    session.wait = Wait.AUTHORIZATION
    return m.PaymentDetailsRes(request.session_id, Code.OK, session.challenge, now_s)


def proof_fault(evse: Evse, request: m.AuthorizationReq) -> Code:
    """OK, or what is wrong with the proof that the EV has the contract's key."""
    session = evse.session
    if session.payment is not PaymentOption.CONTRACT or session.proven:
        return Code.OK
    contract = session.contract
    if contract is None or request.gen_challenge != session.challenge:
        evse.refuse(session.id_tag, Code.FAILED_CHALLENGE_INVALID.value, "another challenge")
        return Code.FAILED_CHALLENGE_INVALID
    signed = authorization_bytes(session.session_id, session.challenge)
    if not is_signed(contract.public, request.signature, signed):
        why = "the challenge is not signed by the contract's key"
        evse.refuse(session.id_tag, Code.FAILED_SIGNATURE_ERROR.value, why)
        return Code.FAILED_SIGNATURE_ERROR
    session.proven = True
    return Code.OK


def refused_by_network(evse: Evse, status: str) -> Code:
    """The response code for an id tag or eMAID that the network does not accept."""
    session = evse.session
    if session.contract is None:
        evse.refuse(session.id_tag, status, f"the id tag {session.id_tag} is refused: {status}")
        return Code.FAILED
    if evse.station.certificate_status == "CertificateRevoked":
        code = Code.FAILED_CERTIFICATE_REVOKED
        why = f"the certificate of {session.id_tag} was revoked"
    else:
        code = Code.FAILED_CERTIFICATE_NOT_ALLOWED_AT_THIS_EVSE
        why = f"the contract {session.id_tag} is refused: {status}"
    evse.refuse(session.id_tag, code.value, why)
    return code


def wants_receipt(evse: Evse) -> bool:
    """Whether the response asks for a MeteringReceiptReq; then that has to come next."""
    session = evse.session
    if session.contract is None or not session.receipt_due:
        return False
    session.receipt_due, session.told_wh = False, evse.meter.energy_wh
    session.wait = Wait.METERING_RECEIPT
    return True


def receipt_fault(evse: Evse, request: m.MeteringReceiptReq) -> Code:
    """OK, or that the EV's receipt is not over what the meter said, or not by its contract."""
    session = evse.session
    contract = session.contract
    if contract is None:
        good = request.meter_reading <= evse.meter.energy_wh
    else:
        tuple_id, reading_wh = request.sa_schedule_tuple_id, request.meter_reading
        signed = receipt_bytes(session.session_id, tuple_id, reading_wh)
        good = reading_wh == session.told_wh
        good = good and is_signed(contract.public, request.signature, signed)
    if good:
        return Code.OK
    code = Code.FAILED_METERING_SIGNATURE_NOT_VALID
    evse.refuse(session.id_tag, code.value, "the EV's receipt is not good")
    return code
