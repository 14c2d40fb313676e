"""What a state machine of charging asks its host to do, and what it expects of it.

Every input returns a list of effects, and the host carries them out **in order**: a
``Contactor(closed=False)`` that stands before a ``SendV2g`` has happened before the peer hears of
it. Times are integer microseconds. An effect may lead to inputs of the other side at once (the
pilot has no delay); these come after the call that returned the effect, so nothing is entered
twice.

The host's duties:

* count energy up to now **before** each input of a charge point: it may read its meter;
* pass every ``PilotState`` to the charge point (``on_pilot``) and every ``PilotDuty`` to the EV
  (``on_pilot``); to an EV at a charge point that is down, ``on_pilot(False, 0, …)``;
* when a charge point restarts: a new object, ``boot`` with what the EV's resistor shows, and
  after the answer to its BootNotification ``on_orphan`` for the open transaction that the network
  still has of it, and ``on_unpaid`` for each of its bills that is closed and not paid;
* ``on_limit`` whenever ``NetworkState.limit_version`` of the charge point has changed, with
  ``limit_w`` and ``unconfirmed_version``;
* ``on_tick`` of an EV once a second while power flows;
* queue each ``Call`` (:class:`fsm.ocpp.client.CallClient`) and pass its answer to ``on_result``;
* where grants end: after ``on_result`` of a CALLRESULT ``on_answer``, with the time at which the
  call was made; program the connector's guard as ``Guard`` says, and ``on_trip`` when it has opened
  the contactor.
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


@frozen
class Restart:
    """A charge point's computer is to restart.

    ``hard``: at once. Else when all its calls are answered.
    """

    hard: bool


@frozen
class Beat:
    """A charge point's engine lives: told its monitor every second (:mod:`fsm.ocpp.monitor`).

    ``leader`` is the node that leads as far as it knows, 0 for nobody; ``voters`` are those of whom
    the next leader will be one.
    """

    leader: int
    voters: tuple[int, ...] = ()


@frozen
class Refused:
    """A charge point has refused ``who`` (an id tag or eMAID); ``code`` says by what rule."""

    who: str
    code: str


@frozen
class Guard:
    """Program the guard of the connector, a breaker with a watchdog (``scenarios.guard``).

    It lets ``ceiling_w`` through until the monotonic clock shows ``until_us``, and ``fallback_w``
    at the most from then on, whatever the charge point's computer does. If more is drawn it opens
    the contactor at once.
    """

    ceiling_w: int
    until_us: int
    fallback_w: int


@frozen
class Curbed:
    """A charge point keeps to its fallback share from now on: its grant is about to end."""


Effect = (
    SendV2g
    | SetTimer
    | CancelTimer
    | Call
    | Contactor
    | PilotDuty
    | PilotState
    | Notice
    | Restart
    | Refused
    | Guard
    | Curbed
)
