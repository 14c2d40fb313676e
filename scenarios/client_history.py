"""What the clients of a run saw: every command and every read, with call, return and answer.

The clients are the charge points. A command is a CALL over a charge point's own ``ocpp`` channel
into the replicated log (:mod:`scenarios.node`); it begins when it is handed in, and returns when
its answer arrives. A read begins and returns where :mod:`scenarios.readers` hears of it. What a
crash leaves without an answer stays open: it may take effect at any time later, or never.

The history can be judged (:mod:`paxos.check.linearizability`) without a look at replicas, slots and
ballots. The slots that it notes only say which order to try first.
"""

from collections.abc import Callable, Iterator
from itertools import count

from attrs import define

from paxos.check.linearizability.operations import Operation
from paxos.check.linearizability.verdict import Verdict, check
from paxos.effects import Answered, Asked
from paxos.sim.kernel import Event
from scenarios.chosen import Chosen
from scenarios.network_model import APPLY, QUERY, Network, hint_of
from scenarios.ocpp_calls import part_of
from scenarios.recording import genesis_rows, line_of
from scenarios.world import World

VERSION = 1

LOOKS_MAX = 20
"""How often a check at the end of a run is asked whether it should go on: some seconds."""


@define
class _Command:
    """A command of a charge point."""

    number: int
    cp_id: str
    body: bytes
    call_us: int
    result: bytes = b""
    returned_us: int | None = None


@define
class _Read:
    """A read of a charge point."""

    number: int
    cp_id: str
    body: bytes
    call_us: int
    result: bytes = b""
    returned_us: int | None = None
    slot: int = 0


class ClientHistory:
    """A listener of a session; it :meth:`attends <attend>` to a world from its first event on."""

    def __init__(self) -> None:
        self._world: World
        self._commands: list[_Command] = []
        self._called: dict[str, _Command] = {}
        """By unique id, the latest: a life that had nothing on disk yet may be lived again."""
        self._reads: list[_Read] = []
        self._asked: dict[tuple[int, int], _Read] = {}
        """By charge point and number of the read: of its present life."""
        self._slots: dict[bytes, int] = {}
        """The first slot of each command that was applied."""

    def attend(self, world: World) -> None:
        """Begin, before anything has happened."""
        self._world = world
        self.model = Network(world.beginning.capacity_w, world.genesis)
        world.readers.hearers.append(self._hear_read)
        world.trust.choir.hearers.append(self._hear_chosen)

    def __call__(self, world: World, event: Event) -> None:
        """Take note of one event."""
        part, target = part_of(event), event[3]
        if part is None or world.node(target) is None:
            return  # a process that has crashed hears nothing
        known = self._called.get(part.unique_id)
        if part.is_call:
            # One that is delivered again, after a pause, was handed in when it came first.
            if known is None or known.body != part.body:
                number = self._next_number()
                command = _Command(number, world.ids[target], part.body, event[0])
                self._called[part.unique_id] = command
                self._commands.append(command)
        elif known is not None:
            known.result, known.returned_us = part.body, event[0]

    def _next_number(self) -> int:
        return len(self._commands) + len(self._reads) + 1

    def _hear_read(self, number: int, effect: Asked | Answered) -> None:
        cp_id, now_us = self._world.ids[number], self._world.now_us
        if isinstance(effect, Asked):
            read = _Read(self._next_number(), cp_id, effect.op, now_us)
            self._reads.append(read)
            self._asked[number, effect.number] = read
        else:
            read = self._asked.pop((number, effect.number))
            read.result, read.returned_us, read.slot = effect.result, now_us, effect.slot

    def _hear_chosen(self, chosen: Chosen, _: object) -> None:
        self._slots.setdefault(chosen.command, chosen.slot)

    def operations(self) -> list[Operation]:
        """The history, in the order of calls."""
        found = [
            Operation(
                each.number, each.cp_id, None, APPLY, each.body, each.result,
                each.call_us, each.returned_us, hint_of(APPLY, self._slots.get(each.body)),
            )
            for each in self._commands
        ]  # fmt: skip
        found += [
            Operation(
                each.number, each.cp_id, None, QUERY, each.body, each.result,
                each.call_us, each.returned_us,
                hint_of(QUERY, each.slot) if each.returned_us is not None else None,
            )
            for each in self._reads
        ]  # fmt: skip
        return sorted(found, key=lambda operation: operation.number)

    def judge(self, exhausted: Callable[[], bool] = lambda: False) -> Verdict:
        """Whether the clients could have seen what they saw."""
        return check(self.operations(), self.model, exhausted=exhausted)

    def findings(self) -> Iterator[str]:
        """What is wrong with it, if that is found within :data:`LOOKS_MAX` looks."""
        looks = count()
        violation = self.judge(lambda: next(looks) >= LOOKS_MAX).violation
        if violation is not None:
            last = violation.last
            yield (
                f"what the clients saw is not linearizable: {last.client} asked "
                f"{self.model.words(last)} at {last.call / 1_000_000:g} s and was told "
                f"{self.model.answer(last)}"
            )

    def lines(self) -> list[str]:
        """The history as a file that ``evtui check`` reads: a header, then a line for each."""
        world = self._world
        header: dict[str, object] = {
            "history": VERSION,
            "model": self.model.name,
            "scenario": world.scenario.name,
            "seed": world.seed,
            "capacity_w": world.beginning.capacity_w,
            "genesis": genesis_rows(world),
        }
        return [line_of(header), *(line_of(self._row(op)) for op in self.operations())]

    def _row(self, operation: Operation) -> dict[str, object]:
        returned = operation.returned is not None
        row: dict[str, object] = {
            "client": operation.client,
            "op": operation.name,
            "value": operation.value.hex(),
            "result": operation.result.hex() if returned else None,
            "call": operation.call,
            "return": operation.returned,
        }
        if operation.hint is not None:
            row["slot"] = operation.hint // 2
        row["says"] = self.model.words(operation)
        row["answer"] = self.model.answer(operation)
        return row
