"""The cable between a charge point and an EV: pilot, contactor, and the energy that flows.

Power is constant between events, so energy is its exact integral in integers: W times µs is µJ.
This is physics: it goes on whatever the computers at both ends believe.
"""

from attrs import Factory, define

from fsm.energy.meter import Meter
from fsm.v2g.ev import ElectricVehicle
from paxos.sim.clock import Clock
from paxos.sim.kernel import Kernel
from scenarios.grid import Rail
from scenarios.guard import Guard


@define
class Connector:
    """The hardware of one charge point; outlives its process."""

    node: int
    rail: Rail = Factory(Rail)
    """The cable that it hangs on: its cabinet's, or the site's."""
    meter: Meter = Factory(Meter)
    guard: Guard | None = None
    """The breaker that holds its limit; None where limits have no end."""
    contactor_closed: bool = False
    contactor_stuck: bool = False
    """A defect: it does not close."""
    ev: ElectricVehicle | None = None
    endpoint: int = 0
    """The EV's endpoint on the bus, 0 for none."""
    power_w: int = 0
    since_us: int = 0

    @property
    def ev_pilot(self) -> str:
        """What the EV's resistor shows, A without an EV."""
        return self.ev.pilot_state if self.ev is not None else "A"

    def settle(self, now_us: int) -> None:
        """Count what flowed up to now, and find what flows from now on."""
        if self.power_w and now_us > self.since_us and self.ev is not None:
            energy_uj = self.meter.add(self.power_w, now_us - self.since_us)
            self.ev.battery.charge(energy_uj)
        self.since_us = now_us
        flows = self.contactor_closed and self.ev is not None
        power_w = self.ev.demand_w() if flows and self.ev is not None else 0
        if power_w and self.guard is not None and power_w > self.guard.allowed_w(now_us):
            self.guard.trips += 1
            self.contactor_closed, power_w = False, 0
        self.rail.draw(power_w - self.power_w)
        self.power_w = power_w


@define
class Hardware:
    """What a charge point's process finds around it (:class:`scenarios.node.Wiring`)."""

    connector: Connector
    kernel: Kernel
    clock: Clock

    @property
    def ev_pilot(self) -> str:
        """What the EV's resistor shows, A without an EV."""
        return self.connector.ev_pilot

    def settle(self) -> None:
        """Bring the meter up to virtual time: energy flows by no computer's clock."""
        self.connector.settle(self.kernel.now_us)


@define
class Car:
    """An EV as an endpoint of the bus."""

    endpoint: int
    ev: ElectricVehicle
    connector: Connector | None = None
    initial_uj: int = 0
    visits: list[tuple[int, int]] = Factory(list)
    """When it was plugged in, and into which charge point."""
    left_us: list[int] = Factory(list)
    """When it was unplugged, each time."""

    @property
    def taken_uj(self) -> int:
        """Energy taken since the run began, in µJ."""
        return self.ev.battery.energy_uj - self.initial_uj
