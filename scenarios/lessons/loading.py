"""Reads ``[lesson]`` and ``[[step]]`` of a scenario file, and gathers what is wrong with them."""

from collections.abc import Collection
from typing import Any

from attrs import frozen

from scenarios.kinds import did_you_mean, one_of, shown
from scenarios.lessons import format as spec
from scenarios.lessons import words
from scenarios.lessons.facts import FACTS
from scenarios.lessons.lesson import Condition, Lesson, Spoil, Step
from scenarios.reader import Reader
from scenarios.toml_lines import Path

EXTRA = ("lesson", "step")
_NAMES = ("cp", "ev", "leader", "slot", "selected", "to", "applied", "subject", "of", "under")
"""Keys in which a fact may stand."""
_NOT_BESIDE = {"site": "[[site]] tables", "session": "[session]"}
_IDS = {"cp": "cps", "ev": "evs", "leader": "cps", "selected": "cps"}


@frozen
class _Known:
    """The names that a lesson may use."""

    cps: tuple[str, ...]
    evs: tuple[str, ...]
    facts: tuple[str, ...]


def read_lesson(
    reader: Reader, document: dict[str, Any], cps: tuple[str, ...], evs: tuple[str, ...]
) -> Lesson | None:
    """The lesson of a file; None where it is none, or something is wrong with it."""
    reader.check_array(document, "step")
    if "lesson" not in document:
        if "step" in document:
            reader.refuse(("step",), "steps without a [lesson]", "a [lesson] table beside them")
        return None
    before = len(reader.problems)
    for other, what in _NOT_BESIDE.items():
        if other in document and (other != "site" or isinstance(document[other], list)):
            found = f"it beside {what}"
            reader.refuse(("lesson",), found, "a scenario of one site that is no saved session")
    head = reader.single(document, "lesson", spec.LESSON)
    if head.get("select", cps[:1]) and "select" in head and head["select"] not in cps:
        hint = did_you_mean(head["select"], cps)
        reader.refuse(("lesson", "select"), shown(head["select"]), one_of(cps) + hint)
    steps: list[Step] = []
    kept: list[str] = []
    raw_steps = list(reader.elements(document, "step"))
    if not 1 <= len(raw_steps) <= spec.STEPS_MAX:
        allowed = f"1 to {spec.STEPS_MAX} [[step]] tables"
        path: Path = ("step",) if raw_steps else ("lesson",)
        reader.refuse(path, f"{len(raw_steps)} steps", allowed)
    for index, raw in raw_steps:
        keep = _keep(reader, raw, ("step", index, spec.KEEP))
        at_once = [name for name, fact in keep.items() if not words.is_late(fact)]
        known = tuple(dict.fromkeys((*FACTS, *kept, *at_once)))
        step = _step(reader, index, raw, keep, _Known(cps, evs, known))
        kept += keep
        if step is not None:
            steps.append(step)
    if len(reader.problems) > before:
        return None
    return Lesson(**head, steps=tuple(steps))


def _step(
    reader: Reader, index: int, raw: dict[str, Any], keep: dict[str, str], known: _Known
) -> Step | None:
    path: Path = ("step", index)
    others = (spec.DONE, spec.SPOILS, spec.KEEP)
    values = reader.table(
        {k: v for k, v in raw.items() if k not in others}, path, spec.STEP, others
    )
    for key in spec.STEP.keys:
        if key.attribute in values:
            _check_text(reader, (*path, key.name), values[key.attribute], known)
    done = _conditions(reader, raw.get(spec.DONE), (*path, spec.DONE), known)
    if spec.DONE not in raw:
        reader.refuse((*path, spec.DONE), "nothing (the key is required)", _allowed())
    spoils = [
        Spoil(condition, says)
        for condition, says in _conditions(
            reader, raw.get(spec.SPOILS, []), (*path, spec.SPOILS), known, tells=True
        )
    ]
    if any(key.required and key.attribute not in values for key in spec.STEP.keys):
        return None
    met = tuple(condition for condition, _ in done)
    return Step(**values, done=met, spoils=tuple(spoils), keep=keep)


def _allowed() -> str:
    return f"an array of 1 to {spec.CONDITIONS_MAX} conditions"


def _keep(reader: Reader, raw: dict[str, Any], path: Path) -> dict[str, str]:
    """Names for facts."""
    table = raw.get(spec.KEEP, {})
    if not isinstance(table, dict):
        reader.refuse(path, shown(table), 'a table such as { old = "leader" }')
        return {}
    kept: dict[str, str] = {}
    for name, fact in table.items():
        if not name.isidentifier() or not name.islower() or name in FACTS:
            reader.refuse((*path, name), f'the name "{name}"', "small letters, and no fact's name")
        elif not isinstance(fact, str) or fact.removeprefix(words.NOW) not in FACTS:
            hint = did_you_mean(fact, tuple(FACTS))
            reader.refuse((*path, name), shown(fact), one_of(tuple(FACTS), limit=99) + hint)
        else:
            kept[name] = fact
    return kept


def _check_text(reader: Reader, path: Path, text: str, known: _Known) -> None:
    """Every fact that a text names must be one; ``now.`` only when the step is done."""
    after = path[-1] == "after"
    names = (*known.facts, *((words.NOW + name for name in FACTS) if after else ()))
    for name in words.holes(text):
        if name not in names:
            hint = did_you_mean(name, names)
            reader.refuse(path, f'"{{{name}}}"', f"facts: {one_of(names, limit=99)}{hint}")


def _conditions(
    reader: Reader, raw: object, path: Path, known: _Known, *, tells: bool = False
) -> list[tuple[Condition, str]]:
    if raw is None:
        return []
    fits = isinstance(raw, list) and all(isinstance(it, dict) for it in raw)
    if not fits or not isinstance(raw, list):
        reader.refuse(path, shown(raw), _allowed())
        return []
    if len(raw) > spec.CONDITIONS_MAX or not (raw or tells):
        reader.refuse(path, f"{len(raw)} conditions", _allowed())
    found = [_condition(reader, it, (*path, n), known, tells) for n, it in enumerate(raw)]
    return [it for it in found if it is not None]


def _condition(
    reader: Reader, raw: dict[str, Any], path: Path, known: _Known, tells: bool
) -> tuple[Condition, str] | None:
    before = len(reader.problems)
    values = reader.table(raw, path, spec.CONDITION)
    subject = next((name for name in spec.SUBJECTS if name in raw), None)
    if subject is None:
        reader.refuse(path, "a condition without a subject", one_of(tuple(spec.SUBJECTS)))
        return None
    sayings = (*spec.SUBJECTS[subject], *(("say",) if tells else ()))
    for name in raw:
        if name not in (subject, *sayings) and spec.CONDITION.key(name) is not None:
            allowed = one_of(sayings) if sayings else f"{subject} alone"
            reader.refuse((*path, name), f"it beside {subject}", allowed)
    if subject in spec.NEEDS_SAYING and not any(name in raw for name in spec.SUBJECTS[subject]):
        reader.refuse(path, f"{subject} alone", f"with it {one_of(spec.SUBJECTS[subject])}")
    if tells and "say" not in raw:
        reader.refuse((*path, "say"), "nothing (the key is required)", "what went wrong")
    if tells and isinstance(raw.get("say"), str):
        _check_text(reader, (*path, "say"), raw["say"], known)
    for name in _NAMES:
        if name in raw and isinstance(raw[name], str):
            _check_name(reader, (*path, name), raw[name], known)
    if len(reader.problems) > before:
        return None
    says = values.pop("says", "")
    key = spec.CONDITION.key(subject)
    assert key is not None  # noqa: S101 - every subject is a key
    return Condition(subject, values.pop(key.attribute), values), says


def _check_name(reader: Reader, path: Path, text: str, known: _Known) -> None:
    """A fact must be one, an id must stand in the file."""
    name = text.removeprefix(spec.NOT)
    key = str(path[-1])
    allowed: Collection[str]
    if name.startswith(spec.FACT):
        allowed = known.facts
        name = name.removeprefix(spec.FACT)
    elif key in _IDS:
        words_ = (spec.ANY, "none") if key == "leader" else (spec.ANY,)
        allowed = (*getattr(known, _IDS[key]), *words_)
    elif key in ("slot", "applied"):
        if not name.isdecimal() and name != spec.ANY:
            reader.refuse(path, shown(text), "a number, or @fact")
        return
    else:
        return
    if name not in allowed:
        hint = did_you_mean(name, tuple(allowed))
        reader.refuse(path, shown(text), one_of(tuple(allowed), limit=99) + hint)
