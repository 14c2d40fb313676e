"""An endpoint of the bus: what runs there, what it has, and who looks on.

A *process* is whatever wraps a replica. Effects and events that the cluster does not know belong to
the world around it (:class:`Outside`): a charging network adds its own without the laboratory
knowing.
"""

from collections import deque
from collections.abc import Sequence
from enum import IntEnum
from random import Random
from typing import Any, Protocol

from attrs import Factory, define, frozen

from paxos.effects import (
    Answered,
    Applied,
    AppliedRun,
    Asked,
    Broadcast,
    Installed,
    RoleChanged,
    Send,
    Timer,
    Withheld,
)
from paxos.membership import Goal
from paxos.messages import Message
from paxos.records import Recovered
from paxos.replica import Replica
from paxos.sim.clock import Clock
from paxos.sim.disk import Disk
from paxos.sim.kernel import Event, Kernel
from paxos.wire import unpack


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
    WORK = 6
    """A node takes up the next event of its backlog."""
    OUTSIDE = 10


class Status(IntEnum):
    """Whether a node's process runs."""

    ALIVE = 0
    PAUSED = 1
    """It stands still; what comes for it waits."""
    CRASHED = 2


LAST_FRAME = int(Kind.V2G)
"""Kinds up to here come over links, and may be lost."""


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
        """An effect that the cluster does not know or only passes on, or :class:`Crashed`."""
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

    def asked(self, replica: Replica, asked: Asked) -> None:
        """A client of a replica asked something of the state."""
        ...

    def answered(self, replica: Replica, answered: Answered) -> None:
        """A client of a replica was given the answer to a read."""
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


class Witness(Protocol):
    """Who writes down what was said and when, to explain it later; it judges nothing."""

    def said(self, now_us: int, node: int, message: Message) -> None:
        """A message leaves a node: all that was to be durable before it is."""
        ...

    def changed(self, now_us: int, replica: Replica, effect: RoleChanged) -> None:
        """A replica leads, stands for election, or follows from now on."""
        ...

    def withheld(self, now_us: int, node: int, effect: Withheld) -> None:
        """A node has kept a promise back for a lease that it has granted."""
        ...


class Scribe(Protocol):
    """Who keeps the whole log, for people who look at it; a run does not need one."""

    def said(self, now_us: int, node: int, message: Message) -> None:
        """A message leaves a node: all that was to be durable before it is."""
        ...

    def applied(self, now_us: int, node: int, outcomes: Sequence[Applied]) -> None:
        """A node has applied the commands of some slots, one after the other."""
        ...

    def installed(self, now_us: int, node: int, slot: int) -> None:
        """A snapshot took the place of all slots up to this one."""
        ...


@define
class Host:
    """One endpoint: its process, disk, clock and timers. ``generation`` counts starts."""

    node: int
    """Its place; see ``identity``."""
    identity: int
    """The number of the node that stands here now, with its present disk."""
    disk: Disk
    random: Random
    clock: Clock = Factory(Clock)
    status: Status = Status.CRASHED
    process: Process | None = None
    generation: int = 0
    timers: dict[Any, int] = Factory(dict)
    """When each timer fires, on the node's own clock."""
    queued: dict[Any, int] = Factory(dict)
    """When the event that stands for it comes, in virtual time."""
    outbox: deque[tuple[int, Send | Broadcast]] = Factory(deque)
    checkpoints: deque[tuple[int, int]] = Factory(deque)
    """Position and floor of the checkpoints that are not synced yet."""
    busy: bool = False
    """Whether what comes has to wait: the node is paused, slow, or has a backlog."""
    slow_us: int = 0
    """How long each event is worked on."""
    backlog: deque[Event] = Factory(deque)
    """What has arrived and was not worked on yet, in order."""
    working: bool = False
    """Whether an event is being worked on: a ``WORK`` event is on its way."""
    doomed: bool = False
    """Whether the node dies when its next fsync has ended."""
    tears: bool = False
    """Whether it dies in the middle of its next fsync, which leaves a half-written row."""

    @property
    def replica(self) -> Replica | None:
        """The replica that runs here, if one does."""
        return None if self.process is None else self.process.replica

    def forget(self) -> None:
        """Lose what is in memory."""
        self.process = None
        self.busy = self.working = self.doomed = self.tears = False
        for waiting in (self.timers, self.queued, self.outbox, self.checkpoints, self.backlog):
            waiting.clear()

    def set_timer(self, kernel: Kernel, timer: Any, delay_us: int) -> None:
        """(Re)start a timer; the delay counts on the node's own clock."""
        clock = self.clock
        deadline_us = kernel.now_us + delay_us
        if clock.is_true:
            self.timers[timer] = deadline_us
        else:
            self.timers[timer] = local_us = clock.local_us(kernel.now_us) + delay_us
            deadline_us = clock.when_us(local_us)
        queued_us = self.queued.get(timer)
        if queued_us is None or queued_us > deadline_us:
            self.queue_timer(kernel, timer, deadline_us)

    def queue_timer(self, kernel: Kernel, timer: Any, time_us: int) -> None:
        """Let the event that stands for a timer come at a virtual time."""
        self.queued[timer] = time_us
        kernel.push(time_us, Kind.TIMER, self.node, self.generation, timer)

    def is_due(self, kernel: Kernel, event: Event) -> bool:
        """Whether a timer's event stands for the timer as it is set now.

        Setting a timer later leaves its event where it is in the heap; when that comes, it moves on
        to the deadline. So a timer that is set again and again costs one event.
        """
        time_us, _, _, _, generation, timer = event
        if generation != self.generation or self.queued.get(timer) != time_us:
            return False
        del self.queued[timer]
        local_us = self.timers.get(timer)
        if local_us is None:
            return False
        deadline_us = self.clock.when_us(local_us)
        if deadline_us > time_us:
            self.queue_timer(kernel, timer, deadline_us)
            return False
        if not self.busy:
            del self.timers[timer]
        return True

    def is_stale(self, event: Event) -> bool:
        """Whether a timer's event does not happen: :meth:`is_due` will say no, or move it on."""
        time_us, _, _, _, generation, timer = event
        if generation != self.generation or self.queued.get(timer) != time_us:
            return True
        local_us = self.timers.get(timer)
        return local_us is None or self.clock.when_us(local_us) > time_us

    def take_timer(self, kernel: Kernel, timer: Any) -> bool:
        """Whether a timer that fired while the node was busy is still to fire: its time is up.

        It may have been cancelled or set anew by what stood before it in the backlog.
        """
        local_us = self.timers.get(timer)
        if local_us is None or self.clock.when_us(local_us) > kernel.now_us:
            return False
        del self.timers[timer]
        return True

    def set_drift(self, kernel: Kernel, drift_ppm: int) -> None:
        """Let the clock run faster or slower from now on; timers that are set fire by it."""
        now_us = kernel.now_us
        self.clock.set_drift(drift_ppm, now_us)
        for timer, queued_us in list(self.queued.items()):
            local_us = self.timers.get(timer)
            if local_us is not None:
                deadline_us = max(now_us, self.clock.when_us(local_us))
                if deadline_us < queued_us:
                    self.queue_timer(kernel, timer, deadline_us)


@frozen
class Crashed:
    """Told to the world outside: a node's process has died."""

    process: Process
    lost_rows: int
    """How many rows its disk lost."""
    after_write: bool
    """Whether it died between a disk write and the sends after it."""
    in_write: bool = False
    """Whether it died in the middle of a disk write."""


class ReplicaProcess:
    """A process that is nothing but a replica; a newcomer's has a goal."""

    def __init__(self, replica: Replica, goal: Goal | None = None) -> None:
        self.replica = replica
        self._goal = goal

    def start(self, now_us: int) -> list[Any]:
        """Begin."""
        effects = self.replica.start(now_us)
        return effects if self._goal is None else effects + self.replica.join(self._goal, now_us)

    def on_frame(self, kind: int, source: int, frame: bytes, now_us: int) -> list[Any]:
        """Take a frame of the paxos channel."""
        del kind
        return list(self.replica.on_message(source, unpack(frame), now_us))

    def on_timer(self, timer: Any, now_us: int) -> list[Any]:
        """Take the firing of a timer."""
        return list(self.replica.on_timer(Timer(timer), now_us))
