"""Follows the frames of one charge point and writes them down as either version has them.

The network's frames go in, in the order in which the charge point sends and hears them; the
standard's frames come out, none, one or more for each. A CALL to a charge point is one of the
CSMS; its unique id is made of the instruction's number.
"""

from typing import Protocol

from attrs import define, field

from fsm.ocpp import v16
from fsm.ocpp.dialogue201 import Dialogue201
from fsm.ocpp.frames import CALL, CALL_ERROR, CALL_RESULT
from fsm.ocpp.outside import Frame, Outside, Payload, beside, refused
from fsm.ocpp.profiles.model import Version


class Dialogue(Protocol):
    """One charge point's frames in one version of OCPP."""

    def call(self, unique_id: str, action: str, payload: Payload) -> list[Outside]:
        """The charge point calls the network, or, for an instruction, is called."""
        ...

    def answer(self, frame: Frame) -> list[Outside]:
        """A CALLRESULT or CALLERROR of the log."""
        ...


def dialogue(version: Version, start_us: int) -> Dialogue:
    """A dialogue of a charge point; the run began at ``start_us``, in µs since 1970."""
    return Dialogue16(start_us) if version is Version.V16 else Dialogue201(start_us)


@define
class _Asked16:
    action: str
    outside: str
    rest: Payload | None


@define
class Dialogue16:
    """OCPP 1.6: frame by frame; what has no place follows in a DataTransfer."""

    start_us: int
    _asked: dict[str, _Asked16] = field(factory=dict, init=False)

    def call(self, unique_id: str, action: str, payload: Payload) -> list[Outside]:
        """A CALL."""
        name, body, rest = v16.call(action, payload, self.start_us)
        self._asked[unique_id] = _Asked16(action, name, rest)
        return [Outside([CALL, unique_id, name, body], name)]

    def answer(self, frame: Frame) -> list[Outside]:
        """An answer; one to nobody's CALL is left out."""
        asked = self._asked.pop(frame[1], None)
        if asked is None:
            return []
        if frame[0] == CALL_ERROR:
            return [refused(frame, asked.outside, v16.error(frame[2]))]
        body = v16.result(asked.action, frame[2], self.start_us)
        out = [Outside([CALL_RESULT, frame[1], body], asked.outside)]
        if asked.rest is not None:
            number, name = beside(frame[1]), v16.DATA_TRANSFER
            out.append(Outside([CALL, number, name, asked.rest], name))
            out.append(Outside([CALL_RESULT, number, {"status": "Accepted"}], name))
        return out
