"""Rounds of heartbeats: which of them a quorum has answered, and which questions wait for one.

A leader that asks itself "do I still lead?" cannot know; but if a phase 2 quorum answers a
heartbeat that was sent after the question came, then at the time of the question nobody of a higher
ballot had finished phase 1, as the two quorums meet (Ongaro's thesis §6.4, for Paxos). Many
questions share a round, and one round is under way at a time.
"""

from typing import NamedTuple

from paxos.membership import Membership


class Asker(NamedTuple):
    """Whose reads a question is about: a node, in one of its lives."""

    node: int
    incarnation: int


class Rounds:
    """The heartbeats of one node at one ballot."""

    def __init__(self, node: int) -> None:
        self.node = node
        self.sent = 0
        """The newest round; rounds count from 1."""
        self.confirmed = 0
        """The newest round that a quorum has answered."""
        self._sent_us: dict[int, int] = {}
        self._answered: dict[int, int] = {}
        self._waiting: dict[int, dict[Asker, int]] = {}

    def begin(self, now_us: int) -> int:
        """Count a heartbeat that is sent now; returns its round."""
        self.sent += 1
        self._sent_us[self.sent] = now_us
        return self.sent

    def on_answer(self, source: int, number: int, membership: Membership) -> bool:
        """Note an answer to a round; the leader itself answers without a message.

        Returns:
            Whether a newer round than before is confirmed by it.
        """
        if source != self.node:
            if source not in membership.voters or number <= self._answered.get(source, 0):
                return False
            self._answered[source] = number
        newest = self._newest(membership)
        if newest <= self.confirmed:
            return False
        self.confirmed = newest
        return True

    def _newest(self, membership: Membership) -> int:
        """The newest round that a quorum of these has answered, 0 for none."""
        answered = {**self._answered, self.node: self.sent}
        for candidate in sorted(set(answered.values()), reverse=True):
            if membership.is_phase2_quorum({n for n, r in answered.items() if r >= candidate}):
                return candidate
        return 0

    def take_sent_us(self) -> int | None:
        """When the newest confirmed round was sent; None where no lease may count from it."""
        sent_us = self._sent_us.get(self.confirmed)
        self._sent_us = {n: t for n, t in self._sent_us.items() if n > self.confirmed}
        return sent_us

    def regroup(self, membership: Membership) -> None:
        """Others decide from now on: a round is confirmed when a quorum of *them* has answered it.

        What those before them answered says nothing of a leader that the new ones may have elected.
        And no lease counts from a round that was sent to others.
        """
        self.confirmed = self._newest(membership)
        self._sent_us.clear()

    def ask(self, asker: Asker, number: int) -> None:
        """Let a question wait for a round that is not sent yet.

        Of one asker's questions the last speaks for all.
        """
        self._waiting.setdefault(self.sent + 1, {})[asker] = number

    @property
    def holds_questions(self) -> bool:
        """Whether any question waits."""
        return bool(self._waiting)

    def is_wanted(self) -> bool:
        """Whether to send a round now: a question waits, and no round is under way."""
        return self.confirmed == self.sent and self.sent + 1 in self._waiting

    def take(self) -> list[tuple[Asker, int]]:
        """The questions whose round is confirmed: asker and number, in their order."""
        ready = [number for number in self._waiting if number <= self.confirmed]
        return [each for number in ready for each in self._waiting.pop(number).items()]
