"""Hands on frames of a bus: each can be moved, and nothing else is."""

import pytest

from paxos.sim import faults, hands
from paxos.sim.bus import Bus
from paxos.sim.fates import Fate
from paxos.sim.hands import HandsError
from paxos.sim.host import LAST_FRAME, Kind
from paxos.sim.kernel import Event, Kernel
from paxos.sim.recorder import Recorder
from paxos.wire import WireError, seal, unseal

NODES = (1, 2, 3)
BODIES = [seal(bytes([n] * 9)) for n in range(8)]


def classify(channel: int, frame: bytes) -> int:
    """All are alike."""
    return 1


def made(*ways: tuple[int, int]) -> Bus:
    """A bus with a frame on each of these ways, recorded from the beginning."""
    bus = Bus(Kernel(), 7, 2_000, 0.5, NODES)
    bus.record(Recorder(classify), LAST_FRAME)
    for body, (source, target) in zip(BODIES, ways, strict=False):
        bus.send(int(Kind.PAXOS), source, target, body)
    return bus


def rest(bus: Bus) -> list[tuple[int, bytes]]:
    """What arrives, with the time, until nothing is left."""
    return [(event[0], event[5]) for event in iter(bus.kernel.pop, None)]


def fates(bus: Bus) -> list[Fate]:
    """What has become of each frame."""
    recorder = bus.recorder
    assert recorder is not None
    found = [recorder.flight(n) for n in range(recorder.total)]
    return [flight.fate for flight in found if flight is not None]


def numbers(events: list[Event]) -> list[int]:
    """Their sequence numbers."""
    return [event[1] for event in events]


def test_the_oldest_comes_first_however_late_it_is() -> None:
    """Also when it is delayed, or held; a frame keeps its number."""
    bus = made((1, 2), (1, 3), (2, 3))
    before = numbers(hands.frames(bus))
    hands.delay(bus, before[0], 60_000_000)
    hands.hold(bus, [(1, 3)])
    assert numbers(hands.frames(bus)) == before == sorted(before)


def test_what_is_delivered_comes_before_what_else_happens_now() -> None:
    """At this instant, before what was sent after it."""
    bus = made((1, 2), (1, 3), (2, 3))
    bus.kernel.push(0, 99, 1, payload=b"later")
    last = hands.frames(bus)[-1][1]
    hands.deliver(bus, last)
    assert rest(bus)[:2] == [(0, BODIES[2]), (0, b"later")]


def test_what_is_dropped_never_arrives_and_is_counted() -> None:
    """By the bus, by its link, by the recorder."""
    bus = made((1, 2), (1, 3))
    hands.drop(bus, hands.frames(bus)[0][1])
    assert [body for _, body in rest(bus)] == [BODIES[1]]
    assert (bus.lost, bus.link(1, 2).lost, bus.link(1, 3).lost) == (1, 1, 0)
    assert fates(bus) == [Fate.DROPPED, Fate.UNDER_WAY]
    with pytest.raises(HandsError, match="not under way any more"):
        hands.deliver(bus, 1)


def test_what_is_doubled_comes_twice_at_its_time() -> None:
    """Held or not."""
    bus = made((1, 2), (2, 1))
    due_us = hands.frames(bus)[0][0]
    hands.duplicate(bus, 1)
    hands.hold(bus, [(2, 1)])
    hands.duplicate(bus, 2)
    assert len(bus.held) == 2
    assert rest(bus) == [(due_us, BODIES[0])] * 2
    assert bus.duplicated == 2
    assert hands.release(bus, [(2, 1)]) == 2
    assert [body for _, body in rest(bus)] == [BODIES[1]] * 2


def test_what_is_delayed_comes_so_much_later_and_is_overtaken() -> None:
    """Others on the same link go by."""
    bus = made((1, 2), (1, 2))
    first = hands.frames(bus)[0]
    hands.delay(bus, first[1], 5_000_000)
    assert rest(bus)[1] == (first[0] + 5_000_000, BODIES[0])
    flight = bus.recorder.flight(0) if bus.recorder else None
    assert flight is not None
    assert flight.due_us == first[0] + 5_000_000


def test_what_is_damaged_is_seen_by_its_checksum_and_never_mended() -> None:
    """A second time is refused, and changes nothing."""
    bus = made((1, 2), (1, 3))
    hands.hold(bus, [(1, 3)])
    for number in (1, 2):
        hands.corrupt(bus, number)
        before = hands.frames(bus)
        with pytest.raises(HandsError, match="damaged already"):
            hands.corrupt(bus, number)
        assert hands.frames(bus) == before
    hands.release_all(bus)
    for _, body in rest(bus):
        with pytest.raises(WireError):
            unseal(body)


def test_what_is_held_waits_and_what_is_released_keeps_its_order() -> None:
    """What was due meanwhile arrives at once, the oldest first; what is due later then."""
    bus = made((1, 2), (1, 2), (2, 3))
    assert hands.hold(bus, [(1, 2)]) == 2
    bus.send(int(Kind.PAXOS), 1, 2, BODIES[3])
    assert len(bus.held) == 3
    assert [body for _, body in rest(bus)] == [BODIES[2]]
    bus.kernel.advance(1_000_000)
    bus.send(int(Kind.PAXOS), 1, 2, BODIES[4])
    assert hands.release(bus, [(1, 2)]) == 4
    arrivals = rest(bus)
    assert [body for _, body in arrivals] == [BODIES[0], BODIES[1], BODIES[3], BODIES[4]]
    assert [time_us for time_us, _ in arrivals[:3]] == [1_000_000] * 3
    assert arrivals[3][0] > 1_000_000


def test_a_held_frame_can_be_delivered_alone() -> None:
    """The others wait on; a delay says nothing of what has no time."""
    bus = made((1, 2), (1, 2), (1, 2))
    hands.hold_all(bus)
    with pytest.raises(HandsError, match="held"):
        hands.delay(bus, 2, 1)
    hands.deliver(bus, 2)
    assert rest(bus) == [(0, BODIES[1])]
    assert numbers(hands.frames(bus)) == [1, 3]


def test_all_to_one_come_in_the_order_in_which_they_were_sent() -> None:
    """Held or not, and nobody else's."""
    bus = made((1, 2), (3, 2), (2, 3), (1, 2))
    hands.hold(bus, [(1, 2)])
    assert hands.deliver_all(bus, 2) == 3
    assert rest(bus)[:3] == [(0, BODIES[0]), (0, BODIES[1]), (0, BODIES[3])]
    assert hands.deliver_all(bus, 2) == 0


def test_links_that_are_made_later_are_held_too() -> None:
    """And what a node says to itself over Paxos, if that is asked for; nothing else of its own."""
    bus = made()
    hands.hold_all(bus)
    hands.hold_own(bus, (2,))
    for kind, source, target in ((0, 1, 2), (0, 2, 2), (1, 2, 2), (0, 1, 1)):
        bus.send(kind, source, target, BODIES[0])
    assert [(event[4], event[3], event[2]) for event in bus.held.values()] == [(1, 2, 0), (2, 2, 0)]
    assert bus.is_held(3, 1)
    assert not bus.is_held(3, 9)
    assert (3, 1) not in bus.links
    assert bus.is_faulty(3, 1)


def test_healing_lets_everything_go() -> None:
    """And counts as such; a cut that came meanwhile does not save what is on its way."""
    bus = made((1, 2))
    hands.hold_all(bus)
    hands.hold_own(bus, NODES)
    faults.heal(bus, NODES)
    assert bus.heals == 1
    assert not bus.held
    assert not bus.held_own
    assert not bus.is_held(2, 3)
    assert len(rest(bus)) == 1
    faults.heal(bus, NODES)
    assert bus.heals == 1


def test_a_link_draws_the_same_whether_it_is_held_or_not() -> None:
    """No random stream is touched: what comes after is as it would have been."""
    plain, touched = made((1, 2)), made((1, 2))
    hands.hold(touched, [(1, 2)])
    hands.release(touched, [(1, 2)])
    for bus in (plain, touched):
        bus.send(int(Kind.PAXOS), 1, 2, BODIES[1])
    assert rest(plain) == rest(touched)
