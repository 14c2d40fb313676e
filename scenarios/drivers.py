"""Drivers: they ask for a connector, are told, drive there, charge, and leave.

A driver asks one charge point, and has one answer: reserved there, redirected to another, refused,
or none. Who got no answer calls off what he asked for, through whatever charge point listens, so
nothing stays reserved for somebody who does not know of it. What he was promised may be lost to a
fault: then he is told where it was moved to, or why nobody can keep it. An EV that ``drives`` goes
where it is told by itself; with any other the script does the plugging.
"""

from math import isqrt
from typing import TYPE_CHECKING

from fsm.ocpp.reserving import HOLD_US, Why
from fsm.v2g.evcc import Intent
from paxos.sim.host import Status
from paxos.sim.kernel import Event
from paxos.sim.streams import stream
from scenarios.asks import (
    OBSTACLES,
    REASONS,
    Ask,
    Due,
    Tidings,
    brief_text,
    loss_text,
    refusal_text,
)
from scenarios.desk import News, Payload, Question, Told, Want, cancellation
from scenarios.errors import InputError
from scenarios.happenings import Happening
from scenarios.inbox import Inbox
from scenarios.node import Node
from scenarios.places import Point, square_m
from scenarios.schema import Vehicle
from scenarios.units import DURATION
from scenarios.view import EventRow

if TYPE_CHECKING:
    from scenarios.connector import Car
    from scenarios.world import World

SECOND_US = 1_000_000
PHONE_US = 50_000
"""From a driver's phone to a charge point."""
PATIENCE_US = 6 * SECOND_US
"""How long a driver waits at a charge point that says nothing at all."""
AGAIN_US = 10 * SECOND_US
"""After what time he tries again to call off, or looks again whether the connector is free."""
LEAVES_US = 15 * SECOND_US
"""How long before the end of his window he ends the charging; he unplugs 10 s later."""
SPEED_M_PER_S = 8


class Drivers:
    """The drivers of one world, and all that they asked."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.asks: dict[int, Ask] = {}
        self._last: dict[str, int] = {}
        """The newest question of each EV's driver."""
        self._asked = 0
        self._questions: dict[int, Ask] = {}
        """What the numbers of changes and cancellations are about."""
        self._changes: dict[int, tuple[int, int]] = {}
        self._posted: dict[int, tuple[int, Question]] = {}
        """Questions on their way to a charge point."""
        self._calls_off: dict[int, int] = {}
        """Asks that are being called off, and how often that was tried."""
        self.inbox = Inbox()
        self.news: list[tuple[Tidings, Ask]] | None = None
        """What has become of questions, for who asks in many worlds; None where nobody does."""

    # What people do.

    def ask(
        self,
        ev: str,
        window_us: tuple[int, int],
        energy_wh: int,
        cp: int | None,
        hold_us: int = HOLD_US,
    ) -> str:
        """Let a driver ask; returns the sentence for the event log.

        Raises:
            InputError: the window ends before it begins.
        """
        world, vehicle = self.world, self._vehicle(ev)
        _check_window(window_us)
        number = self._nearest(vehicle, (Status.ALIVE, Status.PAUSED)) if cp is None else cp
        self._asked += 1
        ask = Ask(
            number=self._asked,
            ev=ev,
            id_tag=world.cars[ev].ev.account,
            asked_cp=world.ids[number],
            from_us=window_us[0],
            until_us=window_us[1],
            energy_wh=energy_wh,
            hold_us=hold_us,
            asked_us=world.now_us,
        )
        self.asks[ask.number] = ask
        payload: Payload = {
            "idTag": ask.id_tag,
            "reservationId": ask.number,
            "from": ask.from_us,
            "until": ask.until_us,
            "energy": energy_wh,
            "hold": hold_us,
            "current": vehicle.current,
        }
        if vehicle.at is not None:
            payload |= {"x": vehicle.at[0], "y": vehicle.at[1]}
        question = Question(ask.number, Want.ASK, ask.number, ask.id_tag, payload)
        self._post(number, question)
        window = f"{DURATION.format(ask.from_us)} to {DURATION.format(ask.until_us)}"
        return f"asks at {ask.asked_cp} for a connector from {window}"

    def change(self, ev: str, window_us: tuple[int, int]) -> str:
        """Let a driver ask for other times under the same reservation.

        Raises:
            InputError: he holds none, or the window ends before it begins.
        """
        _check_window(window_us)
        ask = self.held(ev)
        expiry_us = min(window_us[1], window_us[0] + ask.hold_us)
        payload: Payload = {
            "connectorId": 1,
            "expiryDate": expiry_us,
            "idTag": ask.id_tag,
            "reservationId": ask.number,
            "chargePoint": ask.cp,
            "from": window_us[0],
            "until": window_us[1],
            "energy": ask.energy_wh,
            "current": self._vehicle(ev).current,
        }
        self._asked += 1
        self._changes[self._asked] = window_us
        self._questions[self._asked] = ask
        where = self._nearest(self._vehicle(ev), (Status.ALIVE,))
        self._post(where, Question(self._asked, Want.CHANGE, ask.number, ask.id_tag, payload))
        begin, end = map(DURATION.format, window_us)
        return f"asks for reservation #{ask.number} from {begin} to {end} instead"

    def cancel(self, ev: str) -> str:
        """Let a driver cancel what he holds.

        Raises:
            InputError: he holds nothing.
        """
        ask = self.held(ev)
        ask.gone = True
        self._call_off(ask)
        return f"cancels reservation #{ask.number} at {ask.cp}"

    def newest(self, ev: str) -> Ask | None:
        """What the driver of an EV asked last; None if he never asked."""
        return next((ask for ask in reversed(self.asks.values()) if ask.ev == ev), None)

    def holds(self, ev: str) -> bool:
        """Whether the driver of an EV was promised a connector, and has not cancelled."""
        number = self._last.get(ev)
        return number is not None and not self.asks[number].gone

    def held(self, ev: str) -> Ask:
        """What the driver of an EV was promised; raises InputError where he holds nothing."""
        if not self.holds(ev):
            raise InputError(f"{ev} holds no reservation")
        return self.asks[self._last[ev]]

    # Asking.

    def _post(self, number: int, question: Question) -> None:
        """Send a question to a charge point, and wait for an answer only so long."""
        self._posted[question.number] = (number, question)
        self._later(PHONE_US, Due.PUT, question.number)
        self._later(PATIENCE_US, Due.PATIENCE, question.number)

    def _put(self, number: int, question: Question) -> None:
        """Put a question to a charge point, if its process runs."""
        host = self.world.cluster.hosts[number]
        if host.status is Status.ALIVE and isinstance(host.process, Node):
            local_us = self.world.cluster.local_us(number)
            self.world.cluster.execute(host, host.process.ask(question, local_us))
        elif host.status is not Status.PAUSED:
            self.told(number, Told(question.number, "Refused", {"reason": Why.DOWN.value}))

    def told(self, number: int, told: Told) -> None:
        """A charge point says what the network answered."""
        ask = self.asks.get(told.number)
        if ask is not None:
            self._on_answer(ask, told)
            return
        ask = self._questions.pop(told.number, None)
        if ask is None:
            return
        if told.number in self._changes:
            self._on_changed(ask, self._changes.pop(told.number), told)
        elif told.status == "Accepted":
            self._calls_off.pop(ask.number, None)
            self._say(ask, "charging", f"reservation #{ask.number} is cancelled")
        elif told.status == "Rejected":
            # Nothing is reserved under that id, and nothing will be.
            self._calls_off.pop(ask.number, None)

    def _on_answer(self, ask: Ask, told: Told) -> None:
        if ask.answer:
            # Too late: it is being called off.
            return
        ask.answer, ask.reason = told.status, str(told.data.get("reason", ""))
        ask.why = why = refusal_text(ask.asked_cp, ask.reason, told.data)
        ask.brief = brief_text(ask.asked_cp, ask.reason, told.data)
        if ask.granted:
            before = self._last.get(ask.ev)
            if before is not None:
                self.asks[before].gone = True
            self._last[ask.ev] = ask.number
            ask.cp = str(told.data["cp"])
            held_us = told.data["heldUntil"]
            assert isinstance(held_us, int)  # noqa: S101 - the network's own answer
            ask.held_until_us = held_us
            held = f"held until {DURATION.format(held_us)}"
            if ask.answer == "Redirected":
                text = f"{why}: redirected to {ask.cp}, reservation #{ask.number}, {held}"
            else:
                text = f"{ask.cp} is reserved for it, reservation #{ask.number}, {held}"
            self._say(ask, "charging", text)
            self._drive(ask)
            if ask.early is not None:
                self.hear(ask.early)
        elif ask.answer == "NoAnswer":
            self._say(ask, "fault", f"no answer at {ask.asked_cp}: it is called off")
            self._call_off(ask)
        else:
            nobody = ": no charge point can" if ask.reason in OBSTACLES else ""
            self._say(ask, "info", f"refused at {ask.asked_cp}{nobody}: {why}")
            if told.data.get("callOff"):
                # It is under way, and may yet be decided.
                self._call_off(ask)
        self._tell(Tidings.ANSWERED, ask)

    def _on_changed(self, ask: Ask, window_us: tuple[int, int], told: Told) -> None:
        if told.status == "NoAnswer":
            # Nobody knows which times hold now.
            self._say(ask, "fault", f"no answer: reservation #{ask.number} is called off")
            ask.gone = True
            self._call_off(ask)
            return
        if told.status != "Accepted":
            why = REASONS.get(str(told.data.get("reason", "")), told.status).format(cp=ask.cp)
            self._say(ask, "info", f"reservation #{ask.number} stays as it was: {why}")
            return
        ask.from_us, ask.until_us = window_us
        ask.held_until_us = min(ask.until_us, ask.from_us + ask.hold_us)
        held = DURATION.format(ask.held_until_us)
        self._say(ask, "charging", f"reservation #{ask.number} is replaced, held until {held}")
        self._drive(ask)

    def hear(self, news: News) -> None:
        """A charge point tells a driver that his reservation was lost; two of them may, and again.

        He is told what holds now: the place that is kept for him instead, or why there is none.
        """
        ask = self.asks.get(news.record.id)
        if ask is None or ask.gone or _is_old(news, ask.news):
            return
        if not ask.answer:
            # Overtaken by what happened to it: he has no reservation yet, as far as he knows.
            ask.early = ask.early if _is_old(news, ask.early) else news
        elif ask.granted and (news.record.is_active or not news.loss.moved_to):
            self._lose(ask, news)

    def _lose(self, ask: Ask, news: News) -> None:
        """He goes where he is told, or has nowhere to go."""
        record, left = news.record, ask.cp
        ask.news, ask.why = news, loss_text(news.loss)
        if not news.loss.moved_to:
            ask.gone = True
            self._say(ask, "fault", f"loses reservation #{ask.number}: {ask.why}")
            return
        ask.cp, ask.from_us, ask.until_us = record.cp_id, record.from_us, record.until_us
        ask.held_until_us = record.held_until_us
        held = f"held until {DURATION.format(ask.held_until_us)}"
        text = f"{ask.why}: reservation #{ask.number} is moved to {ask.cp}, {held}"
        self._say(ask, "charging", text)
        car = self.world.cars[ask.ev]
        if ask.plugged and car.connector is not None:
            if car.connector.contactor_closed:
                # He charges all the same, and would only keep the other one from somebody else.
                ask.cp, ask.gone = left, True
                self._call_off(ask)
                return
            ask.plugged = False
            self.world.unplug(car)
            self._note(ask, "charging", f"unplugs, and leaves {left}")
        there = self.world.now_us >= ask.arrive_us >= 0
        self._drive(ask, left if there else "")

    def _call_off(self, ask: Ask) -> None:
        """Call a reservation off at once, and again until somebody has heard it."""
        tries = self._calls_off.get(ask.number, 0)
        self._calls_off[ask.number] = tries + 1
        self._asked += 1
        self._questions[self._asked] = ask
        payload = cancellation(ask.number, ask.id_tag)
        question = Question(self._asked, Want.CANCEL, ask.number, ask.id_tag, payload)
        self._later(AGAIN_US, Due.CALL_OFF, ask.number)
        self._put(self._nearest(self._vehicle(ask.ev), (Status.ALIVE,), tries), question)

    # The street.

    def happen(self, event: Event) -> None:
        """Something is due for a driver."""
        due, number = Due(event[4]), event[5]
        if due is Due.PUT:
            self._put(*self._posted.pop(number))
            return
        if due is Due.PATIENCE:
            self.told(0, Told(number, "NoAnswer", {}))
            return
        ask = self.asks[number]
        if due is Due.CALL_OFF:
            over = self.world.now_us >= min(ask.until_us, ask.from_us + ask.hold_us)
            if ask.number in self._calls_off and not over:
                self._call_off(ask)
        elif due is Due.ARRIVE:
            if self.world.now_us == ask.arrive_us:
                self._arrive(ask)
        elif ask.plugged:
            self._at_connector(due, ask)

    def _drive(self, ask: Ask, start: str = "") -> None:
        """Set out so as to be there when the window begins; from a charge point, or from home."""
        vehicle = self._vehicle(ask.ev)
        if not vehicle.drives:
            return
        world = self.world
        moves = 0 if ask.news is None else ask.news.loss.times
        name = f"driver/{ask.ev}/{ask.number}" + (f"/{moves}" if moves else "")
        random = stream(world.chance, name)
        there = self._place(world.nodes[ask.cp])
        here = self._place(world.nodes[start]) if start else vehicle.at or (0, 0)
        metres = isqrt(square_m(here, there))
        travel_us = metres * SECOND_US // SPEED_M_PER_S * random.randint(90, 110) // 100
        punctual_us = ask.from_us + random.randint(0, 5 * SECOND_US)
        ask.arrive_us = max(world.now_us + travel_us, punctual_us)
        self._later(ask.arrive_us - world.now_us, Due.ARRIVE, ask.number)

    def _arrive(self, ask: Ask) -> None:
        world = self.world
        car, number = world.cars[ask.ev], world.nodes[ask.cp]
        if ask.gone or car.connector is not None:
            return
        world.promises.arrived(ask, number)
        taken = world.connectors[number].ev
        if taken is None:
            world.plug(car, number)
            ask.plugged = True
            self._tell(Tidings.PLUGGED, ask)
            self._note(ask, "charging", f"arrives, and plugs in at {ask.cp}")
            self._later(AGAIN_US, Due.LOOK, ask.number)
            self._later(max(0, ask.until_us - LEAVES_US - world.now_us), Due.LEAVE, ask.number)
        elif world.now_us + AGAIN_US < ask.held_until_us:
            self._note(ask, "charging", f"finds {ask.cp} taken by {taken.id}, and waits")
            ask.arrive_us = world.now_us + AGAIN_US
            self._later(AGAIN_US, Due.ARRIVE, ask.number)
        else:
            self._note(ask, "charging", f"finds {ask.cp} taken by {taken.id}, and gives up")
            self._tell(Tidings.GAVE_UP, ask)

    def _at_connector(self, due: Due, ask: Ask) -> None:
        """He looks after his EV, ends the charging, unplugs."""
        world = self.world
        car = world.cars[ask.ev]
        if car.connector is None or world.ids[car.connector.node] != ask.cp:
            ask.plugged = False
        elif due is Due.UNPLUG or (due is Due.LOOK and _is_done(car)):
            ask.plugged = False
            world.unplug(car)
            self._note(ask, "charging", f"unplugs, and leaves {ask.cp}")
            self._tell(Tidings.LEFT, ask)
        elif due is Due.LOOK:
            self._later(AGAIN_US, Due.LOOK, ask.number)
        else:
            host = world.cluster.hosts[car.endpoint]
            world.cluster.execute(host, car.ev.stop_charging(world.now_us))
            car.connector.settle(world.now_us)
            self._later(AGAIN_US, Due.UNPLUG, ask.number)

    # Small things.

    def _vehicle(self, ev: str) -> Vehicle:
        return self.world.vehicles[ev]

    def _place(self, number: int) -> Point:
        return self.world.scenario.cps[number - 1].at or (0, 0)

    def _nearest(self, vehicle: Vehicle, states: tuple[Status, ...], skip: int = 0) -> int:
        """The charge point that is nearest to an EV and in one of these states, or a next one.

        Of all, when there is none.
        """
        at, hosts = vehicle.at or (0, 0), self.world.cluster.hosts
        order = sorted(self.world.ids, key=lambda n: (square_m(at, self._place(n)), n))
        there = [n for n in order if hosts[n].generation and hosts[n].status in states] or order
        return there[skip % len(there)]

    def _later(self, delay_us: int, due: Due, number: int) -> None:
        time_us = self.world.now_us + delay_us
        self.world.cluster.kernel.push(time_us, Happening.DRIVER, 0, int(due), number)

    def _tell(self, news: Tidings, ask: Ask) -> None:
        if self.news is not None:
            self.news.append((news, ask))

    def _note(self, ask: Ask, severity: str, text: str) -> None:
        self.world.note(severity, ask.ev, text)

    def _say(self, ask: Ask, severity: str, text: str) -> None:
        """Note what the network tells a driver, or that it tells him nothing; he keeps it."""
        self._note(ask, severity, text)
        self.inbox.add(EventRow(self.world.now_us, severity, ask.ev, text))


def _is_old(news: News, known: News | None) -> bool:
    return known is not None and news.loss.times <= known.loss.times


def _is_done(car: "Car") -> bool:
    """Whether an EV has ended its charging, for whatever reason."""
    return car.ev.intent is Intent.REST and car.ev.awaiting is None


def _check_window(window_us: tuple[int, int]) -> None:
    if not 0 <= window_us[0] < window_us[1]:
        raise InputError("from is before until, and neither is negative")
