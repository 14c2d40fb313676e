"""One run written down in both versions of OCPP: the questions get the same answers."""

import pytest

from fsm.ocpp.messagelog.answers import activity, last_meter, last_seen
from fsm.ocpp.messagelog.calls import in_order
from fsm.ocpp.messagelog.message import Notes, read_row
from fsm.ocpp.messagelog.payloads import normalise
from fsm.ocpp.messagelog.transactions import completed_transactions
from fsm.ocpp.profiles.model import Version
from scenarios.loader import load
from scenarios.ocpp_log import OcppLog
from scenarios.runner import run

NAMES = ("thief-with-stolen-tag", "remote-control", "ten-minutes", "double-booking")


@pytest.fixture(scope="module", params=NAMES)
def logs(request):
    """The messages of a run in 1.6 and in 2.0.1, from one and the same run."""
    listeners, rows = [], {}
    for version in Version:
        rows[version] = []
        listeners.append(OcppLog(rows[version].append, version))
    run(
        load(request.param),
        listener=lambda world, event: [each(world, event) for each in listeners],
    )
    return {version: _messages(found) for version, found in rows.items()}


def _messages(rows):
    notes = Notes()
    messages = in_order(
        normalise(read_row(number, list(row.values()), notes), notes)
        for number, row in enumerate(rows, 1)
    )
    assert notes.found == {}
    return messages


def both(logs, question):
    """The answers in 1.6 and in 2.0.1; a log of our own needs nothing to be put right."""
    found = []
    for version in (Version.V16, Version.V201):
        notes = Notes()
        found.append(question(logs[version], notes))
        assert notes.found == {}
    return found


def test_completed_transactions_are_the_same(logs):
    """But for their ids, which in 2.0.1 the charge point gives."""

    def question(messages, notes):
        return [
            (each.cp_id, each.start_us, each.stop_us, each.energy_wh)
            for each in completed_transactions(messages, notes)
        ]

    old, new = both(logs, question)
    assert old == new
    assert old


def test_last_meter_values_are_the_same(logs):
    """But for the ids, and for what the register showed at the beginning and at the end.

    1.6 has those two in StartTransaction and StopTransaction, not as meter values.
    """

    def question(messages, notes):
        sampled = [each._replace(body=_sampled(each.body)) for each in messages]
        return [
            (each.cp_id, each.at_us, each.energy_wh)
            for each in sorted(last_meter(sampled, notes), key=lambda one: (one.cp_id, one.at_us))
        ]

    old, new = both(logs, question)
    assert old == new
    assert old


def _sampled(body):
    """A body without the readings of a transaction's beginning and end."""
    if type(body.get("meterValue")) is not list:
        return body
    ends = ("Transaction.Begin", "Transaction.End")
    values = [
        {**value, "sampledValue": [
            sample for sample in value["sampledValue"] if sample.get("context") not in ends
        ]}
        for value in body["meterValue"]
    ]  # fmt: skip
    return {**body, "meterValue": values}


def test_who_is_active_and_when_it_was_seen_is_the_same(logs):
    """Only the actions have other names."""
    old, new = both(logs, lambda messages, _: activity(messages))
    assert old == new
    assert old
    old, new = both(logs, lambda messages, _: last_seen(messages))
    assert [(s.cp_id, s.at_us, s.kind) for s in old] == [(s.cp_id, s.at_us, s.kind) for s in new]


def test_a_start_that_was_refused_ends_with_its_register():
    """In 2.0.1: its Ended has the reading that its Started had."""
    rows = []
    run(load("thief-with-stolen-tag"), listener=OcppLog(rows.append, Version.V201))
    events = {}
    for row in rows:
        if row["message_type"] == 2 and row["action"] == "TransactionEvent":
            transaction_id = row["body"]["transactionInfo"]["transactionId"]
            events.setdefault(transaction_id, []).append(row["body"])
    # One that was accepted and stopped by the tag's owner has events in between.
    refused = [
        own for own in events.values()
        if len(own) == 2 and own[-1]["triggerReason"] == "Deauthorized"
    ]  # fmt: skip
    assert len(refused) > 5
    for begun, ended in refused:
        (first,) = begun["meterValue"][0]["sampledValue"]
        (last,) = ended["meterValue"][0]["sampledValue"]
        assert last == {**first, "context": "Transaction.End"}
