"""The log as lines of JSON: one object for each slot, in the order of slots.

Keys: ``slot``; ``state``, the most that any charge point knows of it; ``ballot`` in which it was
chosen, its ``proposer`` and ``proposed_us``; ``chosen_us``; ``client`` and ``sequence`` of who
handed it in; ``says``, the command in words; ``command``, decoded; ``verdict`` and ``answer`` where
it was applied; ``proposals``, each with its votes; ``cps``, what each charge point knows. Times are
virtual, in µs. What is not known is null. See docs/log.md.
"""

import json
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from paxos.check.logbook import Proposal
from paxos.check.steps import UNKNOWN_US
from paxos.clients import decode
from paxos.membership import label
from paxos.messages import NOOP
from scenarios.errors import InputError
from scenarios.log.look import Slots, known, value_of
from scenarios.log.query import read
from scenarios.log.view import KnowsView
from scenarios.messages.recording import book_of

if TYPE_CHECKING:
    from scenarios.world import World


class LogLines:
    """The lines of a log as it is now, whatever happens while they are taken one by one.

    Raises:
        InputError: the filter says nothing, or nobody keeps the log of this run.
    """

    def __init__(self, world: "World", text: str = "") -> None:
        book = book_of(world)
        if book is None:
            raise InputError("the log of this run is not remembered")
        self._wanted = read(text, tuple(world.ids.values()), tuple(world.cars))
        self._slots = Slots(world, book, keeps=True)
        self.total = self._slots.last - self._slots.first + 1
        """How many slots there are to look at."""

    def __iter__(self) -> Iterator[str]:
        """A line for each slot, with its end; an empty text for one that is not wanted."""
        slots = self._slots
        applied = _Applied(slots)
        for slot in range(slots.first, slots.last + 1):
            if self._wanted.holds(slot, slots.state(slot), slots.facts(slot)[0]):
                row = self._row(slot, applied.of(slot))
                yield json.dumps(row, separators=(",", ":"), ensure_ascii=False) + "\n"
            else:
                yield ""

    def _row(self, slot: int, applied: dict[int, tuple[int, bool]]) -> dict[str, Any]:
        slots, ids = self._slots, self._slots.world.ids
        entry = slots.book.entry(slot)
        value = value_of(entry, slot, slots.papers)
        ballot, chosen_us, _ = slots.chosen(slot, entry)
        proposals = entry.proposals if entry is not None else []
        made = next((it for it in proposals if slots.decoder.ballot(it.ballot) == ballot), None)
        command = None if not value else decode(value)
        outcome = entry.outcome if entry is not None else None
        answer = None
        if outcome is not None and value is not None:
            answer = slots.decoder.answered(value, outcome[1])
        return {
            "slot": slot,
            "state": slots.state(slot).name.lower(),
            "ballot": ballot or None,
            "proposer": None if made is None else label(made.ballot.node, ids),
            "proposed_us": None if made is None else known(made.at_us),
            "chosen_us": chosen_us,
            "client": None if command is None else label(command.client.node, ids),
            "sequence": None if command is None else command.sequence,
            "says": "no-op" if value == NOOP else slots.command(slot) or None,
            "command": None if value is None else slots.decoder.decoded(value),
            "verdict": None if outcome is None else outcome[0].name.lower(),
            "answer": answer,
            "proposals": [self._proposal(it) for it in proposals],
            "cps": {it.cp: _knows(it) for it in slots.knows(slot, entry, applied)},
        }

    def _proposal(self, made: Proposal) -> dict[str, Any]:
        decoder, ids = self._slots.decoder, self._slots.world.ids
        return {
            "ballot": decoder.ballot(made.ballot),
            "at_us": known(made.at_us),
            "says": decoder.text(made.value),
            "votes_us": {label(node, ids): at_us for node, at_us in made.votes.items()},
        }


def _knows(it: KnowsView) -> dict[str, Any]:
    return {
        "state": it.state.name.lower(),
        "ballot": it.ballot or None,
        "accepted_us": it.accepted_us,
        "applied_us": it.applied_us,
        "by_snapshot": it.by_snapshot,
    }


class _Applied:
    """When each node has applied each slot, looked up slot after slot."""

    def __init__(self, slots: Slots) -> None:
        self._floors = slots.book.steps.floors
        self._steps: dict[int, tuple[array[int], array[int]]] = slots.book.steps.by_node()

    def of(self, slot: int) -> dict[int, tuple[int, bool]]:
        """By node: when, and whether by a snapshot."""
        found = {}
        for node, (steps, times) in self._steps.items():
            at = bisect_left(steps, slot << 1)
            if at < len(steps):
                is_known = slot > self._floors.get(node, 0)
                when = times[at] if is_known else UNKNOWN_US
                found[node] = (when, is_known and bool(steps[at] & 1))
        return found
