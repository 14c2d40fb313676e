"""A slot's value in a few words, whomever its command is for."""

from fsm.network.describe import describe
from fsm.network.queries import name
from paxos.clients import Purpose, decode
from paxos.messages import NOOP, Value


def command_text(value: Value) -> str:
    """What stands in a slot: ``CP2 StartTransaction EV1``, ``read summary``, or ``no-op``."""
    if value == NOOP:
        return "no-op"
    command = decode(value)
    if command.purpose is Purpose.READ:
        return f"read {name(command.op)}"
    return describe(command.op)
