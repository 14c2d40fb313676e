"""The command palette: every action of the registry by its name, CPs and speeds too."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.screen import Screen
from textual.style import Style
from textual.types import IgnoreReturnCallbackType

from evtui.actions import ACTIONS, VIEWS, as_bound
from evtui.keys.keymap import USUAL, key_of
from evtui.pace import SPEEDS
from evtui.render import units
from evtui.render.fault_entries import entries
from evtui.render.hands import HANDS
from evtui.render.membership import TITLES, moves
from evtui.screens.hands import HandsPanel
from evtui.screens.panels import Panel
from scenarios.view import Window

_PALETTE = "palette"
_OF_A_SITE = ("Select", "Break", "Group", VIEWS)


class Commands(Provider):
    """All that the palette offers, part by part.

    Textual asks its providers at once and out of a set, so that the order of several would be
    another one at each start. This one asks those of ``PALETTE`` of the app one after the other.
    """

    def __init__(self, screen: Screen[Any], match_style: Style | None = None) -> None:
        super().__init__(screen, match_style)
        app: Any = screen.app
        self._parts: list[Provider] = [part(screen, match_style) for part in app.PALETTE]

    async def discover(self) -> Hits:
        """Before anything is typed."""
        for part in self._parts:
            async for hit in part.discover():
                yield hit

    async def search(self, query: str) -> Hits:
        """What fits the words typed."""
        for part in self._parts:
            async for hit in part.search(query):
                yield hit


class Actions(Provider):
    """All that the keys do, and what has no key: a CP, its membership or a speed by name."""

    def _do(self, action: str) -> IgnoreReturnCallbackType:
        return partial(self.app.run_action, action)

    def _actions(self) -> Iterator[tuple[str, str, IgnoreReturnCallbackType]]:
        picture: Any = getattr(self.app, "picture", None)
        ended = picture is not None and picture.view.finished
        for action in as_bound(ACTIONS, picture.keys if picture is not None else {}):
            hidden = action.id == _PALETTE or (ended and action.needs_run)
            if not hidden and not (self._no_site and action.group in _OF_A_SITE):
                yield f"{action.title} · {action.shown}", action.help, self._do(action.method)
        if not self._no_site:
            yield "Export the log as JSON", "A line for each slot", self._do("export_log")

    @property
    def _no_site(self) -> bool:
        """Whether this is a view of a whole city: nobody sees which site would be meant."""
        return isinstance(self.screen, Panel) and getattr(self.app, "is_overview", False)

    def _names(self) -> Iterator[tuple[str, str, IgnoreReturnCallbackType]]:
        picture: Any = getattr(self.app, "picture", None)
        for speed in () if picture and picture.view.finished else SPEEDS:
            text = f"Speed {units.speed(speed)}"
            yield text, "Virtual seconds per second", self._do(f"speed({speed})")
        if self._no_site:
            return
        for cp in picture.view.cps if picture else ():
            text = f"Select {cp.id}"
            yield text, "Make it the selected charge point", self._do(f"select_cp({cp.id!r})")
        chosen = picture.cp if picture and not picture.view.finished else None
        for move in moves(picture.view, chosen) if chosen is not None else ():
            text = TITLES[move.verb].format(cp=picture.selected)
            note = f"Not now: {move.why_not}" if move.why_not else move.effect
            yield text, note[:1].upper() + note[1:], self._do(f"move({move.verb!r})")
        if picture and not picture.view.finished:
            yield from self._reads(picture.selected)
            yield from self._instructions(picture.selected)
            yield from self._faults(picture.selected)

    def _hands(self) -> Iterator[tuple[str, str, IgnoreReturnCallbackType]]:
        """What can be done to the message that is selected in the view that is open."""
        picture: Any = getattr(self.app, "picture", None)
        bound = picture.keys if picture is not None else USUAL
        if isinstance(self.screen, HandsPanel):
            for hand in HANDS:
                do = partial(self.screen.run_action, f"hand({hand.id!r})")
                key = key_of(f"hand_{hand.id}", bound)
                yield f"Message: {hand.title} · {key}", hand.help, do

    def _reads(self, cp: str) -> Iterator[tuple[str, str, IgnoreReturnCallbackType]]:
        """What the network holds, asked at the selected CP."""
        for how, words in (
            ("log", "Through the log: a command like any other"),
            ("index", "The leader confirms first that a quorum follows it"),
            ("lease", "A leader that holds a lease answers alone"),
        ):
            yield f"Read at {cp} by {how}", words, self._do(f"read({how!r})")

    def _faults(self, selected: str) -> Iterator[tuple[str, str, IgnoreReturnCallbackType]]:
        """Everything that can be broken, and an end for everything that is."""
        app: Any = self.app
        view = app.controls.view(Window(log_rows=1, event_rows=1, faults=True))
        for entry in entries(view, selected):
            yield entry.title, entry.note, self._do(f"fault({entry.title!r})")

    def _instructions(self, cp: str) -> Iterator[tuple[str, str, IgnoreReturnCallbackType]]:
        """What an operator wants of the selected CP, or of all."""
        for verb, target, kind, text, note in (
            ("stop_cp", cp, "", f"Stop {cp}", "It ends what it serves, then nothing is offered"),
            ("resume_cp", cp, "", f"Let {cp} serve again", "It is back in service"),
            ("remote_stop", cp, "", f"End the charging at {cp}", "The EV is asked to stop"),
            ("reset", cp, "Soft", f"Reset {cp} softly", "It ends what it serves, and restarts"),
            ("reset", cp, "Hard", f"Reset {cp} at once", "What it serves is cut off"),
            ("stop_cp", "all", "", "Stop all CPs", "They end what they serve, then offer nothing"),
            ("resume_cp", "all", "", "Let all CPs serve again", "They are back in service"),
            ("remote_stop", "all", "", "End all charging", "Every EV is asked to stop"),
        ):
            yield text, note, self._do(f"instruct({verb!r}, {target!r}, {kind!r})")

    async def discover(self) -> Hits:
        """Before anything is typed: the actions in the order of the help panel."""
        for text, note, command in [*self._hands(), *self._actions()]:
            yield DiscoveryHit(text, command, help=note)

    async def search(self, query: str) -> Hits:
        """What fits the words typed."""
        matcher = self.matcher(query)
        for text, note, command in [*self._hands(), *self._actions(), *self._names()]:
            score = matcher.match(text)
            if score > 0:
                yield Hit(score, matcher.highlight(text), command, help=note)
