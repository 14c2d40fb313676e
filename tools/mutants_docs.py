"""Keeps the kill matrix in docs/mutants.md as ``evtui mutants`` has found it.

``evtui mutants --json | python -m tools.mutants_docs`` writes it anew; a test compares names,
numbers and sentences with the gallery, and ``make soak`` the rest with a run.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evtui.counting import counted

TARGET = Path(__file__).resolve().parent.parent / "docs" / "mutants.md"
MARK = "<!-- matrix -->"
END = "<!-- end -->"


def table(found: dict[str, Any]) -> str:
    """The Markdown table of what ``evtui mutants --json`` prints."""
    head = ["no", "mistake", "what is wrong", "killed by", "seeds", "weather", "also found by"]
    rows = [head, ["--:", "---", "---", "---", "--:", "---", "---"]]
    rows += [_cells(it) for it in found["mutants"]]
    control = found["none_planted"]
    blamed = "nothing" if not control["alarms"] else f"**{len(control['alarms'])} alarms**"
    weathers = ", ".join(f"{name} {runs}" for name, runs in control["weathers"].items())
    rows.append(["", "*none planted*", "The protocol itself.", blamed, str(control["runs"]),
                 weathers, ""])  # fmt: skip
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


def _cells(it: dict[str, Any]) -> list[str]:
    killed = it["killed_by"] or f"*{it['verdict']}*: {it['scripted'] or ''}".rstrip(": ")
    return [
        "" if it["number"] is None else str(it["number"]),
        f"`{it['name']}`",
        it["sentence"],
        killed,
        "" if it["seeds"] is None else str(it["seeds"]),
        it["weather"] or "",
        "; ".join(_also(it)),
    ]


def _also(it: dict[str, Any]) -> Iterator[str]:
    if it["clients_seeds"] is not None:
        yield f"clients alone, {counted(it['clients_seeds'], 'seed')}"
    if it["explorer_moves"] is not None:
        yield f"the explorer: {it['explorer_killed_by']} after {it['explorer_moves']} moves"


def renew(text: str, found: dict[str, Any]) -> str:
    """The document with its matrix made anew.

    Raises:
        ValueError: the document has no place for it, or several.
    """
    pattern = re.compile(re.escape(MARK) + r"\n.*?" + re.escape(END), re.DOTALL)
    text, count = pattern.subn(lambda _: f"{MARK}\n{table(found)}\n{END}", text)
    if count != 1:
        raise ValueError(f"{MARK} stands {count} times in the document")
    return text


def printed(text: str) -> list[list[str]]:
    """The cells of the matrix as the document has them, without the two lines of its head."""
    inside = text.partition(MARK)[2].partition(END)[0]
    rows = [line.removeprefix("|").removesuffix("|") for line in inside.strip().splitlines()]
    return [[cell.strip() for cell in row.split("|")] for row in rows[2:]]


if __name__ == "__main__":
    TARGET.write_text(renew(TARGET.read_text("utf-8"), json.load(sys.stdin)), "utf-8")
