"""Flexibility: what a driver who opted in let the network keep back, and is paid for in tokens.

Flexibility is (power that the EV could take − power that the network allowed) × time. It is counted
from the log alone, by the time stamps of the charge point's own calls, in intervals from one of
its meter readings to the next. Each rule below errs on the side of the network: tokens are never
paid for power that the EV could have had.

* What the EV could take is the least of its own limit and the charge point's rated power. Who
  did not opt in asks for nothing, and gets nothing.
* In an interval the highest limit counts that the charge point may have followed.
* An interval in which the EV took less than nine tenths of what it was allowed counts nothing:
  it could not take more (it negotiates, its battery is nearly full, it is away). The register
  shows whole Wh, so intervals go on until 10 Wh were allowed.
* A clock that was set back makes an interval of no length, and the next begins from there. No
  interval counts for more than 15 minutes, the step of planning, however far a clock was set
  forward.
* At the end the sum is rounded down to whole Wh: that many tokens.
"""

from typing import Final

from fsm.energy.meter import UJ_PER_WH
from fsm.network.records import Asset, Bill
from fsm.network.tables import Draft

STEP_US: Final = 900_000_000
"""The longest interval that counts in full: 15 minutes."""

_RESOLUTION_UJ: Final = 10 * UJ_PER_WH
"""Below this the register's whole Wh say too little."""


def note_limit(draft: Draft, asset: Asset) -> None:
    """The limit of a charge point has moved: the highest of an interval counts."""
    number = draft.open_by_cp(asset.cp_id)
    bill = draft.find(Bill, number) if number else None
    if bill is not None and bill.asked_w and asset.held_w > bill.top_w:
        draft.put(bill._replace(top_w=asset.held_w))


def counted(bill: Bill, asset: Asset, at_us: int, *, last: bool = False) -> Bill:
    """The bill with the flexibility up to a reading of the charge point's, taken at ``at_us``.

    ``bill.wh`` holds that reading already. The ``last`` reading ends an interval of any length.
    """
    if not bill.asked_w:
        return bill
    elapsed_us = at_us - bill.counted_us
    given_w = min(bill.top_w, bill.asked_w)
    allowed_uj = given_w * elapsed_us
    if not last and 0 <= allowed_uj < _RESOLUTION_UJ and given_w:
        return bill
    flex_uj = bill.flex_uj
    taken_uj = (bill.wh - bill.counted_wh + 1) * UJ_PER_WH
    if elapsed_us > 0 and 10 * taken_uj >= 9 * allowed_uj:
        flex_uj += (bill.asked_w - given_w) * min(elapsed_us, STEP_US)
    return bill._replace(flex_uj=flex_uj, counted_us=at_us, counted_wh=bill.wh, top_w=asset.held_w)


def tokens(bill: Bill) -> int:
    """Whole Wh of flexibility, rounded down."""
    return bill.flex_uj // UJ_PER_WH
