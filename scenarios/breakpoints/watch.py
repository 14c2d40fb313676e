"""Watching a run for breakpoints: after each event, whether something is so that was not before.

Nothing of it stays in the world: who listens to the log's commands does so only while something
happens, so that no copy of the world has him.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from attrs import define

from fsm.network.describe import describe
from fsm.ocpp.actions import Action
from fsm.ocpp.frames import CallError, parse_operation
from scenarios.breakpoints.hit import Hit
from scenarios.breakpoints.words import Breakpoint, What
from scenarios.checked import UNITS
from scenarios.checkpoints import place_of
from scenarios.chosen import Chosen
from scenarios.event_log import EventLog
from scenarios.session import Session
from scenarios.world import World

NOBODY: Final = "nobody"


@define
class _Armed:
    """A breakpoint in one world, and what was so there when it was looked at last."""

    it: Breakpoint
    was: Any


class _Place:
    """One world, and what its log was given since the last look."""

    def __init__(self, world: World, breakpoints: Sequence[Breakpoint]) -> None:
        self.world = world
        self._heard: list[Chosen] = []
        self._armed = [_Armed(it, self._now(it)) for it in breakpoints]
        self._lines = world.log.total

    @property
    def has_news(self) -> bool:
        """Whether the log has lines that nobody has looked at."""
        return self.world.log.total != self._lines

    def listen(self) -> None:
        """Hear the commands that are applied from now on."""
        self.world.trust.choir.hearers.append(self._hear)

    def listen_no_more(self) -> None:
        """Hear no more of them."""
        self.world.trust.choir.hearers.remove(self._hear)

    def _hear(self, chosen: Chosen, _: object) -> None:
        self._heard.append(chosen)

    def look(self) -> list[tuple[Breakpoint, str]]:
        """What has happened since, in the order of the breakpoints."""
        met = []
        for armed in self._armed:
            was, armed.was = armed.was, self._now(armed.it)
            if found := self._found(armed.it, was, armed.was):
                met.append((armed.it, found))
        self._heard.clear()
        self._lines = self.world.log.total
        return met

    def _now(self, it: Breakpoint) -> Any:
        world = self.world
        if it.what is What.LEADER:
            leader = world.leader()
            return NOBODY if leader is None else leader.cp_id
        if it.what is What.PREEMPTION:
            return world.cluster.coverage.counts["preemptions"]
        if it.what is What.SLOT:
            return self._newest_slot()
        if it.what is What.STATE:
            return self._state(it.subject)
        if it.what is What.MARGIN:
            return self._margin(it.subject)
        return world.log.total

    def _found(self, it: Breakpoint, was: Any, now: Any) -> str:
        """What makes it so that was not so; empty for nothing."""
        if it.what is What.COMMAND:
            return next((found for chosen in self._heard if (found := _said(it, chosen))), "")
        if it.what is What.MARGIN:
            if now is None or now >= it.number or (was is not None and was < it.number):
                return ""
            return f"{now:,} {UNITS[it.subject]} left"
        if was == now:
            return ""
        if it.what is What.LEADER:
            return f"{was} led, now {now}"
        if it.what is What.PREEMPTION:
            return "a ballot was refused with a nack"
        if it.what is What.SLOT:
            chosen = max(now, was)
            fits = chosen > was and (not it.number or was < it.number <= chosen)
            return f"slot {it.number or chosen:,} is chosen" if fits else ""
        if it.what is What.STATE:
            return f"it was {was or 'not there'}" if now == it.state else ""
        return _text_in(self.world.log, it.subject.lower(), now - was)

    def _newest_slot(self) -> int:
        """The highest that anybody who runs has known to be chosen."""
        nodes = (self.world.node(number) for number in self.world.ids)
        return max((node.replica.commit_slot for node in nodes if node is not None), default=0)

    def _state(self, name: str) -> str:
        world = self.world
        if name in world.nodes:
            node = world.node(world.nodes[name])
            return "" if node is None else node.controller.state.value
        car = world.cars.get(name)
        return "" if car is None else car.ev.state.value

    def _margin(self, name: str) -> int | None:
        world = self.world
        least = world.checked.least.get(name)
        if least is not None or world.invariants is None:
            return None if least is None else least.left
        tally = world.invariants.tally
        return {"R5": tally.window_left, "L2": tally.slots_ahead}.get(name)


def _text_in(log: EventLog, wanted: str, lines: int) -> str:
    """The first of the newest lines with these words; empty for none."""
    for row in log.window(None, lines)[1]:
        said = f"{row.subject}: {row.text}"
        if wanted in said.lower():
            return said
    return ""


def _said(it: Breakpoint, chosen: Chosen) -> str:
    """A command in words, if it is of the kind that is wanted."""
    try:
        operation = parse_operation(chosen.command)
    except CallError:
        return ""
    kinds = [str(operation.action)]
    if operation.action == Action.DATA_TRANSFER:
        kinds.append(str(operation.payload.get("messageId", "")))
    return f"{describe(chosen.command)}, in slot {chosen.slot:,}" if it.subject in kinds else ""


class Watch:
    """Breakpoints of a session: :meth:`run` goes on until one of them is met.

    What is so where the watch is made must come anew.
    """

    def __init__(self, session: Session, breakpoints: Sequence[Breakpoint]) -> None:
        self.session = session
        self.breakpoints = tuple(breakpoints)
        self.place = place_of(session)
        """Where it looked last."""
        self.met: Breakpoint | None = None
        """The breakpoint that was met last, and told."""
        self.is_first = False
        """Whether what was met last had not been met before within the same microsecond."""
        self._since_us = -1 if session.whole.events == 0 else session.time_us
        self._met_us: dict[str, int] = {}
        """When each breakpoint was met last, told or not."""
        self._places = {
            world.scenario.name: _Place(world, breakpoints) for world in session.worlds()
        }
        self._hears = any(it.what is What.COMMAND for it in breakpoints)
        log = session.whole.log
        self._city_log = None if len(self._places) == 1 and log is session.world.log else log
        """The lines of a city about what is between its sites."""
        self._city_lines = log.total
        self._texts = [it for it in breakpoints if it.what is What.TEXT]

    def run(self, until_us: int, max_steps: int) -> tuple[bool, Hit | None]:
        """Run to a time, for at most so many steps; stop right behind what meets a breakpoint.

        Whether that time was reached, as :meth:`scenarios.session.Session.run` says it, and the
        breakpoint that was met, if one was.
        """
        with self.listening():
            for _ in range(max_steps):
                reached = self.session.inch(until_us)
                hit = self.look()
                if reached or hit is not None:
                    return reached, hit
        return False, None

    @contextmanager
    def listening(self) -> Iterator[None]:
        """While something happens that is to be looked at."""
        places = list(self._places.values()) if self._hears else []
        for place in places:
            place.listen()
        try:
            yield
        finally:
            for place in places:
                place.listen_no_more()

    def look(self) -> Hit | None:
        """The first that is met now; None for none."""
        hit = None
        for it, found in self._look_at_city():
            hit = self._met(it, found, hit)
        for place in self._changed():
            for it, found in place.look():
                where = "" if self._city_log is None else f"{place.world.scenario.name}: "
                hit = self._met(it, where + found, hit)
        return hit

    def _changed(self) -> Iterator[_Place]:
        """Where something may have happened since the last look: in a city not everywhere."""
        was, self.place = self.place, place_of(self.session)
        stepped = getattr(self.session.whole, "stepped", None)
        everywhere = stepped is None or self.place.acted != was.acted
        for place in self._places.values():
            if everywhere or place.world is stepped or place.has_news:
                yield place

    def _look_at_city(self) -> Iterator[tuple[Breakpoint, str]]:
        log = self._city_log
        if log is None or log.total == self._city_lines:
            return
        lines, self._city_lines = log.total - self._city_lines, log.total
        for it in self._texts:
            if found := _text_in(log, it.subject.lower(), lines):
                yield it, found

    def _met(self, it: Breakpoint, found: str, before: Hit | None) -> Hit | None:
        """A breakpoint is met: that stops the run, if it is late enough and the first one."""
        now_us = self.session.time_us
        if now_us < it.after_us:
            return before
        is_first = now_us > max(self._since_us, self._met_us.get(it.text, -1))
        self._met_us[it.text] = now_us
        if before is not None:
            return before
        self.met, self.is_first = it, is_first
        return Hit(it.text, found, now_us / 1_000_000, self.session.whole.events)
