"""A charge point's computer restarts because it was told to: it goes down, and comes up again."""

from typing import TYPE_CHECKING, Final

from fsm.effects import Restart
from paxos.sim.host import Status
from paxos.sim.kernel import Event
from scenarios.happenings import Happening

if TYPE_CHECKING:
    from scenarios.world import World

BOOT_US: Final = 2_000_000
"""How long its computer is away."""


def ask(world: "World", number: int, effect: Restart) -> None:
    """Let it go down after the step that asks for it."""
    generation = world.cluster.hosts[number].generation
    world.cluster.kernel.push(world.now_us, Happening.RESET, number, 0, generation)


def happen(world: "World", event: Event) -> None:
    """Down, and later up, unless something else has happened to it meanwhile."""
    number, generation = event[3], event[5]
    host = world.cluster.hosts[number]
    if host.generation != generation:
        return
    if host.status is not Status.CRASHED:
        world.crash(number)
        world.note("fault", world.ids[number], "goes down for a reset")
        again = (world.now_us + BOOT_US, Happening.RESET, number, 0, host.generation)
        world.cluster.kernel.push(*again)
    else:
        world.restart(number)
        world.note("repair", world.ids[number], "is up again after a reset")
