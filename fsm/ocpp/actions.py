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


class AuthorizationStatus(StrEnum):
    """What the network says of an id tag (OCPP 1.6, 7.2)."""

    ACCEPTED = "Accepted"
    BLOCKED = "Blocked"
    EXPIRED = "Expired"
    INVALID = "Invalid"
    CONCURRENT_TX = "ConcurrentTx"


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
    OTHER_ERROR = "OtherError"


VENDOR_ID: Final = "evtui"
"""The ``vendorId`` of this network's own DataTransfer messages."""

LIMIT_APPLIED: Final = "LimitApplied"
"""DataTransfer with ``{version}``: the charge point, and its EV, follow this version now."""

SET_ID_TAG: Final = "SetIdTag"
"""DataTransfer with ``{idTag, status}``: what the network thinks of an id tag from now on.

With ``reason`` and ``order``: of numbered orders about an id tag the highest number counts.
"""

REVOKE_CERTIFICATE: Final = "RevokeCertificate"
"""DataTransfer with ``{serialNumber, emaid}``: a contract certificate counts no more."""

ID_TAG_MAX: Final = 20
"""Longest id tag (CiString20Type)."""
