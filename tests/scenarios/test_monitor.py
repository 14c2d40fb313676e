"""Monitors: a fault is found and told within three seconds, and an idle network writes nothing."""

import pytest
from attrs import evolve

from fsm.ocpp.monitor import Hearing, Monitor, Observer
from scenarios.campaign import run_seed
from scenarios.loader import load, loads
from scenarios.schema import Scenario
from scenarios.session import Session
from scenarios.watching import Found, unheard

SECOND_US = 1_000_000


def network(cps: int = 5, *, monitor: bool = True) -> Scenario:
    """An idle network for three minutes."""
    text = f'duration = "3m"\ncps = {cps}\nmonitor = {str(monitor).lower()}\n'
    return loads(text, "idle.toml")


def word(session: Session, cp_id: str) -> str:
    """What the network sees of a charge point."""
    return next(each.monitored for each in session.view().cps if each.id == cp_id)


def follower(session: Session) -> str:
    """A charge point that does not lead."""
    leader = session.view().leader
    return next(cp.id for cp in session.view().cps if cp.id != leader)


@pytest.mark.parametrize(
    ("break_it", "mend", "seen"),
    [
        ("crash", "restart", "out of order"),
        ("pause", "resume", "out of order"),
        ("partition", "heal", "disconnected"),
    ],
)
@pytest.mark.parametrize("offset_us", [0, 170_000, 430_000, 510_000, 770_000, 999_999])
def test_a_fault_is_told_within_three_seconds(
    break_it: str, mend: str, seen: str, offset_us: int
) -> None:
    """Whenever in a second it happens; its end as well."""
    session = Session(network(), 4)
    session.run(30 * SECOND_US + offset_us, 1_000_000)
    cp_id = follower(session)
    assert word(session, cp_id) == "activated"
    args: dict[str, object] = {"cp": cp_id}
    session.act(break_it, **({"groups": [[cp_id]]} if break_it == "partition" else args))
    session.run(session.time_us + 3 * SECOND_US, 1_000_000)
    assert word(session, cp_id) == seen
    session.act(mend, **({} if mend == "heal" else args))
    session.run(session.time_us + 3 * SECOND_US, 1_000_000)
    assert word(session, cp_id) == "activated"


def test_an_idle_network_writes_nothing() -> None:
    """The log of a network with monitors is longer by one command for each observer."""
    slots = []
    for monitor in (False, True):
        session = Session(network(monitor=monitor), 2)
        session.run(170 * SECOND_US, 1_000_000)
        slots.append(session.view().log_last)
    assert slots[1] == slots[0] + 1


def test_without_monitors_nobody_beats() -> None:
    """They can be left out: then what is silent is not noticed."""
    session = Session(network(monitor=False), 4)
    session.run(30 * SECOND_US, 1_000_000)
    cp_id = follower(session)
    session.act("crash", cp=cp_id)
    session.run(60 * SECOND_US, 1_000_000)
    assert word(session, cp_id) == "activated"


def test_the_next_leader_listens_on() -> None:
    """The leader's own crash is found when another one leads, by its monitor's word."""
    session = Session(network(), 4)
    session.run(30 * SECOND_US, 1_000_000)
    leader = session.view().leader
    assert leader is not None
    session.act("crash", cp=leader)
    session.run(45 * SECOND_US, 1_000_000)
    assert session.view().leader not in (None, leader)
    assert word(session, leader) == "out of order"
    assert [word(session, cp.id) for cp in session.view().cps].count("activated") == 4


def test_a_leader_that_was_cut_off_does_not_speak_for_the_network() -> None:
    """It takes all others for lost; when it is heard again it is the observer no more."""
    session = Session(network(), 4)
    session.run(30 * SECOND_US, 1_000_000)
    leader = session.view().leader
    assert leader is not None
    session.act("partition", groups=[[leader]])
    session.run(60 * SECOND_US, 1_000_000)
    others = [cp.id for cp in session.view().cps if cp.id != leader]
    session.act("heal")
    seen = []
    while session.time_us < 70 * SECOND_US:
        session.run(session.time_us + SECOND_US // 10, 1_000_000)
        seen += [word(session, cp_id) for cp_id in others]
    assert frozenset(seen) == {"activated"}
    assert word(session, leader) == "activated"
    rows = [row.text for row in session.view().event_rows]
    assert "Observed was refused: another one observes by now" in rows


def test_one_lost_frame_is_no_alarm() -> None:
    """Links that lose a frame in a hundred: few alarms, and each is taken back."""
    scenario = network()
    lossy = evolve(scenario.network, loss_ppm=10_000)
    session = Session(evolve(scenario, network=lossy), 1)
    session.run(170 * SECOND_US, 1_000_000)
    rows = [row.text for row in session.view().event_rows]
    assert len([text for text in rows if "does not hear" in text]) <= 1
    assert {cp.monitored for cp in session.view().cps} == {"activated"}


def test_the_campaign_sees_who_is_not_heard() -> None:
    """A live charge point that the log has as silent is a finding."""
    session = Session(network(), 4)
    session.run(30 * SECOND_US, 1_000_000)
    cp_id = follower(session)
    session.act("pause", cp=cp_id)
    session.run(40 * SECOND_US, 1_000_000)
    world = session.world
    node = world.leader()
    assert node is not None
    session.act("resume", cp=cp_id)
    assert list(unheard(world, node.network)) == [f"{cp_id} runs, and the log has it as silent"]
    session.run(50 * SECOND_US, 1_000_000)
    assert list(unheard(world, node.network)) == []


def test_a_monitor_speaks_in_its_engines_place() -> None:
    """To the leader and to every voter, who pass it on; never to itself."""
    board = Monitor(0)
    board.beat(1_000_000, 9, (2, 3, 5))
    assert board.look(2_200_000, 3) == ()
    assert board.look(2_200_001, 3) == (9, 2, 5)
    board.beat(9_000_000, 2, (2, 3, 5))
    assert board.look(9_500_000, 3) == ()
    assert board.look(19_000_000, 3) == (2, 5)
    board.beat(20_000_000, 0, (2, 3, 5))
    assert board.look(29_000_000, 4) == (2, 3, 5)
    assert Monitor(0).look(5_000_000, 1) == ()


def test_an_observer_misses_boards_as_it_misses_engines() -> None:
    """A board is heard each second; one that is heard no more is cut off."""
    observer = Observer(1, 0)
    known = {f"CP{number}": "silent" for number in range(1, 6)}
    assert observer.look(known, 2_200_000) == []
    assert observer.look(known, 2_200_001) == [[cp_id, "unheard"] for cp_id in known]
    observer.heard("CP1", Hearing.SILENT, 7_000_000, 7_000_000)
    assert observer.look(dict.fromkeys(["CP1"], "heard"), 7_000_000) == [["CP1", "silent"]]
    observer.heard("CP1", Hearing.HEARD, 8_000_000, 8_000_000)
    assert observer.look(dict.fromkeys(["CP1"], "heard"), 10_200_001) == [["CP1", "unheard"]]


def test_an_observer_believes_no_old_word() -> None:
    """One that passes words on stood still, and goes on with what it had taken before."""
    observer = Observer(1, 0)
    known = {"CP1": "heard"}
    observer.heard("CP1", Hearing.SILENT, 1_200_000, 9_000_000, passed_on=True)
    assert observer.look(known, 1_300_000) == []
    observer.heard("CP1", Hearing.HEARD, 1_300_000, 9_500_000)
    observer.heard("CP1", Hearing.SILENT, 1_400_000, 9_400_000, passed_on=True)
    assert observer.look(known, 1_500_000) == []
    observer.heard("CP1", Hearing.SILENT, 1_600_000, 9_600_000, passed_on=True)
    assert observer.look(known, 1_700_000) == [["CP1", "silent"]]
    # The same word by a slower way says nothing of now.
    observer.heard("CP1", Hearing.SILENT, 3_700_000, 9_600_000, passed_on=True)
    assert observer.look({"CP1": "silent"}, 3_900_000) == [["CP1", "unheard"]]


def test_who_stood_still_brings_no_old_alarm() -> None:
    """It had taken a board's words when it was paused; meanwhile that engine runs again."""
    session = Session(network(), 4)
    session.run(30 * SECOND_US, 1_000_000)
    leader = session.view().leader
    down, stands, *_ = [cp.id for cp in session.view().cps if cp.id != leader]
    session.act("crash", cp=down)
    session.run(34 * SECOND_US, 1_000_000)
    session.act("pause", cp=stands)
    session.run(38 * SECOND_US, 1_000_000)
    session.act("restart", cp=down)
    session.run(50 * SECOND_US, 1_000_000)
    session.act("resume", cp=stands)
    while session.time_us < 55 * SECOND_US:
        session.run(session.time_us + SECOND_US // 10, 1_000_000)
        assert word(session, down) == "activated"
    assert session.world.alarms.unfounded == []
    assert session.world.alarms.findings > 0


@pytest.mark.parametrize(
    ("hearing", "cause", "founded"),
    [
        (Hearing.SILENT, "", False),
        (Hearing.SILENT, "slow", True),
        (Hearing.SILENT, "cut", False),
        (Hearing.UNHEARD, "", False),
        (Hearing.UNHEARD, "cut", True),
        (Hearing.HEARD, "", True),
    ],
)
def test_a_word_without_a_cause_is_found_out(hearing: Hearing, cause: str, founded: bool) -> None:
    """A cut cable is no cause for a silent engine; both are forgotten after a while."""
    session = Session(network(), 4)
    session.run(30 * SECOND_US, 1_000_000)
    cp_id, leader = follower(session), session.view().leader
    alarms = session.world.alarms
    assert leader is not None
    if cause == "slow":
        session.act("slow", cp=cp_id, delay_us=1_000)
        session.act("slow", cp=cp_id, delay_us=0)
    elif cause == "cut":
        session.act("cut", a=cp_id, b=leader)
        session.act("heal")
    alarms.check(session.world.nodes[leader], Found(cp_id, hearing.value))
    assert (alarms.unfounded == []) is founded
    if hearing is not Hearing.HEARD:
        session.run(40 * SECOND_US, 1_000_000)
        before = len(alarms.unfounded)
        alarms.check(session.world.nodes[leader], Found(cp_id, hearing.value))
        assert len(alarms.unfounded) == before + 1


def test_a_late_word_is_no_false_one() -> None:
    """The one way to the leader leads over a slow charge point: its words are seconds old."""
    assert run_seed(load("monitor"), 231).problems == ()


def test_a_board_that_is_wrong_is_found_out() -> None:
    """Also where nobody believes it; what it says in time may be heard late."""
    session = Session(network(), 4)
    session.run(30 * SECOND_US, 1_000_000)
    cp_id, leader = follower(session), session.view().leader
    assert leader is not None
    alarms, observer = session.world.alarms, session.world.nodes[leader]
    number = session.world.nodes[cp_id]
    silent, other = (Found(cp_id, Hearing.SILENT.value, s * SECOND_US) for s in (30, 31))
    for said_us in (29_000_000, 30_000_000):
        alarms.spoke(number, said_us)
    assert alarms.unfounded == [
        f"the monitor of {cp_id} found its engine silent at 30 s, and nothing was wrong with it"
    ]
    session.act("slow", cp=leader, delay_us=1_000)
    alarms.check(observer, silent)
    assert len(alarms.unfounded) == 2  # no board has said so with a cause
    session.act("slow", cp=cp_id, delay_us=1_000)
    alarms.spoke(number, silent.said_us)
    session.act("slow", cp=cp_id, delay_us=0)
    session.run(40 * SECOND_US, 1_000_000)
    alarms.check(observer, silent)
    assert len(alarms.unfounded) == 2
    alarms.check(observer, other)
    assert len(alarms.unfounded) == 3  # nor is it another word than that
    session.act("slow", cp=leader, delay_us=0)
    session.run(50 * SECOND_US, 1_000_000)
    alarms.check(observer, silent)
    assert len(alarms.unfounded) == 4  # nobody is ill who could have held it up


@pytest.mark.parametrize("cps", [5, 30, 100])
def test_a_group_of_any_size_is_told_within_three_seconds(cps: int) -> None:
    """A crash, a cut, and the cut of one that is down already; also after the leader's crash."""
    scenario = loads(f'duration = "5m"\nmonitor = true\ncps = {cps}\n', "size.toml")
    session = Session(scenario, 1)
    session.run(40 * SECOND_US, 10**7)
    leader = session.view().leader
    assert leader is not None
    first, second = [cp.id for cp in session.view().cps if cp.id != leader][-2:]

    def is_told(cp_id: str, seen: str, within_s: int = 3) -> None:
        session.run(session.time_us + within_s * SECOND_US, 10**7)
        assert word(session, cp_id) == seen

    session.act("crash", cp=first)
    is_told(first, "out of order")
    session.act("partition", groups=[[second]])
    is_told(second, "disconnected")
    session.act("partition", groups=[[first, second]])
    is_told(first, "disconnected")
    session.act("heal")
    is_told(first, "out of order")
    is_told(second, "activated", within_s=5)
    session.act("crash", cp=leader)
    is_told(leader, "out of order", within_s=7)
    is_told(first, "out of order")
    session.act("partition", groups=[[first]])
    is_told(first, "disconnected")


@pytest.mark.parametrize(
    ("cps", "others"),
    [(5, (-1,)), (5, (1,)), (5, (2,)), (7, (1, 2)), (7, (1, 4))],
)
def test_what_is_down_stays_as_it_is(cps: int, others: tuple[int, ...]) -> None:
    """The leader's board knows of no other leader; whom it tells may be down as well."""
    text = f'duration = "5m"\nmonitor = true\ncps = {cps}\n'
    session = Session(loads(text, "down.toml"), 4)
    session.run(60 * SECOND_US, 1_000_000)
    ids = [cp.id for cp in session.view().cps]
    leader = session.view().leader
    assert leader is not None
    down = [leader, *(ids[(ids.index(leader) + step) % cps] for step in others)]
    for cp_id in down:
        session.act("crash", cp=cp_id)
        session.run(session.time_us + 10 * SECOND_US, 1_000_000)
    # Those that follow may have made another one lead; its observer has time to hear all.
    session.run(session.time_us + 20 * SECOND_US, 1_000_000)
    since_us, last = session.time_us, session.view().log_last
    while session.time_us < 240 * SECOND_US:
        session.run(session.time_us + SECOND_US, 1_000_000)
        words = {cp_id: word(session, cp_id) for cp_id in ids}
        seen = {cp_id: "out of order" if cp_id in down else "activated" for cp_id in ids}
        assert words == seen
    observed = [row for row in session.view().event_rows if " hear" in f" {row.text}"]
    assert [row for row in observed if row.time_us > since_us] == []
    # Nothing but an OCPP heartbeat a minute of those that live.
    assert session.view().log_last - last <= 4 * (cps - len(down))


def test_an_observer_gives_everybody_time() -> None:
    """Who was never heard is missed only some time after it began to listen."""
    observer = Observer(1, 0)
    known = {"CP1": "heard", "CP2": "heard", "CP3": "unheard"}
    assert observer.look(known, 2_000_000) == []
    observer.heard("CP1", Hearing.HEARD, 2_000_000, 2_000_000)
    observer.heard("CP3", Hearing.SILENT, 2_100_000, 2_100_000)
    assert observer.look(known, 2_300_000) == [["CP2", "unheard"], ["CP3", "silent"]]
    known |= {"CP2": "unheard", "CP3": "silent"}
    assert observer.look(known, 2_400_000) == []


def test_ten_minutes_are_as_they_were() -> None:
    """A scenario without monitors has none."""
    assert load("ten-minutes").monitor is False
