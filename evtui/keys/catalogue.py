"""All keys of all views, as data: for what runs without Textual, for the documents, for checks.

``catalogue.json`` is made from the bindings themselves by ``python -m tools.keys_docs``; a test
compares.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from attrs import frozen

FILE = Path(__file__).with_name("catalogue.json")
NETWORK = "network"
"""The name of the view in which the actions of the registry are bound."""


@frozen
class Row:
    """One binding of a view; ``id`` is empty where it cannot be rebound."""

    id: str
    keys: tuple[str, ...]
    action: str
    title: str
    group: str = ""
    help: str = ""
    hidden: bool = False
    """A digit, or what else is not worth a line of its own."""


@frozen
class View:
    """A view and the keys that work while it is seen."""

    name: str
    title: str
    rows: tuple[Row, ...]


@frozen
class Catalogue:
    """All views, and the names of all themes."""

    views: tuple[View, ...]
    themes: tuple[str, ...]

    @property
    def network(self) -> View:
        """The view at the bottom."""
        return next(view for view in self.views if view.name == NETWORK)

    def ids(self) -> dict[str, tuple[View, Row]]:
        """Each action that can be rebound, and the first view that has it."""
        found: dict[str, tuple[View, Row]] = {}
        for view in self.views:
            for row in view.rows:
                if row.id and not row.hidden:
                    found.setdefault(row.id, (view, row))
        return found


def to_json(catalogue: Catalogue) -> str:
    """The catalogue as it is kept in the file."""
    parts = [
        f' {{"name": {json.dumps(view.name)}, "title": {json.dumps(view.title)}, "keys": [\n'
        + ",\n".join(f"  {_line(row)}" for row in view.rows)
        + "\n ]}"
        for view in catalogue.views
    ]
    themes = json.dumps(catalogue.themes)
    return '{"views": [\n' + ",\n".join(parts) + f'\n],\n"themes": {themes}}}\n'


def _line(row: Row) -> str:
    return json.dumps(_plain(row), ensure_ascii=False)


def _plain(row: Row) -> dict[str, Any]:
    data: dict[str, Any] = {"id": row.id, "keys": list(row.keys), "action": row.action}
    data["title"] = row.title
    if row.group:
        data |= {"group": row.group, "help": row.help}
    return data | ({"hidden": True} if row.hidden else {})


@cache
def catalogue() -> Catalogue:
    """The catalogue that comes with the program."""
    data = json.loads(FILE.read_text(encoding="utf-8"))
    views = tuple(View(it["name"], it["title"], _rows(it["keys"])) for it in data["views"])
    return Catalogue(views, tuple(data["themes"]))


def _rows(rows: list[Mapping[str, Any]]) -> tuple[Row, ...]:
    return tuple(
        Row(
            it["id"],
            tuple(it["keys"]),
            it["action"],
            it["title"],
            it.get("group", ""),
            it.get("help", ""),
            it.get("hidden", False),
        )
        for it in rows
    )
