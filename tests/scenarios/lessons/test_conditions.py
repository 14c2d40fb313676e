"""Each condition holds when it should and not before, on a real run and its journal."""

import pickle
from typing import Any

import pytest
from attrs import evolve

from scenarios.lessons.conditions import _SUBJECTS, holds
from scenarios.lessons.facts import FACTS, facts
from scenarios.lessons.format import CONDITION, SUBJECTS
from scenarios.lessons.lesson import Condition, Lesson, Spoil, Step
from scenarios.lessons.moment import Began, Deed, Looked, Moment
from scenarios.lessons.tutor import BROKEN, ENDED, Tutor, begin, tutor_of
from scenarios.loader import loads
from scenarios.session import Session
from scenarios.timeline import Timeline
from scenarios.view import Window

TEXT = """
duration = "2m"
seed = 1
cps = 5
[[ev]]
id = "EV1"
[[at]]
t = "5s"
do = "plug_in"
ev = "EV1"
cp = "CP1"
"""
STEP = Step(says="S.", task="D.", done=(Condition("leader", "any"),))


class Played:
    """A run with a person in it, as the app has it."""

    def __init__(self, until_s: float = 10) -> None:
        self.timeline = Timeline(Session(loads(TEXT, "own.toml")))
        self.selected = "CP1"
        self.deeds: list[Deed] = []
        self.run(until_s)
        self.began = begin(self.moment(), STEP, {})

    def run(self, until_s: float) -> None:
        """Let time pass."""
        while not self.timeline.run(int(until_s * 1_000_000), 100_000):
            pass

    def act(self, verb: str, **args: object) -> None:
        """Do something."""
        self.timeline.act(verb, **args)

    def moment(self) -> Moment:
        """What is seen now."""
        view = self.timeline.view(Window(log_first=1, log_rows=500, event_first=0, event_rows=500))
        done = tuple(self.timeline.branch.inputs[: self.timeline.session.acted])
        return Moment(view, done, self.selected, self.timeline.number, paused=True)

    def sees(self, subject: str, of: object, /, **args: object) -> bool:
        """Whether a condition holds now."""
        return holds(Condition(subject, of, args), self.moment(), self.began, self.deeds)

    @property
    def leader(self) -> str:
        """Who led when the step began."""
        return self.began.facts["leader"]


@pytest.fixture
def played() -> Played:
    """Ten seconds in: somebody leads, EV1 charges."""
    return Played()


def test_every_subject_is_judged() -> None:
    """What the format knows, the conditions know; each saying is a key."""
    assert set(_SUBJECTS) == set(SUBJECTS)
    names = set(CONDITION.names)
    assert all({subject, *sayings} <= names for subject, sayings in SUBJECTS.items())


def test_what_was_done(played: Played) -> None:
    """Only in this step, only by hand, and to whom it is said."""
    assert not played.sees("did", "crash", cp="@leader")
    played.act("crash", cp=played.leader)
    assert played.sees("did", "crash")
    assert played.sees("did", "crash", cp="@leader")
    assert played.sees("did", "crash", cp="any")
    assert not played.sees("did", "crash", cp="!@leader")
    assert not played.sees("did", "restart", cp="@leader")
    assert not played.sees("did", "plug_in", ev="EV1"), "the script did that"
    played.began = begin(played.moment(), STEP, {})
    assert not played.sees("did", "crash"), "that was in the step before"


def test_what_was_done_with_a_link(played: Played) -> None:
    """Whichever end comes first."""
    played.act("cut", a="CP1", b="CP2")
    assert played.sees("did", "cut", cp="CP2", to="CP1")
    assert played.sees("did", "cut", cp="CP1")
    assert not played.sees("did", "cut", cp="CP3")
    assert not played.sees("did", "cut", cp="CP1", to="CP3")


def test_how_a_read_was_answered(played: Played) -> None:
    """Another kind of read is another thing."""
    played.act("read", cp=played.leader, how="index")
    assert played.sees("did", "read", cp="@leader")
    assert played.sees("did", "read", how="index")
    assert not played.sees("did", "read", cp="@leader", how="lease")


def test_what_was_gone_back_beyond_is_undone(played: Played) -> None:
    """Whichever step it was done in; at its own instant it is done still."""
    assert played.sees("undone", "crash")
    played.act("crash", cp="CP2")
    played.began = begin(played.moment(), STEP, {})
    assert not played.sees("undone", "crash")
    assert played.sees("undone", "partition")
    played.run(12)
    played.timeline.go(11_000_000)
    assert not played.sees("undone", "crash")
    played.timeline.go(9_000_000)
    assert played.sees("undone", "crash")


def test_who_has_heard_of_the_leader(played: Played) -> None:
    """Whoever has promised its ballot; a cut keeps the next one from it."""
    old = played.leader
    assert played.sees("cp", "any", heard=True)
    assert not played.sees("cp", "any", heard=False)
    played.act(
        "partition", groups=((old,), tuple(f"CP{n}" for n in range(1, 6) if f"CP{n}" != old))
    )
    played.run(20)
    assert played.sees("leader", "!@leader")
    assert played.sees("cp", "@leader", heard=False)
    assert played.sees("cp", "!@leader", heard=True)


def test_under_which_ballot_a_slot_is_held(played: Played) -> None:
    """By so many of those that live."""
    assert played.sees("slot", "1", under="@ballot")
    assert played.sees("slot", "1", state_is="applied", by="all", under="@ballot")
    assert not played.sees("slot", "1", under="!@ballot")


def test_what_was_undone_was_not_done(played: Played) -> None:
    """And going back beyond the beginning takes nothing for granted that is not there."""
    played.act("crash", cp=played.leader)
    played.run(12)
    played.timeline.undo()
    assert not played.sees("did", "crash")
    played.timeline.go(5_000_000)
    played.act("crash", cp="CP2")
    assert played.sees("did", "crash", cp="CP2")
    assert played.sees("branch", "new")


def test_a_charge_point(played: Played) -> None:
    """Its status, role, membership, state, power, what it has applied."""
    assert played.sees("cp", "@leader", role="leader", status="alive", member="voter")
    assert not played.sees("cp", "!@leader", role="leader")
    assert played.sees("cp", "CP1", state="charging", power_w=(10_900, 11_000))
    assert played.sees("cp", "CP1", limit_w=(11_000, 11_000), held_w=(11_000, 11_000))
    assert not played.sees("cp", "CP1", power_w=(0, 10_000))
    assert played.sees("cp", "any", cut_off=False)
    assert not played.sees("cp", "any", cut_off=True)
    assert played.sees("cp", "CP1", applied="@chosen_slot")
    assert not played.sees("cp", "CP1", applied="@next_slot")
    assert not played.sees("cp", "CP1", applied="@hole_slot"), "there is none"
    played.act("partition", groups=(("CP2",), ("CP1", "CP3", "CP4", "CP5")))
    assert played.sees("cp", "CP2", cut_off=True)
    assert played.sees("alive", 5)
    played.act("crash", cp="CP2")
    assert played.sees("alive", 4)
    assert played.sees("cp", "CP2", status="crashed")


def test_an_ev(played: Played) -> None:
    """Its state and power."""
    assert played.sees("ev", "EV1", state="charging_with_profile", power_w=(1, 11_000))
    assert played.sees("ev", "any", state="charging_with_profile")
    assert not played.sees("ev", "EV1", state="send_needs")
    assert played.sees("power", (10_900, 11_000))
    assert not played.sees("power", (0, 1))


def test_who_leads(played: Played) -> None:
    """Somebody, nobody, another; under the same ballot or a higher one."""
    assert played.sees("leader", "any", ballot="same")
    assert played.sees("leader", "@leader")
    assert not played.sees("leader", "any", ballot="higher")
    assert not played.sees("leader", "none")
    played.act("crash", cp=played.leader)
    assert played.sees("leader", "none")
    assert not played.sees("leader", "any")
    assert not played.sees("leader", "!@leader"), "nobody is not another"
    played.run(20)
    assert played.sees("leader", "!@leader", ballot="higher")
    assert not played.sees("leader", "any", ballot="same")


def test_an_event(played: Played) -> None:
    """Of this step, with the words, about whom."""
    assert not played.sees("event", "crashed")
    assert not played.sees("event", "plugged in"), "that was before"
    played.act("crash", cp="CP2")
    assert played.sees("event", "crashed")
    assert played.sees("event", "crashed", subject="CP2")
    assert not played.sees("event", "crashed", subject="!CP2")


def test_a_slot(played: Played) -> None:
    """By its number or of this step; what is in it, and by how many it is known."""
    assert played.sees("slot", "@transaction_slot", command="StartTransaction EV1")
    assert played.sees("slot", "1", state_is="applied", by="all")
    assert not played.sees("slot", "any", state_is="accepted"), "none yet"
    assert not played.sees("slot", "@next_slot", state_is="chosen")
    played.run(20)
    assert played.sees("slot", "@next_slot", state_is="chosen", by="quorum")
    assert played.sees("slot", "any", command="MeterValues")
    assert not played.sees("slot", "any", command="StartTransaction")


def test_what_was_looked_at(played: Played) -> None:
    """Questions, views, going back, the selection, the clock."""
    assert not played.sees("asked", "replica")
    played.deeds.append(Deed(Looked.ASKED, "replica", played.leader))
    assert played.sees("asked", "replica")
    assert played.sees("asked", "replica", of="@leader")
    assert not played.sees("asked", "replica", of="!@leader")
    assert not played.sees("asked", "slot")
    assert not played.sees("opened", "log")
    played.deeds.append(Deed(Looked.OPENED, "log"))
    assert played.sees("opened", "log")
    still_open = evolve(played.moment(), looking=True)
    assert not holds(Condition("opened", "log"), still_open, played.began, played.deeds)
    assert not played.sees("decoded", "Promise")
    played.deeds.append(Deed(Looked.DECODED, "Promise"))
    assert played.sees("decoded", "Promise")
    assert not played.sees("decoded", "Prepare")
    assert played.sees("back", False)
    played.deeds.append(Deed(Looked.BACK))
    assert played.sees("back", True)
    assert played.sees("selected", "CP1")
    assert not played.sees("selected", "!CP1")
    assert played.sees("clock", "stands")
    assert not played.sees("clock", "runs")
    assert not played.sees("branch", "new")


def test_time_replicas_and_reads(played: Played) -> None:
    """What time it is; whether all hold the same; how much was answered in this step."""
    assert played.sees("time", (0, 10_000_000))
    assert not played.sees("time", (0, 9_999_999))
    assert played.sees("replicas", "equal")
    assert not played.sees("reads", 1)
    played.act("read", cp=played.leader, how="lease")
    assert played.sees("reads", 1)
    assert not played.sees("reads", 2)
    assert played.sees("violation", "none")
    assert not played.sees("violation", "R1")
    played.act("partition", groups=(("CP2",), ("CP1", "CP3", "CP4", "CP5")))
    played.run(21)
    assert not played.sees("replicas", "equal")


def test_a_violation_is_told_by_its_name(played: Played) -> None:
    """R1 is not R10."""
    moment = played.moment()
    broken = evolve(moment, view=evolve(moment.view, violation="R10 (something): and so on"))
    for name, found in (("R10", True), ("R1", False), ("none", False)):
        assert holds(Condition("violation", name), broken, played.began, []) is found


def test_facts_are_texts(played: Played) -> None:
    """Of an empty run, too; all that are named, and nothing else."""
    for moment in (played.moment(), Played(0).moment()):
        found = facts(moment.view)
        assert list(found) == list(FACTS)
        assert all(isinstance(text, str) and text for text in found.values())
    assert played.began.facts["quorum"] == "3"
    assert played.began.facts["power"] == "11 kW"
    assert played.began.facts["time"] == "0:10"


def test_looking_changes_nothing(played: Played) -> None:
    """Whoever judges and whoever does not has the same run."""
    before = played.timeline.session.whole.digest()
    for subject, sayings in SUBJECTS.items():
        assert sayings is not None
        of: Any = {"power": (0, 1), "time": (0, 1), "reads": 1, "alive": 1}.get(subject, "any")
        played.sees(subject, of)
    assert played.timeline.session.whole.digest() == before


# --- the tutor ------------------------------------------------------------------------------------

LESSON = Lesson(
    number=1,
    title="T",
    steps=(
        Step(
            says="{leader} leads.",
            task="Crash {leader}.",
            after="{old} is down at {now.time}.",
            keep={"old": "leader"},
            done=(Condition("did", "crash", {"cp": "@leader"}),),
            spoils=(Spoil(Condition("did", "crash", {"cp": "!@leader"}), "Not {leader}."),),
        ),
        Step(
            says="{old} is down; {leader} leads.",
            task="Wait.",
            done=(Condition("leader", "!@old"),),
            after="{now.leader}.",
        ),
    ),
)


def test_a_lesson_step_by_step(played: Played) -> None:
    """Texts are of the instant in which the step began; what was kept stays."""
    old = played.leader
    tutor = tutor_of("own", LESSON, played.moment())
    assert tutor.standing().says == f"{old} leads."
    assert not tutor.judge(played.moment())
    played.act("crash", cp=old)
    assert tutor.judge(played.moment())
    assert not tutor.judge(played.moment()), "it is done once"
    assert tutor.standing().after == f"{old} is down at 0:10."
    tutor.next(played.moment())
    assert tutor.standing().says == f"{old} is down; nobody leads."
    assert not tutor.judge(played.moment())
    played.run(20)
    assert tutor.judge(played.moment())
    assert tutor.complete
    assert tutor.standing().after == f"{played.moment().view.leader}."


def test_a_fact_may_be_kept_as_it_is_when_the_step_is_done(played: Played) -> None:
    """Then later steps know it; when the step is begun again it is forgotten."""
    first = evolve(LESSON.steps[0], keep={"late": "now.time"}, after="{now.time}")
    lesson = evolve(LESSON, steps=(first, evolve(LESSON.steps[1], says="It was {late}.")))
    tutor = tutor_of("own", lesson, played.moment())
    played.run(12)
    assert tutor.kept(1) == {}
    played.act("crash", cp=played.leader)
    assert tutor.judge(played.moment())
    assert tutor.kept(1) == {"late": "0:12"}
    tutor.next(played.moment())
    assert tutor.standing().says == "It was 0:12."
    tutor.index = 0
    tutor.begin(played.moment())
    assert tutor.kept(1) == {}


def test_what_is_to_be_seen_after_the_end_is_no_failure(played: Played) -> None:
    """A step that begins when the run is over can be done."""
    played.run(120)
    tutor = tutor_of("own", LESSON, played.moment())
    assert not tutor.judge(played.moment())
    assert tutor.spoiled == ""


def test_a_spoiled_step_is_open_again_when_it_is_undone(played: Played) -> None:
    """Also where the right thing was done besides."""
    tutor = tutor_of("own", LESSON, played.moment())
    other = played.began.facts["follower"]
    played.act("crash", cp=other)
    played.act("crash", cp=played.leader)
    assert not tutor.judge(played.moment())
    assert tutor.spoiled == f"Not {played.leader}."
    played.timeline.undo()
    played.timeline.undo()
    assert not tutor.judge(played.moment())
    assert tutor.spoiled == ""


def test_the_end_of_a_run_is_told(played: Played) -> None:
    """Whether its time is over, or an invariant broke."""
    tutor = tutor_of("own", LESSON, played.moment())
    played.run(120)
    tutor.judge(played.moment())
    assert tutor.spoiled == ENDED
    moment = played.moment()
    tutor.judge(evolve(moment, view=evolve(moment.view, violation="R1 (x): y")))
    assert tutor.spoiled == BROKEN


def test_a_tutor_is_plain_data(played: Played) -> None:
    """It can be written and read again."""
    tutor = tutor_of("own", LESSON, played.moment())
    again: Tutor = pickle.loads(pickle.dumps(tutor))  # noqa: S301
    assert again == tutor
    assert isinstance(again.began, Began)
