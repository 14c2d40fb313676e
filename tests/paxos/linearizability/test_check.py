"""Histories that people can judge, and what the checker says of them beside its verdict."""

from itertools import count
from random import Random

import pytest
from attrs import evolve

from paxos.check.linearizability.models import KV, REGISTER
from paxos.check.linearizability.operations import Operation, timeline
from paxos.check.linearizability.search import Search
from paxos.check.linearizability.verdict import Answer, Verdict, Violation, check
from tests.paxos.linearizability.histories import concurrent, corrupted, history

YES, NO = Answer.LINEARIZABLE, Answer.NOT_LINEARIZABLE


def wrong(verdict: Verdict) -> Violation:
    """What is wrong; something must be."""
    assert verdict.violation is not None
    return verdict.violation


@pytest.mark.parametrize(
    ("answer", "texts"),
    [
        (YES, []),
        (YES, ["0-1 get x nil"]),
        (YES, ["0-? put x a"]),
        (YES, ["0-? put x a", "5-6 get x a", "7-8 get x a"]),
        (YES, ["0-? put x a", "5-6 get x nil", "7-8 get x a"]),
        (NO, ["0-? put x a", "5-6 get x a", "7-8 get x nil"]),
        (NO, ["5-6 get x a", "7-? put x a"]),
        (YES, ["0-9 put x a", "1-2 get x nil", "3-4 get x a", "5-6 get x a"]),
        (NO, ["0-9 put x a", "1-2 get x a", "3-4 get x nil"]),
        (YES, ["0-5 cas x nil a yes", "1-6 cas x nil b no", "2-7 cas x a c yes"]),
        (NO, ["0-5 cas x nil a yes", "1-6 cas x nil b yes"]),
        (YES, ["0-? cas x nil a", "1-? cas x nil b", "2-3 get x b", "4-5 get x b"]),
        (NO, ["0-? cas x nil a", "1-? cas x nil b", "2-3 get x b", "4-5 get x a"]),
        (YES, ["0-? cas x b a", "1-? put x b", "2-3 get x a", "4-5 get x a"]),
        (YES, ["0-4 append x a", "1-5 append x b", "6-7 get x ba"]),
        (NO, ["0-4 append x a", "5-6 append x b", "7-8 get x ba"]),
        (NO, ["0-4 append x a", "7-8 get x aa"]),
        (YES, ["0-4 append x a", "1-? append x a", "7-8 get x aa"]),
        (YES, ["0-1 swap x a nil", "2-3 swap x b a", "4-5 get x b"]),
        (NO, ["0-1 swap x a nil", "2-3 swap x b nil"]),
        # An open write hides a value that a cas must not find.
        (YES, ["0-1 put x a", "0-? put x b", "2-3 cas x a c no"]),
        (YES, ["0-1 put x a", "0-? append x b", "2-3 append x c", "4-5 cas x ac d no"]),
        (NO, ["0-1 put x a", "2-3 cas x a c no"]),
        # Calls and returns of one moment are concurrent.
        (YES, ["0-2 put x a", "2-4 get x nil"]),
        (NO, ["0-2 put x a", "3-4 get x nil"]),
        (YES, ["3-3 put x a", "3-3 get x nil", "3-3 get x a"]),
        # Keys have nothing to do with each other.
        (YES, ["0-1 put x a", "2-3 get y nil", "4-5 put y a", "6-7 get x a"]),
        (NO, ["0-1 put x a", "2-3 get y nil", "4-5 put y a", "6-7 get y nil"]),
    ],
)  # fmt: skip
def test_hand_made_histories(answer: Answer, texts: list[str]) -> None:
    """Open operations, concurrent cas, appends, equal times, two keys."""
    assert check(history(*texts), KV).answer is answer


def test_what_nobody_wrote_may_read_as_the_empty_text() -> None:
    """Some stores know no other nothing; what was written as empty is not nothing."""
    empty = Operation(1, 1, "x", "get", None, "", 0, 1)
    assert check([empty], KV).answer is YES
    put = Operation(2, 1, "x", "put", "", None, 2, 3)
    nothing = Operation(3, 1, "x", "get", None, None, 4, 5)
    assert check([put, evolve(nothing, result="")], KV).answer is YES
    assert check([put, nothing], KV).answer is NO


def test_the_shortest_prefix_and_who_is_to_blame() -> None:
    """A stale read: the two writes before it and the read, not the rest."""
    verdict = check(
        history(
            "0-1 put y a",
            "0-1 put x a",
            "2-3 put x b",
            "4-5 get y a",
            "6-7 get x a",
            "8-9 get x b",
            "10-11 get y nil",
        ),
        KV,
    )
    found = wrong(verdict)
    assert (found.key, found.last.number, found.time) == ("x", 5, 7)
    assert (found.events, found.operations) == (10, 5)
    assert [op.number for op in found.partition] == [2, 3, 5]
    assert [op.number for op in found.conflict] == [2, 3, 5]
    assert found.is_minimal
    assert found.is_shortest
    assert [[op.number for op in order] for order in found.orders] == [[2, 3]]


def test_the_key_that_is_wrong_first_is_told() -> None:
    """Whichever key is found to be wrong first, the shortest prefix is what counts."""
    late = ["20-21 put a 1", "22-23 get a nil"]
    early = ["0-1 put b 1", "2-3 get b nil"]
    for texts in ([*late, *early], [*early, *late]):
        found = wrong(check(history(*texts), KV))
        assert (found.key, found.time) == ("b", 3)


def test_an_answer_that_comes_later_lengthens_the_prefix() -> None:
    """The read can still be explained while the cas is under way; not when it says no."""
    found = wrong(check(history("0-9 cas x nil a no", "1-2 get x a"), KV))
    assert found.last.number == 1
    assert found.time == 9
    assert found.is_shortest


def test_a_register_of_one_key() -> None:
    """Its operations are called read and write."""
    texts = ["0-1 write r 1", "2-3 cas r 1 2 yes", "4-5 read r 2"]
    assert check(history(*texts), REGISTER).answer is YES
    assert check(history(*texts, "6-7 read r 1"), REGISTER).answer is NO


def test_when_the_time_is_up_nothing_is_claimed() -> None:
    """Unknown; what is known to be wrong is said even so, without the claim to be shortest."""
    right = concurrent(1, 400)
    assert check(right, KV, exhausted=lambda: True).answer is Answer.UNKNOWN
    false = corrupted(right, 1)
    looks = count()
    for patience in range(1, 60, 4):
        looks = count()
        verdict = check(false, KV, exhausted=lambda p=patience, n=looks: next(n) >= p)
        assert verdict.answer in (Answer.UNKNOWN, NO)
    assert wrong(verdict).is_shortest


def test_a_search_can_be_interrupted_anywhere() -> None:
    """In slices of one configuration it finds what it finds at once."""
    (operations,) = timeline(concurrent(3, 60, keys=1, clients=5)).partitions.values()
    whole, sliced = Search(KV, operations), Search(KV, operations)
    assert whole.run(1 << 30) is True
    while sliced.run(1) is None:
        pass
    assert (sliced.answer, sliced.longest) == (True, whole.longest)
    assert sliced.configurations == whole.configurations


def test_many_operations_on_one_key_need_no_deep_stack() -> None:
    """Far more than the interpreter would let a function call itself."""
    texts = [f"{2 * n}-{2 * n + 1} append x a" for n in range(3_000)]
    assert check(history(*texts), KV).answer is YES


@pytest.mark.parametrize("seed", range(4))
def test_long_concurrent_histories(seed: int) -> None:
    """Fifty clients at twenty keys; one false answer is found, and alone is to blame."""
    right = concurrent(seed, 1_000)
    assert check(right, KV).answer is YES
    false = corrupted(right, seed)
    (liar,) = (op for op, before in zip(false, right, strict=True) if op != before)
    found = wrong(check(false, KV))
    assert found.last == liar
    assert found.conflict == (liar,)


@pytest.mark.parametrize("unanswered", [0.0, 0.05, 0.1])
def test_five_thousand_operations(unanswered: float) -> None:
    """Right, and wrong near the end; the work is counted, as clocks differ. It is seconds."""
    random = Random("five thousand")
    right = [
        evolve(op, returned=None) if random.random() < unanswered else op
        for op in concurrent(2, 5_000)
    ]
    verdict = check(right, KV)
    assert verdict.answer is YES
    assert verdict.configurations < 20_000
    last = max(i for i, op in enumerate(right) if op.name == "get" and op.returned is not None)
    false = [*right[:last], evolve(right[last], result="never"), *right[last + 1 :]]
    verdict = check(false, KV)
    assert wrong(verdict).last.number == right[last].number
    assert wrong(verdict).is_shortest
    assert verdict.configurations < 30_000


def test_a_hint_changes_no_verdict() -> None:
    """The worst order to try first finds the same."""
    for seed in range(20):
        right = concurrent(seed, 40, keys=2, clients=4)
        for each in (right, corrupted(right, seed)):
            backward = [evolve(op, hint=-op.number) for op in each]
            plain, hinted = check(each, KV), check(backward, KV)
            assert plain.answer is hinted.answer
            if plain.violation:
                assert plain.violation.last.number == wrong(hinted).last.number
