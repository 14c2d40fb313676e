"""What a slot's value says, for people."""

from fsm.network.describe import describe
from paxos.clients import Purpose, decode
from paxos.membership import Change, Refusal, Step, label
from paxos.messages import NOOP, Value

_STEPS = {
    Step.JOIN: "joins",
    Step.PROMOTE: "comes to vote",
    Step.DEMOTE: "votes no more",
    Step.REMOVE: "leaves",
}


def value_text(value: Value, names: dict[int, str]) -> str:
    """A slot's value in words; ``names`` are those of the places."""
    if value == NOOP:
        return "no-op"
    command = decode(value)
    if command.purpose is not Purpose.CHANGE:
        return describe(command.op)
    try:
        change = Change.unpack(command.op)
    except Refusal as refusal:
        return str(refusal)
    return f"{label(change.node, names)} {_STEPS[change.step]}"
