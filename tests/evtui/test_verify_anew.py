"""``evtui verify`` where whoever altered a record made its hashes anew: the first is still named.

Every test here is somebody with all hashes and none of the meters' keys, or with some.
"""

import json
from collections.abc import Callable

import pytest

from evtui.faults import short
from evtui.marks import Row
from evtui.verify import verify
from fsm.network.describe import describe
from fsm.trust.chain import next_link
from fsm.trust.keys import private_key, public_key, sign
from scenarios.recording import line_of, link_of, mark_bytes
from tests.evtui.records import (
    altered,
    entry,
    first_fault,
    first_network,
    flipped,
    forged,
    later,
    made_anew,
    parts,
    record,
)

CP_IDS = ("CP1", "CP2", "CP3")
KEYS = {cp_id: private_key(1, f"meter {cp_id}") for cp_id in CP_IDS}
STRANGERS = {cp_id: private_key(7, cp_id) for cp_id in CP_IDS}


@pytest.fixture(scope="module")
def good() -> list[str]:
    """One record for all."""
    return record()


# --- each entry in turn ------------------------------------------------------------------------


def _later(rows: list[Row], place: int) -> None:
    rows[place]["command"] = later(bytes.fromhex(rows[place]["command"])).hex()


def _other(rows: list[Row], place: int) -> None:
    """Another entry's command in its place."""
    rows[place]["command"] = rows[place - 1]["command"]


def _slot(rows: list[Row], place: int) -> None:
    """Later slots from here on, so that their order still holds."""
    for row in rows[place:]:
        row["slot"] += 1


def _inserted(rows: list[Row], place: int) -> None:
    """One more command, a microsecond after this one was given, with room made for its slot."""
    _slot(rows, place)
    command = later(bytes.fromhex(rows[place]["command"])).hex()
    rows.insert(place, rows[place] | {"slot": rows[place]["slot"] - 1, "command": command})


def _removed(rows: list[Row], place: int) -> None:
    del rows[place]


def _swapped(rows: list[Row], place: int) -> None:
    """With the next, in whose slot it now stands."""
    one, two = rows[place], rows[place + 1]
    rows[place : place + 2] = [two | {"slot": one["slot"]}, one | {"slot": two["slot"]}]


def _mark(rows: list[Row], place: int) -> None:
    rows[place]["mark"] = flipped(rows[place]["mark"], 9)


def _all_of_it(rows: list[Row], place: int) -> None:
    """The command and its mark."""
    _later(rows, place)
    _mark(rows, place)


def _from_here(rows: list[Row], place: int) -> None:
    """Every command from here on."""
    for each in range(place, len(rows)):
        _later(rows, each)


WAYS = (
    _later, _other, _slot, _inserted, _removed, _swapped, _mark, _all_of_it, _from_here
)  # fmt: skip
SPOIL_ALL = (_slot, _inserted, _from_here)
"""No mark is left that could say that the header is right."""


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_the_entry_is_named_exactly(good: list[str], way: Callable[[list[Row], int], None]) -> None:
    """Every entry of the record in turn, with everything after it made anew, for nobody's key."""
    _, rows, _ = parts(good)
    last = len(rows) - (way in (_swapped, _removed))
    assert last > 20
    for place in range(last):
        first, rows, end = parts(good)
        way(rows, place)
        lines = made_anew(first, rows, end)
        verdict = verify(lines, "record")
        (fault,) = verdict.faults
        named = (fault.line, fault.entry)
        if place == 0 and way in SPOIL_ALL:
            assert named == (1, 0)
            assert fault.what == "the header, or every entry"
        else:
            assert named == (place + 2, place + 1), str(fault)
            assert fault.what.startswith("the command, the slot or the "), str(fault)
        assert "has signed" in fault.expected or "have signed" in fault.expected
        assert verdict.checks == ()


def test_the_mark_tells_which_part_was_altered(good: list[str]) -> None:
    """The next mark is over this one: where that holds, what this one is over was altered."""
    for way, what in ((_later, "the command, the slot or the place"), (_mark, "or the mark")):
        first, rows, end = parts(good)
        way(rows, 7)
        assert what in first_fault(made_anew(first, rows, end))


@pytest.mark.parametrize("says", ["BootNotification", "StartTransaction", "StopTransaction"])
def test_a_result_altered_with_all_hashes_is_named(good: list[str], says: str) -> None:
    """One bit of it, and every chain and link from there on made anew: the mark is right."""
    index = entry(good, says)
    before, lines = json.loads(good[index - 1]), good[:index]
    link = before.get("link", before.get("hash"))
    chain = bytes.fromhex(before["chain"]) if index > 1 else first_network(good).chain
    right = json.loads(good[index])["result"]
    wrong = f"{bytes.fromhex(right)[0] ^ 1:02x}{right[2:]}"
    for line in good[index:-1]:
        row = json.loads(line)
        row["result"] = wrong if row["n"] == index else row["result"]
        command, result = bytes.fromhex(row["command"]), bytes.fromhex(row["result"])
        chain = next_link(chain, command, result)
        row["chain"] = chain.hex()
        link = row["link"] = link_of(link, row)
        lines = [*lines, line_of(row)]
    last = json.loads(good[-1])
    end = last["end"] | {"link": link, "chain": chain.hex()}
    fault = first_fault([*lines, line_of(last | {"end": end})])
    slot = json.loads(good[index])["slot"]
    assert fault.startswith(f"entry {index} (slot {slot}): the result: found {short(wrong)}")
    assert fault.endswith(f"must be {short(right)}")


def test_a_command_altered_with_the_hashes_but_no_result_is_named(good: list[str]) -> None:
    """Chained anew with the old result: the mark says that the command was another."""
    index = entry(good, "StartTransaction")
    row, before = json.loads(good[index]), json.loads(good[index - 1])
    command = bytes.fromhex(before["command"])
    assert before["result"] != row["result"]
    chain = next_link(bytes.fromhex(before["chain"]), command, bytes.fromhex(row["result"]))
    changes = {"command": command.hex(), "says": describe(command), "chain": chain.hex()}
    fault = first_fault(altered(good, index, **changes))
    assert fault.startswith(f"entry {index} (slot {row['slot']}): the command: found")


def test_a_mark_has_one_text(good: list[str]) -> None:
    """Capitals, spaces, another type, another entry's, none: the entry is named."""
    mark, other = (json.loads(good[index])["mark"] for index in (12, 13))
    for wrong in (mark.upper(), " " + mark, mark[:-2], other, "", None, 5, [mark], {"CP1": mark}):
        fault = first_fault(altered(good, 12, mark=wrong))
        assert fault.startswith("entry 12 (slot"), wrong
        assert "mark" in fault


def test_meters_sign_in_turn(good: list[str]) -> None:
    """By the slot: another meter's signature over the same is not enough."""
    _, rows, _ = parts(good)
    assert {row["slot"] % 3 for row in rows} == {0, 1, 2}
    hash_ = json.loads(good[0])["hash"]
    for place in (1, 5, len(rows) - 1):
        row, before = rows[place], rows[place - 1]["mark"]
        signs = [sign(key, mark_bytes(hash_, before, row)).hex() for key in KEYS.values()]
        assert [mark == row["mark"] for mark in signs] == [row["slot"] % 3 == n for n in range(3)]
        other = signs[(row["slot"] + 1) % 3]
        fault = first_fault(altered(good, place + 1, mark=other))
        assert fault.startswith(f"entry {place + 1} (slot {row['slot']}): the command, the slot or")


# --- the header --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change", [{"seed": 2}, {"scenario": "other"}, {"start_us": 0}, {"capacity_w": 1_000}]
)
def test_a_header_altered_with_all_hashes_is_named(good: list[str], change: Row) -> None:
    """No entry is blamed: all meters have signed the header."""
    assert first_fault(forged(good, {}, header=change)).startswith("line 1: the header")
    some = {"CP1": KEYS["CP1"], "CP2": KEYS["CP2"]}
    fault = first_fault(forged(good, some, header=change))
    assert fault.startswith("line 1: the header, or the mark of CP3 in it")


@pytest.mark.parametrize("seed", [1, 2])
def test_the_header_of_another_run_is_named(good: list[str], seed: int) -> None:
    """With marks that hold: the same meters', or others'. With all hashes made anew, or none."""
    other = record("title = 'x'\nname = 'other'\n" + SMALL_OF_ANOTHER, seed=seed)
    first = json.loads(other[0])
    assert first["hash"] != json.loads(good[0])["hash"]
    _, rows, last = parts(good)
    for lines in ([other[0], *good[1:]], made_anew(first, rows, last)):
        fault = first_fault(lines)
        assert fault.startswith("line 1: the header, or every entry: found"), fault
    end = last["end"] | {"header": first["hash"]}
    fault = first_fault([other[0], *altered(good, len(good) - 1, end=end)[1:]])
    assert fault.startswith("line 1: the header, or every entry: found")


SMALL_OF_ANOTHER = """
duration = "20s"
cps = 3
"""


def test_other_keys_in_the_header_are_named(good: list[str]) -> None:
    """One or all, signed with, entries signed with: the log has registered the right ones."""
    for replaced in (("CP2",), CP_IDS):
        for sign_entries in (False, True):
            first, rows, last = parts(good)
            mine = {cp_id: STRANGERS[cp_id] for cp_id in replaced}
            first["meters"] |= {cp_id: public_key(key).hex() for cp_id, key in mine.items()}
            lines = made_anew(first, rows, last, mine)
            if not sign_entries:
                header = json.loads(lines[0])
                lines = made_anew(header, rows, last)
            verdict = verify(lines, "record")
            assert verdict.faults[0].line == 1, str(verdict.faults[0])
            assert verify(lines, "record", verify(good, "record").anchors).faults[0].line == 1


def test_other_keys_in_header_and_log_are_another_record(good: list[str]) -> None:
    """Made anew as a whole, with keys of one's own: only who knows the anchors sees that."""
    first, rows, last = parts(good)
    first["meters"] = {cp_id: public_key(key).hex() for cp_id, key in STRANGERS.items()}
    for row in rows:
        for cp_id in CP_IDS:
            row["command"] = row["command"].replace(
                public_key(KEYS[cp_id]).hex().encode().hex(),
                public_key(STRANGERS[cp_id]).hex().encode().hex(),
            )
    lines = made_anew(first, rows, last, STRANGERS)
    assert verify(lines, "record").ok
    anchors = verify(good, "record").anchors
    assert first_fault(lines, anchors).startswith("line 1: the anchors")


@pytest.mark.parametrize("marks", [{}, None, 5, [], {"CP1": "00", "CP2": "00", "CP3": None}])
def test_marks_of_the_header_that_are_none(good: list[str], marks: object) -> None:
    """Line 1, whatever else holds."""
    assert first_fault(altered(good, 0, marks=marks)).startswith("line 1: the")
    backwards = dict(reversed(json.loads(good[0])["marks"].items()))
    assert "the marks of the header" in first_fault(altered(good, 0, marks=backwards))


def test_one_mark_of_the_header(good: list[str]) -> None:
    """It is named with whose it is."""
    marks = json.loads(good[0])["marks"]
    wrong = marks | {"CP2": flipped(marks["CP2"], 5)}
    fault = first_fault(altered(good, 0, marks=wrong))
    assert fault.startswith("line 1: the header, or the mark of CP2 in it: found")


# --- the end -----------------------------------------------------------------------------------


def test_entries_removed_at_the_end(good: list[str]) -> None:
    """One, some, all: what is left holds, but no meter has signed such an outcome."""
    _, rows, _ = parts(good)
    for left in (len(rows) - 1, len(rows) - 5, 1, 0):
        first, rows, last = parts(good)
        lines = made_anew(first, rows[:left], last)
        faults = verify(lines, "record").faults
        said = f"line {left + 2}: the outcome is altered, or entries after {left} are missing"
        assert str(faults[0]).startswith(said)
        assert [it.what for it in faults[1:]] == [f"the seal of {cp_id}" for cp_id in CP_IDS]


def test_an_entry_appended_at_the_end(good: list[str]) -> None:
    """Whatever mark it brings: it is named."""
    first, rows, last = parts(good)
    for mark in (rows[-1]["mark"], rows[0]["mark"], "00" * 64):
        command = later(bytes.fromhex(rows[-1]["command"])).hex()
        more = rows[-1] | {"slot": rows[-1]["slot"] + 1, "command": command, "mark": mark}
        fault = verify(made_anew(first, [*rows, more], last), "record").faults[0]
        assert (fault.line, fault.entry) == (len(rows) + 2, len(rows) + 1)


def test_an_outcome_before_the_end(good: list[str]) -> None:
    """Put between two entries it is named itself, not the entry behind it."""
    for place in (1, 9, len(good) - 2):
        fault = verify([*good[:place], good[-1], *good[place:]], "record").faults[0]
        assert (fault.line, fault.entry, fault.what) == (place + 1, place, "an outcome")
    assert "line after the end" in first_fault([*good, good[-1]])
    assert first_fault(altered(good, 9, end={})).startswith("entry 9: the keys")


def test_the_outcome_of_another_run(good: list[str]) -> None:
    """It is another line than the entries lead to, however good its seals are."""
    other = record(seed=2)
    assert first_fault([*good[:-1], other[-1]]).startswith(f"line {len(good)}: the ")


def test_a_record_cut_off_anywhere(good: list[str]) -> None:
    """After any byte of one line, and of the last: that line is named."""
    for index in (1, 9, len(good) - 1):
        line = good[index]
        for cut in {*range(1, len(line), 37), len(line) - 1}:
            fault = verify([*good[:index], line[:cut]], "record").faults[0]
            assert (fault.line, fault.entry) == (index + 1, index), cut
            assert fault.what == "the line"


# --- whoever has keys --------------------------------------------------------------------------


def test_a_meters_key_moves_what_is_named_by_one(good: list[str]) -> None:
    """The next mark is over the one that was made anew, and another meter's."""
    first, rows, last = parts(good)
    place = 9
    signer = CP_IDS[rows[place]["slot"] % 3]
    assert rows[place]["slot"] % 3 != rows[place + 1]["slot"] % 3
    _later(rows, place)
    fault = first_fault(made_anew(first, rows, last, {signer: KEYS[signer]}))
    assert fault.startswith(f"entry {place + 2} (slot")


def test_whoever_makes_all_hashes_anew_lacks_the_keys(good: list[str]) -> None:
    """Even with all keys of today: the receipt is bad, and nothing is billed."""
    index = entry(good, "StopTransaction")
    assert first_fault(forged(good, {})).startswith(f"entry {index} (slot")
    assert first_fault(forged(good, {"CP1": bytes(32)})).startswith("line 1: the header, or the")
    verdict = verify(forged(good, KEYS), "record")
    assert verdict.ok
    assert verdict.receipts["Bad"] == 1
