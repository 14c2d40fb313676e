"""Why a charge point that stands for election does not lead yet: who has agreed, and who not."""

from paxos.ballot import Ballot
from paxos.check.chronicle import Reply
from paxos.election import Role
from paxos.membership import place_of
from paxos.replica import Replica
from scenarios.why.facts import Facts
from scenarios.why.view import Sentence


class Candidate:
    """A replica that asks for pre-votes or for promises."""

    def __init__(self, facts: Facts, number: int, replica: Replica) -> None:
        self.facts, self.number, self.replica = facts, number, replica
        self.asks = replica.role is Role.PRECANDIDATE
        """Whether it asks for pre-votes; else for promises."""
        self.ballot: Ballot = replica.election.asked if self.asks else replica.proposer.ballot

    def sentences(self, stood: list[Sentence]) -> list[Sentence]:
        """A candidate: what it asks for, who has agreed, and who has not, and why."""
        replica, facts = self.replica, self.facts
        group, cp_id = replica.group.present, facts.world.ids[self.number]
        what = "whether they would promise" if self.asks else "to promise"
        agreed = replica.election.granted_by if self.asks else replica.proposer.promised_by
        text = (
            f"{cp_id} does not lead yet: it stands for election, and asks the voters {what} "
            f"{facts.ballot(self.ballot)}; {facts.nodes(agreed)} agreed, and {group.phase1} of "
            f"{len(group.voters)} are needed"
        )
        found = [Sentence(text), *stood]
        others = [voter for voter in group.voters if voter not in agreed]
        return [*found, *(self._denied(voter) for voter in others)]

    def _reply(self, voter: int) -> Reply | None:
        """What a voter has answered to what is asked now."""
        reply = self.facts.world.chronicle.replies.get(self.replica.node, {}).get(voter)
        if reply is None or reply.ballot != self.ballot or reply.is_prevote != self.asks:
            return None
        return reply

    def _denied(self, voter: int) -> Sentence:
        """Why a voter is not counted among those who agree."""
        facts, name, reply = self.facts, self.facts.node(voter), self._reply(voter)
        if reply is not None and self._is_lost(voter):
            lost = facts.between(place_of(voter), self.number)[0]
            answer = "agrees" if reply.granted else "refuses"
            text = f"{name} {answer}, and that does not arrive: {lost.text}"
            return Sentence(text, lost.at_us)
        if reply is not None and reply.granted:
            return Sentence(f"{name} agrees, and its answer is on its way or lost", reply.at_us)
        if reply is not None:
            return Sentence(f"{name} refuses: {self._objection(voter, reply)}", reply.at_us)
        lease = facts.world.chronicle.leases.get(voter)
        if lease is not None and lease[1].ballot == self.ballot:
            return Sentence(f"{name} keeps its promise back for the lease it has granted", lease[0])
        holds = facts.holds(place_of(voter), self.number)
        if holds:
            return Sentence(f"{name} has not answered: {holds[0].text}", holds[0].at_us)
        return Sentence(f"{name} has not answered yet")

    def _objection(self, voter: int, reply: Reply) -> str:
        if reply.promised >= self.ballot:
            return f"it has promised {self.facts.ballot(reply.promised)}"
        kept = self.facts.world.chronicle.leases.get(voter)
        if kept is not None and kept[1].ballot == self.ballot:
            return "it has granted a lease that is not over"
        return "it has heard a leader within its own time-out, or leads"

    def _is_lost(self, voter: int) -> bool:
        """Whether what a voter answers does not get here."""
        return self.facts.world.cluster.bus.is_cut(place_of(voter), self.number)
