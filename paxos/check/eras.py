"""Who decides which slot, worked out from the chosen values alone.

The checker believes no replica, so it does not ask one which membership governs a slot either: it
reads the changes in the order of slots, as soon as they are chosen.
"""

from collections.abc import Mapping

from paxos.ballot import Ballot
from paxos.clients import decode, is_change
from paxos.membership import Change, Membership, Refusal, Step, changed
from paxos.messages import Value
from paxos.replica import Config


class Eras:
    """The memberships of all slots. A change chosen for slot s governs from s + alpha on."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._eras: list[tuple[int, Membership]] = [(1, config.membership)]
        self._gone: list[int] = []
        self._version = 1
        self._read = 0
        self._everyone = config.membership.everyone

    def at(self, slot: int) -> Membership:
        """Who decides a slot, by all that is chosen up to now."""
        eras = self._eras
        if len(eras) > 1:
            for from_slot, membership in reversed(eras):
                if from_slot <= slot:
                    return membership
        return eras[0][1]

    @property
    def everyone(self) -> tuple[int, ...]:
        """Voters and learners of the latest membership; the same object while it lasts."""
        return self._everyone

    def read(self, chosen: Mapping[int, tuple[Ballot, Value]]) -> None:
        """Read on in what is chosen, up to the first slot that is not."""
        while (decision := chosen.get(self._read + 1)) is not None:
            self._read += 1
            if is_change(decision[1]):
                self._change(decode(decision[1]).op)

    def _change(self, op: bytes) -> None:
        membership = self._eras[-1][1]
        try:
            change = Change.unpack(op)
            if change.step in (Step.PROMOTE, Step.DEMOTE) and change.version != self._version:
                return
            after = changed(membership, change, self._gone, self._config.max_voters)
        except Refusal:
            return
        self._version += 1
        self._gone += [n for n in membership.everyone if n not in after.everyone]
        self._eras.append((self._read + self._config.window, after))
        self._everyone = after.everyone
