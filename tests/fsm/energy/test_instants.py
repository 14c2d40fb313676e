"""Inside a step: energies kept, and limits at every second."""

from random import Random

import pytest

from fsm.energy.instants import Need, lay_out, on_time


def check(step_s, needs, cabinet_w, site_w, found):
    """Count every second anew: energies, minimum and maximum powers, cabinets and site."""
    energy_j = {it.id: 0 for it in needs}
    for second in range(step_s):
        power_w = {it.id: 0 for it in needs}
        for it in found:
            if it.from_s <= second < it.until_s:
                power_w[it.id] += it.power_w
        for it in needs:
            energy_j[it.id] += power_w[it.id]
            assert power_w[it.id] == 0 or it.min_w <= power_w[it.id] <= it.max_w
        for name, limit_w in cabinet_w.items():
            assert sum(power_w[it.id] for it in needs if it.cabinet == name) <= limit_w
        assert site_w is None or sum(power_w.values()) <= site_w
    for it in needs:
        assert it.energy_j <= energy_j[it.id] <= it.energy_j * 101 / 100
    return energy_j


def test_random_steps_keep_energies_and_limits():
    """Whenever a step is laid out, it is laid out rightly; and many are."""
    laid, shared = 0, 0
    for seed in range(400):
        draw = Random(seed)
        step_s = draw.choice((15, 60, 900, 7))
        needs = []
        for number in range(draw.randrange(1, 6)):
            max_w = draw.choice((3_680, 7_360, 11_000))
            min_w = draw.choice((0, 1_380, 3_680))
            needs.append(
                Need(f"ev{number}", draw.choice("AB"), draw.randrange(max_w * step_s),
                     max_w, min_w)
            )  # fmt: skip
        cabinet_w = {"A": draw.randrange(5_000, 40_000), "B": draw.randrange(5_000, 40_000)}
        site_w = draw.choice((None, draw.randrange(5_000, 60_000)))
        found = lay_out(step_s, needs, cabinet_w, site_w)
        if found is not None:
            check(step_s, needs, cabinet_w, site_w, found)
            laid += 1
            shared += sum(0 < it.energy_j < it.min_w * step_s for it in needs) > 1
    assert laid > 150
    assert shared > 5


@pytest.mark.parametrize("step_s", [7, 13, 900])
def test_without_minimum_powers_means_are_enough(step_s):
    """What fits on average can be laid out, also where watts do not divide."""
    for seed in range(60):
        draw = Random(seed)
        needs = [
            Need(f"ev{n}", "AB"[n % 2], draw.randrange(4_000 * step_s), 11_000, 0) for n in range(5)
        ]
        sums = {name: sum(it.energy_j for it in needs if it.cabinet == name) for name in "AB"}
        cabinet_w = {name: -(-energy // step_s) for name, energy in sums.items()}
        site_w = -(-sum(sums.values()) // step_s)
        found = lay_out(step_s, needs, cabinet_w, site_w)
        assert found is not None
        energy_j = check(step_s, needs, cabinet_w, site_w, found)
        assert energy_j == {it.id: it.energy_j for it in needs}


def test_round_the_step_is_exact_for_equal_powers():
    """Three EVs on for two thirds of a step share what two can draw (McNaughton, 1959)."""
    needs = [Need(f"ev{n}", "A", 1_380 * 600, 1_380, 1_380) for n in range(3)]
    found = lay_out(900, needs, {"A": 2_760}, None)
    assert found is not None
    check(900, needs, {"A": 2_760}, None, found)
    assert lay_out(900, needs, {"A": 2_759}, None) is None
    for seed in range(200):
        draw = Random(seed)
        on_s = [draw.randrange(1, 30) for _ in range(draw.randrange(1, 7))]
        lanes = draw.randrange(1, 4)
        needs = [Need(f"ev{n}", "A", 1_380 * s, 1_380, 1_380) for n, s in enumerate(on_s)]
        found = lay_out(30, needs, {"A": 1_380 * lanes}, None)
        assert (found is not None) == (sum(on_s) <= 30 * lanes), on_s


def test_means_that_fit_and_instants_that_do_not():
    """500 W on average in 1,000 W: while it is on, it draws 1,380 W."""
    assert lay_out(900, [Need("ev1", "A", 500 * 900, 11_000, 1_380)], {"A": 1_000}, None) is None


@pytest.mark.parametrize(
    ("energy_j", "min_w", "max_w", "found"),
    [
        (0, 1_380, 3_680, (0, 0)),
        (1_380 * 900, 1_380, 3_680, (900, 0)),
        (3_680 * 900, 1_380, 3_680, (900, 0)),
        (3_680 * 900 + 1, 1_380, 3_680, None),
        (1_379, 1_380, 3_680, (1, 1)),
        (1_366, 1_380, 3_680, None),
        (1_380, 1_380, 3_680, (1, 0)),
        (4_000, 1_380, 3_680, (2, 0)),
        (1_380 * 200 + 1, 1_380, 1_380, (201, 1_379)),
        (1_380 * 20 + 1, 1_380, 1_380, None),
    ],
)
def test_on_times(energy_j, min_w, max_w, found):
    """Whole seconds; rounded up only by a hundredth of the energy."""
    assert on_time(energy_j, 900, min_w, max_w) == found
