"""A log of OCPP 1.6 messages as a real network writes it, with all its faults, from a seed.

``python -m tools.ocpp_log FILE [messages] [seed]`` writes it as JSON lines, CSV or Parquet. Charge
points boot and count their messages anew, go silent, are asked by the CSMS, charge; answers are
lost, late or errors, CALLs are sent again, rows are doubled and out of order, bodies break the
schema or are no JSON at all.
"""

import json
import sys
from heapq import heapify, heappop, heappush
from itertools import count
from random import Random
from typing import Any

from evtui.ask.writer import log_writer
from fsm.ocpp.messagelog.timestamps import format_time
from paxos.sim.streams import stream

SECOND_US = 1_000_000
START_US = 1_767_225_600_000_000
"""When the first charge points boot: 2026-01-01."""
MESSAGES = 50_000
MESSAGES_PER_CP = 500
CSMS_CALLS = ("RemoteStartTransaction", "Reset", "ChangeConfiguration", "TriggerMessage")

BROKEN_PPM = 2_000
DOUBLED_PPM = 10_000
WINDOW = 50
"""Rows are at most about so far from where their time would put them."""

Row = dict[str, Any]


class ChargePoint:
    """One charge point, and what the CSMS answers it. Times in µs since 1970."""

    def __init__(self, number: int, seed: int, transactions: "count[int]") -> None:
        self.random = stream(seed, f"ocpp-log/{number}")
        self.id = f"CP{number}"
        self.now_us = START_US + self.random.randrange(3_600) * SECOND_US
        self.interval_s = 300
        self.alive = True
        self.snake = self.random.random() < 0.2
        self.sloppy = self.random.random() < 0.3
        self.kwh = self.random.random() < 0.2
        self.meter_wh = self.random.randrange(1_000_000)
        self.rows: list[Row] = []
        self._transactions = transactions
        self._next_id = 1
        self.boot()

    # One thing after another.

    def go_on(self) -> None:
        """Do one thing more; the clock goes on with it."""
        chance = self.random.random()
        if chance < 0.001:
            self.alive = False
        elif chance < 0.01:
            self.boot()
        elif chance < 0.05:
            self.asked()
        elif chance < 0.08:
            self.charge()
        else:
            self.pause(self.interval_s)
            self.call("Heartbeat", {}, {"currentTime": self.stamp()})

    def pause(self, seconds: int) -> None:
        """Let about so much time pass."""
        self.now_us += self.random.randrange(seconds * 900, seconds * 1_100) * 1_000

    def boot(self) -> None:
        """BootNotification, after which the unique ids begin anew."""
        self._next_id = 1
        self.pause(30)
        body = {"chargePointModel": "coolest", "chargePointVendor": "seed"}
        if self.random.random() < 0.2:
            rejected = {"status": "Rejected", "currentTime": self.stamp(), "interval": 5}
            self.call("BootNotification", body, rejected)
            self.pause(5)
        interval_s = self.random.choice((60, 300, 900))
        accepted = {"status": "Accepted", "currentTime": self.stamp(), "interval": interval_s}
        if self.call("BootNotification", body, accepted):
            self.interval_s = interval_s

    def asked(self) -> None:
        """The CSMS calls; the charge point may not answer."""
        self.pause(20)
        action, unique_id = self.random.choice(CSMS_CALLS), f"csms-{self.random.getrandbits(64)}"
        self.write(unique_id, 2, action, {})
        if self.random.random() < 0.8:
            self.pause(1)
            self.write(unique_id, 3, action, {"status": "Accepted"})

    def charge(self) -> None:
        """A transaction: begun, metered, and mostly ended."""
        transaction_id = next(self._transactions)
        start = {
            "connectorId": 1, "idTag": f"{self.random.getrandbits(32):08x}",
            "timestamp": self.stamp(), "meterStart": self.meter_wh,
        }  # fmt: skip
        if self.random.random() < 0.05:
            self.call("StartTransaction", start, _started(0, "Blocked"))
            return
        # It is asked again until an answer comes; the CSMS knows the transaction again.
        while not self.call("StartTransaction", start, _started(transaction_id, "Accepted")):
            self.pause(10)
        for _ in range(self.random.randrange(2, 30)):
            self.pause(60)
            self.meter_wh += self.random.randrange(200)
            self.call("MeterValues", self.reading(transaction_id), {})
        if self.random.random() < 0.05:
            return
        stop = {
            "transactionId": transaction_id, "timestamp": self.stamp(),
            "meterStop": self.meter_wh, "reason": "Local",
        }  # fmt: skip
        while not self.call("StopTransaction", stop, {}):
            self.pause(10)

    def reading(self, transaction_id: int) -> Row:
        """MeterValues; a sloppy charge point breaks the schema as the sample of many logs does."""
        value: object = self.meter_wh / 1_000 if self.kwh else self.meter_wh
        register: Row = {
            "value": value if self.sloppy else str(value),
            "measurand": "Energy.Active.Import.Register",
            "unit": "kWh" if self.kwh else "Wh",
        }
        if self.sloppy:
            register["phase"] = ""
        voltage = {"value": f"{self.random.randrange(2_250, 2_350) / 10}",
                   "measurand": "Voltage", "phase": "L1-N", "unit": "V"}  # fmt: skip
        values: object = {"timestamp": self.stamp(), "sampledValue": [voltage, register]}
        return {
            "connectorId": 1,
            "transactionId": transaction_id,
            "meterValue": values if self.sloppy else [values],
        }

    # Frames.

    def stamp(self) -> str:
        """Now, to the millisecond; some charge points leave out that it is UTC."""
        text = format_time(self.now_us // 1_000 * 1_000 + 1_000).removesuffix("Z")
        text = text if "." in text else text + ".000"
        return text if self.sloppy else text + "Z"

    def call(self, action: str, body: Row, result: Row) -> bool:
        """Call; whether a CALLRESULT came. It takes some time, and may be lost or an error."""
        unique_id = str(self._next_id)
        self._next_id += 1
        self.write(unique_id, 2, action, body)
        self.now_us += self.random.randrange(5, 400) * 1_000
        chance = self.random.random()
        if action.endswith("Transaction"):
            chance /= 5  # these are few, and it is their faults that matter
        if chance < 0.01:
            if chance < 0.005:  # it comes when nobody waits for it any more
                self.write(unique_id, 3, action, result, self.now_us + 15 * SECOND_US)
            return False
        if chance < 0.02:
            error = {"errorCode": "InternalError", "errorDescription": "", "errorDetails": {}}
            self.write(unique_id, 4, action, error)
            return False
        self.write(unique_id, 3, action, result)
        return True

    def write(
        self, unique_id: str, kind: int, action: str, body: Row, at_us: int | None = None
    ) -> None:
        """A row of the log."""
        self.rows.append(
            {
                "message_id": unique_id,
                "message_type": kind,
                "charge_point_id": self.id,
                "action": action,
                "write_timestamp": format_time(self.now_us if at_us is None else at_us),
                "body": _snake(body) if self.snake else body,
            }
        )


def _started(transaction_id: int, status: str) -> Row:
    return {"transactionId": transaction_id, "idTagInfo": {"status": status}}


def _snake(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            "".join(f"_{c.lower()}" if c.isupper() else c for c in key): _snake(item)
            for key, item in value.items()
        }
    return [_snake(item) for item in value] if isinstance(value, list) else value


def generate(messages: int = MESSAGES, seed: int = 1) -> list[Row]:
    """So many rows, a function of the seed. Bodies are objects, or texts that are no JSON."""
    transactions = count(1)
    cps = [
        ChargePoint(number, seed, transactions)
        for number in range(1, max(messages // MESSAGES_PER_CP, 2) + 1)
    ]
    turns = [(cp.now_us, number) for number, cp in enumerate(cps)]
    heapify(turns)
    while turns and sum(map(len, (cp.rows for cp in cps))) < messages:
        for _ in range(len(turns)):
            _, number = heappop(turns)
            cps[number].go_on()
            if cps[number].alive or len(turns) < len(cps) // 2:
                heappush(turns, (cps[number].now_us, number))
    random = stream(seed, "ocpp-log/noise")
    rows = sorted((row for cp in cps for row in cp.rows), key=lambda row: row["write_timestamp"])
    return _shuffle([_damage(row, random) for row in _double(rows[:messages], random)], random)


def _double(rows: list[Row], random: Random) -> list[Row]:
    """Some rows a second time; the last are dropped for them."""
    doubled = [row for row in rows for _ in range(1 + (random.random() < DOUBLED_PPM / 1e6))]
    return doubled[: len(rows)]


def _damage(row: Row, random: Random) -> Row:
    if random.random() >= BROKEN_PPM / 1e6:
        return row
    text = json.dumps(row["body"], separators=(",", ":"))
    return {**row, "body": text[: len(text) // 2]}


def _shuffle(rows: list[Row], random: Random) -> list[Row]:
    """Out of order, but not far."""
    places = [(at + random.random() * WINDOW, at) for at in range(len(rows))]
    return [rows[at] for _, at in sorted(places)]


def main() -> int:
    """Write a log."""
    path, *rest = sys.argv[1:] or ["ocpp-log.jsonl"]
    messages, seed = (*map(int, rest), *(MESSAGES, 1)[len(rest) :])
    with log_writer(path, "FILE") as write:
        for row in generate(messages, seed):
            write(row)
    return 0


if __name__ == "__main__":
    sys.exit(main())
