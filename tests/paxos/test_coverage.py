"""What is counted of a run: each thing once, and nothing that did not happen."""

from paxos.effects import Regrouped
from paxos.membership import PLACES, Membership
from paxos.messages import SnapshotPull
from paxos.sim.coverage import Coverage

THREE = Membership((1, 2, 3))


def counts(coverage: Coverage) -> dict[str, int]:
    """What was counted at all."""
    return {feature: count for feature, count in coverage.counts.items() if count}


def regrouped(version: int, now: Membership, before: Membership = THREE) -> Regrouped:
    """A membership that takes effect from slot 9 on."""
    return Regrouped(9, version, now, before)


def test_a_demotion_counts_once() -> None:
    """However many nodes tell of it; and it is no promotion, nor does anybody leave."""
    coverage = Coverage()
    for node in (1, 2, 3):
        coverage.regrouped(node, regrouped(2, Membership((1, 2), (3,))))
    assert counts(coverage) == {"changes": 1, "demotions": 1}


def test_a_promotion_is_no_demotion() -> None:
    """Nor is a newcomer that learns."""
    coverage = Coverage()
    grown = Membership((1, 2, 3), (4,))
    coverage.regrouped(1, regrouped(2, grown))
    coverage.regrouped(1, regrouped(3, Membership((1, 2, 3, 4)), grown))
    assert counts(coverage) == {"changes": 2, "joins": 1, "promotions": 1}


def test_a_removed_leader_is_counted_where_it_leads() -> None:
    """Also when another node has told of the change before; a follower's removal is none."""
    coverage = Coverage()
    coverage.role(1, "leader")
    without = Membership((2, 3))
    coverage.regrouped(2, regrouped(2, without))
    assert coverage.counts["leaders_removed"] == 0
    coverage.regrouped(1, regrouped(2, without))
    coverage.role(1, "follower")
    assert counts(coverage) == {
        "elections": 1, "step_downs": 1, "changes": 1, "departures": 1, "leaders_removed": 1
    }  # fmt: skip
    coverage.role(2, "leader")
    coverage.regrouped(3, regrouped(3, Membership((2,)), without))
    assert coverage.counts["leaders_removed"] == 1


def test_a_demoted_leader_is_not_removed() -> None:
    """It stays as a learner."""
    coverage = Coverage()
    coverage.role(1, "leader")
    coverage.regrouped(1, regrouped(2, Membership((2, 3), (1,))))
    assert (coverage.counts["demotions"], coverage.counts["leaders_removed"]) == (1, 0)


def test_a_leader_on_its_second_disk_can_be_removed() -> None:
    """It has another number, and stands in the same place."""
    coverage = Coverage()
    coverage.role(1, "leader")
    second = PLACES + 1
    coverage.regrouped(second, regrouped(2, Membership((2, 3)), Membership((2, 3, second))))
    assert coverage.counts["leaders_removed"] == 1


def test_a_crash_is_no_step_down() -> None:
    """A leader that died has not given up, whatever its next process does."""
    coverage = Coverage()
    coverage.role(1, "leader")
    coverage.died(1)
    coverage.role(1, "candidate")
    assert counts(coverage) == {"elections": 1}


def test_a_piece_is_asked_for_again_by_the_same_node() -> None:
    """Another node's piece is another, so is that of a newer snapshot; slot 0 names no piece."""
    coverage = Coverage()
    pulls = [(1, 8, 64), (2, 8, 64), (1, 8, 128), (1, 9, 128), (1, 0, 0), (1, 0, 0)]
    for node, slot, offset in pulls:
        coverage.released(node, SnapshotPull(slot, offset))
    assert counts(coverage) == {}
    for _ in range(2):
        coverage.released(2, SnapshotPull(8, 64))
    assert counts(coverage) == {"chunks_again": 2}


def test_quorums_below_a_majority_are_counted() -> None:
    """Of either phase; sizes that only have room to spare are not small."""
    coverage = Coverage()
    for sizes in ((3, 3), (4, 4), (4, 2), (2, 4), (5, 1)):
        coverage.elected(Membership((1, 2, 3, 4, 5), (), *sizes))
    assert counts(coverage) == {"small_quorums": 3}
