"""One run of a campaign, in whatever process it is."""

import threading
import traceback

from evtui.campaign.order import Task
from scenarios.campaign.finding import Finding
from scenarios.campaign.profiles import PROFILES
from scenarios.campaign.running import run_seed
from scenarios.schema import Scenario

_ALONE = threading.Lock()
"""Threads of one process take turns: a planted mistake is one of the whole process."""


def work(task: Task) -> list[Finding]:
    """Run the seeds of a task, in their order."""
    with _ALONE:
        return [_guarded(task, seed) for seed in task.seeds]


def _guarded(task: Task, seed: int) -> Finding:
    """A run that ends by an error of the program is a finding, too: the others go on."""
    try:
        return _run(task.scenario, seed, task.profile)
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{place.filename.rpartition('/')[2]}:{place.lineno}"
        problem = f"the program failed: {type(error).__name__}: {error} ({where})"
        return Finding(seed, (problem,), "", 0, 0, 0, 0, {}, failed_us=0)


def _run(scenario: Scenario, seed: int, profile: str) -> Finding:
    if scenario.sites:
        from scenarios.city.campaign import run_seed as run_city_seed

        return run_city_seed(scenario, seed, profile=PROFILES[profile])
    return run_seed(scenario, seed, profile=PROFILES[profile])
