"""A path of the explorer as a scenario: the same steps, done to the real network.

The explorer lets nothing happen by itself. So in the scenario every link is held from the first
instant, and what a node says to itself where the explorer has that under way, too; time-outs are an
hour, and there are no leases. Then each step of the path is a line of the script, a second apart:
stand, deliver this message, drop it, double it, crash and restart.

What a step delivers is found by what it says: the network is run along, and the line names the
message as it stands there. Two things differ, and are no harm. The explorer's nodes hand in one
command each; charge points hand in BootNotification, and further ones later. And what is under way
and never comes on the path (heartbeats, forwarded commands) stays held.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple, cast

import attrs
from attrs import evolve

from paxos.ballot import Ballot
from paxos.check.explore.group import Group, Move, State
from paxos.check.explore.nodes import BEGIN, CRASH, shown
from paxos.check.explore.search import Step
from paxos.clients import decode
from paxos.messages import NOOP, Message, Promise
from paxos.sim.kernel import Event
from paxos.wire import WireError, unpack
from scenarios.errors import InputError
from scenarios.hands import alike
from scenarios.schema import At, ChargePoint, Consensus, Scenario
from scenarios.session import Session

STEP_US: Final = 1_000_000
"""From one line of the script to the next: everything that a step entails has happened by then."""
BEGIN_US: Final = 500_000
"""When the first step comes; not at a whole second, where the world's ticks are."""
FAR_US: Final = 3_600_000_000
"""Longer than any path: a time-out that does not come."""
HEADS: Final = 3_900
"""Letters of the path's sentences that a description has room for."""


class DiffersError(Exception):
    """The real network does not do what the explorer's nodes do; the text says where."""


class Reopened(NamedTuple):
    """A path as a scenario, and what the network violates when it is run; empty for nothing."""

    scenario: Scenario
    violated: str


def reopen(
    group: Group, path: Sequence[Step[State, Move]], name: str, title: str, mutant: str = ""
) -> Reopened:
    """Drive the real network along a path, and write down what was done.

    ``mutant`` is the mistake that was planted for the explorer (:mod:`paxos.check.mutants`), and
    that is planted in the scenario, too.

    Raises:
        DiffersError: a step of the path is not possible in the network.
    """
    scenario = evolve(_empty(group, name, title), mutant=mutant)
    follower = _Follower(group, scenario)
    for step in path:
        follower.take(step.action)
    follower.finish()
    lines, end_us = follower.lines, follower.end_us
    sentences = [
        f"{number}. {'; then '.join(group.words(step.action))}"
        for number, step in enumerate(path, 1)
    ]
    description = "\n".join((f"{title}.", *sentences))
    if len(description) > HEADS:
        description = description[:HEADS] + " …"
    whole = evolve(
        scenario, description=description, duration_us=end_us + 2 * STEP_US, script=tuple(lines)
    )
    session = Session(whole)
    while not session.run(whole.duration_us, 1_000_000):
        pass
    violation = session.world.violation
    return Reopened(whole, "" if violation is None else str(violation))


def _empty(group: Group, name: str, title: str) -> Scenario:
    """The network in which nothing happens by itself."""
    bounds = group.bounds
    return Scenario(
        name=name,
        title=title,
        duration_us=FAR_US,
        cps=tuple(ChargePoint(id=f"CP{n}") for n in range(1, bounds.nodes + 1)),
        paxos=Consensus(
            heartbeat_us=FAR_US,
            election_timeout_us=(FAR_US, FAR_US),
            lease_us=0,
            window=bounds.slots,
        ),
    )


class _Follower:
    """The network as far as it has been driven, and the lines that drove it."""

    def __init__(self, group: Group, scenario: Scenario) -> None:
        self.nodes = group.nodes
        self.slots = group.bounds.slots
        self.session = Session(scenario)
        self.lines: list[At] = []
        self._due_us = 0
        self._act("hold", **({"own": True} if group.bounds.own_later else {}))
        self._due_us = BEGIN_US

    @property
    def end_us(self) -> int:
        """When the last line comes."""
        return self.lines[-1].t_us

    @property
    def is_over(self) -> bool:
        """Whether an invariant is violated: then nothing happens any more."""
        return self.session.world.violation is not None

    def _act(self, verb: str, **args: object) -> None:
        """One more line, a step after the one before."""
        if self.is_over:
            return
        self._come()
        if self.is_over:
            return
        try:
            self.session.act(verb, **args)
        except InputError as error:
            raise DiffersError(f"{verb} is not possible in the network: {error}") from None
        self.lines.append(At(t_us=self._due_us, verb=verb, args=args))
        self._due_us += STEP_US

    def _come(self) -> None:
        while not self.session.run(self._due_us, 1_000_000):
            pass

    def finish(self) -> None:
        """Let the last step take its course."""
        self._come()

    def take(self, move: Move) -> None:
        """All steps of a move: those before the last are seen by nobody but the node itself."""
        cp = f"CP{move.node}"
        for at, what in enumerate(move.steps, 1):
            is_last = at == len(move.steps)
            if what == BEGIN:
                self._act("stand", cp=cp)
            elif what == CRASH:
                self._act("crash", cp=cp)
                self._act("restart", cp=cp)
            elif is_last and move.lost:
                self._lay_hands("drop_frame", what)
            else:
                if is_last and move.kept:
                    self._lay_hands("duplicate_frame", what)
                self._lay_hands("deliver_frame", what)

    def _lay_hands(self, verb: str, parcel: int) -> None:
        """Do something to the message that says what the explorer's says, the oldest of them."""
        if self.is_over:
            return
        self._come()
        if self.is_over:
            return
        it = self.nodes.parcels[parcel]
        name = f"CP{it.source}", f"CP{it.target}", type(it.message).__name__
        found = alike(self.session.world, name)
        nth = next((n for n, event in enumerate(found, 1) if self._says(event, it.message)), 0)
        if not nth:
            there = [_spoken(unpack(event[5])) for event in found]
            raise DiffersError(
                f"on the path CP{it.target} gets {_spoken(it.message)} from CP{it.source}; in the "
                f"network no such message is under way there"
                + (f", only {'; '.join(there)}" if there else "")
            )
        args: dict[str, object] = dict(zip(("source", "target", "message"), name, strict=True))
        self._act(verb, **args, **({"nth": nth} if nth > 1 else {}))

    def _says(self, event: Event, wanted: Message) -> bool:
        """Whether a frame of the network says what a message of the explorer does.

        In slots of which the explorer knows nothing there may be commands that came later.
        """
        try:
            found = unpack(event[5])
        except WireError:
            return False
        if isinstance(found, Promise):
            known = [row for row in found.accepted if row[0] <= self.slots]
            found = Promise(found.ballot, found.from_slot, known, found.floor_slot)
        return type(found) is type(wanted) and all(map(_same, _fields(found), _fields(wanted)))


def _fields(message: Message) -> list[object]:
    names = [it.name for it in attrs.fields(cast("type[attrs.AttrsInstance]", type(message)))]
    return [getattr(message, name) for name in names]


def _spoken(value: object) -> str:
    """A message in words that are the same for both: of a command whose it is."""
    if isinstance(value, Message):
        return f"{type(value).__name__} {' '.join(map(_spoken, _fields(value)))}"
    if isinstance(value, Ballot):
        return shown(value)
    if isinstance(value, bytes):
        if value == NOOP:
            return "no-op"
        client = decode(value).client
        return f"CP{client.node}'s command {client.incarnation}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_spoken, value))}]"
    return str(value)


def _same(found: object, wanted: object) -> bool:
    """Whether two fields say the same: commands are the same if the same life handed them in."""
    if isinstance(wanted, bytes) and isinstance(found, bytes):
        if NOOP in (found, wanted):
            return found == wanted
        return decode(found).client == decode(wanted).client
    if isinstance(wanted, list | tuple) and isinstance(found, list | tuple):
        return len(found) == len(wanted) and all(map(_same, found, wanted))
    return found == wanted
