"""Looking at an EV: its battery and session, and its driver's purse."""

from fsm.energy.meter import UJ_PER_WH
from scenarios.connector import Car
from scenarios.till import Till
from scenarios.view import EvView
from scenarios.world import World


def ev_view(world: World, car: Car, till: Till) -> EvView:
    """One EV as it is now."""
    ev, connector = car.ev, car.connector
    purse = till.purse(ev.account)
    return EvView(
        id=ev.id,
        state=ev.state.value,
        cp=world.ids[connector.node] if connector else None,
        soc=ev.battery.soc_ppm / 10_000,
        target=ev.target_ppm / 10_000,
        power_w=connector.power_w if connector else 0,
        energy_wh=car.taken_uj / UJ_PER_WH,
        pilot=ev.pilot_state,
        balance_cents=purse.balance_cents,
        paid_cents=purse.paid_cents,
        owes_cents=purse.owes_cents,
        tokens=purse.tokens,
    )
