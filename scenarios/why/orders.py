"""Which commands of the log said what: the slots behind limits, stops, profiles and refusals.

The replicated state says what holds, not since which slot. Orders hears every command once and
compares the state after it with the state before. It is bounded, and looks at what has changed
alone: a command costs a look at the few records that differ.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from fsm.network.booking import Shortage, Wish, shortage
from fsm.network.describe import describe
from fsm.network.layers import Layers
from fsm.network.records import Asset
from fsm.network.state import NetworkState
from fsm.network.tables import Draft, Tables
from fsm.ocpp.frames import CALL_RESULT, parse_operation, unpack
from fsm.ocpp.reserving import REQUEST_CONNECTOR, Why
from scenarios.chosen import Chosen

if TYPE_CHECKING:
    from scenarios.world import World

KEPT_LIMITS: Final = 16
"""How many changes of limit are kept of each charge point."""
KEPT_ORDERS: Final = 2_000
"""How many others are kept, the newest."""

WATCHED: Final = ("conditions", "charging_profiles", "energy_plans", "energy_requests",
                  "reservations", "losses", "transactions", "grants")  # fmt: skip
"""Tables of which it is kept what last changed each record."""

COUNTS: Final = {"grants": ("is_ended",), "transactions": ("is_open",)}
"""Of these only a change of this attribute is one: they also count readings or calls."""

QUESTIONS: Final = "questions"
"""Drivers' questions by number: a refusal leaves no record."""

_ASKED: Final = REQUEST_CONNECTOR.encode()


@frozen
class Order:
    """A command that was applied. ``at_us`` is when the first replica had applied it."""

    slot: int
    at_us: int
    command: bytes

    @property
    def text(self) -> str:
        """The command in a few words."""
        return describe(self.command)


@frozen
class LimitOrder(Order):
    """One that changed a limit or what is held; power in W, before and after."""

    before_w: int
    limit_w: int
    held_w: int


class Orders:
    """What the log has ordered in one world."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._before: Tables = world.beginning
        self.limits: dict[str, deque[LimitOrder]] = {}
        """By charge point, the oldest first."""
        self.newest: dict[tuple[str, str | int], Order] = {}
        """By table and key: the last command that changed a record."""
        self.shortages: dict[int, Shortage] = {}
        """By the number of a driver's question: the power that was missing, where it was refused
        for that."""

    def of(self, table: str, key: str | int) -> Order | None:
        """The last command that changed a record, if it is still known."""
        return self.newest.get((table, key))

    def limit(self, cp_id: str) -> LimitOrder | None:
        """The last command that changed a charge point's limit."""
        for order in reversed(self.limits.get(cp_id, ())):
            if order.limit_w != order.before_w:
                return order
        return None

    def hear(self, chosen: Chosen, network: NetworkState) -> None:
        """Take a command, and what has changed by it."""
        before, after = self._before, self._after(chosen, network)
        self._before = after
        order = (chosen.slot, self._world.now_us, chosen.command)
        if after.assets is not before.assets:
            for cp_id, old, new in differences(before.assets, after.assets):
                self._limit(order, cp_id, old or Asset(cp_id), new)
        for table in WATCHED:
            old_table, new_table = getattr(before, table), getattr(after, table)
            if old_table is not new_table:
                for key, old, new in differences(old_table, new_table):
                    if _is_change(table, old, new):
                        self._note((table, key), Order(*order))
        if _ASKED in chosen.command:
            self._question(Order(*order), chosen.result, before)

    def _after(self, chosen: Chosen, network: NetworkState) -> Tables:
        """The state after a command: the replica that applied it may be further already."""
        state = network.state
        if state.applied == self._before.applied + 1:
            return state
        known = self._world.transitions.after(chosen.slot)
        if known is not None and known[0].applied == self._before.applied + 1:
            tables: Tables = known[0]
            return tables
        machine = self._world.machine()
        machine.state = self._before
        machine.apply(chosen.command)
        return machine.state

    def _limit(self, order: tuple[int, int, bytes], cp_id: str, old: Asset, new: Asset) -> None:
        if (old.limit_w, old.held_w) != (new.limit_w, new.held_w):
            known = self.limits.setdefault(cp_id, deque(maxlen=KEPT_LIMITS))
            known.append(LimitOrder(*order, old.limit_w, new.limit_w, new.held_w))

    def _note(self, place: tuple[str, str | int], order: Order) -> None:
        self.newest.pop(place, None)
        self.newest[place] = order
        if len(self.newest) > KEPT_ORDERS:
            del self.newest[next(iter(self.newest))]

    def _question(self, order: Order, result: bytes, before: Tables) -> None:
        """A driver asked for a connector: where that stands in the log, and what was missing."""
        operation = parse_operation(order.command)
        frame = unpack(result)
        data: dict[str, Any] = operation.payload.get("data") or {}
        if operation.payload.get("messageId") != REQUEST_CONNECTOR or frame[0] != CALL_RESULT:
            return
        number = data["reservationId"]
        self._note((QUESTIONS, number), order)
        if frame[2]["data"].get("reason") != Why.NO_CAPACITY.value:
            return
        wish = Wish(data["idTag"], data["from"], data["until"], data.get("energy", 0),
                    operation.at_us, data.get("current", ""))  # fmt: skip
        draft = Draft(before)
        found = shortage(draft, draft.asset(operation.cp_id), wish)
        if found is not None:
            self.shortages[number] = found
            if len(self.shortages) > KEPT_ORDERS:
                del self.shortages[next(iter(self.shortages))]


def _is_change(table: str, old: Any, new: Any) -> bool:
    names = COUNTS.get(table)
    return names is None or old is None or any(getattr(old, n) != getattr(new, n) for n in names)


def differences(
    before: Mapping[Any, Any], after: Layers[Any, Any]
) -> Iterator[tuple[Any, Any, Any]]:
    """The records that are new or others than before: key, old (None where new) and new."""
    for key in after.changed_since(before):
        old, new = before.get(key), after[key]
        if old is not new and old != new:
            yield key, old, new
