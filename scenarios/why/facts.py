"""What answers are made of: names, times of events, and what ails charge points and links."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from paxos.ballot import Ballot
from paxos.membership import Membership, label, place_of
from paxos.messages import Value
from paxos.sim.host import Status
from scenarios.commands import command_text
from scenarios.units import DURATION
from scenarios.view import EventRow
from scenarios.why.orders import Order
from scenarios.why.view import Sentence

if TYPE_CHECKING:
    from scenarios.world import World

MILLION = 1_000_000
MOST_NAMES = 8
"""How many charge points a sentence names."""


def kw(power_w: int) -> str:
    """Power in kW, to the watt where it has any."""
    return f"{power_w / 1000:,.3f}".rstrip("0").rstrip(".") + " kW"


def seconds(span_us: int) -> str:
    """A span in seconds with one decimal."""
    return f"{span_us / MILLION:.1f} s"


def clock(time_us: int) -> str:
    """A time of the run as people write one, ``3m20s``."""
    return DURATION.format((time_us + MILLION // 2) // MILLION * MILLION)


def listed(words: Iterable[str]) -> str:
    """``CP1``, ``CP1 and CP2``, ``CP1, CP2 and CP3``; nobody where there is none."""
    texts = list(words)
    if len(texts) > MOST_NAMES:
        texts = [*texts[:MOST_NAMES], f"{len(texts) - MOST_NAMES} more"]
    if not texts:
        return "nobody"
    return " and ".join([*([", ".join(texts[:-1])] if texts[1:] else []), texts[-1]])


class Facts:
    """What can be found out about a world, in words."""

    def __init__(self, world: "World") -> None:
        self.world = world

    # Names.

    def node(self, node: int) -> str:
        """What people call a node."""
        return label(node, self.world.ids)

    def nodes(self, nodes: Iterable[int]) -> str:
        """Several of them."""
        return listed(self.node(node) for node in nodes)

    def ballot(self, ballot: Ballot) -> str:
        """A ballot as people read it: ``round.CP``."""
        return f"{ballot.round}.{self.node(ballot.node)}"

    def command(self, value: Value) -> str:
        """What a value of the log wants."""
        return command_text(value, self.world.ids)

    # The group.

    def membership(self, slot: int) -> Membership:
        """Who decides a slot, by all that is chosen."""
        if self.world.invariants is None:
            return self.world.group().at(slot)
        return self.world.invariants.eras.at(slot)

    def decision(self, slot: int) -> tuple[Ballot, Value] | None:
        """What was chosen for a slot, in the lowest ballot that chose it; None for nothing yet."""
        if self.world.invariants is not None:
            return self.world.invariants.chosen.get(slot)
        voters = self.membership(slot)
        for ballot, proposal in sorted(self.world.chronicle.slots.get(slot, {}).items()):
            if voters.is_phase2_quorum(frozenset(proposal.votes)):
                return ballot, proposal.value
        return None

    # Events.

    def fault_of(self, name: str) -> int | None:
        """When the last fault of a charge point or an EV was told."""
        row = self._latest(lambda row: row.severity == "fault" and row.subject == name)
        return None if row is None else row.time_us

    def latest(self, name: str, words: str) -> EventRow | None:
        """What was told last of somebody in these words."""
        return self._latest(lambda row: row.subject == name and words in row.text)

    def befell(self, name: str, at_us: int) -> list[Sentence]:
        """What had befallen a charge point by a time: its last fault, and cut links to voters."""
        row = self._latest(lambda row: row.subject == name and row.time_us <= at_us
                           and row.severity in ("fault", "repair"))  # fmt: skip
        found = []
        if row is not None and row.severity == "fault":
            found.append(Sentence(f"{name} by then: {row.text}", row.time_us))
        number = self.world.nodes[name]
        cuts = {
            other: cut_us
            for other in map(place_of, self.world.group().present.voters)
            if other != number and (cut_us := self.was_cut(number, other, at_us)) is not None
        }
        if cuts:
            whom = listed(self.world.ids[other] for other in cuts)
            links = "link to" if len(cuts) == 1 else "links to"
            text = f"By then the {links} {whom} had been cut"
            found.append(Sentence(text, max(cuts.values())))
        return found

    def _latest(self, fits: Callable[[EventRow], bool]) -> EventRow | None:
        return self.world.log.latest(fits)

    def _link_fault(self, a: int, b: int) -> int | None:
        names = (self.world.ids[a], self.world.ids[b])

        def fits(row: EventRow) -> bool:
            if row.subject != "network" or row.severity != "fault":
                return False
            words = row.text.replace(":", " ").split()
            whole = row.text.startswith(("partitioned", "every link"))
            return whole or all(name in words for name in names)

        row = self._latest(fits)
        return None if row is None else row.time_us

    def was_cut(self, speaker: int, hearer: int, at_us: int) -> int | None:
        """When a link was cut that was cut at some time: None where it was not, by the events."""
        one, other = self.world.ids[speaker], self.world.ids[hearer]
        cut_us: int | None = None
        for row in self.world.log.rows():
            if row.time_us > at_us:
                break
            if row.subject != "network":
                continue
            words = row.text.replace(":", " ").split()
            whole = row.text.startswith("all links")
            if row.severity == "repair" and (whole or (one in words and other in words)):
                cut_us = None
            elif row.text.startswith("partitioned"):
                sides = [side.split() for side in row.text.partition(":")[2].split("│")]
                apart = not any(one in side and other in side for side in sides)
                cut_us = row.time_us if apart else None
            elif words[-1] == "cut" and one in words and other in words:
                against = "↛" in words and words.index(one) > words.index(other)
                cut_us = cut_us if against else row.time_us
        return cut_us

    # What ails.

    def ails(self, number: int) -> list[Sentence]:
        """What is wrong with a charge point's process or disk now; nothing where all is well."""
        host, name = self.world.cluster.hosts[number], self.world.ids[number]
        at_us = self.fault_of(name)
        if not host.generation:
            return [Sentence(f"{name} was never switched on")]
        if host.status is Status.CRASHED:
            return [Sentence(f"{name} is down", at_us)]
        words = []
        if host.status is Status.PAUSED:
            waits = len(host.backlog)
            events = f", and {waits:,} events wait for it" if waits else ""
            words.append(f"{name} is paused: it does nothing{events}")
        if host.disk.full_at is not None:
            words.append(f"the disk of {name} is full, so nothing leaves that must be durable")
        if host.disk.extra_us:
            span = DURATION.format(host.disk.extra_us, " ")
            words.append(f"the disk of {name} takes {span} longer to sync")
        if host.slow_us:
            words.append(f"{name} takes {DURATION.format(host.slow_us, ' ')} for every event")
        if host.doomed:
            words.append(f"{name} is to crash when its disk has written")
        if host.tears:
            words.append(f"{name} is to crash in the middle of its next write")
        return [Sentence(word, at_us) for word in words]

    def between(self, speaker: int, hearer: int) -> list[Sentence]:
        """What is wrong with the link between two charge points, as one speaks and one answers."""
        bus = self.world.cluster.bus
        one, other = self.world.ids[speaker], self.world.ids[hearer]
        if speaker == hearer:
            return []
        out, back = bus.is_cut(speaker, hearer), bus.is_cut(hearer, speaker)
        at_us = self._link_fault(speaker, hearer)
        if out and back:
            return [Sentence(f"the link between {one} and {other} is cut", at_us)]
        if out or back:
            ends = (one, other) if out else (other, one)
            return [Sentence(f"nothing gets from {ends[0]} to {ends[1]}: the link is cut", at_us)]
        ill = [
            words
            for a, b in ((speaker, hearer), (hearer, speaker))
            if bus.is_faulty(a, b)
            for words in self._rates(a, b)
        ]
        return [Sentence(words, at_us) for words in ill]

    def _rates(self, a: int, b: int) -> list[str]:
        link = self.world.cluster.bus.links.get((a, b))
        way = f"the link from {self.world.ids[a]} to {self.world.ids[b]}"
        if link is None:
            held = self.world.cluster.bus.is_held(a, b)
            return [f"{way} is held: what is said there waits" if held else f"{way} is faulty"]
        found = [f"{way} is held: what is said there waits"] if link.held else []
        if link.extra_us:
            found.append(f"{way} is {DURATION.format(link.extra_us, ' ')} slower")
        if link.loss_ppm > link.usual[0]:
            found.append(f"{way} loses {link.loss_ppm / 10_000:g} % of all frames")
        return found

    def holds(self, number: int, partner: int | None) -> list[Sentence]:
        """What keeps a charge point from taking part, or from speaking with a partner."""
        found = self.ails(number)
        if found or partner is None:
            return found
        return self.between(partner, number)

    def reached(self, number: int, voters: Sequence[int]) -> list[int]:
        """The voters that run and that a charge point hears and speaks to; itself, if it votes."""
        world = self.world
        bus, hosts = world.cluster.bus, world.cluster.hosts
        return [
            voter
            for voter in voters
            for place in (place_of(voter),)
            if hosts[place].identity == voter
            and hosts[place].status is Status.ALIVE
            and not bus.is_cut(number, place)
            and not bus.is_cut(place, number)
        ]

    def no_quorum(self) -> list[Sentence]:
        """Why nobody could be elected now: empty where some charge point reaches a quorum."""
        group = self.world.group().present
        needs = max(group.phase1, group.phase2)
        alive = [
            place_of(voter)
            for voter in group.voters
            if self.world.cluster.hosts[place_of(voter)].status is Status.ALIVE
        ]
        best = max((len(self.reached(number, group.voters)) for number in alive), default=0)
        if best >= needs:
            return []
        parts = [
            Sentence(
                f"no quorum: {needs} of {len(group.voters)} voters are needed, and no charge "
                f"point that runs reaches more than {best}, itself included"
            )
        ]
        for voter in group.voters:
            parts += self.ails(place_of(voter))
        return parts


def capital(sentence: Sentence) -> Sentence:
    """A sentence of its own."""
    text = sentence.text
    return Sentence(text[:1].upper() + text[1:], sentence.at_us, sentence.slot)


def at(text: str, order: Order | None) -> Sentence:
    """A sentence about what a command of the log has said, if that is still known."""
    if order is None:
        return Sentence(text)
    return Sentence(f"{text} (slot {order.slot}, {order.text})", order.at_us, order.slot)
