"""A run of a city that somebody steers: like any session, with one site at a time looked at."""

from collections.abc import Callable

from attrs import evolve

from paxos.sim.kernel import Event
from scenarios.audit import findings
from scenarios.city import expect as city_expect
from scenarios.city.city import City
from scenarios.city.drivers_look import drivers
from scenarios.city.invariants_look import with_city
from scenarios.city.look import look as look_at_city
from scenarios.city.settled import judge_now
from scenarios.city.view import CityView
from scenarios.controls import Whole
from scenarios.errors import InputError
from scenarios.expect import Outcome, evaluate
from scenarios.expectation import Expect
from scenarios.look import look
from scenarios.schema import Scenario
from scenarios.session import Session
from scenarios.sharing import Sharing
from scenarios.till import newest
from scenarios.verbs import EVERYONE, VERBS
from scenarios.view import View, Window
from scenarios.why.view import Answer, Question
from scenarios.world import World


def open_session(
    scenario: Scenario,
    seed: int | None = None,
    *,
    listener: Callable[[World, Event], None] | None = None,
    sharing: Sharing = Sharing.ALL,
) -> Session:
    """The session for a scenario: of a city where it has sites."""
    kind = CitySession if scenario.sites else Session
    return kind(scenario, seed, listener=listener, sharing=sharing)


class CitySession(Session):
    """A run of a city. ``view`` is of the site that is shown; ``city_view`` of all of them.

    The listener hears the events of the sites; what is between them is no event of a world.
    """

    city: City

    def _begin(self, seed: int, *, sharing: Sharing) -> Whole:
        self.city = City(self.scenario, seed, sharing=sharing)
        self.shown = 1
        self.clients = None
        return self.city

    @property
    def world(self) -> World:  # type: ignore[override]
        """The world of the site that is shown, at the city's time."""
        return self.city.worlds[self.shown]

    def show(self, site: str) -> None:
        """Look at another site.

        Raises:
            scenarios.errors.InputError: there is no such site.
        """
        number = self.city.numbers.get(site)
        if number is None:
            raise InputError(f"no site {site!r}; there are {', '.join(self.city.numbers)}")
        self.shown = number

    def look_as(self, other: Session) -> None:
        """The same site."""
        assert isinstance(other, CitySession)  # noqa: S101 - a past is of the same kind
        self.shown = other.shown

    def completed(self, verb: str, args: dict[str, object]) -> dict[str, object]:
        """With the site that is shown, where a verb is of a site and the arguments name none.

        What is meant for all sites has none: so a file says it.
        """
        if args.get("site") == EVERYONE:
            return {name: value for name, value in args.items() if name != "site"}
        takes = VERBS.get(verb)
        if takes is None or not takes.takes_site or verb == "reserve" or "site" in args:
            return args
        named = [args[key] for key in ("cp", "a", "b") if key in args]
        if any(str(name) in self.city.site_of_cp for name in named):
            return args
        return {**args, "site": self.city.sites[self.shown].id}

    def view(self, window: Window = Window()) -> View:  # noqa: B008 - frozen
        """A frozen picture of the site that is shown; the seed is the run's, not the site's own."""
        return self._view_of(self.shown, window)

    def why(self, question: Question) -> Answer:
        """Why something at the site that is shown is as it is now."""
        self.city.at(self.shown)
        return super().why(question)

    def city_view(self, event_rows: int = 40) -> CityView:
        """A frozen picture of the whole city."""
        return look_at_city(
            self.city, self.shown, event_rows, self._verdicts(), finished=self.finished
        )

    def worlds(self) -> tuple[World, ...]:
        """The worlds of all sites; a recorder's limit is shared among them."""
        return tuple(self.city.worlds.values())

    def _view_of(self, site: int, window: Window) -> View:
        self.city.at(site)
        wanted, window = window.drivers, evolve(window, drivers=None)
        seen = look(self.city.worlds[site], window, self._verdicts(), finished=self.finished)
        if wanted is not None:
            seen = evolve(seen, drivers=drivers(self.city, wanted))
        if seen.invariants is not None:
            seen = evolve(seen, invariants=with_city(seen.invariants, self.city))
        return evolve(seen, seed=self.city.seed)

    def _verdicts(self) -> tuple[int, int, int]:
        held = sum(outcome.held for outcome in self.outcomes)
        return held, len(self.outcomes) - held, len(self.scenario.expectations)

    def _heard(self, event: Event) -> bool:
        if self.city.stepped is not None:
            self._tell(self.city.stepped, event)
        return True

    def _evaluate(self, expect: Expect, view: View) -> Outcome:
        """Of the site that it is about, else of the city."""
        if expect.drivers is not None:
            return city_expect.evaluate(expect, self.city_view(1))
        if expect.violation is not None:
            return evaluate(expect, view, {})
        if expect.settled is not None:
            return evaluate(expect, view, {}, judge_now(self.city, expect.since_us))
        numbers = city_expect.sites_of(expect, self.city)
        outcomes = []
        for number in numbers:
            seen = self._view_of(number, Window(log_rows=1, event_rows=1))
            world = self.city.worlds[number]
            problems = tuple(findings(newest(world).state)) if expect.money else ()
            counts = self._counts(expect.since_us)
            outcomes.append((number, evaluate(expect, seen, counts, problems)))
        return city_expect.together(expect, outcomes, self.city)
