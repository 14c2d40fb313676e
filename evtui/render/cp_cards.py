"""Charge points as cards, side by side, where there is room for one each."""

from collections.abc import Sequence

from evtui.render import glyphs, money, units
from evtui.render.bars import bar
from evtui.render.cp_words import links_of, reserved, role_of, seen, state_role, status_of
from evtui.render.line import Line, Span, fit, left, right, spread
from scenarios.view import CpView, View

CARD_WIDTH = 36
CARD_HEIGHT = 10


def card(cp: CpView, view: View, width: int, *, selected: bool) -> list[Line]:
    """One CP as a card of :data:`CARD_HEIGHT` lines."""
    ground = "selected" if selected else "panel"
    inner = width - 2
    ev = cp.ev
    half = inner // 2
    size = inner - 22
    ids = [other.id for other in view.cps]
    charge: list[Span] = [(left("no EV", inner), "dim")]
    if cp.reserved_for:
        charge = [(left(reserved(cp), inner), "accent")]
    if ev is not None:
        charge = [
            (left(ev.id, 6), "text bold"),
            *bar(ev.soc / 100, size, "ok" if ev.power_w else "dim", mark=ev.target / 100),
            (right(f"{ev.soc:.1f} → {ev.target:.0f} %", 16), ""),
        ]
    rows: list[list[Span]] = [
        list(spread([(cp.id, "text bold"), ("  ", ""), *role_of(cp)], status_of(cp), inner).spans),
        list(
            spread(
                [(cp.state, state_role(cp)), ("  pilot ", "dim"), (cp.pilot, "")], seen(cp), inner
            ).spans
        ),
        charge,
        list(
            spread(
                [("      ", ""), (ev.state if ev else "", "")],
                [(cp.ocpp_status, "dim")],
                inner,
            ).spans
        ),
        [
            (left("power", 6), "dim"),
            *bar(
                cp.power_w / cp.rated_w if cp.rated_w else 0,
                size,
                "accent",
                mark=cp.limit_w / cp.rated_w if cp.rated_w else None,
            ),
            (right(f"{units.kilowatts(cp.power_w)} of {units.rated(cp.rated_w)} kW", 16), ""),
        ],
        _pair(
            ("limit", f"{units.kilowatts(cp.limit_w)} kW"),
            ("meter", units.energy(cp.energy_wh)),
            half,
        ),
        money.row(cp, half),
        _pair(("promised", cp.promised), ("accepted", cp.accepted), half),
        _pair(("commit", str(cp.commit_slot)), ("applied", str(cp.applied_slot)), half),
        [
            ("links ", "dim"),
            *links_of(cp, ids, max(inner - 22, 5)),
        ],
    ]
    rows[-1] = list(
        spread(rows[-1], [("state ", "dim"), (cp.state_digest[:8] or "–", "dim")], inner).spans
    )
    mark = glyphs.CURSOR if selected else " "
    dead = cp.status in glyphs.DOWN
    return [
        fit([(mark, "key"), *(_fade(row) if dead and n else row)], width, ground)
        for n, row in enumerate(rows)
    ]


def _pair(a: tuple[str, str], b: tuple[str, str], half: int) -> list[Span]:
    return [
        (left(a[0], 9), "dim"),
        (left(a[1], half - 9), ""),
        (left(b[0], 9), "dim"),
        (left(b[1], half - 9), ""),
    ]


def _fade(spans: Sequence[Span]) -> list[Span]:
    return [(text, "bad" if role.startswith("bad") else "dim") for text, role in spans]


def cards_fit(view: View, width: int) -> bool:
    """Whether all CPs have room for a card side by side."""
    return (width + 1) // max(len(view.cps), 1) - 1 >= CARD_WIDTH


def cards(view: View, selected: str, width: int) -> list[Line]:
    """All CPs as cards, side by side."""
    each = min((width + 1) // max(len(view.cps), 1) - 1, 48)
    drawn = [card(cp, view, each, selected=cp.id == selected) for cp in view.cps]
    return [Line(_beside(parts)) for parts in zip(*drawn, strict=True)]


def _beside(parts: Sequence[Line]) -> tuple[Span, ...]:
    spans: list[Span] = []
    for part in parts:
        spans += [(text, f"{role}@{part.ground}") for text, role in part.spans]
        spans.append((" ", ""))
    return tuple(spans[:-1])


def card_at(view: View, x: int, width: int) -> int | None:
    """Index of the card at column ``x``, None between or beside the cards."""
    each = min((width + 1) // max(len(view.cps), 1) - 1, 48)
    index, column = divmod(x, each + 1)
    return index if column < each and index < len(view.cps) else None
