"""A node's part in grants: while it leads it says whose grant has ended.

Looking is the leader's business only so that it is done once. What it says is checked where it is
applied (:mod:`fsm.network.grants`), so a leader that was deposed can say it, too.
"""

from typing import Any, Final

from fsm.effects import Notice, SetTimer
from fsm.energy.grants import GrantKeeper, GrantTerms
from fsm.network.grants import to_watch
from fsm.network.state import NetworkState
from fsm.ocpp.actions import GRANT_ENDED
from fsm.ocpp.station import transfer
from paxos.election import Role
from paxos.replica import Replica

TIMER: Final = "grants"


class Granting:
    """One node's count of the others' grants. Times in µs of its monotonic clock."""

    def __init__(self, replica: Replica, terms: GrantTerms) -> None:
        self.replica = replica
        self.keeper = GrantKeeper(terms)
        self._said: dict[str, int] = {}
        """Whose end is on its way into the log, and after how many calls."""
        self._looks = False
        """Whether its timer runs: in a city a hundred idle ones would cost more than all else."""

    def review(self) -> list[Any]:
        """Begin to look, if this node leads by now."""
        if self._looks or self.replica.role is not Role.LEADER:
            return []
        self._looks = True
        return [SetTimer(TIMER, self.keeper.terms.look_us)]

    def on_timer(self, network: NetworkState, now_us: int) -> list[Any]:
        """Look whose grant has ended."""
        if self.replica.role is not Role.LEADER:
            self._looks = False
            self.keeper.forget()
            return []
        again: list[Any] = [SetTimer(TIMER, self.keeper.terms.look_us)]
        for cp_id, calls in self.keeper.look(to_watch(network.state), now_us):
            if cp_id not in self._said:
                self._said[cp_id] = calls
                again.append(Notice("fault", f"has not heard {cp_id} for so long: its grant ends"))
                again.append(transfer(GRANT_ENDED, {"cp": cp_id, "calls": calls}))
        return again

    def on_result(self, payload: dict[str, Any]) -> None:
        """The log has answered, whatever it says."""
        if payload.get("messageId") == GRANT_ENDED:
            self._said.pop(payload["data"]["cp"], None)
