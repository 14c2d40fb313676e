"""A charge point: its replica, its session with an EV, and its part of the network.

The replica carries the network's state; the charge point's controller speaks ISO 15118 with the EV
and calls the network over OCPP. A CALL goes over the node's own ``ocpp`` channel into the
replicated log; what applying it returns comes back the same way as its CALLRESULT. Together the
nodes are the CSMS.
"""

from typing import Any, Protocol

import msgpack

from fsm.clock import WallClock
from fsm.effects import Call, Restart
from fsm.network.bills import unpaid
from fsm.network.demand import ONLY
from fsm.network.state import NetworkState
from fsm.ocpp.actions import INSTRUCT
from fsm.ocpp.client import CallClient
from fsm.ocpp.frames import CALL_RESULT
from fsm.ocpp.reserving import Booking
from fsm.ocpp.station import transfer
from fsm.v2g.charge_point import ChargePoint
from paxos.effects import Applied, AppliedRun, Installed, ReadKind, Timer
from paxos.membership import PLACES, Goal, Step, place_of
from paxos.messages import message
from paxos.replica import Replica
from paxos.sim.host import Kind
from paxos.wire import seal, unpack, unseal
from scenarios.city.directory import Directory
from scenarios.desk import TIMER, Desk, Question, bookings_of, news_of
from scenarios.granting import TIMER as GRANTS
from scenarios.granting import Granting
from scenarios.guard import TRIPPED
from scenarios.instructed import Instructed, reason_of_restart
from scenarios.network_clock import CLOCK, TIME
from scenarios.planned import Planned
from scenarios.profiled import Profiled
from scenarios.scheduling import TIMER as SCHEDULE
from scenarios.scheduling import Scheduling
from scenarios.watching import BEAT, TIMERS, Watching

_CALLS_PER_INCARNATION = 1_000_000
_INCARNATIONS_PER_DISK = 1_000
"""Unique ids of calls never come back after a restart, nor on another disk."""


@message
class SendOcpp:
    """Send an OCPP frame to ``to``."""

    to: int
    frame: bytes


class Wiring(Protocol):
    """What a charge point's process finds when it starts: hardware that outlives it."""

    @property
    def ev_pilot(self) -> str:
        """What the EV's resistor shows on the control pilot, A to D."""
        ...

    @property
    def clock(self) -> WallClock:
        """The wall clock."""
        ...

    def settle(self) -> None:
        """Bring the meter up to now: it is read in the step that follows.

        Physics knows what time it is; the charge point's own clock may be wrong.
        """
        ...


class Node:
    """The process of one charge point; a crash loses all of it but the replica's disk.

    ``now_us`` is the time of its own monotonic clock, never virtual time.
    """

    def __init__(
        self,
        cp_id: str,
        replica: Replica,
        controller: ChargePoint,
        wiring: Wiring,
        goal: Goal | None = None,
        *,
        monitored: bool = False,
    ) -> None:
        """``goal`` is what a newcomer to the group wants to become.

        ``monitored``: it beats, and observes the others while it leads.
        """
        self.cp_id = cp_id
        self.number = place_of(replica.node)
        self.replica = replica
        self.controller = controller
        self.wiring = wiring
        self._goal = goal
        life = replica.node // PLACES * _INCARNATIONS_PER_DISK + replica.client.incarnation
        first = life * _CALLS_PER_INCARNATION + 1
        self.calls = CallClient(cp_id, first)
        self._waiting: int | None = None
        self._limit_version = 0
        self.instructed = Instructed(controller, self.network, wiring.clock)
        self.profiled = Profiled(controller)
        self.planned = Planned(controller)
        settings = self.network.state.planning.get(ONLY)
        self.scheduling: Scheduling | None = None
        if settings is not None:
            self.scheduling = Scheduling(replica, wiring.clock, settings.step_us)
            controller.plans, controller.time = True, self.scheduling.clock
        self.watching = Watching(cp_id, replica) if monitored else None
        terms = controller.terms
        self.granting = Granting(replica, terms) if terms.grant_us else None
        self._restart: Restart | None = None
        """A soft reset that waits until all calls are answered."""
        self.desk = Desk(self.calls, wiring.clock, replica)
        self.bookings: tuple[Booking, ...] = ()
        """The reservations that the controller was told of, and the table that they are from."""
        self._reservations: object = None
        self.directory: Directory | None = None
        """What it knows of other sites, if it is in a city and has led."""
        self._losses: object = None
        """The table of losses that was looked at last."""
        self._told: dict[int, int] = {}
        """Of which losses drivers were told, by the reservation."""

    @property
    def network(self) -> NetworkState:
        """The network's state as this replica has it."""
        machine = self.replica.learner.machine
        assert isinstance(machine, NetworkState)  # noqa: S101 - the world built it so
        return machine

    def start(self, now_us: int) -> list[Any]:
        """Begin: the replica first, then the controller."""
        effects: list[Any] = list(self.replica.start(now_us))
        if self._goal is not None:
            effects += self.replica.join(self._goal, now_us)
        self._limit_version = self.network.limit_version(self.cp_id)
        if self.watching is not None:
            effects += self.watching.start()
        if self.scheduling is not None:
            effects += self.scheduling.start(now_us)
        if self.granting is not None:
            effects += self.granting.review()
        effects += self._take(self.controller.boot(now_us, self.wiring.ev_pilot), now_us)
        effects += self._take(self.profiled.applied(self.network, now_us), now_us)
        effects += self._take(self.planned.applied(self.network, now_us), now_us)
        return effects + self._book(now_us) + self._tell()

    def change(self, step: Step, node: int, now_us: int) -> list[Any]:
        """Hand in a change of membership."""
        return self._after_replica(self.replica.change(step, node, now_us)[1], now_us)

    def stand(self, now_us: int) -> list[Any]:
        """Stand for leader now; only when the replica says that it may."""
        return self._after_replica(self.replica.stand(now_us), now_us)

    def on_frame(self, kind: int, source: int, frame: Any, now_us: int) -> list[Any]:
        """Take a frame of one of the three channels, or a signal of the cable.

        Raises:
            paxos.wire.WireError: the frame is damaged.
        """
        if kind == Kind.PAXOS:
            effects = self.replica.on_message(source, unpack(frame), now_us)
            return self._after_replica(effects, now_us)
        self.wiring.settle()
        if kind == Kind.V2G:
            return self._take(self.controller.on_message(unseal(frame), now_us), now_us)
        if kind == Kind.SIGNAL:
            trip = frame == TRIPPED
            on_signal = self.controller.on_trip if trip else self.controller.on_pilot
            return self._take(on_signal(frame, now_us), now_us)
        return self._on_ocpp(unseal(frame), now_us)

    def on_timer(self, timer: Any, now_us: int) -> list[Any]:
        """Take the firing of a timer: the replica's are numbers, the controller's are names."""
        if self.watching is not None and timer in TIMERS:
            asked = self.watching.on_timer(timer, self.network, now_us)
            return self._take(asked, now_us)
        if timer == SCHEDULE and self.scheduling is not None:
            return self._take(self.scheduling.on_timer(self.network, now_us), now_us)
        if self.granting is not None and timer == GRANTS:
            return self._take(self.granting.on_timer(self.network, now_us), now_us)
        if type(timer) is str and timer.startswith(TIMER):
            return self.desk.on_timer(timer, now_us) + self._next_call()
        if type(timer) is str:
            self.wiring.settle()
            return self._take(self.controller.on_timer(timer, now_us), now_us)
        return self._after_replica(self.replica.on_timer(Timer(timer), now_us), now_us)

    def read(self, op: bytes, how: ReadKind, now_us: int) -> list[Any]:
        """Ask something of the network's state; the answer is an effect."""
        return self._after_replica(self.replica.read(op, how, now_us)[1], now_us)

    def call(self, call: Call, now_us: int) -> list[Any]:
        """Make a call into the network for somebody else."""
        return self._take([call], now_us)

    # OCPP.

    def _on_ocpp(self, body: bytes, now_us: int) -> list[Any]:
        frame = msgpack.unpackb(body)
        if type(frame[0]) is str:
            # A CALL with its caller and time: a command for the log.
            self._waiting, submitted = self.replica.submit(body, now_us)
            return self._after_replica(submitted, now_us)
        if frame[0] in (CLOCK, TIME, BEAT):
            part = self.watching if frame[0] == BEAT else self.scheduling
            return [] if part is None else part.on_frame(frame, now_us)
        call = self.calls.answer(frame)
        if call is None:
            return []
        asked = self.controller.on_result(call.action, call.payload, frame, now_us)
        effects = self._take(asked, now_us)
        if frame[0] == CALL_RESULT and self.granting is not None:
            # The log has counted it: an error would not say so.
            renewed = self.controller.on_answer(call.since_us, now_us)
            effects += self._take(renewed, now_us)
        effects += self.desk.on_answer(call.unique_id, frame, now_us) + self._next_call()
        if call.action == "StartTransaction":
            effects += self._begin_stay(now_us)
        if call.action == "BootNotification":
            effects += self._close_orphan(now_us)
            if frame[0] == CALL_RESULT:
                effects += self._take(self.instructed.booted(self.network, now_us), now_us)
        elif call.action == "DataTransfer":
            effects += self._on_own_result(call.payload, frame, now_us)
        if self._restart is not None and not self.calls.pending:
            effects += [self._restart]
        return effects

    def _on_own_result(self, payload: dict[str, Any], frame: list[Any], now_us: int) -> list[Any]:
        """The answer to a message of the network's own: whoever asked knows it by its name."""
        if self.granting is not None:
            self.granting.on_result(payload)
        if self.scheduling is not None:
            self.scheduling.on_result(payload)
        effects = self._take(self.instructed.on_result(payload, frame, now_us), now_us)
        if self.watching is not None:
            effects += self.watching.on_result(payload, frame, now_us)
        return effects

    def instruct(
        self, cp_id: str, action: str, payload: dict[str, object], now_us: int
    ) -> list[Any]:
        """Somebody at this charge point wants something of another one, or of all."""
        data: dict[str, object] = {"cp": cp_id, "action": action, "payload": payload}
        return self._take([transfer(INSTRUCT, data)], now_us)

    def ask(self, question: Question, now_us: int) -> list[Any]:
        """A driver asks the network something here; he is told, whatever comes of it."""
        return self.desk.ask(question, now_us) + self._next_call()

    def _begin_stay(self, now_us: int) -> list[Any]:
        """The transaction that has just begun may have to end at a certain time."""
        stay = self.network.stays.get(self.controller.transaction_id or 0)
        if stay is None:
            return []
        return self._take(self.controller.on_stay(stay.until_us, now_us), now_us)

    def _book(self, now_us: int) -> list[Any]:
        """Tell the controller of the reservations of its connector, when there are others."""
        tables = self.network.state
        if tables.reservations is self._reservations:
            return []
        self._reservations = tables.reservations
        bookings = bookings_of(tables, self.cp_id)
        if bookings == self.bookings:
            return []
        self.bookings = bookings
        return self._take(self.controller.on_bookings(bookings, now_us), now_us)

    def _tell(self) -> list[Any]:
        """Tell drivers of reservations that were lost; after a restart all once more."""
        tables = self.network.state
        if tables.losses is self._losses:
            return []
        self._losses = tables.losses
        return news_of(tables, self.cp_id, self._told)

    def _close_orphan(self, now_us: int) -> list[Any]:
        """What an earlier incarnation had under way, which is stale by now.

        Its transaction is ended, and its bills that are open are paid.
        """
        transaction = self.network.open_transaction(self.cp_id)
        asked: list[Any] = []
        if transaction is not None:
            reason = reason_of_restart(self.network, self.cp_id)
            begun = (transaction.id_tag, transaction.start_us, transaction.meter_start_wh)
            closing = self.controller.on_orphan(transaction.id, now_us, begun, reason)
            asked = self._take(closing, now_us)
        for bill in unpaid(self.network.state, self.cp_id):
            asked += self._take(self.controller.on_unpaid(bill.transaction, now_us), now_us)
        return asked

    def _next_call(self) -> list[Any]:
        body = self.calls.take()
        return [] if body is None else [SendOcpp(self.number, seal(body))]

    # Effects.

    def _after_replica(self, effects: list[Any], now_us: int) -> list[Any]:
        """Pass on what was applied: results to the caller, a new limit to the controller."""
        answers: list[Any] = []
        changed = False
        for effect in effects:
            if type(effect) is Applied:
                changed = True
                if effect.client == self.replica.client:
                    answers += self._answer(effect.sequence, effect.result)
            elif type(effect) is AppliedRun:
                changed = True
                for outcome in effect.by_client.get(self.replica.client, ()):
                    answers += self._answer(outcome.sequence, outcome.result)
            elif type(effect) is Installed:
                changed = True
                for sequence, result in effect.results:
                    answers += self._answer(sequence, result)
        if self.granting is not None:
            answers += self.granting.review()
        if not changed:
            return effects + answers
        answers += self._book(now_us) + self._tell()
        version = self.network.limit_version(self.cp_id)
        if version != self._limit_version:
            self._limit_version = version
            limit_w = self.network.limit_w(self.cp_id)
            unconfirmed = self.network.unconfirmed_version(self.cp_id)
            asked = self.controller.on_limit(limit_w, now_us, unconfirmed)
            answers += self._take(asked, now_us)
        answers += self._take(self.profiled.applied(self.network, now_us), now_us)
        answers += self._take(self.planned.applied(self.network, now_us), now_us)
        answers += self._take(self.instructed.applied(self.network, now_us), now_us)
        if self.network.is_barred(self.cp_id):
            answers += self._take(self.controller.on_barred(now_us), now_us)
        return effects + answers

    def _answer(self, sequence: int, result: bytes) -> list[Any]:
        """The result of the call that waits, if this is it."""
        if sequence != self._waiting:
            return []
        self._waiting = None
        return [SendOcpp(self.number, seal(result))]

    def _take(self, effects: list[Any], now_us: int) -> list[Any]:
        """Queue the controller's calls; everything else is the world's to carry out."""
        out: list[Any] = []
        for effect in effects:
            if type(effect) is Call:
                stamp_us = self.wiring.clock.wall_us(now_us)
                self.calls.submit(effect.action, effect.payload, now_us, stamp_us)
                out += self._next_call()
            elif type(effect) is Restart and not effect.hard and self.calls.pending:
                self._restart = effect
            else:
                out.append(effect)
        return out
