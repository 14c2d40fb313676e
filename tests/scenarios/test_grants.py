"""Grants in a running network: nothing is overloaded, and each mistake in the rule is seen."""

import pytest
from attrs import evolve

from fsm.energy.grants import GrantTerms
from fsm.network import grants as in_the_log
from fsm.network.transfers import TRANSFERS
from fsm.ocpp.actions import GRANT_ENDED
from fsm.v2g.granted import Granted
from scenarios.guard import Guard
from scenarios.loader import load
from scenarios.session import Session

S = 1_000_000


def session(name: str, *, until_us: int = 0, seed: int = 1) -> Session:
    """A run of a library scenario up to a time, P1 being looked for before the other promises."""
    run = Session(load(name), seed)
    run.world.powering.look_for_overload_only()
    run.run(until_us or run.scenario.duration_us, 10**9)
    return run


def violated(run: Session) -> str:
    """The name of the invariant that is violated, empty when all hold."""
    return run.world.violation.name if run.world.violation else ""


# --- mistakes --------------------------------------------------------------------------------


def test_power_that_is_freed_at_once_overloads_the_site(monkeypatch: pytest.MonkeyPatch) -> None:
    """The leader does not wait for the grant's end, as soon as it has heard nothing for 20 s."""
    monkeypatch.setattr(GrantTerms, "wait_us", property(lambda terms: 20 * S))
    assert violated(session("cut-off-under-load")) == "P1"


def test_without_the_factor_of_the_drift_the_guard_is_late(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The leader waits for a grant by its own fast clock, and the charge point's is slow."""
    assert violated(session("clock-drift-at-the-bound")) == ""
    monkeypatch.setattr(GrantTerms, "wait_us", property(lambda terms: terms.grant_us))
    assert violated(session("clock-drift-at-the-bound")) == "P1"


def test_without_the_watchdog_a_hung_charge_point_draws_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The guard forgets the end of the grant: nobody else could keep it."""
    monkeypatch.setattr(Guard, "allowed_w", lambda guard, now_us: guard.ceiling_w)
    assert violated(session("clock-drift-at-the-bound")) == "P1"


def far_away() -> Session:
    """CP1 is 25 s away from the others, and cut off when a call that it made there is answered."""
    scenario = load("cut-off-under-load")
    own = tuple(line for line in scenario.script if line.verb == "plug_in")
    run = Session(evolve(scenario, script=own, expectations=()), 1)
    run.world.powering.look_for_overload_only()
    run.run(40 * S, 10**9)
    for other in ("CP2", "CP3", "CP4", "CP5"):
        run.act("delay", a="CP1", b=other, extra_us=25 * S)
    node = run.world.node(1)
    assert node is not None
    while not any(call.since_us > 41 * S for call in [node.calls.outstanding] if call):
        assert run.step()
    call = node.calls.outstanding
    while node.calls.outstanding is call:
        assert run.step()
    run.act("partition", groups=[["CP1"]])
    run.run(run.world.now_us + 60 * S, 10**9)
    return run


def stale_word() -> Session:
    """A leader says that CP1's grant has ended, and stands still; its word comes 40 s later.

    CP1 is heard in between, and cut off again just before.
    """
    run = session("cut-off-under-load", until_us=70 * S)
    world = run.world
    while not any("for so long" in row.text for row in world.log.window(0, 10**6)[1]):
        assert run.step()
    run.act("pause", cp="leader")
    run.act("heal")
    run.run(world.now_us + 40 * S, 10**9)
    run.act("partition", groups=[["CP1"]])
    run.act("resume", cp="leader")
    run.run(world.now_us + 30 * S, 10**9)
    return run


def test_a_grant_counted_from_the_answer_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer was under way for as long as the network took; the leader counted all the time."""
    assert violated(far_away()) == ""
    original = Granted.take_answer

    def from_the_answer(cp: Granted, made_us: int, now_us: int) -> None:
        original(cp, now_us, now_us)

    monkeypatch.setattr(Granted, "take_answer", from_the_answer)
    assert violated(far_away()) == "P1"


def test_a_word_that_comes_late_is_refused() -> None:
    """Compare and set: CP1 has been heard since, and draws what the log holds for it."""
    run = stale_word()
    assert violated(run) == ""
    assert run.world.covered()["grants_kept"] == 1
    assert run.world.covered()["grants_ended"] == 0


def test_a_log_that_does_not_compare_overloads_the_site(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes the late word, and gives away what CP1 draws."""
    original = in_the_log._grant_ended

    def blindly(draft, operation, data):  # type: ignore[no-untyped-def]
        return original(draft, operation, {**data, "calls": draft.tables.grants[data["cp"]].calls})

    monkeypatch.setitem(TRANSFERS, GRANT_ENDED, blindly)
    run = stale_word()
    assert violated(run) == "P1"


# --- who looks -------------------------------------------------------------------------------


def test_whoever_leads_next_looks_too() -> None:
    """The leader dies while CP1 is cut off; its successor counts anew, and ends the grant."""
    run = session("cut-off-under-load", until_us=70 * S)
    first = run.view().leader
    assert first != "CP1"
    assert run.view().grants_ended == 0
    run.act("crash", cp="leader")
    run.run(140 * S, 10**9)
    view = run.view()
    assert view.leader not in (first, None)
    assert view.cps[0].grant_ended
    assert violated(run) == ""


def test_a_long_grant_is_looked_at_less_often() -> None:
    """A 60th of it late is soon enough; a second is often enough."""
    looks = [GrantTerms(seconds * S).look_us for seconds in (30, 60, 300, 3_600)]
    assert looks == [S, S, 5 * S, 60 * S]
