"""What carries power and what else draws it: cabinets, other loads, photovoltaics."""

from scenarios.format.keys import SITE_W, TIME, Key, Table
from scenarios.kinds import Name, Quantity
from scenarios.units import POWER

CABINET_ID = Name("the id of a cabinet", refers=True)

_POWER = Quantity(POWER, 0, SITE_W)

CABINET = Table(
    "[[cabinet]]",
    (
        Key("id", "id", Name("an id"), "The cabinet's name.", required=True),
        Key(
            "capacity",
            "capacity_w",
            _POWER,
            "What it can carry, for its CPs and other loads together.",
            required=True,
        ),
    ),
)
LOAD = Table(
    "[[load]]",
    (
        Key("id", "id", Name("an id"), "What it is called.", required=True),
        Key(
            "power",
            "power_w",
            _POWER,
            "The most that it draws; the network takes that off, whether it is on or not.",
            required=True,
        ),
        Key("cabinet", "cabinet", CABINET_ID, "Behind which cabinet; the site's rail if left out."),
        Key("from", "from_us", TIME, "When it is switched on; from the beginning if left out."),
        Key("until", "until_us", TIME, "When it is switched off; never if left out."),
    ),
)
PV = Table(
    "[pv]",
    (
        Key(
            "firm",
            "firm_w",
            _POWER,
            "What it delivers at any time; the network counts on that.",
        ),
        Key(
            "surplus",
            "surplus_w",
            _POWER,
            "The most that the sun brings beyond it; clouds take it without warning, so that it "
            "saves energy and never raises a limit.",
        ),
        Key("from", "from_us", TIME, "From when on the sun shines."),
        Key("until", "until_us", TIME, "Until when."),
    ),
)
