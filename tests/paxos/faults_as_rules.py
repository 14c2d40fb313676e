"""What random transcripts do to a group: to its links, nodes, clocks and disks.

:class:`Speaking` is how a rule says its line; :class:`Faults` are the rules that break something.
"""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from paxos.election import Role
from paxos.membership import place_of
from paxos.replica import Replica
from tests.paxos.script import Script
from tests.paxos.stage import Stage

VOTERS = 5
NODES = st.integers(1, VOTERS)
PLACES = st.integers(1, VOTERS + 2)
"""Where nodes may stand: at first only voters, perhaps a learner, and whoever joins."""
KINDS = st.sampled_from([
    "prepare", "promise", "accept", "accepted", "commit", "heartbeat", "heartbeatack", "forward",
    "decisions", "readindex", "readslot",
])  # fmt: skip


class Broken(AssertionError):  # noqa: N818 - a verdict
    """A transcript that shows a mistake: what was found, and the lines that lead there."""

    def __init__(self, found: str, lines: list[str]) -> None:
        super().__init__("\n".join([found, *lines]))
        self.found = found
        self.lines = lines


class Speaking(RuleBasedStateMachine):
    """A transcript that is being written, and carried out line by line."""

    def __init__(self) -> None:
        super().__init__()
        self.script = Script()
        self.lines: list[str] = []
        self.submitted = 0
        self.standing: dict[int, int] = {}
        """Who stands in a place whose disk was lost."""
        self.broken = False
        """Whether a line has failed already: then there is nothing to bring to rest."""

    @property
    def stage(self) -> Stage:
        """The group."""
        return self.script.stage

    def say(self, line: str) -> list[str]:
        """Carry a line out. One that makes no sense now changes nothing, as in any transcript.

        Raises:
            Broken: it broke an invariant.
        """
        self.lines.append(line)
        told = self.script.run(line)
        for text in told:
            if text.startswith("VIOLATION"):
                self.broken = True
                raise Broken(text, self.lines)
        return told

    def who(self, place: int) -> int:
        """The node that stands in a place."""
        return self.standing.get(place, place)

    def leader(self) -> Replica | None:
        """Who leads at the highest ballot."""
        leaders = [r for r in self.stage.alive() if r.role is Role.LEADER]
        return max(leaders, key=lambda r: r.proposer.ballot, default=None)

    def set_register(self, node: int, key: str) -> None:
        """A client sets a register to something new."""
        self.submitted += 1
        self.say(f"submit {self.who(node)} {key}={self.submitted}")


class Faults(Speaking):
    """Everything that may go wrong, but for who belongs to the group."""

    # The network.

    @rule(kind=KINDS, node=PLACES)
    def deliver(self, kind: str, node: int) -> None:
        """Messages of a kind arrive at one node, before others that were sent earlier."""
        self.say(f"deliver *>{self.who(node)} {kind}")

    @rule(verb=st.sampled_from(["drop", "duplicate", "hold"]), kind=KINDS, node=NODES)
    def disturb(self, verb: str, kind: str, node: int) -> None:
        """Messages of a kind to one node are lost, doubled (the copies come late), or come late."""
        self.say(f"{verb} *>{self.who(node)} {kind}")

    @rule()
    def release(self) -> None:
        """All that was late may come."""
        self.say("release *")

    @rule(side=st.sets(PLACES, min_size=1, max_size=2))
    def partition(self, side: set[int]) -> None:
        """One or two nodes on one side, the rest on the other."""
        here = [str(node) for node in self.stage.seats if place_of(node) in side]
        there = [str(node) for node in self.stage.seats if place_of(node) not in side]
        self.say(f"cut {' '.join(here)} | {' '.join(there)}")

    @rule(here=NODES, there=NODES, verb=st.sampled_from(["cut", "heal"]))
    def cut_one_way(self, here: int, there: int, verb: str) -> None:
        """A link in one direction goes, or comes back."""
        if here != there:
            self.say(f"{verb} {self.who(here)}>{self.who(there)}")

    @rule(here=NODES, there=NODES, length=st.sampled_from(["0s", "50ms", "700ms"]))
    def delay(self, here: int, there: int, length: str) -> None:
        """What is sent over a link takes longer, or no longer; what comes later may overtake it."""
        if here != there:
            self.say(f"delay {self.who(here)}>{self.who(there)} {length}")

    @rule(kind=KINDS, node=NODES)
    def damage(self, kind: str, node: int) -> None:
        """Messages of a kind to one node are damaged on the way."""
        self.say(f"damage *>{self.who(node)} {kind}")

    @rule()
    def heal(self) -> None:
        """The network is whole again."""
        self.say("heal")

    # Nodes and disks.

    @rule(place=PLACES, keep=st.integers(0, 2), torn=st.sampled_from(["", " torn=5"]))
    def crash(self, place: int, keep: int, torn: str) -> None:
        """A node dies; of what its disk had not synced the first rows may stay, one of them torn.

        Where no row is lost there is none to be torn: it dies all the same.
        """
        self.say(f"crash {self.who(place)} keep={keep}{torn}")

    @rule(place=PLACES)
    def crash_after_write(self, place: int) -> None:
        """A disk syncs, and its node dies before anything that waited for it leaves."""
        self.say(f"fsync {self.who(place)} crash")

    @rule(place=PLACES)
    def restart(self, place: int) -> None:
        """A node comes back from its disk."""
        self.say(f"restart {self.who(place)}")

    @rule(node=NODES, verb=st.sampled_from(["pause", "resume"]))
    def stand_still(self, node: int, verb: str) -> None:
        """A node stands still, or goes on."""
        self.say(f"{verb} {self.who(node)}")

    @precondition(lambda self: self.leader() is not None)
    @rule(node=NODES)
    def oversleep(self, node: int) -> None:
        """Who leads stands still until another does and has decided something, and goes on."""
        leader = self.leader()
        if leader is None or self.stage.seats[leader.node].paused:
            return
        self.say(f"pause {leader.node}")
        self.say("run 5s")
        self.set_register(node % VOTERS + 1 if self.who(node) == leader.node else node, "x")
        self.say("run 100ms")
        self.say(f"resume {leader.node}")

    @rule(node=NODES, length=st.sampled_from(["0s", "20ms", "800ms"]))
    def slow(self, node: int, length: str) -> None:
        """A node takes long for each event, or is quick again."""
        self.say(f"slow {self.who(node)} {length}")

    @rule(node=NODES)
    def work(self, node: int) -> None:
        """A slow node takes the next event, if it is time."""
        self.say(f"work {self.who(node)}")

    @rule(node=NODES, rate=st.sampled_from(["+1%", "-1%", "+0%"]))
    def drift(self, node: int, rate: str) -> None:
        """A clock runs as wrong as is reckoned with, or is true again."""
        self.say(f"drift {self.who(node)} {rate}")

    @rule(place=PLACES, mode=st.sampled_from(["slow", "fast", "30ms", "full", "free"]))
    def disk(self, place: int, mode: str) -> None:
        """A disk syncs by command alone, at once, or takes its time; it is full, or has room."""
        self.say(f"disk {self.who(place)} {mode}")

    @rule(place=PLACES)
    def fsync(self, place: int) -> None:
        """A disk syncs what was written, and what waited for it leaves."""
        self.say(f"fsync {self.who(place)}")
