"""Replicas on a bus: carries out their effects, and does to them what faults do."""

from collections import deque
from collections.abc import Callable
from typing import Any, ClassVar

from paxos.effects import (
    Answered,
    Applied,
    AppliedRun,
    Asked,
    Broadcast,
    CancelTimer,
    Checkpoint,
    Installed,
    LeaseLapsed,
    Persist,
    Regrouped,
    RoleChanged,
    Send,
    SetTimer,
    Withheld,
)
from paxos.membership import PLACES, place_of
from paxos.sim.bus import Bus
from paxos.sim.coverage import Coverage
from paxos.sim.fates import Fate
from paxos.sim.host import LAST_FRAME, Host, Kind, Observer, Outside, Scribe, Status, Witness
from paxos.sim.kernel import Event, Kernel
from paxos.sim.nodes import Nodes
from paxos.sim.press import Press
from paxos.sim.trace import Trace
from paxos.wire import WireError, pack

RECENT = 1_000
"""How many events are remembered."""
INBOX = 10_000
"""How many events may wait at a busy node; frames beyond are lost, as with any full buffer."""


def _missed(host: Host, kind: int, target: int) -> Fate | None:
    """Why a frame that is due at a node reaches nobody; None where it does."""
    if host.process is None:
        return Fate.TARGET_DOWN
    if kind == Kind.PAXOS and target != host.identity:
        return Fate.TARGET_GONE
    return Fate.INBOX_FULL if len(host.backlog) >= INBOX else None


class Cluster(Nodes):
    """The nodes of one group, their bus and their clock."""

    def __init__(
        self,
        *,
        outside: Outside,
        nodes: tuple[int, ...],
        seed: int,
        latency_us: int = 2_000,
        tail: float = 0.5,
        fsync_us: int = 1_000,
        observer: Observer | None = None,
        witness: Witness | None = None,
    ) -> None:
        self.outside = outside
        self.nodes = nodes
        self.observer = observer
        self.witness = witness
        self.scribe: Scribe | None = None
        """Who keeps the whole log, if somebody wants to see it."""
        self.kernel = Kernel()
        self.bus = Bus(self.kernel, seed, latency_us, tail, nodes)
        self.trace = Trace()
        self.recent: deque[Event] = deque(maxlen=RECENT)
        """The latest events, for whoever wants to know what led to something."""
        self.coverage = Coverage()
        self.seed = seed
        self.fsync_us = fsync_us
        self.hosts: dict[int, Host] = {}
        self.press = Press()
        for node in nodes:
            self._add_host(node)

    def __getstate__(self) -> dict[str, Any]:
        """All but the scribe, which is no part of the run and would be copied with it."""
        return {**self.__dict__, "scribe": None}

    # Time.

    @property
    def now_us(self) -> int:
        """Virtual time."""
        return self.kernel.now_us

    def step(self, until_us: int | None = None) -> Event | None:
        """Let one event happen, no later than ``until_us``; None when there is none.

        Raises:
            paxos.check.violation.InvariantViolation: the event broke an invariant.
        """
        kernel = self.kernel
        while True:
            next_us = kernel.next_us()
            if next_us is None or (until_us is not None and next_us > until_us):
                return None
            event = kernel.pop()
            assert event is not None  # noqa: S101 - next_us said so
            if event[2] == Kind.TIMER and not self.hosts[event[3]].is_due(kernel, event):
                continue
            self.trace.add(event[0], event[2], event[3], event[4], event[5])
            self.recent.append(event)
            self._handle(event)
            return event

    def pass_over(self, until_us: int) -> None:
        """Let what stands first in the queue up to a time, and does not happen, be passed over.

        As :meth:`step` does on its way to what happens; the clock stays.
        """
        kernel, now_us = self.kernel, self.kernel.now_us
        while (event := kernel.peek()) is not None and event[0] <= until_us:
            if event[2] != Kind.TIMER or not self.hosts[event[3]].is_stale(event):
                break
            kernel.pop()
            self.hosts[event[3]].is_due(kernel, event)
        kernel.now_us = now_us

    def run(self, until_us: int) -> None:
        """Let everything happen up to ``until_us``, and move the clock there."""
        while self.step(until_us) is not None:
            pass
        self.kernel.advance(until_us)

    def reseed(self, seed: int) -> None:
        """From now on draw as the run of another seed does at its beginning.

        That is: latencies and losses of links, time-outs, and what a crash leaves on a disk.
        """
        self.seed = seed
        for node, host in self.hosts.items():
            host.random = self._timers(node)
            host.disk.random, host.disk.tears = self._chances(host.identity)
        self.bus.reseed(seed)

    @property
    def identities(self) -> tuple[int, ...]:
        """The numbers of the nodes that stand in the group's places now."""
        return tuple(self.hosts[place].identity for place in self.nodes)

    def covered(self) -> dict[str, int]:
        """How often each feature happened (:data:`paxos.sim.coverage.FEATURES`)."""
        bus = self.bus
        links = {
            "frames_lost": bus.lost,
            "frames_duplicated": bus.duplicated,
            "frames_damaged": bus.damaged,
            "frames_delayed": bus.delayed,
            "frames_reordered": bus.reordered,
            "cuts": bus.cuts,
            "one_way_cuts": bus.one_way_cuts,
            "partitions": bus.partitions,
            "heals": bus.heals,
        }
        return {**self.coverage.counts, **links}

    # Events.

    def _handle(self, event: Event) -> None:
        now_us, sequence, kind, target, source, payload = event
        place = target if target < PLACES else place_of(target)
        host = self.hosts.get(place) if kind < Kind.OUTSIDE else None
        if host is None:
            self.outside.happen(event)
            return
        if kind <= LAST_FRAME:
            # It has arrived, or not, at this moment: also when its node stands still.
            bus = self.bus
            fate = _missed(host, kind, target)
            if fate is not None:
                bus.miss(source, target)
            elif not bus.arrives(source, target):
                fate = Fate.CUT_ON_ITS_WAY
            if bus.recorder is not None and fate is None:
                bus.recorder.arrived(sequence, now_us, waits=host.busy)
            elif bus.recorder is not None and fate is not None:
                bus.recorder.ended(sequence, now_us, fate)
            if fate is not None:
                return
        if kind == Kind.WORK:
            self._work(host, source)
        elif not host.busy:
            self._take(host, kind, source, payload)
        else:
            host.backlog.append(event)
            if host.status is Status.ALIVE:
                self._work_on(host)

    def _work(self, host: Host, generation: int) -> None:
        """Take up the next event of a node's backlog."""
        if generation != host.generation:
            return
        host.working = False
        if host.status is not Status.ALIVE:
            return
        _, sequence, kind, _, source, payload = host.backlog.popleft()
        if kind <= LAST_FRAME and self.bus.recorder is not None:
            self.bus.recorder.arrived(sequence, self.kernel.now_us)
        if kind != Kind.TIMER or host.take_timer(self.kernel, payload):
            self._take(host, kind, source, payload)
        if host.status is Status.ALIVE:
            self._work_on(host)

    def _take(self, host: Host, kind: int, source: int, payload: Any) -> None:
        """Let a node's process take an event."""
        process = host.process
        if process is None:
            return
        now_us = self.kernel.now_us
        local_us = now_us if host.clock.is_true else host.clock.local_us(now_us)
        if kind == Kind.DISK:
            if source == host.generation:
                self._end_fsync(host)
            return
        if kind == Kind.TIMER:
            effects = process.on_timer(payload, local_us)
        else:
            try:
                effects = process.on_frame(kind, source, payload, local_us)
            except WireError:
                self.bus.damaged += 1
                return
        self.execute(host, effects)

    def set_timer(self, host: Host, timer: Any, delay_us: int) -> None:
        """(Re)start a timer of a node; the delay counts on the node's own clock."""
        host.set_timer(self.kernel, timer, delay_us)

    # Effects.

    def execute(self, host: Host, effects: list[Any]) -> None:
        """Carry out what a process asks for, in order."""
        for effect in effects:
            perform = self._PERFORM.get(type(effect))
            if perform is None:
                self.outside.perform(host.node, effect)
            else:
                perform(self, host, effect)
        if self.observer is not None and (replica := host.replica) is not None:
            self.observer.stepped(replica)

    def _persist(self, host: Host, effect: Persist) -> None:
        host.disk.write(effect.rows, sync=effect.sync)
        self._begin_fsync(host)

    def _checkpoint(self, host: Host, effect: Checkpoint) -> None:
        self.coverage.count("snapshots_taken")
        disk, checkpoints = host.disk, host.checkpoints
        if disk.full_at is not None:
            # Of those that found no room only the newest will be written: no list grows meanwhile.
            while checkpoints and checkpoints[-1][0] > disk.full_at:
                checkpoints.pop()
        checkpoints.append((disk.replace(effect.rows), effect.floor_slot))
        self._begin_fsync(host)

    def _end_fsync(self, host: Host) -> None:
        disk = host.disk
        if host.tears:
            self.crash(host.node, in_write=True)
            return
        disk.end_fsync()
        while host.checkpoints and host.checkpoints[0][0] <= disk.synced:
            _, floor_slot = host.checkpoints.popleft()
            if self.observer is not None:
                self.observer.compacted(host.identity, floor_slot)
        if host.doomed:
            self.crash(host.node, after_write=True)
            return
        while host.outbox and host.outbox[0][0] <= disk.synced:
            self._release(host.identity, host.outbox.popleft()[1])
        self._begin_fsync(host)

    def _send(self, host: Host, effect: Send | Broadcast) -> None:
        if self.observer is not None and (replica := host.replica) is not None:
            self.observer.produced(replica, effect.message)
        if host.disk.is_stuck:
            # A write that failed: what depends on it never leaves. Who needs it asks again.
            self.coverage.count("stuck_sends")
        elif host.disk.wanted > host.disk.synced:
            # Nothing leaves before what was to be durable before it is.
            host.outbox.append((host.disk.wanted, effect))
            self.coverage.count("gated_sends")
        else:
            self._release(host.identity, effect)

    def _release(self, node: int, effect: Send | Broadcast) -> None:
        if self.observer is not None:
            self.observer.released(node, effect.message)
        if self.witness is not None:
            self.witness.said(self.kernel.now_us, node, effect.message)
        if self.scribe is not None:
            self.scribe.said(self.kernel.now_us, node, effect.message)
        self.coverage.released(node, effect.message, to_many=type(effect) is Broadcast)
        frame = pack(effect.message)
        targets = (effect.to,) if type(effect) is Send else effect.to
        for target in targets:  # type: ignore[union-attr]
            self.bus.send(Kind.PAXOS, node, target, frame)

    def _set(self, host: Host, effect: SetTimer) -> None:
        span = effect.high_us - effect.low_us
        delay_us = effect.low_us + (host.random.randint(0, span) if span else 0)
        host.set_timer(self.kernel, effect.timer, delay_us)

    def _cancel(self, host: Host, effect: CancelTimer) -> None:
        host.timers.pop(effect.timer, None)

    def _applied(self, host: Host, effect: Applied) -> None:
        if self.observer is not None and (replica := host.replica) is not None:
            self.observer.applied(replica, effect)
        if self.scribe is not None:
            self.scribe.applied(self.kernel.now_us, host.identity, (effect,))
        self.coverage.applied(effect)
        self.outside.perform(host.node, effect)

    def _applied_run(self, host: Host, effect: AppliedRun) -> None:
        if self.observer is not None and (replica := host.replica) is not None:
            self.observer.applied_run(replica, effect)
        if self.scribe is not None:
            self.scribe.applied(self.kernel.now_us, host.identity, effect.outcomes)
        self.coverage.applied_run(effect)
        self.outside.perform(host.node, effect)

    def _installed(self, host: Host, effect: Installed) -> None:
        if self.observer is not None and (replica := host.replica) is not None:
            self.observer.installed(replica, effect)
        if self.scribe is not None:
            self.scribe.installed(self.kernel.now_us, host.identity, effect.slot)
        self.coverage.count("snapshots_installed")
        self.outside.perform(host.node, effect)

    def _regrouped(self, host: Host, effect: Regrouped) -> None:
        self.coverage.regrouped(host.identity, effect)
        self.outside.perform(host.node, effect)

    def _asked(self, host: Host, effect: Asked) -> None:
        if self.observer is not None and (replica := host.replica) is not None:
            self.observer.asked(replica, effect)
        self.outside.perform(host.node, effect)

    def _answered(self, host: Host, effect: Answered) -> None:
        # First the client is told: so what it was told is known, if the observer objects to it.
        self.coverage.answered(effect)
        self.outside.perform(host.node, effect)
        if self.observer is not None and (replica := host.replica) is not None:
            self.observer.answered(replica, effect)

    def _withheld(self, host: Host, effect: Withheld) -> None:
        self.coverage.count("lease_refusals")
        if self.witness is not None:
            self.witness.withheld(self.kernel.now_us, host.identity, effect)
        self.outside.perform(host.node, effect)

    def _lease_lapsed(self, host: Host, effect: LeaseLapsed) -> None:
        self.coverage.count("leases_lapsed")
        self.outside.perform(host.node, effect)

    def _role_changed(self, host: Host, effect: RoleChanged) -> None:
        self.coverage.role(host.node, effect.role)
        if effect.role == "leader" and (replica := host.replica) is not None:
            self.coverage.elected(replica.group.present)
        if self.witness is not None and (replica := host.replica) is not None:
            self.witness.changed(self.kernel.now_us, replica, effect)
        self.outside.perform(host.node, effect)

    _PERFORM: ClassVar[dict[type, Callable[["Cluster", Host, Any], None]]] = {
        Persist: _persist,
        Checkpoint: _checkpoint,
        Send: _send,
        Broadcast: _send,
        SetTimer: _set,
        CancelTimer: _cancel,
        Applied: _applied,
        AppliedRun: _applied_run,
        Installed: _installed,
        Regrouped: _regrouped,
        RoleChanged: _role_changed,
        Asked: _asked,
        Answered: _answered,
        Withheld: _withheld,
        LeaseLapsed: _lease_lapsed,
    }
