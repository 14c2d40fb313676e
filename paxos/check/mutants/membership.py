"""Membership: who votes, from which slot on, and under which identity."""

from typing import cast

from paxos.check.campaign.weather import moving_of
from paxos.check.mutants.patch import Patch
from paxos.check.mutants.planting import LIVENESS, mutant
from paxos.election import Role
from paxos.group import Group
from paxos.membership import Membership
from paxos.messages import Forward, Value
from paxos.proposer import Proposer
from paxos.replica import Replica
from paxos.sim.cluster import Cluster


@mutant("R1", "A5", "R2", "R5", weather=moving_of, number=24)
def a_change_takes_effect_at_once(patch: Patch) -> None:
    """The next slot has the new membership, though others are under way with the old one."""
    original = Group.apply

    def apply(self: Group, slot: int, op: bytes) -> bytes:
        self.alpha = 1
        return original(self, slot, op)

    patch.setattr(Group, "apply", apply)


@mutant("R1", weather=moving_of)
def the_first_membership_for_ever(patch: Patch) -> None:
    """Acks are counted by who voted at first."""

    def at(self: Group, slot: int) -> Membership:
        return cast("Membership", vars(self)["first"])

    original = Group.__init__

    def init(self: Group, membership: Membership, alpha: int, max_voters: int = 7) -> None:
        original(self, membership, alpha, max_voters)
        vars(self)["first"] = membership

    patch.setattr(Group, "__init__", init)
    patch.setattr(Group, "at", at)


@mutant("A1", "A3", weather=moving_of, number=12)
def a_wiped_disk_votes_under_its_old_identity(patch: Patch) -> None:
    """The node comes back with its number, and with nothing that it has promised."""
    original = Cluster.wipe

    def wipe(self: Cluster, node: int) -> int:
        host = self.hosts[node]
        before = host.identity
        original(self, node)
        host.identity = before
        return before

    patch.setattr(Cluster, "wipe", wipe)


@mutant(LIVENESS, weather=moving_of)
def nobody_tells_who_has_left(patch: Patch) -> None:
    """A newcomer is not heard by any but the leader, and knows none."""
    patch.setattr(Replica, "_greet", lambda self, source: None)
    nobody_says_who_leads(patch)
    original = Replica.on_forward

    def on_forward(self: Replica, source: int, forward: Forward, now_us: int) -> None:
        if self.role is Role.LEADER and source in self.group.everyone:
            original(self, source, forward, now_us)

    patch.setitem(Replica._HANDLERS, Forward, on_forward)


@mutant(LIVENESS, scripted="it costs a stranger time, and nothing is wrong in the end")
def nobody_says_who_leads(patch: Patch) -> None:
    """A follower passes a stranger's command on, and the stranger never hears of the leader."""
    patch.setattr(Replica, "_refer", lambda self, source, now_us: None)


@mutant(LIVENESS, scripted="it takes a leader that leaves and one that asks nobody else")
def silent_leaders_are_not_doubted(patch: Patch) -> None:
    """Who does not vote asks the leader that it knows, for ever."""
    patch.setattr(Replica, "_doubt_leader", lambda self, now_us: None)


@mutant("A5", scripted="it takes two eras whose quorums do not meet, and an old leader")
def a_new_era_without_its_promises(patch: Patch) -> None:
    """The leader proposes where other nodes vote, and has not asked what they accepted."""
    original = Proposer.take

    def take(self: Proposer, commit_slot: int, most: int) -> list[Value]:
        with Patch.context() as inner:
            inner.setattr(Membership, "is_phase1_quorum", lambda self, nodes: True)
            return original(self, commit_slot, most)

    patch.setattr(Proposer, "take", take)
