"""The two lines at the top: which run, what time it is, who leads, whether all is well."""

import textwrap

from rich.cells import cell_len

from evtui.render import glyphs, units
from evtui.render.course import track, where
from evtui.render.line import Line, Span, clip, fit, spread
from evtui.render.money import costs_something
from evtui.render.picture import Drive
from scenarios.course import Course
from scenarios.view import View


def motion(view: View, drive: Drive) -> Span:
    """Ended, paused, or how fast it runs: a symbol and a word."""
    return motion_of(view.finished, drive)


def motion_of(finished: bool, drive: Drive) -> Span:
    """The same, of any run."""
    if finished:
        return (f"{glyphs.ENDED} ended", "warn bold")
    if drive.stopped:
        return (f"{glyphs.PAUSED} stopped {units.speed(drive.speed)}", "warn bold")
    if drive.paused:
        return (f"{glyphs.PAUSED} paused {units.speed(drive.speed)}", "warn bold")
    if drive.behind:
        return (f"{glyphs.RUNNING} <{units.speed(drive.speed)}", "warn bold")
    return (f"{glyphs.RUNNING} {units.speed(drive.speed)}", "ok bold")


ROOMY = 90
"""Cells of the second line from which failed expectations are told in more words."""


def verdict(view: View, width: int) -> Span:
    """Whether every invariant holds; a failed expectation beside it must have room too."""
    words = [f"{glyphs.HOLDS} {units.count(view.checks)} checks", glyphs.HOLDS]
    if view.violation:
        words = [f"{glyphs.BROKEN} invariant violated", f"{glyphs.BROKEN} violated", glyphs.BROKEN]
    beside = cell_len(_failed(view)[2]) + 2 if view.expectations_failed else 0
    text = next((text for text in words if cell_len(text) + 2 + beside <= width), words[-1])
    return (text, "bad bold" if view.violation else "ok bold")


def header(view: View, drive: Drive, width: int, course: Course | None = None) -> list[Line]:
    """Two lines of ``width`` cells."""
    before, room, after, end = _first_line(view, drive, width)
    line = track(view.time_us, view.duration_us, course, room)
    sign = verdict(view, width)
    where_spans = _where(course)
    who = _who(view, width - cell_len(sign[0]) - 2, where_spans)
    return [
        spread([*before, *line, *after], end, width, "panel"),
        spread(who, [sign, (" ", "")], width, "panel"),
    ]


def track_place(view: View, drive: Drive, width: int) -> tuple[int, int]:
    """Where the line of time begins in the first line, and how many cells it has."""
    before, room, _, _ = _first_line(view, drive, width)
    return sum(cell_len(text) for text, _ in before), room


def _first_line(
    view: View, drive: Drive, width: int
) -> tuple[list[Span], int, list[Span], list[Span]]:
    """What stands before the line of time, its cells, what stands after it, and at the right."""
    state = motion(view, drive)
    name = view.title if view.title and width >= 110 else view.scenario
    start: list[Span] = [(" ", ""), (name, "text bold"), ("  ", "")]
    end: list[Span] = [("  ", ""), (left_pad(state[0], 13), state[1]), (" ", "")]
    now = units.clock(view.time_us)
    total = units.clock(view.duration_us, millis=False)
    used = sum(cell_len(t) for t, _ in start + end) + len(now) + len(total) + 2
    before: list[Span] = [*start, (now, "text bold"), (" ", "")]
    return before, max(width - used, 4), [(" ", ""), (total, "dim")], end


def _where(course: Course | None) -> list[Span]:
    text = where(course)
    return [(text, "warn bold" if course is not None and course.is_past else "accent")] * bool(text)


def left_pad(text: str, least: int) -> str:
    """Text at the right of at least ``least`` cells, so that what stands before it stays."""
    return text.rjust(least)


def _failed(view: View) -> list[str]:
    """That expectations failed, from the longest words to the shortest; nothing while none did."""
    if not view.expectations_failed:
        return []
    share = f"{glyphs.BROKEN} {view.expectations_failed}/{view.expectations_total}"
    return [f"{share} expectations failed", f"{share} failed", share, glyphs.BROKEN]


def _who(view: View, room: int, first: list[Span]) -> list[Span]:
    """What failed, what is planted, ``first``, leader, ballot, seed: whatever there is room for.

    What does not fit is left out, and what comes after it is still tried.
    """
    spans: list[Span] = []
    failed = _failed(view)
    if failed:
        roomy = room >= ROOMY
        words = [text for text in failed[0 if roomy else 1 :] if cell_len(text) < room]
        item = ((words or failed[-1:])[0], "bad bold")
        spans = [(" ", ""), item]
        room -= 1 + cell_len(item[0])
    if view.mutant:
        gap = "   " if spans else " "
        planted = clip(f"planted: {view.mutant}", room - len(gap))
        spans += [(gap, ""), (planted, "bad bold")]
        room -= len(gap) + cell_len(planted)
    for item_spans in [*([first] if first else []), *_items(view, room)]:
        gap = "   " if spans else " "
        size = len(gap) + sum(cell_len(text) for text, _ in item_spans)
        if size <= room:
            spans += [(gap, ""), *item_spans]
            room -= size
    return spans


def _items(view: View, room: int) -> list[list[Span]]:
    """What the second line tells, the most important first; in full words where there is room."""
    items: list[list[Span]] = [[("no leader", "warn bold")]]
    if view.leader:
        items = [
            [
                (f"{glyphs.ROLE['leader']} {view.leader}", "accent bold"),
                (" leads, ballot ", "dim"),
                (view.ballot, ""),
            ]
        ]
    items.append([("seed ", "dim"), (str(view.seed), "")])
    if view.expectations_total and not view.expectations_failed:
        done = f"{view.expectations_held}/{view.expectations_total}"
        items.append([("expected ", "dim"), (done, "")])
    if costs_something(view):
        word = "earned " if room >= ROOMY else ""
        items.append([(word, "dim"), (units.euros(view.earned_cents), "")])
    items.append([("messages ", "dim"), (units.count(view.messages), "")])
    items.append([("events ", "dim"), (units.count(view.events), "")])
    return items


def banner(view: View, width: int) -> list[Line]:
    """The violated invariant's sentence, as long as it is; nothing while all hold."""
    if not view.violation:
        return []
    text = f"{glyphs.BROKEN} {view.violation}"
    return [
        fit([(" ", ""), (row, "text bold")], width, "alarm")
        for row in textwrap.wrap(text, width - 2)
    ]
