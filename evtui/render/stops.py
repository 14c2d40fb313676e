"""Breakpoints: the line that says where one has stopped the run, the list, help for the words."""

import textwrap
from collections.abc import Sequence

from attrs import frozen

from evtui.render import glyphs
from evtui.render.line import Line, Span, fit, left, line, spread
from scenarios.course import BreakpointView

ON, OFF = "●", "○"
NONE_YET = " none yet: a adds one, and the run stops before the next event when it is met"
WORDS = 32
"""Width of the column of a breakpoint's words, at the least."""
EXAMPLE = 36
"""Width of the column of examples."""
ROOMY = 60
"""Cells from which there is a line for the command, too."""
HELP_HEAD = 1
"""Rows of the help before its first example."""


@frozen
class StopView:
    """Where a breakpoint has stopped the run, and the command that stops there, too."""

    words: str
    again: str = ""
    """Empty where there is none."""


def banner(stop: StopView | None, width: int) -> list[Line]:
    """What has stopped the run; nothing while nothing has."""
    if stop is None:
        return []
    lines = [
        fit([(" ", ""), (row, "warn bold")], width, "panel")
        for row in _wrapped(f"{glyphs.PAUSED} {stop.words}", width - 2, "  ")
    ]
    if stop.again and width >= ROOMY:
        lines += [
            fit([(" ", ""), (row, "dim")], width, "panel")
            for row in _wrapped(f"  {stop.again}", width - 2, "    ")
        ]
    return lines


def _wrapped(text: str, width: int, indent: str) -> list[str]:
    return textwrap.wrap(text, max(width, 8), subsequent_indent=indent, break_on_hyphens=False)


# The list.


def examples(cps: Sequence[str], evs: Sequence[str]) -> list[tuple[str, str]]:
    """What may be asked, with the names of this run, and when it stops then."""
    ev = [
        (f"{id_} enters charging_with_profile", "that EV is in that state now") for id_ in evs[:1]
    ]
    return [
        ("leader changes", "another CP leads than before, or nobody does"),
        ("preemption", "a ballot was refused for a higher one"),
        ("slot chosen", "a CP knows of one more chosen slot"),
        ("slot 40 chosen", "a CP knows that this one is chosen"),
        *ev,
        (f"{cps[0]} enters begin_session", "that CP is in that state now"),
        ("margin P1 below 500", "an invariant's least margin is below that"),
        ("command StartTransaction", "a command of that kind is applied"),
        ("text plugged in", "a new line of the event log has these words"),
        ("leader changes after 3m", "any of them, but not before that time"),
    ]


def help_lines(cps: Sequence[str], evs: Sequence[str], width: int) -> list[Line]:
    """A heading, an example a line, and who there is."""
    lines = [fit([(" such as", "text bold"), ("   a click takes one", "dim")], width)]
    for text, says in examples(cps, evs):
        lines.append(fit([(left(f" {text}", EXAMPLE), "accent"), (says, "dim")], width))
    there = ", ".join(_span(ids) for ids in (cps, evs) if ids)
    return [*lines, fit([(f" here are {there}", "dim")], width)]


def _span(ids: Sequence[str]) -> str:
    """Names as people count them: CP1 to CP5."""
    return " ".join(ids) if len(ids) < 3 else f"{ids[0]} to {ids[-1]}"


@frozen
class Place:
    """How the list and what stands below it share the rows."""

    first: int
    """The first breakpoint that is seen."""
    rows: int
    help_from: int
    """The row in which the help begins; beyond the last where it has no room."""


def lay(count: int, cursor: int, first: int, height: int, below: int, help_rows: int) -> Place:
    """The list first, then what must be said, then as much help as fits.

    ``first`` was the first that was seen: it stays, as long as the cursor is seen, too.
    """
    wanted = 1 + max(count, 1)
    room = max(height - below, 2)
    helped = room - help_rows - 1
    rows = min(wanted, max(helped, 6), room)
    first = min(max(first, cursor - rows + 2), cursor, max(count - rows + 1, 0))
    return Place(first, rows, rows + below + 1)


def page(
    breakpoints: Sequence[BreakpointView],
    cursor: int,
    place: Place,
    said: Sequence[Line],
    helps: Sequence[Line],
    size: tuple[int, int],
    motion: Span,
) -> list[Line]:
    """The list, what is said of one of them, the help."""
    width, height = size
    words = min(max([WORDS, *(len(it.text) + 2 for it in breakpoints)]), max(width - 30, 12))
    head = [("      on   ", "dim"), (left("breakpoint", words), "dim"), ("stopped last", "dim")]
    lines = [spread(head, [motion, (" ", "")], width)]
    if not breakpoints:
        lines.append(fit([(NONE_YET, "dim")], width))
    shown = breakpoints[place.first : place.first + place.rows - 1]
    for index, it in enumerate(shown, place.first):
        lines.append(
            fit(
                [
                    (glyphs.CURSOR if index == cursor else " ", "accent bold"),
                    (f"{index + 1:>3} ", "dim"),
                    (f"{ON} on   " if it.on else f"{OFF} off  ", "ok bold" if it.on else "dim"),
                    (left(it.text, words), "" if it.on else "dim"),
                    (it.last or "not yet", "dim"),
                ],
                width,
                "selected" if index == cursor else "base",
            )
        )
    lines += said
    lines += [line(), *helps]
    return [*lines[:height], *[fit((), width)] * (height - len(lines))]


def stopped(stop: StopView, width: int) -> list[Line]:
    """What has stopped the run."""
    return [line(), *(each._replace(ground="base") for each in banner(stop, width))]


def detail(it: BreakpointView | None, branches: int, width: int) -> list[Line]:
    """What was found at its last stop."""
    if it is None or not it.last:
        return []
    where = f", in branch {it.branch}" if branches > 1 else ""
    text = f"{it.text}: {it.found}, at {it.last}{where}"
    return [line(), *(fit([(" ", ""), (row, "")], width) for row in _wrapped(text, width - 2, ""))]


def refused(why: str, width: int) -> list[Line]:
    """Why what was typed says nothing."""
    text = f"{glyphs.BROKEN} {why}"
    rows = _wrapped(text, width - 2, "  ")
    return [line(), *(fit([(" ", ""), (row, "bad bold")], width) for row in rows)]
