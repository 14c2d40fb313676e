"""Weathers: shapes of runs, each drawn from a seed, and each kind to some kinds of mistakes."""

from attrs import evolve

from paxos.check.campaign.shape import HASTY, STORMY, Shape
from paxos.election import Timing
from paxos.membership import Membership
from paxos.replica import Config
from paxos.sim.streams import named


def shape_of(seed: int) -> Shape:
    """3, 5 or 7 voters; some with learners, flexible quorums, a tiny window, slow disks."""
    random = named(f"shape/{seed}")
    voters = random.choice((3, 3, 5, 5, 7))
    learners = random.choice((0, 0, 1, 2))
    sizes = {}
    if random.random() < 0.3:
        phase2 = random.randint(2 if voters > 3 else 1, voters // 2 + 1)
        sizes = {"phase1": voters + 1 - phase2, "phase2": phase2}
    everyone = range(1, voters + learners + 1)
    membership = Membership(tuple(everyone[:voters]), tuple(everyone[voters:]), **sizes)
    tight = random.random() < 0.4
    config = Config(
        membership=membership,
        timing=HASTY if random.random() < 0.3 else Timing(),
        window=random.choice((2, 3, 5)) if tight else 64,
        pipeline=random.choice((1, 2)) if tight else 8,
        run_slots=random.choice((1, 2, 64)),
    )
    fsync_us = tuple(random.choice((1_000, 1_000, 5_000, 40_000)) for _ in everyone)
    gap_us = random.choice((1_000_000, 2_500_000, 4_000_000))
    return Shape(config, fsync_us, gap_us, random.choice((0.0, 0.0, 0.3)))


def storm_of(seed: int) -> Shape:
    """Time-outs far below the delays, and faults without a pause: leaders come and go.

    What a ballot leaves behind arrives when other ballots have passed: the weather for mistakes
    about old messages.
    """
    random = named(f"storm/{seed}")
    voters = random.choice((3, 3, 5))
    config = Config(membership=Membership(tuple(range(1, voters + 1))), timing=STORMY)
    return Shape(config, (1_000,) * voters, random.choice((150_000, 400_000)))


def compact_of(seed: int) -> Shape:
    """The weather of :func:`shape_of` or :func:`storm_of`, with a log of a few slots only."""
    random = named(f"compact/{seed}")
    shape = random.choice((shape_of, storm_of))(seed)
    snapshot_slots, retain_slots = random.choice((1, 3, 8, 20)), random.choice((0, 0, 2, 10))
    return evolve(
        shape,
        config=evolve(shape.config, snapshot_slots=snapshot_slots, retain_slots=retain_slots),
    )


def pieces_of(seed: int) -> Shape:
    """The weather of :func:`compact_of`, with snapshots that come in several pieces."""
    shape = compact_of(seed)
    return evolve(shape, config=evolve(shape.config, chunk_bytes=64))


def moving_of(seed: int) -> Shape:
    """The weather of :func:`shape_of`, :func:`storm_of` or :func:`compact_of`; nobody stays.

    Now and then clocks, disks and nodes ail meanwhile. Quorums are majorities: with others a single
    lost disk may be one too many.
    """
    random = named(f"moving/{seed}")
    shape = random.choice((shape_of, storm_of, compact_of))(seed)
    count = len(shape.config.membership.everyone)
    spares = tuple(range(count + 1, count + 1 + random.randint(1, 3)))
    membership = Membership(tuple(range(1, count + 1)))
    config = evolve(shape.config, membership=membership, window=random.choice((2, 5, 16)))
    fsync_us = shape.fsync_us + (1_000,) * len(spares)
    ailing = random.random() < 0.3
    return evolve(
        shape, config=config, fsync_us=fsync_us, spares=spares, reads=60, ailing=ailing
    )  # fmt: skip


def regrouping_of(seed: int) -> Shape:
    """The weather of :func:`moving_of`, with a log of three slots: who lags misses changes."""
    shape = moving_of(seed)
    return evolve(shape, config=evolve(shape.config, snapshot_slots=3, retain_slots=0))


def ailing_of(seed: int) -> Shape:
    """The weather of :func:`shape_of` or :func:`compact_of`, and nodes that ail as well."""
    return evolve(named(f"ailing/{seed}").choice((shape_of, compact_of))(seed), ailing=True)


def reading_of(seed: int) -> Shape:
    """Any weather, with readers, and with clocks that are as wrong as the bound allows."""
    random = named(f"reading/{seed}")
    shape = random.choice((shape_of, storm_of, storm_of, compact_of))(seed)
    timing = shape.config.timing
    drift_ppm = random.choice((timing.drift_ppm, 300_000))
    lease_us = random.choice((timing.election_low_us, timing.election_low_us // 2))
    shape = evolve(
        shape,
        config=evolve(shape.config, timing=evolve(timing, drift_ppm=drift_ppm, lease_us=lease_us)),
    )
    everyone = shape.config.membership.everyone
    drifts_ppm = tuple(random.choice((-drift_ppm, 0, drift_ppm)) for _ in everyone)
    return evolve(shape, reads=150, drifts_ppm=drifts_ppm)
