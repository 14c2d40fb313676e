"""The trace of OCPP as a part of a view that is built only for who asks for it, and its filter.

Like all of :mod:`scenarios.view` it is frozen, and shares nothing mutable with the world.
"""

from difflib import get_close_matches
from typing import Final

from attrs import frozen

from fsm.ocpp import actions, reserving

TAIL: Final = 1 << 60
"""Places from here on are of calls that wait, and have not been sent yet."""

OWN: Final = (
    actions.LIMIT_APPLIED, actions.GRANT_ENDED, actions.SET_ID_TAG, actions.REVOKE_CERTIFICATE,
    actions.INSTRUCT, actions.INSTRUCTION_RESULT, actions.OBSERVE, actions.OBSERVED, actions.PLAN,
    actions.TURN, actions.PAY, reserving.REQUEST_CONNECTOR,
)  # fmt: skip
"""The network's own messages: each is a DataTransfer."""

NAMES: Final[tuple[str, ...]] = (
    *(action.value for action in actions.Action),
    *(action.value for action in actions.Instructed),
    *OWN,
)
WORDS: Final = ("error", "waiting", "again")
"""What is no name: what went wrong or was refused, what has no answer, what is a retry."""


@frozen
class OcppFilter:
    """Which calls are wanted: any of ``names``, none of ``hidden``, and all of ``words``."""

    names: tuple[str, ...] = ()
    """Actions, and messages of a DataTransfer, as the standard or the network spells them."""
    hidden: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether everything is wanted."""
        return not (self.names or self.hidden or self.words)

    def wants(self, action: str, message: str) -> bool:
        """Whether a call is wanted by its names alone."""
        if action in self.hidden or message in self.hidden:
            return False
        return not self.names or action in self.names or message in self.names


def read_filter(text: str) -> OcppFilter:
    """The filter that a text says: words, each a part of a name; ``-`` hides.

    Raises:
        ValueError: a word that says nothing; the message is a sentence.
    """
    names: list[str] = []
    hidden: list[str] = []
    words: list[str] = []
    for word in text.lower().split():
        bare = word.removeprefix("-")
        if word in WORDS:
            words.append(word)
            continue
        found = [name for name in NAMES if bare and bare in name.lower()]
        exact = [name for name in found if name.lower() == bare]
        if not found:
            raise ValueError(_unknown(word, bare))
        (hidden if word.startswith("-") else names).extend(exact or found)
    return OcppFilter(tuple(names), tuple(hidden), tuple(words))


def _unknown(word: str, bare: str) -> str:
    lower = {name.lower(): name for name in (*NAMES, *WORDS)}
    near = get_close_matches(bare, list(lower), n=1)
    hint = f"; did you mean {lower[near[0]]}?" if near else ""
    shown = "".join(c if c.isprintable() else "?" for c in word[:24])
    return f'found "{shown}"; allowed actions such as {NAMES[3]}, {", ".join(WORDS)}, - hides{hint}'


@frozen
class OcppWindow:
    """Which calls are wanted, and around which one."""

    at: int | None = None
    """The place of the one under the cursor; None: the newest, and stay there."""
    by: int = 0
    """The cursor is moved by so many rows from there."""
    rows: int = 0
    cp: str = ""
    """Only of this charge point; empty for all."""
    filter: OcppFilter = OcppFilter()


@frozen
class ExchangeView:
    """A CALL and what it was answered; times in µs of the run."""

    at: int
    """Its place in the record; from :data:`TAIL` on it has not been sent."""
    time_us: int
    cp: str
    to_network: bool
    """False: the network calls the charge point."""
    action: str
    brief: str
    """Its payload in a few words."""
    state: str
    """answered, refused, error, waiting, queued (it waits for those before it), or lost."""
    answer: str
    """The status or code of the answer; in words why there is none."""
    took_us: int | None
    """None while there is no answer."""
    again: bool
    """The same call was made before, and came to nothing."""


@frozen
class ExchangeDetail:
    """The call under the cursor in full."""

    unique_id: str
    stamp_us: int
    """Its time stamp, by the wall clock of its charge point."""
    carried: str
    """What carries it, where that is another call; empty else."""
    call: tuple[str, ...]
    """The payload as lines of JSON."""
    result: tuple[str, ...]
    """The answer's; empty while there is none."""


@frozen
class OcppView:
    """A window of the trace, the newest last."""

    window: OcppWindow
    """What was asked for."""
    recorded: bool
    """Whether anybody remembers messages."""
    rows: tuple[ExchangeView, ...] = ()
    chosen: int = -1
    """The index of the row under the cursor; -1 for none."""
    detail: ExchangeDetail | None = None
    follows: bool = True
    oldest: bool = True
    """Nothing that is wanted stands before the rows."""
    searched_us: int | None = None
    """How far back was searched, where that is not the beginning."""
    forgotten_us: int | None = None
    """Up to when all is forgotten; None where nothing is."""
    waiting: tuple[tuple[str, int], ...] = ()
    """Calls of each charge point that wait for an answer, or in its queue; none where there are
    none."""
