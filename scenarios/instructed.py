"""Instructions to one charge point: found in the log, handed to its controller, answered, done.

They are handed over in the order of the log, once the charge point has booted: what was not
answered before a crash is handed over again after it. The deed follows the answer's way through
the log, so it is done once at the most.
"""

from typing import Any

import msgpack

from fsm.clock import WallClock
from fsm.effects import Effect
from fsm.network.layers import Layers
from fsm.network.records import Instruction
from fsm.network.state import NetworkState
from fsm.ocpp.actions import INSTRUCTION_RESULT, Reason, ResetType
from fsm.ocpp.station import transfer
from fsm.v2g.charge_point import ChargePoint

_NOTHING: Layers[int, Instruction] = Layers()


class Instructed:
    """What one incarnation of a charge point knows of the instructions for it."""

    def __init__(self, controller: ChargePoint, network: NetworkState, clock: WallClock) -> None:
        self.controller = controller
        self.clock = clock
        self._booted = False
        self._seen = _NOTHING
        self._last = 0
        self._answered: dict[int, Instruction] = {}
        self._condition = network.condition(controller.id)
        controller.operative = self._condition.availability == "Operative"

    def booted(self, network: NetworkState, now_us: int) -> list[Effect]:
        """The network knows of the boot: what waited can be handed over."""
        self._booted = True
        return self.applied(network, now_us)

    def applied(self, network: NetworkState, now_us: int) -> list[Effect]:
        """Commands were applied: see whether one was for this charge point."""
        effects: list[Effect] = []
        condition = network.condition(self.controller.id)
        if condition is not self._condition and condition != self._condition:
            operative = condition.availability == "Operative"
            if operative is not self.controller.operative:
                effects += self.controller.on_availability(operative, now_us)
        self._condition = condition
        table = network.state.instructions
        if not self._booted or table is self._seen:
            return effects
        self._seen = table
        first, self._last = self._last + 1, len(table)
        for number in range(first, self._last + 1):
            instruction = table[number]
            if instruction.cp_id == self.controller.id and instruction.is_pending:
                effects += self._hand_over(instruction, now_us)
        return effects

    def _hand_over(self, instruction: Instruction, now_us: int) -> list[Effect]:
        age_us = max(0, self.clock.wall_us(now_us) - instruction.at_us)
        payload: dict[str, Any] = msgpack.unpackb(instruction.payload)
        answer, effects = self.controller.on_call(instruction.action, payload, now_us, age_us)
        status = str(answer.get("status", ""))
        self._answered[instruction.id] = instruction._replace(answer=status)
        data: dict[str, object] = {"id": instruction.id, "payload": answer}
        return [*effects, transfer(INSTRUCTION_RESULT, data)]

    def on_result(self, payload: dict[str, Any], result: list[Any], now_us: int) -> list[Effect]:
        """The answer to a DataTransfer: when an instruction's answer is in the log, it is done."""
        if payload.get("messageId") != INSTRUCTION_RESULT:
            return []
        instruction = self._answered.pop(payload["data"]["id"], None)
        answer = result[2] if result[0] == 3 else {}
        first = answer.get("data", {}).get("first")
        if instruction is None or not first or instruction.answer != "Accepted":
            return []
        deed: dict[str, Any] = msgpack.unpackb(instruction.payload)
        return self.controller.carry_out(instruction.action, deed, now_us)


def reason_of_restart(network: NetworkState, cp_id: str) -> Reason:
    """Why a transaction ends that was open before the last boot: a reset, or a loss of power."""
    condition, asset = network.condition(cp_id), network.assets.get(cp_id)
    if asset is None or not condition.reset or asset.boots != condition.reset_boots + 1:
        return Reason.POWER_LOSS
    return Reason.HARD_RESET if condition.reset == ResetType.HARD else Reason.SOFT_RESET
