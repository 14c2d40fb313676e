"""One run of the bare laboratory under random faults, drawn from a seed, and its verdict.

Two phases: for ``FAULTY_US`` clients submit while nodes crash, pause and come back, links are cut
and bad, and the network splits; then everything heals, and what is left must settle.
"""

from typing import Any

from attrs import evolve

from paxos.check.campaign.history import History, Key, Read
from paxos.check.campaign.settled import NotSettled, check_settled
from paxos.check.campaign.shape import END_US, FAULTY_US, SECOND, Shape
from paxos.check.campaign.weather import shape_of
from paxos.check.laboratory import FAULT, READ, SUBMIT, Laboratory
from paxos.effects import Answered, Applied, Asked, ReadKind, RoleChanged
from paxos.membership import place_of
from paxos.records import Recovered
from paxos.sim.ailments import random_ailments
from paxos.sim.faults import Fault, random_changes
from paxos.sim.healing import undo_everything
from paxos.sim.host import Kind, ReplicaProcess, Status
from paxos.sim.kernel import Event
from paxos.sim.streams import named


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
        self.random = named(f"ambush/{seed}")
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
        kernel.cancel((FAULT, SUBMIT, READ))
        self.shape = evolve(self.shape, ambush=0.0)
        for fault in undo_everything(self.cluster.nodes, kernel.now_us):
            self.do(fault)
        late = [event[0] for event in kernel.waiting() if event[2] in (Kind.PAXOS, Kind.DISK)]
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
    random = named(f"campaign/{seed}")
    nodes = lab.cluster.nodes
    faults, load = shape.plan(random, nodes, shape.gap_us)
    lab.schedule(faults)
    if shape.spares:
        first = shape.config.membership.everyone
        moves = named(f"moves/{seed}")
        lab.schedule(random_changes(moves, first, shape.spares, SECOND, FAULTY_US))
    if shape.ailing:
        lab.schedule(random_ailments(seed, nodes, SECOND, FAULTY_US, 4 * shape.gap_us))
    for number, (time_us, node, key) in enumerate(load):
        lab.submit_at(time_us, node, key, number)
    random = named(f"readers/{seed}")
    for number in range(lab.shape.reads):
        how = ReadKind(number % len(ReadKind))
        time_us = random.randint(SECOND, FAULTY_US)
        lab.read_at(time_us, random.choice(nodes), random.randrange(5), how)
    return lab


def run(
    seed: int, shape: Shape | None = None, *, check: bool = True, share: bool = False
) -> Campaign:
    """The whole run of a seed; raises what is wrong with it."""
    lab = prepared(seed, shape, check=check, share=share)
    lab.cluster.run(END_US)
    check_settled(lab)
    check_history(lab)
    return lab


def check_history(lab: Campaign) -> None:
    """Whether the log explains what the clients saw: :mod:`paxos.check.campaign.history`.

    Raises:
        Inconsistent: it does not.
        NotSettled: nobody leads, who could say how far the log goes.
    """
    leader = lab.leader()
    if leader is None:
        raise NotSettled("nobody leads")
    lab.history.check(leader.commit_slot)
