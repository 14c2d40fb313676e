"""The replicated state: id tags, revocation, meters' keys, receipts."""

import msgpack
import pytest

from fsm.network.evidence import billable_wh
from fsm.network.records import KINDS, Evidence, IdTag, MeterKey, Revocation
from fsm.network.snapshot import SnapshotError
from fsm.network.state import NetworkState
from fsm.trust.chain import next_link
from fsm.trust.keys import private_key, public_key
from fsm.trust.receipts import Receipt, write_receipt
from tests.fsm.test_network import Site

KEY = private_key(1, "meter CP1")
OTHER = private_key(1, "meter CP2")
HASH = {"serialNumber": "5eca1"}


def site(**more):
    """One charge point, whose meter is registered."""
    found = Site(boot=(), **more)
    found.boot("CP1", meterPublicKey=public_key(KEY).hex())
    return found


def signed(receipt, key=KEY):
    """``transactionData`` with a receipt."""
    sample = {"value": write_receipt(key, receipt), "format": "SignedData"}
    return [{"timestamp": 0, "sampledValue": [sample]}]


GOOD = Receipt("CP1", 1, "EV1", 0, 100, 60, 1_100)


def closed(data, stop_wh=1_100):
    """The evidence and the transaction after a stop with these data."""
    here = site()
    assert here.start("CP1", "EV1", wh=100) == 1
    here.meter("CP1", 1, 600)
    assert here.stop("CP1", 1, stop_wh, **data) == {"idTagInfo": {"status": "Accepted"}}
    return here.state.transactions[1], here.state.evidence[1], here.state.charge_points["CP1"]


def test_a_good_receipt_proves_the_energy():
    """And the register is believed."""
    transaction, evidence, asset = closed({"transactionData": signed(GOOD)})
    assert evidence == Evidence(1, "ISO14443", "", "Good", 1_000)
    assert (transaction.energy_wh, asset.meter_wh) == (1_000, 1_100)
    assert billable_wh(transaction, evidence) == 1_000


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"transactionData": signed(GOOD, OTHER)}, "Bad"),
        ({"transactionData": signed(GOOD._replace(stop_wh=9_100))}, "Bad"),
        ({"transactionData": signed(GOOD._replace(start_wh=0))}, "Bad"),
        ({"transactionData": signed(GOOD._replace(transaction_id=2))}, "Bad"),
        ({"transactionData": signed(GOOD._replace(cp_id="CP2"))}, "Bad"),
        ({"transactionData": signed(GOOD._replace(id_tag="EV2"))}, "Bad"),
        ({"transactionData": [{"sampledValue": [{"format": "SignedData"}]}]}, "Bad"),
        ({"transactionData": [{"sampledValue": [{"format": "SignedData", "value": 5}]}]}, "Bad"),
        ({"transactionData": [{"sampledValue": [{"value": "5"}]}]}, "Missing"),
        ({"transactionData": "junk"}, "Missing"),
        ({"transactionData": [None, {"sampledValue": 7}, {"sampledValue": [None]}]}, "Missing"),
        ({}, "Missing"),
    ],
)
def test_what_proves_nothing_is_neither_believed_nor_billed(data, status):
    """The transaction is closed with the last reading that came before, and nothing is billed."""
    transaction, evidence, asset = closed(data)
    assert not transaction.is_open
    assert (evidence.receipt, evidence.signed_wh) == (status, 0)
    assert (transaction.meter_wh, asset.meter_wh) == (600, 600)
    assert billable_wh(transaction, evidence) == 0


def test_a_register_that_was_altered_after_it_was_signed_is_bad():
    """The receipt is good, the command says more."""
    transaction, evidence, _ = closed({"transactionData": signed(GOOD)}, stop_wh=6_100)
    assert (evidence.receipt, billable_wh(transaction, evidence)) == ("Bad", 0)


def test_without_a_registered_meter_readings_are_taken_as_told():
    """A charge point of before, whose meter signs nothing."""
    here = Site(boot=("CP1",))
    here.start("CP1", "EV1", wh=100)
    here.stop("CP1", 1, 1_100)
    transaction, evidence = here.state.transactions[1], here.state.evidence[1]
    assert (evidence.receipt, billable_wh(transaction, evidence)) == ("Unsigned", 1_000)


def test_a_meters_key_is_registered_once():
    """A boot with another key is rejected and changes nothing; the same key is welcome."""
    here = site()
    before = here.state.charge_points["CP1"]
    assert here.boot("CP1", meterPublicKey=public_key(OTHER).hex())["status"] == "Rejected"
    assert here.state.charge_points["CP1"].boots == before.boots
    assert here.boot("CP1", meterPublicKey=public_key(KEY).hex())["status"] == "Accepted"
    assert here.state.state.meter_keys["CP1"] == MeterKey("CP1", public_key(KEY))


@pytest.mark.parametrize("key", ["zz" * 32, "ab", "AB" * 32])
def test_a_meters_key_is_32_bytes_in_hexadecimal(key):
    """Written in one way only."""
    assert Site(boot=()).boot("CP1", meterPublicKey=key) == "PropertyConstraintViolation"


def transfer(here, message_id, **data):
    """A DataTransfer of CP1."""
    return here.call("CP1", "DataTransfer", vendorId="evtui", messageId=message_id, data=data)[
        "status"
    ]


def test_a_revoked_certificate_counts_no_more():
    """Authorize says so, StartTransaction is refused, and the eMAID is blocked."""
    here = site()
    ask = {"idTag": "DEEVTC1", "iso15118CertificateHashData": [HASH]}
    assert here.call("CP1", "Authorize", **ask) == {
        "idTagInfo": {"status": "Accepted"},
        "certificateStatus": "Accepted",
    }
    assert transfer(here, "RevokeCertificate", serialNumber="5eca1", emaid="DEEVTC1") == "Accepted"
    assert here.call("CP1", "Authorize", **ask) == {
        "idTagInfo": {"status": "Blocked"},
        "certificateStatus": "CertificateRevoked",
    }
    # Not even when somebody accepts the eMAID again.
    transfer(here, "SetIdTag", idTag="DEEVTC1", status="Accepted")
    start = {"connectorId": 1, "meterStart": 0, "timestamp": 0, "idTokenType": "eMAID", **ask}
    assert here.call("CP1", "StartTransaction", **start)["idTagInfo"]["status"] == "Blocked"
    assert here.state.state.revocations["5eca1"] == Revocation("5eca1", "DEEVTC1", 0)


def test_a_contract_session_says_what_identified_it():
    """Type of the id token, and the certificate's serial number."""
    here = site()
    start = {"connectorId": 1, "meterStart": 0, "timestamp": 0, "idTokenType": "eMAID"}
    start |= {"idTag": "DEEVTC1", "iso15118CertificateHashData": [HASH]}
    assert here.call("CP1", "StartTransaction", **start)["transactionId"] == 1
    assert here.state.evidence[1] == Evidence(1, "eMAID", "5eca1")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"iso15118CertificateHashData": "x"}, "TypeConstraintViolation"),
        ({"iso15118CertificateHashData": []}, "TypeConstraintViolation"),
        ({"iso15118CertificateHashData": [{}]}, "OccurenceConstraintViolation"),
        ({"idTokenType": "Central"}, "PropertyConstraintViolation"),
    ],
)
def test_a_damaged_start_gets_the_standards_error(more, code):
    """And changes nothing."""
    here = site()
    start = {"connectorId": 1, "meterStart": 0, "timestamp": 0, "idTag": "x", **more}
    assert here.call("CP1", "StartTransaction", **start) == code
    assert not here.state.transactions


def test_an_id_tag_expires_and_is_barred_while_it_charges():
    """From its expiry on; a blocked one is barred at once, with the reason kept."""
    here = Site(boot=())
    here.state = NetworkState(22_000, [IdTag("guest", expiry_us=5)])
    here.boot("CP1")
    assert here.call("CP1", "Authorize", 4, idTag="guest") == {
        "idTagInfo": {"status": "Accepted", "expiryDate": 5}
    }
    assert here.start("CP1", "guest", at_us=4) == 1
    answer = here.call("CP1", "Authorize", 5, idTag="guest")
    assert answer["idTagInfo"]["status"] == "Expired"
    assert not here.state.is_barred("CP1")
    transfer(here, "SetIdTag", idTag="guest", status="Blocked", reason="stolen")
    assert here.state.is_barred("CP1")
    assert here.state.id_tags["guest"].reason == "stolen"


def test_the_first_state_is_part_of_the_chain():
    """Two networks that began with other id tags differ from the beginning."""
    plain, other = NetworkState(22_000), NetworkState(22_000, [IdTag("x", "Blocked")])
    assert plain.chain != other.chain
    assert plain.digest() != other.digest()


def test_each_command_is_a_link():
    """Also one that is refused, and one that is no command at all."""
    here = site()
    for op in (b"", b"\xc1junk", msgpack.packb(["CP1", 0, [2, "x", "Heartbeat", {}]])):
        before = here.state.chain
        result = here.state.apply(op)
        assert here.state.chain == next_link(before, op, result)
        assert here.state.digest() == here.state.full_digest()


def test_a_snapshot_carries_it_all():
    """Keys, revocations, evidence, chain; and one that does not fit together is refused."""
    here = site()
    here.start("CP1", "EV1", wh=100)
    here.stop("CP1", 1, 1_100, transactionData=signed(GOOD))
    transfer(here, "RevokeCertificate", serialNumber="5eca1", emaid="DEEVTC1")
    data = here.state.snapshot()
    other = NetworkState(1)
    other.restore(data)
    assert other.state == here.state.state or other.digest() == here.state.digest()
    assert other.snapshot() == data
    version, capacity, applied, chain, rows = msgpack.unpackb(data)
    proofs = [kind.record for kind in KINDS].index(Evidence)
    for bad in (
        [version, capacity, applied, chain[:-1], rows],
        [version, capacity, applied, chain, [*rows[:proofs], [], *rows[proofs + 1 :]]],
        [version, capacity, applied, chain, [[], *rows[1:]]],
    ):
        with pytest.raises(SnapshotError):
            other.restore(msgpack.packb(bad))
