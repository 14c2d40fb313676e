"""One run of a campaign, from its seed to what it showed."""

from scenarios.campaign.drawing import draw
from scenarios.campaign.finding import Finding
from scenarios.campaign.measuring import Gauge
from scenarios.campaign.profiles import EVERYTHING, Profile
from scenarios.client_history import ClientHistory
from scenarios.schema import Scenario
from scenarios.session import Session
from scenarios.settled import come_to_rest, judge
from scenarios.sharing import Sharing


def run_seed(
    scenario: Scenario, seed: int, healed_us: int | None = None, profile: Profile = EVERYTHING
) -> Finding:
    """One run under random faults; see :func:`scenarios.campaign.drawing.with_faults`.

    Whoever votes at first shares its state with nobody: that all are equal is checked.
    """
    drawn = draw(scenario, seed, healed_us, profile)
    history = ClientHistory()
    session = Session(drawn.scenario, drawn.seed, sharing=Sharing.LEARNERS, listener=history)
    history.attend(session.world)
    world = session.world
    gauge = Gauge(world, drawn)
    while not session.finished:
        session.run(gauge.next_us(), 1_000_000)
        gauge.look()
    failed_us = world.now_us
    come_to_rest(world)
    problems = tuple(judge(world, history, drawn.healed_us))
    leaders = len(world.invariants.leaders) if world.invariants else 0
    return Finding(
        seed=seed,
        problems=problems,
        digest=world.cluster.trace.digest(),
        events=world.cluster.trace.events,
        faults=drawn.faults,
        sessions=len(session.view().sessions),
        leaders=leaders,
        coverage=world.covered(),
        virtual_us=world.now_us,
        failed_us=failed_us if problems else None,
        measures=gauge.measures(),
    )
