"""CALLs of the CSMS: decided in the log, answered once, refused in words."""

import msgpack
import pytest

from fsm.network.snapshot import SnapshotError
from fsm.network.state import NetworkState, describe
from fsm.ocpp.frames import pack_operation
from tests.fsm.test_network import Site

INOPERATIVE = {"connectorId": 0, "type": "Inoperative"}


class Office(Site):
    """A site with somebody who gives instructions at CP1."""

    def transfer(self, cp_id, message_id, at_us=0, **data):
        """DataTransfer of the network's own."""
        return self.call(
            cp_id, "DataTransfer", at_us, vendorId="evtui", messageId=message_id, data=data
        )

    def instruct(self, cp, action, at_us=0, **payload):
        """Instruct; the ids, or why there are none."""
        answer = self.transfer("CP1", "Instruct", at_us, cp=cp, action=action, payload=payload)
        if type(answer) is str:
            return answer
        assert (answer["status"] == "Accepted") is ("ids" in answer["data"])
        return answer["data"].get("ids") or answer["data"]["why"]

    def answer(self, cp_id, number, status="Accepted", at_us=0):
        """InstructionResult; whether it was the first."""
        answer = self.transfer(
            cp_id, "InstructionResult", at_us, id=number, payload={"status": status}
        )
        return answer if type(answer) is str else answer["data"]["first"]


def test_an_instruction_is_a_record():
    """Whom it is for, what is wanted, who gave it; pending until its charge point answers."""
    site = Office()
    assert site.instruct("CP2", "ChangeAvailability", 5, **INOPERATIVE) == [1]
    record = site.state.instructions[1]
    assert (record.cp_id, record.by, record.at_us) == ("CP2", "CP1", 5)
    assert msgpack.unpackb(record.payload) == INOPERATIVE
    assert (record.is_pending, record.answer, record.answered_us) == (True, "", None)
    assert site.state.condition("CP2").availability == "Operative", "it has not answered"
    assert site.answer("CP2", 1, "Accepted", 9) is True
    record = site.state.instructions[1]
    assert (record.is_pending, record.answer, record.answered_us) == (False, "Accepted", 9)
    assert msgpack.unpackb(record.result) == {"status": "Accepted"}
    assert site.state.condition("CP2").availability == "Inoperative"


def test_it_is_answered_once():
    """A second answer changes nothing, and says so; another's answer is refused."""
    site = Office()
    site.instruct("CP2", "ChangeAvailability", **INOPERATIVE)
    assert site.answer("CP3", 1) == "PropertyConstraintViolation"
    assert site.answer("CP2", 2) == "PropertyConstraintViolation"
    assert site.answer("CP2", 1, "Rejected") is True
    assert site.answer("CP2", 1, "Accepted") is False
    assert site.state.instructions[1].answer == "Rejected"
    assert site.state.condition("CP2").availability == "Operative"


def test_one_for_all():
    """An instruction for each that has booted, in one command."""
    site = Office()
    assert site.instruct("all", "Reset", type="Soft") == [1, 2, 3, 4]
    assert [each.cp_id for each in site.state.instructions.values()] == ["CP1", "CP2", "CP3", "CP4"]


def test_a_stop_finds_its_transaction():
    """Without an id it is the one that runs; for all, those that run."""
    site = Office()
    site.start("CP2", "EV1")
    site.start("CP4", "EV2")
    assert site.instruct("all", "RemoteStopTransaction") == [1, 2]
    payloads = [msgpack.unpackb(each.payload) for each in site.state.instructions.values()]
    assert payloads == [{"transactionId": 1}, {"transactionId": 2}]
    assert site.instruct("CP2", "RemoteStopTransaction", transactionId=1) == [3]


@pytest.mark.parametrize(
    ("cp", "action", "payload", "why"),
    [
        ("CP9", "Reset", {"type": "Soft"}, "CP9 has not booted"),
        ("CP2", "MakeCoffee", {}, "there is no instruction MakeCoffee"),
        ("CP2", "Reset", {"type": "Gentle"}, "PropertyConstraintViolation"),
        ("CP2", "Reset", {}, "OccurenceConstraintViolation"),
        ("CP2", "ChangeAvailability", {"type": "Operative"}, "OccurenceConstraintViolation"),
        ("CP2", "RemoteStartTransaction", {"idTag": 5}, "TypeConstraintViolation"),
        ("CP2", "RemoteStartTransaction", {"idTag": "x" * 21}, "PropertyConstraintViolation"),
        ("CP2", "RemoteStopTransaction", {}, "no transaction runs at CP2"),
        ("CP2", "RemoteStopTransaction", {"transactionId": 7}, "transaction 7 does not run at CP2"),
        ("all", "RemoteStopTransaction", {}, "no transaction runs at CP4"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(cp, action, payload, why):
    """By the standard's error where the payload is wrong; no record is left."""
    site = Office()
    assert site.instruct(cp, action, **payload) == why
    assert site.state.instructions == {}


def test_a_start_where_a_transaction_runs_is_refused():
    """One connector, one transaction."""
    site = Office()
    site.start("CP2", "EV1")
    assert site.instruct("CP2", "RemoteStartTransaction", idTag="X") == (
        "a transaction runs at CP2"
    )
    assert site.instruct("CP3", "RemoteStartTransaction", idTag="X") == [1]


def test_nobody_answers_at_length():
    """An answer has its bounds: it stays in the log."""
    site = Office()
    site.instruct("CP2", "Reset", type="Hard")
    answer = {"status": "Accepted", "more": "x" * 200_000}
    refused = site.transfer("CP2", "InstructionResult", id=1, payload=answer)
    assert refused == "FormationViolation"
    assert site.state.instructions[1].is_pending


def test_a_reset_is_remembered_until_the_next_boot():
    """So that what it ends has the right reason."""
    site = Office()
    site.instruct("CP2", "Reset", type="Hard")
    site.answer("CP2", 1)
    condition = site.state.condition("CP2")
    assert (condition.reset, condition.reset_boots) == ("Hard", 1)


def test_snapshots_hold_them():
    """Restored, the state is the same, also with an observer."""
    site = Office()
    site.instruct("all", "ChangeAvailability", **INOPERATIVE)
    site.answer("CP3", 3, "Scheduled")
    site.transfer("CP2", "Observe", 4)
    other = NetworkState(1)
    other.restore(site.state.snapshot())
    assert other.state == site.state.state
    assert other.digest() == other.full_digest() == site.state.digest()
    content = msgpack.unpackb(site.state.snapshot())
    content[3][3][0][0] = 9
    with pytest.raises(SnapshotError, match="do not fit together"):
        NetworkState(1).restore(msgpack.packb(content))


def test_they_are_told_in_words():
    """In the view of the log."""
    data = {"cp": "CP2", "action": "Reset", "payload": {"type": "Soft"}}
    for message_id, sent, words in (
        ("Instruct", data, "CP1 DataTransfer Instruct CP2 Reset"),
        (
            "InstructionResult",
            {"id": 7, "payload": {"status": "Accepted"}},
            "CP1 DataTransfer InstructionResult #7 Accepted",
        ),
        ("Instruct", 5, "CP1 DataTransfer Instruct"),
    ):
        payload = {"vendorId": "evtui", "messageId": message_id, "data": sent}
        assert describe(pack_operation("CP1", 0, "x", "DataTransfer", payload)) == words
