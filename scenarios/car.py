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
        self.mute = False
        """Whether it hangs: nothing reaches it and no time-out wakes it; its load stays on."""
        self._signal: tuple[bool, int] | None = None
        """The last signal of the pilot that it has missed."""

    def start(self, now_us: int) -> list[Any]:
        """An EV does nothing before it is plugged in."""
        return []

    def on_frame(self, kind: int, source: int, frame: Any, now_us: int) -> list[Any]:
        """Take a V2G frame, or the charge point's side of the pilot.

        Raises:
            paxos.wire.WireError: the frame is damaged.
        """
        if self.mute:
            self._signal = frame if kind == Kind.SIGNAL else self._signal
            return []
        if kind == Kind.SIGNAL:
            state_ok, duty_permille = frame
            return list(self.ev.on_pilot(state_ok, duty_permille, now_us))
        return list(self.ev.on_message(unseal(frame), now_us))

    def on_timer(self, timer: Any, now_us: int) -> list[Any]:
        """Take the firing of one of the EV's timers."""
        if self.mute:
            return []
        return list(self.ev.on_timer(timer, now_us))

    def on_tick(self, now_us: int) -> list[Any]:
        """A second has passed while power flowed."""
        return [] if self.mute else list(self.ev.on_tick(now_us))

    def awake(self, now_us: int) -> list[Any]:
        """Its computer starts anew: the session is lost, and it looks at the pilot."""
        self.mute = False
        effects = list(self.ev.restart(now_us))
        if self._signal is not None:
            effects += self.ev.on_pilot(*self._signal, now_us)
            self._signal = None
        return effects
