"""Why a slot holds what it holds: phase 1, quorums, who knows, and what a slot waits for."""

import pytest

from paxos.messages import NOOP
from scenarios.errors import InputError
from scenarios.session import Session
from scenarios.why.view import About, Sentence
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


def newest(world: World) -> int:
    """The last slot for which anything was proposed."""
    return max(world.chronicle.slots)


def test_a_leader_that_nothing_binds_is_free() -> None:
    """Proposed, chosen by the first three who accepted, known to all."""
    session = library("ten-minutes", 182)
    leader = leader_of(session)
    answer = ask(session, About.SLOT, 5)
    first, proposed, cause, knows = answer.sentences
    world = session.world
    ((ballot, proposal),) = world.chronicle.slots[5].items()
    assert world.invariants is not None
    assert world.invariants.chosen[5] == (ballot, proposal.value)
    voters = [f"CP{node}" for node in proposal.votes][:3]
    assert first == Sentence(
        f"“CP4 BootNotification” was chosen in ballot 1.{leader}, when {voters[0]}, {voters[1]} "
        f"and {voters[2]} had accepted it: 3 of 5 voters choose",
        list(proposal.votes.values())[2],
    )
    assert proposed.text == (
        f"{leader} proposed “CP4 BootNotification” in ballot 1.{leader}, handed in by CP4"
    )
    assert proposed.at_us == proposal.at_us
    assert cause.text.startswith("It was free to: the promises of ")
    assert cause.text.endswith(" told of nothing accepted in slot 5")
    assert cause.at_us == world.chronicle.campaigns[ballot].elected_us
    assert knows.text == "Applied by CP1, CP2, CP3, CP4 and CP5"


def test_who_is_down_had_applied_it_before() -> None:
    """Its disk knows how far it was; in its memory there is nothing."""
    session = library("ten-minutes", 182)
    session.act("crash", cp="CP2")
    told = texts(session, About.SLOT, 5)
    assert told[3] == "Applied by CP1, CP3, CP4 and CP5, and by CP2 before it crashed"
    session.act("crash", cp="CP4")
    told = texts(session, About.SLOT, 5)
    assert told[3] == "Applied by CP1, CP3 and CP5, and by CP2 and CP4 before they crashed"
    for cp in ("CP1", "CP3", "CP5"):
        session.act("crash", cp=cp)
    told = texts(session, About.SLOT, 5)
    assert told[3] == "Applied by CP1, CP2, CP3, CP4 and CP5 before they crashed"


def chosen_and_unknown() -> tuple[Session, int, str]:
    """A slot that is chosen when its leader dies, and that nobody has applied."""
    session = library("ten-minutes", 60)
    leader = leader_of(session)

    def is_secret(world: World) -> bool:
        slot = newest(world)
        nodes = [world.node(number) for number in world.ids]
        assert world.invariants is not None
        applied = [node.replica.commit_slot for node in nodes if node is not None]
        return slot in world.invariants.chosen and max(applied) < slot

    step_until(session, is_secret)
    session.act("crash", cp=leader)
    return session, newest(session.world), leader


def test_a_leader_dies_between_accept_and_commit() -> None:
    """The slot is chosen and nobody knows; the next leader has to propose the same again."""
    session, slot, leader = chosen_and_unknown()
    told = texts(session, About.SLOT, slot)
    assert "was chosen in ballot 1." in told[0]
    assert "Applied by nobody" in told
    unknown = f"{leader} accepted it at 1.{leader}, and does not know that it is chosen"
    assert f"{unknown}: {leader} is down" in told
    assert sum("nobody leads who could tell it" in text for text in told) == 4
    run_to(session, 66)
    after = leader_of(session)
    told = texts(session, About.SLOT, slot)
    command = told[0].partition("”")[0]
    again = told.index(f"{after} proposed {command}” in ballot 2.{after}, handed in by CP1")
    cause = told[again + 1]
    assert cause.startswith("It had to: of the promises of ")
    assert f"told of this slot, accepted at 1.{leader}, and a leader proposes again" in cause
    alive = [cp for cp in ("CP1", "CP2", "CP3", "CP4", "CP5") if cp != leader]
    assert f"Applied by {', '.join(alive[:-1])} and {alive[-1]}" in told


def test_what_reached_nobody_may_get_another_value() -> None:
    """Two slots that CP5 alone accepted, as its links were cut; and three that CP4 heard of."""
    session = library("hole", 131.2)
    lost = ask(session, About.SLOT, 71)
    assert [s.text for s in lost.sentences] == [
        (
            "Slot 71 is not decided: “CP5 MeterValues 213 Wh” stands there at 1.CP5, accepted by "
            "CP5, and 3 of 5 voters must accept it"
        ),
        "CP5 proposed “CP5 MeterValues 213 Wh” in ballot 1.CP5, handed in by CP5",
        "It was free to: the promises of CP3, CP4 and CP5 told of nothing accepted in slot 71",
        "CP1 has not accepted it: CP1 is paused: it does nothing, and 2 events wait for it",
        "CP2 has not accepted it: the link from CP5 was cut when it was proposed",
        "CP3 has not accepted it: the link from CP5 was cut when it was proposed",
        "CP4 has not accepted it: the link from CP5 was cut when it was proposed",
        "Nobody leads now who could get it decided",
        (
            "CP2, CP3 and CP4 have not accepted it, and 3 elect: a leader may come who never hears "
            "of it, and the slot may still get another value"
        ),
    ]
    assert [s.at_us for s in lost.sentences][3:5] == [130_750_000, 130_300_000]
    kept = texts(session, About.SLOT, 73)
    assert kept[0].endswith("accepted by CP5 and CP4, and 3 of 5 voters must accept it")
    assert not [text for text in kept if text.startswith("CP4 has not accepted it")]
    assert kept[-1] == (
        "As long as no other voter runs, every quorum that elects has one of them in it, so the "
        "next leader is bound to it"
    )


def test_a_hole_is_filled_and_what_was_heard_of_is_proposed_again() -> None:
    """What the two answers before had foretold."""
    session = library("hole", 140)
    assert session.world.invariants is not None
    assert session.world.invariants.chosen[71][1] == NOOP
    filled = texts(session, About.SLOT, 71)
    assert filled[0] == (
        "A no-op was chosen in ballot 2.CP2, when CP2, CP3 and CP4 had accepted it: 3 of 5 voters "
        "choose"
    )
    assert "In that ballot CP5 accepted it; 3 of 5 are needed" in filled
    assert (
        "The promises of CP2, CP3 and CP4 told of nothing accepted in slot 71, but of slot 73: CP2 "
        "filled the hole, as slots are applied in order"
    ) in filled
    bound = texts(session, About.SLOT, 73)
    assert (
        "It had to: of the promises of CP2, CP3 and CP4, CP4 told of this slot, accepted at 1.CP5, "
        "and a leader proposes again what was accepted at the highest ballot"
    ) in bound
    assert bound[-1] == "CP5 accepted it at 1.CP5, and does not know that it is chosen: CP5 is down"


def test_without_a_quorum_a_slot_waits_and_names_who_is_down() -> None:
    """Three of five are gone: the leader that is left cannot get anything decided."""
    session = library("ten-minutes", 30)
    leader = leader_of(session)
    others = [cp for cp in ("CP1", "CP2", "CP3", "CP4", "CP5") if cp != leader]
    session.act("crash", cp=others[0])
    session.act("pause", cp=others[1])
    session.act("fill_disk", cp=others[2])
    session.act("plug_in", ev="EV1", cp=others[3])
    step_until(session, lambda world: newest(world) not in world.invariants.chosen)  # type: ignore[union-attr]
    slot = newest(session.world)
    run_to(session, session.time_us / S + 0.2)
    told = texts(session, About.SLOT, slot)
    assert told[0].startswith(f"Slot {slot} is not decided: “{others[3]} ")
    assert f"{others[0]} has not accepted it: {others[0]} is down" in told
    assert any(
        t.startswith(f"{others[1]} has not accepted it: {others[1]} is paused") for t in told
    )
    full = f"the disk of {others[2]} is full, so nothing leaves that must be durable"
    assert f"{others[2]} has not accepted it: {full}" in told
    again = f"{leader} leads in that ballot, and proposes it again until it is chosen"
    assert again in told
    session.act("resume", cp=others[1])
    run_to(session, session.time_us / S + 2)
    assert "was chosen in ballot" in texts(session, About.SLOT, slot)[0]


def test_who_is_cut_off_does_not_have_it() -> None:
    """With the link that holds it, and the time of the cut."""
    session = library("ten-minutes", 30)
    leader = leader_of(session)
    cut = next(cp for cp in ("CP1", "CP2", "CP3", "CP4", "CP5") if cp != leader)
    session.act("partition", groups=[[cut]])
    run_to(session, 70)
    slot = session.view().log_last - 3
    lacks = ask(session, About.SLOT, slot).sentences[-1]
    assert lacks == Sentence(
        f"{cut} does not have it: the link between {leader} and {cut} is cut", 30_000_000
    )


def test_a_hole_that_nobody_has_proposed_anything_for() -> None:
    """Slots above it are taken: it is named a hole."""
    session = library("hole", 131.2)
    del session.world.chronicle.slots[72]
    disk = session.world.remains[5].disk
    del disk.accepted[72]
    told = texts(session, About.SLOT, 72)
    assert told[0] == ("Slot 72 is a hole: nobody has proposed anything, and later slots are taken")


def test_a_higher_ballot_holds_a_voter_back() -> None:
    """A leader that was left behind proposes, and is refused for a promise."""
    session = library("stale-leader", 126)
    world = session.world
    stale = [s for s, p in world.chronicle.slots.items() if max(p).round == 1]
    proposals = world.chronicle.slots
    later = [s for s, p in proposals.items() if {b.round for b in p} == {1, 2}]
    assert stale
    assert later, "the scenario lets both leaders propose for one slot"
    told = texts(session, About.SLOT, later[0])
    assert any("in ballot 1.CP5" in text for text in told)
    assert any("In that ballot CP5" in text and "3 of 5 are needed" in text for text in told)
    assert told[0].startswith("“") or told[0].startswith("A no-op")


def test_a_bound_leader_keeps_its_word() -> None:
    """Whenever every quorum that elects must hear of a value, that value is chosen in the end."""
    foretold: dict[int, str] = {}
    session = library("grow-and-shrink", 60)
    while session.time_us < 90 * S:
        run_to(session, session.time_us / S + 0.2)
        last = session.view().log_last
        for slot in range(max(1, last - 6), last + 1):
            told = texts(session, About.SLOT, slot)
            if told[0].startswith(f"Slot {slot} is not decided") and any(
                text.startswith("Every quorum of ") for text in told
            ):
                value = told[0].partition(": ")[2].partition(" stands there")[0]
                assert foretold.setdefault(slot, value) == value
    assert foretold
    run_to(session, 120)
    for slot, value in foretold.items():
        assert texts(session, About.SLOT, slot)[0].startswith(f"{value} was chosen in ballot ")


@pytest.mark.parametrize("subject", ["0", "999", "abc", "", "-1", "1.5"])
def test_what_is_no_slot_is_said_to_be_none(subject: str) -> None:
    """In a sentence."""
    session = made(cps() + evs(1))
    with pytest.raises(InputError, match=r"slot"):
        ask(session, About.SLOT, subject)


def test_the_oldest_slots_are_told_without_what_is_forgotten() -> None:
    """Their outcome is known for longer than their story."""
    session = made(cps() + evs(1))
    world = session.world
    del world.chronicle.slots[1]
    assert texts(session, About.SLOT, 1)[0].endswith("; who accepted it is not remembered any more")
    assert world.invariants is not None
    del world.invariants.chosen[1]
    assert texts(session, About.SLOT, 1) == [
        "Slot 1 was decided long ago; how is not remembered any more"
    ]
    world.chronicle.campaigns.clear()
    assert any("phase 1 of that ballot" in text for text in texts(session, About.SLOT, 2))
