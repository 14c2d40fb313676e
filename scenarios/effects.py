"""What the world does when a charge point or an EV asks for it: one function for each effect."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from fsm import effects as fx
from paxos.effects import (
    Answered,
    Applied,
    AppliedRun,
    Asked,
    Installed,
    LeaseLapsed,
    Regrouped,
    RoleChanged,
    Withheld,
)
from paxos.membership import label
from paxos.records import recover
from paxos.sim.host import Crashed, Kind
from paxos.wire import seal
from scenarios import resets
from scenarios.cables import contactor, lose_power, peer, pilot_duty, pilot_state
from scenarios.desk import News, Told
from scenarios.node import Node, SendOcpp
from scenarios.remains import Remains
from scenarios.watching import Found, SendBeat

if TYPE_CHECKING:
    from scenarios.world import World


def carry_out(world: "World", number: int, effect: Any) -> None:
    """Do what a charge point or an EV asks for."""
    _PERFORM[type(effect)](world, number, effect)


def _send_ocpp(world: "World", number: int, effect: SendOcpp | SendBeat) -> None:
    world.cluster.bus.send(Kind.OCPP, number, effect.to, effect.frame)


def _told(world: "World", number: int, effect: Told) -> None:
    world.drivers.told(number, effect)


def _news(world: "World", number: int, effect: News) -> None:
    world.drivers.hear(effect)


def _send_v2g(world: "World", number: int, effect: fx.SendV2g) -> None:
    other = peer(world, number)
    if other:
        world.cluster.bus.send(Kind.V2G, number, other, seal(effect.body))


def _set_timer(world: "World", number: int, effect: fx.SetTimer) -> None:
    world.cluster.set_timer(world.cluster.hosts[number], effect.name, effect.delay_us)


def _cancel_timer(world: "World", number: int, effect: fx.CancelTimer) -> None:
    world.cluster.hosts[number].timers.pop(effect.name, None)


def _notice(world: "World", number: int, effect: fx.Notice) -> None:
    world.note(effect.severity, world.name(number), effect.text)


def _refused(world: "World", number: int, effect: fx.Refused) -> None:
    world.trust.refused(number, effect)


def _crashed(world: "World", number: int, effect: Crashed) -> None:
    node = effect.process
    assert isinstance(node, Node)  # noqa: S101 - an EV's computer does not crash
    lose_power(world, number)
    if world.clients is not None:
        world.clients.crashed(number)
    disk = recover(world.cluster.hosts[number].disk.rows())
    world.remains[number] = Remains(disk, node.network)
    if effect.after_write:
        text = "crashed when its disk had written, before anything was sent"
        world.note("fault", world.ids[number], text)
    elif effect.in_write:
        world.note("fault", world.ids[number], "crashed in the middle of a write")


def _applied(world: "World", number: int, effect: Applied | AppliedRun) -> None:
    """The node itself has passed the result on; here the log's hearers are told."""
    node = world.cluster.hosts[number].process
    assert isinstance(node, Node)  # noqa: S101 - no EV applies anything
    world.trust.choir.hear(effect, node.network)
    if world.audit is not None:
        world.audit.check(node.network.state)
    world.powering.applied(node.network.state)


def _installed(world: "World", number: int, effect: Installed) -> None:
    world.note("consensus", world.ids[number], f"installed a snapshot of slot {effect.slot}")


def _regrouped(world: "World", number: int, effect: Regrouped) -> None:
    """Who decides from now on; said once, when the first charge point gets there."""
    if effect.version <= world.group_version:
        return
    world.group_version = effect.version
    was, now = effect.before, effect.membership
    _say(world, now.learners, was.everyone, "learns from slot", effect.from_slot)
    _say(world, now.voters, was.voters, "votes from slot", effect.from_slot)
    stay = [n for n in now.learners if n in was.voters]
    _say(world, stay, (), "votes no more from slot", effect.from_slot)
    gone = [n for n in was.everyone if n not in now.everyone]
    _say(world, gone, (), "has left the group from slot", effect.from_slot)


def _say(world: "World", nodes: Sequence[int], old: Sequence[int], words: str, slot: int) -> None:
    for node in nodes:
        if node not in old:
            world.note("consensus", label(node, world.ids), f"{words} {slot} on")


def _role_changed(world: "World", number: int, effect: RoleChanged) -> None:
    ballot = f"{effect.ballot.round}.{label(effect.ballot.node, world.ids)}"
    why = effect.why.format(ballot=ballot, node=label(effect.node, world.ids))
    world.note("consensus", world.ids[number], f"{effect.role}: {why}")


def _asked(world: "World", number: int, effect: Asked) -> None:
    world.readers.asked(number, effect)


def _answered(world: "World", number: int, effect: Answered) -> None:
    world.readers.answered(number, effect)


def _withheld(world: "World", number: int, effect: Withheld) -> None:
    world.readers.withheld(number, effect)


def _beat(world: "World", number: int, effect: fx.Beat) -> None:
    world.boards.beat(world, number, effect)


def _found(world: "World", number: int, effect: Found) -> None:
    world.alarms.check(number, effect)


def _guard(world: "World", number: int, effect: fx.Guard) -> None:
    world.guards.program(number, effect)


def _curbed(world: "World", number: int, effect: fx.Curbed) -> None:
    world.powering.counts["grants_curbed"] += 1


def _lease_lapsed(world: "World", number: int, effect: LeaseLapsed) -> None:
    world.readers.lapsed(number, effect)


_PERFORM: Final[dict[type, Callable[["World", int, Any], None]]] = {
    SendOcpp: _send_ocpp,
    SendBeat: _send_ocpp,
    fx.Beat: _beat,
    Found: _found,
    Told: _told,
    News: _news,
    Crashed: _crashed,
    Applied: _applied,
    AppliedRun: _applied,
    Installed: _installed,
    Regrouped: _regrouped,
    RoleChanged: _role_changed,
    Asked: _asked,
    Answered: _answered,
    Withheld: _withheld,
    LeaseLapsed: _lease_lapsed,
    fx.SendV2g: _send_v2g,
    fx.SetTimer: _set_timer,
    fx.CancelTimer: _cancel_timer,
    fx.Contactor: contactor,
    fx.PilotDuty: pilot_duty,
    fx.PilotState: pilot_state,
    fx.Notice: _notice,
    fx.Restart: resets.ask,
    fx.Refused: _refused,
    fx.Guard: _guard,
    fx.Curbed: _curbed,
}
