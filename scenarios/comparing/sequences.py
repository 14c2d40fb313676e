"""Strands of what happens one after the other: frames, chosen slots, elections."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from paxos.ballot import Ballot
from paxos.membership import label
from paxos.sim.fates import Fate
from paxos.sim.flights import Entry, Flight
from scenarios.commands import command_text
from scenarios.comparing.strands import Seen, Words, at, sites
from scenarios.messages.codes import NAMES
from scenarios.messages.look import frame_view
from scenarios.messages.recording import recorder_of
from scenarios.messages.words import FATES, short
from scenarios.session import Session
from scenarios.world import World

if TYPE_CHECKING:
    from paxos.sim.kernel import Event

_REPEATED: Final = frozenset(("from", "to", "channel"))
"""What a decoded frame says of its way, and its link says already."""


class Messages:
    """Every frame of a run: when and how it was sent, and what became of it."""

    looks = False

    def __init__(self, session: Session) -> None:
        self._worlds = tuple(sites(session))
        self._next = [recorder_of(world).end for _, world in self._worlds]

    def look(self, world: World, event: "Event | None") -> None:
        """The recorders do that."""

    def take(self) -> list[Seen]:
        """Frames in the order in which they were sent or ended."""
        found: list[Seen] = []
        for index, (site, world) in enumerate(self._worlds):
            recorder = recorder_of(world)
            for place in range(self._next[index], recorder.end):
                entry = recorder.entry(place)
                if entry is not None and entry.flight is not None:
                    frame = recorder.frame(entry.flight.number)
                    value = (site, _facts(entry, entry.flight), frame)
                    found.append(Seen(entry.time_us, value, (world, entry)))
            self._next[index] = recorder.end
        found.sort(key=lambda it: it.time_us)
        return found

    def tell(self, mine: Seen | None, other: Seen | None) -> Words:
        """The message and what became of it, with its fields."""
        if mine is None:
            return "", "", ()
        world, entry = mine.about
        flight = entry.flight
        recorder = recorder_of(world)
        site = mine.value[0]
        link = f"{world.name(flight.source)} → {world.name(flight.target)}"
        said = short(world, flight, recorder.frame(flight.number))
        view = frame_view(world, recorder, flight.number)
        pairs = () if view is None else (*view.way, *view.fields)
        details = tuple((name, text) for name, text in pairs if name not in _REPEATED)
        return at(site, link), f"{said}: {_outcome(entry, flight)}", details


def _facts(entry: Entry, flight: Flight) -> tuple[object, ...]:
    """What is known of a frame at that moment; what becomes of it later is another one."""
    ends = flight.channel, flight.source, flight.target
    if entry.ended:
        return (*ends, "ended", flight.sent_us, flight.fate)
    lost = flight.fate if flight.due_us is None else None
    return (*ends, "sent", flight.due_us, flight.oddity, lost)


def _outcome(entry: Entry, flight: Flight) -> str:
    if entry.ended or flight.due_us is None:
        return FATES[flight.fate] if flight.fate is not Fate.UNDER_WAY else NAMES[flight.code]
    return f"sent, {(flight.due_us - flight.sent_us) / 1_000:g} ms under way"


class Log:
    """Every slot of the log, when a quorum had chosen its command."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.looks = True
        self._worlds = tuple(sites(session))
        self._tally = {id(world): self._count(world) for _, world in self._worlds}
        self._newest = {id(world): self._last(world) for _, world in self._worlds}
        self._seen: list[Seen] = []

    @staticmethod
    def _count(world: World) -> int:
        return 0 if world.invariants is None else world.invariants.tally.chosen

    @staticmethod
    def _last(world: World) -> int:
        """The slot that was chosen last."""
        chosen = {} if world.invariants is None else world.invariants.chosen
        return next(reversed(chosen), 0)

    def look(self, world: World, event: "Event | None") -> None:
        """Whether a slot was chosen by what has just happened."""
        count = self._count(world)
        if count == self._tally[id(world)] or world.invariants is None:
            return
        self._tally[id(world)] = count
        last, found = self._newest[id(world)], []
        for slot in reversed(world.invariants.chosen):
            if slot == last:
                break
            found.append(slot)
        site = next(site for site, it in self._worlds if it is world)
        for slot in reversed(found):
            ballot, value = world.invariants.chosen[slot]
            seen = Seen(self._session.time_us, (site, slot, value), (world, ballot))
            self._seen.append(seen)
            self._newest[id(world)] = slot

    def take(self) -> list[Seen]:
        """The slots that were chosen."""
        found, self._seen = self._seen, []
        return found

    def tell(self, mine: Seen | None, other: Seen | None) -> Words:
        """The command, and in which ballot it was chosen."""
        if mine is None:
            return "", "", ()
        site, slot, value = mine.value
        world, ballot = mine.about
        said = command_text(value, world.ids)
        details = (("slot", str(slot)), ("ballot", _ballot(world, ballot)))
        return at(site, f"slot {slot}"), said, details


def _ballot(world: World, ballot: Ballot) -> str:
    return f"{ballot.round}.{label(ballot.node, world.ids)}"


class Elections:
    """Every leader that was elected."""

    looks = False

    def __init__(self, session: Session) -> None:
        self._session = session
        self._since_us = session.time_us

    def look(self, world: World, event: "Event | None") -> None:
        """The chronicles do that."""

    def take(self) -> list[Seen]:
        """The elections, in the order of time."""
        found = sorted(self._all(), key=lambda it: it.time_us)
        self._since_us = self._session.time_us
        return found

    def _all(self) -> Iterator[Seen]:
        for site, world in sites(self._session):
            for campaign in world.chronicle.campaigns.values():
                elected_us = campaign.elected_us
                if elected_us is not None and elected_us > self._since_us:
                    ballot = campaign.ballot
                    voters = tuple(label(node, world.ids) for node in campaign.quorum)
                    yield Seen(elected_us, (site, ballot), (world, voters))

    def tell(self, mine: Seen | None, other: Seen | None) -> Words:
        """Who leads, and by whose promises."""
        if mine is None:
            return "", "", ()
        site, ballot = mine.value
        world, voters = mine.about
        leader = label(ballot.node, world.ids)
        details = (("ballot", _ballot(world, ballot)), ("promised by", ", ".join(voters)))
        return at(site, leader), f"{leader} leads by {_ballot(world, ballot)}", details
