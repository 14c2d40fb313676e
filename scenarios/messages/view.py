"""The frozen picture of messages: rows in the order in which things happened.

Nothing of it is shared with the world. A window is a few dozen rows, whatever the length of the
run.
"""

from attrs import frozen


@frozen
class Filter:
    """Which messages are wanted. Where neither channels nor kinds are named: all of them."""

    channels: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    """Kinds, channels and ends that are not wanted."""
    ends: tuple[str, ...] = ()
    """Charge points and EVs of which one sends or receives it."""
    trouble: bool = False
    """Only what was lost, dropped, damaged or late."""
    routine: bool = False
    """Also heartbeats and what else is said while nothing happens."""
    notes: bool = True
    """Also faults, inputs, elections."""


@frozen
class Span:
    """Which rows are wanted.

    ``rows`` of them from the place ``at`` on, or with ``back`` those that end before it; by default
    the newest.
    """

    at: int | None = None
    rows: int = 40
    back: bool = False
    filter: Filter = Filter()


@frozen
class Arrow:
    """A message from one column to another. Times in µs."""

    number: int
    """Of the frame, since somebody began to record."""
    kind: str
    channel: str
    source: int
    target: int
    """Columns: indices in :attr:`Diagram.columns`."""
    sent_us: int
    ended_us: int | None
    """When it was taken or lost; None while it is under way or waits."""
    fate: str
    """Empty while it is under way, ``delivered``, or why it was not, in words."""
    arrived: bool
    """Whether it came to its target and was taken."""
    late: bool
    copy: bool
    """Whether it is the second one of a frame that the link has doubled."""
    held: bool = False
    """Whether it waits on a link that is held."""
    damaged: bool = False
    """Whether a bit of it has flipped; whoever it comes to sees that."""
    copies: int = 0
    """How many others of it are under way with it."""

    @property
    def is_under_way(self) -> bool:
        """Whether it has neither arrived nor been lost; what waits at its target has arrived."""
        return self.ended_us is None and not self.fate


@frozen
class Grip:
    """What hands can be laid on: a message, its link, and to whom it goes."""

    frame: tuple[tuple[str, object], ...] = ()
    """The arguments that name it, for the verbs of one frame; empty where it is not under way."""
    why_not: str = ""
    """Why nothing can be done to it: what became of it."""
    link: tuple[tuple[str, object], ...] = ()
    """The arguments that name its link, one way; empty for what somebody says to himself."""
    link_held: bool = False
    network_held: bool = False
    """Whether every link is held."""
    target: str = ""
    """The charge point that it goes to; empty for an EV."""
    damaged: bool = False
    """Whether it is damaged already."""


@frozen
class Moment:
    """A row: something was sent (to one or to many), or arrived or not, or happened."""

    at: int
    """Its place; where several were sent at once, that of the first."""
    last: int
    """The place of the last of them."""
    time_us: int
    arrows: tuple[Arrow, ...] = ()
    ended: bool = False
    """Whether the one arrow ends here."""
    text: str = ""
    """What it says, in a few words; of a note its sentence."""
    severity: str = ""
    """Of a note: fault, repair, consensus, charging, info or violation."""
    subjects: tuple[int, ...] = ()
    """Of a note: the columns of which it speaks."""


@frozen
class Diagram:
    """A window of the space-time diagram."""

    columns: tuple[str, ...]
    """Charge points, then EVs."""
    cps: int
    """How many columns are charge points."""
    moments: tuple[Moment, ...]
    first: int
    """The place of the oldest thing that is remembered, and behind the newest."""
    end: int
    newest: bool
    """Whether nothing that is wanted comes after the last row."""
    oldest: bool
    """Whether nothing that is wanted comes before the first row."""
    frames: int
    """How many frames were recorded, also those that are forgotten."""
    forgotten: int
    """How many of them are forgotten, the oldest ones."""
    forgotten_until_us: int
    """What was sent before is forgotten; 0 where nothing is."""
    time_us: int


@frozen
class FrameView:
    """One frame, decoded: pairs of a name and a text."""

    number: int
    title: str
    way: tuple[tuple[str, str], ...]
    """From where, when, what became of it, how long it took, sizes."""
    fields: tuple[tuple[str, str], ...]
    """Its fields by name; empty where its bytes are forgotten or are no message."""
