"""Keeps the tables of keys in docs/scenario-format.md as the loader has them.

``python -m tools.scenario_docs`` writes them anew; a test compares.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from attrs import NOTHING, Attribute, Factory, fields

from paxos.sim.coverage import FEATURES
from scenarios import format as spec
from scenarios.city import format as city
from scenarios.city.spec import Arrivals, CitySite, Directory
from scenarios.format import Key, Table
from scenarios.lessons import format as lessons
from scenarios.lessons.facts import FACTS
from scenarios.lessons.lesson import Condition, Lesson, Step
from scenarios.power_words import FEATURES as POWER
from scenarios.schema import (
    At,
    Cabinet,
    Campaign,
    ChargePoint,
    Consensus,
    Expect,
    Fleet,
    Late,
    Load,
    Network,
    PriceBand,
    Prices,
    Pv,
    Scenario,
    Site,
    Tag,
    Vehicle,
)
from scenarios.verbs import VERBS

TARGET = Path(__file__).resolve().parent.parent / "docs" / "scenario-format.md"

_TABLES: dict[str, tuple[Table, type]] = {
    "top": (spec.TOP, Scenario),
    "site": (spec.SITE, Site),
    "city_site": (city.CITY_SITE, CitySite),
    "arrivals": (city.ARRIVALS, Arrivals),
    "directory": (city.DIRECTORY, Directory),
    "network": (spec.NETWORK, Network),
    "paxos": (spec.PAXOS, Consensus),
    "tariff": (spec.TARIFF, Prices),
    "price_band": (spec.PRICE_BAND, PriceBand),
    "cabinet": (spec.CABINET, Cabinet),
    "load": (spec.LOAD, Load),
    "pv": (spec.PV, Pv),
    "campaign": (spec.CAMPAIGN, Campaign),
    "cp": (spec.CP, ChargePoint),
    "ev": (spec.EV, Vehicle),
    "fleet": (spec.FLEET, Fleet),
    "id_tag": (spec.ID_TAG, Tag),
    "late": (spec.LATE, Late),
    "at": (spec.AT, At),
    "expect": (spec.EXPECT, Expect),
    "lesson": (lessons.LESSON, Lesson),
    "step": (lessons.STEP, Step),
    "condition": (lessons.CONDITION, Condition),
}


def key_table(name: str) -> str:
    """The Markdown table of one kind of table."""
    table, owner = _TABLES[name]
    attributes = {attribute.name: attribute for attribute in fields(owner)}
    rows = [
        f"| `{key.name}` | {_default(key, attributes.get(key.attribute))} | {key.doc} |"
        for key in table.keys
    ]
    return "\n".join(["| key | default | meaning |", "|---|---|---|", *rows])


def _default(key: Key, attribute: "Attribute[object] | None") -> str:
    if key.required:
        return "required"
    default = city.SITE_DEFAULTS.get(key.attribute) if attribute is None else attribute.default
    if default in (NOTHING, None, ""):
        return ""
    if isinstance(default, Factory):  # type: ignore[arg-type]
        return ""
    written = key.kind.write(default)
    if isinstance(written, bool):
        return f"`{str(written).lower()}`"
    if isinstance(written, list):
        return "`[" + ", ".join(f'"{item}"' for item in written) + "]`"
    return f'`"{written}"`' if isinstance(written, str) else f"`{written}`"


def verb_table() -> str:
    """The Markdown table of verbs and their arguments."""
    rows = ["| verb | needs | may have |", "|---|---|---|"]
    for verb in VERBS:
        needed, optional = spec.arguments(verb)
        cells = [" ".join(f"`{key.name}`" for key in keys) for keys in (needed, optional)]
        rows.append(f"| `{verb}` | {cells[0]} | {cells[1]} |")
    return "\n".join(rows)


def subject_table(subjects: Mapping[str, Sequence[str]] = spec.SUBJECTS) -> str:
    """The Markdown table of subjects, of expectations or conditions, and what may be said."""
    rows = ["| subject | with one or more of |", "|---|---|"]
    for subject, sayings in subjects.items():
        rows.append(f"| `{subject}` | {' '.join(f'`{saying}`' for saying in sayings)} |")
    return "\n".join(rows)


def feature_table() -> str:
    """The Markdown table of what ``count`` may name."""
    rows = [f"| `{feature}` | {meaning} |" for feature, meaning in {**FEATURES, **POWER}.items()]
    return "\n".join(["| feature | one more for each time that |", "|---|---|", *rows])


def _parts() -> Iterator[tuple[str, str]]:
    yield from ((name, key_table(name)) for name in _TABLES)
    yield "verbs", verb_table()
    yield "subjects", subject_table()
    yield "features", feature_table()
    yield "lesson_subjects", subject_table(lessons.SUBJECTS)
    yield "facts", " ".join(f"`{name}`" for name in FACTS)


def renew(text: str) -> str:
    """The document with every marked table made anew.

    A table stands between ``<!-- name -->`` and ``<!-- end -->``.
    """
    for name, table in _parts():
        mark = f"<!-- {name} -->"
        pattern = re.compile(re.escape(mark) + r"\n.*?<!-- end -->", re.DOTALL)
        text, count = pattern.subn(f"{mark}\n{table}\n<!-- end -->".replace("\\", r"\\"), text)
        if count != 1:
            raise ValueError(f"{mark} stands {count} times in the document")
    return text


if __name__ == "__main__":
    TARGET.write_text(renew(TARGET.read_text(encoding="utf-8")), encoding="utf-8")
