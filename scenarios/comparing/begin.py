"""Beginning a comparison: of two branches of a session, or of two sessions that were kept."""

from attrs import evolve, fields

from scenarios.checkpoints import START
from scenarios.comparing.comparing import Comparing, Side
from scenarios.comparing.inputs import Parting, parting
from scenarios.comparing.view import SideView
from scenarios.errors import InputError
from scenarios.schema import Scenario
from scenarios.session import Session
from scenarios.timeline import Branch, Timeline


def compare(
    timeline: Timeline, one: int, other: int, names: tuple[str, str] | None = None
) -> Comparing:
    """Compare two branches; neither they nor what is shown are changed by it.

    ``names`` are what people call them; ``branch 1`` if left out.

    Raises:
        InputError: there is no such branch, or it is the same one twice.
    """
    known = timeline.branches
    for number in (one, other):
        if number not in known:
            raise InputError(f"no branch {number}; there are {', '.join(map(str, known))}")
    if one == other:
        raise InputError(f"branch {one} is the same as itself; choose another one")
    called = names or (f"branch {one}", f"branch {other}")
    sides = side(known[one], called[0]), side(known[other], called[1])
    parts = parting(sides[0].inputs, sides[1].inputs, min(it.tip for it in sides))
    return Comparing(sides, parts, timeline.apart(one, parts.place))


def differing(one: Scenario, other: Scenario) -> tuple[str, ...]:
    """The parts of two scenarios that make them different runs, whatever is done in them by hand.

    Names, words for people, and what is expected do not count.
    """
    bare = [_bare(it) for it in (one, other)]
    names = [field.name for field in fields(Scenario)]
    return tuple(it for it in names if getattr(bare[0], it) != getattr(bare[1], it))


def _bare(scenario: Scenario) -> Scenario:
    script = tuple(evolve(line, line=0) for line in scenario.script)
    return evolve(scenario, name="", title="", description="", path="", expectations=(),
                  inputs=(), saved=None, script=script)  # fmt: skip


def compare_strangers(
    sessions: tuple[Session, Session], branches: tuple[Branch, Branch], names: tuple[str, str]
) -> Comparing:
    """Compare runs that have no past in common: of other scenarios, or other seeds.

    ``sessions`` stand at their beginnings, and are used up.
    """
    sides = side(branches[0], names[0]), side(branches[1], names[1])
    return Comparing(sides, Parting(START, (None, None)), *sessions)


def side(branch: Branch, name: str) -> Side:
    """A branch as one side of a comparison."""
    view = SideView(branch.number, name, branch.tip.time_us, len(branch.inputs))
    return Side(view, list(branch.inputs), branch.tip)
