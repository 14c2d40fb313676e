"""The few messages of a log on which the answers to the four questions rest.

A run goes on for days, and its log with it; what was completed, and what was heard last, needs
little of it. A gist takes the messages one by one, in order, and forgets those that no answer can
come to depend on any more. The questions (:mod:`fsm.ocpp.messagelog.answers`,
:mod:`fsm.ocpp.messagelog.transactions`) get from it what they would get from the whole log.

It keeps of each charge point the newest message and the newest that it sent itself; boots that are
not answered, and the last one that was accepted; what begins and ends a transaction; of the meter
values of each transaction those with the newest reading.
"""

from typing import Final

from fsm.ocpp.frames import CALL, CALL_RESULT
from fsm.ocpp.messagelog.calls import sent_by_charge_points
from fsm.ocpp.messagelog.message import Message, Notes
from fsm.ocpp.messagelog.readings import TransactionId, readings, transaction_of

_WHOLE: Final = ("StartTransaction", "StopTransaction", "TransactionEvent")
"""Of these nothing is forgotten: a transaction can be told from all of them only."""

_Key = tuple[str, str]
"""A charge point and a unique id, or what is kept of the charge point."""


class Gist:
    """What is left of a log. ``total`` counts the messages that it was given."""

    def __init__(self) -> None:
        self.total = 0
        self.notes = Notes()
        self._whole: list[Message] = []
        self._newest: dict[str, Message] = {}
        """By charge point."""
        self._sent: dict[str, Message] = {}
        self._booting: dict[_Key, Message] = {}
        self._booted: dict[str, tuple[Message, Message]] = {}
        """The last boot that was accepted, with its answer."""
        self._metered: dict[tuple[str, TransactionId | None], tuple[int, Message]] = {}
        """By transaction: when the newest reading was taken, and the message that has it."""

    def add(self, message: Message) -> None:
        """Take one more message, with its payload normalised.

        Raises:
            ValueError: it is an answer that does not say its action, so nobody knows who sent it.
        """
        if not message.action:
            raise ValueError(f"message {message.message_id} has no action")
        self.total += 1
        self._newest[message.cp_id] = message
        if sent_by_charge_points([message]):
            self._sent[message.cp_id] = message
        if message.action in _WHOLE:
            self._whole.append(message)
        elif message.action == "BootNotification":
            self._boot(message)
        elif message.action == "MeterValues" and message.kind == CALL and message.body:
            self._meter(message)

    def _boot(self, message: Message) -> None:
        key = (message.cp_id, message.message_id)
        if message.kind == CALL:
            self._booting[key] = message
        elif message.kind == CALL_RESULT:
            call = self._booting.pop(key, None)
            if call is not None and (message.body or {}).get("status") == "Accepted":
                self._booted[message.cp_id] = (call, message)

    def _meter(self, message: Message) -> None:
        found = readings(message, self.notes)
        if not found:
            return
        key = (message.cp_id, transaction_of(message))
        newest_us = max(reading.at_us for reading in found)
        known = self._metered.get(key)
        if known is None or newest_us >= known[0]:
            self._metered[key] = (newest_us, message)

    def messages(self) -> list[Message]:
        """What is kept, each once, in the order in which it came."""
        kept = [*self._whole, *self._newest.values(), *self._sent.values()]
        kept += self._booting.values()
        for pair in self._booted.values():
            kept += pair
        kept += (message for _, message in self._metered.values())
        by_row = {message.row: message for message in kept}
        return [by_row[row] for row in sorted(by_row)]
