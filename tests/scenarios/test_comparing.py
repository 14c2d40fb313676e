"""Two branches compared: what differs first is found exactly, and looking changes nothing."""

from collections.abc import Callable
from typing import Any

import pytest

from scenarios.checkpoints import START, Place
from scenarios.city.session import open_session
from scenarios.city.timeline import CityTimeline
from scenarios.comparing.begin import compare, compare_strangers
from scenarios.comparing.inputs import parting
from scenarios.comparing.strands import Seen, difference, sites
from scenarios.comparing.view import FACETS, Comparison, First
from scenarios.errors import InputError
from scenarios.journal import Input
from scenarios.loader import library_names, load
from scenarios.messages.recording import recorder_of
from scenarios.session import Session
from scenarios.session_file import with_inputs
from scenarios.timeline import Branch, Timeline
from scenarios.units import DURATION

S = 1_000_000


def branched(
    act: Callable[[Timeline], object], at_us: int = 200 * S, until_us: int = 260 * S,
    scenario: str = "ten-minutes",
) -> Timeline:  # fmt: skip
    """A run in which something is done (branch 1), and the same without it (branch 2)."""
    session = open_session(load(scenario))
    line = CityTimeline(session) if session.scenario.sites else Timeline(session)  # type: ignore[arg-type]
    run(line, at_us)
    act(line)
    run(line, until_us)
    line.undo()
    run(line, until_us)
    return line


def run(line: Timeline, until_us: int) -> None:
    """Let time pass."""
    while not line.run(until_us, 100_000):
        pass


def found(line: Timeline, one: int = 1, other: int = 2) -> Comparison:
    """The whole comparison."""
    return compare(line, one, other).finish()


def first(it: Comparison, facet: str) -> First:
    """What differs first in one respect."""
    return next(each for each in it.firsts if each.facet == facet)


# --- against runs that are looked at after every event ----------------------------------------


def levels(session: Session) -> dict[str, dict[tuple[str, int], Any]]:
    """The power and the digest of every charge point, by itself."""
    power: dict[tuple[str, int], Any] = {}
    state: dict[tuple[str, int], Any] = {}
    for site, world in sites(session):
        for number in world.ids:
            node = world.node(number)
            power[site, number] = world.connectors[number].power_w
            state[site, number] = None if node is None else node.replica.learner.state_digest()
    return {"energy": power, "state": state}


def watched(line: Timeline, number: int, until_us: int) -> tuple[dict[str, list[Any]], Session]:
    """A branch run straight from its beginning: its levels, at the end of each microsecond."""
    inputs = line.branches[number].inputs
    session = open_session(with_inputs(line.session.scenario, [], None), line.session.seed)
    session.record()
    seen: dict[str, list[Any]] = {"energy": [], "state": []}

    def note() -> None:
        for name, now in levels(session).items():
            while seen[name] and seen[name][-1][0] == session.time_us:
                seen[name].pop()
            if not seen[name] or seen[name][-1][1] != now:
                seen[name].append((session.time_us, now))

    def events(to: Callable[[], bool]) -> None:
        while to():
            note()

    for it in inputs:
        if it.time_us > until_us:
            break
        events(lambda it=it: session.whole.events < it.after_event and session.step())  # type: ignore[misc]
        session.coming = [it]
        session.come_to(it.after_event, session.acted + 1, it.time_us)
        note()
    events(lambda: not session.run(until_us, 1))
    return seen, session


def entries(session: Session) -> list[tuple[Any, ...]]:
    """All frames as they were sent and ended, by what they are."""
    found: list[tuple[Any, ...]] = []
    for site, world in sites(session):
        recorder = recorder_of(world)
        for place in range(recorder.start, recorder.end):
            entry = recorder.entry(place)
            if entry is not None and entry.flight is not None:
                it = entry.flight
                what = it.fate if entry.ended or it.due_us is None else it.due_us
                found.append((entry.time_us, site, it.source, it.target, entry.ended, what,
                              recorder.frame(it.number)))  # fmt: skip
    return sorted(found, key=lambda row: row[0])


def parts(left: list[Any], right: list[Any]) -> int | None:
    """The time of the first that is not the same."""
    for one, other in zip(left, right, strict=False):
        if one != other:
            return int(min(one[0], other[0]))
    longer = max(left, right, key=len)
    return int(longer[min(len(left), len(right))][0]) if len(left) != len(right) else None


ACTS: dict[str, tuple[str, dict[str, object]]] = {
    "crash": ("crash", {"cp": "leader"}),
    "cut": ("cut_oneway", {"a": "CP3", "b": "CP4"}),
    "loss": ("loss", {"a": "CP1", "b": "CP3", "rate_ppm": 600_000}),
    "unplug": ("unplug", {"ev": "EV1"}),
    "pause": ("pause", {"cp": "CP1"}),
}


@pytest.mark.parametrize("name", ACTS)
def test_the_firsts_are_those_of_runs_that_were_looked_at_after_every_event(name: str) -> None:
    """Without windows, without checkpoints, and without choosing where to look."""
    verb, args = ACTS[name]
    line = branched(lambda line: line.act(verb, **args))
    it = found(line)
    (left, one), (right, other) = (watched(line, number, it.until_us) for number in (1, 2))
    for facet in ("energy", "state"):
        assert first(it, facet).time_us == parts(left[facet], right[facet]), facet
    assert first(it, "message").time_us == parts(entries(one), entries(other))
    assert first(it, "input").time_us == 200 * S
    assert it.same == (one.whole.digest() == other.whole.digest())
    assert not it.same
    known = [each.time_us for each in it.firsts if each.time_us is not None]
    assert known == sorted(known)


# --- known differences ------------------------------------------------------------------------


def test_a_crash() -> None:
    """The state is lost at once; then heartbeats are missing, commands, and somebody is elected."""
    line = branched(lambda line: line.act("crash", cp="leader"))
    leader = "CP3"
    it = found(line)
    assert (it.common_us, it.common_inputs, it.until_us) == (200 * S, 0, 260 * S)
    assert first(it, "input").words == ("crash cp=leader", "")
    state = first(it, "state")
    assert (state.time_us, state.where) == (200 * S, leader)
    assert state.words[0] == "it does not run: its state is lost"
    message = first(it, "message")
    assert message.where.startswith(f"{leader} →")
    assert message.words[0] == ""
    assert message.words[1].startswith("Heartbeat 1.CP3")
    assert ("ballot", "", "1.CP3") in message.details
    election = first(it, "election")
    assert election.words[0].startswith("CP")
    assert election.words[1] == ""
    assert 201 * S < (election.time_us or 0) < 206 * S
    log = first(it, "log")
    slot = log.where.removeprefix("slot ")
    told = {key: value for key, *values in log.details for value in values if value}
    assert told["slot"] == slot
    assert it.firsts[0].facet == "input"
    assert {each.facet for each in it.firsts} == set(FACETS)


def test_a_slot_that_is_chosen_later_is_told_with_its_time() -> None:
    """By the run that has it later."""
    it = found(branched(lambda line: line.act("crash", cp="leader")))
    log = first(it, "log")
    late = next(text for text in log.words if ", at " in text)
    assert int(DURATION.parse(late.split(", at ")[1])) > (log.time_us or 0)


def test_a_link_that_is_cut() -> None:
    """The first frame that is not the same is the first one that the link loses."""
    it = found(branched(lambda line: line.act("cut_oneway", a="CP3", b="CP4")))
    message = first(it, "message")
    assert message.where == "CP3 → CP4"
    assert "lost: the link was cut" in message.words[0]
    assert "under way" in message.words[1]
    assert (message.time_us or 0) >= 200 * S


def test_a_cut_that_nobody_feels() -> None:
    """Where nothing is said, nothing is lost: what was done alone is not the same."""
    it = found(branched(lambda line: line.act("cut_oneway", a="CP2", b="CP4"), until_us=220 * S))
    assert [each.facet for each in it.firsts if each.time_us is not None] == ["input"]
    assert not it.same


def test_loss_that_shows_later() -> None:
    """Input, then the first frame that the link happens to lose."""
    it = found(branched(lambda line: line.act("loss", a="CP1", b="CP3", rate_ppm=600_000)))
    message = first(it, "message")
    assert {*message.where.split(" → ")} == {"CP1", "CP3"}
    assert "lost: the link loses frames" in message.words[0]
    assert (message.time_us or 0) > 200 * S


def test_an_ev_that_is_unplugged() -> None:
    """Power stops at that instant; the totals have the energy that it did not get."""
    line = branched(lambda line: line.act("unplug", ev="EV1"))
    it = found(line)
    energy = first(it, "energy")
    assert (energy.time_us, energy.where) == (200 * S, "CP1")
    assert energy.words[0] == "0.000 kW"
    assert energy.words[1] not in ("", "0.000 kW")
    ev1 = next(total for total in it.totals if total.name == "EV1")
    assert ev1.more > 0
    every = next(total for total in it.totals if total.name == "all EVs")
    assert every.values == tuple(
        sum(t.values[n] for t in it.totals if t.name.startswith("EV")) for n in (0, 1)
    )
    line.switch(1)
    line.go(it.until_us)
    view = line.view()
    assert abs(next(ev.energy_wh for ev in view.evs if ev.id == "EV1") - ev1.values[0]) < 3


def test_the_part_of_the_state_is_named() -> None:
    """The operator's wish is an instruction in the log; the record that only one has is shown."""
    line = branched(lambda line: line.act("stop_cp", cp="CP5"))
    state = first(found(line), "state")
    rows = {name: (one, other) for name, one, other in state.details}
    assert "instructions" in rows["part"][0]
    assert "cp_id=CP5" in rows["instructions"][0]
    assert "not there" in rows["instructions"][1]


# --- the same ---------------------------------------------------------------------------------


def test_equal_branches_say_so() -> None:
    """What was undone is done once more, at the same place: another branch, the same run."""
    line = Timeline(Session(load("ten-minutes"), 7))
    run(line, 200 * S)
    line.act("crash", cp="CP1")
    run(line, 230 * S)
    line.go(150 * S)
    line.act("crash", cp="CP2")
    line.switch(1)
    line.go(150 * S)
    line.act("crash", cp="CP2")
    run(line, 240 * S)
    assert len(line.branches) == 3
    line.switch(2)
    run(line, 220 * S)
    it = found(line, 2, 3)
    assert it.done
    assert it.same
    assert [each.time_us for each in it.firsts] == [None] * len(FACETS)
    assert (it.until_us, it.common_us) == (220 * S, 220 * S)
    assert all(total.more == 0 for total in it.totals)


def test_what_was_done_just_now_can_be_compared() -> None:
    """Up to the very instant: the input, and the state that it took away."""
    line = branched(lambda line: line.act("crash", cp="leader"), until_us=200 * S)
    it = found(line)
    assert it.until_us == it.common_us == 200 * S
    known = {each.facet: each.time_us for each in it.firsts if each.time_us is not None}
    assert known == {"input": 200 * S, "state": 200 * S}
    assert not it.same


def test_an_input_beyond_the_shorter_run_is_none_of_the_comparison() -> None:
    """Up to where both were run they are the same."""
    line = branched(lambda line: line.act("crash", cp="leader"), until_us=260 * S)
    line.branches[2].tip = Place(100, 0, 150 * S)
    it = found(line)
    assert (it.until_us, it.same) == (150 * S, True)
    assert first(it, "input").time_us is None


def test_the_two_may_change_places() -> None:
    """What is left is right then."""
    line = branched(lambda line: line.act("crash", cp="leader"))
    one, other = found(line, 1, 2), found(line, 2, 1)
    assert [each.time_us for each in one.firsts] == [each.time_us for each in other.firsts]
    assert [each.words for each in one.firsts] == [each.words[::-1] for each in other.firsts]
    assert [each.values for each in one.totals] == [each.values[::-1] for each in other.totals]


# --- looking ----------------------------------------------------------------------------------


@pytest.mark.parametrize("records", [False, True])
def test_looking_changes_nothing(records: bool) -> None:
    """The place, the digest and the messages of what is shown, and both ends."""
    line = branched(lambda line: line.act("crash", cp="leader"))
    if records:
        line.record()
    line.go(230 * S)
    place, digest, view = line.place, line.session.whole.digest(), line.view()
    ends = line.ends()
    work = compare(line, 1, 2)
    while not work.advance():
        assert line.place == place
    assert (line.place, line.session.whole.digest(), line.view()) == (place, digest, view)
    assert line.ends() == ends
    run(line, 250 * S)
    straight = Session(load("ten-minutes"))
    straight.run(250 * S, 10**9)
    assert line.session.whole.digest() == straight.whole.digest()


def test_work_is_done_in_slices_and_tells_how_far_it_is() -> None:
    """Progress grows from 0 to 1, and what is found first is told first."""
    work = compare(branched(lambda line: line.act("crash", cp="leader")), 1, 2)
    assert work.found.progress == 0
    seen = [work.found.progress]
    told = False
    while not work.advance():
        seen.append(work.found.progress)
        told |= first(work.found, "state").time_us is not None
    assert told
    assert len(seen) > 5
    assert seen == sorted(seen)
    assert work.found.progress == 1
    assert work.advance()


def test_what_cannot_be_compared_is_refused() -> None:
    """A branch that is not there, and one with itself."""
    line = Timeline(Session(load("ten-minutes")))
    with pytest.raises(InputError, match="no branch 2; there are 1"):
        compare(line, 1, 2)
    with pytest.raises(InputError, match="the same as itself"):
        compare(line, 1, 1)


def test_a_city() -> None:
    """Each site is looked at; names say which."""
    line = branched(
        lambda line: line.act("crash", cp="leader", site="South"),
        120 * S, 150 * S, "two-sites",
    )  # fmt: skip
    it = found(line)
    state = first(it, "state")
    assert state.time_us == 120 * S
    assert state.where.startswith("South ")
    assert first(it, "message").where.startswith("South ")


def test_strangers() -> None:
    """Runs of two seeds have no past in common."""
    sessions = Session(load("ten-minutes"), 1), Session(load("ten-minutes"), 2)
    branch = Branch(1, 0, START, [], Place(0, 0, 5 * S))
    it = compare_strangers(sessions, (branch, branch), ("a.log", "b.log")).finish()
    assert first(it, "input").words == ("ten-minutes --seed 1", "ten-minutes --seed 2")
    assert first(it, "message").time_us is not None
    assert not it.same


# --- parts ------------------------------------------------------------------------------------


def test_parting_is_at_the_first_input_that_differs() -> None:
    """By time, place, verb and arguments; else at the earlier end."""
    one, two = Input(5, 1, "heal"), Input(9, 4, "crash", {"cp": "CP1"})
    other = Input(9, 3, "crash", {"cp": "CP1"})
    end = Place(10, 2, 20)
    assert parting([one, two], [one, two], end).inputs == (None, None)
    assert parting([one, two], [one, two], end).place == Place(10, 2, 20)
    assert parting([one, two], [one], end).place == Place(4, 1, 9)
    assert parting([one, two], [one, other], end).place == Place(3, 1, 9)
    assert parting([one, two], [one, other], Place(2, 1, 8)).place == Place(2, 1, 8)


def test_difference() -> None:
    """The first of both that is not the same; what comes later in one is not there yet."""
    a, b, late = Seen(1, "a"), Seen(2, "b"), Seen(3, "b")
    assert difference([a, b], [a, b]) is None
    assert difference([a, b], [a]) == (b, None)
    assert difference([a, late], [a, b]) == (None, b)
    assert difference([a, b], [a, Seen(2, "c")]) == (b, Seen(2, "c"))
    assert difference([Seen(1, "a", 1)], [Seen(1, "a", 2)]) is None


@pytest.mark.soak
@pytest.mark.parametrize("name", [it for it in library_names() if it != "city"])
def test_the_firsts_are_exact_in_every_scenario(name: str) -> None:
    """Half-way frames begin to be lost; the city's day nobody waits for."""
    half_us = load(name).duration_us // 2 // S * S
    until_us = half_us + min(half_us, 60 * S)
    line = branched(lambda line: line.act("loss", rate_ppm=300_000), half_us, until_us, name)
    it = found(line)
    (left, one), (right, other) = (watched(line, number, it.until_us) for number in (1, 2))
    for facet in ("energy", "state"):
        assert first(it, facet).time_us == parts(left[facet], right[facet]), facet
    assert first(it, "message").time_us == parts(entries(one), entries(other))
    assert it.same == (one.whole.digest() == other.whole.digest())
