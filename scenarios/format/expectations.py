"""Expectations: what they may be about, and what may be said of it."""

from fsm.network.demand import ACCEPTED, PENDING, REFUSED
from fsm.network.evidence import ID_TOKEN_TYPES, ReceiptStatus
from fsm.network.monitoring import Monitored
from fsm.ocpp.actions import AuthorizationStatus, Reason
from fsm.ocpp.status import ConnectorStatus
from fsm.v2g.codes import ResponseCode
from paxos.check.violation import SENTENCES
from paxos.sim.coverage import FEATURES
from scenarios.audit import SENTENCES as MONEY_SENTENCES
from scenarios.city.sentences import SENTENCES as CITY_SENTENCES
from scenarios.clients import SENTENCES as CLIENT_SENTENCES
from scenarios.expectation import DRIVERS
from scenarios.format.keys import (
    AMOUNT,
    COUNT,
    CP_ID,
    EV_ID,
    MAX_WH,
    RATE,
    SITE_ID,
    SITE_W,
    TIME,
    Key,
    Table,
)
from scenarios.format.power import CABINET_ID
from scenarios.kept import SENTENCES as PROMISED_ENERGY
from scenarios.kinds import Choice, Name, Quantity, Span, Whole
from scenarios.obeying import SENTENCES as OBEYING
from scenarios.power_words import FEATURES as POWER_FEATURES
from scenarios.power_words import SENTENCES as POWER_SENTENCES
from scenarios.promised import BROKEN, KEPT, LAPSED, MET, OPEN, RELEASED, WITHDRAWN
from scenarios.promises import SENTENCES as PROMISES
from scenarios.trust_promises import SENTENCES as TRUST_SENTENCES
from scenarios.units import ENERGY, FLOW, POWER

EV_STATES = (
    "not_connected",
    "connected_not_charging",
    "send_needs",
    "receive_scheduling",
    "charging_with_profile",
    "charging_without_profile",
)
CP_STATES = (
    "waiting_ev",
    "begin_session",
    "authentication",
    "energy_negotiation",
    "charging",
    "end_session",
    "restarting_session",
    "failure",
)
STATUSES = ("alive", "paused", "crashed", "off")
ROLES = ("leader", "candidate", "follower", "learner", "no member")
FATES = (
    "asked",
    "reserved",
    "redirected",
    "refused",
    "unanswered",
    "active",
    "used",
    "expired",
    "cancelled",
    "replaced",
    "removed",
    "moved",
    "lost",
)
"""The answer to a driver's question for a connector, what can become of the reservation, and what
he is told when a fault takes it."""

REFUSALS = (
    "no",
    *(status.value for status in AuthorizationStatus if status != AuthorizationStatus.ACCEPTED),
    *(code.value for code in ResponseCode if code.is_negative),
)
"""Codes by which an EV is refused: OCPP's for an id tag, ISO 15118's for a contract."""
VIOLATIONS = (
    *SENTENCES,
    *CLIENT_SENTENCES,
    *POWER_SENTENCES,
    *PROMISES,
    *OBEYING,
    *TRUST_SENTENCES,
    *MONEY_SENTENCES,
    *PROMISED_ENERGY,
    *CITY_SENTENCES,
)
"""Invariants of consensus, of power, of trust, and of money."""

REQUESTS = ("none", PENDING, ACCEPTED, REFUSED, MET, WITHDRAWN, LAPSED)
PROMISED = ("none", OPEN, KEPT, BROKEN, RELEASED)

CONNECTOR_STATUSES = tuple(status.value for status in ConnectorStatus)
MONITORED = tuple(word.value for word in Monitored)
REASONS = tuple(reason.value for reason in Reason)

_STATES = Choice((*EV_STATES, *CP_STATES))
EXPECT = Table(
    "[[expect]]",
    (
        Key("t", "t_us", TIME, "When it is looked at; the end of the run by default."),
        Key("ev", "ev", EV_ID, "Subject: an EV."),
        Key("cp", "cp", CP_ID, "Subject: a CP."),
        Key("state", "state", _STATES, "The EV's state, or the CP's ISO 15118 state."),
        Key("status", "status", Choice(STATUSES), "Whether the CP runs."),
        Key("role", "role", Choice(ROLES), "What the CP is in the group."),
        Key(
            "connector",
            "connector",
            Choice(CONNECTOR_STATUSES),
            "The status of the CP's connector in OCPP 1.6.",
        ),
        Key(
            "monitor",
            "monitor",
            Choice(MONITORED),
            "The CP at a glance, as the log knows it.",
        ),
        Key(
            "reason",
            "reason",
            Choice(REASONS),
            "Why the transaction of the EV's last session was stopped.",
        ),
        Key(
            "energy",
            "energy_wh",
            Span(Quantity(ENERGY, 0, MAX_WH)),
            "Energy that the EV took or the CP delivered.",
        ),
        Key(
            "held",
            "held_w",
            Span(Quantity(POWER, 0, SITE_W)),
            "What the CP may draw at the most as the log knows it.",
        ),
        Key("soc", "soc_ppm", Span(RATE), "The EV's state of charge."),
        Key(
            "refused",
            "refused",
            Choice(REFUSALS),
            "The code by which the EV was refused last, `no` if it never was.",
        ),
        Key(
            "authorized_by",
            "authorized_by",
            Choice(ID_TOKEN_TYPES),
            "What identified the driver of the EV's last session.",
        ),
        Key(
            "receipt",
            "receipt",
            Choice(tuple(ReceiptStatus)),
            "What became of the meter's receipt of the EV's last session.",
        ),
        Key(
            "session_start",
            "session_start_us",
            Span(TIME),
            "When the transaction of the EV's last session began.",
        ),
        Key(
            "session_stop",
            "session_stop_us",
            Span(TIME),
            "When the transaction of the EV's last session ended.",
        ),
        Key(
            "reservation",
            "reservation",
            Choice(FATES),
            "The answer to its driver's last question, or what became of the reservation; "
            "`moved` and `lost` are what he was told when a fault took it.",
        ),
        Key(
            "redirected_to",
            "redirected_to",
            CP_ID,
            "Where its driver was redirected to, or his reservation moved.",
        ),
        Key(
            "request",
            "request",
            Choice(REQUESTS),
            "What the plan said of its driver's last request for energy by a departure; where "
            "it was over before: `met`, `withdrawn` by the driver, or `lapsed`.",
        ),
        Key(
            "promise",
            "promise",
            Choice(PROMISED),
            "What became of the energy that its driver was promised last; `released` if he left "
            "earlier than he said, or stopped or paused the charging.",
        ),
        Key(
            "paid",
            "paid_cents",
            Span(AMOUNT),
            "What the EV's driver has paid, or the CP has got, for bills.",
        ),
        Key("owes", "owes_cents", Span(AMOUNT), "What the EV's driver owes for closed bills."),
        Key(
            "tokens",
            "tokens",
            Span(Quantity(ENERGY, 0, MAX_WH)),
            "What the EV's driver got for flexibility: a token is a Wh.",
        ),
        Key(
            "replicas",
            "replicas",
            Choice(("equal",)),
            "Subject: `equal`, every live replica has the same applied slot and state digest.",
        ),
        Key(
            "leader",
            "leader",
            Name("the id of a charge point, any or none", refers=True),
            "Subject: who leads, a CP's id, `any` (exactly one live leader) or `none`.",
        ),
        Key(
            "sessions",
            "sessions",
            Whole(0, 1_000_000),
            "Subject: how many sessions were begun and ended.",
        ),
        Key(
            "power",
            "power_w",
            Span(Quantity(POWER, 0, SITE_W)),
            "Subject: the network's total power at that time.",
        ),
        Key(
            "flow",
            "flow_w",
            Span(Quantity(FLOW, -SITE_W, SITE_W)),
            "Subject: what the site's cable carries at that time, EVs and other loads less the PV; "
            "below 0 it feeds the grid.",
        ),
        Key("cabinet", "cabinet", CABINET_ID, "The flow is that of this cabinet's cable."),
        Key(
            "count",
            "count",
            Choice((*FEATURES, *POWER_FEATURES)),
            "Subject: how often a feature of consensus, of the laboratory or of grants has "
            "happened.",
        ),
        Key("at_least", "at_least", COUNT, "It happened not less often than this."),
        Key("at_most", "at_most", COUNT, "It happened not more often than this."),
        Key(
            "since",
            "since_us",
            TIME,
            "With `count`: only what happened after this time counts. With `settled`: when all was "
            "well again; who came later must have been served.",
        ),
        Key(
            "promises_broken",
            "promises_broken",
            Whole(0, 1_000_000),
            "Subject: how many promises of energy were broken.",
        ),
        Key("bills", "bills", Whole(0, 1_000_000), "Subject: how many bills were closed."),
        Key(
            "money",
            "money",
            Choice(("conserved",)),
            "Subject: `conserved`, every account is what its entries say, every bill is right.",
        ),
        Key("reads", "reads", Whole(0, 1_000_000), "Subject: how many reads were answered."),
        Key(
            "drivers",
            "drivers",
            Choice(DRIVERS),
            "Subject: how many drivers of a city it has gone so with.",
        ),
        Key("site", "site", SITE_ID, "In a city: of which site; what names none is of each."),
        Key(
            "settled",
            "settled",
            Choice(("all",)),
            "Subject: `all`, everything has come to rest: replicas, calls, promises, clients.",
        ),
        Key(
            "violation",
            "violation",
            Choice(VIOLATIONS),
            "Subject: an invariant that is to be violated by then; the run ends there.",
        ),
    ),
)
SUBJECTS = {
    "ev": (
        "state",
        "energy",
        "soc",
        "session_start",
        "session_stop",
        "reason",
        "reservation",
        "redirected_to",
        "request",
        "promise",
        "refused",
        "authorized_by",
        "receipt",
        "paid",
        "owes",
        "tokens",
    ),
    "cp": ("state", "status", "role", "connector", "monitor", "energy", "held", "paid"),
    "replicas": ("site",),
    "leader": ("site",),
    "sessions": ("site",),
    "power": ("site",),
    "flow": ("cabinet", "site"),
    "count": ("at_least", "at_most", "since"),
    "promises_broken": ("site",),
    "bills": ("site",),
    "money": ("site",),
    "reads": ("site",),
    "drivers": ("at_least", "at_most", "site"),
    "settled": ("since",),
    "violation": (),
}
"""What an expectation is about, and what may be said of it (nothing: the subject says it)."""
QUALIFIERS = ("since", "site", "cabinet")
"""What says nothing by itself, and only narrows what else is said."""
