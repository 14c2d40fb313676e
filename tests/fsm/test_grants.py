"""Grants that end: the rule of clocks, the log's compare and set, and what is freed by it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fsm.energy.grants import GrantKeeper, GrantTerms
from fsm.network.grants import to_watch
from fsm.network.limits import rails_of
from fsm.network.records import Cabinet, Grant
from fsm.network.snapshot import SnapshotError
from fsm.network.state import NetworkState
from fsm.ocpp.actions import GRANT_ENDED, LIMIT_APPLIED, VENDOR_ID
from paxos.sim.clock import Clock
from tests.fsm.test_network import CPS, Site

S = 1_000_000
TERMS = GrantTerms(60 * S, 4_140)
BOUND_PPM = TERMS.drift_ppm


class Granting(Site):
    """A network of four charge points with grants; CP1 and CP2 behind a cabinet, if it has one."""

    def __init__(self, capacity_w=22_000, cabinet_w=0, fallback_w=4_140, grant_us=60 * S):
        super().__init__(boot=())
        genesis = [Cabinet("A", cabinet_w)] if cabinet_w else []
        for cp_id in CPS:
            cabinet = "A" if cabinet_w and cp_id in ("CP1", "CP2") else ""
            genesis.append(Grant(cp_id, cabinet, grant_us, fallback_w))
        self.state = NetworkState(capacity_w, genesis)
        for cp_id in CPS:
            self.boot(cp_id)

    def transfer(self, cp_id, message_id, **data):
        """A DataTransfer of the network's own; returns its status."""
        payload = {"vendorId": VENDOR_ID, "messageId": message_id, "data": data}
        return self.call(cp_id, "DataTransfer", **payload)["status"]

    def follow(self, *names):
        """These confirm the limits that they have yet to confirm."""
        for name in names:
            version = self.state.unconfirmed_version(name)
            if version:
                self.transfer(name, LIMIT_APPLIED, version=version)

    def end(self, cp_id, *, calls=None, by="CP2"):
        """Somebody says that a grant has ended."""
        grant = self.state.state.grants[cp_id]
        return self.transfer(
            by, GRANT_ENDED, cp=cp_id, calls=grant.calls if calls is None else calls
        )

    def limits_w(self):
        """Limit and what is held, of each."""
        return [(asset.limit_w, asset.held_w) for asset in self.state.assets.values()]


# --- the clocks ------------------------------------------------------------------------------


@given(
    slow_ppm=st.integers(-BOUND_PPM, BOUND_PPM),
    fast_ppm=st.integers(-BOUND_PPM, BOUND_PPM),
    begin_us=st.integers(0, 10**12),
    noticed_us=st.integers(0, 120 * S),
    grant_us=st.integers(1, 86_400 * S),
)
@example(-BOUND_PPM, BOUND_PPM, 0, 0, 60 * S)
@example(-BOUND_PPM, BOUND_PPM, 7, 1, 60 * S + 1)
def test_the_guard_is_always_first(slow_ppm, fast_ppm, begin_us, noticed_us, grant_us):
    """A charge point's call is made, the leader notices it at once or later, and both count."""
    terms = GrantTerms(grant_us)
    cp, leader = Clock(), Clock()
    cp.set_drift(slow_ppm, begin_us // 3)
    leader.set_drift(fast_ppm, begin_us // 7)
    made_us = cp.local_us(begin_us)
    guard_us = cp.when_us(made_us + grant_us)
    since_us = leader.local_us(begin_us + noticed_us)
    freed_us = leader.when_us(since_us + terms.wait_us)
    assert guard_us <= freed_us


def test_the_wait_is_no_longer_than_it_has_to_be():
    """At the bound guard and leader are microseconds apart; a factor less, and it would fail."""
    cp, leader = Clock(), Clock()
    cp.set_drift(-BOUND_PPM, 0)
    leader.set_drift(BOUND_PPM, 0)
    guard_us = cp.when_us(TERMS.grant_us)
    assert 0 <= leader.when_us(TERMS.wait_us) - guard_us <= 5
    assert leader.when_us(TERMS.grant_us) < guard_us - S, "without the factor it is a second early"


def test_a_keeper_counts_from_what_it_noticed():
    """A call more begins it anew; who leads anew knows nothing of before."""
    keeper = GrantKeeper(TERMS)
    wait_us = TERMS.wait_us
    assert keeper.look([("CP1", 3), ("CP2", 5)], 1_000) == []
    assert keeper.look([("CP1", 3), ("CP2", 6)], 2_000) == []
    assert keeper.look([("CP1", 3), ("CP2", 6)], 1_000 + wait_us - 1) == []
    assert keeper.look([("CP1", 3), ("CP2", 6)], 1_000 + wait_us) == [("CP1", 3)]
    assert keeper.look([("CP2", 6)], 2_000 + wait_us) == [("CP2", 6)]
    assert keeper.look([("CP1", 3)], 3_000 + wait_us) == [], "it was of no interest in between"
    keeper.forget()
    assert keeper.look([("CP1", 3), ("CP2", 6)], 10 * wait_us) == []


# --- the log ---------------------------------------------------------------------------------


def full():
    """CP1 and CP2 hold all there is; CP3 waits for CP1's confirmation, which never comes."""
    site = Granting()
    site.start("CP1", "T1")
    site.start("CP2", "T2")
    site.start("CP3", "T3")
    site.follow("CP2")
    return site


def test_what_a_lost_charge_point_held_goes_to_the_others():
    """Its fallback share stays its own; the rest is free at once."""
    site = full()
    assert site.limits_w() == [(7_334, 11_000), (7_333, 7_333), (0, 0), (0, 0)]
    assert [cp_id for cp_id, _ in to_watch(site.state.state)] == ["CP1", "CP2"]
    assert site.end("CP1") == "Accepted"
    assert site.limits_w() == [(4_140, 4_140), (8_930, 8_930), (8_930, 8_930), (0, 0)]
    assert sum(rails_of(site.state.state).free_w(list(site.state.assets.values())).values()) >= 0
    assert [cp_id for cp_id, _ in to_watch(site.state.state)] == ["CP2", "CP3"]


def test_one_that_was_heard_since_keeps_what_it_holds():
    """Compare and set: a word that comes late does no harm."""
    site = full()
    calls = site.state.state.grants["CP1"].calls
    site.call("CP1", "Heartbeat")
    before = site.limits_w()
    assert site.end("CP1", calls=calls) == "Rejected"
    assert site.end("CP1", calls=calls + 2) == "Rejected"
    assert site.limits_w() == before


def test_a_refused_call_is_not_counted():
    """Its caller does not count from it, either: it is answered with an error."""
    site = full()
    calls = site.state.state.grants["CP1"].calls
    assert site.call("CP1", "MeterValues") == "OccurenceConstraintViolation"
    assert site.state.state.grants["CP1"].calls == calls


def test_who_is_back_gets_a_fair_share_again():
    """Its first call ends the end, and the others make room."""
    site = full()
    site.end("CP1")
    site.call("CP1", "Heartbeat")
    site.follow("CP3", "CP2", "CP1")
    site.follow("CP1", "CP2", "CP3")
    assert sorted(limit for limit, _ in site.limits_w()) == [0, 7_333, 7_333, 7_334]
    assert site.end("CP1", calls=1) == "Rejected"


def test_without_a_grant_nothing_ends():
    """A network of charge points whose grants have no end frees power by confirmations alone."""
    site = Granting(grant_us=0)
    site.start("CP1", "T1")
    assert site.end("CP1") == "Rejected"
    assert site.limits_w()[0] == (11_000, 11_000)
    plain = Site()
    payload = {"vendorId": VENDOR_ID, "messageId": GRANT_ENDED, "data": {"cp": "CP1", "calls": 1}}
    assert plain.call("CP2", "DataTransfer", **payload)["status"] == "Rejected"


def test_an_end_says_whose_and_after_how_many_calls():
    """What is not well formed is refused as such."""
    site = full()
    for data in ({}, {"cp": "CP1"}, {"cp": "CP1", "calls": 0}, {"cp": 3, "calls": 1}):
        payload = {"vendorId": VENDOR_ID, "messageId": GRANT_ENDED, "data": data}
        code = site.call("CP2", "DataTransfer", **payload)
        assert code in ("OccurenceConstraintViolation", "TypeConstraintViolation",
                        "PropertyConstraintViolation"), code  # fmt: skip
    assert site.transfer("CP2", GRANT_ENDED, cp="CP9", calls=1) == "Rejected"


def test_the_state_survives_a_snapshot():
    """Counts and ends are part of it."""
    site = full()
    site.end("CP1")
    copy = NetworkState(1)
    copy.restore(site.state.snapshot())
    assert copy.digest() == site.state.digest() == site.state.full_digest()
    assert copy.state.grants["CP1"].is_ended
    assert not copy.state.grants["CP2"].is_ended


def test_a_snapshot_with_a_cabinet_that_is_not_there_is_none():
    """Nothing could be shared behind it."""
    broken = NetworkState(22_000, [Grant("CP1", "A", 60 * S)])
    with pytest.raises(SnapshotError, match="do not fit together"):
        NetworkState(1).restore(broken.snapshot())


STEPS = ("start", "stop", "follow", "beat", "end", "late")


@given(
    capacity_w=st.sampled_from([0, 8_000, 22_000, 60_000]),
    cabinet_w=st.sampled_from([0, 4_139, 9_000, 30_000]),
    fallback_w=st.sampled_from([0, 4_140, 11_000]),
    steps=st.lists(st.tuples(st.sampled_from(STEPS), st.sampled_from(CPS)), max_size=40),
)
def test_what_is_held_fits_everywhere(capacity_w, cabinet_w, fallback_w, steps):
    """Starts, stops, confirmations, calls and ends in any order: site and cabinet bear it."""
    site = Granting(capacity_w, cabinet_w, fallback_w)
    running, noted = {}, {}
    for what, name in steps:
        before = site.state.assets[name]
        if what == "start" and name not in running:
            running[name] = site.start(name, f"T{name}")
        elif what == "stop" and name in running:
            site.stop(name, running.pop(name), 0)
        elif what == "follow":
            site.follow(name)
        elif what == "beat":
            site.call(name, "Heartbeat")
        elif what == "end":
            other = "CP1" if name != "CP1" else "CP2"
            assert site.end(name, by=other) == "Accepted"
            assert site.state.assets[name].held_w <= max(0, min(before.held_w, fallback_w))
        elif what == "late":
            site.end(name, calls=noted.get(name, 1), by="CP4")
        noted[name] = site.state.state.grants[name].calls
        free_w = rails_of(site.state.state).free_w(list(site.state.assets.values()))
        assert min(free_w.values()) >= 0, free_w
        assert all(0 <= a.limit_w <= a.held_w for a in site.state.assets.values())
    assert site.state.digest() == site.state.full_digest()


# --- cabinets --------------------------------------------------------------------------------


def test_a_connector_is_promised_only_where_its_cabinet_has_power():
    """CP1 and CP2 hang on a cabinet with power for one: the second driver is sent to CP3."""
    site = Granting(capacity_w=60_000, cabinet_w=6_000)
    for cp_id in CPS:
        payload = {"connectorId": 1, "status": "Available", "errorCode": "NoError"}
        site.call(cp_id, "StatusNotification", **payload)

    def ask(cp_id, tag, number):
        data = {"idTag": tag, "reservationId": number, "from": 600 * S, "until": 1_200 * S}
        payload = {"vendorId": VENDOR_ID, "messageId": "RequestConnector", "data": data}
        found = site.call(cp_id, "DataTransfer", **payload)["data"]
        return found["status"], found.get("cp")

    assert ask("CP1", "T1", 1) == ("Reserved", "CP1")
    assert ask("CP2", "T2", 2) == ("Redirected", "CP3")
    assert ask("CP4", "T3", 3) == ("Reserved", "CP4")
