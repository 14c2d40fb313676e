"""The language of transcripts: what each command does on the stage, and what it prints.

``transcripts/README.md`` lists the commands. A command that makes no sense prints why, as any other
output, so it is seen when a transcript is read.
"""

from typing import Any

from paxos.check.violation import InvariantViolation
from paxos.effects import ReadKind
from paxos.membership import Goal, Membership, Step
from paxos.replica import Config
from tests.paxos import autopilot, telling, wording
from tests.paxos.letters import Ends, Letter, Refused
from tests.paxos.phrases import are_links, drift_ppm, duration_us, links, matcher, numbers
from tests.paxos.stage import Stage

MEMBERSHIP = ("phase1", "phase2")


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
        try:
            return self._perform(line)
        except InvariantViolation as violation:
            return [*self._told(), f"VIOLATION {violation}"]
        except Refused as refusal:
            return [*self._told(), str(refusal.args[0])]

    def _perform(self, line: str) -> list[str]:
        name, *words = line.split()
        command = getattr(self, f"_do_{name}", None)
        if command is None:
            raise ValueError(f"no such command: {line}")
        told: list[str] = command(*words)
        return told

    def _do_violates(self, name: str, *words: str) -> list[str]:
        """What follows must break an invariant; that it does not is the mistake."""
        try:
            told = self._perform(" ".join(words))
        except InvariantViolation as violation:
            verdict = "as it must" if violation.name == name else f"VIOLATION, but not of {name}"
            return [*self._told(), f"{verdict}: {violation}"]
        return [*told, f"VIOLATION is missing: {name} holds"]

    def _told(self) -> list[str]:
        """What happened since this was asked last."""
        if self._stage is None:
            return []
        notes, self._stage.notes = self._stage.notes, []
        return telling.happened(notes)

    def _summed_up(self, *, timed: bool = False) -> list[str]:
        """The same in short: roles, what was applied by whom, how many messages arrived."""
        notes, self.stage.notes = self.stage.notes, []
        return telling.summary(notes, timed=timed)

    # The group and its clients.

    def _do_group(self, size: str, *options: str) -> list[str]:
        settings = dict(option.split("=") for option in options)
        learners = numbers(settings.pop("learners")) if "learners" in settings else ()
        given: dict[str, Any] = {name: int(number) for name, number in settings.items()}
        quorums = {name: given.pop(name) for name in MEMBERSHIP if name in given}
        membership = Membership(tuple(range(1, int(size) + 1)), learners, **quorums)
        self._stage = Stage(Config(membership=membership, **given))
        self._stage.notes.clear()
        return []

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

    # Letters.

    def _wanted(self, words: tuple[str, ...], *, held: bool = False) -> list[Letter]:
        """The letters that are meant; it is a mistake to mean none."""
        matches = matcher(words)
        stage = self.stage
        found = [
            x for x in stage.network.letters
            if x.held is held and not stage.stands_still(x.target) and matches(x)
        ]  # fmt: skip
        if not found:
            raise Refused("no such message is under way")
        return found

    def _do_deliver(self, *words: str) -> list[str]:
        letters = self._wanted(words)
        for letter in letters:
            if letter.due_us > self.stage.now_us:
                raise Refused(f"too early: {letter} arrives at {wording.seconds(letter.due_us)}")
        for letter in letters:
            self.stage.deliver(letter)
        return self._told()

    def _do_drop(self, *words: str) -> list[str]:
        letters = self._wanted(words)
        for letter in letters:
            self.stage.network.letters.remove(letter)
        return telling.together("lost", letters)

    def _do_damage(self, *words: str) -> list[str]:
        bit = int(next((word for word in words if word.startswith("bit=")), "bit=0")[4:])
        letters = self._wanted(tuple(word for word in words if not word.startswith("bit=")))
        for letter in letters:
            letter.damage(bit)
        return telling.together("damaged:", letters)

    def _do_duplicate(self, *words: str) -> list[str]:
        copies = [letter.copy() for letter in self._wanted(words)]
        self.stage.network.letters += copies
        return telling.together("held: a copy of", copies)

    def _do_hold(self, *words: str) -> list[str]:
        letters = self._wanted(words)
        for letter in letters:
            letter.held = True
        return telling.together("held:", letters)

    def _do_release(self, *words: str) -> list[str]:
        letters = self._wanted(words, held=True)
        for letter in letters:
            letter.held = False
        return telling.together("under way again:", letters)

    # Links.

    def _links(self, words: tuple[str, ...]) -> list[Ends]:
        return links(words, self.stage.seats)

    def _do_cut(self, *words: str) -> list[str]:
        if are_links(words):
            self.stage.cut(self._links(words))
        else:
            sides = " ".join(words).split("|")
            self.stage.part(tuple(tuple(int(node) for node in side.split()) for side in sides))
        return self._told()

    def _do_heal(self, *words: str) -> list[str]:
        if words:
            self.stage.network.join(self._links(words))
        else:
            self.stage.network.heal()
        return []

    def _do_delay(self, *words: str) -> list[str]:
        *which, length = words
        self.stage.network.delay(self._links(tuple(which)), duration_us(length))
        return []

    # Disks.

    def _do_disk(self, node: str, mode: str) -> list[str]:
        number, stage = int(node), self.stage
        if mode == "full":
            stage.fill(number)
        elif mode == "free":
            stage.free(number)
        elif mode == "slow":
            stage.set_disk(number, by_hand=True)
        else:
            stage.set_disk(number, fsync_us=0 if mode == "fast" else duration_us(mode))
        return self._told()

    def _do_fsync(self, node: str, then: str = "") -> list[str]:
        self.stage.fsync(int(node), dies=then == "crash")
        return self._told()

    # Processes.

    def _do_crash(self, node: str, *options: str) -> list[str]:
        given = dict(option.split("=") for option in options)
        lost = self.stage.crash(int(node), **{name: int(n) for name, n in given.items()})
        return [f"lost from disk: {', '.join(map(wording.row, lost))}"] if lost else []

    def _do_restart(self, node: str) -> list[str]:
        self.stage.start(int(node))
        return self._told()

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
        return self._told()

    def _do_slow(self, node: str, length: str) -> list[str]:
        self.stage.slow(int(node), duration_us(length))
        return self._summed_up()

    def _do_work(self, node: str) -> list[str]:
        self.stage.work(int(node))
        return self._told()

    # Clocks and timers.

    def _do_drift(self, node: str, rate: str) -> list[str]:
        self.stage.set_drift(int(node), drift_ppm(rate))
        return []

    def _do_offset(self, node: str, length: str) -> list[str]:
        self.stage.set_offset(int(node), duration_us(length))
        return []

    def _do_tick(self, length: str) -> list[str]:
        self.stage.now_us += duration_us(length)
        now = wording.seconds(self.stage.now_us)
        return [f"{now}, due: {telling.due_timers(self.stage)}"]

    def _do_fire(self, node: str, timer: str) -> list[str]:
        self.stage.fire(int(node), wording.TIMERS[timer])
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
        return telling.messages(self.stage)

    def _do_timers(self) -> list[str]:
        return telling.timers(self.stage)

    def _do_clocks(self) -> list[str]:
        return telling.clocks(self.stage)

    def _do_effects(self) -> list[str]:
        return [telling.effect_text(node, effect) for node, effect in self.stage.last]

    def _do_status(self) -> list[str]:
        return telling.status(self.stage)

    def _do_log(self) -> list[str]:
        return telling.log(self.stage)
