"""Looking at the log: a window of slots, one of them in full, and what a filter lets through."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import evolve

from paxos.ballot import Ballot
from paxos.check.logbook import Entry, LogBook, Proposal
from paxos.check.steps import UNKNOWN_US
from paxos.clients import decode
from paxos.membership import label
from paxos.messages import NOOP, Value
from paxos.sim.host import Status
from scenarios.log.command import KIND_OF, NO_OP, Decoder, Facts, flat
from scenarios.log.view import (
    CellState,
    KnowsView,
    LogCell,
    LogWindow,
    ProposalView,
    SlotRow,
    SlotView,
)
from scenarios.papers import Paper, paper_of
from scenarios.why.facts import Facts as Group

if TYPE_CHECKING:
    from scenarios.world import World

COMPACTED = "(compacted: a snapshot stands for it)"


def value_of(entry: Entry | None, slot: int, papers: Sequence[Paper]) -> Value | None:
    """What stands in a slot: what was chosen, else what was proposed at the highest ballot."""
    proposal = None if entry is None else entry.highest()
    if proposal is not None:
        return proposal.value
    if entry is not None and entry.applied is not None:
        return entry.applied
    best: tuple[Ballot, Value] | None = None
    for paper in papers:
        if slot in paper.decided:
            return paper.decided[slot]
        held = paper.accepted.get(slot)
        if held is not None and (best is None or held[0] > best[0]):
            best = (held[0], held[1])
    return None if best is None else best[1]


def state_of(paper: Paper, slot: int) -> CellState:
    """What one CP knows of a slot."""
    if slot <= paper.commit_slot:
        return CellState.APPLIED
    if slot in paper.decided:
        return CellState.CHOSEN
    return CellState.ACCEPTED if slot in paper.accepted else CellState.EMPTY


class Slots:
    """The log of a world as it is at one time. Whoever only looks at a part of it pays for that.

    With ``keeps`` it stays as it was, whatever happens in the world afterwards.
    """

    def __init__(self, world: "World", book: LogBook, *, keeps: bool = False) -> None:
        self.world, self.book = world, book.fork() if keeps else book
        self.decoder = Decoder.of(world, book.same)
        self.numbers = tuple(world.ids)
        hosts = [world.cluster.hosts[number] for number in self.numbers]
        self.identities = [host.identity for host in hosts]
        """The nodes that stand in the places of the CPs."""
        self.is_down = [host.status is Status.CRASHED for host in hosts]
        self.papers = [paper_of(world, number) for number in self.numbers]
        if keeps:
            self.papers = [
                evolve(it, accepted=dict(it.accepted), decided=dict(it.decided))
                for it in self.papers
            ]
        self.settled = max(paper.commit_slot for paper in self.papers)
        self.last = max(book.last, *(paper.last_slot for paper in self.papers))
        self.first = min(book.first, max(self.last, 1))
        self._group = Group(world)

    def facts(self, slot: int) -> tuple[Facts, bool]:
        """What a filter asks about a slot's command, and whether it had to be decoded."""
        known = self.book.note(slot)
        if known is not None:
            return Facts._make(known), False
        entry = self.book.entry(slot)
        value = value_of(entry, slot, self.papers)
        found = self.decoder.facts(value)
        if entry is not None:
            found = self._with_ballots(found, slot, entry)
        if value is not None:
            # A plain tuple of texts is nothing that the garbage collector has to look at again.
            self.book.put_note(slot, tuple(found))
        return found, True

    def _with_ballots(self, found: Facts, slot: int, entry: Entry) -> Facts:
        one, name = self.decoder.one, self.decoder.ballot
        held: dict[int, Ballot] = {}
        for it in sorted(entry.proposals, key=lambda it: it.ballot):
            held |= dict.fromkeys(it.votes, it.ballot)
        high = entry.highest()
        ballot = self.chosen(slot, entry)[0] or (name(high.ballot) if high is not None else "")
        return found._replace(
            ballots=one(tuple(name(it.ballot) for it in entry.proposals)),
            held=one(tuple((node, one(name(it))) for node, it in sorted(held.items()))),
            ballot=one(ballot),
        )

    def state(self, slot: int) -> CellState:
        """The most that any CP knows of a slot."""
        if slot <= self.settled:
            return CellState.APPLIED
        return max(state_of(paper, slot) for paper in self.papers)

    def command(self, slot: int) -> str:
        """A slot's command in words."""
        text = self.facts(slot)[0].text
        return text or (COMPACTED if slot <= self.settled else "")

    def chosen(self, slot: int, entry: Entry | None) -> tuple[str, int | None, tuple[str, ...]]:
        """In which ballot it was chosen, when, and by whose votes; empty while it is not."""
        group = self._group.membership(slot)
        proposals = sorted(entry.proposals, key=lambda it: it.ballot) if entry is not None else []
        for proposal in proposals:
            votes = [(at, node) for node, at in proposal.votes.items() if node in group.voters]
            if len(votes) >= group.phase2:
                made = sorted(votes)[: group.phase2]
                names = tuple(label(node, self.world.ids) for _, node in made)
                return self.decoder.ballot(proposal.ballot), made[-1][0], names
        checker = self.world.invariants
        decision = None if checker is None else checker.chosen.get(slot)
        return ("" if decision is None else self.decoder.ballot(decision[0])), None, ()

    def row(self, slot: int, window: LogWindow, *, matched: bool) -> SlotRow:
        """One slot for a table."""
        facts = self.facts(slot)[0]
        columns = range(window.first_cp, min(window.first_cp + window.cps, len(self.numbers)))
        held = dict(facts.held)
        cells = tuple(self.cell(at, slot, held) for at in columns)
        return SlotRow(slot, self.command(slot), self.state(slot), facts.ballot, cells, matched)

    def cell(self, at: int, slot: int, voted: Mapping[int, str]) -> LogCell:
        """What one CP knows of a slot; its ballot also where it has compacted the slot.

        ``voted``: the highest ballot for which each node has voted.
        """
        paper = self.papers[at]
        state, ballot = state_of(paper, slot), ""
        held = paper.accepted.get(slot)
        if held is not None:
            ballot = self.decoder.ballot(held[0])
        elif state is not CellState.EMPTY:
            ballot = voted.get(self.identities[at], "")
        return LogCell(state, ballot)

    def voted(self, at: int, entry: Entry | None) -> Proposal | None:
        """The highest that the node which stands at a place now has voted for."""
        return None if entry is None else entry.voted(self.identities[at])

    # One slot in full.

    def detail(self, slot: int) -> SlotView:
        """Everything that is known of a slot."""
        entry, decoder = self.book.entry(slot), self.decoder
        value = value_of(entry, slot, self.papers)
        ballot, chosen_us, choosers = self.chosen(slot, entry)
        group = self._group.membership(slot)
        client, sequence, kind = "", 0, ""
        if value == NOOP:
            kind = NO_OP
        elif value is not None:
            command = decode(value)
            client, sequence = label(command.client.node, self.world.ids), command.sequence
            kind = KIND_OF[command.purpose]
        outcome = None if entry is None else entry.outcome
        answer = None
        if outcome is not None and value is not None:
            answer = decoder.answered(value, outcome[1])
        return SlotView(
            slot=slot,
            command=self.command(slot),
            state=self.state(slot),
            kind=kind,
            client=client,
            sequence=sequence,
            ballot=ballot,
            chosen_us=chosen_us,
            choosers=choosers,
            needs=group.phase2,
            voters=len(group.voters),
            proposals=tuple(map(self._proposal, entry.proposals)) if entry is not None else (),
            knows=tuple(self.knows(slot, entry, self.book.steps.of(slot))),
            fields=tuple(flat(decoder.decoded(value))) if value else (),
            verdict="" if outcome is None else outcome[0].name.lower(),
            answer=tuple(flat(answer)) if answer else (),
        )

    def _proposal(self, made: Proposal) -> ProposalView:
        ids = self.world.ids
        votes = ((label(node, ids), at_us) for node, at_us in made.votes.items())
        return ProposalView(
            self.decoder.ballot(made.ballot), label(made.ballot.node, ids), known(made.at_us),
            self.decoder.text(made.value), tuple(votes),
        )  # fmt: skip

    def knows(
        self, slot: int, entry: Entry | None, applied: Mapping[int, tuple[int, bool]]
    ) -> Iterator[KnowsView]:
        """What each CP knows of a slot; ``applied``: when each node has applied it, and how."""
        held = dict(self.facts(slot)[0].held)
        for at, number in enumerate(self.numbers):
            cell, voted, identity = self.cell(at, slot, held), None, self.identities[at]
            if cell.ballot:
                voted = self.voted(at, entry)
            when, by_snapshot = applied.get(identity, (UNKNOWN_US, False))
            accepted_us = None if voted is None else known(voted.votes[identity])
            if cell.state is not CellState.APPLIED:
                when, by_snapshot = UNKNOWN_US, False  # it has forgotten it in a crash
            yield KnowsView(
                self.world.ids[number], cell.state, cell.ballot, accepted_us, known(when),
                by_snapshot, self.is_down[at],
            )  # fmt: skip


def known(at_us: int) -> int | None:
    """A time, if somebody wrote it down."""
    return None if at_us == UNKNOWN_US else at_us
