"""Listens to a run and hands on its OCPP messages as rows of a message log, in either version.

Every CALL of a charge point goes over its own ``ocpp`` channel into the replicated log, and its
answer comes back the same way (:mod:`scenarios.node`): this is where they are heard, each once,
when it is delivered. What the CSMS calls is in the log, too: an instruction is written down when
its charge point answers it, and a reservation as a CALL to the charge point that it is for.
"""

from collections.abc import Callable
from typing import Any

import msgpack

from fsm.ocpp.actions import INSTRUCTION_RESULT
from fsm.ocpp.dialogue import Dialogue, dialogue
from fsm.ocpp.frames import CALL_RESULT
from fsm.ocpp.messagelog.record import log_row
from fsm.ocpp.outside import Outside
from fsm.ocpp.profiles.model import Version
from paxos.sim.host import Kind
from paxos.sim.kernel import Event
from paxos.wire import unseal
from scenarios.node import Node
from scenarios.watching import BEAT
from scenarios.world import World


class OcppLog:
    """A listener of a session; ``write`` takes the rows in the order in which they happened."""

    def __init__(
        self, write: Callable[[dict[str, Any]], None], version: Version = Version.V16
    ) -> None:
        self.write = write
        self.version = version
        self._dialogues: dict[str, Dialogue] = {}
        """By charge point."""
        self._for: dict[str, str] = {}
        """By the unique id of a CALL that is one to another charge point: whose it is."""
        self._instructed: dict[int, None] = {}
        """Instructions that are written down."""

    def __call__(self, world: World, event: Event) -> None:
        """Take note of one event."""
        time_us, _, kind, target, _, payload = event
        if kind != Kind.OCPP:
            return
        node = world.node(target)
        if node is None:
            return  # a process that has crashed hears nothing
        body = msgpack.unpackb(unseal(payload))
        if body[0] == BEAT:
            return  # between a charge point and its own monitor
        cp_id, start_us = world.ids[target], world.scenario.start_us
        for whose, each in self._heard(node, cp_id, body, start_us):
            self.write(log_row(whose, each.frame, each.action, start_us + time_us))

    def _heard(
        self, node: Node, cp_id: str, body: list[Any], start_us: int
    ) -> list[tuple[str, Outside]]:
        if type(body[0]) is not str:
            whose = self._for.pop(body[1], cp_id)
            return [(whose, each) for each in self._of(whose, start_us).answer(body)]
        _, unique_id, action, payload = body[2]
        if payload.get("messageId") == INSTRUCTION_RESULT:
            return self._instruction(node, cp_id, payload["data"], start_us)
        whose = _addressee(node, cp_id, action, payload)
        if whose != cp_id:
            self._for[unique_id] = whose
        calls = self._of(whose, start_us).call(unique_id, action, payload)
        return [(whose, each) for each in calls]

    def _instruction(
        self, node: Node, cp_id: str, data: dict[str, Any], start_us: int
    ) -> list[tuple[str, Outside]]:
        """A CALL of the CSMS and the charge point's answer, once."""
        number = data["id"]
        instruction = node.network.state.instructions[number]
        if number in self._instructed:
            return []
        self._instructed[number] = None
        spoken, unique_id = self._of(cp_id, start_us), f"csms-{number}"
        payload = msgpack.unpackb(instruction.payload)
        frames = spoken.call(unique_id, instruction.action, payload)
        frames += spoken.answer([CALL_RESULT, unique_id, data["payload"]])
        return [(cp_id, each) for each in frames]

    def _of(self, cp_id: str, start_us: int) -> Dialogue:
        found = self._dialogues.get(cp_id)
        if found is None:
            found = self._dialogues[cp_id] = dialogue(self.version, start_us)
        return found


def _addressee(node: Node, cp_id: str, action: str, payload: dict[str, Any]) -> str:
    """Whose connection a CALL of the log stands on: a reservation is called to its charge point."""
    if action == "ReserveNow":
        target = payload.get("chargePoint", cp_id)
        return target if type(target) is str else cp_id
    if action == "CancelReservation":
        found = node.network.reservations.get(payload["reservationId"])
        return cp_id if found is None or not found.cp_id else found.cp_id
    return cp_id
