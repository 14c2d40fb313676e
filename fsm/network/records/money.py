"""Money (:mod:`fsm.network.bills`, :mod:`fsm.network.ledger`)."""

from typing import NamedTuple


class Prices(NamedTuple):
    """What a charge point asks for now."""

    cp_id: str
    tariff: str
    """As :func:`fsm.network.tariff.tariff_text` writes it; empty where charging is free."""


class Bill(NamedTuple):
    """What a transaction costs and what flexibility it gave (:mod:`fsm.network.bills`)."""

    transaction: int
    cp_id: str
    id_tag: str
    tariff: str
    """The tariff when the transaction began."""
    status: str = "running"
    """running with its transaction, then open, then paid."""
    wh: int = 0
    """Energy on its lines."""
    lines: str = ""
    """Energy by price, ``µEUR per kWh:Wh`` joined by ``;``."""
    cents: int = 0
    """The sum of its lines so far."""
    tokens: int = 0
    """Paid out when it was closed."""
    priced_us: int = 0
    """Time of the reading up to which energy is on the lines."""
    asked_w: int = 0
    """What the EV could take, of a driver who opted in; 0 for the others."""
    top_w: int = 0
    """The highest limit since the last reading that was counted."""
    counted_us: int = 0
    counted_wh: int = 0
    flex_uj: int = 0
    """Flexibility so far, in W times µs."""
    closed_us: int | None = None
    paid_us: int | None = None


class Account(NamedTuple):
    """An account of the ledger; see :mod:`fsm.network.ledger` for the names."""

    name: str
    cents: int = 0
    tokens: int = 0
    owed_cents: int = 0
    """The sum of its holder's bills that are closed and not paid."""


class Entry(NamedTuple):
    """One line of the ledger: what went from an account to another. Never changed."""

    number: int
    at_us: int
    what: str
    """opening, bill or tokens."""
    transaction: int
    """What it is for; 0 for an opening balance."""
    payer: str
    payee: str
    cents: int = 0
    tokens: int = 0
