"""The records of the replicated state: plain, flat, integers and texts only; never changed.

A change makes another record (``record._replace(…)``), so states of different slots share all
records that did not change between them.
"""

from typing import Final, NamedTuple

from fsm.energy.supply import Current

Marks = tuple[tuple[str, str], ...]
"""Places that a record holds as long as it is in force: names of an index, and its keys.

The indexes are :data:`fsm.network.tables.INDEXES`; a place names the record that holds it.
"""

NO_MARKS: Final[Marks] = ()


class Asset(NamedTuple):
    """A charge point as the network knows it. Times in µs of the calls' own clock."""

    cp_id: str
    vendor: str = ""
    model: str = ""
    rated_w: int = 0
    """0 until it has booted."""
    current: Current = "AC"
    status: str = ""
    """Status of its connector as last reported; empty until then."""
    error_code: str = "NoError"
    status_us: int = 0
    boot_us: int = 0
    boots: int = 0
    last_seen_us: int = 0
    meter_wh: int = 0
    """Highest register of its meter that was ever reported."""
    meter_us: int = 0
    stale_readings: int = 0
    """Readings that were below an earlier one, or of no open transaction."""
    limit_w: int = 0
    """What it should draw at the most; 0 without an open transaction."""
    held_w: int = 0
    """What it may still draw: its limit, or a higher one from before that it may yet follow."""
    limit_version: int = 0
    """Counts the changes of the limit; a charge point confirms a version."""

    @property
    def key(self) -> str:
        """What identifies the record among its kind."""
        return self.cp_id

    @property
    def marks(self) -> Marks:
        """It holds no place."""
        return NO_MARKS


class Transaction(NamedTuple):
    """One charging transaction; energy in Wh, times in µs."""

    id: int
    cp_id: str
    connector_id: int
    id_tag: str
    start_us: int
    meter_start_wh: int
    meter_wh: int
    """Newest reading; when the transaction is closed, the last one."""
    meter_us: int
    stop_us: int | None = None
    reason: str = ""
    """Why it was stopped (OCPP reason); empty while it is open."""

    @property
    def key(self) -> int:
        """What identifies the record among its kind."""
        return self.id

    @property
    def marks(self) -> Marks:
        """While it is open it is its charge point's and its id tag's."""
        if self.stop_us is not None:
            return NO_MARKS
        return (("open_by_cp", self.cp_id), ("open_by_tag", self.id_tag))

    @property
    def is_open(self) -> bool:
        """Whether it has not been stopped."""
        return self.stop_us is None

    @property
    def energy_wh(self) -> int:
        """Energy so far by the readings in the log: the last one less the first."""
        return self.meter_wh - self.meter_start_wh

    @property
    def duration_us(self) -> int:
        """Its length; while it is open, up to its newest reading."""
        end_us = self.meter_us if self.stop_us is None else self.stop_us
        return end_us - self.start_us


class IdTag(NamedTuple):
    """What the network thinks of an id tag. One that nobody has blocked is accepted."""

    id_tag: str
    status: str = "Accepted"
    first_seen_us: int = 0
    expiry_us: int = 0
    """From when on it is expired, in µs from the run's beginning; 0 for never."""
    reason: str = ""
    """Why it is not accepted, where somebody said it: ``stolen``, ``revoked``."""
    order: int = 0
    """Number of the newest order about it; an older one that comes late does nothing."""

    @property
    def key(self) -> str:
        """What identifies the record among its kind."""
        return self.id_tag

    @property
    def marks(self) -> Marks:
        """It holds no place."""
        return NO_MARKS


class Instruction(NamedTuple):
    """A CALL of the CSMS to a charge point (:mod:`fsm.network.instructions`)."""

    id: int
    cp_id: str
    """Whom it is for."""
    action: str
    payload: bytes
    """The CALL's payload in msgpack, as it was found to be right."""
    at_us: int
    by: str
    """The charge point at which it was given."""
    status: str = "pending"
    """pending, or answered."""
    answer: str = ""
    """The status of the answer; empty while there is none."""
    result: bytes = b""
    """The answer's payload in msgpack."""
    answered_us: int | None = None

    @property
    def key(self) -> int:
        """What identifies the record among its kind."""
        return self.id

    @property
    def marks(self) -> Marks:
        """It holds no place."""
        return NO_MARKS

    @property
    def is_pending(self) -> bool:
        """Whether its charge point has not answered yet."""
        return self.status == "pending"


class Condition(NamedTuple):
    """What operator and observer say of a charge point; none is the same as a fresh one."""

    cp_id: str
    availability: str = "Operative"
    """Operative or Inoperative, as the operator last wanted it and the charge point accepted."""
    hearing: str = "heard"
    """heard, silent (its monitor says that its engine is) or unheard (not even its monitor is)."""
    hearing_us: int = 0
    """Since when."""
    reset: str = ""
    """Soft or Hard: the last reset that it accepted."""
    reset_boots: int = 0
    """How often it had booted by then."""

    @property
    def key(self) -> str:
        """What identifies the record among its kind."""
        return self.cp_id

    @property
    def marks(self) -> Marks:
        """It holds no place."""
        return NO_MARKS


class Observer(NamedTuple):
    """Who listens to all the others now; one record (:mod:`fsm.network.monitoring`)."""

    number: int
    """Counts the observers: what an earlier one still says is not believed."""
    cp_id: str
    since_us: int

    @property
    def key(self) -> int:
        """There is one."""
        return 1

    @property
    def marks(self) -> Marks:
        """It holds no place."""
        return NO_MARKS


# Reservations (:mod:`fsm.network.reservations`).


class Reservation(NamedTuple):
    """A connector promised to a driver for a window; who asked chose the id. Times in µs."""

    id: int
    cp_id: str
    """Empty for an id that was called off before it was ever asked for."""
    connector_id: int
    id_tag: str
    from_us: int
    until_us: int
    held_until_us: int
    """Until when the connector waits for the driver."""
    energy_wh: int
    """What the driver wants to get in the window; 0 for as much as there is."""
    asked_cp: str
    """Where the driver asked: another charge point than ``cp_id`` when redirected."""
    made_us: int
    status: str = "Active"
    """See :class:`fsm.ocpp.reserving.ReservationStatus`."""
    ended_us: int = 0
    transaction_id: int = 0
    """The transaction that used it; 0 for none."""
    replaced: int = 0
    """How often the same id was given other times."""

    @property
    def key(self) -> int:
        """What identifies the record among its kind."""
        return self.id

    @property
    def marks(self) -> Marks:
        """While it is in force it is its driver's: nobody holds two."""
        return (("reserved_by_tag", self.id_tag),) if self.status == "Active" else NO_MARKS

    @property
    def is_active(self) -> bool:
        """Whether the connector is kept for its driver."""
        return self.status == "Active"


class Loss(NamedTuple):
    """A reservation that its charge point could not keep, and what became of it. Times in µs."""

    reservation_id: int
    times: int
    """How often it was lost; the record is of the last time."""
    cp_id: str
    """Where it was."""
    why: str
    """See :class:`fsm.ocpp.reserving.Why`."""
    at_us: int
    moved_to: str
    """The charge point that keeps a connector instead; empty when none does."""
    refused: str
    """Why none does, where that is not one of the obstacles: a ``Why``, or empty."""
    asked_cp: str
    """Where the driver asked. It tells him, and so does the next one."""
    teller: str
    """A charge point that was in order then; empty when there was none."""
    obstacles: bytes
    """Why the nearest others could not: a list in msgpack, as the network answers drivers."""
    more: int
    """How many others could not, and are not named."""

    @property
    def key(self) -> int:
        """What identifies the record among its kind."""
        return self.reservation_id

    @property
    def marks(self) -> Marks:
        """It holds no place."""
        return NO_MARKS


class Stay(NamedTuple):
    """A transaction that must be over by a certain time: fixed when it begins, never put off."""

    transaction_id: int
    cp_id: str
    until_us: int
    reservation_id: int
    """The reservation that it used; 0 when it has to make way for another driver's."""

    @property
    def key(self) -> int:
        """What identifies the record among its kind."""
        return self.transaction_id

    @property
    def marks(self) -> Marks:
        """It holds no place."""
        return NO_MARKS


class Place(NamedTuple):
    """Where a charge point stands, in metres east and north of some point that all agree on."""

    cp_id: str
    x_m: int
    y_m: int

    @property
    def key(self) -> str:
        """What identifies the record among its kind."""
        return self.cp_id

    @property
    def marks(self) -> Marks:
        """It holds no place of an index."""
        return NO_MARKS


# What proves who charged and how much (:mod:`fsm.trust`).


class MeterKey(NamedTuple):
    """The public key of a charge point's meter: the first that it was registered with."""

    cp_id: str
    public: bytes

    @property
    def key(self) -> str:
        """What identifies the record among its kind."""
        return self.cp_id

    @property
    def marks(self) -> Marks:
        """It holds no place."""
        return NO_MARKS


class Revocation(NamedTuple):
    """A contract certificate that counts no more."""

    serial: str
    """Serial number in hexadecimal, as OCPP 2.0.1 writes it."""
    emaid: str
    at_us: int

    @property
    def key(self) -> str:
        """What identifies the record among its kind."""
        return self.serial

    @property
    def marks(self) -> Marks:
        """It holds no place."""
        return NO_MARKS


class Evidence(NamedTuple):
    """What proves a transaction: who charged, and what the meter signed. Energy in Wh."""

    transaction_id: int
    id_token_type: str
    """How the driver was identified: ``ISO14443`` or ``eMAID`` (OCPP 2.0.1, 3.44)."""
    certificate: str = ""
    """Serial number of the contract certificate, empty without one."""
    receipt: str = ""
    """:class:`fsm.network.evidence.ReceiptStatus`; empty while the transaction is open."""
    signed_wh: int = 0
    """Energy that a good signature of the registered meter proves."""

    @property
    def key(self) -> int:
        """What identifies the record among its kind."""
        return self.transaction_id

    @property
    def marks(self) -> Marks:
        """It holds no place."""
        return NO_MARKS


# Charging profiles (:mod:`fsm.network.charging`).


class ChargingProfiles(NamedTuple):
    """The charging profiles that are installed at a charge point."""

    cp_id: str
    store: bytes
    """As :mod:`fsm.ocpp.profiles.packing` packs them, in msgpack."""

    @property
    def key(self) -> str:
        """What identifies the record among its kind."""
        return self.cp_id

    @property
    def marks(self) -> Marks:
        """It holds no place."""
        return NO_MARKS


class Needs(NamedTuple):
    """What the last EV at a charge point with profiles said that it needs and plans."""

    cp_id: str
    transaction_id: int
    at_us: int
    mode: str
    """requestedEnergyTransfer of OCPP 2.0.1."""
    energy_wh: int
    departure_us: int = 0
    """0 for none."""
    planned_us: int = 0
    """When the EV's own schedule begins; 0 while none is known."""
    plan: bytes = b""
    """That schedule: ``[[s after its beginning, W], …]`` in msgpack."""

    @property
    def key(self) -> str:
        """What identifies the record among its kind."""
        return self.cp_id

    @property
    def marks(self) -> Marks:
        """It holds no place."""
        return NO_MARKS


# Money (:mod:`fsm.network.bills`, :mod:`fsm.network.ledger`).


class Prices(NamedTuple):
    """What a charge point asks for now."""

    cp_id: str
    tariff: str
    """As :func:`fsm.network.tariff.tariff_text` writes it; empty where charging is free."""

    @property
    def key(self) -> str:
        """What identifies the record among its kind."""
        return self.cp_id

    @property
    def marks(self) -> Marks:
        """It holds no place."""
        return NO_MARKS


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

    @property
    def key(self) -> int:
        """What identifies the record among its kind."""
        return self.transaction

    @property
    def marks(self) -> Marks:
        """It holds no place."""
        return NO_MARKS


class Account(NamedTuple):
    """An account of the ledger; see :mod:`fsm.network.ledger` for the names."""

    name: str
    cents: int = 0
    tokens: int = 0
    owed_cents: int = 0
    """The sum of its holder's bills that are closed and not paid."""

    @property
    def key(self) -> str:
        """What identifies the record among its kind."""
        return self.name

    @property
    def marks(self) -> Marks:
        """It holds no place."""
        return NO_MARKS


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

    @property
    def key(self) -> int:
        """What identifies the record among its kind."""
        return self.number

    @property
    def marks(self) -> Marks:
        """It holds no place."""
        return NO_MARKS


Record = (
    Asset
    | Transaction
    | IdTag
    | Instruction
    | Condition
    | Observer
    | Reservation
    | Loss
    | Stay
    | Place
    | MeterKey
    | Revocation
    | Evidence
    | ChargingProfiles
    | Needs
    | Prices
    | Bill
    | Account
    | Entry
)


class Kind(NamedTuple):
    """One kind of record, and the table in which those of it stand."""

    name: str
    """What it is called in hashes."""
    table: str
    record: type[Record]


KINDS: Final = (
    Kind("asset", "assets", Asset),
    Kind("transaction", "transactions", Transaction),
    Kind("id_tag", "id_tags", IdTag),
    Kind("instruction", "instructions", Instruction),
    Kind("condition", "conditions", Condition),
    Kind("observer", "observers", Observer),
    Kind("reservation", "reservations", Reservation),
    Kind("loss", "losses", Loss),
    Kind("stay", "stays", Stay),
    Kind("place", "places", Place),
    Kind("meter_key", "meter_keys", MeterKey),
    Kind("revocation", "revocations", Revocation),
    Kind("evidence", "evidence", Evidence),
    Kind("charging_profiles", "charging_profiles", ChargingProfiles),
    Kind("needs", "needs", Needs),
    Kind("prices", "prices", Prices),
    Kind("bill", "bills", Bill),
    Kind("account", "accounts", Account),
    Kind("entry", "entries", Entry),
)
"""Every kind of record, in the order of snapshots."""


def flat(record: Record) -> list[object]:
    """A record as a flat list, in the order of its fields."""
    return list(record)
