"""Random transcripts: each rule speaks one line of the language of transcripts.

Hypothesis draws the lines and shrinks them when something breaks. So a counterexample *is* a
transcript: written into a file of ``transcripts/`` it runs again, with each step explained. After
each event the invariants hold; in the end everything heals, and what was outstanding is answered.

A new rule is a method that says its line with :meth:`Rules.say`; the commands are in
``transcripts/README.md``. What a group may be made of is drawn in :meth:`Rules.group`.
"""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from paxos.clients import Client
from tests.paxos.history import Inconsistent
from tests.paxos.script import Script
from tests.paxos.stage import Stage

VOTERS = 5
NODES = st.integers(1, VOTERS)
KINDS = st.sampled_from(
    ["prepare", "promise", "accept", "accepted", "heartbeat", "forward", "decisions", "commit"]
)
LENGTHS = st.sampled_from(["100ms", "500ms", "2s", "5s"])
TIMERS = st.sampled_from(["election", "heartbeat", "retry"])


class Broken(AssertionError):  # noqa: N818 - a verdict
    """A transcript that shows a mistake: what was found, and the lines that lead there."""

    def __init__(self, found: str, lines: list[str]) -> None:
        super().__init__("\n".join([found, *lines]))
        self.found = found
        self.lines = lines


class Rules(RuleBasedStateMachine):
    """Five voters on a stage, and everything that may happen to them."""

    def __init__(self) -> None:
        super().__init__()
        self.script = Script()
        self.lines: list[str] = []
        self.submitted = 0
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

    @initialize(
        learners=st.sampled_from(["", " learners=6"]),
        phases=st.sampled_from(["", " phase1=4 phase2=2", " phase1=2 phase2=4"]),
        log=st.sampled_from(["", " window=3 pipeline=1", " snapshot_slots=2 retain_slots=0"]),
    )
    def group(self, learners: str, phases: str, log: str) -> None:
        """Five voters, perhaps a learner, quorums of other sizes, or a short log."""
        self.say(f"group {VOTERS}{learners}{phases}{log}")

    # Clients and time.

    @rule(node=NODES, key=st.sampled_from("xy"))
    def submit(self, node: int, key: str) -> None:
        """A client sets a register to something new."""
        self.submitted += 1
        self.say(f"submit {node} {key}={self.submitted}")

    @rule(length=LENGTHS)
    def run(self, length: str) -> None:
        """Everything happens for a while."""
        self.say(f"run {length}")

    @rule(length=LENGTHS)
    def tick(self, length: str) -> None:
        """Time passes, and nothing arrives."""
        self.say(f"tick {length}")

    @rule(node=NODES, timer=TIMERS)
    def fire(self, node: int, timer: str) -> None:
        """A timer that is due fires."""
        self.say(f"fire {node} {timer}")

    @rule(node=NODES)
    def campaign(self, node: int) -> None:
        """A node finds no leader, and wins its pre-votes if it can."""
        self.say(f"campaign {node}")

    # The network.

    @rule(kind=KINDS, node=NODES)
    def deliver(self, kind: str, node: int) -> None:
        """Messages of a kind arrive at one node, before others that were sent earlier."""
        self.say(f"deliver *>{node} {kind}")

    @rule(verb=st.sampled_from(["drop", "duplicate", "hold"]), kind=KINDS, node=NODES)
    def disturb(self, verb: str, kind: str, node: int) -> None:
        """Messages of a kind to one node are lost, doubled (the copies come late), or come late."""
        self.say(f"{verb} *>{node} {kind}")

    @rule()
    def release(self) -> None:
        """All that was late may come."""
        self.say("release *")

    @rule(side=st.sets(NODES, min_size=1, max_size=2))
    def partition(self, side: set[int]) -> None:
        """One or two nodes on one side, the rest on the other."""
        here = [str(node) for node in self.stage.seats if node in side]
        there = [str(node) for node in self.stage.seats if node not in side]
        self.say(f"cut {' '.join(here)} | {' '.join(there)}")

    @rule()
    def heal(self) -> None:
        """The network is whole again."""
        self.say("heal")

    # Nodes and disks.

    @rule(node=NODES, keep=st.integers(0, 2))
    def crash(self, node: int, keep: int) -> None:
        """A node dies; of what its disk had not synced the first rows may stay."""
        self.say(f"crash {node} keep={keep}")

    @rule(node=NODES)
    def restart(self, node: int) -> None:
        """A node comes back from its disk."""
        self.say(f"restart {node}")

    @rule(node=NODES, verb=st.sampled_from(["pause", "resume"]))
    def stand_still(self, node: int, verb: str) -> None:
        """A node stands still, or goes on."""
        self.say(f"{verb} {node}")

    @rule(node=NODES, mode=st.sampled_from(["slow", "fast"]))
    def disk(self, node: int, mode: str) -> None:
        """A disk syncs by command alone from now on, or at once again."""
        self.say(f"disk {node} {mode}")

    @rule(node=NODES)
    def fsync(self, node: int) -> None:
        """A disk syncs what was written, and what waited for it leaves."""
        self.say(f"fsync {node}")

    # In the end.

    def teardown(self) -> None:
        """Everything heals; the group comes to rest, and the log explains what clients saw."""
        if not self.lines or self.broken:
            return
        self.say("heal")
        self.say("release *")
        for node in self.stage.seats:
            self.say(f"disk {node} fast")
            if self.stage.seats[node].replica is None:
                self.say(f"restart {node}")
            elif self.stage.seats[node].paused:
                self.say(f"resume {node}")
        end = self.say("stabilise")[-1]
        if not end.startswith("quiet"):
            raise Broken(f"NOT SETTLED: {end}", self.lines)
        self.check_rest()

    def check_rest(self) -> None:
        """Equal states, everything answered, and nothing that the log does not explain."""
        replicas = self.stage.alive()
        states = {(r.commit_slot, r.learner.state_digest()) for r in replicas}
        if len(states) != 1:
            raise Broken(f"NOT EQUAL: {sorted(states)}", self.lines)
        history = self.stage.history
        alive = {replica.client for replica in replicas}
        waiting = [
            key for key in history.submitted
            if Client(*key[:2]) in alive and key not in history.results
        ]  # fmt: skip
        if waiting:
            raise Broken(f"NOT ANSWERED: {waiting}", self.lines)
        try:
            history.check(replicas[0].commit_slot)
        except Inconsistent as found:
            raise Broken(f"INCONSISTENT: {found}", self.lines) from None


class Safety(Rules):
    """The same without an end: only what breaks an invariant counts."""

    def teardown(self) -> None:
        """Nothing has to come to rest."""
