"""The terminal app: drives a run, shows it, and lets a person break it."""

import os
import time
from collections.abc import Callable
from functools import partial
from typing import ClassVar

from textual.binding import BindingType
from textual.command import Provider
from textual.reactive import reactive
from textual.screen import Screen
from textual.system_commands import SystemCommandsProvider
from textual.timer import Timer

from evtui import pace
from evtui.actions import PALETTE_BINDING, bindings
from evtui.analytics import Analytics
from evtui.diagram.source import Messages
from evtui.palette import Actions, Commands
from evtui.render.hands import ARRIVES
from evtui.render.picture import Drive, Picture
from evtui.screens.analytics import AnalyticsPanel
from evtui.screens.energy import EnergyPanel
from evtui.screens.hands import HandsPanel
from evtui.screens.help import HelpPanel
from evtui.screens.log import LogPanel
from evtui.screens.messages import MessagesPanel
from evtui.screens.network import NetworkScreen
from evtui.screens.tables import TablePanel
from evtui.screens.views import TABLES
from evtui.screens.why import WhyPanel
from evtui.settings.file import Read
from evtui.settings.force import Settings, resolve
from evtui.whatif.acting import FuturesApp
from evtui.widgets.cps import CpPanel
from evtui.widgets.footer import Footer
from evtui.widgets.lines import Pane
from evtui.widgets.panes import Header
from scenarios.controls import Controls
from scenarios.errors import InputError
from scenarios.session import Session
from scenarios.timeline import Timeline
from scenarios.view import Window
from scenarios.why.view import Answer, Question

DEFAULT_SPEED = 10.0
ALL_ROWS = 1 << 30
"""More events than are kept."""


class EvtuiApp(FuturesApp):
    """A run that a person watches and breaks.

    The app holds one :class:`Picture`; every widget watches it. The run is driven in slices from
    one timer, which exists only while virtual time runs. All that changes the world goes through
    :meth:`scenarios.controls.Controls.act`.
    """

    TITLE = "evtui"
    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = True
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {Commands}
    PALETTE: ClassVar[tuple[type[Provider], ...]] = (Actions, SystemCommandsProvider)
    """The parts of the palette, in their order."""
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(), PALETTE_BINDING]

    warning = ""
    """What a person must know of what was opened."""

    picture: reactive[Picture | None] = reactive(
        None, always_update=True, init=False, repaint=False
    )

    def __init__(
        self,
        session: Session | Timeline,
        *,
        speed: float = DEFAULT_SPEED,
        paused: bool = False,
        settings: Settings | None = None,
    ) -> None:
        """Without settings, only what the environment wishes is done."""
        self.settings = resolve(Read(), os.environ, {}).settings if settings is None else settings
        super().__init__()
        self.timeline = session if isinstance(session, Timeline) else self.make_timeline(session)
        self.make_comfortable()
        self.controls: Controls = self.timeline
        self.controls.record()
        self.pace = pace.Pace(speed)
        self.paused = paused
        view = self.controls.view(Window())
        self.selected = view.cps[0].id if view.cps else ""
        self._duration_us = view.duration_us
        self._network = self.make_network()
        self._timer: Timer | None = None
        self._drawn_s = 0.0
        self.set_reactive(
            EvtuiApp.picture, Picture(view, self._drive(), self.selected, keys=self.settings.keys)
        )

    def make_timeline(self, session: Session) -> Timeline:
        """The timeline for a session."""
        return Timeline(session)

    def make_network(self) -> NetworkScreen:
        """The screen that lies below all others."""
        return NetworkScreen()

    def get_default_screen(self) -> Screen[None]:
        """The network."""
        return self._network

    def on_mount(self) -> None:
        """Let time run; say what is wrong with what was opened."""
        self.note_kept()
        self.heed_signals()
        self.tell_of_settings()
        self._wind()
        if self.warning:
            self.notify(self.warning, severity="warning", timeout=30, markup=False)

    # What is shown

    def _drive(self) -> Drive:
        behind = not self.paused and self.pace.is_behind(time.monotonic())
        stopped = self.paused and self.timeline.stop is not None
        return Drive(self.pace.speed, self.paused, behind, stopped)

    def take_picture(self) -> None:
        """Show the world as it is now."""
        self._drawn_s = time.monotonic()
        is_ready = self._network.is_ready
        plain = window = self._network.window() if is_ready else Window()
        try:
            for screen in self.screen_stack if is_ready else ():
                if isinstance(screen, TablePanel) and screen.is_mounted:
                    window = screen.wanted(window)
            picture = self._picture(window)
        except Exception as error:  # see SafeApp
            if window == plain:
                raise
            self.view_failed(self.screen, error)
            picture = self._picture(plain)
        self.picture = picture
        if is_ready:
            self.tell_stop(picture.stop)

    def _picture(self, window: Window) -> Picture:
        """The world as it is now."""
        view = self.controls.view(window)
        course, stop = self.timeline.course(), self.stop_view()
        return Picture(
            view, self._drive(), self.selected, course=course, stop=stop, keys=self.settings.keys
        )

    def on_pane_moved(self, _message: Pane.Moved) -> None:
        """Another window of a long list is wanted."""
        self.take_picture()

    def action_table(self, name: str) -> None:
        """Open one of the views above the network."""
        if self.picture is not None:
            self.push_screen(TABLES[name](self.picture))

    def action_log_filter(self) -> None:
        """Open the log, with the line to type a filter in."""
        if self.picture is not None:
            self.push_screen(LogPanel(self.picture, asks=True))

    def on_table_panel_wanted(self, _message: TablePanel.Wanted) -> None:
        """A view is about other things now."""
        self.take_picture()

    def on_table_panel_act(self, message: TablePanel.Act) -> None:
        """What somebody wants done in a view."""
        if self.act(message.verb, **message.args) and self.picture is not None:
            # The view covers the events, where it is told what was done.
            done = self.picture.view.event_rows[-1:]
            self.clear_notifications()
            for row in done:
                self.notify(f"{row.subject}: {row.text}", timeout=4, markup=False)

    def on_hands_panel_lay(self, message: HandsPanel.Lay) -> None:
        """Hands are laid on messages: time stands; what is delivered arrives at this instant."""
        order = message.order
        if not order.verb:
            self._refuse(order.why_not)
            return
        if not self.paused and not self.controls.finished:
            self.set_paused(True)
        if not self.act(order.verb, **dict(order.args)):
            return
        if order.verb in ARRIVES:
            self.go_on(self.controls.time_us, pace.SLICE_EVENTS)
            self.take_picture()
        if self.timeline.stop is None:  # else what has stopped it was told
            self._tell(self.done)

    def on_table_panel_ask(self, message: TablePanel.Ask) -> None:
        """What somebody wants to know in a view."""
        if self.picture is not None:
            panel = WhyPanel(self.picture, self._why, message.question)
            self.push_screen(panel, self.action_moment)

    # Virtual time

    def _wind(self) -> None:
        """Start the timer, or stop it where there is nothing to run."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if not self.paused and not self.controls.finished:
            self.pace.anchor(time.monotonic(), self.controls.time_us)
            self._timer = self.set_interval(self.pace.interval_s, self._pump)

    def _pump(self) -> None:
        """One slice of the run, and a picture when the last one is old enough.

        A tick that was on its way when time was stopped moves nothing.
        """
        if self._timer is None:
            return
        start = time.monotonic()
        until = self.pace.due_us(start, self._duration_us)
        while not self.controls.finished:
            reached = self._run_slice(until)
            if reached or time.monotonic() - start >= pace.SLICE_S:
                break
        now = time.monotonic()
        self.pace.settle(now, self.controls.time_us)
        if self.controls.finished:
            self._wind()
            self.take_picture()
        elif now - self._drawn_s >= self.frame_s * 0.9:
            self.take_picture()

    def _run_slice(self, until_us: int) -> bool:
        """A few events; True where no more shall happen before the next look at the clock."""
        return self.go_on(until_us, pace.SLICE_EVENTS)

    def set_paused(self, paused: bool) -> None:
        """Stop or start virtual time."""
        self.paused = paused
        self._wind()
        self.take_picture()

    def action_toggle_clock(self) -> None:
        """Pause or run."""
        if not self._ended():
            self.set_paused(not self.paused)

    def action_step(self) -> None:
        """One event, then stand still."""
        if self._ended():
            return
        self.paused = True
        self._wind()
        self.controls.step()
        self.take_picture()

    def action_speed(self, speed: float) -> None:
        """Run at this speed from now on."""
        if self._ended():
            return
        self.pace.speed = speed
        self._wind()
        self.take_picture()

    def action_faster(self) -> None:
        """Next speed up."""
        self.action_speed(pace.faster(self.pace.speed))

    def action_slower(self) -> None:
        """Next speed down."""
        self.action_speed(pace.slower(self.pace.speed))

    def on_header_sought(self, message: Header.Sought) -> None:
        """Go to the time that was clicked on."""
        self.travel(message.time_us)

    # Selection and scrolling

    def action_select(self, by: int) -> None:
        """The charge point before or after."""
        ids = [cp.id for cp in self.picture.view.cps] if self.picture else []
        if ids:
            at = ids.index(self.selected) if self.selected in ids else 0
            self.action_select_cp(ids[(at + by) % len(ids)])

    def action_select_cp(self, cp: str) -> None:
        """Select a charge point by its id."""
        self.selected = cp
        self.take_picture()

    def on_cp_panel_clicked(self, message: CpPanel.Clicked) -> None:
        """Select what was clicked on."""
        self.action_select_cp(message.cp)

    def action_page(self, direction: int) -> None:
        """Scroll the log, or the events while they have the focus."""
        self._network.pane().page(direction)

    def action_edge(self, end: int) -> None:
        """To the first row, or to the newest one and stay there."""
        pane = self._network.pane()
        if end:
            pane.to_end()
        else:
            pane.to_start()

    def action_energy(self) -> None:
        """Show cables, promises and grants."""
        if self.picture is not None:
            self.push_screen(EnergyPanel(self.picture))

    # Why

    def action_why(self) -> None:
        """Ask why something is so; then look at a time that the answer speaks of."""
        if self.picture is not None:
            self.push_screen(WhyPanel(self.picture, self._why), self.action_moment)

    def _why(self, question: Question) -> Answer | str:
        """The answer, or why there is none."""
        try:
            return self.controls.why(question)
        except InputError as error:
            text = str(error)
            return text[:1].upper() + text[1:]

    def action_moment(self, time_us: int | None) -> None:
        """Go to a time that an answer speaks of, and show what happened then."""
        if time_us is None:
            return
        self.travel(time_us)
        view = self.controls.view(Window(log_rows=1, event_first=0, event_rows=ALL_ROWS))
        before = sum(row.time_us < time_us for row in view.event_rows)
        self._network.show_event(view.event_first + before)

    def action_messages(self) -> None:
        """Show the space-time diagram."""
        if self.picture is None:
            return
        self.controls.record()  # it is on, unless somebody has put another run in place
        view = self.picture.view
        source = Messages(self.controls, f"{view.scenario} --seed {view.seed}", self.folder)
        self.push_screen(MessagesPanel(source, source.write, partial(self._stem, "messages")))

    def action_analytics(self) -> None:
        """Ask the run so far the four questions."""
        if self.picture is not None:
            self.controls.record()  # as for the messages
            source = Analytics(self.controls, time.monotonic)
            self.push_screen(AnalyticsPanel(self.picture, source))

    # Program

    def action_help(self) -> None:
        """Keys and symbols; virtual time stands meanwhile."""
        was_paused = self.paused
        self.set_paused(True)
        self.push_screen(HelpPanel(), lambda _: self.set_paused(was_paused))

    async def on_footer_clicked(self, message: Footer.Clicked) -> None:
        """Do what the key would do."""
        await self.run_action(message.action.method)

    def is_violated(self) -> bool:
        """Whether an invariant was violated."""
        return self.picture is not None and bool(self.picture.view.violation)
