"""The energy panel: cables against their capacity, what was promised and is planned, grants."""

from collections.abc import Iterator
from textwrap import wrap

from evtui.render import units
from evtui.render.bars import bar, sparkline
from evtui.render.line import Line, Span, fit, left, line, right
from scenarios.view import CpView, PlanView, RailView, RequestView, View

ROLES = {
    "pending": "dim",
    "accepted": "ok",
    "refused": "warn",
    "open": "accent",
    "kept": "ok",
    "broken": "bad",
    "released": "dim",
    "withdrawn": "dim",
    "lapsed": "warn",
    "met": "ok",
}

US_PER_S = 1_000_000


def page(view: View, width: int) -> list[Line]:
    """All of it, from the cables to the grants."""
    return [*_cables(view, width), *_plan(view, width), *_grants(view, width)]


# --- cables ----------------------------------------------------------------------------------


def _cables(view: View, width: int) -> Iterator[Line]:
    names = [rail.id or "the site" for rail in view.rails]
    wide = max(5, *(len(name) for name in names))
    gauge = max(min(width - wide - 58, 40), 6)
    head = f" {left('cable', wide)}  {left('', gauge)}  flow of capacity   EVs   loads   PV   held"
    yield fit([(head, "dim")], width)
    for name, rail in zip(names, view.rails, strict=True):
        yield fit(_cable(name, rail, wide, gauge), width)
    if view.trips or view.grants_ended:
        said = f" {view.trips} guards tripped · {view.grants_ended} grants ended"
        yield fit([(said, "warn")], width)
    yield line()


def _cable(name: str, rail: RailView, wide: int, gauge: int) -> list[Span]:
    share = rail.flow_w / rail.capacity_w if rail.capacity_w else 0.0
    over = rail.flow_w > rail.capacity_w
    role = "bad" if over else "warn" if share > 0.95 else "ok"
    return [
        (f" {left(name, wide)}  ", "text bold"),
        *bar(share, gauge, role),
        (
            f"  {right(units.kilowatts(rail.flow_w), 5)} of {units.kilowatts(rail.capacity_w)} kW",
            "",
        ),
        (
            " over!" if over else "      "[: max(0, 6 - len(units.kilowatts(rail.capacity_w)))],
            "bad",
        ),
        (right(units.kilowatts(rail.ev_w), 6), ""),
        (right(units.kilowatts(rail.loads_w), 8), "" if rail.loads_w else "dim"),
        (right(units.kilowatts(rail.pv_w), 5), "" if rail.pv_w else "dim"),
        (right(units.kilowatts(rail.held_w), 7), ""),
    ]


# --- promises and the plan -------------------------------------------------------------------


def _plan(view: View, width: int) -> Iterator[Line]:
    plan = view.plan
    if plan is None:
        yield fit([(" Nothing is planned here: the power is shared", "dim")], width)
        yield line()
        return
    yield fit(_about(plan), width)
    if not plan.requests:
        yield fit([(" Nobody has asked for energy by a departure", "dim")], width)
    else:
        yield from _requests(view, plan, width)
    yield line()


def _about(plan: PlanView) -> list[Span]:
    step = units.clock(plan.step * plan.step_us, millis=False)
    made = f"plan {plan.number} by {plan.by}" if plan.number else "no plan yet"
    length = units.clock(plan.step_us, millis=False)
    broken = "bad bold" if plan.broken else "dim"
    return [
        (f" {made}", "text bold"),
        (f" · {plan.algorithm} · step from {step}, {length} long · ", "dim"),
        (f"{plan.kept} kept", "ok" if plan.kept else "dim"),
        (" · ", "dim"),
        (f"{plan.broken} broken", broken),
    ]


def _requests(view: View, plan: PlanView, width: int) -> Iterator[Line]:
    wide_ev = max(2, *(len(it.ev) for it in plan.requests))
    wide_cp = max(2, *(len(it.cp) for it in plan.requests))
    wide_word = max(8, *(len(it.promise or it.status) for it in plan.requests))
    head = (
        f" {left('EV', wide_ev)}  {left('at', wide_cp)}  leaves    got of promised"
        f"       now  {left('promise', wide_word)}  plan"
    )
    yield fit([(head, "dim")], width)
    for it in reversed(plan.requests):
        yield fit(_request(view, plan, it, (wide_ev, wide_cp, wide_word), width), width)
        words = it.reason or ", ".join(it.causes)
        if words and it.status != "pending":
            for text in wrap(words, max(width - 6, 20), max_lines=2, placeholder=" …"):
                yield fit([(f"    {text}", "dim")], width)


def _request(
    view: View, plan: PlanView, it: RequestView, wide: tuple[int, int, int], width: int
) -> list[Span]:
    wide_ev, wide_cp, wide_word = wide
    word = it.promise or it.status
    got = f"{units.kwh(it.delivered_wh)} of {units.kwh(it.energy_wh)} kWh"
    now = "–" if it.target_w is None else f"{units.kilowatts(it.target_w)} kW"
    spans: list[Span] = [
        (f" {left(it.ev, wide_ev)}  {left(it.cp, wide_cp)}", "text bold"),
        (f"  {left(units.clock(it.departure_us, millis=False), 8)}", ""),
        (f"  {left(got, 18)}{right(now, 9)}  ", ""),
        (left(word, wide_word), ROLES.get(word, "dim")),
        ("  ", ""),
    ]
    room = width - sum(len(text) for text, _ in spans) - 1
    return [*spans, (_curve(view, plan, it, room), "accent")]


def _curve(view: View, plan: PlanView, it: RequestView, room: int) -> str:
    """What is planned from now on, a cell for each step; a full block is the most of it."""
    if not it.planned or room < 1:
        return ""
    first = view.time_us // plan.step_us
    last = it.departure_us // plan.step_us
    top = max(power_w for _, power_w in it.planned)
    values = [_at(it.planned, step * plan.step_us // US_PER_S) for step in range(first, last)]
    return sparkline(values[:room], len(values[:room]), top)


def _at(planned: tuple[tuple[int, int], ...], second: int) -> int:
    power_w = 0
    for start_s, next_w in planned:
        if start_s > second:
            break
        power_w = next_w
    return power_w


# --- grants ----------------------------------------------------------------------------------


def _grants(view: View, width: int) -> Iterator[Line]:
    """A row for each charge point that may draw something, or whose grant has ended."""
    rows = [cp for cp in view.cps if cp.limit_w or cp.held_w or cp.grant_ended]
    wide = max(5, *(len(cp.id) for cp in view.cps))
    head = f" {left('grant', wide)}   limit     held    draws    left"
    yield fit([(head, "dim")], width)
    if not rows:
        yield fit([(" Nobody may draw anything now", "dim")], width)
    for cp in rows:
        yield fit(_grant(cp, wide), width)


def _grant(cp: CpView, wide: int) -> list[Span]:
    held = "warn" if cp.held_w > cp.limit_w else ""
    spans: list[Span] = [
        (f" {left(cp.id, wide)}", "text bold"),
        (right(f"{units.kilowatts(cp.limit_w)} kW", 9), ""),
        (right(f"{units.kilowatts(cp.held_w)} kW", 9), held),
        (right(f"{units.kilowatts(cp.power_w)} kW", 9), ""),
    ]
    if cp.grant_ended:
        return [*spans, ("    ended: the log has given it up", "warn")]
    if cp.grant_left_us is None:
        return [*spans, ("    without an end", "dim")]
    left_s = cp.grant_left_us // US_PER_S
    role = "bad" if left_s <= 0 else "warn" if left_s < 10 else ""
    return [*spans, (right(f"{max(left_s, 0)} s", 8), role)]
