"""The witness against brute force: whatever order it follows, no wrong history passes for right."""

import pickle
from random import Random
from typing import Any

import pytest
from attrs import evolve, frozen

from paxos.check.linearizability import witness
from paxos.check.linearizability.models import Cells
from paxos.check.linearizability.operations import Operation
from paxos.check.linearizability.verdict import Answer, Verdict
from paxos.check.linearizability.witness import Witness
from tests.paxos.linearizability.histories import history
from tests.paxos.linearizability.oracle import NAMES, do, is_linearizable, random_history

BLOCK = 500


@frozen
class Store(Cells):
    """One value, with what the independent machine of the tests answers."""

    first: Any = None

    def initial(self, key: Any) -> Any:
        """What was written before."""
        return self.first

    def outcome(self, state: Any, operation: Operation) -> tuple[Any, Any]:
        """What it becomes, and what is said."""
        values = {operation.key: state}
        said = do(values, operation)
        return values[operation.key], said

    def resumed(self, state: Any) -> "Store":
        """With another value to begin with."""
        return evolve(self, first=state)


def store(model: str) -> Store:
    """A store with the operations of a model."""
    return Store(model, NAMES[model])


def follow(operations: list[Operation], orders: dict[int, float], it: Witness) -> Verdict:
    """Tell a witness of a history, with each command's place at a time, as far as it has one.

    At equal times calls come first, then places, then returns.
    """
    moments: list[tuple[float, int, int]] = []
    for op in operations:
        moments.append((op.call, 0, op.number))
        if op.number in orders:
            moments.append((orders[op.number], 1, op.number))
        if op.returned is not None:
            moments.append((op.returned, 2, op.number))
    by_number = {op.number: op for op in operations}
    for _, kind, number in sorted(moments):
        op = by_number[number]
        if kind == 0:
            it.called(op)
        elif kind == 1:
            it.placed(number)
        else:
            assert op.returned is not None
            it.returned(number, op.result, op.returned)
    return it.verdict()


def places(random: Random, operations: list[Operation]) -> dict[int, float]:
    """A time for each command within its call and return; sometimes none, as of a lost log."""
    found = {}
    for op in operations:
        if op.name in ("get", "read"):
            continue
        end = op.call + 9 if op.returned is None else op.returned
        if random.random() < (0.6 if op.returned is None else 0.95):
            found[op.number] = random.uniform(op.call, end)
    return found


@pytest.mark.parametrize("model", NAMES)
@pytest.mark.parametrize("block", range(4))
def test_no_order_makes_a_wrong_history_right(model: str, block: int) -> None:
    """Nor a right one wrong: thousands of histories, each with an order drawn at random."""
    told = {Answer.LINEARIZABLE: 0, Answer.NOT_LINEARIZABLE: 0}
    at_once = 0
    for seed in range(block * BLOCK, (block + 1) * BLOCK):
        random = Random(f"witness/{model}/{seed}")
        operations = random_history(random, model, random.choice((2, 3, 4, 4, 5)))
        operations = [evolve(op, key="x") for op in operations]
        it = Witness(store(model), "x")
        answer = follow(operations, places(random, operations), it).answer
        right = is_linearizable(operations)
        assert answer is (Answer.LINEARIZABLE if right else Answer.NOT_LINEARIZABLE), seed
        told[answer] += 1
        at_once += right and not it.strays
    assert min(told.values()) > BLOCK // 8
    assert at_once > BLOCK // 8  # of the right ones many needed no search


@pytest.mark.parametrize("window", [1, 2])
def test_what_is_let_go_makes_no_wrong_history_right(
    window: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a long history only the latest operations are held; what is called right is right."""
    monkeypatch.setattr(witness, "WINDOW", window)
    told = {Answer.LINEARIZABLE: 0, Answer.NOT_LINEARIZABLE: 0}
    let_go = 0
    for seed in range(800):
        random = Random(f"window/{seed}")
        operations = random_history(random, "register", random.choice((4, 5, 6)))
        operations = [evolve(op, key="x") for op in operations]
        it = Witness(store("register"), "x")
        answer = follow(operations, places(random, operations), it).answer
        told[answer] += 1
        let_go += it.begins > 0
        if answer is Answer.LINEARIZABLE:
            assert is_linearizable(operations), seed
    assert min(told.values()) > 100
    assert let_go > 100


def lived(random: Random, count: int) -> tuple[list[Operation], dict[int, float]]:
    """A history in which each operation takes effect at a moment of its own, and these moments."""
    values: dict[Any, Any] = {}
    drafts, moments = [], {}
    for number in range(1, count + 1):
        call = random.randrange(20 * count)
        end = call + random.randint(2, 120)
        name = random.choice(("get", "put", "append", "cas", "swap"))
        value: Any = random.choice("ab")
        value = (random.choice("ab"), value) if name == "cas" else value
        drafts.append(Operation(number, number, "x", name, value, None, call, end))
        moments[number] = random.uniform(call + 0.1, end - 0.1)
    done = []
    for op in sorted(drafts, key=lambda op: moments[op.number]):
        fate = random.random()
        if fate < 0.02:
            moments.pop(op.number)  # lost
        else:
            op = evolve(op, result=do(values, op))
        done.append(evolve(op, returned=None) if fate < 0.05 else op)
    reads = [op.number for op in done if op.name == "get"]
    return done, {number: at for number, at in moments.items() if number not in reads}


@pytest.mark.parametrize("seed", range(20))
def test_the_order_in_which_things_took_effect_explains_all(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However little is held; and one answer that cannot be is found."""
    monkeypatch.setattr(witness, "WINDOW", 1 + seed % 7)
    operations, moments = lived(Random(f"lived/{seed}"), 300)
    it = Witness(store("kv"), "x")
    assert follow(operations, moments, it).answer is Answer.LINEARIZABLE
    assert it.strays == 0
    assert it.begins > 100
    false = [
        evolve(op, result="stale") if op.number == max(
            each.number for each in operations if each.name == "get" and each.returned
        ) else op for op in operations
    ]  # fmt: skip
    it = Witness(store("kv"), "x")
    assert follow(false, moments, it).answer is Answer.NOT_LINEARIZABLE


def test_an_order_that_fits_needs_no_search() -> None:
    """Reads may stand anywhere between call and return."""
    texts = ["0-9 put x a", "1-8 get x nil", "2-7 get x a", "10-11 get x a"]
    it = Witness(store("kv"), "x")
    verdict = follow(history(*texts), {1: 5}, it)
    assert (verdict.answer, verdict.configurations) == (Answer.LINEARIZABLE, 0)
    assert (it.checks, it.called_in_all, it.strays, it.open) == (4, 4, 0, 0)


def test_a_stale_read_is_found_with_its_return() -> None:
    """The first read has shown that the write took effect; the second one was asked later."""
    texts = ["0-9 put x a", "1-2 get x a", "3-4 get x nil"]
    it = Witness(store("kv"), "x")
    for op in history(*texts):
        it.called(evolve(op, returned=None))
        if op.number == 1:
            it.placed(1)
        elif op.number == 2:
            assert it.returned(2, "a", 2)
    assert not it.returned(3, None, 4)
    assert it.finding is not None
    assert it.finding.violation is not None
    assert it.finding.violation.last.number == 3


def test_another_order_may_explain_what_the_log_does_not() -> None:
    """Two writes at once: the log has them one way, who reads the other way is right, too."""
    texts = ["0-9 put x a", "0-9 put x b", "10-11 get x a"]
    for order, strays in (({1: 1, 2: 2}, 1), ({1: 2, 2: 1}, 0)):
        it = Witness(store("kv"), "x")
        assert follow(history(*texts), order, it).answer is Answer.LINEARIZABLE
        assert it.strays == strays


def test_an_answer_without_a_place_is_searched_for() -> None:
    """What was answered must have been done, though nobody has heard where."""
    it = Witness(store("kv"), "x")
    right = ["0-9 put x a", "10-11 get x a"]
    assert follow(history(*right), {}, it).answer is Answer.LINEARIZABLE
    assert it.strays == 2
    wrong = ["0-9 put x a", "10-11 get x nil"]
    it = Witness(store("kv"), "x")
    assert follow(history(*wrong), {}, it).answer is Answer.NOT_LINEARIZABLE


def test_a_late_false_answer_to_what_was_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """The order up to there is taken for granted, and said to be."""
    monkeypatch.setattr(witness, "WINDOW", 2)
    texts = ["0-90 swap x z q", *(f"{n}-{n + 1} put x {n}" for n in range(10, 40, 2))]
    operations = history(*texts)
    it = Witness(store("kv"), "x")
    verdict = follow(operations, {op.number: op.call + 0.5 for op in operations}, it)
    assert verdict.answer is Answer.NOT_LINEARIZABLE
    assert verdict.violation is not None
    assert verdict.violation.conflict == (verdict.violation.last,)
    assert it.begins > 0


def test_a_long_history_takes_little_room() -> None:
    """What is held does not grow, though some operations are never answered."""
    it = Witness(store("kv"), "x")
    sizes = []
    for number in range(1, 20_001):
        op = Operation(number, 1, "x", "put", number, None, number, None)
        it.called(op)
        it.placed(number)
        if number % 1_000:
            it.returned(number, None, number)
        if number % 5_000 == 0:
            sizes.append(len(pickle.dumps(it)))
    assert sizes[-1] < sizes[0] * 1.2
    assert it.verdict().answer is Answer.LINEARIZABLE
    assert it.open == 20


def test_reads_that_nobody_waits_for_are_forgotten() -> None:
    """Else the states since then would be held for ever."""
    it = Witness(store("kv"), "x")
    it.called(Operation(1, 1, "x", "get", None, None, 0, None))
    it.dropped(1)
    it.dropped(7)  # of one that was never asked, too
    for number in range(2, 50):
        it.called(Operation(number, 1, "x", "put", number, None, number, None))
        it.placed(number)
        it.returned(number, None, number)
    assert it.open == 1
    assert len(pickle.dumps(it)) < 20_000
    assert len(it._states) < 4
