"""Switching on what remembers a world's messages and log, and keeping it beside its checkpoints.

Recorder and logbook are no part of the pickled world. Who keeps a checkpoint keeps :func:`kept`
with it, and after unpickling gives it back with :func:`restore`.
"""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from paxos.check.logbook import KEPT_SLOTS, LogBook
from paxos.sim.host import LAST_FRAME
from paxos.sim.recorder import KEPT_FRAMES, Recorder
from scenarios.errors import InputError
from scenarios.messages.codes import classify
from scenarios.papers import paper_of
from scenarios.world import World

Kept: TypeAlias = tuple[Recorder | None, LogBook | None]
"""What remembers the messages of a world, and its log."""


def record(worlds: Iterable[World], limit: int = KEPT_FRAMES) -> None:
    """Remember every message of these worlds, and their logs, from now on.

    All together ``limit`` messages.
    """
    each = list(worlds)
    keep_logs(each)
    for world in each:
        if world.cluster.bus.recorder is None:
            world.cluster.bus.record(Recorder(classify, limit // len(each)), LAST_FRAME)


def keep_logs(worlds: Sequence[World], limit: int = KEPT_SLOTS) -> None:
    """Keep the logs of these worlds from now on, all together ``limit`` slots.

    Of the time before it keeps what the world still knows.
    """
    for world in worlds:
        if world.cluster.scribe is None:
            book = LogBook(limit // len(worlds))
            checker = world.invariants
            reached = {
                world.cluster.hosts[number].identity: paper_of(world, number).commit_slot
                for number in world.ids
            }
            book.recall(world.chronicle.slots, checker.chosen if checker else {}, reached)
            world.cluster.scribe = book


def book_of(world: World) -> LogBook | None:
    """What keeps the log of a world; None where nobody has switched it on."""
    scribe = world.cluster.scribe
    return scribe if isinstance(scribe, LogBook) else None


def recorder_of(world: World) -> Recorder:
    """What remembers the messages of a world.

    Raises:
        InputError: nobody has switched it on.
    """
    recorder = world.cluster.bus.recorder
    if recorder is None:
        raise InputError("messages are not recorded in this run")
    return recorder


def kept(worlds: Iterable[World]) -> tuple[Kept, ...]:
    """What to keep beside a checkpoint: forks, which share their past with the originals."""
    return tuple(_forks(world.cluster.bus.recorder, book_of(world)) for world in worlds)


def restore(worlds: Iterable[World], memories: Sequence[Kept]) -> None:
    """Give unpickled worlds forks of what was kept; that itself stays as it is."""
    for world, it in zip(worlds, memories, strict=True):
        world.cluster.bus.recorder, world.cluster.scribe = _forks(*it)


def _forks(recorder: Recorder | None, book: LogBook | None) -> Kept:
    return recorder and recorder.fork(), book and book.fork()
