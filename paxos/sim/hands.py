"""Hands on frames under way: deliver one now, drop, double, delay or damage it; hold whole links.

A frame is meant by the sequence number of its arrival's event, which it keeps whatever is done to
it. On a held link frames wait, in :attr:`paxos.sim.bus.Bus.held`, until they are let go or taken
one by one. No random stream is touched: what nobody lays hands on is as it would have been.
"""

from collections.abc import Callable, Iterable

from paxos.membership import place_of
from paxos.sim.bus import Bus
from paxos.sim.fates import Fate, Oddity
from paxos.sim.host import LAST_FRAME, Kind
from paxos.sim.kernel import Event
from paxos.sim.links import flip_bit
from paxos.wire import WireError, unseal


class HandsError(ValueError):
    """What cannot be done to a frame."""


def frames(bus: Bus) -> list[Event]:
    """Every frame that has not arrived, the oldest first: in the order in which they were sent."""
    return sorted(bus.under_way(LAST_FRAME), key=lambda event: event[1])


def _take(bus: Bus, sequence: int) -> Event:
    """Take a frame off its link. Raises HandsError where it is not under way."""
    held = bus.held.pop(sequence, None)
    taken = bus.kernel.take(sequence) if held is None else [held]
    if not taken:
        raise HandsError("it is not under way any more")
    return taken[0]


def _arrive(bus: Bus, event: Event, due_us: int) -> None:
    """Let a frame that was taken arrive at that time, or now if it has passed."""
    bus.kernel.put(due_us, event)
    if bus.recorder is not None:
        bus.recorder.moved(event[1], max(due_us, bus.kernel.now_us))


# One frame.


def deliver(bus: Bus, sequence: int) -> None:
    """Let a frame arrive now, before all that was to happen at this instant after it was sent.

    A link that is cut loses it, and a node that is down does not take it, as ever.
    """
    _arrive(bus, _take(bus, sequence), bus.kernel.now_us)


def drop(bus: Bus, sequence: int) -> None:
    """Take a frame away: it never arrives."""
    _, _, _, target, source, _ = _take(bus, sequence)
    bus.miss(source, target)
    if bus.recorder is not None:
        bus.recorder.ended(sequence, bus.kernel.now_us, Fate.DROPPED)


def duplicate(bus: Bus, sequence: int) -> None:
    """Let a frame arrive twice: both at the same time, or both held."""
    is_held = sequence in bus.held
    event = _take(bus, sequence)
    due_us, _, kind, target, source, body = event
    number = bus.kernel.number()
    for each in (event, (due_us, number, kind, target, source, body)):
        _lay_back(bus, each, is_held=is_held)
    bus.duplicated += 1
    if bus.recorder is not None:
        way = due_us, number
        now_us = bus.kernel.now_us
        bus.recorder.sent(kind, (source, target), body, now_us, way, int(Oddity.COPY))


def delay(bus: Bus, sequence: int, extra_us: int) -> None:
    """Let a frame arrive so much later than it would have; others may overtake it.

    Raises:
        HandsError: it is held, so there is no time at which it would arrive.
    """
    if sequence in bus.held:
        raise HandsError("it is held, and waits anyway")
    event = _take(bus, sequence)
    bus.delayed += 1
    _arrive(bus, event, event[0] + extra_us)


def corrupt(bus: Bus, sequence: int) -> None:
    """Flip the bit in the middle of a frame: whoever it comes to sees that by its checksum.

    Raises:
        HandsError: it is damaged already; the same bit flipped again might mend it.
    """
    is_held = sequence in bus.held
    event = _take(bus, sequence)
    try:
        unseal(event[5])
    except WireError:
        _lay_back(bus, event, is_held=is_held)
        raise HandsError("it is damaged already") from None
    body = flip_bit(event[5], len(event[5]) * 4)
    _lay_back(bus, (*event[:5], body), is_held=is_held)
    if bus.recorder is not None:
        bus.recorder.damaged(sequence)


def _lay_back(bus: Bus, event: Event, *, is_held: bool) -> None:
    if is_held:
        bus.held[event[1]] = event
    else:
        bus.kernel.put(event[0], event)


# Many frames.


def deliver_all(bus: Bus, place: int) -> int:
    """Let every frame to an endpoint arrive now, in the order in which they were sent.

    Returns:
        How many there were.
    """
    found = [event[1] for event in frames(bus) if place_of(event[3]) == place]
    for sequence in found:
        deliver(bus, sequence)
    return len(found)


def hold(bus: Bus, ways: Iterable[tuple[int, int]]) -> int:
    """Let what is sent on these links, and what is under way on them, wait.

    ``ways``: from which endpoint to which; they must differ.

    Returns:
        How many frames wait on them now.
    """
    places = frozenset(ways)
    for source, target in sorted(places):
        bus.link(source, target).held = True
    return _stop(bus, lambda event: (place_of(event[4]), place_of(event[3])) in places)


def hold_all(bus: Bus) -> int:
    """The same for every link between nodes of the group, also those that nobody has used yet."""
    bus.weather.held = True
    for _, _, link in bus.made():
        link.held = True
    covers = bus.weather.covers
    return _stop(bus, lambda event: event[3] != event[4] and covers(
        place_of(event[4]), place_of(event[3])))  # fmt: skip


def hold_own(bus: Bus, places: Iterable[int]) -> int:
    """Let what these nodes say to themselves over Paxos wait, which else takes no time."""
    for place in places:
        bus.held_own[place] = True
    return _stop(bus, lambda event: event[3] == event[4] and is_held_own(bus, event))


def release(bus: Bus, ways: Iterable[tuple[int, int]]) -> int:
    """Let frames on these links go their way again; returns how many had waited.

    One whose time has passed arrives now; the oldest comes first.
    """
    for source, target in ways:
        bus.link(source, target).held = False
    return let_go(bus)


def release_all(bus: Bus) -> int:
    """The same for every link between nodes, and for what they say to themselves."""
    bus.weather.held = False
    bus.held_own = {}
    for _, _, link in bus.made():
        link.held = False
    return let_go(bus)


def _stop(bus: Bus, meant: Callable[[Event], bool]) -> int:
    """Take what is meant out of the queue; returns how many of those wait now."""
    moving = [event[1] for event in bus.kernel.waiting() if event[2] <= LAST_FRAME and meant(event)]
    for event in bus.kernel.take(*moving):
        bus.held[event[1]] = event
    return sum(meant(event) for event in bus.held.values())


def let_go(bus: Bus) -> int:
    """Let every frame that waits, and need not any more, go its way; returns how many."""
    free = [event for _, event in sorted(bus.held.items()) if not _must_wait(bus, event)]
    for event in free:
        del bus.held[event[1]]
        _arrive(bus, event, event[0])
    return len(free)


def _must_wait(bus: Bus, event: Event) -> bool:
    source, target = event[4], event[3]
    return is_held_own(bus, event) if source == target else bus.link(source, target).held


def is_held_own(bus: Bus, event: Event) -> bool:
    """Whether a frame that a node sends to itself has to wait."""
    return event[2] == Kind.PAXOS and place_of(event[4]) in bus.held_own
