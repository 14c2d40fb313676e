"""``evtui receipts``: run a scenario and print its drivers' receipts. Never imports Textual."""

import json
import sys

from evtui.errors import UsageError
from evtui.headless import check_until
from evtui.options import Billing
from scenarios.loader import load
from scenarios.receipts import receipts
from scenarios.session import Session
from scenarios.till import newest


def print_receipts(name: str, options: Billing) -> int:
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
    check_until(options.until_us, scenario)
    run = Session(scenario, options.seed)
    end_us = scenario.duration_us if options.until_us is None else options.until_us
    while run.time_us < end_us and run.world.violation is None:
        run.run(end_us, 1_000_000)
    found = receipts(scenario, newest(run.world))
    session = options.session
    if session is not None:
        numbers = [receipt.transaction for receipt in found]
        if session not in numbers:
            there = ", ".join(map(str, numbers)) or "none: no session has ended"
            raise UsageError(f'--session: found "{session}"; allowed {there}')
        found = [receipt for receipt in found if receipt.transaction == session]
    if options.as_json:
        rows = [receipt.to_dict() for receipt in found]
        sys.stdout.write(json.dumps(rows, indent=2) + "\n")
    else:
        slips = "\n".join(receipt.to_text() for receipt in found)
        sys.stdout.write(slips or "no session has ended\n")
    if run.world.violation is not None:
        sys.stderr.write(f"evtui: the run ended early: {run.world.violation}\n")
        return 1
    return 0
