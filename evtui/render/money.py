"""Money of a charge point: what its session costs, what it has earned, what its driver owes."""

from evtui.render import units
from evtui.render.line import Span, left, right
from scenarios.view import CpView, View

HEAD = "      €"
WIDE_HEAD = "earned €  open"


def costs_something(view: View) -> bool:
    """Whether money plays a part in this network."""
    return view.earned_cents > 0 or any(cp.price_ueur or cp.cost_cents for cp in view.cps)


def short(cp: CpView, width: int) -> list[Span]:
    """What its open session costs so far, with a plus, or what it has earned."""
    if cp.cost_cents is not None:
        return [(right("+" + units.amount(cp.cost_cents), width), "text bold")]
    return [(right(units.amount(cp.earned_cents), width), "dim")]


def both(cp: CpView, width: int) -> list[Span]:
    """What it has earned, and with a plus what its open session costs so far."""
    half = width // 2
    running = "" if cp.cost_cents is None else "+" + units.amount(cp.cost_cents)
    return [
        (right(units.amount(cp.earned_cents), half), "dim"),
        (right(running, width - half), "text bold"),
    ]


def row(cp: CpView, half: int) -> list[Span]:
    """The line of a card."""
    running = "–" if cp.cost_cents is None else units.euros(cp.cost_cents)
    return [
        (left("session", 9), "dim"),
        (left(running, half - 9), ""),
        (left("earned", 9), "dim"),
        (left(units.euros(cp.earned_cents), half - 9), ""),
    ]


def items(cp: CpView) -> list[tuple[Span, ...]]:
    """What the detail of a charge point says of money; nothing where it plays no part."""
    found: list[tuple[Span, ...]] = []
    if cp.cost_cents is not None and (cp.price_ueur or cp.cost_cents):
        found.append((("bill ", "dim"), (units.euros(cp.cost_cents), "text bold")))
        found.append((("tokens ", "dim"), (units.count(cp.flex_tokens), "")))
    if cp.price_ueur:
        found.append((("price ", "dim"), (units.price(cp.price_ueur), "")))
    if cp.price_ueur or cp.earned_cents:
        found.append((("earned ", "dim"), (units.euros(cp.earned_cents), "")))
    if cp.ev is not None and cp.ev.owes_cents:
        found.append((("owes ", "dim"), (units.euros(cp.ev.owes_cents), "warn")))
    return found
