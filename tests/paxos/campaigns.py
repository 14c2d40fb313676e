"""One run of the bare laboratory under random faults, drawn from a seed, and its verdict.

Two phases: for ``FAULTY_US`` clients submit while nodes crash, pause and come back, links are cut
and bad, and the network splits; then everything heals, and what is left must settle.
"""

from random import Random
from typing import Any

import msgpack
from attrs import evolve, frozen

from paxos.check.laboratory import FAULT, SUBMIT, Laboratory
from paxos.clients import Client, decode
from paxos.effects import Applied, RoleChanged
from paxos.election import Timing
from paxos.membership import Membership
from paxos.messages import NOOP
from paxos.replica import Config, Replica
from paxos.sim.cluster import Status
from paxos.sim.faults import Fault, random_schedule
from paxos.sim.kernel import Event

SECOND = 1_000_000
FAULTY_US = 60 * SECOND
END_US = 90 * SECOND
COMMANDS = 150

HASTY = Timing(
    heartbeat_us=100_000,
    election_low_us=200_000,
    election_high_us=500_000,
    prepare_us=60_000,
    retry_us=80_000,
)
"""Time-outs that slow links and disks outlast: elections are many, and messages come very late."""

Key = tuple[int, int, int]
"""A command: node, incarnation, sequence."""


class NotSettled(AssertionError):  # noqa: N818 - a verdict
    """Everything has healed, and yet: liveness."""


class Inconsistent(AssertionError):  # noqa: N818 - a verdict
    """What the clients saw contradicts the log."""


@frozen
class Shape:
    """What a run is made of besides its faults."""

    config: Config
    fsync_us: tuple[int, ...]
    gap_us: int
    ambush: float = 0.0
    """How often a node whose role changes is killed within the next moments."""


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
    timing = Timing(
        heartbeat_us=40_000,
        election_low_us=60_000,
        election_high_us=200_000,
        prepare_us=30_000,
        retry_us=50_000,
    )
    config = Config(membership=Membership(tuple(range(1, voters + 1))), timing=timing)
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


class Campaign(Laboratory):
    """A laboratory that remembers when clients submitted and when they got their results.

    It also ambushes: crashes at random times seldom hit the moments between a message and the disk.
    """

    def __init__(self, shape: Shape, *, seed: int, **options: Any) -> None:
        super().__init__(shape.config, seed=seed, **options)
        self.submitted_us: dict[Key, int] = {}
        self.done_us: dict[Key, int] = {}
        self.log: dict[int, bytes] = {}
        """Every slot's value as it was applied: the replicas forget."""
        self.shape = shape
        self.random = Random(f"ambush/{seed}")
        for host, fsync_us in zip(self.cluster.hosts.values(), shape.fsync_us, strict=True):
            host.disk.fsync_us = fsync_us

    def happen(self, event: Event) -> None:
        """Note the time of a submission."""
        before = len(self.submitted)
        super().happen(event)
        if event[2] == SUBMIT and len(self.submitted) > before:
            self.submitted_us[next(reversed(self.submitted))] = event[0]

    def do(self, fault: Fault) -> None:
        """Schedule and ambush meet: what cannot be done to a node as it is, is left out."""
        needed = {
            "crash": (Status.ALIVE, Status.PAUSED),
            "restart": (Status.CRASHED,),
            "pause": (Status.ALIVE,),
            "resume": (Status.PAUSED,),
        }.get(fault.verb)
        if needed is None or self.cluster.hosts[fault.args["cp"]].status in needed:
            super().do(fault)

    def perform(self, node: int, effect: Any) -> None:
        """Note the time of a result; lie in wait for a node whose role changes."""
        if type(effect) is RoleChanged and self.random.random() < self.shape.ambush:
            self._ambush(node)
        if type(effect) is Applied:
            self.log.setdefault(effect.slot, effect.value)
        before = len(self.results)
        super().perform(node, effect)
        # A snapshot may answer several at once.
        for key in list(self.results)[before:]:
            self.done_us[key] = self.cluster.now_us

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
    lab.schedule(random_schedule(random, nodes, SECOND, FAULTY_US, shape.gap_us))
    for number in range(COMMANDS):
        time_us = random.randint(SECOND, FAULTY_US)
        lab.submit_at(time_us, random.choice(nodes), random.randrange(5), number)
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
    replicas = [r for node in lab.cluster.nodes if (r := lab.replica(node)) is not None]
    assert len(replicas) == len(lab.cluster.nodes)
    if lab.leader() is None:
        raise NotSettled("nobody leads")
    slots = {r.node: r.commit_slot for r in replicas}
    if len(set(slots.values())) != 1 or max(slots.values()) == 0:
        raise NotSettled(f"commit slots differ: {slots}")
    if len({r.learner.state_digest() for r in replicas}) != 1:
        raise NotSettled("states differ")
    alive = {r.client for r in replicas}
    open_ = [k for k in lab.submitted if Client(*k[:2]) in alive and k not in lab.results]
    if open_ or any(r.pending for r in replicas):
        raise NotSettled(f"commands of living clients are not done: {open_}")


def check_history(lab: Campaign) -> None:
    """Results follow from the log in order, and the log from the clients' order in time.

    A command takes effect once, in the first slot that holds it. If one was done before another
    was submitted, it must stand before it in the log.
    """
    replica = lab.replica(lab.cluster.nodes[0])
    assert isinstance(replica, Replica)
    values: dict[Any, Any] = {}
    seen: set[Key] = set()
    newest: dict[int, int] = {}
    latest_us = 0
    for slot in range(1, replica.commit_slot + 1):
        value = lab.log[slot]
        if value == NOOP:
            continue
        command = decode(value)
        key = (*command.client, command.sequence)
        if key in seen or key[1] < newest.get(key[0], 1):
            continue
        seen.add(key)
        newest[key[0]] = key[1]
        result = _set(values, command.op)
        if key in lab.results:
            if lab.results[key] != result:
                raise Inconsistent(f"{key} in slot {slot} returned {lab.results[key]!r}")
            if lab.done_us[key] < latest_us:
                raise Inconsistent(f"{key} in slot {slot} was done before an earlier one began")
        latest_us = max(latest_us, lab.submitted_us[key])
    if not set(lab.results) <= seen:
        raise Inconsistent("a client got a result for a command that is not in the log")


def _set(values: dict[Any, Any], op: bytes) -> bytes:
    key, value = msgpack.unpackb(op)
    before = values.get(key)
    values[key] = value
    return bytes(msgpack.packb(before))
