"""Facts of an instant that texts and conditions name: who leads, in which ballot, what time it is.

All are read from the frozen view, so that a text is true of the run that it stands beside.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from scenarios.log.view import CellState
from scenarios.view import CpView, LogRow, View

NOBODY: Final = "nobody"
NONE: Final = "none"


def _kw(power_w: int) -> str:
    """Without zeros that say nothing."""
    return f"{power_w / 1000:.2f}".rstrip("0").rstrip(".") + " kW"


def _clock(time_us: int) -> str:
    minutes, seconds = divmod(time_us // 1_000_000, 60)
    return f"{minutes}:{seconds:02d}"


def _followers(view: View) -> Iterator[CpView]:
    """Live voters that do not lead."""
    for cp in view.cps:
        if cp.status == "alive" and cp.id != view.leader and cp.member == "voter":
            yield cp


def _follower(number: int) -> Callable[[View], str]:
    def found(view: View) -> str:
        ids = [cp.id for cp in _followers(view)]
        return ids[number] if number < len(ids) else NOBODY

    return found


def _first(holds: Callable[[CpView], bool]) -> Callable[[View], str]:
    return lambda view: next((cp.id for cp in view.cps if holds(cp)), NOBODY)


def is_noop(row: LogRow) -> bool:
    """Whether a slot holds a no-op."""
    return row.command == "no-op"


def _noop(view: View) -> str:
    return next((str(row.slot) for row in reversed(view.log) if is_noop(row)), NONE)


def _hole(view: View) -> str:
    """The first slot of which no live CP knows anything, below one of which one does."""
    alive = [cp.status == "alive" for cp in view.cps]
    known = [
        any(cell.state and lives for cell, lives in zip(row.cells, alive, strict=True))
        for row in view.log
    ]
    below = (row.slot for n, row in enumerate(view.log) if not known[n] and any(known[n:]))
    return str(next(below, NONE))


def _transaction(view: View) -> str:
    """The newest slot in which a transaction begins."""
    found = (row.slot for row in reversed(view.log) if "StartTransaction" in row.command)
    return str(next(found, NONE))


_CHANGES: Final = (" joins", " comes to vote", " votes no more", " leaves")


def _change(view: View) -> str:
    """The newest slot that changes the group."""
    found = (row.slot for row in reversed(view.log) if row.command.endswith(_CHANGES))
    return str(next(found, NONE))


def _newest(state: CellState) -> Callable[[View], str]:
    """The last slot of which somebody knows so much."""

    def found(view: View) -> str:
        rows = (row.slot for row in reversed(view.log) if any(c.state >= state for c in row.cells))
        return str(next(rows, 0))

    return found


FACTS: Final[Mapping[str, Callable[[View], str]]] = {
    "time": lambda view: _clock(view.time_us),
    "leader": lambda view: view.leader or NOBODY,
    "ballot": lambda view: view.ballot,
    "round": lambda view: view.ballot.partition(".")[0],
    "voters": lambda view: str(view.voters),
    "quorum": lambda view: str(view.quorum),
    "electors": lambda view: str(view.electors),
    "follower": _follower(0),
    "follower2": _follower(1),
    "follower3": _follower(2),
    "crashed": _first(lambda cp: cp.status == "crashed"),
    "paused": _first(lambda cp: cp.status == "paused"),
    "cut_off": _first(lambda cp: cp.cut_off),
    "off": _first(lambda cp: cp.status == "off"),
    "learner": _first(lambda cp: cp.member == "learner"),
    "charging": _first(lambda cp: cp.power_w > 0),
    "last_slot": lambda view: str(view.log_last),
    "chosen_slot": _newest(CellState.CHOSEN),
    "next_slot": lambda view: str(view.log_last + 1),
    "noop_slot": _noop,
    "hole_slot": _hole,
    "transaction_slot": _transaction,
    "change_slot": _change,
    "power": lambda view: _kw(view.power_w),
    "capacity": lambda view: _kw(view.capacity_w),
}
"""Each fact by its name."""


def facts(view: View) -> dict[str, str]:
    """All facts of an instant."""
    return {name: found(view) for name, found in FACTS.items()}
