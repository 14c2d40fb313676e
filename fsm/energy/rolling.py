"""Planning as the day goes by: requests come, some are accepted, a step is carried out, and again.

A value with no clock: whoever leads the group holds it, asks :meth:`Rolling.admit` for each request
and takes :meth:`Rolling.due_j` when a step begins. Only the plan for what is left has to be known
by others, who check it with :func:`fsm.energy.verify.verify` against :attr:`Rolling.problem`.
"""

from collections.abc import Mapping

from attrs import Factory, evolve, frozen

from fsm.energy.admission import Refusal, admit
from fsm.energy.planners import flow
from fsm.energy.problem import Plan, Problem, Request


@frozen
class Rolling:
    """What has been promised and delivered when ``step`` begins, and the plan for the rest."""

    day: Problem
    """The limits of the whole day, and the requests that were accepted, as they were."""
    step: int = 0
    delivered_j: Mapping[str, int] = Factory(dict)
    plan: Plan = Factory(lambda: Plan("flow", ()))
    """For what is left. It keeps every promise, unless less was delivered than was due."""

    @property
    def problem(self) -> Problem:
        """What is left to plan."""
        return self.day.remaining(self.step, self.delivered_j)

    def admit(self, request: Request) -> "Rolling | Refusal":
        """With one request more, and a plan that keeps its promise; or why not.

        A window that has begun is cut to what is left of it. The plan is any one: when all requests
        of a step are in, :meth:`planned` finds the cheapest.
        """
        request = evolve(request, arrive=max(request.arrive, self.step))
        found = admit(self.problem, request)
        if isinstance(found, Refusal):
            return found
        day = self.day.only((*self.day.requests, request))
        return evolve(self, day=day, plan=found)

    def planned(self) -> "Rolling":
        """Planned anew: the cheapest plan, or the one that is there if it is the best known."""
        return evolve(self, plan=flow.plan(self.problem, self.plan))

    def due_j(self) -> dict[str, int]:
        """What each EV is to get in this step, J."""
        return {row.id: energy for row in self.plan.rows if (energy := row.at(self.step))}

    def after(self, delivered_j: Mapping[str, int]) -> "Rolling":
        """When the step is over and this was delivered in it (J, by id): the next step begins.

        The plan goes on. If less was delivered than was due, it should be :meth:`planned` anew.
        """
        total_j = dict(self.delivered_j)
        for name, energy_j in delivered_j.items():
            total_j[name] = total_j.get(name, 0) + energy_j
        onward = evolve(self, step=self.step + 1, delivered_j=total_j)
        left = {it.id for it in onward.problem.requests}
        rest = self.plan.from_step(onward.step)
        rows = tuple(row for row in rest.rows if row.id in left)
        return evolve(onward, plan=evolve(rest, rows=rows))


def begin(limits: Problem) -> Rolling:
    """The begin of a day, before its first request."""
    return Rolling(limits.only(()))
