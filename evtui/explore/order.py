"""What ``evtui explore`` is to explore, from its options.

With a mistake, options that are left out are those of a group that shows it; without one they are
two proposers with two ballots each among three nodes.
"""

from attrs import evolve

from evtui.errors import UsageError
from evtui.explore.command import Order
from evtui.options import Exploring
from paxos.check.explore.nodes import Bounds
from paxos.check.mutants import Mutant, UnknownMutantError, find
from paxos.check.mutants.planting import Exploration
from paxos.messages import Accepted, Promise

ANSWERS = (Promise, Accepted)
"""What of the past a mistake may heed: nobody has looked at which."""


def order_of(options: Exploring) -> Order:
    """The order that the options are.

    Raises:
        UsageError: there is no such mistake, or more proposers than nodes.
    """
    mutant = _mutant(options.mutant)
    recipe = Exploration(Bounds(), keeps=() if mutant is None else ANSWERS)
    if mutant is not None and mutant.explored is not None:
        recipe = mutant.explored
    bounds = _bounds(recipe.bounds, options)
    asked = {"crashes": options.crashes, "losses": options.losses, "duplicates": options.duplicates}
    faults = evolve(recipe.faults, **{k: n for k, n in asked.items() if n is not None})
    return Order(
        bounds, faults, options.max_states, options.as_json, mutant, recipe.keeps, options.save
    )


def _mutant(text: str | None) -> Mutant | None:
    try:
        return None if text is None else find(text)
    except UnknownMutantError as error:
        raise UsageError(f"--mutant: {error}") from None


def _bounds(known: Bounds, options: Exploring) -> Bounds:
    """The bounds with what was asked for; ballots are the same for every proposer, if asked for."""
    nodes = known.nodes if options.nodes is None else options.nodes
    proposers = known.proposers if options.proposers is None else options.proposers
    if options.proposers is None and options.mutant is not None:
        proposers = min(proposers, nodes)
    if proposers > nodes:
        raise UsageError(f"--proposers: found {proposers}; allowed at most --nodes, {nodes}")
    ballots = known.ballots
    if options.ballots is not None:
        ballots = (options.ballots,) * proposers
    elif proposers != known.proposers:
        ballots = (max(known.ballots),) * proposers
    slots = known.slots if options.slots is None else options.slots
    return Bounds(nodes, proposers, ballots, slots, options.own_later or known.own_later)
