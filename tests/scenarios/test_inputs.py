"""Inputs: every verb does what it says, says so, and refuses what is not possible now."""

import pytest
from attrs import evolve

from scenarios.errors import InputError
from scenarios.loader import load
from scenarios.session import Session
from scenarios.verbs import VERBS
from scenarios.view import CpView, View, Window

SECOND_US = 1_000_000


@pytest.fixture
def session() -> Session:
    """The ten-minute network after 90 seconds: EV1 charges at CP1."""
    session = Session(load("ten-minutes"), 1)
    session.run(90 * SECOND_US, 1_000_000)
    return session


def cp(session: Session, cp_id: str) -> CpView:
    """A charge point as it is seen now."""
    return next(each for each in session.view().cps if each.id == cp_id)


def links(session: Session, cp_id: str) -> tuple[str, ...]:
    """The links of a charge point as they are seen now."""
    return cp(session, cp_id).links


def last_line(view: View) -> tuple[str, str, str]:
    """The newest line of the event log."""
    row = view.event_rows[-1]
    return row.severity, row.subject, row.text


def test_crash_and_restart(session: Session) -> None:
    """A crashed CP has no replica and draws nothing; restarted, it comes back from its disk."""
    assert cp(session, "CP1").power_w > 10_000
    assert session.act("crash", cp="CP1").startswith("crashed")
    down = cp(session, "CP1")
    assert (down.status, down.role, down.power_w, down.state_digest) == ("crashed", "-", 0, "")
    assert down.commit_slot > 0, "its disk remembers"
    assert down.promised == cp(session, "CP2").promised
    assert last_line(session.view())[0] == "fault"
    promised = cp(session, "CP2").promised
    session.act("restart", cp="CP1")
    back = cp(session, "CP1")
    assert (back.status, back.role) == ("alive", "follower")
    assert back.promised == promised
    assert back.applied_slot > 0


def test_what_all_disks_hold_is_seen_when_nobody_runs(session: Session) -> None:
    """A power cut takes no slot and no session: they are on the disks, and come back."""
    before = session.view()
    for cp_id in session.world.nodes:
        session.act("crash", cp=cp_id)
    dark = session.view()
    assert dark.leader is None
    assert dark.power_w == 0
    assert dark.sessions == before.sessions != ()
    assert max(each.commit_slot for each in dark.cps) == before.log_last
    assert dark.log[-1].command == before.log[-1].command
    for cp_id in session.world.nodes:
        session.act("restart", cp=cp_id)
    session.run(120 * SECOND_US, 1_000_000)
    assert session.view().leader is not None
    assert cp(session, "CP1").applied_slot > before.log_last


def test_pause_and_resume(session: Session) -> None:
    """A paused CP stands still while the others go on, and takes up what waited for it."""
    session.act("pause", cp="CP3")
    before = cp(session, "CP3").applied_slot
    session.run(150 * SECOND_US, 1_000_000)
    assert cp(session, "CP3").status == "paused"
    assert cp(session, "CP3").applied_slot == before < cp(session, "CP2").applied_slot
    session.act("resume", cp="CP3")
    session.run(160 * SECOND_US, 1_000_000)
    assert cp(session, "CP3").applied_slot == cp(session, "CP2").applied_slot


def test_a_cp_that_was_never_on_is_told_apart_from_a_crashed_one() -> None:
    """It can be neither crashed nor paused, nor restarted; the view says what it is."""
    session = Session(load("grow-and-shrink"), 5)
    session.run(20 * SECOND_US, 1_000_000)
    off = cp(session, "CP4")
    assert (off.status, off.role, off.member, off.node) == ("off", "-", "no member", "CP4")
    for verb in ("crash", "pause", "wipe"):
        with pytest.raises(InputError, match=r"^CP4 was never switched on$"):
            session.act(verb, cp="CP4")
    assert cp(session, "CP4") == off
    assert (session.view().voters, session.view().quorum) == (3, 2)


def test_a_leader_on_its_second_disk_is_paused_and_goes_on(session: Session) -> None:
    """Inputs know it by its place, not by the number of its node."""
    session.act("wipe", cp="CP2")
    assert (cp(session, "CP2").node, cp(session, "CP2").member) == ("CP2#2", "no member")
    session.act("restart", cp="CP2")
    session.run(120 * SECOND_US, 1_000_000)
    assert cp(session, "CP2").member == "voter"
    session.act("crash", cp="leader")
    others = [each.id for each in session.view().cps if each.status == "alive" and each.id != "CP2"]
    for n, a in enumerate(others):
        for b in others[n + 1 :]:
            session.act("cut", a=a, b=b)
    session.run(140 * SECOND_US, 1_000_000)
    assert session.view().leader == "CP2"
    session.act("pause", cp="leader")
    session.act("resume", cp="leader")
    assert cp(session, "CP2").status == "alive"


@pytest.mark.parametrize(
    ("verb", "args", "word"),
    [
        ("fill_disk", {}, "disk full"),
        ("slow_disk", {"fsync_us": 1_000}, "slow disk"),
        ("slow", {"delay_us": 1_000}, "slow"),
        ("crash_after_write", {}, "dies after a write"),
    ],
)
def test_what_ails_a_cp_is_seen(
    session: Session, verb: str, args: dict[str, int], word: str
) -> None:
    """Each ailment in a word; who has none has no words."""
    assert cp(session, "CP2").ails == ()
    session.act(verb, cp="CP2", **args)
    assert cp(session, "CP2").ails == (word,)


def test_cut_one_way_and_join(session: Session) -> None:
    """A cut is seen from both ends; one way, one end still speaks and the other still hears."""
    session.act("cut", a="CP1", b="CP2")
    assert links(session, "CP1") == ("self", "cut", "up", "up", "up")
    assert links(session, "CP2") == ("cut", "self", "up", "up", "up")
    session.act("join", a="CP2", b="CP1")
    session.act("cut_oneway", a="CP1", b="CP2")
    assert links(session, "CP1")[1] == "in"
    assert links(session, "CP2")[0] == "out"


def test_partition_and_heal(session: Session) -> None:
    """A partition cuts exactly the links between its sides; the minority is cut off."""
    session.act("partition", groups=[["CP1", "CP2"], ["CP3", "CP4", "CP5"]])
    assert links(session, "CP1") == ("self", "up", "cut", "cut", "cut")
    assert links(session, "CP4") == ("cut", "cut", "up", "self", "up")
    assert [each.cut_off for each in session.view().cps] == [True, True, False, False, False]
    session.act("loss", rate_ppm=100_000, a="CP3", b="CP4")
    session.act("heal")
    assert all(set(each.links) == {"self", "up"} for each in session.view().cps)


def test_healing_goes_back_to_the_networks_usual_rates() -> None:
    """A network that loses frames by its nature still does so when its faults are healed."""
    scenario = load("ten-minutes")
    lossy = evolve(scenario, network=evolve(scenario.network, loss_ppm=30_000))
    session = Session(lossy, 1)
    assert set(links(session, "CP2")) == {"self", "up"}
    session.act("loss", rate_ppm=900_000)
    session.act("corrupt", rate_ppm=1_000)
    assert links(session, "CP2").count("lossy") == 4
    session.act("heal")
    assert set(links(session, "CP2")) == {"self", "up"}
    bus = session.world.cluster.bus
    rates = {bus.link(a, b).rates for a in range(1, 6) for b in range(1, 6) if a != b}
    assert rates == {(30_000, 0, 0, 0)}


@pytest.mark.parametrize("verb", ["loss", "duplicate", "reorder", "corrupt", "delay"])
def test_rates_of_one_link_and_of_all(session: Session, verb: str) -> None:
    """A rate makes a link lossy until it is set to nothing again."""
    name = VERBS[verb].needs[0]
    session.act(verb, **{name: 50_000, "a": "CP1", "b": "CP2"})
    assert links(session, "CP1") == ("self", "lossy", "up", "up", "up")
    session.act(verb, **{name: 50_000})
    assert links(session, "CP3").count("lossy") == 4
    session.act(verb, **{name: 0})
    assert links(session, "CP3").count("up") == 4


def test_a_rate_of_one_direction(session: Session) -> None:
    """Only what goes from a to b is lost; the other direction is as it was."""
    bus = session.world.cluster.bus
    said = session.act("loss", rate_ppm=50_000, a="CP1", b="CP2", oneway=True)
    assert said == "CP1 → CP2: 5 % of frames lost"
    assert (bus.link(1, 2).loss_ppm, bus.link(2, 1).loss_ppm) == (50_000, 0)
    session.act("loss", rate_ppm=20_000, a="CP1", b="CP2", oneway=False)
    assert (bus.link(1, 2).loss_ppm, bus.link(2, 1).loss_ppm) == (20_000, 20_000)


def test_unplug_under_load(session: Session) -> None:
    """Pulling the plug ends power at once and the session in the log soon after."""
    session.act("unplug", ev="EV1")
    assert session.view().power_w == 0
    session.run(95 * SECOND_US, 1_000_000)
    (ended,) = session.view().sessions
    assert (ended.ev, ended.reason) == ("EV1", "EVDisconnected")
    assert cp(session, "CP1").state == "waiting_ev"


def test_leader_stands_for_whoever_leads(session: Session) -> None:
    """Scripts crash the leader without knowing who that is."""
    leader = session.view().leader
    assert leader is not None
    session.act("crash", cp="leader")
    assert cp(session, leader).status == "crashed"


@pytest.mark.parametrize(
    ("verb", "args", "says"),
    [
        ("explode", {}, "no verb 'explode'; there are plug_in"),
        ("crash", {}, "crash takes cp; cp is missing"),
        ("heal", {"cp": "CP1"}, "heal takes nothing; cp is unknown"),
        ("crash", {"cp": "CP9"}, "no charge point 'CP9'; there are CP1, CP2, CP3, CP4, CP5"),
        ("restart", {"cp": "CP1"}, "CP1 runs; only a crashed charge point restarts"),
        ("resume", {"cp": "CP1"}, "CP1 is not paused"),
        ("cut", {"a": "CP1", "b": "CP1"}, "CP1 has no link to itself"),
        ("plug_in", {"ev": "EV1", "cp": "CP2"}, "EV1 is plugged in at CP1 already"),
        ("plug_in", {"ev": "EV2", "cp": "CP1"}, "CP1 is taken by EV1"),
        ("unplug", {"ev": "EV2"}, "EV2 is not plugged in"),
        ("stop_charging", {"ev": "EV7"}, "no EV 'EV7'; there are EV1, EV2, EV3"),
        ("loss", {"rate_ppm": 2_000_000}, "rate_ppm is an integer from 0 to 1000000"),
        ("loss", {"rate_ppm": 0.5}, "rate_ppm is an integer from 0 to 1000000"),
        ("loss", {"rate_ppm": 5, "b": "CP1"}, "loss takes both a and b, a, or neither"),
        ("loss", {"rate_ppm": 5, "oneway": True}, "oneway is true or false, and goes with a"),
        ("disarm", {"cp": "CP1"}, "CP1 is not to crash after a write"),
        ("free_disk", {"cp": "CP1"}, "the disk of CP1 has room"),
        ("slow", {"cp": "CP1", "delay_us": -1}, "delay_us is an integer from 0 to 60000000"),
        ("slow_disk", {"cp": "CP1"}, "slow_disk takes cp, fsync_us; fsync_us is missing"),
        ("partition", {"groups": "CP1"}, "groups is a list of lists"),
        ("partition", {"groups": [["CP1"], ["CP1"]]}, "a charge point stands in two groups"),
        (
            "partition",
            {"groups": [["CP1", "CP2", "CP3", "CP4", "CP5"]]},
            "a partition needs at least two sides",
        ),
    ],
)
def test_what_is_not_possible_changes_nothing(
    session: Session, verb: str, args: dict[str, object], says: str
) -> None:
    """A refused input says why, and neither the world nor the journal has changed."""
    before = session.view(Window()), len(session.world.journal)
    with pytest.raises(InputError) as refusal:
        session.act(verb, **args)
    assert says in str(refusal.value)
    assert (session.view(Window()), len(session.world.journal)) == before


def test_nothing_is_done_after_the_end(session: Session) -> None:
    """A run that has ended takes no more inputs."""
    session.run(session.scenario.duration_us, 1_000_000)
    with pytest.raises(InputError, match="the run has ended at 600 s"):
        session.act("crash", cp="CP1")
    assert cp(session, "CP1").status == "alive"


def test_every_input_is_in_the_journal_and_in_the_digest(session: Session) -> None:
    """Two runs that differ in one input are two runs, and the journal says in what."""
    untouched = session.world.cluster.trace.digest()
    session.act("delay", extra_us=5_000)
    assert session.world.cluster.trace.digest() != untouched
    assert session.world.journal[-1].line() == "90.000000 delay extra_us=5000"
    session.act("partition", groups=[["CP1"], ["CP2", "CP3"]])
    assert session.world.journal[-1].line() == "90.000000 partition groups=CP1|CP2,CP3"


def test_a_wall_clock_that_is_set_stamps_and_no_more(session: Session) -> None:
    """Time stamps follow it; elections, the meter's interval and energy do not."""
    twin = Session(session.scenario, 1)
    twin.run(90 * SECOND_US, 1_000_000)
    assert session.act("clock_offset", cp="CP1", offset_us=-3_600 * SECOND_US) == (
        "its wall clock is set 1 h back"
    )
    for each in (session, twin):
        each.run(200 * SECOND_US, 1_000_000)
    asset, right = (each.world.leader().network.assets["CP1"] for each in (session, twin))  # type: ignore[union-attr]
    assert asset.meter_wh == right.meter_wh > 300
    assert asset.meter_us < right.meter_us
    assert (asset.stale_readings, cp(session, "CP1").energy_wh) == (0, cp(twin, "CP1").energy_wh)
    assert session.world.cluster.trace.events == twin.world.cluster.trace.events
    assert session.act("clock_offset", cp="CP1", offset_us=0) == "its wall clock is set right"


def test_a_clock_that_drifts_meters_by_physics(session: Session) -> None:
    """It asks for readings more often; what flows is what flows."""
    twin = Session(session.scenario, 1)
    twin.run(90 * SECOND_US, 1_000_000)
    said = session.act("clock_drift", cp="CP1", drift_ppm=500_000)
    assert said == "its clock runs 50 % too fast"
    for each in (session, twin):
        each.run(150 * SECOND_US, 1_000_000)
    fast, right = cp(session, "CP1"), cp(twin, "CP1")
    assert abs(fast.energy_wh - right.energy_wh) <= 1
    host = session.world.cluster.hosts[1]
    assert session.world.cluster.local_us(1) - session.world.now_us == 30 * SECOND_US
    assert host.process is not None
    assert session.act("clock_drift", cp="CP1", drift_ppm=0) == "its clock runs true again"


@pytest.mark.parametrize("drift_ppm", [-500_001, 1_000_001, "1%", True])
def test_a_drift_out_of_bounds_is_refused(session: Session, drift_ppm: object) -> None:
    """Nothing has changed."""
    with pytest.raises(InputError, match="drift_ppm is an integer from -500000"):
        session.act("clock_drift", cp="CP1", drift_ppm=drift_ppm)
    assert session.world.cluster.hosts[1].clock.is_true


def test_a_leader_dies_after_its_next_write(session: Session) -> None:
    """It is said when it is arranged, and when it has happened."""
    leader = session.view().leader
    assert leader is not None
    said = session.act("crash_after_write", cp="leader")
    assert said == "is to crash when its disk has written, before anything is sent"
    with pytest.raises(InputError, match="already"):
        session.act("crash_after_write", cp=leader)
    session.run(105 * SECOND_US, 1_000_000)
    assert cp(session, leader).status == "crashed"
    told = [
        row.text for row in session.view(Window(event_rows=50)).event_rows if row.subject == leader
    ]
    assert "crashed when its disk had written, before anything was sent" in told
    assert session.act("restart", cp=leader).startswith("restarted from its disk")
    with pytest.raises(InputError, match="is not to crash"):
        session.act("disarm", cp=leader)


def test_a_crash_after_a_write_is_called_off(session: Session) -> None:
    """And a charge point that is down cannot be doomed."""
    session.act("crash_after_write", cp="CP1")
    assert session.act("disarm", cp="CP1") == "is not to crash after a write any more"
    session.run(105 * SECOND_US, 1_000_000)
    assert cp(session, "CP1").status == "alive"
    session.act("crash", cp="CP1")
    with pytest.raises(InputError, match="CP1 is down"):
        session.act("crash_after_write", cp="CP1")


def test_a_full_disk_stops_what_depends_on_it(session: Session) -> None:
    """Nothing of it gets into the log until there is room."""
    assert session.act("fill_disk", cp="CP1") == "its disk is full: nothing more becomes durable"
    with pytest.raises(InputError, match="the disk of CP1 is full already"):
        session.act("fill_disk", cp="CP1")
    session.run(110 * SECOND_US, 1_000_000)
    disk = session.world.cluster.hosts[1].disk
    assert disk.is_stuck
    assert disk.synced < disk.written
    assert session.act("free_disk", cp="CP1") == "its disk has room again"
    session.run(130 * SECOND_US, 1_000_000)
    assert disk.synced == disk.wanted
    assert cp(session, "CP1").applied_slot == cp(session, "CP2").applied_slot


@pytest.mark.parametrize(
    ("verb", "name", "said", "undone"),
    [
        ("slow", "delay_us", "takes 20 ms for every event", "is as quick as ever"),
        (
            "slow_disk",
            "fsync_us",
            "its disk takes 20 ms longer to sync",
            "its disk is as quick as ever",
        ),
    ],
)
def test_what_makes_slow_is_undone_by_nothing(
    session: Session, verb: str, name: str, said: str, undone: str
) -> None:
    """Both slow the charge point down, and neither harms it."""
    assert session.act(verb, cp="CP1", **{name: 20_000}) == said
    session.run(100 * SECOND_US, 1_000_000)
    assert session.act(verb, cp="CP1", **{name: 0}) == undone
    session.run(120 * SECOND_US, 1_000_000)
    assert cp(session, "CP1").applied_slot == cp(session, "CP2").applied_slot
    assert cp(session, "CP1").state == "charging"
