"""Looking at the log: of each slot is shown what the run knows, and looking changes nothing."""

from collections.abc import Sequence

import pytest

from paxos.membership import place_of
from scenarios.loader import load
from scenarios.log.look import COMPACTED
from scenarios.log.view import CellState, LogTable, LogWindow, SlotView
from scenarios.messages.recording import book_of
from scenarios.session import Session
from scenarios.timeline import Timeline
from scenarios.view import Window
from tests.scenarios.log.runs import S, kept, run_to, table
from tests.scenarios.looking import digest

SCENARIOS = ("ten-minutes", "leader-crash", "snapshot-catch-up", "wiped-disk", "flexible-quorums")


def numbers(found: LogTable) -> list[int]:
    """The slots that are shown."""
    return [row.slot for row in found.rows]


def detail(session: Session, slot: int) -> SlotView:
    """One slot in full."""
    found = table(session, cursor=slot).detail
    assert found is not None
    assert found.slot == slot
    return found


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_rows_say_what_the_network_says(scenario: str) -> None:
    """Another look at the same world, which knows nothing of the book, has the same cells."""
    session = kept(scenario, 200 * S)
    for stop_s in (210, 240, 305):
        run_to(session, stop_s * S)
        plain = session.view(Window(log_first=1, log_rows=10_000)).log
        rows = {row.slot: row for row in table(session).rows}
        assert list(rows) == list(range(1, max(rows) + 1))
        for old in plain:
            row = rows[old.slot]
            assert [cell.state for cell in row.cells] == [cell.state for cell in old.cells]
            assert row.state == max(cell.state for cell in old.cells)
            if old.command not in (COMPACTED, ""):
                assert row.command == old.command
            for cell, before in zip(row.cells, old.cells, strict=True):
                assert before.ballot in ("", cell.ballot)


def test_what_all_have_compacted_is_still_there() -> None:
    """With its command, and the ballot in which each has accepted it."""
    session = kept("snapshot-catch-up", 400 * S)
    plain = session.view(Window(log_first=1, log_rows=1)).log[0]
    assert plain.command == COMPACTED
    assert all(not cell.ballot for cell in plain.cells)
    row = table(session).rows[0]
    assert row.command not in (COMPACTED, "")
    assert sum(bool(cell.ballot) for cell in row.cells) >= 3
    assert row.ballot


def test_a_slot_that_came_with_a_snapshot_says_so() -> None:
    """Who was down has applied it all at once, long after the others, and has accepted nothing."""
    session = kept("snapshot-catch-up", 590 * S)
    found = [
        (it, each)
        for it in (detail(session, slot) for slot in range(1, 200, 10))
        for each in it.knows
        if each.by_snapshot
    ]
    assert found
    for it, each in found:
        others = [other.applied_us for other in it.knows if not other.by_snapshot]
        assert each.state is CellState.APPLIED
        assert each.applied_us is not None
        assert each.applied_us > max(at or 0 for at in others)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_slot_in_full_agrees_with_what_the_checkers_have_seen(scenario: str) -> None:
    """Ballot and value chosen, by a quorum of votes, the last of them when it was chosen."""
    session = kept(scenario, 300 * S)
    checker = session.world.invariants
    assert checker is not None
    facts = book_of(session.world)
    assert facts is not None
    for slot, (ballot, _) in list(checker.chosen.items())[::5]:
        it = detail(session, slot)
        name = f"{ballot.round}.{session.world.ids[place_of(ballot.node)]}"
        assert it.ballot.split("#")[0] == name
        assert len(it.choosers) == it.needs
        made = next(each for each in it.proposals if each.ballot == it.ballot)
        votes = dict(made.votes)
        assert it.chosen_us == max(votes[node] for node in it.choosers)
        assert made.at_us is not None
        assert made.at_us <= min(votes.values())
        applied = [each.applied_us for each in it.knows if each.applied_us is not None]
        assert applied
        assert min(applied) > it.chosen_us
        assert all(each.state is CellState.APPLIED for each in it.knows if each.applied_us)


def test_fields_of_a_command_and_its_answer() -> None:
    """By their names; bytes are no riddle."""
    session = kept("leader-crash", 240 * S)
    found = table(session, "kind:StartTransaction ev:EV3").rows
    assert len(found) == 1
    it = detail(session, found[0].slot)
    fields = dict(it.fields)
    assert (fields["for"], fields["cp"], fields["action"]) == ("update", "CP4", "StartTransaction")
    assert (fields["payload.idTag"], fields["payload.meterStart"]) == ("EV3", "0")
    assert (it.kind, it.client, it.verdict) == ("update", "CP4", "fresh")
    assert dict(it.answer) == {"transactionId": "3", "idTagInfo.status": "Accepted"}


def test_no_ops_duplicates_and_stale_commands_say_what_they_are() -> None:
    """As the scenarios that make them."""
    hole = kept("hole", 400 * S)
    (row,) = table(hole, "kind:no-op").rows[:1]
    it = detail(hole, row.slot)
    assert (it.kind, it.client, it.fields, row.command) == ("no-op", "", (), "no-op")
    for scenario, verdict in (("chosen-twice", "duplicate"), ("earlier-life", "stale")):
        session = kept(scenario, load(scenario).duration_us, load(scenario).seed)
        verdicts = {detail(session, row.slot).verdict for row in table(session).rows}
        assert verdict in verdicts, scenario


def test_filters_find_what_the_rows_say() -> None:
    """Each by another way than the filter goes."""
    session = kept("leader-crash", 470 * S)
    rows = table(session).rows
    for word in ("meter", "CP4", "heartbeat"):
        expected = [row.slot for row in rows if word.lower() in row.command.lower()]
        assert numbers(table(session, word)) == expected
        rest = numbers(table(session, f"-{word}"))
        assert sorted(rest + expected) == [row.slot for row in rows]
    assert numbers(table(session, "cp:CP4")) == [
        row.slot for row in rows if row.command.startswith("CP4 ")
    ]
    assert numbers(table(session, "ballot:2.CP3")) == [
        row.slot for row in rows if row.ballot == "2.CP3"
    ]
    assert 0 < len(numbers(table(session, "ballot:2.CP3"))) < len(rows)
    meters = [
        row.slot
        for row in rows
        if row.command.startswith(("CP1 MeterV", "CP1 StartT", "CP1 StopT"))
    ]  # EV1 charges at CP1, and nobody else
    assert numbers(table(session, "ev:EV1 kind:meter")) == [
        slot for slot in meters if "MeterValues" in rows[slot - 1].command
    ]
    assert set(meters) <= set(numbers(table(session, "ev:EV1")))


def test_states_follow_what_happens() -> None:
    """A slot that nobody decides stays accepted as long as there is no quorum."""
    proposed_us = detail(kept("ten-minutes", 200 * S), 40).proposals[0].at_us
    assert proposed_us is not None
    session = kept("ten-minutes", proposed_us)
    leader = session.view().leader
    others = [cp.id for cp in session.view().cps if cp.id != leader]
    for cp in others[:3]:
        session.act("crash", cp=cp)
    run_to(session, proposed_us + S // 2)
    waiting = table(session, "state:accepted")
    assert waiting.matches >= 1
    it = waiting.detail
    assert it is not None
    assert (it.ballot, it.choosers, it.verdict) == ("", (), "")
    for cp in others[:3]:
        session.act("restart", cp=cp)
    run_to(session, proposed_us + 30 * S)
    assert table(session, "state:accepted").matches == 0
    assert detail(session, it.slot).choosers


def test_windows_hold_together() -> None:
    """From the first slot to the last by pages and back, in all slots and in those of a filter."""
    session = kept("ten-minutes", 400 * S)
    for text in ("", "meter"):
        every = numbers(table(session, text))
        seen: list[int] = []
        at: int | None = every[0]
        while at is not None:
            found = table(session, text, at=at, rows=7)
            assert len(found.rows) == 7
            seen += [slot for slot in numbers(found) if slot not in seen]
            at = found.after
        assert seen == every
        back = table(session, text, at=every[20], back=True, rows=7)
        assert numbers(back) == every[14:21]
        assert (back.before, back.after) == (every[13], every[21])
        assert numbers(table(session, text, rows=7)) == every[-7:]


def test_the_nearest_matches_are_found_from_any_slot() -> None:
    """Also where nothing is hidden: then the rows are all slots, and say which fit."""
    session = kept("ten-minutes", 400 * S)
    meters = numbers(table(session, "meter"))
    for slot in (1, meters[3], meters[3] + 1, meters[-1]):
        found = table(session, "meter", cursor=slot, hides=False)
        assert found.detail is not None
        assert found.detail.slot == slot
        below = [it for it in meters if it < slot]
        above = [it for it in meters if it > slot]
        assert found.previous_match == (below[-1] if below else None)
        assert found.next_match == (above[0] if above else None)
        assert [row.slot for row in found.rows if row.matched] == meters
        assert len(found.rows) > len(meters)


def test_a_wrong_filter_leaves_the_one_before() -> None:
    """And is told."""
    session = kept("ten-minutes", 200 * S)
    before = table(session, "meter")
    found = table(session, "meter cp:CP")
    assert (found.text, found.rows) == ("meter", before.rows)
    assert found.refused.startswith('cp: found "CP"; allowed a charge point')
    assert table(session, "").refused == ""


def test_nobody_who_keeps_it_nothing_to_see() -> None:
    """And no error."""
    session = Session(load("ten-minutes"), 7)
    assert session.view(Window(slots=LogWindow())).slots is None


def test_what_was_before_somebody_kept_it_is_taken_from_what_is_known() -> None:
    """Values and votes are there; what nobody had written down is None."""
    session = Session(load("ten-minutes"), 7)
    run_to(session, 300 * S)
    session.record()
    whole = kept("ten-minutes", 300 * S)
    assert [(row.slot, row.command, row.ballot) for row in table(session).rows] == [
        (row.slot, row.command, row.ballot) for row in table(whole).rows
    ]
    late, early = detail(session, 20), detail(whole, 20)
    assert late.chosen_us == early.chosen_us is not None
    assert [each.accepted_us for each in late.knows] == [each.accepted_us for each in early.knows]
    assert all(each.applied_us is None for each in late.knows)
    assert all(each.applied_us is not None for each in early.knows)
    assert (late.verdict, early.verdict) == ("", "fresh")


def test_going_back_and_on_again_it_is_the_same_log() -> None:
    """And in another branch another one."""
    line = Timeline(Session(load("leader-crash"), 7))
    line.record()
    line.run(300 * S, 10**7)
    before, full = table(line.session), detail(line.session, 60)
    line.go(150 * S)
    assert table(line.session).last < 60
    line.go(300 * S)
    assert (table(line.session), detail(line.session, 60)) == (before, full)
    line.go(150 * S)
    line.act("crash", cp="CP2")
    line.run(300 * S, 10**7)
    other = table(line.session)
    assert other.rows[:40] != before.rows[:40] or other.rows != before.rows
    line.switch(1)
    line.go(300 * S)
    assert table(line.session) == before


@pytest.mark.parametrize("texts", [("", "meter"), ("cp:CP2 -heartbeat", "state:accepted")])
def test_looking_changes_nothing(texts: Sequence[str]) -> None:
    """The digest is that of a run that nobody looked at, and whose log nobody kept."""

    def look(session: Session) -> None:
        session.record()
        for text in texts:
            session.view(Window(slots=LogWindow(rows=20, text=text, cps=5)))

    assert digest(look, 20 * S, 4_000) == digest(None, 20 * S, 4_000)
