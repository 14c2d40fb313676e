"""What a scenario file says of plans and departures, checked against the rest of the file."""

from collections.abc import Sequence
from typing import Any

from scenarios.reader import Reader
from scenarios.script import Values
from scenarios.units import DURATION

SECOND_US = 1_000_000


def check_planning(
    reader: Reader,
    planning: dict[str, Any],
    evs: Sequence[dict[str, Any]],
    script: Sequence[Values],
) -> None:
    """Steps are whole seconds, and nobody leaves before he comes."""
    step_us = planning.get("step_us")
    if isinstance(step_us, int) and step_us % SECOND_US:
        reader.refuse(("planning", "step"), f'"{DURATION.format(step_us)}"', "whole seconds")
    arrivals: dict[str, int] = {}
    for line in script:
        if line.get("verb") == "plug_in":
            ev = str(line["args"].get("ev"))
            arrivals[ev] = min(line["t_us"], arrivals.get(ev, line["t_us"]))
    for index, vehicle in enumerate(evs):
        departs_us, arrives_us = vehicle.get("departs_us"), arrivals.get(str(vehicle.get("id")))
        if departs_us and arrives_us is not None and departs_us <= arrives_us:
            found = f'"{DURATION.format(departs_us)}"'
            allowed = f"later than {DURATION.format(arrives_us)}, when it is plugged in"
            reader.refuse(("ev", index, "departs"), found, allowed)
