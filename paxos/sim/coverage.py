"""What a run has exercised: how often each feature of the protocol and the laboratory happened.

A campaign over which a count stays zero has not tested that feature, however green it is.
"""

from paxos.clients import Verdict
from paxos.effects import Answered, Applied, AppliedRun, ReadKind, Regrouped
from paxos.membership import Membership, place_of
from paxos.messages import (
    Accept,
    Decisions,
    Forward,
    Message,
    Nack,
    PreVoteReply,
    SnapshotChunk,
    SnapshotPull,
)

FEATURES: dict[str, str] = {
    "elections": "a candidate became leader",
    "small_quorums": "a leader was elected where less than a majority elects or chooses",
    "step_downs": "a leader gave up",
    "prevotes_refused": "a pre-vote was refused",
    "preemptions": "a ballot was refused with a nack",
    "forwards": "commands were forwarded to the leader",
    "batches": "one Accept carried several slots",
    "noops": "a hole was filled with a no-op, and a replica applied it",
    "duplicates": "a command was chosen again and not applied again",
    "stale_commands": "a command of an earlier incarnation was chosen and not applied",
    "catch_ups": "decisions were sent to a replica that lacked them",
    "feeds": "decisions were sent to all learners at once",
    "runs_applied": "a replica applied a run of slots that it was fed in one step",
    "snapshots_taken": "a replica compacted its log",
    "snapshot_chunks": "a piece of a snapshot was sent",
    "chunks_again": "a piece of a snapshot was asked for again",
    "snapshots_installed": "a replica jumped to a snapshot",
    "changes": "another membership took effect",
    "joins": "a node became a learner",
    "promotions": "a learner became a voter",
    "demotions": "a voter became a learner",
    "departures": "a node left the group",
    "leaders_removed": "a leader gave up because it had left the group",
    "log_reads": "a read was answered through the log",
    "index_reads": "a read was answered after a quorum had confirmed the leader",
    "lease_reads": "a read was answered on the leader's lease alone",
    "lease_fallbacks": "a read by lease found none, and was answered by read index",
    "reads_retried": "a read was answered that had been asked again",
    "lease_refusals": "a promise or pre-vote was withheld for a lease",
    "leases_lapsed": "a leader's lease ran out before a quorum renewed it",
    "crashes": "a node crashed",
    "wiped_disks": "a node lost its disk, and came back as another",
    "restarts": "a node came back from its disk",
    "pauses": "a node stood still",
    "clock_drifts": "a node's clock began to run too fast or too slow",
    "clock_steps": "a node's wall clock was set wrong",
    "slow_nodes": "a node began to take long for each event",
    "crashes_after_write": "a node died between a disk write and the sends after it",
    "crashes_in_write": "a node died in the middle of a disk write",
    "torn_writes_found": "a restart found a half-written row and cut it off",
    "slow_disks": "a disk became slow",
    "full_disks": "a disk became full",
    "stuck_sends": "a message was not sent because the disk it depends on is full",
    "rows_lost": "a crash took rows that were not synced",
    "gated_sends": "a message waited for the disk",
    "cuts": "a link was cut both ways",
    "one_way_cuts": "a link was cut in one direction",
    "partitions": "the group was parted",
    "heals": "all faults of links were undone, where there were any",
    "frames_lost": "a frame was lost",
    "frames_duplicated": "a frame arrived twice",
    "frames_damaged": "a damaged frame was dropped",
    "frames_delayed": "a frame took longer, as a delay was on",
    "frames_reordered": "a frame overtook an earlier one on its link",
}
"""Every feature that is counted, and what one count means."""


class Coverage:
    """Counts by feature; every feature is there from the beginning, with 0."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = dict.fromkeys(FEATURES, 0)
        self._version = 1
        self._leads: dict[int, bool] = {}
        self._asked_for: dict[int, tuple[int, int]] = {}
        """Slot and offset of the piece of a snapshot that a node has asked for last."""

    def count(self, feature: str, times: int = 1) -> None:
        """Note that a feature of :data:`FEATURES` happened."""
        self.counts[feature] += times

    def released(self, node: int, message: Message, *, to_many: bool = False) -> None:
        """Note a message that leaves a node (its identity), to one or to many at once."""
        kind = type(message)
        if kind is Nack:
            self.counts["preemptions"] += 1
        elif kind is Accept:
            self.counts["batches"] += len(message.values) > 1  # type: ignore[union-attr]
        elif kind is Decisions:
            self.counts["feeds" if to_many else "catch_ups"] += 1
        elif kind is Forward:
            self.counts["forwards"] += 1
        elif kind is SnapshotChunk:
            self.counts["snapshot_chunks"] += 1
        elif kind is SnapshotPull:
            self._pulled(node, message)  # type: ignore[arg-type]
        elif kind is PreVoteReply:
            self.counts["prevotes_refused"] += not message.granted  # type: ignore[union-attr]

    def _pulled(self, node: int, pull: SnapshotPull) -> None:
        """A node asks for a piece; in slot 0 for whatever snapshot there is, and so for no piece.

        What it has only grows, so a piece that was asked for before is the one it asked for last.
        """
        piece = (pull.slot, pull.offset)
        self.counts["chunks_again"] += pull.slot > 0 and self._asked_for.get(node) == piece
        self._asked_for[node] = piece

    def applied(self, applied: Applied) -> None:
        """Note a slot that a replica applied."""
        if applied.client is None:
            self.counts["noops"] += 1
        elif applied.verdict is Verdict.DUPLICATE:
            self.counts["duplicates"] += 1
        elif applied.verdict is Verdict.STALE:
            self.counts["stale_commands"] += 1

    def applied_run(self, run: AppliedRun) -> None:
        """Note a run of slots that a replica applied."""
        self.counts["runs_applied"] += 1
        if not run.is_plain:
            for outcome in run.outcomes:
                self.applied(outcome)

    def regrouped(self, node: int, regrouped: Regrouped) -> None:
        """Note a membership that took effect at a node (its identity); each counts once.

        A leader that is no longer in it gives up right after it has said so.
        """
        before, now = regrouped.before, regrouped.membership
        was, voted = before.everyone, before.voters
        if self._leads.get(place_of(node)) and node in was and node not in now.everyone:
            self.counts["leaders_removed"] += 1
        if regrouped.version <= self._version:
            return
        self._version = regrouped.version
        self.counts["changes"] += 1
        self.counts["joins"] += sum(n not in was for n in now.everyone)
        self.counts["departures"] += sum(n not in now.everyone for n in was)
        self.counts["promotions"] += sum(n in was and n not in voted for n in now.voters)
        self.counts["demotions"] += sum(n in voted for n in now.learners)

    def answered(self, answered: Answered) -> None:
        """Note a read that was answered."""
        self.counts[f"{answered.served.name.lower()}_reads"] += 1
        self.counts["reads_retried"] += answered.tries > 1
        self.counts["lease_fallbacks"] += (
            answered.how is ReadKind.LEASE and answered.served is ReadKind.INDEX
        )

    def died(self, node: int) -> None:
        """Note that a node leads no more, and has not given up: its process is gone."""
        self._leads.pop(node, None)

    def role(self, node: int, role: str) -> None:
        """Note a change of role."""
        leads = role == "leader"
        if leads:
            self.counts["elections"] += 1
        elif self._leads.get(node):
            self.counts["step_downs"] += 1
        self._leads[node] = leads

    def elected(self, membership: Membership) -> None:
        """Note the quorums of those who decide the next slot, when a leader was elected."""
        majority = len(membership.voters) // 2 + 1
        smaller = min(membership.phase1, membership.phase2)
        self.counts["small_quorums"] += smaller < majority
