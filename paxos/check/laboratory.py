"""A bare laboratory: replicas of a small register machine, with nothing of charging.

For tests, benchmarks and experiments on the protocol alone.
"""

from hashlib import blake2b
from typing import Any

import msgpack

from paxos.check.invariants import Invariants
from paxos.effects import Applied, AppliedRun, Installed
from paxos.membership import Membership
from paxos.records import Recovered
from paxos.replica import Config, Replica
from paxos.sim import faults
from paxos.sim.cluster import Cluster, ReplicaProcess, Status
from paxos.sim.faults import Fault
from paxos.sim.kernel import Event
from paxos.transitions import Transitions

SUBMIT = 11
"""Event kind: a client at ``target`` submits ``payload``."""
FAULT = 12
"""Event kind: the fault ``payload`` happens."""


class Register:
    """A key-value machine: ``[key, value]`` sets a key and returns the value it replaced."""

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
        **options: Any,
    ) -> None:
        self.config = config
        self.transitions = Transitions() if share else None
        self.invariants = Invariants(config.membership) if check else None
        self.cluster = Cluster(
            outside=self,
            nodes=config.membership.everyone,
            seed=seed,
            observer=self.invariants,
            **options,
        )
        self.submitted: dict[tuple[int, int, int], bytes] = {}
        self.results: dict[tuple[int, int, int], bytes] = {}
        for node in self.cluster.nodes:
            self.cluster.start(node)

    def build(self, node: int, recovered: Recovered, now_us: int) -> ReplicaProcess:
        """A replica of a register."""
        machine = Register()
        replica = Replica(node, self.config, machine, recovered, now_us, self.transitions)
        return ReplicaProcess(replica)

    def submit_at(self, time_us: int, node: int, key: Any, value: Any) -> None:
        """Let the client at a node set a key at a time."""
        self.cluster.kernel.push(time_us, SUBMIT, node, 0, msgpack.packb([key, value]))

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

    def happen(self, event: Event) -> None:
        """A client submits, if its node runs; or a fault happens."""
        now_us, _, kind, node, _, op = event
        if kind == FAULT:
            self.do(op)
            return
        host = self.cluster.hosts[node]
        replica = self.replica(node)
        if replica is None or host.status is not Status.ALIVE:
            return
        sequence, effects = replica.submit(op, now_us)
        self.submitted[(*replica.client, sequence)] = op
        self.cluster.execute(host, effects)

    def perform(self, node: int, effect: Any) -> None:
        """Remember the results that clients get from their own node, while they live.

        What an earlier incarnation had under way is applied too, or found stale; nobody waits.
        """
        if type(effect) is AppliedRun:
            for outcome in effect.outcomes:
                self.perform(node, outcome)
        elif type(effect) is Applied and effect.client is not None and effect.client.node == node:
            replica = self.replica(node)
            if replica is not None and effect.client == replica.client:
                self.results.setdefault((*effect.client, effect.sequence), effect.result)
        elif type(effect) is Installed and (replica := self.replica(node)) is not None:
            for sequence, result in effect.results:
                self.results.setdefault((*replica.client, sequence), result)

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
