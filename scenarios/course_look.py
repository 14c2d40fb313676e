"""Builds the frozen picture of where a session stands in its own time."""

from typing import TYPE_CHECKING

from scenarios.breakpoints.listed import Listed
from scenarios.course import BranchView, BreakpointView, Course, Mark

if TYPE_CHECKING:
    from scenarios.timeline import Timeline


def course_of(timeline: "Timeline") -> Course:
    """A picture of now."""
    shown = timeline.branch
    return Course(
        number=timeline.number,
        tip_us=shown.tip.time_us,
        is_past=timeline.is_past,
        inputs=tuple(Mark(it.time_us, it.words()) for it in shown.inputs),
        bookmarks=tuple(Mark(it.place.time_us, it.name) for it in timeline.marks),
        branches=tuple(
            BranchView(
                it.number,
                it.parent,
                it.forked.time_us,
                it.tip.time_us,
                len(it.inputs),
                it.why,
                it.number == timeline.number,
            )
            for it in timeline.branches.values()
        ),
        breakpoints=tuple(map(_breakpoint, timeline.breakpoints)),
    )


def _breakpoint(listed: Listed) -> BreakpointView:
    last = listed.last
    if last is None:
        return BreakpointView(listed.it.text, listed.on)
    when = f"{last.time}, event {last.event:,}"
    return BreakpointView(listed.it.text, listed.on, when, last.found, listed.branch)
