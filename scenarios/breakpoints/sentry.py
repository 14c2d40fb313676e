"""Who stops a session with a past at its breakpoints, wherever in time, and in whichever branch.

A :class:`~scenarios.breakpoints.watch.Watch` is of one session, and knows what was so at its last
look. Whoever travels has another session then, or another place; so the watch is made anew where it
is needed next, and what is so there already must come anew. Where the run only goes on, it stays.
"""

from collections.abc import Iterable

from attrs import frozen

from scenarios.breakpoints.hit import Hit
from scenarios.breakpoints.listed import Breakpoints
from scenarios.breakpoints.watch import Watch
from scenarios.breakpoints.words import Breakpoint
from scenarios.checkpoints import Place, place_of
from scenarios.journal import Input
from scenarios.session import Session


@frozen
class Stop:
    """Where a breakpoint has stopped a run."""

    hit: Hit
    it: Breakpoint
    place: Place
    inputs: tuple[Input, ...]
    """What had been done by hand before it."""
    is_first: bool
    """Whether the breakpoint was not met before it within the same microsecond."""


class Sentry:
    """The list of breakpoints, the watch that holds them against the run, and the last stop."""

    def __init__(self) -> None:
        self.breakpoints = Breakpoints()
        self._watch: Watch | None = None
        self._stop: Stop | None = None

    def watch(self, session: Session) -> Watch | None:
        """The watch over a session as it stands; None where nothing is armed."""
        armed, watch = self.breakpoints.armed, self._watch
        if not armed:
            self._watch = None
        elif (
            watch is None
            or watch.session is not session
            or watch.breakpoints != armed
            or watch.place != place_of(session)
        ):
            self._watch = Watch(session, armed)
        return self._watch

    def leave(self) -> None:
        """The session is gone: another one stands in its place."""
        self._watch = None

    def note(self, hit: Hit, watch: Watch, branch: int, inputs: Iterable[Input]) -> None:
        """Remember where the run was stopped."""
        assert watch.met is not None  # noqa: S101 - it was met
        self.breakpoints.note(hit, branch, watch.place)
        self._stop = Stop(hit, watch.met, watch.place, tuple(inputs), watch.is_first)

    def pass_on(self, place: Place) -> None:
        """Time may have gone on: then it stands no longer where it was stopped."""
        stop = self._stop
        if stop is not None and _instant(place) != _instant(stop.place):
            self._stop = None

    def stop_at(self, place: Place, inputs: list[Input]) -> Stop | None:
        """The last stop, if that is where a run of these inputs stands.

        What was done by hand since then, at this very instant, changes nothing of it.
        """
        stop = self._stop
        if stop is None or _instant(place) != _instant(stop.place):
            return None
        acted = len(stop.inputs)
        same = place.acted >= acted and tuple(inputs[:acted]) == stop.inputs
        return stop if same else None


def _instant(place: Place) -> tuple[int, int]:
    """Where a run is, whatever was done by hand there."""
    return place.events, place.time_us
