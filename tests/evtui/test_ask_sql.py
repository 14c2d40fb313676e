"""The four answers over a large, faulty log agree with SQL over the same rows."""

import json
import resource
import sqlite3
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import pytest

from evtui.ask.writer import compact, log_writer
from evtui.cli import main
from tools.ocpp_log import generate

SCHEMA = """
CREATE TABLE raw (n, id, kind, cp, action, written, body);
CREATE VIEW timed AS SELECT *,
    CAST(ROUND((julianday(written) - 2440587.5) * 86400000) AS INTEGER) AS t FROM raw;
"""
"""Time stamps of a generated log have whole milliseconds."""

VIEWS = """
CREATE VIEW good AS SELECT * FROM log WHERE json_valid(body);
CREATE VIEW answered AS  -- each CALLRESULT with the last CALL of its id that is not after it
SELECT c.n AS call_n, r.n AS result_n, c.cp, c.action, c.t AS t, c.body AS asked,
       CASE WHEN json_valid(r.body) THEN r.body END AS said,
       ROW_NUMBER() OVER (PARTITION BY c.n ORDER BY r.t, r.n) AS place
FROM log r JOIN log c ON c.n = (
    SELECT x.n FROM log x
    WHERE x.cp = r.cp AND x.id = r.id AND x.kind = 2 AND x.action = r.action AND x.t <= r.t
    ORDER BY x.t DESC, x.n DESC LIMIT 1)
WHERE r.kind = 3 AND r.action IN ('StartTransaction', 'BootNotification');
CREATE VIEW started AS
SELECT cp, COALESCE(said ->> '$.transactionId', said ->> '$.transaction_id') AS tx,
       asked ->> '$.timestamp' AS at,
       COALESCE(asked ->> '$.meterStart', asked ->> '$.meter_start') AS wh, t,
       ROW_NUMBER() OVER (
           PARTITION BY cp, COALESCE(said ->> '$.transactionId', said ->> '$.transaction_id')
           ORDER BY t) AS turn
FROM answered WHERE action = 'StartTransaction' AND place = 1 AND json_valid(asked);
CREATE VIEW stopped AS
SELECT cp, COALESCE(body ->> '$.transactionId', body ->> '$.transaction_id') AS tx,
       body ->> '$.timestamp' AS at,
       COALESCE(body ->> '$.meterStop', body ->> '$.meter_stop') AS wh, t,
       ROW_NUMBER() OVER (
           PARTITION BY cp, COALESCE(body ->> '$.transactionId', body ->> '$.transaction_id')
           ORDER BY t) AS turn
FROM good WHERE kind = 2 AND action = 'StopTransaction';
CREATE VIEW read AS
SELECT g.cp, COALESCE(body ->> '$.transactionId', body ->> '$.transaction_id') AS tx,
       substr(v.value ->> '$.timestamp', 1, 23) AS at, g.t, g.n,
       (s.value ->> '$.value') * CASE s.value ->> '$.unit' WHEN 'kWh' THEN 1000 ELSE 1 END AS wh
FROM good g,
     json_each(CASE json_type(COALESCE(body -> '$.meterValue', body -> '$.meter_value'))
        WHEN 'array' THEN COALESCE(body -> '$.meterValue', body -> '$.meter_value')
        ELSE json_array(json(COALESCE(body -> '$.meterValue', body -> '$.meter_value'))) END) v,
     json_each(COALESCE(v.value -> '$.sampledValue', v.value -> '$.sampled_value')) s
WHERE kind = 2 AND action = 'MeterValues'
  AND s.value ->> '$.measurand' = 'Energy.Active.Import.Register';
CREATE VIEW sent AS
SELECT cp, MAX(t) AS t FROM log WHERE (kind = 2) = (action NOT IN
    ('RemoteStartTransaction', 'Reset', 'ChangeConfiguration', 'TriggerMessage')) GROUP BY cp;
CREATE VIEW heart AS
SELECT cp, said ->> '$.interval' AS s,
       ROW_NUMBER() OVER (PARTITION BY cp ORDER BY t DESC) AS place
FROM answered
WHERE action = 'BootNotification' AND place = 1 AND said ->> '$.status' = 'Accepted';
"""

COMPLETED = """
SELECT a.cp, a.tx, a.at, b.at,
       CAST(ROUND((julianday(b.at) - julianday(a.at)) * 86400000) AS INTEGER),
       b.wh - a.wh
FROM started a JOIN stopped b ON a.cp = b.cp AND a.tx = b.tx AND a.turn = 1 AND b.turn = 1
ORDER BY substr(b.at, 1, 23), a.cp, a.tx
"""
LAST_METER = """
SELECT cp, tx, at, ROUND(wh, 3) FROM (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY cp, tx ORDER BY at DESC, t DESC, n DESC) AS place
    FROM read)
WHERE place = 1
"""
LAST_SEEN = "SELECT cp, MAX(t) FROM log GROUP BY cp"
ACTIVE = """
SELECT sent.cp, t, COALESCE(heart.s, 300) FROM sent
LEFT JOIN heart ON heart.cp = sent.cp AND heart.place = 1
WHERE (SELECT MAX(t) FROM log) - t <= 2 * 1000 * COALESCE(heart.s, 300)
"""


def database(rows):
    """The rows in SQLite: times in milliseconds, bodies as text."""
    base = sqlite3.connect(":memory:")
    base.executescript(SCHEMA)
    values = [
        (n, *list(row.values())[:-1], row["body"] if isinstance(row["body"], str)
         else compact(row["body"]))
        for n, row in enumerate(rows)
    ]  # fmt: skip
    base.executemany("INSERT INTO raw VALUES (?, ?, ?, ?, ?, ?, ?)", values)
    base.execute("CREATE TABLE log AS SELECT * FROM timed")
    base.execute("CREATE INDEX by_id ON log (cp, id, kind, action, t)")
    base.executescript(VIEWS)
    return base


def asked(capsys, *args):
    """What a question prints as JSON."""
    assert main(["ask", *args, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def uniform(text):
    """A time as SQL compares it."""
    text = text.removesuffix("Z")
    return text if "." in text else text + ".000"


def milliseconds(base, text):
    """A time as a number, by SQL."""
    days = "SELECT (julianday(?) - 2440587.5) * 86400000"
    ((value,),) = base.execute(days, (text,))
    return round(value)


def written(rows, path):
    """The path of a log with these rows."""
    with log_writer(str(path), "FILE") as write:
        for row in rows:
            write(row)
    return str(path)


@lru_cache
def big_rows():
    """As many messages as the program must answer over in three seconds."""
    return generate(50_000, 1)


@pytest.fixture(scope="module", params=[1, 2, 3, 4])
def big(request, tmp_path_factory):
    """A generated log as JSON lines and in SQLite; the first is large."""
    rows = big_rows() if request.param == 1 else generate(6_000, request.param)
    assert len(rows) == (50_000 if request.param == 1 else 6_000)
    path = tmp_path_factory.mktemp("log") / "big.jsonl"
    return written(rows, path), database(rows), rows


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A smaller one."""
    rows = generate(4_000, 5)
    return written(rows, tmp_path_factory.mktemp("log") / "small.jsonl"), None, rows


def test_the_log_has_every_fault(big):
    """Otherwise the comparisons below would say little."""
    _, base, rows = big
    texts = [row["body"] for row in rows if isinstance(row["body"], str)]
    times = [row["write_timestamp"] for row in rows]
    keys = [(row["charge_point_id"], row["message_id"]) for row in rows if row["message_type"] == 2]
    assert texts
    assert times != sorted(times)
    assert len(set(keys)) < len(keys), "ids come back"
    assert any(row["message_type"] == 4 for row in rows)
    assert any("transaction_id" in row["body"] for row in rows)
    assert len({compact(row) for row in rows}) < len(rows), "rows are doubled"
    (again,) = base.execute("SELECT COUNT(*) FROM started WHERE turn > 1 AND tx > 0").fetchone()
    assert again or len(rows) < 50_000, "a start is sent again"


def test_completed(big, capsys):
    """Time and energy of every transaction, in the order in which they ended."""
    path, base, _ = big
    answer = [
        (r["charge_point_id"], r["transaction_id"], uniform(r["start"]), uniform(r["stop"]),
         round(r["duration_s"] * 1_000), r["energy_wh"])
        for r in asked(capsys, "completed", path)
    ]  # fmt: skip
    sql = [
        (cp, tx, uniform(start), uniform(stop), duration_ms, wh)
        for cp, tx, start, stop, duration_ms, wh in base.execute(COMPLETED)
    ]
    assert answer == sql
    assert len(sql) > 20


def test_completed_in_a_month(small, capsys):
    """All of this log are of one."""
    path, _, _ = small
    assert asked(capsys, "completed", path, "--month", "2026-01") == asked(
        capsys, "completed", path
    )
    assert asked(capsys, "completed", path, "--month", "2025-12") == []


def test_last_meter(big, capsys):
    """The last reading of every charge point and transaction."""
    path, base, _ = big
    answer = {
        (r["charge_point_id"], r["transaction_id"], uniform(r["timestamp"]), r["value"], r["unit"])
        for r in asked(capsys, "last-meter", path)
    }
    sql = {(*row, "Wh") for row in base.execute(LAST_METER)}
    assert answer == sql
    assert len(sql) > 20


def test_last_seen(big, capsys):
    """The newest message of every charge point."""
    path, base, _ = big
    answer = {
        r["charge_point_id"]: milliseconds(base, r["last_seen"])
        for r in asked(capsys, "last-seen", path)
    }
    assert answer == dict(base.execute(LAST_SEEN))
    assert len(answer) > 5


def test_active(big, capsys):
    """Some are, some are not."""
    path, base, _ = big
    answer = {
        (r["charge_point_id"], milliseconds(base, r["last_message"]), r["heartbeat_s"])
        for r in asked(capsys, "active", path)
    }
    sql = set(base.execute(ACTIVE))
    assert answer == sql
    ((everyone,),) = base.execute("SELECT COUNT(DISTINCT cp) FROM log")
    assert 0 < len(sql) <= everyone


def test_one_charge_point_is_asked_about(small, capsys):
    """Its rows are those of the answer about all."""
    path, _, _ = small
    for question in ("active", "last-meter", "last-seen", "completed"):
        every = asked(capsys, question, path)
        assert asked(capsys, question, path, "--cp", "CP3") == [
            row for row in every if row["charge_point_id"] == "CP3"
        ]


@pytest.mark.parametrize("ending", [".jsonl", ".csv", ".parquet"])
def test_fifty_thousand_messages_take_less_than_three_seconds(ending: str, tmp_path: Path) -> None:
    """Of processor time and with the start of the program, in each format; same answer."""
    path = written(big_rows(), tmp_path / f"big{ending}")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-m", "evtui.cli", "ask", "completed", path, "--json"],
        capture_output=True, check=True,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert spent_s < 3
    assert len(json.loads(done.stdout)) > 400
