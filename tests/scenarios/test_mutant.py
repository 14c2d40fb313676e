"""A mistake that a scenario plants: read, planted for its run alone, told, and found."""

import json
from pathlib import Path

import pytest

from evtui.cli import main
from paxos.check.mutants import MUTANTS, Mutant, planted_now
from paxos.learner import Learner
from paxos.replica import Replica
from scenarios.campaign import run_seed
from scenarios.checkpoints import START, checkpoint_of
from scenarios.city.session import open_session
from scenarios.errors import ScenarioError
from scenarios.loader import loads
from scenarios.runner import run
from scenarios.schema import Scenario
from scenarios.session import Session
from scenarios.timeline import Timeline
from scenarios.writer import to_toml

FORGETFUL = """\
mutant = "accepted_values_not_written"
duration = "30s"
cps = 3
[[ev]]
id = "EV1"
[[at]]
t = "5s"
do = "plug_in"
ev = "EV1"
cp = "CP1"
[[at]]
t = "12s"
do = "crash"
cp = "CP2"
[[at]]
t = "14s"
do = "restart"
cp = "CP2"
"""
RIGHT = FORGETFUL.partition("\n")[2]
SECOND_US = 1_000_000


def scenario(text: str = FORGETFUL) -> Scenario:
    """A scenario in which a disk is needed."""
    return loads(text, "forgetful.toml")


def digest(session: Session) -> str:
    """The digest of a session that is run to its end."""
    while not session.finished:
        session.run(session.scenario.duration_us, 1_000_000)
    return session.whole.digest()


def test_it_is_read_and_written() -> None:
    """By its name; without one there is none."""
    assert scenario().mutant == "accepted_values_not_written"
    assert scenario(RIGHT).mutant == ""
    assert loads(to_toml(scenario()), "forgetful.toml").mutant == scenario().mutant
    assert "mutant" not in to_toml(scenario(RIGHT))


@pytest.mark.parametrize(
    ("found", "hint"),
    [
        ('"holes_skiped"', '; did you mean "holes_skipped"?'),
        ('"10"', ""),
        ("10", ""),
        ('""', ""),
    ],
)
def test_an_unknown_one_is_refused(found: str, hint: str) -> None:
    """With line and field, what is allowed, and what is near."""
    with pytest.raises(ScenarioError) as caught:
        loads(f"mutant = {found}\n{RIGHT}", "x.toml")
    (problem,) = caught.value.problems
    assert problem == (
        f"x.toml:1: mutant: found {found}; allowed the name of a mistake that "
        f"evtui mutants --list prints{hint}"
    )


def test_a_run_is_violated_and_says_what_was_planted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 1, the invariant, and the mistake in text and JSON; without it nothing is wrong."""
    file = tmp_path / "forgetful.toml"
    file.write_text(FORGETFUL)
    assert main(["run", str(file), "--json"]) == 1
    row = json.loads(capsys.readouterr().out)
    assert row["mutant"] == "accepted_values_not_written"
    assert [violation["invariant"] for violation in row["violations"]] == ["A3"]
    assert main(["run", str(file)]) == 1
    out, err = capsys.readouterr()
    assert "planted: accepted_values_not_written (docs/mutants.md)" in out
    assert "evtui: see it again with: evtui run" in err
    file.write_text(RIGHT)
    assert main(["run", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["mutant"] is None


def test_an_expected_violation_is_no_failure() -> None:
    """So a mistake can be shown, and CI holds that it is found."""
    text = FORGETFUL + '[[expect]]\nt = "30s"\nviolation = "A3"\n'
    report = run(scenario(text))
    assert (report.exit_code, report.violation_expected) == (0, True)


def test_runs_beside_each_other_are_their_own() -> None:
    """Step by step in turns: each is the run that it is alone, and nothing stays planted."""
    before = vars(Replica).get("_effects")
    texts = (
        FORGETFUL,
        RIGHT,
        FORGETFUL.replace("accepted_values_not_written", "answers_before_the_fsync"),
    )
    alone = [digest(Session(scenario(text))) for text in texts]
    assert len(set(alone)) == 3, "three runs"
    sessions = [Session(scenario(text)) for text in texts]
    for second in range(31):
        for session in sessions:
            session.run(second * SECOND_US, 1_000_000)
            assert planted_now() is None
    assert [digest(session) for session in sessions] == alone
    assert vars(Replica).get("_effects") is before


def test_nothing_stays_planted_when_a_run_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever ends it."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    text = FORGETFUL.replace("accepted_values_not_written", "holes_skipped")
    right = Learner.apply_ready
    session = Session(scenario(text))
    with monkeypatch.context() as patch:
        patch.setattr("scenarios.world.Invariants.produced", broken)
        with pytest.raises(ZeroDivisionError):
            digest(session)
    assert planted_now() is None
    assert Learner.apply_ready is right


def test_the_past_has_it_too() -> None:
    """Going back and forward runs it again with the mistake, to the same violation."""
    timeline = Timeline(Session(scenario()))
    while not timeline.run(30 * SECOND_US, 1_000_000):
        pass
    end, found = timeline.session.whole.digest(), str(timeline.session.whole.violation)
    assert found.startswith("A3")
    timeline.go_to(START)
    assert timeline.session.whole.violation is None
    while not timeline.run(30 * SECOND_US, 1_000_000):
        pass
    assert (timeline.session.whole.digest(), str(timeline.session.whole.violation)) == (end, found)
    assert timeline.view().mutant == "accepted_values_not_written"


def test_a_campaign_finds_it() -> None:
    """Under random faults, in the same way in any process."""
    assert run_seed(scenario(), 1).problems[0].startswith("A3")


LITTLE = """\
duration = "6s"
cps = 3
[paxos]
snapshot = 5
retain = 0
[[at]]
t = "3s"
do = "crash"
cp = "CP1"
[[at]]
t = "4s"
do = "restart"
cp = "CP1"
"""


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_each_can_be_planted_in_a_charging_network(mutant: Mutant) -> None:
    """Its worlds are copied like any others: one that is copied in the middle ends the same way."""
    session = open_session(loads(f'mutant = "{mutant.name}"\n{LITTLE}', "little.toml"))
    session.run(3_500_000, 1_000_000)
    copy = checkpoint_of(session).open()
    assert digest(copy) == digest(session)
    assert session.whole.events > 20


def test_every_site_of_a_city_has_it() -> None:
    """And its report says so."""
    text = """\
mutant = "accepted_values_not_written"
duration = "2m"
[[site]]
id = "Harbour"
cps = 3
[[site]]
id = "Market"
cps = 3
[[at]]
t = "60s"
do = "crash"
cp = "Harbour-1"
[[at]]
t = "70s"
do = "restart"
cp = "Harbour-1"
"""
    session = open_session(loads(text, "city.toml"))
    digest(session)
    assert str(session.whole.violation).startswith("A3")
