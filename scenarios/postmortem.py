"""What broke an invariant: slot, ballots, charge points, and the events that led to it."""

from typing import Any

from attrs import frozen

from paxos.check.violation import InvariantViolation
from paxos.membership import label, place_of
from paxos.sim.host import Kind
from paxos.sim.kernel import Event
from paxos.wire import WireError, unpack
from scenarios.tracing import describe_event
from scenarios.world import World

MOST_EVENTS = 12


@frozen
class Violation:
    """A violated invariant. ``events`` are the latest that are about its slot or its ballots.

    The last of them is the one after which the invariant no longer held. ``event`` is its number;
    times are virtual, in seconds.
    """

    invariant: str
    text: str
    """Name, meaning, and what was found."""
    time_s: float
    event: int
    slot: int | None
    ballots: tuple[str, ...]
    cps: tuple[str, ...]
    events: tuple[str, ...]


def postmortem(world: World) -> Violation | None:
    """What is known of the violation that stopped a run; None if nothing did."""
    violation = world.violation
    if violation is None:
        return None
    recent = list(world.cluster.recent)
    about = [event for event in recent[:-1] if _is_about(event, violation)]
    if not about:
        # What it is about happened long ago: show what its charge points heard last.
        places = [place_of(node) for node in violation.nodes]
        about = [event for event in recent[:-1] if event[2] < Kind.TIMER and event[3] in places]
    shown = [*about[-(MOST_EVENTS - 1) :], *recent[-1:]]
    return Violation(
        invariant=violation.name,
        text=str(violation),
        time_s=world.now_us / 1_000_000,
        event=world.cluster.trace.events,
        slot=violation.slot,
        ballots=tuple(f"{b.round}.{label(b.node, world.ids)}" for b in violation.ballots),
        cps=tuple(dict.fromkeys(label(node, world.ids) for node in violation.nodes)),
        events=tuple(_sentence(world, event) for event in shown),
    )


def _is_about(event: Event, violation: InvariantViolation) -> bool:
    if event[2] != Kind.PAXOS:
        return False
    try:
        message: Any = unpack(event[5])
    except WireError:
        return False
    if getattr(message, "ballot", None) in violation.ballots:
        return True
    return violation.slot is not None and violation.slot in _slots(message)


def _slots(message: Any) -> range:
    """The slots that a message proposes, acknowledges or tells."""
    first = getattr(message, "first_slot", None)
    if first is None:
        return range(0)
    count = getattr(message, "count", None)
    return range(first, first + (len(message.values) if count is None else count))


def _sentence(world: World, event: Event) -> str:
    row = describe_event(world, event)
    time_s = row.pop("t_us") / 1_000_000
    kind = row.pop("kind")
    ends = " → ".join(str(row.pop(end)) for end in ("from", "to") if end in row)
    what = row.pop("message", kind)
    details = {**row.pop("fields", {}), **row}
    words = " ".join(f"{name}={_short(value)}" for name, value in details.items())
    return f"{time_s:.6f} s  {ends}  {what} {words}".rstrip()


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
