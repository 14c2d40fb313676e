"""Inputs that change who belongs to the group, and who votes.

Each takes the charge point's number, and returns severity and sentence. What is asked for goes
through the log: it is the event log that says when it holds, or why it was refused.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from paxos.membership import Membership, Step, place_of
from paxos.sim.host import Status
from scenarios.errors import InputError

if TYPE_CHECKING:
    from scenarios.node import Node
    from scenarios.world import World

Told: TypeAlias = tuple[str, str]
"""Severity and sentence for the event log."""


def _admit(world: "World", number: int) -> Told:
    host = world.cluster.hosts[number]
    if host.generation:
        raise InputError(f"{world.ids[number]} has been here before; restart it, or wipe its disk")
    world.restart(number)
    return "repair", "is switched on, and asks to join"


def _promote(world: "World", number: int) -> Told:
    membership, node = _member(world, number)
    if node in membership.voters:
        raise InputError(f"{world.ids[number]} votes already")
    _hand_in(world, number, Step.PROMOTE, number)
    return "repair", "asks to vote"


def _demote(world: "World", number: int) -> Told:
    membership, node = _member(world, number)
    if node not in membership.voters:
        raise InputError(f"{world.ids[number]} does not vote")
    if len(membership.voters) == 1:
        raise InputError(f"{world.ids[number]} is the last that votes")
    _hand_in(world, _anybody(world), Step.DEMOTE, number)
    return "fault", "is asked to vote no more"


def _remove(world: "World", number: int) -> Told:
    membership, node = _member(world, number)
    if membership.voters == (node,):
        raise InputError(f"{world.ids[number]} is the last that votes")
    ev = world.connectors[number].ev
    if ev is not None:
        raise InputError(f"{world.ids[number]} serves {ev.id}; unplug it first")
    _hand_in(world, _anybody(world), Step.REMOVE, number)
    return "fault", "is asked to leave the group"


def _wipe(world: "World", number: int) -> Told:
    host = world.cluster.hosts[number]
    if not host.generation:
        raise InputError(f"{world.ids[number]} was never switched on")
    if host.status is not Status.CRASHED:
        world.crash(number)
    world.wipe(number)
    return "fault", "has lost its disk; it will come back as another node"


def _member(world: "World", number: int) -> tuple[Membership, int]:
    """The latest membership that anybody knows, and the node that stands in the place."""
    membership = world.group().latest.membership
    node = world.cluster.hosts[number].identity
    if node not in membership.everyone:
        raise InputError(f"{world.ids[number]} is no member of the group")
    return membership, node


def _anybody(world: "World") -> int:
    """Who hands in a change: the leader, or a member that runs."""
    leader = world.leader()
    if leader is not None:
        return leader.number
    everyone = world.group().latest.membership.everyone
    for node in everyone:
        if world.cluster.hosts[place_of(node)].status is Status.ALIVE:
            return place_of(node)
    raise InputError("no charge point runs that could ask for it")


def _hand_in(world: "World", at: int, step: Step, number: int) -> None:
    node: Node | None = world.node(at)
    if node is None or world.cluster.hosts[at].status is not Status.ALIVE:
        raise InputError(f"{world.ids[at]} does not run, and cannot ask for it")
    host = world.cluster.hosts[at]
    changed = world.cluster.hosts[number].identity
    world.cluster.execute(host, node.change(step, changed, world.cluster.local_us(at)))


MEMBERS: dict[str, Callable[["World", int], Told]] = {
    "admit": _admit,
    "promote": _promote,
    "demote": _demote,
    "remove": _remove,
    "wipe": _wipe,
}
"""Every verb that changes the group."""
