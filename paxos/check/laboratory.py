"""A bare laboratory: replicas of a small register machine, with nothing of charging.

For tests, benchmarks and experiments on the protocol alone.
"""

from hashlib import blake2b
from typing import Any, TypeAlias

import msgpack

from paxos.check.invariants import Invariants
from paxos.effects import Answered, Applied, AppliedRun, Asked, Installed, ReadKind
from paxos.membership import Membership, Step, goal_of, place_of
from paxos.records import Recovered
from paxos.replica import Config, Replica
from paxos.sim import faults
from paxos.sim.ailments import INFLICT
from paxos.sim.cluster import Cluster
from paxos.sim.faults import Fault
from paxos.sim.host import ReplicaProcess, Status
from paxos.sim.kernel import Event
from paxos.transitions import Transitions

SUBMIT = 11
"""Event kind: a client at ``target`` submits ``payload``."""
FAULT = 12
"""Event kind: the fault ``payload`` happens."""
READ = 13
"""Event kind: a client at ``target`` asks; ``payload`` is how and what, a query of the machine."""

ReadTicket: TypeAlias = tuple[int, int, int]
"""A read: node, incarnation, number."""


class Register:
    """A key-value machine: ``[key, value]`` sets a key and returns the value it replaced.

    The query ``[key]`` returns the value of a key, and any other bytes nil.
    """

    def __init__(self) -> None:
        self.values: dict[Any, Any] = {}
        self._digest = b""
        self._state = (self.values, self._digest)

    @property
    def state(self) -> tuple[dict[Any, Any], bytes]:
        """Values and hash; neither is ever changed, so both may be shared."""
        if self._state[0] is not self.values or self._state[1] is not self._digest:
            self._state = (self.values, self._digest)
        return self._state

    @state.setter
    def state(self, state: tuple[dict[Any, Any], bytes]) -> None:
        self._state = state
        self.values, self._digest = state

    def apply(self, op: bytes) -> bytes:
        """Set a key."""
        key, value = msgpack.unpackb(op)
        before = self.values.get(key)
        self.values = {**self.values, key: value}
        result: bytes = msgpack.packb(before)
        self._digest = blake2b(self._digest + op + result, digest_size=8).digest()
        return result

    def query(self, op: bytes) -> bytes:
        """The value of a key."""
        try:
            (key,) = msgpack.unpackb(op)
            value = self.values.get(key)
        except (ValueError, TypeError, msgpack.UnpackException):
            value = None
        packed: bytes = msgpack.packb(value)
        return packed

    def digest(self) -> int:
        """A hash over every operation and its result, in order."""
        return int.from_bytes(self._digest, "little")

    def snapshot(self) -> bytes:
        """Keys, values and hash."""
        packed: bytes = msgpack.packb([self._digest, list(self.values.items())])
        return packed

    def restore(self, data: bytes) -> None:
        """Become what :meth:`snapshot` packed."""
        self._digest, items = msgpack.unpackb(data)
        self.values = dict(items)


class Laboratory:
    """A cluster of registers, with clients that submit at given times.

    Its replicas do not ``share`` their states unless asked to: what differs is to be seen.
    """

    def __init__(
        self,
        config: Config,
        *,
        seed: int,
        check: bool = True,
        share: bool = False,
        spares: tuple[int, ...] = (),
        **options: Any,
    ) -> None:
        """A cluster with a config; ``spares`` are nodes that no one has started yet."""
        self.config = config
        self.transitions = Transitions() if share else None
        self.invariants = Invariants(config, machine=Register()) if check else None
        self.cluster = Cluster(
            outside=self,
            nodes=(*config.membership.everyone, *spares),
            seed=seed,
            observer=self.invariants,
            **options,
        )
        self.submitted: dict[tuple[int, int, int], bytes] = {}
        self.results: dict[tuple[int, int, int], bytes] = {}
        self.asked: dict[ReadTicket, Asked] = {}
        self.answers: dict[ReadTicket, Answered] = {}
        for node in config.membership.everyone:
            self.cluster.start(node)

    def build(self, node: int, recovered: Recovered, now_us: int) -> ReplicaProcess:
        """A replica of a register; one that is not of the first members asks to join."""
        machine = Register()
        replica = Replica(node, self.config, machine, recovered, now_us, self.transitions)
        # An incarnation that never became durable is used again: nothing of it had left the node.
        for key in [key for key in self.submitted if key[:2] == replica.client]:
            del self.submitted[key]
        for ticket in [t for t in self.asked if t[:2] == replica.client and t not in self.answers]:
            del self.asked[ticket]
        goal = goal_of(node, self.config.membership, self.cluster.identities)
        return ReplicaProcess(replica, goal)

    def submit_at(self, time_us: int, node: int, key: Any, value: Any) -> None:
        """Let the client at a node set a key at a time."""
        self.cluster.kernel.push(time_us, SUBMIT, node, 0, msgpack.packb([key, value]))

    def read_at(self, time_us: int, node: int, key: Any, how: ReadKind) -> None:
        """Let the client at a node ask for a key's value at a time."""
        payload = (int(how), msgpack.packb([key]))
        self.cluster.kernel.push(time_us, READ, node, 0, payload)

    def schedule(self, faults: list[Fault]) -> None:
        """Let faults happen at their times."""
        for fault in faults:
            self.cluster.kernel.push(fault.time_us, FAULT, 0, 0, fault)

    def do(self, fault: Fault) -> None:
        """Let a fault happen now."""
        bus, nodes, args = self.cluster.bus, self.cluster.nodes, fault.args
        match fault.verb:
            case "crash" | "restart" | "pause" | "resume":
                method = "start" if fault.verb == "restart" else fault.verb
                getattr(self.cluster, method)(args["cp"])
            case "renew":
                if self.cluster.hosts[args["cp"]].status is not Status.CRASHED:
                    self.cluster.crash(args["cp"])
                self.cluster.wipe(args["cp"])
                self.cluster.start(args["cp"])
            case "admit":
                self.cluster.start(args["cp"])
            case "promote" | "demote" | "remove":
                self._change(Step[fault.verb.upper()], args["cp"])
            case verb if verb in INFLICT:
                INFLICT[verb](self.cluster, **args)
            case "cut" | "cut_oneway":
                faults.cut(bus, args["a"], args["b"], both=fault.verb == "cut")
            case "join":
                faults.join(bus, args["a"], args["b"])
            case "partition":
                faults.partition(bus, nodes, args["groups"])
            case "heal":
                faults.heal(bus, nodes)
            case "delay":
                faults.set_rate(bus, nodes, "extra_us", args["extra_us"])
            case rate:
                faults.set_rate(bus, nodes, f"{rate}_ppm", args["rate_ppm"])

    def _change(self, step: Step, place: int) -> None:
        """Hand a change in: whoever is to vote asks for it; else the leader, or whoever runs."""
        hosts = self.cluster.hosts
        running = [n for n in self.cluster.nodes if hosts[n].status is Status.ALIVE]
        leader = self.leader()
        first = place_of(leader.node) if leader is not None else next(iter(running), 0)
        at = place if step is Step.PROMOTE else first
        if at in running and (replica := self.replica(at)) is not None:
            effects = replica.change(step, hosts[place].identity, self.cluster.now_us)[1]
            self.cluster.execute(hosts[at], effects)

    def happen(self, event: Event) -> None:
        """A client submits or asks, if its node runs; or a fault happens."""
        _, _, kind, node, _, op = event
        if kind == FAULT:
            self.do(op)
            return
        host = self.cluster.hosts[node]
        replica = self.replica(node)
        if replica is None or host.status is not Status.ALIVE:
            return
        now_us = self.cluster.local_us(node)
        if kind == READ:
            how, query = op
            self.cluster.execute(host, replica.read(query, ReadKind(how), now_us)[1])
            return
        sequence, effects = replica.submit(op, now_us)
        self.submitted[(*replica.client, sequence)] = op
        self.cluster.execute(host, effects)

    def perform(self, node: int, effect: Any) -> None:
        """Remember the results that clients get from their own node, while they live.

        What an earlier incarnation had under way is applied too, or found stale; nobody waits.
        """
        replica = self.replica(node)
        if replica is None:
            return
        client = replica.client
        if type(effect) is AppliedRun:
            for outcome in effect.outcomes:
                self.perform(node, outcome)
        elif type(effect) is Applied and effect.client == client:
            self._keep((*client, effect.sequence), effect.result)
        elif type(effect) is Installed:
            for sequence, result in effect.results:
                self._keep((*client, sequence), result)
        elif type(effect) is Asked:
            self.asked[(*client, effect.number)] = effect
        elif type(effect) is Answered:
            self.answers[(*client, effect.number)] = effect

    def _keep(self, command: tuple[int, int, int], result: bytes) -> None:
        """The first result of a command; a read through the log has an answer of its own."""
        if command in self.submitted:
            self.results.setdefault(command, result)

    def replica(self, node: int) -> Replica | None:
        """The replica of a node that runs."""
        process = self.cluster.hosts[node].process
        return process.replica if process is not None else None

    def leader(self) -> Replica | None:
        """The live leader with the highest ballot."""
        leaders = [
            r for n in self.cluster.nodes if (r := self.replica(n)) and r.role.name == "LEADER"
        ]
        return max(leaders, key=lambda r: r.proposer.ballot, default=None)


def majority_of(size: int) -> Membership:
    """A group of that many voters, numbered from 1, with majority quorums."""
    return Membership(tuple(range(1, size + 1)))
