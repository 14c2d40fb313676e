"""Many runs of a campaign, one after the other or on an executor."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing import get_context

from scenarios.campaign.finding import Finding
from scenarios.campaign.profiles import EVERYTHING, Profile
from scenarios.campaign.running import run_seed
from scenarios.schema import Scenario


def campaign(
    scenario: Scenario,
    seeds: Sequence[int],
    *,
    jobs: int = 1,
    executor: Executor | None = None,
    profile: Profile = EVERYTHING,
) -> Iterator[Finding]:
    """Run every seed; findings in the order of seeds.

    On ``executor`` when given, else on a pool of ``jobs`` processes when that is above 1.
    """
    tasks = ((scenario, seed, profile) for seed in seeds)
    if executor is not None:
        yield from executor.map(_run_one, tasks)
    elif jobs <= 1:
        yield from (_run_one(task) for task in tasks)
    else:
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
            yield from pool.map(_run_one, tasks, chunksize=4)


def _run_one(task: tuple[Scenario, int, Profile]) -> Finding:
    scenario, seed, profile = task
    return run_seed(scenario, seed, profile=profile)
