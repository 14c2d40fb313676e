"""The recorder: every frame of a bus, when it was sent, when it arrived or why it did not.

Nobody needs it for a run; who wants to look at messages switches it on (``bus.recorder``). It sees
and changes nothing, so a run with a recorder has the digest of the run without.

It stands outside the pickled world, as a million frames would be copied with each checkpoint.
Instead a checkpoint keeps a :meth:`Recorder.fork`: rows stand in chunks that both share until one
of them writes, so a fork costs some µs and no memory. A world that was unpickled has no recorder;
give it a fork of the one that its checkpoint kept.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from paxos.membership import place_of
from paxos.sim.fates import UNSETTLED, Fate, Oddity
from paxos.sim.flights import Entry, Flight, Wanted
from paxos.sim.recording import SIZE, Entries, Frames

KEPT_FRAMES = 1_000_000
"""How many frames are remembered; the oldest are forgotten first, with the notes among them."""

TROUBLE = 0x80
"""Added to the code of an entry that tells of a frame that was lost, damaged or late."""
NOTE = 0x7F
"""The code of a note; those of frames are below."""

_COPY, _DAMAGED, _LATE = int(Oddity.COPY), int(Oddity.DAMAGED), int(Oddity.LATE)

Classify: TypeAlias = Callable[[int, bytes], int]
"""From channel and frame to a code from 0 to 126."""


Copies: TypeAlias = Mapping[tuple[int, int], Sequence[int]]
"""Numbers of frames that are copies, by from and to whom they go."""


class Recorder:
    """The newest frames of a run. ``classify`` is a function of a module, so that it pickles.

    Frames are numbered from 0 in the order in which they were sent; the two copies of a doubled
    frame have a number each.
    """

    def __init__(self, classify: Classify, limit: int = KEPT_FRAMES) -> None:
        self.classify = classify
        self.limit = max(limit, SIZE)
        self.total = 0
        self._frames: list[Frames] = []
        self._base = 0
        """The number of the first chunk of frames that is kept."""
        self._entries: list[Entries] = []
        self._entry_base = 0
        self._under_way: dict[int, int] = {}
        """By the sequence number of the event of its arrival: the number of the frame."""
        self._bits: dict[int, int] = {}
        """By place: the bit that stands for it in the chunks of entries."""
        self._owner = object()
        """Whose chunks may be written to; others are copied first."""

    # What the bus and the cluster tell.

    def sent(
        self, channel: int, ends: tuple[int, int], frame: bytes, now_us: int,
        arrival: tuple[int, int], oddity: int = 0,
    ) -> None:  # fmt: skip
        """A frame is on its way from and to ``ends``.

        ``arrival``: when, and the sequence number of the event that says so.
        """
        due_us, sequence = arrival
        self._under_way[sequence] = self.total
        self._add(channel, ends, frame, now_us, (due_us, Fate.UNDER_WAY, oddity))

    def lost(
        self, channel: int, ends: tuple[int, int], frame: bytes, now_us: int, fate: Fate
    ) -> None:
        """A frame was lost where it was sent."""
        self._add(channel, ends, frame, now_us, (-1, fate, 0))

    def arrived(self, sequence: int, now_us: int, *, waits: bool = False) -> None:
        """A frame has reached its target, which takes it now, or lets it wait."""
        number = self._under_way.get(sequence)
        if number is None:
            return  # it was sent before anybody recorded, or is forgotten
        damaged = self._row(number).oddities[number % SIZE] & _DAMAGED
        if waits:
            self._own(number).fates[number % SIZE] = Fate.WAITS
        else:
            self.ended(sequence, now_us, Fate.DAMAGED if damaged else Fate.DELIVERED)

    def ended(self, sequence: int, now_us: int, fate: Fate) -> None:
        """No more will be heard of a frame."""
        number = self._under_way.pop(sequence, None)
        if number is None:
            return
        row, at = self._own(number), number % SIZE
        row.fates[at] = fate
        row.ended_us[at] = now_us
        odd = fate is not Fate.DELIVERED or row.oddities[at] & _LATE
        code = row.codes[at] | (TROUBLE if odd else 0)
        self._tail().add(
            now_us, number << 1 | 1, code, self._bits_of(row.sources[at], row.targets[at])
        )

    def moved(self, sequence: int, due_us: int) -> None:
        """A frame under way arrives at another time than was known when it was sent."""
        number = self._under_way.get(sequence)
        if number is not None:
            self._own(number).due_us[number % SIZE] = due_us

    def damaged(self, sequence: int) -> None:
        """A frame was damaged on its way."""
        number = self._under_way.get(sequence)
        if number is not None:
            self._own(number).oddities[number % SIZE] |= _DAMAGED

    def number_of(self, sequence: int) -> int | None:
        """Which frame under way the event of that number is the arrival of; None for none."""
        return self._under_way.get(sequence)

    def copies(self) -> Copies:
        """The copies that are under way."""
        found: dict[tuple[int, int], list[int]] = {}
        for number in self._under_way.values():
            if self._row(number).oddities[number % SIZE] & _COPY:
                found.setdefault(self._ends(number), []).append(number)
        return found

    def copies_of(self, number: int, copies: Copies) -> int:
        """How many others of a frame are under way: copies of it, or what it is a copy of."""
        ends = self._ends(number)
        if not any(self.is_same(it, number) for it in copies.get(ends, ())):
            return 0  # what is sent again is no copy, though its bytes may be the same
        moving = (it for it in self._under_way.values() if it != number)
        return sum(self._ends(it) == ends and self.is_same(it, number) for it in moving)

    def _ends(self, number: int) -> tuple[int, int]:
        row, at = self._row(number), number % SIZE
        return row.sources[at], row.targets[at]

    def sequence_of(self, number: int) -> int | None:
        """The number of the event of a frame's arrival; None where it is not under way."""
        return next((s for s, it in self._under_way.items() if it == number), None)

    def note(self, time_us: int, item: object) -> None:
        """Something else happened, which stands between the frames."""
        tail = self._tail()
        tail.notes[len(tail.what)] = item
        tail.add(time_us, -1, NOTE, 0)

    def _add(
        self, channel: int, ends: tuple[int, int], frame: bytes, now_us: int,
        way: tuple[int, int, int],
    ) -> None:  # fmt: skip
        number = self.total
        if number % SIZE == 0:
            if self._frames:
                self._own(number - 1).seal()
            self._frames.append(Frames(self._owner))
            self._forget()
        code = self.classify(channel, frame)
        self.total += 1
        self._own(number).add((channel, code, *ends), frame, now_us, way)
        odd = code | (TROUBLE if way[1] != Fate.UNDER_WAY else 0)
        self._tail().add(now_us, number << 1, odd, self._bits_of(*ends))

    def _bits_of(self, *nodes: int) -> int:
        found = 0
        for node in nodes:
            place = place_of(node)
            bit = self._bits.get(place)
            if bit is None:
                bit = self._bits[place] = 1 << len(self._bits)
            found |= bit
        return found

    def _forget(self) -> None:
        """Drop the oldest chunks beyond the limit."""
        while (len(self._frames) - 1) * SIZE > self.limit:
            del self._frames[0]
            self._base += 1
        while len(self._entries) > 1 and self._entries[0].newest < self.first:
            del self._entries[0]
            self._entry_base += 1
        old = [s for s, number in self._under_way.items() if number < self.first]
        for sequence in old:
            del self._under_way[sequence]

    def _row(self, number: int) -> Frames:
        return self._frames[number // SIZE - self._base]

    def _own(self, number: int) -> Frames:
        """The chunk of a frame, made this recorder's own."""
        at = number // SIZE - self._base
        row = self._frames[at]
        if row.owner is not self._owner:
            row = self._frames[at] = row.copied(self._owner)
        return row

    def _tail(self) -> Entries:
        """The chunk that takes the next entry."""
        entries = self._entries
        if not entries or len(entries[-1].what) >= SIZE:
            entries.append(Entries(self._owner))
        elif entries[-1].owner is not self._owner:
            entries[-1] = entries[-1].copied(self._owner)
        return entries[-1]

    def fork(self) -> "Recorder":
        """Another recorder with the same past; from now on each goes its own way."""
        other = Recorder(self.classify, self.limit)
        other.total = self.total
        other._frames, other._base = list(self._frames), self._base
        other._entries, other._entry_base = list(self._entries), self._entry_base
        other._under_way, other._bits = dict(self._under_way), dict(self._bits)
        self._owner = object()  # what is there now belongs to neither
        return other

    # What people ask.

    @property
    def first(self) -> int:
        """The number of the first frame that is not forgotten."""
        return self._base * SIZE

    @property
    def start(self) -> int:
        """The place of the first entry that is kept."""
        return self._entry_base * SIZE

    @property
    def end(self) -> int:
        """The place behind the last entry."""
        tail = len(self._entries[-1].what) if self._entries else 0
        return (self._entry_base + max(len(self._entries) - 1, 0)) * SIZE + tail

    def flight(self, number: int) -> Flight | None:
        """One frame; None where it is forgotten, or not sent yet."""
        if not self.first <= number < self.total:
            return None
        row, at = self._row(number), number % SIZE
        fate, due_us = Fate(row.fates[at]), row.due_us[at]
        ended_us: int | None = row.ended_us[at]
        if due_us < 0:
            ended_us = row.sent_us[at]
        elif fate in UNSETTLED:
            ended_us = None
        return Flight(
            number, row.channels[at], row.codes[at], row.sources[at], row.targets[at],
            row.sent_us[at], None if due_us < 0 else due_us, ended_us, fate,
            Oddity(row.oddities[at]),
        )  # fmt: skip

    def frame(self, number: int) -> bytes | None:
        """The bytes of a frame as they were sent; None where it is forgotten."""
        if not self.first <= number < self.total:
            return None
        return self._row(number).frame(number % SIZE)

    def is_same(self, number: int, other: int) -> bool:
        """Whether these are one frame that was sent to several."""
        if number // SIZE != other // SIZE:
            return self.frame(number) == self.frame(other)
        return self._row(number).is_same(number % SIZE, other % SIZE)

    def entry(self, at: int) -> Entry | None:
        """What stands at a place; None where it is forgotten, or its frame is."""
        if not self.start <= at < self.end:
            return None
        chunk, place = self._entries[at // SIZE - self._entry_base], at % SIZE
        what, time_us = chunk.what[place], chunk.times_us[place]
        if what < 0:
            return Entry(at, time_us, None, note=chunk.notes[place])
        flight = self.flight(what >> 1)
        return None if flight is None else Entry(at, time_us, flight, bool(what & 1))

    def head(self, at: int) -> tuple[int, int, int] | None:
        """Number, code and source of the frame at a place: for who looks at many of them.

        None for a note, and where it is forgotten.
        """
        if not self.start <= at < self.end:
            return None
        what = self._entries[at // SIZE - self._entry_base].what[at % SIZE]
        number = what >> 1
        if number < self.first:
            return None
        row, place = self._row(number), number % SIZE
        return number, row.codes[place], row.sources[place]

    def place(self, time_us: int, *, after: bool = False) -> int:
        """The place of the first entry of this time or later; with ``after`` of a later one."""
        bisect = bisect_right if after else bisect_left
        key = [chunk.times_us[0] for chunk in self._entries]
        at = max(bisect(key, time_us) - 1, 0)
        if not key:
            return 0
        inside = bisect(self._entries[at].times_us, time_us)
        return (self._entry_base + at) * SIZE + inside

    def walk(self, at: int, wanted: Wanted, *, back: bool = False) -> Iterator[int]:
        """Places of entries that are wanted, from ``at`` on, or ``back`` from before it."""
        step = -1 if back else 1
        index = (at - back) // SIZE - self._entry_base
        index = min(max(index, -1 if back else 0), len(self._entries))
        codes, everywhere = wanted.codes, wanted.places is None and not wanted.unwanted
        is_plain = everywhere and not wanted.sent_only
        mask = None if wanted.places is None else self._mask(wanted.places)
        others = ~self._mask(wanted.unwanted)
        while 0 <= index < len(self._entries):
            chunk, base = self._entries[index], (self._entry_base + index) * SIZE
            if everywhere or any(
                codes[code] and (code == NOTE or (ends & others and (mask is None or ends & mask)))
                for code, ends in chunk.ends.items()
            ):
                for found in _marked(bytes(chunk.codes).translate(codes), at - base, back=back):
                    if is_plain or self._stands(chunk.what[found], wanted):
                        yield base + found
            index += step

    def _mask(self, places: Iterable[int]) -> int:
        found = 0
        for place in places:
            found |= self._bits.get(place, 0)
        return found

    def _stands(self, what: int, wanted: Wanted) -> bool:
        """Whether a frame's ends are where they may be; a note is everybody's."""
        if what < 0:
            return True
        number = what >> 1
        if number < self.first or (wanted.sent_only and what & 1):
            return False
        if wanted.places is None and not wanted.unwanted:
            return True
        row, at = self._row(number), number % SIZE
        source, target = place_of(row.sources[at]), place_of(row.targets[at])
        if source in wanted.unwanted or target in wanted.unwanted:
            return False
        return wanted.places is None or source in wanted.places or target in wanted.places


def _marked(marks: bytes, at: int, *, back: bool) -> Iterator[int]:
    """Where the ones stand: from ``at`` on, or before it from the last to the first."""
    at = max(at, 0)
    found = marks.rfind(1, 0, at) if back else marks.find(1, at)
    while found >= 0:
        yield found
        found = marks.rfind(1, 0, found) if back else marks.find(1, found + 1)
