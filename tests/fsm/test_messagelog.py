"""The parts of a message log: times, rows, payloads, and which answer belongs to which CALL."""

from decimal import Decimal

import jsonschema
import pytest

from fsm.ocpp.messagelog.calls import answers_to, sent_by_charge_points
from fsm.ocpp.messagelog.message import (
    BROKEN_BODY,
    COLUMNS,
    EMPTY_BODY,
    FieldError,
    MissingColumnsError,
    find_columns,
    snake,
)
from fsm.ocpp.messagelog.payloads import camel, number, whole
from fsm.ocpp.messagelog.timestamps import (
    format_time,
    format_time_fixed,
    format_time_ms,
    parse_month,
    parse_time,
)
from tests.fsm.logs import SAMPLE_METER_VALUES, call, error, log, noted, read, result

# --- times -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "time_us"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2022-10-12T18:10:01.000Z", 1_665_598_201_000_000),
        ("2022-10-09T12:05:22.838337", 1_665_317_122_838_337),
        ("2022-10-09 12:05:22.838337", 1_665_317_122_838_337),
        ("2022-10-09T14:05:22.838337+02:00", 1_665_317_122_838_337),
        ("2022-10-09T12:05:22.838337999Z", 1_665_317_122_838_337),
        ("2022-10-09T12:05Z", 1_665_317_100_000_000),
    ],
)
def test_a_time_is_read_exactly(text, time_us):
    """In UTC when it says no offset."""
    assert parse_time(text) == time_us


@pytest.mark.parametrize(
    "text",
    ["", "now", "2022-10-09", "2022-10-09T25:00:00Z", "2022-13-09T12:00:00Z", "1665317122",
     "1969-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-05:00"],
)  # fmt: skip
def test_what_is_no_time_is_refused(text):
    """And what is outside the years that a log can be of."""
    with pytest.raises(ValueError):  # noqa: PT011 - it carries no sentence
        parse_time(text)


@pytest.mark.parametrize(
    ("time_us", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (1_665_598_201_500_000, "2022-10-12T18:10:01.500Z"),
        (1_665_317_122_838_337, "2022-10-09T12:05:22.838337Z"),
    ],
)
def test_a_time_is_written_with_the_decimals_that_it_needs(time_us, text):
    """And read back as it was."""
    assert format_time(time_us) == text
    assert parse_time(text) == time_us


def test_times_of_a_log_sort_as_texts():
    """All of one length, also on the second and on the millisecond."""
    second = 1_665_598_201_000_000
    times = [second - 1, second, second + 1, second + 1_000, second + 7_617, second + 1_000_000]
    texts = [format_time_fixed(time_us) for time_us in times]
    assert texts[1:3] == ["2022-10-12T18:10:01.000000Z", "2022-10-12T18:10:01.000001Z"]
    assert texts == sorted(texts)
    assert [parse_time(text) for text in texts] == times


def test_times_of_payloads_have_milliseconds():
    """Three decimals, never more or less, and never later than it was."""
    second = 1_665_598_201_000_000
    for past_us, decimals in ((0, "000"), (1, "000"), (999, "000"), (1_000, "001"),
                              (500_000, "500"), (999_999, "999")):  # fmt: skip
        text = format_time_ms(second + past_us)
        assert text == f"2022-10-12T18:10:01.{decimals}Z"
        assert parse_time(text) == second + past_us // 1_000 * 1_000


def test_a_month_ends_where_the_next_begins():
    """Also in December and in a leap year."""
    assert [tuple(map(format_time, parse_month(text))) for text in ("2024-02", "2022-12")] == [
        ("2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z"),
        ("2022-12-01T00:00:00Z", "2023-01-01T00:00:00Z"),
    ]


@pytest.mark.parametrize("text", ["2022-13", "2022-00", "2022-1", "22-01", "2022", "2022-01-01",
                                  "1969-12", "9999-12", " 2022-10", "2022-10\n"])  # fmt: skip
def test_what_is_no_month_is_refused(text):
    """With two digits, as ISO 8601 has it."""
    with pytest.raises(ValueError):  # noqa: PT011 - it carries no sentence
        parse_month(text)


# --- rows ------------------------------------------------------------------------------------


def test_columns_have_names_in_either_case():
    """They are found in the order of the columns, others do not matter."""
    names = ("body", "chargePointId", "other", "messageID", "messageType", "Action",
             "write_timestamp")  # fmt: skip
    assert find_columns(names) == (
        "messageID", "messageType", "chargePointId", "Action", "write_timestamp", "body",
    )  # fmt: skip
    assert [snake(name) for name in ("writeTimestamp", " body ", "message_id")] == [
        "write_timestamp", "body", "message_id",
    ]  # fmt: skip


def test_a_column_is_there_once():
    """Missing ones and double ones are named."""
    with pytest.raises(MissingColumnsError) as missing:
        find_columns(("message_id", "body"))
    assert missing.value.missing == list(COLUMNS[1:5])
    with pytest.raises(MissingColumnsError) as twice:
        find_columns((*COLUMNS, "messageId"))
    assert (twice.value.missing, twice.value.twice) == ([], ["message_id", "messageId"])
    assert find_columns(set(COLUMNS) - {"action"}, ("action",)) == COLUMNS


GOOD = ("17", 2, "CP1", "Heartbeat", "2022-10-09T12:00:00Z", "{}")


def changed(column, value):
    """A good row with one value changed."""
    return tuple(value if name == column else old for name, old in zip(COLUMNS, GOOD, strict=True))


def test_a_row_is_a_message():
    """Its numbers may be texts, its body an object or a text of one."""
    good, notes = read(*GOOD)
    assert good[1:] == ("17", 2, "CP1", "Heartbeat", parse_time(GOOD[4]), {})
    assert read(*changed("message_type", "2")) == (good, notes)
    assert read(*changed("message_id", 17)) == (good, notes)
    assert read(*changed("body", {})) == (good, notes)
    assert noted(notes) == {}
    answer, _ = read("17", 3, "CP1", None, "2022-10-09T12:00:00Z", "{}")
    assert (answer.kind, answer.action) == (3, "")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("message_type", 5), ("message_type", "CALL"), ("message_type", 2.0),
        ("message_type", True), ("message_type", None), ("message_type", [2]),
        ("message_id", ""), ("message_id", None), ("message_id", 1.5),
        ("charge_point_id", ""), ("charge_point_id", 7), ("charge_point_id", None),
        ("action", ""), ("action", None), ("action", 3),
        ("write_timestamp", "yesterday"), ("write_timestamp", 1_665_317_122),
        ("write_timestamp", None), ("write_timestamp", "2022-10-09"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_used_says_which_field(column, value):
    """What was found there and what is allowed."""
    with pytest.raises(FieldError) as refused:
        read(*changed(column, value))
    assert (refused.value.column, refused.value.found) == (column, value)
    assert refused.value.allowed


@pytest.mark.parametrize(
    "body", ["{", "[]", "7", '"text"', "null", '{"a":NaN}', "{'a':1}", "[" * 100_000, [], 7]
)
def test_a_broken_body_is_noted(body):
    """The message is there all the same: it was sent."""
    message, notes = read(*changed("body", body))
    assert message.body is None
    assert noted(notes) == {BROKEN_BODY: 1}
    assert notes.found[BROKEN_BODY].first_row == 7


def test_an_empty_body_is_an_empty_object():
    """Some logs leave it out where the payload is empty."""
    for nothing in (None, ""):
        message, notes = read(*changed("body", nothing))
        assert (message.body, noted(notes)) == ({}, {EMPTY_BODY: 1})


# --- payloads --------------------------------------------------------------------------------

METER_VALUES_16 = {
    "type": "object",
    "required": ["connectorId", "meterValue"],
    "additionalProperties": False,
    "properties": {
        "connectorId": {"type": "integer"},
        "transactionId": {"type": "integer"},
        "meterValue": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["timestamp", "sampledValue"],
                "additionalProperties": False,
                "properties": {
                    "timestamp": {"type": "string"},
                    "sampledValue": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["value"],
                            "additionalProperties": False,
                            "properties": {
                                "value": {"type": "string"},
                                "context": {"enum": ["Sample.Periodic"]},
                                "format": {"enum": ["Raw", "SignedData"]},
                                "measurand": {"type": "string"},
                                "phase": {"enum": ["L1", "L2", "L3", "N", "L1-N", "L2-N", "L3-N",
                                                   "L1-L2", "L2-L3", "L3-L1"]},
                                "location": {"enum": ["Cable", "EV", "Inlet", "Outlet", "Body"]},
                                "unit": {"enum": ["Wh", "kWh", "W", "kW", "A", "V"]},
                            },
                        },
                    },
                },
            },
        },
    },
}  # fmt: skip
"""What OCPP 1.6 says of MeterValues, as far as the sample goes."""


def snaked(value):
    """A payload with its keys in snake_case."""
    if isinstance(value, dict):
        return {
            "".join(f"_{c.lower()}" if c.isupper() else c for c in key): snaked(item)
            for key, item in value.items()
        }
    return [snaked(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("body", [SAMPLE_METER_VALUES, snaked(SAMPLE_METER_VALUES)])
def test_the_sample_is_put_right_and_counted(body):
    """It breaks the schema three ways; what comes out passes."""
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(body, METER_VALUES_16)
    (message,), notes = log(call(0, "MeterValues", body))
    jsonschema.validate(message.body, METER_VALUES_16)
    assert message.body["transactionId"] == 100
    (value,) = message.body["meterValue"]
    assert value["sampledValue"][5] == {
        "context": "Sample.Periodic", "format": "Raw", "location": "Outlet",
        "measurand": "Energy.Active.Import.Register", "unit": "Wh", "value": "16790.0",
    }  # fmt: skip
    assert noted(notes) == {
        "meterValue is an object; read as an array of one": 1,
        "value is a number; read as a text": 6,
        'phase is ""; left out': 2,
    }


def test_what_is_right_stays_as_it_is():
    """Nothing is noted, and 2.0.1 has numbers where 1.6 has texts."""
    fine = {"connectorId": 1, "meterValue": [
        {"timestamp": "2022-10-09T12:00:00Z", "sampledValue": [{"value": "1", "phase": "L1"}]}
    ]}  # fmt: skip
    in_201 = {"evseId": 1, "meterValue": [{"sampledValue": [{"value": 1.5}]}]}
    messages, notes = log(call(0, "MeterValues", fine), call(1, "MeterValues", in_201))
    assert [message.body for message in messages] == [fine, in_201]
    assert noted(notes) == {}


def test_what_has_no_meaning_is_left_out():
    """And noted."""
    body = {"meterValue": [7, {"sampledValue": "none"}, {"sampledValue": {"value": "5"}}]}
    (message,), notes = log(call(0, "MeterValues", body))
    assert message.body == {
        "meterValue": [{"sampledValue": []}, {"sampledValue": [{"value": "5"}]}]
    }
    assert noted(notes) == {
        "meterValue holds something that is no object; it was not used": 1,
        "sampledValue is no array; it was not used": 1,
        "sampledValue is an object; read as an array of one": 1,
    }


def test_a_key_in_camel_case_comes_before_one_in_snake_case():
    """And an object whose keys are right is the same object."""
    fine = {"transactionId": 1}
    assert camel(fine) is fine
    assert camel({"transaction_id": 2, "transactionId": 1, "id_tag": "x"}) == {
        "transactionId": 1, "idTag": "x",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "exact"),
    [
        (43, "43"), ("43", "43"), (0.1, "0.1"), ("0.1", "0.1"), (" 7058.0 ", "7058.0"),
        ("1e3", "1E+3"), ("-5", "-5"), (True, None), (None, None), ("", None), ("1_000", None),
        ("nan", None), (float("inf"), None), ("1e99", None), ("9" * 5000, None), (10**40, None),
        ("٣", None), ({}, None),
    ],
)  # fmt: skip
def test_a_number_is_exact(value, exact):
    """As it is written; what is none is none."""
    assert number(value) == (None if exact is None else Decimal(exact))


def test_a_whole_number_may_be_written_otherwise():
    """As a text, or with decimals that are zero."""
    assert [whole(value) for value in (100, "100", 100.0, "100.0", 100.5, "x", None, True)] == [
        100, 100, 100, 100, None, None, None, None,
    ]  # fmt: skip


# --- CALLs and answers -----------------------------------------------------------------------


def pairs(*messages):
    """Rows of the calls of StartTransaction and of their answers."""
    found = answers_to(log(*messages)[0], "StartTransaction")
    return [(asked.row, answer.row) for asked, answer in found]


START = "StartTransaction"


def test_an_answer_has_the_id_of_its_call():
    """At the same charge point; an answer need not say its action."""
    assert pairs(
        call(0, START, uid="1"),
        call(0, START, uid="1", cp="CP2"),
        call(0, "Heartbeat", uid="2"),
        result(1, uid="1"),
        result(1, START, uid="1", cp="CP2"),
        result(1, uid="2"),
    ) == [(1, 4), (2, 5)]


def test_rows_may_be_out_of_order():
    """The time counts, not the row."""
    assert pairs(result(1, START), call(0, START)) == [(2, 1)]


def test_an_id_that_comes_back_is_another_call():
    """A charge point counts anew after a boot: each call has the answers up to the next."""
    assert pairs(
        call(0, START), result(1, START), call(100, START), call(200, START), result(201, START)
    ) == [(1, 2), (4, 5)]


def test_an_error_is_no_result():
    """The call stays without one, unless it comes later."""
    assert pairs(call(0, START), error(1, START)) == []
    assert pairs(call(0, START), error(1, START), result(2, START)) == [(1, 3)]


def test_what_is_logged_twice_counts_once():
    """Call and answer."""
    assert pairs(
        call(0, START), call(0, START), result(1, START), result(1, START), call(2, START)
    ) == [(2, 3)]


def test_an_only_call_may_be_stamped_after_its_answer():
    """The two were written by different clocks."""
    assert pairs(call(5, START), result(4, START), result(3, START)) == [(1, 3)]
    assert pairs(call(5, START), result(4, START), result(6, START)) == [(1, 3)]


def test_an_answer_to_another_action_is_none():
    """Where it says its action."""
    assert pairs(call(0, START), result(1, "Heartbeat")) == []


def test_the_action_says_who_sent_a_message():
    """The CSMS calls some and is answered; all else is the charge point's."""
    messages, _ = log(
        call(0, "Heartbeat", uid="1"),
        result(1, "Heartbeat", uid="1"),
        result(2, uid="1"),
        call(3, "Reset", uid="2"),
        result(4, "Reset", uid="2"),
        error(5, uid="2"),
        call(6, "DataTransfer", uid="3"),
        call(7, "MadeUp", uid="4"),
    )
    assert [message.row for message in sent_by_charge_points(messages)] == [1, 5, 6, 7, 8]
