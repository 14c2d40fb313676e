"""Disks: what is not durable when it is relied on."""

from collections.abc import Callable
from typing import Any

from paxos.acceptor import Acceptor
from paxos.ballot import Ballot
from paxos.check.campaign.weather import ailing_of, compact_of
from paxos.check.explore.group import Faults
from paxos.check.explore.nodes import Bounds
from paxos.check.mutants.patch import Patch
from paxos.check.mutants.planting import Exploration, mutant
from paxos.effects import Broadcast, Send
from paxos.records import ACCEPTED, PROMISED, Recovered
from paxos.replica import Replica
from paxos.sim.cluster import Cluster
from paxos.sim.disk import Disk
from paxos.sim.host import Host
from paxos.wire import seal

CHECKSUM = 4
"""Bytes behind a row."""


def _forget(patch: Patch, forget: Callable[[Recovered], None]) -> None:
    original = Acceptor.__init__

    def init(self: Acceptor, recovered: Recovered) -> None:
        forget(recovered)
        original(self, recovered)

    patch.setattr(Acceptor, "__init__", init)


@mutant("A1", number=9, explored=Exploration(Bounds(3, 2, (1, 1)), Faults(crashes=1)))
def promise_not_written(patch: Patch) -> None:
    """A promise is made durable by accepting something, and not before."""
    original = Replica._effects

    def effects(self: Replica) -> list[Any]:
        rows = self.acceptor.unsaved
        self.acceptor.unsaved = [row for row in rows if row[0] != PROMISED]
        return original(self)

    patch.setattr(Replica, "_effects", effects)


@mutant("A3", number=10)
def accepted_values_not_written(patch: Patch) -> None:
    """The disk keeps promises only."""
    original = Replica._effects

    def effects(self: Replica) -> list[Any]:
        kept = [row for row in self.acceptor.unsaved if row[0] != ACCEPTED]
        self.acceptor.unsaved, self.learner.unsaved = kept, []
        return original(self)

    patch.setattr(Replica, "_effects", effects)


@mutant("A1", number=9)
def promise_forgotten_on_restart(patch: Patch) -> None:
    """The promised ballot is in memory only."""
    _forget(patch, lambda recovered: setattr(recovered, "promised", Ballot(0, 0)))


@mutant("A3", number=10)
def accepted_values_forgotten_on_restart(patch: Patch) -> None:
    """The accepted values are in memory only."""
    _forget(patch, lambda recovered: recovered.accepted.clear())


@mutant("A1", "A3", seeds=100, number=11)
def answers_before_the_fsync(patch: Patch) -> None:
    """Messages leave at once, whatever the disk is doing."""

    def send(self: Cluster, host: Host, effect: Send | Broadcast) -> None:
        if self.observer is not None and (replica := host.replica) is not None:
            self.observer.produced(replica, effect.message)
        self._release(host.identity, effect)

    patch.setitem(Cluster._PERFORM, Send, send)
    patch.setitem(Cluster._PERFORM, Broadcast, send)


@mutant("A1", "A3", weather=ailing_of)
def torn_row_stays(patch: Patch) -> None:
    """A restart skips the torn row instead of cutting it off: what comes behind it is lost."""
    patch.setattr(Disk, "repair", lambda self: False)


@mutant("A1", "A2", "A3", "A4", "A5", "L1", "R1", seeds=80, weather=ailing_of)
def torn_row_taken_for_whole(patch: Patch) -> None:
    """No checksum: the row at which the disk was counts, though its last byte is not there."""

    def torn(self: Disk, frame: bytes, *, surely: bool) -> bytes:
        left = original(self, frame, surely=surely)
        return seal(frame[: -CHECKSUM - 1] + b"\0") if left else left

    original = Disk._torn
    patch.setattr(Disk, "_torn", torn)


@mutant("A1", "A3", weather=ailing_of)
def full_disk_taken_for_written(patch: Patch) -> None:
    """The error of a write that found no room is ignored: what depends on it leaves."""
    patch.setattr(Disk, "is_stuck", property(lambda self: False))
    original = Cluster._send

    def send(self: Cluster, host: Host, effect: Send | Broadcast) -> None:
        with Patch.context() as inner:
            if host.disk.full_at is not None:
                inner.setattr(host.disk, "wanted", host.disk.synced)
            original(self, host, effect)

    patch.setitem(Cluster._PERFORM, Send, send)
    patch.setitem(Cluster._PERFORM, Broadcast, send)


@mutant("A3", "A1", weather=compact_of)
def sends_do_not_wait_for_a_checkpoint(patch: Patch) -> None:
    """The new file is taken for durable when it is written."""
    replace = Disk.replace

    def at_once(self: Disk, rows: list[list[Any]]) -> int:
        position = replace(self, rows)
        self.wanted = self.synced
        return position

    patch.setattr(Disk, "replace", at_once)
