"""The world's own kinds of events: their numbers are part of every run's digest."""

from paxos.sim.host import Kind
from scenarios.happenings import Happening


def test_the_numbers_stay_as_they_are():
    """Another number makes another digest of the same run."""
    assert {kind.name: kind.value for kind in Happening} == {
        "SCRIPT": 20, "TICK": 21, "RESET": 22, "DRIVER": 23, "WATCHDOG": 24, "LEAVE": 25
    }  # fmt: skip


def test_none_is_the_clusters():
    """The cluster hands what is not its own to the world."""
    assert min(Happening) >= Kind.OUTSIDE
    assert max(Kind) == Kind.OUTSIDE
