"""What a person does to the world in the app: faults, the group, drivers."""

from typing import TYPE_CHECKING

from evtui.render.fault_entries import entries
from evtui.render.partition import Plan
from evtui.screens.membership import MembershipPanel
from evtui.screens.panels import LinkChoice, LinkPanel, PartitionPanel
from evtui.screens.reservations import ReservationsPanel
from evtui.taking import TakingApp
from scenarios.controls import Controls
from scenarios.errors import InputError
from scenarios.view import Window

if TYPE_CHECKING:
    from evtui.render.picture import Picture

ENDED = "The run has ended"


class ActingApp(TakingApp):
    """The part of the app that breaks things, through :meth:`scenarios.controls.Controls.act`."""

    controls: Controls
    done: str = ""
    """What was done last, in a sentence."""
    selected: str
    """Id of the selected charge point."""

    if TYPE_CHECKING:
        picture: Picture | None

    def _wind(self) -> None:
        raise NotImplementedError

    # Faults

    def act(self, verb: str, **args: object) -> bool:
        """Act on the world; what is not possible now is told, and nothing has changed."""
        if self._ended():
            return False
        try:
            with self.stopping():
                self.done = self.controls.act(verb, **args)
        except InputError as error:
            self._refuse(str(error))
            return False
        self._wind()
        self.take_picture()
        return True

    def _ended(self) -> bool:
        """Whether nothing can happen any more; says so, in the same words whatever was asked."""
        if self.controls.finished:
            self._refuse(ENDED)
        return self.controls.finished

    def _refuse(self, why: str) -> None:
        self.clear_notifications()
        self.notify(why, severity="warning", timeout=4, markup=False)

    def _tell(self, text: str) -> None:
        self.clear_notifications()
        self.notify(text, timeout=6, markup=False)

    def _status(self) -> str:
        cp = self.picture.cp if self.picture else None
        return cp.status if cp else ""

    def action_kill(self) -> None:
        """Crash the selected charge point, restart it, or switch it on for the first time."""
        verb = {"crashed": "restart", "off": "admit"}.get(self._status(), "crash")
        self.act(verb, cp=self.selected)

    def action_pause_cp(self) -> None:
        """Pause the selected charge point, or resume it."""
        self.act("resume" if self._status() == "paused" else "pause", cp=self.selected)

    def action_stop_cp(self) -> None:
        """Take the selected charge point out of service, or back into it."""
        cp = self.picture.cp if self.picture else None
        stopped = cp is not None and not cp.operative
        self.act("resume_cp" if stopped else "stop_cp", cp=self.selected)

    def action_instruct(self, verb: str, cp: str, kind: str = "") -> None:
        """What else an operator can do, by name."""
        self.act(verb, cp=cp, **({"kind": kind} if kind else {}))

    def action_read(self, how: str) -> None:
        """Ask the selected charge point what the network holds."""
        self.act("read", cp=self.selected, how=how)

    def action_fault(self, title: str) -> None:
        """Do what an entry of the palette says, or end it."""
        view = self.controls.view(Window(log_rows=1, event_rows=1, faults=True))
        entry = next((it for it in entries(view, self.selected) if it.title == title), None)
        if entry is not None and entry.edit is not None:
            self.act(entry.edit.verb, **entry.edit.kwargs())
        elif not self._ended():
            self._refuse(entry.note if entry is not None else f"Not possible any more: {title}")

    def action_heal(self) -> None:
        """Undo every fault of the links."""
        self.act("heal")

    def action_link(self) -> None:
        """Ask which link of the selected charge point to cut or join."""
        if self._ended():
            return
        if self.picture is None or len(self.picture.view.cps) < 2:
            self._refuse("There is no other charge point to have a link to")
            return
        me = self.selected

        def chosen(choice: LinkChoice | None) -> None:
            if choice is not None:
                self.act(choice.verb, a=me, b=choice.other)

        self.push_screen(LinkPanel(self.picture), chosen)

    def action_partition(self) -> None:
        """Ask who can talk to whom."""
        if self._ended():
            return
        if self.picture is None or len(self.picture.view.cps) < 2:
            self._refuse("One charge point alone cannot be partitioned")
            return
        self.push_screen(PartitionPanel(self.picture), self._partition)

    def _partition(self, plan: Plan | None) -> None:
        if plan is None or self.picture is None:
            return
        groups = plan.groups(self.picture.view)
        if len(groups) < 2:
            self._refuse("Everybody is on one side: nothing to cut")
        else:
            self.act("partition_oneway" if plan.one_way else "partition", groups=groups)

    # The group

    def action_membership(self) -> None:
        """Ask what the selected charge point is to be in the group."""
        if self._ended() or self.picture is None:
            return
        me = self.selected

        def chosen(verb: str | None) -> None:
            if verb is not None:
                self.act(verb, cp=me)

        self.push_screen(MembershipPanel(self.picture), chosen)

    def action_move(self, verb: str) -> None:
        """Do this with the membership of the selected charge point."""
        self.act(verb, cp=self.selected)

    # Drivers

    def action_reservations(self) -> None:
        """Show the reservations, and cancel one."""
        if self.picture is None:
            return

        def chosen(ev: str | None) -> None:
            if ev is not None:
                self.act("cancel_reservation", ev=ev)

        self.push_screen(ReservationsPanel(self.picture), chosen)
