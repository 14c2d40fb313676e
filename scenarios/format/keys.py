"""What a table of the format is made of: keys, and the kinds of values that many keys share."""

from attrs import frozen

from fsm.energy.grants import LEAST_GRANT_US
from paxos.sim.clock import FASTEST_PPM, SLOWEST_PPM
from scenarios.kinds import Kind, Name, Quantity, Whole
from scenarios.units import DRIFT, DURATION, ENERGY_PRICE, MONEY, OFFSET, PERCENT, POWER


@frozen
class Key:
    """One key of a table: its name in the file, its attribute in the schema, its meaning."""

    name: str
    attribute: str
    kind: Kind
    doc: str
    required: bool = False


@frozen
class Table:
    """The keys of one kind of table."""

    title: str
    keys: tuple[Key, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All keys, in the order of the documentation."""
        return tuple(key.name for key in self.keys)

    def key(self, name: str) -> Key | None:
        """The key of that name."""
        return next((key for key in self.keys if key.name == name), None)


DAY_US = 86_400_000_000

RATE = Quantity(PERCENT, 0, 1_000_000)
LATENCY = Quantity(DURATION, 0, 60_000_000)
TIME = Quantity(DURATION, 0, 31 * DAY_US)
DRIFT_RANGE = Quantity(DRIFT, SLOWEST_PPM, FASTEST_PPM)
OFFSET_RANGE = Quantity(OFFSET, -31 * DAY_US, 31 * DAY_US)
CP_ID = Name("the id of a charge point", refers=True)
EV_ID = Name("the id of an EV", refers=True)
END_ID = Name("the id of a charge point or of an EV", refers=True)
SITE_ID = Name("the id of a site", refers=True)
MAX_W = 1_000_000
SITE_W = 1_000_000_000
GRANT = Quantity(DURATION, LEAST_GRANT_US, DAY_US)
FALLBACK = Quantity(POWER, 0, MAX_W)
MAX_WH = 10_000_000
PRICE = Quantity(ENERGY_PRICE, 0, 1_000_000_000)
AMOUNT = Quantity(MONEY, 0, 10_000_000)
COUNT = Whole(0, 1_000_000_000)
SEED = Whole(0, 2**63 - 1)
