"""Campaigns: the same scenario under random faults, seed after seed.

A run has two phases. In the first, faults of :func:`paxos.sim.faults.random_schedule` and
:func:`paxos.sim.ailments.random_ailments` come on top of the scenario's own script; invariants must
hold throughout. Then everything heals, every EV is unplugged, comes back once more, and leaves.
Within ``QUIET_US`` the network must have converged:
equal replicas, nothing outstanding, every transaction closed, and every EV served. What the charge
points were told must be linearizable.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing import get_context

from attrs import evolve, frozen

from fsm.energy.supply import least_power_w
from fsm.network.records import Transaction
from fsm.network.state import NetworkState
from paxos.sim.ailments import random_ailments
from paxos.sim.faults import Fault, random_schedule
from paxos.sim.healing import cut_short
from paxos.sim.host import Status
from paxos.sim.streams import stream
from scenarios.audit import has_no_credit, unsettled_money
from scenarios.client_history import ClientHistory
from scenarios.format import HOWS
from scenarios.operator import put_right
from scenarios.planting import planting
from scenarios.schema import At, Scenario
from scenarios.session import Session
from scenarios.supplied import cabinet_w, site_w
from scenarios.trust_promises import may_charge, unproven
from scenarios.watching import unheard
from scenarios.world import World

QUIET_US = 120_000_000
"""How long after the last fault everything must have settled."""

PATIENCE_US = 10_000_000
"""A call that waits longer than this, with all well, is stuck."""

SECOND_US = 1_000_000


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
    coverage: dict[str, int]
    """How often each feature happened (:data:`paxos.sim.coverage.FEATURES`)."""


def with_faults(scenario: Scenario, seed: int, healed_us: int | None = None) -> Scenario:
    """The scenario with random faults from this seed, healed at its end, and a second visit.

    With ``healed_us`` everything heals already then, in the middle of whatever is going on, and
    what the scenario had in mind for later is left out.
    """
    ids = tuple(cp.id for cp in scenario.cps)
    numbers = tuple(range(1, len(ids) + 1))
    end_us = scenario.duration_us
    schedule = random_schedule(stream(seed, "faults"), numbers, 5_000_000, end_us, 12_000_000)
    if healed_us is not None:
        end_us = healed_us
        schedule = cut_short(schedule, end_us)
    schedule += random_ailments(seed, numbers, 5_000_000, end_us, 120_000_000)
    schedule += _lost_disk(numbers, seed, end_us)
    faults = tuple(script_line(fault, ids) for fault in schedule)
    own = (line for line in scenario.script if line.t_us <= end_us)
    script = sorted((*own, *faults), key=lambda line: line.t_us)
    script += put_right(scenario, end_us + 12 * SECOND_US)
    script += _second_visit(scenario, end_us)
    script += _readers(ids, seed, end_us)
    # Slow disks, too: what must be written before it is said is put to the test by them.
    fsync_us = stream(seed, "fsync").choice((scenario.paxos.fsync_us, 10_000, 60_000, 200_000))
    return evolve(
        scenario,
        script=tuple(script),
        duration_us=end_us + QUIET_US,
        expectations=(),
        paxos=evolve(scenario.paxos, fsync_us=fsync_us),
    )


def _lost_disk(numbers: Sequence[int], seed: int, end_us: int) -> list[Fault]:
    """In some runs one charge point loses its disk, and comes back as another node.

    Never more than one: the others have to know what it knew.
    """
    random = stream(seed, "lost disk")
    if len(numbers) < 3 or end_us < 30 * SECOND_US or random.random() < 0.5:
        return []
    number = random.choice(numbers)
    lost_us = random.randint(10 * SECOND_US, end_us - 10 * SECOND_US)
    back_us = random.randint(lost_us, end_us)
    return [
        Fault(lost_us, "wipe", {"cp": number}),
        Fault(back_us, "restart", {"cp": number}),
    ]


def _readers(ids: Sequence[str], seed: int, end_us: int) -> list[At]:
    """Reads of all three kinds at any charge point, each few seconds; not all are possible."""
    random = stream(seed, "readers")
    times = range(5 * SECOND_US, end_us - 3 * SECOND_US, 3 * SECOND_US)
    reads = [(t + random.randrange(3 * SECOND_US), random.choice(ids)) for t in times]
    return [
        At(t_us=t_us, verb="read", args={"cp": cp, "how": HOWS[number % len(HOWS)]})
        for number, (t_us, cp) in enumerate(reads)
    ]


def _second_visit(scenario: Scenario, healed_us: int) -> list[At]:
    """After the faults: each EV leaves, comes back, charges for a while, and leaves for good."""
    evs = [vehicle.id for vehicle in scenario.evs]
    visit: list[tuple[int, str, str | None]] = []
    visit += [(15, "unplug", None), (25, "plug_in", "cp")]
    visit += [(100, "stop_charging", None), (105, "unplug", None)]
    lines = []
    for seconds, verb, cp in visit:
        for ev, place in zip(evs, scenario.cps, strict=False):
            args: dict[str, object] = {"ev": ev} if cp is None else {"ev": ev, "cp": place.id}
            lines.append(At(t_us=healed_us + seconds * SECOND_US, verb=verb, args=args))
    return lines


def script_line(fault: Fault, ids: Sequence[str]) -> At:
    """A fault as a line of a script; ``ids`` are the charge points, in their order."""
    args: dict[str, object] = {}
    for name, value in fault.args.items():
        if name == "groups":
            args[name] = [[ids[number - 1] for number in group] for group in value]
        else:
            args[name] = ids[value - 1] if name in ("cp", "a", "b") else value
    return At(t_us=fault.time_us, verb=fault.verb, args=args)


def run_seed(scenario: Scenario, seed: int, healed_us: int | None = None) -> Finding:
    """One run under random faults; see :func:`with_faults`.

    No replica shares its state: that all are equal is checked.
    """
    faulty = with_faults(scenario, seed, healed_us)
    history = ClientHistory()
    session = Session(faulty, seed, share=False, listener=history)
    history.attend(session.world)
    while not session.finished:
        session.run(faulty.duration_us, 1_000_000)
    world = session.world
    come_to_rest(world)
    problems = (
        (str(world.violation),)
        if world.violation
        else (*_unsettled(world, faulty.duration_us - QUIET_US), *history.findings())
    )
    leaders = len(world.invariants.leaders) if world.invariants else 0
    return Finding(
        seed=seed,
        problems=problems,
        digest=world.cluster.trace.digest(),
        events=world.cluster.trace.events,
        faults=len(faulty.script) - len(scenario.script),
        sessions=len(session.view().sessions),
        leaders=leaders,
        coverage=world.covered(),
    )


def come_to_rest(world: World) -> None:
    """Go on until all replicas have applied the same, for a while at most.

    The run may end at the very moment at which a command is on its way.
    """
    until_us = world.now_us + PATIENCE_US
    with planting(world.scenario):
        while len(frozenset(_applied_slots(world).values())) > 1:
            if world.step(until_us) is None:
                return


def _applied_slots(world: World) -> dict[str, int]:
    alive = [node for number in world.ids if (node := world.node(number)) is not None]
    return {node.cp_id: node.replica.commit_slot for node in alive}


def _unsettled(world: World, healed_us: int) -> Iterator[str]:
    """What has not come to rest, though nothing has been wrong for a while."""
    yield from unsettled_site(world)
    alive = [node for number in world.ids if (node := world.node(number)) is not None]
    if alive:
        yield from _unfinished(world, alive[0].network, healed_us)


def unsettled_site(world: World) -> Iterator[str]:
    """The same, but for who came when all had healed."""
    for number, host in world.cluster.hosts.items():
        if host.status is not Status.ALIVE:
            yield f"{world.name(number)} is {host.status.name.lower()}"
    alive = [node for number in world.ids if (node := world.node(number)) is not None]
    slots = _applied_slots(world)
    if len(frozenset(slots.values())) > 1:
        yield f"applied slots differ: {slots}"
    if len(frozenset(node.replica.learner.state_digest() for node in alive)) > 1:
        yield "state digests differ"
    if world.leader() is None:
        yield "nobody leads"
    for node in alive:
        call = node.calls.outstanding
        now_us = world.cluster.local_us(node.number)
        if call is not None and now_us - call.since_us > PATIENCE_US:
            waited_s = (now_us - call.since_us) // SECOND_US
            yield f"{node.cp_id} waits for its {call.action} for {waited_s} s"
    if alive:
        yield from world.promises.unkept(alive[0].network)
        yield from unheard(world, alive[0].network)
        yield from world.alarms.unfounded
        yield from unproven(world, alive[0].network)
        yield from unsettled_money(alive[0].network.state)


def _unfinished(world: World, network: NetworkState, healed_us: int) -> Iterator[str]:
    """Transactions that were never closed, and EVs that were not served after the faults."""
    last = {}
    for transaction in network.transactions.values():
        last[transaction.id_tag] = transaction
        if transaction.is_open:
            yield f"transaction {transaction.id} of {transaction.id_tag} was never stopped"
    for name, car in list(world.cars.items())[: len(world.ids)]:
        if car.ev.state != "not_connected":
            yield f"{name} has left, but it is {car.ev.state.value}"
        if car.ev.battery.soc_ppm >= car.ev.target_ppm:
            continue
        if not may_charge(world, car, network) or has_no_credit(network.state, car.ev.account):
            continue
        visit = last.get(car.ev.account)
        if visit is None or visit.start_us < _stamp_us(world, visit.cp_id, healed_us):
            yield f"{name} came after everything had healed, and no transaction began"
        elif visit.energy_wh == 0 and not is_crowded_out(world, network, visit):
            yield f"{name} came after everything had healed, and got no energy"


def is_crowded_out(world: World, network: NetworkState, visit: Transaction) -> bool:
    """Whether those who did get energy during a whole visit left less than its least power.

    Six cars cannot share 22 kW, as none can be given less than 6 A: one waits until another leaves.
    """
    scenario, cabinets = world.scenario, {cp.id: cp.cabinet for cp in world.scenario.cps}
    served = [
        it.cp_id
        for it in network.transactions.values()
        if it.energy_wh > 0
        and it.id != visit.id
        and it.start_us <= visit.start_us + SECOND_US
        and (it.stop_us is None or visit.stop_us is None or it.stop_us + SECOND_US > visit.stop_us)
    ]
    rails = {"": site_w(scenario)}
    if mine := cabinets[visit.cp_id]:
        rails[mine] = cabinet_w(scenario, mine)
    for rail, capacity_w in rails.items():
        behind = [cp for cp in (visit.cp_id, *served) if not rail or cabinets[cp] == rail]
        assets = [network.assets[cp] for cp in behind]
        if sum(least_power_w(it.rated_w, it.current) for it in assets) > capacity_w:
            return True
    return False


def _stamp_us(world: World, cp_id: str, healed_us: int) -> int:
    """What a charge point's wall clock showed when everything healed: clocks run true since."""
    clock = world.cluster.hosts[world.nodes[cp_id]].clock
    return clock.wall_us(clock.local_us(healed_us))


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
