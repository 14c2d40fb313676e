"""The line of keys below a view: as it is written there, with the keys as they are bound now."""

from typing import Any

from rich.text import Text
from textual import events
from textual.widgets import Input, Static

from evtui.keys.catalogue import catalogue
from evtui.keys.keymap import USUAL, Keymap, told
from evtui.keys.names import of_view, shown
from evtui.render.key_line import spots

TYPED = ("enter", "escape")
"""The keys that a line speaks of while a text is typed: a letter of it is a word there."""


class KeyLine(Static):
    """Keys and what they do. It is written with the usual keys; those that are rebound replace.

    A click on a word does what its key does.
    """

    def __init__(self, text: str) -> None:
        super().__init__(text, id="panel-keys", markup=False)

    def on_mount(self) -> None:
        """Only now it is known whose it is."""
        self.update(self.content)

    def update(self, content: Any = "", *, layout: bool = True) -> None:
        """Show another line; what is not plain text has its keys from :func:`as_bound` already."""
        text = content.plain if isinstance(content, Text) and not content.spans else content
        if isinstance(text, str):
            content = as_bound(self.screen, text)
        super().update(content, layout=layout)

    def on_click(self, event: events.Click) -> None:
        """Press the key that the word clicked on speaks of."""
        if "@click" not in event.style.meta and (key := self.key_at(event.x, event.y)):
            self.app.simulate_key(key)

    def key_at(self, x: int, y: int) -> str | None:
        """The key whose word is in a cell; the line may have been broken into several rows."""
        rows = [self.render_line(row).text.rstrip() for row in range(self.size.height)]
        at = len(self.render_line(y).crop(0, x).text)
        if not at < len(rows[y]):
            return None
        at += sum(len(row) + 1 for row in rows[:y])
        bound = self.screen.active_bindings
        keys = TYPED if isinstance(self.screen.focused, Input) else tuple(bound)
        found = spots(" ".join(rows), {shown(key): key for key in keys})
        return next((it.key for it in found if it.start <= at < it.end), None)


def as_bound(screen: Any, text: str) -> str:
    """A line of the keys of a view, with those that are rebound."""
    keys = keys_of(screen)
    return told(text, usual_of(type(screen)), keys) if keys else text


def keys_of(screen: Any) -> Keymap:
    """All keys that are not the usual ones, in the app of a screen."""
    picture = getattr(screen.app, "picture", None)
    return picture.keys if picture is not None else USUAL


def usual_of(kind: type) -> dict[str, tuple[str, ...]]:
    """The usual keys of all that is bound in a view."""
    name = of_view(kind)
    rows = next((view.rows for view in catalogue().views if view.name == name), ())
    return {row.id: row.keys for row in rows if row.id and not row.hidden}
