"""The lease under siege: within the bound no clock makes a read stale; beyond it the checker sees.

Reads of all kinds in all weathers stand in ``test_campaign.py``.
"""

import pytest

from paxos.check.campaign.lasting import COMMANDS, endure
from paxos.check.campaign.returns import let_return
from paxos.check.campaign.sieges import besiege, siege_of
from paxos.check.violation import InvariantViolation
from tests.soaking import early

BLOCK = 10
BROKEN_PPM = 450_000
"""Clocks that are wrong by so much, where at the most 30 % is reckoned with."""


@pytest.mark.parametrize("first", early(3, range(0, 60, BLOCK)))
def test_no_siege_makes_a_read_stale(first: int) -> None:
    """Leaders are cut off, paused and asked, on clocks wrong by exactly the bound."""
    by_lease = refused = lapsed = 0
    for seed in range(first, first + BLOCK):
        counts = besiege(seed).cluster.covered()
        by_lease += counts["lease_reads"]
        refused += counts["lease_refusals"]
        lapsed += counts["leases_lapsed"]
    assert by_lease > 1_000
    assert refused
    assert lapsed > BLOCK


def test_beyond_the_bound_stale_reads_are_seen() -> None:
    """The same sieges on worse clocks: L2 stops most of them, and nothing else does."""
    found = []
    for seed in range(20):
        try:
            besiege(seed, siege_of(seed, drift_ppm=BROKEN_PPM))
        except InvariantViolation as violation:
            found.append(violation.name)
    assert set(found) == {"L2"}
    assert len(found) >= 5


@pytest.mark.soak
@pytest.mark.parametrize("first", range(1_000, 3_000, 100))
def test_no_siege_of_many_makes_a_read_stale(first: int) -> None:
    """The same as above for thousands of seeds."""
    for seed in range(first, first + 100):
        besiege(seed)


def test_what_lasts_is_lived_with() -> None:
    """A deaf or mute leader is replaced, and who comes back time and again unseats nobody."""
    away = 0
    for seed in range(24):
        lab = endure(seed)
        away += lab.returns
        assert len(lab.results) == COMMANDS
    assert 4 <= away <= 20


def test_no_leader_that_returns_counts_what_is_past() -> None:
    """Votes that were asked for in an earlier ballot come when their leader leads again."""
    returned = 0
    for seed in range(24):
        lab = let_return(seed)
        assert lab.results, f"seed {seed} did nothing"
        returned += lab.returned
    assert returned >= 5
