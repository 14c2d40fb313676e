"""Makes the plan that who leads puts into the log, from what its replica has applied.

First what was promised, then who is waiting, in the order in which they asked; each is accepted if
and only if it can be met with all before it (:mod:`fsm.energy.admission`). What was promised and
cannot be met any more, because of a fault, gets what can still be had.

Only here a library computes; :mod:`fsm.network.plans` checks what comes out.
"""

from collections.abc import Sequence
from itertools import groupby
from math import gcd
from typing import Any

from attrs import define, field

from fsm.energy.admission import Refusal, admit
from fsm.energy.executable import executable
from fsm.energy.flow import Network
from fsm.energy.planners import PLANNERS, flow
from fsm.energy.problem import J_PER_WH, Plan, Problem, figures
from fsm.network.demand import (
    ACCEPTED,
    ONLY,
    RESERVE_STEPS,
    Want,
    last_step,
    missing_j,
    planning,
    problem,
    waiting,
)
from fsm.network.plans import VERSION, WHY_MAX
from fsm.network.records import EnergyPlan, EnergyRequest, Planning, Transaction
from fsm.network.tables import Draft, Tables
from fsm.network.targets import at_step, unpack


def make_plan(tables: Tables, step: int) -> dict[str, Any] | None:
    """The data of a ``Plan`` that begins with ``step``; None where there is nothing to plan."""
    draft = Draft(tables)
    settings = planning(draft)
    asked = waiting(tables)
    if settings is None or not asked:
        return None
    task = _Task(draft, step, settings)
    if not task.take_all(asked):
        task.one_by_one(asked)
    before = draft.find(EnergyPlan, ONLY)
    number = 1 if before is None else before.number + 1
    return task.data(number)


@define
class _Task:
    """One plan in the making."""

    draft: Draft
    step: int
    settings: Planning
    wants: dict[int, Want] = field(factory=dict)
    refused: dict[int, str] = field(factory=dict)
    short: list[int] = field(factory=list)
    plan: Plan | None = None
    """The cheapest one, where it is known already."""

    def take_all(self, asked: Sequence[EnergyRequest]) -> bool:
        """Accept all at once; False, and nothing is decided, where that is not possible.

        What can be met all together can be met one after the other, too.
        """
        wants: dict[int, Want] = {}
        for request in sorted(asked, key=lambda it: (it.status != ACCEPTED, it.asked)):
            promised = request.status == ACCEPTED and not request.change_us
            want = self._want(request, request.change_us or request.departure_us, RESERVE_STEPS)
            if want is not None and (want.energy_j or not promised):
                wants[request.transaction_id] = want
            elif not promised:
                return False
        together = self._problem(list(wants.values()))
        found = executable(together, cheapest=self.settings.algorithm == flow.NAME)
        if found is None:
            return False
        self.wants = wants
        if self.settings.algorithm == flow.NAME:
            self.plan = found
        return True

    def one_by_one(self, asked: Sequence[EnergyRequest]) -> None:
        """First what was promised, then who changes his departure or is new."""
        for request in asked:
            if request.status == ACCEPTED:
                self.keep(request)
        self.settle()
        undecided = [it for it in asked if it.change_us or it.status != ACCEPTED]
        for changes, requests in groupby(
            sorted(undecided, key=lambda it: it.asked), lambda it: bool(it.change_us)
        ):
            if changes:
                for request in requests:
                    self.change(request)
            else:
                self.decide(list(requests))

    def keep(self, request: EnergyRequest) -> None:
        """What was promised before."""
        want = self._want(request, request.departure_us, RESERVE_STEPS)
        if want is not None and want.energy_j:
            self.wants[want.transaction] = want

    def settle(self) -> None:
        """See to it that what was promised can be met: to the last step, or as far as possible.

        Who took what he was given is owed what the plan in force has for him from now on: all of
        that can be met, for that plan does. Who was out of reach has fallen behind it, and has what
        is left besides. So nobody pays for the fault of another one's charge point.
        """
        if self._possible(self.wants.values()):
            return
        owed: dict[int, Want] = {}
        for number in self.wants:
            request = self.draft.get(EnergyRequest, number)
            want = self._want(request, request.departure_us, 0)
            if want is not None:
                owed[number] = want
        had = self._had()
        first = {
            number: want._replace(energy_j=min(want.energy_j, had.get(self._tag(number), 0)))
            for number, want in owed.items()
        }
        self.wants = first if self._possible(first.values()) else {}
        for wants in (first, owed):
            for number in sorted(wants, key=lambda it: owed[it].energy_j - first[it].energy_j):
                self._give(wants[number])
        self.short = [it for it in owed if self.wants[it].energy_j < owed[it].energy_j]

    def _give(self, want: Want) -> None:
        """Let somebody have so much, or as much of it as the others leave."""
        number = want.transaction
        before = self.wants.get(number)
        if before == want:
            return
        others = [it for it in self.wants.values() if it.transaction != number]
        if not self._possible([*others, want]):
            want = self._reduced(others, want, 0 if before is None else before.energy_j)
        self.wants[number] = want

    def _tag(self, transaction: int) -> str:
        """Whose it is: after a fault he goes on with another transaction."""
        return self.draft.get(Transaction, transaction).id_tag

    def _had(self) -> dict[str, int]:
        """What the plan in force has for whom from the planned step on, in J, by id tag.

        Rounded down to the grid of step and Wh, so that a rest of it makes no odd plan.
        """
        record = self.draft.find(EnergyPlan, ONLY)
        content, own = (b"", 0) if record is None else at_step(record, self.step)
        if not content:
            return {}
        known = unpack(content)
        grid_j = gcd(known.problem.step_s, J_PER_WH)
        rest = ((row, sum(row.energy_j[max(0, own - row.start) :])) for row in known.plan.rows)
        return {self._tag(int(row.id)): rest_j // grid_j * grid_j for row, rest_j in rest}

    def change(self, request: EnergyRequest) -> None:
        """Another departure: the old one stands if it cannot be met."""
        number = request.transaction_id
        old = self.wants.pop(number, None)
        why = self._admit(request, request.change_us)
        if why:
            self.refused[number] = why
            if old is not None:
                self.wants[number] = old
        elif number in self.short:
            self.short.remove(number)

    def decide(self, requests: Sequence[EnergyRequest]) -> None:
        """Those who are new, in their order; halved until who must be refused stands alone."""
        if len(requests) > 1:
            found = [self._want(it, it.departure_us, RESERVE_STEPS) for it in requests]
            wants = [it for it in found if it is not None]
            if len(wants) == len(found) and self._possible([*self.wants.values(), *wants]):
                self.wants |= {it.transaction: it for it in wants}
                return
            middle = len(requests) // 2
            self.decide(requests[:middle])
            self.decide(requests[middle:])
            return
        for request in requests:
            why = self._admit(request, request.departure_us)
            if why:
                self.refused[request.transaction_id] = why

    def _admit(self, request: EnergyRequest, departure_us: int) -> str:
        """Take it in; returns why not, or nothing."""
        want = self._want(request, departure_us, RESERVE_STEPS)
        if want is None:
            return "its EV leaves before there is time to charge"
        asked = self._problem([*self.wants.values(), want])
        *others, last = asked.requests
        answer = admit(asked.only(others), last)
        if isinstance(answer, Refusal):
            return answer.reason[:WHY_MAX]
        self.wants[want.transaction] = want
        return ""

    def _want(self, request: EnergyRequest, departure_us: int, reserve: int) -> Want | None:
        """What a request still wants; None when the departure is in the step before the plan's."""
        ends = last_step(departure_us, self.settings.step_us)
        if ends <= self.step:
            return None
        left_j = missing_j(self.draft, request)
        return Want(request.transaction_id, left_j, max(self.step + 1, ends - reserve))

    def _problem(self, wants: Sequence[Want]) -> Problem:
        return problem(self.draft, self.step, wants, self.settings)

    def _possible(self, wants: Any) -> bool:
        return executable(self._problem(list(wants)), cheapest=False) is not None

    def _reduced(self, others: Sequence[Want], want: Want, least_j: int) -> Want:
        """The same with what the others leave of its energy; ``least_j`` where none is found."""
        network = Network(self._problem([*others, want]))
        missing = (network.demand - network.value()) * network.unit_j
        less = want._replace(energy_j=max(least_j, want.energy_j - missing))
        if self._possible([*others, less]):
            return less
        return want._replace(energy_j=least_j)

    def data(self, number: int) -> dict[str, Any]:
        """The finished plan, as its command has it."""
        wants = list(self.wants.values())
        asked = self._problem(wants)
        algorithm = self.settings.algorithm
        plan = self.plan or PLANNERS[algorithm](asked)
        rows = {row.id: row.energy_j for row in plan.rows}
        missed = figures(asked, plan).missed
        wants = [
            want._replace(energy_j=sum(rows[str(want.transaction)])) if it.id in missed else want
            for want, it in zip(wants, asked.requests, strict=True)
        ]
        return {
            "number": number,
            "step": self.step,
            "algorithm": algorithm,
            "version": VERSION,
            "wants": [list(want) for want in wants],
            "refused": [[transaction, why] for transaction, why in self.refused.items()],
            "short": sorted({*self.short, *(int(it) for it in missed)}),
            "rows": [_runs(rows[str(want.transaction)]) for want in wants],
        }


def _runs(energy_j: Sequence[int]) -> list[list[int]]:
    """Equal steps joined, as ``[times, J]``."""
    return [[len(list(run)), value] for value, run in groupby(energy_j)]
