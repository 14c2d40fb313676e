"""Going through the time of a session: back, forward, and off into another future.

A run is a function of scenario, seed and inputs, so any instant of it can be had again: from the
nearest checkpoint before it (a pickle of the session) the run is done once more, with the inputs in
their places. Acting in the past makes a branch: what was there stays, and is a branch, too.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from attrs import define

from scenarios.bookmarks import Bookmark, named
from scenarios.breakpoints.hit import Hit
from scenarios.breakpoints.listed import Breakpoints
from scenarios.breakpoints.sentry import Sentry, Stop
from scenarios.breakpoints.watch import Watch
from scenarios.checkpoints import BUDGET_BYTES, START, Checkpoint, Checkpoints, Place, place_of
from scenarios.course import Course
from scenarios.course_look import course_of
from scenarios.errors import InputError
from scenarios.journal import Input
from scenarios.session import Session
from scenarios.shown import Shown


@define
class Branch:
    """One course of events: another one's up to a place, then its own."""

    number: int
    parent: int
    """The branch that it left; 0 for the first."""
    forked: Place
    """Where it left it."""
    inputs: list[Input]
    """All inputs, from the beginning of the run."""
    tip: Place = START
    """How far it has been run."""
    why: str = ""
    """What it was made by: an input, or one that it is without."""


class Timeline(Shown):
    """A session with a past that can be visited, and several futures."""

    def __init__(self, session: Session, budget_bytes: int = BUDGET_BYTES) -> None:
        self.session = session
        self.begin = self.place
        """Where the session was when it came here: nothing before it can be shown."""
        self.branches: dict[int, Branch] = {1: Branch(1, 0, self.begin, list(session.coming))}
        self.number = 1
        """Of the branch that is shown."""
        self._checkpoints = Checkpoints(budget_bytes)
        self._records = False
        """Whether messages are remembered."""
        self.bookmarks: list[Bookmark] = []
        """In the order in which they were set."""
        self._sentry = Sentry()
        self._undone: list[tuple[int, Place]] = []
        """Where undoing has been, the newest last: a branch, and a place in it."""
        self._checkpoints.take(1, session)

    def adopt(
        self, branches: Iterable[Branch], shown: int, bookmarks: Iterable[Bookmark] = ()
    ) -> None:
        """Take over the course of a session that was kept, and show a branch at its end."""
        self.bookmarks = list(bookmarks)
        self.branches = {it.number: it for it in branches}
        self.number = 0
        self.switch(shown)
        self.go_to_end()

    def record(self) -> None:
        """Remember every message from now on, in every branch."""
        self._records = True
        self.session.record()

    def course(self) -> Course:
        """A frozen picture of where this is."""
        return course_of(self)

    # Where it is.

    @property
    def branch(self) -> Branch:
        """The branch that is shown."""
        return self.branches[self.number]

    @property
    def place(self) -> Place:
        """Where the session is."""
        return place_of(self.session)

    @property
    def is_past(self) -> bool:
        """Whether the branch has been run farther than this."""
        return self.place < self.branch.tip

    @property
    def bytes(self) -> int:
        """What all checkpoints hold."""
        return self._checkpoints.bytes

    # Forward.

    def run(self, until_us: int, max_events: int) -> bool:
        """Run as :meth:`scenarios.session.Session.run` does, and remember the way.

        No breakpoint stops that: see :meth:`go_on`.
        """
        return self._run(until_us, max_events, None)

    def go_on(self, until_us: int, max_events: int) -> bool:
        """Run as :meth:`run` does, but no farther than to where a breakpoint is met.

        Then it returns True, too, and :attr:`stop` says where it was stopped.
        """
        reached = self._run(until_us, max_events, self._sentry.watch(self.session))
        self._sentry.pass_on(self.place)
        return reached

    def _run(self, until_us: int, max_events: int, watch: Watch | None) -> bool:
        left = max_events
        while left > 0:
            slice_events = min(left, self._checkpoints.gap(self.number))
            before = self.session.whole.events
            if watch is None:
                reached, hit = self.session.run(until_us, slice_events), None
            else:
                reached, hit = watch.run(until_us, slice_events)
            self._mark()
            if watch is not None and hit is not None:
                self._stopped(hit, watch)
                return True
            if reached:
                return True
            left -= max(1, self.session.whole.events - before)
        return False

    def step(self) -> bool:
        """Let exactly one event happen; False when there is none left.

        Where that meets a breakpoint, :attr:`stop` says so.
        """
        with self._looking():
            happened = self.session.step()
        self._sentry.pass_on(self.place)
        self._mark()
        return happened

    def act(self, verb: str, **args: object) -> str:
        """Act on the world now; in the past that begins a branch.

        Raises:
            scenarios.errors.InputError: as :meth:`scenarios.session.Session.act`.
        """
        self._note_tip()
        here = self.place
        meant = self.session.completed(verb, args)
        done = Input(here.time_us, here.events, verb, dict(meant))
        with self._looking():
            text = self.session.act(verb, **args)
            if here < self.branch.tip:
                self._grow(here, self.branch.inputs[: here.acted], done.words())
            self.session.coming = []
            self.branch.inputs.append(done)
            self._undone.clear()
            self._note_tip()
        return text

    # Breakpoints.

    @property
    def breakpoints(self) -> Breakpoints:
        """Where :meth:`go_on` stops: one list for all branches."""
        return self._sentry.breakpoints

    @property
    def stop(self) -> Stop | None:
        """Where a breakpoint has stopped the run, as long as it stands there."""
        return self._sentry.stop_at(self.place, self.branch.inputs)

    def revisit(self, index: int) -> Hit | None:
        """Show where a breakpoint has stopped the run last; None where it never has."""
        listed = self.breakpoints[index]
        if listed.place is not None:
            self._show(listed.branch, listed.place)
        return listed.last

    @contextmanager
    def _looking(self) -> Iterator[None]:
        """While something happens by hand: whether it meets a breakpoint."""
        watch = self._sentry.watch(self.session)
        if watch is None:
            yield
            return
        with watch.listening():
            yield
        hit = watch.look()
        if hit is not None:
            self._stopped(hit, watch)

    def _stopped(self, hit: Hit, watch: Watch) -> None:
        before = self.branch.inputs[: watch.place.acted]
        self._sentry.note(hit, watch, self.number, before)

    def run_to(self, place: Place) -> None:
        """Run on to a place that a saved session says it has."""
        self._run_to(place.time_us - 1)
        self.session.come_to(*place)
        self._mark()

    # Backward, and to any time.

    def go(self, time_us: int) -> None:
        """Show the branch at a time that it has been run to: all that happened until then has."""
        time_us = min(max(time_us, self.begin.time_us), self.branch.tip.time_us)
        back = time_us < self.session.time_us
        self._restore(lambda place: place.time_us < time_us, back=back)
        self._run_to(time_us)

    def go_to_end(self) -> None:
        """Show the branch as far as it has been run."""
        self.go_to(self.branch.tip)

    def go_to(self, place: Place) -> None:
        """Show the branch at a place that it has been run to."""
        self._restore(lambda it: it <= place, back=place < self.place)
        self.session.come_to(*place)
        self._note_tip()

    def back(self) -> bool:
        """To before the last event; False at the beginning."""
        if self.place <= self.begin:
            return False
        self.go_to_event(max(self.session.whole.events - 1, self.begin.events))
        return True

    def go_to_event(self, events: int) -> None:
        """Show the branch after so many events, with the inputs that came before the next one."""
        back = events < self.session.whole.events
        self._restore(lambda place: place.events < events, back=back)
        self.session.reach(events)
        self._note_tip()

    def _run_to(self, time_us: int) -> None:
        while not self.run(time_us, self._checkpoints.gap(self.number)):
            pass

    # Branches.

    def go_on_from(self, number: int, place: Place, why: str) -> None:
        """Show a place of a branch, as if nothing had been done after it.

        Where something was, it stays in its branch, and another one begins here.
        """
        self._show(number, place)
        if len(self.branch.inputs) > place.acted:
            self._grow(place, self.branch.inputs[: place.acted], why)
            self.session.coming = []

    def switch(self, number: int) -> None:
        """Show another branch, at this time or as far as it has been run.

        Raises:
            scenarios.errors.InputError: there is no such branch.
        """
        if number not in self.branches:
            there = ", ".join(map(str, self.branches))
            raise InputError(f"no branch {number}; there are {there}")
        if number == self.number:
            return
        time_us, tip = self.session.time_us, self.branches[number].tip
        if tip.time_us <= time_us:
            self._show(number, tip)
            return
        if self.number:
            self._note_tip()
        self.number = number
        self._restore(lambda place: place.time_us < time_us)
        self._run_to(time_us)

    def _show(self, number: int, place: Place) -> None:
        """Show a branch at a place that it has been run to, and nothing that happened after it."""
        if number == self.number:
            self.go_to(place)
            return
        if self.number:
            self._note_tip()
        self.number = number
        self._restore(lambda it: it <= place)
        self.session.come_to(*place)
        self._note_tip()

    def undo(self) -> Input:
        """The same run up to now, without the last input before it: a branch.

        Where a branch is that run already it is shown, and none is made.

        Raises:
            scenarios.errors.InputError: there was none.
        """
        acted = self.session.acted
        if not acted:
            raise InputError("nothing was done by hand before this time")
        self._note_tip()
        undone, here, old = self.branch.inputs[acted - 1], self.place, self.number
        before = Place(undone.after_event, acted - 1, undone.time_us)
        inputs = self.branch.inputs[: acted - 1]
        same = next((it.number for it in self.branches.values() if it.inputs == inputs), 0)
        if same:
            self.number = same
        else:
            self._grow(before, inputs, f"without {undone.words()}")
        if (here.events, here.time_us) == (before.events, before.time_us):
            # Nothing has happened since: nor shall what is left of this microsecond.
            self.go_to(before)
        else:
            self._restore(lambda place: place.time_us < here.time_us)
            self._run_to(here.time_us)
        self._undone.append((old, here))
        return undone

    def redo(self) -> None:
        """Back to where the last undoing was.

        Raises:
            scenarios.errors.InputError: nothing was undone.
        """
        if not self._undone:
            raise InputError("nothing was undone")
        self._show(*self._undone.pop())

    def ends(self) -> dict[int, str]:
        """The digest of each branch where it ends; afterwards all is shown as it was."""
        number, place = self.number, self.place
        found: dict[int, str] = {}
        for each in self.branches:
            self._show(each, self.branches[each].tip)
            found[each] = self.session.whole.digest()
        self._show(number, place)
        return found

    def _grow(self, forked: Place, inputs: list[Input], why: str) -> None:
        """A branch of the one that is shown, which is shown from now on."""
        number = max(self.branches) + 1
        self.branches[number] = Branch(number, self.number, forked, inputs, forked, why)
        self.number = number

    def _note_tip(self) -> None:
        if self.place >= self.branch.tip:
            self.branch.tip = self.place

    def lineage(self, number: int) -> Iterator[tuple[int, Place]]:
        """A branch and those it comes from, each with the place up to which it counts."""
        until = self.branches[number].tip
        while number:
            yield number, until
            branch = self.branches[number]
            # It may have left its parent before that one left its own.
            number, until = branch.parent, min(until, branch.forked)

    # Bookmarks.

    def bookmark(self, name: str = "") -> Bookmark:
        """Set one here; without a name it gets a number."""
        made = Bookmark(self.number, self.place, name or f"bookmark {len(self.bookmarks) + 1}")
        self.bookmarks.append(made)
        return made

    @property
    def marks(self) -> list[Bookmark]:
        """The bookmarks that lie on the course that is shown, in the order in which they were set.

        In whichever branch one was set: up to its place that one must be the same run.
        """
        return [it for it in self.bookmarks if self._passes(it)]

    def _passes(self, bookmark: Bookmark) -> bool:
        """Whether the branch that is shown has been run through a bookmark."""
        place, here = bookmark.place, self.branch
        if bookmark.branch == here.number:
            return True
        theirs = self.branches[bookmark.branch].inputs[: place.acted]
        if place > here.tip or here.inputs[: place.acted] != theirs:
            return False
        later = here.inputs[place.acted : place.acted + 1]
        return all(place <= Place(it.after_event, place.acted, it.time_us) for it in later)

    def rename(self, bookmark: Bookmark, name: str) -> Bookmark:
        """Give a bookmark another name.

        Raises:
            scenarios.errors.InputError: the name is empty, too long, or has what is no letter.
        """
        renamed = named(bookmark, name)
        self.bookmarks[self.bookmarks.index(bookmark)] = renamed
        return renamed

    def forget(self, bookmark: Bookmark) -> None:
        """Take a bookmark away; the run stays as it is."""
        self.bookmarks.remove(bookmark)

    def visit(self, bookmark: Bookmark) -> None:
        """Show its place: in the branch that is shown, if it lies there, else in its own."""
        number = self.number if self._passes(bookmark) else bookmark.branch
        self._show(number, bookmark.place)

    # Checkpoints.

    def _mark(self) -> None:
        """Note how far the branch is run; take a checkpoint where the last one is far enough."""
        self._note_tip()
        if self._checkpoints.is_due(self.number, self.place, self.branch.forked):
            self._checkpoints.take(self.number, self.session)

    def _restore(self, fits: Callable[[Place], bool], *, back: bool = True) -> None:
        """Go to the last checkpoint of the branch whose place fits.

        Without ``back``, only where that is ahead: else the way from here is shorter.
        """
        best = self._checkpoints.last(self.lineage(self.number), fits)
        assert best is not None  # noqa: S101 - the first branch begins with one
        if not back and best.place <= self.place:
            return
        self.session = self._open(best, self.branch)
        self._sentry.leave()

    def apart(self, number: int, until: Place) -> Session:
        """A session of its own, at the last checkpoint of a branch that is no later than a place.

        It has the branch's inputs before it; what is shown here stays as it is.
        """
        best = self._checkpoints.last(self.lineage(number), lambda place: place <= until)
        assert best is not None  # noqa: S101 - the first branch begins with one
        return self._open(best, self.branches[number])

    def _open(self, checkpoint: Checkpoint, branch: Branch) -> Session:
        session = checkpoint.open()
        if self._records:
            session.record()
        session.look_as(self.session)
        session.coming = branch.inputs[session.acted :]
        return session
