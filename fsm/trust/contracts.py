"""Checking a contract certificate: chain, validity, name (ISO 15118-2, 7.9.2; RFC 5280, 6.1).

Only what this network's certificates hold is looked at: two certificates below a root, Ed25519, a
common name, the basic constraints and the validity. Whether it was revoked the network says, with
the answer to Authorize: its list stands in the log.
"""

import datetime as dt
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING, Final, NamedTuple

import msgpack

from fsm.trust.keys import is_signed

if TYPE_CHECKING:
    from cryptography import x509


_ED25519_DER: Final = bytes.fromhex("300506032b6570034100")
"""What stands between what is signed and the 64 bytes of the signature (RFC 8410, 3 and 6)."""


class Fault(StrEnum):
    """What is wrong with a certificate; response codes of ISO 15118-2 without ``FAILED_``."""

    NO_CERTIFICATE = "NoCertificateAvailable"
    CHAIN = "CertChainError"
    EXPIRED = "CertificateExpired"


class Checked(NamedTuple):
    """A contract certificate that is good at this time."""

    emaid: str
    public: bytes
    """The key that its holder signs with."""
    hash_data: dict[str, object]
    """``CertificateHashDataType`` of OCPP 2.0.1, by which the network knows it."""


class RefusedCertificateError(Exception):
    """A certificate that is not good: which fault, and a sentence for people."""

    def __init__(self, fault: Fault, why: str) -> None:
        super().__init__(why)
        self.fault = fault


def check(chain: bytes, emaid: str, root: bytes, now_s: int) -> Checked:
    """Check a chain of :class:`fsm.trust.certificates.Contract` at ``now_s`` (s since 1970).

    ``root`` is the trust anchor as DER. Raises :class:`RefusedCertificateError`.
    """
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm

    damages = (
        ValueError,
        TypeError,
        UnsupportedAlgorithm,
        x509.InvalidVersion,
        x509.DuplicateExtension,
        x509.UnsupportedGeneralNameType,
    )
    if not chain:
        raise RefusedCertificateError(Fault.NO_CERTIFICATE, "no certificate was sent")
    try:
        return _check(*_unpack(chain), emaid, _load(root), now_s)
    except damages as error:
        # The library reads most fields only when they are asked for.
        raise RefusedCertificateError(Fault.CHAIN, "a certificate is damaged") from error


def _check(
    leaf: "x509.Certificate",
    sub_ca: "x509.Certificate",
    emaid: str,
    anchor: "x509.Certificate",
    now_s: int,
) -> Checked:
    for certificate, signer in ((sub_ca, anchor), (leaf, sub_ca)):
        _check_signature(certificate, signer)
    if _is_ca(leaf):
        raise RefusedCertificateError(Fault.CHAIN, "the contract certificate is one of a CA")
    name = _common_name(leaf)
    if name != emaid:
        raise RefusedCertificateError(Fault.CHAIN, f"its name is {name[:24]}, not {emaid[:24]}")
    for certificate in (sub_ca, leaf):
        _check_validity(certificate, now_s)
    return Checked(emaid, _public_bytes(leaf), hash_data(leaf, sub_ca))


def hash_data(leaf: "x509.Certificate", issuer: "x509.Certificate") -> dict[str, object]:
    """``CertificateHashDataType`` (OCPP 2.0.1, 2.6; RFC 6960, 4.1.1), hashes in hexadecimal."""
    return {
        "hashAlgorithm": "SHA256",
        "issuerNameHash": sha256(leaf.issuer.public_bytes()).hexdigest(),
        "issuerKeyHash": sha256(_public_bytes(issuer)).hexdigest(),
        "serialNumber": f"{leaf.serial_number:x}",
        # No responder is asked: the log is one.
        "responderURL": "urn:evtui:log",
    }


def _unpack(chain: bytes) -> "tuple[x509.Certificate, x509.Certificate]":
    try:
        leaf, sub_ca = msgpack.unpackb(chain)
        return _load(leaf), _load(sub_ca)
    except (ValueError, TypeError, RecursionError, msgpack.UnpackException) as error:
        raise RefusedCertificateError(Fault.CHAIN, "it is no chain of certificates") from error


def _load(der: bytes) -> "x509.Certificate":
    from cryptography import x509

    return x509.load_der_x509_certificate(der)


def _check_signature(certificate: "x509.Certificate", signer: "x509.Certificate") -> None:
    """Signed by this CA, and saying so."""
    from cryptography.hazmat.primitives.serialization import Encoding

    signed = certificate.tbs_certificate_bytes
    # The algorithm stands in a certificate twice, the second time where nobody has signed it.
    whole = certificate.public_bytes(Encoding.DER)
    is_ed25519 = whole.endswith(signed + _ED25519_DER + certificate.signature)
    issued = is_ed25519 and certificate.issuer == signer.subject and _is_ca(signer)
    if not issued or not is_signed(_public_bytes(signer), certificate.signature, signed):
        name = _common_name(certificate)[:24]
        raise RefusedCertificateError(Fault.CHAIN, f"{name} is not signed by a CA that is trusted")


def _public_bytes(certificate: "x509.Certificate") -> bytes:
    """The certificate's key. Raises TypeError when it is not an Ed25519 key."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    key = certificate.public_key()
    if not isinstance(key, Ed25519PublicKey):
        raise TypeError(f"an Ed25519 key was wanted, found {type(key).__name__}")
    return key.public_bytes_raw()


def _check_validity(certificate: "x509.Certificate", now_s: int) -> None:
    begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    now = dt.datetime.fromtimestamp(now_s, dt.UTC)
    if not begin <= now <= end:
        when = "has expired" if now > end else "is not valid yet"
        why = f"{_common_name(certificate)[:24]} {when}: {begin:%Y-%m-%d} to {end:%Y-%m-%d}"
        raise RefusedCertificateError(Fault.EXPIRED, why)


def _is_ca(certificate: "x509.Certificate") -> bool:
    from cryptography import x509

    try:
        found = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    except x509.ExtensionNotFound:
        return False
    return found.value.ca


def _common_name(certificate: "x509.Certificate") -> str:
    from cryptography.x509.oid import NameOID

    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else ""
