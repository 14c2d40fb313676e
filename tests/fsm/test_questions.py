"""The four questions to a message log, in small cases worked out by hand."""

from decimal import Decimal

import pytest

from fsm.ocpp.messagelog.answers import (
    activity,
    charge_points,
    last_meter,
    last_seen,
    natural,
)
from fsm.ocpp.messagelog.timestamps import format_time
from fsm.ocpp.messagelog.transactions import completed_transactions
from paxos.sim.streams import stream
from tests.fsm.logs import BEGIN, SAMPLE_METER_VALUES, call, error, log, noted, result

# --- active ----------------------------------------------------------------------------------

BOOT = "BootNotification"


def active(*messages, at=None):
    """Each charge point: active or not, seconds of silence, interval."""
    found = activity(log(*messages)[0], None if at is None else BEGIN + at * 1_000_000)
    return {
        each.cp_id: (
            each.active,
            None if each.silent_us is None else each.silent_us / 1_000_000,
            each.interval_s,
        )
        for each in found
    }


def test_active_is_who_sent_something_within_two_intervals():
    """300 s where no BootNotification is in the log; the limit itself still counts."""
    assert active(
        call(0, "Heartbeat", cp="CP1"),
        call(1, "StatusNotification", cp="CP2"),
        call(601, "MeterValues", cp="CP3"),
    ) == {"CP1": (False, 601, 300), "CP2": (True, 600, 300), "CP3": (True, 0, 300)}


@pytest.mark.parametrize(
    ("answer", "interval_s"),
    [
        ({"status": "Accepted", "interval": 60}, 60),
        ({"status": "Accepted", "interval": "60"}, 60),
        ({"status": "Accepted", "interval": 0}, 300),
        ({"status": "Accepted"}, 300),
        ({"status": "Rejected", "interval": 60}, 300),
        ({}, 300),
    ],
)
def test_the_interval_comes_from_the_answer_to_the_boot(answer, interval_s):
    """0 leaves the choice to the charge point; Rejected says when to ask again."""
    assert active(call(0, BOOT), result(1, BOOT, answer))["CP1"] == (True, 1, interval_s)


def test_the_last_boot_counts():
    """Also under an id that comes back, with an equal payload; an answer of an error does not."""
    assert active(
        call(0, BOOT), result(1, BOOT, {"status": "Accepted", "interval": 60}),
        call(50, BOOT), result(51, BOOT, {"status": "Accepted", "interval": 900}),
        call(90, BOOT), error(91, BOOT),
    )["CP1"] == (True, 1, 900)  # fmt: skip


def test_active_at_a_time_knows_nothing_of_later():
    """Neither messages nor boots; before the first message nobody is active."""
    messages = (
        call(0, "Heartbeat"),
        call(100, BOOT, uid="2"),
        result(101, BOOT, {"status": "Accepted", "interval": 10}, uid="2"),
    )
    assert active(*messages, at=50)["CP1"] == (True, 50, 300)
    assert active(*messages, at=121)["CP1"] == (False, 21, 10)
    assert active(*messages, at=-1)["CP1"] == (False, None, 300)


def test_what_the_csms_sends_is_no_sign_of_life():
    """The answer of the charge point is."""
    asked = (call(0, "Heartbeat"), call(700, "Reset", uid="9"))
    assert active(*asked)["CP1"] == (False, 700, 300)
    assert active(*asked, result(705, "Reset", uid="9"))["CP1"] == (True, 0, 300)


# --- last seen -------------------------------------------------------------------------------


def test_last_seen_is_the_newest_message_of_any_action():
    """Whichever row it stands in; an answer without an action has that of its call."""
    messages, _ = log(
        call(9, "Heartbeat", cp="CP10", uid="4"),
        result(10, cp="CP10", uid="4"),
        call(7, "StatusNotification", cp="CP2"),
        call(3, "Heartbeat", cp="CP2"),
    )
    assert [(s.cp_id, s.at_us - BEGIN, s.action, s.kind) for s in last_seen(messages)] == [
        ("CP2", 7_000_000, "StatusNotification", 2), ("CP10", 10_000_000, "Heartbeat", 3),
    ]  # fmt: skip
    assert charge_points(messages) == ["CP2", "CP10"]


def test_names_are_in_natural_order():
    """Also odd ones."""
    names = ["CP10", "CP2", "CP02b", "", "7", "CP", "a1b2", "a1b10", "9" * 5000]
    assert sorted(names, key=natural) == [
        "", "7", "9" * 5000, "CP", "CP2", "CP02b", "CP10", "a1b2", "a1b10",
    ]  # fmt: skip


# --- last meter value ------------------------------------------------------------------------


def metered(seconds, *samples, tx=1, stamp=None, action="MeterValues", **other):
    """MeterValues of one time with these samples."""
    time = format_time(BEGIN + (seconds if stamp is None else stamp) * 1_000_000)
    key = "transactionData" if action == "StopTransaction" else "meterValue"
    body = {"transactionId": tx, key: [{"timestamp": time, "sampledValue": list(samples)}]}
    return call(seconds, action, body, **other)


def register(value, **other):
    """A sample of the energy register."""
    return {"value": str(value), "measurand": "Energy.Active.Import.Register", **other}


def meters(*messages):
    """Charge point, transaction, seconds and Wh; and what was noted."""
    found, notes = log(*messages)
    read = last_meter(found, notes)
    rows = [
        (each.cp_id, each.transaction_id, (each.at_us - BEGIN) / 1_000_000, each.energy_wh)
        for each in read
    ]
    return rows, noted(notes)


def test_the_sample_has_two_readings_and_the_last_counts():
    """Of one time stamp, in one message."""
    found, notes = log(call(0, "MeterValues", SAMPLE_METER_VALUES))
    (each,) = last_meter(found, notes)
    assert (each.transaction_id, each.energy_wh) == (100, Decimal(16_790))
    assert format_time(each.at_us) == "2022-10-12T18:10:01Z"


def test_the_last_reading_is_by_its_own_time_stamp():
    """For each charge point and transaction; what was written later may be older."""
    assert meters(
        metered(1, register(10)),
        metered(5, register(30)),
        metered(9, register(20), stamp=3),
        metered(2, register(5), tx=2),
        metered(2, register(7), cp="CP2"),
    ) == ([("CP1", 1, 5, 30), ("CP1", 2, 2, 5), ("CP2", 1, 2, 7)], {})


def test_units_become_wh():
    """Also with the multiplier of 2.0.1; the default is Wh, of this very register."""
    cases = [
        (register("1.5", unit="kWh"), Decimal(1_500)),
        (register("1.5", unit="Wh"), Decimal("1.5")),
        ({"value": "12"}, 12),
        (register(3, unitOfMeasure={"unit": "Wh", "multiplier": 3}), 3_000),
        (register(3, unit_of_measure={"unit": "kWh"}), 3_000),
    ]
    for sample, energy_wh in cases:
        message = metered(1, sample)
        message.body["evseId"] = 1
        assert meters(message)[0] == [("CP1", 1, 1, energy_wh)], sample


def test_other_measurands_are_no_reading():
    """Nor is a value that is no number, or of another unit."""
    assert meters(
        metered(1, {"value": "230", "measurand": "Voltage"}, register("7")),
        metered(2, register("broken")),
        metered(3, register(9, unit="varh")),
    ) == (
        [("CP1", 1, 1, 7)],
        {
            "value of Energy.Active.Import.Register is no number; it was not used": 1,
            "unit of Energy.Active.Import.Register is neither Wh nor kWh; it was not used": 1,
        },
    )


def test_a_signed_receipt_is_no_reading():
    """It is legal, so nothing is said; the plain value beside it counts."""
    receipt = register("OCMF|{}|{}", format="SignedData")
    assert meters(metered(0, register(5), receipt)) == ([("CP1", 1, 0, 5)], {})
    assert meters(metered(0, receipt, action="StopTransaction")) == ([], {})
    assert meters(metered(0, register("OCMF|{}|{}", format="Raw")))[1] == {
        "value of Energy.Active.Import.Register is no number; it was not used": 1
    }


def test_phases_add_up_where_there_is_no_total():
    """A total stands above them."""
    phases = [register(value, phase=f"L{at}") for at, value in enumerate((1, 2, 3), 1)]
    assert meters(metered(1, *phases))[0] == [("CP1", 1, 1, 6)]
    assert meters(metered(1, register(7), *phases))[0] == [("CP1", 1, 1, 7)]


def test_a_reading_may_be_of_no_transaction():
    """Clock-aligned ones are; and the data of a StopTransaction counts, too."""
    assert meters(
        metered(1, register(7), tx=None),
        metered(2, register(8), tx=5),
        metered(3, register(9), tx=5, action="StopTransaction"),
    )[0] == [("CP1", None, 1, 7), ("CP1", 5, 3, 9)]


def test_a_reading_without_a_time_has_that_of_its_message():
    """Which is noted."""
    message = metered(4, register(7))
    message.body["meterValue"][0]["timestamp"] = "soon"
    rows, notes = meters(message)
    assert rows == [("CP1", 1, 4, 7)]
    assert notes == {"timestamp is no ISO 8601 time; write_timestamp was used": 1}


# --- completed -------------------------------------------------------------------------------


def at(seconds):
    """A time stamp."""
    return format_time(BEGIN + seconds * 1_000_000)


def start(seconds, tx=1, meter=0, uid="s1", **other):
    """StartTransaction and its answer a second later, with its number."""
    body = {"connectorId": 1, "idTag": "12345", "timestamp": at(seconds), "meterStart": meter}
    return (
        call(seconds, "StartTransaction", body, uid=uid, **other),
        result(seconds + 1, "StartTransaction", {"transactionId": tx}, uid=uid, **other),
    )


def stop(seconds, tx=1, meter=0, uid="e1", **other):
    """StopTransaction."""
    body = {"transactionId": tx, "timestamp": at(seconds), "meterStop": meter}
    return call(seconds, "StopTransaction", body, uid=uid, **other)


def done(*messages):
    """Charge point, number, start and stop in seconds, Wh; and what was noted."""
    found, notes = log(*messages)
    rows = [
        (each.cp_id, each.transaction_id, (each.start_us - BEGIN) / 1_000_000,
         (each.stop_us - BEGIN) / 1_000_000, each.energy_wh)
        for each in completed_transactions(found, notes)
    ]  # fmt: skip
    return rows, noted(notes)


def test_a_transaction_is_joined_by_the_number_in_the_answer():
    """The sample: from 43 to 50 Wh."""
    assert done(*start(0, 100, 43), stop(600, 100, 50)) == ([("CP1", 100, 0, 600, 7)], {})


def test_they_stand_in_the_order_in_which_they_ended():
    """One number at two charge points is two transactions; what runs is not completed."""
    assert done(
        *start(0, 1), *start(1, 1, cp="CP2"), *start(2, 2, uid="s2"),
        stop(50, 1, 5), stop(40, 1, 4, cp="CP2"),
    )[0] == [("CP2", 1, 1, 40, 4), ("CP1", 1, 0, 50, 5)]  # fmt: skip


def test_a_start_that_was_answered_with_an_error_is_tried_again():
    """The second call is answered; both have the same time stamp."""
    first, _ = start(0, 1, 10, uid="a")
    again = first._replace(message_id="b", at_us=BEGIN + 30_000_000)
    answer = result(31, "StartTransaction", {"transactionId": 1}, uid="b")
    assert done(first, error(1, "StartTransaction", uid="a"), again, answer, stop(90, 1, 20)) == (
        [("CP1", 1, 0, 90, 10)], {},
    )  # fmt: skip


def test_what_comes_twice_counts_once():
    """Rows that are doubled, a start that the network knows again, a stop that is sent again."""
    messages = (*start(0, 1, 10), stop(90, 1, 20))
    late = stop(90, 1, 20, uid="e2")._replace(at_us=BEGIN + 120_000_000)
    known = [each._replace(message_id="s2") for each in start(0, 1, 10)]
    known = [each._replace(at_us=each.at_us + 200_000_000) for each in known]
    expected = ([("CP1", 1, 0, 90, 10)], {})
    assert done(*messages, *messages) == expected
    assert done(*messages, late) == expected
    assert done(*messages, late, *known, late._replace(at_us=BEGIN + 300_000_000)) == expected


def test_a_number_that_comes_back_is_another_transaction():
    """A stop ends the last one that was begun."""
    assert done(
        *start(0, 1, 0), stop(50, 1, 5), *start(100, 1, 5, uid="s2"), stop(150, 1, 9, uid="e2")
    )[0] == [("CP1", 1, 0, 50, 5), ("CP1", 1, 100, 150, 4)]


def test_a_stop_without_its_start_is_noted():
    """The log begins too late, or the body of the start is broken."""
    sentence = "a StopTransaction has no StartTransaction in the log"
    assert done(stop(50)) == ([], {sentence: 1})
    asked, answered = start(0)
    assert done(asked._replace(body=None), answered, stop(50)) == ([], {sentence: 1})


def test_a_transaction_without_a_meter_value_has_an_unknown_energy():
    """Its time is known."""
    asked, answered = start(0)
    del asked.body["meterStart"]
    assert done(asked, answered, stop(50)) == (
        [("CP1", 1, 0, 50, None)],
        {"a transaction lacks a meter value; its energy is unknown": 1},
    )


def test_odd_transactions_are_kept_and_noted():
    """Clocks are set back, meters are replaced."""
    rows, notes = done(*start(10, 1, 100), stop(60, 1, 90)._replace(
        body={"transactionId": "1", "timestamp": at(5), "meterStop": 90}
    ))  # fmt: skip
    assert rows == [("CP1", 1, 10, 5, -10)]
    assert notes == {
        "a transaction ends before it begins, by its own time stamps": 1,
        "a transaction ends with a lower meter value than it began with": 1,
    }


def test_a_stop_without_a_number_is_noted():
    """It ends nothing."""
    assert done(*start(0), stop(9, "none")) == (
        [], {"transactionId is no integer; the StopTransaction was not used": 1},
    )  # fmt: skip


def event(seconds, kind, tx="a-1", *values, **other):
    """A TransactionEvent of OCPP 2.0.1 with readings in kWh."""
    samples = [{"value": value, "unitOfMeasure": {"unit": "kWh"}} for value in values]
    body = {
        "eventType": kind, "timestamp": at(seconds), "seqNo": 0, "triggerReason": "Authorized",
        "transactionInfo": {"transactionId": tx},
        "meterValue": [{"timestamp": at(seconds), "sampledValue": samples}],
    }  # fmt: skip
    return call(seconds, "TransactionEvent", body, **other)


def test_transaction_events_are_joined_by_their_text():
    """Started to Ended; energy is the last reading less the first, of all events."""
    messages = (
        event(0, "Started", "a-1", 1.5), event(30, "Updated", "a-1", 2.5),
        event(60, "Ended", "a-1", 2.75), event(70, "Started", "a-2", 2.75),
    )  # fmt: skip
    assert done(*messages) == ([("CP1", "a-1", 0, 60, 1_250)], {})
    assert meters(*messages)[0] == [("CP1", "a-1", 60, 2_750), ("CP1", "a-2", 70, 2_750)]


def test_incomplete_transaction_events_are_noted():
    """No Started, no transaction, fewer than two readings."""
    nobody = event(9, "Updated")
    nobody.body["transactionInfo"] = None
    assert done(
        event(0, "Ended", "a-1", 1), nobody, event(1, "Started", "a-2"), event(2, "Ended", "a-2", 1)
    ) == (
        [("CP1", "a-2", 1, 2, None)],
        {
            "a TransactionEvent has no transactionId; it was not used": 1,
            "a TransactionEvent Ended has no Started in the log": 1,
            "a transaction lacks a meter value; its energy is unknown": 1,
        },
    )


def token(seconds, status, uid):
    """The answer to a TransactionEvent that had an idToken."""
    return result(seconds, "TransactionEvent", {"idTokenInfo": {"status": status}}, uid=uid)


@pytest.mark.parametrize("status", ["Invalid", "ConcurrentTx", "Blocked"])
def test_a_start_that_was_refused_is_no_transaction(status):
    """It has its Started and its Ended all the same; that it lacks a meter value is no fault."""
    assert done(
        event(0, "Started", "a-1", 1, uid="1"), token(1, status, "1"),
        event(1, "Ended", "a-1", uid="2"), result(2, "TransactionEvent", uid="2"),
        event(5, "Started", "a-2", 1, uid="3"), token(6, "Accepted", "3"),
        event(9, "Ended", "a-2", 3, uid="4"), token(9, "Invalid", "4"),
    ) == ([("CP1", "a-2", 5, 9, 2_000)], {})  # fmt: skip


def test_another_card_makes_a_refused_start_a_transaction():
    """Accepted before the end; the card that it is ended with says nothing of the start."""
    begun = event(0, "Started", "a-1", 1, uid="1"), token(1, "Invalid", "1")
    ended = event(9, "Ended", "a-1", 3, uid="3"), token(9, "Accepted", "3")
    shown = event(5, "Updated", "a-1", uid="2"), token(5, "Accepted", "2")
    assert done(*begun, *shown, *ended) == ([("CP1", "a-1", 0, 9, 2_000)], {})
    assert done(*begun, *ended) == ([], {})


# --- other people's data ---------------------------------------------------------------------

ODD = (None, True, 0, -1, 1.5, 10**30, "", "x", "7", "nan", [], {}, [[]], [{}], {"a": 1}, 1e308)


def spoilt(value, random):
    """A payload with something odd somewhere in it."""
    if random.random() < 0.15:
        return random.choice(ODD)
    if isinstance(value, dict):
        return {key: spoilt(item, random) for key, item in value.items()}
    return [spoilt(item, random) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("seed", range(60))
def test_nothing_in_a_payload_makes_a_question_fail(seed):
    """Whatever it holds, in whatever place."""
    random = stream(seed, "odd payloads")
    whole = [
        call(0, BOOT, {"chargePointModel": "x"}, uid="b"),
        result(1, BOOT, {"status": "Accepted", "interval": 60}, uid="b"),
        *start(10, 1, 5),
        metered(20, register(7, unit="kWh", phase=""), register(8), {"value": 1}),
        call(30, "MeterValues", SAMPLE_METER_VALUES),
        stop(40, 1, 9),
        metered(41, register(7), action="StopTransaction"),
        *(event(at, kind, "a-1", at) for at, kind in ((50, "Started"), (60, "Ended"))),
    ]
    odd = [each._replace(body=spoilt(each.body, random)) for each in whole for _ in range(3)]
    odd = [each._replace(body=each.body if isinstance(each.body, dict) else None) for each in odd]
    messages, notes = log(*odd)
    assert len(activity(messages)) == len(last_seen(messages)) == 1
    for reading in last_meter(messages, notes):
        assert isinstance(reading.energy_wh, Decimal)
    for transaction in completed_transactions(messages, notes):
        assert transaction.energy_wh is None or transaction.energy_wh.is_finite()
