"""What operators want, and what breaks: through the log, once, whatever happens on the way."""

from itertools import pairwise

import msgpack
import pytest

from fsm.effects import Call
from fsm.ocpp.status import TRANSITIONS, ConnectorStatus
from scenarios.campaign import run_seed, with_faults
from scenarios.errors import InputError
from scenarios.loader import load, loads
from scenarios.node import Node
from scenarios.session import Session
from scenarios.view import CpView, SessionView
from tests.soaking import one_in

SECOND_US = 1_000_000
OPERATED = (
    "monitor",
    "operator-stops-all",
    "pause-and-resume",
    "remote-control",
    "silent-ev",
    "stuck-contactor",
)
"""Scenarios of this subject."""


@pytest.fixture
def session() -> Session:
    """The ten-minute network after 90 seconds: EV1 charges at CP1."""
    session = Session(load("ten-minutes"), 1)
    session.run(90 * SECOND_US, 1_000_000)
    return session


def later(session: Session, seconds: int) -> None:
    """Let time pass."""
    session.run(session.time_us + seconds * SECOND_US, 1_000_000)


def cp(session: Session, cp_id: str) -> CpView:
    """A charge point as it is seen now."""
    return next(each for each in session.view().cps if each.id == cp_id)


def last(session: Session) -> SessionView:
    """The newest transaction."""
    return session.view().sessions[-1]


def texts(session: Session) -> list[str]:
    """The newest lines of the event log."""
    return [f"{row.subject} {row.text}" for row in session.view().event_rows]


def test_stop_and_resume_one(session: Session) -> None:
    """It answers through the log; all see the same word for it."""
    assert session.act("stop_cp", cp="CP4").startswith("is to go out of service; asked for at CP")
    later(session, 1)
    stopped = cp(session, "CP4")
    assert (stopped.ocpp_status, stopped.monitored) == ("Unavailable", "stopped")
    assert not stopped.operative
    session.act("resume_cp", cp="CP4")
    later(session, 1)
    assert (cp(session, "CP4").ocpp_status, cp(session, "CP4").operative) == ("Available", True)


def test_what_waits_for_a_cp_that_is_down_is_done_once(session: Session) -> None:
    """Two instructions wait; after the restart both are answered, in order, and nothing twice."""
    session.act("crash", cp="CP5")
    session.act("stop_cp", cp="CP5")
    session.act("reset", cp="CP5", kind="Soft")
    later(session, 5)
    session.act("restart", cp="CP5")
    later(session, 20)
    assert cp(session, "CP5").ocpp_status == "Unavailable"
    node = session.world.node(1)
    assert node is not None
    records = list(node.network.instructions.values())
    assert [(r.action, r.answer) for r in records] == [
        ("ChangeAvailability", "Accepted"),
        ("Reset", "Accepted"),
    ]
    assert texts(session).count("CP5 goes down for a reset") == 1
    assert node.network.assets["CP5"].boots == 3


def test_availability_outlives_the_process(session: Session) -> None:
    """It stands in the log: a charge point that was stopped comes back stopped."""
    session.act("stop_cp", cp="CP2")
    later(session, 1)
    session.act("crash", cp="CP2")
    session.act("restart", cp="CP2")
    later(session, 5)
    assert cp(session, "CP2").ocpp_status == "Unavailable"


def test_whoever_is_cut_off_hears_of_it_later(session: Session) -> None:
    """CP1 charges on, cut off from all others, and stops when the links are whole."""
    session.act("partition", groups=[["CP1"]])
    session.act("remote_stop", cp="CP1")
    later(session, 20)
    assert cp(session, "CP1").power_w > 0
    session.act("heal")
    later(session, 10)
    assert cp(session, "CP1").power_w == 0
    assert last(session).reason == "Remote"


def test_reasons_of_resets(session: Session) -> None:
    """HardReset is found in the log by the process that comes after."""
    session.act("reset", cp="CP1", kind="Hard")
    later(session, 3)
    assert last(session).reason == "HardReset"
    later(session, 20)
    assert (last(session).stop_us, cp(session, "CP1").state) == (None, "charging")
    session.act("reset", cp="CP1", kind="Soft")
    later(session, 5)
    assert last(session).reason == "SoftReset"
    session.act("crash", cp="CP2")
    assert "CP1 goes down for a reset" in texts(session)


def test_what_makes_no_sense_is_told(session: Session) -> None:
    """By the log's answer, in words."""
    session.act("remote_stop", cp="CP4")
    later(session, 1)
    assert any("Instruct was refused: no transaction runs at CP4" in t for t in texts(session))


@pytest.mark.parametrize(
    ("verb", "args", "why"),
    [
        ("stop_cp", {"cp": "CP9"}, "no charge point 'CP9'"),
        ("reset", {"cp": "CP1", "kind": "Gentle"}, "kind is Soft or Hard, found 'Gentle'"),
        ("remote_start", {"cp": "CP1", "id_tag": "x" * 21}, "id_tag is a text of 1 to 20"),
        ("stick_contactor", {"cp": "CP1"}, "the contactor of CP1 is closed"),
        ("free_contactor", {"cp": "CP2"}, "the contactor of CP2 is free"),
        ("unmute_ev", {"ev": "EV1"}, "EV1 answers as it should"),
        ("pause_charging", {"ev": "EV2"}, "EV2 is not plugged in"),
    ],
)
def test_impossible_inputs(session: Session, verb: str, args: dict[str, object], why: str) -> None:
    """They change nothing and say why."""
    with pytest.raises(InputError, match=why):
        session.act(verb, **args)


def test_nobody_to_ask(session: Session) -> None:
    """An operator needs a charge point that runs."""
    for cp_id in session.world.nodes:
        session.act("crash", cp=cp_id)
    with pytest.raises(InputError, match="no charge point runs that could ask for it"):
        session.act("stop_cp", cp="all")


def test_a_mute_ev_does_not_hear_its_driver(session: Session) -> None:
    """It draws on, without messages; the driver can pull the plug."""
    session.act("mute_ev", ev="EV1")
    later(session, 30)
    assert cp(session, "CP1").power_w > 10_000
    with pytest.raises(InputError, match="EV1 hangs, and does not hear its driver"):
        session.act("stop_charging", ev="EV1")
    with pytest.raises(InputError, match="EV1 is mute already"):
        session.act("mute_ev", ev="EV1")
    session.act("unplug", ev="EV1")
    assert cp(session, "CP1").power_w == 0
    session.act("unmute_ev", ev="EV1")
    session.act("plug_in", ev="EV1", cp="CP1")
    later(session, 10)
    assert cp(session, "CP1").power_w > 10_000


def test_a_stuck_contactor_outlives_the_process(session: Session) -> None:
    """It is hardware: the process that comes after finds it stuck, too."""
    session.act("stick_contactor", cp="CP3")
    session.act("crash", cp="CP3")
    session.act("restart", cp="CP3")
    session.act("plug_in", ev="EV2", cp="CP3")
    later(session, 10)
    assert (cp(session, "CP3").ocpp_status, cp(session, "CP3").monitored) == (
        "Faulted",
        "out of order",
    )


@pytest.fixture
def reported(monkeypatch: pytest.MonkeyPatch) -> dict[Node, list[str]]:
    """The statuses that each life of a charge point has reported, in order."""
    lives: dict[Node, list[str]] = {}
    take = Node._take

    def noting(node: Node, effects: list[object], now_us: int) -> list[object]:
        said = lives.setdefault(node, [])
        for effect in effects:
            if type(effect) is Call and effect.action == "StatusNotification":
                said.append(str(effect.payload["status"]))
        return take(node, effects, now_us)

    monkeypatch.setattr(Node, "_take", noting)
    return lives


@pytest.mark.parametrize("name", [*OPERATED, "ten-minutes", "dc-fast", "leader-crash"])
def test_every_reported_transition_is_in_the_standards_table(
    name: str, reported: dict[Node, list[str]]
) -> None:
    """In the scenario as it is, and under random faults (OCPP 1.6, 4.9)."""
    scenario = load(name)
    session = Session(scenario)
    while not session.finished:
        session.run(scenario.duration_us, 1_000_000)
    for seed in range(2):
        run_seed(scenario, seed)
    steps = [pair for said in reported.values() for pair in pairwise(said)]
    assert len(steps) > 10
    assert [s for s in steps if tuple(map(ConnectorStatus, s)) not in TRANSITIONS] == []


@pytest.mark.parametrize("name", one_in(2, OPERATED))
def test_no_seed_breaks_it(name: str) -> None:
    """Random faults on top: no invariant broken, all transactions closed, everybody heard."""
    findings = [run_seed(load(name), seed) for seed in range(5)]
    assert [finding for finding in findings if finding.problems] == []


@pytest.mark.soak
@pytest.mark.parametrize("name", OPERATED)
def test_no_seed_of_200_breaks_it(name: str) -> None:
    """The same at length."""
    findings = [run_seed(load(name), seed) for seed in range(200)]
    assert [finding for finding in findings if finding.problems] == []


def test_a_campaign_puts_right_what_the_script_broke() -> None:
    """Once each, after the faults: a word of the operator may have been lost."""
    scenario = with_faults(load("operator-stops-all"), 1)
    late = [line.verb for line in scenario.script if line.t_us > 480 * SECOND_US]
    assert late.count("resume_cp") == 1
    quiet = with_faults(load("ten-minutes"), 1)
    assert "resume_cp" not in [line.verb for line in quiet.script]


def test_an_instruction_that_nobody_answered_is_handed_over_again() -> None:
    """The target dies with the answer in its queue: its next life answers, and acts."""
    session = Session(loads('duration = "2m"\ncps = 3\n', "x.toml"), 3)
    session.run(20 * SECOND_US, 1_000_000)
    world = session.world
    target = next(number for number in world.ids if world.leader() is not world.node(number))
    session.act("reset", cp=world.ids[target], kind="Soft")
    node = world.node(target)
    assert node is not None
    while not node.network.instructions:
        session.step()
    assert node.calls.pending, "its answer is on its way"
    session.act("crash", cp=world.ids[target])
    assert node.network.instructions[1].is_pending
    later(session, 1)
    session.act("restart", cp=world.ids[target])
    later(session, 20)
    other = world.node(target)
    assert other is not None
    record = other.network.instructions[1]
    assert (record.answer, msgpack.unpackb(record.result)) == ("Accepted", {"status": "Accepted"})
    assert other.network.assets[world.ids[target]].boots == 3, "up, restarted by hand, reset"


def test_all_at_once_in_a_network_of_fifty() -> None:
    """One command, fifty instructions, each answered by whom it is for."""
    session = Session(loads('duration = "1m"\ncps = 50\n', "x.toml"), 1)
    session.run(20 * SECOND_US, 1_000_000)
    session.act("stop_cp", cp="all")
    session.run(40 * SECOND_US, 1_000_000)
    assert {each.monitored for each in session.view().cps} == {"stopped"}
