"""What drivers ask of the power, and the plan that answers them (:mod:`fsm.network.plans`)."""

from typing import NamedTuple


class Planning(NamedTuple):
    """How the network plans power; there is no such record where it does not."""

    step_us: int
    """Length of a step, whole seconds."""
    algorithm: str
    """A name of :data:`fsm.energy.planners.PLANNERS`."""
    tariff: str = ""
    """What energy from the grid costs, as :func:`fsm.network.tariff.tariff_text` writes it."""

    @property
    def key(self) -> int:
        """There is one."""
        return 1


class EnergyRequest(NamedTuple):
    """What a driver who opted in has asked for; one for each transaction at the most."""

    transaction_id: int
    cp_id: str
    asked: int
    """How many commands had been applied: requests are decided on in this order."""
    asked_us: int
    """By the charge point's own clock."""
    departure_us: int
    energy_wh: int
    """What was missing when it was asked for."""
    meter_wh: int
    """The transaction's register then: what it counts beyond has been delivered."""
    max_w: int
    status: str
    """pending, accepted or refused."""
    reason: str = ""
    """Why it was refused."""
    decided_us: int = 0
    change_us: int = 0
    """Another departure that is asked for, and not decided on yet; 0 for none."""


class EnergyPlan(NamedTuple):
    """The plan in force: who gets how much in which step."""

    number: int
    """Counts the plans."""
    step: int
    """The step with which it begins."""
    algorithm: str
    version: str
    """Of the planner that made it."""
    at_us: int
    by: str
    """The charge point that made it."""
    inputs: str
    """SHA-256 of the allocation problem that it solves, in hexadecimal."""
    content: bytes
    """Problem, rows and what is short, in msgpack (:mod:`fsm.network.targets`)."""
    earlier_step: int = 0
    """The step with which the plan before this one began: it holds until this one begins."""
    earlier: bytes = b""
    """That plan's content; empty for none."""

    @property
    def key(self) -> int:
        """There is one."""
        return 1


class PlanTurn(NamedTuple):
    """Where in the plan the network stands: its limits move towards what this second wants."""

    step: int
    second: int

    @property
    def key(self) -> int:
        """There is one."""
        return 1
