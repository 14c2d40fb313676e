"""The OCPP side of a charge point: what it tells the network, and what it was answered.

Answers come later, or never while the log cannot be reached, and the session may be another one
by then. So each question is asked once: while it is open, a new session with the same id tag
adopts it, and an answer that nobody wants any more is undone (a transaction that was started too
late is stopped at once). At most one Heartbeat and one MeterValues wait in the queue: the
register is cumulative, so a reading that is left out loses nothing, and a long partition does
not fill the queue.
"""

from typing import Any, ClassVar

from fsm.clock import WallClock
from fsm.effects import Call, Effect, Notice, SetTimer
from fsm.energy.meter import Beginning, Meter
from fsm.ocpp.actions import (
    LIMIT_APPLIED,
    PAY,
    VENDOR_ID,
    Action,
    AuthorizationStatus,
    ChargePointError,
    Reason,
)
from fsm.ocpp.bookings import Bookings
from fsm.ocpp.frames import CALL_RESULT
from fsm.ocpp.money import euros
from fsm.ocpp.status import WAYS, ConnectorStatus
from fsm.trust.contracts import Checked
from fsm.trust.keys import public_key
from fsm.trust.receipts import Receipt, write_receipt

CONNECTOR_ID = 1
"""A charge point has one connector here."""

MODEL = {"AC": "Simulated AC", "DC": "Simulated DC"}

START_TRIES = 3
"""How many StartTransactions one session makes before it gives up."""

START_RETRY_US = 5_000_000
"""Pause before StartTransaction is tried again; the reason to refuse it may be going away."""

BOOT_RETRY_US = 10_000_000
"""Pause before BootNotification is tried again after an error."""


class Station:
    """What a charge point and the network know of each other. Power in W, times in µs.

    ``now_us`` is the monotonic clock's time everywhere; time stamps are the wall clock's.
    """

    def __init__(
        self,
        rated_w: int,
        current: str,
        meter: Meter,
        clock: WallClock,
        cp_id: str = "",
        tariff: dict[str, object] | None = None,
    ) -> None:
        """``tariff`` is what it tells the network of its prices; None where charging is free."""
        self.cp_id = cp_id
        self.rated_w = rated_w
        self.current = current
        self.meter = meter
        self.clock = clock
        self.tariff = tariff
        self.status: ConnectorStatus | None = None
        """As last reported; None before the first report."""
        self.transaction_id: int | None = None
        self.certificate_status = ""
        """What the network said of the contract certificate, empty without one."""
        self.start_refused = ""
        """Why the session's last StartTransaction was refused; empty otherwise."""
        self._authorize_asked = ""
        self._authorize_answer: tuple[str, str] = ("", "")
        self._begun: Beginning | None = None
        """How the transaction that was asked for last begins."""
        self._start_asked = ""
        self._start_reason = Reason.OTHER
        """Why a transaction whose start is still asked for is to be stopped at once."""
        self._start_wanted = False
        self._start_tries = 0
        self._start_after_us = 0
        self._heartbeat_us = 0
        self._waiting: dict[str, bool] = {}
        """Actions of which one call at most may wait, and whether one does."""
        self._orphans: dict[int, None] = {}
        self.bookings = Bookings(clock)
        self.place: tuple[int, int] | None = None
        """Where it stands, in metres; told with BootNotification."""

    @property
    def busy(self) -> bool:
        """Whether a transaction runs, or its start is asked for."""
        return self.transaction_id is not None or bool(self._start_asked)

    # -- what the charge point tells ---------------------------------------------------------

    def boot(self) -> list[Effect]:
        """BootNotification; ``ratedPower`` and ``current`` tell the network what it can share.

        ``tariff`` tells what it asks for (:mod:`fsm.network.tariff`).
        """
        payload: dict[str, object] = {
            "chargePointVendor": VENDOR_ID,
            "chargePointModel": MODEL[self.current],
            "ratedPower": self.rated_w,
            "current": self.current,
            **({} if self.place is None else {"at": list(self.place)}),
        }
        if self.tariff is not None:
            payload["tariff"] = self.tariff
        if self.meter.key:
            payload["meterPublicKey"] = public_key(self.meter.key).hex()
        return [Call(Action.BOOT_NOTIFICATION.value, payload)]

    def heartbeat(self) -> list[Effect]:
        """Heartbeat, and the timer of the next one."""
        return [
            *self._one_at_a_time(Action.HEARTBEAT, {}),
            SetTimer("heartbeat", self._heartbeat_us),
        ]

    def renew(self) -> list[Effect]:
        """A Heartbeat besides: an answer to it says that the log is reached."""
        return self._one_at_a_time(Action.HEARTBEAT, {})

    def report(self, status: ConnectorStatus, error: ChargePointError, now_us: int) -> list[Effect]:
        """StatusNotification, when the status is another than before.

        Where the standard's table has no such transition, it goes by way of others.
        """
        before = self.status
        if status is before:
            return []
        steps = WAYS[before, status] if before else (status,)
        self.status = status
        return [
            Call(
                Action.STATUS_NOTIFICATION.value,
                {
                    "connectorId": CONNECTOR_ID,
                    "errorCode": error.value,
                    "status": step.value,
                    "timestamp": self.clock.wall_us(now_us),
                },
            )
            for step in steps
        ]

    def meter_values(self, now_us: int) -> list[Effect]:
        """MeterValues of the running transaction."""
        if self.transaction_id is None:
            return []
        sample = {
            "value": str(self.meter.energy_wh),
            "measurand": "Energy.Active.Import.Register",
            "unit": "Wh",
        }
        payload: dict[str, object] = {
            "connectorId": CONNECTOR_ID,
            "transactionId": self.transaction_id,
            "meterValue": [{"timestamp": self.clock.wall_us(now_us), "sampledValue": [sample]}],
        }
        return self._one_at_a_time(Action.METER_VALUES, payload)

    def limit_applied(self, version: int) -> list[Effect]:
        """The EV follows the limit of this version (:mod:`fsm.network.limits`)."""
        return [transfer(LIMIT_APPLIED, {"version": version})]

    def _one_at_a_time(self, action: Action, payload: dict[str, object]) -> list[Effect]:
        if self._waiting.get(action.value):
            return []
        self._waiting[action.value] = True
        return [Call(action.value, payload)]

    # -- a session's questions ---------------------------------------------------------------

    def begin(self) -> None:
        """A new session: earlier answers do not count."""
        self._authorize_answer = ("", "")
        self.start_refused = self.certificate_status = ""
        self._start_tries = 0
        self._start_after_us = 0

    def authorize(self, id_tag: str, contract: Checked | None = None) -> tuple[str, list[Effect]]:
        """What the network says of ``id_tag`` (empty while it has not answered), and the call."""
        answered, status = self._authorize_answer
        if answered == id_tag:
            return status, []
        if self._authorize_asked:
            return "", []
        self._authorize_asked = id_tag
        payload: dict[str, object] = {"idTag": id_tag}
        if contract is not None:
            payload["iso15118CertificateHashData"] = [contract.hash_data]
        return "", [Call(Action.AUTHORIZE.value, payload)]

    def start(
        self, id_tag: str, now_us: int, contract: Checked | None = None, flexible_w: int = 0
    ) -> list[Effect]:
        """See to it that a transaction of ``id_tag`` runs; ask again until it does.

        ``flexible_w`` is what the EV could take, of a driver who opted in to smart charging.
        """
        if self.transaction_id is not None or self.start_refused:
            return []
        if self._start_asked:
            # Of an earlier session: adopted when it is the same driver's, else waited for.
            self._start_wanted = self._start_asked == id_tag
            return []
        if now_us < self._start_after_us:
            return []
        self._start_asked, self._start_wanted = id_tag, True
        self._start_tries += 1
        wall_us, meter_wh = self.clock.wall_us(now_us), self.meter.energy_wh
        self._begun = (id_tag, wall_us, meter_wh)
        self.meter.begin(self._begun)
        payload: dict[str, object] = {
            "connectorId": CONNECTOR_ID,
            "idTag": id_tag,
            "meterStart": meter_wh,
            "timestamp": wall_us,
        }
        if flexible_w:
            payload["flexiblePower"] = flexible_w
        reserved = self.bookings.id_of(id_tag)
        if reserved:
            payload["reservationId"] = reserved
        if contract is not None:
            payload["idTokenType"] = "eMAID"
            payload["iso15118CertificateHashData"] = [contract.hash_data]
        return [Call(Action.START_TRANSACTION.value, payload)]

    def stop(self, reason: Reason, now_us: int) -> list[Effect]:
        """End the transaction, or the one that is being started; nothing when there is none."""
        self._start_wanted, self._start_reason = False, reason
        transaction_id, self.transaction_id = self.transaction_id, None
        if transaction_id is None:
            return []
        return [self._stop_call(transaction_id, reason, now_us, self._begun)]

    def orphan(
        self,
        transaction_id: int,
        now_us: int,
        begun: Beginning | None = None,
        reason: Reason = Reason.POWER_LOSS,
    ) -> list[Effect]:
        """End a transaction of before the last boot, once.

        ``begun`` is how the network knows it to have begun; the meter signs only what it remembers.
        """
        if transaction_id == self.transaction_id or transaction_id in self._orphans:
            return []
        self._orphans[transaction_id] = None
        return [
            self._stop_call(transaction_id, reason, now_us, begun),
            Notice("charging", f"transaction {transaction_id} of before the restart is ended"),
        ]

    def pay(self, transaction_id: int) -> list[Effect]:
        """Have the driver pay a bill; done twice it is paid once all the same."""
        return [transfer(PAY, {"transactionId": transaction_id})]

    def _stop_call(
        self, transaction_id: int, reason: Reason, now_us: int, begun: Beginning | None
    ) -> Call:
        wall_us = self.clock.wall_us(now_us)
        payload: dict[str, object] = {
            "transactionId": transaction_id,
            "meterStop": self.meter.energy_wh + self.meter.forged_wh,
            "timestamp": wall_us,
            "reason": reason.value,
        }
        if self.meter.key and begun is not None and begun in self.meter.beginnings:
            payload["transactionData"] = [self._signed(transaction_id, wall_us, begun)]
        return Call(Action.STOP_TRANSACTION.value, payload)

    def _signed(self, transaction_id: int, wall_us: int, begun: Beginning) -> dict[str, object]:
        """A ``MeterValue`` with the meter's receipt of a transaction (OCPP 1.6, 7.33, 7.45)."""
        receipt = Receipt(self.cp_id, transaction_id, *begun, wall_us, self.meter.energy_wh)
        sample = {
            "value": write_receipt(self.meter.key, receipt),
            "context": "Transaction.End",
            "format": "SignedData",
            "measurand": "Energy.Active.Import.Register",
            "unit": "Wh",
        }
        return {"timestamp": wall_us, "sampledValue": [sample]}

    # -- answers -----------------------------------------------------------------------------

    def on_result(
        self, action: str, payload: dict[str, Any], result: list[Any], now_us: int
    ) -> list[Effect]:
        """The answer to one of the calls, a CALLRESULT or a CALLERROR."""
        self._waiting.pop(action, None)
        good = len(result) >= 3 and result[0] == CALL_RESULT and isinstance(result[2], dict)
        answer: dict[str, Any] = result[2] if good else {}
        handler = self._ANSWERS.get(action)
        effects = list(handler(self, payload, answer, now_us)) if handler else []
        if not good:
            code = result[2] if len(result) > 2 else "no reason"
            effects.append(Notice("fault", f"{action} was refused: {code}"))
        return effects

    def _on_boot(
        self, payload: dict[str, Any], answer: dict[str, Any], now_us: int
    ) -> list[Effect]:
        interval = answer.get("interval", 0)
        if answer.get("status") != "Accepted" or not isinstance(interval, int) or interval <= 0:
            return [SetTimer("boot", BOOT_RETRY_US)]
        self._heartbeat_us = interval * 1_000_000
        return [SetTimer("heartbeat", self._heartbeat_us)]

    def _on_authorize(
        self, payload: dict[str, Any], answer: dict[str, Any], now_us: int
    ) -> list[Effect]:
        self._authorize_asked = ""
        status = _tag_status(answer) or AuthorizationStatus.INVALID.value
        self._authorize_answer = (str(payload.get("idTag", "")), status)
        self.certificate_status = str(answer.get("certificateStatus", ""))
        return []

    def _on_start(
        self, payload: dict[str, Any], answer: dict[str, Any], now_us: int
    ) -> list[Effect]:
        wanted, self._start_asked, self._start_wanted = self._start_wanted, "", False
        transaction_id, status = answer.get("transactionId"), _tag_status(answer)
        if status != AuthorizationStatus.ACCEPTED or not isinstance(transaction_id, int):
            if wanted:
                self._start_after_us = now_us + START_RETRY_US
                retry = (
                    status == AuthorizationStatus.CONCURRENT_TX and self._start_tries < START_TRIES
                )
                self.start_refused = "" if retry else status or "an error"
            return []
        if not wanted:
            return [self._stop_call(transaction_id, self._start_reason, now_us, self._begun)]
        self.transaction_id = transaction_id
        return [
            Notice("charging", f"transaction {transaction_id} of {payload.get('idTag')} begins")
        ]

    def _on_stop(
        self, payload: dict[str, Any], answer: dict[str, Any], now_us: int
    ) -> list[Effect]:
        """The transaction is closed, and so its bill is made: it is paid at once."""
        transaction_id = payload.get("transactionId")
        if answer.get("totalCost") and isinstance(transaction_id, int):
            return self.pay(transaction_id)
        return []

    def _on_transfer(
        self, payload: dict[str, Any], answer: dict[str, Any], now_us: int
    ) -> list[Effect]:
        data, sent = answer.get("data"), payload.get("data")
        told = data if isinstance(data, dict) else {}
        if payload.get("messageId") != PAY or not isinstance(sent, dict):
            if answer.get("status") != "Rejected":
                return []
            why = told.get("why", "")
            return [Notice("fault", f"{payload.get('messageId')} was refused: {why}")]
        what = f"the bill of transaction {sent.get('transactionId')}"
        if answer.get("status") == "Accepted":
            return [Notice("charging", f"{what} is paid, {euros(told.get('cents'))}")]
        return [Notice("fault", f"{what} is not paid: {told.get('reason', 'no reason')}")]

    _ANSWERS: ClassVar[dict[str, Any]] = {
        Action.BOOT_NOTIFICATION.value: _on_boot,
        Action.AUTHORIZE.value: _on_authorize,
        Action.START_TRANSACTION.value: _on_start,
        Action.STOP_TRANSACTION.value: _on_stop,
        Action.DATA_TRANSFER.value: _on_transfer,
    }


def transfer(message_id: str, data: dict[str, object]) -> Call:
    """One of the network's own messages, for which OCPP has none."""
    payload: dict[str, object] = {"vendorId": VENDOR_ID, "messageId": message_id, "data": data}
    return Call(Action.DATA_TRANSFER.value, payload)


def _tag_status(answer: dict[str, Any]) -> str:
    info = answer.get("idTagInfo")
    status = info.get("status") if isinstance(info, dict) else None
    return status if isinstance(status, str) else ""
