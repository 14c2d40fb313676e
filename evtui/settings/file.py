"""Reading the file of settings. Whatever is wrong with it, something usable comes out.

A problem is one line: file, line, field, what was found, what is allowed. The entry that has it is
left out, and all others count.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from attrs import field, frozen

from evtui.keys import keymap, names
from evtui.keys.catalogue import Catalogue, catalogue
from evtui.keys.keymap import Keys
from evtui.settings.fields import FIELDS, KEYS, Value, written
from scenarios.kinds import did_you_mean
from scenarios.toml_lines import line_map


@frozen
class Read:
    """What a file says, as far as it can be used."""

    values: dict[str, Value] = field(factory=dict)
    keys: dict[str, Keys] = field(factory=dict)
    """Only those that were rebound, as they were written."""
    lines: dict[str, int] = field(factory=dict)
    """Where each stands: ``theme``, ``keys.pause``."""
    problems: tuple[str, ...] = ()
    is_there: bool = True


def read_file(path: Path) -> Read:
    """The settings of a file; a file that is not there says nothing."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return Read(is_there=False)
    except UnicodeDecodeError as error:
        return Read(problems=(f"{path}: no text in UTF-8 ({error.reason}); the defaults are used",))
    except OSError as error:
        return Read(problems=(f"{path}: {error.strerror or error}; the defaults are used",))
    return read_text(text, str(path))


def read_text(text: str, name: str, known: Catalogue | None = None) -> Read:
    """The settings of a text; ``name`` is what the problems call it."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = str(error)
        at = re.search(r"at line (\d+)", said)
        line = int(at[1]) if at else text.count("\n") + 1
        return Read(problems=(f"{name}:{line}: no valid TOML: {said}; the defaults are used",))
    except RecursionError:
        return Read(problems=(f"{name}: no valid TOML: too deep; the defaults are used",))
    return _Reader(data, {_dotted(k): line for k, line in line_map(text).items()}, name,
                   known or catalogue()).read()  # fmt: skip


def _dotted(path: tuple[str | int, ...]) -> str:
    return ".".join(map(str, path))


class _Reader:
    """Goes through what was parsed."""

    def __init__(
        self, data: dict[str, object], lines: dict[str, int], name: str, known: Catalogue
    ) -> None:
        self._data, self._lines, self._name, self._known = data, lines, name, known
        self._problems: list[str] = []

    def read(self) -> Read:
        values: dict[str, Value] = {}
        fields = {it.name: it for it in FIELDS}
        for name, found in self._data.items():
            if name == KEYS:
                continue
            if name not in fields:
                near = did_you_mean(name, [*fields, KEYS])
                allowed = ", ".join([*fields, f"[{KEYS}]"])
                self._problem(name, f"unknown setting; allowed {allowed}{near}")
                continue
            value = fields[name].read(found)
            if value is None:
                self._problem(name, fields[name].refused(found))
            else:
                values[name] = value
        keys = self._without_clashes(dict(self._keys()))
        lines = {n: self._lines[n] for n in (*values, *(f"{KEYS}.{it}" for it in keys))}
        return Read(values, keys, lines, tuple(self._problems))

    def _problem(self, where: str, what: str) -> None:
        line = self._lines.get(where, 1)
        self._problems.append(f"{self._name}:{line}: {where}: {what}")

    def _keys(self) -> Iterator[tuple[str, Keys]]:
        table = self._data.get(KEYS, {})
        if not isinstance(table, dict):
            self._problem(KEYS, f'found {written(table)}; allowed a table, such as pause = "p"')
            return
        ids = self._known.ids()
        for name, found in table.items():
            where = f"{KEYS}.{name}"
            if name not in ids:
                near = did_you_mean(name, list(ids))
                self._problem(where, f"unknown action; allowed those of evtui --print-keys{near}")
                continue
            keys = self._read_keys(where, found)
            if keys:
                yield name, keys

    def _read_keys(self, where: str, found: object) -> Keys:
        """One key, or a list of them; nothing where one of them is none."""
        several = found if isinstance(found, list) else [found]
        if not several:
            self._problem(where, f"found []; allowed a key, {names.ALLOWED}")
        keys: list[str] = []
        for each in several:
            key = names.known(each) if isinstance(each, str) and each else None
            if key is None:
                why = names.why_not(each) if isinstance(each, str) else ""
                near = "" if why else did_you_mean(each, names.NAMED)
                self._problem(
                    where, f"found {written(each)}{why}; allowed a key, {names.ALLOWED}{near}"
                )
                return ()
            keys.append(key)
        return tuple(dict.fromkeys(keys))

    def _without_clashes(self, wished: dict[str, Keys]) -> dict[str, Keys]:
        """What can be had together; each that cannot is told and left out."""
        while True:
            clash = next(keymap.clashes(self._known, wished), None)
            if clash is None:
                return wished
            usual = self._known.ids()[clash.id][1].keys
            kept = " ".join(names.shown(key) for key in usual)
            self._problem(
                f"{KEYS}.{clash.id}",
                f'found "{names.shown(clash.key)}", which is {clash.words}; '
                f"allowed a key that is free there; it stays {kept}",
            )
            del wished[clash.id]
