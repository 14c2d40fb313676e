"""Reads the tables of a scenario file by their format, and gathers what is wrong with them."""

from collections.abc import Iterator
from typing import Any

from attrs import define, field, frozen

from scenarios.format import Table
from scenarios.kinds import Kind, RefusedError, did_you_mean, one_of, printable, shown
from scenarios.toml_lines import Path


@frozen(order=True)
class Problem:
    """One thing that is wrong: on which line, in which field, and the sentence that says so."""

    line: int
    order: int
    field: str
    sentence: str


@define
class Reader:
    """One file being read; ``lines`` says where each path stands."""

    file: str
    lines: dict[Path, int]
    problems: list[Problem] = field(factory=list)

    def line(self, path: Path) -> int:
        """The line of ``path``, or of the nearest thing around it."""
        while path not in self.lines:
            path = path[:-1]
        return self.lines[path]

    def refuse(self, path: Path, found: str, allowed: str) -> None:
        """Note a problem."""
        sentence = f"found {found}; allowed {allowed}"
        problem = Problem(self.line(path), len(self.problems), dotted(path), sentence)
        self.problems.append(problem)

    def sentences(self) -> list[str]:
        """All problems as ``file:line: field: found X; allowed Y``, in the order of lines."""
        return [f"{self.file}:{p.line}: {p.field}: {p.sentence}" for p in sorted(self.problems)]

    def value(self, raw: object, path: Path, kind: Kind) -> object | None:
        """What ``raw`` means, or None after noting why it means nothing."""
        try:
            return kind.read(raw)
        except RefusedError as refused:
            self.refuse((*path, *refused.at), refused.found, refused.allowed)
            return None

    def table(
        self,
        raw: dict[str, Any],
        path: Path,
        table: Table,
        also_known: tuple[str, ...] = (),
    ) -> dict[str, Any]:
        """The values of a table's keys, by attribute; only those that are there and right."""
        values: dict[str, Any] = {}
        for name, item in raw.items():
            key = table.key(name)
            if key is None:
                self.unknown_key((*path, name), (*table.names, *also_known))
                continue
            value = self.value(item, (*path, name), key.kind)
            if value is not None:
                values[key.attribute] = value
        for key in table.keys:
            if key.required and key.name not in raw:
                self.refuse((*path, key.name), "nothing (the key is required)", key.kind.allowed)
        return values

    def unknown_key(self, path: Path, known: tuple[str, ...]) -> None:
        """Note a key that its table does not have."""
        hint = did_you_mean(path[-1], known)
        self.refuse(path, "an unknown key", one_of(known, limit=40) + hint)

    def single(self, document: dict[str, Any], name: str, table: Table) -> dict[str, Any]:
        """The values of a table that stands at most once, such as ``[site]``."""
        raw = document.get(name, {})
        if isinstance(raw, dict):
            return self.table(raw, (name,), table)
        is_tables = isinstance(raw, list) and raw and all(isinstance(item, dict) for item in raw)
        found = f"[[{name}]] tables" if is_tables else shown(raw)
        self.refuse((name,), found, f"one table: write [{name}]")
        return {}

    def array(self, document: dict[str, Any], name: str, table: Table) -> list[dict[str, Any]]:
        """The values of all tables of an array such as ``[[cp]]``."""
        return [self.table(raw, (name, i), table) for i, raw in self.elements(document, name)]

    def check_array(self, document: dict[str, Any], name: str) -> None:
        """Note if something else stands where an array of tables should."""
        raw = document.get(name, [])
        if not isinstance(raw, list):
            found = "a single table" if isinstance(raw, dict) else shown(raw)
            self.refuse((name,), found, f"an array of tables: write [[{name}]]")
            return
        for index, item in enumerate(raw):
            if not isinstance(item, dict):
                self.refuse((name, index), shown(item), f"a table: write [[{name}]]")

    def elements(self, document: dict[str, Any], name: str) -> Iterator[tuple[int, dict[str, Any]]]:
        """The tables of an array with their indices; what is not a table is passed over."""
        raw = document.get(name, [])
        for index, item in enumerate(raw if isinstance(raw, list) else []):
            if isinstance(item, dict):
                yield index, item


def dotted(path: Path) -> str:
    """A path as people read it: ``at[1].t``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            name = part if part.isidentifier() or "-" in part else f'"{part}"'
            text += f".{printable(name)}" if text else printable(name)
    return text
