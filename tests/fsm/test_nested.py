"""Max-min fair shares under nested limits: against its definition, and against the flat one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsm.energy.nested import Demand, nested_fair, nested_in_turn
from fsm.energy.sharing import max_min_fair, share_in_turn

CABINETS = {"A": 12_000, "B": 9_000}

demands = st.lists(
    st.tuples(st.integers(-1, 22_000), st.sampled_from(["", "A", "B"])), max_size=9
).map(lambda rows: [Demand(f"CP{n}", most, 0, where) for n, (most, where) in enumerate(rows)])


def names(text: str, most_w: int = 11_000, least_w: int = 4_140) -> list[Demand]:
    """``"A1 B1 -1"``: a charge point behind A, one behind B, one at the site's rail."""
    where = {"-": ""}
    return [Demand(w, most_w, least_w, where.get(w[0], w[0])) for w in text.split()]


@given(site_w=st.integers(0, 60_000), some=demands)
def test_shares_are_max_min_fair(site_w: int, some: list[Demand]) -> None:
    """Whoever has less than he can use stands at a full cable, where nobody has much more."""
    shares = nested_fair(site_w, CABINETS, some)
    where = {"": some, **{c: [d for d in some if d.cabinet == c] for c in CABINETS}}
    limits = {"": site_w, **CABINETS}
    sums = {rail: sum(shares[d.name] for d in there) for rail, there in where.items()}
    assert all(sums[rail] <= limits[rail] for rail in limits)
    for demand in some:
        share_w = shares[demand.name]
        assert 0 <= share_w <= max(0, demand.most_w)
        if share_w == max(0, demand.most_w):
            continue
        rails = [rail for rail in ("", demand.cabinet) if sums[rail] == limits[rail]]
        assert rails, f"{demand.name} could have more"
        most = [max(shares[d.name] for d in where[rail]) for rail in rails]
        assert min(most) <= share_w + 1, f"at each full cable somebody has more than {demand.name}"


@given(site_w=st.integers(-1, 60_000), wants=st.lists(st.integers(-1, 22_000), max_size=9))
def test_without_cabinets_it_is_the_flat_rule(site_w: int, wants: list[int]) -> None:
    """Watt for watt, also those that do not divide."""
    some = [Demand(f"CP{n}", most_w, min(4_140, most_w)) for n, most_w in enumerate(wants)]
    flat = [(d.name, d.most_w, d.least_w) for d in some]
    assert nested_fair(site_w, {}, some) == max_min_fair(site_w, [f[:2] for f in flat])
    assert nested_in_turn(site_w, {}, some) == share_in_turn(site_w, flat)


def test_what_a_full_cabinet_leaves_is_for_the_others() -> None:
    """A carries 12 kW for three; B's one and the rail's one share what is left of the site."""
    shares = nested_fair(30_000, CABINETS, names("A1 A2 A3 B1 -1"))
    assert shares == {"A1": 4_000, "A2": 4_000, "A3": 4_000, "B1": 9_000, "-1": 9_000}


def test_a_watt_that_the_full_cabinets_leave_is_not_lost() -> None:
    """Cabinets and site are full at one level: what does not divide goes where it can."""
    some = [Demand(f"A{n}", 9, 0, "A") for n in (1, 2)] + [Demand("-1", 9)]
    assert nested_fair(8, {"A": 4}, some) == {"A1": 2, "A2": 2, "-1": 4}


def test_nobody_overtakes_behind_a_full_cabinet() -> None:
    """A serves two; the third waits, and so does the fourth, who would need less. B goes on."""
    some = [*names("A1 A2 A3"), Demand("A4", 3_700, 1_380, "A"), *names("B1")]
    shares = nested_in_turn(60_000, CABINETS, some)
    assert shares == {"A1": 6_000, "A2": 6_000, "A3": 0, "A4": 0, "B1": 9_000}
    shares = nested_in_turn(60_000, {"A": 9_000, "B": 9_000}, some)
    assert shares == {"A1": 4_500, "A2": 4_500, "A3": 0, "A4": 0, "B1": 9_000}


def test_nobody_overtakes_at_a_full_site() -> None:
    """The site serves two; whoever came later waits, also behind a cabinet with room."""
    some = [*names("A1 -1 B1"), Demand("B2", 3_700, 1_380, "B")]
    shares = nested_in_turn(9_000, CABINETS, some)
    assert shares == {"A1": 4_500, "-1": 4_500, "B1": 0, "B2": 0}


def test_an_id_comes_once_and_a_cabinet_is_there() -> None:
    """A caller's mistakes are said."""
    with pytest.raises(ValueError, match="two demands"):
        nested_fair(10, {}, [Demand("A", 1), Demand("A", 1)])
    with pytest.raises(KeyError):
        nested_fair(10, {}, [Demand("A", 1, 0, "C")])
