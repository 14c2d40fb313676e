"""Why a charge point's replica leads or does not, and what it refuses or waits for."""

from typing import TYPE_CHECKING

from paxos.ballot import Ballot
from paxos.election import Role
from paxos.membership import place_of
from paxos.replica import Replica
from paxos.sim.host import Status
from scenarios.errors import InputError
from scenarios.node import Node
from scenarios.papers import paper_of
from scenarios.why.candidate import Candidate
from scenarios.why.facts import Facts, capital, seconds
from scenarios.why.view import Sentence

if TYPE_CHECKING:
    from scenarios.world import World


def why_replica(world: "World", cp_id: str) -> list[Sentence]:
    """Why it leads or not, what it refuses, what it waits for.

    Raises:
        scenarios.errors.InputError: there is no such charge point.
    """
    number = world.nodes.get(cp_id)
    if number is None:
        raise InputError(f"no charge point {cp_id!r}; there are {', '.join(world.nodes)}")
    node, facts = world.node(number), Facts(world)
    if node is None:
        return _down(facts, number)
    ails = [capital(each) for each in facts.ails(number)]
    role = _Role(facts, node)
    leads = node.replica.role is Role.LEADER
    standing = role.leads() if leads else role.follows()
    paused = world.cluster.hosts[number].status is Status.PAUSED
    first = [*ails, *standing] if paused else [*standing, *ails]
    return [*first, *role.refuses(), *role.waits()]


def _down(facts: Facts, number: int) -> list[Sentence]:
    paper, found = paper_of(facts.world, number), facts.ails(number)
    first = Sentence(f"{found[0].text}: it neither leads nor votes", found[0].at_us)
    if not facts.world.cluster.hosts[number].generation:
        return [first]
    if not paper.promised.round:
        return [first, Sentence("Its disk is empty: it comes back as a node that nobody knows")]
    text = (
        f"Its disk holds the promise of {facts.ballot(paper.promised)} and the log up to slot "
        f"{paper.last_slot}: after a restart it is bound to both"
    )
    return [first, Sentence(text)]


class _Role:
    """A replica that runs, and its standing in the group. Times of its own clock."""

    def __init__(self, facts: Facts, node: Node) -> None:
        self.facts, self.world = facts, facts.world
        self.cp_id, self.number = node.cp_id, node.number
        self.owner = node
        self.replica: Replica = node.replica
        self.now_us = self.world.cluster.local_us(node.number)

    # Who leads.

    def leads(self) -> list[Sentence]:
        """In which ballot, by whose promises, and for how long nobody else can."""
        replica, facts = self.replica, self.facts
        ballot, group = replica.proposer.ballot, replica.group.present
        campaign = self.world.chronicle.campaigns.get(ballot)
        text = f"{self.cp_id} leads in ballot {facts.ballot(ballot)}"
        if campaign is not None and campaign.quorum:
            text += f": {facts.nodes(campaign.quorum)} promised it, and {group.phase1} of "
            text += f"{len(group.voters)} voters elect"
        found = [Sentence(text, None if campaign is None else campaign.elected_us)]
        found += self._stood()
        other = self.world.leader()
        if other is not None and other.number != self.number:
            higher = facts.ballot(other.replica.proposer.ballot)
            text = f"It has not heard yet that {other.cp_id} leads in the higher ballot {higher}"
            found.append(Sentence(text))
        lease = replica.lease
        if lease.until_us is not None and lease.holds(self.now_us):
            text = f"It holds a lease for another {seconds(lease.until_us - self.now_us)}"
            found.append(Sentence(f"{text}: until then nobody else can be elected"))
        if replica.election.silence_us(self.now_us, group) > replica.config.timing.heartbeat_us:
            silence = seconds(replica.election.silence_us(self.now_us, group))
            high = seconds(replica.config.timing.election_high_us)
            text = f"No quorum has answered it for {silence}; after {high} it gives up"
            found += [Sentence(text), *self._cut()]
        return found

    def _stood(self) -> list[Sentence]:
        """Why it stood for election."""
        return self._last("candidate", "It stood for election: ")

    def _last(self, role: str, words: str) -> list[Sentence]:
        turns = self.world.chronicle.turns.get(self.replica.node, ())
        for turn in reversed(turns):
            if turn.effect.role == role:
                effect = turn.effect
                why = effect.why.format(
                    ballot=self.facts.ballot(effect.ballot), node=self.facts.node(effect.node)
                )
                return [Sentence(f"{words}{why}", turn.at_us)]
        return []

    def follows(self) -> list[Sentence]:
        """Why it does not lead."""
        replica = self.replica
        if not replica.votes:
            member = replica.node in replica.group.everyone
            what = "learns and does not vote" if member else "is no member of the group"
            found = [Sentence(f"{self.cp_id} does not lead: it {what}"), *self._heard()]
        elif replica.role is Role.FOLLOWER:
            found = [*self._followed(), *self._last("follower", "It stood down last: ")]
        else:
            found = Candidate(self.facts, self.number, replica).sentences(self._stood())
        return found if self._hears_leader() else [*found, *self._cut()]

    def _hears_leader(self) -> bool:
        silent_us = self.now_us - self.replica.election.leader_heard_us
        return silent_us < self.replica.config.timing.election_low_us

    def _followed(self) -> list[Sentence]:
        """It waits: for its leader, or for its time-out."""
        election, timing = self.replica.election, self.replica.config.timing
        silent_us = max(0, self.now_us - election.leader_heard_us)
        low, high = election.backoff_us()
        span = f"{low / 1e6:g} to {high / 1e6:g} s"
        if election.leader in (None, self.replica.node):
            text = f"{self.cp_id} does not lead, and knows nobody who does"
            text += f"; it stands for election after {span} without a word of a leader"
        else:
            leader = election.leader
            assert leader is not None  # noqa: S101 - just looked
            text = (
                f"{self.cp_id} does not lead: it follows {self.facts.node(leader)} in ballot "
                f"{self.facts.ballot(election.leader_ballot)}, which it heard "
                f"{seconds(silent_us)} ago; it stands for election after {span} of silence"
            )
        if election.preemptions:
            text += f" (longer than {timing.election_high_us / 1e6:g} s as others went before it)"
        campaign = self.world.chronicle.campaigns.get(election.leader_ballot)
        at_us = None if campaign is None else campaign.elected_us
        return [Sentence(text, at_us), *self._past()]

    def _past(self) -> list[Sentence]:
        """Whom it follows leads no more, and it has not noticed yet."""
        election, world = self.replica.election, self.world
        if election.leader in (None, self.replica.node):
            return []
        assert election.leader is not None  # noqa: S101 - just looked
        name, number = self.facts.node(election.leader), place_of(election.leader)
        node = world.node(number)
        holds = [capital(each) for each in self.facts.holds(number, self.number)]
        leads = node is not None and node.replica.proposer.ballot == election.leader_ballot
        if leads and node is not None and node.replica.role is Role.LEADER:
            return holds
        return [*holds, Sentence(f"That {name} leads no more has not come to {self.cp_id} yet")]

    def _heard(self) -> list[Sentence]:
        """A node that does not vote hears somebody all the same."""
        election = self.replica.election
        if election.leader is None:
            return [Sentence("It knows nobody who leads")]
        silent = seconds(max(0, self.now_us - election.leader_heard_us))
        return [Sentence(f"It hears {self.facts.node(election.leader)}, {silent} ago last")]

    def _cut(self) -> list[Sentence]:
        """Which voters it does not reach, where the others are no quorum."""
        group = self.replica.group.present
        reached = self.facts.reached(self.number, group.voters)
        needs = max(group.phase1, group.phase2)
        if len(reached) >= needs:
            return []
        others = [voter for voter in reached if voter != self.replica.node]
        text = f"It reaches {self.facts.nodes(others)} beside itself, and {needs} of "
        found = [Sentence(f"{text}{len(group.voters)} voters are needed to elect and to decide")]
        if self.replica.role in (Role.PRECANDIDATE, Role.CANDIDATE):
            return found  # what holds each was said with its answer
        for voter in group.voters:
            if voter not in reached:
                found += map(capital, self.facts.holds(place_of(voter), self.number))
        return found

    # What it refuses, and what waits.

    def refuses(self) -> list[Sentence]:
        """Ballots below its promise, anybody during a lease, and drivers when it is cut off."""
        replica, facts = self.replica, self.facts
        promised, found = replica.acceptor.promised, []
        if promised.round:
            campaign = self.world.chronicle.campaigns.get(promised)
            told = None if campaign is None else campaign.promises.get(replica.node)
            text = f"It has promised {facts.ballot(promised)}, and refuses every lower ballot"
            found.append(Sentence(text, None if told is None else told.at_us))
        found += self._last_refusal()
        mine = Ballot(promised.round + 1, replica.node)
        holder = replica.grant.bound_to(mine, self.now_us) if replica.votes else None
        if holder == 0:
            text = "It has restarted and forgotten whom it granted a lease, so it promises nothing"
            found.append(Sentence(f"{text} until that must be over"))
        elif holder is not None:
            text = f"It has granted a lease to {facts.node(holder)}: until that is over it promises"
            found.append(Sentence(f"{text} nothing to anybody else"))
        if replica.is_cut_off(self.now_us):
            found.append(Sentence("It takes itself for cut off, and refuses drivers at once"))
        return found

    def _last_refusal(self) -> list[Sentence]:
        """Whom it refused last."""
        mine = [
            (reply.at_us, candidate, reply)
            for candidate, answers in self.world.chronicle.replies.items()
            for node, reply in answers.items()
            if node == self.replica.node and not reply.granted
        ]
        if not mine:
            return []
        at_us, candidate, reply = max(mine, key=lambda each: each[:2])
        what = f"the pre-vote for {self.facts.ballot(reply.ballot)}"
        if not reply.is_prevote:
            what = self.facts.ballot(reply.ballot)
        text = f"It refused {self.facts.node(candidate)} {what} last"
        if reply.promised > reply.ballot:
            text += f", as it had promised {self.facts.ballot(reply.promised)}"
        return [Sentence(text, at_us)]

    def waits(self) -> list[Sentence]:
        """Commands that are not applied yet, and slots that it lacks."""
        replica, found = self.replica, []
        calls = self.owner.calls.pending
        if replica.pending:
            count = len(replica.pending)
            words = "command of its own waits" if count == 1 else "commands of its own wait"
            text = f"{count} {words} to be applied"
            if calls > count:
                behind = calls - count
                text += f", and {behind} OCPP {'call' if behind == 1 else 'calls'} behind"
            found.append(Sentence(text))
        leader = self.world.leader()
        if leader is not None and leader.replica.commit_slot > replica.commit_slot:
            behind = leader.replica.commit_slot - replica.commit_slot
            slots = "slot" if behind == 1 else "slots"
            text = f"It has applied up to slot {replica.commit_slot}, {behind} {slots} less than"
            holds = self.facts.holds(self.number, leader.number)
            found.append(Sentence(f"{text} {leader.cp_id}, which leads"))
            found += map(capital, holds)
        return found
