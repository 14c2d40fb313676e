"""Looking at a recorder: a window of the space-time diagram, and one frame decoded."""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen

from paxos.membership import label, place_of
from paxos.sim.fates import UNSETTLED, Fate, Oddity
from paxos.sim.flights import Entry, Flight, Wanted
from paxos.sim.recorder import NOTE, TROUBLE, Copies, Recorder
from scenarios.building import FIRST_CAR
from scenarios.hands import name_of
from scenarios.messages.codes import CHANNEL_OF, CODES, NAMES, ROUTINE
from scenarios.messages.view import Arrow, Diagram, Filter, FrameView, Grip, Moment, Span
from scenarios.messages.words import FATES, channel_of, fields_of, short
from scenarios.units import DURATION
from scenarios.view import EventRow

if TYPE_CHECKING:
    from scenarios.world import World

_WORD: Final = re.compile(r"[^\s,.;:]+")


def wanted_codes(it: Filter) -> bytes:
    """256 bytes, 1 for each code of a recorder that a filter lets through."""
    names = [name for name in NAMES[1:] if _is_wanted(name, it)]
    table = bytearray(256)
    for name in names:
        table[CODES[name] | TROUBLE] = 1
        table[CODES[name]] = not it.trouble
    if not it.kinds and not it.channels:
        table[TROUBLE] = 1
        table[0] = not it.trouble
    table[NOTE] = it.notes
    return bytes(table)


def _is_wanted(name: str, it: Filter) -> bool:
    channel = CHANNEL_OF[name]
    if name in it.hidden or channel in it.hidden:
        return False
    if name in it.kinds:
        return True
    if (it.kinds or it.channels) and channel not in it.channels:
        return False
    return it.routine or name not in ROUTINE


class Columns:
    """Who has which column: charge points in the order of the file, then EVs."""

    def __init__(self, world: "World") -> None:
        self.cps = len(world.ids)
        self.names = (*world.ids.values(), *world.cars)
        self.held: frozenset[int] = frozenset()
        """Numbers of the frames that wait on held links."""
        self.copies: Copies = {}
        """The copies that are under way."""
        self._by_name = {name: at for at, name in enumerate(self.names)}

    def of(self, endpoint: int) -> int:
        """The column of an endpoint, whatever disk it has."""
        place = place_of(endpoint)
        return place - 1 if place < FIRST_CAR else self.cps + place - FIRST_CAR

    def named(self, names: Iterable[str]) -> list[int]:
        """The columns of these names, as far as they are some."""
        return [self._by_name[name] for name in names if name in self._by_name]

    def place(self, column: int) -> int:
        """The endpoint of a column."""
        return column + 1 if column < self.cps else FIRST_CAR + column - self.cps


def diagram(world: "World", recorder: Recorder, span: Span) -> Diagram:
    """A window of what a recorder holds; looking changes nothing."""
    columns = Columns(world)
    columns.held = frozenset(
        number
        for sequence in world.cluster.bus.held
        if (number := recorder.number_of(sequence)) is not None
    )
    columns.copies = recorder.copies()
    it = span.filter
    ends, unwanted = _places(columns, it.ends), _places(columns, it.hidden)
    if len([place for place in unwanted if place < FIRST_CAR]) == columns.cps:
        unwanted = _places(columns, columns.names)  # EVs speak with charge points only
    wanted = Wanted(wanted_codes(it), ends or None, unwanted)
    at = recorder.end if span.at is None else span.at
    back = span.back or span.at is None
    found: list[Moment] = []
    exhausted = True
    sift = _Sift(recorder, it)
    for entry in sift.entries(recorder.walk(at, wanted, back=back)):
        joined = _join(columns, recorder, found[-1], entry, back=back) if found else None
        if joined is not None:
            found[-1] = joined
            continue
        if len(found) == span.rows:
            exhausted = False
            break
        found.append(_moment(columns, entry))
    if back:
        found.reverse()
    moments = tuple(_told(world, columns, recorder, moment) for moment in found)
    beyond = sift.entries(recorder.walk(at, wanted, back=not back))
    other = next(beyond, None) is None
    return Diagram(
        columns=columns.names,
        cps=columns.cps,
        moments=moments,
        first=recorder.start,
        end=recorder.end,
        newest=other if back else exhausted,
        oldest=exhausted if back else other,
        frames=recorder.total,
        forgotten=recorder.first,
        forgotten_until_us=_forgotten_until_us(recorder),
        time_us=world.now_us,
    )


def between(
    world: "World", recorder: Recorder, times_us: tuple[int, int], it: Filter, rows_max: int
) -> Diagram:
    """All that is wanted from one time to another, both included; at most so many rows.

    Where there are more, ``newest`` is False.
    """
    since_us, until_us = times_us
    found = diagram(world, recorder, Span(recorder.place(since_us), rows_max, filter=it))
    moments = tuple(moment for moment in found.moments if moment.time_us <= until_us)
    whole = found.newest or len(moments) < len(found.moments)
    return evolve(found, moments=moments, newest=whole)


def _forgotten_until_us(recorder: Recorder) -> int:
    oldest = recorder.flight(recorder.first) if recorder.first else None
    return 0 if oldest is None else oldest.sent_us


def _places(columns: Columns, names: Iterable[str]) -> frozenset[int]:
    return frozenset(columns.place(column) for column in columns.named(names))


@frozen
class _Sift:
    """Which entries that the recorder has found are worth a row."""

    recorder: Recorder
    filter: Filter

    def entries(self, places: Iterator[int]) -> Iterator[Entry]:
        """The entries at these places, without those that are not."""
        for at in places:
            entry = self.recorder.entry(at)
            if entry is not None and self._keeps(entry):
                yield entry

    def _keeps(self, entry: Entry) -> bool:
        it = entry.flight
        if it is not None:
            # What somebody says to himself is there at once: that is one row.
            is_own = entry.ended and place_of(it.source) == place_of(it.target)
            return not (is_own and it.fate is Fate.DELIVERED and it.ended_us == it.sent_us)
        severity = entry.note.severity
        if self.filter.trouble:
            return severity not in ("info", "charging")
        return self.filter.routine or severity != "info"


def _moment(columns: Columns, entry: Entry) -> Moment:
    flight = entry.flight
    if flight is None:
        return _note(columns, entry)
    return Moment(entry.at, entry.at, entry.time_us, (arrow(columns, flight),), entry.ended)


def _note(columns: Columns, entry: Entry) -> Moment:
    row = entry.note
    assert isinstance(row, EventRow)  # noqa: S101 - the world writes nothing else
    subjects = columns.named([row.subject])
    if not subjects:
        subjects = columns.named(_WORD.findall(row.text))
    text = row.text if row.subject == "network" else f"{row.subject} {row.text}"
    return Moment(
        entry.at, entry.at, entry.time_us, text=text, severity=row.severity,
        subjects=tuple(dict.fromkeys(subjects)),
    )  # fmt: skip


def _join(
    columns: Columns, recorder: Recorder, beside: Moment, entry: Entry, *, back: bool
) -> Moment | None:
    """What was sent to many at once is one row; None where this entry is a row of its own."""
    flight = entry.flight
    if flight is None or entry.ended or beside.ended or not beside.arrows:
        return None
    mine = arrow(columns, flight)
    other = beside.arrows[0]
    if (mine.sent_us, mine.source, mine.kind) != (other.sent_us, other.source, other.kind):
        return None
    if not recorder.is_same(mine.number, other.number):
        return None
    if back:
        return evolve(beside, at=entry.at, arrows=(mine, *beside.arrows))
    return evolve(beside, last=entry.at, arrows=(*beside.arrows, mine))


def arrow(columns: Columns, flight: Flight) -> Arrow:
    """A frame as an arrow."""
    return Arrow(
        number=flight.number,
        kind=NAMES[flight.code],
        channel=channel_of(flight),
        source=columns.of(flight.source),
        target=columns.of(flight.target),
        sent_us=flight.sent_us,
        ended_us=flight.ended_us,
        fate=FATES[flight.fate],
        arrived=flight.fate is Fate.DELIVERED,
        late=Oddity.LATE in flight.oddity,
        copy=Oddity.COPY in flight.oddity,
        held=flight.number in columns.held,
        damaged=Oddity.DAMAGED in flight.oddity,
    )


def _told(world: "World", columns: Columns, recorder: Recorder, moment: Moment) -> Moment:
    """With its words; only what is shown is decoded."""
    if not moment.arrows:
        return moment
    number = moment.arrows[0].number
    flight = recorder.flight(number)
    assert flight is not None  # noqa: S101 - it was just found
    arrows = tuple(
        evolve(it, copies=recorder.copies_of(it.number, columns.copies)) if it.is_under_way else it
        for it in moment.arrows
    )
    return evolve(moment, arrows=arrows, text=short(world, flight, recorder.frame(number)))


def frame_view(world: "World", recorder: Recorder, number: int) -> FrameView | None:
    """One frame, decoded; None where it is forgotten."""
    flight = recorder.flight(number)
    if flight is None:
        return None
    frame = recorder.frame(number)
    source, target = (_name(world, end) for end in (flight.source, flight.target))
    way = [("from", source), ("to", target), ("channel", channel_of(flight))]
    way += [("sent", _time(flight.sent_us)), ("size", f"{len(frame or b'')} bytes")]
    way += _end_of(flight, world.now_us, held=_is_held(world, recorder, number))
    if flight.fate is Fate.UNDER_WAY:
        way += _handled(flight, recorder.copies_of(number, recorder.copies()))
    fields = () if frame is None else fields_of(world, flight, frame)
    return FrameView(number, NAMES[flight.code], tuple(way), fields)


def _handled(flight: Flight, copies: int) -> Iterator[tuple[str, str]]:
    """What has been done to a frame that is under way."""
    if Oddity.DAMAGED in flight.oddity:
        yield "damaged", "a bit has flipped: whoever it comes to will drop it"
    if copies:
        yield "copies", f"{copies + 1} of it are under way"


def _is_held(world: "World", recorder: Recorder, number: int) -> bool:
    sequence = recorder.sequence_of(number)
    return sequence in world.cluster.bus.held


def grip(world: "World", recorder: Recorder, number: int) -> Grip:
    """What hands can be laid on, of a frame that was recorded."""
    flight, bus = recorder.flight(number), world.cluster.bus
    if flight is None:
        return Grip(why_not="it is forgotten", network_held=bus.weather.held)
    source, target = place_of(flight.source), place_of(flight.target)
    ends = world.name(source), world.name(target)
    link: tuple[tuple[str, object], ...] = (("a", ends[0]), ("b", ends[1]), ("oneway", True))
    sequence = recorder.sequence_of(number)
    named = None
    if flight.fate is Fate.UNDER_WAY and sequence is not None:
        named = name_of(world, sequence)
    return Grip(
        frame=tuple(named.items()) if named else (),
        why_not="" if named else FATES[flight.fate] or "it is not under way",
        link=link if source != target else (),
        link_held=bus.is_held(source, target),
        network_held=bus.weather.held,
        target=ends[1] if target in world.ids else "",
        damaged=Oddity.DAMAGED in flight.oddity,
    )


def _end_of(flight: Flight, now_us: int, *, held: bool = False) -> list[tuple[str, str]]:
    """What became of it, and how long that took."""
    rows = []
    if flight.due_us is None:
        rows.append(("outcome", FATES[flight.fate]))
    elif held:
        waits_us = now_us - flight.sent_us
        rows.append(("outcome", f"held, for {DURATION.format(waits_us, ' ')} so far"))
    elif flight.fate is Fate.UNDER_WAY:
        rows.append(("outcome", f"under way; due at {_time(flight.due_us)}"))
    elif flight.fate in UNSETTLED:
        waits_us = now_us - flight.due_us
        rows.append(
            ("outcome", f"{FATES[flight.fate]}, for {DURATION.format(waits_us, ' ')} so far")
        )
    else:
        assert flight.ended_us is not None  # noqa: S101 - it has ended
        rows.append(("outcome", f"{FATES[flight.fate]} at {_time(flight.ended_us)}"))
        rows.append(("took", DURATION.format(flight.ended_us - flight.sent_us, " ")))
        if flight.ended_us > flight.due_us:
            waited_us = flight.ended_us - flight.due_us
            rows.append(
                ("waited", f"{DURATION.format(waited_us, ' ')} at its target, which was busy")
            )
    if Oddity.LATE in flight.oddity:
        rows.append(("late", "longer under way than the link's slowest usual latency"))
    if Oddity.COPY in flight.oddity:
        rows.append(("doubled", "this is the second copy"))
    return rows


def _name(world: "World", endpoint: int) -> str:
    car = world.by_endpoint.get(endpoint)
    return label(endpoint, world.ids) if car is None else car.ev.id


def _time(time_us: int) -> str:
    seconds, micros = divmod(time_us, 1_000_000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{minutes:02}:{seconds:02}.{micros:06}"
    return f"{hours}:{text}" if hours else text
