"""What a view shows of the plan: each request, what was promised, and what becomes of it."""

from typing import Final

from fsm.network.demand import ACCEPTED, ONLY, PENDING
from fsm.network.records import EnergyPlan, EnergyRequest, Transaction
from fsm.network.state import NetworkState
from fsm.network.tables import Draft
from fsm.network.targets import schedule, targets_w
from fsm.ocpp.actions import Reason
from scenarios.promised import BROKEN, KEPT, LAPSED, MET, OPEN, WITHDRAWN
from scenarios.view import PlanView, RequestView
from scenarios.world import World

_BY_DRIVER: Final = (Reason.LOCAL, Reason.EV_DISCONNECTED)

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
            _request(world, network, request, targets, names) for request in _newest(world, network)
        ),
        kept=fates.count(KEPT),
        broken=fates.count(BROKEN),
    )


def _newest(world: World, network: NetworkState) -> list[EnergyRequest]:
    """All requests in their order; of those of one promise the last, where the first one stood.

    A session that a fault has ended is gone on with in another transaction, by another request.
    """
    found: dict[tuple[str, int], EnergyRequest] = {}
    for request in network.state.energy_requests.values():
        promise = world.kept.of(network.transactions[request.transaction_id])
        if promise is None:
            found["request", request.transaction_id] = request
        else:
            found["promise", promise.transaction] = request
    return list(found.values())


def _fate(request: EnergyRequest, transaction: Transaction) -> str:
    """What has become of a request."""
    if request.status != PENDING or transaction.is_open:
        return request.status
    if transaction.meter_wh - request.meter_wh >= request.energy_wh:
        return MET
    return WITHDRAWN if transaction.reason in _BY_DRIVER else LAPSED


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
        status=_fate(request, transaction),
        reason=request.reason,
        departure_us=request.departure_us,
        energy_wh=promise.promised_wh if promise else request.energy_wh,
        delivered_wh=promise.counted_wh(network.state)
        if promise
        else transaction.meter_wh - request.meter_wh,
        promise=status,
        causes=promise.words() if promise else (),
        target_w=targets.get(request.cp_id) if transaction.is_open else None,
        planned=schedule(network.state, request.cp_id) if transaction.is_open else (),
    )
