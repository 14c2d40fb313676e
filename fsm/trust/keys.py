"""Ed25519 keys that follow from a run's seed, and signatures with them (RFC 8032).

Ed25519 has no random nonce: the same key signs the same bytes always alike, so signatures can stand
in the replicated log of a run that must repeat itself byte for byte.
"""

from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )

KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64


def private_key(seed: int, name: str) -> bytes:
    """The 32 bytes of the private key that has this name in the run of this seed."""
    return blake2b(f"{seed}/key/{name}".encode(), digest_size=KEY_BYTES).digest()


@lru_cache(maxsize=4_096)
def public_key(private: bytes) -> bytes:
    """The 32 bytes of the public key. Raises ValueError unless ``private`` has 32 bytes."""
    return load_private(private).public_key().public_bytes_raw()


def sign(private: bytes, data: bytes) -> bytes:
    """The signature, 64 bytes. Raises ValueError unless ``private`` has 32 bytes."""
    return load_private(private).sign(data)


@lru_cache(maxsize=4_096)
def is_signed(public: bytes, signature: bytes, data: bytes) -> bool:
    """Whether ``signature`` is the key's over ``data``; False for what is no key or signature.

    Remembered, because every replica of a process checks the same ones.
    """
    from cryptography.exceptions import InvalidSignature

    try:
        load_public(public).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def load_private(private: bytes) -> "Ed25519PrivateKey":
    """The key as the library has it."""
    from cryptography.hazmat.primitives.asymmetric import ed25519

    return ed25519.Ed25519PrivateKey.from_private_bytes(private)


def load_public(public: bytes) -> "Ed25519PublicKey":
    """The key as the library has it. Raises ValueError unless it has 32 bytes."""
    from cryptography.hazmat.primitives.asymmetric import ed25519

    return ed25519.Ed25519PublicKey.from_public_bytes(public)
