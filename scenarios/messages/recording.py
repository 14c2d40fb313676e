"""Switching a recorder on in a world, and keeping it beside its checkpoints.

A recorder is no part of the pickled world. Who keeps a checkpoint keeps :func:`kept` with it, and
after unpickling gives it back with :func:`restore`.
"""

from collections.abc import Iterable, Sequence

from paxos.sim.host import LAST_FRAME
from paxos.sim.recorder import KEPT_FRAMES, Recorder
from scenarios.errors import InputError
from scenarios.messages.codes import classify
from scenarios.world import World


def record(worlds: Iterable[World], limit: int = KEPT_FRAMES) -> None:
    """Remember every message of these worlds from now on; all together ``limit`` of them."""
    each = list(worlds)
    for world in each:
        if world.cluster.bus.recorder is None:
            world.cluster.bus.record(Recorder(classify, limit // len(each)), LAST_FRAME)


def recorder_of(world: World) -> Recorder:
    """What remembers the messages of a world.

    Raises:
        InputError: nobody has switched it on.
    """
    recorder = world.cluster.bus.recorder
    if recorder is None:
        raise InputError("messages are not recorded in this run")
    return recorder


def kept(worlds: Iterable[World]) -> tuple[Recorder | None, ...]:
    """What to keep beside a checkpoint: forks, which share their past with the recorders."""
    recorders = (world.cluster.bus.recorder for world in worlds)
    return tuple(None if it is None else it.fork() for it in recorders)


def restore(worlds: Iterable[World], recorders: Sequence[Recorder | None]) -> None:
    """Give unpickled worlds forks of what was kept; that itself stays as it is."""
    for world, it in zip(worlds, recorders, strict=True):
        world.cluster.bus.recorder = None if it is None else it.fork()
