"""``evtui ask`` and ``--ocpp-log``: everything that can be wrong is one clear line and exit 2."""

import builtins
import json
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evtui.ask.writer import log_writer
from evtui.cli import main
from evtui.errors import UsageError
from fsm.ocpp.messagelog.message import COLUMNS

A_LOG = "a log of OCPP messages in JSON lines, CSV or Parquet"
EACH = f"allowed {', '.join(COLUMNS)}, each once"
QUOTED = "a body in quotes, its own quotes doubled"
TIME = 'an ISO 8601 time such as "2022-10-09T12:05:22Z", from 1970 on'
GOOD = {
    "message_id": "1", "message_type": 2, "charge_point_id": "CP1", "action": "Heartbeat",
    "write_timestamp": "2022-10-09T12:00:00Z", "body": {},
}  # fmt: skip
ROW = "1,2,CP1,Heartbeat,2022-10-09T12:00:00Z,{}\n"
HEAD = ",".join(COLUMNS) + "\n"


def lines(*rows):
    """JSON lines."""
    return "".join(json.dumps(row) + "\n" for row in rows)


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    """Every test in a directory of its own."""
    monkeypatch.chdir(tmp_path)


def refused(capsys, *args):
    """What is said on standard error, when nothing is said on standard output."""
    assert main(list(args)) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("evtui: ")
    assert err.count("\n") == 1
    return err[len("evtui: ") : -1]


# --- what is asked ---------------------------------------------------------------------------

ORDERS = [
    (["energy", "log"], ('question: found "energy"; allowed active, last-meter, last-seen, '
                         'completed')),
    (["complete", "log"], ('question: found "complete"; allowed active, last-meter, last-seen, '
                           'completed; did you mean "completed"?')),
    (["completed", "log", "--month", "10/2022"],
     '--month: found "10/2022"; allowed a month such as "2022-10", from 1970-01 on'),
    (["completed", "log", "--month", "2022-13"],
     '--month: found "2022-13"; allowed a month such as "2022-10", from 1970-01 on'),
    (["completed", "log", "--month", ""],
     '--month: found ""; allowed a month such as "2022-10", from 1970-01 on'),
    (["active", "log", "--month", "2022-10"],
     "--month: found beside active; allowed with completed"),
    (["completed", "log", "--at", "2022-10-09T12:00:00Z"],
     "--at: found beside completed; allowed with active"),
    (["active", "log", "--at", "noon"], f'--at: found "noon"; allowed {TIME}'),
    (["active", "log", "--at", "-5s"], f'--at: found "-5s"; allowed {TIME}'),
    (["active", "log", "--json", "--plot"],
     "--plot: found beside --json; allowed one of them"),
    (["active", "log", "--cp", "CP2"],
     '--cp: found "CP2"; allowed a charge point of log: CP1; did you mean "CP1"?'),
    (["active", "log", "--cp", "x\x1b[2J"],
     '--cp: found "x\\x1b[2J"; allowed a charge point of log: CP1'),
    (["active"], 'command "ask" parameter FILE requires an argument; see: evtui --help'),
]  # fmt: skip


@pytest.mark.parametrize(("args", "sentence"), ORDERS, ids=lambda value: str(value)[:40])
def test_an_order_that_makes_no_sense(args, sentence, capsys):
    """Option, what was found, what is allowed."""
    Path("log").write_text(lines(GOOD), encoding="utf-8")
    assert refused(capsys, "ask", *args) == sentence


# --- files -----------------------------------------------------------------------------------


def test_a_file_that_is_not_there(capsys):
    """Nor a directory, nor something below a file."""
    Path("dir").mkdir()
    Path("file").write_text("", encoding="utf-8")
    assert refused(capsys, "ask", "active", "no.csv") == (
        f"no.csv: found no such file; allowed {A_LOG}"
    )
    assert refused(capsys, "ask", "active", "dir") == f"dir: found a directory; allowed {A_LOG}"
    assert refused(capsys, "ask", "active", "file/x") == (
        f"file/x: cannot be read (Not a directory); allowed {A_LOG}"
    )


FILES = {
    "empty": (b"", f"log: found an empty file; allowed {A_LOG}"),
    "blank": (b" \n\t\n", f"log: found an empty file; allowed {A_LOG}"),
    "binary": (
        b"\x93\x00\xff" * 50, "log:1: found binary data; allowed text in UTF-8, or Parquet"),
    "zeros": (b"a\nb\n\0\0", "log:3: found binary data; allowed text in UTF-8, or Parquet"),
    "latin-1": (
        HEAD.encode() + ROW.replace("CP1", "Zürich").encode("latin-1"),
        "log:2: found binary data; allowed text in UTF-8, or Parquet"),
    "prose": (
        b"Dear reader,\nthis is no log.\n", (f"log:1: found the columns Dear reader, , not "
        f"{', '.join(COLUMNS)}; {EACH}")),
    "array": (b"[{}]", "log: found a JSON array; allowed one JSON object a line"),
    "no-columns": (
        lines({"a": 1}), (f"log:1: found the columns a, not message_id, message_type, "
        f"charge_point_id, write_timestamp, body; {EACH}")),
    "empty-object": (
        lines({}), (f"log:1: found the columns none, not message_id, message_type, "
        f"charge_point_id, write_timestamp, body; {EACH}")),
    "both-cases": (
        lines({**GOOD, "messageId": "1"}),
        f"log:1: found the columns message_id and messageId, which mean the same; {EACH}"),
    "only-broken-lines": (
        b'\n{"a": 1\n{',
        ("log:2: found no JSON (Expecting ',' delimiter: line 1 column 8 (char 7)); "
         "allowed one JSON object a line")),
    "csv-header-only": (HEAD, f"log: found no message; allowed {A_LOG}"),
    "csv-without-a-column": (
        HEAD.replace("write_timestamp,", ""),
        (f"log:1: found the columns message_id, message_type, "
         f"charge_point_id, action, body, not write_timestamp; {EACH}")),
    "csv-cells": (
        HEAD + ROW + ROW.replace("{}", "{'a':1,'b':2}"),
        f"log:3: found 7 cells; allowed 6, as in the header, with {QUOTED}"),
    "csv-body-without-quotes": (
        HEAD + ROW.replace("{}", '{"a":1,"b":2}'),
        f"log:2: found no CSV (',' expected after '\"'); allowed {QUOTED}"),
    "csv-quotes": (
        HEAD + ROW.replace("{}", '"{}"x'),
        f"log:2: found no CSV (',' expected after '\"'); allowed {QUOTED}"),
    "csv-open-quote": (
        HEAD + ROW + '"1,2,CP1\n',
        f"log:3: found no CSV (unexpected end of data); allowed {QUOTED}"),
    "csv-type": (
        HEAD + ROW + ROW.replace(",2,", ",CALL,"),
        'log:3: message_type: found "CALL"; allowed 2, 3 or 4'),
    "csv-line-after-a-body-of-two-lines": (
        HEAD + ROW.replace("{}", '"{\n}"') + ROW.replace("CP1", ""),
        "log:4: charge_point_id: found nothing; allowed a text of at least one character"),
    "type": (
        lines(GOOD, {**GOOD, "message_type": 5}),
        "log:2: message_type: found 5; allowed 2, 3 or 4"),
    "time": (
        lines(GOOD, {**GOOD, "write_timestamp": "9.10.2022"}),
        f'log:2: write_timestamp: found "9.10.2022"; allowed {TIME}'),
    "number-as-time": (
        lines(GOOD, {**GOOD, "write_timestamp": 1665317122}),
        f"log:2: write_timestamp: found 1665317122; allowed {TIME}"),
    "no-action": (
        lines({**GOOD, "action": None}),
        "log:1: action: found nothing; allowed the name of an action"),
    "odd-action-of-an-answer": (
        lines({**GOOD, "message_type": 3, "action": 7}),
        "log:1: action: found 7; allowed the name of an action, or nothing"),
    "odd-id": (
        lines({**GOOD, "message_id": {"a": 1}}),
        "log:1: message_id: found a table; allowed a text of at least one character"),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_be_used(name, capsys):
    """Its line and field, what was found, what is allowed."""
    data, sentence = FILES[name]
    Path("log").write_bytes(data.encode() if isinstance(data, str) else data)
    assert refused(capsys, "ask", "last-seen", "log") == sentence


def test_the_name_of_a_file_steers_no_terminal(capsys):
    """Nor what stands in it."""
    assert refused(capsys, "ask", "active", "a\x1b[2J").startswith("a\\x1b[2J: found no such file")
    Path("log").write_text(HEAD.replace("body", "b\x1b[2J"), encoding="utf-8")
    assert "\x1b" not in refused(capsys, "ask", "active", "log")


# --- Parquet ---------------------------------------------------------------------------------


def parquet(**changed):
    """A Parquet file of one good row with other columns."""
    columns = {**{name: [value] for name, value in GOOD.items()}, "body": ["{}"], **changed}
    pq.write_table(pa.table({k: v for k, v in columns.items() if v is not None}), "log.parquet")
    return refused


def test_a_parquet_file_without_the_columns(capsys):
    """Those that are there and those that are not."""
    parquet(body=None, action=None, other=[1])
    assert refused(capsys, "ask", "active", "log.parquet") == (
        "log.parquet: found the columns message_id, message_type, charge_point_id, "
        f"write_timestamp, other, not action, body; {EACH}"
    )


def test_a_parquet_file_with_a_value_that_is_not_allowed(capsys):
    """The row has a number."""
    rows = {**{name: [value] * 2 for name, value in GOOD.items()}, "body": ["{}"] * 2}
    pq.write_table(pa.table({**rows, "message_type": [2, 7]}), "log.parquet")
    assert refused(capsys, "ask", "active", "log.parquet") == (
        "log.parquet: row 2: message_type: found 7; allowed 2, 3 or 4"
    )
    pq.write_table(pa.table({**rows, "charge_point_id": ["CP1", None]}), "log.parquet")
    assert refused(capsys, "ask", "active", "log.parquet") == (
        "log.parquet: row 2: charge_point_id: found nothing; "
        "allowed a text of at least one character"
    )


def test_a_parquet_file_with_a_time_of_no_year(capsys):
    """A time stamp may be of any year; a log may not."""
    far = pa.array([2**62]).cast(pa.timestamp("us"))
    parquet(write_timestamp=far)
    assert refused(capsys, "ask", "active", "log.parquet") == (
        f"log.parquet: row 1: write_timestamp: found {2**62}; allowed {TIME}"
    )


def test_a_parquet_file_with_structures(capsys):
    """They say nothing of what was left out."""
    parquet(body=[{"connectorId": 1}])
    assert refused(capsys, "ask", "active", "log.parquet") == (
        "log.parquet: body: found the type struct<connectorId: int64>; allowed text"
    )


def test_a_parquet_file_without_rows(capsys):
    """Is no log."""
    pq.write_table(pa.table({name: pa.array([], pa.string()) for name in COLUMNS}), "log.parquet")
    assert refused(capsys, "ask", "active", "log.parquet") == (
        f"log.parquet: found no message; allowed {A_LOG}"
    )


def test_a_damaged_parquet_file(capsys):
    """Cut off, with its inside overwritten, or none at all."""
    parquet()
    data = Path("log.parquet").read_bytes()
    for broken in (data[: len(data) // 2], data[:4] + bytes(len(data) - 400) + data[-396:]):
        Path("log.parquet").write_bytes(broken)
        said = refused(capsys, "ask", "active", "log.parquet")
        assert said.startswith("log.parquet: found a damaged Parquet file (")
        assert said.endswith("); allowed a whole one")
    Path("log.parquet").write_text(lines(GOOD), encoding="utf-8")
    assert refused(capsys, "ask", "active", "log.parquet") == (
        "log.parquet: found no PAR1 at the beginning; allowed a Parquet file"
    )


def test_parquet_without_its_library(capsys, monkeypatch):
    """Which is an extra; nothing else needs it."""
    parquet()
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name.split(".")[0] == "pyarrow":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    for name in [name for name in sys.modules if name.split(".")[0] == "pyarrow"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", without)
    why = ("found Parquet, and pyarrow, which reads and writes it, is not installed; "
           'allowed JSON lines or CSV, or first: pip install "evtui[parquet]"')  # fmt: skip
    assert refused(capsys, "ask", "active", "log.parquet") == f"log.parquet: {why}"
    run = ("run", "ten-minutes", "--until", "1s", "--ocpp-log")
    assert refused(capsys, *run, "new.parquet") == f"new.parquet: {why}"
    assert not Path("new.parquet").exists()
    Path("log.jsonl").write_text(lines(GOOD), encoding="utf-8")
    assert main(["ask", "active", "log.jsonl"]) == 0
    assert main([*run, "new.jsonl"]) == 0


# --- writing ---------------------------------------------------------------------------------

RUN = ("run", "ten-minutes", "--until", "1s", "--ocpp-log")
ENDINGS = "a file that ends in .jsonl, .csv or .parquet"


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        ("log", f'--ocpp-log: found "log"; allowed {ENDINGS}'),
        ("log.txt", f'--ocpp-log: found "log.txt"; allowed {ENDINGS}'),
        ("", '--ocpp-log: found ""; allowed the path of a file'),
        ("--json", '--ocpp-log: found "--json"; allowed the path of a file'),
        ("no/log.csv", '--ocpp-log: cannot write "no/log.csv" (No such file or directory)'),
        ("no/log.parquet", '--ocpp-log: cannot write "no/log.parquet" (No such file or directory)'),
        ("dir.jsonl", '--ocpp-log: cannot write "dir.jsonl" (Is a directory)'),
    ],
)
def test_a_log_that_cannot_be_written(file, sentence, capsys):
    """Before the run begins."""
    Path("dir.jsonl").mkdir()
    assert refused(capsys, *RUN, file) == sentence


@pytest.mark.parametrize(
    ("args", "second", "first"),
    [
        (("--record", "old.jsonl", "--ocpp-log", "old.jsonl"), "--record", "--ocpp-log"),
        (("--trace", "old.jsonl", "--ocpp-log", "./old.jsonl"), "--ocpp-log", "--trace"),
        (("--trace", "old.jsonl", "--record", "dir/../old.jsonl"), "--record", "--trace"),
        (("--ocpp-log", "soft.jsonl", "--record", "old.jsonl"), "--record", "--ocpp-log"),
        (("--ocpp-log", "hard.jsonl", "--record", "old.jsonl"), "--record", "--ocpp-log"),
        (("--trace", "new", "--record", "dir/../new"), "--record", "--trace"),
    ],
)  # fmt: skip
def test_two_outputs_into_one_file_are_refused(args, second, first, capsys):
    """However its path is written, before anything in it is lost."""
    old = Path("old.jsonl")
    old.write_text("kept", encoding="utf-8")
    Path("dir").mkdir()
    Path("soft.jsonl").symlink_to(old)
    Path("hard.jsonl").hardlink_to(old)
    sentence = f"{second}: found the file of {first}; allowed another one"
    assert refused(capsys, *RUN[:-1], *args) == sentence
    assert old.read_text(encoding="utf-8") == "kept"
    assert not Path("new").exists()


def test_three_outputs_into_three_files_are_written(capsys):
    """That is what they are for; old ones are written anew."""
    names = {"--trace": "trace", "--ocpp-log": "log.jsonl", "--record": "record"}
    for name in names.values():
        Path(name).write_text("old", encoding="utf-8")
    assert main([*RUN[:-1], *(text for pair in names.items() for text in pair)]) == 0
    assert all(Path(name).stat().st_size > 100 for name in names.values())


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
def test_a_version_of_a_log_that_is_not_written_is_refused(version, capsys):
    """Else one waits for a log that never comes."""
    assert refused(capsys, *RUN[:-1], "--ocpp-version", version) == (
        f"--ocpp-version: found {version} without --ocpp-log; allowed beside it only"
    )


@pytest.mark.parametrize("ending", [".jsonl", ".csv", ".parquet"])
def test_what_was_written_stays_when_a_run_ends_early(ending):
    """Interrupted, it is still a log."""

    def interrupted():
        with log_writer(f"log{ending}", "--ocpp-log") as write:
            write({**GOOD})
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert main(["ask", "last-seen", f"log{ending}"]) == 0


def test_a_full_disk_is_said(monkeypatch):
    """Also where it fills up during the run."""

    def full():
        with log_writer("log.jsonl", "--ocpp-log"):
            raise OSError(28, "No space left on device")

    with pytest.raises(UsageError, match=r'cannot write "log.jsonl" \(No space left on device\)'):
        full()
