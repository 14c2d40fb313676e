"""What a charge point's supply can be: phases, and the least power above zero."""

from typing import Literal

Current = Literal["AC", "DC"]

PHASE_V = 230
"""Nominal voltage of one phase."""

LEAST_A = 6
"""Least current of IEC 61851-1."""

SINGLE_PHASE_MAX_W = 32 * PHASE_V
"""A charge point of at most 7,360 W is taken to have one phase, a greater one three."""

DC_LEAST_W = 1_000
"""The least a DC converter delivers steadily; a choice of this network, not of a standard."""


def phases(rated_w: int) -> int:
    """Phases of an AC charge point of ``rated_w``."""
    return 1 if rated_w <= SINGLE_PHASE_MAX_W else 3


def least_power_w(rated_w: int, current: Current) -> int:
    """The least power above 0 that a charge point can offer: 6 A on each of its phases for AC."""
    if current == "DC":
        return DC_LEAST_W
    return LEAST_A * PHASE_V * phases(rated_w)
