"""Looking at invariants: each with its sentence, its checks, and its smallest margin so far."""

from collections.abc import Iterable, Mapping
from typing import Final

from paxos.check.tally import Tally
from paxos.check.violation import SENTENCES as CONSENSUS
from scenarios import audit, clients, kept, obeying, power_words, promises, trust_promises
from scenarios.checked import UNITS, Checked
from scenarios.postmortem import postmortem
from scenarios.tables_view import InvariantsView, InvariantView, ViolationView
from scenarios.world import World

POWER: Final = dict(sorted((power_words.SENTENCES | obeying.SENTENCES).items()))
"""P1 to P4, which stand in two places."""

OTHERS: Final[tuple[Mapping[str, str], ...]] = (
    clients.SENTENCES,
    POWER,
    promises.SENTENCES,
    trust_promises.SENTENCES,
    audit.SENTENCES,
    kept.SENTENCES,
)
"""Sentences of all invariants beside those of consensus, in the order in which they are told."""


def invariants(world: World) -> InvariantsView:
    """All that are checked in a world; none where nothing is."""
    if world.invariants is None:
        return InvariantsView((), 0, None)
    broken = world.violation.name if world.violation is not None else ""
    notes = _notes(world)
    rows = [
        *_consensus(world.invariants.tally, broken, notes),
        *(row for sentences in OTHERS for row in rows_of(sentences, world.checked, broken, notes)),
    ]
    return InvariantsView(tuple(rows), world.checks, violation_of(world))


def rows_of(
    sentences: Mapping[str, str], checked: Checked, broken: str, notes: Mapping[str, str]
) -> Iterable[InvariantView]:
    """A row for each sentence. ``broken`` is the name of the one that was violated."""
    for name, sentence in sentences.items():
        least = checked.least.get(name)
        yield InvariantView(
            name=name,
            sentence=sentence,
            checks=checked.counts.get(name, 0),
            unit=UNITS.get(name, ""),
            left=None if least is None else least.left,
            at_us=None if least is None else least.at_us,
            of="" if least is None else least.of,
            note=notes.get(name, ""),
            violated=name == broken,
        )


def _consensus(tally: Tally, broken: str, notes: Mapping[str, str]) -> Iterable[InvariantView]:
    lefts = {"R5": tally.window_left, "L2": tally.slots_ahead}
    for name, checks in tally.by_name().items():
        yield InvariantView(
            name=name,
            sentence=CONSENSUS[name],
            checks=checks,
            unit=UNITS.get(name, ""),
            left=lefts.get(name),
            at_us=None,
            of="",
            note=notes.get(name, ""),
            violated=name == broken,
        )


def _notes(world: World) -> dict[str, str]:
    """What is so now, of the invariants of which there is more to say."""
    notes = {"L2": _lease(world), "R5": f"the window is {world.config.window} slots"}
    rail = min(world.grid.rails, key=lambda rail: rail.capacity_w - rail.flow_w)
    name = f"cabinet {rail.id}" if rail.id else "the site"
    notes["P1"] = f"now {rail.capacity_w - rail.flow_w:,} W are left at {name}"
    if world.clients is not None:
        witness = world.clients.witness
        notes["C2"] = f"{witness.called_in_all:,} operations, {witness.open:,} without an answer"
    if world.kept.promises:
        fates = [promise.status for promise in world.kept.promises]
        counted = (kept.OPEN, kept.KEPT, kept.RELEASED, kept.BROKEN)
        notes["E1"] = ", ".join(f"{fates.count(fate)} {fate}" for fate in counted)
    return notes


def _lease(world: World) -> str:
    """How long nobody else can be elected, as the leader reckons by its own clock."""
    leader = world.leader()
    if leader is None:
        return "nobody leads, so there is no lease"
    until_us = leader.replica.lease.until_us
    left_us = 0 if until_us is None else until_us - world.cluster.local_us(leader.number)
    if left_us <= 0:
        return f"{leader.cp_id} leads without a lease"
    return f"{leader.cp_id}'s lease has {left_us / 1_000:,.0f} ms left"


def violation_of(world: World) -> ViolationView | None:
    """What stopped the run, if anything did."""
    found = postmortem(world)
    if found is None:
        return None
    return ViolationView(
        name=found.invariant,
        text=found.text,
        time_us=world.now_us,
        event=found.event,
        slot=found.slot,
        ballots=found.ballots,
        cps=found.cps,
        events=found.events,
    )
