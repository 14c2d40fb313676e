"""The allocation problem once more, as a linear program in Wh and floats, straight from its text.

For EV i with rated power r_i, window [a_i, d_i), energy e_i: 0 ≤ x[i,t] ≤ r_i·Δ, Σ_t x = e_i,
Σ_{i in g} x ≤ C_g[t]·Δ, Σ_i x ≤ (C_s − load + pv)[t]·Δ; least Σ x·price. Shares no code with the
program but the values of the problem.
"""

import numpy as np
from scipy.optimize import linprog


def optimum(problem, requests):
    """The least cost in currency units; None if the requests cannot all be met."""
    hours = problem.step_s / 3600
    columns = [(i, t) for i, it in enumerate(requests) for t in range(it.arrive, it.depart)]
    if not columns:
        return 0.0
    steps, names = problem.steps, [it.name for it in problem.cabinets]
    wanted = np.zeros((len(requests), len(columns)))
    site, cabinets = np.zeros((steps, len(columns))), np.zeros((steps * len(names), len(columns)))
    for column, (i, t) in enumerate(columns):
        wanted[i, column] = site[t, column] = 1
        cabinets[names.index(requests[i].cabinet) * steps + t, column] = 1
    bounds = [
        max(0, capacity - load + pv) * hours
        for capacity, load, pv in zip(
            problem.site_capacity_w, problem.other_loads_w, problem.pv_firm_w, strict=True
        )
    ]
    bounds += [w * hours for it in problem.cabinets for w in it.capacity_w]
    found = linprog(
        [problem.price_micro[t] for _, t in columns],  # of a size that its tolerances are made for
        A_ub=np.vstack((site, cabinets)),
        b_ub=bounds,
        A_eq=wanted,
        b_eq=[it.energy_j / 3600 for it in requests],
        bounds=[(0, requests[i].max_w * hours) for i, _ in columns],
        method="highs",
    )
    assert found.status in (0, 2), found.message
    return found.fun / 1e9 if found.status == 0 else None
