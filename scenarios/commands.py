"""A slot's value in a few words, whomever its command is for."""

from fsm.network.describe import describe
from fsm.network.queries import name
from paxos.clients import Purpose, decode
from paxos.membership import Change, Refusal, Step, label
from paxos.messages import NOOP, Value

_STEPS = {
    Step.JOIN: "joins",
    Step.PROMOTE: "comes to vote",
    Step.DEMOTE: "votes no more",
    Step.REMOVE: "leaves",
}


def command_text(value: Value, names: dict[int, str]) -> str:
    """What stands in a slot, such as ``CP2 StartTransaction EV1``, ``read summary``, ``CP4 joins``.

    ``names`` are those of the nodes' places.
    """
    if value == NOOP:
        return "no-op"
    command = decode(value)
    if command.purpose is Purpose.READ:
        return f"read {name(command.op)}"
    if command.purpose is Purpose.CHANGE:
        return _change_text(command.op, names)
    return describe(command.op)


def _change_text(op: bytes, names: dict[int, str]) -> str:
    try:
        change = Change.unpack(op)
    except Refusal as refusal:
        return str(refusal)
    return f"{label(change.node, names)} {_STEPS[change.step]}"
