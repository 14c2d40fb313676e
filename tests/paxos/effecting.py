"""Carrying out what replicas ask for, effect by effect, noted down and watched by the invariants.

What :mod:`paxos.effects` asks of every host, and no more: effects in their order, nothing sent
before what stands before it is on stable storage; and nothing ever that depends on a write which
found no room.
"""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from attrs import frozen

from paxos.check.campaign.history import History, Key, Read
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
    Regrouped,
    RoleChanged,
    Send,
    SetTimer,
    Withheld,
)
from paxos.replica import Config, Replica
from paxos.wire import pack
from tests.paxos import wording
from tests.paxos.letters import Network, Refused
from tests.paxos.seats import Seat


@frozen
class Note:
    """Something that happened: when, of which kind, at which node, in words."""

    at_us: int
    kind: str
    node: int
    text: str


class Effecting:
    """Seats, a network between them, and the world's answer to each effect."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.now_us = 0
        """True time; each node sees its own clock."""
        self.network = Network()
        self.notes: list[Note] = []
        self.last: list[tuple[int, Effect]] = []
        """The effects of the latest step."""
        self.history = History()
        self.asked: dict[Key, tuple[bytes, int]] = {}
        """What was read, and at which moment: every question of a client."""
        self.moment = 0
        """Counts the steps of replicas: which came before which, while time stands still."""
        self.invariants = Invariants(config, machine=Register())
        self.seats: dict[int, Seat] = {}

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

    def carry_out(self, node: int, effects: list[Effect]) -> None:
        """Do what a replica asks for after a step."""
        self.moment += 1
        self.last = [(node, effect) for effect in effects]
        for effect in effects:
            self._PERFORM[type(effect)](self, node, effect)
        self.invariants.stepped(self.replica(node))

    # Disks.

    def _persist(self, node: int, effect: Persist) -> None:
        seat = self.seats[node]
        seat.write(effect)
        seat.begin_sync(self.now_us)
        if effect.sync:
            verb = "has no room for" if seat.full else "writes"
            self.note("writes", node, f"{verb} {', '.join(map(wording.row, effect.rows))}")

    def _checkpoint(self, node: int, effect: Checkpoint) -> None:
        seat = self.seats[node]
        verb = "has no room for a checkpoint" if seat.full else "checkpoint"
        self.note("writes", node, f"{verb}: {', '.join(map(wording.row, effect.rows))}")
        seat.replace(effect)
        if seat.is_quick:
            seat.synced = seat.wanted
            self._keep_checkpoint(node)
        seat.begin_sync(self.now_us)

    def _keep_checkpoint(self, node: int) -> None:
        seat = self.seats[node]
        if seat.before is not None:
            seat.before = None
            self.invariants.compacted(node, seat.floor_slot)

    # The network.

    def _send(self, node: int, effect: Send | Broadcast) -> None:
        self.invariants.produced(self.replica(node), effect.message)
        seat = self.seats[node]
        if not seat.waits:
            self._release(node, effect)
        elif seat.is_stuck:
            # A write that failed: what depends on it never leaves. Who needs it asks again.
            self.note("stuck", node, f"cannot send {post(node, effect)}: its disk is full")
        else:
            seat.outbox.append((seat.wanted, effect))
            self.note("waits", node, f"keeps {post(node, effect)} until its disk is synced")

    def _release(self, node: int, effect: Send | Broadcast) -> None:
        self.invariants.released(node, effect.message)
        targets, network = addressees(effect), self.network
        reached = [target for target in targets if network.connected(node, target)]
        frame = pack(effect.message)
        for target in reached:
            network.post(node, target, frame, self.now_us)
        for kind, some in (("sends", reached), ("lost", [t for t in targets if t not in reached])):
            if some:
                text = f"{kind} {node}>{wording.nodes(some)} {wording.message(effect.message)}"
                self.note(kind, node, text)

    # Timers, by the node's own clock.

    def _set_timer(self, node: int, effect: SetTimer) -> None:
        seat = self.seats[node]
        local_us = seat.local_us(self.now_us)
        seat.timers[effect.timer] = (local_us + effect.low_us, local_us + effect.high_us)

    def _cancel_timer(self, node: int, effect: CancelTimer) -> None:
        self.seats[node].timers.pop(effect.timer, None)

    # What is told.

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

    _PERFORM: ClassVar[dict[type, Callable[["Effecting", int, Any], None]]] = {
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
