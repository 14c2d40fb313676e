"""The part of the app that stops at breakpoints, and lists them."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from evtui.breaks import command, name_of
from evtui.render.picture import Picture
from evtui.render.stops import StopView
from evtui.safety.app import SafeApp
from evtui.screens.panels import Panel
from evtui.screens.stops import StopsPanel
from scenarios.breakpoints.sentry import Stop
from scenarios.breakpoints.words import Names, names_of, read
from scenarios.errors import InputError


class StoppingApp(SafeApp):
    """Time stands as soon as a breakpoint is met, whatever made it go on."""

    called = ""
    """The name or path under which somebody has called the scenario; empty where nobody has."""
    paused: bool
    _told: Stop | None = None
    """The stop that was told last."""

    def go_on(self, until_us: int, max_events: int) -> bool:
        """Run on; True where the time was reached, or a breakpoint has stopped it."""
        with self.stopping():
            return self.timeline.go_on(until_us, max_events)

    @contextmanager
    def stopping(self) -> Iterator[None]:
        """While something happens: where it meets a breakpoint, time stands."""
        before = self.timeline.stop
        yield
        stop = self.timeline.stop
        if stop is not None and stop is not before:
            self.set_paused(True)

    # What is shown.

    def stop_view(self) -> StopView | None:
        """Where a breakpoint has stopped the run, as long as it stands there."""
        stop, session = self.timeline.stop, self.timeline.session
        if stop is None:
            return None
        again = command(stop, session.scenario, session.seed, self._runs_as)
        return StopView(stop.hit.in_words(), again)

    @cached_property
    def _runs_as(self) -> str:
        return name_of(self.timeline.session.scenario, self.called)

    def tell_stop(self, stop: StopView | None) -> None:
        """Say where it was stopped, once, in a view that has no line for it."""
        new, self._told = self.timeline.stop is not self._told, self.timeline.stop
        if stop is None or not new:
            return
        if isinstance(self.screen, Panel) and not isinstance(self.screen, StopsPanel):
            self.notify(stop.words, severity="warning", timeout=20, markup=False)

    # The list.

    @cached_property
    def names(self) -> Names:
        """Who there is in this run."""
        session = self.timeline.session
        return names_of(session.scenario, session.seed)

    def action_stops(self) -> None:
        """Show the breakpoints."""
        picture: Picture | None = getattr(self, "picture", None)
        if picture is not None:
            there = self.names
            self.push_screen(StopsPanel(picture, there.cps, there.evs, self.put_breakpoint))

    def put_breakpoint(self, text: str, index: int | None) -> str:
        """Add one, or put it in another one's place; why not, where it says nothing."""
        breakpoints = self.timeline.breakpoints
        try:
            it = read(text, self.names)
            if index is None:
                breakpoints.add(it)
            else:
                breakpoints.replace(index, it)
        except InputError as error:
            return str(error)
        self.take_picture()
        return ""

    def on_stops_panel_switched(self, message: StopsPanel.Switched) -> None:
        """One of them on, or off."""
        if message.index < len(self.timeline.breakpoints):
            self.timeline.breakpoints.switch(message.index)
            self.take_picture()

    def on_stops_panel_jumped(self, message: StopsPanel.Jumped) -> None:
        """Show where one of them has stopped the run last."""
        if message.index < len(self.timeline.breakpoints):
            self.set_paused(True)
            hit = self.timeline.revisit(message.index)
            self.take_picture()
            if hit is not None and self.timeline.stop is None:
                self._tell(hit.in_words())

    def on_stops_panel_deleted(self, message: StopsPanel.Deleted) -> None:
        """Take one away."""
        if message.index < len(self.timeline.breakpoints):
            self.timeline.breakpoints.remove(message.index)
            self.take_picture()
