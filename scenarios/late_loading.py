"""What ``[[late]]`` tables say of single messages, and a table alone cannot check."""

from typing import Any

from scenarios.reader import Reader
from scenarios.script import Names, check_name


def check_late(
    reader: Reader, tables: list[dict[str, Any]], names: Names, *, in_city: bool
) -> None:
    """Both ends are charge points, different ones, and a message is named once."""
    if tables and in_city:
        reader.refuse(("late",), "it in a city", "it in a scenario of one site")
        return
    seen: set[tuple[object, object, object]] = set()
    for index, values in enumerate(tables):
        ends = values.get("source"), values.get("target")
        for key, name in zip(("from", "to"), ends, strict=True):
            check_name(reader, ("late", index, key), name, names.cps, "charge point")
        if ends[0] is not None and ends[0] == ends[1]:
            found = "the charge point that sends it"
            reader.refuse(("late", index, "to"), found, "another charge point")
        message = (*ends, values.get("number"))
        if None not in message and message in seen:
            reader.refuse(("late", index, "number"), f"{message[2]} a second time", "each once")
        seen.add(message)
