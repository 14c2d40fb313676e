"""``evtui profiles``: the answer on standard output, and one clear line for each thing wrong."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from evtui.cli import main
from evtui.json_lines import line_of
from tests.evtui.profile_files import LINES, refuse, sample
from tests.fsm.composite.notation import document

# --- answers ---------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
def test_the_answer(version: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One JSON object, and nothing else is said; the same as a table."""
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(sample(version)), encoding="utf-8")
    for options in ([], ["--json"]):
        assert main(["profiles", str(file), *options]) == 0
        out, err = capsys.readouterr()
        assert err == ""
        assert json.loads(out) == {
            "rate_unit": "A",
            "periods": [
                {"start_s": 0, "limit": 20.0, "phases": 3},
                {"start_s": 3600, "limit": 8.0, "phases": 3},
                {"start_s": 5400, "limit": 16.0, "phases": 1},
            ],
        }
    assert main(["profiles", "--table", str(file)]) == 0
    assert capsys.readouterr().out == (
        "from                  until                  limit  phases\n"
        "2026-03-02T08:00:00Z  2026-03-02T09:00:00Z  20.0 A  3\n"
        "2026-03-02T09:00:00Z  2026-03-02T09:30:00Z   8.0 A  3\n"
        "2026-03-02T09:30:00Z  2026-03-02T10:00:00Z  16.0 A  1\n"
    )
    assert main(["profiles", str(file), "--table", "--json"]) == 2
    told = "evtui: --table: found it beside --json; allowed one of them\n"
    assert capsys.readouterr() == ("", told)


def test_standard_input_in_a_process_of_its_own() -> None:
    """``-`` reads it; the bytes do not hang on how a process hashes."""
    text = json.dumps(sample("1.6"))
    answers = [
        subprocess.run(
            [sys.executable, "-m", "evtui.cli", "profiles", "-"],
            input=text, capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
        for seed in ("1", "2")
    ]  # fmt: skip
    assert answers[0].stdout == answers[1].stdout
    assert len(json.loads(answers[0].stdout)["periods"]) == 3
    assert answers[0].stderr == ""


def test_where_nothing_limits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nowhere: no periods, and a note. Now and then: null."""
    file = tmp_path / "plan.json"
    file.write_text(json.dumps({**sample("1.6"), "profiles": []}), encoding="utf-8")
    assert main(["profiles", str(file)]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out) == {"rate_unit": "A", "periods": []}
    assert err == f"evtui: {file}: nothing limits connector 1 in this time\n"
    assert main(["profiles", str(file), "--table"]) == 0
    assert capsys.readouterr().out == (
        "from                  until                 limit  phases\n"
        "2026-03-02T08:00:00Z  2026-03-02T10:00:00Z   none\n"
    )
    found = sample("1.6")
    del found["profiles"][0]
    file.write_text(json.dumps(found), encoding="utf-8")
    assert main(["profiles", str(file)]) == 0
    first = json.loads(capsys.readouterr().out)["periods"][0]
    assert first == {"start_s": 0, "limit": None, "phases": None}
    assert main(["profiles", str(file), "--table"]) == 0
    assert "  none\n" in capsys.readouterr().out


def test_bare_profiles_and_direct_current(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A profile without its request is set on the connector asked for, a maximum on 0.

    DC has no phases, W and A are converted with its voltage; both versions stand in one file.
    """
    found = document(LINES[:1], "from=08:00 for=60 on=2 in=W dc=400", "1.6")
    found["profiles"] = [
        found["profiles"][0]["csChargingProfiles"],
        document(["3 TxDefault L0 Absolute start=08:00 A 0:12.5"], "from=08:00 for=60", "2.0.1")[
            "profiles"
        ][0]["chargingProfile"],  # type: ignore[index]
    ]
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(found), encoding="utf-8")
    assert main(["profiles", str(file)]) == 0
    assert json.loads(capsys.readouterr().out)["periods"] == [{"start_s": 0, "limit": 5000.0}]
    schedule = found["profiles"][1]["chargingSchedule"][0]
    schedule["startSchedule"] = "2026-03-02T08:00:30Z"
    file.write_text(json.dumps({**found, "profiles": found["profiles"][1:]}), encoding="utf-8")
    assert main(["profiles", str(file)]) == 0
    assert json.loads(capsys.readouterr().out)["periods"] == [
        {"start_s": 0, "limit": None},
        {"start_s": 30, "limit": 5000.0},
    ]
    found["profiles"][1]["evseId"] = 1  # beside the profile: not the one asked for
    file.write_text(json.dumps(found), encoding="utf-8")
    assert main(["profiles", str(file)]) == 0
    assert json.loads(capsys.readouterr().out)["periods"] == [{"start_s": 0, "limit": 8000.0}]


@pytest.mark.parametrize(
    ("transaction", "periods", "said"),
    [
        (None, [], ("1: profiles[0]: found a TxProfile, and no transaction runs on its connector; "
                   "allowed one while its transaction runs; ignored")),
        (8, [], ("1: profiles[0].transactionId: found transaction 7; allowed 8, which runs on its "
                "connector; ignored")),
        (7, [6.0, 10.0], ""),
        ("7", [6.0, 10.0], ""),
        ({"id": 7, "start": "2026-03-02T07:59:00Z"}, [10.0], ""),
        ({"id": "7", "start": "2026-03-02T09:00:00+01:00"}, [6.0, 10.0], ""),
    ],
)  # fmt: skip
def test_a_tx_profile_and_its_transaction(
    transaction: object, periods: list[float], said: str, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """It counts from its start, by default that of the window; without it, it is ignored."""
    found = document(["1 Tx L0 Relative tx=7 A 0:6 60:10"], "from=08:00 for=120", "1.6")
    file = tmp_path / "plan.json"
    file.write_text(json.dumps({**found, "transaction": transaction}), encoding="utf-8")
    assert main(["profiles", str(file)]) == 0
    out, err = capsys.readouterr()
    assert [period["limit"] for period in json.loads(out)["periods"]] == periods
    assert err.splitlines()[:1] == ([f"evtui: {file}:{said}"] if said else [])


# --- what is wrong with the file -------------------------------------------------------------

WRONG_KEYS: list[tuple[dict[str, object], str]] = [
    ({"start": "today"}, ('start: found "today"; allowed a date and time with its offset, such as '
                         "2026-03-02T08:00:00Z")),
    ({"duration_s": 0}, "duration_s: found 0; allowed a whole number from 1 to 31622400"),
    ({"rate_unit": "kW"}, 'rate_unit: found "kW"; allowed A, W'),
    ({"connector": -1}, "connector: found -1; allowed a whole number from 0 to 2147483647"),
    ({"connectors": 0}, "connectors: found 0; allowed a whole number from 1 to 100"),
    ({"profiles": {}}, "profiles: found an object; allowed an array of 0 to 1000"),
    ({"transaction": 1.5}, ("transaction: found 1.5; allowed the id of a transaction, a number or "
                           "a text, or an object with it; null where none runs")),
    ({"transaction": {}}, "transaction.id: found nothing; allowed a value"),
    ({"transaction": {"id": None}}, ("transaction.id: found null; allowed the id of a transaction, "
                                    "a number or a text")),
    ({"maximum": {"limit": -1}}, ("maximum.limit: found -1; allowed a number from 0 to 1000000000 "
                                 "with at most one decimal, such as 8.1")),
    ({"current": "DC", "rate_unit": "W"}, ("voltage_v: found nothing; allowed the voltage, as A "
                                          "and W of direct current are converted with it")),
    ({"duration": 60}, ('duration: found an unknown key; allowed profiles, start, duration_s, '
                       "connector, transaction, rate_unit, current, voltage_v, maximum, "
                       'connectors; did you mean "duration_s"?')),
]  # fmt: skip


@pytest.mark.parametrize(("keys", "said"), WRONG_KEYS)
def test_a_wrong_key_of_the_file(
    keys: dict[str, object], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As one clear line."""
    (line,) = refuse({**sample("1.6"), **keys}, tmp_path, capsys)
    assert line.partition(": ")[2] == said


TEXTS = [
    ('{"profiles": [],\n  "start" 1}', ("plan:2:11: found broken JSON (expecting ':' delimiter); "
                                       "allowed JSON")),
    ("", "plan:1:1: found broken JSON (expecting value); allowed JSON"),
    ("[]", "plan:1: found an empty array; allowed an object"),
    ('{"start": 1, "start": 2}', 'plan: found the key "start" twice in one object; allowed once'),
    ('{"start": NaN}', "plan: found NaN; allowed numbers of JSON"),
    ("[" * 100_000, "plan: found JSON that is nested too deep"),
    ('{"start": ' + "1" * 5_000 + "}", "plan: found a number of too many digits"),
    ('{"profiles": [], "start": "2026-03-02T08:00:00Z"}', ("plan:1: duration_s: found nothing; "
                                                         "allowed a value")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), TEXTS, ids=range(len(TEXTS)))
def test_a_file_that_is_no_document(
    text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Broken JSON is told with line and column."""
    lines = refuse(None, tmp_path, capsys, text=text or "\n") if text else None
    if lines is None:
        file = tmp_path / "empty.json"
        file.write_bytes(b"")
        assert main(["profiles", str(file)]) == 2
        lines = [capsys.readouterr().err.strip().replace(f"evtui: {file}", "plan")]
    assert lines == [said]


def test_a_file_that_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No such file, a folder, and bytes that are no text."""
    assert main(["profiles", "no/such.json"]) == 2
    assert capsys.readouterr().err == (
        "evtui: no/such.json: found no such file; allowed a JSON file, or -\n"
    )
    assert main(["profiles", str(tmp_path)]) == 2
    assert "cannot read (Is a directory)" in capsys.readouterr().err
    file = tmp_path / "plan.json"
    file.write_bytes(b'{\n"start": "\xff"}')
    assert main(["profiles", str(file)]) == 2
    assert capsys.readouterr().err == (
        f"evtui: {file}:2: found bytes that are not UTF-8; allowed JSON\n"
    )


def test_lines_of_values() -> None:
    """Keys with escapes and braces in texts do not lead astray; what is missing is its parent."""
    text = '{\n "a\\"}": [1,\n  "]", {\n   "b": {}}],\n "c": [\n ]\n}'
    assert line_of(text, ()) == 1
    assert line_of(text, ('a"}',)) == 2
    assert line_of(text, ('a"}', 1)) == 3
    assert line_of(text, ('a"}', 2, "b")) == 4
    assert line_of(text, ('a"}', 2, "x")) == 3
    assert line_of(text, ("c",)) == 5
    assert line_of(text, ("c", 0)) == 5
    assert line_of(text, ("c", "x")) == 5
    assert line_of(text, ("x", "y")) == 1
