"""The expectation ``settled``: a file is judged at its end as a campaign judges its runs."""

import io
import pickle

import pytest
from attrs import evolve

from scenarios.campaign.drawing import draw
from scenarios.campaign.running import run_seed
from scenarios.city.campaign import draw as draw_city
from scenarios.city.runner import run as run_city
from scenarios.errors import ScenarioError
from scenarios.expectation import Expect
from scenarios.loader import load, loads
from scenarios.runner import run
from scenarios.schema import Scenario
from scenarios.session import Session
from scenarios.settled import copied
from scenarios.writer import to_toml

QUIET = 'duration = "60s"\ncps = 3\n'


def found(text: str) -> list[tuple[str, bool, str]]:
    """What became of each expectation of a file."""
    report = run(loads(text, "settled.toml"))
    return [(it.text, it.held, it.found) for it in report.expectations]


def test_a_quiet_network_has_settled() -> None:
    """Said of the end of the run, without a word on visits."""
    text = QUIET + '[[expect]]\nsettled = "all"\n'
    assert found(text) == [("at 1m, everything has come to rest", True, "all")]


def test_what_is_wrong_is_told() -> None:
    """All of it, in the words of a campaign."""
    crash = '[[at]]\nt = "50s"\ndo = "crash"\ncp = "CP2"\n'
    text = QUIET + crash + '[[expect]]\nsettled = "all"\nsince = "40s"\n'
    claim = "at 1m, everything has come to rest since 40s, and who came later was served"
    assert found(text) == [(claim, False, "CP2 is crashed")]


def test_visits_are_judged_since_a_time() -> None:
    """Who came later must have been served; without ``since`` nobody must."""
    visit = (
        '[[ev]]\nid = "EV1"\n'
        '[[at]]\nt = "20s"\ndo = "plug_in"\nev = "EV1"\ncp = "CP1"\n'
        '[[at]]\nt = "55s"\ndo = "unplug"\nev = "EV1"\n'
    )
    expect = '[[expect]]\nsettled = "all"\n'
    assert [held for _, held, _ in found(QUIET + visit + expect)] == [True]
    assert [held for _, held, _ in found(QUIET + visit + expect + 'since = "10s"\n')] == [True]
    later = found(QUIET + visit + expect + 'since = "30s"\n')
    assert later[0][1:] == (
        False, "EV1 came after everything had healed, and no transaction began",
    )  # fmt: skip


def test_it_is_looked_at_when_its_time_has_come() -> None:
    """In the middle of a run: then nothing has settled yet, and later all has."""
    crash = (
        '[[at]]\nt = "20s"\ndo = "crash"\ncp = "CP2"\n'
        '[[at]]\nt = "25s"\ndo = "restart"\ncp = "CP2"\n'
    )
    text = QUIET + crash + '[[expect]]\nt = "22s"\nsettled = "all"\n[[expect]]\nsettled = "all"\n'
    assert [(held, what) for _, held, what in found(text)] == [
        (False, "CP2 is crashed"),
        (True, "all"),
    ]


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ('settled = "yes"', 'found "yes"; allowed all'),
        ('settled = "all"\nreplicas = "equal"', "found a second subject beside settled"),
        ('settled = "all"\nat_least = 1', "found it beside settled"),
        ('settled = "all"\nt = "10s"\nsince = "20s"', "0s to 10s, when it is looked at"),
    ],
)
def test_what_cannot_be_said_is_refused(lines: str, sentence: str) -> None:
    """With the line, what was found and what is allowed."""
    with pytest.raises(ScenarioError) as refused:
        loads(f"{QUIET}[[expect]]\n{lines}\n", "settled.toml")
    assert sentence in str(refused.value)


def judged(scenario: Scenario, healed_us: int) -> Scenario:
    """The scenario with the expectation that a campaign's failure is written with."""
    expect = Expect(t_us=scenario.duration_us, settled="all", since_us=healed_us)
    return evolve(scenario, expectations=(expect,))


@pytest.mark.parametrize(
    ("name", "seed"),
    [("ten-minutes", 3), ("plug-and-charge", 2), ("payment-retried", 9), ("monitor", 1)],
)
def test_a_file_says_what_the_campaign_says(name: str, seed: int) -> None:
    """Of the same run, written and read again: the same events, and nothing wrong."""
    drawn = draw(load(name), seed)
    finding = run_seed(load(name), seed)
    text = to_toml(judged(drawn.scenario, drawn.healed_us))
    report = run(loads(text, "again.toml"), seed=seed)
    assert [it.held for it in report.expectations] == [not finding.problems]
    assert report.violations == ()
    assert finding.events >= report.events >= finding.events - 100  # the campaign came to rest


def test_a_city_is_judged_too() -> None:
    """Each site, drivers, and who came late; by the same words as its campaign's."""
    drawn = draw_city(load("two-sites"), 3)
    whole = judged(drawn.scenario, drawn.healed_us)
    report = run_city(whole, seed=3)
    assert [(it.held, it.found) for it in report.expectations] == [(True, "all")]
    early = evolve(whole, expectations=(Expect(t_us=drawn.healed_us - 1, settled="all"),))
    report = run_city(early, seed=3)
    assert not report.expectations[0].held


def test_looking_changes_nothing() -> None:
    """A run that is looked at every second is the same run, also where replicas differ just then.

    A recorder that writes a file meanwhile writes the same bytes.
    """
    scenario = evolve(load("leader-crash"), duration_us=230_000_000, expectations=())
    looks = tuple(
        Expect(t_us=t_us, settled="all") for t_us in range(1_000_000, 230_000_000, 1_000_003)
    )
    plain, looked = io.StringIO(), io.StringIO()
    one = run(scenario, record=plain)
    other = run(evolve(scenario, expectations=looks), record=looked)
    assert (one.digest, one.events) == (other.digest, other.events)
    assert plain.getvalue() == looked.getvalue()
    assert {it.held for it in other.expectations} == {True, False}


def test_a_copy_goes_on_alone() -> None:
    """What it writes goes nowhere; the original stays."""
    session = Session(load("leader-crash"))
    session.run(10_000_000, 1_000_000)
    before = session.whole.digest()
    copy = copied(session.world)
    while copy.now_us < 20_000_000:
        copy.step()
    assert session.whole.digest() == before
    assert copy.digest() != before


def test_a_session_that_judges_can_be_kept() -> None:
    """Time travel copies sessions: what clients saw goes with them."""
    text = QUIET + '[[expect]]\nsettled = "all"\n'
    session = Session(loads(text, "settled.toml"))
    session.run(30_000_000, 1_000_000)
    again = pickle.loads(pickle.dumps(session))  # noqa: S301 - it was written here
    for each in (session, again):
        each.run(60_000_000, 1_000_000)
    assert again.clients is not None
    assert session.clients is not None
    assert again.clients.lines() == session.clients.lines()
    assert [it.held for it in again.outcomes] == [True]
