"""The gist of a log answers the four questions as the whole log does."""

from random import Random

import pytest

from fsm.ocpp.messagelog.answers import activity, last_meter, last_seen
from fsm.ocpp.messagelog.gist import Gist
from fsm.ocpp.messagelog.message import Notes
from fsm.ocpp.messagelog.transactions import completed_transactions
from tests.fsm.logs import call, log, result


def answers(messages):
    """Of all four questions, and who is active some time later."""
    later_us = messages[-1].at_us + 400_000_000
    return (
        activity(messages), activity(messages, later_us), last_seen(messages),
        last_meter(messages, Notes()), completed_transactions(messages, Notes()),
    )  # fmt: skip


def gist_of(messages):
    """What is kept of them."""
    gist = Gist()
    for message in messages:
        gist.add(message)
    return gist


def reading(value, stamp):
    """A meter value."""
    return {"timestamp": stamp, "sampledValue": [{"value": str(value)}]}


def random_log(random, count):
    """Boots, transactions, meter values, what the CSMS calls, in any order that may happen."""
    found, open_, number, seconds = [], {}, 0, 0.0
    for uid in range(count):
        seconds += random.choice((0.0, 0.5, 5.0, 90.0))
        cp = f"CP{random.randrange(1, 5)}"
        key = {"cp": cp, "uid": f"{uid % 97}" if random.random() < 0.1 else f"u{uid}"}
        stamp = f"2022-10-09T{12 + random.randrange(3)}:{random.randrange(60):02}:00Z"
        what = random.randrange(7)
        if what == 0:
            found.append(call(seconds, "BootNotification", {}, **key))
            if random.random() < 0.8:
                status = random.choice(("Accepted", "Accepted", "Pending"))
                body = {"status": status, "interval": random.choice((10, 60, 600, -1))}
                found.append(result(seconds, "BootNotification", body, **key))
        elif what == 1:
            number += 1
            begin = {"meterStart": random.randrange(100), "timestamp": stamp}
            found.append(call(seconds, "StartTransaction", begin, **key))
            if random.random() < 0.8:
                open_[number] = cp
                found.append(result(seconds, "StartTransaction", {"transactionId": number}, **key))
        elif what == 2 and open_:
            ended = random.choice(list(open_))
            body = {"transactionId": ended, "meterStop": random.randrange(100, 900),
                    "timestamp": stamp, "transactionData": [reading(uid, stamp)]}  # fmt: skip
            found.append(call(seconds, "StopTransaction", body, cp=open_[ended], uid=key["uid"]))
            if random.random() < 0.7:
                del open_[ended]
        elif what in (3, 4):
            of = random.choice([*open_, None])
            body = {"connectorId": 1, "meterValue": [reading(uid, stamp), reading(uid + 1, stamp)]}
            body |= {} if of is None else {"transactionId": of}
            found.append(call(seconds, "MeterValues", body, **key))
        elif what == 5:
            found.append(call(seconds, "Reset", {"type": "Soft"}, **key))
            found.append(result(seconds, "Reset", {"status": "Accepted"}, **key))
        else:
            found.append(call(seconds, "Heartbeat", **key))
    return log(*found)[0]


@pytest.mark.parametrize("seed", range(40))
def test_answers_are_those_of_the_whole_log(seed):
    """At every tenth message."""
    messages = random_log(Random(seed), 150)
    gist = Gist()
    for at, message in enumerate(messages):
        gist.add(message)
        if at % 10 == 0 or at == len(messages) - 1:
            assert answers(gist.messages()) == answers(messages[: at + 1])
    assert gist.total == len(messages)


def test_it_does_not_grow_with_what_is_said_again_and_again():
    """Heartbeats, meter values and boots of four charge points for a long time."""
    gist = Gist()
    rows = []
    for n in range(3_000):
        cp = f"CP{n % 4}"
        stamp = f"2022-10-09T12:{n // 60 % 60:02}:{n % 60:02}Z"
        rows += [
            call(n, "Heartbeat", cp=cp, uid=f"h{n}"), result(n, "Heartbeat", cp=cp, uid=f"h{n}"),
            call(n, "MeterValues", {"transactionId": n % 4, "meterValue": [reading(n, stamp)]},
                 cp=cp, uid=f"m{n}"),
            call(n, "BootNotification", cp=cp, uid=f"b{n}"),
            result(n, "BootNotification", {"status": "Accepted", "interval": 10}, cp=cp,
                   uid=f"b{n}"),
        ]  # fmt: skip
    messages, _ = log(*rows)
    gist = gist_of(messages)
    assert len(gist.messages()) <= 4 * 6
    assert answers(gist.messages()) == answers(messages)


def test_an_answer_must_say_its_action():
    """Else nobody knows who sent it, and what it answers may be forgotten."""
    with pytest.raises(ValueError, match="message 1 has no action"):
        Gist().add(result(1))
