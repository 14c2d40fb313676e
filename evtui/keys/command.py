"""``evtui --print-keys``: all keys by group and view, as they are bound now."""

import json
import sys
from collections.abc import Iterable, Iterator

from evtui.keys.catalogue import NETWORK, Catalogue, Row, View, catalogue
from evtui.keys.keymap import Keymap
from evtui.keys.names import printed
from evtui.settings.force import can_draw, in_force


def print_keys(*, as_json: bool) -> int:
    """Print them; what is wrong with the settings goes to standard error."""
    settings = in_force().settings
    if as_json:
        data = {"views": [_view(view, settings.keys) for view in catalogue().views]}
        sys.stdout.write(json.dumps(data, indent=2, ensure_ascii=not can_draw()) + "\n")
    else:
        encoding = sys.stdout.encoding
        sys.stdout.write("\n".join(lines(catalogue(), settings.keys, encoding)) + "\n")
    for problem in settings.problems:
        sys.stderr.write(f"evtui: {problem}\n")
    return 0


def parts(view: View) -> Iterator[tuple[str, list[Row]]]:
    """The rows of a view by their groups; what a group of the registry has not, stands alone.

    Digits, and what is the same on every screen, is left out.
    """
    rows = [row for row in view.rows if row.id and not row.hidden]
    for group in dict.fromkeys(row.group for row in rows):
        yield group, [row for row in rows if row.group == group]


def _own(known: Catalogue, view: View) -> Iterable[tuple[str, list[Row]]]:
    """Of a city only what it has besides the network."""
    network = {row.id for row in known.network.rows}
    for group, rows in parts(view):
        own = [row for row in rows if view.name == NETWORK or row.id not in network]
        if own:
            yield group, own


def lines(known: Catalogue, keys: Keymap, encoding: str | None = None) -> Iterator[str]:
    """A line for each key: what it is, what it does, and the id that a settings file calls it."""
    for view in known.views:
        for group, rows in _own(known, view):
            yield f"{view.title}: {group}" if group else view.title
            for row in rows:
                text = " ".join(printed(key, encoding) for key in keys.get(row.id, row.keys))
                yield f"  {text:<12} {row.title:<26} {row.id}"
            yield ""


def _view(view: View, keys: Keymap) -> dict[str, object]:
    rows = [
        {
            "id": row.id,
            "keys": list(keys.get(row.id, row.keys)),
            "usual": list(row.keys),
            "title": row.title,
            "group": row.group,
            "help": row.help,
        }
        for _, group in parts(view)
        for row in group
    ]
    return {"name": view.name, "title": view.title, "keys": rows}
