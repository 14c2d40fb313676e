"""``evtui verify``: whatever is altered in a record, the first altered entry is named."""

import io
import json
from pathlib import Path

import pytest

from evtui.cli import main
from evtui.faults import short
from evtui.marks import Row
from evtui.verify import verify
from scenarios.loader import load
from scenarios.recording import (
    header_hash,
    line_of,
)
from scenarios.runner import run
from tests.evtui.records import (
    altered,
    entry,
    first_fault,
    flipped,
    record,
)


@pytest.fixture(scope="module")
def good() -> list[str]:
    """One record for all."""
    return record()


def test_a_record_holds(good: list[str]) -> None:
    """Each command once, over compaction and a snapshot that is installed; and in any process."""
    verdict = verify(good, "record")
    assert verdict.faults == ()
    assert verdict.checks == ("entries", "chain", "marks", "meters", "outcome", "bills", "seals")
    assert verdict.entries == len(good) - 2 > 20
    assert verdict.receipts == {"Good": 1, "Bad": 0, "Missing": 0, "Unsigned": 0}
    assert record() == good


@pytest.mark.parametrize("name", ["command", "result", "chain", "link"])
@pytest.mark.parametrize("says", ["BootNotification", "StartTransaction", "StopTransaction"])
def test_each_part_of_an_entry_is_named(good: list[str], name: str, says: str) -> None:
    """Digits at the beginning, in the middle and at the end of each part."""
    index = entry(good, says)
    row = json.loads(good[index])
    text = row[name]
    for place in {0, len(text) // 3, len(text) // 2, len(text) - 1}:
        fault = first_fault(altered(good, index, **{name: flipped(text, place)}))
        assert fault.startswith(f"entry {index} (slot {row['slot']}): the {name}: found"), place


def test_every_entry_is_looked_at(good: list[str]) -> None:
    """One digit of each command."""
    for index in range(1, len(good) - 1):
        command = json.loads(good[index])["command"]
        fault = first_fault(altered(good, index, command=flipped(command, len(command) // 2)))
        assert fault.startswith(f"entry {index} ")
        assert "the command" in fault


def test_what_stands_beside_the_chain_is_named(good: list[str]) -> None:
    """The slot, the words for people, the keys, hexadecimal in capitals, another type."""
    index = entry(good, "StartTransaction")
    row = json.loads(good[index])
    for change, what in (
        ({"slot": row["slot"] - 1}, "the slot"),
        ({"slot": "x"}, "the slot"),
        ({"slot": True}, "the slot"),
        ({"says": "CP2 Heartbeat"}, "what it says"),
        ({"more": 1}, "the keys"),
        ({"command": row["command"].upper()}, "the command"),
        ({"command": 5}, "the command"),
        ({"result": None}, "the result"),
        ({"n": True}, "the number"),
    ):
        fault = first_fault(altered(good, index, **change))
        assert fault.startswith(f"entry {index}"), change
        assert f"{what}" in fault, change


@pytest.mark.parametrize("index", [1, 9, -2])
def test_order_and_number_of_lines(good: list[str], index: int) -> None:
    """Swapped, missing, doubled: the first line that is out of its place is named."""
    index %= len(good)
    missing = good[:index] + good[index + 1 :]
    doubled = good[: index + 1] + good[index:]
    if index < len(good) - 2:
        assert first_fault(missing).startswith(f"entry {index}: the number")
        swapped = [*good[:index], good[index + 1], good[index], *good[index + 2 :]]
        assert first_fault(swapped).startswith(f"entry {index}: the number")
    else:
        assert "the outcome" in first_fault(missing)
    assert first_fault(doubled).startswith(f"entry {index + 1}: the number")


def test_a_record_that_is_cut_off(good: list[str]) -> None:
    """Between two lines, in the middle of one, without its end."""
    assert first_fault(good[:7]).startswith("entry 7: the record is cut off")
    assert first_fault([*good[:7], good[7][:50]]).startswith("entry 7: the line: found")
    assert first_fault(good[:-1]).startswith(f"entry {len(good) - 1}: the record is cut off")
    assert first_fault(good[:1]).startswith("entry 1: the record is cut off")
    assert "after the end" in first_fault([*good, good[-2]])


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"seed": 2}, "the header"),
        ({"scenario": "other"}, "the header"),
        ({"start_us": 0}, "the header"),
        ({"root": "00"}, "the header"),
        ({"meters": {}}, "the header"),
        ({"meters": 5}, "the header"),
        ({"genesis": [["id_tag", "EV1", "Blocked", 0, 0, "", 0]]}, "the header"),
        ({"genesis": [["dragon"]]}, "the header"),
        ({"genesis": [["id_tag", "EV1", "Accepted", 0, "soon", "", 0]]}, "the header"),
        ({"capacity_w": 1_000}, "the header"),
        ({"capacity_w": "x"}, "the header"),
    ],
)
def test_the_header_is_part_of_it(good: list[str], change: Row, what: str) -> None:
    """By its hash; by who signed it and links to it, where the hash was made anew."""
    lines = altered(good, 0, **change)
    assert first_fault(lines).startswith(f"line 1: {what}")
    header = json.loads(lines[0])
    hash_ = header_hash(header)
    lines = altered(lines, 0, hash=hash_)
    assert first_fault(lines).startswith(f"line 1: {what}")
    end = json.loads(good[-1])["end"] | {"header": hash_}
    assert first_fault(altered(lines, len(good) - 1, end=end)).startswith(f"line 1: {what}")


def test_the_outcome_is_computed_and_sealed(good: list[str]) -> None:
    """Other energies, no seals, a stranger's seal, another's seal."""
    last = json.loads(good[-1])
    transactions = [{**t, "billable_wh": 0} for t in last["end"]["transactions"]]
    end = {**last["end"], "transactions": transactions}
    assert "the outcome's transactions" in first_fault(altered(good, -1 % len(good), end=end))
    seals = last["seals"]
    for change in (
        {},
        {"CP1": seals["CP1"]},
        {**seals, "CP9": seals["CP1"]},
        {**seals, "CP1": seals["CP2"]},
        {**seals, "CP1": "zz"},
        {**seals, "CP1": None},
    ):
        assert "seal" in first_fault(altered(good, -1 % len(good), seals=change)), change
    assert "the outcome" in first_fault(altered(good, -1 % len(good), end=[]))
    assert "the outcome" in first_fault(altered(good, -1 % len(good), more=1))


def test_a_seal_has_one_text(good: list[str]) -> None:
    """Capitals, spaces, another order: the same bytes, but not as they were written."""
    seals = json.loads(good[-1])["seals"]
    text = seals["CP2"]
    for other in (text.upper(), " " + text, text + " ", f"{text[:2]} {text[2:]}", f"{text}\n"):
        fault = first_fault(altered(good, len(good) - 1, seals={**seals, "CP2": other}))
        assert fault.startswith(f"line {len(good)}: the seal of CP2: found"), other
    backwards = dict(reversed(seals.items()))
    fault = first_fault(altered(good, len(good) - 1, seals=backwards))
    assert fault.endswith("the order of the seals: found CP3, CP2, CP1; must be CP1, CP2, CP3")
    row = json.loads(good[-1])
    turned = line_of(dict(reversed(row.items())))
    assert "the outcome: found" in first_fault([*good[:-1], turned])
    spaced = json.dumps(json.loads(good[0]))
    assert first_fault([spaced, *good[1:]]).startswith("line 1: the header: found")


@pytest.mark.parametrize(
    "change",
    [
        {"cents": 1},
        {"tokens": 9_000},
        {"wh": 1},
        {"lines": "450000:1"},
        {"tariff": "1,0,0,0"},
        {"account": "other"},
        {"status": "open"},
        {"status": 5},
    ],
)
def test_a_bill_that_does_not_follow_is_named_with_its_slot(good: list[str], change: Row) -> None:
    """Whatever of it is altered: the slot is that of the command which closed the transaction."""
    last = json.loads(good[-1])
    (bill,) = last["end"]["bills"]
    assert bill | change != bill
    end = last["end"] | {"bills": [bill | change]}
    index = entry(good, "StopTransaction")
    slot = json.loads(good[index])["slot"]
    fault = first_fault(altered(good, -1 % len(good), end=end))
    start = f"entry {index} (slot {slot}): the bill of transaction 1: found "
    key = next(iter(change))
    assert fault == f"{start}{short(change)}; must be {short({key: bill[key]})}"


@pytest.mark.parametrize("bills", [[], None, 7, [{}], [5], [{}, {}]])
def test_bills_that_are_missing_or_none_at_all(good: list[str], bills: object) -> None:
    """As many as transactions, each with all its keys."""
    last = json.loads(good[-1])
    fault = first_fault(altered(good, -1 % len(good), end=last["end"] | {"bills": bills}))
    assert "bill" in fault


def test_money_out_of_nothing_in_the_header_is_seen(good: list[str]) -> None:
    """An account that no entry of the ledger explains, with every hash made anew."""
    header = json.loads(good[0])
    (place,) = [i for i, row in enumerate(header["genesis"]) if row[:2] == ["account", "bank"]]
    header["genesis"][place][2] += 1
    header["hash"] = header_hash(header)
    assert first_fault([line_of(header), *good[1:]]).startswith("line 1: the header")


def test_a_record_of_other_keys_is_seen_by_its_anchors(good: list[str]) -> None:
    """A whole other run is a good record, but not one of these keys."""
    other = record(seed=2)
    anchors = verify(good, "record").anchors
    assert verify(good, "record", anchors).checks[-1] == "anchors"
    assert verify(other, "record").ok
    assert "the anchors" in str(verify(other, "record", anchors).faults[0])


def test_the_command(good: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit codes 0, 1 and 2, text and JSON."""
    file = tmp_path / "run.jsonl"
    file.write_text("\n".join(good) + "\n", encoding="ascii")
    assert main(["verify", str(file)]) == 0
    assert "nothing was altered" in capsys.readouterr().out
    assert main(["verify", str(file), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["ok"], found["faults"], found["entries"]) == (True, [], len(good) - 2)
    assert main(["verify", str(file), "--anchors", found["anchors"]]) == 0
    assert main(["verify", str(file), "--anchors", "0" * 32]) == 1
    file.write_text("\n".join(altered(good, 5, n=6)), encoding="ascii")
    capsys.readouterr()
    assert main(["verify", str(file), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["ok"], found["faults"][0]["entry"]) == (False, 5)
    assert main(["verify", str(file)]) == 1
    assert "ALTERED entry 5: the number" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "cannot be read (No such file or directory)"),
        (b"", "found no header"),
        (b"\xff\xfe", "found no header"),
        (b"{}", "found no header"),
        (b"[1]", "found no header"),
        (b'{"record":9}', "a record of version 9; allowed 4"),
    ],
)
def test_a_file_that_is_no_record(
    content: bytes | None, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2 and what is allowed."""
    file = tmp_path / "run.jsonl"
    if content is not None:
        file.write_bytes(content)
    assert main(["verify", str(file)]) == 2
    error = capsys.readouterr().err
    assert sentence in error
    assert "allowed" in error
    assert main(["verify", str(tmp_path), "--anchors", "x"]) == 2


def test_a_record_to_standard_output(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The report goes elsewhere; beside --json it is refused, as is the trace's file."""
    short = ["run", "ten-minutes", "--until", "2s"]
    assert main([*short, "--record", "-"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert verify(lines, "-").ok
    assert main([*short, "--record", "-", "--json"]) == 2
    assert main([*short, "--record", "x", "--trace", "x"]) == 2
    assert main([*short, "--record", str(tmp_path / "no" / "x")]) == 2
    assert "--record: cannot write" in capsys.readouterr().err


def test_a_tampered_meter_is_in_the_record_and_no_fault_of_it() -> None:
    """The network saw it at the time: one bad receipt, nothing altered."""
    out = io.StringIO()
    run(load("tampered-meter-receipt"), record=out)
    verdict = verify(out.getvalue().splitlines(), "record")
    assert verdict.ok
    assert verdict.receipts == {"Good": 2, "Bad": 1, "Missing": 0, "Unsigned": 0}
