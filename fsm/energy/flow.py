"""The allocation problem as a network, and its maximum flow.

Limits nest, so energy flows through a network: source → step (what the site has) → cabinet in the
step → EV (what it can take) → sink (what it asks for). All requests can be met if and only if the
maximum flow is all they ask for (Federgruen and Groenevelt, *Preemptive Scheduling of Uniform
Machines by Ordinary Network Flow Techniques*, 1986); integers in, integers out.

The price depends on the step alone, so the cheapest plan needs no more than maximum flows: step
totals that a flow can have form a polymatroid, over which the greedy algorithm is exact (Edmonds,
1970; Megiddo, *Optimal Flows in Networks with Multiple Sources and Sinks*, 1974). Open the steps
from the cheapest to the dearest; each carries as much as it adds to the maximum flow.

The only part of the planning that needs scipy, which is imported when a flow is first computed.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from attrs import Factory, field, frozen

from fsm.energy.problem import Problem, ProblemError

MAX_UNITS = 2**31 - 1
"""Greatest capacity of an edge: the library counts in 32 bits."""

Pair = tuple[int, int]
"""The number of a request, and a step."""


@frozen
class Bounds:
    """What is decided about single requests in single steps, J, beside their limits."""

    forbidden: frozenset[Pair] = frozenset()
    least_j: Mapping[Pair, int] = Factory(dict)

    def forbid(self, pair: Pair) -> "Bounds":
        """Nothing for that request in that step."""
        return Bounds(self.forbidden | {pair}, self.least_j)

    def at_least(self, pair: Pair, energy_j: int) -> "Bounds":
        """So much at least for that request in that step."""
        return Bounds(self.forbidden, {**self.least_j, pair: energy_j})


FREE = Bounds()


@frozen
class Cut:
    """What stops a request: the limits on the way to it that a maximum flow fills."""

    site_steps: tuple[int, ...]
    cabinet_steps: Mapping[str, tuple[int, ...]]
    own_steps: tuple[int, ...]
    """Steps in which its own power is the limit."""
    rivals: tuple[int, ...]
    """Numbers of the requests that need the same limits."""


@frozen
class _Edges:
    """Edges as three columns."""

    tails: list[int] = Factory(list)
    heads: list[int] = Factory(list)
    caps: list[int] = Factory(list)

    def add(self, tail: int, head: int, capacity: int) -> None:
        self.tails.append(tail)
        self.heads.append(head)
        self.caps.append(capacity)


@frozen(eq=False)
class Network:
    """The network of a problem within bounds, capacities in units of ``unit_j``.

    Paths of steps, cabinets and EVs are unique, so what is decided (``least_j``) is taken off all
    capacities on its way. :attr:`possible` is False when that leaves one below zero.

    Raises:
        ProblemError: capacities beyond 32 bits.

    """

    problem: Problem
    bounds: Bounds = FREE
    unit_j: int = field(init=False)
    demand: int = field(init=False)
    """Sum of what is asked for and not decided, in units."""
    possible: bool = field(init=False)
    _matrix: Any = field(init=False)
    _taken: list[int] = field(init=False)
    """What is decided in each step, in units."""
    _first: Mapping[str, int] = field(init=False)
    """Number of the first node of steps, cabinets, EVs and of the sink."""

    def __attrs_post_init__(self) -> None:
        """Build the graph."""
        from scipy.sparse import csr_array

        problem, put = self.problem, object.__setattr__
        steps, cabinets = problem.steps, len(problem.cabinets)
        first = {"step": 1, "cabinet": 1 + steps, "ev": 1 + steps * (1 + cabinets)}
        first["sink"] = first["ev"] + len(problem.requests)
        put(self, "_first", first)
        put(self, "unit_j", problem.unit_j)
        edges = _Edges()
        put(self, "possible", self._fill(edges))
        if max(edges.caps, default=0) > MAX_UNITS:
            raise ProblemError(
                f"found {max(edges.caps):,} units of {self.unit_j} J in one step or request; "
                f"allowed at most {MAX_UNITS:,}"
            )
        size = first["sink"] + 1
        caps = [max(0, it) for it in edges.caps]
        matrix = csr_array((caps, (edges.tails, edges.heads)), shape=(size, size), dtype="int32")
        put(self, "_matrix", matrix)

    def _fill(self, edges: _Edges) -> bool:
        """All edges; whether what is decided leaves no capacity below zero."""
        problem, unit_j, first = self.problem, self.unit_j, self._first
        steps, per_w = problem.steps, problem.step_s // unit_j
        # An edge needs to carry no more than what lies behind it can take.
        behind = [[0] * steps for _ in problem.cabinets]
        taken = [[0] * steps for _ in problem.cabinets]
        demand, fine = 0, True
        least_j, forbidden = self.bounds.least_j, self.bounds.forbidden
        special = bool(least_j or forbidden)
        tails, heads, caps = edges.tails, edges.heads, edges.caps
        for number, it in enumerate(problem.requests):
            index = problem.cabinet_index[it.cabinet]
            missing, node = it.energy_j // unit_j, first["ev"] + number
            able = min(it.max_w * per_w, missing)
            column = first["cabinet"] + index * steps
            group = behind[index]
            for step in range(it.arrive, it.depart):
                most = able
                if special:
                    pair = (number, step)
                    least = -(-least_j.get(pair, 0) // unit_j)
                    if least:
                        missing -= least
                        taken[index][step] += least
                    if pair in forbidden:
                        continue
                    most -= least
                    fine = fine and most >= 0
                group[step] += most
                tails.append(column + step)
                heads.append(node)
                caps.append(most)
            fine = fine and missing >= 0
            demand += missing
            edges.add(node, first["sink"], missing)
        object.__setattr__(self, "demand", demand)
        object.__setattr__(self, "_taken", [sum(column) for column in zip(*taken, strict=True)])
        for step in range(steps):
            total = 0
            for index, cabinet in enumerate(problem.cabinets):
                room = cabinet.capacity_w[step] * per_w - taken[index][step]
                fine = fine and room >= 0
                node = first["cabinet"] + index * steps + step
                edges.add(first["step"] + step, node, min(room, behind[index][step]))
                total += min(room, behind[index][step])
            if problem.site_w is not None:
                room = problem.site_w[step] * per_w - self._taken[step]
                fine = fine and room >= 0
                total = min(total, room)
            edges.add(0, first["step"] + step, total)
        return fine

    def _flow(self, totals: Sequence[int] | None = None) -> Any:
        """A maximum flow, of at most ``totals`` units in each step, without what is decided."""
        from scipy.sparse.csgraph import maximum_flow

        matrix = self._matrix
        if totals is not None:
            matrix = matrix.copy()
            matrix.data[: self.problem.steps] = totals  # the source is node 0: its edges are first
        return maximum_flow(matrix, 0, self._first["sink"])

    def _most(self) -> list[int]:
        """What each step can carry."""
        most: list[int] = self._matrix.data[: self.problem.steps].tolist()
        return most

    def value(self, open_steps: Iterable[int] | None = None) -> int:
        """The maximum flow in units, through these steps alone or through all."""
        if open_steps is None:
            return int(self._flow().flow_value)
        most = self._most()
        totals = [0] * self.problem.steps
        for step in open_steps:
            totals[step] = most[step]
        return int(self._flow(totals).flow_value)

    def feasible(self, totals: Sequence[int] | None = None) -> bool:
        """Whether all that is asked for can be met, with at most ``totals`` units in each step."""
        if not self.possible or totals is None:
            return self.possible and self.value() == self.demand
        left = self._left(totals)
        return min(left) >= 0 and int(self._flow(left).flow_value) == self.demand

    def _left(self, totals: Sequence[int]) -> list[int]:
        """Of ``totals``, what is not decided."""
        return [
            min(total - taken, most)
            for total, taken, most in zip(totals, self._taken, self._most(), strict=True)
        ]

    def energy_j(self, totals: Sequence[int] | None = None) -> dict[Pair, int]:
        """The joules of a maximum flow by request and step, with what was decided."""
        flow = self._flow(None if totals is None else self._left(totals)).flow.tocoo()
        found = dict(self.bounds.least_j)
        for tail, head, units in zip(
            flow.row.tolist(), flow.col.tolist(), flow.data.tolist(), strict=True
        ):
            if units > 0 and self._first["ev"] <= head < self._first["sink"]:
                step = (tail - self._first["cabinet"]) % self.problem.steps
                pair = (head - self._first["ev"], step)
                found[pair] = found.get(pair, 0) + units * self.unit_j
        return found

    # --- the cheapest ------------------------------------------------------------------------

    def cheapest(self) -> list[int]:
        """The step totals in units of a cheapest maximum flow; of equal prices the earliest.

        A step carries what it adds to the maximum flow of all that are cheaper. Where a run of
        steps adds nothing, or all it can carry, its single steps need no flow of their own. What is
        decided counts.
        """
        steps = self.problem.steps
        price = self.problem.price_micro or (0,) * steps
        order = sorted(range(steps), key=lambda step: (price[step], step))
        most = self._most()
        totals = list(self._taken)

        def divide(low: int, high: int, before: int, after: int) -> None:
            run = order[low:high]
            if after == before:
                return
            if after - before == sum(most[step] for step in run):
                for step in run:
                    totals[step] += most[step]
            elif high - low == 1:
                totals[run[0]] += after - before
            else:
                middle = (low + high) // 2
                between = self.value(order[:middle])
                divide(low, middle, before, between)
                divide(middle, high, between, after)

        divide(0, steps, 0, self.value())
        return totals

    # --- why not -----------------------------------------------------------------------------

    def cut(self, number: int) -> Cut:
        """What keeps a request from more than a maximum flow gives it.

        The minimum cut that is nearest to it: from its node back along what a flow leaves free.
        """
        result = self._flow()
        residual = (self._matrix - result.flow).tocsc()
        flow = result.flow.tocsr()
        nodes = {self._first["ev"] + number}
        waiting = list(nodes)
        while waiting:
            node = waiting.pop()
            column = slice(residual.indptr[node], residual.indptr[node + 1])
            for tail, free in zip(
                residual.indices[column].tolist(), residual.data[column].tolist(), strict=True
            ):
                if free > 0 and tail not in nodes:
                    nodes.add(tail)
                    waiting.append(tail)
        return self._crossing(nodes, flow, number)

    def _crossing(self, nodes: set[int], flow: Any, number: int) -> Cut:
        """The limits that lead into ``nodes`` from outside."""
        problem, first, steps = self.problem, self._first, self.problem.steps
        site = tuple(t for t in range(steps) if first["step"] + t in nodes)
        cabinets: dict[str, tuple[int, ...]] = {}
        for index, it in enumerate(problem.cabinets):
            base = first["cabinet"] + index * steps
            full = [t for t in range(steps) if base + t in nodes and first["step"] + t not in nodes]
            if full:
                cabinets[it.name] = tuple(full)
        me = problem.requests[number]
        base = first["cabinet"] + problem.cabinet_index[me.cabinet] * steps
        own = tuple(t for t in range(me.arrive, me.depart) if base + t not in nodes)
        rivals = tuple(
            i for i in range(len(problem.requests)) if i != number and first["ev"] + i in nodes
        )
        return Cut(site, cabinets, own, rivals)
