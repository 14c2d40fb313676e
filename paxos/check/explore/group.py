"""A group of replicas as a model: everything that can happen to it, in any order.

A message that was sent comes at any later time, in any order, or never. Each comes once, but for as
many as ``duplicates`` says. What would change nothing when it came is dropped: promises and
ballots only rise, so it never will.

What happens to one node and is seen by nobody is left until it matters: such *silent* steps stand
in front of the first step of the same node that sends or promises something, begins a ballot, or is
a crash. They commute with all that happens elsewhere, so nothing that anybody could see is lost (a
partial order reduction); what a silent step decides is judged as soon as it could be taken. Nodes
that never propose are interchangeable: states that differ only in which of them is which are one.
"""

from collections.abc import Iterator
from itertools import pairwise, permutations
from typing import NamedTuple, TypeAlias

from attrs import frozen

from paxos.check.explore.nodes import BEGIN, CRASH, Bounds, Nodes, Parcel, Vote, shown, words
from paxos.messages import Message, Value

Numbers: TypeAlias = tuple[int, ...]
Decision: TypeAlias = tuple[int, Value]
"""A slot, and what is taken for decided in it."""


@frozen
class Faults:
    """How many of each may happen, to whomever, at any time."""

    crashes: int = 0
    """A node loses its memory and what it had not synced, and starts again."""
    losses: int = 0
    """A message that somebody waits for never comes."""
    duplicates: int = 0
    """A message comes, and later may come once more."""


class State(NamedTuple):
    """A seat for each node, by number, and the faults that may still come."""

    seats: Numbers
    crashes: int
    losses: int
    duplicates: int


class Move(NamedTuple):
    """What happens to one node: parcels by number, ``BEGIN`` or ``CRASH``.

    All but the last are silent. ``lost``: the last one does not come, and never will; ``kept``: it
    comes, and may come again.
    """

    node: int
    steps: Numbers
    lost: bool = False
    kept: bool = False


class Seat(NamedTuple):
    """A node, and what is on its way to it: a local state and parcels (sorted), by number."""

    local: int
    inbox: Numbers


class Play(NamedTuple):
    """What a seat may do: the move, the seat after it, and the parcels for each other node."""

    move: Move
    seat: int
    sent: tuple[tuple[int, Numbers], ...]


class Face(NamedTuple):
    """What is judged of a seat: what its node has said and done wrong, and may take for decided."""

    broken: str
    votes: frozenset[Vote]
    proposed: frozenset[Vote]
    decisions: frozenset[Decision]


class Group:
    """So many nodes within bounds, and so many faults."""

    def __init__(
        self, bounds: Bounds, faults: Faults | None = None, keeps: tuple[type[Message], ...] = ()
    ) -> None:
        self.bounds = bounds
        self.keeps = keeps
        """Messages that may come later though they would change nothing now: a wrong protocol may
        heed then what the right one never does."""
        self.faults = faults or Faults()
        self.nodes = Nodes(bounds)
        self.chosen: set[Value] = set()
        """Every value that was chosen in some state."""
        self._membership = self.nodes.config.membership
        self._seats: list[Seat] = []
        self._numbers: dict[Seat, int] = {}
        self._plays: dict[int, tuple[Play, ...]] = {}
        self._posted: dict[tuple[int, Numbers], int] = {}
        self._faces: list[int] = []
        self._known: list[Face] = []
        self._face_numbers: dict[Face, int] = {}
        self._judged: dict[Numbers, str] = {}
        ids = range(1, bounds.nodes + 1)
        fixed, free = ids[: bounds.proposers], ids[bounds.proposers :]
        self._symmetries = [
            dict(zip(ids, (*fixed, *order), strict=True)) for order in permutations(free)
        ][1:]
        """Every way to exchange the nodes that never propose, but for the one that does not."""
        self._images: list[dict[int, int]] = [{} for _ in self._symmetries]
        self._seat_images: list[dict[int, int]] = [{} for _ in self._symmetries]

    def initial(self) -> list[State]:
        """The first day."""
        seats = tuple(self._seat(local, ()) for local in self.nodes.beginning())
        faults = self.faults
        return [State(seats, faults.crashes, faults.losses, faults.duplicates)]

    def _seat(self, local: int, inbox: Numbers) -> int:
        seat = Seat(local, inbox)
        number = self._numbers.setdefault(seat, len(self._seats))
        if number == len(self._seats):
            self._seats.append(seat)
            self._faces.append(-1)
        return number

    # What may happen.

    def actions(self, state: State) -> Iterator[tuple[Move, State]]:
        """Every move of every node."""
        seats, crashes, losses, duplicates = state
        for at, seat in enumerate(seats):
            plays = self._plays.get(seat)
            if plays is None:
                plays = self._plays[seat] = tuple(self._look(seat))
            for move, after, sent in plays:
                left = (crashes, losses, duplicates)
                if move.lost or move.kept or move.steps[-1] == CRASH:
                    left = _spent(left, move)
                    if min(left) < 0:
                        continue
                new = [*seats[:at], after, *seats[at + 1 :]]
                for target, parcels in sent:
                    new[target - 1] = self._post(new[target - 1], parcels)
                yield move, State(tuple(new), *left)

    def _post(self, seat: int, parcels: Numbers) -> int:
        """The seat when these are on their way to it, too."""
        key = (seat, parcels)
        after = self._posted.get(key)
        if after is None:
            local, inbox = self._seats[seat]
            new = {*inbox, *(it for it in parcels if self._matters(local, it))}
            after = self._posted[key] = self._seat(local, tuple(sorted(new)))
        return after

    def _matters(self, local: int, parcel: int) -> bool:
        if isinstance(self.nodes.parcels[parcel].message, self.keeps):
            return True
        done = self.nodes.step(local, parcel)
        return done.loud or done.local != local

    def _look(self, number: int) -> Iterator[Play]:
        """What a seat may do: silent steps as they are needed, and one that is not."""
        local, inbox = self._seats[number]
        node = self.nodes.locals[local].node
        seen = set[tuple[int, Numbers, Numbers]]()
        for at, used, before in self._silently(local, inbox):
            left = tuple(it for it in inbox if it not in used)
            own = [BEGIN] if self.nodes.may_begin(at) else []
            own += [CRASH] if self.faults.crashes else []
            for what in (*left, *own):
                done = self.nodes.step(at, what)
                if not done.loud:
                    continue
                move = Move(node, (*before, what))
                for it, rest in self._rests(move, left):
                    after = tuple(p for p in rest if self._matters(done.local, p))
                    if (done.local, done.sent, after) not in seen:
                        seen.add((done.local, done.sent, after))
                        yield Play(it, self._seat(done.local, after), self._by_target(done.sent))
        if self.faults.losses:
            for what in inbox:
                rest = tuple(it for it in inbox if it != what)
                yield Play(Move(node, (what,), lost=True), self._seat(local, rest), ())

    def _rests(self, move: Move, left: Numbers) -> Iterator[tuple[Move, Numbers]]:
        """What is still under way after a move; a parcel that comes twice is, too."""
        what = move.steps[-1]
        yield move, tuple(it for it in left if it != what)
        if what >= 0 and self.faults.duplicates:
            yield move._replace(kept=True), left

    def _silently(
        self, local: int, inbox: Numbers
    ) -> Iterator[tuple[int, frozenset[int], Numbers]]:
        """Every local state that silent steps lead to, with the parcels that they use up."""
        seen = {(local, frozenset[int]())}
        waiting: list[tuple[int, frozenset[int], Numbers]] = [(local, frozenset(), ())]
        for at, used, before in waiting:
            yield at, used, before
            for what in inbox:
                if what in used:
                    continue
                done = self.nodes.step(at, what)
                now = (done.local, used | {what})
                if not done.loud and done.local != at and now not in seen:
                    seen.add(now)
                    waiting.append((*now, (*before, what)))

    def _by_target(self, sent: Numbers) -> tuple[tuple[int, Numbers], ...]:
        parcels = self.nodes.parcels
        targets = dict.fromkeys(parcels[it].target for it in sent)
        return tuple((t, tuple(it for it in sent if parcels[it].target == t)) for t in targets)

    def words(self, move: Move) -> list[str]:
        """What happens in a move, a sentence for each step."""
        said: list[str] = []
        for at, what in enumerate(move.steps, 1):
            if what == BEGIN:
                said.append(f"node {move.node} begins a ballot")
            elif what == CRASH:
                said.append(f"node {move.node} crashes, and starts again from its disk")
            else:
                it, last = self.nodes.parcels[what], at == len(move.steps)
                how = "never gets" if move.lost and last else "gets"
                again = ", and may get it again" if move.kept and last else ""
                said.append(f"node {move.node} {how} {words(it.message)} from {it.source}{again}")
        return said

    # What must hold.

    def broken(self, state: State) -> str:
        """Which invariant does not hold."""
        faces = tuple([self._face(seat) for seat in state.seats])
        judged = self._judged.get(faces)
        if judged is None:
            judged = self._judged[faces] = self._judge([self._known[face] for face in faces])
        return judged

    def _face(self, seat: int) -> int:
        number = self._faces[seat]
        if number < 0:
            local, inbox = self._seats[seat]
            it = self.nodes.locals[local]
            decisions = frozenset(
                (slot, value)
                for at, _, _ in self._silently(local, inbox)
                for slot, value in self.nodes.locals[at].replica.learner.decided.items()
                if slot <= self.bounds.slots
            )
            face = Face(it.broken, it.votes, it.proposed, decisions)
            number = self._face_numbers.setdefault(face, len(self._known))
            if number == len(self._known):
                self._known.append(face)
            self._faces[seat] = number
        return number

    def _judge(self, faces: list[Face]) -> str:
        for face in faces:
            if face.broken:
                return face.broken
        voters: dict[Vote, set[int]] = {}
        for node, face in enumerate(faces, 1):
            for vote in face.votes:
                voters.setdefault(vote, set()).add(node)
        said = sorted({*voters, *(it for face in faces for it in face.proposed)})
        chosen = [it for it in sorted(voters) if self._membership.is_phase2_quorum(voters[it])]
        self.chosen |= {value for _, _, value in chosen}
        return _contradiction(said, chosen) or _unfounded(faces, chosen)

    # Which states are the same.

    def key(self, state: State) -> State:
        """The least of all states that come from exchanging the nodes that never propose."""
        least = state
        for number, symmetry in enumerate(self._symmetries):
            seats = list(state.seats)
            for at, seat in enumerate(state.seats, 1):
                seats[symmetry[at] - 1] = self._seat_image(number, seat)
            least = min(least, state._replace(seats=tuple(seats)))
        return least

    def _seat_image(self, number: int, seat: int) -> int:
        images = self._seat_images[number]
        image = images.get(seat)
        if image is None:
            local, inbox = self._seats[seat]
            parcels = sorted(self._parcel_image(number, it) for it in inbox)
            image = images[seat] = self._seat(self._image(number, local), tuple(parcels))
        return image

    def _image(self, number: int, local: int) -> int:
        """The local state of the node in whose place this one comes, had it lived that life."""
        images = self._images[number]
        image = images.get(local)
        if image is None:
            nodes, origin = self.nodes, self.nodes.origins[local]
            if origin is None:
                image = nodes.beginning()[self._symmetries[number][nodes.locals[local].node] - 1]
            else:
                before, what = origin
                there = what if what < 0 else self._parcel_image(number, what)
                image = nodes.step(self._image(number, before), there).local
            images[local] = image
        return image

    def _parcel_image(self, number: int, parcel: int) -> int:
        symmetry, it = self._symmetries[number], self.nodes.parcels[parcel]
        return self.nodes.parcel(Parcel(symmetry[it.source], symmetry[it.target], it.message))


def _spent(left: tuple[int, int, int], move: Move) -> tuple[int, int, int]:
    crashes, losses, duplicates = left
    return crashes - (move.steps[-1] == CRASH), losses - move.lost, duplicates - move.kept


def _contradiction(said: list[Vote], chosen: list[Vote]) -> str:
    """What contradicts what, among all that was proposed or accepted, and what is chosen."""
    for one, other in pairwise(said):
        if one[:2] == other[:2]:
            return (
                f"A4: ballot {shown(one[1])} has two values for slot {one[0]}: {shown(one[2])} "
                f"and {shown(other[2])}"
            )
    for slot, ballot, value in chosen:
        for where, _, another in chosen:
            if slot == where and value != another:
                return f"R1: {shown(value)} and {shown(another)} are both chosen for slot {slot}"
        for where, higher, another in said:
            if slot == where and higher > ballot and another != value:
                return (
                    f"A5: {shown(value)} is chosen for slot {slot} at ballot {shown(ballot)}, and "
                    f"ballot {shown(higher)} proposes {shown(another)}"
                )
    return ""


def _unfounded(faces: list[Face], chosen: list[Vote]) -> str:
    """Who takes something for decided that no quorum has accepted."""
    founded = {(slot, value) for slot, _, value in chosen}
    for node, face in enumerate(faces, 1):
        for slot, value in sorted(face.decisions - founded):
            return (
                f"R1: node {node} takes {shown(value)} for decided in slot {slot}, and no quorum "
                f"has accepted it"
            )
    return ""
