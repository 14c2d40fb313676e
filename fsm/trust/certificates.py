"""Making X.509 certificates: V2G root → mobility operator's sub-CA → contract (ISO 15118-2, 7.9).

All that a certificate holds follows from the arguments: keys from the seed, fixed serial numbers,
validity counted from the run's calendar time. Signatures are Ed25519 (RFC 8410), not the standard's
ECDSA over P-256, because equal runs must make equal bytes.

A contract comes in several kinds; each but ``valid`` is refused, and shows one code of the standard
(:data:`KINDS`).
"""

import datetime as dt
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Final, NamedTuple

import msgpack

from fsm.trust.keys import load_private, load_public, private_key, public_key

if TYPE_CHECKING:
    from cryptography import x509

KINDS: Final[dict[str, str]] = {
    "valid": "it is accepted",
    "revoked": "its serial number is on the network's revocation list from the beginning",
    "expired": "its validity ended a day before the run",
    "future": "its validity begins a day after the run's beginning",
    "foreign": "its chain leads to a root that the charge points do not trust",
    "tampered": "a letter of its name was changed after it was signed",
    "borrowed": "it is another contract's: the EV says its own eMAID, which the name is not",
    "stolen": "the certificate is good, but the EV does not have its private key",
    "replayed": "the EV sends the challenge and signature of an earlier session",
    "missing": "the EV wants to pay by contract and sends no certificate",
}
"""Kinds of contract, and what is wrong with each."""

_DAY_S: Final = 86_400
_YEAR_S: Final = 365 * _DAY_S

ROOT_SERIAL: Final = 1
SUB_CA_SERIAL: Final = 2


class Contract(NamedTuple):
    """What an EV has of its contract."""

    emaid: str
    chain: bytes
    """Contract certificate and sub-CA as DER, in a msgpack list; empty when there is none."""
    private: bytes
    """The key that it signs with."""
    serial: int = 0
    replays: bool = False
    """Whether it sends a challenge of an earlier session."""


def emaid_of(ev_id: str) -> str:
    """An EV's eMAID: country, provider, C and eight digits (ISO 15118-2, annex H)."""
    return "DEEVTC" + blake2b(ev_id.encode(), digest_size=4).hexdigest().upper()


def serial_of(ev_id: str) -> int:
    """The serial number of an EV's contract certificate."""
    return int.from_bytes(blake2b(f"serial {ev_id}".encode(), digest_size=8).digest(), "big")


@lru_cache(maxsize=256)
def root_certificate(seed: int, start_s: int, operator: str = "evtui") -> bytes:
    """A V2G root as DER, valid from ten years before ``start_s`` (s since 1970) for forty years."""
    return _certificate(
        subject=f"{operator} V2G Root",
        issuer=f"{operator} V2G Root",
        public=public_key(_root_key(seed, operator)),
        signer=_root_key(seed, operator),
        serial=ROOT_SERIAL,
        validity=(start_s - 10 * _YEAR_S, start_s + 30 * _YEAR_S),
        is_ca=True,
    )


@lru_cache(maxsize=256)
def _sub_ca(seed: int, start_s: int, operator: str) -> bytes:
    return _certificate(
        subject=f"{operator} MO Sub-CA",
        issuer=f"{operator} V2G Root",
        public=public_key(_sub_ca_key(seed, operator)),
        signer=_root_key(seed, operator),
        serial=SUB_CA_SERIAL,
        validity=(start_s - 5 * _YEAR_S, start_s + 10 * _YEAR_S),
        is_ca=True,
    )


def issue(seed: int, start_s: int, ev_id: str, kind: str = "valid") -> Contract:
    """The contract of an EV, of one of :data:`KINDS`. Raises KeyError for another kind."""
    _ = KINDS[kind]
    operator = "elsewhere" if kind == "foreign" else "evtui"
    private = private_key(seed, f"contract {ev_id}")
    emaid = emaid_of(ev_id)
    if kind == "missing":
        return Contract(emaid, b"", private)
    name = emaid_of(f"{ev_id} borrowed") if kind == "borrowed" else emaid
    validity = (start_s - _YEAR_S, start_s + _YEAR_S)
    if kind == "expired":
        validity = (start_s - _YEAR_S, start_s - _DAY_S)
    elif kind == "future":
        validity = (start_s + _DAY_S, start_s + _YEAR_S)
    leaf = _certificate(
        subject=name,
        issuer=f"{operator} MO Sub-CA",
        public=public_key(private),
        signer=_sub_ca_key(seed, operator),
        serial=serial_of(ev_id),
        validity=validity,
        is_ca=False,
    )
    if kind == "tampered":
        leaf = _tampered(leaf, emaid)
        emaid = "DEEVTX" + emaid[6:]
    if kind == "stolen":
        private = private_key(seed, f"thief {ev_id}")
    chain: bytes = msgpack.packb([leaf, _sub_ca(seed, start_s, operator)])
    return Contract(emaid, chain, private, serial_of(ev_id), replays=kind == "replayed")


def _tampered(leaf: bytes, emaid: str) -> bytes:
    """The certificate with another name in it, and the signature over the old one."""
    return leaf.replace(emaid.encode(), b"DEEVTX" + emaid[6:].encode())


def _root_key(seed: int, operator: str) -> bytes:
    return private_key(seed, f"{operator} V2G root")


def _sub_ca_key(seed: int, operator: str) -> bytes:
    return private_key(seed, f"{operator} MO sub-CA")


def _certificate(
    *,
    subject: str,
    issuer: str,
    public: bytes,
    signer: bytes,
    serial: int,
    validity: tuple[int, int],
    is_ca: bool,
) -> bytes:
    """One certificate as DER; ``validity`` in s since 1970."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    begin, end = (dt.datetime.fromtimestamp(time_s, dt.UTC) for time_s in validity)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(load_public(public))
        .serial_number(serial)
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
    )
    return builder.sign(load_private(signer), None).public_bytes(Encoding.DER)


def _name(common_name: str) -> "x509.Name":
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
