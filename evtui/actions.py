"""The registry of actions: bindings, footer, help panel and palette are all made from it."""

from collections.abc import Iterable
from typing import Any

from attrs import evolve, frozen
from textual.binding import Binding

from evtui.keys.catalogue import catalogue
from evtui.keys.keymap import Keymap, told
from evtui.keys.names import shown as shown_key

GROUPS = ("Time", "Past", "Select", "Break", "Group", "Look", "Program")
"""Of the keys in the help panel; a city has one more, ``City``, above them."""
VIEWS = "Views"
"""The group of what opens a view: a page of the help panel for itself."""


@frozen(kw_only=True)
class Action:
    """One thing a person can do.

    ``keys`` are Textual's names of the keys, ``shown`` is what they look like; ``label`` is the
    word in the footer (None: not there), ``other`` the word while the opposite is possible, and
    ``off`` the word for a CP that was never switched on. ``brief``, ``brief_other`` and
    ``brief_off`` are the same words where the footer has no room for the whole ones; ``bare``:
    where even these have none, the key stands alone. ``rank`` says in which order words leave a
    narrow footer (0 never goes). ``after`` is the word in the footer once the run has ended, for
    what has none before.
    """

    id: str
    keys: str
    shown: str
    title: str
    help: str
    group: str
    method: str
    label: str | None = None
    other: str = ""
    brief: str = ""
    brief_other: str = ""
    off: str = ""
    brief_off: str = ""
    bare: bool = False
    after: str = ""
    rank: int = 1
    roomy: str = ""
    """The word in a footer that has room for all others in whole words, for what has no label."""
    foot: str = ""
    """What the key looks like in the footer, where it stands for its opposite too."""
    mentions: tuple[str, ...] = ()
    """Ids of the actions whose keys the help names."""
    follows: str = ""
    """The action whose keys it has, where it is the same key with another word."""

    @property
    def needs_run(self) -> bool:
        """Whether it moves time or changes the world: not possible after the end of the run."""
        return self.group in {"Time", "Break", "Group"}

    def binding(self) -> Binding:
        """The binding of this action, with an id so that a keymap can change its keys."""
        return Binding(
            self.keys,
            self.method,
            self.title,
            show=self.label is not None,
            key_display=self.shown,
            tooltip=self.help,
            id=self.id,
        )


ACTIONS: tuple[Action, ...] = (
    Action(
        id="pause", keys="space", shown="space", label="pause", other="run",
        title="Pause or run", group="Time", method="toggle_clock",
        help="Stop or start virtual time",
    ),
    Action(
        id="step", keys="full_stop", shown=".", label="step", bare=True,
        title="Step one event", group="Time", method="step",
        help="Exactly one event, then pause",
    ),
    Action(
        id="faster", keys="plus,equals_sign", shown="+", label="speed", foot="+-", bare=True,
        title="Faster", group="Time", method="faster",
        help="0.1× to 1000×, then without a limit",
    ),
    Action(
        id="slower", keys="minus", shown="-",
        title="Slower", group="Time", method="slower",
        help="The next speed down",
    ),
    Action(
        id="back", keys="comma", shown=",",
        title="One event back", group="Past", method="event_back",
        help="To before it happened",
    ),
    Action(
        id="leap_back", keys="left_square_bracket", shown="[", foot="[ ]", after="10 s",
        title="10 s back", group="Past", method="leap(-1)",
        help="Or click on the line of time",
    ),
    Action(
        id="leap_on", keys="right_square_bracket", shown="]",
        title="10 s on", group="Past", method="leap(1)",
        help="Runs where nothing has been yet",
    ),
    Action(
        id="first", keys="g", shown="g", foot="g G",
        title="Beginning", group="Past", method="time_edge(0)",
        help="And as far as it was run",
    ),
    Action(
        id="last", keys="G", shown="G",
        title="End", group="Past", method="time_edge(1)",
        help="As far as it was run",
    ),
    Action(
        id="undo", keys="z", shown="z", foot="z Z", roomy="undo", rank=2,
        title="Undo", group="Past", method="undo",
        help="The same run without what was done",
    ),
    Action(
        id="redo", keys="Z", shown="Z",
        title="Redo", group="Past", method="redo",
        help="With it again",
    ),
    Action(
        id="bookmark", keys="b", shown="b", foot="b B",
        title="Bookmark", group="Past", method="bookmark",
        help="Here; and the list of them",
    ),
    Action(
        id="bookmarks", keys="B", shown="B",
        title="Bookmarks", group="Past", method="bookmarks",
        help="Go to a bookmark",
    ),
    Action(
        id="branches", keys="t", shown="t", roomy="branches",
        title="Branches", group="Past", method="branches", rank=3,
        help="Acting in the past; c compares two",
        mentions=("branches_mark",),
    ),
    Action(
        id="select_previous", keys="up,left", shown="↑ ←",
        title="Previous CP", group="Select", method="select(-1)",
        after="select", foot="↑↓",
        help="Or click on it",
    ),
    Action(
        id="select_next", keys="down,right", shown="↓ →",
        title="Next CP", group="Select", method="select(1)",
        help="Or click on it",
    ),
    Action(
        id="kill", keys="k", shown="k", label="kill CP", other="restart CP",
        brief="kill", brief_other="restart", off="admit CP", brief_off="admit",
        title="Kill, restart or admit", group="Break", method="kill",
        help="A crash loses what was not synced",
    ),
    Action(
        id="pause_cp", keys="u", shown="u", label="pause CP", other="resume CP",
        brief="pause", brief_other="resume",
        title="Pause or resume the CP", group="Break", method="pause_cp",
        help="It does nothing, forgets nothing",
    ),
    Action(
        id="stop_cp", keys="o", shown="o", label="stop", other="serve",
        title="Stop or serve again", group="Break", method="stop_cp",
        help="The operator; all CPs: see :",
        mentions=("palette",),
    ),
    Action(
        id="link", keys="x", shown="x", label="cut/join", brief="cut",
        title="Cut or join a link", group="Break", method="link",
        help="Asks to which CP; both ways or one",
    ),
    Action(
        id="partition", keys="p", shown="p", label="partition", brief="part",
        title="Partition the network", group="Break", method="partition",
        help="Well-known shapes, or by hand",
    ),
    Action(
        id="heal", keys="h", shown="h", label="heal",
        title="Heal all links", group="Break", method="heal",
        help="Undoes all cuts; restarts nothing",
    ),
    Action(
        id="membership", keys="v", shown="v", label="vote", bare=True,
        title="Join, vote, leave, wipe", group="Group", method="membership",
        help="Asks what the CP is to be",
    ),
    Action(
        id="reservations", keys="r", shown="r", roomy="reservations",
        title="Reservations", group=VIEWS, method="reservations",
        help="Who asked for a connector; cancel one",
    ),
    Action(
        id="energy", keys="e", shown="e",
        title="Energy", group=VIEWS, method="energy",
        help="Cables, promises, the plan, grants",
    ),
    Action(
        id="charging", keys="C", shown="C",
        title="Charging", group=VIEWS, method="table('charging')",
        help="Gantt of plans, power, energy",
    ),
    Action(
        id="why", keys="w", shown="w", roomy="why",
        title="Why?", group=VIEWS, method="why",
        help="A slot, an EV, a CP or a refusal",
    ),
    Action(
        id="what_if", keys="W", shown="W",
        title="What if?", group=VIEWS, method="what_if",
        help="Many futures, without the last fault too",
    ),
    Action(
        id="messages", keys="m", shown="m",
        title="Messages", group=VIEWS, method="messages",
        help="Space-time diagram; hands on a message",
    ),
    Action(
        id="faults", keys="F", shown="F", roomy="faults", rank=3,
        title="Faults", group=VIEWS, method="table('faults')",
        help="Break anything, and what is broken",
    ),
    Action(
        id="links", keys="l", shown="l",
        title="Links", group=VIEWS, method="table('links')",
        help="Each from, to: latency, loss; Enter edits",
    ),
    Action(
        id="ledger", keys="a", shown="a",
        title="Ledger", group=VIEWS, method="table('ledger')",
        help="Accounts, bills, entries, sums that agree",
    ),
    Action(
        id="invariants", keys="i", shown="i",
        title="Invariants", group=VIEWS, method="table('invariants')",
        help="What must always hold: checks, margins",
    ),
    Action(
        id="operator", keys="f", shown="f",
        title="Operator", group=VIEWS, method="table('operator')",
        help="Status, kW, €, alarms; instruct a CP",
    ),
    Action(
        id="driver", keys="D", shown="D",
        title="Driver", group=VIEWS, method="table('driver')",
        help="What an app shows; act as a driver",
    ),
    Action(
        id="ocpp", keys="O", shown="O",
        title="OCPP", group=VIEWS, method="table('ocpp')",
        help="Calls, answers, what waits; / filters",
        mentions=("ocpp_filter",),
    ),
    Action(
        id="analytics", keys="A", shown="A",
        title="Analytics", group=VIEWS, method="analytics",
        help="Four questions to the run, plotted",
    ),
    Action(
        id="log", keys="L", shown="L", foot="L /",
        title="Log", group=VIEWS, method="table('log')",
        help="Each slot in full; / with a filter",
        mentions=("log_filter",),
    ),
    Action(
        id="log_filter", keys="slash", shown="/",
        title="Filter log", group=VIEWS, method="log_filter",
        help="cp: ev: kind: ballot: slot: state:",
    ),
    Action(
        id="stops", keys="S", shown="S",
        title="Breakpoints", group=VIEWS, method="stops",
        help="Where the run is to stop, by itself",
    ),
    Action(
        id="copy", keys="y", shown="y", foot="y Y",
        title="Copy view", group="Look", method="copy_view",
        help="As text; Y writes a picture (SVG)",
        mentions=("svg",),
    ),
    Action(
        id="svg", keys="Y", shown="Y",
        title="View as SVG", group="Look", method="svg_view",
        help="Into a file beside saved sessions",
    ),
    Action(
        id="page_up", keys="pageup", shown="PgUp",
        title="Scroll up", group="Look", method="page(-1)",
        roomy="scroll", rank=4, foot="PgUp PgDn",
        help="The log; after Tab the events",
    ),
    Action(
        id="page_down", keys="pagedown", shown="PgDn",
        title="Scroll down", group="Look", method="page(1)",
        help="Or the mouse wheel",
    ),
    Action(
        id="to_start", keys="home", shown="Home", foot="Home End",
        title="First slot", group="Look", method="edge(0)",
        help="Where the log began; follow its end",
    ),
    Action(
        id="to_end", keys="end", shown="End",
        title="Newest slot", group="Look", method="edge(1)",
        help="And stay there",
    ),
    Action(
        id="save", keys="s", shown="s", roomy="save", rank=2,
        title="Save the session", group="Program", method="save",
        help="As a scenario; a log of all branches",
    ),
    Action(
        id="palette", keys="colon", shown=":", label="commands", rank=3,
        title="Command palette", group="Program", method="command_palette",
        help="Every action by name; ctrl+p too",
    ),
    Action(
        id="help", keys="question_mark", shown="?", label="help", rank=0,
        title="Help", group="Program", method="help", foot="?",
        help="Time stands meanwhile; ctrl+q quits",
    ),
    Action(
        id="quit", keys="q", shown="q", label="quit", rank=0,
        title="Quit", group="Program", method="quit",
        help="ctrl+q too",
    ),
)  # fmt: skip
"""Every action, in the order in which the footer and the help panel list them."""


CITY_ACTIONS: tuple[Action, ...] = (
    Action(
        id="city", keys="c", shown="c", label="city",
        title="The whole city", group="City", method="city",
        help="Back to the overview of all sites",
    ),
    Action(
        id="next_site", keys="n", shown="n", label="next site", brief="next",
        title="Next site", group="City", method="next_site",
        help="Its charge points, log and power",
    ),
)  # fmt: skip
"""What a person can do besides where there are several sites."""

OVERVIEW_ACTIONS: tuple[Action, ...] = (
    Action(
        id="open_site", keys="enter", shown="Enter", label="open",
        title="Open the site", group="City", method="open_site",
        help="Its charge points, log and power",
    ),
    CITY_ACTIONS[1],
    Action(
        id="cut_site", keys="x", shown="x", label="cut/join site", brief="cut",
        title="Cut or join the site", group="City", method="link",
        help="All its links to other sites",
        follows="link",
    ),
    *(
        action for action in ACTIONS
        if action.id in ("pause", "step", "faster", "select_previous", "heal", "palette", "help",
                         "quit")
    ),
)  # fmt: skip
"""What the footer of the overview of a city offers."""


PALETTE_BINDING = Binding("ctrl+p", "command_palette", "Command palette", show=False, priority=True)
"""It opens the palette over every view, as ``ctrl+q`` quits everywhere, and cannot be rebound.

Textual has one like it, but not for an app in which another key opens the palette, too.
"""


def bindings() -> list[Binding]:
    """The bindings of all actions."""
    return [action.binding() for action in ACTIONS]


def as_bound(actions: Iterable[Action], keys: Keymap) -> tuple[Action, ...]:
    """The actions with the keys that they have now: ``keys`` are those that are not the usual."""
    actions = tuple(actions)
    return tuple(_as_bound(action, keys) for action in actions) if keys else actions


def _as_bound(action: Action, keys: Keymap) -> Action:
    """One action with its key, in its own words and in those that name another one's."""
    usual = {name: catalogue().ids()[name][1].keys for name in action.mentions}
    changes: dict[str, Any] = {"help": told(action.help, usual, keys)}
    now = keys.get(action.follows or action.id)
    if now is not None:
        several = now[:2] if " " in action.shown else now[:1]
        changes |= {"keys": ",".join(now), "shown": " ".join(map(shown_key, several))}
    partner = _partner(action)
    if action.foot and (now is not None or partner in keys):
        pair = [_first(action.id, keys), *([_first(partner, keys)] if partner else [])]
        changes["foot"] = " ".join(pair)
    return evolve(action, **changes)


def _partner(action: Action) -> str:
    """The opposite for which the key in the footer stands, too: the next one of the registry."""
    ids = [it.id for it in ACTIONS]
    if not action.foot or action.foot == action.shown or action.id not in ids[:-1]:
        return ""
    return ids[ids.index(action.id) + 1]


def _first(name: str, keys: Keymap) -> str:
    usual = next(it.keys.split(",")[0] for it in ACTIONS if it.id == name)
    return shown_key(keys.get(name, (usual,))[0])
