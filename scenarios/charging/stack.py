"""What a cable carried, and will by the plan: EVs by cabinet, other loads, PV."""

from typing import TYPE_CHECKING

from scenarios.charging.cells import Cells, Spread
from scenarios.charging.series import Series
from scenarios.charging.view import NOTHING, StackView

if TYPE_CHECKING:
    from scenarios.world import World


def stack(world: "World", cells: Cells, cabinet: str, plans: dict[str, Spread] | None) -> StackView:
    """Of a cabinet, or of the site where it is empty. ``plans`` by cabinet; None without a plan."""
    grid, past = world.grid, world.past.rails
    rail, site = grid.rail(cabinet), past[cabinet]
    # Without cabinets, and behind one, all EVs are one group.
    names = [] if cabinet else list(grid.cabinets)
    direct = not names or any(not cp.cabinet for cp in world.scenario.cps)
    now_us = world.now_us
    parts = {name: _means(past[name].ev, cells, now_us) for name in names}
    now_w = {name: grid.cabinets[name].power_w for name in names}
    if direct:
        whole = _means(site.ev, cells, now_us)
        parts[""] = [_less(it, of) for it, of in zip(whole, _sums(parts, cells), strict=True)]
        now_w[""] = rail.power_w - sum(now_w.values())
    loads_w = sum(it.power_w for it in world.scenario.loads if not cabinet or it.cabinet == cabinet)
    firm_w = 0 if cabinet else world.scenario.pv.firm_w
    planned = plans is not None
    wanted = {name: _wanted(plans, cabinet if cabinet and not name else name) for name in parts}
    return StackView(
        id=cabinet,
        capacity_w=rail.capacity_w,
        groups=tuple(
            (name, _joined(means, wanted[name], cells, now_us)) for name, means in parts.items()
        ),
        loads_w=_joined(
            _means(site.loads, cells, now_us), loads_w if planned else NOTHING, cells, now_us
        ),
        pv_w=_joined(_means(site.pv, cells, now_us), firm_w if planned else NOTHING, cells, now_us),
        now_w=tuple(now_w.values()),
        loads_now_w=rail.loads_w,
        pv_now_w=rail.pv_w,
        has_loads=loads_w > 0,
        has_pv=not cabinet and (firm_w > 0 or world.scenario.pv.surplus_w > 0),
    )


def _wanted(plans: dict[str, Spread] | None, name: str) -> tuple[int, ...] | int:
    """What is planned behind a cabinet; a figure alone is that of every cell."""
    if plans is None:
        return NOTHING
    return plans[name].works_w() if name in plans else 0


def _means(series: Series | None, cells: Cells, now_us: int) -> list[int]:
    """What was in each cell; 0 in one that is not over before the first tick."""
    if series is None:
        return [0] * cells.count
    found: list[int] = []
    for index in range(cells.count):
        from_us, until_us = cells.edge(index), min(cells.edge(index + 1), now_us)
        mean = series.mean(from_us, until_us) if from_us < now_us else 0
        # Nothing was sampled since the last tick: what was then, is.
        found.append(found[-1] if mean is None and found else mean or 0)
    return found


def _sums(parts: dict[str, list[int]], cells: Cells) -> list[int]:
    return [sum(means[index] for means in parts.values()) for index in range(cells.count)]


def _less(whole_w: int, parts_w: int) -> int:
    return max(whole_w - parts_w, 0)


def _joined(
    before: list[int], after: tuple[int, ...] | int, cells: Cells, now_us: int
) -> tuple[int, ...]:
    """What was up to the cell of now, and from the next one on what will be."""
    return tuple(
        before[index]
        if cells.edge(index) <= now_us
        else after
        if isinstance(after, int)
        else after[index]
        for index in range(cells.count)
    )
