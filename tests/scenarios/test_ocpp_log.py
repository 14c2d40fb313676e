"""A run's own OCPP messages as a log: complete, of the right columns, and no burden on the run."""

import io
import json
import re

import pytest

from fsm.ocpp.actions import Action
from fsm.ocpp.messagelog.calls import in_order
from fsm.ocpp.messagelog.message import COLUMNS, Notes, read_row
from fsm.ocpp.messagelog.payloads import normalise
from fsm.ocpp.messagelog.record import log_row
from fsm.ocpp.messagelog.timestamps import parse_time
from fsm.ocpp.messagelog.transactions import completed_transactions
from fsm.ocpp.profiles.model import Version
from scenarios.loader import load, loads
from scenarios.ocpp_log import OcppLog
from scenarios.runner import run

TIME = re.compile(r"\d{4}-\d\d-\d\dT[^\"\\]*")
ONE_FORM = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")

START_US = load("ten-minutes").start_us


def recorded(scenario, **how):
    """A run's rows and its report."""
    rows = []
    report = run(scenario, listener=OcppLog(rows.append), **how)
    return rows, report


def completed(rows):
    """Charge point, start and stop in seconds of the run, and Wh; nothing needs to be put right."""
    notes = Notes()
    messages = in_order(
        normalise(read_row(number, list(row.values()), notes), notes)
        for number, row in enumerate(rows, 1)
    )
    found = completed_transactions(messages, notes)
    assert notes.found == {}
    return [
        (each.cp_id, (each.start_us - START_US) / 1_000_000, (each.stop_us - START_US) / 1_000_000,
         each.energy_wh)
        for each in found
    ]  # fmt: skip


def sessions(report):
    """The same of the report's sessions; payloads have milliseconds."""
    return sorted(
        (
            (s.cp, _cut(s.start_s), _cut(s.stop_s), s.energy_wh)
            for s in report.sessions
            if s.stop_s is not None
        ),
        key=lambda session: (session[2], session[0]),
    )


def _cut(time_s):
    return round(time_s * 1_000_000) // 1_000 / 1_000


def test_a_run_begins_at_its_start():
    """Where people need a date, it is the scenario's."""
    text = 'duration = "5s"\nstart = "2027-03-01T06:00:00Z"\ncps = 3\n'
    scenario = loads(text, "start.toml")
    rows, _ = recorded(scenario)
    assert rows[0]["write_timestamp"].startswith("2027-03-01T06:00:0")


@pytest.mark.parametrize("name", ["ten-minutes", "leader-crash", "restart-catch-up", "clock-drift"])
def test_what_was_completed_is_what_the_report_says(name):
    """Start, stop and energy of every session, also where charge points crash and clocks drift."""
    rows, report = recorded(load(name))
    assert report.sessions
    assert completed(rows) == sessions(report)


def test_every_row_has_the_columns():
    """A CALL, and then its answer, which says the same action; an id stands for one CALL."""
    rows, _ = recorded(load("ten-minutes"))
    times = [row["write_timestamp"] for row in rows]
    assert times == sorted(times), "as texts"
    calls = {}
    answered = set()
    for row in rows:
        assert tuple(row) == COLUMNS
        key = (row["charge_point_id"], row["message_id"])
        if row["message_type"] == 2:
            assert key not in calls
            calls[key] = row["action"]
        else:
            assert key not in answered
            answered.add(key)
            assert row["action"] == calls[key]
    assert set(calls.values()) >= {
        Action.BOOT_NOTIFICATION, Action.HEARTBEAT, Action.STATUS_NOTIFICATION, Action.AUTHORIZE,
        Action.START_TRANSACTION, Action.METER_VALUES, Action.STOP_TRANSACTION,
        Action.DATA_TRANSFER,
    }  # fmt: skip
    assert len(calls) - len(answered) <= 5, "one CALL is outstanding at each charge point at most"


def test_the_payloads_are_those_of_a_log():
    """Times in ISO 8601, the data of a DataTransfer as a text."""
    rows, _ = recorded(load("ten-minutes"))
    of = {(row["action"], row["message_type"]): row["body"] for row in rows}
    assert of["Heartbeat", 3]["currentTime"].startswith("2026-01-01T08:")
    assert parse_time(of["StopTransaction", 2]["timestamp"]) > START_US
    (value,) = of["MeterValues", 2]["meterValue"]
    assert parse_time(value["timestamp"]) > START_US
    assert isinstance(json.loads(of["DataTransfer", 2]["data"]), dict)
    assert of["StartTransaction", 3] == {
        "transactionId": 3, "idTagInfo": {"status": "Accepted"},
    }  # fmt: skip


@pytest.mark.parametrize("version", list(Version))
@pytest.mark.parametrize(
    "name",
    ["ten-minutes", "charging-profiles", "reservation-cancelled-and-replaced", "remote-control"],
)
def test_times_of_payloads_have_one_form(name, version):
    """Three decimals and a Z, on the whole second, too: OCPP 2.0.1 forbids more."""
    rows = []
    run(load(name), listener=OcppLog(rows.append, version))
    times = TIME.findall(json.dumps([row["body"] for row in rows]))
    assert len(times) > 50
    assert [text for text in times if not ONE_FORM.fullmatch(text)] == []
    assert any(text.endswith(".000Z") for text in times)


def test_a_refusal_is_a_row_of_type_4():
    """With the code and the description that the charge point gets."""
    row = log_row(
        "CP1",
        [4, "CP1-1", "SecurityError", "BootNotification comes first", {}],
        "Heartbeat",
        1_767_225_600_000_000,
    )
    assert row == {
        "message_id": "CP1-1", "message_type": 4, "charge_point_id": "CP1", "action": "Heartbeat",
        "write_timestamp": "2026-01-01T00:00:00.000000Z",
        "body": {"errorCode": "SecurityError", "errorDescription": "BootNotification comes first",
                 "errorDetails": {}},
    }  # fmt: skip


def test_a_process_that_has_crashed_hears_nothing():
    """An answer comes once or never: not to a process that is gone."""
    scenario = loads(
        'duration = "90s"\ncps = 3\n'
        + "".join(
            f'[[at]]\nt = "{t}"\ndo = "{verb}"\ncp = "CP2"\n'
            for t, verb in (("20s", "crash"), ("40s", "restart"))
        ),
        "crash.toml",
    )
    rows, report = recorded(scenario)
    assert not report.violations
    times = [
        (parse_time(row["write_timestamp"]) - START_US) / 1_000_000
        for row in rows
        if row["charge_point_id"] == "CP2"
    ]
    assert not [time for time in times if 20 < time < 40]
    boots = [row for row in rows if (row["charge_point_id"], row["action"], row["message_type"])
             == ("CP2", "BootNotification", 2)]  # fmt: skip
    assert len(boots) == 2


def test_listening_changes_nothing():
    """The run is the same, also beside a trace; and so are the rows, again."""
    scenario = load("ten-minutes")
    alone = run(scenario, until_us=90_000_000)
    rows, report = recorded(scenario, until_us=90_000_000)
    beside, both = recorded(scenario, until_us=90_000_000, trace=io.StringIO())
    assert alone == report == both
    assert rows == beside
    assert rows
