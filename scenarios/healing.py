"""What a scenario's own script has broken and not mended, mended at the end of its faults.

A campaign's second phase asks that all settles once everything heals, and the script's own faults
belong to that. Under random faults they may hit another charge point than was meant: whoever leads
is another one, and ``restart CP5`` starts nobody.
"""

from paxos.sim.healing import CURES
from scenarios.schema import At, Scenario
from scenarios.verbs import LEADER


def mended(scenario: Scenario, until_us: int, at_us: int) -> list[At]:
    """Lines at ``at_us`` that undo the nodes' faults which the script to ``until_us`` leaves.

    What was done to the leader is undone at every charge point, in vain at those that are well:
    which of them leads then, no script knows.
    """
    open_: dict[tuple[str, object], None] = {}
    for line in sorted(scenario.script, key=lambda line: line.t_us):
        if line.t_us > until_us:
            break
        cp = line.args.get("cp")
        for verb, whom in list(open_):
            if whom == cp and _cures(line, verb):
                del open_[verb, whom]
        if line.verb in CURES and not _cures(line, line.verb):
            open_[line.verb, cp] = None
    lines: list[At] = []
    for verb, whom in open_:
        cps = [cp.id for cp in scenario.cps] if whom == LEADER else [whom]
        for cp in cps:
            cures = (At(t_us=at_us, verb=it, args={"cp": cp, **args}) for it, args in CURES[verb])
            lines += [cure for cure in cures if cure not in lines]
    return lines


def _cures(line: At, verb: str) -> bool:
    """Whether a line is the last step of what undoes a fault."""
    cure, args = CURES[verb][-1]
    return line.verb == cure and all(line.args.get(name) == value for name, value in args.items())
