"""The catalogue of keys, gathered from the bindings of all screens."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode
from textual.theme import BUILTIN_THEMES

import evtui.screens
from evtui.actions import ACTIONS, CITY_ACTIONS, OVERVIEW_ACTIONS
from evtui.app import EvtuiApp
from evtui.city_app import CityApp
from evtui.keys.catalogue import NETWORK, Catalogue, Row, View
from evtui.keys.names import of_view
from evtui.learn.actions import LESSON_ACTIONS
from evtui.learn.app import LessonApp
from evtui.learn.chooser import Chooser, ChooserScreen
from evtui.learn.screen import LessonScreen
from evtui.screens.city import CityScreen
from evtui.screens.edited import EditedPanel
from evtui.screens.network import NetworkScreen
from evtui.screens.panels import Panel
from evtui.screens.small import SmallScreen
from evtui.screens.tables import LivePanel, TablePanel
from evtui.themes import THEMES

_GROUPS = {it.id: it for it in (*LESSON_ACTIONS, *OVERVIEW_ACTIONS, *CITY_ACTIONS, *ACTIONS)}
_TITLES = {"ocpp": "OCPP"}
"""Where it is not the name of the view."""
_BASES = (Panel, LivePanel, TablePanel, EditedPanel)


def gather() -> Catalogue:
    """All views in the order of their names, after the network, the city and lessons."""
    for module in pkgutil.iter_modules(evtui.screens.__path__):
        importlib.import_module(f"evtui.screens.{module.name}")
    panels = {it for it in _below(Panel) if it not in _BASES}  # one may have two bases
    themes = (*(it.name for it in THEMES), *sorted(BUILTIN_THEMES))
    views = (
        View(NETWORK, "Network", rows(EvtuiApp, NetworkScreen)),
        View("city", "City", rows(CityApp, CityScreen)),
        View("lesson", "Lesson", rows(LessonApp, LessonScreen)),
        View(of_view(ChooserScreen), "List of lessons", rows(Chooser, ChooserScreen)),
        *(_view(panel) for panel in sorted(panels, key=of_view)),
        View("small", "Too small a terminal", rows(None, SmallScreen)),
    )
    return Catalogue(views, themes)


def _view(panel: type[Panel[Any]]) -> View:
    name = of_view(panel)
    title = name.replace("-", " ").capitalize()
    return View(name, _TITLES.get(name, title), rows(None, panel))


def _below(kind: type[Panel[Any]]) -> Iterator[type[Panel[Any]]]:
    for each in kind.__subclasses__():
        if each.__module__.startswith("evtui."):
            yield each
        yield from _below(each)


def rows(app: type[App[Any]] | None, screen: type[DOMNode]) -> tuple[Row, ...]:
    """What is bound on a screen; of the app's a panel hears what has priority: two chords."""
    found: dict[str, Binding] = {}
    for source in (app or EvtuiApp, screen):
        bindings = source._merge_bindings().key_to_bindings  # noqa: SLF001 - there is no other way
        for key, several in bindings.items():
            for binding in several:
                if app is not None or source is screen or binding.priority:
                    found[key] = binding
    keys: dict[tuple[str, str, str], list[str]] = {}
    bound: dict[tuple[str, str, str], Binding] = {}
    for key, binding in found.items():
        what = (binding.id or "", binding.action, binding.description)
        keys.setdefault(what, []).append(key)
        bound[what] = binding
    return tuple(_row(binding, tuple(keys[what])) for what, binding in bound.items())


def _row(binding: Binding, keys: tuple[str, ...]) -> Row:
    action = _GROUPS.get(binding.id or "")
    hidden = action is None and not binding.show
    is_digit = all(len(key) == 1 and key.isdigit() for key in keys)
    return Row(
        binding.id or "",
        keys,
        binding.action,
        binding.description or binding.action,
        action.group if action else "",
        action.help if action else "",
        is_digit or not binding.id or hidden or binding.id == "panel_close",
    )
