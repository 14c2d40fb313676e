"""``evtui ask``: every format of a log, every form of an answer, and what is told beside it."""

import csv
import io
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evtui.ask.plots import STYLES, plot_active, plot_completed, plot_last_meter, plot_last_seen
from evtui.ask.writer import ENDINGS, log_writer
from evtui.cli import main
from fsm.ocpp.messagelog.answers import Activity, LastMeter, Seen
from fsm.ocpp.messagelog.message import COLUMNS
from fsm.ocpp.messagelog.timestamps import parse_month, parse_time
from fsm.ocpp.messagelog.transactions import Completed
from tests.fsm.logs import SAMPLE_METER_VALUES

START = {"connectorId": 1, "idTag": "12345", "timestamp": "2022-10-09T12:05:22.838337",
         "meterStart": 43}  # fmt: skip
STOP = {"idTag": "12345", "timestamp": "2022-10-09T13:15:22.840064", "transactionId": 100,
        "meterStop": 50}  # fmt: skip
BOOT = {"chargePointModel": "coolest-charge-point-model",
        "chargePointVendor": "coolest-charge-point-vendor"}  # fmt: skip
BOOTED = {"status": "Accepted", "currentTime": "2022-10-09T12:00:00Z", "interval": 300}

SAMPLE = [
    ("a", 2, "CP1", "BootNotification", "2022-10-09T12:00:00Z", BOOT),
    ("a", 3, "CP1", "BootNotification", "2022-10-09T12:00:00.5Z", BOOTED),
    ("b", 2, "CP1", "StartTransaction", "2022-10-09T12:05:23Z", START),
    ("b", 3, "CP1", "StartTransaction", "2022-10-09T12:05:24Z",
     {"transactionId": 100, "idTagInfo": {"status": "Accepted"}}),
    ("c", 2, "CP1", "StopTransaction", "2022-10-09T13:15:23Z", STOP),
    ("c", 3, "CP1", "StopTransaction", "2022-10-09T13:15:24Z", {}),
    ("d", 2, "CP2", "Heartbeat", "2022-10-12T18:09:00Z", {}),
    ("e", 2, "CP1", "MeterValues", "2022-10-12T18:10:02Z", SAMPLE_METER_VALUES),
]  # fmt: skip
"""The payloads of the exercise that the questions come from, as a log."""

COMPLETED = [{
    "charge_point_id": "CP1", "transaction_id": 100, "start": "2022-10-09T12:05:22.838337Z",
    "stop": "2022-10-09T13:15:22.840064Z", "duration_s": 4200.001727, "energy_wh": 7,
}]  # fmt: skip
LAST_METER = [{
    "charge_point_id": "CP1", "transaction_id": 100, "timestamp": "2022-10-12T18:10:01Z",
    "value": 16_790, "unit": "Wh",
}]  # fmt: skip
LAST_SEEN = [
    {"charge_point_id": "CP1", "last_seen": "2022-10-12T18:10:02Z", "action": "MeterValues",
     "message_type": 2},
    {"charge_point_id": "CP2", "last_seen": "2022-10-12T18:09:00Z", "action": "Heartbeat",
     "message_type": 2},
]  # fmt: skip
ACTIVE = [
    {"charge_point_id": cp, "active": True, "last_message": last, "silent_s": silent,
     "heartbeat_s": 300, "allowed_s": 600}
    for cp, last, silent in (
        ("CP1", "2022-10-12T18:10:02Z", 0), ("CP2", "2022-10-12T18:09:00Z", 62))
]  # fmt: skip
ANSWERS = {"completed": COMPLETED, "last-meter": LAST_METER, "last-seen": LAST_SEEN,
           "active": ACTIVE}  # fmt: skip

NOTED = [
    "evtui: {}:{}: meterValue is an object; read as an array of one (1 ×, here first)",
    "evtui: {}:{}: value is a number; read as a text (6 ×, here first)",
    'evtui: {}:{}: phase is ""; left out (2 ×, here first)',
]

CAMEL = ("messageId", "messageType", "chargePointId", "action", "writeTimestamp", "body")


def json_lines(rows=SAMPLE, columns=COLUMNS, *, text=False):
    """The rows as JSON lines; the body an object, or a text of JSON."""
    lines = []
    for row in rows:
        named = dict(zip(columns, row, strict=True))
        if text:
            named["body"] = json.dumps(named["body"])
        lines.append(json.dumps(named) + "\n")
    return "".join(lines)


def table(rows=SAMPLE, columns=COLUMNS, **how):
    """The rows as CSV."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, **how)
    writer.writerow(columns)
    writer.writerows([*row[:-1], json.dumps(row[-1])] for row in rows)
    return out.getvalue()


def parquet(rows=SAMPLE, columns=COLUMNS, **casts):
    """The rows as a table of Arrow; ``casts`` are types of columns."""
    values = list(zip(*([*row[:-1], json.dumps(row[-1])] for row in rows), strict=True))
    arrays = {}
    for column, name, cells in zip(COLUMNS, columns, values, strict=True):
        array = pa.array(cells)
        arrays[name] = array.cast(casts[column]) if column in casts else array
    return pa.table(arrays)


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    """Every test in a directory of its own."""
    monkeypatch.chdir(tmp_path)


def put(data, name="log"):
    """Write a file; its name."""
    if isinstance(data, pa.Table):
        pq.write_table(data, name)
    else:
        Path(name).write_bytes(data.encode() if isinstance(data, str) else data)
    return name


def asked(capsys, *args):
    """The answer as JSON, and the lines on standard error."""
    assert main(["ask", *args, "--json"]) == 0
    out, err = capsys.readouterr()
    return json.loads(out), err.splitlines()


# --- formats ---------------------------------------------------------------------------------

US = pa.timestamp("us")
FORMATS = {
    "json-lines": lambda: json_lines(),
    "json-lines-body-as-text": lambda: json_lines(text=True),
    "json-lines-in-camel-case": lambda: json_lines(columns=CAMEL),
    "json-lines-with-byte-order-mark": lambda: b"\xef\xbb\xbf" + json_lines().encode(),
    "json-lines-with-windows-line-ends": lambda: json_lines().replace("\n", "\r\n"),
    "json-lines-with-empty-lines": lambda: json_lines().replace("\n", "\n\n"),
    "json-lines-without-action-in-answers": lambda: json_lines().replace(
        '3, "charge_point_id": "CP1", "action": "StartTransaction"', '3, "charge_point_id": "CP1"'
    ),
    "csv": lambda: table(),
    "csv-in-camel-case": lambda: table(columns=CAMEL),
    "csv-with-semicolons": lambda: table(delimiter=";"),
    "csv-with-tabs": lambda: table(delimiter="\t"),
    "csv-with-backslashes": lambda: table(
        doublequote=False, escapechar="\\", quoting=csv.QUOTE_ALL
    ),
    "csv-with-a-column-more": lambda: table([(1, *row) for row in SAMPLE], columns=("n", *COLUMNS)),
    "parquet": lambda: parquet(),
    "parquet-in-camel-case": lambda: parquet(columns=CAMEL),
    "parquet-with-dictionaries": lambda: parquet(action=pa.dictionary(pa.int32(), pa.string())),
    "parquet-with-bytes": lambda: parquet(body=pa.binary()),
    "parquet-with-small-types": lambda: parquet(message_type=pa.int8()),
}


@pytest.mark.parametrize("question", ANSWERS)
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_answer(name, question, capsys):
    """Told apart by what is in the file, not by its name."""
    answer, _ = asked(capsys, question, put(FORMATS[name]()))
    assert answer == ANSWERS[question]


@pytest.mark.parametrize("kind", [pa.timestamp("us"), pa.timestamp("ns"), pa.timestamp("us", "UTC"),
                                  pa.timestamp("ms", "Europe/Berlin")], ids=str)  # fmt: skip
def test_parquet_may_know_times_as_such(kind, capsys):
    """Without a zone they are UTC."""
    file = parquet()
    texts = [text.removesuffix("Z") for text in file.column("write_timestamp").to_pylist()]
    times = pa.array(texts).cast(pa.timestamp("us"))
    if kind.tz:
        times = times.cast(pa.timestamp("us", "UTC"))
    file = file.set_column(4, "write_timestamp", times.cast(kind, safe=False))
    assert asked(capsys, "last-seen", put(file))[0] == LAST_SEEN


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_is_written_is_read(ending, capsys):
    """In each format that the program writes."""
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in SAMPLE]
    with log_writer(f"log{ending}", "--ocpp-log") as write:
        for row in rows:
            write(row)
    for question, expected in ANSWERS.items():
        assert asked(capsys, question, f"log{ending}")[0] == expected


def test_what_was_put_right_is_told(capsys):
    """On standard error, with how often and where first."""
    _, err = asked(capsys, "completed", put(json_lines()))
    assert err == [line.format("log", 8) for line in NOTED]
    _, err = asked(capsys, "completed", put(table(), "log.csv"))
    assert err == [line.format("log.csv", 9) for line in NOTED]
    _, err = asked(capsys, "completed", put(parquet()))
    assert err == [line.replace("{}:{}", "log: row 8") for line in NOTED]


def test_a_broken_body_is_told_and_the_rest_is_used(capsys):
    """The message itself was sent: it counts where the body does not matter."""
    rows = [(*row[:5], json.dumps(row[5])) for row in SAMPLE]
    rows[6] = (*rows[6][:5], "{broken")
    rows[7] = (*rows[7][:5], "[]")
    lines = "".join(json.dumps(dict(zip(COLUMNS, row, strict=True))) + "\n" for row in rows)
    answer, err = asked(capsys, "completed", put(lines))
    assert answer == COMPLETED
    assert err == ["evtui: log:7: body is no JSON object; it was not used (2 ×, here first)"]
    assert asked(capsys, "last-seen", "log")[0] == LAST_SEEN
    assert asked(capsys, "last-meter", "log")[0] == []


def test_a_broken_line_of_json_is_told_and_the_rest_is_used(capsys):
    """The last one of a log that is still written, say."""
    whole = json_lines(SAMPLE[:6])
    answer, err = asked(capsys, "completed", put(whole + '{"message_id":"g","body":{"a'))
    assert answer == COMPLETED
    assert err == ["evtui: log:7: the line is no JSON object; it was not used (1 ×, here first)"]


# --- options ---------------------------------------------------------------------------------


def test_a_month_is_that_of_the_end(capsys):
    """In UTC."""
    log = put(json_lines())
    assert asked(capsys, "completed", log, "--month", "2022-10")[0] == COMPLETED
    assert asked(capsys, "completed", log, "--month", "2022-09")[0] == []


def test_active_at_a_time(capsys):
    """Ten minutes after its last message CP1 was active, a moment later it was not."""
    log = put(json_lines())

    def active(time):
        return [row["charge_point_id"] for row in asked(capsys, "active", log, "--at", time)[0]]

    assert active("2022-10-09T13:25:23Z") == ["CP1"]
    assert active("2022-10-09T13:25:23.000001Z") == []
    assert active("2022-10-09T15:25:23+02:00") == ["CP1"]
    assert active("1999-01-01T00:00:00Z") == []


# --- what people see -------------------------------------------------------------------------

TABLES = {
    "active": """\
CP   last message, UTC    silent for  allowed
CP1  2022-10-12 18:10:02          0s      10m
CP2  2022-10-12 18:09:00        1m2s      10m
2 of 2 charge points active at 2022-10-12 18:10:02 UTC
""",
    "last-meter": """\
CP   transaction  read at, UTC           register
CP1          100  2022-10-12 18:10:01  16.790 kWh
1 last reading
""",
    "last-seen": """\
CP   last seen, UTC       message
CP1  2022-10-12 18:10:02  MeterValues CALL
CP2  2022-10-12 18:09:00  Heartbeat CALL
2 charge points
""",
    "completed": """\
CP   transaction  start, UTC           stop, UTC             time  energy
CP1          100  2022-10-09 12:05:22  2022-10-09 13:15:22  1h10m    7 Wh
1 transaction completed, 7 Wh
""",
}
"""Without the line under the head."""


@pytest.mark.parametrize("question", TABLES)
def test_an_answer_is_a_table(question, capsys):
    """With units, and a sentence under it."""
    assert main(["ask", question, put(json_lines())]) == 0
    out = capsys.readouterr().out
    head, rule, *rest = (line.rstrip() for line in out.splitlines())
    assert [head, *rest] == TABLES[question].splitlines()
    assert set(rule) == {"─"}


def test_an_empty_answer_is_a_sentence(capsys):
    """No head without rows; nothing to plot either."""
    log = put(json_lines())
    for how in ([], ["--plot"]):
        assert main(["ask", "completed", log, "--month", "2021-01", *how]) == 0
        out = capsys.readouterr().out
        assert out == "0 transactions completed in 2021-01, 0 Wh\n"


def test_nothing_of_a_log_steers_the_terminal(capsys):
    """Names and actions are other people's data."""
    row = ("a", 2, "CP\x1b[2J", "Heart\rbeat [red]", "2022-10-09T12:00:00Z", {})
    log = put(json_lines([row]))
    for how in ([], ["--plot"]):
        assert main(["ask", "last-seen", log, *how]) == 0
        out = capsys.readouterr().out
        assert "\x1b" not in out
        assert "\r" not in out
        assert "CP\\x1b[2J" in out


def test_who_is_silent_is_named(capsys):
    """Under the table of who is active."""
    rows = [(str(n), 2, f"CP{n}", "Heartbeat", "2022-10-09T12:00:00Z", {}) for n in range(1, 11)]
    assert main(["ask", "active", put(json_lines([*rows, SAMPLE[6]]))]) == 0
    assert capsys.readouterr().out.endswith(
        "CP2  2022-10-12 18:09:00          0s      10m\n"
        "1 of 10 charge points active at 2022-10-12 18:09:00 UTC; "
        "silent: CP1, CP3, CP4, CP5, CP6, CP7, CP8, CP9 and 1 more\n"
    )


def lines(plot):
    """A plot as text, its roles checked."""
    known = {"", "faint", *STYLES}
    assert {role for line in plot for _, role in line} <= known
    return ["".join(text for text, _ in line).rstrip() for line in plot]


def minutes(count):
    """µs."""
    return count * 60_000_000


def test_the_plot_of_activity_is_a_bar_of_silence():
    """A sign and a word beside the colour."""
    plot = plot_active(
        [
            Activity("CP1", True, 0, minutes(5), 300),
            Activity("CP10", False, 0, minutes(90), 300),
            Activity("CP11", False, None, None, 300),
        ],
        60,
    )
    assert lines(plot)[:3] == [
        "CP1  ● active ━━━━━━────── 5m of 10m",
        "CP10 ○ silent ━━━━━━━━━━━━ 1h30m of 10m",
        "CP11 ○ silent ━━━━━━━━━━━━ never heard of 10m",
    ]
    assert [line[1][1] for line in plot[:3]] == ["ok", "bad", "bad"]


def test_the_plot_of_last_seen_is_a_dot_in_time():
    """The longest silence first."""
    begin = parse_time("2022-10-09T12:00:00Z")
    plot = plot_last_seen(
        [
            Seen(f"CP{n}", begin + minutes(at), "Heartbeat", 2)
            for n, at in ((1, 10), (2, 0), (3, 5))
        ],
        42,
    )
    assert lines(plot) == [
        "CP2 ●               2022-10-09 12:00:00",
        "CP3 ───────●        2022-10-09 12:05:00",
        "CP1 ──────────────● 2022-10-09 12:10:00",
        "The axis spans 10m, from 2022-10-09 12:00:00 to 2022-10-09 12:10:00 UTC.",
    ]
    (same, _) = lines(plot_last_seen([Seen("CP1", begin, "Heartbeat", 2)], 42))
    assert same == "CP1 ──────────────● 2022-10-09 12:00:00"


def test_the_plot_of_meters_is_bars_from_zero():
    """Of 45, the 40 that were read last."""
    found = [LastMeter("CP1", n, n, Decimal(1_000 * n)) for n in range(1, 46)]
    drawn = lines(plot_last_meter(found, 60))
    assert drawn[0] == "CP1 45 " + "━" * 42 + " 45.000 kWh"
    assert drawn[39] == "CP1 6  ━━━━━━" + "─" * 36 + " 6.000 kWh"
    assert drawn[40:] == ["… 5 more; older readings are left out"]
    assert lines(plot_last_meter([LastMeter("CP1", None, 0, Decimal(0))], 60)) == [
        "CP1 - " + "─" * 49 + " 0 Wh"
    ]


def test_the_plot_of_what_was_completed_is_columns_over_time():
    """A column for each day of a month, or as long as it takes to have few."""
    month = parse_month("2022-10")
    day = 1_440
    found = [
        Completed("CP1", n, 0, month[0] + minutes(at), wh)
        for n, (at, wh) in enumerate(
            [
                (10, Decimal(8_000)),
                (20, Decimal(8_000)),
                (3 * day, Decimal(4_000)),
                (30 * day, None),
            ]
        )
    ]
    assert lines(plot_completed(found, 80, month)) == [
        " 16.000 kWh ██",
        "            ██",
        "            ██",
        "            ██",
        "            ██",
        "            ██",
        "            ██    ██",
        "          0 ██    ██",
        "            " + "┴─" * 31,
        "            10-01 10-04 10-07 10-10 10-13 10-16 10-19 10-22 10-25 10-28 10-31",
        (
            "Energy by when it ended, a column for 1d; the highest, from 2022-10-01 00:00:00 UTC "
            "on: 16.000 kWh in 2 transactions."
        ),
    ]
    assert lines(plot_completed(found[2:], 80, month))[-1].endswith("4.000 kWh in 1 transaction.")
    for span, column in ((1, "1m"), (59, "1m"), (100, "5m"), (day, "1h"), (70 * day, "7d"),
                         (5_000 * day, "112d")):  # fmt: skip
        ends = [Completed("CP1", n, 0, minutes(at), Decimal(1)) for n, at in enumerate((0, span))]
        drawn = lines(plot_completed(ends, 80, None))
        assert f"a column for {column};" in drawn[-1]
        assert max(map(len, drawn[:-1])) <= 80


def test_colours_are_left_out_of_a_pipe() -> None:
    """And the table is as wide as it needs to be."""
    rows = [(str(n), 2, "CP" + "x" * 200, "Heartbeat", "2022-10-09T12:00:00Z", {}) for n in (1, 2)]
    done = subprocess.run(
        [sys.executable, "-m", "evtui.cli", "ask", "last-seen", put(json_lines(rows))],
        capture_output=True, text=True, check=True,
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "COLUMNS": "40"},
    )  # fmt: skip
    assert "\x1b" not in done.stdout
    assert "x" * 200 + "  2022-10-09 12:00:00  Heartbeat CALL" in done.stdout
