"""The two lines at the top: which run, what time it is, who leads, whether all is well."""

import textwrap

from rich.cells import cell_len

from evtui.render import glyphs, units
from evtui.render.bars import bar
from evtui.render.line import Line, Span, fit, spread
from evtui.render.picture import Drive
from scenarios.view import View


def motion(view: View, drive: Drive) -> Span:
    """Ended, paused, or how fast it runs: a symbol and a word."""
    if view.finished:
        return (f"{glyphs.ENDED} ended", "warn bold")
    if drive.paused:
        return (f"{glyphs.PAUSED} paused {units.speed(drive.speed)}", "warn bold")
    return (f"{glyphs.RUNNING} {units.speed(drive.speed)}", "ok bold")


def verdict(view: View) -> Span:
    """Whether every invariant holds."""
    if view.violation:
        return (f"{glyphs.BROKEN} invariant violated", "bad bold")
    return (f"{glyphs.HOLDS} {units.count(view.checks)} checks", "ok bold")


def header(view: View, drive: Drive, width: int) -> list[Line]:
    """Two lines of ``width`` cells."""
    state, sign = motion(view, drive), verdict(view)
    name = view.title if view.title and width >= 110 else view.scenario
    start: list[Span] = [(" ", ""), (name, "text bold"), ("  ", "")]
    end: list[Span] = [("  ", ""), (left_pad(state[0], 13), state[1]), (" ", "")]
    now = units.clock(view.time_us)
    total = units.clock(view.duration_us, millis=False)
    used = sum(len(t) for t, _ in start + end) + len(now) + len(total) + 2
    share = view.time_us / view.duration_us if view.duration_us else 0.0
    progress = bar(share, max(width - used, 4), "accent")
    first = [*start, (now, "text bold"), (" ", ""), *progress, (" ", ""), (total, "dim")]
    return [
        spread(first, end, width, "panel"),
        spread(_who(view, width - cell_len(sign[0]) - 3), [sign, (" ", "")], width, "panel"),
    ]


def left_pad(text: str, least: int) -> str:
    """Text at the right of at least ``least`` cells, so that what stands before it stays."""
    return text.rjust(least)


def _who(view: View, room: int) -> list[Span]:
    """Leader and ballot; then seed, expectations and messages, as far as there is room."""
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
    if view.expectations_total:
        done = f"{view.expectations_held}/{view.expectations_total}"
        items.append([("expected ", "dim"), (done, "")])
        if view.expectations_failed:
            failed = f" {glyphs.BROKEN} {view.expectations_failed} failed"
            items[-1].append((failed, "bad bold"))
    items.append([("messages ", "dim"), (units.count(view.messages), "")])
    items.append([("events ", "dim"), (units.count(view.events), "")])
    spans: list[Span] = []
    for item in items:
        gap = "   " if spans else " "
        size = len(gap) + sum(cell_len(text) for text, _ in item)
        if size > room:
            break
        spans += [(gap, ""), *item]
        room -= size
    return spans


def banner(view: View, width: int) -> list[Line]:
    """The violated invariant's sentence, as long as it is; nothing while all hold."""
    if not view.violation:
        return []
    text = f"{glyphs.BROKEN} {view.violation}"
    return [
        fit([(" ", ""), (row, "text bold")], width, "alarm")
        for row in textwrap.wrap(text, width - 2)
    ]
