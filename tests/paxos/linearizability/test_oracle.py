"""The checker against brute force: thousands of small histories, and the shortest prefix."""

from random import Random

import pytest
from attrs import evolve

from paxos.check.linearizability.models import KV, REGISTER
from paxos.check.linearizability.operations import Operation
from paxos.check.linearizability.verdict import Answer, Verdict, check
from tests.paxos.linearizability.oracle import (
    all_tiny_histories,
    do,
    explains,
    is_linearizable,
    prefixes,
    random_history,
)

MODELS = {"kv": KV, "register": REGISTER}
BLOCK = 500


def agrees(history: list[Operation], model: str) -> Verdict:
    """The same verdict, the same shortest prefix; and what is said beside it is true."""
    verdict = check(history, MODELS[model])
    right = is_linearizable(history)
    assert verdict.answer is (Answer.LINEARIZABLE if right else Answer.NOT_LINEARIZABLE)
    if right:
        for key, order in verdict.orders.items():
            mine = [op for op in history if op.key == key]
            assert explains(order)
            assert {op.number for op in mine if op.returned is not None} <= {
                op.number for op in order
            }
        return verdict
    violation = verdict.violation
    assert violation is not None
    last, prefix = next(
        (last, prefix) for last, prefix in prefixes(history) if not is_linearizable(prefix)
    )
    assert violation.last == last
    assert violation.is_shortest
    assert violation.is_minimal
    assert violation.operations == len(prefix)
    on_key = [op for op in prefix if op.key == violation.key]
    assert [op.number for op in violation.partition] == [
        op.number for op in sorted(on_key, key=lambda op: (op.call, op.number))
    ]
    conflict_is_one(violation.conflict, on_key)
    for order in violation.orders:
        told = {op.number: op for op in on_key}
        assert explains(tuple(told[op.number] for op in order))
    return verdict


def conflict_is_one(blamed: tuple[Operation, ...], prefix: list[Operation]) -> None:
    """They cannot be ordered whatever the others did, and any one fewer could be."""
    numbers = {op.number for op in blamed}

    def with_binding(binding: set[int]) -> list[Operation]:
        return [op if op.number in binding else evolve(op, returned=None) for op in prefix]

    assert not is_linearizable(with_binding(numbers))
    for number in numbers:
        assert is_linearizable(with_binding(numbers - {number}))


@pytest.mark.parametrize("block", range(4))
@pytest.mark.parametrize("model", MODELS)
def test_the_verdict_is_that_of_brute_force(model: str, block: int) -> None:
    """Up to five operations, some open, most nearly right; of both verdicts there are many."""
    verdicts = []
    for seed in range(block * BLOCK, (block + 1) * BLOCK):
        random = Random(f"{model}/{seed}")
        history = random_history(random, model, random.choice((2, 3, 4, 4, 5)))
        verdicts.append(agrees(history, model).answer)
    assert verdicts.count(Answer.LINEARIZABLE) > BLOCK // 6
    assert verdicts.count(Answer.NOT_LINEARIZABLE) > BLOCK // 6


@pytest.mark.parametrize("model", MODELS)
def test_no_hint_makes_a_wrong_history_right(model: str) -> None:
    """Hints drawn at random, of some operations or of all, with ties: the verdict stays."""
    for seed in range(2 * BLOCK):
        random = Random(f"hints/{model}/{seed}")
        history = random_history(random, model, random.choice((3, 4, 5)))
        given = random.choice((0.5, 1.0))
        hinted = [
            evolve(op, hint=random.randrange(6) if random.random() < given else None)
            for op in history
        ]
        agrees(hinted, model)


@pytest.mark.parametrize("model", MODELS)
def test_all_tiny_histories(model: str) -> None:
    """Every choice of three operations, overlaps and results."""
    assert sum(1 for history in all_tiny_histories(model) if agrees(history, model)) > 200


def test_the_oracle_can_tell() -> None:
    """Two histories that everybody can judge."""
    put = Operation(1, 1, "x", "put", "a", None, 0, 1)
    late = Operation(2, 2, "x", "get", None, "a", 2, 3)
    assert is_linearizable([put, late])
    assert not is_linearizable([put, evolve(late, result=None)])
    assert do({}, late) is None
