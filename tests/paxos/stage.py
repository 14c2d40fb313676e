"""Real replicas on a stage where everything waits for a word: network, disks, timers and time.

The host here does what :mod:`paxos.effects` asks of every host, and no more: effects in their
order, nothing sent before what stands before it is on stable storage. All that happens is noted
down as text, and watched by the invariants.
"""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from attrs import Factory, define, frozen

from paxos.check.invariants import Invariants
from paxos.check.laboratory import Register
from paxos.clients import Client
from paxos.effects import (
    Answered,
    Applied,
    AppliedRun,
    Asked,
    Broadcast,
    CancelTimer,
    Checkpoint,
    Effect,
    Installed,
    LeaseLapsed,
    Persist,
    ReadKind,
    Regrouped,
    RoleChanged,
    Send,
    SetTimer,
    Timer,
    Withheld,
)
from paxos.membership import Goal, Step
from paxos.messages import Message
from paxos.records import recover
from paxos.replica import Config, Replica
from paxos.wire import WireError, pack, pack_row, unpack, unpack_row
from tests.paxos import wording
from tests.paxos.history import History, Key, Read


class Refused(Exception):  # noqa: N818 - a command that makes no sense here is no error
    """What was asked for is not possible now: there is no such node, timer or message."""


@frozen
class Note:
    """Something that happened: when, of which kind, at which node, in words."""

    at_us: int
    kind: str
    node: int
    text: str


@define(eq=False)
class Letter:
    """A message on its way; one that is held stays until it is released."""

    source: int
    target: int
    frame: bytes
    held: bool = False

    @property
    def message(self) -> Message:
        """What it says; read from the bytes."""
        return unpack(self.frame)

    def __str__(self) -> str:
        return f"{self.source}>{self.target} {wording.message(self.message)}"


@define(eq=False)
class Seat:
    """One node's place: its process while it runs, its disk, its timers, what waits to leave."""

    replica: Replica | None = None
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
    paused: bool = False
    """It stands still: nothing arrives, no timer fires, until it goes on."""
    outbox: list[Send | Broadcast] = Factory(list)
    timers: dict[Timer, tuple[int, int]] = Factory(dict)
    """From when on, and until when at the latest, each fires."""


class Stage:
    """A group of replicas whose every step is somebody's word."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.now_us = 0
        self.letters: list[Letter] = []
        self.notes: list[Note] = []
        self.last: list[tuple[int, Effect]] = []
        """The effects of the latest step."""
        self.sides: tuple[tuple[int, ...], ...] = ()
        self.history = History()
        self.asked: dict[Key, tuple[bytes, int]] = {}
        """What was read, and at which moment: every question of a client."""
        self.moment = 0
        """Counts the steps of replicas: which came before which, while time stands still."""
        self.invariants = Invariants(config, machine=Register())
        self.seats = {node: Seat() for node in config.membership.everyone}
        for node in self.seats:
            self.start(node)

    def note(self, kind: str, node: int, text: str) -> None:
        """Remember that something happened."""
        self.notes.append(Note(self.now_us, kind, node, text))

    def seat(self, node: int) -> Seat:
        """A node's place."""
        if node not in self.seats:
            raise Refused(f"there is no node {node}")
        return self.seats[node]

    def replica(self, node: int) -> Replica:
        """The replica of a node that runs."""
        replica = self.seat(node).replica
        if replica is None:
            raise Refused(f"node {node} is down")
        return replica

    def running(self, node: int) -> Replica:
        """The same, if it does not stand still."""
        if self.seat(node).paused:
            raise Refused(f"node {node} stands still")
        return self.replica(node)

    def pause(self, node: int, *, paused: bool = True) -> None:
        """Let a node stand still, or go on."""
        self.replica(node)
        self.seats[node].paused = paused

    def stands_still(self, node: int) -> bool:
        """Whether a node is paused; one whose disk is gone is not there at all."""
        return node in self.seats and self.seats[node].paused

    def can_arrive(self, letter: Letter) -> bool:
        """Whether a letter is not held, and its target does not stand still."""
        return not letter.held and not self.stands_still(letter.target)

    def alive(self) -> list[Replica]:
        """The replicas that run, in the order of nodes."""
        return [s.replica for s in self.seats.values() if s.replica is not None]

    # Steps of replicas.

    def start(self, node: int) -> None:
        """Start a node from what its disk says, for the first time or again."""
        seat = self.seat(node)
        if seat.replica is not None:
            raise Refused(f"node {node} runs already")
        self._repair(node)
        seat.replica = Replica(node, self.config, Register(), recover(seat.rows), self.now_us)
        self.invariants.restarted(seat.replica)
        client = seat.replica.client
        self.history.begin(client)
        self.asked = {ticket: what for ticket, what in self.asked.items() if ticket[:2] != client}
        self._carry_out(node, seat.replica.start(self.now_us))

    def _repair(self, node: int) -> None:
        """Cut off a row that is not whole: its checksum says so."""
        seat = self.seats[node]
        torn, seat.torn = seat.torn, b""
        if torn:
            try:
                seat.rows.append(unpack_row(torn))
            except WireError:
                self.note("disk", node, f"cut off a torn row of {len(torn)} bytes")

    def submit(self, node: int, op: bytes) -> None:
        """A node's client hands in an operation."""
        replica = self.running(node)
        sequence, effects = replica.submit(op, self.now_us)
        self.history.submit(replica.client, sequence, self.moment)
        self._carry_out(node, effects)

    def change(self, node: int, step: Step, other: int) -> None:
        """A node's client hands in a change of membership."""
        replica = self.running(node)
        self._carry_out(node, replica.change(step, other, self.now_us)[1])

    def join(self, node: int, goal: Goal) -> None:
        """A new node, with an empty disk, starts and asks to become a member."""
        if node not in self.seats:
            self.seats[node] = Seat()
            self.start(node)
        self._carry_out(node, self.running(node).join(goal, self.now_us))

    def wipe(self, node: int) -> None:
        """A node that is down loses its disk; it does not come back under its number."""
        if self.seat(node).replica is not None:
            raise Refused(f"node {node} runs")
        del self.seats[node]

    def read(self, node: int, op: bytes, how: ReadKind) -> None:
        """A node's client asks something of the state."""
        self._carry_out(node, self.running(node).read(op, how, self.now_us)[1])

    def fire(self, node: int, timer: Timer) -> None:
        """Let a timer fire that is due."""
        replica, seat = self.running(node), self.seats[node]
        if timer not in seat.timers:
            raise Refused(f"node {node} has set no such timer")
        if seat.timers[timer][0] > self.now_us:
            due = wording.span(*seat.timers[timer])
            raise Refused(f"too early: the timer of node {node} is set to {due}")
        del seat.timers[timer]
        self._carry_out(node, replica.on_timer(timer, self.now_us))

    def deliver(self, letter: Letter) -> None:
        """Let a letter arrive."""
        self.letters.remove(letter)
        seat = self.seats.get(letter.target)
        replica = None if seat is None else seat.replica
        if replica is None:
            self.note("missed", letter.target, f"lost {letter}: node {letter.target} is down")
            return
        self.note("delivered", letter.target, str(letter))
        self._carry_out(
            letter.target, replica.on_message(letter.source, letter.message, self.now_us)
        )

    # Disks.

    def fsync(self, node: int, *, dies: bool = False) -> None:
        """Make all that was written durable, and let go what waited for it; or die just then."""
        if dies:
            self.replica(node)
        seat = self.seat(node)
        fresh = seat.rows[seat.synced :]
        seat.synced = seat.wanted = len(seat.rows)
        self._keep_checkpoint(node)
        if fresh:
            self.note("disk", node, f"on disk: {', '.join(map(wording.row, fresh))}")
        waiting, seat.outbox = seat.outbox, []
        if dies:
            for effect in waiting:
                self.note("lost", node, f"never sent: {post(node, effect)}")
            self.crash(node)
            return
        for effect in waiting:
            self._release(node, effect)

    def crash(self, node: int, keep: int = 0, torn: int = 0) -> list[list[Any]]:
        """Kill a node; of what was not synced, only the first ``keep`` rows stay.

        Of the row after those the first ``torn`` bytes are on the disk as well.
        """
        self.replica(node)
        seat = self.seats[node]
        if seat.before is not None:
            # The new file had not taken the old one's place.
            lost = seat.rows
            rows = seat.before
            kept = len(rows)
            self.seats[node] = Seat(rows=rows, synced=kept, wanted=kept, by_hand=seat.by_hand)
            return lost
        kept = min(seat.synced + keep, len(seat.rows))
        lost = seat.rows[kept:]
        rows = seat.rows[:kept]
        self.seats[node] = Seat(rows=rows, synced=kept, wanted=kept, by_hand=seat.by_hand)
        if torn:
            frame = pack_row(lost[0]) if lost else b""
            if torn >= len(frame):
                raise Refused(f"no row of more than {torn} bytes was lost")
            self.seats[node].torn = frame[:torn]
        return lost

    # The network.

    def connected(self, a: int, b: int) -> bool:
        """Whether messages from one node to another arrive."""
        return a == b or not self.sides or any(a in side and b in side for side in self.sides)

    def cut(self, sides: tuple[tuple[int, ...], ...]) -> None:
        """Cut the network into sides; what is under way between them, and not held, is lost."""
        self.sides = sides
        for letter in [x for x in self.letters if not x.held]:
            if not self.connected(letter.source, letter.target):
                self.letters.remove(letter)
                self.note("lost", letter.source, f"lost {letter}")

    # Effects.

    def _carry_out(self, node: int, effects: list[Effect]) -> None:
        self.moment += 1
        self.last = [(node, effect) for effect in effects]
        for effect in effects:
            self._PERFORM[type(effect)](self, node, effect)
        self.invariants.stepped(self.replica(node))

    def _persist(self, node: int, effect: Persist) -> None:
        seat = self.seats[node]
        seat.rows += effect.rows
        if effect.sync:
            self.note("writes", node, f"writes {', '.join(map(wording.row, effect.rows))}")
            seat.wanted = len(seat.rows)
            if not seat.by_hand:
                seat.synced = seat.wanted

    def _checkpoint(self, node: int, effect: Checkpoint) -> None:
        seat = self.seats[node]
        self.note("writes", node, f"checkpoint: {', '.join(map(wording.row, effect.rows))}")
        if seat.before is None:
            seat.before = seat.rows[: seat.synced]
        seat.rows, seat.synced, seat.wanted = list(effect.rows), 0, len(effect.rows)
        seat.floor_slot = effect.floor_slot
        if not seat.by_hand:
            seat.synced = seat.wanted
            self._keep_checkpoint(node)

    def _keep_checkpoint(self, node: int) -> None:
        seat = self.seats[node]
        if seat.before is not None:
            seat.before = None
            self.invariants.compacted(node, seat.floor_slot)

    def _send(self, node: int, effect: Send | Broadcast) -> None:
        self.invariants.produced(self.replica(node), effect.message)
        seat = self.seats[node]
        if seat.wanted > seat.synced:
            seat.outbox.append(effect)
            self.note("waits", node, f"keeps {post(node, effect)} until its disk is synced")
        else:
            self._release(node, effect)

    def _release(self, node: int, effect: Send | Broadcast) -> None:
        self.invariants.released(node, effect.message)
        targets = addressees(effect)
        reached = [target for target in targets if self.connected(node, target)]
        frame = pack(effect.message)
        for target in reached:
            self.letters.append(Letter(node, target, frame))
        for kind, some in (("sends", reached), ("lost", [t for t in targets if t not in reached])):
            if some:
                text = f"{kind} {node}>{wording.nodes(some)} {wording.message(effect.message)}"
                self.note(kind, node, text)

    def _set_timer(self, node: int, effect: SetTimer) -> None:
        due = (self.now_us + effect.low_us, self.now_us + effect.high_us)
        self.seats[node].timers[effect.timer] = due

    def _cancel_timer(self, node: int, effect: CancelTimer) -> None:
        self.seats[node].timers.pop(effect.timer, None)

    def _applied(self, node: int, effect: Applied) -> None:
        self.note("applies", node, f"applied {wording.applied(effect)}")
        replica = self.replica(node)
        self.invariants.applied(replica, effect)
        self._remember(replica, effect)

    def _remember(self, replica: Replica, outcome: Applied) -> None:
        self.history.log.setdefault(outcome.slot, outcome.value)
        if outcome.client == replica.client:
            self._keep(outcome.client, outcome.sequence, outcome.result)

    def _keep(self, client: Client, sequence: int, result: bytes) -> None:
        """The result of an update; reads have answers, changes of membership show by themselves."""
        if (*client, sequence) in self.history.submitted:
            self.history.answer(client, sequence, result, self.moment)

    def _applied_run(self, node: int, effect: AppliedRun) -> None:
        for outcome in effect.outcomes:
            self.note("applies", node, f"applied {wording.applied(outcome)}")
        replica = self.replica(node)
        self.invariants.applied_run(replica, effect)
        for outcome in effect.outcomes:
            self._remember(replica, outcome)

    def _installed(self, node: int, effect: Installed) -> None:
        self.note("applies", node, f"installed {wording.installed(effect)}")
        replica = self.replica(node)
        self.invariants.installed(replica, effect)
        for sequence, result in effect.results:
            self._keep(replica.client, sequence, result)

    def _regrouped(self, node: int, effect: Regrouped) -> None:
        members = wording.membership(effect.membership)
        self.note("group", node, f"node {node}: from slot {effect.from_slot} on {members}")

    def _role_changed(self, node: int, effect: RoleChanged) -> None:
        why = effect.why.format(ballot=effect.ballot, node=f"node {effect.node}")
        self.note("role", node, f"node {node} is {effect.role}: {why}")

    def _asked(self, node: int, effect: Asked) -> None:
        self.note("asks", node, f"node {node} asks for {wording.asked(effect)}")
        replica = self.replica(node)
        self.invariants.asked(replica, effect)
        self.asked[*replica.client, effect.number] = (effect.op, self.moment)

    def _answered(self, node: int, effect: Answered) -> None:
        self.note("answers", node, f"node {node} has {wording.answered(effect)}")
        replica = self.replica(node)
        ticket = (*replica.client, effect.number)
        op, asked = self.asked[ticket]
        self.history.reads[ticket] = Read(op, asked, effect.slot, effect.result, self.moment)
        self.invariants.answered(replica, effect)

    def _withheld(self, node: int, effect: Withheld) -> None:
        self.note("lease", node, f"node {node} {wording.withheld(effect)}")

    def _lease_lapsed(self, node: int, effect: LeaseLapsed) -> None:
        self.note("lease", node, f"the lease of node {node} at {effect.ballot} has lapsed")

    _PERFORM: ClassVar[dict[type, Callable[["Stage", int, Any], None]]] = {
        Persist: _persist,
        Checkpoint: _checkpoint,
        Send: _send,
        Broadcast: _send,
        SetTimer: _set_timer,
        CancelTimer: _cancel_timer,
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


def addressees(effect: Send | Broadcast) -> Iterable[int]:
    """Who gets it."""
    return (effect.to,) if isinstance(effect, Send) else effect.to


def post(node: int, effect: Send | Broadcast) -> str:
    """A send in words."""
    return f"{node}>{wording.nodes(addressees(effect))} {wording.message(effect.message)}"
