"""Which answer belongs to which CALL, and who sent what.

The unique id is one of the sender's connection, and charge points that count begin anew after a
boot: within one charge point the same id may stand for different CALLs. So a CALL is answered by
the first CALLRESULT not before it and before the next CALL of the same id: of one that was sent
again, or logged twice, one is answered. Where an id stands for one CALL only, its answer may also
be stamped earlier: the two were written by different clocks.

The columns do not say who sent a message; the action does. What only a CSMS calls is in
:data:`CSMS_ACTIONS` (OCPP 1.6 with its security extension, and 2.0.1); everything else counts as a
charge point's, as does DataTransfer, which both may call.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from fsm.ocpp.frames import CALL, CALL_RESULT
from fsm.ocpp.messagelog.message import Message

_OF_THE_CSMS: Final = """
CancelReservation ChangeAvailability ChangeConfiguration ClearCache ClearChargingProfile
GetCompositeSchedule GetConfiguration GetDiagnostics GetLocalListVersion RemoteStartTransaction
RemoteStopTransaction ReserveNow Reset SendLocalList SetChargingProfile TriggerMessage
UnlockConnector UpdateFirmware CertificateSigned DeleteCertificate ExtendedTriggerMessage
GetInstalledCertificateIds GetLog InstallCertificate SignedUpdateFirmware ClearDisplayMessage
ClearVariableMonitoring CostUpdated CustomerInformation GetBaseReport GetChargingProfiles
GetDisplayMessages GetMonitoringReport GetReport GetTransactionStatus GetVariables PublishFirmware
RequestStartTransaction RequestStopTransaction SetDisplayMessage SetMonitoringBase
SetMonitoringLevel SetNetworkProfile SetVariableMonitoring SetVariables UnpublishFirmware
"""

CSMS_ACTIONS: Final = frozenset(_OF_THE_CSMS.split())

Key = tuple[str, str]
"""Charge point and unique id."""


def in_order(messages: Iterable[Message]) -> list[Message]:
    """By the time they were written; rows of one instant stay in the order of the file."""
    return sorted(messages, key=lambda message: message.at_us)


def answers_to(messages: Sequence[Message], action: str) -> list[tuple[Message, Message]]:
    """The CALLs of an action that were answered with a CALLRESULT, each with it.

    ``messages`` are in order; so is the result, by the CALLs.
    """
    calls: dict[Key, list[Message]] = {}
    for message in messages:
        if message.kind == CALL and message.action == action:
            calls.setdefault((message.cp_id, message.message_id), []).append(message)
    results: dict[Key, list[Message]] = {}
    for message in messages:
        if message.kind == CALL_RESULT and message.action in (action, ""):
            key = (message.cp_id, message.message_id)
            if key in calls:
                results.setdefault(key, []).append(message)
    pairs = [
        (call, result)
        for key, same_id in calls.items()
        for call, result in _pair(same_id, results.get(key, []))
    ]
    return sorted(pairs, key=lambda pair: pair[0].at_us)


def _pair(calls: list[Message], results: list[Message]) -> list[tuple[Message, Message]]:
    if len(calls) == 1:
        later = [result for result in results if result.at_us >= calls[0].at_us]
        return [(calls[0], (later or results)[0])] if results else []
    pairs: list[tuple[Message, Message]] = []
    for number, call in enumerate(calls):
        end_us = calls[number + 1].at_us if number + 1 < len(calls) else None
        for result in results:
            if result.at_us >= call.at_us and (end_us is None or result.at_us < end_us):
                pairs.append((call, result))
                break
    return pairs


def sent_by_charge_points(messages: Sequence[Message]) -> list[Message]:
    """Those that a charge point sent: its own CALLs, and its answers to those of the CSMS."""
    asked = {
        (message.cp_id, message.message_id)
        for message in messages
        if message.kind == CALL and message.action in CSMS_ACTIONS
    }
    return [
        message
        for message in messages
        if (
            message.action not in CSMS_ACTIONS
            if message.kind == CALL
            else message.action in CSMS_ACTIONS
            or (not message.action and (message.cp_id, message.message_id) in asked)
        )
    ]
