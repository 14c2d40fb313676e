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
    """The network of a problem, capacities in units of ``unit_j``.

    Raises:
        ProblemError: capacities beyond 32 bits.

    """

    problem: Problem
    unit_j: int = field(init=False)
    demand: int = field(init=False)
    """Sum of what is asked for, in units."""
    _matrix: Any = field(init=False)
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
        put(self, "demand", sum(it.energy_j for it in problem.requests) // self.unit_j)
        edges = self._edges()
        if max(edges.caps, default=0) > MAX_UNITS:
            raise ProblemError(
                f"found {max(edges.caps):,} units of {self.unit_j} J in one step or request; "
                f"allowed at most {MAX_UNITS:,}"
            )
        size = first["sink"] + 1
        columns = (edges.caps, (edges.tails, edges.heads))
        put(self, "_matrix", csr_array(columns, shape=(size, size), dtype="int32"))

    def _edges(self) -> _Edges:
        """All edges."""
        problem, unit_j, first, edges = self.problem, self.unit_j, self._first, _Edges()
        steps, per_w = problem.steps, problem.step_s // unit_j
        # An edge needs to carry no more than what lies behind it can take.
        behind = [[0] * steps for _ in problem.cabinets]
        for number, it in enumerate(problem.requests):
            index = problem.cabinet_index[it.cabinet]
            asked, node = it.energy_j // unit_j, first["ev"] + number
            able = min(it.max_w * per_w, asked)
            column = first["cabinet"] + index * steps
            group = behind[index]
            for step in range(it.arrive, it.depart):
                group[step] += able
                edges.add(column + step, node, able)
            edges.add(node, first["sink"], asked)
        for step in range(steps):
            total = 0
            for index, cabinet in enumerate(problem.cabinets):
                able = min(cabinet.capacity_w[step] * per_w, behind[index][step])
                edges.add(first["step"] + step, first["cabinet"] + index * steps + step, able)
                total += able
            if problem.site_w is not None:
                total = min(total, problem.site_w[step] * per_w)
            edges.add(0, first["step"] + step, total)
        return edges

    def _flow(self, totals: Sequence[int] | None = None) -> Any:
        """A maximum flow, of at most ``totals`` units in each step."""
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

    def feasible(self) -> bool:
        """Whether all that is asked for can be met."""
        return self.value() == self.demand

    def energy_j(self, totals: Sequence[int] | None = None) -> dict[Pair, int]:
        """The joules of a maximum flow by request and step, at most ``totals`` units in a step."""
        flow = self._flow(totals).flow.tocoo()
        found: dict[Pair, int] = {}
        for tail, head, units in zip(
            flow.row.tolist(), flow.col.tolist(), flow.data.tolist(), strict=True
        ):
            if units > 0 and self._first["ev"] <= head < self._first["sink"]:
                step = (tail - self._first["cabinet"]) % self.problem.steps
                found[head - self._first["ev"], step] = units * self.unit_j
        return found

    # --- the cheapest ------------------------------------------------------------------------

    def cheapest(self) -> list[int]:
        """The step totals in units of a cheapest maximum flow; of equal prices the earliest.

        A step carries what it adds to the maximum flow of all that are cheaper. Where a run of
        steps adds nothing, or all it can carry, its single steps need no flow of their own.
        """
        steps = self.problem.steps
        price = self.problem.price_micro or (0,) * steps
        order = sorted(range(steps), key=lambda step: (price[step], step))
        most = self._most()
        totals = [0] * steps

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
