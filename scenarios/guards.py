"""The guards of a world: they are programmed, their watchdogs fire, and their trips are told."""

from typing import TYPE_CHECKING

from fsm.effects import Guard as Program
from paxos.sim.host import Kind
from scenarios.guard import TRIPPED
from scenarios.happenings import Happening

if TYPE_CHECKING:
    from scenarios.world import World


class Guards:
    """All guards of a world; none where grants have no end."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self._guarded = [n for n, c in world.connectors.items() if c.guard is not None]

    def program(self, number: int, effect: Program) -> None:
        """A charge point's computer programs its guard.

        Raises:
            paxos.check.violation.InvariantViolation: it lets through what the log does not hold.
        """
        world, connector = self.world, self.world.connectors[number]
        guard = connector.guard
        if guard is None:
            return
        connector.settle(world.now_us)
        guard.program(effect.ceiling_w, effect.until_us, effect.fallback_w)
        connector.settle(world.now_us)
        self._await(number)
        world.powering.guarded(number)

    def clock_changed(self, number: int) -> None:
        """The clock of a charge point runs faster or slower from now on, and so its watchdog."""
        if self.world.connectors[number].guard is not None:
            self._await(number)

    def _await(self, number: int) -> None:
        """Have an event at the end of a guard's time, if none comes before.

        One that comes too early moves on, so a grant that is renewed again and again costs one.
        """
        world, guard = self.world, self.world.connectors[number].guard
        assert guard is not None  # noqa: S101 - callers asked
        now_us, ends_us = world.now_us, guard.ends_us()
        if ends_us <= now_us or (guard.queued_us is not None and guard.queued_us <= ends_us):
            return
        guard.queued_us = ends_us
        world.cluster.kernel.push(ends_us, Happening.WATCHDOG, number)

    def happen(self, number: int) -> None:
        """The time of a guard may be up: look at what flows."""
        connector = self.world.connectors[number]
        guard = connector.guard
        assert guard is not None  # noqa: S101 - only guards have such events
        if guard.queued_us is None or guard.queued_us > self.world.now_us:
            return
        guard.queued_us = None
        connector.settle(self.world.now_us)
        self._await(number)

    def tell(self) -> None:
        """Tell each charge point's computer that its guard has tripped, when it hears again."""
        for number in self._guarded:
            connector = self.world.connectors[number]
            guard = connector.guard
            if guard is None or guard.reported == guard.trips:
                continue
            world = self.world
            world.powering.counts["guard_trips"] += guard.trips - guard.reported
            guard.reported = guard.trips
            what = f"its guard opens the contactor: more than {guard.allowed_w(world.now_us):,} W"
            world.note("fault", world.ids[number], f"{what} was drawn")
            world.cluster.kernel.push(world.now_us, Kind.SIGNAL, number, number, TRIPPED)

    @property
    def trips(self) -> int:
        """How often a guard has tripped so far."""
        return sum(c.guard.trips for c in self.world.connectors.values() if c.guard is not None)
