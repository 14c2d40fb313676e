"""The logbook: every slot of the log as it came about, also where all replicas have compacted it.

Of each slot it keeps what was proposed in which ballot, when, and who voted for it when; what came
of the command when it was first applied; and when each node had applied it. Like the chronicle it
listens where messages leave, when their sender's disk is safe, and judges nothing.

It stands outside the pickled world, like :class:`paxos.sim.recorder.Recorder`: 100,000 slots would
be copied with each checkpoint. A checkpoint keeps a :meth:`LogBook.fork`; pages are shared until
one writes. Pages that are behind are packed: a slot of a group of five takes some 100 bytes.

Times are virtual, in µs; :data:`~paxos.check.steps.UNKNOWN_US` where nobody wrote them down.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final
from zlib import compress, decompress

import msgpack
from attrs import Factory, define

from paxos.ballot import Ballot
from paxos.check import chronicle
from paxos.check.steps import UNKNOWN_US, Steps
from paxos.clients import Verdict
from paxos.effects import Applied
from paxos.messages import Accept, Accepted, Message, Value

SIZE: Final = 64
"""Slots of a page."""
OPEN_PAGES: Final = 4
"""How many of the newest pages are not packed."""
KEPT_SLOTS: Final = 1_000_000
"""How many slots are kept, the newest."""
STEPS_A_SLOT: Final = 2
"""How many steps of all nodes are kept for each slot (:mod:`paxos.check.steps`), the newest."""


@define
class Proposal:
    """What one ballot proposed for a slot, and when each node's vote for it left."""

    ballot: Ballot
    at_us: int
    value: Value
    votes: dict[int, int] = Factory(dict)


@define
class Entry:
    """One slot. Who reads it changes nothing."""

    proposals: list[Proposal] = Factory(list)
    """In the order in which they were made."""
    outcome: tuple[Verdict, bytes] | None = None
    """What became of the command where it was applied first, and its result."""
    applied: Value | None = None
    """The value that was applied, where no proposal of it was heard."""

    def of(self, ballot: Ballot) -> Proposal | None:
        """What a ballot proposed."""
        return next((it for it in self.proposals if it.ballot == ballot), None)

    def highest(self) -> Proposal | None:
        """What the highest ballot proposed."""
        return max(self.proposals, key=lambda it: it.ballot, default=None)

    def voted(self, node: int) -> Proposal | None:
        """The highest for which a node has voted."""
        votes = (it for it in self.proposals if node in it.votes)
        return max(votes, key=lambda it: it.ballot, default=None)


class Page:
    """The entries of :data:`SIZE` slots, open or packed, and what somebody has noted of each."""

    __slots__ = ("entries", "notes", "owner", "packed")

    def __init__(self, owner: object) -> None:
        self.owner = owner
        self.entries: list[Entry] | None = [Entry() for _ in range(SIZE)]
        self.packed = b""
        self.notes: list[Any] = [None] * SIZE
        """For whoever looks; gone when there is something new of the slot."""

    def read(self) -> Sequence[Entry]:
        """The entries, to be looked at only."""
        return _unpacked(self.packed) if self.entries is None else self.entries

    def opened(self, owner: object) -> "Page":
        """A page that this owner may write to."""
        if self.owner is owner and self.entries is not None:
            return self
        entries = _unpack(self.packed) if self.entries is None else list(map(_copied, self.entries))
        return self._with(owner, entries, b"")

    def sealed(self, owner: object) -> "Page":
        """The same page, packed; whoever shares this one still reads it as it is."""
        return self._with(owner, None, self.packed or _pack(self.entries or []))

    def _with(self, owner: object, entries: list[Entry] | None, packed: bytes) -> "Page":
        other = Page.__new__(Page)
        other.owner, other.entries, other.packed = owner, entries, packed
        other.notes = list(self.notes)
        return other


def _copied(entry: Entry) -> Entry:
    proposals = [Proposal(p.ballot, p.at_us, p.value, dict(p.votes)) for p in entry.proposals]
    return Entry(proposals, entry.outcome, entry.applied)


def _pack(entries: list[Entry]) -> bytes:
    rows = [
        [
            [[*it.ballot, it.at_us, it.value, it.votes] for it in entry.proposals],
            None if entry.outcome is None else [int(entry.outcome[0]), entry.outcome[1]],
            entry.applied,
        ]
        for entry in entries
    ]
    return compress(msgpack.packb(rows), 1)


def _unpack(packed: bytes) -> list[Entry]:
    return [
        Entry(
            [Proposal(Ballot(n, node), at, value, votes) for n, node, at, value, votes in made],
            None if outcome is None else (Verdict(outcome[0]), outcome[1]),
            applied,
        )
        for made, outcome, applied in msgpack.unpackb(decompress(packed), strict_map_key=False)
    ]


@lru_cache(maxsize=4)
def _unpacked(packed: bytes) -> tuple[Entry, ...]:
    """The entries of the packed pages that were looked into last."""
    return tuple(_unpack(packed))


class LogBook:
    """The newest ``limit`` slots of a group's log. Slots count from 1."""

    def __init__(self, limit: int = KEPT_SLOTS) -> None:
        self.limit = limit
        self.last = 0
        """The highest slot that anything is known of."""
        self.steps = Steps(STEPS_A_SLOT * limit)
        self.search: object = None
        """What somebody looks for in it, to go on from there; no part of what it keeps."""
        self.same: dict[Any, Any] = {}
        """Equal values of what is noted, each once; shared by all forks."""
        self.changes = 0
        """How often something was proposed for a slot that somebody had applied before."""
        self._pages: dict[int, Page] = {}
        self._base = 0
        """The number of the first page that is kept."""
        self._open: dict[int, None] = {}
        """The pages that are not packed."""
        self._owner = object()

    @property
    def first(self) -> int:
        """The lowest slot that is kept."""
        return self._base * SIZE + 1

    # What the cluster tells.

    def said(self, now_us: int, node: int, message: Message) -> None:
        """A message leaves a node."""
        if type(message) is Accept:
            for slot, value in enumerate(message.values, message.first_slot):
                self._proposed(slot, Proposal(message.ballot, now_us, value))
        elif type(message) is Accepted:
            end = message.first_slot + message.count
            for slot in range(message.first_slot, end):
                self._voted(now_us, node, slot, message.ballot)

    def applied(self, now_us: int, node: int, outcomes: Sequence[Applied]) -> None:
        """A node has applied the commands of some slots, one after the other."""
        known = self.steps.highest
        for outcome in outcomes:
            if outcome.slot > known:
                self._outcome(outcome)
        if outcomes:
            self.steps.add(now_us, node, outcomes[-1].slot)

    def installed(self, now_us: int, node: int, slot: int) -> None:
        """A snapshot took the place of all slots up to this one."""
        self.steps.add(now_us, node, slot, by_snapshot=True)

    def recall(
        self,
        slots: Mapping[int, Mapping[Ballot, "chronicle.Proposal"]],
        chosen: Mapping[int, tuple[Ballot, Value]],
        reached: Mapping[int, int],
    ) -> None:
        """Take over what others have kept of the time before: proposals, choices, commit slots."""
        for slot, (ballot, value) in chosen.items():
            if slot not in slots:
                self._proposed(slot, Proposal(ballot, UNKNOWN_US, value))
        for slot, proposals in slots.items():
            for ballot, it in proposals.items():
                self._proposed(slot, Proposal(ballot, it.at_us, it.value, dict(it.votes)))
        for node, slot in reached.items():
            self.steps.add(UNKNOWN_US, node, slot)

    def _proposed(self, slot: int, made: Proposal) -> None:
        if slot < self.first:
            return
        entry = self.entry(slot)
        if entry is not None and entry.of(made.ballot) is not None:
            return
        if slot <= self.steps.highest:
            self.changes += 1
        self._write(slot).proposals.append(made)
        if slot > self.last:
            self.last = slot

    def _voted(self, now_us: int, node: int, slot: int, ballot: Ballot) -> None:
        entry = self.entry(slot)
        proposal = None if entry is None else entry.of(ballot)
        if proposal is not None and node not in proposal.votes:
            mine = self._write(slot).of(ballot)
            assert mine is not None  # noqa: S101 - it was there a line above
            mine.votes[node] = now_us

    def _outcome(self, outcome: Applied) -> None:
        """The first that anybody tells of a slot."""
        slot = outcome.slot
        mine = self._write(slot)
        mine.outcome = (outcome.verdict, outcome.result)
        if all(it.value != outcome.value for it in mine.proposals):
            mine.applied = outcome.value
        self.last = max(self.last, slot)

    def _write(self, slot: int) -> Entry:
        """The entry of a slot on a page of this book's own."""
        number, at = divmod(slot - 1, SIZE)
        page = self._pages.get(number)
        if page is None:
            page = Page(self._owner)
        elif page.owner is not self._owner or page.entries is None:
            page = page.opened(self._owner)
        if self._pages.get(number) is not page:
            self._pages[number] = page
            self._tidy(number)
        page.notes[at] = None
        assert page.entries is not None  # noqa: S101 - it was opened
        return page.entries[at]

    def _tidy(self, used: int) -> None:
        """Pack what is behind, and forget what is beyond the limit; the page in use stays open."""
        self._open[used] = None
        newest = max(self._open)
        for number in [n for n in self._open if n <= newest - OPEN_PAGES and n != used]:
            del self._open[number]
            self._pages[number] = self._pages[number].sealed(self._owner)
        while (len(self._pages) - 1) * SIZE > self.limit and self._base != used:
            self._pages.pop(self._base, None)
            self._open.pop(self._base, None)
            self._base += 1

    def fork(self) -> "LogBook":
        """Another book with the same past; from now on each goes its own way."""
        other = LogBook(self.limit)
        other.last, other.changes, other._base = self.last, self.changes, self._base
        other._pages, other._open = dict(self._pages), dict(self._open)
        other.steps, other.same = self.steps.fork(), self.same
        self._owner = object()  # what is there now belongs to neither
        return other

    # What people ask.

    def entry(self, slot: int) -> Entry | None:
        """What is known of a slot, to be looked at only; None where nothing is, or not any more."""
        number, at = divmod(slot - 1, SIZE)
        page = self._pages.get(number)
        return None if page is None else page.read()[at]

    def note(self, slot: int) -> Any:
        """What somebody has noted of a slot since there was something new of it."""
        number, at = divmod(slot - 1, SIZE)
        page = self._pages.get(number)
        return None if page is None else page.notes[at]

    def put_note(self, slot: int, note: object) -> None:
        """Note something of a slot; those who share its page see it, too."""
        number, at = divmod(slot - 1, SIZE)
        page = self._pages.get(number)
        if page is not None:
            page.notes[at] = note

    def slots(self) -> Iterable[int]:
        """All slots that are kept, the lowest first."""
        return range(self.first, self.last + 1)
