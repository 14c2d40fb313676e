"""The laboratory's parts by themselves: clock, streams, links, trace, fault schedules."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paxos.sim import faults
from paxos.sim.bus import Bus
from paxos.sim.faults import random_schedule
from paxos.sim.kernel import Kernel
from paxos.sim.links import MILLION, Link, new_link
from paxos.sim.press import REMEMBERED_ROWS, Press
from paxos.sim.streams import log_normal_us, stream
from paxos.sim.trace import Trace
from paxos.wire import pack_row, unpack_row

FRAME = b"a frame of bytes"


# The clock.


@given(st.lists(st.integers(0, 50), max_size=60))
def test_events_come_in_order_of_time_then_of_pushing(times: list[int]) -> None:
    """Ties are broken by who was pushed first, and by nothing else."""
    kernel = Kernel()
    for number, time_us in enumerate(times):
        kernel.push(time_us, 0, 0, 0, number)
    popped = []
    while (event := kernel.pop()) is not None:
        assert kernel.now_us == event[0]
        popped.append(event[5])
    assert popped == sorted(range(len(times)), key=lambda number: (times[number], number))


def test_payloads_are_never_compared() -> None:
    """Events at one time may carry what has no order."""
    kernel = Kernel()
    for payload in (object(), {}, b"x", None):
        kernel.push(5, 1, 1, 1, payload)
    assert len(kernel) == 4
    while kernel.pop():
        pass
    assert (kernel.now_us, kernel.next_us()) == (5, None)


def test_the_clock_never_goes_back() -> None:
    """An event in the past is refused, and advancing to the past does nothing."""
    kernel = Kernel()
    kernel.advance(10)
    kernel.advance(3)
    assert kernel.now_us == 10
    with pytest.raises(ValueError, match="9 µs, but it is 10 µs"):
        kernel.push(9, 0, 0)


# Randomness.


def test_streams_depend_on_seed_and_name_alone() -> None:
    """The same name of the same seed is the same stream; anything else is another."""

    def draw(seed: int, name: str) -> int:
        return stream(seed, name).getrandbits(64)

    assert draw(7, "link/1/2") == draw(7, "link/1/2")
    assert len({draw(7, "link/1/2"), draw(7, "link/2/1"), draw(8, "link/1/2")}) == 3


def test_latencies_are_log_normal() -> None:
    """Half of the quantiles lie below the median, and the tail is long."""
    latencies = log_normal_us(2_000, 0.5)
    assert sorted(latencies) == list(latencies)
    assert latencies[2047] <= 2_000 <= latencies[2048]
    assert latencies[-1] > 4 * 2_000


# Links.


def link(**rates: int) -> Link:
    """A link with some faults on."""
    made = new_link(stream(1, "link"), 2_000, 0.5)
    for name, value in rates.items():
        setattr(made, name, value)
    return made


def test_a_healthy_link_delivers_once_in_order() -> None:
    """As over a TCP connection: nothing overtakes, nothing is lost, damaged or doubled."""
    healthy = link()
    arrivals = [healthy.carry(now_us, FRAME) for now_us in range(0, 200_000, 100)]
    assert all(len(a) == 1 and a[0][1] == FRAME for a in arrivals)
    times = [a[0][0] for a in arrivals]
    assert times == sorted(times)
    assert not healthy.is_faulty()


def test_extra_delay_keeps_order_also_when_it_ends() -> None:
    """Frames sent after the delay was lifted wait for those before them."""
    slow = link(extra_us=100_000)
    ((late_us, _),) = slow.carry(0, FRAME)
    assert late_us > 100_000
    slow.clear_faults()
    ((next_us, _),) = slow.carry(1, FRAME)
    assert next_us == late_us


@pytest.mark.parametrize(
    ("rate", "seen"),
    [
        ("loss_ppm", lambda arrivals: len(arrivals) == 0),
        ("duplicate_ppm", lambda arrivals: len(arrivals) == 2),
        ("corrupt_ppm", lambda arrivals: arrivals[0][1] != FRAME),
    ],
)
def test_a_rate_is_a_share_of_frames(rate: str, seen) -> None:  # type: ignore[no-untyped-def]
    """A fault hits about its share of the frames: none at 0, all at a million."""
    for ppm, low, high in ((0, 0, 0), (300_000, 520, 680), (MILLION, 2_000, 2_000)):
        faulty = link(**{rate: ppm})
        hits = sum(seen(faulty.carry(now_us, FRAME)) for now_us in range(0, 200_000, 100))
        assert low <= hits <= high


def test_reordered_frames_overtake() -> None:
    """Only the share that the fault lets go arrives out of order."""
    unordered = link(reorder_ppm=300_000)
    times = [unordered.carry(now_us, FRAME)[0][0] for now_us in range(0, 200_000, 100)]
    assert times != sorted(times)


def test_a_damaged_frame_differs_in_one_bit() -> None:
    """Corruption flips exactly one bit, and the length stays."""
    ((_, body),) = link(corrupt_ppm=MILLION).carry(0, FRAME)
    flipped = int.from_bytes(body, "big") ^ int.from_bytes(FRAME, "big")
    assert len(body) == len(FRAME)
    assert flipped.bit_count() == 1


@given(
    st.fixed_dictionaries(
        {rate: st.integers(0, MILLION) for rate in ("loss_ppm", "duplicate_ppm", "corrupt_ppm")}
        | {"cut": st.booleans(), "extra_us": st.integers(0, 9_000)}
    )
)
def test_every_frame_costs_one_draw_whatever_the_faults(rates: dict[str, int]) -> None:
    """After the same frames a faulty link's stream stands where a healthy link's stands."""
    healthy, faulty = link(), link(**rates)
    for now_us in range(0, 1_000, 100):
        healthy.carry(now_us, FRAME)
        faulty.carry(now_us, FRAME)
    assert healthy.random.getrandbits(64) == faulty.random.getrandbits(64)


# The bus and its faults.


def bus() -> Bus:
    """A bus of five endpoints' links."""
    return Bus(Kernel(), 7, 2_000, 0.5)


def cuts(wires: Bus) -> set[tuple[int, int]]:
    """The directed links that are cut."""
    return {pair for pair, wire in wires.links.items() if wire.cut}


def test_cutting_one_link_leaves_the_others_as_they_were() -> None:
    """The arrivals over every other link are the same to the microsecond."""

    def arrivals(cut: bool) -> list[tuple[int, ...]]:
        wires = bus()
        if cut:
            faults.cut(wires, 1, 2)
        for _ in range(30):
            for target in (2, 3):
                wires.send(0, 1, target, FRAME)
        return [e for e in iter(wires.kernel.pop, None) if e[3] == 3]

    assert [e[0] for e in arrivals(cut=True)] == [e[0] for e in arrivals(cut=False)]


def test_to_oneself_takes_no_time() -> None:
    """A frame to its sender arrives at once, and no fault touches it."""
    wires = bus()
    wires.send(0, 1, 1, FRAME)
    event = wires.kernel.pop()
    assert event is not None
    assert (event[0], event[5]) == (0, FRAME)
    assert wires.arrives(1, 1)


def test_a_frame_under_way_is_lost_on_a_cut() -> None:
    """It was sent over a whole link, and the link is cut when it is due."""
    wires = bus()
    wires.send(0, 1, 2, FRAME)
    faults.cut(wires, 1, 2)
    assert not wires.arrives(1, 2)
    assert (wires.sent, wires.delivered, wires.lost, wires.link(1, 2).lost) == (1, 0, 1, 1)


def test_shapes_of_cuts() -> None:
    """One way, both ways, joined again; a partition cuts exactly between its groups."""
    wires, nodes = bus(), (1, 2, 3, 4, 5)
    faults.cut(wires, 1, 2, both=False)
    assert cuts(wires) == {(1, 2)}
    faults.cut(wires, 3, 4)
    assert cuts(wires) == {(1, 2), (3, 4), (4, 3)}
    faults.join(wires, 3, 4)
    assert cuts(wires) == {(1, 2)}
    faults.partition(wires, nodes, [[1, 2], [3]])
    between = {(a, b) for a in (1, 2) for b in (3, 4, 5)} | {(3, b) for b in (4, 5)}
    assert cuts(wires) == between | {(b, a) for a, b in between}
    faults.heal(wires, nodes)
    assert cuts(wires) == set()


def test_cuts_are_counted() -> None:
    """Each by its kind, and only where a link was whole."""
    wires, nodes = bus(), (1, 2, 3, 4, 5)
    faults.cut(wires, 1, 2, both=False)
    faults.cut(wires, 1, 2, both=False)
    assert (wires.cuts, wires.one_way_cuts, wires.partitions) == (0, 1, 0)
    faults.cut(wires, 1, 2)
    faults.cut(wires, 2, 1)
    assert (wires.cuts, wires.one_way_cuts, wires.partitions) == (1, 1, 0)
    faults.partition(wires, nodes, [nodes])
    assert wires.partitions == 0
    faults.partition(wires, nodes, [[1, 2]])
    assert (wires.cuts, wires.one_way_cuts, wires.partitions) == (1, 1, 1)


def test_heals_are_counted() -> None:
    """Where nothing is wrong there is nothing to heal; any one fault is enough."""
    wires, nodes = bus(), (1, 2, 3, 4, 5)
    faults.heal(wires, nodes)
    faults.partition(wires, nodes, [nodes])
    faults.heal(wires, nodes)
    assert wires.heals == 0
    faults.cut(wires, 1, 2, both=False)
    faults.heal(wires, nodes)
    faults.partition(wires, nodes, [[1, 2]])
    faults.heal(wires, nodes)
    faults.set_rate(wires, nodes, "loss_ppm", 10_000)
    faults.heal(wires, nodes)
    faults.heal(wires, nodes)
    assert wires.heals == 3


def test_delayed_frames_are_counted() -> None:
    """Those that arrive later for a fault; not those that are lost instead."""
    wires = bus()
    wires.send(0, 1, 2, FRAME)
    faults.set_rate(wires, (1, 2), "extra_us", 5_000)
    wires.send(0, 1, 2, FRAME)
    wires.send(0, 1, 3, FRAME)
    assert wires.delayed == 1
    faults.cut(wires, 1, 2)
    wires.send(0, 1, 2, FRAME)
    assert wires.delayed == 1


def test_reordered_frames_are_counted() -> None:
    """As many as arrive before one that was sent earlier on the same link."""
    wires = bus()
    for number in range(200):
        wires.send(0, 1, 2, b"%d" % number)
    assert wires.reordered == 0, "a link keeps the order by itself"
    faults.set_rate(wires, (1, 2), "reorder_ppm", 100_000)
    for number in range(200, 400):
        wires.send(0, 1, 2, b"%d" % number)
    arrived = [int(event[5]) for event in iter(wires.kernel.pop, None)]
    newest = {number: max(arrived[: at + 1]) for at, number in enumerate(arrived)}
    late = [number for number in arrived if newest[number] > number]
    overtaking = {n for n in arrived if any(m < n for m in arrived[arrived.index(n) :])}
    assert late
    assert wires.reordered == len(overtaking)


def test_healing_undoes_every_rate() -> None:
    """Rates are set on every link between the nodes, healed together; others are refused."""
    wires, nodes = bus(), (1, 2, 3)
    for rate in faults.RATES:
        faults.set_rate(wires, nodes, rate, 1_000)
    assert len(wires.links) == 6
    assert all(wire.is_faulty() for wire in wires.links.values())
    faults.heal(wires, nodes)
    assert not any(wire.is_faulty() for wire in wires.links.values())
    with pytest.raises(ValueError, match="no link fault 'cut'; there are loss_ppm"):
        faults.set_rate(wires, nodes, "cut", 1)


@given(st.integers(0, 2**32), st.sampled_from([3, 5, 7]), st.integers(200_000, 8_000_000))
def test_a_schedule_undoes_all_that_it_does(seed: int, size: int, gap_us: int) -> None:
    """Faults lie between the two times, in order; who crashed restarts, who paused goes on."""
    nodes = tuple(range(1, size + 1))
    schedule = random_schedule(Random(seed), nodes, 1_000_000, 60_000_000, gap_us)
    times = [fault.time_us for fault in schedule]
    assert times == sorted(times)
    assert times[0] > 1_000_000
    assert (times[-1], schedule[-1].verb) == (60_000_000, "heal")
    down: dict[int, str] = {}
    for fault in schedule:
        match fault.verb:
            case "crash" | "pause":
                assert fault.args["cp"] not in down
                down[fault.args["cp"]] = fault.verb
            case "restart" | "resume":
                assert down.pop(fault.args["cp"]) == (
                    "crash" if fault.verb == "restart" else "pause"
                )
    assert down == {}


# The trace.


def test_the_digest_sees_every_part_of_an_event() -> None:
    """Time, kind, endpoints, payload and order all change it; asking for it does not."""
    events = [(1, 2, 3, 4, b"x"), (2, 2, 3, 4, None)]
    variants = [events, events[::-1], events[:1], [*events, events[0]]]
    for position, other in enumerate((9, 9, 9, 9, b"y")):
        changed = [*events[0][:position], other, *events[0][position + 1 :]]
        variants.append([tuple(changed), events[1]])  # type: ignore[list-item]
    digests = []
    for variant in variants:
        trace = Trace()
        for event in variant:
            trace.add(*event)
            trace.digest()
        digests.append(trace.digest())
    assert len(set(digests)) == len(variants)
    long, asked = Trace(), Trace()
    for number in range(2_000):
        long.add(number, 0, 0, 0, None)
        asked.add(number, 0, 0, 0, None)
        if number % 7 == 0:
            asked.digest()
    assert long.digest() == asked.digest()


# The press.


def test_equal_rows_are_packed_once() -> None:
    """The disks of a cluster hold the same frame for the same row; any row reads back as it was."""
    press = Press()
    frames = [press([5, 1, b"value"]) for _ in range(3)]
    assert frames[0] is frames[1] is frames[2]
    assert press([5, 2, b"value"]) == pack_row([5, 2, b"value"]) != frames[0]
    assert unpack_row(frames[0]) == [5, 1, b"value"]


def test_the_press_remembers_only_the_latest() -> None:
    """However many rows are written: a row that comes again late is packed anew, and is equal."""
    press = Press()
    first = press([5, 0, b""])
    for slot in range(1, 3_000):
        press([5, slot, b""])
    assert len(press._frames) == REMEMBERED_ROWS
    assert press([5, 0, b""]) == first
