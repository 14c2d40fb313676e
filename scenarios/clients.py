"""C2: what clients are told is linearizable, looked at with every answer.

The clients are the charge points, their operations are commands and reads
(:mod:`scenarios.client_history`). The log's order is followed with a machine of its own
(:mod:`paxos.check.linearizability.witness`); nothing that a replica says is believed. Where that
order does not explain an answer, the search looks for another one.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import frozen

from paxos.check.linearizability.operations import Operation
from paxos.check.linearizability.verdict import Answer, Verdict
from paxos.check.linearizability.witness import Witness
from paxos.check.violation import InvariantViolation
from paxos.effects import Answered, Asked
from paxos.sim.kernel import Event
from scenarios.chosen import Chosen
from scenarios.network_model import APPLY, QUERY, Network
from scenarios.ocpp_calls import part_of

if TYPE_CHECKING:
    from scenarios.world import World

SENTENCES: Final[dict[str, str]] = {"C2": "what clients are told is linearizable"}


News: TypeAlias = tuple[int, Asked | Answered, int] | bytes
"""A charge point's question or its answer, and when; or a command that the log has."""


@frozen
class ClientsReport:
    """What is known of a run's client history."""

    verdict: str
    """linearizable, not linearizable, or unknown."""
    operations: int
    """Commands and reads that were handed in."""
    open: int
    """Those of them that were never answered."""
    found: str
    """What cannot be explained; empty where nothing is wrong."""
    granted: int
    """So many commands were taken for granted in the log's order when that was found; mostly 0."""


def is_wrong(report: ClientsReport | None) -> bool:
    """Whether a history cannot be explained."""
    return report is not None and report.verdict == Answer.NOT_LINEARIZABLE.value


def in_words(report: ClientsReport) -> str:
    """A line for people, such as ``client history: linearizable, 312 operations``."""
    noun = "operation" + "s" * (report.operations != 1)
    left = f", {report.open:,} of them without an answer" if report.open else ""
    verdict = report.verdict.upper() if is_wrong(report) else report.verdict
    text = f"client history: {verdict}, {report.operations:,} {noun}{left}"
    if report.found:
        text += f"\n  {report.found}"
    if report.granted:
        text += f"\n  (the first {report.granted:,} commands as the log has them)"
    return text


def histories_in_words(found: Mapping[str, ClientsReport]) -> Iterator[str]:
    """Of all sites: one line where each is linearizable, else one for each that is not."""
    if len(found) == 1:
        yield from map(in_words, found.values())
        return
    odd = {name: it for name, it in found.items() if it.verdict != Answer.LINEARIZABLE.value}
    for name, it in odd.items():
        yield f"{name}: {in_words(it)}"
    if found and not odd:
        operations = sum(it.operations for it in found.values())
        yield f"client histories: linearizable at every site, {operations:,} operations"


class Clients:
    """The client history of one world, while it is made."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.model = Network(world.beginning.capacity_w, world.genesis)
        self.witness = Witness(self.model)
        self._calls: dict[str, tuple[int, bytes]] = {}
        """Number and body of what is not answered yet, by its unique id."""
        self._unplaced: dict[bytes, int] = {}
        """Numbers of commands that the log does not have yet, by their bodies."""
        self._reads: dict[tuple[int, int], int] = {}
        """Reads under way, by charge point and the number that it gave to the read."""
        self._news: list[News] = []
        """What happened within an event: it is taken in when the event's own call is known."""
        self._number = 0
        world.readers.hearers.append(self._hear_read)
        world.trust.choir.hearers.append(self._hear_chosen)

    def hear(self, event: Event) -> None:
        """Take in an event that has happened.

        Raises:
            InvariantViolation: C2.
        """
        number = event[3]
        part = part_of(event)
        if part is not None and self._world.node(number) is not None:
            if part.is_call:
                self._hear_call(number, part.unique_id, part.body, event[0])
            else:
                self._hear_answer(part.unique_id, part.body, event[0])
        self.settle()

    def settle(self) -> None:
        """Take in what was chosen, asked and answered since. Raises as :meth:`hear`."""
        while self._news:
            news = self._news.pop(0)
            if isinstance(news, bytes):
                number = self._unplaced.pop(news, None)
                # What nobody asked for is no operation: whoever sees its effect tells.
                if number is not None:
                    self.witness.placed(number)
                continue
            cp, effect, now_us = news
            key = (cp, effect.number)
            if isinstance(effect, Asked):
                self.witness.dropped(self._reads.get(key, 0))
                self._reads[key] = self._call(cp, QUERY, effect.op, now_us)
            elif key in self._reads:
                self._return(self._reads.pop(key), effect.result, now_us)

    def close(self) -> None:
        """Take in what led to a violation of another invariant; :meth:`report` alone searches."""
        self.witness.rest()
        try:
            self.settle()
        except InvariantViolation:
            self._news.clear()

    def crashed(self, cp: int) -> None:
        """The process of a charge point has died: nobody waits for its reads any more."""
        for key in [key for key in self._reads if key[0] == cp]:
            self.witness.dropped(self._reads.pop(key))

    def report(self) -> ClientsReport:
        """The verdict on all of it up to now."""
        witness = self.witness
        verdict = witness.verdict()
        found = self._finding(verdict)
        return ClientsReport(
            verdict.answer.value, witness.called_in_all, witness.open, found,
            witness.begins if found else 0,
        )  # fmt: skip

    # What is heard.

    def _hear_call(self, cp: int, unique_id: str, body: bytes, now_us: int) -> None:
        known = self._calls.get(unique_id)
        if known is not None and known[1] == body:
            return  # a life that had nothing on disk yet is lived again
        number = self._call(cp, APPLY, body, now_us)
        self._calls[unique_id] = (number, body)
        self._unplaced[body] = number

    def _hear_answer(self, unique_id: str, body: bytes, now_us: int) -> None:
        known = self._calls.pop(unique_id, None)
        if known is not None:
            self._return(known[0], body, now_us)

    def _hear_read(self, cp: int, effect: Asked | Answered) -> None:
        self._news.append((cp, effect, self._world.now_us))

    def _hear_chosen(self, chosen: Chosen, _: object) -> None:
        self._news.append(chosen.command)

    def _call(self, cp: int, name: str, value: bytes, now_us: int) -> int:
        self._number += 1
        cp_id = self._world.ids[cp]
        operation = Operation(self._number, cp_id, None, name, value, None, now_us, None)
        self.witness.called(operation)
        return self._number

    def _return(self, number: int, result: bytes, now_us: int) -> None:
        self._world.checked.count("C2")
        if self.witness.finding is None and not self.witness.returned(number, result, now_us):
            finding = self.witness.finding
            assert finding is not None  # noqa: S101 - that was the answer
            found, nodes = self._finding(finding), self._blamed(finding)
            raise InvariantViolation("C2", found, sentence=SENTENCES["C2"], nodes=nodes)

    def _blamed(self, verdict: Verdict) -> tuple[int, ...]:
        """Who was told what cannot be."""
        violation = verdict.violation
        return () if violation is None else (self._world.nodes[str(violation.last.client)],)

    def _finding(self, verdict: Verdict) -> str:
        """What cannot be explained, in a sentence; empty for nothing."""
        if verdict.answer is not Answer.NOT_LINEARIZABLE or verdict.violation is None:
            return ""
        last = verdict.violation.last
        return (
            f"{last.client} asked {self.model.words(last)} at {last.call / 1_000_000:g} s and "
            f"was told {self.model.answer(last) or 'that it was done'}, which no order of what "
            "clients asked explains"
        )
