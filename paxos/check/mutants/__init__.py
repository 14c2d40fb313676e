"""Known mistakes, planted one at a time, and what must catch each.

One module for each part of the protocol; :mod:`paxos.check.mutants.planting` says what a mutant is.
"""

from difflib import get_close_matches

from paxos.check.mutants import (
    acceptors,
    disks,
    learners,
    liveness,
    membership,
    phase1,
    phase2,
    reads,
    snapshots,
)
from paxos.check.mutants.planting import Mutant, planted, planted_now, registered

__all__ = ["MUTANTS", "Mutant", "UnknownMutantError", "find", "planted", "planted_now"]

NUMBERS = 30
"""How many the reference lists."""

PARTS = (phase1, phase2, acceptors, disks, learners, snapshots, membership, reads, liveness)
"""The modules that plant, in the order of the protocol."""

MUTANTS: tuple[Mutant, ...] = tuple(
    sorted(registered(), key=lambda mutant: mutant.number or NUMBERS + 1)
)
"""By their numbers, the others behind them in the order of the parts of the protocol."""


class UnknownMutantError(ValueError):
    """There is no mutant of that name or number; the text says which there are."""


def find(text: str) -> Mutant:
    """The mutant of a name, or the first that stands for a number of the reference.

    Raises:
        UnknownMutantError: there is none.
    """
    wanted = text.strip().replace("-", "_")
    for mutant in MUTANTS:
        if wanted == mutant.name or (mutant.number and wanted == str(mutant.number)):
            return mutant
    near = get_close_matches(wanted, [mutant.name for mutant in MUTANTS], n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise UnknownMutantError(
        f'found "{text}"; allowed a number from 1 to {NUMBERS} or a name; '
        f"evtui mutants --list prints them{hint}"
    )
