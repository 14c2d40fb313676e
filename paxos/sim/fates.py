"""What becomes of a frame on the bus, and what was odd about its way."""

from enum import IntEnum, IntFlag


class Fate(IntEnum):
    """Where a frame is, or how it ended."""

    UNDER_WAY = 0
    DELIVERED = 1
    WAITS = 2
    """It has arrived, and its node stands still or is busy."""
    CUT = 3
    """The link was cut when it was sent."""
    LOST = 4
    """The link loses a share of its frames, and this was one of them."""
    CUT_ON_ITS_WAY = 5
    """The link was cut before it arrived."""
    TARGET_DOWN = 6
    """Nobody ran where it arrived."""
    TARGET_GONE = 7
    """Another node stands there now: the disk of the one that it was for is lost."""
    INBOX_FULL = 8
    """Too many others waited at a busy node."""
    DIED_WAITING = 9
    """Its node crashed while it waited there."""
    DAMAGED = 10
    """It arrived with a wrong checksum, and was dropped."""
    DROPPED = 11
    """Somebody took it off the link by hand."""


UNSETTLED = frozenset((Fate.UNDER_WAY, Fate.WAITS))
"""Of these more will be heard."""


class Oddity(IntFlag):
    """What was odd about the way of a frame."""

    NONE = 0
    COPY = 1
    """The link has doubled it; this is the second one."""
    DAMAGED = 2
    """The link has flipped a bit."""
    LATE = 4
    """It is longer under way than the link's slowest usual latency."""
