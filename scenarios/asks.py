"""What a driver asked for and what came of it, and why a charge point could not give it."""

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any

import msgpack
from attrs import define

from fsm.network.records import Loss
from fsm.ocpp.reserving import Why
from scenarios.desk import News
from scenarios.units import DURATION

REASONS: dict[str, str] = {
    Why.FAULTED: "{cp} is faulted",
    Why.UNAVAILABLE: "{cp} is unavailable",
    Why.SILENT: "nothing was heard of {cp} for a while",
    Why.STOPPED: "{cp} is stopped by the operator",
    Why.OUT_OF_ORDER: "{cp} is out of order",
    Why.DISCONNECTED: "{cp} is disconnected",
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
    Why.STOPPED,
    Why.OUT_OF_ORDER,
    Why.DISCONNECTED,
    Why.OCCUPIED,
    Why.RESERVED,
    Why.WRONG_CURRENT,
    Why.TOO_LITTLE_POWER,
)
"""Reasons that are of one charge point: the network looked at all the others, too."""


_PLURALS = {"is": "are", "has": "have", "does": "do"}
NAMED_TOGETHER = 3
"""Of so many charge points that have the same reason the names are told, of more how many."""


def obstacle_text(obstacle: Mapping[str, Any]) -> str:
    """What stands against one charge point, with its figures: see ``RequestConnector``."""
    cp, reason = obstacle["cp"], str(obstacle["reason"])
    if "needs" in obstacle:
        has_kw, needs_kw = obstacle["has"] / 1000, obstacle["needs"] / 1000
        return f"{cp} is too slow: {has_kw:.3g} kW where {needs_kw:.3g} kW are needed"
    text = REASONS.get(reason, reason).format(cp=cp)
    if "until" not in obstacle:
        return text
    return f"{text.removesuffix(' then')} until {DURATION.format(obstacle['until'])}"


def obstacles_text(obstacles: Sequence[Mapping[str, Any]], more: int) -> str:
    """What stands against several, and how many more; empty for none."""
    texts = [obstacle_text(each) for each in obstacles]
    if more:
        texts.append(f"and {more:,} more cannot")
    return ", ".join(texts)


def refusal_text(asked_cp: str, reason: str, data: Mapping[str, Any]) -> str:
    """Why a driver was not given what he asked for, or not there: all that the network said."""
    obstacles = data.get("obstacles", [])
    if not obstacles:
        return REASONS.get(reason, reason).format(cp=asked_cp)
    text = obstacle_text(obstacles[0])
    others = obstacles_text(obstacles[1:], data.get("more", 0))
    return f"{text}, {others}" if others else text


def brief_text(asked_cp: str, reason: str, data: Mapping[str, Any]) -> str:
    """The same in short, of all charge points: those with one reason together, without figures."""
    groups: dict[str, list[str]] = {}
    for obstacle in data.get("obstacles", []):
        groups.setdefault(str(obstacle["reason"]), []).append(str(obstacle["cp"]))
    if not groups:
        return REASONS.get(reason, reason).format(cp=asked_cp)
    texts = [_of_several(why, cps) for why, cps in groups.items()]
    more = data.get("more", 0)
    return ", ".join((*texts, f"and {more:,} more cannot") if more else texts)


def _of_several(reason: str, cps: Sequence[str]) -> str:
    """A reason that is the same for all of these."""
    words = REASONS.get(reason, reason)
    if len(cps) == 1:
        return words.format(cp=cps[0])
    for one, several in _PLURALS.items():
        words = words.replace(f"{{cp}} {one} ", f"{{cp}} {several} ")
    who = (
        f"{', '.join(cps[:-1])} and {cps[-1]}" if len(cps) <= NAMED_TOGETHER else f"{len(cps)} CPs"
    )
    return words.format(cp=who)


def loss_text(loss: Loss) -> str:
    """Why a reservation was lost, and why no other charge point took it over."""
    text = REASONS.get(loss.why, loss.why).format(cp=loss.cp_id)
    if loss.moved_to:
        return text
    refused = REASONS.get(loss.refused, loss.refused)
    others = refused or obstacles_text(msgpack.unpackb(loss.obstacles), loss.more)
    return f"{text}, and no other can: {others}" if others else f"{text}, and there is no other"


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


class Tidings(IntEnum):
    """What has become of a question."""

    ANSWERED = 0
    """Or it got no answer."""
    PLUGGED = 1
    GAVE_UP = 2
    """He came, and the connector was taken."""
    LEFT = 3


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
    why: str = ""
    """The reason in words, with what stands against the others."""
    brief: str = ""
    """The same in short, for a driver who asks more than one site."""
    cp: str = ""
    held_until_us: int = 0
    gone: bool = False
    """The driver does not want it any more."""
    arrive_us: int = -1
    plugged: bool = False
    news: News | None = None
    """The last that he has heard of a fault."""
    early: News | None = None
    """The same, while he waits for the answer to his question still."""

    @property
    def granted(self) -> bool:
        """Whether he was promised a connector."""
        return self.answer in ("Reserved", "Redirected")

    @property
    def lost(self) -> str:
        """``moved`` or ``lost``, when he has been told that of his reservation."""
        if self.news is None:
            return ""
        return "moved" if self.news.loss.moved_to else "lost"
