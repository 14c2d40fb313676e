"""The keys of actions as they are bound now."""

from collections.abc import Mapping
from typing import Any

from textual.screen import Screen

from evtui.actions import ACTIONS
from evtui.keys.names import shown as shown_key
from evtui.learn.actions import LESSON_ACTIONS


def keys_now(screen: Screen[Any] | None) -> Mapping[str, str]:
    """What the key of each action looks like, by the action's id.

    ``screen`` knows what a keymap has made of the bindings; without it they are as registered.
    """
    # Of several keys for the same the first will do.
    shown = {action.id: action.shown.split()[0] for action in (*ACTIONS, *LESSON_ACTIONS)}
    names = {action.id: action.keys.split(",") for action in (*ACTIONS, *LESSON_ACTIONS)}
    if screen is None:
        return shown
    moved: dict[str, str] = {}
    for active in screen.active_bindings.values():
        known = active.binding.id
        if known in names and active.binding.key not in names[known]:
            moved.setdefault(known, shown_key(active.binding.key))
    return {**shown, **moved}
