"""One charge point in two lines: what its row in the table has no room for."""

from evtui.render import glyphs, money, units
from evtui.render.cp_words import reserved, seen, state_role
from evtui.render.line import Line, Span, flow, line
from scenarios.view import CpView, View


def detail(cp: CpView, view: View, width: int, *, place: bool = False) -> list[Line]:
    """Two lines that say of one CP what its row has no room for.

    ``place`` says which of how many it is, for a table of which only a part is seen.
    """
    where = f" {view.cps.index(cp) + 1} of {len(view.cps)}" if place else ""
    ev = cp.ev
    faults = [
        (f"{other.id} {glyphs.LINK[state]} {glyphs.LINK_WORD[state]}", glyphs.LINK_ROLE[state])
        for other, state in zip(view.cps, cp.links, strict=False)
        if state not in {"up", "self"}
    ]
    state = cp.state
    if cp.status == "crashed":
        state = f"crashed; on its disk: promised {cp.promised}, slots to {cp.commit_slot}"
    elif cp.status == "off":
        state = "off; it was never switched on"
    name = cp.id if cp.node == cp.id else f"{cp.id} is {cp.node}"
    items: list[tuple[Span, ...]] = [
        ((name, "text bold"), (where, "warn"), (" " + state, state_role(cp))),
        (("limit ", "dim"), (_limit(cp), "")),
        (*seen(cp), (" OCPP ", "dim"), (cp.ocpp_status, "")),
        (("meter ", "dim"), (units.energy(cp.energy_wh), "")),
        *money.items(cp),
    ]
    if ev is not None:
        items.insert(
            1,
            (
                (ev.id, "text bold"),
                (f" {ev.state} ", ""),
                (f"{ev.soc:.1f} → {ev.target:.0f} %", ""),
            ),
        )
    if cp.reserved_for:
        items.insert(1, ((reserved(cp), "accent"),))
    if cp.ails:
        items.insert(1, (("ails ", "dim"), (", ".join(cp.ails), "warn")))
    if faults:
        items.append((("links ", "dim"), faults[0], *((", " + t, r) for t, r in faults[1:])))
    else:
        items.append((("links ", "dim"), ("all up", "dim")))
    if cp.queued_calls:
        items.append((("queued ", "dim"), (str(cp.queued_calls), "warn")))
    items.append((("state ", "dim"), (cp.state_digest[:8] or "–", "dim")))
    lines = flow(items, width)[:2]
    return lines + [line()] * (2 - len(lines))


def _limit(cp: CpView) -> str:
    return f"{units.kilowatts(cp.limit_w)} of {units.rated(cp.rated_w)} kW"
