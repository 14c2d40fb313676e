"""Linearizability by brute force, straight from its definition, for histories of a few operations.

It shares nothing with the checker: no search, no memory, a machine of its own.
"""

from collections.abc import Iterator
from itertools import combinations, permutations, product
from random import Random
from typing import Any

from attrs import evolve

from paxos.check.linearizability.operations import Operation

Values = dict[Any, Any]


def do(values: Values, op: Operation) -> Any:
    """What a machine that does one operation after the other says."""
    value = values.get(op.key)
    match op.name:
        case "get" | "read":
            return value
        case "put" | "write":
            values[op.key] = op.value
        case "append":
            values[op.key] = (value or "") + op.value
        case "swap":
            values[op.key] = op.value
            return value
        case "cas":
            if value == op.value[0]:
                values[op.key] = op.value[1]
            return value == op.value[0]
    return None


SILENT = ("put", "write", "append")


def explains(order: tuple[Operation, ...]) -> bool:
    """Whether this order keeps to the times, and to what the clients were told."""
    for index, first in enumerate(order):
        for later in order[index + 1 :]:
            if later.returned is not None and later.returned < first.call:
                return False
    values: Values = {}
    for op in order:
        said = do(values, op)
        if op.returned is not None and op.name not in SILENT and said != op.result:
            return False
    return True


def is_linearizable(history: list[Operation]) -> bool:
    """Whether any order of the operations that returned, and of some of the others, explains it."""
    returned = [op for op in history if op.returned is not None]
    opened = [op for op in history if op.returned is None]
    for count in range(len(opened) + 1):
        for some in combinations(opened, count):
            if any(explains(order) for order in permutations([*returned, *some])):
                return True
    return False


def prefixes(history: list[Operation]) -> Iterator[tuple[Operation, list[Operation]]]:
    """Every prefix that ends with a return, and whose it is; calls come first at equal times."""
    ends = [op for op in history if op.returned is not None]
    for last in sorted(ends, key=lambda op: (op.returned, op.number)):
        end = (last.returned, last.number)
        begun = [op for op in history if op.call <= end[0]]
        yield last, [
            op if op.returned is not None and (op.returned, op.number) <= end
            else evolve(op, returned=None)
            for op in begun
        ]  # fmt: skip


NAMES = {
    "kv": ("put", "get", "append", "cas", "swap"),
    "register": ("read", "write", "cas"),
}


def random_history(random: Random, model: str, count: int) -> list[Operation]:
    """Operations on one or two keys, some of them open; the results are mostly those of a machine.

    A machine does them in an order that keeps to the times; then a result or two may be altered.
    """
    keys = ("x",) if random.random() < 0.7 else ("x", "y")
    values = ("a", "b") if model == "kv" else (0, 1, 2)
    moments = list(range(3 * count))
    drafts = []
    for number in range(1, count + 1):
        call, point, end = sorted(random.sample(moments, 3))
        name = random.choice(NAMES[model])
        value: Any = random.choice(values)
        if name == "cas":
            value = (random.choice((None, *values)), value)
        op = Operation(number, number, random.choice(keys), name, value, None, call, end)
        drafts.append((point, op))
    machine: Values = {}
    done = []
    for _, op in sorted(drafts, key=lambda draft: (draft[0], draft[1].number)):
        fate = random.random()
        if fate < 0.15:
            done.append(evolve(op, returned=None))
            continue
        result = do(machine, op)
        if fate < 0.25:
            op = evolve(op, returned=None)
        done.append(evolve(op, result=result))
    answered = [index for index, op in enumerate(done) if op.name not in SILENT]
    for index in random.sample(answered, min(len(answered), random.choice((0, 1, 1, 2)))):
        op = done[index]
        false: Any = random.choice((None, *values))
        done[index] = evolve(op, result=not op.result if op.name == "cas" else false)
    return sorted(done, key=lambda op: op.number)


def all_tiny_histories(model: str) -> Iterator[list[Operation]]:
    """Three operations on one key, each way in which they may overlap, with each result."""
    values = ("a",) if model == "kv" else (1,)
    names = [name for name in NAMES[model] if name != "swap"]
    shapes = [((0, 1), (2, 3), (4, 5)), ((0, 2), (1, 4), (3, 5)), ((0, 5), (1, 2), (3, 4)),
              ((0, None), (1, 2), (3, 4)), ((0, 3), (1, None), (4, 5))]  # fmt: skip
    for shape, chosen in product(shapes, product(names, repeat=3)):
        told = [
            (None, *values) if name in ("get", "read") else (False, True) if name == "cas"
            else (None,)
            for name in chosen
        ]  # fmt: skip
        for results in product(*told):
            yield [
                Operation(
                    index + 1, index, "x", name,
                    (None, values[0]) if name == "cas" else values[0], result, call, end,
                )
                for index, (name, result, (call, end)) in enumerate(
                    zip(chosen, results, shape, strict=True)
                )
            ]  # fmt: skip
