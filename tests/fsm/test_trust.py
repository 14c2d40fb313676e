"""Keys, certificates, receipts, the chain: equal arguments, equal bytes; altered ones are seen."""

import os
import subprocess
import sys

import msgpack
import pytest

from fsm.trust import certificates, chain, contracts, keys, receipts

START_S = 1_767_254_400
ROOT = certificates.root_certificate(1, START_S)
KEY = keys.private_key(1, "meter CP1")
RECEIPT = receipts.Receipt("CP1", 7, "EV1", 1_000_000, 5_000, 9_000_000, 6_234)


def test_a_signature_holds_for_its_key_and_data_alone():
    """And what is no key or signature is no error, but no good signature."""
    public = keys.public_key(KEY)
    signature = keys.sign(KEY, b"data")
    assert keys.is_signed(public, signature, b"data")
    assert not keys.is_signed(public, signature, b"Data")
    assert not keys.is_signed(keys.public_key(keys.private_key(2, "meter CP1")), signature, b"data")
    assert not keys.is_signed(b"short", signature, b"data")
    assert not keys.is_signed(public, b"short", b"data")


def test_all_bytes_are_the_same_in_another_process():
    """Certificates and signatures follow from seed and names alone."""
    code = (
        "from fsm.trust import certificates as c, keys, receipts as r;"
        f"print(c.issue(1, {START_S}, 'EV1').chain.hex());"
        f"print(r.write_receipt(keys.private_key(1, 'meter CP1'), r.Receipt{tuple(RECEIPT)!r}))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    here = certificates.issue(1, START_S, "EV1").chain.hex()
    assert outputs == {f"{here}\n{receipts.write_receipt(KEY, RECEIPT)}\n"}


@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        ("valid", None),
        ("revoked", None),
        ("stolen", None),
        ("replayed", None),
        ("expired", "CertificateExpired"),
        ("future", "CertificateExpired"),
        ("foreign", "CertChainError"),
        ("tampered", "CertChainError"),
        ("borrowed", "CertChainError"),
        ("missing", "NoCertificateAvailable"),
    ],
)
def test_each_kind_of_contract_is_judged(kind, fault):
    """What the certificate alone shows; revocation and the key are seen later."""
    contract = certificates.issue(1, START_S, "EV1", kind)
    if fault is None:
        good = contracts.check(contract.chain, contract.emaid, ROOT, START_S)
        assert (good.emaid, good.hash_data["serialNumber"]) == (
            contract.emaid,
            f"{contract.serial:x}",
        )
        return
    with pytest.raises(contracts.RefusedCertificateError) as refused:
        contracts.check(contract.chain, contract.emaid, ROOT, START_S)
    assert refused.value.fault == fault


def test_every_kind_is_judged_above():
    """No kind without a test."""
    marks = test_each_kind_of_contract_is_judged.pytestmark[0].args[1]
    assert {kind for kind, _ in marks} == set(certificates.KINDS)


@pytest.mark.parametrize(
    ("days", "fault"), [(-366, True), (-364, False), (364, False), (366, True)]
)
def test_validity_is_looked_at_by_the_given_time(days, fault):
    """A year before the run, and a year after."""
    contract = certificates.issue(1, START_S, "EV1")
    now_s = START_S + days * 86_400
    if fault:
        with pytest.raises(contracts.RefusedCertificateError, match=r"expired|not valid yet"):
            contracts.check(contract.chain, contract.emaid, ROOT, now_s)
    else:
        contracts.check(contract.chain, contract.emaid, ROOT, now_s)


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_any_byte_that_is_altered_is_refused_and_none_crashes():
    """Every byte of the chain, every bit."""
    contract = certificates.issue(1, START_S, "EV1")
    for place in range(8 * len(contract.chain)):
        altered = bytearray(contract.chain)
        altered[place // 8] ^= 1 << (place % 8)
        with pytest.raises(contracts.RefusedCertificateError):
            contracts.check(bytes(altered), contract.emaid, ROOT, START_S)


@pytest.mark.parametrize("junk", [b"\x00", b"\x90", msgpack.packb([b"", b""]), b"\xff" * 40])
def test_what_is_no_chain_is_a_chain_error(junk):
    """Bytes of any shape."""
    with pytest.raises(contracts.RefusedCertificateError) as refused:
        contracts.check(junk, "DEEVTC00000000", ROOT, START_S)
    assert refused.value.fault == "CertChainError"


def test_a_contract_cannot_sign_another():
    """A leaf in the place of the sub-CA: it is no CA."""
    mine = certificates.issue(1, START_S, "EV1")
    leaf, _ = msgpack.unpackb(mine.chain)
    forged = certificates._certificate(
        subject=certificates.emaid_of("EV2"),
        issuer=mine.emaid,
        public=keys.public_key(KEY),
        signer=mine.private,
        serial=9,
        validity=(START_S - 1, START_S + 1_000),
        is_ca=False,
    )
    chain_ = msgpack.packb([forged, leaf])
    with pytest.raises(contracts.RefusedCertificateError, match="not signed by a CA"):
        contracts.check(chain_, certificates.emaid_of("EV2"), ROOT, START_S)


def test_a_receipt_is_read_as_it_was_written():
    """And its text is OCMF's: three parts, JSON in the middle."""
    text = receipts.write_receipt(KEY, RECEIPT)
    assert receipts.read_receipt(text, keys.public_key(KEY)) == RECEIPT
    assert text.startswith('OCMF|{"FV":"1.0","GI":"evtui","GS":"CP1","PG":"T7","ID":"EV1"')


def test_any_character_of_a_receipt_that_is_altered_is_seen():
    """Every place of the text, another character of the same kind."""
    text = receipts.write_receipt(KEY, RECEIPT)
    public = keys.public_key(KEY)
    for place, char in enumerate(text):
        other = "1" if char == "0" else "0" if char.isdigit() else "~"
        found = receipts.read_receipt(text[:place] + other + text[place + 1 :], public)
        assert found is None, place


@pytest.mark.parametrize(
    "text", ["", "OCMF", "OCMF||", "OCMF|{}|{}", 'OCMF|[]|{"SA":"Ed25519","SD":"zz"}', "[" * 900]
)
def test_what_is_no_receipt_is_none(text):
    """Nothing in it raises."""
    assert receipts.read_receipt(text, keys.public_key(KEY)) is None


def test_the_chain_tells_where_the_command_ends():
    """The same bytes, cut at another place, are another link."""
    first = chain.first_link(22_000, [])
    assert chain.next_link(first, b"ab", b"c") != chain.next_link(first, b"a", b"bc")
    assert first != chain.first_link(22_001, [])
