"""Profiles of random faults: which kinds a campaign draws, and how often.

A profile draws from random streams of its own, so what one of them does to a seed says nothing of
another. ``everything`` is all kinds together; its streams have had no prefix since the first
campaigns, so that a seed of an old report is the same run today.
"""

from collections.abc import Mapping
from types import MappingProxyType

from attrs import frozen

from paxos.sim.ailments import AILMENTS
from paxos.sim.faults import EPISODES

ALL_AILMENTS = tuple(ailment.verb for ailment in AILMENTS)


@frozen
class Profile:
    """Which random faults come on top of a scenario."""

    name: str
    about: str
    episodes: tuple[str, ...] = ()
    """Kinds of :data:`paxos.sim.faults.EPISODES`; one that stands twice comes twice as often."""
    ailments: tuple[str, ...] = ()
    """Verbs of :data:`paxos.sim.ailments.AILMENTS`."""
    ailment_gaps: int = 10
    """Of each kind of ailment one begins as often as so many episodes do."""
    loses_disk: bool = False
    """Whether in half of the runs one charge point loses its disk."""
    slows_disks: bool = False
    """Whether each run draws how long the disks take for a write."""
    links_between_sites: bool = False
    """In a city: whether sites are cut off from each other."""

    def stream(self, name: str) -> str:
        """The name of one of its random streams."""
        return name if self.name == "everything" else f"{self.name}/{name}"


PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        profile.name: profile
        for profile in (
            Profile("calm", "no faults but those of the scenario's own script"),
            Profile(
                "network",
                "cut links, partitions, loss, duplication, reordering, damage, delay",
                episodes=("cut", "partition", "rate", "rate", "heal"),
                links_between_sites=True,
            ),
            Profile(
                "crashes",
                "charge points crash, stand still, become slow, die between a write and its sends",
                episodes=("crash", "crash", "pause"),
                ailments=("crash_after_write", "slow"),
                ailment_gaps=4,
            ),
            Profile(
                "disks",
                "slow and full disks, torn and lost writes, a lost disk",
                episodes=("crash",),
                ailments=("slow_disk", "fill_disk", "crash_after_write"),
                ailment_gaps=4,
                loses_disk=True,
                slows_disks=True,
            ),
            Profile(
                "clocks",
                "clocks that run too fast or too slow, or are set wrong",
                ailments=("clock_drift", "clock_offset"),
                ailment_gaps=2,
            ),
            Profile(
                "everything",
                "network, crashes, disks and clocks together",
                episodes=EPISODES,
                ailments=ALL_AILMENTS,
                loses_disk=True,
                slows_disks=True,
                links_between_sites=True,
            ),
        )
    }
)
"""All profiles by name, the mildest first."""

CALM = PROFILES["calm"]
EVERYTHING = PROFILES["everything"]
