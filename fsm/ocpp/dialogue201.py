"""Follows the frames of one charge point and writes them down as OCPP 2.0.1 has them.

2.0.1 has another idea of a transaction than 1.6: the charge point gives it its id, numbers its
events, and tells its states by events instead of statuses. So the dialogue keeps the id (the unique
id of its StartTransaction), ``seqNo``, the charging state, and what was last told of the connector.
"""

from typing import Any, ClassVar, Final

from attrs import define, field

from fsm.ocpp import profiles_outside, v201
from fsm.ocpp.frames import CALL, CALL_RESULT
from fsm.ocpp.outside import Frame, Outside, Payload, beside, refused, split, time_out
from fsm.ocpp.profiles.model import Version
from fsm.ocpp.status import ConnectorStatus, charging_state_201, status_201


@define
class _Transaction:
    """A transaction as 2.0.1 has it."""

    id: str
    seq_no: int = 0
    id_tag: str = ""
    state: str = ""
    ended: bool = False

    def next_seq_no(self) -> int:
        """The number of its next event."""
        self.seq_no += 1
        return self.seq_no - 1


@define
class _Asked201:
    action: str
    """As the log calls it."""
    outside: str
    """As 2.0.1 does; empty where there is nothing to say."""
    payload: Payload


_EVENT: Final = "TransactionEvent"


@define
class Dialogue201:
    """OCPP 2.0.1."""

    start_us: int
    _asked: dict[str, _Asked201] = field(factory=dict, init=False)
    _transactions: dict[int, _Transaction] = field(factory=dict, init=False)
    """By the network's number."""
    _starting: _Transaction | None = field(default=None, init=False)
    """Its start was asked for and not answered."""
    _running: _Transaction | None = field(default=None, init=False)
    _status: str = field(default="", init=False)
    _state: str = field(default="Idle", init=False)
    _was_reset: bool = field(default=False, init=False)
    _meter_key: str = field(default="", init=False)
    """Public key of the meter, in hexadecimal, as the boot has told it."""
    _remote: dict[str, int] = field(factory=dict, init=False)
    """Remote starts that were accepted: their numbers by id tag."""

    def call(self, unique_id: str, action: str, payload: Payload) -> list[Outside]:
        """A CALL; none where 2.0.1 has nothing to say."""
        maker = self._MAKERS.get(action)
        if maker is not None:
            found: tuple[str, Payload] | None = maker(self, unique_id, payload)
        else:
            plain, make = v201.CALLS[action]
            found = plain, make(payload, self.start_us)
        name = "" if found is None else found[0]
        self._asked[unique_id] = _Asked201(action, name, payload)
        return [] if found is None else [Outside([CALL, unique_id, name, found[1]], name)]

    def answer(self, frame: Frame) -> list[Outside]:
        """An answer."""
        asked = self._asked.pop(frame[1], None)
        if asked is None:
            return []
        good = frame[0] == CALL_RESULT
        after = self._after(asked, frame) if good else []
        if not asked.outside:
            return after
        if not good:
            return [refused(frame, asked.outside, v201.error(frame[2]))]
        body = v201.result(asked.action, frame[2], self.start_us)
        return [Outside([CALL_RESULT, frame[1], body], asked.outside), *after]

    # -- what follows from an answer -----------------------------------------------------------

    def _after(self, asked: _Asked201, frame: Frame) -> list[Outside]:
        answer = frame[2]
        if asked.action == "StartTransaction":
            return self._started(asked, frame)
        if asked.action == "Reset" and answer.get("status") == "Accepted":
            self._was_reset = True
        if asked.action == "RemoteStartTransaction" and answer.get("status") == "Accepted":
            self._remote[asked.payload["idTag"]] = _number(frame[1])
        return []

    def _started(self, asked: _Asked201, frame: Frame) -> list[Outside]:
        """The network's number is known; a start that was refused ends at once."""
        starting, self._starting = self._starting, None
        if starting is None:
            return []
        number = frame[2].get("transactionId", 0)
        if number:
            self._transactions[number] = self._running = starting
            return []
        at = time_out(asked.payload["timestamp"], self.start_us)
        info = {"transactionId": starting.id, "stoppedReason": "DeAuthorized"}
        # Nothing flowed: the register still shows what it did.
        values = v201.register(asked.payload["meterStart"], at, "Transaction.End")
        body = v201.transaction_event(
            "Ended", at=at, seq_no=starting.next_seq_no(), trigger="Deauthorized", info=info,
            more={"meterValue": values},
        )  # fmt: skip
        unique_id = beside(frame[1])
        return [
            Outside([CALL, unique_id, _EVENT, body], _EVENT),
            Outside([CALL_RESULT, unique_id, {}], _EVENT),
        ]

    # -- CALLs that need to know what was before ------------------------------------------------

    def _boot(self, unique_id: str, payload: Payload) -> tuple[str, Payload]:
        reason = "RemoteReset" if self._was_reset else "PowerUp"
        self._was_reset, self._status, self._state = False, "", "Idle"
        self._meter_key = str(payload.get("meterPublicKey", ""))
        return "BootNotification", v201.boot_notification(payload, reason)

    def _notify_status(self, unique_id: str, payload: Payload) -> tuple[str, Payload] | None:
        """A status of the connector, or a state of the transaction; nothing if both are as before.

        A transaction that is not in the log yet has told its state when it started.
        """
        status = ConnectorStatus(payload["status"])
        self._state = charging_state_201(status)
        if status_201(status) != self._status:
            self._status = status_201(status)
            return "StatusNotification", v201.status_notification(payload, self.start_us)
        running = self._running
        if running is None or running.state == self._state or self._state == "Idle":
            return None
        running.state = self._state
        return self._updated(running, "ChargingStateChanged", payload["timestamp"], {})

    def _updated(
        self, it: _Transaction, trigger: str, at_us: int, more: Payload
    ) -> tuple[str, Payload]:
        info = {"transactionId": it.id, **({"chargingState": it.state} if it.state else {})}
        at = time_out(at_us, self.start_us)
        return _EVENT, v201.transaction_event(
            "Updated", at=at, seq_no=it.next_seq_no(), trigger=trigger, info=info, more=more
        )

    def _start(self, unique_id: str, payload: Payload) -> tuple[str, Payload]:
        keys = ("connectorId", "idTag", "meterStart", "timestamp", "reservationId", "idTokenType")
        known, rest = split(payload, keys)
        rest.pop("iso15118CertificateHashData", None)  # Authorize has said it
        state = self._state if self._state != "Idle" else "EVConnected"
        it = _Transaction(unique_id, id_tag=known["idTag"], state=state)
        self._starting = it
        at = time_out(known["timestamp"], self.start_us)
        info: Payload = {"transactionId": it.id, "chargingState": state}
        remote = self._remote.pop(it.id_tag, None)
        if remote is not None:
            info["remoteStartId"] = remote
        reserved = {"reservationId": known["reservationId"]} if "reservationId" in known else {}
        more = {
            "evse": {"id": known["connectorId"], "connectorId": 1},
            "idToken": v201.token(it.id_tag, known.get("idTokenType", v201.ID_TOKEN_TYPE)),
            "meterValue": v201.register(known["meterStart"], at, "Transaction.Begin"),
            **reserved,
            **v201.custom(rest),
        }
        trigger = "Authorized" if remote is None else "RemoteStart"
        return _EVENT, v201.transaction_event(
            "Started", at=at, seq_no=it.next_seq_no(), trigger=trigger, info=info, more=more
        )

    def _known(self, number: int) -> _Transaction:
        """The transaction of a number.

        One whose start was not answered here before a crash is the one that was being started.
        """
        found = self._transactions.get(number)
        if found is None:
            found = self._starting or _Transaction(str(number))
            self._transactions[number], self._starting = found, None
        return found

    def _meter_values(self, unique_id: str, payload: Payload) -> tuple[str, Payload]:
        """Readings of a transaction are events of it, others are MeterValues."""
        found = self._transactions.get(payload.get("transactionId", 0))
        if found is None or found.ended:
            return "MeterValues", v201.meter_values(payload, self.start_us)
        at_us = payload["meterValue"][-1]["timestamp"]
        values = {"meterValue": v201.meter_value(payload, self.start_us)}
        return self._updated(found, "MeterValuePeriodic", at_us, values)

    def _stop(self, unique_id: str, payload: Payload) -> tuple[str, Payload]:
        keys = ("transactionId", "meterStop", "timestamp", "reason", "idTag", "transactionData")
        known, rest = split(payload, keys)
        it = self._known(known["transactionId"])
        it.ended = True
        if it is self._running:
            self._running = None
        reason, trigger = v201.STOPPED[known.get("reason", "Local")]
        at = time_out(known["timestamp"], self.start_us)
        info = {"transactionId": it.id, "stoppedReason": reason}
        signed = [
            sample
            for entry in known.get("transactionData", ())
            for sample in entry["sampledValue"]
            if sample.get("format") == "SignedData"
        ]
        values = v201.stop_register(known["meterStop"], at, signed, self._meter_key)
        more = {"meterValue": values, **v201.custom(rest)}
        return _EVENT, v201.transaction_event(
            "Ended", at=at, seq_no=it.next_seq_no(), trigger=trigger, info=info, more=more
        )

    def _remote_start(self, unique_id: str, payload: Payload) -> tuple[str, Payload]:
        return "RequestStartTransaction", v201.request_start(payload, _number(unique_id))

    def _remote_stop(self, unique_id: str, payload: Payload) -> tuple[str, Payload]:
        return "RequestStopTransaction", {"transactionId": self._id(payload["transactionId"])}

    def _id(self, number: int) -> str:
        found = self._transactions.get(number)
        return str(number) if found is None else found.id

    def _set_profile(self, unique_id: str, payload: Payload) -> tuple[str, Payload]:
        body = profiles_outside.set_profile(Version.V201, payload, self.start_us)
        profile = body["chargingProfile"]
        if "transactionId" in profile:
            profile["transactionId"] = self._id(int(profile["transactionId"]))
        return "SetChargingProfile", body

    _MAKERS: ClassVar[dict[str, Any]] = {
        "BootNotification": _boot,
        "MeterValues": _meter_values,
        "RemoteStartTransaction": _remote_start,
        "RemoteStopTransaction": _remote_stop,
        "SetChargingProfile": _set_profile,
        "StartTransaction": _start,
        "StatusNotification": _notify_status,
        "StopTransaction": _stop,
    }
    """CALLs that need to know what was before; for the others: :data:`fsm.ocpp.v201.CALLS`."""


def _number(unique_id: str) -> int:
    """The number of the instruction that a unique id was made of."""
    return int(unique_id.rpartition("-")[2])
