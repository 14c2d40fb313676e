"""The top of a scenario file, and what holds for all of it: site, network, consensus, prices."""

from fsm.energy.planners import PLANNERS
from scenarios.format.keys import (
    AMOUNT,
    CP_ID,
    DAY_US,
    FALLBACK,
    GRANT,
    LATENCY,
    PRICE,
    RATE,
    SEED,
    SITE_W,
    TIME,
    Key,
    Table,
)
from scenarios.kinds import (
    Choice,
    Flag,
    Mistake,
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
from scenarios.units import DRIFT, DURATION, POWER, SIZE, TIME_PRICE

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
        Key("seed", "seed", SEED, "Seed of all randomness, unless a run names one."),
        Key(
            "mutant",
            "mutant",
            Mistake(),
            "A known mistake that is planted in the protocol for the whole run, by its name in "
            "[docs/mutants.md](mutants.md).",
        ),
        Key(
            "monitor",
            "monitor",
            Flag(),
            "Whether the CPs listen to each other, and tell the log who is not heard any more.",
        ),
        Key(
            "tick",
            "tick_us",
            Quantity(DURATION, 100_000, 30_000_000),
            "How often an EV asks how its charging stands, and what flows is looked at.",
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
            Quantity(POWER, 0, SITE_W),
            "What the grid connection that all CPs share can carry.",
        ),
        Key(
            "grant",
            "grant_us",
            GRANT,
            "How long a CP obeys its limit after it made a call that was answered. Then it keeps "
            "to `fallback`, and a guard in its connector holds it to that. Without: for ever, and "
            "without guards; with `[planning]` 60 s.",
        ),
        Key(
            "fallback",
            "fallback_w",
            FALLBACK,
            "What each CP may draw when its grant has ended; less than 6 A is nothing.",
        ),
    ),
)
PLANNING = Table(
    "[planning]",
    (
        Key(
            "step",
            "step_us",
            Quantity(DURATION, 1_000_000, DAY_US),
            "Length of a step of the plan: whole seconds. 15 minutes by default.",
        ),
        Key(
            "algorithm",
            "algorithm",
            Choice(tuple(PLANNERS)),
            "What plans; only `flow` keeps every promise.",
        ),
    ),
)
"""Without it nothing is planned."""
NETWORK = Table(
    "[network]",
    (
        Key("latency", "latency_us", LATENCY, "Median latency of a link between two CPs."),
        Key("tail", "tail", Real(0, 3), "Sigma of the log-normal latency; 0 is constant."),
        Key("loss", "loss_ppm", RATE, "Share of messages lost."),
        Key("duplicate", "duplicate_ppm", RATE, "Share of messages that arrive twice."),
        Key("reorder", "reorder_ppm", RATE, "Share of messages overtaken by later ones."),
        Key("corrupt", "corrupt_ppm", RATE, "Share of messages damaged on the way."),
        Key("v2g_latency", "v2g_latency_us", LATENCY, "Latency between an EV and its CP."),
    ),
)
LATE = Table(
    "[[late]]",
    (
        Key("from", "source", CP_ID, "The CP that sends it.", required=True),
        Key("to", "target", CP_ID, "The CP that it is for.", required=True),
        Key(
            "number",
            "number",
            Whole(1, 1_000_000_000),
            "Which message from the one to the other, counted from 1.",
            required=True,
        ),
        Key("takes", "takes_us", LATENCY, "How long it is under way.", required=True),
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
        Key("price", "energy_ueur", PRICE, "Price of energy, where a CP has none of its own."),
        Key("start_fee", "start_cents", AMOUNT, "What each transaction costs besides."),
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
        Key("price", "energy_ueur", PRICE, "Price of energy meanwhile.", required=True),
    ),
)
CAMPAIGN = Table(
    "[campaign]",
    (
        Key(
            "begin",
            "begin_us",
            Quantity(DURATION, 0, DAY_US),
            "When the first random fault of a campaign may come.",
        ),
        Key(
            "gap",
            "gap_us",
            Quantity(DURATION, 200_000, DAY_US),
            "How long it takes from one random fault to the next, on average.",
        ),
        Key(
            "quiet",
            "quiet_us",
            Quantity(DURATION, 1_000_000, DAY_US),
            "How long after the last of them everything must have settled.",
        ),
        Key(
            "from",
            "from_us",
            TIME,
            "Up to then every seed is the run of this file's own; what is drawn differs after it.",
        ),
    ),
)
SESSION = Table(
    "[session]",
    (
        Key(
            "until",
            "until_us",
            Quantity(DURATION, 0, 31 * DAY_US),
            "When the session was left, in virtual time.",
            required=True,
        ),
        Key(
            "events",
            "events",
            Whole(0, 1_000_000_000_000),
            "How many events had happened then.",
            required=True,
        ),
        Key(
            "digest",
            "digest",
            Name("a digest", pattern="^[0-9a-f]{32}$", shape="32 digits from 0 to f"),
            "What `evtui replay` must find then: 32 digits in hexadecimal.",
            required=True,
        ),
    ),
)
"""Only in a saved session."""
