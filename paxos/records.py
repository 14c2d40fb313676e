"""What a replica writes to its disk, and what it recovers from it.

Seven kinds of rows, appended and never changed, until a checkpoint replaces them all:

=================================== ==========================================================
``[1, incarnation]``                the node started for the ``incarnation``-th time
``[2, round, node]``                promised this ballot
``[3, round, node, slot, value]``   accepted the value for the slot, at this ballot
``[4, commit_slot]``                every slot up to this one is decided as it was accepted
``[5, slot, value]``                learned that the value is decided for the slot
``[6, slot, snapshot]``             everything up to this slot, as :mod:`paxos.snapshot` packs it
``[7, slot, value, …]``             learned that these are decided for the run of slots from this on
=================================== ==========================================================

An acceptance also stands for a promise of its ballot. Losing rows of kinds 4, 5 and 7 costs a
catch-up; losing one of the first three that was answered for would break the protocol.
"""

from typing import Any

from attrs import Factory, define

from paxos.ballot import NO_BALLOT, Ballot
from paxos.messages import Value

INCARNATION = 1
PROMISED = 2
ACCEPTED = 3
COMMITTED = 4
DECIDED = 5
SNAPSHOT = 6
DECIDED_RUN = 7


@define
class Recovered:
    """What the rows of a disk say."""

    incarnation: int = 0
    promised: Ballot = NO_BALLOT
    accepted: dict[int, tuple[Ballot, Value]] = Factory(dict)
    decided: dict[int, Value] = Factory(dict)
    commit_slot: int = 0
    snapshot: bytes = b""
    """The newest snapshot, empty for none; it covers every slot up to ``floor_slot``."""
    floor_slot: int = 0


def recover(rows: list[list[Any]]) -> Recovered:
    """Read rows in the order in which they were written."""
    found = Recovered()
    for row in rows:
        kind = row[0]
        if kind == ACCEPTED:
            ballot = Ballot(row[1], row[2])
            found.accepted[row[3]] = (ballot, row[4])
            found.promised = max(found.promised, ballot)
        elif kind == PROMISED:
            found.promised = max(found.promised, Ballot(row[1], row[2]))
        elif kind == COMMITTED:
            for slot in range(found.commit_slot + 1, row[1] + 1):
                if slot not in found.decided:
                    found.decided[slot] = found.accepted[slot][1]
            found.commit_slot = max(found.commit_slot, row[1])
        elif kind == DECIDED:
            found.decided[row[1]] = row[2]
        elif kind == DECIDED_RUN:
            found.decided.update(enumerate(row[2:], row[1]))
        elif kind == SNAPSHOT:
            found.floor_slot, found.snapshot = row[1], row[2]
            found.commit_slot = max(found.commit_slot, found.floor_slot)
        else:
            found.incarnation = max(found.incarnation, row[1])
    return found
