"""Looking as an operator does: alarms, and what became of instructions, as the log knows them."""

from fsm.network.records import Instruction
from fsm.network.state import NetworkState
from scenarios.alarm_board import Alarm
from scenarios.tables_view import AlarmView, InstructionView, OperatorView
from scenarios.world import World


def operator(world: World, network: NetworkState, rows: int) -> OperatorView:
    """``rows`` of alarms and of instructions at the most."""
    board, instructions = world.alarm_board, network.state.instructions
    now = [_alarm(alarm) for alarm in reversed(board.open.values())]
    over = [_alarm(alarm) for alarm in reversed(board.over)]
    last = len(instructions)
    return OperatorView(
        monitored=world.scenario.monitor,
        alarms=tuple([*now, *over][:rows]),
        alarm_total=board.total,
        instructions=tuple(
            _instruction(instructions[number]) for number in range(last, max(last - rows, 0), -1)
        ),
        instruction_total=last,
        drivers=tuple((name, car.ev.account) for name, car in world.cars.items()),
    )


def _alarm(alarm: Alarm) -> AlarmView:
    return AlarmView(alarm.cp_id, alarm.text, alarm.since_us, alarm.until_us)


def _instruction(it: Instruction) -> InstructionView:
    answer = "" if it.is_pending else it.answer
    return InstructionView(it.id, it.at_us, it.cp_id, it.action, answer)
