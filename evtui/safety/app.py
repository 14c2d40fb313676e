"""The part of the app that keeps the run safe: saving, leaving, and what happens on an error.

The run is worth more than any view of it. An error inside a view, or in what a key does, is caught
in one place, :meth:`SafeApp.view_failed`: the session is saved, the person is told, and the app
goes on without that view. Any other error ends the app, after the session is saved.
"""

from pathlib import Path
from signal import Signals
from typing import Any

from textual import events
from textual.message import Message

from evtui.comfort import ComfortApp
from evtui.keys.names import of_view
from evtui.safety import files, signals
from evtui.safety.files import Rescue
from evtui.safety.guarded import Guarded
from evtui.screens.panels import Panel
from evtui.screens.quitting import KEEP, LEAVE, QuitPanel
from scenarios.session_file import keep
from scenarios.timeline import Timeline

MAX_RESCUES = 20
"""Different errors of one run for which files are written: no disk shall be filled by a bug."""


class SafeApp(ComfortApp[int]):
    """Saves a session, asks before one is lost, and survives its own views."""

    timeline: Timeline
    folder: Path = Path()
    """Where sessions are kept."""
    rescue: Rescue | None = None
    """What was saved when the app itself failed."""

    def __init__(self) -> None:
        super().__init__()
        self._kept: tuple[object, ...] = ()
        """What had been done when the session was kept last."""
        self._rescued: dict[tuple[str, str, str, int], Rescue] = {}
        self._saved_as: tuple[tuple[object, ...], Path] | None = None
        """What had been done, and where it is, when an error saved it last."""

    def set_paused(self, paused: bool) -> None:
        """Stop or start virtual time."""
        raise NotImplementedError

    def take_picture(self) -> None:
        """Show the world as it is now."""
        raise NotImplementedError

    def is_violated(self) -> bool:
        """Whether an invariant was violated: the exit code says so."""
        raise NotImplementedError

    def _refuse(self, why: str) -> None:
        raise NotImplementedError

    def _tell(self, text: str) -> None:
        raise NotImplementedError

    # Keep it.

    def note_kept(self) -> None:
        """What has been done so far is in a file."""
        self._kept = files.signature(self.timeline)

    @property
    def unkept(self) -> bool:
        """Whether somebody has done something that is in no file."""
        return files.signature(self.timeline) != self._kept

    def action_save(self) -> None:
        """Keep the session: this branch as a scenario, all branches as a log."""
        self.save()

    def save(self) -> bool:
        """Keep the session, and say where; whether that was possible."""
        self.set_paused(True)
        kept = keep(self.timeline)
        try:
            scenario, log = files.write(kept, self.folder, kept.scenario.name)
        except OSError as error:
            where = self.folder / kept.scenario.name
            self._refuse(f"Not saved: {error.strerror or error}: {where}")
            return False
        self.note_kept()
        self.take_picture()
        count = len(kept.breakpoints)
        stops = f", with {count} breakpoint{'s' * (count != 1)}" if count else ""
        self._tell(f"Saved {scenario} and {log.name}{stops}   evtui replay {scenario}")
        self.hand_over(scenario, log)
        return True

    def hand_over(self, *paths: Path) -> None:
        """Send files that were written to the browser, where the app is shown in one."""
        if self.is_web:
            for path in paths:
                self.deliver_binary(path)

    # Leave.

    async def action_quit(self) -> None:
        """Leave; while something is not kept, ask once before."""
        try:
            if not self.confirm_quit or not self.unkept or isinstance(self.screen, QuitPanel):
                self.leave()
                return
            self.set_paused(True)
            branches, stops = len(self.timeline.branches), len(self.timeline.breakpoints)
            self.push_screen(QuitPanel(branches, self._inputs(), stops), self._asked)
        except Exception as error:
            self._leave_unasked(error)

    def _leave_unasked(self, error: Exception) -> None:
        """Where the question cannot be asked, the session is saved, and nobody is kept here."""
        self.save_before_the_end(error)
        self.exit(1)

    def _inputs(self) -> int:
        return sum(len(it.inputs) for it in self.timeline.branches.values())

    def _asked(self, answer: str | None) -> None:
        if answer == LEAVE or (answer == KEEP and self.save()):
            self.leave()

    def leave(self) -> None:
        """End the app; the exit code says whether an invariant was violated."""
        self.exit(int(self.is_violated()))

    # Ended from outside.

    def heed_signals(self) -> None:
        """Save the session before an end that a signal asks for, and leave the terminal clean."""
        if not self.is_headless:
            signals.heed(self._signalled)

    def _signalled(self, number: Signals) -> None:
        try:
            self.save_unkept(f"ended by {number.name}")
        finally:
            self.exit(signals.exit_code(number))

    def on_exit_app(self) -> None:
        """Who is ended and has not left, as when a page of the browser is closed, is saved."""
        if not self._exit:
            self.save_unkept("ended from outside")

    def save_unkept(self, why: str) -> None:
        """Save what is in no file yet, as nobody can be asked."""
        if self.rescue is None and self.unkept:
            self.rescue = Rescue(why, "", self._write_session()[0])

    # Errors.

    def view_failed(self, view: object, error: Exception, *, in_place: bool = False) -> None:
        """An error in a view: save the session, tell, go on.

        The view is closed, unless it shows ``in_place`` that it failed.
        """
        if isinstance(view, QuitPanel) and not in_place:
            self._leave_unasked(error)
            return
        what = _called(view)
        known = (what, *files.place_of(error)) in self._rescued
        rescue = self._save_before(what, error)
        if not known:
            self.notify(rescue.sentence, severity="error", timeout=30, markup=False)
        is_top = isinstance(view, Panel) and view is self.screen
        if is_top and not in_place:
            self.pop_screen()

    def _save_before(self, what: str, error: Exception, *, is_end: bool = False) -> Rescue:
        """Save session and traceback: an error once, that of the end always. Never raises."""
        key = (what, *files.place_of(error))
        rescue = self._rescued.get(key)
        if rescue is None:
            full = len(self._rescued) >= MAX_RESCUES and not is_end
            log, trace = (None, None) if full else self._write(error)
            rescue = self._rescued[key] = Rescue(what, files.named(error), log, trace)
        return rescue

    def _write(self, error: Exception) -> tuple[Path | None, Path | None]:
        """Where session and traceback are; what was not done since is not saved twice."""
        log, is_new = self._write_session()
        folder = self.folder if log is None else log.parent
        stem = "evtui-rescued-1"
        if log is not None:
            stem = log.stem if is_new else files.free_stem(folder, log.stem.rpartition("-")[0])
        return log, files.write_trace(error, folder, stem)

    def _write_session(self) -> tuple[Path | None, bool]:
        """Where the session is, and whether it is only now; what could not be written is None."""
        try:
            done = (files.signature(self.timeline), self.timeline.place)
            if self._saved_as is not None and self._saved_as[0] == done:
                return self._saved_as[1], False
            name = f"{self.timeline.session.scenario.name}-rescued"
            log = files.rescue_session(keep(self.timeline), self.folder, name)
        except Exception:  # the sentence says that it is not saved
            return None, False
        if log is not None:
            self._saved_as = (done, log)
        return log, True

    async def _dispatch_action(self, namespace: Any, action_name: str, params: Any) -> bool:
        """As in Textual; an error of what a key does ends nothing."""
        try:
            return await super()._dispatch_action(namespace, action_name, params)
        except Exception as error:  # whatever it is, the run is worth more
            self.view_failed(action_name if namespace is self else namespace, error)
            return True

    async def _dispatch_message(self, message: Message) -> None:
        """As in Textual; an error in an answer to one of our widgets ends nothing."""
        try:
            await super()._dispatch_message(message)
        except Exception as error:
            ours = type(message).__module__.startswith("evtui.")
            if not ours and not isinstance(message, events.Callback):
                raise
            self.view_failed(self.screen, error)

    def _handle_exception(self, error: Exception) -> None:
        """The app cannot go on: save the session before it ends.

        Only where Textual hands over the error of a view that was being put together, it can.
        """
        if (view := _composed(error)) is not None:
            self.view_failed(view, error)
            return
        self.save_before_the_end(error)
        super()._handle_exception(error)
        if self.rescue is not None and self.rescue.trace is not None and not self.is_headless:
            self._exit_renderables.clear()  # a file has it; a person reads one sentence

    def save_before_the_end(self, error: Exception) -> None:
        """Save the session for an error that ends the app."""
        if self.rescue is None:
            self.rescue = self._save_before("the app", error, is_end=True)


def _composed(error: Exception) -> Guarded | None:
    """The view whose parts could not be made, if that is what failed."""
    trace = error.__traceback__
    view = trace.tb_frame.f_locals.get("self") if trace is not None else None
    was_composing = trace is not None and trace.tb_frame.f_code.co_name == "_compose"
    return view if was_composing and isinstance(view, Guarded) else None


def _called(view: object) -> str:
    """What a person calls it: ``LogPanel`` is the view log, ``log_filter`` what a key does."""
    if isinstance(view, str):
        return f"The action {view.replace('_', ' ')}"
    return f"The view {of_view(type(view)).replace('-', ' ')}"
