"""The nodes of a cluster, and what faults do to them: processes, clocks, disks, speed."""

from random import Random

from paxos.membership import PLACES
from paxos.records import recover
from paxos.sim.bus import Bus
from paxos.sim.coverage import Coverage
from paxos.sim.disk import Disk
from paxos.sim.fates import Fate
from paxos.sim.host import LAST_FRAME, Crashed, Host, Kind, Observer, Outside, Process, Status
from paxos.sim.kernel import Kernel
from paxos.sim.press import Press
from paxos.sim.streams import stream


class Nodes:
    """The nodes of one group: how each starts, dies, stands still, ails and gets well."""

    outside: Outside
    observer: Observer | None
    kernel: Kernel
    bus: Bus
    coverage: Coverage
    hosts: dict[int, Host]
    seed: int
    fsync_us: int
    press: Press

    def execute(self, host: Host, effects: list[object]) -> None:
        """Carry out what a process asks for, in order."""
        raise NotImplementedError

    def _new_disk(self, node: int) -> Disk:
        random, tears = self._chances(node)
        return Disk(random, self.fsync_us, tears, self.press)

    def _chances(self, node: int) -> tuple[Random, Random]:
        """What a node's disk draws from: how much a crash leaves, and how much of the row after."""
        return stream(self.seed, f"disk/{node}"), stream(self.seed, f"disk/{node}/tears")

    def _timers(self, node: int) -> Random:
        """What a node's time-outs are drawn from."""
        return stream(self.seed, f"timer/{node}")

    def _add_host(self, node: int) -> Host:
        disk = self._new_disk(node)
        host = self.hosts[node] = Host(node, node, disk, self._timers(node))
        return host

    def join(self, endpoint: int, process: Process) -> Host:
        """Add an endpoint that is no node of the group, with a process that runs from now on."""
        host = self._add_host(endpoint)
        host.status = Status.ALIVE
        host.process = process
        return host

    # Processes.

    def start(self, node: int) -> bool:
        """Start a node's process from what its disk says; for a crashed node, a restart.

        Returns:
            Whether the disk held a torn row, which is cut off now.
        """
        host = self.hosts[node]
        if host.status is not Status.CRASHED:
            raise ValueError(f"node {node} runs already")
        if host.generation:
            self.coverage.count("restarts")
        host.generation += 1
        host.status = Status.ALIVE
        host.busy = bool(host.slow_us)
        torn = host.disk.repair()
        self.coverage.count("torn_writes_found", torn)
        recovered = recover(host.disk.rows())
        local_us = host.clock.local_us(self.kernel.now_us)
        host.process = self.outside.build(host.identity, recovered, local_us)
        if self.observer is not None and host.replica is not None:
            self.observer.restarted(host.replica)
        self.execute(host, host.process.start(local_us))
        return torn

    def crash(self, node: int, *, after_write: bool = False, in_write: bool = False) -> int:
        """Kill a node's process; what its disk had not synced may be lost.

        The world outside is told (:class:`~paxos.sim.host.Crashed`).

        Returns:
            How many rows the disk lost.
        """
        host = self.hosts[node]
        process = host.process
        if process is None:
            raise ValueError(f"node {node} is down already")
        host.status = Status.CRASHED
        host.generation += 1
        if self.bus.recorder is not None:
            for event in host.backlog:
                if event[2] <= LAST_FRAME:
                    now_us = self.kernel.now_us
                    self.bus.recorder.ended(event[1], now_us, Fate.DIED_WAITING)
        host.forget()
        lost = host.disk.crash(in_write=in_write)
        self.coverage.died(node)
        self.coverage.count("crashes")
        self.coverage.count("crashes_after_write", after_write)
        self.coverage.count("crashes_in_write", in_write)
        self.coverage.count("rows_lost", lost)
        self.outside.perform(node, Crashed(process, lost, after_write, in_write))
        return lost

    def wipe(self, node: int) -> int:
        """Take a crashed node's disk away; a new node stands in its place from now on.

        Returns:
            The new node's number.
        """
        host = self.hosts[node]
        if host.status is not Status.CRASHED:
            raise ValueError(f"node {node} runs")
        host.identity += PLACES
        host.disk = self._new_disk(host.identity)
        self.coverage.count("wiped_disks")
        return host.identity

    def crash_after_write(self, node: int, *, doomed: bool = True) -> None:
        """Let a node die when its next fsync has ended, before anything that waited for it leaves.

        ``doomed=False`` calls it off.
        """
        self._running(node).doomed = doomed

    def crash_in_write(self, node: int, *, tears: bool = True) -> None:
        """Let a node die in the middle of its next fsync: its disk keeps half a row.

        ``tears=False`` calls it off.
        """
        self._running(node).tears = tears

    def _running(self, node: int) -> Host:
        host = self.hosts[node]
        if host.status is Status.CRASHED:
            raise ValueError(f"node {node} is down already")
        return host

    def pause(self, node: int) -> None:
        """Let a node's process stand still; what comes for it waits."""
        host = self.hosts[node]
        if host.status is not Status.ALIVE:
            raise ValueError(f"node {node} is {host.status.name.lower()}")
        host.status = Status.PAUSED
        host.busy = True
        self.coverage.count("pauses")

    def resume(self, node: int) -> None:
        """Let a paused node go on: it works on all that waited, in order."""
        host = self.hosts[node]
        if host.status is not Status.PAUSED:
            raise ValueError(f"node {node} is not paused")
        host.status = Status.ALIVE
        self._work_on(host)

    def slow(self, node: int, delay_us: int) -> None:
        """Let a node take so long for each event; what comes meanwhile waits in order.

        With 0 it is as quick as ever; what has waited is worked on at once.
        """
        host = self.hosts[node]
        host.slow_us = delay_us
        self.coverage.count("slow_nodes", delay_us > 0)
        if host.status is Status.ALIVE:
            self._work_on(host)

    def _work_on(self, host: Host) -> None:
        """See to it that the next event of the backlog is taken up, if there is one."""
        host.busy = bool(host.backlog) or host.working or host.slow_us > 0
        if host.backlog and not host.working:
            host.working = True
            done_us = self.kernel.now_us + host.slow_us
            self.kernel.push(done_us, Kind.WORK, host.node, host.generation)

    # Clocks.

    def local_us(self, node: int) -> int:
        """What a node's monotonic clock shows now."""
        return self.hosts[node].clock.local_us(self.kernel.now_us)

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

    # Disks.

    def slow_disk(self, node: int, extra_us: int) -> None:
        """Let every fsync of a node that begins from now on take so much longer than usual."""
        self.hosts[node].disk.extra_us = extra_us
        self.coverage.count("slow_disks", extra_us > 0)

    def fill_disk(self, node: int) -> None:
        """Leave no room on a node's disk: nothing more becomes durable until it is freed."""
        self.hosts[node].disk.fill()
        self.coverage.count("full_disks")

    def free_disk(self, node: int) -> None:
        """Make room: what has waited in memory gets out."""
        host = self.hosts[node]
        host.disk.free()
        self._begin_fsync(host)

    def _begin_fsync(self, host: Host) -> None:
        """Let the disk sync, if somebody waits for it and it can."""
        disk = host.disk
        if disk.begin_fsync():
            done_us = self.kernel.now_us + disk.fsync_us + disk.extra_us
            self.kernel.push(done_us, Kind.DISK, host.node, host.generation)
