"""Keeps what is made of the bindings current: the catalogue, the schema, docs/keys.md.

``python -m tools.keys_docs`` writes them anew; tests compare.
"""

from collections.abc import Iterator
from pathlib import Path

from evtui.keys import catalogue as stored
from evtui.keys.catalogue import NETWORK, Catalogue, View
from evtui.keys.command import parts
from evtui.keys.gather import gather
from evtui.keys.names import shown
from evtui.settings import schema

TARGET = Path(__file__).resolve().parent.parent / "docs" / "keys.md"

HEAD = """\
# Keys

All keys of the app, by view and group. This page is made from the program by
`python -m tools.keys_docs`; `evtui --print-keys` prints the same as they are bound on your machine,
and [settings](settings.md) says how to rebind one by its id. Digits choose a row where rows have
numbers. `Esc` leads back from every view, `ctrl+q` quits everywhere, and `ctrl+p` opens the
palette; these three stay as they are.
"""


def page(known: Catalogue) -> str:
    """The document."""
    return HEAD + "".join(f"\n{text}" for view in known.views for text in _view(known, view))


def _view(known: Catalogue, view: View) -> Iterator[str]:
    """A heading and a table for each group of a view."""
    network = {row.id for row in known.network.rows}
    for group, rows in parts(view):
        own = [row for row in rows if view.name == NETWORK or row.id not in network]
        if not own:
            continue
        yield f"## {view.title}: {group}\n" if group else f"## {view.title}\n"
        table = ["| key | does | id |", "|---|---|---|"]
        for row in own:
            keys = " ".join(f"`{shown(key)}`".replace("|", "\\|") for key in row.keys)
            help_text = f": {row.help}".replace("|", "\\|") if row.help else ""
            table.append(f"| {keys} | {row.title}{help_text} | `{row.id}` |")
        yield "\n".join(table) + "\n"


def files() -> dict[Path, str]:
    """Every file that is made of the bindings, as it should be."""
    known = gather()
    return {
        stored.FILE: stored.to_json(known),
        schema.FILE: schema.text(known),
        TARGET: page(known),
    }


if __name__ == "__main__":
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")
