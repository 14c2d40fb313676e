"""What one driver was promised, and what has become of it; see :mod:`scenarios.kept`."""

from typing import Final

from attrs import define, field

from fsm.energy.problem import J_PER_WH
from fsm.network.records import Transaction
from fsm.network.tables import Tables

KEPT, BROKEN, RELEASED, OPEN = "kept", "broken", "released", "open"

MET, WITHDRAWN, LAPSED = "met", "withdrawn", "lapsed"
"""What became of a request whose transaction was over before any plan decided on it: it had all
that was asked for, its driver ended it, or something else did."""

RESOLUTION_WH: Final = 1
"""A register shows whole Wh, at the beginning and at the end."""

RECOVERY: Final = "recovery"
"""The cause of the seconds after a hindrance in which its consequences last."""

SECOND_US: Final = 1_000_000


@define
class Promise:
    """What one driver was promised, and what became of it. Times in µs, of virtual time.

    It is his until he leaves: where a fault ends the transaction, the next one goes on with it.
    """

    ev: str
    id_tag: str
    number: int
    """The charge point."""
    transaction: int
    """The one in which it was promised."""
    meter_wh: int
    """That one's register when it was asked for."""
    promised_wh: int
    departure_us: int
    max_w: int
    status: str = OPEN
    delivered_wh: int = 0
    over_us: int | None = None
    """When the EV was seen to be gone, or its driver ended the charging."""
    withdrawn: str = ""
    """The verb by which its driver has released the network from it."""
    hindered_us: int = 0
    """For how long anything hindered it, or the network recovered from that."""
    recovers_until_us: int = 0
    causes: dict[str, int] = field(factory=dict)
    """What hindered it, in the order in which it began, and for how many µs."""

    @property
    def missing_wh(self) -> int:
        """What it did not get of what was promised."""
        missing_wh = self.promised_wh - self.delivered_wh
        return missing_wh if missing_wh > RESOLUTION_WH else 0

    @property
    def is_explained(self) -> bool:
        """Whether what is missing could not flow for what hindered it: E1."""
        return self.missing_wh * J_PER_WH * SECOND_US <= self.max_w * self.hindered_us

    def hinder(self, why: list[str], now_us: int, for_us: int, recovery_us: int) -> None:
        """Note what has hindered it for ``for_us`` until now; nothing lets it recover.

        Two hindrances at a time cost the time once.
        """
        if why:
            self.recovers_until_us = now_us + recovery_us
        elif now_us <= self.recovers_until_us:
            why = [RECOVERY]
        else:
            return
        self.hindered_us += for_us
        for each in why:
            self.causes[each] = self.causes.get(each, 0) + for_us

    def words(self) -> tuple[str, ...]:
        """What hindered it, and for how long."""
        return tuple(f"{why} {us // SECOND_US:,} s" for why, us in self.causes.items())

    def transactions(self, tables: Tables) -> list[Transaction]:
        """Its driver's transactions since it was made, in their order."""
        return [
            it
            for it in tables.transactions.values()
            if it.id >= self.transaction and it.id_tag == self.id_tag
        ]

    def counted_wh(self, tables: Tables) -> int:
        """What the log has counted of it by now; when all is over, what counted then."""
        if self.status != OPEN:
            return self.delivered_wh
        return sum(it.energy_wh for it in self.transactions(tables)) - self.meter_wh
