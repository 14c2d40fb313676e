"""Whether a network has come to rest: what is still wrong when nothing has been wrong for a while.

The liveness phase of a campaign is judged here, and the expectation ``settled`` of a scenario file
with it (:mod:`scenarios.session`): equal replicas, a leader, nothing outstanding, every promise
kept, every alarm founded, every receipt good, money settled, every transaction closed, and every EV
served that came when all was well again.
"""

import io
import pickle
from collections.abc import Iterator, Sequence
from typing import TypeVar

from fsm.energy.supply import least_power_w
from fsm.network.records import Transaction
from fsm.network.state import NetworkState
from paxos.sim.host import Status
from scenarios.audit import has_no_credit, unsettled_money
from scenarios.client_history import ClientHistory
from scenarios.node import Node
from scenarios.planting import planting
from scenarios.supplied import cabinet_w, site_w
from scenarios.trust_promises import may_charge, unproven
from scenarios.watching import unheard
from scenarios.world import World

PATIENCE_US = 10_000_000
"""A call that waits longer than this, with all well, is stuck."""

SECOND_US = 1_000_000

T = TypeVar("T")


def come_to_rest(world: World) -> None:
    """Go on until all replicas have applied the same, for a while at most.

    The run may end at the very moment at which a command is on its way.
    """
    until_us = world.now_us + PATIENCE_US
    with planting(world.scenario):
        while not is_at_rest(world):
            if world.step(until_us) is None:
                return


def is_at_rest(world: World) -> bool:
    """Whether all replicas that run have applied the same."""
    return len(frozenset(_applied_slots(world).values())) < 2


def _applied_slots(world: World) -> dict[str, int]:
    return {node.cp_id: node.replica.commit_slot for node in _members(world)}


def _members(world: World) -> list[Node]:
    """Who runs and belongs to the group: one that has left need not learn what is decided since."""
    alive = [node for number in world.ids if (node := world.node(number)) is not None]
    leader = world.leader()
    gone = leader.replica.group.gone if leader is not None else ()
    return [node for node in alive if node.replica.node not in gone]


def judge(world: World, history: ClientHistory, healed_us: int | None) -> Iterator[str]:
    """What is wrong with a run at its end: the violation that ended it, or else all the rest.

    That is what has not come to rest, and what clients were told that cannot be. Of visits only
    those after ``healed_us`` are judged; None judges none of them.
    """
    if world.violation is not None:
        yield str(world.violation)
        return
    yield from unsettled(world, healed_us)
    yield from history.findings()


def judge_now(world: World, history: ClientHistory, healed_us: int | None) -> tuple[str, ...]:
    """The same of a run that goes on: what has to come to rest first does so in a copy."""
    if not is_at_rest(world):
        world, history = copied((world, history))
        come_to_rest(world)
    return tuple(judge(world, history, healed_us))


def copied(it: T) -> T:
    """A copy of what is looked at, to go on with; files that it writes to stay as they are."""
    out = io.BytesIO()
    _Pickler(out, pickle.HIGHEST_PROTOCOL).dump(it)
    made: T = _Unpickler(io.BytesIO(out.getvalue())).load()
    return made


class _Pickler(pickle.Pickler):
    """A run may be recorded meanwhile; what its copy does is nobody's to record."""

    def persistent_id(self, obj: object) -> str | None:
        return "a file" if isinstance(obj, io.IOBase) else None


class _Unpickler(pickle.Unpickler):
    def persistent_load(self, _pid: object) -> io.StringIO:
        return io.StringIO()


def unsettled(world: World, healed_us: int | None) -> Iterator[str]:
    """What has not come to rest, though nothing has been wrong for a while."""
    yield from unsettled_site(world)
    alive = _members(world)
    if alive and healed_us is not None:
        yield from _unfinished(world, alive, healed_us)


def unsettled_site(world: World) -> Iterator[str]:
    """The same, but for who came when all had healed."""
    for number, host in world.cluster.hosts.items():
        if host.status is not Status.ALIVE:
            yield f"{world.name(number)} is {host.status.name.lower()}"
    alive = _members(world)
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


def _unfinished(world: World, members: Sequence[Node], healed_us: int) -> Iterator[str]:
    """Transactions that were never closed, and EVs that were not served after the faults.

    A charge point that has left the group serves nobody.
    """
    network, serving = members[0].network, {node.cp_id for node in members}
    last = {}
    for transaction in network.transactions.values():
        last[transaction.id_tag] = transaction
        if transaction.is_open:
            yield f"transaction {transaction.id} of {transaction.id_tag} was never stopped"
    for name, car in world.cars.items():
        if car.ev.state != "not_connected":
            yield f"{name} has left, but it is {car.ev.state.value}"
    for (name, car), place in zip(world.cars.items(), world.scenario.cps, strict=False):
        if place.id not in serving or car.ev.battery.soc_ppm >= car.ev.target_ppm:
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
