"""Plug & Charge between a real EV and a real charge point."""

import pytest

from fsm.energy.meter import Meter
from fsm.network.records import Revocation
from fsm.network.state import NetworkState
from fsm.trust.certificates import issue, root_certificate, serial_of
from fsm.trust.keys import private_key
from fsm.v2g import messages as m
from fsm.v2g.codec import decode
from fsm.v2g.plug_and_charge import SeccTrust
from tests.fsm.pump import Pump, make_ev

START_US = 1_767_254_400_000_000
START_S = START_US // 1_000_000


class PncPump(Pump):
    """A pump whose charge points know the root, and whose meters sign."""

    def start(self, name):
        """Start a charge point's computer."""
        spot = self.spots[name]
        spot.meter = spot.meter if spot.meter.key else Meter(key=private_key(1, f"meter {name}"))
        super().start(name)
        root = root_certificate(1, START_S)
        spot.cp.trust = SeccTrust(root, START_US, private_key(1, f"secc {name}"))


def contract_ev(kind="valid", name="EV1", **more):
    """An EV with a contract."""
    ev = make_ev(name, **more)
    ev.contract = issue(1, START_S, name, kind)
    return ev


def session(kind="valid", pump=None, **more):
    """The pump after half a minute with such an EV."""
    pump = pump or PncPump(("CP1", 50_000, more.get("current", "AC")))
    pump.run(1)
    pump.plug(contract_ev(kind, **more))
    pump.run(30)
    return pump


def of(pump, word):
    """The lines of a transcript that hold a word, without their times."""
    return [line[9:] for line in pump.lines if word in line]


@pytest.mark.parametrize("current", ["AC", "DC"])
def test_a_contract_session(current):
    """Certificate, challenge, Authorize, power; and the EV signs what the meter says."""
    pump = session(current=current)
    evidence = pump.network.evidence[1]
    assert (evidence.id_token_type, evidence.certificate) == ("eMAID", f"{serial_of('EV1'):x}")
    assert pump.network.transactions[1].id_tag == pump.spots["CP1"].ev.account
    text = "\n".join(pump.lines)
    places = [
        text.index(f"> {word}")
        for word in (
            "PaymentServiceSelectionRes",
            "PaymentDetailsReq",
            "PaymentDetailsRes",
            "AuthorizationReq",
            "ChargeParameterDiscoveryReq",
            "MeteringReceiptReq",
        )
    ]
    assert places == sorted(places)
    assert len(of(pump, "> MeteringReceiptRes")) == len(of(pump, "> MeteringReceiptReq")) >= 2
    pump.ev("stop_charging")
    pump.run(2)
    assert pump.network.evidence[1].receipt == "Good"


@pytest.mark.parametrize(
    ("kind", "answer", "code"),
    [
        ("expired", "PaymentDetailsRes", "FAILED_CertificateExpired"),
        ("future", "PaymentDetailsRes", "FAILED_CertificateExpired"),
        ("foreign", "PaymentDetailsRes", "FAILED_CertChainError"),
        ("tampered", "PaymentDetailsRes", "FAILED_CertChainError"),
        ("borrowed", "PaymentDetailsRes", "FAILED_CertChainError"),
        ("missing", "PaymentDetailsRes", "FAILED_NoCertificateAvailable"),
        ("stolen", "AuthorizationRes", "FAILED_SignatureError"),
        ("replayed", "AuthorizationRes", "FAILED_ChallengeInvalid"),
    ],
)
def test_a_bad_contract_is_refused_once(kind, answer, code):
    """With the standard's code, before the network is asked; the EV does not ask again."""
    pump = session(kind)
    assert of(pump, f"> {answer} FAILED") == [f"CP1 > {answer} {code}"]
    assert of(pump, "refuses") == [f"CP1 refuses {pump.spots['CP1'].ev.account}: {code}"]
    assert of(pump, "calls Authorize") == []
    assert not pump.network.transactions


def test_a_revoked_contract_is_refused_by_the_network():
    """The certificate is good; its serial number stands on the list."""
    pump = PncPump()
    serial = f"{serial_of('EV1'):x}"
    genesis = [Revocation(serial, issue(1, START_S, "EV1").emaid, 0)]
    pump.network = NetworkState(22_000, genesis)
    session(pump=pump)
    assert of(pump, "> AuthorizationRes F") == ["CP1 > AuthorizationRes FAILED_CertificateRevoked"]


def test_a_contract_that_the_network_blocks_is_not_allowed_here():
    """The eMAID is an id tag like any other."""
    pump = PncPump()
    pump.run(1)
    emaid = issue(1, START_S, "EV1").emaid
    data = {"idTag": emaid, "status": "Blocked"}
    call = {"vendorId": "evtui", "messageId": "SetIdTag", "data": data}
    pump.spots["CP1"].calls.submit("DataTransfer", call, pump.now_us)
    pump._propose(pump.spots["CP1"])
    session(pump=pump)
    code = "FAILED_CertificateNotAllowedAtThisEVSE"
    assert of(pump, "> AuthorizationRes F") == [f"CP1 > AuthorizationRes {code}"]


def test_without_a_trust_anchor_no_contract_is_offered():
    """The EV ends the session; EIM is on offer."""
    pump = Pump()
    session(pump=pump)
    assert of(pump, "on offer here") == ["EV1 fault: no AC charging by contract is on offer here"]


def test_a_challenge_never_repeats():
    """Not over sessions, not over a session that is joined again, not at another charge point."""
    seen = []

    class Noted(PncPump):
        def _on_to_ev(self, data):
            message = decode(data[1])
            if type(message) is m.PaymentDetailsRes:
                seen.append(message.gen_challenge)
            super()._on_to_ev(data)

    pump = Noted(("CP1", 11_000, "AC"), ("CP2", 11_000, "AC"))
    pump.run(1)
    pump.plug(contract_ev())
    pump.plug(contract_ev(name="EV2"), "CP2")
    pump.run(20)
    for _ in range(3):
        pump.ev("pause_charging")
        pump.run(5)
        pump.ev("resume_charging")
        pump.run(20)
    assert len(pump.network.transactions) == 2
    assert len(seen) == len(frozenset(seen)) == 5
    assert all(len(challenge) == 16 for challenge in seen)


@pytest.mark.parametrize("alter", ["signature", "reading"])
def test_a_receipt_that_is_not_the_contracts_ends_the_session(alter):
    """FAILED_MeteringSignatureNotValid, and the transaction is closed."""
    pump = PncPump()
    pump.run(1)
    ev = contract_ev()
    honest = ev.receipt_request

    def forged(reading_wh):
        receipt = honest(reading_wh)
        signature = receipt.signature if alter == "reading" else bytes(64)
        reading_wh += alter == "reading"
        return m.MeteringReceiptReq(
            receipt.session_id, receipt.sa_schedule_tuple_id, reading_wh, signature
        )

    ev.receipt_request = forged
    pump.plug(ev)
    pump.run(15)
    code = "FAILED_MeteringSignatureNotValid"
    assert of(pump, "> MeteringReceiptRes") == [f"CP1 > MeteringReceiptRes {code}"]
    assert not pump.network.transactions[1].is_open


def test_a_receipt_comes_before_the_drivers_wish_to_stop():
    """The driver stops between two statuses: what was asked for is answered first."""
    pump = session()
    spot = pump.spots["CP1"]
    spot.cp.session.receipt_due = True
    pump.run(0.9)
    pump.ev("stop_charging")
    pump.run(5)
    assert not pump.network.transactions[1].is_open
    assert of(pump, "FAILED") == []


def test_who_is_barred_is_stopped_and_a_pause_does_not_help():
    """DeAuthorized: by StopCharging while it charges, at once while it is paused."""
    for paused in (False, True):
        pump = session()
        if paused:
            pump.ev("pause_charging")
            pump.run(3)
        spot = pump.spots["CP1"]
        pump._cp(spot, spot.cp.on_barred(pump.now_us))
        assert spot.cp.on_barred(pump.now_us) == []
        pump.run(5)
        transaction = pump.network.transactions[1]
        assert (transaction.is_open, transaction.reason) == (False, "DeAuthorized")
        assert pump.network.evidence[1].receipt == "Good"


def test_a_crash_does_not_cost_the_receipt():
    """The meter remembers how the transaction began; the computer does not."""
    pump = session()
    pump.crash("CP1")
    pump.run(5)
    pump.start("CP1")
    pump.run(5)
    transaction = pump.network.transactions[1]
    assert transaction.reason == "PowerLoss"
    evidence = pump.network.evidence[1]
    assert (evidence.receipt, evidence.signed_wh) == ("Good", transaction.energy_wh)


def test_a_second_crash_does_not_cost_it_either():
    """The stop is lost in it, and the next transaction has begun in the meter already."""
    pump = session()
    pump.crash("CP1")
    pump.run(5)
    pump.start("CP1")
    pump.run(0.005)
    spot = pump.spots["CP1"]
    spot.meter.begin(("another", pump.now_us, spot.meter.energy_wh))
    pump.crash("CP1")
    pump.start("CP1")
    pump.run(5)
    evidence = pump.network.evidence[1]
    assert evidence.receipt == "Good"
    assert evidence.signed_wh == pump.network.transactions[1].energy_wh
