"""What a scenario's own script has broken and not mended, mended at the end of its faults.

A campaign's second phase asks that all settles once everything heals, and the script's own faults
belong to that. Under random faults they may hit another charge point than was meant: whoever leads
is another one, and ``restart CP5`` starts nobody.
"""

from paxos.sim.healing import CURES
from scenarios.schema import At, Scenario
from scenarios.verbs import LEADER, VERBS

LINK_FAULTS = frozenset(
    ("cut", "cut_oneway", "partition", "partition_oneway",
     *(name for name, verb in VERBS.items() if verb.on_links and name != "release"))
)  # fmt: skip
"""What ``heal`` undoes."""


def mended(scenario: Scenario, until_us: int, at_us: int) -> list[At]:
    """Lines at ``at_us`` that undo the faults which script and inputs to ``until_us`` leave.

    What was done to the leader is undone at every charge point, in vain at those that are well:
    which of them led then, no script knows. A line that names the leader does not undo it either:
    somebody else may lead by then.
    """
    open_: dict[tuple[str, object], None] = {}
    lines = [line for line in (*scenario.script, *scenario.inputs) if line.t_us <= until_us]
    for line in sorted(lines, key=lambda line: line.t_us):
        cp = line.args.get("cp")
        for verb, whom in list(open_):
            if whom == cp != LEADER and _cures(line, verb):
                del open_[verb, whom]
        if line.verb in CURES and not _cures(line, line.verb):
            open_[line.verb, cp] = None
    links = any(line.verb in LINK_FAULTS for line in lines)
    mending = [At(t_us=at_us, verb="heal")] if links else []
    for verb, whom in open_:
        cps = [cp.id for cp in scenario.cps] if whom == LEADER else [whom]
        for cp in cps:
            cures = (At(t_us=at_us, verb=it, args={"cp": cp, **args}) for it, args in CURES[verb])
            mending += [cure for cure in cures if cure not in mending]
    return mending


def _cures(line: At, verb: str) -> bool:
    """Whether a line undoes a fault by itself.

    What it takes two steps to undo it does not: a charge point that is to die at its next write may
    be started again before it has died.
    """
    if len(CURES[verb]) > 1:
        return False
    cure, args = CURES[verb][0]
    return line.verb == cure and all(line.args.get(name) == value for name, value in args.items())
