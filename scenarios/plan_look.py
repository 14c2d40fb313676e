"""What a view shows of the plan: each request, what was promised, and what becomes of it."""

from fsm.network.demand import ACCEPTED, ONLY
from fsm.network.records import EnergyPlan, EnergyRequest
from fsm.network.state import NetworkState
from fsm.network.tables import Draft
from fsm.network.targets import schedule, targets_w
from scenarios.kept import BROKEN, KEPT, OPEN
from scenarios.view import PlanView, RequestView
from scenarios.world import World

_NO_PLAN = EnergyPlan(0, 0, "", "", 0, "", "", b"")


def plan(world: World, network: NetworkState) -> PlanView | None:
    """The plan as a replica knows it; None where the network does not plan."""
    tables = network.state
    settings = tables.planning.get(ONLY)
    if settings is None:
        return None
    record = tables.energy_plans.get(ONLY) or _NO_PLAN
    turn = tables.plan_turns.get(ONLY)
    targets = targets_w(Draft(tables))
    names = {car.ev.account: name for name, car in world.cars.items()}
    fates = [promise.status for promise in world.kept.promises]
    return PlanView(
        number=record.number,
        step=turn.step if turn else 0,
        second=turn.second if turn else 0,
        first_step=record.step,
        step_us=settings.step_us,
        algorithm=settings.algorithm,
        version=record.version,
        by=record.by,
        at_us=record.at_us,
        inputs=record.inputs,
        requests=tuple(
            _request(world, network, request, targets, names)
            for request in tables.energy_requests.values()
        ),
        kept=fates.count(KEPT),
        broken=fates.count(BROKEN),
    )


def _request(
    world: World,
    network: NetworkState,
    request: EnergyRequest,
    targets: dict[str, int],
    names: dict[str, str],
) -> RequestView:
    transaction = network.transactions[request.transaction_id]
    promise = world.kept.of(transaction)
    status = promise.status if promise else OPEN if request.status == ACCEPTED else ""
    return RequestView(
        ev=names.get(transaction.id_tag, transaction.id_tag),
        cp=request.cp_id,
        transaction=request.transaction_id,
        status=request.status,
        reason=request.reason,
        departure_us=request.departure_us,
        energy_wh=request.energy_wh,
        delivered_wh=transaction.meter_wh - request.meter_wh,
        promise=status,
        causes=tuple(promise.causes) if promise else (),
        target_w=targets.get(request.cp_id) if transaction.is_open else None,
        planned=schedule(network.state, request.cp_id) if transaction.is_open else (),
    )
