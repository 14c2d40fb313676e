"""Receipts: what a driver is given for a session, from the replicated state alone.

A receipt says what was metered, what each line costs, and which record of the network's state it
is: every charge point has the same record under the same hash.
"""

import datetime as dt
from collections.abc import Iterator

from attrs import asdict, frozen

from fsm.network.bills import OPEN, PAID, energy_lines, minutes_cents
from fsm.network.evidence import billable_wh, is_proven
from fsm.network.records import Bill, Transaction
from fsm.network.state import NetworkState
from fsm.network.tariff import tariff_of
from fsm.ocpp.money import euros
from scenarios.schema import Scenario

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

WIDTH = 40
"""Columns of a slip of paper."""

_STATES = {OPEN: "OPEN", PAID: "PAID"}


@frozen
class Line:
    """One line of a bill: what, how much of it at what price, and what that costs."""

    what: str
    amount: str
    price: str
    cents: int


@frozen
class Receipt:
    """A closed session. Times by the calendar (UTC); energy in Wh; a token is a Wh."""

    transaction: int
    cp: str
    location: str
    driver: str
    start: str
    stop: str
    duration_s: int
    reason: str
    meter_start_wh: int
    meter_stop_wh: int
    energy_wh: int
    """As it was told."""
    meter_receipt: str
    """:class:`fsm.network.evidence.ReceiptStatus`: whether the meter's signature proves it."""
    billable_wh: int
    """What is proven, and so what is billed."""
    lines: tuple[Line, ...]
    total_cents: int
    tokens: int
    status: str
    """open or paid."""
    paid: str
    """When it was paid; empty while it is open."""
    record: str
    """Hash of the bill as it stands in the replicated state, in hexadecimal."""

    def to_dict(self) -> dict[str, object]:
        """Plain values for JSON."""
        return asdict(self)

    def to_text(self) -> str:
        """A narrow slip."""
        return "\n".join(_slip(self)) + "\n"


def receipts(scenario: Scenario, network: NetworkState) -> list[Receipt]:
    """The receipts of all closed sessions, in the order in which they began."""
    locations = {cp.id: cp.location for cp in scenario.cps}
    return [
        _receipt(scenario, network, locations.get(transaction.cp_id, ""), transaction, bill)
        for transaction in network.transactions.values()
        if not transaction.is_open and (bill := network.bills.get(transaction.id)) is not None
    ]


def _receipt(
    scenario: Scenario,
    network: NetworkState,
    location: str,
    transaction: Transaction,
    bill: Bill,
) -> Receipt:
    proof = network.evidence[transaction.id]
    stop_us = transaction.start_us if transaction.stop_us is None else transaction.stop_us
    return Receipt(
        transaction=transaction.id,
        cp=transaction.cp_id,
        location=location,
        driver=transaction.id_tag,
        start=_calendar(scenario, transaction.start_us),
        stop=_calendar(scenario, stop_us),
        duration_s=transaction.duration_us // 1_000_000,
        reason=transaction.reason,
        meter_start_wh=transaction.meter_start_wh,
        meter_stop_wh=transaction.meter_wh,
        energy_wh=transaction.energy_wh,
        meter_receipt=proof.receipt,
        billable_wh=billable_wh(transaction, proof),
        lines=tuple(_lines(transaction, bill)) if is_proven(proof) else (),
        total_cents=bill.cents,
        tokens=bill.tokens,
        status=bill.status,
        paid="" if bill.paid_us is None else _calendar(scenario, bill.paid_us),
        record=f"{network.state.hashes['bill', bill.transaction]:016x}",
    )


def _lines(transaction: Transaction, bill: Bill) -> Iterator[Line]:
    tariff = tariff_of(bill.tariff)
    for wh, price, cents in energy_lines(bill):
        yield Line("energy", f"{_thousandths(wh)} kWh", _price(price), cents)
    if tariff.minute_ueur:
        seconds = transaction.duration_us // 1_000_000
        amount = f"{seconds // 60}:{seconds % 60:02} min"
        yield Line("time", amount, _price(tariff.minute_ueur), minutes_cents(bill, transaction))
    if tariff.start_cents:
        yield Line("start fee", "1", euros(tariff.start_cents), tariff.start_cents)


def _price(ueur: int) -> str:
    """A price in EUR with two decimals, or as many as it has."""
    whole, rest = divmod(ueur, 1_000_000)
    decimals = f"{rest:06}".rstrip("0").ljust(2, "0")
    return f"{whole:,}.{decimals} EUR"


def _thousandths(wh: int) -> str:
    return f"{wh // 1_000:,}.{wh % 1_000:03}"


def _calendar(scenario: Scenario, time_us: int) -> str:
    moment = _EPOCH + dt.timedelta(microseconds=scenario.start_us + time_us)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


# --- text ------------------------------------------------------------------------------------


def _slip(receipt: Receipt) -> Iterator[str]:
    rule = "-" * WIDTH
    yield rule
    yield f"RECEIPT {receipt.transaction}".center(WIDTH).rstrip()
    yield " ".join(filter(None, (receipt.cp, receipt.location))).center(WIDTH).rstrip()
    yield rule
    yield _row("driver", receipt.driver)
    yield _row("begin", _spoken(receipt.start))
    yield _row("end", _spoken(receipt.stop))
    yield _row("stopped by", receipt.reason)
    yield _row("meter at begin", f"{_thousandths(receipt.meter_start_wh)} kWh")
    yield _row("meter at end", f"{_thousandths(receipt.meter_stop_wh)} kWh")
    yield _row("energy", f"{_thousandths(receipt.energy_wh)} kWh")
    yield _row("meter's receipt", receipt.meter_receipt)
    if receipt.billable_wh != receipt.energy_wh:
        yield _row("proven and billed", f"{_thousandths(receipt.billable_wh)} kWh")
    if receipt.lines:
        yield rule
    for line in receipt.lines:
        yield _row(line.what, euros(line.cents))
        yield f"  {line.amount} × {line.price}"
    yield rule
    yield _row("TOTAL", euros(receipt.total_cents))
    yield _row("tokens for flexibility", f"{receipt.tokens:,}")
    yield rule
    yield _row(_STATES.get(receipt.status, receipt.status), _spoken(receipt.paid))
    yield _row("record", receipt.record)


def _row(left: str, right: str) -> str:
    return f"{left}{right.rjust(WIDTH - len(left))}".rstrip()


def _spoken(calendar: str) -> str:
    return calendar.replace("T", " ").replace("Z", " UTC")
