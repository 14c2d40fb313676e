"""One run of the bare laboratory under random faults, drawn from a seed, and its verdict.

Two phases: for ``FAULTY_US`` clients submit while nodes crash, pause and come back, links are cut
and bad, and the network splits; then everything heals, and what is left must settle.
"""

from collections.abc import Callable, Sequence
from heapq import heapify
from random import Random
from typing import Any, TypeAlias

from attrs import evolve, frozen

from paxos.check.laboratory import FAULT, READ, SUBMIT, Laboratory
from paxos.clients import Client
from paxos.effects import Answered, Applied, Asked, ReadKind, RoleChanged
from paxos.election import Timing
from paxos.membership import Membership, place_of
from paxos.records import Recovered
from paxos.replica import Config, Replica
from paxos.sim.ailments import random_ailments
from paxos.sim.faults import Fault, random_changes, random_schedule
from paxos.sim.healing import undo_everything
from paxos.sim.host import Kind, ReplicaProcess, Status
from paxos.sim.kernel import Event
from tests.paxos.history import History, Key, Read
from tests.paxos.history import Inconsistent as Inconsistent

SECOND = 1_000_000
FAULTY_US = 60 * SECOND
END_US = 90 * SECOND
COMMANDS = 150
KEYS = 5

HASTY = Timing(
    heartbeat_us=100_000,
    election_low_us=200_000,
    election_high_us=500_000,
    prepare_us=60_000,
    retry_us=80_000,
)
"""Time-outs that slow links and disks outlast: elections are many, and messages come very late."""

STORMY = Timing(
    heartbeat_us=40_000,
    election_low_us=60_000,
    election_high_us=200_000,
    prepare_us=30_000,
    retry_us=50_000,
)
"""Time-outs far below the delays: leaders come and go."""


class NotSettled(AssertionError):  # noqa: N818 - a verdict
    """Everything has healed, and yet: liveness."""


Load: TypeAlias = list[tuple[int, int, int]]
"""When which node's client sets which key, in the order of the commands' numbers."""


def at_random(random: Random, nodes: Sequence[int], gap_us: int) -> tuple[list[Fault], Load]:
    """Faults and commands at any time, of each other and of what the replicas are doing."""
    faults = random_schedule(random, nodes, SECOND, FAULTY_US, gap_us)
    load = [
        (random.randint(SECOND, FAULTY_US), random.choice(nodes), random.randrange(KEYS))
        for _ in range(COMMANDS)
    ]
    return faults, load


@frozen
class Shape:
    """What a run is made of besides its faults."""

    config: Config
    fsync_us: tuple[int, ...]
    gap_us: int
    ambush: float = 0.0
    """How often a node whose role changes is killed within the next moments."""
    spares: tuple[int, ...] = ()
    """Nodes that join in the course of the run. With any, others leave and lose their disks."""
    reads: int = 0
    """How many reads there are, of all kinds."""
    drifts_ppm: tuple[int, ...] = ()
    """How much too fast the nodes' clocks run; left out, all are right."""
    ailing: bool = False
    """Whether clocks, disks and nodes ail, too."""
    plan: Callable[[Random, Sequence[int], int], tuple[list[Fault], Load]] = at_random
    """Draws the faults and the load, with a mean time between faults."""


def shape_of(seed: int) -> Shape:
    """3, 5 or 7 voters; some with learners, flexible quorums, a tiny window, slow disks."""
    random = Random(f"shape/{seed}")
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
    random = Random(f"storm/{seed}")
    voters = random.choice((3, 3, 5))
    config = Config(membership=Membership(tuple(range(1, voters + 1))), timing=STORMY)
    return Shape(config, (1_000,) * voters, random.choice((150_000, 400_000)))


def compact_of(seed: int) -> Shape:
    """The weather of :func:`shape_of` or :func:`storm_of`, with a log of a few slots only."""
    random = Random(f"compact/{seed}")
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
    random = Random(f"moving/{seed}")
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


def ailing_of(seed: int) -> Shape:
    """The weather of :func:`shape_of` or :func:`compact_of`, and nodes that ail as well."""
    return evolve(Random(f"ailing/{seed}").choice((shape_of, compact_of))(seed), ailing=True)


def reading_of(seed: int) -> Shape:
    """Any weather, with readers, and with clocks that are as wrong as the bound allows."""
    random = Random(f"reading/{seed}")
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


class Campaign(Laboratory):
    """A laboratory that remembers when clients submitted and when they got their results.

    It also ambushes: crashes at random times seldom hit the moments between a message and the disk.
    """

    def __init__(self, shape: Shape, *, seed: int, **options: Any) -> None:
        self.submitted_us: dict[Key, int] = {}
        self.done_us: dict[Key, int] = {}
        self.log: dict[int, bytes] = {}
        """Every slot's value as it was applied: the replicas forget."""
        self.asked_us: dict[Key, int] = {}
        self.answered_us: dict[Key, int] = {}
        super().__init__(shape.config, seed=seed, spares=shape.spares, **options)
        self.shape = shape
        self.random = Random(f"ambush/{seed}")
        for host, fsync_us in zip(self.cluster.hosts.values(), shape.fsync_us, strict=True):
            host.disk.fsync_us = fsync_us
        for node, drift_ppm in zip(self.cluster.nodes, shape.drifts_ppm, strict=False):
            self.cluster.set_drift(node, drift_ppm)

    @property
    def history(self) -> History:
        """What clients saw."""
        reads = {
            ticket: Read(
                self.asked[ticket].op,
                asked_us,
                answer.slot,
                answer.result,
                self.answered_us[ticket],
            )
            for ticket, asked_us in self.asked_us.items()
            if (answer := self.answers.get(ticket)) is not None
        }
        return History(self.submitted_us, self.done_us, self.results, self.log, reads)

    def build(self, node: int, recovered: Recovered, now_us: int) -> ReplicaProcess:
        """A replica; what a life of the same number submitted before it was on disk is void."""
        process = super().build(node, recovered, now_us)
        for key in [key for key in self.asked_us if key not in self.asked]:
            del self.asked_us[key]
        self.history.begin(process.replica.client)
        for key in [key for key in self.submitted if key not in self.submitted_us]:
            del self.submitted[key]
        return process

    def happen(self, event: Event) -> None:
        """Note the time of a submission."""
        before = len(self.submitted)
        super().happen(event)
        if event[2] == SUBMIT and len(self.submitted) > before:
            self.submitted_us[next(reversed(self.submitted))] = event[0]

    def do(self, fault: Fault) -> None:
        """Schedule and ambush meet: what cannot be done to a node as it is, is left out."""
        if fault.verb in ("remove", "demote", "renew") and not self._can_bear(fault.args["cp"]):
            return
        needed = {
            "admit": (Status.CRASHED,),
            "crash": (Status.ALIVE, Status.PAUSED),
            "crash_after_write": (Status.ALIVE, Status.PAUSED),
            "disarm": (Status.ALIVE, Status.PAUSED),
            "restart": (Status.CRASHED,),
            "pause": (Status.ALIVE,),
            "resume": (Status.PAUSED,),
        }.get(fault.verb)
        if needed is not None:
            host = self.cluster.hosts[fault.args["cp"]]
            begun = host.generation > 0
            if host.status not in needed or begun == (fault.verb == "admit"):
                return
        super().do(fault)

    def _can_bear(self, place: int) -> bool:
        """Whether the group can lose one more voter for good, and what only it remembers.

        It can if there are others enough, and if every one of them knows all that was decided
        before it came to vote beside the others.
        """
        leader = self.leader()
        if leader is None or len(leader.group.eras) > 1:
            return False
        era = leader.group.latest
        hosts = self.cluster.hosts
        if len(era.membership.voters) <= 3 or not hosts[place].generation:
            return False
        for voter in era.membership.voters:
            replica = self.replica(place_of(voter))
            if replica is None or replica.node != voter:
                return False
            if replica.commit_slot + 1 < era.from_slot:
                return False
        return True

    def perform(self, node: int, effect: Any) -> None:
        """Note the time of a result; lie in wait for a node whose role changes."""
        if type(effect) is RoleChanged and self.random.random() < self.shape.ambush:
            self._ambush(node)
        if type(effect) is Applied:
            self.log.setdefault(effect.slot, effect.value)
        before = len(self.results)
        super().perform(node, effect)
        if type(effect) is Asked:
            self.asked_us[next(reversed(self.asked))] = self.cluster.now_us
        elif type(effect) is Answered:
            self.answered_us[next(reversed(self.answers))] = self.cluster.now_us
        # A snapshot may answer several at once.
        for key in list(self.results)[before:]:
            self.done_us[key] = self.cluster.now_us

    def heal_all(self) -> int:
        """Undo every fault now; no further one comes, and no further command or read.

        Returns:
            When the last frame that is under way arrives, and the last fsync ends; or now.
        """
        kernel = self.cluster.kernel
        kernel._heap = [event for event in kernel._heap if event[2] not in (FAULT, SUBMIT, READ)]
        heapify(kernel._heap)
        self.shape = evolve(self.shape, ambush=0.0)
        for fault in undo_everything(self.cluster.nodes, kernel.now_us):
            self.do(fault)
        late = [event[0] for event in kernel._heap if event[2] in (Kind.PAXOS, Kind.DISK)]
        return max(late, default=kernel.now_us)

    def _ambush(self, node: int) -> None:
        crash_us = self.cluster.now_us + self.random.randint(0, 60_000)
        restart_us = crash_us + self.random.randint(0, SECOND)
        if restart_us < FAULTY_US:
            who = {"cp": node}
            self.schedule([Fault(crash_us, "crash", who), Fault(restart_us, "restart", who)])


def prepared(
    seed: int, shape: Shape | None = None, *, check: bool = True, share: bool = False
) -> Campaign:
    """The run of a seed before its first event: faults and load are in the heap."""
    shape = shape or shape_of(seed)
    lab = Campaign(shape, seed=seed, check=check, share=share)
    random = Random(f"campaign/{seed}")
    nodes = lab.cluster.nodes
    faults, load = shape.plan(random, nodes, shape.gap_us)
    lab.schedule(faults)
    if shape.spares:
        first = shape.config.membership.everyone
        moves = Random(f"moves/{seed}")
        lab.schedule(random_changes(moves, first, shape.spares, SECOND, FAULTY_US))
    if shape.ailing:
        lab.schedule(random_ailments(seed, nodes, SECOND, FAULTY_US, 4 * shape.gap_us))
    for number, (time_us, node, key) in enumerate(load):
        lab.submit_at(time_us, node, key, number)
    random = Random(f"readers/{seed}")
    for number in range(lab.shape.reads):
        how = ReadKind(number % len(ReadKind))
        time_us = random.randint(SECOND, FAULTY_US)
        lab.read_at(time_us, random.choice(nodes), random.randrange(5), how)
    return lab


def run(seed: int, shape: Shape | None = None, *, share: bool = False) -> Campaign:
    """The whole run of a seed; raises what is wrong with it."""
    lab = prepared(seed, shape, share=share)
    lab.cluster.run(END_US)
    check_settled(lab)
    check_history(lab)
    return lab


def check_settled(lab: Laboratory) -> None:
    """After healing: every replica up and equal, every command of a living client done."""
    assert all(event[2] != FAULT for event in lab.cluster.kernel._heap)
    leader = lab.leader()
    if leader is None:
        raise NotSettled("nobody leads")
    if len(leader.group.eras) > 1:
        raise NotSettled(f"a change has not taken effect: {leader.group.eras}")
    running = [r for node in lab.cluster.nodes if (r := lab.replica(node)) is not None]
    replicas = [r for r in running if r.node not in leader.group.gone]
    members = leader.group.present.everyone
    if sorted(r.node for r in replicas) != sorted(members):
        raise NotSettled(f"{[r.node for r in replicas]} run, and the members are {members}")
    slots = {r.node: r.commit_slot for r in replicas}
    if len(set(slots.values())) != 1 or max(slots.values()) == 0:
        raise NotSettled(f"commit slots differ: {slots}")
    if len({r.learner.state_digest() for r in replicas}) != 1:
        raise NotSettled("states differ")
    alive = {r.client for r in replicas}
    open_ = [k for k in lab.submitted if Client(*k[:2]) in alive and k not in lab.results]
    if open_ or any(r.pending for r in replicas):
        raise NotSettled(f"commands of living clients are not done: {open_}")
    waiting = [k for k in lab.asked if Client(*k[:2]) in alive and k not in lab.answers]
    if waiting or any(r.reads for r in replicas):
        raise NotSettled(f"reads of living clients are not answered: {waiting}")


def check_history(lab: Campaign) -> None:
    """Whether the log explains what the clients saw: :class:`tests.paxos.history.History`."""
    replica = lab.leader()
    assert isinstance(replica, Replica)
    lab.history.check(replica.commit_slot)
