"""Inside a step: who draws how much in which second.

A cable carries no charging current below its minimum (6 A, IEC 61851-1), so an EV's power is 0 or
between ``min_w`` and ``max_w``. An EV whose mean over a step is lower is switched on and off in
whole seconds. That the means fit a limit does not make the instants fit: an EV of 500 W on average
draws 1,380 W while it is on. So a step is laid out second by second, with the on-times one after
the other round the step (McNaughton, *Scheduling with Deadlines and Loss Functions*, 1959), and a
plan counts only if each of its steps can be laid out. To decide that exactly is as hard as packing
bins; :func:`lay_out` may fail where a cleverer one would not, never the other way round.
"""

from collections.abc import Mapping, Sequence

from attrs import frozen

TOLERANCE = 100
"""An on-time that is rounded up to a whole second adds at most a hundredth of a step's energy."""


@frozen
class Need:
    """What one EV is to get in a step."""

    id: str
    cabinet: str
    energy_j: int
    max_w: int
    min_w: int


@frozen
class Interval:
    """A power of an EV from one second of a step up to, not including, another one.

    An EV's intervals may overlap: its power is their sum.
    """

    id: str
    cabinet: str
    from_s: int
    until_s: int
    power_w: int


@frozen
class _Pulse:
    """A power for so many seconds, somewhere in the step; the first ``more_s`` have 1 W more."""

    need: Need
    on_s: int
    power_w: int
    more_s: int

    @property
    def peak_w(self) -> int:
        return self.power_w + (self.more_s > 0)


def whole_seconds(energy_j: int, min_w: int, max_w: int) -> int:
    """The least energy from ``energy_j`` on that whole seconds of ``min_w`` to ``max_w`` give.

    It differs from ``energy_j`` by less than a second's where the two are near each other: an EV
    that takes one power alone cannot be given 100,120 J at 3,680 W.
    """
    return max(energy_j, -(-energy_j // max_w) * min_w)


def on_time(energy_j: int, step_s: int, min_w: int, max_w: int) -> tuple[int, int] | None:
    """For how many seconds an EV is on, and how many joules that gives above ``energy_j``.

    As long as possible, so with as little power as possible. The excess is 0 whenever some whole
    number of seconds gives the energy at a power from ``min_w`` to ``max_w``; else the on-time is
    rounded up. None if that is more than a hundredth above, or nothing gives it.
    """
    if energy_j > max_w * step_s:
        return None
    if energy_j >= min_w * step_s:
        return (step_s if energy_j else 0), 0
    on_s = energy_j // min_w
    if on_s * max_w >= energy_j:
        return on_s, 0
    excess_j = (on_s + 1) * min_w - energy_j
    return (on_s + 1, excess_j) if excess_j * TOLERANCE <= energy_j else None


def lay_out(
    step_s: int,
    needs: Sequence[Need],
    cabinet_w: Mapping[str, int],
    site_w: int | None,
) -> tuple[Interval, ...] | None:
    """The intervals of a step in which no limit is broken in any second; None if none was found.

    Each EV gets its energy, or with :func:`on_time` a trifle more.
    """
    # First exactly; where that leaves no room, longer and gentler by up to a second.
    for gentle in (False, True):
        cut = _cut(step_s, needs, gentle=gentle)
        if cut is None:
            return None
        steady, pulses = cut
        if not _fits(steady, 0, step_s, (), cabinet_w, site_w):
            return None
        if _too_high(steady, pulses, cabinet_w, site_w):
            continue
        for in_turn in (True, False):
            found = _place(step_s, steady, pulses, cabinet_w, site_w, in_turn=in_turn)
            if found is not None:
                return tuple(found)
    return None


def _cut(
    step_s: int, needs: Sequence[Need], *, gentle: bool
) -> tuple[list[Interval], list[_Pulse]] | None:
    """What is on all the time, and what has to be placed; None if an EV cannot have its energy."""
    steady: list[Interval] = []
    pulses: list[_Pulse] = []
    for need in needs:
        timed = on_time(need.energy_j, step_s, need.min_w, need.max_w)
        if gentle:
            timed = on_time(need.energy_j, step_s, need.min_w, need.min_w) or timed
        if timed is None:
            return None
        on_s, excess_j = timed
        if on_s == 0:
            continue
        power_w, more_s = divmod(need.energy_j + excess_j, on_s)
        if on_s < step_s:
            pulses.append(_Pulse(need, on_s, power_w, more_s))
            continue
        if power_w:
            steady.append(Interval(need.id, need.cabinet, 0, step_s, power_w))
        if more_s:
            # Watts that do not divide go round like any other on-time.
            pulses.append(_Pulse(need, more_s, 1, 0))
    return steady, pulses


def _too_high(
    steady: Sequence[Interval],
    pulses: Sequence[_Pulse],
    cabinet_w: Mapping[str, int],
    site_w: int | None,
) -> bool:
    """Whether some pulse fits nowhere, as what is on all the time leaves too little."""
    total_w = 0
    by_cabinet: dict[str, int] = {}
    for it in steady:
        total_w += it.power_w
        by_cabinet[it.cabinet] = by_cabinet.get(it.cabinet, 0) + it.power_w
    return any(
        (site_w is not None and total_w + it.peak_w > site_w)
        or by_cabinet.get(it.need.cabinet, 0) + it.peak_w > cabinet_w[it.need.cabinet]
        for it in pulses
    )


def _place(
    step_s: int,
    steady: list[Interval],
    pulses: list[_Pulse],
    cabinet_w: Mapping[str, int],
    site_w: int | None,
    *,
    in_turn: bool,
) -> list[Interval] | None:
    """Place one pulse after the other.

    ``in_turn``: cabinet by cabinet, each where the one before ended. That is exact for pulses of
    one power. Else the greatest first, each where it first fits.
    """
    order = sorted(pulses, key=lambda it: (it.need.cabinet if in_turn else "", -it.peak_w))
    placed = list(steady)
    end_s = 0
    for pulse in order:
        edges = sorted({0, *(it.until_s % step_s for it in placed)})
        edges += [(it.from_s - pulse.on_s) % step_s for it in placed]
        if in_turn:
            edges.insert(0, end_s)
        for from_s in edges:
            pieces = _pieces(pulse, from_s, step_s)
            if all(_fits(placed, it.from_s, it.until_s, (it,), cabinet_w, site_w) for it in pieces):
                placed += pieces
                end_s = (from_s + pulse.on_s) % step_s
                break
        else:
            return None
    return placed


def _pieces(pulse: _Pulse, from_s: int, step_s: int) -> list[Interval]:
    """A pulse that begins at ``from_s`` and goes on at the step's begin when its end comes."""
    found: list[Interval] = []
    parts = ((pulse.more_s, pulse.power_w + 1), (pulse.on_s - pulse.more_s, pulse.power_w))
    for length_s, power_w in parts:
        until_s = from_s + length_s
        for low, high in ((from_s, min(until_s, step_s)), (0, until_s - step_s)):
            if low < high:
                found.append(Interval(pulse.need.id, pulse.need.cabinet, low, high, power_w))
        from_s = until_s % step_s
    return found


def _fits(
    placed: Sequence[Interval],
    from_s: int,
    until_s: int,
    more: Sequence[Interval],
    cabinet_w: Mapping[str, int],
    site_w: int | None,
) -> bool:
    """Whether all limits hold between two seconds. The load only rises where something begins."""
    near = [it for it in placed if it.from_s < until_s and from_s < it.until_s]
    near += more
    for second in sorted({from_s, *(it.from_s for it in near if it.from_s > from_s)}):
        total_w = 0
        by_cabinet: dict[str, int] = {}
        for it in near:
            if it.from_s <= second < it.until_s:
                total_w += it.power_w
                by_cabinet[it.cabinet] = by_cabinet.get(it.cabinet, 0) + it.power_w
        if site_w is not None and total_w > site_w:
            return False
        if any(load_w > cabinet_w[name] for name, load_w in by_cabinet.items()):
            return False
    return True
