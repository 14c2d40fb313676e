"""Histories for the tests and the benchmark: written in short, or drawn from a seed."""

from random import Random
from typing import Any

from attrs import evolve

from paxos.check.linearizability.operations import Operation
from tests.paxos.linearizability.oracle import do

KEYS = 20
CLIENTS = 50


def operation(number: int, text: str) -> Operation:
    """An operation from a line such as ``0-5 put x a`` or ``3-? cas x a b no``.

    Times, name, key, then value and result as far as the operation has them.
    """
    times, name, key, *rest = text.split()
    call, end = times.split("-")
    words: list[Any] = [None if word == "nil" else word for word in rest]
    value = result = None
    if name in ("get", "read"):
        result = words[0] if words else None
    elif name == "cas":
        value, result = (words[0], words[1]), words[2:] == ["yes"]
    elif name == "swap":
        value, result = words[0], words[1] if len(words) > 1 else None
    else:
        value = words[0]
    returned = None if end == "?" else int(end)
    return Operation(number, number, key, name, value, result, int(call), returned)


def history(*texts: str) -> list[Operation]:
    """Operations, numbered from 1."""
    return [operation(number, text) for number, text in enumerate(texts, 1)]


def concurrent(seed: int, count: int, keys: int = KEYS, clients: int = CLIENTS) -> list[Operation]:
    """A linearizable history in which as many operations overlap as there are clients.

    Each client asks without a pause; what it asks takes effect at a moment within. One in a hundred
    gets no answer, and half of those take no effect.
    """
    random = Random(f"concurrent/{seed}")
    free = [(random.randrange(1_000), client) for client in range(clients)]
    drafts: list[tuple[int, Operation]] = []
    for number in range(1, count + 1):
        call, client = min(free)
        free.remove((call, client))
        end = call + random.randint(2, 2_000)
        free.append((end + random.randint(1, 20), client))
        name = random.choice(("get", "get", "put", "append", "cas", "swap"))
        value: Any = str(random.randrange(4)) if name == "cas" else str(number)
        if name == "cas":
            value = (value, str(random.randrange(4)))
        elif name == "put":
            value = str(random.randrange(4))
        key = f"k{random.randrange(keys):02}"
        op = Operation(number, client, key, name, value, None, call, end)
        drafts.append((random.randint(call + 1, end - 1), op))
    values: dict[Any, Any] = {}
    done: list[Operation] = []
    for _, op in sorted(drafts, key=lambda draft: (draft[0], draft[1].number)):
        fate = random.random()
        if fate < 0.01:
            op = evolve(op, returned=None)
        done.append(op if fate < 0.005 else evolve(op, result=do(values, op)))
    return sorted(done, key=lambda op: op.number)


def corrupted(history: list[Operation], seed: int) -> list[Operation]:
    """The same with one answer of the last quarter that cannot be: what a get has never seen."""
    random = Random(f"corrupted/{seed}")
    late = [
        index for index, op in enumerate(history)
        if op.name == "get" and op.returned is not None and index > 3 * len(history) // 4
    ]  # fmt: skip
    index = random.choice(late)
    stale = evolve(history[index], result="stale")
    return [*history[:index], stale, *history[index + 1 :]]
