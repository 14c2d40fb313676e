"""What a handler of commands is: the shape that all of them share.

A handler takes the draft of one command, the operation and its payload, and returns the payload of
the CALLRESULT; what is wrong with the payload it raises as :class:`fsm.ocpp.frames.CallError`, and
then the draft is dropped.
"""

from collections.abc import Callable
from typing import Any

from fsm.network.tables import Draft
from fsm.ocpp.frames import Operation


class NotPossibleError(Exception):
    """An instruction that is well formed and makes no sense as things are."""


Result = dict[str, object]
Handler = Callable[[Draft, Operation, dict[str, Any]], Result]

CONNECTOR_MAX = 16
"""Highest number of a connector."""

HEARTBEAT_INTERVAL_S = 60
"""The ``interval`` that a BootNotification is answered with."""
