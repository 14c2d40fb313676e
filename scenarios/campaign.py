"""Campaigns: the same scenario under random faults, seed after seed.

A run has two phases. In the first, faults of :func:`paxos.sim.faults.random_schedule` come on top
of the scenario's own script; invariants must hold throughout. Then everything heals, and within
``QUIET_US`` the network must converge: equal replicas, nothing outstanding, and every session that
could finish has.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing import get_context

from attrs import evolve, frozen

from paxos.sim.cluster import Status
from paxos.sim.faults import Fault, random_schedule
from paxos.sim.streams import stream
from scenarios.schema import At, Scenario
from scenarios.session import Session
from scenarios.world import World

QUIET_US = 120_000_000
"""How long after the last fault everything must have settled."""


@frozen
class Finding:
    """What one seed showed; ``problems`` is empty when all was well."""

    seed: int
    problems: tuple[str, ...]
    digest: str
    events: int
    faults: int
    sessions: int
    leaders: int


def with_faults(scenario: Scenario, seed: int) -> Scenario:
    """The scenario with random faults from this seed, healed at its end, and a quiet time after."""
    ids = tuple(cp.id for cp in scenario.cps)
    numbers = tuple(range(1, len(ids) + 1))
    end_us = scenario.duration_us
    schedule = random_schedule(stream(seed, "faults"), numbers, 5_000_000, end_us, 12_000_000)
    faults = tuple(_line(fault, ids) for fault in schedule)
    script = sorted((*scenario.script, *faults), key=lambda line: line.t_us)
    return evolve(scenario, script=tuple(script), duration_us=end_us + QUIET_US, expectations=())


def _line(fault: Fault, ids: Sequence[str]) -> At:
    args: dict[str, object] = {}
    for name, value in fault.args.items():
        if name == "groups":
            args[name] = [[ids[number - 1] for number in group] for group in value]
        else:
            args[name] = ids[value - 1] if name in ("cp", "a", "b") else value
    return At(t_us=fault.time_us, verb=fault.verb, args=args)


def run_seed(scenario: Scenario, seed: int) -> Finding:
    """One run under random faults."""
    faulty = with_faults(scenario, seed)
    session = Session(faulty, seed)
    while not session.finished:
        session.run(faulty.duration_us, 1_000_000)
    world = session.world
    problems = (str(world.violation),) if world.violation else tuple(_unsettled(world))
    leaders = len(world.invariants.leaders) if world.invariants else 0
    return Finding(
        seed=seed,
        problems=problems,
        digest=world.cluster.trace.digest(),
        events=world.cluster.trace.events,
        faults=len(faulty.script) - len(scenario.script),
        sessions=len(session.view().sessions),
        leaders=leaders,
    )


def _unsettled(world: World) -> Iterator[str]:
    """What has not come to rest, though nothing has been wrong for a while."""
    nodes = [world.node(number) for number in world.ids]
    alive = [node for node in nodes if node is not None]
    for number, host in world.cluster.hosts.items():
        if host.status is not Status.ALIVE:
            yield f"{world.ids[number]} is {host.status.name.lower()}"
    slots = {node.cp_id: node.replica.commit_slot for node in alive}
    if len(frozenset(slots.values())) > 1:
        yield f"applied slots differ: {slots}"
    if len(frozenset(node.replica.learner.state_digest() for node in alive)) > 1:
        yield "state digests differ"
    if world.leader() is None:
        yield "nobody leads"
    for node in alive:
        if node.calls.pending:
            yield f"{node.cp_id} has {node.calls.pending} OCPP calls outstanding"
    yield from _unfinished(world, alive[0].network.transactions.values() if alive else ())


def _unfinished(world: World, transactions: object) -> Iterator[str]:
    """Sessions that should have begun or ended by now."""
    plugged = {car.ev.id_tag for car in world.cars.values() if car.connector is not None}
    had = set()
    for transaction in transactions:  # type: ignore[attr-defined]
        had.add(transaction.id_tag)
        if transaction.stop_us is None and transaction.id_tag not in plugged:
            yield f"transaction {transaction.id} of {transaction.id_tag} was never stopped"
    for name, car in world.cars.items():
        state = car.ev.state.value
        if car.connector is None:
            if state != "not_connected":
                yield f"{name} is unplugged and {state}"
        elif state in ("send_needs", "receive_scheduling"):
            yield f"{name} is stuck in {state}"


def campaign(
    scenario: Scenario, seeds: Sequence[int], *, jobs: int = 1, executor: Executor | None = None
) -> Iterator[Finding]:
    """Run every seed; findings in the order of seeds.

    On ``executor`` when given, else on a pool of ``jobs`` processes when that is above 1.
    """
    if executor is not None:
        yield from executor.map(_run_one, ((scenario, seed) for seed in seeds))
    elif jobs <= 1:
        yield from (run_seed(scenario, seed) for seed in seeds)
    else:
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
            yield from pool.map(_run_one, ((scenario, seed) for seed in seeds), chunksize=4)


def _run_one(task: tuple[Scenario, int]) -> Finding:
    return run_seed(*task)
