"""``evtui explore``: explores a small group exhaustively, and says what was seen.

Never imports Textual. The answer begins with ``exhausted``, ``violated`` or ``unfinished``.
"""

import json
import sys
import time
from collections.abc import Iterator
from typing import Final

from attrs import frozen

from evtui.counting import counted
from evtui.explore.saving import Saved, check_target, save
from evtui.progress import clear, is_seen, show
from paxos.check.explore.group import Faults, Group, Move, State
from paxos.check.explore.nodes import Bounds, shown
from paxos.check.explore.search import Found, explore
from paxos.check.mutants import Mutant, planted
from paxos.messages import Message

PROGRESS_S: Final = 0.5
EXHAUSTED, VIOLATED, UNFINISHED = "exhausted", "violated", "unfinished"
EXIT: Final = {EXHAUSTED: 0, VIOLATED: 1, UNFINISHED: 3}


@frozen
class Order:
    """What ``evtui explore`` was asked to do."""

    bounds: Bounds
    faults: Faults
    most_states: int | None = None
    as_json: bool = False
    mutant: Mutant | None = None
    """The mistake that is planted meanwhile."""
    keeps: tuple[type[Message], ...] = ()
    """Messages that a mistake may heed although no right node would: they are not forgotten."""
    save: str | None = None
    """Where to write the path to a violation as a scenario."""


def run_explore(order: Order) -> int:
    """Explore, print what was seen, and return the exit code.

    Raises:
        UsageError: what is to be saved cannot be written.
    """
    if order.save is not None:
        check_target(order.save)
    with planted(order.mutant):
        return _run(order)


def _run(order: Order) -> int:
    group = Group(order.bounds, order.faults, order.keeps)
    progress = _Progress()
    began = time.perf_counter()
    try:
        found = explore(group, most_states=order.most_states, progress=progress.tell)
    except KeyboardInterrupt:
        progress.clear()
        sys.stdout.write(progress.interrupted(as_json=order.as_json) + "\n")
        raise
    seconds = time.perf_counter() - began
    progress.clear()
    saved = None if order.save is None else save(group, found, order.save, _name(order))
    if order.as_json:
        row = {**_row(order, group, found, seconds), **_saved(saved)}
        sys.stdout.write(json.dumps(row, indent=2) + "\n")
    else:
        told = [] if saved is None else [saved.why]
        sys.stdout.write("\n".join([*_text(order, group, found, seconds), *told]) + "\n")
    return EXIT[_word(found)]


def _name(order: Order) -> str:
    return "" if order.mutant is None else order.mutant.name


def _saved(saved: Saved | None) -> dict[str, object]:
    """What is told of it in JSON: the file, or null, and what the network does there."""
    if saved is None:
        return {}
    return {"saved": saved.file or None, "network": saved.violated, "saving": saved.why}


def _word(found: Found[State, Move]) -> str:
    if found.violation:
        return VIOLATED
    return EXHAUSTED if found.exhausted else UNFINISHED


class _Progress:
    """How far it is: a line on standard error, renewed now and then, where somebody sees it."""

    def __init__(self) -> None:
        self._is_seen = is_seen()
        self._began = self._last = time.monotonic()
        self._known = (0, 0, 0)

    def tell(self, states: int, waiting: int, depth: int) -> None:
        """So many states are known, so many wait to be explored."""
        self._known = (states, waiting, depth)
        now = time.monotonic()
        if not self._is_seen or now - self._last < PROGRESS_S:
            return
        self._last = now
        rate = states / (now - self._began)
        line = f"{states:,} states, {waiting:,} wait, depth {depth}, {rate:,.0f} states/s"
        show(line)

    def clear(self) -> None:
        """Take the line away."""
        if self._is_seen:
            clear()

    def interrupted(self, *, as_json: bool) -> str:
        """What was seen before somebody ended it."""
        states, waiting, depth = self._known
        if as_json:
            row = {"verdict": UNFINISHED, "states": states, "waiting": waiting, "depth": depth}
            return json.dumps(row, indent=2)
        return f"{UNFINISHED}\n{states:,} states, {waiting:,} wait, depth {depth}; nothing violated"


def _text(order: Order, group: Group, found: Found[State, Move], seconds: float) -> Iterator[str]:
    yield _word(found)
    if order.mutant is not None:
        yield f"planted: {order.mutant.name}: {order.mutant.sentence}"
        if order.mutant.explored is None:
            yield "no group is known in which an exploration finds it"
    yield _asked(order)
    rate = found.states / max(seconds, 1e-9)
    yield (
        f"{found.states:,} distinct states, {found.transitions:,} transitions, "
        f"depth {found.depth}, {found.terminal:,} ends; {seconds:.1f} s, {rate:,.0f} states/s"
    )
    values = ", ".join(sorted(shown(value) for value in group.chosen))
    yield f"chosen in some state: {values or 'nothing'}"
    if found.violation:
        yield f"after {counted(len(found.path), 'move')}, and never in fewer: {found.violation}"
        for number, step in enumerate(found.path, 1):
            for line, text in enumerate(group.words(step.action)):
                yield f"{number:4}  {text}" if not line else f"      {text}"
    elif not found.exhausted:
        yield f"stopped after {order.most_states:,} states; see --max-states"


def _asked(order: Order) -> str:
    bounds, faults = order.bounds, order.faults
    ballots = "+".join(str(n) for n in bounds.ballots)
    parts = [
        counted(bounds.nodes, "node"),
        f"{counted(bounds.proposers, 'proposer')} with {ballots} ballot{'s' * (ballots != '1')}",
        counted(bounds.slots, "slot"),
        counted(faults.crashes, "crash", "crashes"),
        counted(faults.losses, "loss", "losses"),
        counted(faults.duplicates, "duplicate"),
    ]
    if bounds.own_later:
        parts.append("own messages under way")
    if order.keeps:
        kept = " and ".join(message.__name__ for message in order.keeps)
        parts.append(f"{kept} of past ballots under way")
    return ", ".join(parts)


def _row(
    order: Order, group: Group, found: Found[State, Move], seconds: float
) -> dict[str, object]:
    bounds, faults = order.bounds, order.faults
    return {
        "verdict": _word(found),
        "mutant": _name(order) or None,
        "nodes": bounds.nodes,
        "proposers": bounds.proposers,
        "ballots": list(bounds.ballots),
        "slots": bounds.slots,
        "own_later": bounds.own_later,
        "keeps": [message.__name__ for message in order.keeps],
        "crashes": faults.crashes,
        "losses": faults.losses,
        "duplicates": faults.duplicates,
        "states": found.states,
        "transitions": found.transitions,
        "depth": found.depth,
        "ends": found.terminal,
        "seconds": round(seconds, 3),
        "states_per_s": round(found.states / max(seconds, 1e-9)),
        "chosen": sorted(shown(value) for value in group.chosen),
        "violation": found.violation,
        "path": [group.words(step.action) for step in found.path],
    }
