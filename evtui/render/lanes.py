"""Arrows of a space-time diagram in characters: lifelines, and lanes in which messages travel.

Time goes down. A message leaves its sender's lifeline along a row, turns into a lane beside its
receiver's, goes down as long as it is under way, and turns in where it arrives:

    ┊  ●───╮ ┊      sent
    ┊  ┊   │ ┊      others happen meanwhile
    ┊  ┊   ╰▶┊      taken

A lane that is not free is no harm: then the arrow has its two ends alone.
"""

from collections.abc import Iterable

from attrs import define, field

from evtui.render.line import Span
from scenarios.messages.view import Arrow, Moment

LIFELINE = "┊"
SENT, SELF, LOST = "●", "↩", "✗"
TAKEN = {1: "▶", -1: "◀"}
STEM, HELD = "│", "╎"
"""Of a lane: of a message that moves, and of one that is held."""
LATE = {1: "▷", -1: "◁"}
"""Heads by direction: to the right, to the left."""
_DOWN = {1: "╮", -1: "╭"}
_IN = {1: "╰", -1: "╯"}
_STUB = "╌"

CHANNEL_ROLE = {"paxos": "accent", "ocpp": "ok", "v2g": "consensus"}
CHOSEN = "key bold"


def is_lost_at_once(arrow: Arrow) -> bool:
    """Whether it never left: its arrow ends in the row in which it begins."""
    return arrow.ended_us == arrow.sent_us and not arrow.arrived and arrow.source != arrow.target


def role_of(arrow: Arrow) -> str:
    """The role in which an arrow is drawn; a sign says the same."""
    if arrow.ended_us is not None and not arrow.arrived:
        return "bad"
    return "warn" if arrow.late or arrow.held else CHANNEL_ROLE[arrow.channel]


@define
class _Lane:
    """Where an arrow travels: beside its target, ``side`` being the direction in which it goes."""

    x: int
    side: int
    role: str
    stem: str = STEM


@define
class Lanes:
    """Draws the rows of a window from top to bottom; ``columns`` are shown, in their order."""

    columns: tuple[int, ...]
    pitch: int
    chosen: frozenset[int] = frozenset()
    """Numbers of the arrows that are selected."""
    _open: dict[int, _Lane] = field(factory=dict)
    _cells: list[Span] = field(factory=list)

    @property
    def width(self) -> int:
        """Cells that all columns take."""
        return self.pitch * len(self.columns)

    def x(self, column: int) -> int:
        """The cell of a column's lifeline; of one that is not shown, beyond the edge."""
        if column in self.columns:
            return self.columns.index(column) * self.pitch + self.pitch // 2
        return -1 if column < self.columns[0] else self.width

    def is_shown(self, column: int) -> bool:
        """Whether a column is in sight."""
        return column in self.columns

    def begin(self, moments: Iterable[Moment]) -> None:
        """Arrows that were sent above the window, and end in it, come down from its edge."""
        listed = list(moments)
        sent = {arrow.number for it in listed if not it.ended for arrow in it.arrows}
        for it in listed:
            for arrow in it.arrows if it.ended else ():
                if arrow.number not in sent:
                    self._enter(arrow)

    def row(self, moment: Moment) -> list[Span]:
        """The cells of one row, and what they change for the rows below."""
        self._cells = [(" ", "")] * self.width
        for column in self.columns:
            self._put(self.x(column), LIFELINE, "faint")
        for lane in self._open.values():
            self._put(lane.x, lane.stem, lane.role)
        for arrow in moment.arrows:
            if moment.ended:
                self._end(arrow)
            elif arrow.source == arrow.target:
                self._put(self.x(arrow.source), SENT, self._role(arrow))
                self._put(self.x(arrow.source) + 1, SELF, self._role(arrow))
        if not moment.ended:
            self._send([it for it in moment.arrows if it.source != it.target])
        return self._cells

    def mark(self, columns: Iterable[int], sign: Span) -> None:
        """Put the sign of a note on lifelines of the row that was drawn last."""
        for column in columns:
            if self.is_shown(column):
                self._put(self.x(column), *sign)

    def _role(self, arrow: Arrow) -> str:
        return CHOSEN if arrow.number in self.chosen else role_of(arrow)

    def _put(self, x: int, text: str, role: str) -> None:
        if 0 <= x < self.width:
            self._cells[x] = (text, role)

    def _enter(self, arrow: Arrow) -> _Lane | None:
        """A free lane beside the target, the nearest one first; None where there is none."""
        if not self.is_shown(arrow.target) or arrow.source == arrow.target:
            return None
        side = 1 if arrow.source < arrow.target else -1
        taken = {lane.x for lane in self._open.values()}
        target = self.x(arrow.target)
        for away in range(2, self.pitch - 1):
            x = target - side * away
            if 0 <= x < self.width and x not in taken:
                stem = HELD if arrow.held else STEM
                lane = self._open[arrow.number] = _Lane(x, side, self._role(arrow), stem)
                return lane
        return None

    def _send(self, arrows: list[Arrow]) -> None:
        """The row in which a message leaves: to the farthest first, so that the nearest stay."""
        if not arrows:
            return
        source = self.x(arrows[0].source)
        before = {lane.x for lane in self._open.values()}
        ends: list[tuple[int, str, str]] = []
        for arrow in sorted(arrows, key=lambda it: -abs(it.target - it.source)):
            side = 1 if arrow.source < arrow.target else -1
            role = self._role(arrow)
            near = self.x(arrow.target) - 2 * side
            if is_lost_at_once(arrow):
                end = (near, LOST, role)
            elif (lane := self._enter(arrow)) is not None:
                end = (lane.x, _DOWN[side], role)
            else:
                end = (near, _STUB, role)
            self._run(source, end[0], role, before)
            ends.append(end)
        left, right = min(x for x, _, _ in ends), max(x for x, _, _ in ends)
        for x, text, role in ends:
            branches = text in _DOWN.values() and x not in (left, right)
            branches |= text == _DOWN[1] and x < right and x > source
            branches |= text == _DOWN[-1] and x > left and x < source
            self._put(x, "┬" if branches else text, role)
        self._put(source, SENT, self._role(arrows[0]))

    def _run(self, start: int, end: int, role: str, others: set[int]) -> None:
        """A horizontal line between two cells, with a sign where it crosses a lane."""
        step = 1 if end > start else -1
        for x in range(start + step, end, step):
            self._put(x, "┼" if x in others else "─", role)

    def _end(self, arrow: Arrow) -> None:
        """The row in which a message arrives, or is seen not to."""
        role = self._role(arrow)
        side = 1 if arrow.source < arrow.target else -1
        head = (LATE if arrow.late else TAKEN)[side] if arrow.arrived else LOST
        lane = self._open.pop(arrow.number, None)
        target = self.x(arrow.target)
        if lane is not None:
            others = {it.x for it in self._open.values()}
            self._run(lane.x, target - side, role, others)
            self._put(lane.x, _IN[side], role)
        elif self.is_shown(arrow.target):
            beside = target - 2 * side
            if not any(it.x == beside for it in self._open.values()):
                self._put(beside, _STUB, role)
        if arrow.source == arrow.target:
            self._put(target + 1, SELF, role)
        elif self.is_shown(arrow.target):
            self._put(target - side, head, role)
