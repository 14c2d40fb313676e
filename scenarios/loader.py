"""Scenario files: from TOML text to :class:`scenarios.schema.Scenario`.

Loading is strict, and reports everything that is wrong with a file at once.
"""

import re
import tomllib
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

from fsm.network.tariff import BANDS_MAX
from scenarios import format as spec
from scenarios.city import loading as city_loading
from scenarios.errors import ScenarioError
from scenarios.fleet import read_fleet
from scenarios.kinds import did_you_mean, one_of, printable
from scenarios.late_loading import check_late
from scenarios.lessons import loading as lesson_loading
from scenarios.planning_loading import check_planning
from scenarios.power_loading import check_power
from scenarios.reader import Reader
from scenarios.schema import (
    At,
    Cabinet,
    Campaign,
    ChargePoint,
    Consensus,
    Expect,
    Late,
    Load,
    Network,
    Plans,
    PriceBand,
    Prices,
    Pv,
    Saved,
    Scenario,
    Site,
    Tag,
    Vehicle,
)
from scenarios.script import Names, check_expectation, check_script_line
from scenarios.toml_lines import line_map
from scenarios.trust_loading import check_trust
from scenarios.units import DURATION

SECOND_US = 1_000_000
MAX_BYTES = 1_048_576
"""Largest scenario file; what is bigger is some other file."""

_LIBRARY = "library"
_SUFFIX = ".toml"


def load(name_or_path: str) -> Scenario:
    """A scenario: of the library by its bare name, else of a file.

    Anything with a path separator or ending in ``.toml`` is a file.

    Raises:
        ScenarioError: there is no such scenario, or its file cannot be used.

    """
    if is_path(name_or_path):
        return loads(_read(name_or_path), name_or_path)
    names = library_names()
    if name_or_path not in names:
        shown = printable(name_or_path)
        local = f"; a file in this folder is written ./{shown}" if _exists(name_or_path) else ""
        raise ScenarioError(
            f'scenario: found "{shown}"; allowed {one_of(names)}, or the path of a .toml file'
            + (did_you_mean(name_or_path, names) or local)
        )
    file = resources.files("scenarios") / _LIBRARY / (name_or_path + _SUFFIX)
    return loads(file.read_text(encoding="utf-8"), str(file))


def file_of(name_or_path: str) -> Path:
    """The file that :func:`load` reads for this; it need not be there."""
    if is_path(name_or_path):
        return Path(name_or_path)
    return Path(str(resources.files("scenarios") / _LIBRARY / (name_or_path + _SUFFIX)))


def is_path(name_or_path: str) -> bool:
    """Whether it means a file, not a name."""
    return "/" in name_or_path or "\\" in name_or_path or name_or_path.endswith(_SUFFIX)


def library_names() -> list[str]:
    """Names of the scenarios that come with the program, sorted."""
    files = (resources.files("scenarios") / _LIBRARY).iterdir()
    return sorted(f.name.removesuffix(_SUFFIX) for f in files if f.name.endswith(_SUFFIX))


def library() -> list[Scenario]:
    """The scenarios that come with the program, sorted by name."""
    return [load(name) for name in library_names()]


def loads(text: str, path: str) -> Scenario:
    """The scenario that a TOML text describes; ``path`` is for messages and the default name.

    Raises:
        ScenarioError: with one message for each problem, in the order of lines.

    """
    shown_path = printable(path)
    try:
        document = tomllib.loads(text)
        lines = line_map(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(_syntax_problem(shown_path, text, error)) from None
    except RecursionError:
        raise ScenarioError(
            f"{shown_path}:1: file: found values nested too deeply; allowed a scenario in TOML"
        ) from None
    except ValueError:  # an integer of thousands of digits
        raise ScenarioError(
            f"{shown_path}:1: file: found a number of thousands of digits; allowed 64 bits"
        ) from None
    reader = Reader(shown_path, lines)
    scenario = _scenario(reader, document, path)
    if reader.problems or scenario is None:
        raise ScenarioError(*reader.sentences())
    return scenario


def _exists(name: str) -> bool:
    try:
        return Path(name).exists()
    except (OSError, ValueError):
        return False


def _read(path: str) -> str:
    """The text of a file, or an error that says what is there instead."""
    shown = printable(path)
    allowed = "allowed a scenario file in TOML"
    try:
        with Path(path).open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise ScenarioError(f"{shown}: found no such file; {allowed}") from None
    except IsADirectoryError:
        raise ScenarioError(f"{shown}: found a directory; {allowed}") from None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ScenarioError(f"{shown}: cannot be read ({why}); {allowed}") from None
    if len(raw) > MAX_BYTES:
        raise ScenarioError(f"{shown}: found more than {MAX_BYTES >> 20} MiB; {allowed}")
    if b"\0" in raw:
        raise ScenarioError(f"{shown}: found binary data; {allowed}")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        byte = raw[error.start]
        raise ScenarioError(
            f"{shown}:{line}: file: found the byte 0x{byte:02x}, which is no UTF-8; "
            "allowed text in UTF-8"
        ) from None


def _syntax_problem(path: str, text: str, error: tomllib.TOMLDecodeError) -> str:
    message = str(error)
    place = re.search(r" \(at line (\d+), column (\d+)\)$", message)
    if place:
        line, column = int(place[1]), f" at column {place[2]}"
        message = message[: place.start()]
    else:
        line, column = text.rstrip("\n").count("\n") + 1, ""
        message = message.removesuffix(" (at end of document)")
    message = printable(message[:1].lower() + message[1:])
    return f"{path}:{line}: syntax: found {message}{column}; allowed TOML"


def _scenario(reader: Reader, document: dict[str, Any], path: str) -> Scenario | None:
    extra = (*spec.TABLES, *spec.ARRAYS, spec.CPS.name, spec.FLEET_NAME, *city_loading.EXTRA)
    extra = (*extra, *lesson_loading.EXTRA)
    city = city_loading.read_city(reader, document)
    top = reader.table({k: v for k, v in document.items() if k not in extra}, (), spec.TOP, extra)
    single = {
        key: reader.single(document, key, table)
        for key, table in spec.TABLES.items()
        if (city is None or key != "site") and (key != "session" or key in document)
    }
    for key in spec.ARRAYS:
        reader.check_array(document, key)
    cps = _charge_points(reader, document) if city is None else list(city.cps)
    evs = reader.array(document, "ev", spec.EV)
    city_loading.check_evs(reader, evs, city)
    tags = reader.array(document, "id_tag", spec.ID_TAG)
    check_trust(reader, document, tags)
    cabinets = reader.array(document, "cabinet", spec.CABINET)
    loads = reader.array(document, "load", spec.LOAD)
    check_power(reader, document, single.get("site", {}), single["pv"], cabinets, loads)
    duration = top.get("duration_us")
    end = duration if isinstance(duration, int) else None
    cp_ids = tuple(str(cp["id"]) for cp in cps if "id" in cp)
    bands = _price_bands(reader, document)
    fleet, visits = read_fleet(reader, document, cp_ids, end)
    names = _names(reader, document, cps, fleet, city)
    script = [*visits, *_script(reader, document, names, city, end)]
    expectations = []
    for index, raw in reader.elements(document, "expect"):
        expectation = check_expectation(reader, index, raw, names, end)
        if expectation is not None:
            city_loading.check_expect(reader, index, raw, city)
            expectations.append(expectation)
    late = reader.array(document, "late", spec.LATE)
    check_late(reader, late, names, in_city=city is not None)
    lesson = lesson_loading.read_lesson(reader, document, names.cps, names.evs)
    check_planning(reader, single["planning"], evs, script)
    _check_lease(reader, document, single["paxos"])
    _check_tick(reader, top)
    _check_from(reader, single["campaign"], end, in_city=city is not None)
    _check_grants(reader, top, single.get("site", {}), city)
    for members in city_loading.groups(cps, city):
        _check_quorums(reader, single["paxos"], members)
    if reader.problems:
        return None
    lines = sorted((At(**line) for line in script), key=lambda line: (line.t_us, line.after or 0))
    stem = printable(Path(path).name.removesuffix(_SUFFIX)) or "scenario"
    return Scenario(
        **{"name": stem, **top},
        site=Site(**single.get("site", {})),
        network=Network(**single["network"]),
        paxos=Consensus(**single["paxos"]),
        prices=Prices(**single["tariff"]),
        plans=Plans(**single["planning"]) if "planning" in document else None,
        bands=tuple(PriceBand(**values) for values in bands),
        cabinets=tuple(Cabinet(**values) for values in cabinets),
        loads=tuple(Load(**values) for values in loads),
        late=tuple(Late(**values) for values in late),
        pv=Pv(**single["pv"]),
        campaign=Campaign(**single["campaign"]),
        saved=Saved(**single["session"]) if "session" in document else None,
        cps=tuple(ChargePoint(**values) for values in cps),
        evs=tuple(Vehicle(**values) for values in (*evs, *fleet)),
        id_tags=tuple(Tag(**values) for values in tags),
        script=tuple(line for line in lines if line.after is None),
        inputs=tuple(line for line in lines if line.after is not None),
        expectations=tuple(Expect(**expectation) for expectation in expectations),
        lesson=lesson,
        path=path,
        **city_loading.parts(city),
    )


def _script(
    reader: Reader,
    document: dict[str, Any],
    names: Names,
    city: city_loading.City | None,
    end_us: int | None,
) -> Iterator[dict[str, Any]]:
    """The ``[[at]]`` tables that can be understood."""
    for index, raw in reader.elements(document, "at"):
        line = check_script_line(reader, index, raw, city_loading.near(raw, names, city), end_us)
        if line is not None:
            city_loading.check_line(reader, index, line, city)
            yield line


def _price_bands(reader: Reader, document: dict[str, Any]) -> list[dict[str, Any]]:
    """The ``[[price_band]]`` tables; each holds for some time, and there are not too many."""
    bands = reader.array(document, "price_band", spec.PRICE_BAND)
    if len(bands) > BANDS_MAX:
        reader.refuse(("price_band",), f"{len(bands):,} bands", f"at most {BANDS_MAX}")
    for index, band in enumerate(bands):
        if "from_min" in band and band["from_min"] == band.get("until_min"):
            found = "the time at which it begins"
            reader.refuse(("price_band", index, "until"), found, "another time of day")
    return bands


def _check_tick(reader: Reader, top: dict[str, Any]) -> None:
    """Monitors listen each second."""
    tick_us = top.get("tick_us", 0)
    if top.get("monitor") and tick_us > SECOND_US:
        found = f'"{DURATION.format(tick_us)}" beside monitor = true'
        reader.refuse(
            ("tick",), found, f"at most {DURATION.format(SECOND_US)}: monitors beat so often"
        )


def _check_from(
    reader: Reader, campaign: dict[str, Any], end_us: int | None, *, in_city: bool
) -> None:
    """Futures part while the run goes on, and only those of one group."""
    from_us = campaign.get("from_us")
    if from_us is None:
        return
    found = f'"{DURATION.format(from_us)}"'
    if in_city:
        reader.refuse(("campaign", "from"), found, "a scenario of one group beside it, no sites")
    elif end_us is not None and from_us > end_us:
        allowed = f"0s to {DURATION.format(end_us)}, the duration"
        reader.refuse(("campaign", "from"), found, allowed)


def _check_grants(
    reader: Reader, top: dict[str, Any], site: dict[str, Any], city: city_loading.City | None
) -> None:
    """A grant must leave time for an EV to follow: two turns of its status loop, thrice."""
    least_us = 6 * top.get("tick_us", 0)
    tables = [(("site",), site.get("grant_us"))]
    if city is not None:
        tables = [(("site", n), each.grant_us) for n, each in enumerate(city.sites)]  # type: ignore[misc]
    for path, grant_us in tables:
        if grant_us and grant_us < least_us:
            found = (
                f'"{DURATION.format(grant_us)}" beside a tick of {DURATION.format(top["tick_us"])}'
            )
            reader.refuse(
                (*path, "grant"), found, f"at least {DURATION.format(least_us)}, six ticks"
            )


def _check_lease(reader: Reader, document: dict[str, Any], paxos: dict[str, Any]) -> None:
    """A lease may not outlast the time-out after which others stand for election."""
    lease_us = paxos.get("lease_us")
    shortest_us = paxos.get("election_timeout_us", Consensus().election_timeout_us)[0]
    if isinstance(lease_us, int) and lease_us > shortest_us:
        shortest = DURATION.format(shortest_us)
        reader.refuse(
            ("paxos", "lease"),
            f'"{DURATION.format(lease_us)}"',
            f"0s to {shortest}, the shortest election time-out",
        )


def _check_quorums(reader: Reader, paxos: dict[str, Any], members: int) -> None:
    """A quorum of either phase has voters enough, and every two of them meet."""
    voters = min(members, paxos.get("voters", Consensus().voters))
    sizes = {name: paxos[name] for name in ("phase1", "phase2") if name in paxos}
    if not voters or not sizes:
        return
    who = f"{voters}, the number of CPs that vote at first"
    beyond = [name for name, size in sizes.items() if not 1 <= size <= voters]
    for name in beyond:
        reader.refuse(("paxos", name), str(sizes[name]), f"1 to {who}")
    if len(sizes) == 2 and not beyond and sum(sizes.values()) <= voters:
        reader.refuse(
            ("paxos", "phase2"),
            f"{sizes['phase2']} beside phase1 = {sizes['phase1']}",
            f"at least {voters + 1 - sizes['phase1']}: phase1 + phase2 must be above {who}, or a "
            "new leader might not hear of what was chosen",
        )


def _charge_points(reader: Reader, document: dict[str, Any]) -> list[dict[str, Any]]:
    """The ``[[cp]]`` tables, or what ``cps = 5`` stands for."""
    if spec.CPS.name in document:
        if "cp" in document:
            reader.refuse(("cp",), "it beside cps", "either cps = N or [[cp]] tables")
        count = reader.value(document[spec.CPS.name], (spec.CPS.name,), spec.CPS.kind)
        if isinstance(count, int):
            return [{"id": f"CP{number}"} for number in range(1, count + 1)]
        return []
    if "cp" not in document:
        reader.refuse(
            ("cp",), "no charge point", f"1 to {spec.MAX_CPS:,} [[cp]] tables, or cps = N"
        )
    cps = reader.array(document, "cp", spec.CP)
    if len(cps) > spec.MAX_CPS:
        reader.refuse(("cp",), f"{len(cps):,} charge points", f"1 to {spec.MAX_CPS:,}")
    if cps and not any(cp.get("member", True) for cp in cps):
        reader.refuse(("cp",), "member = false everywhere", "at least one first member")
    return cps


def _names(
    reader: Reader,
    document: dict[str, Any],
    cps: list[dict[str, Any]],
    fleet: list[dict[str, Any]],
    city: city_loading.City | None,
) -> Names:
    """Ids that the script may use; an id that stands twice is reported on the way.

    An id counts even if the rest of its table is wrong, so that one mistake gives one message.
    """
    seen: dict[str, int] = {}
    kept: dict[str, list[str]] = {"cp": [], "ev": []}
    if city is not None:
        kept["cp"] = [str(cp["id"]) for cp in cps]
        seen = dict.fromkeys(kept["cp"], reader.line(("site",)))
    elif spec.CPS.name in document:
        kept["cp"] = [str(cp["id"]) for cp in cps]
        seen = dict.fromkeys(kept["cp"], reader.line((spec.CPS.name,)))
    if fleet:
        kept["ev"] = [str(ev["id"]) for ev in fleet]
        seen |= dict.fromkeys(kept["ev"], reader.line((spec.FLEET_NAME,)))
    for key, names in kept.items():
        for index, raw in reader.elements(document, key):
            name = raw.get("id")
            if not isinstance(name, str):
                continue
            place = (key, index, "id")
            if name in seen:
                found = f'"{printable(name)}" a second time (first on line {seen[name]})'
                reader.refuse(place, found, "each id once, for CPs and EVs together")
                continue
            seen[name] = reader.line(place)
            names.append(name)
    sites = () if city is None else tuple(site.id for site in city.sites)
    return Names(
        cps=tuple(kept["cp"]),
        evs=tuple(kept["ev"]),
        sites=sites,
        cabinets=_ids(reader, document, "cabinet"),
        loads=_ids(reader, document, "load"),
    )


def _ids(reader: Reader, document: dict[str, Any], key: str) -> tuple[str, ...]:
    ids = [raw.get("id") for _, raw in reader.elements(document, key)]
    return tuple(name for name in ids if isinstance(name, str))
