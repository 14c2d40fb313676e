"""Faults of links and partitions, between the nodes of a cluster.

Node faults are methods of :class:`~paxos.sim.cluster.Cluster`. Every fault can be undone; healing
undoes all link faults at once and restarts nothing.
"""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from attrs import frozen

from paxos.sim import hands
from paxos.sim.bus import Bus
from paxos.sim.links import Link
from paxos.sim.weather import parts

RATES = ("loss_ppm", "duplicate_ppm", "reorder_ppm", "corrupt_ppm", "extra_us")


def links_between(bus: Bus, nodes: Sequence[int]) -> Iterator[Link]:
    """Every directed link between these nodes, in the order of the nodes."""
    for a in nodes:
        for b in nodes:
            if a != b:
                yield bus.link(a, b)


def cut(bus: Bus, a: int, b: int, *, both: bool = True) -> None:
    """Cut the link from ``a`` to ``b``, and back with ``both``; frames under way are lost."""
    there = bus.link(a, b)
    if both:
        back = bus.link(b, a)
        bus.cuts += not (there.cut and back.cut)
        back.cut = True
    else:
        bus.one_way_cuts += not there.cut
    there.cut = True


def join(bus: Bus, a: int, b: int) -> None:
    """Undo a cut, in both directions."""
    bus.link(a, b).cut = False
    bus.link(b, a).cut = False


def partition(
    bus: Bus, nodes: Sequence[int], groups: Sequence[Sequence[int]], *, one_way: bool = False
) -> None:
    """Cut exactly the links between different groups; nodes in no group form one of their own.

    With ``one_way`` exactly what the first group says to the others.
    """
    side = {node: number for number, group in enumerate(groups, 1) for node in group}
    bus.partitions += len({side.get(node, 0) for node in nodes}) > 1
    if _is_whole_group(bus, nodes):
        bus.weather.sides, bus.weather.one_way = side, one_way
        for a, b, link in bus.made():
            link.cut = bus.weather.is_cut(a, b)
        return
    for a in nodes:
        for b in nodes:
            if a != b:
                bus.link(a, b).cut = parts(side.get(a, 0), side.get(b, 0), one_way=one_way)


def heal(bus: Bus, nodes: Sequence[int]) -> None:
    """Undo every fault of every link between these nodes; what is held there goes on its way."""
    if _is_whole_group(bus, nodes):
        links = [link for _, _, link in bus.made()]
        ill = bus.weather.is_faulty() or bus.weather.is_parted()
        bus.weather.clear()
    else:
        links, ill = list(links_between(bus, nodes)), False
    own = [bus.held_own.pop(node, None) for node in nodes]
    bus.heals += ill or any(own) or any(link.cut or link.is_faulty() for link in links)
    for link in links:
        link.clear_faults()
    hands.let_go(bus)


def set_rate(bus: Bus, nodes: Sequence[int], rate: str, value: int, *, both: bool = True) -> None:
    """Set one of :data:`RATES` on every link between these nodes (two of them: on their link).

    Without ``both`` only on the links from a node to those that stand behind it in ``nodes``.
    """
    if rate not in RATES:
        raise ValueError(f"no link fault {rate!r}; there are {', '.join(RATES)}")
    if not both:
        for at, a in enumerate(nodes):
            for b in nodes[at + 1 :]:
                setattr(bus.link(a, b), rate, value)
        return
    if _is_whole_group(bus, nodes):
        bus.weather.set_fault(rate, value)
        for _, _, link in bus.made():
            setattr(link, rate, value)
        return
    for link in links_between(bus, nodes):
        setattr(link, rate, value)


def set_rate_of(
    bus: Bus, node: int, nodes: Sequence[int], rate: str, value: int, *, both: bool = True
) -> None:
    """Set one of :data:`RATES` on every link of a node; without ``both`` on what it says."""
    for other in nodes:
        if other != node:
            set_rate(bus, (node, other), rate, value, both=both)


def _is_whole_group(bus: Bus, nodes: Sequence[int]) -> bool:
    """Whether these are all nodes of the group: then links that are not made yet need not be."""
    return frozenset(nodes) == bus.weather.nodes


@frozen
class Fault:
    """At ``time_us`` do ``verb``, a verb of scripts, with ``args``; nodes are numbers."""

    time_us: int
    verb: str
    args: dict[str, Any]


_UNDO = {"crash": "restart", "pause": "resume"}
_MOST = {
    "loss": ("rate_ppm", 300_000),
    "duplicate": ("rate_ppm", 300_000),
    "reorder": ("rate_ppm", 500_000),
    "corrupt": ("rate_ppm", 50_000),
    "delay": ("extra_us", 400_000),
}


EPISODES = ("crash", "crash", "pause", "cut", "partition", "rate", "heal")
"""Kinds of episodes of :func:`random_schedule`, each as often as it stands here."""

EPISODES_OF_ONE = ("crash", "pause")
"""Those that a node can have that is alone."""


def random_schedule(
    random: Random,
    nodes: Sequence[int],
    start_us: int,
    end_us: int,
    gap_us: int = 4_000_000,
    kinds: Sequence[str] = EPISODES,
) -> list[Fault]:
    """Random crashes, pauses, partitions and bad links between two times, all undone at the end.

    An episode begins every ``gap_us`` on average, and they overlap: a majority may be down, the
    cluster split in three, and the rest lose a third of their frames. At ``end_us`` everything
    heals. ``kinds`` are those of :data:`EPISODES` that there are.
    """
    faults: list[Fault] = []
    busy_until = dict.fromkeys(nodes, 0)
    now_us = start_us
    while True:
        now_us += random.randint(1, 2 * gap_us)
        until_us = now_us + random.randint(200_000, 5 * gap_us)
        if now_us >= end_us:
            break
        kind = random.choice(kinds)
        if kind in _UNDO:
            node = random.choice(nodes)
            if busy_until[node] < now_us:
                busy_until[node] = until_us
                faults.append(Fault(now_us, kind, {"cp": node}))
                faults.append(Fault(min(until_us, end_us), _UNDO[kind], {"cp": node}))
        elif kind == "cut":
            a, b = random.sample(list(nodes), 2)
            verb = random.choice(("cut", "cut_oneway", "join"))
            faults.append(Fault(now_us, verb, {"a": a, "b": b}))
        elif kind == "partition":
            faults.append(Fault(now_us, "partition", {"groups": _random_groups(random, nodes)}))
        elif kind == "rate":
            verb = random.choice(tuple(_MOST))
            name, most = _MOST[verb]
            faults.append(Fault(now_us, verb, {name: random.randint(0, most)}))
        else:
            faults.append(Fault(now_us, "heal", {}))
    faults.append(Fault(end_us, "heal", {}))
    return sorted(faults, key=lambda fault: fault.time_us)


def random_changes(
    random: Random, nodes: Sequence[int], spares: Sequence[int], start_us: int, end_us: int
) -> list[Fault]:
    """Nodes that come, come to vote, cease to, leave, and lose their disks, at random times.

    Not every change is possible when its time has come, nor bearable: that is the host's to see.
    ``renew`` takes a node's disk away and starts it as another.
    """
    faults = [Fault(random.randint(start_us, end_us), "admit", {"cp": node}) for node in spares]
    for _ in range(random.randint(2, 10)):
        verb = random.choice(("remove", "demote", "promote", "renew", "renew"))
        node = random.choice((*nodes, *spares))
        faults.append(Fault(random.randint(start_us, end_us), verb, {"cp": node}))
    return sorted(faults, key=lambda fault: fault.time_us)


def _random_groups(random: Random, nodes: Sequence[int]) -> list[list[int]]:
    shuffled = list(nodes)
    random.shuffle(shuffled)
    count = random.choice((2, 2, 2, 3))
    return [sorted(shuffled[i::count]) for i in range(count)]
