"""Looking at power: what each cable carries, and what each charge point may draw."""

from typing import TYPE_CHECKING, Any

from fsm.network.limits import rails_of
from fsm.network.state import NetworkState
from scenarios.view import RailView

if TYPE_CHECKING:
    from scenarios.world import World


def rails(world: "World", network: NetworkState) -> tuple[RailView, ...]:
    """The site's own first, then the cabinets'; what is held as ``network`` knows it."""
    plan = rails_of(network.state)
    free_w = plan.free_w(list(network.assets.values()))
    found = []
    for rail in world.grid.rails:
        allowed_w = plan.cabinets_w[rail.id] if rail.id else plan.site_w
        found.append(
            RailView(
                id=rail.id,
                capacity_w=rail.capacity_w,
                ev_w=rail.power_w,
                loads_w=rail.loads_w,
                pv_w=rail.pv_w,
                flow_w=rail.flow_w,
                flow_peak_w=rail.flow_peak_w,
                held_w=allowed_w - free_w[rail.id],
                free_w=free_w[rail.id],
                ev_peak_w=rail.peak_w,
                loads_peak_w=rail.loads_peak_w,
                pv_peak_w=rail.pv_peak_w,
            )
        )
    return tuple(found)


def power_of(world: "World", number: int, network: NetworkState) -> dict[str, Any]:
    """What a charge point's view says of its power besides."""
    cp_id, guard = world.ids[number], world.connectors[number].guard
    asset, grant = network.assets.get(cp_id), network.state.grants.get(cp_id)
    return {
        "held_w": 0 if asset is None else asset.held_w,
        "cabinet": world.scenario.cps[number - 1].cabinet,
        "guard_w": None if guard is None else guard.allowed_w(world.now_us),
        "grant_left_us": None if guard is None else guard.left_us(world.now_us),
        "grant_ended": grant is not None and grant.is_ended,
    }
