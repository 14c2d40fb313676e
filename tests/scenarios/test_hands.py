"""Verbs that lay hands on messages: how a frame is named, what is refused, the same run again."""

import pickle
import re
from pathlib import Path

import pytest
from attrs import evolve

from paxos.election import Role
from paxos.sim import hands
from scenarios.city.session import CitySession
from scenarios.errors import InputError
from scenarios.hands import frame_name, name_of
from scenarios.loader import load, loads
from scenarios.schema import At
from scenarios.session import Session
from scenarios.session_file import keep
from scenarios.timeline import Timeline
from scenarios.view import Window
from scenarios.why.view import About, Question
from scenarios.writer import to_toml

S = 1_000_000

BARE = """
duration = "30s"
cps = 3
[paxos]
lease = "0s"
"""


def run_to(session: Session, time_us: int) -> None:
    """Let time pass."""
    while not session.run(time_us, 100_000):
        pass


def bare(script: str = "", seed: int = 1) -> Session:
    """Three charge points without leases, and what is to be done."""
    return Session(loads(BARE + script, "bare.toml"), seed)


def line(t: str, do: str, **args: object) -> str:
    """A line of a script."""
    words = [f"{key} = {str(value).lower() if isinstance(value, bool) else repr(value)}"
             for key, value in args.items()]  # fmt: skip
    return "\n".join(["[[at]]", f't = "{t}"', f'do = "{do}"', *words, ""])


def waiting(session: Session) -> list[tuple[str, str, str]]:
    """What is held, by name, the oldest first."""
    world = session.world
    return [frame_name(world, it) for it in hands.frames(world.cluster.bus)
            if it[1] in world.cluster.bus.held]  # fmt: skip


def at_rest() -> Session:
    """A network in which every link is held since 20 s, and CP1 stands for leader at 25 s."""
    session = Session(loads(BARE.replace("30s", "60s"), "bare.toml"), 1)
    run_to(session, 20 * S)
    session.act("hold")
    run_to(session, 25 * S)
    session.act("stand", cp="CP1")
    run_to(session, 25 * S + 10_000)
    return session


def test_an_election_by_hand() -> None:
    """Prepare there, Promise back, and CP1 leads with the ballot for which it stood."""
    session = at_rest()
    world = session.world
    assert [it for it in waiting(session) if it[2] == "Prepare"] == [
        ("CP1", "CP2", "Prepare"), ("CP1", "CP3", "Prepare"),
    ]  # fmt: skip
    told = session.act("deliver_frame", source="CP1", target="CP2", message="Prepare")
    assert told == "Prepare CP1 → CP2 delivered by hand"
    run_to(session, 26 * S)
    session.act("deliver_frame", source="CP2", target="CP1", message="Promise")
    run_to(session, 27 * S)
    node = world.node(1)
    assert node is not None
    assert node.replica.is_leader
    assert world.journal[-1].line() == (
        "26.000000 deliver_frame message=Promise source=CP2 target=CP1"
    )


def test_the_same_by_a_script_is_the_same_every_time() -> None:
    """Run twice, with its world packed in the middle, and with messages looked at."""
    script = (
        line("5s", "hold", own=True)
        + line("8s", "stand", cp="CP2")
        + line("9s", "deliver_frame", source="CP2", target="CP2", message="Prepare")
        + line("10s", "deliver_all", cp="CP3")
        + line("11s", "duplicate_frame", source="CP3", target="CP2", message="Promise")
        + line("12s", "deliver_frame", source="CP3", target="CP2", message="Promise", nth=2)
        + line("13s", "drop_frame", source="CP3", target="CP2", message="Promise")
        + line("14s", "corrupt_frame", source="CP2", target="CP1", message="Prepare")
        + line("15s", "deliver_all", cp="CP1")
        + line("20s", "release")
    )
    digests = []
    for n in range(3):
        session = bare(script)
        if n == 1:
            session.record()
        run_to(session, 14_500_000)
        if n == 2:
            session = pickle.loads(pickle.dumps(session))  # noqa: S301 - its own
        run_to(session, 30 * S)
        assert not [row for row in session.view(Window(event_rows=99)).event_rows
                    if "was not done" in row.text]  # fmt: skip
        assert session.world.violation is None
        assert session.world.leader() is not None
        digests.append(session.whole.digest())
    assert len(set(digests)) == 1
    assert digests[0] != bare_digest()


def bare_digest() -> str:
    """Of the same network left alone."""
    session = bare()
    run_to(session, 30 * S)
    return session.whole.digest()


def test_nth_is_the_oldest_first_and_stays_so() -> None:
    """A name that an interface makes of a number means that very frame."""
    session = Session(load("ten-minutes"), 1)
    run_to(session, 20 * S)
    session.act("hold")
    run_to(session, 21 * S + 700_000)
    world = session.world
    frames = hands.frames(world.cluster.bus)
    assert len({frame_name(world, it) for it in frames}) < len(frames)
    for event in frames:
        named = name_of(world, event[1])
        assert named is not None
        session.act("deliver_frame", **named)
        assert event[1] not in world.cluster.bus.held
    assert name_of(world, frames[0][1]) is None or frames[0][1] not in world.cluster.bus.held


def test_what_is_done_by_hand_is_saved_undone_and_done_again() -> None:
    """As everything else that a person does."""
    timeline = Timeline(bare())
    timeline.run(10 * S, 1_000_000)
    timeline.act("hold", a="CP1", b="CP2", oneway=True)
    timeline.run(12 * S, 1_000_000)
    timeline.act("release", a="CP1", b="CP2", oneway=True)
    timeline.run(14 * S, 1_000_000)
    digest = timeline.session.whole.digest()
    kept = keep(timeline)
    again = Session(loads(to_toml(kept.only(kept.shown)), "kept.toml"))
    run_to(again, 14 * S)
    assert again.whole.digest() == digest
    timeline.undo()
    assert timeline.session.world.cluster.bus.is_held(1, 2)
    timeline.undo()
    left_alone = bare()
    run_to(left_alone, 14 * S)
    assert timeline.session.whole.digest() == left_alone.whole.digest()


def test_healing_releases_too() -> None:
    """It undoes every fault of links, and this is one."""
    session = at_rest()
    assert session.world.cluster.bus.held
    assert session.act("heal") == "all links healed"
    assert not session.world.cluster.bus.held
    run_to(session, 35 * S)
    assert session.world.leader() is not None


@pytest.mark.parametrize(
    ("verb", "args", "why"),
    [
        ("deliver_frame", {"source": "CP1", "target": "CP2", "message": "Accept"},
         "no Accept CP1 → CP2 is under way; there "),
        ("drop_frame", {"source": "CP1", "target": "CP2", "message": "Prepare", "nth": 2},
         "with nth 2 is under way; only one is"),
        ("drop_frame", {"source": "CP1", "target": "CP2", "message": "Prepare", "nth": 0},
         "nth is an integer from 1"),
        ("drop_frame", {"source": "CP1", "target": "CP2", "message": "prepare"},
         'no message .prepare.; did you mean "Prepare"'),
        ("drop_frame", {"source": "CP1", "target": "CP9", "message": "Prepare"},
         "no charge point or EV 'CP9'; there are CP1, CP2, CP3"),
        ("drop_frame", {"source": "CP1", "target": "CP2"}, "message is missing"),
        ("delay_frame", {"source": "CP1", "target": "CP2", "message": "Prepare", "extra_us": 5},
         "it is held, and waits anyway"),
        ("delay_frame", {"source": "CP1", "target": "CP2", "message": "Prepare", "extra_us": 0},
         "extra_us is an integer from 1"),
        ("deliver_all", {"cp": "EV1"}, "no charge point or EV"),
        ("hold", {}, "every link is held already"),
        ("hold", {"a": "CP1", "b": "CP1"}, "CP1 has no link to itself"),
        ("hold", {"b": "CP1"}, "a link has both a and b"),
        ("hold", {"oneway": True}, "oneway is true or false, and goes with a"),
        ("hold", {"a": "CP1", "own": True}, "own is true or false, and only for every link"),
        ("hold", {"a": "CP1", "b": "CP2"}, "CP1 ↔ CP2 is held already"),
        ("stand", {"cp": "CP9"}, "no charge point 'CP9'"),
        ("deliver_frame", {"source": "leader", "target": "CP2", "message": "Accept"},
         "nobody leads now"),
    ],
)  # fmt: skip
def test_what_is_not_possible_says_why(verb: str, args: dict[str, object], why: str) -> None:
    """And changes nothing."""
    session = at_rest()
    before, frames = session.whole.digest(), hands.frames(session.world.cluster.bus)
    with pytest.raises(InputError, match=why):
        session.act(verb, **args)
    assert session.whole.digest() == before
    assert hands.frames(session.world.cluster.bus) == frames


def test_release_says_when_nothing_is_held() -> None:
    """Of all, of one charge point's, of one link."""
    session = bare()
    for args in ({}, {"a": "CP1"}, {"a": "CP1", "b": "CP2"}):
        with pytest.raises(InputError, match="held"):
            session.act("release", **args)
    session.act("hold", a="CP1")
    assert session.view().cps[0].links == ("self", "held", "held")
    assert session.act("release", a="CP1").startswith("CP1 ↔ every other released")
    assert session.view().cps[0].links == ("self", "up", "up")


def test_who_is_bound_by_a_lease_may_not_stand() -> None:
    """Its own promise would break it; who leads is bound to itself, and may."""
    session = Session(load("ten-minutes"), 1)
    run_to(session, 20 * S)
    world = session.world
    leader = world.leader()
    assert leader is not None
    other = next(cp for cp in world.nodes if cp != leader.cp_id)
    with pytest.raises(InputError, match="a lease that it has granted has not ended"):
        session.act("stand", cp=other)
    before = leader.replica.proposer.ballot
    session.act("stand", cp=leader.cp_id)
    assert leader.replica.role is Role.CANDIDATE
    assert leader.replica.proposer.ballot.round == before.round + 1
    session.act("hold", a=other)
    run_to(session, 25 * S)
    assert session.act("stand", cp=other).startswith("stands for leader with ballot")
    session.act("release", a=other)
    run_to(session, 40 * S)
    assert world.violation is None
    session.act("pause", cp=other)
    with pytest.raises(InputError, match="it is paused"):
        session.act("stand", cp=other)
    session.act("crash", cp=other)
    with pytest.raises(InputError, match="it is down"):
        session.act("stand", cp=other)


def test_who_does_not_vote_may_not_stand() -> None:
    """A learner."""
    session = Session(loads(BARE.replace("[paxos]", "[paxos]\nvoters = 2"), "bare.toml"))
    with pytest.raises(InputError, match="it does not vote"):
        session.act("stand", cp="CP3")


def test_a_held_link_is_told_wherever_links_are() -> None:
    """In the list of faults, with what ends it; and by why."""
    session = Session(load("ten-minutes"), 1)
    run_to(session, 20 * S)
    session.act("hold", a="CP1", b="CP2")
    session.act("hold", a="CP3", oneway=True)
    found = session.view(Window(faults=True)).faults
    assert found is not None
    held = [it for it in found.active if it.fault == "hold"]
    assert [it.subject for it in held] == ["CP3 →", "CP1 ↔ CP2"]
    for it in held:
        session.act(it.verb, **dict(it.args))
    assert not any(link.held for _, _, link in session.world.cluster.bus.made())
    session.act("hold", own=True)
    found = session.view(Window(faults=True)).faults
    assert found is not None
    (all_of_them,) = [it for it in found.active if it.fault == "hold"]
    assert (all_of_them.subject, all_of_them.verb) == ("every link", "release")
    assert "and what CPs say to themselves" in all_of_them.text
    run_to(session, 40 * S)
    answer = session.why(Question(About.REPLICA, "CP1"))
    assert "is held: what is said there waits" in str(answer)


def test_frames_of_cars_and_their_cables() -> None:
    """EVs are ends like charge points; a cable is held by both its ends."""
    session = Session(load("ten-minutes"), 1)
    run_to(session, 20 * S)
    session.act("hold", a="EV1", b="CP1")
    run_to(session, 25 * S)
    names = {name[:2] for name in waiting(session)}
    assert names <= {("EV1", "CP1"), ("CP1", "EV1")}
    for args, why in (
        ({"a": "EV1"}, "name it as b"),
        ({"a": "EV1", "b": "EV2"}, "have no link"),
    ):
        with pytest.raises(InputError, match=why):
            session.act("hold", **args)


def test_a_script_refuses_what_the_file_cannot_mean() -> None:
    """Names, messages and numbers, with their lines."""
    script = (
        line("1s", "deliver_frame", source="CP1", target="CP9", message="Prepare")
        + line("2s", "deliver_frame", source="CP1", target="CP2", message="Prepared")
        + line("3s", "deliver_frame", source="CP1", target="CP2", message="Prepare", nth=0)
        + line("4s", "hold", a="CP1", own=True)
        + line("5s", "cut", a="CP1", b="EV1")
    )
    with pytest.raises(Exception, match="CP9") as caught:
        bare(script)
    text = str(caught.value)
    assert "which is no charge point or EV of this file" in text
    assert 'did you mean "Prepare"?' in text
    assert "nth" in text
    assert "own only for every link at once" in text
    assert text.count("bare.toml:") == 5


def test_lines_are_written_as_they_are_read() -> None:
    """Every verb with all that it may have."""
    lines = (
        At(t_us=S, verb="hold", args={"own": True}),
        At(t_us=S, verb="hold", args={"a": "CP1", "b": "CP2", "oneway": True}),
        At(t_us=S, verb="delay_frame", args={
            "source": "leader", "target": "CP2", "message": "Accept", "extra_us": S, "nth": 3}),
        At(t_us=S, verb="deliver_all", args={"cp": "leader"}),
        At(t_us=S, verb="stand", args={"cp": "CP1"}),
    )  # fmt: skip
    scenario = evolve(loads(BARE, "bare.toml"), script=lines)
    read = loads(to_toml(scenario), "bare.toml").script
    assert [(it.verb, it.args) for it in read] == [(it.verb, it.args) for it in lines]


def test_the_election_of_the_document() -> None:
    """The example of docs/hands.md: every line is done, and CP1 leads."""
    document = Path(__file__).parents[2] / "docs" / "hands.md"
    (text,) = re.findall(
        r"^```toml\n(.*?)^```$", document.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    session = Session(loads(text, "by-hand.toml"))
    run_to(session, 12 * S)
    assert [outcome.held for outcome in session.outcomes] == [True]
    assert [it.verb for it in session.world.journal] == [it.verb for it in session.scenario.script]


def test_in_a_city_hands_are_laid_on_one_site() -> None:
    """By the ends that are named, or by the site; all of them if so wished."""
    session = CitySession(load("two-sites"), 1)
    run_to(session, 30 * S)
    one, other = session.worlds()
    first, second = list(one.nodes)[:2]
    session.act("hold", a=first, b=second, oneway=True)
    assert one.cluster.bus.is_held(1, 2)
    assert not one.cluster.bus.is_held(2, 1)
    run_to(session, 33 * S)
    for event in hands.frames(one.cluster.bus):
        if event[1] in one.cluster.bus.held:
            named = name_of(one, event[1])
            assert named is not None
            session.act("drop_frame", **named)
    assert not one.cluster.bus.held
    session.act("hold", site="all")
    assert one.cluster.bus.weather.held
    assert other.cluster.bus.weather.held
    session.act("release", site="all")
    assert not one.cluster.bus.weather.held
    with pytest.raises(InputError, match="about one site"):
        session.act("hold", a=first, b=next(iter(other.nodes)))
