"""E1 itself: what hinders a promise and what does not, who is released, and what it catches."""

import pickle
from typing import Any

import pytest
from attrs import evolve

from fsm.network import planner
from scenarios.loader import load
from scenarios.promised import BROKEN, KEPT, OPEN, RECOVERY, RELEASED, Promise
from scenarios.runner import report
from scenarios.schema import At, Plans, Scenario
from scenarios.session import Session
from scenarios.view import RequestView

S = 1_000_000
MINUTE = 60 * S
STEP_S = 30

Line = tuple[float, str, dict[str, object]]
"""When, in s, a verb, and its arguments."""


def scenario(*lines: Line, name: str = "late-departure-change", **changes: Any) -> Scenario:
    """A scenario of the library with only its arrivals, and these lines besides."""
    found = load(name)
    script = [line for line in found.script if line.verb == "plug_in"]
    script += [At(t_us=int(at_s * S), verb=verb, args=args) for at_s, verb, args in lines]
    script.sort(key=lambda line: line.t_us)
    return evolve(found, script=tuple(script), expectations=(), **changes)


def finished(told: Scenario) -> Session:
    """A run to its end."""
    session = Session(told, 1)
    while not session.finished:
        session.run(told.duration_us, 1_000_000)
    return session


def requests(session: Session) -> dict[str, RequestView]:
    """The rows of the report, by EV; there is one for each here."""
    plan = session.view().plan
    assert plan is not None
    assert len({it.ev for it in plan.requests}) == len(plan.requests)
    return {it.ev: it for it in plan.requests}


def promise_of(session: Session, ev: str) -> Promise:
    """What an EV's driver was promised."""
    (promise,) = (it for it in session.world.kept.promises if it.ev == ev)
    return promise


# --- the driver himself ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        (180.0, "stop_charging", {"ev": "EV1"}),
        (180.0, "pause_charging", {"ev": "EV1"}),
        (180.0, "unplug", {"ev": "EV1"}),
    ],
)
def test_what_a_driver_does_himself_releases_the_network(line: Line) -> None:
    """He is not let down, and nobody is accused."""
    session = finished(scenario(line))
    assert session.world.violation is None
    found = requests(session)
    assert (found["EV1"].status, found["EV1"].promise) == ("accepted", RELEASED)
    assert found["EV1"].delivered_wh < found["EV1"].energy_wh
    assert found["EV2"].promise == KEPT


def test_who_leaves_a_little_before_he_said_has_released_the_network() -> None:
    """By less than a step, with the energy of the last minutes still to come."""
    session = Session(scenario((17 * 60 + 50, "unplug", {"ev": "EV1"})), 1)
    session.run(3 * MINUTE, 10**9)
    promise_of(session, "EV1").promised_wh += 10_000
    while not session.finished:
        session.run(20 * MINUTE, 1_000_000)
    assert session.world.violation is None
    assert promise_of(session, "EV1").status == RELEASED


def test_who_has_his_energy_and_leaves_early_was_not_let_down() -> None:
    """There is nothing to release anybody from."""
    session = finished(scenario((15 * 60, "unplug", {"ev": "EV1"})))
    assert requests(session)["EV1"].promise == KEPT


def test_a_request_that_is_over_before_a_plan_says_what_became_of_it() -> None:
    """The step is long, and the driver ends the charging in the first one."""
    stops = (240.0, "stop_charging", {"ev": "EV1"})
    session = finished(scenario(stops, plans=Plans(step_us=15 * MINUTE)))
    found = requests(session)["EV1"]
    assert (found.status, found.promise) == ("withdrawn", "")
    assert 0 < found.delivered_wh < found.energy_wh


def test_a_request_that_a_fault_has_ended_before_a_plan_has_lapsed() -> None:
    """Its charge point crashes, and its driver goes before it is back."""
    session = finished(
        scenario(
            (100, "crash", {"cp": "CP1"}),
            (140, "unplug", {"ev": "EV1"}),
            (150, "restart", {"cp": "CP1"}),
            plans=Plans(step_us=15 * MINUTE),
        )
    )
    assert requests(session)["EV1"].status == "lapsed"


# --- what hinders ----------------------------------------------------------------------------

HINDERS: dict[str, tuple[str, tuple[tuple[str, dict[str, object]], ...]]] = {
    "own CP down": ("CP1 is crashed", (("crash", {"cp": "CP1"}),)),
    "own CP hangs": ("CP1 is paused", (("pause", {"cp": "CP1"}),)),
    "own CP slow": ("CP1 is slow", (("slow", {"cp": "CP1", "delay_us": 50_000}),)),
    "own disk slow": ("the disk of CP1 is slow", (("slow_disk", {"cp": "CP1", "fsync_us": S}),)),
    "own disk full": ("the disk of CP1 is full", (("fill_disk", {"cp": "CP1"}),)),
    "own clock off": (
        "the clock of CP1 is wrong",
        (("clock_offset", {"cp": "CP1", "offset_us": S}),),
    ),
    "own clock drifts": (
        "the clock of CP1 is wrong",
        (("clock_drift", {"cp": "CP1", "drift_ppm": 100}),),
    ),
    "own link cut": ("CP1 ↔ CP3 is cut", (("cut_oneway", {"a": "CP1", "b": "CP3"}),)),
    "own link lossy": (
        "CP1 ↔ CP3 is lossy or late",
        (("loss", {"rate_ppm": 1, "a": "CP1", "b": "CP3"}),),
    ),
    "own link late": (
        "CP1 ↔ CP3 is lossy or late",
        (("delay", {"extra_us": 1, "a": "CP3", "b": "CP1", "oneway": True}),),
    ),
    "all links lossy": ("links are lossy or late", (("loss", {"rate_ppm": 1}),)),
    "leader down": ("nobody leads", (("crash", {"cp": "CP3"}),)),
    "leader slow": ("CP3 is slow", (("slow", {"cp": "CP3", "delay_us": 50_000}),)),
    "leader's disk": ("the disk of CP3 is slow", (("slow_disk", {"cp": "CP3", "fsync_us": S}),)),
    "leader's clock": (
        "the clock of CP3 is wrong",
        (("clock_offset", {"cp": "CP3", "offset_us": S}),),
    ),
    "no majority": (
        "CP3 is cut off",
        (("crash", {"cp": "CP2"}), ("cut", {"a": "CP1", "b": "CP3"})),
    ),
    "stopped": ("CP1 is stopped", (("stop_cp", {"cp": "all"}),)),
    "remote stop": ("its session was ended (Remote)", (("remote_stop", {"cp": "CP1"}),)),
    "reset": ("its session was ended (SoftReset)", (("reset", {"cp": "CP1", "kind": "Soft"}),)),
    "profile": (
        "a charging profile limits CP1",
        (("set_profile", {"cp": "CP1", "limit_w": 4_140}),),
    ),
    "blocked": ("the id tag of EV1 is blocked", (("block_tag", {"id_tag": "EV1"}),)),
    "stolen": ("the id tag of EV1 is blocked", (("report_stolen", {"id_tag": "EV1"}),)),
    "mute": ("EV1 does not answer", (("mute_ev", {"ev": "EV1"}),)),
    "disobeys": ("EV1 ignores its limit", (("ignore_limit", {"ev": "EV1"}),)),
}
"""A cause, and what leads to it; CP3 leads."""


@pytest.fixture(scope="module")
def open_promise() -> Session:
    """Two EVs that were promised their energy, two minutes before CP1 begins to charge."""
    session = Session(scenario(), 1)
    session.run(3 * MINUTE, 10**9)
    leader = session.world.leader()
    assert leader is not None
    assert leader.cp_id == "CP3"
    return session


def copied(session: Session) -> Session:
    """The same again: a test goes on from there, and leaves it as it is."""
    again: Session = pickle.loads(pickle.dumps(session))  # noqa: S301 - our own
    return again


@pytest.mark.parametrize("name", HINDERS)
def test_what_hinders_is_named_with_its_seconds(open_promise: Session, name: str) -> None:
    """In every second in which it holds."""
    cause, deeds = HINDERS[name]
    session = copied(open_promise)
    for verb, args in deeds:
        session.world.act(verb, args)
    session.run(session.world.now_us + 10 * S, 10**9)
    promise = promise_of(session, "EV1")
    assert promise.status == OPEN
    assert 0 < promise.causes[cause] <= 10 * S
    assert cause in ", ".join(promise.words())


def test_a_contactor_that_sticks_hinders(open_promise: Session) -> None:
    """It can only stick when it is open: after a pause of the session."""
    session = copied(open_promise)
    session.world.connectors[1].contactor_stuck = True
    session.run(session.world.now_us + 3 * S, 10**9)
    assert promise_of(session, "EV1").causes == {"the contactor of CP1 sticks": 3 * S}


IDLE: dict[str, tuple[str, dict[str, object]]] = {
    "clock off": ("clock_offset", {"cp": "CP2", "offset_us": S}),
    "clock drifts": ("clock_drift", {"cp": "CP2", "drift_ppm": 100}),
    "slow": ("slow", {"cp": "CP2", "delay_us": 1_000}),
    "disk slow": ("slow_disk", {"cp": "CP2", "fsync_us": 1_000}),
    "disk full": ("fill_disk", {"cp": "CP2"}),
    "down": ("crash", {"cp": "CP2"}),
    "link cut": ("cut", {"a": "CP2", "b": "CP3"}),
    "own link to another": ("cut", {"a": "CP1", "b": "CP2"}),
    "stopped": ("stop_cp", {"cp": "CP2"}),
    "remote stop": ("remote_stop", {"cp": "CP2"}),
    "profile": ("set_profile", {"cp": "CP2", "limit_w": 4_140}),
    "blocked": ("block_tag", {"id_tag": "EV2"}),
    "mute": ("mute_ev", {"ev": "EV2"}),
    "doomed and disarmed": ("crash_after_write", {"cp": "CP2"}),
}
"""What befalls somebody else, who holds no power beyond the plan."""


@pytest.mark.parametrize("name", IDLE)
def test_what_befalls_somebody_else_hinders_nothing(name: str) -> None:
    """CP2 has no EV here, or one whose power nobody needs."""
    told = scenario(site=evolve(load("late-departure-change").site, capacity_w=50_000))
    session = Session(told, 1)
    session.run(3 * MINUTE, 10**9)
    verb, args = IDLE[name]
    session.world.act(verb, args)
    session.run(session.world.now_us + 20 * S, 10**9)
    assert promise_of(session, "EV1").causes == {}


def test_power_that_somebody_holds_who_cannot_be_told_hinders() -> None:
    """EV2 did not opt in and takes all there is; its charge point is cut off with it."""
    told = load("late-departure-change")
    greedy = evolve(told.evs[1], smart=False, departs_us=0, target_ppm=900_000)
    told = evolve(
        scenario((88, "partition", {"groups": [["CP1", "CP3"], ["CP2"]]})),
        evs=(told.evs[0], greedy),
    )
    session = Session(told, 1)
    session.run(2 * MINUTE + 20 * S, 10**9)
    first, cause = promise_of(session, "EV1").causes
    assert first == "CP2 ↔ CP3 is cut, and holds power"
    assert cause == "CP2 is cut off, and holds power"
    session.run(4 * MINUTE, 10**9)
    # Its grant has ended by then: what it held is free, and only the time to recover is left.
    assert list(promise_of(session, "EV1").causes) == [first, cause, RECOVERY]


def test_a_network_that_is_never_without_loss_hinders_always() -> None:
    """Its file says so, and no fault."""
    told = scenario()
    session = Session(evolve(told, network=evolve(told.network, loss_ppm=1_000)), 1)
    session.run(3 * MINUTE, 10**9)
    assert list(promise_of(session, "EV1").causes) == ["links are lossy or late"]


def test_what_has_gone_hinders_until_the_network_has_recovered(open_promise: Session) -> None:
    """A step, and no second more."""
    session = copied(open_promise)
    session.world.act("slow", {"cp": "CP1", "delay_us": 1_000})
    session.run(session.world.now_us + 5 * S, 10**9)
    session.world.act("slow", {"cp": "CP1", "delay_us": 0})
    session.run(session.world.now_us + 300 * S, 10**9)
    promise = promise_of(session, "EV1")
    assert promise.causes == {"CP1 is slow": 5 * S, RECOVERY: STEP_S * S}
    assert promise.hindered_us == (5 + STEP_S) * S


def test_two_hindrances_at_a_time_cost_the_time_once(open_promise: Session) -> None:
    """Each is listed with its own."""
    session = copied(open_promise)
    for verb, args in HINDERS["own CP slow"][1] + HINDERS["own clock off"][1]:
        session.world.act(verb, args)
    session.run(session.world.now_us + 5 * S, 10**9)
    promise = promise_of(session, "EV1")
    assert promise.causes == {"CP1 is slow": 5 * S, "the clock of CP1 is wrong": 5 * S}
    assert promise.hindered_us == 5 * S


# --- what it catches -------------------------------------------------------------------------


def gives_nothing(monkeypatch: pytest.MonkeyPatch, transaction: int) -> None:
    """Let whoever plans give nothing to a transaction that was accepted, and call it short.

    Replicas cannot see that: who leads knows what a fault has made impossible.
    """
    honest = planner.make_plan

    def wrong(tables: Any, step: int) -> dict[str, Any] | None:
        data = honest(tables, step)
        if data is not None and data["number"] > 1:
            for want, row in zip(data["wants"], data["rows"], strict=True):
                if want[0] == transaction:
                    want[1], row[:] = 0, [[sum(times for times, _ in row), 0]]
            data["short"] = sorted({*data["short"], transaction})
        return data

    monkeypatch.setattr(planner, "make_plan", wrong)


UNRELATED: dict[str, tuple[Line, ...]] = {
    "nothing": (),
    "a clock of an idle CP": ((130, "clock_offset", {"cp": "CP3", "offset_us": S}),),
    "an idle CP that is slow": ((130, "slow", {"cp": "CP3", "delay_us": 1_000}),),
    "somebody else's tag": ((130, "block_tag", {"id_tag": "EV2"}),),
    "a second without links": (
        (130, "partition", {"groups": [["CP1"], ["CP2"], ["CP3"]]}),
        (131, "heal", {}),
    ),
}


@pytest.mark.parametrize("name", UNRELATED)
def test_a_planner_that_is_wrong_is_seen_beside_a_fault_that_explains_nothing(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An EV that is given nothing has more than a fault of somebody else to complain of."""
    lines = ((50.0, "crash", {"cp": "CP3"}), (53.0, "restart", {"cp": "CP3"}), *UNRELATED[name])
    session = Session(scenario(*lines), 1)
    session.run(128 * S, 10**9)
    leader = session.world.leader()
    assert leader is not None
    assert leader.cp_id != "CP3"
    gives_nothing(monkeypatch, promise_of(session, "EV1").transaction)
    while not session.finished and session.world.violation is None:
        session.run(20 * MINUTE, 1_000_000)
    violation = session.world.violation
    assert violation is not None
    assert violation.name == "E1"
    assert "EV1 was promised 800 Wh" in str(violation)


def test_a_fault_of_its_own_explains_no_more_than_its_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its charge point is away for a few seconds, and a planner that is wrong gives it nothing."""
    lines = ((200.0, "crash", {"cp": "CP1"}), (205.0, "restart", {"cp": "CP1"}))
    told = scenario(*lines)
    session = Session(told, 1)
    session.run(128 * S, 10**9)
    promise = promise_of(session, "EV1")
    promise.promised_wh += 1_000
    while not session.finished and session.world.violation is None:
        session.run(20 * MINUTE, 1_000_000)
    assert session.world.violation is not None
    assert "CP1 is crashed 5 s" in str(session.world.violation)


# --- the report ------------------------------------------------------------------------------


def test_a_promise_that_goes_on_in_another_session_is_one_row() -> None:
    """With what both have delivered, and what hindered it."""
    session = finished(
        scenario(
            (600, "crash", {"cp": "CP1"}),
            (2_040, "restart", {"cp": "CP1"}),
            name="commuter-morning",
        )
    )
    assert session.world.violation is None
    found = requests(session)["EV1"]
    assert (found.promise, found.energy_wh, found.cp) == (BROKEN, 4_000, "CP1")
    assert found.transaction > 6
    assert found.causes == ("CP1 is crashed 1,440 s", "recovery 60 s")
    assert found.delivered_wh == promise_of(session, "EV1").delivered_wh > 1_000
    promises = report(session).promises
    assert [it.ev for it in promises] == ["EV1", "EV2", "EV3", "EV4", "EV6"]
    plan = session.view().plan
    assert plan is not None
    assert plan.broken == 1


def test_who_never_missed_a_second_is_not_let_down() -> None:
    """EV1 asked first, and its charge point is away; what EV2 was promised is not given to it."""
    session = finished(scenario((150, "crash", {"cp": "CP1"}), (17 * 60, "restart", {"cp": "CP1"})))
    assert session.world.violation is None
    found = requests(session)
    assert (found["EV1"].promise, found["EV2"].promise) == (BROKEN, KEPT)
