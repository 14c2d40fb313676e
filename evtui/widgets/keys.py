"""The line of keys below a view: as it is written there, with the keys as they are bound now."""

from typing import Any

from rich.text import Text
from textual.widgets import Static

from evtui.keys.catalogue import catalogue
from evtui.keys.keymap import USUAL, Keymap, told
from evtui.keys.names import of_view


class KeyLine(Static):
    """Keys and what they do. It is written with the usual keys; those that are rebound replace."""

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
