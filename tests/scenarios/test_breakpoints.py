"""Breakpoints: what is asked, where the run stops, and that it is the same run."""

import json
from pathlib import Path

import pytest

from evtui.cli import main
from scenarios.breakpoints.hit import Hit
from scenarios.breakpoints.words import ALLOWED, COMMANDS, Names, What, names_of, read
from scenarios.city.runner import run as run_city
from scenarios.city.session import open_session
from scenarios.errors import InputError
from scenarios.loader import load
from scenarios.runner import run
from scenarios.session import Session

NAMES = Names(("CP1", "CP2"), ("EV1",))


def stopped(name: str, *texts: str, until_us: int | None = None) -> Hit:
    """Where a scenario of the library stops."""
    scenario = load(name)
    names = names_of(scenario, scenario.seed)
    breakpoints = [read(text, names) for text in texts]
    go = run_city if scenario.sites else run
    hit = go(scenario, breakpoints=breakpoints, until_us=until_us).stopped
    assert hit is not None
    return hit


def at(name: str, event: int) -> Session:
    """The scenario after so many events, with nobody watching."""
    session = open_session(load(name))
    session.reach(event)
    assert session.whole.events == event
    return session


def leader(session: Session) -> str | None:
    """Who leads."""
    found = session.world.leader()
    return None if found is None else found.cp_id


def commit(session: Session) -> int:
    """The highest slot that is known to be chosen."""
    nodes = [session.world.node(number) for number in session.world.ids]
    return max(node.replica.commit_slot for node in nodes if node is not None)


def test_the_run_stops_right_behind_the_event() -> None:
    """One event before nobody led; the run that was watched is the very same."""
    hit = stopped("leader-crash", "leader changes")
    assert hit.found == "nobody led, now CP5"
    assert leader(at("leader-crash", hit.event - 1)) is None
    there = at("leader-crash", hit.event)
    assert leader(there) == "CP5"
    assert there.time_us / 1_000_000 == hit.time_s
    scenario = load("leader-crash")
    breakpoints = [read("leader changes", names_of(scenario, 1))]
    assert run(scenario, breakpoints=breakpoints).digest == there.whole.digest()


def test_what_happens_before_a_time_is_passed_over() -> None:
    """The leader crashes by the script, at 180 s; another one is elected after that."""
    assert stopped("leader-crash", "leader changes after 3s") == Hit(
        "leader changes after 3s", "CP5 led, now nobody", 180.0, 5_509
    )
    hit = stopped("leader-crash", "Leader CHANGES after 180001ms")
    assert hit.found.startswith("nobody led, now CP")
    assert hit.time_s > 180


def test_a_slot() -> None:
    """Any, or one; known to one charge point at the least."""
    first = stopped("ten-minutes", "slot chosen")
    assert (first.found, commit(at("ten-minutes", first.event - 1))) == ("slot 1 is chosen", 0)
    hit = stopped("ten-minutes", "slot 40 chosen")
    assert commit(at("ten-minutes", hit.event - 1)) < 40 <= commit(at("ten-minutes", hit.event))


def test_a_preemption() -> None:
    """A leader that was cut off comes back with an old ballot."""
    hit = stopped("stale-leader", "preemption")
    for event, count in ((hit.event - 1, 0), (hit.event, 1)):
        assert at("stale-leader", event).whole.covered()["preemptions"] == count


@pytest.mark.parametrize(
    ("text", "was"),
    [
        ("EV1 enters charging_with_profile", "receive_scheduling"),
        ("cp1 enters begin_session", "waiting_ev"),
    ],
)
def test_a_state_of_an_ev_or_a_charge_point(text: str, was: str) -> None:
    """As the network's screen tells it."""
    hit = stopped("ten-minutes", text)
    assert hit.found == f"it was {was}"
    name, _, state = hit.breakpoint.split()

    def seen(event: int) -> str:
        view = at("ten-minutes", event).view()
        if name.startswith("EV"):
            return {ev.id: ev.state for ev in (*view.evs, *view.unplugged)}[name]
        return {cp.id: cp.state for cp in view.cps}[name]

    assert (seen(hit.event - 1), seen(hit.event)) == (was, state)


def test_a_margin() -> None:
    """The least so far, in the invariant's unit; of consensus and of power."""
    hit = stopped("bakery-oven", "margin P1 below 10000")
    before, there = (at("bakery-oven", hit.event - back).world.checked.least for back in (1, 0))
    assert there["P1"].left < 10_000 <= before["P1"].left
    assert hit.found == f"{there['P1'].left:,} W left"
    hit = stopped("lease-reads", "margin l2 below 1")
    assert hit.found == "0 slots left"


def test_a_command() -> None:
    """Of an action, or a message of the network's own; when the first has applied it."""
    hit = stopped("ten-minutes", "command starttransaction")
    assert hit.found.startswith("CP1 StartTransaction EV1, in slot ")
    before, there = (at("ten-minutes", hit.event - back).view().sessions for back in (1, 0))
    assert (len(before), len(there)) == (0, 1)
    assert stopped("monitor", "command Observed").found.startswith("CP")


def test_a_text() -> None:
    """Of the event log, whatever its capitals."""
    hit = stopped("ten-minutes", "text PLUGGED in at cp2")
    rows = at("ten-minutes", hit.event).view().event_rows
    assert f"{rows[-1].subject}: {rows[-1].text}" == hit.found
    earlier = at("ten-minutes", hit.event - 1).view().event_rows
    assert not any("plugged in at CP2" in row.text for row in earlier)


def test_of_several_the_first_one_stops() -> None:
    """And is the one that is told."""
    hit = stopped("ten-minutes", "slot 40 chosen", "text nobody says this", "slot 3 chosen")
    assert hit.breakpoint == "slot 3 chosen"


def test_in_a_city_the_site_is_named() -> None:
    """Each has a leader of its own; and lines between the sites are looked at, too."""
    hit = stopped("two-sites", "leader changes")
    site, _, found = hit.found.partition(": ")
    assert site in {it.id for it in load("two-sites").sites}
    assert found.startswith("nobody led, now ")
    cut = stopped("site-cut-off", "text links to all other sites cut")
    assert ": links to all other sites cut" in cut.found


def test_a_run_that_is_not_stopped(capsys: pytest.CaptureFixture[str]) -> None:
    """It goes to its end; that is said, and what had been so before is no reason."""
    args = ["run", "ten-minutes", "--until", "30s", "--break", "EV1 enters not_connected"]
    assert main(args) == 0
    out, err = capsys.readouterr()
    assert "30s of virtual time" in out
    assert "stopped" not in out
    assert err == "evtui: --break: nothing of it happened\n"


def test_the_program_says_where_and_how_to_see_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Time, event, what, and the command; as text and as JSON; the exit code is 0."""
    args = ["run", "leader-crash", "--break", "leader changes after 3m", "--break", "preemption"]
    assert main(args) == 0
    out, err = capsys.readouterr()
    assert out.endswith(
        "\nstopped at 3m, after event 5,509: leader changes after 3m (CP5 led, now nobody)\n"
    )
    again = '--speed max --break "leader changes after 3m" --break "preemption"'
    assert err == f"evtui: see it there with: evtui leader-crash --seed 1 {again}\n"
    trace = tmp_path / "t.jsonl"
    assert main([*args, "--json", "--trace", str(trace)]) == 0
    row = json.loads(capsys.readouterr().out)
    assert row["stopped"] == {
        "breakpoint": "leader changes after 3m",
        "found": "CP5 led, now nobody",
        "time_s": 180.0,
        "event": 5_509,
    }
    assert len(trace.read_text().splitlines()) == 5_509


def test_a_violation_that_comes_first_is_told() -> None:
    """A run ends with it, breakpoints or not."""
    scenario = load("broken-clock-bound")
    never = read("slot 999999 chosen", names_of(scenario, 1))
    report = run(scenario, breakpoints=[never])
    assert report.stopped is None
    assert report.violations[0].invariant == "L2"


def test_all_that_may_be_asked_is_understood() -> None:
    """Each kind, in its own words; said back they mean the same."""
    texts = [
        "leader changes", "preemption", "slot chosen", "slot 7 chosen after 1m30s",
        "EV1 enters send_needs", "CP2 enters begin_session", "margin R5 below 3",
        "text is out of order after 2s", *(f"command {kind}" for kind in COMMANDS),
    ]  # fmt: skip
    found = [read(text, NAMES) for text in texts]
    assert [it.text for it in found] == texts
    assert {it.what for it in found} == set(What)
    assert [read(it.text, NAMES) for it in found] == found


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", f'found ""; allowed {ALLOWED}'),
        ("leader", f'found "leader"; allowed {ALLOWED}; did you mean "leader changes"?'),
        ("slot 0 chosen", 'slot: found "0"; allowed a whole number from 1 on'),
        ("slot x chosen", 'slot: found "x"; allowed a whole number from 1 on'),
        ("margin A1 below 3",
         'margin: found "A1"; allowed an invariant with a margin: P1, P2, P3, P4, B1, B2, …'),
        ("margin P1 below -3", 'below: found "-3"; allowed a whole number from 0 on'),
        ("EV9 enters send_needs", 'enters: found "EV9"; allowed a CP or an EV: CP1, CP2, EV1'),
        ("EV1 enters begin_session",
         'EV1 enters: found "begin_session"; allowed a state: not_connected, connected_not_ch'),
        ("command Start", 'command: found "Start"; allowed an action or message: '),
        ("text", f'found "text"; allowed {ALLOWED}'),
        ("preemption after soon", 'after: found "soon"; allowed a duration'),
        ("a\x1b[2J", f'found "a\\x1b[2J"; allowed {ALLOWED}'),
    ],
)  # fmt: skip
def test_a_word_that_says_nothing_is_refused(text: str, sentence: str) -> None:
    """What was found, what is allowed, and what may have been meant."""
    with pytest.raises(InputError) as caught:
        read(text, NAMES)
    assert str(caught.value).startswith(sentence)


def test_the_program_refuses_before_it_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """With the option's name, and exit code 2."""
    assert main(["run", "ten-minutes", "--break", "slot forty chosen"]) == 2
    assert capsys.readouterr() == (
        "",
        'evtui: --break: slot: found "forty"; allowed a whole number from 1 on\n',
    )
