"""The options of ``evtui campaign``, looked at together."""

from attrs import evolve

from evtui.campaign.order import Order
from evtui.errors import UsageError
from evtui.options import Campaigning
from evtui.processes import processors
from scenarios.campaign.profiles import PROFILES
from scenarios.kinds import did_you_mean, one_of, shown
from scenarios.loader import load
from scenarios.schema import Scenario


def order_of(name: str, options: Campaigning) -> Order:
    """What a campaign is to do.

    Raises:
        UsageError: an option is not possible, or not beside another.
        scenarios.errors.ScenarioError: there is no such scenario.

    """
    scenario = load(name)
    _check_inputs(scenario)
    profile = PROFILES.get(options.faults)
    if profile is None:
        names = tuple(PROFILES)
        hint = did_you_mean(options.faults, names)
        raise UsageError(f"--faults: found {shown(options.faults)}; allowed {one_of(names)}{hint}")
    if options.dask is not None and options.jobs is not None:
        raise UsageError(
            "--jobs: found it beside --dask; allowed one of them: a cluster has processes of its "
            "own"
        )
    return Order(
        _planted(scenario, options.mutant),
        profile,
        options.seeds,
        processors() if options.jobs is None else options.jobs,
        options.dask,
        options.log,
        options.as_json,
    )


def _check_inputs(scenario: Scenario) -> None:
    """What was done by hand belongs to one run: seeds may differ only after it."""
    from_us = scenario.campaign.from_us
    later = [line for line in scenario.inputs if from_us is None or line.t_us > from_us]
    if scenario.saved is None and not later:
        return
    raise UsageError(
        f"campaign: found {scenario.name}, a saved session; allowed a scenario, or with what was "
        "done by hand one whose [campaign] says from which time on seeds differ: what was done by "
        "hand belongs to one run"
    )


def _planted(scenario: Scenario, mutant: str | None) -> Scenario:
    """The scenario with a known mistake in the protocol, if one is asked for."""
    if mutant is None:
        return scenario
    from paxos.check.mutants import UnknownMutantError, find

    try:
        return evolve(scenario, mutant=find(mutant).name)
    except UnknownMutantError as error:
        raise UsageError(f"--mutant: {error}") from None
