"""What an EV works with: battery, intent, the session, and what it may draw.

The steps (:mod:`fsm.v2g.ev_steps`) go through a session with it, the state machine
(:mod:`fsm.v2g.ev`) decides when. Effects are gathered in :attr:`Evcc.out` in the order in which
they must happen.
"""

from enum import StrEnum

from fsm.effects import CancelTimer, Effect, PilotState, SendV2g, SetTimer
from fsm.energy.battery import Battery
from fsm.energy.supply import LEAST_A, PHASE_V, Current
from fsm.trust.certificates import Contract
from fsm.trust.keys import sign
from fsm.v2g import messages as m
from fsm.v2g import timeouts
from fsm.v2g.codec import encode
from fsm.v2g.codes import (
    ChargeProgress,
    ChargingSession,
    EnergyTransferMode,
)
from fsm.v2g.ev_table import EvState as EvState
from fsm.v2g.kinds import PMaxEntry
from fsm.v2g.plug_and_charge import authorization_bytes, receipt_bytes

SCHEDULE_ENTRIES = 24
"""How many entries of a schedule an EV takes, whose driver opted in to smart charging."""

DC_VOLTAGE_V = 400
"""Voltage of every battery here; a choice that makes DC power a matter of current alone."""

MAX_DUTY_PERMILLE = 970
"""Above it the pilot is constant."""

EARLIER_CHALLENGE = bytes(range(16))
"""What a thief has recorded who replays an earlier session."""

MODES: dict[Current, tuple[EnergyTransferMode, ...]] = {
    "AC": (EnergyTransferMode.AC_THREE_PHASE_CORE, EnergyTransferMode.AC_SINGLE_PHASE_CORE),
    "DC": (EnergyTransferMode.DC_EXTENDED, EnergyTransferMode.DC_CORE),
}

_TIMERS = ("message", "ongoing", "setup", "cable_check", "pre_charge", "repeat", "retry")


class Intent(StrEnum):
    """What the EV is up to."""

    CHARGE = "charge"
    STOP = "stop"
    PAUSE = "pause"
    REST = "rest"
    """Ended for good, until it is plugged in again or its driver asks for more."""


def duty_current_ma(duty_permille: int) -> int:
    """The current that a duty allows, in mA (IEC 61851-1, table A.8); 0 outside of 8 to 97 %."""
    if 80 <= duty_permille <= 850:
        return max(LEAST_A * 1_000, duty_permille * 60)
    if 850 < duty_permille <= MAX_DUTY_PERMILLE:
        return min(80_000, (duty_permille - 640) * 250)
    return 0


class Evcc:
    """The memory and the hardware of one EV. Power in W, times in µs, charge in ppm."""

    def __init__(
        self,
        *,
        id: str,  # noqa: A002 - the name that its callers use
        id_tag: str,
        battery: Battery,
        target_ppm: int,
        max_w: int,
        current: Current,
        smart: bool,
        contract: Contract | None = None,
    ) -> None:
        self.id = id
        self.id_tag = id_tag
        self.battery = battery
        self.target_ppm = target_ppm
        self.max_w = max_w
        self.current: Current = current
        self.smart = smart
        self.contract = contract
        """The contract that it pays by; None where the driver pays by external means."""
        self.challenge = b""
        """What the charge point wants to be signed."""
        self.state = EvState.NOT_CONNECTED
        self.pilot_state = "A"
        self.intent = Intent.CHARGE
        self.status_period_us = timeouts.STATUS_PERIOD_US
        """How long it waits in the charging loop before it asks again."""
        self.departure_us = 0
        """When the driver leaves, in µs of the run; 0 when it is not said."""
        self.renegotiates = False
        """Whether the driver wants something else, and the charge point has yet to be told."""
        self.out: list[Effect] = []
        self.now_us = 0
        self.pilot_ok = False
        self.duty_permille = 0
        self.why = ""
        """What broke the session last."""
        self.session_id = m.NO_SESSION
        self.paused_id = m.NO_SESSION
        self.awaiting: m.Request | None = None
        """The request that is not answered yet."""
        self.repeats: m.Request | None = None
        """What is sent again when the timer ``repeat`` fires."""
        self.connected = False
        """Whether there is a connection to end."""
        self.watched: dict[str, None] = {}
        """Timers of loops that run."""
        self.failures = 0
        self.retry_pending = False
        self.mode = EnergyTransferMode.AC_THREE_PHASE_CORE
        self.phases = 3
        self.power_on = False
        self.basic = False
        self.ignores_limit = False
        """A defect: it draws what its battery takes, whatever it is told."""
        self.limit_w = 0
        self.profile: tuple[PMaxEntry, ...] = ()
        self.profile_from_us = 0
        self.tuple_id = 0
        self.offered: tuple[PMaxEntry, ...] = ()

    @property
    def account(self) -> str:
        """Under which id tag the network knows its driver: the eMAID where there is a contract."""
        return self.id_tag if self.contract is None else self.contract.emaid

    # -- what flows ----------------------------------------------------------------------------

    def demand_w(self) -> int:
        """What it draws now, in W; 0 unless power is on.

        The least of what the battery takes, the limit it was last told, and its profile. An AC
        EV cannot charge with less than 6 A, so a limit below that is none to it.
        """
        if not self.power_on or self.target_reached:
            return 0
        if self.ignores_limit:
            return self.battery.max_power_w(self.max_w, self.current)
        allowed_w = min(self.limit_w, self.profile_w()) if self.profile else self.limit_w
        least_w = min(LEAST_A * PHASE_V * self.phases, self.max_w)
        if self.current == "AC" and allowed_w < least_w:
            return 0
        return min(allowed_w, self.battery.max_power_w(self.max_w, self.current))

    def profile_w(self) -> int:
        """What its profile says for now, in W."""
        elapsed_s = (self.now_us - self.profile_from_us) // timeouts.S
        power_w = 0
        for start_s, entry_w in self.profile:
            if start_s > elapsed_s:
                break
            power_w = entry_w
        return power_w

    @property
    def target_reached(self) -> bool:
        """Whether the battery is as full as the driver wants it."""
        return self.battery.soc_ppm >= self.target_ppm

    @property
    def active(self) -> bool:
        """Whether a session, or an attempt at one, is under way."""
        return self.awaiting is not None or self.repeats is not None or self.power_on

    @property
    def offers_digital(self) -> bool:
        """Whether the pilot asks for digital communication (5 %)."""
        return self.pilot_ok and 30 <= self.duty_permille <= 70

    # -- tools ---------------------------------------------------------------------------------

    def send(self, request: m.Request) -> None:
        """Send a request and wait for its response."""
        self.awaiting, self.repeats = request, None
        self.out.append(SendV2g(encode(request)))
        self.out.append(SetTimer("message", timeouts.MESSAGE_TIMEOUT_US[type(request)]))

    def later(self, request: m.Request, delay_us: int) -> None:
        """Send ``request`` when the timer ``repeat`` fires."""
        self.repeats = request
        self.out.append(SetTimer("repeat", delay_us))

    def watch(self, name: str, timeout_us: int) -> None:
        """Let a loop take ``timeout_us`` at most."""
        if name not in self.watched:
            self.watched[name] = None
            self.out.append(SetTimer(name, timeout_us))

    def unwatch(self, name: str) -> None:
        """A loop has ended in time."""
        if name in self.watched:
            del self.watched[name]
            self.out.append(CancelTimer(name))

    def set_pilot(self, state: str) -> None:
        """Set the resistor and S2; nothing when it is so already."""
        if self.pilot_state != state:
            self.pilot_state = state
            self.out.append(PilotState(state))

    def reset(self) -> None:
        """Forget the session: no power, S2 open, no timers."""
        self.power_on = self.basic = False
        self.awaiting = self.repeats = None
        self.session_id = m.NO_SESSION
        self.connected = self.retry_pending = False
        self.limit_w, self.profile, self.offered = 0, (), ()
        self.watched.clear()
        self.out.extend(CancelTimer(name) for name in _TIMERS)
        if self.pilot_state in ("C", "D"):
            self.set_pilot("B")

    def wants_end(self) -> bool:
        """Whether to end here instead of going on; then the end has been begun."""
        if self.intent is Intent.CHARGE:
            return False
        self.begin_end()
        return True

    def begin_end(self) -> None:
        """Send what ends the session from here, once nothing is outstanding."""
        if self.awaiting is not None:
            return
        self.out.append(CancelTimer("repeat"))
        self.repeats = None
        if self.power_on and self.state not in (EvState.SEND_NEEDS, EvState.RECEIVE_SCHEDULING):
            # Nothing is drawn any more when the contactor opens: it must not break a current.
            self.power_on = False
            self.send(m.PowerDeliveryReq(self.session_id, ChargeProgress.STOP, self.tuple_id))
        elif self.session_id != m.NO_SESSION:
            self.power_on = False
            self.session_stop()
        else:
            self.hang_up()
            self.reset()
            self.intent = Intent.REST

    def hang_up(self) -> None:
        """End the connection, if there is one."""
        if self.connected:
            self.connected = False
            self.out.append(SendV2g(encode(m.TransportClose())))

    def needs(self) -> m.ChargeParameterDiscoveryReq:
        """What it tells of its needs: energy until the target, and what it can take."""
        self.renegotiates = False
        most_w, departure_s = self.max_w, 0
        if self.departure_us:
            # What is promised until then must be possible with a battery that is nearly full, too.
            most_w = self.battery.sustained_w(self.max_w, self.current, self.target_ppm)
            departure_s = max(1, (self.departure_us - self.now_us) // timeouts.S)
        voltage = DC_VOLTAGE_V if self.current == "DC" else PHASE_V
        amperes = self.max_w * 1_000 // (voltage * (1 if self.current == "DC" else self.phases))
        return m.ChargeParameterDiscoveryReq(
            self.session_id,
            SCHEDULE_ENTRIES if self.smart else 0,
            self.mode,
            departure_s,
            self.battery.room_uj(self.target_ppm) // 3_600_000_000,
            voltage,
            amperes,
            min(amperes, LEAST_A * 1_000),
            most_w,
            self.battery.soc_ppm // 10_000,
        )

    def ac_limit_w(self, current_ma: int) -> int:
        """A phase current in W, rounded up: the charge point rounded it down from whole watts."""
        return -(-current_ma * PHASE_V * self.phases // 1_000)

    def request_power(self) -> None:
        """PowerDelivery(Start); state C follows it within 250 ms [V2G2-847]."""
        profile = self.plan() if self.smart else ()
        start = ChargeProgress.START
        self.send(m.PowerDeliveryReq(self.session_id, start, self.tuple_id, profile))
        self.set_pilot("C")

    def plan(self) -> tuple[PMaxEntry, ...]:
        """A profile below PMax [V2G2-225]: equal neighbours joined, 24 entries at most.

        What does not fit is joined at the lower power of its entries.
        """
        entries: list[PMaxEntry] = []
        for start_s, pmax_w in self.offered:
            power_w = min(pmax_w, self.max_w)
            if entries and entries[-1][1] == power_w:
                continue
            if len(entries) == 24:
                entries[-1] = (entries[-1][0], min(entries[-1][1], power_w))
                continue
            entries.append((start_s, power_w))
        return tuple(entries)

    def loop_request(self) -> m.Request:
        """The request of the charging loop as things are now."""
        if self.current == "AC":
            return m.ChargingStatusReq(self.session_id)
        milliamperes = self.demand_w() * 1_000 // DC_VOLTAGE_V
        soc = self.battery.soc_ppm // 10_000
        return m.CurrentDemandReq(self.session_id, soc, DC_VOLTAGE_V, milliamperes)

    def authorization_request(self) -> m.AuthorizationReq:
        """AuthorizationReq; with a contract the challenge is signed by its key."""
        if self.contract is None:
            return m.AuthorizationReq(self.session_id)
        challenge = self.challenge
        if self.contract.replays:
            challenge = EARLIER_CHALLENGE
        signed = authorization_bytes(self.session_id, challenge)
        return m.AuthorizationReq(self.session_id, challenge, sign(self.contract.private, signed))

    def receipt_request(self, meter_reading_wh: int) -> m.MeteringReceiptReq:
        """MeteringReceiptReq of what the charge point told; signed where there is a contract."""
        signature = b""
        if self.contract is not None:
            signed = receipt_bytes(self.session_id, self.tuple_id, meter_reading_wh)
            signature = sign(self.contract.private, signed)
        return m.MeteringReceiptReq(self.session_id, self.tuple_id, meter_reading_wh, signature)

    def session_stop(self) -> None:
        """SessionStop, for good or for a while."""
        pause = self.intent is Intent.PAUSE
        kind = ChargingSession.PAUSE if pause else ChargingSession.TERMINATE
        self.send(m.SessionStopReq(self.session_id, kind))
