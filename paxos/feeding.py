"""Feeding: the leader tells those who do not vote what was chosen, many slots at a time.

Voters learn from Accepts and the commit index that travels with them. Were learners told as
promptly, every command would cost a message to each of them. They get what was chosen meanwhile in
one :class:`~paxos.messages.Decisions` every ``feed_us``, or as soon as there is enough to fill
one: the more commands, the fewer messages each of them costs. Before a heartbeat the rest is fed,
so a learner that got everything has nothing to answer, unless it waits for a command of its own;
one that lacks something says so then, and is helped like any other that lags.
"""

from paxos.effects import Broadcast, SetTimer, Timer
from paxos.messages import Decisions
from paxos.reading import Reading


class Feeding(Reading):
    """The leader's side towards learners."""

    _fed_slot = 0
    """Up to where the learners were fed by this leader."""
    _fed_nodes: tuple[int, ...] = ()
    _feed_due = False
    """Whether the timer is set."""

    def _start_feeding(self) -> None:
        """Begin to lead: feed the last slots anew, which the leader before may have kept back."""
        self._fed_slot = max(0, self.commit_slot - self.config.run_slots)
        self._feed_due = False

    def _feed_soon(self) -> None:
        """More was chosen: feed now if it fills a message, else within ``feed_us``."""
        if not self._learners or self._fed_slot >= self.commit_slot:
            return
        if self.commit_slot - self._fed_slot >= self.config.run_slots:
            self._feed()
        if self._fed_slot < self.commit_slot and not self._feed_due:
            self._feed_due = True
            feed_us = self.config.timing.feed_us
            self._out.append(SetTimer(Timer.FEED, feed_us, feed_us))

    def on_feed_timer(self) -> None:
        """Feed what has gathered."""
        self._feed_due = False
        self._feed()

    def _feed(self) -> None:
        """Send everything chosen that was not fed yet, if this node leads."""
        learners = self._learners
        if not learners or not self.is_leader:
            return
        # What was compacted meanwhile cannot be fed; whoever lacks it says so.
        first = max(self._fed_slot, self.learner.floor_slot) + 1
        decided, commit_slot = self.learner.decided, self.learner.commit_slot
        while first <= commit_slot:
            last = min(commit_slot, first + self.config.run_slots - 1)
            values = [decided[slot] for slot in range(first, last + 1)]
            # The commit index told is that of the last slot here, so nobody asks for more.
            decisions = Decisions(self.proposer.ballot, first, values, last)
            self._out.append(Broadcast(learners, decisions))
            first = last + 1
        self._fed_slot = commit_slot

    def _compact(self) -> None:
        """Feed what would be forgotten: only a snapshot could tell it later."""
        if self._is_compaction_due():
            self._feed()
        super()._compact()

    @property
    def _learners(self) -> tuple[int, ...]:
        """Whom a leader feeds: everybody who votes in no era."""
        return self._fed_nodes

    def _regroup(self) -> None:
        super()._regroup()
        voters = (self.node, *self.other_voters)
        self._fed_nodes = tuple(n for n in self.others if n not in voters)
