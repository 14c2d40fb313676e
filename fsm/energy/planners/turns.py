"""What the planners that decide step by step share: who is there, and what there is room for.

They look at the EVs that are there and at what each still needs, not ahead; so they keep every
limit and may miss promises. Room is kept at every instant: an EV that is on only for a part of the
step takes the room of its on-time for all of it.
"""

from collections.abc import Callable, Sequence

from attrs import frozen

from fsm.energy.instants import TOLERANCE, on_time
from fsm.energy.problem import Plan, Problem, Request, plan_of

LAXITY_PER_STEP = 1_000_000
"""Laxity is counted in millionths of a step."""


@frozen
class Present:
    """An EV that is there in a step and still needs energy."""

    number: int
    request: Request
    missing_j: int
    step_s: int
    steps_left: int

    @property
    def useful_w(self) -> int:
        """The most it can use over the step, W: at least its minimum, or it cannot be on."""
        it = self.request
        return max(it.min_w, min(it.max_w, -(-self.missing_j // self.step_s)))

    @property
    def laxity(self) -> int:
        """How long it can wait and still have its energy in time; below zero when it is late."""
        step_j = self.request.max_w * self.step_s
        return (self.steps_left * step_j - self.missing_j) * LAXITY_PER_STEP // step_j


@frozen
class Room:
    """What cabinets and site still have in one step, W."""

    cabinets_w: dict[str, int]
    site_w: list[int]
    """One figure, or none where the site has no limit of its own."""

    def for_one(self, cabinet: str) -> int:
        """What an EV in that cabinet could have."""
        return min([self.cabinets_w[cabinet], *self.site_w])

    def less(self, cabinet: str, power_w: int) -> None:
        """Take some of it."""
        self.cabinets_w[cabinet] -= power_w
        self.site_w[:] = [w - power_w for w in self.site_w]

    def copy(self) -> "Room":
        """One to try things with."""
        return Room(dict(self.cabinets_w), list(self.site_w))


Wishes = Sequence[tuple[Present, int]]
"""Who is served, in this order, and with how many W at most."""

Rule = Callable[[Sequence[Present], Room], Wishes]


def step_by_step(problem: Problem, algorithm: str, rule: Rule) -> Plan:
    """The plan of a rule that is asked in each step. The rule must not change the room."""
    given: dict[tuple[int, int], int] = {}
    missing_j = [it.energy_j for it in problem.requests]
    for step in range(problem.steps):
        present = [
            Present(number, it, missing_j[number], problem.step_s, it.depart - step)
            for number, it in enumerate(problem.requests)
            if it.arrive <= step < it.depart and missing_j[number] > 0
        ]
        if not present:
            continue
        room = Room(
            {it.name: it.capacity_w[step] for it in problem.cabinets},
            [] if problem.site_w is None else [problem.site_w[step]],
        )
        for it, wish_w in rule(present, room):
            energy_j = _take(it, wish_w, room)
            missing_j[it.number] -= energy_j
            given[it.number, step] = energy_j
    return plan_of(problem, algorithm, given)


def _take(it: Present, wish_w: int, room: Room) -> int:
    """The energy in J that an EV gets of what it wishes; its power is taken off the room."""
    request, step_s = it.request, it.step_s
    most_w = min(request.max_w, room.for_one(request.cabinet))
    energy_j = min(it.missing_j, min(wish_w, most_w) * step_s)
    if energy_j < request.min_w * step_s:
        timed = on_time(energy_j, step_s, request.min_w, request.max_w)
        if timed is None or not energy_j:
            return 0
        on_s, excess_j = timed
        peak_w = -(-(energy_j + excess_j) // on_s)
        if peak_w > most_w:
            return 0
        room.less(request.cabinet, peak_w)
        return energy_j
    # A rest that is too small for an on-time of whole seconds could never be given.
    rest_j = it.missing_j - energy_j
    if rest_j and on_time(rest_j, step_s, request.min_w, request.max_w) is None:
        energy_j = max(
            min(energy_j, it.missing_j - request.min_w * min(TOLERANCE, step_s)),
            request.min_w * step_s,
        )
    room.less(request.cabinet, -(-energy_j // step_s))
    return energy_j
