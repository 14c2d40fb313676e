"""What cables carry on the network's screen: bars, PV, loads and the price, where there are any."""

from collections.abc import Callable

import attrs
import pytest

from evtui.render import cables, power
from evtui.themes import DARK, LIGHT
from scenarios.loader import load
from scenarios.view import RailView, View
from tests.evtui import sample
from tests.evtui.test_snapshots import Pinned, app_on, run_to, settle

S = 1_000_000


def rail(name: str, capacity_w: int, flow_w: int, loads_w: int = 0, pv_w: int = 0) -> RailView:
    """A cable that carries so much."""
    ev_w = flow_w - loads_w + pv_w
    return RailView(name, capacity_w, ev_w, loads_w, pv_w, flow_w, flow_w, flow_w, 0)


SITE = rail("", 30_000, 23_100, 9_000, 5_200)
A, B = rail("A", 24_000, 20_400, 9_000), rail("B", 12_000, 3_100)
SUNNY = {"rails": (SITE, A, B), "loads": (("oven", 9_000),), "has_pv": True}


def view(**changes: object) -> View:
    """A view with cables."""
    cps = tuple(sample.cp(n, price_ueur=450_000) for n in range(1, 6))
    return attrs.evolve(sample.view(), **{"cps": cps, **SUNNY, **changes})


def strip(seen: View, width: int = 80) -> str:
    """The text of the line."""
    line = power.strip(seen, width)
    assert line.width == width
    return line.plain


def panel(seen: View, width: int = 52, height: int = 8) -> list[str]:
    """The texts of the panel."""
    lines = power.panel(seen, width, height)
    assert {line.width for line in lines} == {width}
    assert len(lines) == height
    return [line.plain for line in lines]


def test_one_line_tells_each_cable_pv_and_loads() -> None:
    """With what flows of the capacity."""
    words = strip(view(), 90).split()
    bars = [words.pop(at) for at in (2, 4, 6)]
    assert words == [
        "Power", "site", "23.1/30", "A", "20.4/24", "B", "3.1/12", "PV", "5.2", "oven", "9.0",
        "0.45", "€/kWh",
    ]  # fmt: skip
    shares = (23.1 / 30, 20.4 / 24, 3.1 / 12)
    assert [it.count("━") for it in bars] == [round(len(bars[0]) * share) for share in shares]


@pytest.mark.parametrize("width", range(20, 210, 7))
def test_it_has_room_at_any_width(width: int) -> None:
    """What matters most is there: the site first, and no figure is cut while others have room."""
    text = strip(view(), width)
    assert text.startswith(" Power  site ")
    if width >= 80:
        assert "PV 5.2" in text
        assert "oven 9.0" in text


def test_of_many_cabinets_the_fullest_are_told() -> None:
    """And how many are not."""
    many = tuple(rail(f"K{n}", 10_000, 1_000 * n) for n in range(1, 9))
    text = strip(view(rails=(SITE, *many)), 80)
    assert "K8" in text
    assert "K1" not in text
    shown = sum(f"K{n} " in text for n in range(1, 9))
    assert f"+{8 - shown}" in text
    rows = panel(view(rails=(SITE, *many)))
    assert rows[1].startswith(" site")
    assert any(row.startswith(" K8") for row in rows)
    assert "+7 more" in rows[4] or "+6 more" in rows[4]


def test_an_overload_has_a_sign() -> None:
    """No information by colour alone."""
    full = view(rails=(SITE, attrs.evolve(A, capacity_w=20_000), B))
    assert "20.4/20!" in strip(full, 120)
    assert "102%!" in panel(full)[2]


def test_what_feeds_the_grid_says_so() -> None:
    """An empty bar, and a figure below 0."""
    feeding = view(rails=(attrs.evolve(SITE, flow_w=-2_000), A, B))
    assert "-2.0/30" in strip(feeding, 120)
    assert "feeds the grid" in panel(feeding)[4]


@pytest.mark.parametrize(
    ("prices", "text"),
    [
        ((450_000, 450_000), "0.45 €/kWh"),
        ((450_000, 300_000), "0.30–0.45 €/kWh"),
        ((0, 0), ""),
    ],
)
def test_the_price(prices: tuple[int, int], text: str) -> None:
    """One, from the cheapest to the dearest, or none."""
    cps = tuple(sample.cp(n, 2, price_ueur=it) for n, it in enumerate(prices, 1))
    seen = view(cps=cps)
    assert cables.price(seen) == text
    assert ("price" in panel(seen, 88)[4]) == bool(text)


@pytest.mark.parametrize(("width", "height"), [(52, 8), (88, 13), (30, 8), (120, 20)])
def test_the_panel_keeps_its_chart(width: int, height: int) -> None:
    """Rows of cables, what else there is, and the last two minutes below."""
    rows = panel(view(), width, height)
    assert rows[0].startswith(" Power  EVs" if width >= 52 else " Power")
    assert [row.split()[0] for row in rows[1:4]] == ["site", "A", "B"]
    assert rows[-1].split()[:1] == ["0"]
    assert any("█" in row for row in rows[5:])
    if width >= 88:
        assert "EVs  19.3  loads   9.0  PV   5.2" in rows[1]


@pytest.mark.parametrize(
    "changes",
    [
        {"rails": ()},
        {"rails": (rail("", 22_000, 14_800),), "loads": (), "has_pv": False},
    ],
)
def test_where_there_is_only_the_power_of_evs_all_is_as_it_was(changes: dict[str, object]) -> None:
    """No cabinets, no loads, no PV."""
    seen = view(**changes)
    assert not cables.has_cables(seen)
    bare = attrs.evolve(seen, rails=())
    assert power.strip(seen, 80) == power.strip(bare, 80)
    assert power.panel(seen, 52, 8) == power.panel(bare, 52, 8)
    assert " of 22.0 kW" in strip(seen)


@pytest.mark.parametrize("name", ["pv-cloud", "bakery-oven", "commuter-morning"])
def test_real_runs_say_whether_they_have_cables(name: str) -> None:
    """From the file, also before the sun shines."""
    session = Pinned(load(name))
    run_to(session, 5 * S)
    assert cables.has_cables(session.view()) == (
        bool(session.scenario.cabinets or session.scenario.loads)
        or session.scenario.pv.surplus_w > 0
    )


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)], ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("theme", [DARK.name, LIGHT.name])
def test_network(snap_compare: Callable[..., bool], size: tuple[int, int], theme: str) -> None:
    """A cabinet that is shared with an oven, which is on."""
    session = Pinned(load("bakery-oven"))
    run_to(session, 160 * S)
    assert snap_compare(app_on(session, theme), terminal_size=size, run_before=settle)
