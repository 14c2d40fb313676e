"""Names of OCPP 1.6: actions, statuses, reasons."""

from enum import StrEnum
from typing import Final


class Action(StrEnum):
    """Actions that a charge point calls."""

    BOOT_NOTIFICATION = "BootNotification"
    HEARTBEAT = "Heartbeat"
    STATUS_NOTIFICATION = "StatusNotification"
    AUTHORIZE = "Authorize"
    START_TRANSACTION = "StartTransaction"
    METER_VALUES = "MeterValues"
    STOP_TRANSACTION = "StopTransaction"
    DATA_TRANSFER = "DataTransfer"
    RESERVE_NOW = "ReserveNow"
    CANCEL_RESERVATION = "CancelReservation"
    RESERVATION_STATUS_UPDATE = "ReservationStatusUpdate"  # of OCPP 2.0.1; 1.6 has none
    NOTIFY_EV_CHARGING_NEEDS = "NotifyEVChargingNeeds"  # of OCPP 2.0.1, as the next one
    NOTIFY_EV_CHARGING_SCHEDULE = "NotifyEVChargingSchedule"


class Instructed(StrEnum):
    """Actions that the CSMS calls at a charge point."""

    CHANGE_AVAILABILITY = "ChangeAvailability"
    REMOTE_START = "RemoteStartTransaction"
    REMOTE_STOP = "RemoteStopTransaction"
    RESET = "Reset"
    SET_CHARGING_PROFILE = "SetChargingProfile"
    CLEAR_CHARGING_PROFILE = "ClearChargingProfile"
    GET_COMPOSITE_SCHEDULE = "GetCompositeSchedule"


class AvailabilityType(StrEnum):
    """What ChangeAvailability asks for (OCPP 1.6, 7.4)."""

    OPERATIVE = "Operative"
    INOPERATIVE = "Inoperative"


class ResetType(StrEnum):
    """How to reset (OCPP 1.6, 7.38)."""

    SOFT = "Soft"
    HARD = "Hard"


class AuthorizationStatus(StrEnum):
    """What the network says of an id tag (OCPP 1.6, 7.2)."""

    ACCEPTED = "Accepted"
    BLOCKED = "Blocked"
    EXPIRED = "Expired"
    INVALID = "Invalid"
    CONCURRENT_TX = "ConcurrentTx"
    NO_CREDIT = "NoCredit"  # of OCPP 2.0.1; in 1.6 it is Blocked


class Reason(StrEnum):
    """Why a transaction was stopped (OCPP 1.6, 7.36)."""

    DE_AUTHORIZED = "DeAuthorized"
    EMERGENCY_STOP = "EmergencyStop"
    EV_DISCONNECTED = "EVDisconnected"
    HARD_RESET = "HardReset"
    LOCAL = "Local"
    OTHER = "Other"
    POWER_LOSS = "PowerLoss"
    REBOOT = "Reboot"
    REMOTE = "Remote"
    SOFT_RESET = "SoftReset"
    UNLOCK_COMMAND = "UnlockCommand"


class ChargePointError(StrEnum):
    """The errorCode of a StatusNotification (OCPP 1.6, 7.6); those that can happen here."""

    NO_ERROR = "NoError"
    EV_COMMUNICATION_ERROR = "EVCommunicationError"
    POWER_SWITCH_FAILURE = "PowerSwitchFailure"
    GROUND_FAILURE = "GroundFailure"
    INTERNAL_ERROR = "InternalError"
    OVER_CURRENT_FAILURE = "OverCurrentFailure"
    OTHER_ERROR = "OtherError"


VENDOR_ID: Final = "evtui"
"""The ``vendorId`` of this network's own DataTransfer messages."""

LIMIT_APPLIED: Final = "LimitApplied"
"""DataTransfer with ``{version}``: the charge point, and its EV, follow this version now."""

GRANT_ENDED: Final = "GrantEnded"
"""DataTransfer with ``{cp, calls}``: a charge point was not heard for longer than its grant lasts.

``calls`` is how many of its calls were counted; the answer's ``data`` says ``why`` it is refused.
"""

SET_ID_TAG: Final = "SetIdTag"
"""DataTransfer with ``{idTag, status}``: what the network thinks of an id tag from now on.

With ``reason`` and ``order``: of numbered orders about an id tag the highest number counts.
"""

REVOKE_CERTIFICATE: Final = "RevokeCertificate"
"""DataTransfer with ``{serialNumber, emaid}``: a contract certificate counts no more."""

INSTRUCT: Final = "Instruct"
"""DataTransfer with ``{cp, action, payload}``: a CALL of the CSMS; ``cp`` may be :data:`EVERYONE`.

The answer's ``data`` has the ``ids`` of the instructions, or says ``why`` there is none.
"""

INSTRUCTION_RESULT: Final = "InstructionResult"
"""DataTransfer with ``{id, payload}``: the CALLRESULT of the charge point that was called.

The answer's ``data`` says whether it was the ``first``.
"""

EVERYONE: Final = "all"
"""Instead of a charge point's id in an instruction: all that have booted."""

OBSERVE: Final = "Observe"
"""DataTransfer with ``{}``: the charge point listens to all others from now on.

The answer's ``data`` has its ``number`` as observer.
"""

OBSERVED: Final = "Observed"
"""DataTransfer with ``{number, found: [[cp, hearing], …]}``: what an observer has found."""

PLAN: Final = "Plan"
"""DataTransfer of who leads: what each EV with a request gets in which step."""

TURN: Final = "Turn"
"""DataTransfer of who leads with ``{step, second}``: where in the plan the network stands."""

PAY: Final = "Pay"
"""DataTransfer with ``{transactionId}``: the driver pays that transaction's bill."""

ID_TAG_MAX: Final = 20
"""Longest id tag (CiString20Type)."""
