"""Parts of a view that are built only for who asks for them: what tables show.

Like all of :mod:`scenarios.view` they are frozen, and share nothing mutable with the world.
"""

from attrs import frozen

# Links.


@frozen
class LinkWindow:
    """Which block of the matrix of links is wanted; rows and columns count from 0."""

    first_row: int = 0
    rows: int = 0
    first_column: int = 0
    columns: int = 0


@frozen
class LinkCell:
    """What one CP says to another: one direction of a link. Times in µs, rates in ppm."""

    faults: tuple[str, ...]
    """What is wrong with it now: ``cut`` (both ways), ``one way`` (only this one is cut), ``held``,
    ``loss``, ``late``, ``damage``, ``doubles``, ``reorder``; the worst first."""
    took_us: int
    """How long the latest frame was under way; 0 before there was one."""
    usual_us: int
    """The median without any fault."""
    extra_us: int
    """Delay by a fault."""
    loss_ppm: int
    duplicate_ppm: int
    reorder_ppm: int
    corrupt_ppm: int
    sent: int
    lost: int


@frozen
class LinksView:
    """A block of the matrix of links, rows from, columns to, and counts of all of it."""

    first_row: int
    first_column: int
    cells: tuple[tuple[LinkCell | None, ...], ...]
    """None where a CP would speak to itself."""
    total: int
    """How many links there are, each direction counted."""
    cut: int
    lossy: int
    """With any rate above 0: loss, damage, doubles or reorder."""
    late: int
    held: int = 0
    """Where messages wait until somebody lets them go."""

    def at(self, row: int, column: int) -> LinkCell | None:
        """The cell of that row and column of the whole matrix; None where there is none."""
        y, x = row - self.first_row, column - self.first_column
        if 0 <= y < len(self.cells) and 0 <= x < len(self.cells[y]):
            return self.cells[y][x]
        return None


# The ledger.


@frozen
class LedgerWindow:
    """Which rows of accounts, bills and entries are wanted; the newest bill and entry are 0."""

    first_account: int = 0
    first_bill: int = 0
    first_entry: int = 0
    rows: int = 0
    """Of each list."""


@frozen
class AccountView:
    """An account of the ledger, in cents, and tokens in Wh."""

    name: str
    kind: str
    """driver, charge point, or that it is outside: bank and mint, which may go below 0."""
    holder: str
    """The EVs whose driver it is of; empty where nobody is known, and for all others."""
    cents: int
    tokens: int
    owed_cents: int
    opening_cents: int
    """What it had before the run."""


@frozen
class BillView:
    """A transaction's bill; times in µs, energy in Wh."""

    transaction: int
    cp: str
    ev: str
    """The id tag or eMAID where no EV has it."""
    status: str
    """running, open or paid."""
    energy_wh: int
    cents: int
    tokens: int
    closed_us: int | None
    paid_us: int | None


@frozen
class EntryView:
    """One line of the ledger: what went from an account to another."""

    number: int
    at_us: int
    what: str
    """opening, bill or tokens."""
    transaction: int
    payer: str
    payee: str
    cents: int
    tokens: int


@frozen
class SumView:
    """Two figures that must be equal, each with what it is of."""

    says: str
    """Why they must."""
    left_name: str
    left: int
    right_name: str
    right: int
    unit: str
    """cents, tokens or accounts."""

    @property
    def agrees(self) -> bool:
        """Whether they are equal."""
        return self.left == self.right


@frozen
class LedgerView:
    """The ledger as the most advanced live replica knows it."""

    applied: int
    """How many commands that replica has applied."""
    accounts: tuple[AccountView, ...]
    """Drivers first, then charge points, then bank and mint."""
    bills: tuple[BillView, ...]
    """The newest first."""
    entries: tuple[EntryView, ...]
    """The newest first."""
    account_total: int
    bill_total: int
    entry_total: int
    running: int
    """Bills by their status."""
    open: int
    paid: int
    sums: tuple[SumView, ...]


# Invariants.


@frozen
class InvariantView:
    """One invariant: what it says, how often it was checked, and how near it came to breaking."""

    name: str
    """Its letter and number, as in ``A1``."""
    sentence: str
    checks: int
    """Comparisons made so far."""
    unit: str
    """Of the margin: W, Wh, µs or slots; empty for one that holds or does not."""
    left: int | None
    """The smallest margin so far; None without a check."""
    at_us: int | None
    """When that was; None where nobody has noted it."""
    of: str
    """Where that was: a cable, a charge point, an EV, a site."""
    note: str
    """What else is to be said of it now, in words."""
    violated: bool


@frozen
class ViolationView:
    """The invariant that was violated, and what led to it."""

    name: str
    text: str
    """Name, meaning, and what was found."""
    time_us: int
    event: int
    """Its number: the event after which the invariant did not hold."""
    slot: int | None
    ballots: tuple[str, ...]
    cps: tuple[str, ...]
    events: tuple[str, ...]
    """The latest that are about its slot or ballots, a sentence each, the last one at the end."""


@frozen
class InvariantsView:
    """Every invariant that is checked in this run."""

    rows: tuple[InvariantView, ...]
    checks: int
    """Of all of them together, without those of a city."""
    violation: ViolationView | None
    of_city: int = 0
    """Checks of the invariants of the city, which belong to no site."""


# Drivers.


@frozen
class DriverWindow:
    """Which driver is wanted, and how much of the lists: what he sees is a ``DriverView``."""

    at: int | None = None
    """His place among all; None: by name."""
    ev: str = ""
    """The first of all where nobody has that name."""
    rows: int = 0
    """Of the list of drivers."""
    words: int = 0
    """How many of the newest words of the network."""


# The operator.


@frozen
class AlarmView:
    """What the log says, or said, is wrong with a charge point; times in µs."""

    cp: str
    text: str
    since_us: int
    until_us: int | None
    """None while it is so."""


@frozen
class InstructionView:
    """What the operator wanted of a charge point, and what came of it; the time in µs."""

    number: int
    at_us: int
    cp: str
    action: str
    """OCPP's name, e.g. ``RemoteStopTransaction``."""
    answer: str
    """The status of the answer; empty while it has not answered."""


@frozen
class OperatorView:
    """What an operator sees besides the charge points themselves."""

    monitored: bool
    """Whether monitors watch the charge points: without, silence is not noticed."""
    alarms: tuple[AlarmView, ...]
    """Open ones first, the newest first; then those that are over, the newest first."""
    alarm_total: int
    """How many there ever were."""
    instructions: tuple[InstructionView, ...]
    """The newest first."""
    instruction_total: int
    drivers: tuple[tuple[str, str], ...]
    """EVs, and the id tag or contract of each: for whom a session can be started."""
