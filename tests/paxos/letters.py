"""Messages on their way, and the links they take: cut one way or both, slow, or harmful."""

from collections.abc import Iterable

from attrs import Factory, define, field

from paxos.messages import Message
from paxos.sim.links import flip_bit
from paxos.wire import unpack
from tests.paxos import wording

Ends = tuple[int, int]
"""A link: who sends, and who receives."""


class Refused(Exception):  # noqa: N818 - a command that makes no sense here is no error
    """What was asked for is not possible now: there is no such node, timer or message."""


@define(eq=False)
class Letter:
    """A message on its way; one that is held stays until it is released."""

    source: int
    target: int
    frame: bytes
    """What will arrive."""
    held: bool = False
    due_us: int = 0
    """Before this moment it cannot arrive."""
    sent: bytes = field(default=Factory(lambda self: self.frame, takes_self=True))
    """What was sent: the same, unless it is damaged on the way."""

    @property
    def message(self) -> Message:
        """What it says, or said; read from the bytes."""
        return unpack(self.sent)

    @property
    def damaged(self) -> bool:
        """Whether other bytes arrive than were sent."""
        return self.frame != self.sent

    def damage(self, bit: int) -> None:
        """Flip one bit of what arrives."""
        self.frame = flip_bit(self.frame, bit)

    def copy(self) -> "Letter":
        """Another one like it, held."""
        return Letter(self.source, self.target, self.frame, held=True, sent=self.sent)

    def __str__(self) -> str:
        return f"{self.source}>{self.target} {wording.message(self.message)}"


class Network:
    """Who reaches whom, and what is under way, in the order in which it was sent."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.sides: tuple[tuple[int, ...], ...] = ()
        self.cuts: list[Ends] = []
        """Links that are cut, each by itself, on top of ``sides``."""
        self.delays_us: dict[Ends, int] = {}
        """How much longer a message takes from now on."""

    def connected(self, source: int, target: int) -> bool:
        """Whether messages from one node to another arrive."""
        if source == target:
            return True
        if (source, target) in self.cuts:
            return False
        return not self.sides or any(source in side and target in side for side in self.sides)

    def post(self, source: int, target: int, frame: bytes, now_us: int) -> None:
        """Put a message on its way."""
        due_us = now_us + self.delays_us.get((source, target), 0)
        self.letters.append(Letter(source, target, frame, due_us=due_us))

    def part(self, sides: tuple[tuple[int, ...], ...]) -> list[Letter]:
        """Cut the network into sides; returns what is lost: all that crosses and is not held."""
        self.sides = sides
        return self._lose()

    def cut(self, links: Iterable[Ends]) -> list[Letter]:
        """Cut links; returns what is lost: all that is under way there and is not held."""
        self.cuts += [link for link in links if link not in self.cuts]
        return self._lose()

    def _lose(self) -> list[Letter]:
        lost = [
            x for x in self.letters if not x.held and not self.connected(x.source, x.target)
        ]  # fmt: skip
        for letter in lost:
            self.letters.remove(letter)
        return lost

    def join(self, links: Iterable[Ends]) -> None:
        """Let messages through again that a cut of these links has kept."""
        joined = list(links)
        self.cuts = [link for link in self.cuts if link not in joined]

    def heal(self) -> None:
        """Undo every cut and every delay; what is under way late stays so."""
        self.sides, self.cuts, self.delays_us = (), [], {}

    def delay(self, links: Iterable[Ends], extra_us: int) -> None:
        """Let messages take so much longer; 0 for no longer."""
        for link in links:
            self.delays_us[link] = extra_us
