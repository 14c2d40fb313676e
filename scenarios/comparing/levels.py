"""Strands of what stands until it changes: the state of each replica, the power of each cable.

A level is noted at the end of its microsecond: what is so for no time at all is no difference.
"""

from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from fsm.network.records import KINDS
from fsm.network.tables import Tables
from paxos.learner import Learner
from scenarios.comparing.strands import Seen, Words, at, place_in, sites
from scenarios.session import Session
from scenarios.world import World

if TYPE_CHECKING:
    from paxos.sim.kernel import Event

Key = tuple[int, int]
"""Which site, counted from 0, and which charge point."""

MOST_RECORDS: Final = 3
"""How many records of a table are named."""


class Levels:
    """A level for each charge point. :meth:`_level` says what it is now."""

    looks = True

    def __init__(self, session: Session) -> None:
        self._session = session
        self._worlds = tuple(sites(session))
        self._index = {id(world): index for index, (_, world) in enumerate(self._worlds)}
        self._now = {
            (index, number): self._level(world, number)
            for index, (_, world) in enumerate(self._worlds)
            for number in world.ids
        }
        self.before = dict(self._now)
        """The levels when the last window ended."""
        self._dirty: dict[Key, Any] = {}
        """What has changed in the microsecond ``_time_us``, and what it was before that."""
        self._time_us = session.time_us
        self._seen: list[Seen] = []

    def _level(self, world: World, number: int) -> Any:
        raise NotImplementedError

    def _concerns(self, world: World, event: "Event | None") -> tuple[int, ...]:
        """The charge points whose level an event may have changed."""
        number = place_in(world, event)
        if number is None:
            return tuple(world.ids)
        return (number,) if number else ()

    def look(self, world: World, event: "Event | None") -> None:
        """Note what has changed."""
        now_us = self._session.time_us
        if now_us > self._time_us:
            self._settle()
            self._time_us = now_us
        index = self._index[id(world)]
        for number in self._concerns(world, event):
            key, level = (index, number), self._level(world, number)
            if level != self._now[key]:
                self._dirty.setdefault(key, self._now[key])
                self._now[key] = level

    def _settle(self) -> None:
        """A microsecond is over: what is other than before it, has changed in it."""
        changes = {
            key: self._now[key] for key in sorted(self._dirty) if self._now[key] != self._dirty[key]
        }
        self._dirty = {}
        if changes:
            self._seen.append(Seen(self._time_us, changes))

    def take(self) -> list[Seen]:
        """What has changed, with the new levels by charge point."""
        self._settle()
        found, self._seen = self._seen, []
        return found

    def close(self) -> None:
        """The window is over, and was the same in both runs."""
        self.before = dict(self._now)

    def after(self, seen: list[Seen], time_us: int) -> dict[Key, Any]:
        """The levels at the end of a microsecond of the window of which ``seen`` was taken."""
        found = dict(self.before)
        for it in seen:
            if it.time_us <= time_us:
                found |= it.value
        return found

    def name(self, key: Key) -> str:
        """What people call a charge point."""
        site, world = self._worlds[key[0]]
        return at(site, world.ids[key[1]])

    def tell(self, mine: Seen | None, other: Seen | None) -> Words:
        """Which charge point, and its level; both are given one of one charge point."""
        raise NotImplementedError


class Energy(Levels):
    """The power that each connector draws, in W."""

    def _level(self, world: World, number: int) -> int:
        return world.connectors[number].power_w

    def _concerns(self, world: World, event: "Event | None") -> tuple[int, ...]:
        """An event at an EV may be felt at any connector: it may have left its own."""
        return super()._concerns(world, event) or tuple(world.ids)

    def tell(self, mine: Seen | None, other: Seen | None) -> Words:
        """The power."""
        assert mine is not None  # noqa: S101 - a level stands always
        key, power_w = mine.value
        return self.name(key), f"{power_w / 1_000:.3f} kW", ()


@frozen(eq=False)
class Level:
    """What a replica holds; two are equal where their digests are."""

    digest: int
    tables: Tables
    applied: int
    """The slot up to which it has applied the log."""
    group: int
    """Digest of what it knows of the group."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Level) and self.digest == other.digest

    def __hash__(self) -> int:
        return self.digest


class States(Levels):
    """The replicated state that each charge point holds; None while it holds none."""

    def __init__(self, session: Session) -> None:
        self._known: dict[Key, Level] = {}
        super().__init__(session)

    def _level(self, world: World, number: int) -> Level | None:
        node = world.node(number)
        if node is None:
            return None
        learner: Learner = node.replica.learner
        tables, applied = node.network.state, learner.commit_slot
        known = self._known.get((id(world), number))
        if known is None or known.tables is not tables or known.applied != applied:
            # All that it holds changes with a slot that it applies, or a snapshot, and only then.
            known = Level(learner.state_digest(), tables, applied, learner.group.digest())
            self._known[id(world), number] = known
        return known

    def tell(self, mine: Seen | None, other: Seen | None) -> Words:
        """The digest, and which parts are not the same."""
        assert mine is not None  # noqa: S101 - a level stands always
        key, level = mine.value
        against = None if other is None else other.value[1]
        if level is None:
            return self.name(key), "it does not run: its state is lost", ()
        said = f"{level.digest:016x} after slot {level.applied}"
        details = [("applied", f"slot {level.applied}")]
        if against is not None:
            parts = _parts(level, against)
            names = [name for name, _ in parts] or ["what it remembers of clients"]
            details += [("part", ", ".join(names)), *parts]
        return self.name(key), said, tuple(details)


def _parts(mine: Level, other: Level) -> list[tuple[str, str]]:
    """Which parts of the state are not the same, and the records of mine in them."""
    parts: list[tuple[str, str]] = []
    for kind in KINDS:
        own, others = getattr(mine.tables, kind.table), getattr(other.tables, kind.table)
        if own is others:
            continue
        keys = [key for key in dict.fromkeys((*own, *others)) if own.get(key) != others.get(key)]
        if keys:
            texts = [f"{key}: {_record(own.get(key), others.get(key))}" for key in keys]
            more = f" … and {len(keys) - MOST_RECORDS} more" if len(keys) > MOST_RECORDS else ""
            parts.append((kind.table.replace("_", " "), "; ".join(texts[:MOST_RECORDS]) + more))
    if mine.tables.applied != other.tables.applied:
        parts.append(("commands", f"{mine.tables.applied} applied"))
    elif mine.tables.chain != other.tables.chain:
        parts.append(("chain", mine.tables.chain.hex()[:16]))
    if mine.group != other.group:
        parts.append(("group", f"{mine.group:016x}"))
    return parts


def _record(mine: Any, other: Any) -> str:
    """A record by the fields that the other one has not so."""
    if mine is None:
        return "not there"
    names = mine._fields
    if other is not None:
        names = [name for name in names if getattr(mine, name) != getattr(other, name)]
    return " ".join(f"{name}={_value(getattr(mine, name))}" for name in names)


def _value(value: Any) -> str:
    return value.hex()[:16] if isinstance(value, bytes) else str(value)
