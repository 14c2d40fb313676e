"""What undoes faults: at the end of a schedule that is cut short, and for nodes in any state."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from paxos.sim.ailments import AILMENTS
from paxos.sim.faults import Fault

Cure: TypeAlias = tuple[str, dict[str, Any]]
"""A verb of scripts that undoes something, with its arguments but for the node."""

CURES: dict[str, tuple[Cure, ...]] = {
    **{ailment.verb: ailment.undo for ailment in AILMENTS},
    "crash": (("restart", {}),),
    "crash_in_write": (("disarm", {}), ("restart", {})),
    "pause": (("resume", {}),),
    "wipe": (("restart", {}),),
}
"""By the verb of a node's fault, what undoes it, in order. Changes of membership stay."""


def undo_everything(nodes: Sequence[int], time_us: int) -> list[Fault]:
    """All that can be undone, of every link and node.

    What a node does not have is undone in vain, and what is not possible (to start a node that
    runs) is to be left out.
    """
    cures: list[Cure] = []
    for row in CURES.values():
        cures += [cure for cure in row if cure not in cures]
    undo = [Fault(time_us, verb, {"cp": node, **args}) for node in nodes for verb, args in cures]
    return [Fault(time_us, "heal", {}), *undo]


def cut_short(schedule: Sequence[Fault], end_us: int) -> list[Fault]:
    """What of a schedule happens before ``end_us``, and then everything undone at that moment."""
    faults = [fault for fault in schedule if fault.time_us < end_us]
    open_: dict[tuple[str, int], list[Fault]] = {}
    for fault in faults:
        cured = _cure(open_, fault)
        if not cured and fault.verb in CURES:
            node = fault.args["cp"]
            open_[fault.verb, node] = [
                Fault(end_us, verb, {"cp": node, **args}) for verb, args in CURES[fault.verb]
            ]
    undo: list[Fault] = []
    for row in open_.values():
        undo += [fault for fault in row if fault not in undo]
    return [*faults, *undo, Fault(end_us, "heal", {})]


def _cure(open_: dict[tuple[str, int], list[Fault]], fault: Fault) -> bool:
    """Whether a fault undoes something; what it takes several steps to undo is undone in order.

    A node that is to die at its next write may have been started again before that for another
    reason, which cures nothing.
    """
    cures = False
    for ill, row in list(open_.items()):
        if (fault.verb, fault.args) == (row[0].verb, row[0].args):
            cures = True
            del row[0]
            if not row:
                del open_[ill]
    return cures
