"""What a scenario's tables say of trust, and a table alone cannot check."""

from typing import Any

from scenarios.kinds import printable, shown
from scenarios.reader import Reader


def check_trust(reader: Reader, document: dict[str, Any], tags: list[dict[str, Any]]) -> None:
    """Each id tag stands once; only a contract can be expired, foreign and so on."""
    seen: dict[str, int] = {}
    for index, tag in enumerate(tags):
        name = str(tag.get("id", ""))
        place = ("id_tag", index, "id")
        if name in seen:
            found = f'"{printable(name)}" a second time (first on line {seen[name]})'
            reader.refuse(place, found, "each id tag once")
        seen.setdefault(name, reader.line(place))
    for index, raw in reader.elements(document, "ev"):
        if "contract" in raw and raw.get("payment") != "contract":
            found = f"{shown(raw['contract'])} of an EV that has no contract"
            reader.refuse(("ev", index, "contract"), found, 'it beside payment = "contract"')
