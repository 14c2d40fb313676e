"""Replicas on a bus: carries out their effects, and does to them what faults do.

The cluster hosts *processes*: whatever wraps a replica. Effects and events that it does not know
belong to the world around it (:class:`Outside`): a charging network adds its own without the
laboratory knowing.
"""

from collections import deque
from collections.abc import Callable
from enum import IntEnum
from random import Random
from typing import Any, ClassVar, Protocol

from attrs import Factory, define

from paxos.effects import (
    Applied,
    AppliedRun,
    Broadcast,
    CancelTimer,
    Checkpoint,
    Installed,
    Persist,
    RoleChanged,
    Send,
    SetTimer,
    Timer,
)
from paxos.messages import Message
from paxos.records import Recovered, recover
from paxos.replica import Replica
from paxos.sim.bus import Bus
from paxos.sim.coverage import Coverage
from paxos.sim.disk import Disk
from paxos.sim.kernel import Event, Kernel
from paxos.sim.press import Press
from paxos.sim.streams import stream
from paxos.sim.trace import Trace
from paxos.wire import WireError, pack, unpack


class Kind(IntEnum):
    """Kinds of events that the cluster knows; a world's own kinds start at ``OUTSIDE``."""

    PAXOS = 0
    """A frame between replicas."""
    OCPP = 1
    """A frame with an OCPP call or result."""
    V2G = 2
    """A frame between an EV and its charge point."""
    TIMER = 3
    DISK = 4
    """An fsync has ended."""
    SIGNAL = 5
    """A wire between neighbours: any data, at once, never lost."""
    OUTSIDE = 10


class Status(IntEnum):
    """Whether a node's process runs."""

    ALIVE = 0
    PAUSED = 1
    """It stands still; what comes for it waits."""
    CRASHED = 2


class Process(Protocol):
    """What runs at an endpoint: a replica and what is built around it, or no replica at all."""

    @property
    def replica(self) -> Replica | None:
        """The replica, at a node of the group."""
        ...

    def start(self, now_us: int) -> list[Any]:
        """Begin; returns effects."""
        ...

    def on_frame(self, kind: int, source: int, frame: Any, now_us: int) -> list[Any]:
        """Take a frame of bytes, or a signal; raises WireError when a frame is damaged."""
        ...

    def on_timer(self, timer: Any, now_us: int) -> list[Any]:
        """Take the firing of a timer."""
        ...


class Outside(Protocol):
    """The world around the cluster."""

    def build(self, node: int, recovered: Recovered, now_us: int) -> Process:
        """Make the process of a node from what its disk says."""
        ...

    def happen(self, event: Event) -> None:
        """An event of a kind that the cluster does not know, or for an endpoint that is no node."""
        ...

    def perform(self, node: int, effect: Any) -> None:
        """An effect that the cluster does not know, or that it only passes on."""
        ...


class Observer(Protocol):
    """Who watches every step: the invariants."""

    def produced(self, replica: Replica, message: Message) -> None:
        """A replica made a message; it has not left yet."""
        ...

    def released(self, node: int, message: Message) -> None:
        """A message leaves: all that was to be durable before it is."""
        ...

    def applied(self, replica: Replica, applied: Applied) -> None:
        """A replica applied a slot."""
        ...

    def applied_run(self, replica: Replica, run: AppliedRun) -> None:
        """A replica applied a run of slots in one step."""
        ...

    def installed(self, replica: Replica, installed: Installed) -> None:
        """A replica jumped to a snapshot."""
        ...

    def compacted(self, node: int, floor_slot: int) -> None:
        """A node's disk holds a snapshot now, and no slot up to it."""
        ...

    def stepped(self, replica: Replica) -> None:
        """A replica has finished a step."""
        ...

    def restarted(self, replica: Replica) -> None:
        """A replica was rebuilt from its disk."""
        ...


@define
class Host:
    """One endpoint: its process, disk and timers. ``generation`` counts starts."""

    node: int
    disk: Disk
    random: Random
    status: Status = Status.CRASHED
    process: Process | None = None
    generation: int = 0
    timers: dict[Any, int] = Factory(dict)
    queued: dict[Any, int] = Factory(dict)
    outbox: deque[tuple[int, Send | Broadcast]] = Factory(deque)
    checkpoints: deque[tuple[int, int]] = Factory(deque)
    """Position and floor of the checkpoints that are not synced yet."""
    held: list[Event] = Factory(list)


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
        self.bus = Bus(self.kernel, seed, latency_us, tail, nodes)
        self.trace = Trace()
        self.coverage = Coverage()
        self.seed = seed
        self.fsync_us = fsync_us
        self.hosts: dict[int, Host] = {}
        self._press = Press()
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
            if event[2] == Kind.TIMER and not self._is_due(event):
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
        disk = Disk(stream(self.seed, f"disk/{node}"), self.fsync_us, self._press)
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
        host.process = self.outside.build(node, recovered, self.now_us)
        if self.observer is not None and host.process.replica is not None:
            self.observer.restarted(host.process.replica)
        self.execute(host, host.process.start(self.now_us))

    def crash(self, node: int) -> int:
        """Kill a node's process; what its disk had not synced may be lost.

        Returns:
            How many rows the disk lost.
        """
        host = self.hosts[node]
        if host.status is Status.CRASHED:
            raise ValueError(f"node {node} is down already")
        host.status = Status.CRASHED
        host.process = None
        host.generation += 1
        for waiting in (host.timers, host.queued, host.outbox, host.checkpoints, host.held):
            waiting.clear()
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
        if kind == Kind.DISK:
            if source == host.generation:
                self._end_fsync(host)
            return
        if kind == Kind.TIMER:
            effects = process.on_timer(payload, now_us)
        elif kind != Kind.SIGNAL and not self.bus.arrives(source, target):
            return
        else:
            try:
                effects = process.on_frame(kind, source, payload, now_us)
            except WireError:
                self.bus.damaged += 1
                return
        self.execute(host, effects)

    def _is_due(self, event: Event) -> bool:
        """Whether a timer's event stands for the timer as it is set now.

        Setting a timer later leaves its event where it is in the heap; when that comes, it moves on
        to the deadline. So a timer that is set again and again costs one event.
        """
        time_us, _, _, node, generation, timer = event
        host = self.hosts[node]
        if generation != host.generation or host.queued.get(timer) != time_us:
            return False
        del host.queued[timer]
        deadline_us = host.timers.get(timer)
        if deadline_us is None:
            return False
        if deadline_us > time_us:
            self._queue_timer(host, timer, deadline_us)
            return False
        if host.status is not Status.PAUSED:
            del host.timers[timer]
        return True

    def _queue_timer(self, host: Host, timer: Any, deadline_us: int) -> None:
        host.queued[timer] = deadline_us
        self.kernel.push(deadline_us, Kind.TIMER, host.node, host.generation, timer)

    def set_timer(self, host: Host, timer: Any, delay_us: int) -> None:
        """(Re)start a timer of a node."""
        deadline_us = self.now_us + delay_us
        host.timers[timer] = deadline_us
        queued_us = host.queued.get(timer)
        if queued_us is None or queued_us > deadline_us:
            self._queue_timer(host, timer, deadline_us)

    # Effects.

    def execute(self, host: Host, effects: list[Any]) -> None:
        """Carry out what a process asks for, in order."""
        for effect in effects:
            perform = self._PERFORM.get(type(effect))
            if perform is None:
                self.outside.perform(host.node, effect)
            else:
                perform(self, host, effect)
        if self.observer is not None and (replica := _replica(host)) is not None:
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
        if self.observer is not None and (replica := _replica(host)) is not None:
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
        self.coverage.released(effect.message, to_many=type(effect) is Broadcast)
        frame = pack(effect.message)
        targets = (effect.to,) if type(effect) is Send else effect.to
        for target in targets:  # type: ignore[union-attr]
            self.bus.send(Kind.PAXOS, node, target, frame)

    def _set(self, host: Host, effect: SetTimer) -> None:
        span = effect.high_us - effect.low_us
        delay_us = effect.low_us + (host.random.randint(0, span) if span else 0)
        self.set_timer(host, effect.timer, delay_us)

    def _cancel(self, host: Host, effect: CancelTimer) -> None:
        host.timers.pop(effect.timer, None)

    def _applied(self, host: Host, effect: Applied) -> None:
        if self.observer is not None and (replica := _replica(host)) is not None:
            self.observer.applied(replica, effect)
        self.coverage.applied(effect)
        self.outside.perform(host.node, effect)

    def _applied_run(self, host: Host, effect: AppliedRun) -> None:
        if self.observer is not None and (replica := _replica(host)) is not None:
            self.observer.applied_run(replica, effect)
        self.coverage.applied_run(effect)
        self.outside.perform(host.node, effect)

    def _installed(self, host: Host, effect: Installed) -> None:
        if self.observer is not None and (replica := _replica(host)) is not None:
            self.observer.installed(replica, effect)
        self.coverage.count("snapshots_installed")
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
        AppliedRun: _applied_run,
        Installed: _installed,
        RoleChanged: _role_changed,
    }


def _replica(host: Host) -> Replica | None:
    return None if host.process is None else host.process.replica


class ReplicaProcess:
    """A process that is nothing but a replica."""

    def __init__(self, replica: Replica) -> None:
        self.replica = replica

    def start(self, now_us: int) -> list[Any]:
        """Begin."""
        return list(self.replica.start(now_us))

    def on_frame(self, kind: int, source: int, frame: bytes, now_us: int) -> list[Any]:
        """Take a frame of the paxos channel."""
        del kind
        return list(self.replica.on_message(source, unpack(frame), now_us))

    def on_timer(self, timer: Any, now_us: int) -> list[Any]:
        """Take the firing of a timer."""
        return list(self.replica.on_timer(Timer(timer), now_us))
