"""Filters of the log: what each word lets through, and what is said of one that says nothing."""

import pytest

from scenarios.errors import InputError
from scenarios.log.command import Facts
from scenarios.log.query import read
from scenarios.log.view import CellState

CPS, EVS = ("CP1", "CP2", "CP3"), ("EV1", "EV2")
START = Facts(
    "CP2 StartTransaction EV1", "cp2 starttransaction ev1", ("starttransaction",), ("CP2",),
    ("EV1",), ("1.CP3", "2.CP1"),
)  # fmt: skip
PLAN = Facts(
    "CP1 DataTransfer Plan", "cp1 datatransfer plan", ("datatransfer", "plan"), ("CP1", "CP3"),
    (), ("2.CP1",),
)  # fmt: skip


def holds(text: str, slot: int = 120, facts: Facts = START, state: int = 3) -> bool:
    """Whether a filter lets a slot through."""
    return read(text, CPS, EVS).holds(slot, CellState(state), facts)


@pytest.mark.parametrize(
    ("text", "start", "plan"),
    [
        ("", True, True), ("transaction", True, False), ("CP2 sTarT", True, False),
        ("-transaction", False, True), ("cp:CP2", True, False), ("cp:cp3", False, True),
        ("-cp:CP3", True, False), ("ev:EV1", True, False), ("EV:ev1", True, False),
        ("-ev:EV1", False, True), ("ev:EV2", False, False), ("kind:StartTransaction", True, False),
        ("kind:data", False, True), ("kind:plan", False, True), ("-kind:plan", True, False),
        ("ballot:2.CP1", True, True), ("ballot:1.cp3", True, False), ("-ballot:1.CP3", False, True),
        ("ballot:01.CP3", True, False), ("ballot:2.CP1#2", False, False),
        ("cp:CP2 ev:EV1 kind:start", True, False), ("cp:CP2 -ev:EV1", False, False),
        ("cp:CP1 cp:CP3", False, True), ("  plan   data ", False, True),
    ],
)  # fmt: skip
def test_words_that_must_all_hold(text: str, start: bool, plan: bool) -> None:
    """Capitals do not count, and - excludes."""
    assert (holds(text), holds(text, facts=PLAN)) == (start, plan)


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("slot:120", {120}), ("slot:100-120", {100, 119, 120}), ("slot:120-", {120, 121, 900}),
        ("slot:-100", {1, 99, 100}), ("-slot:100-120", {1, 99, 121, 900}),
    ],
)  # fmt: skip
def test_ranges_of_slots(text: str, slots: set[int]) -> None:
    """Both ends are in it."""
    assert {slot for slot in (1, 99, 100, 119, 120, 121, 900) if holds(text, slot)} == slots


@pytest.mark.parametrize("state", CellState)
def test_states_are_the_most_that_anybody_knows(state: CellState) -> None:
    """Exactly that one."""
    word = f"state:{state.name.lower()}"
    assert [holds(word, state=each) for each in range(4)] == [each == state for each in CellState]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("meter -", 'found "-" alone; allowed a word behind it, such as -Heartbeat'),
        ("foo:1", ('found "foo:1"; allowed a word, or one behind cp:, ev:, ballot:, slot:, kind:, '
                   "state:")),
        ("slots:1", ('found "slots:1"; allowed a word, or one behind cp:, ev:, ballot:, slot:, '
                     'kind:, state:; did you mean "slot"?')),
        ("cp:CP9", ('cp: found "CP9"; allowed a charge point: CP1, CP2, CP3; did you mean "CP3"?')),
        ("cp:", 'cp: found ""; allowed a charge point: CP1, CP2, CP3'),
        ("ev:bus", 'ev: found "bus"; allowed an EV: EV1, EV2'),
        ("state:choosen", ('state: found "choosen"; allowed a state: empty, accepted, chosen, '
                           'applied; did you mean "chosen"?')),
        ("slot:9-3", 'slot: found "9-3"; allowed a slot such as 120, or some such as 100-200'),
        ("slot:-", 'slot: found "-"; allowed a slot such as 120, or some such as 100-200'),
        ("slot:0", 'slot: found "0"; allowed a slot such as 120, or some such as 100-200'),
        ("slot:1-2-3", 'slot: found "1-2-3"; allowed a slot such as 120, or some such as 100-200'),
        ("slot:٣", 'slot: found "٣"; allowed a slot such as 120, or some such as 100-200'),
        ("ballot:2", 'ballot: found "2"; allowed round.CP, such as 2.CP1'),
        ("ballot:x.CP1", 'ballot: found "x.CP1"; allowed round.CP, such as 2.CP1'),
        ("ballot:2.CP7", 'ballot: found "2.CP7"; allowed round.CP, such as 2.CP1'),
        ("kind:StopTransactoin", ('kind: found "StopTransactoin"; allowed an action such as '
                                  "StartTransaction, a message such as Plan, read, change, no-op; "
                                  'did you mean "StopTransaction"?')),
    ],
)  # fmt: skip
def test_a_word_that_says_nothing_is_told_in_one_sentence(text: str, sentence: str) -> None:
    """What was found, and what is allowed."""
    with pytest.raises(InputError) as error:
        read(f"meter {text}", CPS, EVS)
    assert str(error.value) == sentence


def test_without_any_ev_it_says_so() -> None:
    """Instead of an empty list."""
    with pytest.raises(InputError, match="allowed an EV, and there is none"):
        read("ev:EV1", CPS, ())
