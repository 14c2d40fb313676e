"""An EV's computer as a process on the bus: the ``v2g`` channel, the pilot wire, its timers."""

from typing import Any

from fsm.v2g.ev import ElectricVehicle
from paxos.sim.host import Kind
from paxos.wire import unseal


class CarProcess:
    """Passes what arrives on to the EV; it has no replica."""

    replica = None

    def __init__(self, ev: ElectricVehicle) -> None:
        self.ev = ev

    def start(self, now_us: int) -> list[Any]:
        """An EV does nothing before it is plugged in."""
        return []

    def on_frame(self, kind: int, source: int, frame: Any, now_us: int) -> list[Any]:
        """Take a V2G frame, or the charge point's side of the pilot.

        Raises:
            paxos.wire.WireError: the frame is damaged.
        """
        if kind == Kind.SIGNAL:
            state_ok, duty_permille = frame
            return list(self.ev.on_pilot(state_ok, duty_permille, now_us))
        return list(self.ev.on_message(unseal(frame), now_us))

    def on_timer(self, timer: Any, now_us: int) -> list[Any]:
        """Take the firing of one of the EV's timers."""
        return list(self.ev.on_timer(timer, now_us))
