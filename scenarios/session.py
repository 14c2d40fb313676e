"""A run that somebody steers: step it, run it, act on it, look at it."""

from collections.abc import Callable

from paxos.sim.host import Kind
from paxos.sim.kernel import Event
from scenarios.audit import findings
from scenarios.client_history import ClientHistory
from scenarios.controls import Whole
from scenarios.errors import InputError
from scenarios.expect import Outcome, evaluate
from scenarios.expectation import Expect
from scenarios.journal import Input
from scenarios.look import look
from scenarios.planting import planting, with_its_mistake
from scenarios.recorded import Recorded
from scenarios.schema import Scenario
from scenarios.settled import judge_now
from scenarios.sharing import Sharing
from scenarios.till import newest
from scenarios.view import View, Window
from scenarios.why.ask import why
from scenarios.why.view import Answer, Question
from scenarios.world import World


class Session(Recorded):
    """A run of a scenario. Expectations are looked at when their time has come.

    ``listener`` is called with each event that happened, for a trace. ``sharing`` is the world's;
    where ``settled`` is expected no voter shares, as what could differ is to be compared.
    A city has a session of its own kind: :func:`scenarios.city.session.open_session`.
    """

    def __init__(
        self,
        scenario: Scenario,
        seed: int | None = None,
        *,
        listener: Callable[[World, Event], None] | None = None,
        sharing: Sharing = Sharing.ALL,
    ) -> None:
        super().__init__()
        self.scenario = scenario
        self.seed = scenario.seed if seed is None else seed
        self.clients: ClientHistory | None = None
        """What clients saw, where an expectation asks for that."""
        with planting(scenario):
            self.whole = self._begin(self.seed, sharing=self._sharing(sharing))
        self.outcomes: list[Outcome] = []
        self.coming: list[Input] = [line.as_input() for line in scenario.inputs]
        """Inputs that are still to come, in their order: those of a saved session, or of a past."""
        self.acted = 0
        """How many inputs there were so far, besides the script's."""
        self._listener = listener
        self._waiting = sorted(scenario.expectations, key=lambda expect: expect.t_us)
        since = {e.since_us for e in scenario.expectations if e.since_us is not None}
        self._marks = sorted(since)
        """When to remember what has been counted so far: expectations ask what came after."""
        self._counted: dict[int, dict[str, int]] = {}

    def _begin(self, seed: int, *, sharing: Sharing) -> Whole:
        """Make what this session steps."""
        self.world = World(self.scenario, seed, sharing=sharing)
        if self._judges:
            self.clients = ClientHistory()
            self.clients.attend(self.world)
        return self.world

    def _sharing(self, asked: Sharing) -> Sharing:
        return Sharing.LEARNERS if self._judges and asked is Sharing.ALL else asked

    @property
    def _judges(self) -> bool:
        """Whether it is expected that all comes to rest (:mod:`scenarios.settled`)."""
        return any(expect.settled is not None for expect in self.scenario.expectations)

    @property
    def time_us(self) -> int:
        """Virtual time now."""
        return self.whole.now_us

    @property
    def finished(self) -> bool:
        """Whether the run has ended: the scenario's duration is over or an invariant broke.

        It is not over while events or expectations of its last instant are left.
        """
        if self.whole.violation is not None:
            return True
        end_us = self.scenario.duration_us
        if self.time_us < end_us or self._next_moment_us(end_us) is not None:
            return False
        next_us = self.whole.next_us()
        return next_us is None or next_us > end_us

    @with_its_mistake
    def step(self) -> bool:
        """Let exactly one event happen; False when there is none left."""
        if self.finished:
            return False
        return self._advance(self.scenario.duration_us)

    @with_its_mistake
    def run(self, until_us: int, max_events: int) -> bool:
        """Run to ``until_us``, for at most ``max_events``; True when that time was reached.

        Virtual time never goes beyond the scenario's duration.
        """
        until_us = min(until_us, self.scenario.duration_us)
        for _ in range(max_events):
            if self.whole.violation is not None or not self._advance(until_us):
                return True
        return False

    @with_its_mistake
    def inch(self, until_us: int) -> bool:
        """Let one thing happen: an event, an input, or a look at expectations.

        It returns as :meth:`run` does. For who looks at the run after each of them.
        """
        until_us = min(until_us, self.scenario.duration_us)
        return self.whole.violation is not None or not self._advance(until_us, alone=True)

    @with_its_mistake
    def act(self, verb: str, **args: object) -> str:
        """Act on the world now, through the journal.

        Returns:
            A sentence that says what was done.

        Raises:
            scenarios.errors.InputError: the run has ended, or the verb or an argument is not
                possible now; nothing was changed.
        """
        if self.finished:
            raise InputError(f"the run has ended at {self.time_us / 1_000_000:g} s")
        self._pass_over()
        text = self.whole.act(verb, self.completed(verb, args))
        self.acted += 1
        self._judge_violation()
        return text

    def completed(self, verb: str, args: dict[str, object]) -> dict[str, object]:
        """The arguments with all that follows from what is looked at: they mean the same later."""
        return args

    def look_as(self, other: "Session") -> None:
        """Show what another session shows, where there is more than one thing to look at."""

    @with_its_mistake
    def reach(self, events: int) -> None:
        """Run until so many events have happened, and all inputs that came before the next one."""
        end_us = self.scenario.duration_us
        self._run_events(events)
        while self._is_due(end_us):
            self._repeat()

    @with_its_mistake
    def come_to(self, events: int, acted: int, time_us: int) -> None:
        """Run until so many events and inputs have happened, and it is that time."""
        self._run_events(events)
        while self.acted < acted and self._is_due(time_us):
            self._repeat()
        self.whole.pass_over(time_us)
        next_us = self.whole.next_us()
        if next_us is None or next_us > time_us:
            later, self.coming = self.coming, []
            self.run(time_us, 1)
            self.coming = later

    def _run_events(self, events: int) -> None:
        end_us = self.scenario.duration_us
        while self.whole.violation is None and self.whole.events < events and self._advance(end_us):
            pass

    def view(self, window: Window = Window()) -> View:  # noqa: B008 - frozen
        """A frozen picture of now."""
        held = sum(outcome.held for outcome in self.outcomes)
        counts = (held, len(self.outcomes) - held, len(self.scenario.expectations))
        return look(self.world, window, counts, finished=self.finished)

    def why(self, question: Question) -> Answer:
        """Why something is as it is now; looking changes nothing.

        Raises:
            scenarios.errors.InputError: there is nothing of that id or number.
        """
        return why(self.world, question)

    def _advance(self, until_us: int, *, alone: bool = False) -> bool:
        """One event no later than ``until_us``, or the clock moved there; whether one happened.

        Where it is to be ``alone``, an input or a look at expectations before it counts like one.
        """
        happened = self._happen(until_us, alone=alone)
        self._judge_violation()
        return happened

    def _happen(self, until_us: int, *, alone: bool) -> bool:
        while True:
            moment_us = self._next_moment_us(until_us)
            limit_us = until_us if moment_us is None else moment_us
            if self.coming and self._is_due(limit_us):
                self._repeat()
                if self.whole.violation is not None:
                    return False
                if alone:
                    return True
                continue
            event = self.whole.step(limit_us)
            if event is not None:
                return self._heard(event)
            if self.whole.violation is not None:
                return False
            # Now all before it has happened, and all at the same microsecond.
            self.whole.advance(limit_us)
            if moment_us is None:
                return False
            self._remember(moment_us)
            self._judge(moment_us)
            if alone:
                return True

    def _is_due(self, limit_us: int) -> bool:
        """Whether the next input comes before the next event, and no later than ``limit_us``."""
        if not self.coming or self.coming[0].time_us > limit_us:
            return False
        if self.whole.violation is not None:
            return False
        first = self.coming[0]
        # For a timer that was cancelled there is an event, too, which does not happen.
        self.whole.pass_over(first.time_us - 1)
        next_us = self.whole.next_us()
        if next_us is None or next_us > first.time_us:
            return True
        return next_us == first.time_us and self.whole.events >= first.after_event

    def _repeat(self) -> None:
        """Do what was done; what is not possible any more, in an edited file, is noted."""
        first = self.coming.pop(0)
        self.whole.advance(first.time_us)
        self._pass_over()
        try:
            self.whole.act(first.verb, dict(first.args))
        except InputError as error:
            self.whole.note("info", "session", f"{first.verb} was not done: {error}")
        self.acted += 1
        self._judge_violation()

    def _pass_over(self) -> None:
        """Before an input: what does not happen any more now is gone, however now was come to.

        Else it would hang on that in which order timers of one microsecond are set anew.
        """
        self.whole.pass_over(self.time_us)

    def _heard(self, event: Event) -> bool:
        self._tell(self.world, event)
        return True

    def _tell(self, world: World, event: Event) -> None:
        """Let whoever listens hear of an event of a world."""
        if self._listener is not None:
            self._listener(world, event)
        if self.clients is not None:
            self.clients(world, event)
        if self._histories and event[2] == Kind.OCPP:
            self._histories[world.scenario.name].hear(world, event)

    def _next_moment_us(self, until_us: int) -> int | None:
        """When the next expectation or mark is due, if that is no later than ``until_us``."""
        moments = [*self._marks[:1], *(expect.t_us for expect in self._waiting[:1])]
        moment_us = min(moments, default=None)
        return moment_us if moment_us is not None and moment_us <= until_us else None

    def _remember(self, moment_us: int) -> None:
        """Remember what has been counted, if an expectation asks what came after this moment."""
        if self._marks and self._marks[0] == moment_us:
            self._counted[self._marks.pop(0)] = self.whole.covered()

    def _counts(self, since_us: int | None) -> dict[str, int]:
        """How often each feature has happened, or how often after a marked moment."""
        now = self.whole.covered()
        if since_us is None:
            return now
        before = self._counted[since_us]
        return {feature: count - before[feature] for feature, count in now.items()}

    def _judge(self, moment_us: int) -> None:
        """Look at every expectation whose time has come."""
        if not self._waiting or self._waiting[0].t_us > moment_us:
            return
        view = self.view(Window(log_rows=1, event_rows=1))
        while self._waiting and self._waiting[0].t_us <= moment_us:
            self._note(self._evaluate(self._waiting.pop(0), view))

    def _evaluate(self, expect: Expect, view: View) -> Outcome:
        """Whether it holds now, in a view of now."""
        problems: tuple[str, ...] = ()
        if expect.money:
            problems = tuple(findings(newest(self.world).state))
        elif self.clients is not None and expect.settled is not None:
            problems = judge_now(self.world, self.clients, expect.since_us)
        return evaluate(expect, view, self._counts(expect.since_us), problems)

    def _judge_violation(self) -> None:
        """Look at the expectations of a violation once there is one: the run ends with it."""
        if self.whole.violation is None or not self._waiting:
            return
        view = self.view(Window(log_rows=1, event_rows=1))
        expected = [each for each in self._waiting if each.violation is not None]
        self._waiting = [each for each in self._waiting if each.violation is None]
        for expect in expected:
            self._note(evaluate(expect, view, {}))

    def _note(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        severity = "info" if outcome.held else "violation"
        word = "held" if outcome.held else f"failed, found {outcome.found}"
        self.whole.note(severity, "expectation", f"{word}: {outcome.text}")
