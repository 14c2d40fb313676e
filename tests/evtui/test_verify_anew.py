"""``evtui verify`` where whoever altered a record made its hashes anew: seals and marks."""

import json

import pytest

from evtui.replay import Row, short
from evtui.verify import verify
from fsm.trust.chain import next_link
from fsm.trust.keys import private_key
from scenarios.recording import (
    STRETCH,
    line_of,
    link_of,
)
from tests.evtui.records import (
    altered,
    entry,
    first_fault,
    first_network,
    flipped,
    forged,
    later,
    record,
)


@pytest.fixture(scope="module")
def good() -> list[str]:
    """One record for all."""
    return record()


@pytest.mark.parametrize(
    "change", [{"seed": 2}, {"scenario": "other"}, {"start_us": 0}, {"capacity_w": 1_000}]
)
def test_a_header_altered_with_all_hashes_is_named(good: list[str], change: Row) -> None:
    """No entry is blamed: the header has a mark of its own."""
    assert first_fault(forged(good, {}, header=change)).startswith("line 1: the header")


@pytest.mark.parametrize("says", ["BootNotification", "StartTransaction", "StopTransaction"])
def test_a_result_altered_with_all_hashes_is_named(good: list[str], says: str) -> None:
    """One bit of it, and every chain and link from there on made anew."""
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


def test_with_all_hashes_made_anew_the_stretch_is_named(good: list[str]) -> None:
    """Between the last mark that holds and the next: every entry of the record."""
    count = len(good) - 2
    assert count > 2 * STRETCH
    for index in range(1, count + 1):
        lines = forged(good, {}, index, later)
        first = (index - 1) // STRETCH * STRETCH + 1
        end = min(first + STRETCH - 1, count)
        said = f"entry {first}: one of the entries {first} to {end}, or the mark of entry {end}: "
        assert first_fault(lines).startswith(said), index
        (_, *others) = verify(lines, "record").faults
        assert [it.what for it in others] == [f"the seal of CP{n}" for n in (1, 2, 3)]


def test_marks_say_what_was_signed_and_by_whom(good: list[str]) -> None:
    """Under an outcome whose seals hold, a mark that does not was altered itself."""
    marks = json.loads(good[-1])["marks"]
    count = len(good) - 2
    assert [(it["entry"], it["cp"]) for it in marks] == [
        (0, "CP1"), (10, "CP2"), (20, "CP3"), (count, "CP1"),
    ]  # fmt: skip
    seal = marks[1]["seal"]
    for change in (
        {"seal": flipped(seal, 9)}, {"seal": seal.upper()}, {"seal": " " + seal}, {"seal": None},
        {"cp": "CP1"}, {"cp": None}, {"entry": 11}, {"entry": 10.0}, {"entry": True}, {"more": 1},
    ):  # fmt: skip
        wrong = [marks[0], marks[1] | change, *marks[2:]]
        (fault,) = verify(altered(good, count + 1, marks=wrong), "record").faults
        assert fault.what == "the mark of entry 10", change
    for wrong in ([], marks[1:], [*marks, marks[0]]):
        assert "the marks: found" in first_fault(altered(good, count + 1, marks=wrong))
    assert "the mark of the header" in first_fault(altered(good, count + 1, marks=[5, *marks[1:]]))
    assert "the outcome" in first_fault(altered(good, count + 1, marks=5))


def test_a_mark_that_holds_vouches_for_all_before_it(good: list[str]) -> None:
    """An earlier mark is spoilt too: the stretch is still that of the entry."""
    lines = forged(good, {}, 15, later)
    last = json.loads(lines[-1])
    last["marks"][0]["seal"] = "00"
    faults = verify([*lines[:-1], line_of(last)], "record").faults
    assert str(faults[0]).startswith(f"line {len(lines)}: the mark of the header: found")
    assert str(faults[1]).startswith("entry 11: one of the entries 11 to 20, or the mark")


def test_whoever_makes_all_hashes_anew_lacks_the_keys(good: list[str]) -> None:
    """The seals are over the head of the chain; the meter's receipt is over the register."""
    keys = {cp_id: private_key(1, f"meter {cp_id}") for cp_id in ("CP1", "CP2", "CP3")}
    for some, missing in (
        ({}, ["CP1", "CP2", "CP3"]),
        ({"CP1": bytes(32)}, ["CP1", "CP2", "CP3"]),
        ({"CP1": keys["CP1"]}, ["CP2", "CP3"]),
    ):
        found = [it.what for it in verify(forged(good, some), "record").faults]
        assert [f"the seal of {cp_id}" for cp_id in missing] == found[-len(missing) :]
    # Even with all keys of today: the receipt of another reading is bad, and nothing is billed.
    verdict = verify(forged(good, keys), "record")
    assert verdict.ok
    assert verdict.receipts["Bad"] == 1
