"""GetCompositeSchedule: the question is read, and every answer is OCPP."""

import pytest

from evtui.profile_file import ask
from fsm.ocpp.profiles.answers import answer, read_question
from fsm.ocpp.profiles.composite import composite
from fsm.ocpp.profiles.errors import ProfileError
from fsm.ocpp.profiles.model import Ceiling, Supply, Unit, Version
from fsm.ocpp.profiles.reading import read_profile
from tests.fsm.composite.notation import document, request
from tests.fsm.composite.test_cases import CASES, decimals, schema
from tests.fsm.composite.test_oracle import START

V16, V201 = "1.6", "2.0.1"


@pytest.mark.parametrize(("version", "case"), CASES)
def test_answers_are_ocpp(version: str, case: dict[str, object]) -> None:
    """Every answer of the cases passes the schema, once the hardware's maximum is known."""
    question = ask(document(case["profiles"], str(case["ask"]), version), [])  # type: ignore[arg-type]
    for ceiling in (None, Ceiling(Unit.A, 800)):
        supply = Supply(question.supply.current, question.supply.voltage_v, ceiling)
        found = composite(
            question.store, question.connector, question.start_s, question.duration_s,
            question.unit, question.transaction, supply, question.connectors,
        )  # fmt: skip
        payload = answer(Version(version), found)
        schema(version, "GetCompositeScheduleResponse").validate(decimals(payload))
        gaps = not found.periods or any(period.rate is None for period in found.periods)
        assert payload["status"] == ("Rejected" if gaps else "Accepted")
        assert not (gaps and ceiling)


def test_an_answer_in_full() -> None:
    """Both versions, word by word."""
    held = (read_profile(request("1 TxDefault L0 Absolute start=08:00 A 0:8.1/1@2 60:0", V201)),)
    found = composite(held, 1, START, 120, Unit.A)
    periods = [
        {"startPeriod": 0, "limit": 8.1, "numberPhases": 1, "phaseToUse": 2},
        {"startPeriod": 60, "limit": 0.0, "numberPhases": 3},
    ]
    assert answer(Version.V201, found) == {
        "status": "Accepted",
        "schedule": {
            "evseId": 1,
            "scheduleStart": "2026-03-02T08:00:00Z",
            "duration": 120,
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": periods,
        },
    }
    old = (read_profile(request("1 TxDefault L0 Absolute start=08:00 A 0:8.1/1 60:0", V16)),)
    assert answer(Version.V16, composite(old, 1, START, 120, Unit.A)) == {
        "status": "Accepted",
        "connectorId": 1,
        "scheduleStart": "2026-03-02T08:00:00Z",
        "chargingSchedule": {
            "startSchedule": "2026-03-02T08:00:00Z",
            "duration": 120,
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [
                {"startPeriod": 0, "limit": 8.1, "numberPhases": 1},
                {"startPeriod": 60, "limit": 0.0, "numberPhases": 3},
            ],
        },
    }


def test_the_question() -> None:
    """Both versions; what the schemas refuse is refused."""
    asked = read_question(Version.V16, {"connectorId": 0, "duration": 60})
    assert (asked.connector, asked.duration_s, asked.unit) == (0, 60, None)
    asked = read_question(Version.V201, {"evseId": 2, "duration": 60, "chargingRateUnit": "W"})
    assert (asked.connector, asked.duration_s, asked.unit) == (2, 60, Unit.W)
    for wrong in ({}, {"evseId": 1, "duration": "1"}, {"connectorId": 1, "duration": 1}):
        with pytest.raises(ProfileError):
            read_question(Version.V201, wrong)
