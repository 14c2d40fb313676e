"""The replicated state: OCPP's rules, digests, snapshots, and commands of any shape."""

import copy
import os
import subprocess
import sys

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fsm.energy.supply import least_power_w
from fsm.network.snapshot import SnapshotError
from fsm.network.state import NetworkState, describe
from fsm.ocpp.frames import pack_operation

CPS = ("CP1", "CP2", "CP3", "CP4")


class Site:
    """A network state and the calls to it."""

    def __init__(self, capacity_w=22_000, *, boot=CPS):
        self.state = NetworkState(capacity_w)
        self.number = 0
        for cp_id in boot:
            self.boot(cp_id)

    def call(self, cp_id, action, at_us=0, **payload):
        """Apply a CALL; returns the CALLRESULT's payload or the CALLERROR's code."""
        self.number += 1
        unique_id = f"{cp_id}-{self.number}"
        op = pack_operation(cp_id, at_us, unique_id, action, payload)
        frame = msgpack.unpackb(self.state.apply(op))
        assert frame[1] == unique_id
        assert frame[0] in (3, 4)
        return frame[2]

    def boot(self, cp_id, rated_w=11_000, **more):
        """BootNotification."""
        return self.call(
            cp_id,
            "BootNotification",
            chargePointVendor="v",
            chargePointModel="m",
            ratedPower=rated_w,
            **more,
        )

    def start(self, cp_id, tag, wh=0, at_us=0):
        """StartTransaction; returns the transaction's id (0 when refused)."""
        return self.call(
            cp_id,
            "StartTransaction",
            at_us,
            connectorId=1,
            idTag=tag,
            meterStart=wh,
            timestamp=at_us,
        )["transactionId"]

    def meter(self, cp_id, transaction, wh, at_us=0):
        """MeterValues."""
        sample = {"value": str(wh), "unit": "Wh", "measurand": "Energy.Active.Import.Register"}
        value = [{"timestamp": at_us, "sampledValue": [sample]}]
        return self.call(
            cp_id, "MeterValues", connectorId=1, transactionId=transaction, meterValue=value
        )

    def stop(self, cp_id, transaction, wh, at_us=0, **more):
        """StopTransaction."""
        return self.call(
            cp_id,
            "StopTransaction",
            transactionId=transaction,
            meterStop=wh,
            timestamp=at_us,
            **more,
        )

    def confirm(self, cp_id):
        """LimitApplied of the newest version."""
        data = {"version": self.state.limit_version(cp_id)}
        return self.call(
            cp_id, "DataTransfer", vendorId="evtui", messageId="LimitApplied", data=data
        )

    @property
    def limits(self):
        """The limits of all charge points."""
        return [self.state.limit_w(cp_id) for cp_id in self.state.assets]


def test_boot_registers_the_asset():
    """Accepted, with the heartbeat's interval; a second boot counts."""
    site = Site(boot=())
    assert site.boot("CP1", 50_000, current="DC") == {
        "status": "Accepted",
        "currentTime": 0,
        "interval": 60,
    }
    site.boot("CP1", 60_000, current="DC")
    asset = site.state.charge_points["CP1"]
    assert (asset.rated_w, asset.current, asset.boots) == (60_000, "DC", 2)


def test_who_has_not_booted_is_refused():
    """SecurityError for everything but BootNotification."""
    site = Site(boot=())
    assert site.call("CP1", "Heartbeat") == "SecurityError"
    assert site.state.assets == {}


def test_a_transaction():
    """Started, metered, stopped; energy and duration from the log."""
    site = Site()
    site.call("CP1", "Heartbeat", 5)
    assert site.state.assets["CP1"].last_seen_us == 5
    assert site.call("CP1", "Authorize", idTag="EV1") == {"idTagInfo": {"status": "Accepted"}}
    number = site.start("CP1", "EV1", 1_000, 10)
    assert (number, site.state.open_transaction("CP1").id) == (1, 1)
    assert site.meter("CP1", 1, 1_500, 20) == {}
    assert site.state.transactions[1].energy_wh == 500
    site.stop("CP1", 1, 2_000, 30, reason="EVDisconnected")
    transaction = site.state.transactions[1]
    assert (transaction.energy_wh, transaction.duration_us) == (1_000, 20)
    assert (transaction.reason, transaction.is_open) == ("EVDisconnected", False)
    assert site.state.open_transaction("CP1") is None


def test_stopping_twice_changes_nothing():
    """Idempotent in effect, and never refused."""
    site = Site()
    site.start("CP1", "EV1")
    site.stop("CP1", 1, 500, 10)
    before = copy.deepcopy(site.state.transactions)
    site.stop("CP1", 1, 900, 20)
    site.stop("CP1", 99, 900, 20)
    assert site.state.transactions == before


def test_concurrent_transactions_are_refused():
    """Neither a second at the same charge point nor a second of the same id tag."""
    site = Site()
    site.start("CP1", "EV1")
    assert site.start("CP1", "EV2") == 0
    assert site.start("CP2", "EV1") == 0
    site.stop("CP1", 1, 0)
    assert site.start("CP2", "EV1") == 2


def test_a_meter_never_counts_down():
    """Lower and unknown readings are answered, counted, and change no transaction."""
    site = Site()
    site.start("CP1", "EV1", 100)
    site.meter("CP1", 1, 500, 10)
    site.meter("CP1", 1, 400, 20)
    site.meter("CP1", 7, 900, 30)
    site.meter("CP2", 1, 900, 30)
    assert site.state.transactions[1].meter_wh == 500
    assert site.state.assets["CP1"].stale_readings == 2
    assert site.state.assets["CP2"].stale_readings == 1
    site.stop("CP1", 1, 50, 40)
    assert site.state.transactions[1].energy_wh == 400


def test_a_clock_set_back_loses_no_energy():
    """Readings with old time stamps and a higher register count; no duration is negative."""
    site = Site()
    site.start("CP1", "EV1", 100, 5_000)
    site.meter("CP1", 1, 500, 10)
    assert site.state.transactions[1].meter_wh == 500
    assert site.state.assets["CP1"].stale_readings == 0
    site.stop("CP1", 1, 600, 40)
    assert site.state.transactions[1].energy_wh == 500
    assert site.state.transactions[1].duration_us == 0


def test_nobody_stops_another_ones_transaction():
    """PropertyConstraintViolation."""
    site = Site()
    site.start("CP1", "EV1")
    assert site.stop("CP2", 1, 0) == "PropertyConstraintViolation"
    assert site.state.transactions[1].is_open


def test_blocked_id_tags():
    """SetIdTag blocks; Authorize and StartTransaction say so."""
    site = Site()
    data = {"idTag": "thief", "status": "Blocked"}
    call = {"vendorId": "evtui", "messageId": "SetIdTag", "data": data}
    assert site.call("CP1", "DataTransfer", **call) == {"status": "Accepted"}
    assert site.call("CP2", "Authorize", idTag="thief")["idTagInfo"]["status"] == "Blocked"
    assert site.start("CP2", "thief") == 0
    unknown = {**call, "vendorId": "other"}
    assert site.call("CP1", "DataTransfer", **unknown) == {"status": "UnknownVendorId"}
    unknown = {**call, "messageId": "other"}
    assert site.call("CP1", "DataTransfer", **unknown) == {"status": "UnknownMessageId"}


def test_limits_are_shared_when_confirmed():
    """The third gets what the others have confirmed to give up, never more."""
    site = Site()
    site.start("CP1", "EV1")
    site.start("CP2", "EV2")
    assert site.limits == [11_000, 11_000, 0, 0]
    site.start("CP3", "EV3")
    assert site.limits == [7_334, 7_333, 0, 0]
    assert site.state.held_w() == 22_000
    site.confirm("CP1")
    site.confirm("CP2")
    assert site.limits == [7_334, 7_333, 7_333, 0]
    site.stop("CP1", 1, 0)
    assert site.limits == [0, 11_000, 11_000, 0]


def test_who_cannot_get_the_least_waits():
    """22 kW carry five times 6 A on three phases; the sixth waits with 0."""
    site = Site(boot=tuple(f"CP{i}" for i in range(1, 7)))
    for i in range(1, 7):
        site.start(f"CP{i}", f"EV{i}")
        for j in range(1, i):
            site.confirm(f"CP{j}")
    assert site.limits == [4_400] * 5 + [0]
    assert least_power_w(11_000, "AC") == 4_140
    assert least_power_w(7_360, "AC") == 1_380
    assert least_power_w(50_000, "DC") == 1_000


@pytest.mark.parametrize(
    ("op", "code"),
    [
        (b"", "FormationViolation"),
        (b"\xc1", "FormationViolation"),
        (msgpack.packb(1), "FormationViolation"),
        (msgpack.packb(["CP1", 0]), "FormationViolation"),
        (msgpack.packb(["CP1", 0, [3, "x", "Heartbeat", {}]]), "FormationViolation"),
        (msgpack.packb(["CP1", 0, [2, "x" * 37, "Heartbeat", {}]]), "FormationViolation"),
        (msgpack.packb(["CP1", -1, [2, "x", "Heartbeat", {}]]), "FormationViolation"),
        (msgpack.packb(["CP1", 1.5, [2, "x", "Heartbeat", {}]]), "FormationViolation"),
        (msgpack.packb(["CP1", 0, [2, "x", "Heartbeat", []]]), "FormationViolation"),
        (msgpack.packb(["CP1", 0, [2, "x", "Dance", {}]]), "NotSupported"),
        (msgpack.packb(["CP1", 0, [2, "x", "Authorize", {}]]), "OccurenceConstraintViolation"),
        (msgpack.packb(["CP1", 0, [2, "x", "Authorize", {"idTag": 5}]]), "TypeConstraintViolation"),
        (
            msgpack.packb(["CP1", 0, [2, "x", "Authorize", {"idTag": "x" * 21}]]),
            "PropertyConstraintViolation",
        ),
    ],
)
def test_errors_have_the_standards_codes(op, code):
    """A CALLERROR says what is wrong, and changes nothing but the count and the chain."""
    site = Site()
    before = site.state.snapshot()
    applied, chain = site.state.applied, site.state.chain
    frame = msgpack.unpackb(site.state.apply(op))
    assert (frame[0], frame[2]) == (4, code)
    assert frame[4] == {}
    assert site.state.chain != chain
    site.state.state = site.state.state._replace(applied=applied, chain=chain)
    assert site.state.snapshot() == before


def test_unknown_keys_are_let_through():
    """A newer charge point may say more."""
    assert "idTagInfo" in Site().call("CP1", "Authorize", idTag="x", customData={"a": [1]})


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.sampled_from(["CP1", "EV1", "Available", "NoError", "Local", "Blocked", "evtui", "7"])
    | st.binary(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)
KEYS = [
    "chargePointVendor",
    "chargePointModel",
    "ratedPower",
    "current",
    "connectorId",
    "status",
    "errorCode",
    "idTag",
    "meterStart",
    "timestamp",
    "transactionId",
    "meterValue",
    "meterStop",
    "reason",
    "vendorId",
    "messageId",
    "data",
]
ACTIONS = [
    "BootNotification",
    "Heartbeat",
    "StatusNotification",
    "Authorize",
    "StartTransaction",
    "MeterValues",
    "StopTransaction",
    "DataTransfer",
    "Dance",
]


@given(
    st.lists(st.tuples(st.sampled_from(ACTIONS), st.dictionaries(st.sampled_from(KEYS), VALUES)))
)
def test_any_payload_is_answered(calls):
    """Never an exception, and the digest stays true."""
    site = Site(boot=("CP1",))
    for action, payload in calls:
        op = pack_operation("CP1", 1, "u", action, payload)
        frame = msgpack.unpackb(site.state.apply(op))
        assert frame[0] in (3, 4)
        assert describe(op).startswith("CP1 ")
    assert site.state.digest() == site.state.full_digest()


@given(st.binary(max_size=60))
def test_any_bytes_are_answered(op):
    """Anything may get into a log."""
    site = Site()
    assert msgpack.unpackb(site.state.apply(op))[0] in (3, 4)
    assert describe(op)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["boot", "start", "meter", "stop", "confirm", "authorize", "status"]),
        st.sampled_from(CPS),
        st.sampled_from(["EV1", "EV2", "EV3", "EV4"]),
        st.integers(0, 5_000),
        st.sampled_from([3_000, 7_000, 11_000, 22_000]),
    ),
    max_size=60,
)


def play(site, steps):
    """Apply a list of steps; the time goes on with each."""
    for at_us, (kind, cp_id, tag, number, rated_w) in enumerate(steps):
        if kind == "boot":
            site.boot(cp_id, rated_w, current="DC" if number % 2 else "AC")
        elif kind == "start":
            site.start(cp_id, tag, number, at_us)
        elif kind == "meter":
            site.meter(cp_id, number % 9, number, at_us)
        elif kind == "stop":
            transaction = site.state.open_transaction(cp_id)
            site.stop(cp_id, transaction.id if transaction else number, number, at_us)
        elif kind == "confirm":
            site.confirm(cp_id)
        elif kind == "authorize":
            site.call(cp_id, "Authorize", idTag=tag)
        else:
            site.call(
                cp_id, "StatusNotification", connectorId=1, status="Available", errorCode="NoError"
            )
        yield site.state


@settings(max_examples=150)
@given(STEPS, st.integers(0, 30_000))
def test_what_holds_after_every_command(steps, capacity_w):
    """Digest, capacity, at most one open transaction for each charge point and driver."""
    site = Site(capacity_w)
    for state in play(site, steps):
        assert state.digest() == state.full_digest()
        assert sum(state.limit_w(cp_id) for cp_id in CPS) <= capacity_w
        assert state.held_w() <= capacity_w
        opened = [t for t in state.transactions.values() if t.is_open]
        assert len({t.cp_id for t in opened}) == len({t.id_tag for t in opened}) == len(opened)
        for cp_id in CPS:
            asset = state.assets[cp_id]
            assert asset.limit_w <= asset.held_w
            has_one = state.open_transaction(cp_id) is not None
            assert has_one or asset.held_w == 0
        assert all(t.energy_wh >= 0 for t in state.transactions.values())


@given(STEPS)
def test_replicas_agree(steps):
    """The same commands give the same digest and the same snapshot, bytes and all."""
    one, two = Site(), Site()
    for _ in zip(play(one, steps), play(two, steps), strict=True):
        pass
    assert one.state.digest() == two.state.digest()
    assert one.state.snapshot() == two.state.snapshot()


@given(STEPS, STEPS)
def test_a_restored_replica_goes_on_like_the_others(before, after):
    """Snapshot, restore, and the same commands after it."""
    one, two = Site(), Site(5, boot=())
    list(play(one, before))
    two.state.restore(one.state.snapshot())
    two.number = one.number
    assert two.state.digest() == one.state.digest() == two.state.full_digest()
    assert two.state.snapshot() == one.state.snapshot()
    list(play(one, after))
    list(play(two, after))
    assert two.state.digest() == one.state.digest()


def test_a_record_that_differs_is_seen():
    """Any single field changes the digest."""
    site = Site()
    site.start("CP1", "EV1")
    digests = {site.state.digest()}
    for change in (
        lambda s: s.meter("CP1", 1, 1, 1),
        lambda s: s.call("CP1", "Authorize", idTag="x"),
        lambda s: s.confirm("CP1"),
    ):
        change(site)
        digests.add(site.state.digest())
    assert len(digests) == 4


@pytest.mark.parametrize("damage", [lambda b: b[:-1], lambda b: b"\x93" + b[1:], lambda _: b""])
def test_a_damaged_snapshot_changes_nothing(damage):
    """SnapshotError, and the state is as before."""
    site = Site()
    site.start("CP1", "EV1")
    before = site.state.digest()
    with pytest.raises(SnapshotError):
        site.state.restore(damage(site.state.snapshot()))
    assert site.state.digest() == before


@given(st.data())
def test_a_snapshot_with_a_flipped_bit_never_raises_anything_else(data):
    """Either it is another snapshot, or a SnapshotError."""
    site = Site()
    site.start("CP1", "EV1")
    raw = bytearray(site.state.snapshot())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    fresh = NetworkState(1)
    try:
        fresh.restore(bytes(raw))
    except SnapshotError:
        return
    assert fresh.digest() == fresh.full_digest()


PROGRAM = """
from tests.fsm.pump import Pump, make_ev
pump = Pump(*((f"CP{i}", 11_000, "AC") for i in (1, 2, 3)))
for i in (1, 2, 3):
    pump.plug(make_ev(f"EV{i}"), f"CP{i}")
    pump.run(7)
pump.crash("CP2"); pump.run(3); pump.start("CP2"); pump.run(40); pump.unplug("CP1"); pump.run(5)
import hashlib
print(pump.network.digest(), hashlib.sha256("".join(pump.lines).encode()).hexdigest())
"""


def test_two_processes_with_other_hash_seeds_agree():
    """No order of a set or a hash gets into a run."""
    found = set()
    for seed in ("0", "1", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        found.add(done.stdout)
    assert len(found) == 1


@pytest.mark.parametrize(
    ("action", "payload", "text"),
    [
        ("BootNotification", {}, "CP2 BootNotification"),
        ("StartTransaction", {"idTag": "EV1"}, "CP2 StartTransaction EV1"),
        (
            "MeterValues",
            {"meterValue": [{"timestamp": 1, "sampledValue": [{"value": "1234"}]}]},
            "CP2 MeterValues 1,234 Wh",
        ),
        (
            "StopTransaction",
            {"transactionId": 7, "reason": "Local"},
            "CP2 StopTransaction #7 (Local)",
        ),
        (
            "StatusNotification",
            {"status": "Faulted", "errorCode": "OtherError"},
            "CP2 StatusNotification Faulted (OtherError)",
        ),
        ("Dance", {"a": 1}, "CP2 Dance"),
        (
            "DataTransfer",
            {"messageId": "GrantEnded", "data": {"cp": "CP1", "calls": 17}},
            "CP2 DataTransfer GrantEnded CP1 after 17 calls",
        ),
    ],
)
def test_commands_in_words(action, payload, text):
    """For the log's grid."""
    assert describe(pack_operation("CP2", 0, "x", action, payload)) == text
    assert describe(b"\xc1") == "malformed command (1 bytes)"
