"""What charging profiles allow a charge point of this network now, and when that changes.

Times are seconds from the run's beginning, power is in W. The hardware is a limit of its own, so
there is no time without one. Current in W is that of the phases that a limit names, within those of
the charge point; it does not switch phases.
"""

from typing import Final

from fsm.energy.supply import PHASE_V, Current, phases
from fsm.ocpp.profiles.composite import Composite, composite
from fsm.ocpp.profiles.model import Ceiling, Supply, Transaction, Unit
from fsm.ocpp.profiles.store import Store

CONNECTOR: Final = 1
"""A charge point has one connector here."""

DC_NOMINAL_V: Final = 400
"""Between A and W of a DC output, which has no nominal voltage of its own."""

AHEAD_S: Final = 86_400
"""How far ahead changes are looked for."""


def supply_of(rated_w: int, current: Current) -> Supply:
    """What a charge point converts currents and powers with."""
    if current == "DC":
        return Supply("DC", DC_NOMINAL_V, Ceiling(Unit.W, rated_w * 10))
    return Supply("AC", PHASE_V, Ceiling(Unit.W, rated_w * 10, phases(rated_w)))


def running(number: int, start_us: int) -> Transaction:
    """A transaction of the log as profiles know it."""
    return Transaction(str(number), CONNECTOR, start_us // 1_000_000)


def schedule_of(
    store: Store, transaction: Transaction | None, supply: Supply, start_s: int, duration_s: int
) -> Composite:
    """The composite schedule of the connector in W; it has a limit everywhere."""
    return composite(store, CONNECTOR, start_s, duration_s, Unit.W, transaction, supply)


def limit_w(
    store: Store, transaction: Transaction | None, supply: Supply, now_s: int
) -> tuple[int, int]:
    """What is allowed at ``now_s`` in W, and for how many seconds that holds at least."""
    periods = schedule_of(store, transaction, supply, now_s, AHEAD_S).periods
    first = periods[0].rate
    assert first is not None  # noqa: S101 - the hardware always limits
    holds_s = periods[1].start_s if len(periods) > 1 else AHEAD_S
    return first.limit_deci // 10, holds_s
