"""Inputs that lay hands on messages under way, and let a charge point stand for leader.

A frame is named by what does not change while others come and go: from whom, to whom, what it is,
and which of those that are under way, the oldest first. Each input takes the verb's arguments and
returns severity, subject and sentence.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeAlias

from paxos.membership import place_of
from paxos.sim import hands
from paxos.sim.hands import HandsError
from paxos.sim.host import Status
from paxos.sim.kernel import Event
from scenarios.ailments import MOST_DELAY_US, integer
from scenarios.errors import InputError
from scenarios.kinds import did_you_mean
from scenarios.messages.codes import NAMES, classify
from scenarios.units import DURATION
from scenarios.verbs import LEADER

if TYPE_CHECKING:
    from scenarios.world import World

Args: TypeAlias = dict[str, object]
Done: TypeAlias = tuple[str, str, str]
"""Severity, subject and sentence for the event log."""

NETWORK: Final = "network"


# Names.


def end_of(world: "World", value: object) -> int:
    """The endpoint of a charge point, of whoever leads, or of an EV.

    Raises:
        InputError: there is none of that name.
    """
    if value == LEADER:
        node = world.leader()
        if node is None:
            raise InputError("nobody leads now")
        return node.number
    number = world.nodes.get(str(value))
    if number is not None:
        return number
    car = world.cars.get(str(value))
    if car is None:
        known = (*world.nodes, *world.cars)
        raise InputError(f"no charge point or EV {value!r}; there are {', '.join(known)}")
    return car.endpoint


def frame_name(world: "World", event: Event) -> tuple[str, str, str]:
    """From whom, to whom, and what a frame is; of places, whatever disk stands there."""
    _, _, kind, target, source, body = event
    ends = world.name(place_of(source)), world.name(place_of(target))
    return *ends, NAMES[classify(kind, body)]


def alike(world: "World", name: tuple[str, str, str]) -> list[Event]:
    """The frames under way of one name, the oldest first."""
    ends = tuple(end_of(world, it) for it in name[:2])
    return [
        event
        for event in hands.frames(world.cluster.bus)
        if (place_of(event[4]), place_of(event[3])) == ends
        and NAMES[classify(event[2], event[5])] == name[2]
    ]


def name_of(world: "World", sequence: int) -> Args | None:
    """The arguments that name a frame now; None where it is not under way."""
    event = next((it for it in hands.frames(world.cluster.bus) if it[1] == sequence), None)
    if event is None:
        return None
    name = frame_name(world, event)
    nth = [it[1] for it in alike(world, name)].index(sequence) + 1
    named: Args = dict(zip(("source", "target", "message"), name, strict=True))
    return {**named, "nth": nth} if nth > 1 else named


def _frame(world: "World", args: Args) -> tuple[Event, str]:
    """The frame that is meant, and how it is called.

    Raises:
        InputError: no such frame is under way.
    """
    message = str(args["message"])
    if message not in NAMES[1:]:
        raise InputError(f"no message {message!r}{did_you_mean(message, NAMES[1:])}")
    nth = integer({"nth": 1, **args}, "nth", 1, 1_000_000)
    ends = end_of(world, args["source"]), end_of(world, args["target"])
    source, target = (world.name(end) for end in ends)
    found = alike(world, (source, target, message))
    called = f"{message} {source} → {target}"
    if not found:
        raise InputError(f"no {called} is under way{_instead(world, source, target)}")
    if nth > len(found):
        there = "only one is" if len(found) == 1 else f"{len(found)} are"
        raise InputError(f"no {called} with nth {nth} is under way; {there}")
    return found[nth - 1], called if len(found) == 1 else f"{called} (#{nth} of {len(found)})"


def _instead(world: "World", source: str, target: str) -> str:
    """What is under way there, for an error."""
    names = [frame_name(world, event) for event in hands.frames(world.cluster.bus)]
    kinds = list(dict.fromkeys(it[2] for it in names if it[:2] == (source, target)))
    return f"; there {'are' if kinds[1:] else 'is'} {', '.join(kinds)}" if kinds else ""


# One frame.


def _deliver(world: "World", args: Args) -> Done:
    event, called = _frame(world, args)
    hands.deliver(world.cluster.bus, event[1])
    return "info", NETWORK, f"{called} delivered by hand"


def _drop(world: "World", args: Args) -> Done:
    event, called = _frame(world, args)
    hands.drop(world.cluster.bus, event[1])
    return "fault", NETWORK, f"{called} dropped by hand"


def _duplicate(world: "World", args: Args) -> Done:
    event, called = _frame(world, args)
    hands.duplicate(world.cluster.bus, event[1])
    return "fault", NETWORK, f"{called} doubled by hand"


def _delay(world: "World", args: Args) -> Done:
    extra_us = integer(args, "extra_us", 1, MOST_DELAY_US)
    event, called = _frame(world, args)
    _try(called, lambda: hands.delay(world.cluster.bus, event[1], extra_us))
    return "fault", NETWORK, f"{called} delayed by {DURATION.format(extra_us, ' ')} by hand"


def _corrupt(world: "World", args: Args) -> Done:
    event, called = _frame(world, args)
    _try(called, lambda: hands.corrupt(world.cluster.bus, event[1]))
    return "fault", NETWORK, f"{called} damaged by hand"


def _try(called: str, what: Callable[[], None]) -> None:
    try:
        what()
    except HandsError as error:
        raise InputError(f"{called}: {error}") from None


# Many.


def _deliver_all(world: "World", args: Args) -> Done:
    place = end_of(world, args["cp"])
    if place not in world.ids:
        raise InputError(f"{args['cp']} is no charge point")
    count = hands.deliver_all(world.cluster.bus, place)
    if not count:
        raise InputError(f"nothing is under way to {world.ids[place]}")
    return "info", NETWORK, f"{_messages(count)} to {world.ids[place]} delivered by hand"


def _messages(count: int) -> str:
    return f"{count} message{'s' * (count != 1)}"


def _ways(world: "World", args: Args) -> tuple[list[tuple[int, int]], str]:
    """Which links are meant, by their ends, and how they are called; none for every link.

    Raises:
        InputError: ends that have no link.
    """
    oneway = args.get("oneway", False)
    if "b" in args and "a" not in args:
        raise InputError("a link has both a and b; a alone means all links of a charge point")
    if type(oneway) is not bool or ("oneway" in args and "a" not in args):
        raise InputError("oneway is true or false, and goes with a")
    if "a" not in args:
        return [], "every link"
    arrow = "→" if oneway else "↔"
    a = end_of(world, args["a"])
    if "b" not in args:
        if a not in world.ids:
            raise InputError(f"{world.name(a)} has a link to its charge point alone; name it as b")
        ends, called = [(a, b) for b in world.ids if b != a], f"{world.name(a)} {arrow} every other"
    else:
        b = end_of(world, args["b"])
        if a == b:
            raise InputError(f"{world.name(a)} has no link to itself")
        if a not in world.ids and b not in world.ids:
            raise InputError(f"{world.name(a)} and {world.name(b)} have no link")
        ends, called = [(a, b)], f"{world.name(a)} {arrow} {world.name(b)}"
    return ends if oneway else [*ends, *((b, a) for a, b in ends)], called


def _hold(world: "World", args: Args) -> Done:
    bus, own = world.cluster.bus, args.get("own", False)
    ways, called = _ways(world, args)
    if type(own) is not bool or (own and ways):
        raise InputError("own is true or false, and only for every link at once")
    if ways:
        if all(bus.is_held(*way) for way in ways):
            raise InputError(f"{called} is held already")
        waiting = hands.hold(bus, ways)
    else:
        if bus.weather.held and (not own or set(world.ids) <= set(bus.held_own)):
            raise InputError("every link is held already")
        waiting = hands.hold_all(bus) + (hands.hold_own(bus, world.ids) if own else 0)
    also = ", and what each CP says to itself" if own else ""
    return "fault", NETWORK, f"{called} held{also}: {_messages(waiting)} waiting"


def _release(world: "World", args: Args) -> Done:
    bus = world.cluster.bus
    ways, called = _ways(world, args)
    if ways:
        if not any(bus.is_held(*way) for way in ways):
            raise InputError(f"{called} is not held")
        count = hands.release(bus, ways)
    else:
        if not (bus.weather.held or bus.held_own or any(it.held for _, _, it in bus.made())):
            raise InputError("no link is held")
        count = hands.release_all(bus)
    return "repair", NETWORK, f"{called} released: {_messages(count)} on the way again"


def why_not_stand(world: "World", number: int) -> str:
    """Why a charge point may not stand for leader now; empty where it may."""
    host, node = world.cluster.hosts[number], world.node(number)
    if node is None:
        return "it is down" if host.generation else "it was never switched on"
    if host.status is not Status.ALIVE:
        return "it is paused"
    return node.replica.why_not_stand(world.cluster.local_us(number))


def _stand(world: "World", args: Args) -> Done:
    number = world.nodes.get(str(args["cp"]))
    if number is None:
        raise InputError(f"no charge point {args['cp']!r}; there are {', '.join(world.nodes)}")
    cp_id, node = world.ids[number], world.node(number)
    why_not = why_not_stand(world, number)
    if why_not or node is None:
        raise InputError(f"{cp_id} cannot stand for leader: {why_not}")
    now_us = world.cluster.local_us(number)
    world.cluster.execute(world.cluster.hosts[number], node.stand(now_us))
    ballot = node.replica.proposer.ballot
    return "consensus", cp_id, f"stands for leader with ballot {ballot.round}.{cp_id}"


HANDS: Final[dict[str, Callable[["World", Args], Done]]] = {
    "stand": _stand,
    "hold": _hold,
    "release": _release,
    "deliver_frame": _deliver,
    "drop_frame": _drop,
    "duplicate_frame": _duplicate,
    "delay_frame": _delay,
    "corrupt_frame": _corrupt,
    "deliver_all": _deliver_all,
}
"""By verb."""
