"""``evtui receipts``: run a scenario and print its drivers' receipts. Never imports Textual."""

import json
import sys

from evtui.errors import UsageError
from scenarios.loader import load
from scenarios.receipts import receipts
from scenarios.schema import Scenario
from scenarios.session import Session
from scenarios.till import newest
from scenarios.units import DURATION


def print_receipts(
    name: str, seed: int | None, until_us: int | None, session: int | None, *, as_json: bool
) -> int:
    """Print the receipts of a run; the exit code: 1 if an invariant was violated.

    Raises:
        UsageError: there is no such session, or the run does not last so long.
        scenarios.errors.ScenarioError: the scenario cannot be used.

    """
    scenario = load(name)
    if scenario.sites:
        raise UsageError(
            f"receipts: found {scenario.name}, a city; allowed a scenario of one site: each site "
            "of a city has books of its own"
        )
    run = Session(scenario, seed)
    end_us = _end_us(scenario, until_us)
    while run.time_us < end_us and run.world.violation is None:
        run.run(end_us, 1_000_000)
    found = receipts(scenario, newest(run.world))
    if session is not None:
        numbers = [receipt.transaction for receipt in found]
        if session not in numbers:
            there = ", ".join(map(str, numbers)) or "none: no session has ended"
            raise UsageError(f'--session: found "{session}"; allowed {there}')
        found = [receipt for receipt in found if receipt.transaction == session]
    if as_json:
        rows = [receipt.to_dict() for receipt in found]
        sys.stdout.write(json.dumps(rows, indent=2) + "\n")
    else:
        slips = "\n".join(receipt.to_text() for receipt in found)
        sys.stdout.write(slips or "no session has ended\n")
    if run.world.violation is not None:
        sys.stderr.write(f"evtui: the run ended early: {run.world.violation}\n")
        return 1
    return 0


def _end_us(scenario: Scenario, until_us: int | None) -> int:
    if until_us is not None and until_us > scenario.duration_us:
        found, most = DURATION.format(until_us), DURATION.format(scenario.duration_us)
        raise UsageError(
            f'--until: found "{found}"; allowed 0s to {most}, the duration of {scenario.name}'
        )
    return scenario.duration_us if until_us is None else until_us
