"""Replicas on a bus: carries out their effects, and does to them what faults do."""

from collections.abc import Callable
from typing import Any, ClassVar

from paxos.effects import (
    Answered,
    Applied,
    Asked,
    Broadcast,
    CancelTimer,
    Checkpoint,
    Installed,
    LeaseLapsed,
    Persist,
    RoleChanged,
    Send,
    SetTimer,
    Withheld,
)
from paxos.records import recover
from paxos.sim.bus import Bus
from paxos.sim.coverage import Coverage
from paxos.sim.disk import Disk
from paxos.sim.host import Host, Kind, Observer, Outside, Process, Status
from paxos.sim.kernel import Event, Kernel
from paxos.sim.streams import stream
from paxos.sim.trace import Trace
from paxos.wire import WireError, pack


class Cluster:
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
    ) -> None:
        self.outside = outside
        self.nodes = nodes
        self.observer = observer
        self.kernel = Kernel()
        self.bus = Bus(self.kernel, seed, latency_us, tail)
        self.trace = Trace()
        self.coverage = Coverage()
        self.seed = seed
        self.fsync_us = fsync_us
        self.hosts: dict[int, Host] = {}
        for node in nodes:
            self._add_host(node)

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
            self._handle(event)
            return event

    def run(self, until_us: int) -> None:
        """Let everything happen up to ``until_us``, and move the clock there."""
        while self.step(until_us) is not None:
            pass
        self.kernel.advance(until_us)

    def covered(self) -> dict[str, int]:
        """How often each feature happened (:data:`paxos.sim.coverage.FEATURES`)."""
        bus = self.bus
        frames = {
            "frames_lost": bus.lost,
            "frames_duplicated": bus.duplicated,
            "frames_damaged": bus.damaged,
        }
        return {**self.coverage.counts, **frames}

    # Nodes.

    def _add_host(self, node: int) -> Host:
        disk = Disk(stream(self.seed, f"disk/{node}"), self.fsync_us)
        host = self.hosts[node] = Host(node, disk, stream(self.seed, f"timer/{node}"))
        return host

    def join(self, endpoint: int, process: Process) -> Host:
        """Add an endpoint that is no node of the group, with a process that runs from now on."""
        host = self._add_host(endpoint)
        host.status = Status.ALIVE
        host.process = process
        return host

    def start(self, node: int) -> None:
        """Start a node's process from what its disk says; for a crashed node, a restart."""
        host = self.hosts[node]
        if host.status is not Status.CRASHED:
            raise ValueError(f"node {node} runs already")
        if host.generation:
            self.coverage.count("restarts")
        host.generation += 1
        host.status = Status.ALIVE
        recovered = recover(host.disk.rows())
        local_us = host.clock.local_us(self.now_us)
        host.process = self.outside.build(node, recovered, local_us)
        if self.observer is not None and host.replica is not None:
            self.observer.restarted(host.replica)
        self.execute(host, host.process.start(local_us))

    def crash(self, node: int) -> int:
        """Kill a node's process; what its disk had not synced may be lost.

        Returns:
            How many rows the disk lost.
        """
        host = self.hosts[node]
        if host.status is Status.CRASHED:
            raise ValueError(f"node {node} is down already")
        host.status = Status.CRASHED
        host.generation += 1
        host.forget()
        lost = host.disk.crash()
        self.coverage.count("crashes")
        self.coverage.count("rows_lost", lost)
        return lost

    def pause(self, node: int) -> None:
        """Let a node's process stand still; what comes for it waits."""
        host = self.hosts[node]
        if host.status is not Status.ALIVE:
            raise ValueError(f"node {node} is {host.status.name.lower()}")
        host.status = Status.PAUSED
        self.coverage.count("pauses")

    def resume(self, node: int) -> None:
        """Let a paused node go on: all that waited comes now, in its order."""
        host = self.hosts[node]
        if host.status is not Status.PAUSED:
            raise ValueError(f"node {node} is not paused")
        host.status = Status.ALIVE
        held, host.held = host.held, []
        for _, _, kind, target, source, payload in held:
            if kind == Kind.TIMER:
                host.queued[payload] = self.now_us
            self.kernel.push(self.now_us, kind, target, source, payload)

    # Clocks.

    def local_us(self, node: int) -> int:
        """What a node's monotonic clock shows now."""
        return self.hosts[node].clock.local_us(self.now_us)

    def set_drift(self, node: int, drift_ppm: int) -> None:
        """Let a node's clock run so much too fast (or, below 0, too slow) from now on.

        Raises:
            ValueError: no clock runs as fast or as slow as that.
        """
        self.hosts[node].set_drift(self.kernel, drift_ppm)
        self.coverage.count("clock_drifts", drift_ppm != 0)

    def set_offset(self, node: int, offset_us: int) -> None:
        """Set a node's wall clock to so much beyond its monotonic clock."""
        self.hosts[node].clock.offset_us = offset_us
        self.coverage.count("clock_steps", offset_us != 0)

    # Events.

    def _handle(self, event: Event) -> None:
        now_us, _, kind, target, source, payload = event
        host = self.hosts.get(target) if kind < Kind.OUTSIDE else None
        if host is None:
            self.outside.happen(event)
            return
        if host.status is Status.PAUSED:
            host.held.append(event)
            return
        process = host.process
        if process is None:
            return
        local_us = now_us if host.clock.is_true else host.clock.local_us(now_us)
        if kind == Kind.DISK:
            if source == host.generation:
                self._end_fsync(host)
            return
        if kind == Kind.TIMER:
            effects = process.on_timer(payload, local_us)
        elif kind != Kind.SIGNAL and not self.bus.arrives(source, target):
            return
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
        if host.disk.begin_fsync():
            self._queue_fsync(host)

    def _checkpoint(self, host: Host, effect: Checkpoint) -> None:
        self.coverage.count("snapshots_taken")
        host.checkpoints.append((host.disk.replace(effect.rows), effect.floor_slot))
        if host.disk.begin_fsync():
            self._queue_fsync(host)

    def _queue_fsync(self, host: Host) -> None:
        done_us = self.now_us + host.disk.fsync_us
        self.kernel.push(done_us, Kind.DISK, host.node, host.generation)

    def _end_fsync(self, host: Host) -> None:
        disk = host.disk
        disk.end_fsync()
        while host.checkpoints and host.checkpoints[0][0] <= disk.synced:
            _, floor_slot = host.checkpoints.popleft()
            if self.observer is not None:
                self.observer.compacted(host.node, floor_slot)
        while host.outbox and host.outbox[0][0] <= disk.synced:
            self._release(host.node, host.outbox.popleft()[1])
        if disk.begin_fsync():
            self._queue_fsync(host)

    def _send(self, host: Host, effect: Send | Broadcast) -> None:
        if self.observer is not None and (replica := host.replica) is not None:
            self.observer.produced(replica, effect.message)
        if host.disk.wanted > host.disk.synced:
            # Nothing leaves before what was to be durable before it is.
            host.outbox.append((host.disk.wanted, effect))
            self.coverage.count("gated_sends")
        else:
            self._release(host.node, effect)

    def _release(self, node: int, effect: Send | Broadcast) -> None:
        if self.observer is not None:
            self.observer.released(node, effect.message)
        self.coverage.released(effect.message)
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
        self.coverage.applied(effect)
        self.outside.perform(host.node, effect)

    def _installed(self, host: Host, effect: Installed) -> None:
        if self.observer is not None and (replica := host.replica) is not None:
            self.observer.installed(replica, effect)
        self.coverage.count("snapshots_installed")
        self.outside.perform(host.node, effect)

    def _asked(self, host: Host, effect: Asked) -> None:
        if self.observer is not None and (replica := host.replica) is not None:
            self.observer.asked(replica, effect)
        self.outside.perform(host.node, effect)

    def _answered(self, host: Host, effect: Answered) -> None:
        if self.observer is not None and (replica := host.replica) is not None:
            self.observer.answered(replica, effect)
        self.coverage.answered(effect)
        self.outside.perform(host.node, effect)

    def _withheld(self, host: Host, effect: Withheld) -> None:
        self.coverage.count("lease_refusals")
        self.outside.perform(host.node, effect)

    def _lease_lapsed(self, host: Host, effect: LeaseLapsed) -> None:
        self.coverage.count("leases_lapsed")
        self.outside.perform(host.node, effect)

    def _role_changed(self, host: Host, effect: RoleChanged) -> None:
        self.coverage.role(host.node, effect.role)
        self.outside.perform(host.node, effect)

    _PERFORM: ClassVar[dict[type, Callable[["Cluster", Host, Any], None]]] = {
        Persist: _persist,
        Checkpoint: _checkpoint,
        Send: _send,
        Broadcast: _send,
        SetTimer: _set,
        CancelTimer: _cancel,
        Applied: _applied,
        Installed: _installed,
        RoleChanged: _role_changed,
        Asked: _asked,
        Answered: _answered,
        Withheld: _withheld,
        LeaseLapsed: _lease_lapsed,
    }
