"""The format of a lesson: the keys of ``[lesson]``, of ``[[step]]``, and of a condition.

A condition has one subject, and what is said of it, as an expectation has.
"""

from typing import Final

from attrs import frozen

from scenarios.format.expectations import (
    CP_STATES,
    EV_STATES,
    ROLES,
    STATUSES,
    VIOLATIONS,
)
from scenarios.format.keys import CP_ID, SITE_W, TIME, Key, Table
from scenarios.format.script import HOWS
from scenarios.kinds import Choice, Flag, Json, Quantity, Real, RefusedError, Span, Text, Whole
from scenarios.kinds.phrases import shown
from scenarios.messages.codes import CODES
from scenarios.units import POWER
from scenarios.verbs import VERBS
from scenarios.why.view import About

NOT: Final = "!"
"""Before a name: anybody else."""
FACT: Final = "@"
"""Before the name of a fact, as it was when the step began."""
ANY: Final = "any"
STEPS_MAX: Final = 20
CONDITIONS_MAX: Final = 12


@frozen
class Who:
    """A name, ``@fact`` for one that the run has filled in, either after ``!`` for all but it."""

    what: str
    words: tuple[str, ...] = ()
    """Words that stand for themselves."""

    @property
    def allowed(self) -> str:
        """See :class:`scenarios.kinds.Kind`."""
        words = "".join(f"{word}, " for word in self.words)
        return f"{words}{self.what} or @fact, after ! for all but it"

    def read(self, value: object) -> object:
        """See :class:`scenarios.kinds.Kind`."""
        text = value.removeprefix(NOT).removeprefix(FACT) if isinstance(value, str) else ""
        fits = text and len(text) <= 20 and all(c.isalnum() or c in "-_" for c in text)
        if not fits or not text.isascii():
            raise RefusedError(shown(value), self.allowed)
        return value

    def write(self, value: object) -> object:
        """See :class:`scenarios.kinds.Kind`."""
        return value

    def json_schema(self) -> Json:
        """See :class:`scenarios.kinds.Kind`."""
        return {"type": "string", "pattern": "^!?@?[A-Za-z0-9_-]{1,20}$"}


LESSON = Table(
    "[lesson]",
    (
        Key("number", "number", Whole(1, 99), "Its place in the course.", required=True),
        Key("title", "title", Text(60), "What it is about.", required=True),
        Key("goal", "goal", Text(200), "What is understood afterwards."),
        Key("speed", "speed", Real(0.1, 1000), "Virtual seconds in a second, at first."),
        Key("select", "select", CP_ID, "The CP that is selected at first."),
    ),
)
STEP = Table(
    "[[step]]",
    (
        Key("say", "says", Text(900, lines=True), "What the step tells.", required=True),
        Key("do", "task", Text(300, lines=True), "What is to be done.", required=True),
        Key("hint", "hint", Text(400, lines=True), "Help, where it is asked for."),
        Key("after", "after", Text(900, lines=True), "What is said when it is done."),
    ),
)
"""Beside ``done``, ``spoils`` and ``keep``."""
DONE, SPOILS, KEEP = "done", "spoils", "keep"

_CP = Who("the id of a charge point", (ANY,))
_ID = Who("an id")
_LEADER = Who("the id of a charge point", (ANY, "none"))
_SLOT = Who("a number", (ANY,))
_POWER = Span(Quantity(POWER, 0, SITE_W))
MESSAGES = tuple(sorted(CODES))
SLOT_STATES = ("accepted", "chosen", "applied")
MEMBERS = ("voter", "learner", "no member")
BY = ("one", "quorum", "all")

CONDITION = Table(
    "a condition",
    (
        Key("did", "did", Choice(tuple(VERBS)), "Subject: this was done by hand, in this step."),
        Key(
            "undone", "undone", Choice(tuple(VERBS)),
            "Subject: by hand this was not done in any step, or was gone back beyond.",
        ),
        Key(
            "cp", "cp", _CP, "Subject: a CP; any: there is one. Of what was done: to whom."
        ),
        Key("ev", "ev", _ID, "Subject: an EV. Of what was done: to whom."),
        Key("leader", "leader", _LEADER, "Subject: who leads."),
        Key("event", "event", Text(80), "Subject: an event of this step has these words in it."),
        Key("slot", "slot", _SLOT, "Subject: a slot of the log; any: of this step."),
        Key("asked", "asked", Choice(tuple(About)), "Subject: why was asked about this."),
        Key("decoded", "decoded", Choice(MESSAGES), "Subject: a message of this name was read."),
        Key("opened", "opened", Text(30), "Subject: a view was opened, and closed again."),
        Key("selected", "selected", _CP, "Subject: which CP is selected."),
        Key("replicas", "replicas", Choice(("equal",)), "Subject: all live CPs hold the same."),
        Key("time", "time_us", Span(TIME), "Subject: what time it is."),
        Key("back", "back", Flag(), "Subject: time was turned back in this step."),
        Key("branch", "branch", Choice(("new",)), "Subject: this is another branch than at first."),
        Key("power", "power_w", _POWER, "What is drawn: by all as a subject, or by the CP or EV."),
        Key("violation", "violation", Choice((*VIOLATIONS, "none")), "Subject: what is violated."),
        Key("clock", "clock", Choice(("stands", "runs")), "Subject: whether time runs."),
        Key("alive", "alive", Whole(0, 1000), "Subject: just so many CPs are alive."),
        Key("reads", "reads", Whole(1, 1_000_000), "Subject: so many reads were answered."),
        Key("to", "to", _ID, "Of what was done: the other end of a link."),
        Key("how", "how", Choice(HOWS), "Of what was done: how a read was answered."),
        Key("status", "status", Choice(STATUSES), "Whether the CP runs."),
        Key("role", "role", Choice(ROLES), "What the CP is, as it knows itself."),
        Key("member", "member", Choice(MEMBERS), "What the CP is in the group."),
        Key("cut_off", "cut_off", Flag(), "Whether the CP lives and reaches no quorum."),
        Key("heard", "heard", Flag(), "Whether the CP has promised the leader's ballot."),
        Key("state", "state", Choice((*EV_STATES, *CP_STATES)), "The state in ISO 15118."),
        Key("applied", "applied", Who("a number"), "The CP has applied the log at least so far."),
        Key("limit", "limit_w", _POWER, "What the CP may draw as it knows itself."),
        Key("held", "held_w", _POWER, "What the CP may draw as the log knows it."),
        Key("ballot", "ballot", Choice(("higher", "same")), "The leader's, beside that at first."),
        Key("subject", "subject", _ID, "Whom the event is about."),
        Key("command", "command", Text(60), "Words of what stands in the slot."),
        Key("is", "state_is", Choice(SLOT_STATES), "At least this is known of the slot."),
        Key("under", "under", Who("a ballot"), "The ballot in which the slot was accepted last."),
        Key("by", "by", Choice(BY), "By how many of the live CPs; one if left out."),
        Key("of", "of", _ID, "About whom, or which number, why was asked."),
        Key("say", "says", Text(300), "In spoils: the sentence that tells what went wrong."),
    ),
)  # fmt: skip
SUBJECTS: Final = {
    "did": ("cp", "ev", "to", "how"),
    "undone": (),
    "cp": (
        "status", "role", "member", "cut_off", "heard", "state", "power", "applied", "limit",
        "held",
    ),
    "ev": ("state", "power"),
    "leader": ("ballot",),
    "event": ("subject",),
    "slot": ("command", "is", "by", "under"),
    "asked": ("of",),
    "decoded": (),
    "opened": (),
    "selected": (),
    "replicas": (),
    "time": (),
    "back": (),
    "branch": (),
    "power": (),
    "violation": (),
    "clock": (),
    "reads": (),
    "alive": (),
}  # fmt: skip
"""What a condition is about, in the order in which it is looked for, and what may be said."""
NEEDS_SAYING: Final = ("cp", "ev", "slot")
"""Of these something must be said."""
