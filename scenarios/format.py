"""The scenario file format, as one table: which keys there are, of which kind, meaning what.

The loader reads by it, the JSON schema and the list of keys in the documentation are made from it.
"""

from attrs import frozen

from fsm.network.evidence import ID_TOKEN_TYPES, ReceiptStatus
from fsm.network.monitoring import Monitored
from fsm.ocpp.actions import AuthorizationStatus, Reason, ResetType
from fsm.ocpp.status import ConnectorStatus
from fsm.trust.certificates import KINDS
from fsm.v2g.codes import ResponseCode
from paxos.check.violation import SENTENCES
from paxos.sim.clock import FASTEST_PPM, SLOWEST_PPM
from paxos.sim.coverage import FEATURES
from scenarios.audit import SENTENCES as MONEY_SENTENCES
from scenarios.kinds import (
    Choice,
    Flag,
    Groups,
    Kind,
    Moment,
    Name,
    Quantity,
    Real,
    Share,
    Span,
    Text,
    TimeOfDay,
    Whole,
)
from scenarios.obeying import SENTENCES as OBEYING
from scenarios.places import Place
from scenarios.promises import SENTENCES as PROMISES
from scenarios.schema import EVERYONE as EVERYONE
from scenarios.schema import LEADER as LEADER
from scenarios.schema import OPTIONAL, VERBS
from scenarios.trust_promises import SENTENCES as TRUST_SENTENCES
from scenarios.units import (
    DRIFT,
    DURATION,
    ENERGY,
    ENERGY_PRICE,
    MONEY,
    OFFSET,
    PERCENT,
    POWER,
    SIZE,
    TIME_PRICE,
)

DAY_US = 86_400_000_000

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
TAG_STATUSES = ("accepted", "blocked", "expired", "invalid")
REFUSALS = (
    "no",
    *(status.value for status in AuthorizationStatus if status != AuthorizationStatus.ACCEPTED),
    *(code.value for code in ResponseCode if code.is_negative),
)
"""Codes by which an EV is refused: OCPP's for an id tag, ISO 15118's for a contract."""
VIOLATIONS = (*SENTENCES, "P1", *PROMISES, *OBEYING, *TRUST_SENTENCES, *MONEY_SENTENCES)
"""Invariants of consensus, of power, of trust, and of money."""
HOWS = ("log", "index", "lease")
"""Kinds of reads, as :class:`paxos.effects.ReadKind` numbers them."""

CONNECTOR_STATUSES = tuple(status.value for status in ConnectorStatus)
MONITORED = tuple(word.value for word in Monitored)
REASONS = tuple(reason.value for reason in Reason)
PURPOSES = ("TxDefaultProfile", "TxProfile", "ChargePointMaxProfile")
"""Of charging profiles, by the names of OCPP 1.6."""
RESETS = tuple(kind.value for kind in ResetType)

INSTRUCTION_VERBS = (
    "stop_cp",
    "resume_cp",
    "remote_start",
    "remote_stop",
    "reset",
    "set_profile",
    "clear_profile",
    "composite_schedule",
)
"""Verbs whose ``cp`` may be every one."""
LEADER_VERBS = (
    "demote",
    "remove",
    "wipe",
    "crash",
    "crash_after_write",
    "pause",
    "resume",
    "read",
    "slow",
    "slow_disk",
    "fill_disk",
    "clock_drift",
    "clock_offset",
)
LINK_VERBS = ("loss", "duplicate", "reorder", "corrupt", "delay")
"""Verbs that may be narrowed to one link by ``a`` and ``b``, and to one direction of it."""


@frozen
class Key:
    """One key of a table: its name in the file, in :mod:`scenarios.schema`, and its meaning."""

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


_RATE = Quantity(PERCENT, 0, 1_000_000)
_LATENCY = Quantity(DURATION, 0, 60_000_000)
_TIME = Quantity(DURATION, 0, 31 * DAY_US)
_DRIFT = Quantity(DRIFT, SLOWEST_PPM, FASTEST_PPM)
_OFFSET = Quantity(OFFSET, -31 * DAY_US, 31 * DAY_US)
_CP = Name("the id of a charge point", refers=True)
_EV = Name("the id of an EV", refers=True)
_MAX_W = 1_000_000
_SITE_W = 1_000_000_000
_MAX_WH = 10_000_000
_PRICE = Quantity(ENERGY_PRICE, 0, 1_000_000_000)
_AMOUNT = Quantity(MONEY, 0, 10_000_000)
_COUNT = Whole(0, 1_000_000_000)

TOP = Table(
    "the top of the file",
    (
        Key("name", "name", Text(60), "Short name; the file's name without `.toml` by default."),
        Key("title", "title", Text(120), "One line for lists and headings."),
        Key("description", "description", Text(4_000, lines=True), "What is to be seen, and why."),
        Key(
            "duration",
            "duration_us",
            Quantity(DURATION, 1, 31 * DAY_US),
            "How long the run lasts, in virtual time.",
            required=True,
        ),
        Key(
            "start",
            "start_us",
            Moment(),
            "Calendar time at which the run begins; time stamps for people count from it.",
        ),
        Key("seed", "seed", Whole(0, 2**63 - 1), "Seed of all randomness, unless a run names one."),
        Key(
            "monitor",
            "monitor",
            Flag(),
            "Whether the CPs listen to each other, and tell the log who is not heard any more.",
        ),
        Key(
            "meter_interval",
            "meter_interval_us",
            Quantity(DURATION, 100_000, DAY_US),
            "How often a charging CP puts its meter's value into the log.",
        ),
    ),
)
SITE = Table(
    "[site]",
    (
        Key(
            "capacity",
            "capacity_w",
            Quantity(POWER, 0, _SITE_W),
            "What the grid connection that all CPs share can carry.",
        ),
    ),
)
NETWORK = Table(
    "[network]",
    (
        Key("latency", "latency_us", _LATENCY, "Median latency of a link between two CPs."),
        Key("tail", "tail", Real(0, 3), "Sigma of the log-normal latency; 0 is constant."),
        Key("loss", "loss_ppm", _RATE, "Share of messages lost."),
        Key("duplicate", "duplicate_ppm", _RATE, "Share of messages that arrive twice."),
        Key("reorder", "reorder_ppm", _RATE, "Share of messages overtaken by later ones."),
        Key("corrupt", "corrupt_ppm", _RATE, "Share of messages damaged on the way."),
        Key("v2g_latency", "v2g_latency_us", _LATENCY, "Latency between an EV and its CP."),
    ),
)
PAXOS = Table(
    "[paxos]",
    (
        Key(
            "heartbeat",
            "heartbeat_us",
            Quantity(DURATION, 1_000, 3_600_000_000),
            "How often a leader lets the others hear from it.",
        ),
        Key(
            "election_timeout",
            "election_timeout_us",
            Span(Quantity(DURATION, 1_000, 3_600_000_000)),
            "A follower that hears nothing for a random time between these stands for election.",
        ),
        Key(
            "window",
            "window",
            Whole(1, 4_096),
            "How many slots may be open at once (alpha), and after how many a change of CPs holds.",
        ),
        Key("voters", "voters", Whole(1, 99), "How many CPs vote at the most; the others learn."),
        Key(
            "phase1",
            "phase1",
            Share(1, 99),
            "How many of the CPs that vote elect a leader. By default as few as hold one of any "
            "`phase2`; without that either, a majority.",
        ),
        Key(
            "phase2",
            "phase2",
            Share(1, 99),
            "How many of them choose a value; the same way. `phase1` and `phase2` together must "
            "be more than vote at first.",
        ),
        Key("fsync", "fsync_us", Quantity(DURATION, 0, 60_000_000), "How long a disk write takes."),
        Key(
            "snapshot",
            "snapshot_slots",
            Whole(1, 1_000_000),
            "After how many slots a replica takes a snapshot and compacts its log.",
        ),
        Key(
            "retain",
            "retain_slots",
            Whole(0, 1_000_000),
            "How many slots before a snapshot are kept, for those that lag only a little.",
        ),
        Key(
            "chunk",
            "chunk_bytes",
            Quantity(SIZE, 16, 1_000_000),
            "How much of a snapshot one message carries at the most.",
        ),
        Key(
            "lease",
            "lease_us",
            Quantity(DURATION, 0, 3_600_000_000),
            "How long who answers a heartbeat promises nothing to others; 0s for no leases. By "
            "default, and at the most, the shortest election time-out.",
        ),
        Key(
            "drift",
            "drift_ppm",
            Quantity(DRIFT, 0, 500_000),
            "How wrong the rate of a clock may be for a lease to hold all the same.",
        ),
        Key(
            "feed",
            "feed_us",
            Quantity(DURATION, 1_000, 60_000_000),
            "How often, at the most, the leader tells CPs that do not vote what was chosen.",
        ),
    ),
)
TARIFF = Table(
    "[tariff]",
    (
        Key("price", "energy_ueur", _PRICE, "Price of energy, where a CP has none of its own."),
        Key("start_fee", "start_cents", _AMOUNT, "What each transaction costs besides."),
        Key(
            "per_minute",
            "minute_ueur",
            Quantity(TIME_PRICE, 0, 1_000_000_000),
            "Price of each minute of a transaction.",
        ),
    ),
)
PRICE_BAND = Table(
    "[[price_band]]",
    (
        Key("from", "from_min", TimeOfDay(), "Time of day from which it holds.", required=True),
        Key(
            "until",
            "until_min",
            TimeOfDay(),
            "Time of day at which it ends; if that is before `from`, on the next day.",
            required=True,
        ),
        Key("price", "energy_ueur", _PRICE, "Price of energy meanwhile.", required=True),
    ),
)
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
        Key("rated", "rated_w", Quantity(POWER, 1, _MAX_W), "The most it can deliver."),
        Key("current", "current", Choice(("AC", "DC")), "Whether it charges with AC or DC."),
        Key(
            "member",
            "member",
            Flag(),
            "Whether it belongs to the group from the beginning; if not, it is off until `admit`.",
        ),
        Key("at", "at", Place(), "Where it stands, to the east and to the north of the middle."),
        Key("price", "energy_ueur", _PRICE, "Its own price of energy; it holds all day."),
        Key("location", "location", Text(60), "Where it stands; receipts say so."),
    ),
)
EV = Table(
    "[[ev]]",
    (
        Key("id", "id", Name("an id"), "The EV's name.", required=True),
        Key("battery", "battery_wh", Quantity(ENERGY, 1, _MAX_WH), "Usable size of its battery."),
        Key("soc", "soc_ppm", _RATE, "State of charge when it arrives."),
        Key("target", "target_ppm", _RATE, "State of charge at which it stops by itself."),
        Key("max_power", "max_w", Quantity(POWER, 1, _MAX_W), "The most it takes."),
        Key("current", "current", Choice(("AC", "DC")), "Whether it charges with AC or DC."),
        Key(
            "id_tag",
            "id_tag",
            Name("an id tag"),
            "The driver's OCPP id tag; the EV's id if left out.",
        ),
        Key("smart", "smart", Flag(), "Whether the driver opted in to smart charging."),
        Key("at", "at", Place(), "From where its driver asks for a connector and sets out."),
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
        Key("balance", "balance_cents", _AMOUNT, "What the driver can pay at the beginning."),
    ),
)
_OF_ONE = ("id", "id_tag", "at", "drives", "payment", "contract")
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
            Span(_TIME),
            "When the first and the last are plugged in; the others evenly between.",
            required=True,
        ),
        Key(
            "leave",
            "leave_us",
            Span(_TIME),
            "When the first and the last stop charging; each is unplugged 15 s later.",
        ),
        *(key for key in EV.keys if key.name not in _OF_ONE),
    ),
)

ID_TAG = Table(
    "[[id_tag]]",
    (
        Key("id", "id", Name("an id tag"), "The id tag, as an EV has it.", required=True),
        Key("status", "status", Choice(TAG_STATUSES), "What the network says of it."),
        Key("expires", "expires_us", _TIME, "When it expires; never if left out."),
        Key(
            "balance",
            "balance_cents",
            _AMOUNT,
            "What its driver can pay at the beginning; where an EV has the id tag, the EV says it.",
        ),
    ),
)

_T = Key("t", "t_us", _TIME, "When it happens.", required=True)
_DO = Key("do", "verb", Choice(tuple(VERBS)), "What happens.", required=True)
_ARGUMENTS = {
    "ev": Key("ev", "ev", _EV, "Which EV."),
    "cp": Key(
        "cp", "cp", _CP, f"Which CP; for some verbs also `{LEADER}`, who leads then, or `all`."
    ),
    "a": Key("a", "a", _CP, "One end of the link; with `cut_oneway` the end that speaks."),
    "b": Key("b", "b", _CP, "The other end; with `cut_oneway` the end that no longer hears."),
    "id_tag": Key(
        "id_tag",
        "id_tag",
        Name("an id tag"),
        "Which id tag: the one to charge on, or that an order is about.",
    ),
    "kind": Key("kind", "kind", Choice(RESETS), "Soft: sessions end in good order. Hard: at once."),
    "how": Key("how", "how", Choice(HOWS), "What the answer rests on."),
    "oneway": Key("oneway", "oneway", Flag(), "Only from `a` to `b`; else in both directions."),
    "groups": Key("groups", "groups", Groups(), "The sides; CPs in none of them form one more."),
    "rate_ppm": Key("rate", "rate_ppm", _RATE, "Share of messages, on every link or on `a`–`b`."),
    "delay_us": Key("delay", "delay_us", _LATENCY, "How long each event takes it; 0s is at once."),
    "fsync_us": Key("fsync", "fsync_us", _LATENCY, "Time added to every fsync; 0s is as usual."),
    "drift_ppm": Key(
        "drift", "drift_ppm", _DRIFT, "How much too fast its clock runs; 0ppm is right."
    ),
    "offset_us": Key(
        "offset", "offset_us", _OFFSET, "How far ahead its wall clock is; 0s is right."
    ),
    "from_us": Key("from", "from_us", _TIME, "When the driver's window, or the profile, begins."),
    "until_us": Key("until", "until_us", _TIME, "When it ends."),
    "energy_wh": Key(
        "energy",
        "energy_wh",
        Quantity(ENERGY, 0, _MAX_WH),
        "What the driver wants to get in it; what is added to a reading after it was signed.",
    ),
    "hold_us": Key(
        "hold", "hold_us", Quantity(DURATION, 1, DAY_US), "How long the connector waits for him."
    ),
    "limit_w": Key("limit", "limit_w", Quantity(POWER, 0, _MAX_W), "The most that it allows."),
    "for_us": Key(
        "for",
        "for_us",
        Quantity(DURATION, 1_000_000, 31 * DAY_US),
        "How long the profile lasts, without an end by default; how far ahead a schedule looks.",
    ),
    "stack_level": Key(
        "stack_level", "stack_level", Whole(0, 99), "Of one purpose the highest holds; 0."
    ),
    "purpose": Key(
        "purpose",
        "purpose",
        Choice(PURPOSES),
        f"What it limits; `{PURPOSES[0]}` by default.",
    ),
    "extra_us": Key("extra", "extra_us", _LATENCY, "Latency added, on every link or on `a`–`b`."),
}
AT = Table("[[at]]", (_T, _DO, *_ARGUMENTS.values()))
"""Keys of a line of the script, all verbs together; :func:`arguments` says which go with one."""


def arguments(verb: str) -> tuple[tuple[Key, ...], tuple[Key, ...]]:
    """Keys that a verb needs, and those that it may have besides."""
    optional = OPTIONAL.get(verb, ())
    return (
        tuple(_ARGUMENTS[name] for name in VERBS[verb]),
        tuple(_ARGUMENTS[name] for name in optional),
    )


_STATES = Choice((*EV_STATES, *CP_STATES))
EXPECT = Table(
    "[[expect]]",
    (
        Key("t", "t_us", _TIME, "When it is looked at; the end of the run by default."),
        Key("ev", "ev", _EV, "Subject: an EV."),
        Key("cp", "cp", _CP, "Subject: a CP."),
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
            Span(Quantity(ENERGY, 0, _MAX_WH)),
            "Energy that the EV took or the CP delivered.",
        ),
        Key("soc", "soc_ppm", Span(_RATE), "The EV's state of charge."),
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
            Span(_TIME),
            "When the transaction of the EV's last session began.",
        ),
        Key(
            "session_stop",
            "session_stop_us",
            Span(_TIME),
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
            _CP,
            "Where its driver was redirected to, or his reservation moved.",
        ),
        Key(
            "paid",
            "paid_cents",
            Span(_AMOUNT),
            "What the EV's driver has paid, or the CP has got, for bills.",
        ),
        Key("owes", "owes_cents", Span(_AMOUNT), "What the EV's driver owes for closed bills."),
        Key(
            "tokens",
            "tokens",
            Span(Quantity(ENERGY, 0, _MAX_WH)),
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
            Span(Quantity(POWER, 0, _SITE_W)),
            "Subject: the network's total power at that time.",
        ),
        Key(
            "count",
            "count",
            Choice(tuple(FEATURES)),
            "Subject: how often a feature of consensus or of the laboratory has happened.",
        ),
        Key("at_least", "at_least", _COUNT, "It happened not less often than this."),
        Key("at_most", "at_most", _COUNT, "It happened not more often than this."),
        Key("since", "since_us", _TIME, "Only what happened after this time counts."),
        Key("bills", "bills", Whole(0, 1_000_000), "Subject: how many bills were closed."),
        Key(
            "money",
            "money",
            Choice(("conserved",)),
            "Subject: `conserved`, every account is what its entries say, every bill is right.",
        ),
        Key("reads", "reads", Whole(0, 1_000_000), "Subject: how many reads were answered."),
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
        "refused",
        "authorized_by",
        "receipt",
        "paid",
        "owes",
        "tokens",
    ),
    "cp": ("state", "status", "role", "connector", "monitor", "energy", "paid"),
    "replicas": (),
    "leader": (),
    "sessions": (),
    "power": (),
    "count": ("at_least", "at_most", "since"),
    "bills": (),
    "money": (),
    "reads": (),
    "violation": (),
}
"""What an expectation is about, and what may be said of it (nothing: the subject says it)."""
QUALIFIERS = ("since",)
"""What says nothing by itself, and only narrows what else is said."""

CPS = Key(
    "cps",
    "cps",
    Whole(1, 1_000),
    "Instead of `[[cp]]`: so many charge points with default values, CP1, CP2, …",
)
FLEET_NAME = "fleet"
TABLES = {"site": SITE, "network": NETWORK, "paxos": PAXOS, "tariff": TARIFF}
"""Single tables, by their key at the top."""
ARRAYS = {
    "cp": CP,
    "ev": EV,
    "price_band": PRICE_BAND,
    "id_tag": ID_TAG,
    "at": AT,
    "expect": EXPECT,
}
"""Arrays of tables, by their key at the top."""
MAX_CPS = 1_000
