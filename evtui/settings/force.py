"""The settings in force: an option comes before the environment, that before the file."""

import os
import sys
from collections.abc import Mapping

from attrs import field, frozen

from evtui.keys import keymap
from evtui.keys.catalogue import catalogue
from evtui.keys.keymap import Keys
from evtui.settings.fields import AUTO, DEFAULT_THEME, FIELDS, KEYS, Value, written
from evtui.settings.file import Read, read_file
from evtui.settings.place import settings_file

THEME, MOTION = "TEXTUAL_THEME", "EVTUI_REDUCED_MOTION"
DEFAULT = "default"
_YES, _NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off", "")


@frozen
class Settings:
    """What the app does as its user prefers. As it stands here, nothing was said by anybody."""

    theme: str = DEFAULT_THEME
    speed: float | None = None
    """None: what is usual for the run, a city or one site."""
    ascii: bool = False
    reduced_motion: bool = False
    start_paused: bool = False
    confirm_quit: bool = True
    keys: Mapping[str, Keys] = field(factory=dict)
    """All actions that do not have their own keys, in every view."""
    problems: tuple[str, ...] = ()
    """What was wrong with the file or the environment, a line each."""


@frozen
class InForce:
    """The settings, and from where each of them comes."""

    settings: Settings
    values: dict[str, Value]
    sources: dict[str, str]
    read: Read


def in_force(options: Mapping[str, Value] | None = None) -> InForce:
    """The settings of the file that there is, of the environment, and of the command line."""
    return resolve(read_file(settings_file()), os.environ, options or {})


def told_settings(options: Mapping[str, Value]) -> Settings:
    """The settings; what is wrong with them is told, and does not keep the app from opening."""
    settings = in_force(options).settings
    for problem in settings.problems:
        sys.stderr.write(f"evtui: {problem}\n")
    return settings


def resolve(read: Read, environ: Mapping[str, str], options: Mapping[str, Value]) -> InForce:
    """Put together what a file, the environment and the command line say."""
    values: dict[str, Value] = {it.name: it.default for it in FIELDS}
    sources = dict.fromkeys(values, DEFAULT)
    for name, value in read.values.items():
        values[name], sources[name] = value, f"line {read.lines[name]}"
    said, problems = _environment(environ)
    for name, (value, source) in said.items():
        values[name], sources[name] = value, source
    for name, value in options.items():
        no = "no-" if value is False else ""
        values[name], sources[name] = value, f"option --{no}{name.replace('_', '-')}"
    ascii_wished = values["ascii"]
    is_ascii = not can_draw() if ascii_wished == AUTO else bool(ascii_wished)
    speed = None if sources["speed"] == DEFAULT else float(values["speed"])
    settings = Settings(
        str(values["theme"]), speed, is_ascii, bool(values["reduced_motion"]),
        bool(values["start_paused"]), bool(values["confirm_quit"]),
        keymap.effective(catalogue(), read.keys), (*read.problems, *problems),
    )  # fmt: skip
    for name in read.keys:
        sources[f"{KEYS}.{name}"] = f"line {read.lines[f'{KEYS}.{name}']}"
    return InForce(settings, values, sources, read)


def _environment(environ: Mapping[str, str]) -> tuple[dict[str, tuple[Value, str]], list[str]]:
    """What the environment says; of several themes, the first that there is, as Textual does."""
    said: dict[str, tuple[Value, str]] = {}
    problems: list[str] = []
    if environ.get(THEME):
        setting = next(it for it in FIELDS if it.name == "theme")
        named = [name.strip() for name in environ[THEME].split(",")]
        found = next((name for name in named if setting.read(name) is not None), None)
        if found is None:
            problems.append(f"{THEME}: {setting.refused(environ[THEME])}")
        else:
            said["theme"] = (found, THEME)
    if MOTION in environ:
        text = environ[MOTION].strip().lower()
        if text in (*_YES, *_NO):
            said["reduced_motion"] = (text in _YES, MOTION)
        else:
            problems.append(f"{MOTION}: found {written(environ[MOTION])}; allowed 1 or 0")
    return said, problems


SAMPLE = "●◐○★▌═→≈✗✓…–“”×€"
"""Letters that the app draws with."""


def can_draw(encoding: str | None = None) -> bool:
    """Whether the terminal's encoding has the letters that the app draws with."""
    name = encoding or getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        SAMPLE.encode(name)
    except (UnicodeEncodeError, LookupError):
        return False
    return True
