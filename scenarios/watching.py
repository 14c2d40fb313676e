"""The monitors of a network: boards beside the engines, and one observer, who leads.

An engine beats every second: it tells its board, and the charge point that leads. A board that
misses its engine speaks in its place, over the same links. Who leads listens, and writes down in
the log what has changed (:mod:`fsm.ocpp.monitor`, :mod:`fsm.network.monitoring`). It is a second's
frame for each charge point, and nothing in the log while all is well.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import msgpack

from fsm.effects import Beat, Call, Notice, SetTimer
from fsm.network.state import NetworkState
from fsm.ocpp.actions import OBSERVE, OBSERVED
from fsm.ocpp.monitor import LOOK_US, PERIOD_US, Hearing, Monitor, Observer
from fsm.ocpp.station import transfer
from paxos.election import Role
from paxos.membership import place_of
from paxos.messages import message
from paxos.replica import Replica
from paxos.sim.host import Kind, Status
from paxos.wire import seal

if TYPE_CHECKING:
    from scenarios.world import World

BEAT: Final = 9
"""What a frame of the ``ocpp`` channel begins with that is no OCPP.

``[9, cp, hearing, hops, said_us]``: the last is when it was said, by that charge point's own clock,
which its engine and its board share.
"""

TIMERS: Final = ("beat", "look")


@message
class SendBeat:
    """Send a beat to ``to``."""

    to: int
    frame: bytes


@message
class Found:
    """The observer has found a charge point heard otherwise than the log says."""

    cp_id: str
    hearing: str
    said_us: int = -1
    """When that was said, by the clock of ``cp_id``; -1 where nothing was."""


def beat_frame(cp_id: str, hearing: Hearing, said_us: int, hops: int = 0) -> bytes:
    """What is said of a charge point once a second."""
    return seal(msgpack.packb([BEAT, cp_id, hearing.value, hops, said_us]))


class Watching:
    """An engine's part: it beats, and while it leads it observes the others."""

    def __init__(self, cp_id: str, replica: Replica) -> None:
        self.cp_id = cp_id
        self.replica = replica
        self.observer: Observer | None = None
        self._asked = False
        """Whether it has asked to observe, and was not answered yet."""
        self._telling = False
        """Whether what it found is on its way into the log."""

    def start(self) -> list[Any]:
        """Begin to beat."""
        return [SetTimer("beat", PERIOD_US)]

    @property
    def _leads(self) -> bool:
        return self.replica.role is Role.LEADER

    @property
    def _leader(self) -> int:
        leader = self.replica.leader
        return 0 if leader is None else place_of(leader)

    @property
    def _voters(self) -> tuple[int, ...]:
        return tuple(map(place_of, self.replica.group.present.voters))

    def on_timer(self, name: str, network: NetworkState, now_us: int) -> list[Any]:
        """Beat, or look who is missing."""
        return self._beat(now_us) if name == "beat" else self._look(network, now_us)

    def _beat(self, now_us: int) -> list[Any]:
        effects: list[Any] = [SetTimer("beat", PERIOD_US), Beat(self._leader, self._voters)]
        if not self._leads:
            self.observer = None
            if self._leader and self.replica.node in self.replica.group.everyone:
                frame = beat_frame(self.cp_id, Hearing.HEARD, now_us)
                effects.append(SendBeat(self._leader, frame))
        elif self.observer is not None:
            self.observer.heard(self.cp_id, Hearing.HEARD, now_us, now_us)
        elif not self._asked:
            self._asked = True
            effects.append(transfer(OBSERVE, {}))
        return effects

    def _look(self, network: NetworkState, now_us: int) -> list[Any]:
        observer = self.observer
        if observer is None or not self._leads:
            return []
        effects: list[Any] = [SetTimer("look", LOOK_US)]
        if not self._telling:
            known = {cp_id: network.condition(cp_id).hearing for cp_id in network.assets}
            found = observer.look(known, now_us)
            if found:
                self._telling = True
                effects += [_notice(cp_id, hearing) for cp_id, hearing in found]
                effects += [Found(cp, hearing, observer.said_us(cp)) for cp, hearing in found]
                effects.append(_tell(observer, found))
        return effects

    def on_frame(self, frame: list[Any], now_us: int) -> list[Any]:
        """A beat has come: note it, or pass it on to who leads."""
        _, cp_id, hearing, hops, said_us = frame
        if self._leads:
            if self.observer is not None:
                passed_on = hops > 0
                word = Hearing(hearing)
                self.observer.heard(cp_id, word, now_us, said_us, passed_on=passed_on)
            return []
        if hops or not self._leader:
            return []
        return [SendBeat(self._leader, beat_frame(cp_id, Hearing(hearing), said_us, 1))]

    def on_result(self, payload: dict[str, Any], result: list[Any], now_us: int) -> list[Any]:
        """The answer to a DataTransfer of the observer's."""
        answer = result[2] if result[0] == 3 else {}
        accepted = answer.get("status") == "Accepted"
        if payload.get("messageId") == OBSERVE:
            self._asked = False
            if accepted and self._leads:
                self.observer = Observer(answer["data"]["number"], now_us)
                return [SetTimer("look", LOOK_US)]
        elif payload.get("messageId") == OBSERVED:
            self._telling = False
            if not accepted:
                self.observer = None
        return []


def _notice(cp_id: str, hearing: str) -> Notice:
    words = {
        Hearing.HEARD: f"hears {cp_id} again",
        Hearing.SILENT: f"hears of {cp_id}'s monitor that its engine is silent",
        Hearing.UNHEARD: f"does not hear {cp_id} any more",
    }
    return Notice("repair" if hearing == Hearing.HEARD else "fault", words[Hearing(hearing)])


def _tell(observer: Observer, found: list[list[str]]) -> Call:
    return transfer(OBSERVED, {"number": observer.number, "found": found})


class Boards:
    """The monitors of a world: each goes on when its engine does not."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._boards: dict[int, Monitor] = {}

    def beat(self, world: "World", number: int, effect: Beat) -> None:
        """An engine beats; a board is there from its engine's first beat on."""
        board = self._boards.get(number)
        if board is None:
            board = self._boards[number] = Monitor(world.now_us)
        board.beat(world.now_us, effect.leader, effect.voters)

    def tick(self, now_us: int) -> None:
        """A second has passed."""
        bus, ids = self._world.cluster.bus, self._world.ids
        for number, board in self._boards.items():
            said_us = self._world.cluster.local_us(number)
            listeners = board.look(now_us, number)
            if listeners:
                self._world.alarms.spoke(number, said_us)
            for to in listeners:
                bus.send(Kind.OCPP, number, to, beat_frame(ids[number], Hearing.SILENT, said_us))


def unheard(world: "World", network: NetworkState) -> Iterator[str]:
    """Charge points that run, and of which the log says otherwise; nothing without monitors."""
    for number, cp_id in world.ids.items() if world.scenario.monitor else ():
        alive = world.cluster.hosts[number].status is Status.ALIVE
        hearing = network.condition(cp_id).hearing
        if alive and cp_id in network.assets and hearing != Hearing.HEARD:
            yield f"{cp_id} runs, and the log has it as {hearing}"
