"""What a recorder says: frames on their way, what happened in which order, what is looked for."""

from typing import Any

from attrs import frozen

from paxos.sim.fates import Fate, Oddity


@frozen
class Flight:
    """One frame on one link, as it is known now; times in µs, None where there is none yet."""

    number: int
    channel: int
    code: int
    source: int
    target: int
    sent_us: int
    due_us: int | None
    """When it arrives at its target's place; None where it was lost at once."""
    ended_us: int | None
    """When its target took it, or it was dropped."""
    fate: Fate
    oddity: Oddity


@frozen
class Entry:
    """One thing that happened: a frame was sent, a frame ended, or a note was written."""

    at: int
    """Its place among all entries since the run began."""
    time_us: int
    flight: Flight | None
    ended: bool = False
    note: Any = None


@frozen
class Wanted:
    """Which entries somebody looks for."""

    codes: bytes
    """256 of them, 1 for each code that is wanted."""
    places: frozenset[int] | None = None
    """Where one end of a frame stands; None for anywhere."""
    unwanted: frozenset[int] = frozenset()
    """Where no end may stand."""
    sent_only: bool = False
    """Whether the ends of frames are left out: each frame is met once, where it was sent or lost.
    """
