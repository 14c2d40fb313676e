"""What transcripts print: letters, summaries, and the tables of a group.

Times are true time, as one sees who looks at all clocks; ``clocks`` tells what each node's shows.
"""

from collections.abc import Callable, Iterable
from typing import Any

from paxos.effects import (
    Answered,
    Applied,
    AppliedRun,
    Asked,
    CancelTimer,
    Checkpoint,
    Installed,
    LeaseLapsed,
    Persist,
    Regrouped,
    RoleChanged,
    SetTimer,
    Withheld,
)
from paxos.election import Role
from paxos.proposer import Phase
from paxos.records import recover
from paxos.replica import Replica
from tests.paxos import wording
from tests.paxos.effecting import Note, post
from tests.paxos.letters import Letter
from tests.paxos.stage import Stage


def together(what: str, letters: list[Letter]) -> list[str]:
    """Letters, those from one node that say the same in one line."""
    gathered: dict[tuple[int, str], list[int]] = {}
    for letter in letters:
        same = (letter.source, wording.message(letter.message))
        gathered.setdefault(same, []).append(letter.target)
    return [
        f"{what} {source}>{wording.nodes(targets)} {text}"
        for (source, text), targets in gathered.items()
    ]


def summary(notes: Iterable[Note], *, timed: bool) -> list[str]:
    """Roles, leases and answers in their order; then what was applied and by whom, and arrivals."""
    roles: list[str] = []
    gathered: dict[str, list[int]] = {}
    arrived: dict[str, int] = {}
    for note in notes:
        if note.kind in ("role", "group", "lease", "answers"):
            roles.append(f"{wording.seconds(note.at_us)}: {note.text}" if timed else note.text)
        elif note.kind == "applies":
            gathered.setdefault(note.text, []).append(note.node)
        elif note.kind == "delivered":
            kind = note.text.split()[1]
            arrived[kind] = arrived.get(kind, 0) + 1
    done = [f"{wording.nodes(sorted(some))} {text}" for text, some in gathered.items()]
    counts = ", ".join(f"{count} {kind}" for kind, count in arrived.items())
    return [*roles, *done, *([f"arrived: {counts}"] if counts else [])]


def happened(notes: Iterable[Note]) -> list[str]:
    """All that happened; what a letter led to stands under it."""
    out, under = [], False
    for note in notes:
        heads = note.kind in ("delivered", "missed", "queued")
        under = under or heads
        out.append(note.text if heads or not under else f"  {note.text}")
    return out


def messages(stage: Stage) -> list[str]:
    """What is under way, what waits for its turn at a slow node, and what waits for a disk."""
    seats = stage.seats.items()
    under_way = [f"{_fate(stage, x)}{x}" for x in stage.network.letters]
    queued = [
        f"waits for node {node}: {x if isinstance(x, Letter) else f'its {x.name.lower()} timer'}"
        for node, seat in seats
        for x in seat.backlog
    ]
    kept = [
        f"waits for its disk: {post(node, effect)}"
        for node, seat in seats
        for _, effect in seat.outbox
    ]
    return [*under_way, *queued, *kept] or ["none"]


def _fate(stage: Stage, letter: Letter) -> str:
    """What is particular about a letter that is under way."""
    late = letter.due_us > stage.now_us
    return "".join(
        [
            "held: " if letter.held else "",
            "damaged: " if letter.damaged else "",
            f"arrives at {wording.seconds(letter.due_us)}: " if late else "",
        ]
    )


def timers(stage: Stage) -> list[str]:
    """When which timer fires, from now."""
    lines = []
    for node, seat in stage.seats.items():
        for timer in sorted(seat.timers):
            low_us, high_us = seat.timer_us(timer)
            due = wording.due(low_us - stage.now_us, high_us - stage.now_us)
            lines.append(f"{node} {timer.name.lower()} {due}")
    return lines


def due_timers(stage: Stage) -> str:
    """Which timers may fire now."""
    due = [
        f"{node} {timer.name.lower()}"
        for node, seat in stage.seats.items()
        for timer, (low_us, _) in sorted(seat.timers.items())
        if low_us <= stage.local_us(node)
    ]
    return ", ".join(due) or "nothing"


def clocks(stage: Stage) -> list[str]:
    """What each node's clocks show, and how far from true the first one runs."""
    lines = [["node", "monotonic", "wall", "drift"]]
    for node, seat in stage.seats.items():
        local_us = stage.local_us(node)
        wall = wording.seconds(seat.clock.wall_us(local_us))
        drift = wording.drift(seat.clock.drift_ppm)
        lines.append([str(node), wording.seconds(local_us), wall, drift])
    return wording.columns(lines)


def status(stage: Stage) -> list[str]:
    """What each node is and knows; of one that is down, what its disk says."""
    lines = [["node", "role", "promised", "ballot", "leader", "commit", "waiting", "state"]]
    for node, seat in stage.seats.items():
        if seat.replica is None:
            promised = str(recover(seat.rows).promised)
            lines.append([str(node), "down", promised, "-", "-", "-", "-", "-"])
        else:
            lines.append(status_cells(seat.replica))
    return wording.columns(lines)


def status_cells(replica: Replica) -> list[str]:
    """A row of ``status``: ballots promised and used, the leader believed in, own commands left."""
    proposer = replica.proposer
    machine: Any = replica.learner.machine
    state = " ".join(f"{key}={number}" for key, number in sorted(machine.values.items()))
    cells = [
        replica.node,
        role_of(replica),
        replica.acceptor.promised,
        "-" if proposer.phase is Phase.IDLE else proposer.ballot,
        replica.leader or "-",
        replica.commit_slot,
        len(replica.pending) or "-",
        state or "-",
    ]
    return [str(cell) for cell in cells]


def role_of(replica: Replica) -> str:
    """What a replica is doing, or that it does not vote."""
    if replica.votes or replica.role is Role.LEADER:
        return replica.role.name.lower()
    return "learner" if replica.node in replica.group.everyone else "no member"


def log(stage: Stage) -> list[str]:
    """Slots by nodes, and what was chosen."""
    cells = {node: log_cells(stage, node) for node in stage.seats}
    chosen = {
        slot: f"{wording.value(value)} {ballot}"
        for slot, (ballot, value) in stage.invariants.chosen.items()
    }
    head = [f"{n}{' (disk)' if s.replica is None else ''}" for n, s in stage.seats.items()]
    lines = [["slot", *head, "chosen"]]
    for slot in sorted({slot for column in (*cells.values(), chosen) for slot in column}):
        row = [column.get(slot, "-") for column in cells.values()]
        lines.append([str(slot), *row, chosen.get(slot, "-")])
    return wording.columns(lines) if len(lines) > 1 else ["empty"]


def log_cells(stage: Stage, node: int) -> dict[int, str]:
    """A column of ``log``: accepted values with their ballots; ``*`` where the node committed."""
    replica = stage.seats[node].replica
    if replica is None:
        found = recover(stage.seats[node].rows)
        accepted, decided, commit_slot = found.accepted, found.decided, found.commit_slot
    else:
        accepted, decided = dict(replica.acceptor.accepted), replica.learner.decided
        commit_slot = replica.commit_slot
    cells = {}
    for slot in accepted.keys() | decided.keys():
        ballot, value = accepted.get(slot, (None, None))
        texts = [] if value is None else [f"{wording.value(value)} {ballot}"]
        if slot in decided and decided[slot] != value:
            texts.append(f"told {wording.value(decided[slot])}")
        cells[slot] = ", ".join(texts) + ("*" if slot <= commit_slot else "")
    return cells


EFFECTS: dict[type, Callable[[Any], str]] = {
    Persist: lambda e: f"{rows(e)} ({'sync' if e.sync else 'no sync'})",
    Checkpoint: lambda e: rows(e),
    Installed: wording.installed,
    SetTimer: lambda e: f"{e.timer.name.lower()} {wording.span(e.low_us, e.high_us)}",
    CancelTimer: lambda e: str(e.timer.name.lower()),
    Applied: wording.applied,
    AppliedRun: lambda e: ", ".join(map(wording.applied, e.outcomes)),
    Asked: lambda e: f"for {wording.asked(e)}",
    Answered: wording.answered,
    Withheld: lambda e: str(e.ballot),
    LeaseLapsed: lambda e: str(e.ballot),
    Regrouped: lambda e: f"from {e.from_slot} on {wording.membership(e.membership)}",
    RoleChanged: lambda e: f"{e.role}: {e.why}",
}


def rows(effect: Persist | Checkpoint) -> str:
    """The rows that are to be on the disk."""
    return ", ".join(map(wording.row, effect.rows))


def effect_text(node: int, effect: Any) -> str:
    """An effect as the replica asked for it; what is no other is a send."""
    words = EFFECTS.get(type(effect))
    text = post(node, effect) if words is None else words(effect)
    return f"{type(effect).__name__} {text}"
