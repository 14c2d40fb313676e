"""The group: which membership governs which slot.

A change of membership is a command in the log. Applied at slot *s* it governs the slots from
``s + alpha`` on (*Paxos Made Simple* §3; *PMMC* §4.4 calls the bound WINDOW): since nobody
proposes further than alpha slots beyond what is applied, whoever proposes for a slot knows who
votes there. An *era* is a run of slots under one membership. Each slot is an instance of Paxos by
itself, so eras need no overlap of their quorums.
"""

from hashlib import blake2b
from typing import Any, NamedTuple

import msgpack

from paxos.membership import Change, Membership, Refusal, Step, changed


class Era(NamedTuple):
    """From ``from_slot`` on, up to the next era, the slots are decided by ``membership``."""

    from_slot: int
    version: int
    """Counts the changes, from 1."""
    membership: Membership


class Group:
    """The eras of the slots that are not applied yet, as one replica knows them.

    Part of the replicated state: equal applied slots mean equal groups.
    """

    def __init__(self, membership: Membership, alpha: int, max_voters: int = 7) -> None:
        self.alpha = alpha
        self.max_voters = max_voters
        self.eras: list[Era] = [Era(1, 1, membership)]
        """Oldest first; the first governs the next slot to be applied."""
        self.gone: list[int] = []
        """Nodes that have left, in the order in which they did."""
        self.revision = 0
        """Counts what happened to ``eras``, for whoever keeps something made from them."""
        self._digest = (-1, 0)
        """The revision that was hashed last, and its hash."""

    @property
    def present(self) -> Membership:
        """The membership of the next slot to be applied."""
        return self.eras[0].membership

    @property
    def latest(self) -> Era:
        """The last era that is known, which may not have begun."""
        return self.eras[-1]

    @property
    def everyone(self) -> tuple[int, ...]:
        """Every node of any era, each once."""
        if len(self.eras) == 1:
            return self.present.everyone
        return tuple(dict.fromkeys(n for era in self.eras for n in era.membership.everyone))

    def era(self, slot: int) -> Era:
        """The era of a slot beyond the applied ones."""
        eras = self.eras
        if len(eras) > 1:
            for era in reversed(eras):
                if era.from_slot <= slot:
                    return era
        return eras[0]

    def at(self, slot: int) -> Membership:
        """Who decides a slot beyond the applied ones."""
        return self.era(slot).membership

    def last_slot(self, slot: int) -> int | None:
        """The last slot of the era of ``slot``; None while no later era is known."""
        return next((era.from_slot - 1 for era in self.eras if era.from_slot > slot), None)

    def votes(self, node: int) -> bool:
        """Whether a node votes in any era from now on."""
        return any(node in era.membership.voters for era in self.eras)

    def apply(self, slot: int, op: bytes) -> bytes:
        """Apply a change that was chosen for ``slot``; returns :class:`Answer` as bytes."""
        _, version, membership = self.latest
        try:
            after = self._after(Change.unpack(op))
        except Refusal as refusal:
            return Answer(0, version, str(refusal)).pack()
        self.gone += [n for n in membership.everyone if n not in after.everyone]
        self.eras.append(Era(slot + self.alpha, version + 1, after))
        self.revision += 1
        return Answer(slot + self.alpha, version + 1, "").pack()

    def _after(self, change: Change) -> Membership:
        _, version, membership = self.latest
        if change.step in (Step.PROMOTE, Step.DEMOTE) and change.version != version:
            raise Refusal(f"meant for membership {change.version}, this is {version}")
        return changed(membership, change, self.gone, self.max_voters)

    def settle(self, commit_slot: int) -> None:
        """Forget the eras of which every slot is applied."""
        eras = self.eras
        while len(eras) > 1 and eras[1].from_slot <= commit_slot + 1:
            del eras[0]
            self.revision += 1

    def digest(self) -> int:
        """64 bits over the whole group; 0 while nothing has ever changed."""
        if self.latest.version == 1:
            return 0
        if self._digest[0] != self.revision:
            hashed = blake2b(self.snapshot(), digest_size=8).digest()
            self._digest = (self.revision, int.from_bytes(hashed, "little"))
        return self._digest[1]

    def snapshot(self) -> bytes:
        """The group as bytes."""
        rows = [
            [e.from_slot, e.version, m.voters, m.learners, m.phase1, m.phase2]
            for e in self.eras
            for m in (e.membership,)
        ]
        packed: bytes = msgpack.packb([rows, self.gone])
        return packed

    def restore(self, data: bytes) -> None:
        """Become the group that :meth:`snapshot` packed."""
        rows, self.gone = msgpack.unpackb(data)
        self.eras = [
            Era(from_slot, version, Membership(tuple(voters), tuple(learners), phase1, phase2))
            for from_slot, version, voters, learners, phase1, phase2 in rows
        ]
        self.revision += 1


class Answer(NamedTuple):
    """What became of a change: from which slot on it holds, or, with slot 0, why it does not."""

    from_slot: int
    version: int
    why_not: str

    def pack(self) -> bytes:
        """The answer as a command's result."""
        packed: bytes = msgpack.packb(self)
        return packed

    @staticmethod
    def unpack(result: bytes) -> "Answer":
        """The answer in a command's result."""
        row: list[Any] = msgpack.unpackb(result)
        return Answer(row[0], row[1], row[2])
