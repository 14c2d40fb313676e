"""The view of a what-if: what is to be run, how far it is, and what both arms have come to."""

from collections.abc import Callable, Iterator
from typing import Final

from attrs import frozen

from evtui.campaign import costs
from evtui.render import units
from evtui.render.bars import bar
from evtui.render.line import Line, Span, fit, left
from evtui.whatif.futures import ArmView, FuturesView
from scenarios.campaign.view import Costs

AS_IT_IS, WITHOUT = "as it is", "without"
FOREVER: Final = 1e18
"""Longer than any run, in µs."""
NAME, ARM, WORDS = 15, 10, 26
"""Widths of the columns beside the bars."""
BAR_MIN, BAR_MAX = 8, 60


@frozen
class Setup:
    """What Enter would begin."""

    at_us: int
    fault: str
    """The last fault in words, with its time; empty for none."""
    profile: str
    about: str
    """What the profile draws."""
    seeds: int
    why_not: str = ""
    """Why nothing can be begun here; empty if it can."""


@frozen
class Measure:
    """A row of the chart: its name, what its bar shows, and its words."""

    name: str
    amount: Callable[[ArmView, Costs], float]
    words: Callable[[ArmView, Costs], str]
    of_runs: bool = False
    """Whether the bar is a share of all runs; else of the larger arm's."""
    differs: Callable[[float], str] | None = None
    """How much more than without the fault in words, where the whole says little of it."""


def _a_run(words: str) -> str:
    """Of one run; nothing needs no more words."""
    return words if words in ("0", "0 Wh", costs.NOBODY) else f"{words} a run"


MEASURES: Final = (
    Measure("violated", lambda _, it: it.violated / it.runs,
            lambda _, it: f"{it.violated} of {it.runs}", of_runs=True),
    Measure("not settled", lambda arm, it: (arm.failed - it.violated) / it.runs,
            lambda arm, it: f"{arm.failed - it.violated} of {it.runs}", of_runs=True),
    Measure("stalls", lambda _, it: it.stalled_us / it.whole if it.whole else 0,
            lambda _, it: _a_run(costs.stalls(it))),
    Measure("not delivered", lambda _, it: it.undelivered_wh / it.whole if it.whole else 0,
            lambda _, it: _a_run(costs.energy(it)),
            differs=lambda wh: f"{'+' if wh > 0 else '−'}{costs.amount(abs(wh))}"),
    Measure("recovered in", lambda _, it: _recovery(it), lambda _, it: costs.recovered(it)),
)  # fmt: skip
"""In the order in which ``evtui campaign`` tells them; their figures are its figures."""


def _recovery(of: Costs) -> float:
    """What the bar shows: never is longer than anything."""
    if not of.whole:
        return 0
    return FOREVER if of.median_us is None else of.median_us


ROWS: Final = 7 + 2 * len(MEASURES)


def page(setup: Setup, found: FuturesView | None, size: tuple[int, int]) -> list[Line]:
    """All of it, in so many columns and rows."""
    width, height = size
    lines = [*_setup(setup, width)]
    if found is not None:
        lines += [fit([], width), *_progress(found, width)]
        chart = list(_chart(found, width))
        if len(lines) + len(chart) + 1 <= height:
            lines.append(fit([], width))
        lines += chart
    return lines[:height]


def _setup(setup: Setup, width: int) -> Iterator[Line]:
    if setup.why_not:
        yield fit([(f" {setup.why_not}", "warn")], width)
        return
    without: list[Span] = [("   nothing is broken so far: one arm", "dim")]
    if setup.fault:
        without = [("   without ", "dim"), (setup.fault, "text")]
    yield fit([(" from ", "dim"), (units.clock(setup.at_us), "text bold"), *without], width)
    yield fit(
        [
            (" faults  ", "dim"),
            (f"‹ {setup.profile} ›", "accent bold"),
            (f"  {setup.about}", "dim"),
        ],
        width,
    )
    yield fit(
        [(" seeds   ", "dim"), (f"‹ {setup.seeds} ›", "accent bold"), ("  futures of each", "dim")],
        width,
    )


def _progress(found: FuturesView, width: int) -> Iterator[Line]:
    """How far it is, and of what."""
    done, total = found.done, found.total
    if found.problem:
        state: Span = (f"ended: {found.problem}", "bad bold")
    elif found.is_running:
        state = (f"{done} of {total} runs", "text bold")
    elif done < total:
        state = (f"cancelled after {done} of {total} runs", "warn")
    else:
        state = (f"all {total} runs are done", "ok")
    what = f"   from {units.clock(found.arms.at_us)}, {found.profile}, {found.seeds} seeds"
    room = min(max(width - len(state[0]) - len(what) - 4, BAR_MIN), BAR_MAX)
    yield fit(
        [(" ", ""), *bar(done / max(total, 1), room, "accent"), ("  ", ""), state, (what, "dim")],
        width,
    )


def _chart(found: FuturesView, width: int) -> Iterator[Line]:
    arms = [(AS_IT_IS, found.as_it_is)]
    if found.without is not None:
        arms.append((WITHOUT, found.without))
    room = min(max(width - NAME - ARM - WORDS - 4, BAR_MIN), BAR_MAX)
    for measure in MEASURES:
        amounts = [measure.amount(arm, arm.costs) for _, arm in arms if arm.costs is not None]
        most = 1.0 if measure.of_runs else max(amounts, default=0.0)
        for index, (name, arm) in enumerate(arms):
            head = [(" " + left("" if index else measure.name, NAME), "text bold"),
                    (left(name, ARM), "dim")]  # fmt: skip
            if arm.costs is None:
                yield fit([*head, *bar(0, room, "dim"), ("  –", "dim")], width)
                continue
            amount = measure.amount(arm, arm.costs)
            worse = amount > min(amounts) or (measure.of_runs and amount > 0)
            words = measure.words(arm, arm.costs)
            if measure.differs is not None and name == AS_IT_IS and amount != amounts[-1]:
                words += f" ({measure.differs(amount - amounts[-1])})"
            yield fit(
                [*head, *bar(amount / most if most else 0, room, "warn" if worse else "ok"),
                 ("  " + words, "text bold" if worse else "")],
                width,
            )  # fmt: skip
