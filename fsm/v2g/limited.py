"""A charge point under charging profiles: the lower of what the network and they allow.

The profiles are those of its own replica, so they hold while it is cut off and after a restart. A
timer takes the next period; it is also looked at each minute, for the wall clock that the periods
follow may be set. Who limits is told of the EV: its needs, and the schedule that it has chosen.
"""

from typing import Any

from fsm.effects import Call
from fsm.energy.supply import least_power_w
from fsm.ocpp.actions import Action
from fsm.ocpp.limiting import CONNECTOR, limit_w, schedule_of, supply_of
from fsm.ocpp.profiles.composite import Composite, composite
from fsm.ocpp.profiles.model import Transaction, Unit
from fsm.ocpp.profiles.store import EMPTY, Store
from fsm.v2g import messages as m
from fsm.v2g.evse import Evse

US_PER_S = 1_000_000

SAME_TIME_US = 2_000_000
"""Departures are told in seconds from now: what differs by less is the same."""

LOOK_S = 60
"""How long a limit is taken to hold at the most."""


class Limited(Evse):
    """What charging profiles do to a charge point. Times in µs of the monotonic clock."""

    profiles: Store = EMPTY
    running: Transaction | None = None
    """The transaction that the profiles count for."""

    def take_profiles(self, store: Store, running: Transaction | None, now_us: int) -> None:
        """The profiles that are installed here, and what runs, as its replica has them."""
        self.profiles, self.running = store, running
        self.review_profiles(now_us)

    def review_profiles(self, now_us: int) -> None:
        """Take what the profiles allow now; less than the least current is nothing."""
        if not self.profiles:
            self.cancel("profile")
            self._take(None)
            return
        wall_us = self.station.clock.wall_us(now_us)
        now_s = wall_us // US_PER_S
        allowed_w, holds_s = limit_w(self.profiles, self.running, self._supply, now_s)
        least_w = least_power_w(self.rated_w, self.current)
        self._take(allowed_w if allowed_w >= least_w else 0)
        until_us = (now_s + min(holds_s, LOOK_S)) * US_PER_S
        self.set_timer("profile", until_us - wall_us)

    def _take(self, allowed_w: int | None) -> None:
        before_w = self.limit_w
        self.profile_w = allowed_w
        self.limit_w = self.least_w(self.network_w)
        if self.limit_w == before_w:
            return
        self.told = False
        if self.session.delivered and not self.session.closed:
            self.notice("charging", f"charging profiles: at most {self.limit_w:,} W now")

    @property
    def _supply(self) -> Any:
        return supply_of(self.rated_w, self.current)

    def composite_schedule(self, payload: dict[str, Any], wall_us: int) -> dict[str, Any]:
        """The answer to GetCompositeSchedule, from now on; connector 0 is the charge point."""
        unit = Unit(payload.get("chargingRateUnit", Unit.W.value))
        start_s, duration_s = wall_us // US_PER_S, payload["duration"]
        found: Composite
        if unit is Unit.W and payload["connectorId"] == CONNECTOR:
            found = schedule_of(self.profiles, self.running, self._supply, start_s, duration_s)
        else:
            found = composite(self.profiles, payload["connectorId"], start_s, duration_s, unit,
                              self.running, self._supply)  # fmt: skip
        periods = [
            [period.start_s, period.rate.limit_deci, period.rate.phases or 0]
            for period in found.periods
            if period.rate is not None
        ]
        return {
            "status": "Accepted",
            "connectorId": payload["connectorId"],
            "start": start_s,
            "duration": duration_s,
            "unit": unit.value,
            "periods": periods,
        }

    # -- what is told of the EV ----------------------------------------------------------------

    def tell_needs(self, request: m.ChargeParameterDiscoveryReq, now_us: int) -> None:
        """NotifyEVChargingNeeds, once a session, where somebody sets profiles.

        Where the network plans it is told of each driver who opted in and says when he leaves, and
        again when that has changed.
        """
        wall_us = self.time.wall_us(now_us)
        departure_us = wall_us + request.departure_time * US_PER_S if request.departure_time else 0
        opted_in = request.max_entries_sa_schedule_tuple > 0
        asks = self.plans and opted_in and self._leaves_otherwise(departure_us)
        if not asks and (not self.profiles or self.session.needs_told):
            return
        self.session.needs_told, self.session.leaves_us = True, departure_us
        mode = _MODES.get(request.requested_energy_transfer_mode.value, "AC_three_phase")
        payload: dict[str, object] = {
            "evseId": CONNECTOR,
            "requestedEnergyTransfer": mode,
            "energyAmount": request.e_amount,
            "evMinCurrent": -(-request.ev_min_current // 1_000),
            "evMaxCurrent": request.ev_max_current // 1_000,
            "evMaxVoltage": request.ev_max_voltage,
        }
        if mode == "DC":
            payload["evMaxPower"] = request.ev_maximum_power_limit
            payload["stateOfCharge"] = request.ev_ress_soc
        if departure_us:
            payload["departureTime"] = departure_us
        if asks:
            most_w = request.ev_maximum_power_limit or self.rated_w
            payload["maxPower"] = min(most_w, self.rated_w)
        self.out.append(Call(Action.NOTIFY_EV_CHARGING_NEEDS.value, payload))

    def _leaves_otherwise(self, departure_us: int) -> bool:
        """Whether the driver leaves at another time than the network was told."""
        return bool(departure_us) and abs(departure_us - self.session.leaves_us) > SAME_TIME_US

    def tell_schedule(self, request: m.PowerDeliveryReq, now_us: int) -> None:
        """NotifyEVChargingSchedule: the EV's own profile, where somebody sets profiles."""
        if not self.profiles or not request.charging_profile:
            return
        payload: dict[str, object] = {
            "timeBase": self.station.clock.wall_us(now_us),
            "evseId": CONNECTOR,
            "periods": [[start_s, power_w] for start_s, power_w in request.charging_profile],
        }
        self.out.append(Call(Action.NOTIFY_EV_CHARGING_SCHEDULE.value, payload))


_MODES = {
    "AC_single_phase_core": "AC_single_phase",
    "AC_three_phase_core": "AC_three_phase",
    "DC_core": "DC",
    "DC_extended": "DC",
}
"""EnergyTransferMode of ISO 15118-2 → of OCPP 2.0.1."""
