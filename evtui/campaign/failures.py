"""A failed seed as a scenario file of its own, and the commands that open it."""

import shlex
from collections.abc import Iterator
from pathlib import Path

from attrs import evolve, frozen

from evtui.campaign.order import Order
from evtui.errors import UsageError
from scenarios.campaign.drawing import draw
from scenarios.campaign.finding import Finding
from scenarios.schema import At, Scenario
from scenarios.units import DURATION
from scenarios.verbs import EVERYONE
from scenarios.writer import to_toml

FILES_MAX = 10
"""So many failed seeds of a campaign become files: the first ones. Any other one can be had."""
_TITLE_MAX, _DESCRIPTION_MAX, _NAME_MAX = 120, 3_000, 60


@frozen
class Reopened:
    """The file of a failed seed, and how it is looked at."""

    file: str
    watch: str
    """Opens the app, paused at the violating event."""
    run: str
    shrink: str
    """Empty for a city, which cannot be shrunk."""

    @property
    def commands(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(it for it in (self.watch, self.run, self.shrink) if it)


def reopened(order: Order, finding: Finding) -> Reopened:
    """Write the file of a failed seed into the current folder.

    Raises:
        UsageError: it cannot be written.

    """
    file = f"failed-{order.title}-{finding.seed}.toml"
    try:
        Path(file).write_text(to_toml(failed_run(order, finding)), encoding="utf-8")
    except OSError as error:
        why = error.strerror or error
        raise UsageError(f'seed {finding.seed}: cannot write "{file}" ({why})') from None
    path = shlex.quote(file)
    at = DURATION.format(finding.failed_us or 0)
    shrink = "" if order.scenario.sites else f"evtui shrink {path}"
    return Reopened(file, f"evtui {path} --at {at}", f"evtui run {path}", shrink)


def failed_run(order: Order, finding: Finding) -> Scenario:
    """The run of a seed with all that was drawn for it, and what it must come to."""
    if order.scenario.sites:
        from scenarios.city.campaign import draw as draw_city

        drawn = draw_city(order.scenario, finding.seed, profile=order.profile)
    else:
        drawn = draw(order.scenario, finding.seed, profile=order.profile)
    run = drawn.alone()
    title = f"{order.scenario.name} with {order.profile.name}, seed {finding.seed}"
    return evolve(
        run,
        name=f"{order.title}-{finding.seed}"[-_NAME_MAX:],
        title=title[-_TITLE_MAX:],
        description="\n".join(_printable(finding))[:_DESCRIPTION_MAX],
        script=tuple(_as_in_a_file(line) for line in run.script),
    )


def _as_in_a_file(line: At) -> At:
    """In the file of a city what is meant for all sites names none."""
    if line.args.get("site") != EVERYONE:
        return line
    return evolve(line, args={name: it for name, it in line.args.items() if name != "site"})


def _printable(finding: Finding) -> Iterator[str]:
    for problem in finding.problems:
        yield "".join(letter if letter.isprintable() else "?" for letter in problem)
