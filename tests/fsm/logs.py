"""Message logs in a few words, for tests."""

from fsm.ocpp.messagelog.calls import in_order
from fsm.ocpp.messagelog.message import Message, Notes, read_row
from fsm.ocpp.messagelog.payloads import normalise
from fsm.ocpp.messagelog.timestamps import parse_time

BEGIN = parse_time("2022-10-09T12:00:00Z")

SAMPLE_METER_VALUES = {
    "connectorId": 1,
    "transactionId": 100,
    "meterValue": {
        "timestamp": "2022-10-12T18:10:01.000Z",
        "sampledValue": [
            {"context": "Sample.Periodic", "format": "Raw", "location": "Outlet",
             "measurand": "Voltage", "phase": "L1-N", "unit": "V", "value": 0.0},
            {"context": "Sample.Periodic", "format": "Raw", "location": "Outlet",
             "measurand": "Current.Import", "phase": "L1", "unit": "A", "value": 13.5},
            {"context": "Sample.Periodic", "format": "Raw", "location": "Outlet",
             "measurand": "Power.Active.Import", "phase": "L3", "unit": "W", "value": 3465.0},
            {"context": "Sample.Periodic", "format": "Raw", "location": "Outlet",
             "measurand": "Energy.Active.Import.Register", "phase": "", "unit": "Wh",
             "value": 7058.0},
            {"context": "Sample.Periodic", "format": "Raw", "location": "Outlet",
             "measurand": "Power.Active.Import", "phase": "L2", "unit": "W", "value": 879.0},
            {"context": "Sample.Periodic", "format": "Raw", "location": "Outlet",
             "measurand": "Energy.Active.Import.Register", "phase": "", "unit": "Wh",
             "value": 16790.0},
        ],
    },
}  # fmt: skip
"""As real charge points send it: the schema of OCPP 1.6 broken in three ways."""


def message(seconds, kind, action, body, *, cp="CP1", uid="1", row=1):
    """One message so many seconds after the beginning, its body an object, not normalised."""
    at_us = BEGIN + round(seconds * 1_000_000)
    return Message(row, uid, kind, cp, action, at_us, body)


def call(seconds, action, body=None, **other):
    """A CALL."""
    return message(seconds, 2, action, body or {}, **other)


def result(seconds, action="", body=None, **other):
    """A CALLRESULT."""
    return message(seconds, 3, action, body or {}, **other)


def error(seconds, action="", **other):
    """A CALLERROR."""
    return message(seconds, 4, action, {"errorCode": "InternalError"}, **other)


def log(*messages):
    """Messages as the questions take them, and what was noted: rows count from 1."""
    notes = Notes()
    rows = [each._replace(row=row) for row, each in enumerate(messages, 1)]
    return in_order(normalise(each, notes) for each in rows), notes


def read(*values):
    """A row from the values of its columns, and what was noted."""
    notes = Notes()
    return read_row(7, values, notes), notes


def noted(notes):
    """What was noted: how often, by the sentence."""
    return {sentence: note.times for sentence, note in notes.found.items()}
