"""The liveness phase of a run: everything has healed, and what is left must settle."""

from paxos.check.laboratory import FAULT, Laboratory
from paxos.clients import Client


class NotSettled(Exception):  # noqa: N818 - a verdict
    """Everything has healed, and yet: liveness."""


def check_settled(lab: Laboratory) -> None:
    """After healing: every replica up and equal, every command of a living client done.

    Raises:
        NotSettled: what is missing.
        ValueError: faults are still to come; it is too early to ask.
    """
    if any(event[2] == FAULT for event in lab.cluster.kernel.waiting()):
        raise ValueError("faults are still to come")
    leader = lab.leader()
    if leader is None:
        raise NotSettled("nobody leads")
    if len(leader.group.eras) > 1:
        raise NotSettled(f"a change has not taken effect: {leader.group.eras}")
    running = [r for node in lab.cluster.nodes if (r := lab.replica(node)) is not None]
    replicas = [r for r in running if r.node not in leader.group.gone]
    members = leader.group.present.everyone
    if sorted(r.node for r in replicas) != sorted(members):
        raise NotSettled(f"{[r.node for r in replicas]} run, and the members are {members}")
    slots = {r.node: r.commit_slot for r in replicas}
    if len(set(slots.values())) != 1 or max(slots.values()) == 0:
        raise NotSettled(f"commit slots differ: {slots}")
    if len({r.learner.state_digest() for r in replicas}) != 1:
        raise NotSettled("states differ")
    alive = {r.client for r in replicas}
    open_ = [k for k in lab.submitted if Client(*k[:2]) in alive and k not in lab.results]
    if open_ or any(r.pending for r in replicas):
        raise NotSettled(f"commands of living clients are not done: {open_}")
    waiting = [k for k in lab.asked if Client(*k[:2]) in alive and k not in lab.answers]
    if waiting or any(r.reads for r in replicas):
        raise NotSettled(f"reads of living clients are not answered: {waiting}")
