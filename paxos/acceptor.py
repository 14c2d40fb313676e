"""The acceptor: the memory of the group.

*Paxos Made Simple* §2.2, for every slot at once (*PMMC* §2.2):

P1a  It promises a ballot if that is higher than every ballot it has promised.
P1b  With the promise it tells what it has accepted, each slot at the highest ballot.
P2a  It accepts a proposal unless it has promised a higher ballot. Accepting promises, too.
P2b  It never forgets: what it answers is on stable storage before the answer leaves.

Two variables, never one: ``promised`` is the highest ballot it has heard of and bound itself to,
``accepted[slot].ballot`` is where the value of a slot comes from. A promise changes no accepted
ballot.
"""

from typing import NamedTuple

from paxos.ballot import NO_BALLOT, Ballot
from paxos.messages import Accept, Accepted, Nack, Prepare, Promise, Value
from paxos.records import ACCEPTED, PROMISED, Recovered


class Entry(NamedTuple):
    """What was accepted for a slot, and at which ballot."""

    ballot: Ballot
    value: Value


class Acceptor:
    """One node's acceptor. Rows to persist are appended to ``unsaved`` and taken by the replica."""

    def __init__(self, recovered: Recovered) -> None:
        self.promised: Ballot = recovered.promised
        self.accepted: dict[int, Entry] = {s: Entry(*e) for s, e in recovered.accepted.items()}
        self.last_slot: int = max(self.accepted, default=0)
        self.last_accepted: Ballot = max(
            (e.ballot for e in self.accepted.values()), default=NO_BALLOT
        )
        self.floor_slot: int = recovered.floor_slot
        """Slots up to here are decided and forgotten; a snapshot stands for them."""
        self.unsaved: list[list[object]] = []

    def on_prepare(self, prepare: Prepare) -> Promise | Nack:
        """Phase 1: promise and tell what was accepted, or refuse.

        A repeated Prepare of the promised ballot is answered again: the first answer may be lost.
        """
        if prepare.ballot < self.promised:
            return Nack(prepare.ballot, self.promised)
        self.promise(prepare.ballot)
        accepted = [
            (slot, entry.ballot, entry.value)
            for slot in range(max(prepare.from_slot, self.floor_slot + 1), self.last_slot + 1)
            if (entry := self.accepted.get(slot)) is not None
        ]
        return Promise(prepare.ballot, prepare.from_slot, accepted, self.floor_slot)

    def on_accept(self, accept: Accept) -> Accepted | Nack:
        """Phase 2: accept the whole run of slots, or refuse it."""
        ballot = accept.ballot
        if ballot < self.promised:
            return Nack(ballot, self.promised)
        self.promise(ballot)
        slot = accept.first_slot
        for value in accept.values:
            entry = self.accepted.get(slot)
            # What is below the floor is decided: to agree again needs no memory.
            if slot > self.floor_slot and (entry is None or entry.ballot != ballot):
                self.accepted[slot] = Entry(ballot, value)
                self.unsaved.append([ACCEPTED, *ballot, slot, value])
            slot += 1
        self.last_slot = max(self.last_slot, slot - 1)
        self.last_accepted = ballot
        return Accepted(ballot, accept.first_slot, len(accept.values))

    def compact(self, floor_slot: int) -> None:
        """Forget every slot up to ``floor_slot``; a snapshot that is kept covers them."""
        for slot in range(self.floor_slot + 1, floor_slot + 1):
            self.accepted.pop(slot, None)
        self.floor_slot = max(self.floor_slot, floor_slot)
        self.last_slot = max(self.last_slot, self.floor_slot)

    def promise(self, ballot: Ballot) -> None:
        """Bind this node to a ballot, if it is higher than every one before.

        A node that starts phase 1 promises its own ballot first: were it to crash with the Prepare
        sent and nothing on its disk, it would come back and use that ballot a second time.
        """
        if ballot > self.promised:
            self.promised = ballot
            self.unsaved.append([PROMISED, *ballot])
