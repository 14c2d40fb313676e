"""The tables of a scenario file that describe a city; see :mod:`scenarios.format`."""

from attrs import frozen

from scenarios.city.rates import Rates
from scenarios.city.spec import SITE_KINDS
from scenarios.format import Key, Table
from scenarios.format.keys import FALLBACK, GRANT
from scenarios.kinds import Choice, Name, Quantity, Real, Span, Whole
from scenarios.places import DISTANCE, PLACE, REACH_M
from scenarios.units import DURATION, ENERGY, ENERGY_PRICE, PERCENT, POWER
from scenarios.verbs import EVERYONE

DAY_US = 86_400_000_000
MAX_SITES = 50
MAX_SITE_CPS = 100
SITE_ID = r"^[A-Za-z][A-Za-z0-9_]{0,14}$"
"""Short, and without a hyphen: its charge points are called after it."""


@frozen
class SiteName(Name):
    """The name of a site: shorter than others, and without a hyphen."""

    @property
    def allowed(self) -> str:
        """See :class:`scenarios.kinds.Kind`."""
        return f"a letter and up to 14 letters, digits and _, but not {' or '.join(self.reserved)}"


_SHARE = Quantity(PERCENT, 0, 1_000_000)
_STAY = Span(Quantity(DURATION, 1_000_000, 7 * DAY_US))

SITE_NAME = "site"
CITY_SITE = Table(
    "[[site]]",
    (
        Key(
            "id",
            "id",
            SiteName("a site", pattern=SITE_ID, reserved=(EVERYONE, "any", "none")),
            "The site's name: 1 to 15 letters, digits and `_`, the first a letter.",
            required=True,
        ),
        Key("kind", "kind", Choice(SITE_KINDS), "Which `[[arrivals]]` come here."),
        Key("at", "at", PLACE, "Where it stands, to the east and to the north of the middle."),
        Key(
            "capacity",
            "capacity_w",
            Quantity(POWER, 0, 1_000_000_000),
            "What the grid connection that its CPs share can carry.",
        ),
        Key(
            "grant",
            "grant_us",
            GRANT,
            "How long its CPs obey a limit after a call that was answered, as in `[site]`. Then "
            "they keep to `fallback`, and guards hold them to that. Without: for ever, and without "
            "guards.",
        ),
        Key(
            "fallback",
            "fallback_w",
            FALLBACK,
            "What each of them may draw when its grant has ended; less than 6 A is nothing.",
        ),
        Key(
            "cps",
            "count",
            Whole(1, MAX_SITE_CPS),
            "How many CPs it has; those of a site `Harbour` are Harbour-1, Harbour-2, …",
            required=True,
        ),
        Key("dc", "dc", Whole(0, MAX_SITE_CPS), "How many of them charge with DC: the last ones."),
        Key("rated", "rated_w", Quantity(POWER, 1, 1_000_000), "The most an AC one can deliver."),
        Key(
            "rated_dc",
            "rated_dc_w",
            Quantity(POWER, 1, 1_000_000),
            "The most a DC one can deliver.",
        ),
        Key(
            "price",
            "energy_ueur",
            Quantity(ENERGY_PRICE, 0, 1_000_000_000),
            "Its own price of energy; it holds all day.",
        ),
    ),
)
ARRIVALS_NAME = "arrivals"
ARRIVALS = Table(
    "[[arrivals]]",
    (
        Key("kind", "kind", Choice(SITE_KINDS), "At which sites they ask.", required=True),
        Key(
            "per_hour",
            "per_hour_milli",
            Rates(),
            "How many ask at one site in each hour of the day, on average.",
            required=True,
        ),
        Key("stay", "stay_us", _STAY, "How long they are there."),
        Key("energy", "energy_wh", Span(Quantity(ENERGY, 1, 1_000_000)), "What they want to get."),
        Key("battery", "battery_wh", Span(Quantity(ENERGY, 1_000, 1_000_000)), "Their batteries."),
        Key(
            "lead",
            "lead_us",
            Span(Quantity(DURATION, 0, DAY_US)),
            "How long before they want to be there they ask.",
        ),
        Key("opt_in", "opt_in_ppm", _SHARE, "How many join smart charging."),
        Key("dc", "dc_ppm", _SHARE, "How many want DC."),
        Key(
            "within",
            "within_m",
            Quantity(DISTANCE, 0, REACH_M),
            "How far from the site they set out at the most, to the east and to the north.",
        ),
    ),
)
DIRECTORY_NAME = "directory"
DIRECTORY = Table(
    "[directory]",
    (
        Key(
            "every",
            "every_us",
            Quantity(DURATION, 100_000, 3_600_000_000),
            "How often the leader of a site tells others how it stands.",
        ),
        Key("fanout", "fanout", Whole(1, MAX_SITES), "How many others it tells each time."),
        Key(
            "stale",
            "stale_us",
            Quantity(DURATION, 1_000_000, DAY_US),
            "News older than this say nothing any more: those sites are asked last.",
        ),
        Key(
            "latency",
            "latency_us",
            Quantity(DURATION, 0, 60_000_000),
            "Median latency of a link between two sites.",
        ),
        Key("tail", "tail", Real(0, 3), "Sigma of the log-normal latency; 0 is constant."),
        Key("loss", "loss_ppm", _SHARE, "Share of messages between sites lost."),
        Key("tries", "tries", Whole(1, MAX_SITES), "How many sites a driver asks at the most."),
    ),
)
TABLES = {DIRECTORY_NAME: DIRECTORY}
ARRAYS = {ARRIVALS_NAME: ARRIVALS}
SITE_DEFAULTS = {"dc": 0, "rated_w": 11_000, "rated_dc_w": 50_000}
"""Of what stands in the file and becomes charge points."""
