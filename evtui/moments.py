"""``--at``: the moment at which the app opens."""

from evtui.errors import UsageError
from evtui.options import END_US
from scenarios.schema import Scenario
from scenarios.units import DURATION


def check_at(at_us: int | None, scenario: Scenario) -> None:
    """Whether a scenario lasts so long. Raises :class:`UsageError`."""
    if at_us is not None and scenario.duration_us < at_us < END_US:
        found, most = DURATION.format(at_us), DURATION.format(scenario.duration_us)
        raise UsageError(
            f'--at: found "{found}"; allowed 0s to {most}, the duration of {scenario.name}, or end'
        )
