"""Rows of faults: each does what it says, is judged as the world judges, and is undone exactly."""

from collections.abc import Callable

import pytest
from attrs import evolve

from evtui.render.fault_kinds import KINDS
from evtui.render.fault_rows import Row, Whom, first_whom, rows, turned
from scenarios.errors import InputError
from scenarios.faults_view import EVERY_LINK
from scenarios.loader import load
from scenarios.session import Session
from scenarios.till import newest
from scenarios.timeline import Timeline
from scenarios.verbs import VERBS
from scenarios.view import CpView, View
from tests.evtui.faulty import NOW_US, S, breakable, copy_of, look, run_to

LATER_US = NOW_US + 20 * S


def cp(view: View, cp_id: str = "CP3") -> CpView:
    """A charge point; by default the one that is broken here."""
    return next(it for it in view.cps if it.id == cp_id)


def ev_at(view: View, name: str) -> str | None:
    """Where an EV is plugged in."""
    return next(it.cp for it in view.evs if it.id == name)


def is_on(fault: str, subject: str) -> Callable[[Session], bool]:
    """Whether that is seen to be on."""

    def found(session: Session) -> bool:
        seen = look(session).faults
        return seen is not None and seen.of(fault, subject) is not None

    return found


def links_are(state: str) -> Callable[[Session], bool]:
    """Whether every link is so."""
    return lambda session: {*cp(look(session)).links} == {"self", state}


EFFECTS: dict[str, Callable[[Session], bool]] = {
    "crash": lambda it: cp(look(it)).status == "crashed",
    "crash_after_write": lambda it: (
        cp(look(it)).status == "crashed" and it.world.covered()["crashes_after_write"] == 1
    ),
    "crash_in_write": lambda it: (
        cp(look(it)).status == "crashed" and it.world.covered()["crashes_in_write"] == 1
    ),
    "pause": lambda it: cp(look(it)).status == "paused",
    "slow": lambda it: it.world.cluster.hosts[3].slow_us == 50_000,
    "stand": lambda it: any(
        row.text.startswith("stands for leader") for row in look(it).event_rows
    ),
    "stick_contactor": lambda it: it.world.connectors[3].contactor_stuck,
    "tamper_meter": lambda it: it.world.connectors[3].meter.forged_wh == 1_000,
    "fill_disk": lambda it: cp(look(it)).ails == ("disk full",),
    "slow_disk": lambda it: it.world.cluster.hosts[3].disk.extra_us == 200_000,
    "wipe": lambda it: cp(look(it)).node == "CP3#2",
    "clock_drift": lambda it: it.world.cluster.hosts[3].clock.drift_ppm == 10_000,
    "clock_offset": lambda it: it.world.cluster.hosts[3].clock.offset_us == 3_600 * S,
    "loss": links_are("lossy"),
    "delay": lambda it: it.world.cluster.bus.link(1, 2).extra_us == 200_000,
    "duplicate": links_are("lossy"),
    "reorder": links_are("lossy"),
    "corrupt": links_are("lossy"),
    "hold": links_are("held"),
    "partition": lambda it: [each.cut_off for each in look(it).cps].count(True) == 2,
    "heal": lambda it: any(row.text == "all links healed" for row in look(it).event_rows),
    "plug_in": lambda it: ev_at(look(it), "EV3") == "CP3",
    "unplug": lambda it: ev_at(look(it), "EV1") is None,
    "stop_charging": lambda it: it.view().sessions[0].reason != "",
    "pause_charging": lambda it: cp(look(it), "CP1").power_w == 0,
    "resume_charging": lambda it: cp(look(it), "CP2").power_w > 1_000,
    "change_departure": lambda it: it.world.cars["EV1"].ev.departure_us == NOW_US + 300 * S,
    "mute_ev": is_on("mute_ev", "EV1"),
    "ignore_limit": lambda it: it.world.cars["EV1"].ev.ignores_limit,
    "change_contract": lambda it: it.world.vehicles["EV1"].contract == "expired",
    "revoke": lambda it: len(newest(it.world).state.revocations) == 1,
    "block_tag": is_on("block_tag", "EV1"),
    "report_stolen": is_on("block_tag", "EV1"),
    "set_breaker the site": lambda it: look(it).rails[0].capacity_w == 50_000,
    "set_breaker A": lambda it: look(it).rails[1].capacity_w == 30_000,
    "set_breaker B": lambda it: look(it).rails[2].capacity_w == 30_000,
    "set_load oven": lambda it: look(it).rails[0].loads_w == 10_000,
    "set_pv PV": lambda it: look(it).rails[0].pv_w == 0,
}
"""What is seen twenty seconds after each row was done with the usual amount."""

EVS = {"plug_in": "EV3", "resume_charging": "EV2"}
"""Who is meant; else EV1."""


def whom(verb: str) -> Whom:
    """Of whom something is done here; only who leads is bound by nobody's lease."""
    return Whom("CP5" if verb == "stand" else "CP3", "", EVS.get(verb, "EV1"))


def row_of(view: View, row_id: str) -> Row:
    """A row by its id."""
    return next(it for it in rows(view, whom(row_id.split()[0])) if it.id == row_id)


def test_every_row_is_tried_here() -> None:
    """None is forgotten, and every kind is a verb."""
    assert [it.id for it in rows(look(breakable()), whom(""))] == list(EFFECTS)
    assert {kind.verb for kind in KINDS} <= set(VERBS)


FAULTS = {
    verb
    for verb in VERBS
    if verb not in {
        # What ends a fault is offered where the fault is on.
        "restart", "resume", "disarm", "free_disk", "unmute_ev", "obey_limit", "free_contactor",
        "unblock_tag", "join", "reset_breaker", "free_load", "free_pv", "release",
        # Views of their own: links (l), the picker of shapes (p), the group (v), the operator (f).
        "cut", "cut_oneway", "partition_oneway", "admit", "promote", "demote", "remove",
        "stop_cp", "resume_cp", "remote_start", "remote_stop", "reset", "set_profile",
        "clear_profile", "composite_schedule",
        # Wishes of drivers, and reads: no faults.
        "reserve", "change_reservation", "cancel_reservation", "read", "reseed",
        # Of one message: the view of messages (m).
        "deliver_frame", "drop_frame", "duplicate_frame", "delay_frame", "corrupt_frame",
        "deliver_all",
        # Of a city's overview.
        "cut_site", "join_site",
    }
}  # fmt: skip


def test_no_fault_of_scripts_is_missing() -> None:
    """A new verb has to be a row, or to be named above."""
    assert {kind.verb for kind in KINDS} == FAULTS


@pytest.mark.parametrize("row_id", EFFECTS)
def test_a_row_does_what_it_says_and_is_undone(row_id: str) -> None:
    """The same run without it, event for event, and all that is seen."""
    session, twin = breakable(), breakable()
    assert not EFFECTS[row_id](twin), "it is not so already"
    view = look(session)
    row = row_of(view, row_id)
    edit = row.edit(view, row.start)
    assert edit is not None, row.why_not
    timeline = Timeline(session)
    timeline.act(edit.verb, **edit.kwargs())
    assert session.world.journal[-1].verb == edit.verb
    run_to(timeline.session, LATER_US)
    timeline.run(LATER_US, 1)
    assert EFFECTS[row_id](timeline.session)
    assert not timeline.session.view().violation
    run_to(twin, LATER_US)
    assert timeline.session.whole.digest() != twin.whole.digest()
    timeline.undo()
    assert timeline.session.whole.digest() == twin.whole.digest()
    assert look(timeline.session) == look(twin)
    timeline.redo()
    assert EFFECTS[row_id](timeline.session)


@pytest.mark.parametrize("row_id", EFFECTS)
def test_what_is_on_is_ended_by_its_row_and_by_its_line(row_id: str) -> None:
    """The row that did it ends it; so does the line in the list; afterwards neither is there."""
    session = breakable()
    before = look(session).faults
    row = row_of(look(session), row_id)
    edit = row.edit(look(session), row.start)
    assert edit is not None
    session.act(edit.verb, **edit.kwargs())
    run_to(session, LATER_US)
    view = look(session)
    assert view.faults is not None
    assert before is not None
    new = [it for it in view.faults.active if it not in before.active]
    if row.kind.verb in WITHOUT_END:
        assert new == []
        return
    (active,) = new
    if row.kind.verb == "revoke":
        revoked = row_of(view, row_id)
        assert (active.verb, revoked.edit(view, 0)) == ("", None)
        assert "nothing ends it but z" in revoked.says(0)
        return
    on = row_of(view, "crash" if row.kind.verb in DIES else row_id)
    assert on.active == active
    end = on.edit(view, on.start)
    assert end is not None
    assert (end.verb, end.args) == (active.verb, active.args)
    session.act(end.verb, **end.kwargs())
    run_to(session, LATER_US + 20 * S)
    after = look(session).faults
    assert after is not None
    assert after.active == before.active


DIES = ("crash_after_write", "crash_in_write", "wipe")
WITHOUT_END = ("heal", "stand", "plug_in", "unplug", "stop_charging", "pause_charging",
               "resume_charging", "change_departure")  # fmt: skip
"""No faults that last: a driver's wishes."""


def states() -> dict[str, Session]:
    """Networks in which other things are possible."""
    broken = breakable()
    for verb, args in {
        "crash": {"cp": "CP1"}, "pause": {"cp": "CP2"}, "fill_disk": {"cp": "CP3"},
        "crash_after_write": {"cp": "CP4"}, "crash_in_write": {"cp": "CP5"},
        "mute_ev": {"ev": "EV1"}, "ignore_limit": {"ev": "EV2"}, "set_pv": {"power_w": 500},
        "partition": {"groups": [["CP1"]]},
    }.items():  # fmt: skip
        broken.act(verb, **args)
    lost = breakable()
    for verb in ("slow", "slow_disk"):
        lost.act(verb, cp="CP3", **{VERBS[verb].needs[1]: 12_345})
    lost.act("wipe", cp="CP3")
    lost.act("stick_contactor", cp="CP4")
    lost.act("tamper_meter", cp="CP5", energy_wh=7)
    lost.act("clock_drift", cp="CP5", drift_ppm=-200)
    lost.act("change_contract", ev="EV1", contract="foreign")
    lost.act("block_tag", id_tag="EV2")
    run_to(lost, LATER_US)
    small = Session(load("grow-and-shrink"), 5)
    run_to(small, 20 * S)
    alone = Session(load("contracts"), 1)
    run_to(alone, 30 * S)
    return {"well": breakable(), "broken": broken, "lost": lost, "small": small, "many": alone}


@pytest.mark.parametrize("name", ["well", "broken", "lost", "small", "many"])
def test_what_is_dim_the_world_refuses_and_nothing_else(name: str) -> None:
    """For every row of everybody, in networks that are well and broken."""
    session = states()[name]
    view = look(session)
    seen = first_whom(view, view.cps[0].id)
    tried = refused = 0
    for _ in range(max(len(view.cps), len(view.evs)) + 1):
        for row in rows(view, seen):
            value = row.start
            edit = row.edit(view, value)
            if edit is None and row.active is None:
                refused += _refused(session, row, view)
            elif edit is not None:
                copy_of(session).act(edit.verb, **edit.kwargs())
                tried += 1
        for group in ("CP", "links", "EV"):
            seen = turned(view, seen, group, 1)
    assert tried > 50
    assert refused > 0


def _refused(session: Session, row: Row, view: View) -> bool:
    """Whether the world had a word; where there is nobody it could be said of, there is none."""
    forced = evolve(row, why_not="").edit(view, row.start)
    assert forced is not None
    if row.subject in ("no EV", ""):
        return False
    if row.kind.verb == "set_pv" or forced.verb == row.kind.verb:
        with pytest.raises(InputError):
            copy_of(session).act(forced.verb, **forced.kwargs())
    return True


def test_after_the_end_nothing_is_possible() -> None:
    """And says so."""
    session = breakable()
    run_to(session, 600 * S)
    view = look(session)
    assert view.finished
    assert {row.why_not for row in rows(view, whom(""))} == {"the run has ended"}
    assert {row.edit(view, row.start) for row in rows(view, whom(""))} == {None}


def test_links_of_one_charge_point_both_ways_and_one() -> None:
    """The row that did it knows that it is on, and only that one."""
    session = breakable()
    for one_way in (False, True):
        chosen = Whom("CP3", "CP2", "EV1", one_way)
        view = look(session)
        row = next(it for it in rows(view, chosen) if it.id == "loss")
        edit = row.edit(view, 20)
        assert edit is not None
        expected = {"a": "CP2", "rate_ppm": 200_000, **({"oneway": True} if one_way else {})}
        assert edit.kwargs() == expected
        session.act(edit.verb, **edit.kwargs())
        view = look(session)
        on = next(it for it in rows(view, chosen) if it.id == "loss")
        assert on.active is not None
        assert (on.start, on.active.text) == (20, "20 % of frames lost")
        others = (Whom("CP3", "", "EV1"), Whom("CP3", "CP2", "EV1", not one_way))
        for other in others:
            assert next(it for it in rows(view, other) if it.id == "loss").active is None
        end = on.edit(view, on.start)
        assert end is not None
        session.act(end.verb, **end.kwargs())
        assert look(session).cps[1].links.count("up") == 4


def test_another_amount_of_what_is_on_does_not_end_it() -> None:
    """It is set anew."""
    session = breakable()
    session.act("slow", cp="CP3", delay_us=20_000)
    view = look(session)
    row = row_of(view, "slow")
    assert row.start == 20
    assert row.ends(20)
    assert not row.ends(50)
    edit = row.edit(view, 50)
    assert edit is not None
    assert edit.kwargs() == {"cp": "CP3", "delay_us": 50_000}


def test_whoever_is_chosen_comes_round_again() -> None:
    """Charge points, links with every link between, EVs."""
    view = look(breakable())
    seen = first_whom(view, "CP2")
    assert (seen.cp, seen.link, seen.ev) == ("CP2", "", "EV2")
    names = []
    for _ in range(6):
        seen = turned(view, seen, "links", 1)
        names.append(seen.of("links"))
    assert names == ["CP1", "CP2", "CP3", "CP4", "CP5", EVERY_LINK]
    assert turned(view, seen, "EV", -1).ev == "EV1"
    assert turned(view, seen, "disk", -2).cp == "CP5"
    assert first_whom(view, "CP5").ev == "EV1"
