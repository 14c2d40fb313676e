"""Real replicas on a stage where everything waits for a word: network, disks, timers and time.

The parts: places of nodes (:mod:`tests.paxos.seats`), messages under way
(:mod:`tests.paxos.letters`), what follows from each effect (:mod:`tests.paxos.effecting`). Here is
what may be done to them. All that happens is noted down as text, and watched by the invariants.
"""

from typing import Any

from paxos.check.laboratory import Register
from paxos.effects import ReadKind, Timer
from paxos.membership import Goal, Step
from paxos.records import recover
from paxos.replica import Config, Replica
from paxos.wire import WireError, unpack
from tests.paxos import wording
from tests.paxos.effecting import Effecting, post
from tests.paxos.letters import Ends, Letter, Refused
from tests.paxos.seats import Seat


class Stage(Effecting):
    """A group of replicas whose every step is somebody's word."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.seats = {node: Seat() for node in config.membership.everyone}
        for node in self.seats:
            self.start(node)

    def running(self, node: int) -> Replica:
        """The replica of a node that runs and does not stand still."""
        if self.seat(node).paused:
            raise Refused(f"node {node} stands still")
        return self.replica(node)

    def stands_still(self, node: int) -> bool:
        """Whether a node is paused; one whose disk is gone is not there at all."""
        return node in self.seats and self.seats[node].paused

    def can_arrive(self, letter: Letter) -> bool:
        """Whether a letter is neither held nor late, and its target does not stand still."""
        late = letter.due_us > self.now_us
        return not letter.held and not late and not self.stands_still(letter.target)

    def alive(self) -> list[Replica]:
        """The replicas that run, in the order of nodes."""
        return [s.replica for s in self.seats.values() if s.replica is not None]

    def local_us(self, node: int) -> int:
        """What a node's clock shows now."""
        return self.seats[node].local_us(self.now_us)

    # Steps of replicas.

    def start(self, node: int) -> None:
        """Start a node from what its disk says, for the first time or again."""
        seat = self.seat(node)
        if seat.replica is not None:
            raise Refused(f"node {node} runs already")
        if torn := seat.repair():
            self.note("disk", node, f"cut off a torn row of {torn} bytes")
        now_us = self.local_us(node)
        seat.replica = Replica(node, self.config, Register(), recover(seat.rows), now_us)
        self.invariants.restarted(seat.replica)
        client = seat.replica.client
        self.history.begin(client)
        self.asked = {ticket: what for ticket, what in self.asked.items() if ticket[:2] != client}
        self.carry_out(node, seat.replica.start(now_us))

    def submit(self, node: int, op: bytes) -> None:
        """A node's client hands in an operation."""
        replica = self.running(node)
        sequence, effects = replica.submit(op, self.local_us(node))
        self.history.submit(replica.client, sequence, self.moment)
        self.carry_out(node, effects)

    def change(self, node: int, step: Step, other: int) -> None:
        """A node's client hands in a change of membership."""
        replica = self.running(node)
        self.carry_out(node, replica.change(step, other, self.local_us(node))[1])

    def join(self, node: int, goal: Goal) -> None:
        """A new node, with an empty disk, starts and asks to become a member."""
        if node not in self.seats:
            self.seats[node] = Seat()
            self.start(node)
        self.carry_out(node, self.running(node).join(goal, self.local_us(node)))

    def wipe(self, node: int) -> None:
        """A node that is down loses its disk; it does not come back under its number."""
        if self.seat(node).replica is not None:
            raise Refused(f"node {node} runs")
        del self.seats[node]

    def read(self, node: int, op: bytes, how: ReadKind) -> None:
        """A node's client asks something of the state."""
        self.carry_out(node, self.running(node).read(op, how, self.local_us(node))[1])

    def fire(self, node: int, timer: Timer) -> None:
        """Let a timer fire that is due; at a slow node it waits for its turn."""
        self.running(node)
        seat = self.seats[node]
        if timer not in seat.timers:
            raise Refused(f"node {node} has set no such timer")
        if seat.timers[timer][0] > self.local_us(node):
            due = wording.span(*seat.timer_us(timer))
            raise Refused(f"too early: the timer of node {node} is set to {due}")
        if timer in seat.backlog:
            raise Refused(f"the timer of node {node} has fired already, and waits for its turn")
        if seat.slow_us:
            self._queue(node, timer)
        else:
            self._fire(node, timer)

    def _fire(self, node: int, timer: Timer) -> None:
        del self.seats[node].timers[timer]
        self.carry_out(node, self.replica(node).on_timer(timer, self.local_us(node)))

    def deliver(self, letter: Letter) -> None:
        """Let a letter arrive; at a slow node it waits for its turn."""
        self.network.letters.remove(letter)
        target = letter.target
        seat = self.seats.get(target)
        if seat is None or seat.replica is None:
            self.note("missed", target, f"lost {letter}: node {target} is down")
        elif seat.slow_us:
            self._queue(target, letter)
        else:
            self._take(letter)

    def _take(self, letter: Letter) -> None:
        target = letter.target
        try:
            message = unpack(letter.frame)
        except WireError as error:
            self.note("missed", target, f"damaged {letter}: {error}")
            return
        self.note("delivered", target, str(letter))
        replica = self.replica(target)
        self.carry_out(target, replica.on_message(letter.source, message, self.local_us(target)))

    # Speed.

    def pause(self, node: int, *, paused: bool = True) -> None:
        """Let a node stand still, or go on."""
        self.replica(node)
        seat = self.seats[node]
        seat.paused = paused
        self._catch_up(node)

    def slow(self, node: int, delay_us: int) -> None:
        """Let a node work so long on each event; with 0 it works at once, also on what waited."""
        self.seat(node).slow_us = delay_us
        self._catch_up(node)

    def _catch_up(self, node: int) -> None:
        seat = self.seats[node]
        while seat.backlog and not seat.slow_us and not seat.paused and seat.replica is not None:
            seat.work_us = self.now_us
            self.work(node)

    def _queue(self, node: int, event: Letter | Timer) -> None:
        seat = self.seats[node]
        if not seat.backlog:
            seat.work_us = self.now_us + seat.slow_us
        seat.backlog.append(event)
        what = f"its {event.name.lower()} timer" if isinstance(event, Timer) else event
        done = wording.seconds(seat.work_us + seat.slow_us * (len(seat.backlog) - 1))
        self.note("queued", node, f"queued at node {node} until {done}: {what}")

    def work(self, node: int) -> None:
        """Let a slow node take the next event of its backlog, when it has worked long enough."""
        self.running(node)
        seat = self.seats[node]
        if not seat.backlog:
            raise Refused(f"nothing waits at node {node}")
        if seat.work_us > self.now_us:
            raise Refused(
                f"too early: node {node} is at work until {wording.seconds(seat.work_us)}"
            )
        event = seat.backlog.pop(0)
        seat.work_us = self.now_us + seat.slow_us
        if isinstance(event, Letter):
            self._take(event)
        elif event not in seat.timers or seat.timers[event][0] > self.local_us(node):
            # By what stood before it.
            done = "set anew" if event in seat.timers else "cancelled"
            self.note("timer", node, f"node {node} has {done} its {event.name.lower()} timer")
        else:
            self._fire(node, event)

    # Clocks.

    def set_drift(self, node: int, drift_ppm: int) -> None:
        """Let a node's clock run so much too fast (or, below 0, too slow) from now on."""
        try:
            self.seat(node).clock.set_drift(drift_ppm, self.now_us)
        except ValueError as error:
            raise Refused(f"no clock has {error}") from error

    def set_offset(self, node: int, offset_us: int) -> None:
        """Set a node's wall clock to so much beyond its monotonic one."""
        self.seat(node).clock.offset_us = offset_us

    # Disks.

    def fsync(self, node: int, *, dies: bool = False) -> None:
        """Make all that was written durable, and let go what waited for it; or die just then."""
        if dies:
            self.replica(node)
        seat = self.seat(node)
        if seat.sync_us is None and seat.full:
            raise Refused(f"the disk of node {node} is full")
        if seat.sync_us is not None and seat.sync_us > self.now_us:
            raise Refused(
                f"too early: the fsync of node {node} ends at {wording.seconds(seat.sync_us)}"
            )
        fresh = seat.sync()
        self._keep_checkpoint(node)
        if fresh:
            self.note("disk", node, f"on disk: {', '.join(map(wording.row, fresh))}")
        if dies:
            for _, effect in seat.outbox:
                self.note("lost", node, f"never sent: {post(node, effect)}")
            self.crash(node)
            return
        for effect in seat.take_synced():
            self._release(node, effect)
        seat.begin_sync(self.now_us)

    def set_disk(self, node: int, *, by_hand: bool = False, fsync_us: int = 0) -> None:
        """Let a disk sync by command alone, or take so long; with neither it syncs at once."""
        seat = self.seat(node)
        seat.by_hand, seat.fsync_us = by_hand, fsync_us
        if by_hand:
            seat.sync_us = None
        elif fsync_us:
            seat.begin_sync(self.now_us)
        else:
            seat.sync_us = None
            self.fsync(node)

    def fill(self, node: int) -> None:
        """Leave no room on a node's disk: nothing more becomes durable."""
        self.seat(node).full = True

    def free(self, node: int) -> None:
        """Make room: what has waited in memory is written, unless the disk syncs by hand."""
        seat = self.seat(node)
        seat.full = False
        if seat.is_quick and seat.waits:
            self.fsync(node)
        seat.begin_sync(self.now_us)

    def crash(self, node: int, keep: int = 0, torn: int = 0) -> list[list[Any]]:
        """Kill a node; of what was not synced, only the first ``keep`` rows stay.

        Of the row after those the first ``torn`` bytes are on the disk as well.
        """
        self.replica(node)
        return self.seats[node].die(keep, torn)

    # The network.

    def part(self, sides: tuple[tuple[int, ...], ...]) -> None:
        """Cut the network into sides; what is under way between them, and not held, is lost."""
        self._lose(self.network.part(sides))

    def cut(self, links: list[Ends]) -> None:
        """Cut links, each in one direction; what is under way there, and not held, is lost."""
        self._lose(self.network.cut(links))

    def _lose(self, letters: list[Letter]) -> None:
        for letter in letters:
            self.note("lost", letter.source, f"lost {letter}")
