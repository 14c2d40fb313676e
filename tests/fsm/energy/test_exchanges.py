"""Energy moves between steps, and nothing is lost on the way."""

from attrs import evolve

from fsm.energy.exchanges import table
from fsm.energy.executable import executable
from fsm.energy.flow import Network
from fsm.energy.problem import Cabinet, Plan, Problem, Request, figures
from fsm.energy.verify import verify
from tests.fsm.energy.instances import instance

KJ = 900_000
"""1 kW for a step of 900 s, J."""


def moved(problem, kw):
    """The kW of each row, from its arrival, after settling; and the steps with no order."""
    rows = {
        (number, step): round(value * KJ)
        for number, (it, row) in enumerate(zip(problem.requests, kw, strict=True))
        for step, value in enumerate(row, it.arrive)
    }
    found = table(problem, rows)
    failed = found.settle()
    return [[energy_j / KJ for energy_j in row.energy_j] for row in found.rows()], failed


def site(kw, *requests, price=()):
    """Requests of 1 to 7 kW, or as given, behind a rail of ``kw`` in each step."""
    room_w = tuple(value * 1_000 for value in kw)
    asked = tuple(
        Request(f"ev{n}", "A", arrive, depart, round(energy * KJ), 7_000, 1_000)
        for n, (arrive, depart, energy) in enumerate(requests)
    )
    return Problem(900, len(kw), (Cabinet("A", room_w),), asked, price_micro=price)


def test_a_shift_to_where_there_is_room():
    """500 W beside 7 kW at a rail of 7.5 kW: no second is left for a pulse of 1 kW."""
    problem = site((7.5, 7.5), (0, 1, 7), (0, 2, 1.5))
    # Left out there, as the other step has room.
    assert moved(problem, [[7], [0.5, 1]]) == ([[7], [0, 1.5]], [])


def test_an_exchange_leaves_the_totals():
    """Both steps are full: the one gives way in one step, and gets it back in the other."""
    problem = site((7.5, 7.5), (0, 2, 11), (0, 2, 4))
    kw, failed = moved(problem, [[7, 4], [0.5, 3.5]])
    assert failed == []
    assert [sum(column) for column in zip(*kw, strict=True)] == [7.5, 7.5]
    assert [sum(row) for row in kw] == [11, 4]
    assert all(value == 0 or value >= 1 for row in kw for value in row)


def test_a_raise_that_leaves_the_other_step_altogether():
    """0.6 and 1.2 kW: 1 kW here would leave 0.8 there, which does not fit either."""
    problem = site((4, 4.2), (0, 2, 6.4), (0, 2, 1.8))
    kw, failed = moved(problem, [[3.4, 3], [0.6, 1.2]])
    assert failed == []
    assert sorted(kw[1]) == [0, 1.8]


def test_a_chain_through_a_third_step():
    """Where no move helps at once, a low pair goes on to a step in which it can be laid out."""
    problem = site((7.5, 7.5, 3), (0, 1, 7), (1, 2, 7), (0, 3, 0.5), (1, 3, 2))
    kw, failed = moved(problem, [[7], [7], [0.5, 0, 0], [0, 2]])
    assert failed == []
    assert kw == [[7], [7], [0, 0, 0.5], [0, 2]]


def test_what_cannot_be_settled_is_left_as_it_was():
    """Nobody can give way: each has this one step."""
    problem = site((7.5,), (0, 1, 7), (0, 1, 0.5))
    assert moved(problem, [[7], [0.5]]) == ([[7], [0.5]], [0])


def test_nothing_is_lost_and_no_limit_is_broken():
    """Random plans: each EV keeps its energy, and all that was kept on average is kept."""
    settled = stuck = 0
    for seed in range(400):
        problem = instance(seed, minimum=True)
        network = Network(problem)
        if not network.feasible():
            continue
        before = table(problem, network.energy_j(network.cheapest()))
        after = table(problem, network.energy_j(network.cheapest()))
        failed = after.settle()
        relaxed = evolve(problem, requests=tuple(evolve(it, min_w=0) for it in problem.requests))
        assert verify(relaxed, Plan("flow", after.rows())) is None
        # The rooms that were kept up to date are those that adding up anew gives.
        assert rooms(after) == rooms(table(problem, cells(after)))
        breach = verify(problem, Plan("flow", after.rows()))
        assert (breach is None) == (not failed)
        low = [sum(len(it.low(step)) for step in range(problem.steps)) for it in (before, after)]
        assert low[1] <= low[0]
        settled += bool(low[0]) and not failed
        stuck += bool(failed)
    assert settled > 40
    assert stuck


def cells(found):
    """The joules of a table by request and step."""
    return {(i, t): v for i, row in enumerate(found.energy_j) for t, v in enumerate(row) if v}


def rooms(found):
    """What is left of each limit."""
    return found._cabinet_room_j, found._site_room_j


def test_less_room_where_nothing_else_helps():
    """Two in two steps that are full on average: with room for a pulse there is a plan."""
    problem = site((7.5, 7.5, 7.5), (0, 2, 14), (0, 3, 1.5), price=(1, 1, 9))
    cheap = executable(problem, cheapest=True)
    assert cheap is not None
    assert verify(problem, cheap) is None
    assert figures(problem, cheap).cost >= 14 * KJ + 1.5 * KJ


def test_minimum_powers_cost_little():
    """Days of a few EVs: the price is within a hundredth of what it is without minimums."""
    paid = least = 0
    for seed in range(200):
        problem = instance(seed, minimum=True)
        plan = executable(problem, cheapest=True)
        if plan is None:
            continue
        relaxed = evolve(problem, requests=tuple(evolve(it, min_w=0) for it in problem.requests))
        bound = executable(relaxed, cheapest=True)
        assert bound is not None
        assert figures(problem, plan).cost >= figures(relaxed, bound).cost
        paid += figures(problem, plan).cost
        least += figures(relaxed, bound).cost
    assert paid - least <= least // 100
