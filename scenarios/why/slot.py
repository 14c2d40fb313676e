"""Why a slot of the log holds what it holds, or why it holds nothing yet."""

from typing import TYPE_CHECKING

from paxos.ballot import Ballot
from paxos.check.chronicle import Campaign, Proposal
from paxos.clients import decode
from paxos.membership import Membership, place_of
from paxos.messages import NOOP, Value
from paxos.sim.host import Status
from scenarios.errors import InputError
from scenarios.papers import Paper, paper_of
from scenarios.why.facts import MOST_NAMES, Facts, capital, listed
from scenarios.why.view import Sentence

if TYPE_CHECKING:
    from scenarios.world import World

FORGOTTEN = "is not remembered any more"


class Slot:
    """One slot, and all that is known of it."""

    def __init__(self, world: "World", slot: int) -> None:
        self.world, self.slot, self.facts = world, slot, Facts(world)
        self.papers: dict[int, Paper] = {n: paper_of(world, n) for n in world.ids}
        self.proposals = world.chronicle.slots.get(slot, {})
        self.chosen = self.facts.decision(slot)
        self.group: Membership = self.facts.membership(slot)

    def sentences(self) -> list[Sentence]:
        """The answer.

        Raises:
            scenarios.errors.InputError: there is no such slot yet.
        """
        last = max(paper.last_slot for paper in self.papers.values())
        last = max([last, *self.world.chronicle.slots])
        if not 1 <= self.slot <= last:
            raise InputError(f"no slot {self.slot}; the log has slots 1 to {last}")
        if self.chosen is not None:
            return [self._verdict(*self.chosen), *self._story(), *self._knowledge()]
        if any(paper.commit_slot >= self.slot for paper in self.papers.values()):
            return [Sentence(f"Slot {self.slot} was decided long ago; how {FORGOTTEN}")]
        return [*self._open(), *self._story(), *self._missing(), *self._prospects()]

    # What was chosen, and where it comes from.

    def _verdict(self, ballot: Ballot, value: Value) -> Sentence:
        needs, group, facts = self.group.phase2, self.group, self.facts
        votes = list(self._votes(ballot).items())[:needs]
        if len(votes) < needs:
            text = f"{self._value(value)} was chosen in ballot {facts.ballot(ballot)}"
            return Sentence(f"{text}; who accepted it {FORGOTTEN}")
        text = (
            f"{self._value(value)} was chosen in ballot {facts.ballot(ballot)}, when "
            f"{facts.nodes(node for node, _ in votes)} had accepted it: "
            f"{needs} of {len(group.voters)} voters choose"
        )
        return Sentence(text, votes[-1][1])

    def _votes(self, ballot: Ballot) -> dict[int, int]:
        proposal = self.proposals.get(ballot)
        voters = self.group.voters
        votes = {} if proposal is None else proposal.votes
        return {node: at_us for node, at_us in votes.items() if node in voters}

    def _value(self, value: Value) -> str:
        return "A no-op" if value == NOOP else f"“{self.facts.command(value)}”"

    def _story(self) -> list[Sentence]:
        """Each ballot that proposed something here, from the lowest on, and why that."""
        return [
            sentence
            for ballot, proposal in sorted(self.proposals.items(), key=lambda each: each[0])
            for sentence in self._proposed(ballot, proposal)
        ]

    def _proposed(self, ballot: Ballot, proposal: Proposal) -> list[Sentence]:
        facts, leader = self.facts, self.facts.node(ballot.node)
        campaign = self.world.chronicle.campaigns.get(ballot)
        what = self._value(proposal.value)
        said = f"{leader} proposed {what[:1].lower()}{what[1:]} in ballot {facts.ballot(ballot)}"
        if proposal.value != NOOP:
            said += f", handed in by {facts.node(decode(proposal.value).client.node)}"
        found = [Sentence(said, proposal.at_us, None)]
        if campaign is None or not campaign.quorum:
            found.append(Sentence(f"What phase 1 of that ballot had found {FORGOTTEN}"))
        else:
            found.append(self._cause(campaign, proposal))
        outvoted = self.chosen is not None and ballot < self.chosen[0]
        if outvoted or (self.chosen is None and ballot != max(self.proposals)):
            voters = facts.nodes(self._votes(ballot))
            needs = f"{self.group.phase2} of {len(self.group.voters)} are needed"
            found.append(Sentence(f"In that ballot {voters} accepted it; {needs}"))
        return found

    def _cause(self, campaign: Campaign, proposal: Proposal) -> Sentence:
        """What phase 1 of a ballot meant for this slot: bound, a hole, or free."""
        facts, slot = self.facts, self.slot
        leader = facts.node(campaign.ballot.node)
        asked = facts.nodes(campaign.quorum)
        best = campaign.found(slot)
        if best is not None:
            told = {
                node: campaign.promises[node].accepted[slot]
                for node in campaign.quorum
                if slot in campaign.promises[node].accepted
            }
            high = facts.nodes(node for node, (ballot, _) in told.items() if ballot == best[0])
            lower = [
                f"{facts.node(node)} {self._value(value)} at {facts.ballot(ballot)}"
                for node, (ballot, value) in told.items()
                if ballot < best[0]
            ]
            text = (
                f"It had to: of the promises of {asked}, {high} told of this slot, accepted at "
                f"{facts.ballot(best[0])}, and a leader proposes again what was accepted at the "
                "highest ballot"
            )
            if lower:
                text += f"; lower stood {listed(lower)}"
            return Sentence(text, campaign.elected_us)
        late = [
            facts.node(node)
            for node, told in campaign.promises.items()
            if node not in campaign.quorum and told.at_us <= proposal.at_us
            if slot in told.accepted and told.accepted[slot][1] == proposal.value
        ]
        if late:
            # For slots of a later membership promises count while it leads already.
            return Sentence(f"It had to: {listed(late)} told of it when {leader} led already")
        nothing = f"the promises of {asked} told of nothing accepted in slot {slot}"
        if proposal.value != NOOP:
            return Sentence(f"It was free to: {nothing}", campaign.elected_us)
        later = [s for n in campaign.quorum for s in campaign.promises[n].accepted if s > slot]
        if later:
            text = f"{nothing}, but of slot {min(later)}: {leader} filled the hole, as slots are "
            return Sentence(f"{capital(Sentence(text)).text}applied in order", campaign.elected_us)
        why = "no-ops lead up to the slot from which another membership decides"
        return Sentence(f"It was free to: {nothing}, and {why}", campaign.elected_us)

    # Who knows.

    def _knowledge(self) -> list[Sentence]:
        """Who has applied it, and what holds the others."""
        slot, world = self.slot, self.world
        applied = [n for n, paper in self.papers.items() if paper.commit_slot >= slot]
        now = [world.ids[n] for n in applied if world.node(n) is not None]
        down = [world.ids[n] for n in applied if world.node(n) is None]
        text = f"Applied by {listed(now)}" if now or not down else "Applied"
        if down:
            word = "it" if len(down) == 1 else "they"
            text += f"{', and' if now else ''} by {listed(down)} before {word} crashed"
        found = [Sentence(text)]
        others = [n for n in self.papers if n not in applied and self._is_member(n)]
        for number in others[:MOST_NAMES]:
            found += self._lacks(number)
        if len(others) > MOST_NAMES:
            found.append(Sentence(f"{len(others) - MOST_NAMES} more have not applied it"))
        return found

    def _is_member(self, number: int) -> bool:
        group = self.world.group()
        return self.world.cluster.hosts[number].identity in group.everyone

    def _lacks(self, number: int) -> list[Sentence]:
        """What a charge point that has not applied it knows, and what holds it."""
        name, paper, slot = self.world.ids[number], self.papers[number], self.slot
        if slot in paper.decided:
            gap = next(s for s in range(paper.commit_slot + 1, slot + 1) if s not in paper.decided)
            text = f"{name} knows that it is chosen, and waits for slot {gap}, which it lacks"
        elif slot in paper.accepted:
            at = self.facts.ballot(paper.accepted[slot][0])
            text = f"{name} accepted it at {at}, and does not know that it is chosen"
        else:
            text = f"{name} does not have it"
        leader = self.world.leader()
        speaker = None if leader is None else leader.number
        holds = self.facts.holds(number, speaker)
        if holds:
            return [Sentence(f"{text}: {holds[0].text}", holds[0].at_us), *map(capital, holds[1:])]
        if speaker is None:
            return [Sentence(f"{text}: nobody leads who could tell it")]
        if speaker == number:
            return [Sentence(f"{text}: it leads, and the votes have not reached it yet")]
        told = f"{self.world.ids[speaker]} tells it with the next commit or heartbeat"
        return [Sentence(f"{text}: it has applied {paper.commit_slot} slots, and {told}")]

    # What is not decided.

    def _top(self) -> tuple[Ballot, Value] | None:
        """What stands here at the highest ballot, accepted or only proposed."""
        stands = [(b, p.value) for b, p in self.proposals.items()]
        for paper in self.papers.values():
            if self.slot in paper.accepted:
                ballot, value = paper.accepted[self.slot]
                stands.append((ballot, value))
        return max(stands, key=lambda each: each[0], default=None)

    def _open(self) -> list[Sentence]:
        top, slot = self._top(), self.slot
        if top is None:
            text = f"Slot {slot} is a hole: nobody has proposed anything, and later slots are taken"
            return [Sentence(text)]
        ballot, value = top
        votes = self._votes(ballot)
        text = (
            f"Slot {slot} is not decided: {self._value(value)} stands there at "
            f"{self.facts.ballot(ballot)}, accepted by {self.facts.nodes(votes)}, and "
            f"{self.group.phase2} of {len(self.group.voters)} voters must accept it"
        )
        proposal = self.proposals.get(ballot)
        return [Sentence(text, None if proposal is None else proposal.at_us)]

    def _missing(self) -> list[Sentence]:
        """The voters who have not accepted it at the highest ballot, and what holds each."""
        top = self._top()
        if top is None:
            return []
        ballot, found = top[0], []
        votes = self._votes(ballot)
        for voter in self.group.voters:
            if voter not in votes:
                found += self._holdout(voter, ballot)
        return found

    def _holdout(self, voter: int, ballot: Ballot) -> list[Sentence]:
        facts, number = self.facts, place_of(voter)
        name = facts.node(voter)
        text = f"{name} has not accepted it"
        if self.world.cluster.hosts[number].identity != voter:
            return [Sentence(f"{text}: the disk of that node is lost")]
        holds = facts.holds(number, place_of(ballot.node))
        if holds:
            return [Sentence(f"{text}: {holds[0].text}", holds[0].at_us), *map(capital, holds[1:])]
        promised = self.papers[number].promised
        if promised > ballot:
            campaign = self.world.chronicle.campaigns.get(promised)
            told = None if campaign is None else campaign.promises.get(voter)
            why = f"it has promised {facts.ballot(promised)}, and refuses {facts.ballot(ballot)}"
            return [Sentence(f"{text}: {why}", None if told is None else told.at_us)]
        entry = self.papers[number].accepted.get(self.slot)
        if entry is not None and entry[0] == ballot:
            return [Sentence(f"{name} has accepted it in memory, and its disk syncs")]
        proposal, speaker = self.proposals.get(ballot), place_of(ballot.node)
        cut_us = None
        if proposal is not None and speaker != number:
            cut_us = facts.was_cut(speaker, number, proposal.at_us)
        if cut_us is not None:
            why = f"the link from {facts.node(ballot.node)} was cut when it was proposed"
            return [Sentence(f"{text}: {why}", cut_us)]
        return [Sentence(f"{text}: the proposal has not reached it, or was lost on the way")]

    def _prospects(self) -> list[Sentence]:
        """Who can get it decided, and what stands against that."""
        facts, top, leader = self.facts, self._top(), self.world.leader()
        if leader is not None and (top is None or leader.replica.proposer.ballot >= top[0]):
            ballot = leader.replica.proposer.ballot
            if top is not None and ballot == top[0]:
                text = f"{leader.cp_id} leads in that ballot, and proposes it again until it is"
                return [Sentence(f"{text} chosen"), *map(capital, facts.no_quorum())]
            campaign = self.world.chronicle.campaigns.get(ballot)
            known = campaign is not None and campaign.found(self.slot) is not None
            bound = "has heard of it and is bound to it" if known else "has not heard of it"
            text = f"{leader.cp_id} leads at {facts.ballot(ballot)} now, and {bound}"
            return [Sentence(text, None if campaign is None else campaign.elected_us)]
        found = [Sentence("Nobody leads now who could get it decided")]
        if top is not None:
            found.append(self._bound(top[0]))
        return [*found, *map(capital, facts.no_quorum())]

    def _bound(self, ballot: Ballot) -> Sentence:
        """Whether whoever is elected next must hear of what stands here."""
        votes, group = self._votes(ballot), self.group
        others = [voter for voter in group.voters if voter not in votes]
        hosts = self.world.cluster.hosts
        ready = [v for v in others if hosts[place_of(v)].status is Status.ALIVE]
        bound = "has one of them in it, so the next leader is bound to it"
        if len(others) < group.phase1:
            return Sentence(f"Every quorum of {group.phase1} that elects {bound}")
        if len(ready) < group.phase1:
            return Sentence(f"As long as no other voter runs, every quorum that elects {bound}")
        return Sentence(
            f"{self.facts.nodes(ready)} have not accepted it, and {group.phase1} elect: a leader "
            "may come who never hears of it, and the slot may still get another value"
        )
