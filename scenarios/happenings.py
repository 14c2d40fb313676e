"""Kinds of events that are the world's own, beside those of the cluster."""

from enum import IntEnum, unique


@unique
class Happening(IntEnum):
    """What may happen outside of the cluster; the numbers are part of a run's digest.

    Those below :data:`paxos.sim.host.Kind.OUTSIDE` are the cluster's.
    """

    SCRIPT = 20
    """The next line of the script; its payload is the line's index."""
    TICK = 21
    """A second has passed, or as long as the scenario's ``tick`` says."""
    RESET = 22
    """A reset, in two steps; its payload is the generation that it is for."""
    DRIVER = 23
    """Something is due for a driver; its source says what, its payload for which question."""
    LEAVE = 25
    """The time of a departure; its payload is the EV's id."""
    WATCHDOG = 24
    """The time of a guard may be up; its target is the charge point."""
