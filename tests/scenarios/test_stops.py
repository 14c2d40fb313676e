"""A session with a past stops at breakpoints where a run without anybody does, nowhere else."""

import pickle
from random import Random

import pytest

from scenarios.breakpoints.hit import Hit
from scenarios.breakpoints.words import names_of, read
from scenarios.city.runner import run as run_city
from scenarios.city.session import open_session
from scenarios.city.timeline import CityTimeline
from scenarios.errors import InputError, ScenarioError
from scenarios.loader import load, loads
from scenarios.runner import run
from scenarios.session_file import keep, read_log, to_log
from scenarios.timeline import Timeline

S = 1_000_000
KINDS = [
    ("leader-crash", "leader changes after 3s"),
    ("stale-leader", "preemption"),
    ("ten-minutes", "slot chosen"),
    ("ten-minutes", "slot 40 chosen"),
    ("ten-minutes", "EV1 enters charging_with_profile"),
    ("ten-minutes", "CP1 enters begin_session"),
    ("bakery-oven", "margin P1 below 10000"),
    ("lease-reads", "margin L2 below 1"),
    ("ten-minutes", "command StartTransaction"),
    ("ten-minutes", "text plugged in at CP2"),
    ("two-sites", "leader changes"),
    ("two-sites", "command Heartbeat after 20s"),
    ("site-cut-off", "text links to all other sites cut"),
]
"""A scenario and a breakpoint of each kind; of a city, too."""


def timeline(name: str, *texts: str, seed: int | None = None) -> Timeline:
    """A session with breakpoints, at its beginning."""
    scenario = load(name)
    session = open_session(scenario, seed)
    line = CityTimeline(session) if scenario.sites else Timeline(session)
    line.record()
    for text in texts:
        line.breakpoints.add(read(text, names_of(scenario, session.seed)))
    return line


def headless(name: str, *texts: str) -> Hit | None:
    """Where the same run stops without anybody at the controls."""
    scenario = load(name)
    breakpoints = [read(text, names_of(scenario, scenario.seed)) for text in texts]
    go = run_city if scenario.sites else run
    return go(scenario, breakpoints=breakpoints).stopped


def next_stop(line: Timeline, until_us: int = 86_400 * S, max_events: int = 777) -> Hit | None:
    """Go on to the next stop, in slices; None where the time is reached before."""
    while not line.go_on(until_us, max_events):
        pass
    return None if line.stop is None else line.stop.hit


def digest(line: Timeline) -> str:
    """Of all that has happened."""
    return line.session.whole.digest()


@pytest.mark.parametrize(("name", "text"), KINDS)
def test_it_stops_where_a_run_without_a_terminal_does(name: str, text: str) -> None:
    """At the same event, for the same reason; and it is the very same run."""
    expected = headless(name, text)
    assert expected is not None
    line = timeline(name, text)
    assert next_stop(line) == expected
    assert line.session.whole.events == expected.event
    plain = open_session(load(name))
    plain.reach(expected.event)
    assert digest(line) == plain.whole.digest()
    (listed,) = line.breakpoints
    assert (listed.last, listed.branch) == (expected, 1)


@pytest.mark.parametrize(("name", "text"), KINDS)
def test_the_past_stops_there_again(name: str, text: str) -> None:
    """From the beginning, from one event before, and from a copy of the session."""
    line = timeline(name, text)
    expected = next_stop(line)
    assert expected is not None
    line.run(line.time_us + 5 * S, 1_000_000)
    line.go_to(line.begin)
    assert line.stop is None
    assert next_stop(line, max_events=50) == expected
    assert line.back()
    assert line.stop is None
    assert next_stop(line, max_events=1) == expected


def test_it_goes_on_without_stopping_at_the_same_thing_again() -> None:
    """Each slot once, in any slices; the stop is over as soon as time goes on."""
    line = timeline("ten-minutes", "slot chosen")
    for slot in range(1, 30):
        hit = next_stop(line, max_events=slot)
        assert hit is not None
        assert hit.found == f"slot {slot} is chosen"
    line.run(line.time_us + 1, 100)
    assert line.stop is None


def test_runs_without_armed_breakpoints_are_run_as_ever() -> None:
    """One that is off stops nothing, and is stopped at when it is on again."""
    line = timeline("ten-minutes", "slot 40 chosen")
    line.breakpoints.switch(0)
    assert line.breakpoints.armed == ()
    assert next_stop(line, 60 * S) is None
    assert line.time_us == 60 * S
    assert digest(line) == digest(timeline_at("ten-minutes", 60 * S))
    line.breakpoints.switch(0)
    line.go_to(line.begin)
    assert next_stop(line) == headless("ten-minutes", "slot 40 chosen")


def timeline_at(name: str, time_us: int) -> Timeline:
    """A run that nobody stops."""
    line = timeline(name)
    line.run(time_us, 10_000_000)
    return line


def test_what_is_so_already_must_come_anew() -> None:
    """Where one is set, and where one has travelled to."""
    line = timeline_at("ten-minutes", 70 * S)
    names = names_of(load("ten-minutes"), 1)
    ev = line.view().cps[0].ev
    assert ev is not None
    line.breakpoints.add(read(f"{ev.id} enters {ev.state}", names))
    line.breakpoints.add(read("margin P1 below 999999", names))
    assert next_stop(line, 75 * S) is None
    line.go(65 * S)
    assert next_stop(line, 68 * S) is None


def test_travelling_does_not_stop() -> None:
    """Back, forward, to the end, to another branch: only who goes on is stopped."""
    line = timeline("ten-minutes", "slot chosen", "text plugged")
    line.run(60 * S, 1_000_000)
    line.go(20 * S)
    line.go(50 * S)
    line.act("crash", cp="CP3")
    line.run(55 * S, 1_000_000)
    line.switch(1)
    line.go_to_end()
    assert line.stop is None
    assert [it.last for it in line.breakpoints] == [None, None]


def test_a_hand_that_meets_a_breakpoint_is_told_at_once() -> None:
    """The crash of the leader, in the past too, where it makes a branch; undoing takes it back."""
    line = timeline("ten-minutes", "leader changes after 20s")
    line.run(60 * S, 1_000_000)
    for time_us, branch in ((60 * S, 1), (40 * S, 4)):
        line.go(time_us)
        place, leader = line.place, line.view().leader
        line.act("crash", cp="leader")
        assert line.stop is not None
        assert line.stop.hit.found == f"{leader} led, now nobody"
        assert (line.place.events, line.place.time_us) == (place.events, place.time_us)
        line.act("cut", a="CP1", b="CP2")
        assert line.stop is not None, "time has not gone on"
        line.undo()
        assert line.stop is not None
        line.undo()
        assert line.stop is None
        assert [it.branch for it in line.breakpoints] == [branch]


def test_a_hand_that_is_refused_meets_nothing() -> None:
    """What is not possible now changes nothing, and leaves nobody listening."""
    line = timeline("ten-minutes", "command Heartbeat", "text crashed")
    line.run(20 * S, 1_000_000)
    with pytest.raises(InputError):
        line.act("crash", cp="CP99")
    assert line.stop is None
    hearers = line.session.world.trust.choir.hearers
    assert not any("breakpoints" in hear.__module__ for hear in hearers)
    line.act("crash", cp="CP1")
    assert line.stop is not None


def test_what_was_done_by_hand_stops_a_replay_at_the_same_event() -> None:
    """In the branch that has it, and in the kept session without a terminal."""
    line = timeline("ten-minutes", "leader changes after 20s")
    line.run(60 * S, 1_000_000)
    line.act("crash", cp="leader")
    stop = line.stop
    assert stop is not None
    line.run(70 * S, 1_000_000)
    line.go(50 * S)
    assert next_stop(line) == stop.hit
    assert line.stop is not None
    assert (line.stop.place, line.stop.inputs) == (stop.place, stop.inputs)
    scenario = keep(line).only(1)
    names = names_of(scenario, scenario.seed)
    assert run(scenario, breakpoints=[read("leader changes after 20s", names)]).stopped == stop.hit


def test_one_event_at_a_time_tells_as_well() -> None:
    """A step that meets it says so; the next one goes on."""
    expected = headless("ten-minutes", "slot 3 chosen")
    assert expected is not None
    line = timeline("ten-minutes", "slot 3 chosen", "command Heartbeat after 60s")
    line.session.reach(expected.event - 2)
    line.step()
    assert line.stop is None
    line.step()
    assert line.stop is not None
    assert line.stop.hit == expected
    line.step()
    assert line.stop is None


def test_keeping_the_session_changes_nothing_of_the_stop() -> None:
    """All branches are run for it, and shown again as they were."""
    line = timeline("ten-minutes", "slot 9 chosen", "slot 10 chosen")
    line.run(5 * S, 100)
    first = next_stop(line)
    line.act("crash", cp="CP5")
    line.back()
    line.act("crash", cp="CP4")
    line.switch(1)
    line.go_to_end()
    keep(line)
    assert line.stop is not None
    assert line.stop.hit == first
    hit = next_stop(line)
    assert hit is not None
    assert hit.found == "slot 10 is chosen"


def test_no_copy_of_the_session_has_a_listener() -> None:
    """What is kept in memory is the world, and not who looked at it."""
    line, plain = timeline("ten-minutes", "command Heartbeat"), timeline("ten-minutes")
    for _ in range(20):
        assert next_stop(line) is not None
        line.step()
    plain.session.come_to(*line.place)
    for each in (line, plain):
        hearers = each.session.world.trust.choir.hearers
        assert not any("breakpoints" in hear.__module__ for hear in hearers)
    assert digest(line) == digest(plain)
    assert len(pickle.dumps(line.session)) == len(pickle.dumps(plain.session))


def test_an_expectation_that_is_looked_at_stops_before_the_next_event() -> None:
    """Whatever the slices: nothing happens between its time and the stop."""
    text = 'duration = "30s"\ncps = 3\n[[expect]]\nt = "10.0001s"\ncount = "crashes"\nat_most = 0\n'
    scenario = loads(text, "look.toml")
    breakpoint_ = read("text held", names_of(scenario, scenario.seed))
    expected = run(scenario, breakpoints=[breakpoint_]).stopped
    assert expected is not None
    assert expected.time_s == 10.0001
    for slice_us in (333, 77_777, 30 * S):
        line = Timeline(open_session(scenario))
        line.breakpoints.add(breakpoint_)
        while line.stop is None:
            line.go_on(line.time_us + slice_us, 100)
        assert line.stop.hit == expected


def test_which_stop_a_command_line_can_name() -> None:
    """The first of its breakpoint in a microsecond; what came before it there is another one."""
    lines = [f'[[at]]\nt = "{t}"\ndo = "crash"\ncp = "{cp}"\n' for t, cp in CRASHES]
    scenario = loads('duration = "30s"\ncps = 5\n' + "".join(lines), "crashes.toml")
    line = Timeline(open_session(scenario))
    line.breakpoints.add(read("text crashed", names_of(scenario, scenario.seed)))
    found, between = [], line.place
    while next_stop(line) is not None:
        assert line.stop is not None
        found.append((line.stop.hit.found.split(":")[0], line.stop.is_first))
        between = line.place if len(found) == 1 else between
    assert found == [("CP1", True), ("CP2", False), ("CP3", True)]
    line.go_to(between)
    assert next_stop(line) is not None
    assert line.stop is not None
    assert not line.stop.is_first, "what came before it in this microsecond was not seen"


CRASHES = [("10s", "CP1"), ("10s", "CP2"), ("20s", "CP3")]


@pytest.mark.parametrize("name", ["ten-minutes", "stale-leader", "two-sites"])
def test_random_walks_meet_what_a_straight_run_meets(name: str) -> None:
    """From wherever somebody has travelled to, the next stop is the next of all there are."""
    texts = ("leader changes", "slot chosen", "command StartTransaction", "preemption")
    line = timeline(name, *texts)
    every = []
    while (hit := next_stop(line, 200 * S)) is not None:
        every.append(hit)
    assert len(every) > 20
    random = Random(7)
    for _ in range(40):
        move = random.choice(("go", "event", "back", "on", "step"))
        if move == "go":
            line.go(random.randrange(200 * S))
        elif move == "event":
            line.go_to_event(random.choice(every).event - random.randrange(3))
        elif move == "back":
            line.back()
        elif move == "on":
            line.go_on(line.time_us + random.randrange(S), 100)
        else:
            line.step()
        if line.time_us >= 200 * S:
            line.go(150 * S)
        here = line.session.whole.events
        expected = next((hit for hit in every if hit.event > here), None)
        assert next_stop(line, 200 * S, random.choice((1, 30, 5_000))) == expected


def test_the_list() -> None:
    """Each once; edited, switched and taken away by its place."""
    names = names_of(load("ten-minutes"), 1)
    line = timeline("ten-minutes", "slot chosen", "preemption")
    with pytest.raises(InputError, match='found "slot chosen", which is in the list already'):
        line.breakpoints.add(read("Slot  CHOSEN", names))
    with pytest.raises(InputError, match="in the list already"):
        line.breakpoints.replace(1, read("slot chosen", names))
    line.breakpoints.replace(1, read("slot 7 chosen", names))
    line.breakpoints.switch(1)
    assert line.breakpoints.kept == (("slot chosen", True), ("slot 7 chosen", False))
    line.breakpoints.remove(0)
    assert line.breakpoints.kept == (("slot 7 chosen", False),)
    assert [it.text for it in line.course().breakpoints] == ["slot 7 chosen"]


def kept_text() -> str:
    """A kept session with two breakpoints, as text."""
    line = timeline("ten-minutes", "leader changes after 3m", 'text a "b" ä')
    line.bookmark("here")
    line.breakpoints.switch(1)
    line.go_on(20 * S, 1_000_000)
    return to_log(keep(line))


def test_they_are_kept_with_the_session() -> None:
    """In their order, on or off; and there again."""
    text = kept_text()
    assert 'breakpoint on "leader changes after 3m"\nbreakpoint off "text a \\"b\\" ä"\n' in text
    kept = read_log(text, "it.log")
    assert to_log(kept) == text
    assert [(it.it.text, it.on) for it in kept.breakpoints] == [
        ("leader changes after 3m", True),
        ('text a "b" ä', False),
    ]
    assert "breakpoint" not in to_log(keep(timeline("ten-minutes")))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"leader changes after 3m"', '"leader chnages"',
         'breakpoint: found "leader chnages"; allowed leader changes, '),
        ('"leader changes after 3m"', '"EV9 enters send_needs"',
         'breakpoint: enters: found "EV9"; allowed a CP or an EV: '),
        ('"text a \\"b\\" ä"', '"Leader changes  after 180s"',
         'breakpoint: found "leader changes after 3m", which is in the list already; allowed '),
        ('"leader changes after 3m"', '"leader "changes"',
         'found "breakpoint on "leader "changes""; allowed a breakpoint, on or off'),
        ("breakpoint off", "breakpoint perhaps",
         'found "breakpoint perhaps "text a \\"b\\" ä""; allowed a branch, a bookmark, '),
        ('"leader changes after 3m"', "leader changes", 'found "breakpoint on leader changes"; '),
    ],
)  # fmt: skip
def test_a_damaged_one_is_told(old: str, new: str, said: str) -> None:
    """With file, line, what was found and what is allowed."""
    text = kept_text()
    assert old in text
    with pytest.raises(ScenarioError) as caught:
        read_log(text.replace(old, new, 1), "it.log")
    number = text[: text.index(old)].count("\n") + 1
    assert str(caught.value).startswith(f"it.log:{number}: session: {said}")
    assert "\n" not in str(caught.value)
