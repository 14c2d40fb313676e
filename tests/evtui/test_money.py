"""Money on the screen: live costs, earnings, prices; and nothing where charging is free."""

from collections.abc import Callable

import attrs
import pytest

from evtui.app import EvtuiApp
from evtui.render import cp_detail, header, money, units
from evtui.widgets.cps import CpPanel
from evtui.widgets.panes import Header
from scenarios.view import CpView
from tests.evtui import sample
from tests.evtui.conftest import MINUTE_US
from tests.evtui.test_render import RUNNING


def priced(**changes: object) -> CpView:
    """A charge point that takes money."""
    return sample.cp(1, **{"price_ueur": 450_000, "earned_cents": 124, **changes})


@pytest.mark.parametrize(
    ("cents", "text"), [(0, "0.00"), (5, "0.05"), (123_456, "1,234.56"), (-5, "-0.05")]
)
def test_amounts_have_two_decimals(cents: int, text: str) -> None:
    """And their unit where they stand alone."""
    assert units.amount(cents) == text
    assert units.euros(cents) == f"{text} €"


def test_prices_have_as_many_decimals_as_they_need() -> None:
    """Two at the least."""
    assert units.price(450_000) == "0.45 €/kWh"
    assert units.price(1_000_000) == "1.00 €/kWh"
    assert units.price(123_400) == "0.1234 €/kWh"


def test_the_running_cost_has_a_plus_so_that_colour_is_not_the_only_sign() -> None:
    """Else it is what was earned."""
    assert money.short(priced(cost_cents=23), 7)[0][0] == "  +0.23"
    assert money.short(priced(), 7)[0][0] == "   1.24"
    assert [text for text, _ in money.both(priced(cost_cents=23), 14)] == ["   1.24", "  +0.23"]


def test_the_detail_tells_bill_tokens_price_and_debt() -> None:
    """At 80 cells the bill and the tokens are seen."""
    cp = priced(cost_cents=23, flex_tokens=173)
    lines = "".join(line.plain for line in cp_detail.detail(cp, sample.view(), 80))
    for words in ("bill 0.23 €", "tokens 173"):
        assert words in lines


def test_a_debt_is_told() -> None:
    """In the detail of the charge point at which the driver is."""
    cp = priced(ev=attrs.evolve(sample.ev(1, "CP1"), owes_cents=25))
    lines = "".join(line.plain for line in cp_detail.detail(cp, sample.view(), 200))
    assert "owes 0.25 €" in lines
    assert "price 0.45 €/kWh" in lines
    assert "earned 1.24 €" in lines


@pytest.mark.parametrize(("width", "words"), [(80, "1.24 €"), (120, "earned 1.24 €")])
def test_the_header_tells_the_sum(width: int, words: str) -> None:
    """In full words where there is room; nothing where charging is free."""
    view = sample.view(
        earned_cents=124, seed=1, checks=9_999, expectations_held=0, expectations_total=0
    )
    assert words in header.header(view, RUNNING, width)[1].plain
    assert "€" not in header.header(sample.view(), RUNNING, width)[1].plain


@pytest.mark.parametrize(
    ("minute", "told"), [(5, ("0.00 €", "bill ", "tokens ")), (10, ("1.24 €", "earned 0.47 €"))]
)
async def test_money_lives_on_the_screen(
    make_app: Callable[..., EvtuiApp], minute: int, told: tuple[str, ...]
) -> None:
    """At 80 cells: the sum in the header, the bill of the selected CP in its detail."""
    app = make_app(minute * MINUTE_US)
    async with app.run_test(size=(80, 24)) as pilot:
        for _ in range(3):
            await pilot.pause()
        shown = [
            line.plain for kind in (Header, CpPanel) for line in app.screen.query_one(kind)._lines
        ]
    assert [words for words in told if words not in "\n".join(shown)] == []
