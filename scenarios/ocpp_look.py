"""Looking at OCPP: builds the frozen :class:`~scenarios.ocpp_view.OcppView`."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

import msgpack
from attrs import define, evolve

from fsm.network.records import Instruction
from fsm.network.state import NetworkState
from fsm.ocpp.actions import INSTRUCTION_RESULT
from fsm.ocpp.client import QueuedCall
from fsm.ocpp.frames import pack_operation
from scenarios.ocpp_trace import (
    GOOD,
    Got,
    Search,
    Sent,
    Trace,
    brief,
    figures,
    is_good,
    lines_of,
    status_of,
)
from scenarios.ocpp_view import TAIL, ExchangeDetail, ExchangeView, OcppView, OcppWindow
from scenarios.world import World

SEARCH: Final = 2_000
"""So many calls are searched for one window of rows, at the most, in each direction."""
SEARCH_WORDS: Final = 500
"""So many where the answers must be looked at, to know whether a call is wanted."""

LOST: Final = "none: its charge point went down"


@define
class _Row:
    """A row, and how to show all of it: only that of the chosen one is made."""

    view: ExchangeView
    detail: Callable[[], ExchangeDetail]


def ocpp(world: World, network: NetworkState, window: OcppWindow) -> OcppView:
    """A window of the trace; looking changes nothing."""
    recorder = world.cluster.bus.recorder
    if recorder is None:
        return OcppView(window, recorded=False)
    look = _Look(world, network, Trace(world, recorder), window)
    rows, chosen = look.rows()
    seen = rows[look.first : look.first + window.rows]
    chosen -= look.first
    oldest = recorder.flight(recorder.first) if recorder.first else None
    return OcppView(
        window,
        recorded=True,
        rows=tuple(row.view for row in seen),
        chosen=chosen if seen else -1,
        detail=seen[chosen].detail() if seen else None,
        follows=window.at is None and not window.by,
        oldest=look.first == 0 and look.begins,
        searched_us=look.searched_us,
        forgotten_us=None if oldest is None else oldest.sent_us,
        waiting=look.waiting(),
    )


class _Look:
    """One look: finds the rows around the cursor."""

    def __init__(
        self, world: World, network: NetworkState, trace: Trace, window: OcppWindow
    ) -> None:
        self.world = world
        self.network = network
        self.trace = trace
        self.window = window
        self.place = world.nodes.get(window.cp, 0)
        self.first = 0
        """The index of the first row that is seen."""
        self.begins = False
        """Whether nothing stands before the rows that were found."""
        self.searched_us: int | None = None
        names = window.filter.names
        # An instruction has its name in the log alone.
        self._names = tuple(it.encode() for it in (*names, INSTRUCTION_RESULT)) if names else ()

    def rows(self) -> tuple[list[_Row], int]:
        """The rows that were found, and the index of the chosen one."""
        window = self.window
        count = max(window.rows, 1)
        wanted = count + abs(window.by)
        tail, at = self._tail(), window.at
        if at is not None and at < TAIL:
            start, pivot = at, 0
            ahead = self._found(at, wanted, back=False)
            ahead += tail if len(ahead) < wanted else []
        else:
            # Where nothing waits it is the newest that was sent.
            start, ahead = self.trace.recorder.end, tail
            pivot = len(tail) - 1 if at is None else min(at - TAIL, len(tail) - 1)
        behind = self._found(start, wanted, back=True)[::-1]
        found = [*behind, *ahead]
        chosen = max(min(len(behind) + pivot + window.by, len(found) - 1), 0)
        last = max(len(found) - count, 0)
        follows = at is None and not window.by
        self.first = last if follows else max(min(chosen - count // 2, last), 0)
        return found, chosen

    def _found(self, at: int, count: int, *, back: bool) -> list[_Row]:
        """So many rows before a place, the newest first, or from it on, the oldest first."""
        words = self.window.filter.words
        search = Search(
            SEARCH_WORDS if words else count, SEARCH_WORDS if words else SEARCH, self._wants,
            self.place, self._names,
        )  # fmt: skip
        found = self.trace.before(at, search) if back else self.trace.after(at, search)
        again = self.trace.retries(sent for sent, _ in found.calls)
        made = (self._row(sent, answer, again=sent.at in again) for sent, answer in found.calls)
        rows = [row for row in made if self._has_words(row.view)]
        if back and len(rows) < count:
            self.begins, self.searched_us = found.all_seen, found.reached_us
        return rows[:count]

    def _wants(self, sent: Sent) -> bool:
        """Whether a call is wanted by its names."""
        instruction = self._instruction(sent)
        if instruction is not None:
            return self.window.filter.wants(instruction.action, "")
        return self.window.filter.wants(sent.action, sent.message)

    def _row(self, sent: Sent, answer: Got | bool, *, again: bool) -> _Row:
        """A call that was sent."""
        state, word, took_us = self._outcome(sent, answer)
        said = brief(sent.body, sent.cp, sent.action, sent.payload)
        view = ExchangeView(
            sent.at, sent.flight.sent_us, sent.cp, True, sent.action, said, state, word, took_us,
            again,
        )  # fmt: skip
        instruction = self._instruction(sent)
        if instruction is None:
            return _Row(view, partial(_detail, sent, answer))
        detail = partial(_detail_of_instruction, instruction, sent)
        return _Row(_as_called(view, instruction, sent), detail)

    def _has_words(self, view: ExchangeView) -> bool:
        holds = {
            "error": view.state in ("error", "refused", "lost"),
            "waiting": view.state in ("waiting", "queued"),
            "again": view.again,
        }
        return all(holds[word] for word in self.window.filter.words)

    def _instruction(self, sent: Sent) -> Instruction | None:
        number = sent.instruction
        return None if number is None else self.network.state.instructions.get(number)

    def _outcome(self, sent: Sent, answer: Got | bool) -> tuple[str, str, int | None]:
        """The state of a call, its answer in a word, and how long it took."""
        if isinstance(answer, Got):
            state = "error" if answer.is_error else "answered" if is_good(answer) else "refused"
            return state, answer.status, answer.time_us - sent.flight.sent_us
        node = self.world.node(self.world.nodes[sent.cp])
        call = None if node is None else node.calls.outstanding
        if not answer and call is not None and call.unique_id == sent.unique_id:
            return "waiting", "", None
        return "lost", LOST, None

    # What waits.

    def _tail(self) -> list[_Row]:
        """Calls in the queues of charge points, and instructions that are not answered."""
        rows = [row for row in (*self._queued(), *self._pending()) if self._has_words(row.view)]
        rows.sort(key=lambda row: row.view.time_us)
        return [_Row(evolve(row.view, at=TAIL + n), row.detail) for n, row in enumerate(rows)]

    def _queued(self) -> Iterator[_Row]:
        for number, cp_id in self.world.ids.items():
            node = self.world.node(number)
            if node is None or self.place not in (0, number):
                continue
            for call in node.calls.queued:
                message = str(call.payload.get("messageId", ""))
                if self.window.filter.wants(call.action, message):
                    yield _waits(cp_id, call)

    def _pending(self) -> Iterator[_Row]:
        for it in self.network.state.instructions.values():
            if not it.is_pending or self.window.cp not in ("", it.cp_id):
                continue
            if self.window.filter.wants(it.action, ""):
                said = figures(msgpack.unpackb(it.payload))
                view = ExchangeView(
                    TAIL, it.at_us, it.cp_id, False, it.action, said, "waiting", "", None, False
                )
                yield _Row(view, partial(_detail_of_instruction, it, None))

    def waiting(self) -> tuple[tuple[str, int], ...]:
        """How many calls of each charge point wait, where any do."""
        nodes = ((it, self.world.node(number)) for number, it in self.world.ids.items())
        return tuple((it, node.calls.pending) for it, node in nodes if node and node.calls.pending)


def _waits(cp_id: str, call: QueuedCall) -> _Row:
    body = pack_operation(cp_id, call.at_us, call.unique_id, call.action, call.payload)
    said = brief(body, cp_id, call.action, call.payload)
    view = ExchangeView(TAIL, call.at_us, cp_id, True, call.action, said, "queued", "", None, False)
    return _Row(view, partial(_detail_of_queued, call))


def _as_called(view: ExchangeView, it: Instruction, sent: Sent) -> ExchangeView:
    """The charge point's answer to a CALL of the network, as that call."""
    status = status_of(sent.payload["data"]["payload"])
    good = "answered" if status in GOOD else "refused"
    return evolve(
        view,
        to_network=False,
        action=it.action,
        brief=figures(msgpack.unpackb(it.payload)),
        state=good if view.state == "answered" else view.state,
        answer=status,
        took_us=None if view.state == "waiting" else max(sent.flight.sent_us - it.at_us, 0),
    )


# All of one call.


def _detail(sent: Sent, answer: Got | bool) -> ExchangeDetail:
    content = answer.content[2:] if isinstance(answer, Got) else []
    result = lines_of(content[0] if len(content) == 1 else content) if content else ()
    return ExchangeDetail(sent.unique_id, sent.stamp_us, "", lines_of(sent.payload), result)


def _detail_of_queued(call: QueuedCall) -> ExchangeDetail:
    return ExchangeDetail(call.unique_id, call.at_us, "", lines_of(call.payload), ())


def _detail_of_instruction(it: Instruction, sent: Sent | None) -> ExchangeDetail:
    carried = f"instruction #{it.id} in the log"
    result: tuple[str, ...] = ()
    if sent is not None:
        carried = f"{carried}, answered by {sent.unique_id}"
        result = lines_of(sent.payload["data"]["payload"])
    payload = lines_of(msgpack.unpackb(it.payload))
    return ExchangeDetail(f"csms-{it.id}", it.at_us, carried, payload, result)
