"""What a state machine of charging asks its host to do.

Every input returns a list of effects, and the host carries them out **in order**: a
``Contactor(closed=False)`` that stands before a ``SendV2g`` has happened before the peer hears of
it. Times are integer microseconds.
"""

from attrs import frozen


@frozen
class SendV2g:
    """Send ``body`` to the peer at the other end of the cable."""

    body: bytes


@frozen
class SetTimer:
    """Start the timer ``name``, or start it anew; it fires ``delay_us`` from now."""

    name: str
    delay_us: int


@frozen
class CancelTimer:
    """Forget the timer ``name``; one that does not run is no error."""

    name: str


@frozen
class Call:
    """An OCPP CALL of a charge point into the network; the host queues it until it is answered."""

    action: str
    payload: dict[str, object]


@frozen
class Contactor:
    """A charge point's contactor is to be closed or opened."""

    closed: bool


@frozen
class PilotDuty:
    """A charge point's oscillator on the control pilot (IEC 61851-1).

    ``state_ok`` False is state F (not available). ``duty_permille`` 1000 is a constant voltage,
    50 the 5 % that asks for digital communication.
    """

    state_ok: bool
    duty_permille: int


@frozen
class PilotState:
    """An EV's resistor on the control pilot: A unplugged, B, C or D (IEC 61851-1)."""

    state: str


@frozen
class Notice:
    """A line for the event log; ``severity`` is info, charging or fault."""

    severity: str
    text: str


Effect = SendV2g | SetTimer | CancelTimer | Call | Contactor | PilotDuty | PilotState | Notice
