"""What a driver asked for and what came of it, and why a charge point could not give it."""

from enum import IntEnum

from attrs import define

from fsm.ocpp.reserving import Why

REASONS: dict[str, str] = {
    Why.FAULTED: "{cp} is faulted",
    Why.UNAVAILABLE: "{cp} is unavailable",
    Why.SILENT: "nothing was heard of {cp} for a while",
    Why.OCCUPIED: "{cp} is occupied",
    Why.RESERVED: "{cp} is reserved then",
    Why.WRONG_CURRENT: "{cp} has the wrong current",
    Why.TOO_LITTLE_POWER: "{cp} cannot deliver so much in that time",
    Why.NO_CAPACITY: "the site has no power left for it then",
    Why.TOO_LATE: "that time is over",
    Why.SUPERSEDED: "a later question was answered",
    Why.ID_IN_USE: "it was called off",
    Why.NOT_AUTHORISED: "the id tag is not accepted",
    Why.CUT_OFF: "{cp} is cut off from the network",
    Why.NO_DECISION: "the network decides nothing at the moment",
    Why.DOWN: "{cp} does not run",
}

OBSTACLES = (
    Why.FAULTED,
    Why.UNAVAILABLE,
    Why.SILENT,
    Why.OCCUPIED,
    Why.RESERVED,
    Why.WRONG_CURRENT,
    Why.TOO_LITTLE_POWER,
)
"""Reasons that are of one charge point: the network looked at all the others, too."""


class Due(IntEnum):
    """What is due for a driver."""

    PUT = 0
    """His question arrives at the charge point."""
    PATIENCE = 1
    CALL_OFF = 2
    ARRIVE = 3
    LOOK = 4
    """See whether the EV is done."""
    LEAVE = 5
    UNPLUG = 6


@define
class Ask:
    """A driver's question for a connector, and what came of it. Times in µs of the run."""

    number: int
    """Also the id of the reservation."""
    ev: str
    id_tag: str
    asked_cp: str
    from_us: int
    until_us: int
    energy_wh: int
    hold_us: int
    asked_us: int
    answer: str = ""
    """Reserved, Redirected, Refused or NoAnswer; empty until then."""
    reason: str = ""
    cp: str = ""
    held_until_us: int = 0
    gone: bool = False
    """The driver does not want it any more."""
    arrive_us: int = -1
    plugged: bool = False

    @property
    def granted(self) -> bool:
        """Whether he was promised a connector."""
        return self.answer in ("Reserved", "Redirected")
