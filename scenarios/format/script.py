"""Lines of the script: the keys of all arguments that a verb may have.

Which verb has which is said by :data:`scenarios.verbs.VERBS`.
"""

from fsm.ocpp.actions import ResetType
from fsm.trust.certificates import KINDS
from scenarios.format.keys import (
    CP_ID,
    DAY_US,
    DRIFT_RANGE,
    END_ID,
    EV_ID,
    LATENCY,
    MAX_W,
    MAX_WH,
    OFFSET_RANGE,
    RATE,
    SEED,
    SITE_ID,
    SITE_W,
    TIME,
    Key,
    Table,
)
from scenarios.format.power import CABINET_ID
from scenarios.kinds import Choice, Flag, Groups, Name, Quantity, Whole
from scenarios.messages.codes import NAMES
from scenarios.units import DURATION, ENERGY, POWER
from scenarios.verbs import LEADER, VERBS

HOWS = ("log", "index", "lease")
"""Kinds of reads, as :class:`paxos.effects.ReadKind` numbers them."""

PURPOSES = ("TxDefaultProfile", "TxProfile", "ChargePointMaxProfile")
"""Of charging profiles, by the names of OCPP 1.6."""
CONTRACTS = tuple(kind for kind in KINDS if kind != "revoked")
"""What an EV can show; that its contract is revoked is the network's to say."""
RESETS = tuple(kind.value for kind in ResetType)

_T = Key("t", "t_us", TIME, "When it happens.", required=True)
_DO = Key("do", "verb", Choice(tuple(VERBS)), "What happens.", required=True)
_AFTER = Key(
    "after",
    "after",
    Whole(0, 1_000_000_000_000),
    "In a saved session: it was done by hand, after so many events of the run.",
)
HEAD = (_T, _DO, _AFTER)
"""Keys that go with every verb."""
_ARGUMENTS = {
    "ev": Key("ev", "ev", EV_ID, "Which EV."),
    "cp": Key(
        "cp", "cp", CP_ID, f"Which CP; for some verbs also `{LEADER}`, who leads then, or `all`."
    ),
    "a": Key(
        "a",
        "a",
        CP_ID,
        "One end of the link; with `cut_oneway` the end that speaks. A rate or delay without "
        "`b` is of all its links.",
    ),
    "b": Key("b", "b", CP_ID, "The other end; with `cut_oneway` the end that no longer hears."),
    "id_tag": Key(
        "id_tag",
        "id_tag",
        Name("an id tag"),
        "Which id tag: the one to charge on, or that an order is about.",
    ),
    "kind": Key("kind", "kind", Choice(RESETS), "Soft: sessions end in good order. Hard: at once."),
    "how": Key("how", "how", Choice(HOWS), "What the answer rests on."),
    "oneway": Key("oneway", "oneway", Flag(), "Only what `a` says; else in both directions."),
    "own": Key(
        "own",
        "own",
        Flag(),
        "Also what CPs say to themselves over Paxos, which else takes no time; of every link only.",
    ),
    "source": Key("source", "source", END_ID, f"Who sent it: a CP, `{LEADER}` or an EV."),
    "target": Key("target", "target", END_ID, f"To whom: a CP, `{LEADER}` or an EV."),
    "message": Key(
        "message", "message", Choice(NAMES[1:]), "What it is, by the protocol's own name."
    ),
    "nth": Key(
        "nth",
        "nth",
        Whole(1, 1_000_000),
        "Which of those that are under way, the oldest first; 1.",
    ),
    "groups": Key(
        "groups",
        "groups",
        Groups(),
        "The sides; CPs in none of them form one more. With `partition_oneway` the first is not "
        "heard.",
    ),
    "rate_ppm": Key(
        "rate",
        "rate_ppm",
        RATE,
        "Share of messages, on every link, on those of `a`, or on `a`–`b`.",
    ),
    "delay_us": Key("delay", "delay_us", LATENCY, "How long each event takes it; 0s is at once."),
    "fsync_us": Key("fsync", "fsync_us", LATENCY, "Time added to every fsync; 0s is as usual."),
    "drift_ppm": Key(
        "drift", "drift_ppm", DRIFT_RANGE, "How much too fast its clock runs; 0ppm is right."
    ),
    "offset_us": Key(
        "offset", "offset_us", OFFSET_RANGE, "How far ahead its wall clock is; 0s is right."
    ),
    "from_us": Key("from", "from_us", TIME, "When the driver's window, or the profile, begins."),
    "until_us": Key("until", "until_us", TIME, "When it ends."),
    "departs_us": Key("departs", "departs_us", TIME, "When the driver wants to leave now."),
    "energy_wh": Key(
        "energy",
        "energy_wh",
        Quantity(ENERGY, 0, MAX_WH),
        "What the driver wants to get in it; what is added to a reading after it was signed.",
    ),
    "hold_us": Key(
        "hold", "hold_us", Quantity(DURATION, 1, DAY_US), "How long the connector waits for him."
    ),
    "limit_w": Key("limit", "limit_w", Quantity(POWER, 0, MAX_W), "The most that it allows."),
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
    "site": Key(
        "site",
        "site",
        SITE_ID,
        "In a city: which site. Rates, `heal` and what is about id tags are of all without it.",
    ),
    "other": Key("other", "other", SITE_ID, "The other end of one link; else all of the site's."),
    "seed": Key("seed", "seed", SEED, "From which seed all is drawn from now on."),
    "extra_us": Key(
        "extra",
        "extra_us",
        LATENCY,
        "Latency added, on every link, on those of `a`, or on `a`–`b`; to one message.",
    ),
    "contract": Key(
        "contract",
        "contract",
        Choice(CONTRACTS),
        "What is to be said of the EV's contract certificate from its next session on.",
    ),
    "cabinet": Key("cabinet", "cabinet", CABINET_ID, "Whose breaker; the site's if left out."),
    "capacity_w": Key(
        "capacity",
        "capacity_w",
        Quantity(POWER, 0, SITE_W),
        "Above what its breaker trips, at the most what the cable was built for.",
    ),
    "load": Key("load", "load", Name("the id of a load", refers=True), "Which other load."),
    "power_w": Key(
        "power", "power_w", Quantity(POWER, 0, SITE_W), "What it draws, or delivers, from now on."
    ),
}
AT = Table("[[at]]", (*HEAD, *_ARGUMENTS.values()))
"""Keys of a line of the script, all verbs together; :func:`arguments` says which go with one."""


def arguments(verb: str) -> tuple[tuple[Key, ...], tuple[Key, ...]]:
    """Keys that a verb needs, and those that it may have besides."""
    takes = VERBS[verb]
    site = ("site",) * takes.takes_site
    return (
        tuple(_ARGUMENTS[name] for name in takes.needs),
        tuple(_ARGUMENTS[name] for name in (*takes.may, *site)),
    )
