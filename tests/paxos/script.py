"""The language of transcripts: what each command does on the stage, and what it prints.

``transcripts/README.md`` lists the commands. A command that makes no sense prints why, as any other
output, so it is seen when a transcript is read.
"""

from collections.abc import Callable, Iterable
from typing import Any

from paxos.check.violation import InvariantViolation
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
    ReadKind,
    Regrouped,
    RoleChanged,
    SetTimer,
    Withheld,
)
from paxos.election import Role
from paxos.membership import Goal, Membership, Step
from paxos.messages import MESSAGES, Message
from paxos.proposer import Phase
from paxos.records import recover
from paxos.replica import Config, Replica
from tests.paxos import autopilot, wording
from tests.paxos.stage import Letter, Note, Refused, Stage, post

KINDS = {kind.__name__.lower(): kind for kind in MESSAGES}
UNITS_US = {"ms": 1_000, "s": 1_000_000}
MEMBERSHIP = ("phase1", "phase2")


def numbers(text: str) -> tuple[int, ...]:
    """``1,2`` as nodes."""
    return tuple(int(part) for part in text.split(","))


def duration_us(text: str) -> int:
    """``2s`` or ``500ms`` in microseconds."""
    unit = "ms" if text.endswith("ms") else "s"
    return round(float(text.removesuffix(unit)) * UNITS_US[unit])


def matcher(words: list[str]) -> Callable[[Letter], bool]:
    """Which letters are meant: ``1>2``, ``*>2,3``, a kind, ``slot=3``, ``ballot=2.1``, ``*``."""
    return lambda letter: all(_meets(letter, word) for word in words)


def _meets(letter: Letter, word: str) -> bool:
    if word == "*":
        return True
    if ">" in word:
        source, target = word.split(">")
        return (source == "*" or letter.source in numbers(source)) and (
            target == "*" or letter.target in numbers(target)
        )
    if "=" in word:
        return _has(letter.message, *word.split("="))
    return type(letter.message) is KINDS[word]


def _has(message: Message, name: str, wanted: str) -> bool:
    """Whether a field of a message is written like that; ``slot`` is its first."""
    for field in (name, f"{name}_slot", f"first_{name}", f"from_{name}"):
        if hasattr(message, field):
            return str(getattr(message, field)) == wanted
    return False


class Script:
    """Runs the commands of one transcript."""

    def __init__(self) -> None:
        self._stage: Stage | None = None

    @property
    def stage(self) -> Stage:
        """The group on its stage; the command ``group`` sets it up."""
        if self._stage is None:
            raise Refused("the first command must be: group")
        return self._stage

    def run(self, line: str) -> list[str]:
        """Carry one command out; what it prints."""
        name, *words = line.split()
        command = getattr(self, f"_do_{name}", None)
        if command is None:
            raise ValueError(f"no such command: {line}")
        try:
            return command(*words)
        except InvariantViolation as violation:
            return [*self._told(), f"VIOLATION {violation}"]
        except Refused as refusal:
            return [*self._told(), str(refusal.args[0])]

    # What is told.

    def _told(self) -> list[str]:
        """What happened since this was asked last; what a letter led to stands under it."""
        if self._stage is None:
            return []
        notes, self._stage.notes = self._stage.notes, []
        out, under = [], False
        for note in notes:
            heads = note.kind in ("delivered", "missed")
            under = under or heads
            out.append(note.text if heads or not under else f"  {note.text}")
        return out

    def _summed_up(self, *, timed: bool = False) -> list[str]:
        """The same in short: roles, what was applied by whom, how many messages arrived."""
        notes, self.stage.notes = self.stage.notes, []
        return summary(notes, timed=timed)

    # The group, its clock and its clients.

    def _do_group(self, size: str, *options: str) -> list[str]:
        settings = dict(option.split("=") for option in options)
        learners = numbers(settings.pop("learners")) if "learners" in settings else ()
        given: dict[str, Any] = {name: int(number) for name, number in settings.items()}
        quorums = {name: given.pop(name) for name in MEMBERSHIP if name in given}
        membership = Membership(tuple(range(1, int(size) + 1)), learners, **quorums)
        self._stage = Stage(Config(membership=membership, **given))
        self._stage.notes.clear()
        return []

    def _do_tick(self, length: str) -> list[str]:
        self.stage.now_us += duration_us(length)
        due = [
            f"{node} {timer.name.lower()}"
            for node, seat in self.stage.seats.items()
            for timer, (low_us, _) in sorted(seat.timers.items())
            if low_us <= self.stage.now_us
        ]
        return [f"{wording.seconds(self.stage.now_us)}, due: {', '.join(due) or 'nothing'}"]

    def _do_fire(self, node: str, timer: str) -> list[str]:
        self.stage.fire(int(node), wording.TIMERS[timer])
        return self._told()

    def _do_change(self, node: str, step: str, other: str) -> list[str]:
        self.stage.change(int(node), Step[step.upper()], int(other))
        return self._told()

    def _do_submit(self, node: str, *operations: str) -> list[str]:
        for operation in operations:
            self.stage.submit(int(node), wording.operation(operation))
        return self._told()

    def _do_read(self, node: str, key: str, how: str) -> list[str]:
        self.stage.read(int(node), wording.question(key), ReadKind[how.upper()])
        return self._told()

    # The network.

    def _wanted(self, words: tuple[str, ...], *, held: bool = False) -> list[Letter]:
        """The letters that are meant; it is a mistake to mean none."""
        matches = matcher(list(words))
        stage = self.stage
        found = [
            x for x in stage.letters
            if x.held is held and not stage.stands_still(x.target) and matches(x)
        ]  # fmt: skip
        if not found:
            raise Refused("no such message is under way")
        return found

    def _do_deliver(self, *words: str) -> list[str]:
        for letter in self._wanted(words):
            self.stage.deliver(letter)
        return self._told()

    def _do_drop(self, *words: str) -> list[str]:
        letters = self._wanted(words)
        for letter in letters:
            self.stage.letters.remove(letter)
        return together("lost", letters)

    def _do_duplicate(self, *words: str) -> list[str]:
        letters = self._wanted(words)
        copies = [Letter(x.source, x.target, x.frame, held=True) for x in letters]
        self.stage.letters += copies
        return together("held: a copy of", copies)

    def _do_hold(self, *words: str) -> list[str]:
        letters = self._wanted(words)
        for letter in letters:
            letter.held = True
        return together("held:", letters)

    def _do_release(self, *words: str) -> list[str]:
        letters = self._wanted(words, held=True)
        for letter in letters:
            letter.held = False
        return together("under way again:", letters)

    def _do_cut(self, *words: str) -> list[str]:
        sides = " ".join(words).split("|")
        self.stage.cut(tuple(tuple(int(node) for node in side.split()) for side in sides))
        return self._told()

    def _do_heal(self) -> list[str]:
        self.stage.sides = ()
        return []

    # Disks and processes.

    def _do_disk(self, node: str, mode: str) -> list[str]:
        self.stage.seat(int(node)).by_hand = mode == "slow"
        return [] if mode == "slow" else self._do_fsync(node)

    def _do_fsync(self, node: str, then: str = "") -> list[str]:
        self.stage.fsync(int(node), dies=then == "crash")
        return self._told()

    def _do_crash(self, node: str, *options: str) -> list[str]:
        given = dict(option.split("=") for option in options)
        lost = self.stage.crash(int(node), **{name: int(n) for name, n in given.items()})
        return [f"lost from disk: {', '.join(map(wording.row, lost))}"] if lost else []

    def _do_wipe(self, node: str) -> list[str]:
        self.stage.wipe(int(node))
        return []

    def _do_join(self, node: str, *goal: str) -> list[str]:
        self.stage.join(int(node), Goal("learn" not in goal))
        return self._told()

    def _do_pause(self, node: str) -> list[str]:
        self.stage.pause(int(node))
        return []

    def _do_resume(self, node: str) -> list[str]:
        self.stage.pause(int(node), paused=False)
        return []

    def _do_restart(self, node: str) -> list[str]:
        self.stage.start(int(node))
        return self._told()

    # Time without a hand.

    def _do_settle(self) -> list[str]:
        autopilot.settle(self.stage)
        return self._summed_up()

    def _do_run(self, length: str) -> list[str]:
        autopilot.run(self.stage, self.stage.now_us + duration_us(length))
        return [*self._summed_up(timed=True), f"it is {wording.seconds(self.stage.now_us)}"]

    def _do_stabilise(self) -> list[str]:
        quiet = autopilot.stabilise(self.stage)
        now = wording.seconds(self.stage.now_us)
        end = f"quiet at {now}" if quiet else f"still not quiet at {now}"
        return [*self._summed_up(timed=True), end]

    def _do_elect(self, node: str) -> list[str]:
        autopilot.campaign(self.stage, int(node))
        autopilot.settle(self.stage)
        return self._summed_up()

    def _do_campaign(self, node: str) -> list[str]:
        autopilot.campaign(self.stage, int(node))
        asks = [note.text for note in self.stage.notes if " Prepare " in note.text]
        return [*self._summed_up(), *asks]

    # What is seen.

    def _do_messages(self) -> list[str]:
        waiting = [
            f"waits for its disk: {post(node, effect)}"
            for node, seat in self.stage.seats.items()
            for effect in seat.outbox
        ]
        under_way = [f"{'held: ' if x.held else ''}{x}" for x in self.stage.letters]
        return [*under_way, *waiting] or ["none"]

    def _do_timers(self) -> list[str]:
        now_us = self.stage.now_us
        return [
            f"{node} {timer.name.lower()} {wording.due(low_us - now_us, high_us - now_us)}"
            for node, seat in self.stage.seats.items()
            for timer, (low_us, high_us) in sorted(seat.timers.items())
        ]

    def _do_effects(self) -> list[str]:
        return [effect_text(node, effect) for node, effect in self.stage.last]

    def _do_status(self) -> list[str]:
        head = ["node", "role", "promised", "ballot", "leader", "commit", "waiting", "state"]
        lines = [head]
        for node, seat in self.stage.seats.items():
            if seat.replica is None:
                promised = str(recover(seat.rows).promised)
                lines.append([str(node), "down", promised, "-", "-", "-", "-", "-"])
            else:
                lines.append(status_cells(seat.replica))
        return wording.columns(lines)

    def _do_log(self) -> list[str]:
        stage = self.stage
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
