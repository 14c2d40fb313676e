"""What a charge point's controller works with: contactor, pilot, limit, OCPP, and the session.

The responders (:mod:`fsm.v2g.responders`) answer requests with it, the state machine
(:mod:`fsm.v2g.charge_point`) decides when. Effects are gathered in :attr:`Evse.out` in the order
in which they must happen.
"""

from typing import TYPE_CHECKING

from attrs import define

from fsm.clock import TrueClock, WallClock
from fsm.effects import CancelTimer, Contactor, Effect, Notice, PilotDuty, Refused, SetTimer
from fsm.energy.meter import Meter
from fsm.energy.supply import PHASE_V, Current, phases
from fsm.ocpp.actions import Reason
from fsm.ocpp.station import Station
from fsm.trust.contracts import Checked
from fsm.v2g.codes import EnergyTransferMode, PaymentOption
from fsm.v2g.kinds import PMaxEntry
from fsm.v2g.messages import NO_SESSION, PowerDeliveryReq
from fsm.v2g.sequence import Wait

if TYPE_CHECKING:
    from fsm.v2g.plug_and_charge import SeccTrust

DIGITAL_DUTY = 50
"""5 %: the pilot asks for digital communication (IEC 61851-1)."""

CONSTANT_DUTY = 1_000
"""No oscillation: present, but not ready to charge."""


@define
class SeccSession:
    """One V2G session as the charge point has it; a fresh one for each offer."""

    wait: Wait = Wait.SUPPORTED_APP_PROTOCOL
    session_id: bytes = NO_SESSION
    id_tag: str = ""
    payment: PaymentOption = PaymentOption.EXTERNAL_PAYMENT
    authorized: bool = False
    offered_w: int = -1
    """The greatest power of the schedule that was offered; -1 before that."""
    offered: tuple[PMaxEntry, ...] = ()
    """That schedule, from ``offered_us`` on."""
    offered_us: int = 0
    """When it was offered, by the wall clock."""
    profile: tuple[PMaxEntry, ...] = ()
    """The EV's charging profile; empty when it did not opt in."""
    waits_for_power_since_us: int = -1
    isolation_until_us: int = -1
    """When the isolation test ends; -1 while it has not begun."""
    present_v: int = 0
    delivered: bool = False
    """Whether power was ever on."""
    pending: PowerDeliveryReq | None = None
    """A PowerDeliveryReq(Start) that waits for state C."""
    spoken: bool = False
    """Whether the EV sent anything."""
    closed: bool = False
    """Whether the connection has ended."""
    paused: bool = False
    stop_wanted: bool = False
    """The charge point wants the EV to stop (EVSENotification StopCharging)."""
    stop_reason: Reason | None = None
    """Why it wants that; what ends the transaction then is this."""
    contract: Checked | None = None
    """The contract certificate, once it is found good; None without Plug & Charge."""
    challenge: bytes = b""
    proven: bool = False
    """Whether the EV has signed the challenge."""
    receipt_due: bool = False
    """Whether the EV is to sign the meter's reading with its next status."""
    told_wh: int = 0
    """The reading that it was told to sign."""
    needs_told: bool = False
    """Whether the network was told what the EV needs."""
    leaves_us: int = 0
    """When the driver leaves, as the network was told; 0 while it was not."""


class Evse:
    """The hardware and the memory of one charge point; power in W, times in µs."""

    def __init__(
        self,
        *,
        id: str,  # noqa: A002 - the name that its callers use
        rated_w: int,
        current: Current,
        meter: Meter,
        meter_interval_us: int,
        clock: WallClock | None = None,
        trust: "SeccTrust | None" = None,
        tariff: dict[str, object] | None = None,
    ) -> None:
        self.id = id
        self.rated_w = rated_w
        self.current: Current = current
        self.meter = meter
        self.meter_interval_us = meter_interval_us
        self.phases = phases(rated_w)
        self.station = Station(rated_w, current, meter, clock or TrueClock(), id, tariff)
        self.trust = trust
        """What contracts are checked with; without it none are offered."""
        self.session = SeccSession()
        self.out: list[Effect] = []
        self.contactor_closed = False
        self.contactor_stuck = False
        """A defect for scenarios: the contactor does not close."""
        self.defective = False
        """It did not close when it should, and has not passed its test since."""
        self.operative = True
        """What the operator wants (ChangeAvailability)."""
        self.resetting = False
        """A soft reset waits for the end of what is under way."""
        self.in_service = True
        """Whether sessions are offered: what was asked, once no transaction runs any more."""
        self.remote_tag = ""
        """The id tag of a RemoteStartTransaction that no session has used yet."""
        self.pilot_ok = True
        self.duty_permille = CONSTANT_DUTY
        self.ev_pilot = "A"
        self.limit_w = 0
        """What is allowed: by the network, and by charging profiles (:mod:`fsm.v2g.limited`)."""
        self.network_w = 0
        self.profile_w: int | None = None
        """What the profiles allow; None without any."""
        self.unconfirmed = 0
        """Version of a lower limit that is not confirmed yet; 0 for none."""
        self.told = False
        """Whether the EV was sent that limit."""
        self.time: WallClock = self.station.clock
        """What plans go by: the network's time where there is one, else the own wall clock."""
        self.plans = False
        """Whether the network plans the power of those who opt in."""
        self.planned: tuple[PMaxEntry, ...] = ()
        """The plan for the transaction as (s of the run, W from then on).

        Empty without a plan: then the limit is all that is known of the future.
        """

    @property
    def transaction_id(self) -> int | None:
        """The transaction that runs here, if any."""
        return self.station.transaction_id

    @property
    def modes(self) -> tuple[EnergyTransferMode, ...]:
        """The energy transfer modes on offer, best first."""
        if self.current == "DC":
            return (EnergyTransferMode.DC_EXTENDED, EnergyTransferMode.DC_CORE)
        if self.phases == 1:
            return (EnergyTransferMode.AC_SINGLE_PHASE_CORE,)
        return (EnergyTransferMode.AC_THREE_PHASE_CORE, EnergyTransferMode.AC_SINGLE_PHASE_CORE)

    @property
    def max_current_ma(self) -> int:
        """The limit in force as current of each phase, rounded down."""
        return self.limit_w * 1_000 // (PHASE_V * self.phases)

    def notice(self, severity: str, text: str) -> None:
        """A line for the event log."""
        self.out.append(Notice(severity, text))

    def refuse(self, who: str, code: str, why: str) -> None:
        """Refuse an id tag or a contract: a line for the event log, and one for the books."""
        self.notice("fault", why)
        self.out.append(Refused(who, code))

    def set_timer(self, name: str, delay_us: int) -> None:
        """Start a timer anew."""
        self.out.append(SetTimer(name, delay_us))

    def cancel(self, *names: str) -> None:
        """Forget timers."""
        self.out.extend(CancelTimer(name) for name in names)

    def set_pilot(self, state_ok: bool, duty_permille: int) -> None:
        """Set the oscillator; nothing when it is so already."""
        if (self.pilot_ok, self.duty_permille) != (state_ok, duty_permille):
            self.pilot_ok, self.duty_permille = state_ok, duty_permille
            self.out.append(PilotDuty(state_ok, duty_permille))

    def open_contactor(self) -> None:
        """Open it; no energy is metered from then on."""
        if self.contactor_closed:
            self.contactor_closed = False
            self.out.append(Contactor(closed=False))
            self.cancel("meter")

    def close_contactor(self) -> bool:
        """Close it; False when it does not close."""
        if self.contactor_stuck:
            self.defective = True
            return False
        if not self.contactor_closed:
            self.contactor_closed = True
            self.out.append(Contactor(closed=True))
            self.set_timer("meter", self.meter_interval_us)
        return True

    def take_limit(self, limit_w: int, version: int) -> None:
        """The network allows ``limit_w`` from now on.

        ``version`` is 0, or what the network waits for to be confirmed. Power that this charge
        point gives up is given to others when it confirms, so it does so only when the EV is known
        to follow: with the request after the response that told the limit, or at once where no
        EV was offered any power.
        """
        self.network_w = limit_w
        self.limit_w = self.least_w(limit_w)
        self.unconfirmed = version
        self.told = False
        if not self.may_draw:
            self.confirm_limit()

    def least_w(self, network_w: int) -> int:
        """The lower of what the network and the profiles allow."""
        return network_w if self.profile_w is None else min(network_w, self.profile_w)

    def reason(self, otherwise: Reason) -> Reason:
        """Why the transaction ends now: because it was to be stopped, or ``otherwise``."""
        return self.session.stop_reason or otherwise

    @property
    def may_draw(self) -> bool:
        """Whether an EV has been told of a limit that it may still follow."""
        return self.session.offered_w >= 0 and not self.session.closed

    def confirm_limit(self) -> None:
        """Tell the network that the lower limit is followed."""
        if self.unconfirmed:
            self.out += self.station.limit_applied(self.unconfirmed)
            self.unconfirmed = 0
