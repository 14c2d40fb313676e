"""A transaction whose time at the connector is limited (:mod:`fsm.network.holding`)."""

from fsm.effects import Effect
from fsm.ocpp.bookings import LOOK_US
from fsm.ocpp.reserving import FORCE_US, Stay
from fsm.v2g.acting import Acting
from fsm.v2g.cp_table import CpEvent


class Staying(Acting):
    """What a fixed end of the charging does to a transaction."""

    _stay: Stay | None = None
    """That of the last transaction which had one."""

    def on_stay(self, until_us: int, now_us: int) -> list[Effect]:
        """The transaction that has begun must end at a time of the wall clock.

        That is counted by the monotonic clock, too: whichever says first that it is over.
        """
        self.out = []
        left_us = max(0, until_us - self.station.clock.wall_us(now_us))
        self._stay = Stay(self.transaction_id, until_us, now_us + left_us)
        self.set_timer("stay", min(left_us, LOOK_US))
        return self._settle(now_us)

    def _end_stay(self, now_us: int) -> None:
        """Its time is over: ask the EV to stop, and open the contactor if it does not."""
        stay = self._stay
        if stay is None or stay.transaction_id != self.transaction_id:
            return
        left_us = min(stay.ends_us - now_us, stay.until_us - self.station.clock.wall_us(now_us))
        if left_us > 0:
            self.set_timer("stay", min(left_us, LOOK_US))
        elif self.session.stop_wanted or not self.contactor_closed:
            self._why = "its time at this connector is over"
            self._fire(CpEvent.FAULT, now_us)
        else:
            self.notice("charging", "its time is over: the EV is asked to stop")
            self.session.stop_wanted = True
            self.set_timer("stay", FORCE_US)
