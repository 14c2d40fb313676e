"""Inputs of the operator, and defects of the charging hardware.

An operator stands at a charge point, as anybody does here: at the leader when one is known, else at
the first that runs. What is wanted of another charge point is an instruction in the log; the event
log says what became of it.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from fsm.ocpp.actions import AvailabilityType, Instructed, ResetType
from paxos.sim.host import Status
from scenarios.car import CarProcess
from scenarios.connector import Car
from scenarios.errors import InputError
from scenarios.schema import At, Scenario
from scenarios.verbs import EVERYONE

if TYPE_CHECKING:
    from scenarios.world import World

Args: TypeAlias = dict[str, object]
Done: TypeAlias = tuple[str, str, str]
"""Severity, subject and sentence for the event log."""

CONNECTOR_ID = 1
ALL_CONNECTORS = 0


def _stop_cp(args: Args) -> tuple[str, Args, str]:
    payload: Args = {"connectorId": ALL_CONNECTORS, "type": AvailabilityType.INOPERATIVE.value}
    return Instructed.CHANGE_AVAILABILITY.value, payload, "is to go out of service"


def _resume_cp(args: Args) -> tuple[str, Args, str]:
    payload: Args = {"connectorId": ALL_CONNECTORS, "type": AvailabilityType.OPERATIVE.value}
    return Instructed.CHANGE_AVAILABILITY.value, payload, "is to go back into service"


def _remote_start(args: Args) -> tuple[str, Args, str]:
    id_tag = args["id_tag"]
    if not isinstance(id_tag, str) or not 0 < len(id_tag) <= 20:
        raise InputError(f"id_tag is a text of 1 to 20 characters, found {id_tag!r}")
    payload: Args = {"connectorId": CONNECTOR_ID, "idTag": id_tag}
    return Instructed.REMOTE_START.value, payload, f"is to start a transaction of {id_tag}"


def _remote_stop(args: Args) -> tuple[str, Args, str]:
    return Instructed.REMOTE_STOP.value, {}, "is to stop its transaction"


def _reset(args: Args) -> tuple[str, Args, str]:
    kinds = tuple(kind.value for kind in ResetType)
    if args["kind"] not in kinds:
        raise InputError(f"kind is {' or '.join(kinds)}, found {args['kind']!r}")
    return Instructed.RESET.value, {"type": args["kind"]}, f"is to reset ({args['kind']})"


_INSTRUCTIONS: dict[str, Callable[[Args], tuple[str, Args, str]]] = {
    "stop_cp": _stop_cp,
    "resume_cp": _resume_cp,
    "remote_start": _remote_start,
    "remote_stop": _remote_stop,
    "reset": _reset,
}


def instruct(world: "World", verb: str, cp_id: str, args: Args) -> Done:
    """Give an instruction for a charge point, or for all, at one that runs."""
    return give(world, cp_id, *_INSTRUCTIONS[verb](args))


def give(world: "World", cp_id: str, action: str, payload: Args, words: str) -> Done:
    """Give it where the operator stands."""
    desk = _desk(world)
    node = world.node(desk)
    assert node is not None  # noqa: S101 - it runs
    now_us = world.cluster.local_us(desk)
    world.cluster.execute(world.cluster.hosts[desk], node.instruct(cp_id, action, payload, now_us))
    subject = "every CP" if cp_id == EVERYONE else cp_id
    return "info", subject, f"{words}; asked for at {world.ids[desk]}"


def _desk(world: "World") -> int:
    """Where the operator stands."""
    leader = world.leader()
    if leader is not None:
        return leader.number
    for number in world.ids:
        if world.cluster.hosts[number].status is Status.ALIVE:
            return number
    raise InputError("no charge point runs that could ask for it")


# Hardware.


def stick(world: "World", verb: str, number: int) -> Done:
    """Let a charge point's contactor stay open when it should close, or free it."""
    connector, cp_id, sticks = world.connectors[number], world.ids[number], verb[0] == "s"
    if connector.contactor_stuck is sticks:
        raise InputError(f"the contactor of {cp_id} {'sticks already' if sticks else 'is free'}")
    if sticks and connector.contactor_closed:
        raise InputError(f"the contactor of {cp_id} is closed; it sticks when it is open")
    connector.contactor_stuck = sticks
    node = world.node(number)
    if node is not None:
        node.controller.contactor_stuck = sticks
    if sticks:
        return "fault", cp_id, "its contactor sticks: it will not close"
    return "repair", cp_id, "its contactor is free again"


def mute(world: "World", verb: str, car: Car) -> Done:
    """Let an EV's computer hang, or start it anew."""
    host = world.cluster.hosts[car.endpoint]
    process, mutes = host.process, verb == "mute_ev"
    assert isinstance(process, CarProcess)  # noqa: S101 - cars have no other
    if process.mute is mutes:
        raise InputError(f"{car.ev.id} {'is mute already' if mutes else 'answers as it should'}")
    if mutes:
        process.mute = True
        return "fault", car.ev.id, "hangs: it answers nobody, and draws what it drew"
    connector = car.connector
    if connector is not None:
        connector.settle(world.now_us)
    world.cluster.execute(host, process.awake(world.now_us))
    if connector is not None:
        connector.settle(world.now_us)
    return "repair", car.ev.id, "its computer has started anew"


def obey(world: "World", verb: str, car: Car) -> Done:
    """Let an EV draw what its battery takes, whatever it is told, or let it obey again."""
    ignores = verb == "ignore_limit"
    if car.ev.ignores_limit is ignores:
        raise InputError(f"{car.ev.id} {'ignores' if ignores else 'obeys'} its limit already")
    car.ev.ignores_limit = ignores
    if car.connector is not None:
        car.connector.settle(world.now_us)
    if ignores:
        return "fault", car.ev.id, "draws what its battery takes, whatever it is told"
    return "repair", car.ev.id, "obeys its limit again"


def put_right(scenario: Scenario, at_us: int) -> list[At]:
    """What an operator and the drivers would put right at last, of what a script has broken.

    Under random faults their own words may be lost: who asks at a charge point that then crashes
    has to ask again.
    """
    repairs = {
        "stop_cp": "resume_cp",
        "stick_contactor": "free_contactor",
        "mute_ev": "unmute_ev",
        "ignore_limit": "obey_limit",
    }
    lines: dict[tuple[str, object], At] = {}
    for line in (*scenario.script, *scenario.inputs):
        verb = repairs.get(line.verb)
        if verb is not None:
            (whom,) = line.args.values()
            lines[verb, whom] = At(t_us=at_us, verb=verb, args=dict(line.args))
    return list(lines.values())
