"""A charge point in service and out of it, and the CALLs of the CSMS.

Three things take it out of service: the operator (ChangeAvailability), a contactor that did not
close, a reset. While a transaction runs, it waits for its end. Out of service nothing is offered;
an EV that is plugged in stays without an offer, and gets one when the charge point is back.
"""

from typing import Any

from fsm.effects import Effect, Restart
from fsm.ocpp.actions import Reason
from fsm.ocpp.profiles.model import Transaction
from fsm.ocpp.profiles.store import Store
from fsm.v2g import timeouts
from fsm.v2g.cp_table import CpEvent, CpState
from fsm.v2g.granted import Granted
from fsm.v2g.instructions import INSTRUCTIONS
from fsm.v2g.kinds import PMaxEntry


class Served(Granted):
    """What the operator's wishes and the charge point's own defects do to its sessions."""

    state: CpState = CpState.WAITING_EV
    now_us = 0
    """When it was last called."""
    _why = ""
    """What the next failure is told as."""
    _restarts = False
    """Whether it has asked for the restart of a soft reset."""

    def _fire(self, event: CpEvent, now_us: int) -> None:
        """Let the table decide: the charge point's part."""
        raise NotImplementedError

    def _settle(self, now_us: int) -> list[Effect]:
        """Report the status that results, and hand the effects over: the charge point's part."""
        raise NotImplementedError

    # -- inputs ------------------------------------------------------------------------------

    def on_call(
        self, action: str, payload: dict[str, Any], now_us: int, age_us: int = 0
    ) -> tuple[dict[str, Any], list[Effect]]:
        """The CSMS calls, ``age_us`` ago: the answer's payload, and effects.

        The deed is done when the answer is in the log: :meth:`carry_out`.
        """
        self.out = []
        self.now_us = now_us
        answer = INSTRUCTIONS[action].answer(self, payload, age_us)
        return answer, self._settle(now_us)

    def carry_out(self, action: str, payload: dict[str, Any], now_us: int) -> list[Effect]:
        """Do what was accepted: the answer is in the log now."""
        self.out = []
        deed = INSTRUCTIONS[action].deed
        if deed is not None:
            deed(self, payload, now_us)
        return self._settle(now_us)

    def on_profiles(self, store: Store, running: Transaction | None, now_us: int) -> list[Effect]:
        """The charging profiles installed here, and the transaction that they count for."""
        self.out = []
        self.take_profiles(store, running, now_us)
        return self._settle(now_us)

    def on_plan(self, planned: tuple[PMaxEntry, ...], now_us: int) -> list[Effect]:
        """What the network has planned for the running transaction; empty for nothing."""
        self.out = []
        self.planned = planned
        return self._settle(now_us)

    def on_answer(self, made_us: int, now_us: int) -> list[Effect]:
        """The log has applied a call that was made at ``made_us``: the grant goes on from then."""
        self.out = []
        self.take_answer(made_us, now_us)
        return self._settle(now_us)

    def on_availability(self, operative: bool, now_us: int) -> list[Effect]:
        """What the log says of its availability."""
        self.out = []
        self.operative = operative
        return self._settle(now_us)

    # -- for instructions ----------------------------------------------------------------------

    def wake(self, now_us: int) -> None:
        """Offer charging again to an EV whose session has ended."""
        if self.state is CpState.END_SESSION and self.session.closed and not self.session.paused:
            self._fire(CpEvent.WOKEN, now_us)

    def end_transaction(self, reason: Reason, now_us: int) -> None:
        """See to it that the transaction ends: the EV is asked to stop, and not for ever."""
        session = self.session
        session.stop_wanted, session.stop_reason = True, reason
        if self.state is CpState.END_SESSION and session.paused:
            # Nobody speaks in a pause. The EV will find that there is no session to join.
            session.paused = False
            self.out += self.station.stop(reason, now_us)
            return
        self.set_timer("stop", timeouts.STOP_WAIT_US)

    @property
    def _ready(self) -> bool:
        return self.operative and not self.defective and not self.resetting

    def _review_service(self, now_us: int) -> None:
        """Go out of service, or back: while a transaction runs, only after it."""
        ready = self._ready
        if not ready and self.station.busy:
            return
        if ready is not self.in_service:
            self.in_service = ready
            self._why = "the charge point goes out of service"
            self._fire(CpEvent.RETURNED if ready else CpEvent.WITHDRAWN, now_us)
            if self.defective:
                self.set_timer("selftest", timeouts.RECOVER_US)
        if self.resetting and not self._restarts:
            self._restarts = True
            self.out.append(Restart(hard=False))

    def _on_service_timer(self, name: str, now_us: int) -> None:
        """Take the firing of a timer of this part."""
        if name == "selftest":
            self.defective = self.contactor_stuck
            if self.defective:
                self.set_timer("selftest", timeouts.RECOVER_US)
        elif name == "remote":
            self.remote_tag = ""
        elif name == "profile":
            self.review_profiles(now_us)
        elif name == "grant":
            self.review_grant(now_us)
        elif name == "follow":
            self._awaited = False
            if self.may_draw and self.ceiling_w > self.limit_w:
                self._why = "the EV does not follow its limit"
                self._fire(CpEvent.FAULT, now_us)
        elif name == "stop" and self.transaction_id is not None and self.session.stop_wanted:
            self._why = "the EV did not stop when it was asked to"
            self._fire(CpEvent.FAULT, now_us)
