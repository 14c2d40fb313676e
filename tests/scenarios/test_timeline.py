"""Going through time: any instant again, exactly; branches; nothing is lost."""

from random import Random

import pytest

from scenarios.checkpoints import checkpoint_of
from scenarios.city.session import open_session
from scenarios.city.timeline import CityTimeline
from scenarios.errors import InputError
from scenarios.loader import library_names, load, loads
from scenarios.messages.view import Span
from scenarios.session import Session
from scenarios.session_file import keep, with_inputs
from scenarios.timeline import Timeline
from scenarios.writer import to_toml

S = 1_000_000
QUICK = ("ten-minutes", "bakery-oven", "double-booking", "two-sites")


def straight(name: str) -> Session:
    """A run without a stop."""
    session = open_session(load(name))
    while not session.finished:
        session.run(session.scenario.duration_us, 1_000_000)
    return session


def timeline(name: str, until_us: int | None = None, **how: int) -> Timeline:
    """A session that has come to a time, or to its end."""
    session = open_session(load(name))
    made = CityTimeline(session, **how) if session.scenario.sites else Timeline(session, **how)
    while not made.run(until_us or session.scenario.duration_us, 1_000_000):
        pass
    return made


def anew(line: Timeline) -> str:
    """The digest of the same inputs in a session that was never stopped nor copied."""
    branch, place = line.branch, line.place
    scenario = with_inputs(line.session.scenario, branch.inputs, None)
    session = open_session(scenario, line.session.seed)
    session.come_to(*place)
    return session.whole.digest()


def is_exact(name: str, instants: int) -> None:
    """Back to random instants and forward again."""
    want = straight(name).whole.digest()
    line, random = timeline(name), Random(name)
    assert line.session.whole.digest() == want
    for _ in range(instants):
        line.go(random.randrange(line.session.scenario.duration_us))
    line.go_to_end()
    assert line.session.whole.digest() == want
    assert line.session.finished


@pytest.mark.parametrize("name", QUICK)
def test_any_instant_and_forward_again_is_the_straight_run(name: str) -> None:
    """Twenty random instants."""
    is_exact(name, 20)


@pytest.mark.soak
@pytest.mark.parametrize("name", library_names())
def test_a_hundred_instants_of_every_scenario(name: str) -> None:
    """All that come with the program; of the city's day nobody waits for a hundred."""
    is_exact(name, 5 if name == "city" else 100)


def test_an_instant_looks_as_it_did() -> None:
    """The frozen view, too, with all its lists."""
    line = timeline("ten-minutes", 100 * S)
    seen = line.view()
    while not line.run(400 * S, 1_000_000):
        pass
    line.go(100 * S)
    assert line.view() == seen
    assert line.is_past


@pytest.mark.parametrize(
    ("verb", "args"), [("report_stolen", {"id_tag": "Good"}), ("revoke", {"ev": "Good"})]
)
def test_an_order_that_is_not_in_the_log_yet_goes_through_time(
    verb: str, args: dict[str, object]
) -> None:
    """A copy is made while it waits, as at any other instant."""
    line = timeline("revoked-contract", 60 * S)
    for cp in line.session.world.ids.values():
        line.act("crash", cp=cp)
    line.act(verb, **args)
    assert len(line.session.world.trust.order_book.orders) == 1
    copy = checkpoint_of(line.session).open()
    for session in (line.session, copy):
        for cp in session.world.ids.values():
            session.act("restart", cp=cp)
        session.run(90 * S, 1_000_000)
        assert session.world.trust.order_book.orders == []
    assert copy.whole.digest() == line.session.whole.digest()


def test_one_event_back_and_forth() -> None:
    """Each step undone leaves the digest that was there before it."""
    line = timeline("ten-minutes", 65 * S)
    digests = []
    for _ in range(30):
        assert line.step()
        digests.append((line.time_us, line.session.whole.digest()))
    for time_us, digest in reversed(digests):
        assert (line.time_us, line.session.whole.digest()) == (time_us, digest)
        assert line.back()
    line.go(0)
    while line.back():
        pass
    assert line.session.whole.events == 0
    assert not line.back()


def test_acting_in_the_past_makes_a_branch() -> None:
    """What was there stays, and is had again with one key."""
    line = timeline("ten-minutes", 200 * S)
    assert line.act("crash", cp="CP1").startswith("crashed")
    assert len(line.branches) == 1
    line.run(260 * S, 1_000_000)
    one = line.session.whole.digest()
    line.go(150 * S)
    line.act("crash", cp="CP2")
    line.run(260 * S, 1_000_000)
    two = line.session.whole.digest()
    assert (line.number, line.branch.parent, line.branch.forked.time_us) == (2, 1, 150 * S)
    assert one != two == anew(line)
    line.switch(1)
    assert line.session.whole.digest() == one == anew(line)
    line.switch(2)
    assert line.session.whole.digest() == two
    assert [it.verb for it in line.branches[1].inputs] == ["crash"]


def test_going_on_as_if_nothing_had_been_done_since() -> None:
    """What was done stays in its branch; where nothing was, there is no other one."""
    line = timeline("ten-minutes", 200 * S)
    here = line.place
    line.go_on_from(1, here, "again")
    assert (line.number, len(line.branches)) == (1, 1)
    line.act("crash", cp="CP1")
    line.run(260 * S, 1_000_000)
    done = line.session.whole.digest()
    line.go_on_from(1, here, "again")
    assert (line.number, line.branch.parent, line.branch.why) == (2, 1, "again")
    assert line.place == here
    line.run(260 * S, 1_000_000)
    assert line.session.whole.digest() == anew(line) != done
    assert all(cp.status == "alive" for cp in line.view().cps)
    line.switch(1)
    assert line.session.whole.digest() == done == anew(line)


def test_what_is_not_possible_makes_no_branch() -> None:
    """Nothing was changed, so nothing is new."""
    line = timeline("ten-minutes", 200 * S)
    line.go(100 * S)
    with pytest.raises(InputError):
        line.act("restart", cp="CP1")
    assert len(line.branches) == 1
    line.go_to_end()
    assert line.time_us == 200 * S


def test_undo_is_the_same_run_without_it() -> None:
    """At the same time; redo brings it back."""
    calm = timeline("ten-minutes", 240 * S).session.whole.digest()
    line = timeline("ten-minutes", 200 * S)
    line.act("crash", cp="CP1")
    line.act("cut", a="CP2", b="CP4")
    line.run(240 * S, 1_000_000)
    struck = line.session.whole.digest()
    assert line.undo().verb == "cut"
    assert line.undo().verb == "crash"
    assert (line.time_us, line.session.whole.digest()) == (240 * S, calm)
    with pytest.raises(InputError, match="nothing was done by hand"):
        line.undo()
    line.redo()
    line.redo()
    assert line.session.whole.digest() == struck
    with pytest.raises(InputError, match="nothing was undone"):
        line.redo()
    assert len(line.branches) == 3


def test_undo_and_redo_over_and_over_make_one_branch() -> None:
    """The run without it is there already; also where it has to be run on."""
    line = timeline("ten-minutes", 200 * S)
    calm = line.session.whole.digest()
    line.act("crash", cp="CP1")
    struck = line.session.whole.digest()
    for _ in range(3):
        assert line.undo().verb == "crash"
        assert (line.number, line.session.whole.digest()) == (2, calm)
        line.redo()
        assert (line.number, line.session.whole.digest()) == (1, struck)
    line.run(240 * S, 1_000_000)
    line.undo()
    assert (line.number, line.time_us, line.branch.tip) == (2, 240 * S, line.place)
    assert line.session.whole.digest() == anew(line)
    assert len(line.branches) == 2


def test_undoing_all_that_made_a_branch_shows_what_it_left() -> None:
    """No third branch that is the first one; redo leads back."""
    line = timeline("ten-minutes", 200 * S)
    line.go(150 * S)
    line.act("crash", cp="CP2")
    line.run(230 * S, 1_000_000)
    struck = line.session.whole.digest()
    line.undo()
    assert (line.number, line.time_us, list(line.branches)) == (1, 230 * S, [1, 2])
    assert line.session.whole.digest() == anew(line)
    line.redo()
    assert (line.number, line.session.whole.digest()) == (2, struck)


def amid(until_us: int) -> Timeline:
    """A run that stands between two events of one microsecond."""
    line = timeline("ten-minutes", until_us)
    while line.step() and line.session.whole.next_us() != line.time_us:
        pass
    return line


def test_undo_and_redo_amid_a_microsecond_go_no_further() -> None:
    """What is left of it has not happened, and is no future that was seen."""
    line = amid(60 * S)
    calm = line.place, line.session.whole.digest()
    line.act("crash", cp="CP1")
    struck = line.place, line.session.whole.digest()
    for _ in range(2):
        line.undo()
        assert (line.place, line.session.whole.digest()) == calm
        assert not line.is_past
        line.redo()
        assert (line.place, line.session.whole.digest()) == struck
        assert not line.is_past
    keep(line)
    assert (line.place, line.is_past) == (struck[0], False)


def test_a_branch_that_left_its_parent_in_the_common_past_is_a_run_of_its_own() -> None:
    """What its grandparent did after that is none of it."""
    line = timeline("ten-minutes", 100 * S)
    line.act("crash", cp="CP1")
    line.run(300 * S, 1_000_000)
    line.go(290 * S)
    line.act("crash", cp="CP2")
    line.go(90 * S)
    line.act("crash", cp="CP4")
    assert (line.branch.parent, line.branch.forked.time_us) == (2, 90 * S)
    line.bookmark("another")
    line.run(290 * S, 1_000_000)
    for time_us in (95 * S, 105 * S, 200 * S, 290 * S):
        line.go(time_us)
        assert line.session.whole.digest() == anew(line)
    assert list(line.lineage(3))[1:] == [(2, line.branch.forked), (1, line.branch.forked)]
    line._checkpoints._of.pop(3, None)
    line.go(200 * S)
    assert line.session.whole.digest() == anew(line)


def test_bookmarks_of_the_common_part_stay_with_every_branch() -> None:
    """Visiting one stays in the branch that is shown; of elsewhere it leads there."""
    line = timeline("ten-minutes", 30 * S)
    early = line.bookmark("early")
    line.run(60 * S, 1_000_000)
    fork = line.bookmark("where it parts")
    line.run(90 * S, 1_000_000)
    late = line.bookmark("late")
    line.go_to(fork.place)
    line.act("crash", cp="CP1")
    struck = line.bookmark("struck")
    assert line.number == 2
    assert line.marks == [early, fork, struck]
    line.run(120 * S, 1_000_000)
    assert line.marks == [early, fork, struck]
    line.visit(early)
    assert (line.number, line.place) == (2, early.place)
    assert line.session.whole.digest() == anew(line)
    line.go(45 * S)
    common = line.bookmark("set in the second, of both")
    line.visit(late)
    assert (line.number, line.place) == (1, late.place)
    assert line.marks == [early, fork, late, common]
    line.visit(common)
    assert (line.number, line.place) == (1, common.place)
    line.visit(struck)
    assert (line.number, line.place) == (2, struck.place)
    line.undo()
    assert [it.text for it in line.course().bookmarks] == [
        "early", "where it parts", "late", common.name,
    ]  # fmt: skip
    line.rename(line.marks[0], "first")
    line.forget(line.marks[1])
    line.switch(2)
    assert [it.name for it in line.marks] == ["first", "struck", common.name]
    assert list(keep(line).bookmarks) == line.bookmarks


def test_bookmarks() -> None:
    """A place of any branch."""
    line = timeline("ten-minutes", 90 * S)
    line.act("crash", cp="CP3")
    mark = line.bookmark("the crash")
    digest = line.session.whole.digest()
    line.run(120 * S, 1_000_000)
    line.go(30 * S)
    line.act("cut", a="CP1", b="CP2")
    line.visit(mark)
    assert (line.number, line.time_us, line.session.whole.digest()) == (1, 90 * S, digest)
    assert [(it.time_us, it.text) for it in line.course().bookmarks] == [(90 * S, "the crash")]


def test_after_a_violation_one_can_go_back() -> None:
    """The run ends with it; its past does not."""
    line = timeline("clock-drift-beyond")
    assert line.session.whole.violation is not None
    end_us = line.time_us
    line.go(end_us - 10 * S)
    assert line.session.whole.violation is None
    assert not line.finished
    line.go_to_end()
    assert line.session.whole.violation is not None
    assert line.time_us == end_us


def test_checkpoints_keep_to_their_budget() -> None:
    """Fewer of them cost time, and nothing else."""
    line = timeline("ten-minutes", budget_bytes=1_500_000)
    assert line.bytes <= 1_500_000
    end = line.session.whole.digest()
    line.go(123 * S)
    line.go_to_end()
    assert line.session.whole.digest() == end


VERBS = (
    ("crash", {"cp": "CP1"}),
    ("crash", {"cp": "CP3"}),
    ("restart", {"cp": "CP1"}),
    ("restart", {"cp": "CP3"}),
    ("pause", {"cp": "CP2"}),
    ("resume", {"cp": "CP2"}),
    ("cut", {"a": "CP2", "b": "CP4"}),
    ("heal", {}),
    ("partition", {"groups": (("CP1", "CP2"), ("CP3", "CP4", "CP5"))}),
    ("loss", {"rate_ppm": 100_000}),
    ("clock_drift", {"cp": "CP4", "drift_ppm": 5_000}),
    ("unplug", {"ev": "EV1"}),
)


def elsewhere(line: Timeline, random: Random) -> None:
    """To another branch, or to a bookmark."""
    if random.random() < 0.5:
        line.switch(random.choice(list(line.branches)))
        return
    made = line.bookmark()
    assert made in line.marks
    mark = random.choice(line.bookmarks)
    shown = line.number if mark in line.marks else mark.branch
    line.visit(mark)
    assert (line.number, line.place) == (shown, mark.place)
    assert line.session.whole.digest() == anew(line)


def wander(seed: int, steps: int) -> Timeline:
    """Anything that a person may do, in any order; the run stays that of its inputs."""
    random, line = Random(seed), timeline("ten-minutes", 20 * S)
    for number in range(steps):
        match random.randrange(9):
            case 0 | 1:
                line.run(line.time_us + random.randrange(40 * S), random.randrange(1, 4_000))
            case 2 | 3:
                verb, args = random.choice(VERBS)
                try:
                    line.act(verb, **args)
                except InputError:
                    continue
            case 4:
                line.go(random.randrange(line.branch.tip.time_us + 1))
            case 5:
                for _ in range(random.randrange(5)):
                    line.back() if random.random() < 0.7 else line.step()
            case 6:
                elsewhere(line, random)
            case 7:
                try:
                    line.undo() if random.random() < 0.6 else line.redo()
                except InputError:
                    continue
            case _:
                line.go_to_end()
        if number % 4 == 0:
            assert line.session.whole.digest() == anew(line), (seed, number)
    return line


@pytest.mark.parametrize("seed", range(3))
def test_whatever_a_person_does_the_run_is_that_of_its_inputs(seed: int) -> None:
    """Checked against sessions that were never stopped."""
    line = wander(seed, 40)
    assert len(line.branches) > 1


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(3, 60))
def test_the_same_for_many_seeds(seed: int) -> None:
    """Longer, too."""
    wander(seed, 120)


def test_messages_travel_with_the_run() -> None:
    """What is remembered of them is what was sent up to now, in the branch that is shown."""
    line = Timeline(Session(load("ten-minutes"), 7))
    line.record()
    line.run(90 * S, 1_000_000)
    span = Span(rows=30)
    seen = line.messages(span)
    line.go(40 * S)
    before = line.messages(span)
    assert before.moments
    assert max(moment.time_us for moment in before.moments) <= 40 * S
    line.go_to_end()
    assert line.messages(span).moments == seen.moments
    line.go(40 * S)
    line.act("crash", cp="leader")
    line.run(90 * S, 1_000_000)
    other = line.messages(span)
    assert other.moments != seen.moments
    line.switch(1)
    line.go_to_end()
    assert line.messages(span).moments == seen.moments


def test_what_was_done_at_the_site_that_was_shown_is_done_there_again() -> None:
    """Whichever site is shown by then; and what was meant for all of them is done at all."""
    line = timeline("two-sites", 100 * S)
    assert isinstance(line, CityTimeline)
    for site, other in (("North", "South"), ("South", "North")):
        line.show(site)
        line.act("loss", rate_ppm=300_000)
        line.act("delay", extra_us=50_000, site="all")
        line.run(line.time_us + 10 * S, 10**6)
        line.act("heal")
        line.act("change_departure", ev="EV4", departs_us=500 * S)
        line.act("report_stolen", id_tag=site, site="all")
        line.run(line.time_us + 10 * S, 10**6)
        line.show(other)
    want = line.session.whole.digest()
    assert [it.args.get("site") for it in line.branch.inputs][:5] == [
        "North", None, "North", None, None,
    ]  # fmt: skip
    line.go(50 * S)
    line.go_to_end()
    assert line.session.whole.digest() == want == anew(line)
    kept = to_toml(keep(line).only(line.number))
    again = open_session(loads(kept, "kept.toml"), line.session.seed)
    again.come_to(*line.place)
    assert again.whole.digest() == want
