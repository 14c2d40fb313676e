"""One node's place on the stage: its process, its clock, its disk, its speed, what waits there.

The disk keeps the promise of :mod:`paxos.effects`: what was written is durable after a sync, and a
crash leaves what was synced before it, with as much of the rest as the transcript says. The clock
is that of the laboratory (:mod:`paxos.sim.clock`); timers are set and fire by it.
"""

from typing import Any

from attrs import Factory, define

from paxos.effects import Broadcast, Checkpoint, Persist, Send, Timer
from paxos.replica import Replica
from paxos.sim.clock import Clock
from paxos.wire import WireError, pack_row, unpack_row
from tests.paxos.letters import Letter, Refused


@define(eq=False)
class Seat:
    """A place; ``replica`` is None while its node is down."""

    replica: Replica | None = None
    clock: Clock = Factory(Clock)
    rows: list[list[Any]] = Factory(list)
    synced: int = 0
    wanted: int = 0
    """Up to which row somebody waits for a sync."""
    before: list[list[Any]] | None = None
    """The durable rows that a checkpoint replaces, until it is synced itself."""
    torn: bytes = b""
    """What a crash left of the row at which the disk was, behind the whole ones."""
    floor_slot: int = 0
    """What the latest checkpoint covers."""
    by_hand: bool = False
    """Whether the disk syncs only on command; else it does at once."""
    fsync_us: int = 0
    """Otherwise: how long an fsync takes."""
    syncing: int = 0
    """Up to which row the fsync under way will have synced."""
    sync_us: int | None = None
    """When that ends; None while none is under way."""
    full: bool = False
    """Whether the disk has no room: nothing becomes durable, whoever asks for it."""
    paused: bool = False
    """It stands still: nothing arrives, no timer fires, until it goes on."""
    slow_us: int = 0
    """How long it works on each event."""
    backlog: list[Letter | Timer] = Factory(list)
    """What has come and was not worked on yet, in order."""
    work_us: int = 0
    """When it will have worked on the first of these."""
    outbox: list[tuple[int, Send | Broadcast]] = Factory(list)
    """What waits for the disk, with the row up to which it must be synced."""
    timers: dict[Timer, tuple[int, int]] = Factory(dict)
    """From when on, and until when at the latest, each fires, on the node's own clock."""

    # The disk.

    def write(self, effect: Persist) -> None:
        """Append rows; a quick disk makes durable at once what must be so."""
        self.rows += effect.rows
        if effect.sync:
            self.wanted = len(self.rows)
            if self.is_quick:
                self.synced = self.wanted

    def replace(self, effect: Checkpoint) -> None:
        """Write a checkpoint, which is durable at the next sync."""
        if self.before is None:
            self.before = self.rows[: self.synced]
        self.rows, self.synced, self.wanted = list(effect.rows), 0, len(effect.rows)
        self.floor_slot = effect.floor_slot
        # The file that goes is on its way to the disk no more.
        self.sync_us = None
        self.outbox = [(self.wanted, waiting) for _, waiting in self.outbox]

    @property
    def is_quick(self) -> bool:
        """Whether the disk syncs at once."""
        return not self.by_hand and not self.full and not self.fsync_us

    @property
    def waits(self) -> bool:
        """Whether something that must be durable is not."""
        return self.wanted > self.synced

    @property
    def is_stuck(self) -> bool:
        """Whether something waits for what cannot become durable: the disk is full."""
        on_the_way = self.synced if self.sync_us is None else self.syncing
        return self.full and self.wanted > on_the_way

    def begin_sync(self, now_us: int) -> None:
        """Start an fsync, if one is wanted, none is under way, and it takes its time."""
        if self.waits and self.sync_us is None and not (self.by_hand or self.full):
            self.syncing, self.sync_us = len(self.rows), now_us + self.fsync_us

    def sync(self) -> list[list[Any]]:
        """Make durable all that was written, or was when the fsync under way began.

        Returns:
            The rows that were not durable before.
        """
        before, self.synced = self.synced, len(self.rows) if self.sync_us is None else self.syncing
        self.wanted, self.sync_us = max(self.wanted, self.synced), None
        return self.rows[before : self.synced]

    def take_synced(self) -> list[Send | Broadcast]:
        """What need not wait for the disk any more."""
        ready = [effect for row, effect in self.outbox if row <= self.synced]
        self.outbox = [(row, effect) for row, effect in self.outbox if row > self.synced]
        return ready

    def repair(self) -> int:
        """Cut off a row that is not whole, as its checksum says; returns how many bytes it had."""
        torn, self.torn = self.torn, b""
        if torn:
            try:
                self.rows.append(unpack_row(torn))
            except WireError:
                return len(torn)
        return 0

    # The process.

    def local_us(self, now_us: int) -> int:
        """What the node's clock shows at a moment of true time."""
        return self.clock.local_us(now_us)

    def timer_us(self, timer: Timer) -> tuple[int, int]:
        """From when on, and until when at the latest, a timer fires, in true time."""
        low_us, high_us = self.timers[timer]
        return self.clock.when_us(low_us), self.clock.when_us(high_us)

    def die(self, keep: int = 0, torn: int = 0) -> list[list[Any]]:
        """Lose what is in memory; of what was not synced only the first ``keep`` rows stay.

        Of the row after those the first ``torn`` bytes are on the disk as well. On a full disk
        there was no room for any of it.

        Returns:
            The rows that are lost.

        Raises:
            Refused: no such row was lost; the node is down all the same.
        """
        if self.before is not None:
            # The new file had not taken the old one's place.
            lost, rows, torn = self.rows, self.before, 0
        else:
            kept = self.synced if self.full else min(self.synced + keep, len(self.rows))
            lost, rows = self.rows[kept:], self.rows[:kept]
        self.replica, self.before, self.paused = None, None, False
        self.rows, self.synced, self.wanted = rows, len(rows), len(rows)
        self.outbox, self.timers, self.backlog, self.sync_us = [], {}, [], None
        if torn:
            self._tear(lost, torn)
        return lost

    def _tear(self, lost: list[list[Any]], torn: int) -> None:
        frame = pack_row(lost[0]) if lost else b""
        if torn >= len(frame):
            raise Refused(f"no row of more than {torn} bytes was lost")
        self.torn = frame[:torn]
