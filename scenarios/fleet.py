"""``[fleet]``: many EVs alike, written out as EVs and lines of the script."""

from typing import Any

from scenarios import format as spec
from scenarios.reader import Reader
from scenarios.script import Raw, Values
from scenarios.units import DURATION

UNPLUG_US = 15_000_000
"""How long after the end of its charging an EV is unplugged."""

_PATH = (spec.FLEET_NAME,)


def read_fleet(
    reader: Reader, document: Raw, cps: tuple[str, ...], end_us: int | None
) -> tuple[list[Values], list[Values]]:
    """The EVs of a file's fleet, and the lines of their script.

    Both empty without a fleet; every problem is noted in ``reader``.
    """
    if spec.FLEET_NAME not in document:
        return [], []
    values = reader.single(document, spec.FLEET_NAME, spec.FLEET)
    count = values.pop("evs", None)
    if count is not None and count > len(cps):
        found, allowed = f"{count:,} EVs", f"1 to {len(cps):,}, one for each CP"
        reader.refuse((*_PATH, "evs"), found, allowed)
        return [], []
    arrive, leave = values.pop("arrive_us", None), values.pop("leave_us", None)
    departs = values.pop("departs_us", None)
    _check_end(reader, "arrive", arrive, end_us)
    _check_end(reader, "leave", leave, end_us, UNPLUG_US)
    if arrive and leave and (leave[0] < arrive[0] or leave[1] < arrive[1]):
        first = DURATION.format(arrive[0])
        reader.refuse((*_PATH, "leave"), "some who leave before they come", f"from {first} on")
    if arrive and departs and (departs[0] <= arrive[0] or departs[1] <= arrive[1]):
        first = DURATION.format(arrive[0])
        reader.refuse((*_PATH, "departs"), "some who leave before they come", f"after {first}")
    if count is None or arrive is None:
        return [], []
    ids = fleet_ids(count)
    script = _lines("plug_in", ids, arrive, list(cps))
    if leave:
        script += _lines("stop_charging", ids, leave)
        script += _lines("unplug", ids, (leave[0] + UNPLUG_US, leave[1] + UNPLUG_US))
    line = reader.line(_PATH)
    evs: list[Values] = [{"id": name, **values} for name in ids]
    if departs:
        for ev, departs_us in zip(evs, _evenly(departs, count), strict=True):
            ev["departs_us"] = departs_us
    return evs, [{**at, "line": line} for at in script]


def fleet_ids(count: int) -> list[str]:
    """The ids of a fleet's EVs."""
    return [f"EV{number}" for number in range(1, count + 1)]


def _check_end(reader: Reader, key: str, span: Any, end_us: int | None, more_us: int = 0) -> None:
    if span and end_us is not None and span[1] + more_us > end_us:
        then = f", and {DURATION.format(more_us)} for the plug" if more_us else ""
        found, end = DURATION.format(span[1]), DURATION.format(end_us)
        reader.refuse((*_PATH, key), f'"{found}"', f"0s to {end}, the run's duration{then}")


def _lines(
    verb: str, evs: list[str], span: tuple[int, int], cps: list[str] | None = None
) -> list[Values]:
    """One line for each EV, evenly over the span."""
    lines: list[Values] = []
    for index, (ev, t_us) in enumerate(zip(evs, _evenly(span, len(evs)), strict=True)):
        args: Values = {"ev": ev, "cp": cps[index]} if cps is not None else {"ev": ev}
        lines.append({"t_us": t_us, "verb": verb, "args": args})
    return lines


def _evenly(span: tuple[int, int], count: int) -> list[int]:
    """So many times, evenly over a span."""
    first_us, last_us = span
    return [first_us + (last_us - first_us) * i // max(1, count - 1) for i in range(count)]
