"""What an operator sees: alarms by what the log says, and what became of instructions."""

import pickle

import pytest

from scenarios.loader import load
from scenarios.session import Session
from scenarios.tables_view import AlarmView, OperatorView
from scenarios.view import Window

S = 1_000_000


def ran(scenario: str, seconds: int, seed: int = 1) -> Session:
    """A run that has come so far."""
    session = Session(load(scenario), seed)
    while not session.run(seconds * S, 100_000):
        pass
    return session


def seen(session: Session, rows: int = 100) -> OperatorView:
    """What the operator sees."""
    found = session.view(Window(operator_rows=rows)).operator
    assert found is not None
    return found


def told(alarms: tuple[AlarmView, ...]) -> list[tuple[str, str, int, int | None]]:
    """Alarms in whole seconds."""
    return [
        (it.cp, it.text.split(":")[0], it.since_us // S, it.until_us and it.until_us // S)
        for it in alarms
    ]


def test_a_view_has_it_only_where_it_is_asked_for() -> None:
    """Like all parts that are long."""
    assert Session(load("ten-minutes")).view().operator is None


def test_alarms_begin_and_end_with_what_the_log_says() -> None:
    """A crash, a hang and a cut, each from when it was found until it was over."""
    whole = seen(ran("monitor", 360))
    assert told(whole.alarms) == [
        ("CP1", "out of order", 243, 271),
        ("CP2", "disconnected", 181, 211),
        ("CP5", "out of order", 121, 151),
        ("CP4", "out of order", 61, 91),
    ]
    assert (whole.monitored, whole.alarm_total) == (True, 4)


def test_one_that_is_open_comes_first_and_agrees_with_the_word() -> None:
    """The word of each charge point is the log's, too."""
    session = ran("monitor", 190)
    found, view = seen(session), session.view()
    assert told(found.alarms)[0] == ("CP2", "disconnected", 181, None)
    ill = {cp.id for cp in view.cps if cp.monitored in {"out of order", "disconnected"}}
    assert ill == {it.cp for it in found.alarms if it.until_us is None}


def test_a_faulted_connector_is_an_alarm_with_its_code() -> None:
    """Until it has passed its test."""
    session = ran("stuck-contactor", 170)
    texts = [it.text for it in seen(session).alarms]
    assert "out of order: PowerSwitchFailure" in texts
    end = session.scenario.duration_us // S
    assert all(it.until_us is not None for it in seen(ran("stuck-contactor", end)).alarms)


def test_a_grant_that_ends_is_an_alarm() -> None:
    """It is not heard, and its power is given to others."""
    session = ran("cut-off-under-load", 360)
    texts = [it.text for it in seen(session).alarms]
    assert "its grant has ended: its power was given up" in texts


def test_without_monitors_silence_is_no_alarm() -> None:
    """The operator knows no more than the network."""
    found = seen(ran("leader-crash", 240))
    assert (found.monitored, found.alarms) == (False, ())


def test_instructions_are_told_with_their_answers() -> None:
    """The newest first; one that has not been answered says nothing."""
    session = ran("remote-control", 5)
    leader = session.world.leader()
    assert leader is not None
    down = next(cp for cp in session.world.nodes if cp != leader.cp_id)
    session.act("crash", cp=down)
    session.act("reset", cp=down, kind="Soft")
    session.act("stop_cp", cp=leader.cp_id)
    session.run(15 * S, 10**6)
    found = seen(session)
    assert [(it.cp, it.action, it.answer) for it in found.instructions[:2]] == [
        (leader.cp_id, "ChangeAvailability", "Accepted"),
        (down, "Reset", ""),
    ]
    numbers = [it.number for it in found.instructions]
    assert numbers == sorted(numbers, reverse=True)
    assert found.instruction_total == len(numbers)
    assert len(seen(session, 1).instructions) == 1


def test_drivers_have_their_id_tags() -> None:
    """A session can be started for each."""
    session = Session(load("remote-control"))
    assert seen(session).drivers == tuple(
        (name, car.ev.account) for name, car in session.world.cars.items()
    )


@pytest.mark.parametrize("seconds", [100, 200])
def test_the_board_is_pickled_with_the_world(seconds: int) -> None:
    """And goes on from there as if nothing had been."""
    session = ran("monitor", seconds)
    copy = pickle.loads(pickle.dumps(session))  # noqa: S301 - our own bytes
    for each in (session, copy):
        each.run(300 * S, 10**6)
    assert seen(copy) == seen(session)


def test_looking_changes_nothing() -> None:
    """A run that is looked at has the digest of one that is not."""
    looked, left_alone = ran("monitor", 50), ran("monitor", 50)
    for second in range(50, 150, 2):
        seen(looked)
        looked.run(second * S, 100_000)
        left_alone.run(second * S, 100_000)
    assert looked.world.cluster.trace.digest() == left_alone.world.cluster.trace.digest()
