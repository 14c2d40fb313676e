"""How transcripts write what happens: one short line for each message, row and entry.

Ballots are ``round.node``, slots stand before what they hold (``3:x=1``), and what was accepted
carries its ballot behind it (``3:x=1@2.1``). Messages are written from their own fields, so a new
field shows up by itself; :data:`LEFT_OUT` names the fields that teach a reader nothing.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgpack
from attrs import fields

from paxos.ballot import Ballot
from paxos.clients import Purpose, Verdict, decode, is_change
from paxos.effects import Answered, Applied, Asked, Installed, Timer, Withheld
from paxos.group import Answer
from paxos.membership import Change, Membership
from paxos.messages import NOOP, Message, Value
from paxos.records import ACCEPTED, COMMITTED, DECIDED, DECIDED_RUN, INCARNATION, PROMISED, SNAPSHOT

LEFT_OUT = frozenset({("PreVote", "commit_slot")})
"""How far the sender has learned: a hint, which no transcript is about."""

TIMERS = {timer.name.lower(): timer for timer in Timer}


def operation(text: str) -> bytes:
    """``x=1`` as an operation of the register machine."""
    key, _, number = text.partition("=")
    packed: bytes = msgpack.packb([key, int(number)])
    return packed


def question(text: str) -> bytes:
    """``x`` as a query of the register machine."""
    packed: bytes = msgpack.packb([text])
    return packed


def value(held: Value) -> str:
    """A slot's value: ``x=1``, a read ``x?``, or the no-op."""
    if held == NOOP:
        return "no-op"
    command = decode(held)
    if command.purpose is Purpose.CHANGE:
        return change(command.op)
    key, *number = msgpack.unpackb(command.op)
    return f"{key}={number[0]}" if number else f"{key}?"


def change(op: bytes) -> str:
    """A change of membership: what happens to whom, and which membership it speaks of."""
    done = Change.unpack(op)
    version = f" in v{done.version}" if done.version else ""
    return f"{done.step.name}-{done.node}{version}"


def membership(members: Membership) -> str:
    """Who votes and who learns."""
    text = f"{nodes(members.voters)} vote"
    return f"{text}, {nodes(members.learners)} learn" if members.learners else text


def held(slot: int, ballot: Ballot, what: Value) -> str:
    """A slot's value with the ballot at which it was accepted."""
    return f"{slot}:{value(what)}@{ballot}"


def seconds(time_us: int) -> str:
    """A time in seconds, without needless digits."""
    text = f"{time_us / 1_000_000:.6f}".rstrip("0")
    return f"{text}0 s" if text.endswith(".") else f"{text} s"


def span(low_us: int, high_us: int) -> str:
    """A time, or from when to when."""
    if low_us == high_us:
        return seconds(low_us)
    return f"{seconds(low_us).removesuffix(' s')}–{seconds(high_us)}"


def due(low_us: int, high_us: int) -> str:
    """When a timer fires, from now."""
    if high_us < 0:
        return "overdue"
    return "due" if low_us <= 0 else f"in {span(low_us, high_us)}"


def drift(ppm: int) -> str:
    """How far a clock's rate is from true: in percent, or in parts per million."""
    if not ppm:
        return "-"
    return f"{ppm // 10_000:+} %" if ppm % 10_000 == 0 else f"{ppm:+} ppm"


def nodes(numbers: Iterable[int]) -> str:
    """Nodes, in their order."""
    return ",".join(str(number) for number in numbers)


def slots(first: int, count: int) -> str:
    """A run of slots."""
    return f"{first}" if count == 1 else f"{first}–{first + count - 1}"


def message(said: Message) -> str:
    """A message: its name, then its fields in their order."""
    name = type(said).__name__
    kind: Any = type(said)
    told = [f.name for f in fields(kind) if (name, f.name) not in LEFT_OUT]
    return " ".join([name, *(word for field in told if (word := _field(said, field)))])


def _field(said: Any, name: str) -> str:
    """One field; what belongs together is written at the first of its fields."""
    content = getattr(said, name)
    match name:
        case "ballot":
            return str(content)
        case "accepted":
            return f"[{' '.join(held(*entry) for entry in content)}]"
        case "values":
            first = getattr(said, "first_slot", None)
            texts = [value(v) for v in content]
            if first is not None:
                texts = [f"{slot}:{text}" for slot, text in enumerate(texts, first)]
            return f"[{' '.join(texts)}]"
        case "count":
            return f"slots={slots(said.first_slot, content)}"
        case "first_slot":
            return ""
        case "floor_slot" if not content:
            return ""
        case "data":
            return f"bytes={len(content)}"
    short = name.removesuffix("_slot")
    if isinstance(content, bool):
        content = "yes" if content else "no"
    return f"{short}={content}"


def row(written: Sequence[Any]) -> str:
    """A row of the disk (:mod:`paxos.records`)."""
    kind, *rest = written
    if kind == INCARNATION:
        return f"life {rest[0]}"
    if kind == PROMISED:
        return f"promised {Ballot(*rest)}"
    if kind == ACCEPTED:
        return f"accepted {held(rest[2], Ballot(rest[0], rest[1]), rest[3])}"
    if kind == COMMITTED:
        return f"commit {rest[0]}"
    if kind == DECIDED:
        return f"decided {rest[0]}:{value(rest[1])}"
    if kind == DECIDED_RUN:
        first, *values = rest
        decided = ", ".join(f"{slot}:{value(v)}" for slot, v in enumerate(values, first))
        return f"decided {decided}"
    if kind == SNAPSHOT:
        return f"snapshot up to {rest[0]}"
    return f"row {kind} {rest}"


def applied(effect: Applied) -> str:
    """What became of a slot at the state machine, with the value that was replaced."""
    text = f"{effect.slot}:{value(effect.value)}"
    if effect.client is None:
        return text
    if effect.verdict is not Verdict.FRESH:
        return f"{text} ({effect.verdict.name.lower()}: not again)"
    if is_change(effect.value):
        answer = Answer.unpack(effect.result)
        return f"{text} (refused: {answer.why_not})" if answer.why_not else text
    before = msgpack.unpackb(effect.result)
    if decode(effect.value).purpose is Purpose.READ:
        return f"{text} (is {before})"
    return text if before is None else f"{text} (was {before})"


def installed(effect: Installed) -> str:
    """The snapshot that took the place of slots, and the own commands that it answers."""
    answered = ",".join(str(sequence) for sequence, _ in effect.results)
    own = f", which holds the own commands {answered}" if answered else ""
    return f"the snapshot up to {effect.slot}{own}"


def asked(effect: Asked) -> str:
    """What a read asks for, and how."""
    return f"{msgpack.unpackb(effect.op)[0]} by {effect.how.name.lower()}"


def answered(effect: Answered) -> str:
    """What a read was told, from which slot, and what that rests on."""
    rests = "" if effect.served is effect.how else f" by {effect.served.name.lower()}"
    tries = "" if effect.tries == 1 else f", asked {effect.tries} times"
    told = msgpack.unpackb(effect.result)
    return f"read {effect.number}: {told}{rests} at slot {effect.slot}{tries}"


def withheld(effect: Withheld) -> str:
    """A promise that was not given, and why."""
    if not effect.holder:
        return f"withholds {effect.ballot}: it may have granted a lease before its restart"
    return f"withholds {effect.ballot}: node {effect.holder} holds its lease"


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of cells, aligned; nothing trails."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in rows
    ]
