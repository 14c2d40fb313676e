"""Judging a mistake: runs of some seeds, each by one kind of judge. One task is one block of seeds.

A task is data, and so is what comes of it: they go to other processes and back.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from enum import StrEnum

from attrs import frozen

from paxos.check.campaign.history import Inconsistent, Undecided
from paxos.check.campaign.settled import NotSettled
from paxos.check.explore.group import Group
from paxos.check.explore.search import explore
from paxos.check.mutants import Mutant, find, planted
from paxos.check.violation import InvariantViolation

HASH_SEEDS = ("0", "4242")
"""Two processes that iterate over unordered sets in different orders."""


class Judge(StrEnum):
    """Who looks for the mistake."""

    WEATHER = "weather"
    """All invariants, the history of clients, and that everything settles, in random runs."""
    CLIENTS = "clients"
    """The history of clients alone: nobody looks inside the replicas."""
    PROCESSES = "processes"
    """The same seed in two processes with different hash seeds."""
    EXPLORER = "explorer"
    """All that can happen to a small group."""


@frozen
class Task:
    """Seeds from ``first`` on, in the weather of a mistake, which is ``planted`` or is not."""

    mutant: str
    judge: Judge
    first: int
    count: int
    planted: bool = True


@frozen
class Kill:
    """What stopped a run: of which seed, the name of what was broken, and a sentence."""

    seed: int
    name: str
    text: str
    moves: int = 0
    """How long the explorer's shortest path is."""


@frozen
class Outcome:
    """What came of a task: the first kill if there was one, and how many runs it took."""

    task: Task
    kill: Kill | None
    runs: int
    strays: tuple[Kill, ...] = ()
    """What else stopped runs before it: nothing that the mistake is known to break."""


def work(task: Task) -> Outcome:
    """Do a task."""
    mutant = find(task.mutant)
    with planted(mutant if task.planted else None):
        if task.judge is Judge.EXPLORER:
            return _explored(task, mutant)
        if task.judge is Judge.PROCESSES:
            return _in_two_processes(task)
        strays: list[Kill] = []
        for seed in range(task.first, task.first + task.count):
            found = _play(mutant, seed, task.judge)
            if found is None:
                continue
            known = task.judge is Judge.CLIENTS or found.name in mutant.expected
            if known or not task.planted:
                return Outcome(task, found, seed - task.first + 1, tuple(strays))
            strays.append(found)
        return Outcome(task, None, task.count, tuple(strays))


def _play(mutant: Mutant, seed: int, judge: Judge) -> Kill | None:
    """One run; what stopped it."""
    alone = judge is Judge.CLIENTS
    try:
        mutant.play(seed, mutant.weather(seed), check=not alone)
    except InvariantViolation as violation:
        return Kill(seed, violation.name, str(violation))
    except (Inconsistent, NotSettled, Undecided) as verdict:
        # Clients are asked what they saw, and not whether all came to rest.
        if alone and not isinstance(verdict, Inconsistent):
            return None
        name = type(verdict).__name__
        return Kill(seed, name, f"{name}: {verdict}")
    return None


def _explored(task: Task, mutant: Mutant) -> Outcome:
    recipe = mutant.explored
    if recipe is None:
        raise ValueError(f"{mutant.name} is not explored")
    found = explore(Group(recipe.bounds, recipe.faults, recipe.keeps))
    if not found.violation:
        return Outcome(task, None, found.states)
    name = found.violation.partition(" ")[0].rstrip(":")
    return Outcome(task, Kill(0, name, found.violation, len(found.path)), found.states)


def _in_two_processes(task: Task) -> Outcome:
    """Blocks of seeds, each done in two processes; they know nothing of what is planted here."""
    planted_there = task.mutant if task.planted else ""
    command = [sys.executable, "-m", "evtui.mutants.digests", planted_there]
    command += [task.mutant, str(task.first), str(task.count)]
    one, other = (
        subprocess.run(  # noqa: S603 - the program itself
            command,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout.split()
        for hash_seed in HASH_SEEDS
    )
    for seed, (mine, yours) in enumerate(zip(one, other, strict=True), task.first):
        if mine != yours:
            text = f"the run of seed {seed} has digest {mine} in one process, {yours} in another"
            return Outcome(task, Kill(seed, "two processes", text), seed - task.first + 1)
    return Outcome(task, None, task.count)


def judges_of(mutant: Mutant) -> Iterator[Judge]:
    """Who is asked about a mistake; nobody where only a script shows it."""
    if mutant.two_processes:
        yield Judge.PROCESSES
    elif not mutant.scripted:
        yield Judge.WEATHER
    if mutant.clients:
        yield Judge.CLIENTS
    if mutant.explored is not None:
        yield Judge.EXPLORER
