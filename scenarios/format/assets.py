"""Charge points, EVs and id tags."""

from fsm.trust.certificates import KINDS
from scenarios.format.keys import AMOUNT, MAX_W, MAX_WH, PRICE, RATE, TIME, Key, Table
from scenarios.format.power import CABINET_ID
from scenarios.kinds import Choice, Flag, Name, Quantity, Span, Text, Whole
from scenarios.places import PLACE
from scenarios.units import ENERGY, POWER
from scenarios.verbs import EVERYONE, LEADER

CP = Table(
    "[[cp]]",
    (
        Key(
            "id",
            "id",
            Name("an id", reserved=(LEADER, EVERYONE, "any", "none")),
            "The charge point's name.",
            required=True,
        ),
        Key("rated", "rated_w", Quantity(POWER, 1, MAX_W), "The most it can deliver."),
        Key("current", "current", Choice(("AC", "DC")), "Whether it charges with AC or DC."),
        Key(
            "member",
            "member",
            Flag(),
            "Whether it belongs to the group from the beginning; if not, it is off until `admit`.",
        ),
        Key("at", "at", PLACE, "Where it stands, to the east and to the north of the middle."),
        Key("price", "energy_ueur", PRICE, "Its own price of energy; it holds all day."),
        Key("location", "location", Text(60), "Where it stands; receipts say so."),
        Key("cabinet", "cabinet", CABINET_ID, "Behind which cabinet; the site's rail if left out."),
    ),
)

MAX_CPS = 1_000
CPS = Key(
    "cps",
    "cps",
    Whole(1, 1_000),
    "Instead of `[[cp]]`: so many charge points with default values, CP1, CP2, …",
)
EV = Table(
    "[[ev]]",
    (
        Key("id", "id", Name("an id"), "The EV's name.", required=True),
        Key("battery", "battery_wh", Quantity(ENERGY, 1, MAX_WH), "Usable size of its battery."),
        Key("soc", "soc_ppm", RATE, "State of charge when it arrives."),
        Key("target", "target_ppm", RATE, "State of charge at which it stops by itself."),
        Key("max_power", "max_w", Quantity(POWER, 1, MAX_W), "The most it takes."),
        Key("current", "current", Choice(("AC", "DC")), "Whether it charges with AC or DC."),
        Key(
            "id_tag",
            "id_tag",
            Name("an id tag"),
            "The driver's OCPP id tag; the EV's id if left out.",
        ),
        Key("smart", "smart", Flag(), "Whether the driver opted in to smart charging."),
        Key("at", "at", PLACE, "From where its driver asks for a connector and sets out."),
        Key(
            "drives",
            "drives",
            Flag(),
            "Whether its driver goes where he is told by himself, and leaves when he is done.",
        ),
        Key(
            "payment",
            "payment",
            Choice(("contract", "external")),
            "How the driver is identified: by the EV's contract certificate, or by the id tag.",
        ),
        Key(
            "contract",
            "contract",
            Choice(tuple(KINDS)),
            'With `payment = "contract"`: what is to be said of the certificate.',
        ),
        Key("balance", "balance_cents", AMOUNT, "What the driver can pay at the beginning."),
        Key("departs", "departs_us", TIME, "When its driver leaves: he says so when he plugs in."),
    ),
)
_OF_ONE = ("id", "id_tag", "at", "drives", "payment", "contract", "departs")
"""What is of one EV alone."""
FLEET = Table(
    "[fleet]",
    (
        Key(
            "evs",
            "evs",
            Whole(1, 1_000),
            "So many EVs, EV1, EV2, …, of which each has a CP to itself, in the order of the CPs.",
            required=True,
        ),
        Key(
            "arrive",
            "arrive_us",
            Span(TIME),
            "When the first and the last are plugged in; the others evenly between.",
            required=True,
        ),
        Key(
            "leave",
            "leave_us",
            Span(TIME),
            "When the first and the last stop charging; each is unplugged 15 s later.",
        ),
        Key(
            "departs",
            "departs_us",
            Span(TIME),
            "When the first and the last leave: they say so when they plug in.",
        ),
        *(key for key in EV.keys if key.name not in _OF_ONE),
    ),
)

FLEET_NAME = "fleet"
TAG_STATUSES = ("accepted", "blocked", "expired", "invalid")

ID_TAG = Table(
    "[[id_tag]]",
    (
        Key("id", "id", Name("an id tag"), "The id tag, as an EV has it.", required=True),
        Key("status", "status", Choice(TAG_STATUSES), "What the network says of it."),
        Key("expires", "expires_us", TIME, "When it expires; never if left out."),
        Key(
            "balance",
            "balance_cents",
            AMOUNT,
            "What its driver can pay at the beginning; where an EV has the id tag, the EV says it.",
        ),
    ),
)
