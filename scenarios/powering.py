"""The invariants of power, after every event: what flows, what may flow, and what the log holds.

Nothing flows otherwise between two events, so a check after each is a check of every instant. Each
looks only at what has changed.
"""

from typing import TYPE_CHECKING

import msgpack

from fsm.energy.nested import SITE
from fsm.network.limits import rails_of
from fsm.network.state import NetworkState
from fsm.network.tables import Tables
from fsm.ocpp.actions import GRANT_ENDED
from fsm.ocpp.frames import CALL_RESULT
from paxos.check.violation import InvariantViolation
from scenarios.chosen import Chosen
from scenarios.grid import Rail
from scenarios.power_words import FEATURES, SENTENCES

if TYPE_CHECKING:
    from scenarios.world import World


class Powering:
    """The checks of one world, and what is counted of power."""

    def __init__(self, world: "World", *, check: bool) -> None:
        self.world = world
        self.check_it = check
        self.counts: dict[str, int] = dict.fromkeys(FEATURES, 0)
        self._newest: Tables = world.beginning
        granted = world.scenario.grant_us > 0
        # A guard that lets too much through is what comes before an overload: a scenario that is
        # there to show P1 goes on to it.
        shows = any(expect.violation == "P1" for expect in world.scenario.expectations)
        self._guarded = granted and not shows
        if granted:
            world.trust.choir.hearers.append(self._hear)

    def look_for_overload_only(self) -> None:
        """Let a guard let too much through: the run goes on to what comes of it (P1)."""
        self._guarded = False

    # P1.

    def flows(self) -> None:
        """Look at what flows after an event.

        Raises:
            InvariantViolation: a cable carries more than it can.
        """
        grid = self.world.grid
        if not grid.site.changed:
            return
        for rail in grid.rails:
            if rail.changed:
                rail.note_peak()
                if self.check_it:
                    self._check_rail(rail)

    def _check_rail(self, rail: Rail) -> None:
        world, left_w = self.world, rail.capacity_w - rail.flow_w
        world.checked.note("P1", left_w, world.now_us, _cable(rail.id))
        if left_w < 0:
            raise self._overload(rail)

    def _overload(self, rail: Rail) -> InvariantViolation:
        world = self.world
        there = [
            (number, connector.power_w)
            for number, connector in world.connectors.items()
            if connector.power_w and (not rail.id or connector.rail is rail)
        ]
        parts = [f"{world.ids[number]} {watts:,} W" for number, watts in there]
        if rail.loads_w:
            parts.append(f"other loads {rail.loads_w:,} W")
        if rail.pv_w:
            parts.append(f"PV gives {rail.pv_w:,} W")
        whose = f"cabinet {rail.id}'s" if rail.id else "the site's"
        found = f"{rail.flow_w:,} W are drawn ({', '.join(parts)}), {whose} capacity is "
        return _violation("P1", f"{found}{rail.capacity_w:,} W", tuple(n for n, _ in there))

    def _hear(self, chosen: Chosen, network: NetworkState) -> None:
        """Count what becomes of grants whose end is told to the log."""
        if GRANT_ENDED.encode() in chosen.command:
            result = msgpack.unpackb(chosen.result)
            accepted = result[0] == CALL_RESULT and result[2].get("status") == "Accepted"
            self.counts["grants_ended" if accepted else "grants_kept"] += 1

    # P3 and P4.

    def applied(self, state: Tables) -> None:
        """A replica has applied something: look at what the log holds, if it is new.

        Raises:
            InvariantViolation: more is held than there is, or less than a guard lets through.
        """
        before = self._newest
        if state.applied <= before.applied:
            return
        self._newest = state
        if not state.grants or state.assets is before.assets:
            return
        for rail, free_w in rails_of(state).free_w(list(state.assets.values())).items():
            if self.check_it:
                self.world.checked.note("P3", free_w, self.world.now_us, _cable(rail))
            if free_w < 0 and self.check_it:
                raise _violation("P3", f"{_cable(rail)} lacks {-free_w:,} W of what is held", ())
        if self._guarded:
            for cp_id in state.assets:
                self.guarded(self.world.nodes[cp_id])

    def guarded(self, number: int) -> None:
        """Look at one guard, which was programmed anew, or whose charge point holds another limit.

        Raises:
            InvariantViolation: it lets through what the log does not hold.
        """
        connector = self.world.connectors[number]
        guard = connector.guard
        if guard is None or not connector.contactor_closed or not (self._guarded and self.check_it):
            return
        cp_id = self.world.ids[number]
        asset = self._newest.assets.get(cp_id)
        held_w = 0 if asset is None else asset.held_w
        allowed_w = guard.allowed_w(self.world.now_us)
        self.world.checked.note("P4", held_w - allowed_w, self.world.now_us, cp_id)
        if allowed_w > held_w:
            found = f"the guard of {cp_id} lets {allowed_w:,} W through, the log holds {held_w:,} W"
            raise _violation("P4", found, (number,))


def _cable(cabinet: str) -> str:
    """What people call a rail."""
    return f"cabinet {cabinet}" if cabinet != SITE else "the site"


def _violation(name: str, found: str, nodes: tuple[int, ...]) -> InvariantViolation:
    return InvariantViolation(name, found, sentence=SENTENCES[name], nodes=nodes)
