"""Why a charge point leads or not, what it refuses, and what it waits for."""

import pytest

from paxos.election import Role
from scenarios.errors import InputError
from scenarios.session import Session
from scenarios.why.view import About
from scenarios.world import World
from tests.scenarios.why.asking import (
    S,
    ask,
    cps,
    evs,
    leader_of,
    library,
    made,
    run_to,
    step_until,
    texts,
)

NAMES = ("CP1", "CP2", "CP3", "CP4", "CP5")


def role(world: World, cp: str) -> Role:
    """What a charge point's replica is doing."""
    node = world.node(world.nodes[cp])
    assert node is not None
    return node.replica.role


def others(session: Session) -> list[str]:
    """Who does not lead."""
    leader = leader_of(session)
    return [cp for cp in NAMES if cp != leader]


def test_a_leader_says_who_elected_it_and_for_how_long_nobody_else_can_be() -> None:
    """Its quorum is that of the promises that were counted."""
    session = library("ten-minutes", 182)
    leader = leader_of(session)
    answer = ask(session, About.REPLICA, leader)
    (campaign,) = [c for c in session.world.chronicle.campaigns.values() if c.quorum]
    a, b, c = (f"CP{node}" for node in campaign.quorum)
    first = answer.sentences[0]
    assert first.text == (
        f"{leader} leads in ballot 1.{leader}: {a}, {b} and {c} promised it, and 3 of 5 voters "
        "elect"
    )
    assert first.at_us == campaign.elected_us
    assert answer.sentences[1].text.startswith("It stood for election: no leader heard for ")
    assert answer.sentences[2].text.startswith("It holds a lease for another ")
    assert f"It has promised 1.{leader}, and refuses every lower ballot" in [
        sentence.text for sentence in answer.sentences
    ]


def test_a_follower_says_whom_it_follows_and_when_it_would_stand() -> None:
    """And to whom it has granted a lease."""
    session = library("ten-minutes", 182)
    leader = leader_of(session)
    follower = others(session)[0]
    told = texts(session, About.REPLICA, follower)
    assert told[0].startswith(
        f"{follower} does not lead: it follows {leader} in ballot 1.{leader}, which it heard "
    )
    assert told[0].endswith(" s ago; it stands for election after 1.5 to 3 s of silence")
    assert (
        f"It has granted a lease to {leader}: until that is over it promises nothing to anybody "
        "else"
    ) in told


def test_a_follower_does_not_know_yet_that_its_leader_has_died() -> None:
    """The answer does; and once another leads, it says so."""
    session = library("ten-minutes", 182)
    leader, follower = leader_of(session), others(session)[0]
    session.act("crash", cp=leader)
    sentences = ask(session, About.REPLICA, follower).sentences
    assert [(s.text, s.at_us) for s in sentences[1:3]] == [
        (f"{leader} is down", 182 * S),
        (f"That {leader} leads no more has not come to {follower} yet", None),
    ]
    dead = texts(session, About.REPLICA, leader)
    assert dead[0] == f"{leader} is down: it neither leads nor votes"
    assert dead[1].startswith(f"Its disk holds the promise of 1.{leader} and the log up to slot ")
    run_to(session, 190)
    after = leader_of(session)
    assert texts(session, About.REPLICA, after)[0].startswith(
        f"{after} leads in ballot 2.{after}: "
    )


def test_a_cut_off_minority_says_whom_it_does_not_reach() -> None:
    """The candidate names each voter and the link; a quorum is out of reach."""
    session = library("cut-off-under-load", 110)
    told = texts(session, About.REPLICA, "CP1")
    assert told[0].startswith("CP1 does not lead yet: it stands for election, and asks the voters ")
    assert "CP1 agreed, and 3 of 5 are needed" in told[0]
    for other in NAMES[1:]:
        assert f"{other} has not answered: the link between CP1 and {other} is cut" in told
    assert (
        "It reaches nobody beside itself, and 3 of 5 voters are needed to elect and to decide"
    ) in told
    assert "It takes itself for cut off, and refuses drivers at once" in told
    behind = [text for text in told if "less than CP3, which leads" in text]
    assert behind[0].startswith("It has applied up to slot 26, ")


def test_who_comes_back_is_refused_for_a_higher_ballot() -> None:
    """The stale leader stands down at a nack, and the answer says by whom and at which ballot."""
    session = library("stale-leader", 125.6)
    before = texts(session, About.REPLICA, "CP5")
    assert before[0].startswith("CP5 leads in ballot 1.CP5: ")
    assert "It has not heard yet that CP3 leads in the higher ballot 2.CP3" in before
    assert any(text.startswith("No quorum has answered it for 5.6 s") for text in before)
    run_to(session, 127)
    after = ask(session, About.REPLICA, "CP5").sentences
    assert after[0].text.startswith("CP5 does not lead: it follows CP3 in ballot 2.CP3")
    stood = next(s for s in after if s.text.startswith("It stood down last: "))
    assert stood.text.endswith("has promised the higher ballot 2.CP3")
    assert stood.at_us is not None
    assert 125_600_000 < stood.at_us < 127_000_000
    refused = texts(session, About.REPLICA, "CP1")
    assert "It refused CP5 1.CP5 last, as it had promised 2.CP3" in refused


def test_a_pre_vote_is_refused_while_a_leader_is_heard() -> None:
    """A deaf charge point stands for election, and is told why nobody wants it."""
    session = library("ten-minutes", 30)
    leader = leader_of(session)
    deaf = others(session)[0]
    session.act("cut_oneway", a=leader, b=deaf)
    step_until(session, lambda world: role(world, deaf) is Role.PRECANDIDATE)
    run_to(session, session.time_us / S + 0.1)
    sentences = ask(session, About.REPLICA, deaf).sentences
    told = [sentence.text for sentence in sentences]
    assert "asks the voters whether they would promise 2." in told[0]
    assert f"; {deaf} agreed, and 3 of 5 are needed" in told[0]
    refusals = [s for s in sentences if " refuses: it has heard a leader" in s.text]
    assert len(refusals) == 3
    assert all(s.at_us is not None for s in refusals)
    lost = f"nothing gets from {leader} to {deaf}: the link is cut"
    assert f"{leader} refuses, and that does not arrive: {lost}" in told


def test_duellists_know_who_went_before() -> None:
    """Of two that stand at the same time the lower ballot gives way, and says to which."""
    found = []
    for seed in range(1, 30):
        session = made(cps() + evs(1), 20, seed)
        leader = leader_of(session)
        session.act("crash", cp=leader)
        run_to(session, 26)
        for cp in NAMES:
            if cp != leader:
                found += [t for t in texts(session, About.REPLICA, cp) if "stood down last" in t]
        if any(" uses ballot " in text for text in found):
            break
    assert any(" uses ballot " in text for text in found)


def test_a_learner_does_not_lead_as_it_does_not_vote() -> None:
    """Whoever stands outside the seven voters learns."""
    session = made(cps(9) + evs(1), 30)
    told = texts(session, About.REPLICA, "CP9")
    assert told[0] == "CP9 does not lead: it learns and does not vote"
    assert told[1].startswith(f"It hears {leader_of(session)}, ")


def test_no_quorum_is_said_with_who_is_down() -> None:
    """Three of five have crashed: the two that run can do nothing."""
    session = library("ten-minutes", 30)
    down = others(session)[:3]
    for cp in down:
        session.act("crash", cp=cp)
    run_to(session, 40)
    left = [cp for cp in NAMES if cp not in down]
    told = texts(session, About.REPLICA, left[0])
    reaches = f"It reaches {left[1]} beside itself"
    assert f"{reaches}, and 3 of 5 voters are needed to elect and to decide" in told
    assert all(any(cp in text and "is down" in text for text in told) for cp in down)


@pytest.mark.parametrize(
    ("verb", "args", "words"),
    [
        ("pause", {}, "{} is paused: it does nothing"),
        ("fill_disk", {}, "The disk of {} is full, so nothing leaves that must be durable"),
        ("slow_disk", {"fsync_us": 250_000}, "The disk of {} takes 250ms longer to sync"),
        ("slow", {"delay_us": 20_000}, "{} takes 20ms for every event"),
        ("crash_after_write", {}, "{} is to crash when its disk has written"),
    ],
)
def test_what_ails_it_is_named_with_its_time(
    verb: str, args: dict[str, object], words: str
) -> None:
    """Whatever was done to it."""
    session = library("ten-minutes", 30)
    cp = others(session)[0]
    session.act(verb, cp=cp, **args)
    sentences = ask(session, About.REPLICA, cp).sentences
    ails = [s for s in sentences if s.text.replace(" ms", "ms").startswith(words.format(cp))]
    assert ails, [s.text for s in sentences]
    assert ails[0].at_us == 30 * S


def test_a_command_that_waits_is_counted() -> None:
    """A cut-off charge point has one under way, and others behind it."""
    told = texts(library("cut-off-under-load", 110), About.REPLICA, "CP1")
    assert "1 command of its own waits to be applied, and 1 OCPP call behind" in told


def test_an_answer_that_is_on_its_way_is_not_counted_yet() -> None:
    """Links of 800 ms: all have promised, and nobody's promise has come in but its own."""
    session = library("lease-limits", 26.2)
    node = session.world.node(5)
    assert node is not None
    assert node.replica.role is Role.CANDIDATE
    counted = node.replica.proposer.promised_by
    told = texts(session, About.REPLICA, "CP5")
    assert told[0].startswith("CP5 does not lead yet: it stands for election, and asks the voters ")
    assert "to promise 2.CP5; CP5 agreed, and 3 of 5 are needed" in told[0]
    assert counted == (5,)
    ways = [text for text in told if text.endswith(" agrees, and its answer is on its way or lost")]
    assert len(ways) == 4


def test_a_wiped_disk_is_bound_to_nothing() -> None:
    """Whoever comes back from it is another node."""
    session = library("ten-minutes", 30)
    cp = others(session)[0]
    session.act("crash", cp=cp)
    session.act("wipe", cp=cp)
    told = texts(session, About.REPLICA, cp)
    assert told[1] == "Its disk is empty: it comes back as a node that nobody knows"


def test_one_that_is_not_there_is_an_error() -> None:
    """It names those that are."""
    session = library("ten-minutes", 5)
    with pytest.raises(InputError, match=r"no charge point 'CP9'; there are CP1, CP2"):
        ask(session, About.REPLICA, "CP9")


def test_a_promise_is_kept_back_for_a_lease() -> None:
    """CP4 heard the dead leader later than the others did, and is bound to it still."""
    session = library("lease-limits", 60)
    step_until(session, lambda world: 4 in world.chronicle.leases)
    at_us, withheld = session.world.chronicle.leases[4]
    assert withheld.holder == 5
    candidate = f"CP{withheld.ballot.node}"
    sentences = ask(session, About.REPLICA, candidate).sentences
    assert sentences[0].text.startswith(f"{candidate} does not lead yet: it stands for election")
    kept = [s for s in sentences if s.text.startswith("CP4 ") and "lease" in s.text]
    assert [sentence.at_us for sentence in kept] == [at_us]
