"""Everything that can be broken by hand: what it is called, what it takes, how much of it.

A new fault is a row of :data:`KINDS`; what it does is its verb's business
(:mod:`scenarios.inputs`).
"""

from bisect import bisect_left, bisect_right

from attrs import evolve, frozen

GROUPS = ("CP", "disk", "clock", "links", "EV", "site")
"""In the order of the panel."""


@frozen
class Amount:
    """How much of a fault, in the unit that a person reads; or one of some words.

    ``steps`` are where the arrows go; a figure may be typed up to the last of them. ``scale``: the
    verb's units in one of ours.
    """

    argument: str
    unit: str = ""
    steps: tuple[int, ...] = ()
    start: int = 0
    scale: int = 1
    words: tuple[str, ...] = ()
    """Instead of figures: what is chosen among; an amount is then the index."""

    @property
    def typed(self) -> bool:
        """Whether it is a figure that can be typed."""
        return not self.words

    def turned(self, value: int, by: int) -> int:
        """The next step up or down; words go around."""
        if self.words:
            return (value + by) % len(self.words)
        steps = self.steps
        at = bisect_right(steps, value) if by > 0 else bisect_left(steps, value) - 1
        return steps[min(max(at, 0), len(steps) - 1)]

    def limited(self, value: int) -> int:
        """The nearest figure that may be typed; 0 always: digits come after it."""
        return min(max(value, min(self.steps[0], 0)), self.steps[-1])

    def said(self, value: int) -> str:
        """It in words."""
        if self.words:
            return self.words[value]
        sign = "+" if self.steps[0] < 0 < value else ""
        return f"{sign}{value:,} {self.unit}"

    def argued(self, value: int) -> object:
        """It as the verb wants it."""
        return self.words[value] if self.words else value * self.scale

    def found(self, argued: object) -> int | None:
        """The amount that the verb was given; None where it is none of ours."""
        if self.words:
            return self.words.index(str(argued)) if str(argued) in self.words else None
        if not isinstance(argued, int) or argued % self.scale:
            return None
        return argued // self.scale


@frozen
class Kind:
    """A fault: its verb, its group, its name in the panel, and what comes of it.

    ``says`` is what Enter does, with ``{s}`` for whom and ``{a}`` for how much.
    """

    verb: str
    group: str
    name: str
    says: str
    note: str
    amount: Amount | None = None


_MS = (1, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 60_000)
_RATES = (0, 1, 2, 5, 10, 20, 50, 100)
_DRIFTS = (-50, -20, -10, -5, -2, -1, 0, 1, 2, 5, 10, 20, 50, 100)
_OFFSETS = (-86_400, -3_600, -600, -60, -10, -1, 0, 1, 10, 60, 600, 3_600, 86_400)

_RATE = Amount("rate_ppm", "%", _RATES, 10, 10_000)
_EV_CONTRACTS = (
    "expired", "future", "foreign", "tampered", "borrowed", "stolen", "replayed", "missing",
)  # fmt: skip

KINDS: tuple[Kind, ...] = (
    # charge point
    Kind("crash", "CP", "crash", "crash {s}", "what its disk had not synced is lost"),
    Kind(
        "crash_after_write", "CP", "crash after a write", "crash {s} after its next write",
        "before anything is sent that waited for it",
    ),
    Kind(
        "crash_in_write", "CP", "crash in a write", "crash {s} in the middle of its next write",
        "half a row stays on its disk",
    ),
    Kind("pause", "CP", "pause", "pause {s}", "it does nothing, and forgets nothing"),
    Kind(
        "slow", "CP", "slow", "slow {s}: {a} for every event", "for every event; the rest waits",
        Amount("delay_us", "ms", _MS, 50, 1_000),
    ),
    Kind(
        "stand", "CP", "stand for leader", "let {s} stand for leader now",
        "a new ballot at once, no pre-vote",
    ),
    Kind(
        "stick_contactor", "CP", "contactor sticks", "let the contactor of {s} stick",
        "it will not close any more",
    ),
    Kind(
        "tamper_meter", "CP", "meter tampered with", "let the meter of {s} add {a} after it signed",
        "more than it signed: a bad receipt",
        Amount("energy_wh", "Wh", (100, 500, 1_000, 2_000, 5_000, 10_000, 100_000), 1_000),
    ),
    # disk
    Kind(
        "fill_disk", "disk", "disk full", "fill the disk of {s}",
        "nothing more is durable, so nothing leaves",
    ),
    Kind(
        "slow_disk", "disk", "slow disk", "slow the disk of {s} by {a}", "longer for every fsync",
        Amount("fsync_us", "ms", _MS, 200, 1_000),
    ),
    Kind("wipe", "disk", "lose the disk", "wipe the disk of {s}", "it comes back as another node"),
    # clock
    Kind(
        "clock_drift", "clock", "runs wrong", "let the clock of {s} drift by {a}",
        "leases bear 1 %; time-outs follow it",
        Amount("drift_ppm", "%", _DRIFTS, 1, 10_000),
    ),
    Kind(
        "clock_offset", "clock", "set wrong", "set the wall clock of {s} off by {a}",
        "time stamps follow, nothing else",
        Amount("offset_us", "s", _OFFSETS, 3_600, 1_000_000),
    ),
    # links; ``{s}`` is every link, or those of one charge point
    Kind("loss", "links", "loss", "lose {a} of the frames of {s}", "of all frames", _RATE),
    Kind(
        "delay", "links", "delay", "delay the frames of {s} by {a}", "beyond the usual latency",
        Amount("extra_us", "ms", (0, *_MS), 200, 1_000),
    ),
    Kind(
        "duplicate", "links", "duplication", "double {a} of the frames of {s}", "arrive twice",
        _RATE,
    ),
    Kind(
        "reorder", "links", "reordering", "reorder {a} of the frames of {s}",
        "overtaken by later ones", _RATE,
    ),
    Kind(
        "corrupt", "links", "damage", "damage {a} of the frames of {s}", "arrive with a wrong bit",
        _RATE,
    ),
    Kind(
        "hold", "links", "hold", "hold the messages of {s}", "they wait; m: one by one",
    ),
    Kind(
        "partition", "links", "partition", "{a}", "by hand: p; one link: x or l",
        Amount("groups", words=("cut off a minority",)),
    ),
    Kind("heal", "links", "heal all links", "heal all links", "restarts nothing"),
    # EV
    Kind(
        "plug_in", "EV", "plug in at", "plug {s} in at {a}", "", Amount("cp", words=("CP1",)),
    ),
    Kind("unplug", "EV", "unplug", "unplug {s}", "also under load"),
    Kind(
        "stop_charging", "EV", "stop charging", "let the driver of {s} stop charging",
        "its driver ends it",
    ),
    Kind(
        "pause_charging", "EV", "pause charging", "let the driver of {s} pause",
        "the session can be joined again",
    ),
    Kind(
        "resume_charging", "EV", "go on charging", "let the driver of {s} go on",
        "after an end or pause",
    ),
    Kind(
        "change_departure", "EV", "leaves in", "let {s} leave in {a}", "its driver says so late",
        Amount("departs_us", "min", (1, 2, 5, 10, 15, 30, 60, 120, 240, 480), 5, 60_000_000),
    ),
    Kind(
        "mute_ev", "EV", "computer hangs", "let the computer of {s} hang", "it draws what it drew",
    ),
    Kind(
        "ignore_limit", "EV", "ignores its limit", "let {s} ignore its limit",
        "it says yes, and draws what it can",
    ),
    Kind(
        "change_contract", "EV", "contract", "give {s} a contract that is {a}",
        "from its next session on", Amount("contract", words=_EV_CONTRACTS),
    ),
    Kind(
        "revoke", "EV", "revoke contract", "revoke the contract of {s}",
        "through the log, for good",
    ),
    Kind("block_tag", "EV", "block its id tag", "block the id tag of {s}", "through the log"),
    Kind(
        "report_stolen", "EV", "report stolen", "report the id tag of {s} stolen",
        "blocked, through the log",
    ),
    # site; a row for each cable, load, and the PV
    Kind(
        "set_breaker", "site", "breaker", "let the breaker of {s} trip above {a}",
        "nobody tells the network", Amount("capacity_w", "kW", scale=1_000),
    ),
    Kind(
        "set_load", "site", "load", "let {s} draw {a}", "whatever is usual",
        Amount("power_w", "kW", scale=1_000),
    ),
    Kind(
        "set_pv", "site", "PV", "let the PV deliver {a}", "whatever the sun brings",
        Amount("power_w", "kW", scale=1_000),
    ),
)  # fmt: skip
"""Every fault, in the order of the panel."""


def steps_to(most_w: int, shares: tuple[int, ...]) -> tuple[int, ...]:
    """Steps in kW: shares in percent of a power in W; at least 0 and one more."""
    return tuple(sorted({0, max(most_w // 1_000, 1), *(most_w * it // 100_000 for it in shares)}))


def of_power(amount: Amount, most_w: int, start_w: int, beyond: int = 100) -> Amount:
    """The amount for something of that power, up to ``beyond`` percent of it."""
    steps = steps_to(most_w * beyond // 100, (25, 50, 75, 90))
    return evolve(amount, steps=steps, start=min(max(start_w // 1_000, 0), steps[-1]))
