"""What one run of a campaign showed."""

from typing import Final

from attrs import frozen

from paxos.sim.coverage import FEATURES
from scenarios.campaign.measuring import Measures
from scenarios.power_words import FEATURES as POWER_FEATURES

COUNTED: Final = (*FEATURES, *POWER_FEATURES)
"""What is counted of every run: features of consensus, of the laboratory, and of grants."""


@frozen
class Finding:
    """What one seed showed; ``problems`` is empty when all was well."""

    seed: int
    problems: tuple[str, ...]
    digest: str
    events: int
    faults: int
    """How many lines of its script the profile has drawn, what undoes a fault included."""
    sessions: int
    leaders: int
    coverage: dict[str, int]
    """How often each feature happened (:data:`COUNTED`); of a city its drivers, too."""
    virtual_us: int = 0
    """How long the run lasted, in virtual time."""
    failed_us: int | None = None
    """When it was seen that not all is well: the violation, or the end; None when all was well."""
    measures: Measures | None = None
    """What it has cost; None for a city."""
