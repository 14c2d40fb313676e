"""Who votes, who learns, what a quorum is, and how it changes.

A node's number is an *identity*: it belongs to one disk. When the disk is lost, so is what the node
has promised, and the number never comes back; whoever stands in the same place gets the next one
(:func:`identity`). So no vote, no ballot and no client of the old disk can be mistaken for one of
the new.
"""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from enum import IntEnum

import msgpack
from attrs import field, frozen

PLACES = 1_000_000
"""Places are numbered below this; a node's number is its place on its first disk."""


def identity(place: int, disk: int) -> int:
    """The number of the node that stands at a place with its ``disk``-th disk, counted from 0."""
    return disk * PLACES + place


def place_of(node: int) -> int:
    """Where a node stands."""
    return node % PLACES


def label(node: int, names: dict[int, str]) -> str:
    """What people call a node: the name of its place, from the second disk on with its number."""
    name = names.get(place_of(node), str(place_of(node)))
    return name if node < PLACES else f"{name}#{node // PLACES + 1}"


class MembershipError(ValueError):
    """A membership that cannot work: no voters, a node twice, quorums that need not meet."""


@frozen
class Membership:
    """The voters and learners of a group, and the sizes of the two quorums.

    Any phase 1 quorum must meet any phase 2 quorum: ``phase1 + phase2 > voters``
    (*Flexible Paxos*, §4). Left at 0, both are majorities.

    Raises:
        MembershipError: no voters, a node named twice, or quorums that need not intersect.
    """

    voters: tuple[int, ...]
    learners: tuple[int, ...] = ()
    phase1: int = field(default=0)
    phase2: int = field(default=0)

    def __attrs_post_init__(self) -> None:
        size = len(self.voters)
        everyone = (*self.voters, *self.learners)
        if not size:
            raise MembershipError("a group needs at least one voter, found none")
        if len(frozenset(everyone)) != len(everyone):
            raise MembershipError(f"a node is named twice among {everyone}")
        majority = size // 2 + 1
        object.__setattr__(self, "phase1", self.phase1 or majority)
        object.__setattr__(self, "phase2", self.phase2 or majority)
        if not (self.phase1 <= size and self.phase2 <= size and self.phase1 + self.phase2 > size):
            raise MembershipError(
                f"quorums of {self.phase1} and {self.phase2} among {size} voters need not meet: "
                f"their sum must be above {size}, and neither above {size}"
            )

    @property
    def everyone(self) -> tuple[int, ...]:
        """Voters, then learners."""
        return (*self.voters, *self.learners)

    def is_phase1_quorum(self, nodes: AbstractSet[int]) -> bool:
        """Whether these nodes hold a phase 1 quorum; nodes that do not vote do not count."""
        return sum(voter in nodes for voter in self.voters) >= self.phase1

    def is_phase2_quorum(self, nodes: AbstractSet[int]) -> bool:
        """Whether these nodes hold a phase 2 quorum; nodes that do not vote do not count."""
        return sum(voter in nodes for voter in self.voters) >= self.phase2


class Step(IntEnum):
    """What a change does with a node."""

    JOIN = 1
    """It becomes a learner. Who stood in its place with an earlier disk leaves."""
    PROMOTE = 2
    """A learner becomes a voter."""
    DEMOTE = 3
    """A voter becomes a learner."""
    REMOVE = 4
    """It leaves, for ever."""


@frozen
class Goal:
    """What a newcomer wants to become: a voter, or only a learner.

    ``contacts`` are nodes that it knows of, beside the first members.
    """

    vote: bool = True
    contacts: tuple[int, ...] = ()


def goal_of(node: int, first: Membership, contacts: tuple[int, ...] = ()) -> Goal | None:
    """What a node wants that is none of the first members; None for those.

    On a new disk it wants to be what the node in its place was at first.
    """
    if node in first.everyone:
        return None
    return Goal(place_of(node) not in first.learners, tuple(n for n in contacts if n != node))


class Refusal(ValueError):  # noqa: N818 - an answer, not an error
    """A change that is not possible, and why."""


@frozen
class Change:
    """A change of membership, as a command in the log carries it.

    ``version`` is the membership that a PROMOTE or DEMOTE changes: at any other version it does
    nothing. JOIN and REMOVE leave it at 0; they can happen only once to a node anyway. So a second
    copy of a change never does anything, whoever may look at it.
    """

    step: Step
    node: int
    version: int = 0

    def pack(self) -> bytes:
        """The change as a command's ``op``."""
        packed: bytes = msgpack.packb([int(self.step), self.node, self.version])
        return packed

    @staticmethod
    def unpack(op: bytes) -> "Change":
        """The change in a command's ``op``.

        Raises:
            Refusal: these bytes are none.
        """
        try:
            step, node, version = msgpack.unpackb(op)
            change = Change(Step(step), node, version)
        except (ValueError, TypeError, msgpack.UnpackException) as error:
            raise Refusal(f"no change of membership: {op!r}") from error
        if type(node) is not int or type(version) is not int:
            raise Refusal(f"no change of membership: {op!r}")
        return change


def changed(
    membership: Membership, change: Change, gone: Sequence[int], max_voters: int
) -> Membership:
    """The membership after a change; ``gone`` are the nodes that have left for ever.

    The quorums follow the number of voters: :func:`quorums_after`.

    Raises:
        Refusal: it is not possible.
    """
    voters, learners, node = membership.voters, membership.learners, change.node
    if change.step is Step.JOIN:
        if node in membership.everyone:
            raise Refusal("it is a member already")
        before = next((n for n in membership.everyone if place_of(n) == place_of(node)), 0)
        later = any(n >= node for n in (before, *gone) if place_of(n) == place_of(node))
        if later:
            raise Refusal("it has left, and does not come back under its old identity")
        voters, learners = _without(voters, before), (*_without(learners, before), node)
    elif node not in membership.everyone:
        raise Refusal("it is no member")
    elif change.step is Step.REMOVE:
        voters, learners = _without(voters, node), _without(learners, node)
    elif change.step is Step.PROMOTE:
        if node in voters:
            raise Refusal("it votes already")
        if len(voters) >= max_voters:
            raise Refusal(f"{max_voters} vote already, and no more may")
        voters, learners = (*voters, node), _without(learners, node)
    else:
        if node not in voters:
            raise Refusal("it does not vote")
        voters, learners = _without(voters, node), (*learners, node)
    if not voters:
        raise Refusal("nobody would be left to vote")
    return _resized(membership, voters, learners)


def _without(nodes: Iterable[int], node: int) -> tuple[int, ...]:
    return tuple(n for n in nodes if n != node)


def quorums_after(old: tuple[int, int], before: int, after: int) -> tuple[int, int]:
    """The sizes of the two quorums when ``after`` vote instead of ``before``.

    What a phase is meant to bear is how many voters may be down: ``before`` less its size. The two
    meet as long as both together bear fewer than there are voters (*Flexible Paxos* §4).

    - Majorities stay majorities; sizes that are majorities once are so from then on.
    - With fewer voters each phase bears what it did, as far as the two still meet. Else the one
      that bears more gives way, or both if they are equal. So neither bears less than a majority
      would unless it did before; of three voters or more none needs everybody that did not.
    - With more voters phase 2 keeps its size, and phase 1 grows only as far as it must to meet it:
      neither bears less than before.
    """
    phase1, phase2 = old
    if before == after:
        return old
    if phase1 == phase2 == before // 2 + 1:
        return after // 2 + 1, after // 2 + 1
    if after > before:
        return max(phase1, after + 1 - phase2), phase2
    bears1, bears2 = before - phase1, before - phase2
    while bears1 + bears2 >= after:
        most = max(bears1, bears2)
        bears1, bears2 = bears1 - (bears1 == most), bears2 - (bears2 == most)
    return after - bears1, after - bears2


def _resized(old: Membership, voters: tuple[int, ...], learners: tuple[int, ...]) -> Membership:
    sizes = quorums_after((old.phase1, old.phase2), len(old.voters), len(voters))
    return Membership(voters, learners, *sizes)
