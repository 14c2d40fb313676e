"""The recorder of frames: what it remembers, forgets, shares, and that it changes nothing."""

import pickle
from collections import Counter
from random import Random

import pytest

from paxos.check.laboratory import Laboratory
from paxos.effects import Send
from paxos.sim import faults, hands
from paxos.sim.cluster import INBOX, Cluster
from paxos.sim.fates import UNSETTLED, Fate, Oddity
from paxos.sim.flights import Flight, Wanted
from paxos.sim.host import LAST_FRAME, Kind, Status
from paxos.sim.recorder import NOTE, TROUBLE, Recorder
from paxos.sim.recording import SIZE
from tests.paxos.steps import SECOND, config
from tests.paxos.test_cluster import HELLO, Probes

EVERYTHING = Wanted(bytes([1] * 256))
FRAME = b"a frame of bytes"


def tag(channel: int, frame: bytes) -> int:
    """The code of a frame: its tag on the wire."""
    return frame[1] & 0x7E


def recorded(cluster: Cluster, limit: int = 1_000_000) -> Recorder:
    """Switch a recorder on."""
    recorder = Recorder(tag, limit)
    cluster.bus.record(recorder, LAST_FRAME)
    return recorder


def flights(recorder: Recorder) -> list[Flight]:
    """All that are remembered."""
    found = [recorder.flight(number) for number in range(recorder.first, recorder.total)]
    return [each for each in found if each is not None]


def laboratory(seed: int = 7) -> Laboratory:
    """Five replicas."""
    return Laboratory(config(5), seed=seed)


def trouble(cluster: Cluster) -> None:
    """Half a minute of whatever can happen to frames."""
    nodes = cluster.nodes
    faults.set_rate(cluster.bus, nodes, "loss_ppm", 50_000)
    faults.set_rate(cluster.bus, nodes, "duplicate_ppm", 50_000)
    faults.set_rate(cluster.bus, nodes, "corrupt_ppm", 50_000)
    faults.set_rate(cluster.bus, nodes, "reorder_ppm", 50_000)
    cluster.run(10 * SECOND)
    cluster.pause(1)
    cluster.run(14 * SECOND)
    cluster.resume(1)
    faults.cut(cluster.bus, 2, 3)
    cluster.run(18 * SECOND)
    cluster.pause(4)
    cluster.run(20 * SECOND)
    cluster.crash(4)
    cluster.run(24 * SECOND)
    faults.heal(cluster.bus, nodes)
    cluster.start(4)
    cluster.run(30 * SECOND)


def test_recording_changes_nothing() -> None:
    """The same digest with and without, under every fault of links, pauses and crashes."""
    without, with_one = laboratory(), laboratory()
    recorder = recorded(with_one.cluster)
    trouble(without.cluster)
    trouble(with_one.cluster)
    assert with_one.cluster.trace.digest() == without.cluster.trace.digest()
    assert recorder.total > 300


def test_what_it_remembers_is_what_the_bus_counts() -> None:
    """Sent, delivered, lost, doubled, damaged: both count the same frames."""
    made = laboratory()
    recorder = recorded(made.cluster)
    trouble(made.cluster)
    bus, found = made.cluster.bus, flights(recorder)
    fates = Counter(each.fate for each in found)
    copies = sum(Oddity.COPY in each.oddity for each in found)
    assert copies == bus.duplicated > 0
    assert len(found) - copies == bus.sent
    at_once = sum(each.due_us is None for each in found)
    on_arrival = fates[Fate.CUT_ON_ITS_WAY] + fates[Fate.TARGET_DOWN] + fates[Fate.INBOX_FULL]
    assert at_once + on_arrival == bus.lost
    assert fates[Fate.DAMAGED] == bus.damaged > 0
    arrived = fates[Fate.DELIVERED] + fates[Fate.DAMAGED] + fates[Fate.WAITS]
    assert arrived + fates[Fate.DIED_WAITING] == bus.delivered
    assert fates[Fate.DIED_WAITING] > 0
    for each in found:
        assert each.due_us is None or each.due_us >= each.sent_us
        assert (each.ended_us is None) == (each.fate in UNSETTLED)
        assert each.ended_us is None or each.ended_us >= (each.due_us or each.sent_us)


def test_entries_stand_in_the_order_in_which_they_happened() -> None:
    """Every frame is sent once and ends at most once, and no entry is older than one before it."""
    made = laboratory()
    recorder = recorded(made.cluster)
    trouble(made.cluster)
    entries = [recorder.entry(at) for at in range(recorder.start, recorder.end)]
    times = [entry.time_us for entry in entries if entry is not None]
    assert times == sorted(times)
    sent = [e.flight.number for e in entries if e is not None and e.flight and not e.ended]
    assert sent == list(range(recorder.total))
    ended = [e.flight.number for e in entries if e is not None and e.flight and e.ended]
    wanted = [
        f.number for f in flights(recorder) if f.due_us is not None and f.ended_us is not None
    ]
    assert sorted(ended) == wanted


def send(probes: Probes, source: int, target: int) -> None:
    """One frame."""
    probes.cluster.execute(probes.host(source), [Send(target, HELLO)])


@pytest.fixture
def probes() -> Probes:
    """Three probes with a recorder."""
    made = Probes()
    recorded(made.cluster)
    return made


def only(probes: Probes) -> Flight:
    """The one frame that was sent."""
    recorder = probes.cluster.bus.recorder
    assert recorder is not None
    (flight,) = flights(recorder)
    return flight


def test_a_frame_is_under_way_until_it_arrives(probes: Probes) -> None:
    """Then it is delivered, at the moment that was due."""
    send(probes, 1, 2)
    before = only(probes)
    assert (before.fate, before.ended_us) == (Fate.UNDER_WAY, None)
    assert before.due_us is not None
    probes.cluster.run(SECOND)
    after = only(probes)
    assert (after.fate, after.ended_us) == (Fate.DELIVERED, before.due_us)
    assert (after.source, after.target, after.channel, after.code) == (1, 2, Kind.PAXOS, 8)
    assert after.oddity == Oddity.NONE


def test_a_cut_link_and_a_lossy_one_lose_it_at_once(probes: Probes) -> None:
    """And it says which of them it was."""
    faults.cut(probes.cluster.bus, 1, 2)
    send(probes, 1, 2)
    assert (only(probes).fate, only(probes).due_us) == (Fate.CUT, None)
    faults.heal(probes.cluster.bus, probes.cluster.nodes)
    faults.set_rate(probes.cluster.bus, (1, 2), "loss_ppm", 1_000_000)
    send(probes, 1, 2)
    recorder = probes.cluster.bus.recorder
    assert recorder is not None
    assert [f.fate for f in flights(recorder)] == [Fate.CUT, Fate.LOST]
    assert [f.ended_us for f in flights(recorder)] == [0, 0]


def test_a_link_that_is_cut_loses_what_is_under_way(probes: Probes) -> None:
    """It is known when it was due."""
    send(probes, 1, 2)
    faults.cut(probes.cluster.bus, 1, 2)
    probes.cluster.run(SECOND)
    assert only(probes).fate is Fate.CUT_ON_ITS_WAY


def test_who_is_down_or_gone_gets_nothing(probes: Probes) -> None:
    """A node on a new disk is another one."""
    send(probes, 1, 2)
    probes.cluster.crash(2)
    probes.cluster.run(SECOND)
    assert only(probes).fate is Fate.TARGET_DOWN
    probes.cluster.wipe(2)
    probes.cluster.start(2)
    send(probes, 1, 2)
    probes.cluster.run(2 * SECOND)
    recorder = probes.cluster.bus.recorder
    assert recorder is not None
    assert flights(recorder)[1].fate is Fate.TARGET_GONE


def test_what_waits_at_a_paused_node_is_taken_when_it_goes_on(probes: Probes) -> None:
    """It arrived long before."""
    probes.cluster.pause(2)
    send(probes, 1, 2)
    probes.cluster.run(SECOND)
    assert (only(probes).fate, only(probes).ended_us) == (Fate.WAITS, None)
    probes.cluster.resume(2)
    probes.cluster.run(2 * SECOND)
    taken = only(probes)
    assert (taken.fate, taken.ended_us) == (Fate.DELIVERED, SECOND)
    assert taken.due_us is not None
    assert taken.due_us < 20_000


def test_what_waits_dies_with_its_node(probes: Probes) -> None:
    """Nobody has taken it."""
    probes.cluster.pause(2)
    send(probes, 1, 2)
    probes.cluster.run(SECOND)
    probes.cluster.crash(2)
    assert (only(probes).fate, only(probes).ended_us) == (Fate.DIED_WAITING, SECOND)


def test_a_full_inbox_takes_no_more(probes: Probes) -> None:
    """The first that finds no room."""
    probes.cluster.pause(2)
    for _ in range(INBOX + 1):
        send(probes, 1, 2)
    probes.cluster.run(SECOND)
    recorder = probes.cluster.bus.recorder
    assert recorder is not None
    fates = Counter(each.fate for each in flights(recorder))
    assert fates == {Fate.WAITS: INBOX, Fate.INBOX_FULL: 1}


def test_damaged_doubled_and_late_frames_are_marked(probes: Probes) -> None:
    """The bytes are those that were sent."""
    faults.set_rate(probes.cluster.bus, (1, 2), "corrupt_ppm", 1_000_000)
    faults.set_rate(probes.cluster.bus, (1, 2), "duplicate_ppm", 1_000_000)
    faults.set_rate(probes.cluster.bus, (1, 2), "extra_us", 400_000)
    send(probes, 1, 2)
    probes.cluster.run(10 * SECOND)
    recorder = probes.cluster.bus.recorder
    assert recorder is not None
    first, second = flights(recorder)
    assert first.fate is second.fate is Fate.DAMAGED
    assert first.oddity == Oddity.DAMAGED | Oddity.LATE
    assert second.oddity == Oddity.DAMAGED | Oddity.LATE | Oddity.COPY
    assert recorder.frame(0) == recorder.frame(1)
    assert recorder.is_same(0, 1)


def test_copies_are_counted_while_they_are_under_way(probes: Probes) -> None:
    """With what they are copies of; what is sent twice is none, nor is one that goes elsewhere."""
    send(probes, 1, 2)
    send(probes, 1, 2)
    send(probes, 1, 3)
    bus = probes.cluster.bus
    recorder = bus.recorder
    assert recorder is not None
    assert recorder.copies() == {}
    assert [recorder.copies_of(it, recorder.copies()) for it in range(3)] == [0, 0, 0]
    sequence = recorder.sequence_of(2)
    assert sequence is not None
    hands.duplicate(bus, sequence)
    hands.duplicate(bus, sequence)
    copies = recorder.copies()
    assert copies == {(1, 3): [3, 4]}
    assert [recorder.copies_of(it, copies) for it in range(5)] == [0, 0, 2, 2, 2]
    probes.cluster.run(SECOND)
    assert recorder.copies() == {}


def test_what_was_under_way_when_it_began_is_taken_up() -> None:
    """As if it had been sent then."""
    probes = Probes()
    send(probes, 1, 2)
    recorder = recorded(probes.cluster)
    probes.cluster.run(SECOND)
    (flight,) = flights(recorder)
    assert flight.fate is Fate.DELIVERED


def test_a_node_that_is_down_is_no_riddle_to_a_recorder_that_came_late() -> None:
    """What it has not heard of is passed over."""
    probes = Probes()
    probes.cluster.pause(2)
    send(probes, 1, 2)
    probes.cluster.run(SECOND)
    recorder = recorded(probes.cluster)
    probes.cluster.resume(2)
    probes.cluster.run(2 * SECOND)
    assert recorder.total == 0
    assert probes.host(2).status is Status.ALIVE


# Forks.


def fill(recorder: Recorder, count: int, begin: int = 0, seed: int = 1) -> None:
    """Frames and notes by themselves: most arrive after a while, some are lost."""
    random = Random(seed)
    waiting: list[tuple[int, int]] = []
    for number in range(begin, begin + count):
        now_us = number * 10
        ends = random.randint(1, 5), random.randint(1, 5)
        frame = bytes([0x93, random.randint(1, 16), number % 251]) + FRAME
        if random.random() < 0.1:
            recorder.lost(0, ends, frame, now_us, Fate.LOST)
        else:
            recorder.sent(0, ends, frame, now_us, (now_us + 70, number + 1))
            waiting.append((now_us + 70, number + 1))
        while waiting and random.random() < 0.6:
            _, sequence = waiting.pop(0)
            recorder.ended(sequence, now_us, Fate.DELIVERED)
        if random.random() < 0.02:
            recorder.note(now_us, f"note {number}")


def contents(recorder: Recorder) -> list[object]:
    """Everything that can be asked."""
    numbers = range(recorder.first, recorder.total)
    return [
        *(recorder.entry(at) for at in range(recorder.start, recorder.end)),
        *(recorder.flight(number) for number in numbers),
        *(recorder.frame(number) for number in numbers),
    ]


def test_a_fork_has_the_past_and_a_future_of_its_own() -> None:
    """What either of them hears, the other one does not."""
    one = Recorder(tag)
    fill(one, 3 * SIZE + 100)
    kept = one.fork()
    before = contents(kept)
    assert contents(one) == before
    other = kept.fork()
    fill(one, 2 * SIZE, begin=3 * SIZE + 100, seed=2)
    fill(other, SIZE, begin=3 * SIZE + 100, seed=3)
    assert contents(kept) == before
    assert contents(one) != before
    assert one.total == 5 * SIZE + 100
    assert other.total == 4 * SIZE + 100
    straight = Recorder(tag)
    fill(straight, 3 * SIZE + 100)
    fill(straight, SIZE, begin=3 * SIZE + 100, seed=3)
    assert contents(other) == contents(straight)


def test_forks_share_what_neither_writes_to() -> None:
    """A hundred checkpoints hold one past."""
    one = Recorder(tag)
    fill(one, 4 * SIZE)
    kept = one.fork()
    fill(one, 10, begin=4 * SIZE)
    assert sum(a is b for a, b in zip(one._frames, kept._frames, strict=False)) >= 3


def test_a_frame_that_ends_after_a_fork_ends_on_its_side_alone() -> None:
    """Its chunk is copied before it is written to."""
    one = Recorder(tag)
    one.sent(0, (1, 2), b"\x91\x08" + FRAME, 0, (50, 1))
    kept = one.fork()
    one.ended(1, 50, Fate.DELIVERED)
    mine, its = one.flight(0), kept.flight(0)
    assert mine is not None
    assert its is not None
    assert (mine.fate, its.fate) == (Fate.DELIVERED, Fate.UNDER_WAY)
    kept.ended(1, 50, Fate.TARGET_DOWN)
    its = kept.flight(0)
    assert its is not None
    assert its.fate is Fate.TARGET_DOWN


def test_a_pickled_laboratory_has_no_recorder_and_goes_on_with_a_fork() -> None:
    """The pickle is as small as without; the fork that was kept beside it takes up the rest."""
    made = laboratory()
    bare = len(pickle.dumps(made))
    recorder = recorded(made.cluster)
    assert len(pickle.dumps(made)) == bare
    made.cluster.run(5 * SECOND)
    checkpoint, kept = pickle.dumps(made), recorder.fork()
    made.cluster.run(10 * SECOND)
    again: Laboratory = pickle.loads(checkpoint)  # noqa: S301 - our own bytes
    assert again.cluster.bus.recorder is None
    again.cluster.bus.recorder = kept.fork()
    again.cluster.run(10 * SECOND)
    assert again.cluster.trace.digest() == made.cluster.trace.digest()
    assert contents(again.cluster.bus.recorder) == contents(recorder)
    assert kept.total < recorder.total


def test_a_recorder_pickles() -> None:
    """For who wants to keep one in a file."""
    one = Recorder(tag)
    fill(one, 2 * SIZE)
    other: Recorder = pickle.loads(pickle.dumps(one))  # noqa: S301 - our own bytes
    assert contents(other) == contents(one)
    fill(other, 10, begin=2 * SIZE)


# Looking.


def test_the_oldest_are_forgotten_beyond_the_limit() -> None:
    """Their entries and bytes with them; what is left is as it was."""
    few, all_ = Recorder(tag, 2 * SIZE), Recorder(tag)
    fill(few, 6 * SIZE + 5)
    fill(all_, 6 * SIZE + 5)
    assert few.total == all_.total
    assert 2 * SIZE <= few.total - few.first <= 3 * SIZE + 5
    assert few.flight(few.first - 1) is None
    assert few.frame(few.first - 1) is None
    assert few.entry(few.start - 1) is None
    assert few.start > 0
    assert few.end == all_.end
    assert [few.flight(n) for n in range(few.first, few.total)] == [
        all_.flight(n) for n in range(few.first, few.total)
    ]


def test_a_frame_that_is_forgotten_while_it_is_under_way_ends_unheard() -> None:
    """It had been sent too long ago."""
    one = Recorder(tag, SIZE)
    one.sent(0, (1, 2), b"\x91\x08" + FRAME, 0, (50, 10_000_000))
    fill(one, 4 * SIZE, begin=1)
    end = one.end
    one.ended(10_000_000, 10**9, Fate.DELIVERED)
    assert one.end == end


@pytest.mark.parametrize("limit", [1_000_000, 3 * SIZE])
def test_walking_finds_what_looking_at_each_finds(limit: int) -> None:
    """Any codes and places, forward and back, from anywhere."""
    one = Recorder(tag, limit)
    fill(one, 5 * SIZE + 17)
    random = Random(5)
    entries = [e for at in range(one.start, one.end) if (e := one.entry(at)) is not None]

    def fits(entry: object, wanted: Wanted) -> bool:
        assert hasattr(entry, "flight")
        it = entry.flight
        if it is None:
            return bool(wanted.codes[NOTE])
        lost = it.fate is Fate.LOST
        ends = {it.source, it.target}
        return bool(
            wanted.codes[it.code | (TROUBLE if lost else 0)]
            and (wanted.places is None or ends & wanted.places)
            and not ends & wanted.unwanted
        )

    for _ in range(30):
        codes = bytes(int(random.random() < 0.2) for _ in range(256))
        places = frozenset(random.sample(range(1, 7), 2)) if random.random() < 0.5 else None
        unwanted = frozenset(random.sample(range(1, 7), random.randint(0, 2)))
        wanted = Wanted(codes, places, unwanted)
        at = random.randint(one.start, one.end)
        found = [e.at for e in entries if fits(e, wanted)]
        forward = [x for x in one.walk(at, wanted) if one.entry(x) is not None]
        back = [x for x in one.walk(at, wanted, back=True) if one.entry(x) is not None]
        assert forward == [x for x in found if x >= at]
        assert back == [x for x in reversed(found) if x < at]


@pytest.mark.parametrize("places", [None, frozenset((1, 3))])
def test_frames_can_be_met_once_each_where_they_were_sent(places: frozenset[int] | None) -> None:
    """Without their ends; a head has of each what the whole flight has."""
    cluster = laboratory().cluster
    recorder = recorded(cluster)
    recorder.note(0, "a note")
    trouble(cluster)
    wanted = Wanted(bytes([1] * NOTE + [0] + [1] * NOTE + [0]), places, sent_only=True)
    for back in (False, True):
        at = recorder.end if back else 0
        numbers = []
        for place in recorder.walk(at, wanted, back=back):
            head, entry = recorder.head(place), recorder.entry(place)
            assert entry is not None
            assert entry.flight is not None
            assert not entry.ended
            assert head == (entry.flight.number, entry.flight.code, entry.flight.source)
            numbers.append(entry.flight.number)
        known = [
            it.number
            for it in flights(recorder)
            if places is None or it.source in places or it.target in places
        ]
        assert (numbers[::-1] if back else numbers) == known
    assert recorder.head(0) is None
    assert recorder.head(recorder.end) is None


def test_a_time_has_a_place() -> None:
    """The first entry then or later, or the first one later."""
    one = Recorder(tag)
    fill(one, 3 * SIZE)
    times = [e.time_us for at in range(one.end) if (e := one.entry(at)) is not None]
    for time_us in (-1, 0, 5, 1_234 * 10, 1_234 * 10 + 1, times[-1], times[-1] + 1):
        assert one.place(time_us) == sum(t < time_us for t in times)
        assert one.place(time_us, after=True) == sum(t <= time_us for t in times)
    assert Recorder(tag).place(7) == 0


def test_an_empty_recorder_has_nothing_to_show() -> None:
    """And says so in every way."""
    one = Recorder(tag)
    assert (one.start, one.end, one.first, one.total) == (0, 0, 0, 0)
    assert list(one.walk(0, EVERYTHING)) == list(one.walk(0, EVERYTHING, back=True)) == []
    assert one.flight(0) is one.entry(0) is one.frame(0) is None
