"""Random transcripts: each rule speaks one line of the language of transcripts.

Hypothesis draws the lines and shrinks them when something breaks. So a counterexample *is* a
transcript: written into a file of ``transcripts/`` it runs again, with each step explained. After
each event the invariants hold; in the end everything heals, and what was outstanding is answered.

A new rule is a method that says its line with :meth:`Speaking.say`; the commands are in
``transcripts/README.md``. What a group may be made of is drawn in :meth:`Rules.group`; what goes
wrong with links, nodes and disks is in :mod:`tests.paxos.faults_as_rules`.
"""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from paxos.check.campaign.history import Inconsistent
from paxos.clients import Client
from paxos.membership import identity
from paxos.replica import Replica
from tests.paxos.faults_as_rules import NODES, PLACES, VOTERS, Broken, Faults

MOST_LOST = 2
"""How many voters may leave, cease to vote, or lose their disks: three of five remain."""
LENGTHS = st.sampled_from(["100ms", "500ms", "2s", "5s"])
MOVES = "40s"
"""How long a group at rest is given for changes of membership, and for who is on the way."""
TIMERS = st.sampled_from(["election", "heartbeat", "retry"])


class Rules(Faults):
    """Five voters on a stage, and everything that may happen to them."""

    def __init__(self) -> None:
        super().__init__()
        self.goals: dict[int, str] = {}
        """Who joined, or is to join in the end, and how."""
        self.leaving: set[int] = set()
        """The places of nodes that were asked to leave, or no longer to vote."""
        self.strict = False
        """Whether phase 2 takes more voters than a majority."""

    @initialize(
        learners=st.sampled_from(["", " learners=6"]),
        phases=st.sampled_from(["", " phase1=4 phase2=2", " phase1=2 phase2=4"]),
        log=st.sampled_from(["", " window=3 pipeline=1", " snapshot_slots=2 retain_slots=0"]),
        led=st.booleans(),
    )
    def group(self, learners: str, phases: str, log: str, led: bool) -> None:
        """Five voters, perhaps a learner, quorums of other sizes, or a short log; or a leader.

        Where somebody leads from the beginning there is more to read, to change and to lose.
        """
        self.strict = "phase2=4" in phases
        self.say(f"group {VOTERS}{learners}{phases}{log}")
        if led:
            self.say("run 2s")

    # Clients and time.

    @rule(node=NODES, key=st.sampled_from("xy"))
    def submit(self, node: int, key: str) -> None:
        """A client sets a register to something new."""
        self.set_register(node, key)

    @rule(node=NODES, key=st.sampled_from("xy"), how=st.sampled_from(["log", "index", "lease"]))
    def read(self, node: int, key: str, how: str) -> None:
        """A client asks for a register, in one of the three ways."""
        self.say(f"read {self.who(node)} {key} {how}")

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
        self.say(f"fire {self.who(node)} {timer}")

    @rule(node=NODES)
    def campaign(self, node: int) -> None:
        """A node finds no leader, and wins its pre-votes if it can."""
        self.say(f"campaign {self.who(node)}")

    # Who belongs to the group.

    @rule(place=st.integers(VOTERS + 1, VOTERS + 2), goal=st.sampled_from(["", " learn"]))
    def join(self, place: int, goal: str) -> None:
        """A node asks to become a member; one that is a learner asks to vote."""
        self.goals[place] = goal
        self.say(f"join {place}{goal}")

    @rule(node=NODES, step=st.sampled_from(["promote", "demote", "remove"]), place=PLACES)
    def change(self, node: int, step: str, place: int) -> None:
        """A client asks for a change. So many voters stay that one lost disk can be borne.

        Who is to vote asks for it by itself: then it tells the leader how far it is.
        """
        if step == "promote":
            node = place
        else:
            if place not in self.leaving and not self.can_spare():
                return
            self.leaving.add(place)
        self.say(f"change {self.who(node)} {step} {self.who(place)}")

    @precondition(lambda self: not self.standing and self.can_spare() and self.knows_all())
    @rule(place=NODES)
    def lose_disk(self, place: int) -> None:
        """A node dies, and its disk is gone: it cannot come back, another takes its place."""
        self.say(f"crash {place}")
        self.say(f"wipe {place}")
        self.say(f"restart {place}")
        self.standing[place] = newcomer = identity(place, 1)
        self.goals[newcomer] = ""

    @precondition(lambda self: self.standing)
    @rule()
    def replace(self) -> None:
        """The node with the new disk starts, and asks to become a member."""
        for newcomer in self.standing.values():
            self.say(f"join {newcomer}")

    def can_spare(self) -> bool:
        """Whether one voter more may go, with all it knows.

        Where all but one voter make a quorum of phase 2, and quorums keep their size, either one
        disk is lost or others leave.
        """
        gone = len(self.leaving) + len(self.standing)
        if self.strict and self.standing:
            return False
        return gone < (1 if self.strict else MOST_LOST)

    def knows_all(self) -> bool:
        """Whether every voter runs, and knows all that was decided before it came to vote here."""
        leader = self.leader()
        if leader is None or len(leader.group.eras) > 1:
            return False
        era = leader.group.latest
        knowing = {r.node for r in self.stage.alive() if r.commit_slot + 1 >= era.from_slot}
        return knowing.issuperset(era.membership.voters)

    # In the end.

    def teardown(self) -> None:
        """Everything heals; the group comes to rest, and the log explains what clients saw."""
        if not self.lines or self.broken:
            return
        self.say("heal")
        self.say("release *")
        for node in self.stage.seats:
            self.say(f"disk {node} free")
            self.say(f"disk {node} fast")
            self.say(f"slow {node} 0s")
            if self.stage.seats[node].replica is None:
                self.say(f"restart {node}")
            elif self.stage.seats[node].paused:
                self.say(f"resume {node}")
        for node, goal in self.goals.items():
            self.say(f"join {node}{goal}")
        end = self.say("stabilise")[-1]
        if end.startswith("quiet") and self.is_moving():
            self.say(f"run {MOVES}")
            end = self.say("stabilise")[-1]
        if not end.startswith("quiet"):
            raise Broken(f"NOT SETTLED: {end}", self.lines)
        self.check_rest()

    def is_moving(self) -> bool:
        """Whether a change is to take effect, or somebody is on the way into the group."""
        leader = self.leader()
        if leader is None or len(leader.group.eras) > 1:
            return True
        return any(r._goal for r in self.stage.alive() if r.node not in leader.group.gone)

    def members(self) -> list[Replica]:
        """The replicas of the group's members, which the leader knows.

        Raises:
            Broken: a change has not taken effect, or a member does not run.
        """
        leader = self.leader()
        if leader is None or self.is_moving():
            raise Broken("NOT SETTLED: a change is under way", self.lines)
        members = leader.group.present.everyone
        running = {r.node: r for r in self.stage.alive()}
        if not running.keys() >= set(members):
            raise Broken(f"NOT SETTLED: {list(running)} of {members} run", self.lines)
        if running.keys() - members - set(leader.group.gone):
            raise Broken(f"NOT SETTLED: {list(running)} run, and {members} belong", self.lines)
        return [running[node] for node in members]

    def check_rest(self) -> None:
        """Equal states, everything answered, and nothing that the log does not explain."""
        replicas = self.members()
        states = {(r.commit_slot, r.learner.state_digest()) for r in replicas}
        if len(states) != 1:
            raise Broken(f"NOT EQUAL: {sorted(states)}", self.lines)
        history = self.stage.history
        alive = {replica.client for replica in replicas}
        waiting = [
            key for key in history.submitted
            if Client(*key[:2]) in alive and key not in history.results
        ]  # fmt: skip
        asked = self.stage.asked
        waiting += [k for k in asked if Client(*k[:2]) in alive and k not in history.reads]
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
