"""The partition picker: well-known shapes, sides of CPs, and what comes of it, as lines."""

from attrs import frozen

from evtui.render import glyphs
from evtui.render.line import Line, Span, fit, left, line
from scenarios.view import View

SIDES = "ABCD"


@frozen
class Plan:
    """Which side each CP is on (by index of :data:`SIDES`), and whether the cut is one way.

    One way: messages from A to B are lost, those from B to A arrive.
    """

    sides: tuple[int, ...]
    one_way: bool = False

    def groups(self, view: View) -> tuple[tuple[str, ...], ...]:
        """Ids on each side, empty sides left out."""
        groups = [
            tuple(cp.id for cp, side in zip(view.cps, self.sides, strict=True) if side == n)
            for n in range(len(SIDES))
        ]
        return tuple(group for group in groups if group)

    def moved(self, index: int, by: int) -> "Plan":
        """The CP at ``index`` on the next side, or the one before."""
        sides = list(self.sides)
        count = 2 if self.one_way else len(SIDES)
        sides[index] = (sides[index] + by) % count
        return Plan(tuple(sides), self.one_way)

    def turned(self) -> "Plan":
        """The same sides, cut one way instead of both, or back."""
        return Plan(tuple(min(side, 1) for side in self.sides), not self.one_way)


@frozen
class Shape:
    """A well-known partition: its key, name, lesson and plan."""

    key: str
    title: str
    help: str
    plan: Plan


def shapes(view: View, selected: str) -> list[Shape]:
    """The well-known partitions of these CPs as they are now."""
    ids = [cp.id for cp in view.cps]
    voters = [cp.id for cp in view.cps if cp.member == "voter"] or ids
    leader = view.leader or voters[0]
    minority = (len(voters) - 1) // 2

    def apart(alone: set[str], *, one_way: bool = False) -> Plan:
        return Plan(tuple(int(cp in alone) for cp in ids), one_way)

    others = [cp for cp in voters if cp != leader]
    few = set(others[len(others) - minority :])
    with_leader = {leader, *others[: max(minority - 1, 0)]}
    deaf = Plan(tuple(int(cp == leader) for cp in ids), one_way=True)
    return [
        Shape("1", "cut off a minority", "the rest goes on", apart(few)),
        Shape("2", f"isolate {selected}", "the selected CP alone", apart({selected})),
        Shape("3", f"isolate leader {leader}", "the rest elects another", apart({leader})),
        Shape("4", "leader with a minority", "it may propose, never choose", apart(with_leader)),
        Shape("5", f"deafen leader {leader}", "one way: it speaks, hears nobody", deaf),
    ]


def outcome(plan: Plan, view: View) -> tuple[str, str]:
    """A sentence about which side can go on, and its role.

    Only who votes counts: no learner, nobody who is no member (yet, or with a new disk). Who is
    down or paused has a vote, but does not cast it now. Where fewer choose than elect, they can do
    it with the leader alone: without it they would have to elect one first.
    """
    voters = [cp for cp in view.cps if cp.member == "voter"]
    casting = {cp.id for cp in voters if cp.status == "alive"}
    groups = plan.groups(view)
    if len(groups) < 2:
        return "Everybody is on one side: nothing would be cut", "dim"
    if plan.one_way:
        return "A is not heard by B; B is heard by A", "warn"
    for group in groups:
        votes = len(casting.intersection(group))
        if votes >= view.quorum and (votes >= view.electors or view.leader in group):
            side = SIDES[plan.sides[[cp.id for cp in view.cps].index(group[0])]]
            return f"{side} has {votes} of {view.voters} votes and goes on; the rest waits", "ok"
    if view.electors == view.quorum:
        needed = f"the {view.quorum} of {view.voters} votes that choose"
    else:
        needed = f"leader and {view.quorum} of {view.voters} votes, or the {view.electors} to elect"
    return f"No side has {needed}: all wait", "warn"


def page(
    view: View, options: list[Shape], plan: Plan, cursor: int, size: tuple[int, int]
) -> list[Line]:
    """The picker's body: shapes, then CPs on their sides, then the outcome."""
    width, height = size
    lines = []
    for shape in options:
        chosen = shape.plan == plan
        spans: list[Span] = [
            (f" {shape.key} ", "key bold"),
            (left(shape.title, 26), "text bold" if chosen else ""),
            (shape.help, "dim"),
            (f"  {glyphs.HOLDS}" if chosen else "", "ok"),
        ]
        lines.append(fit(spans, width))
    lines.append(line())
    room = max(height - len(lines) - 2, 1)
    top = min(max(cursor - room + 1, 0), max(len(view.cps) - room, 0))
    lines += [
        _side(view, plan, index, width, selected=index == cursor)
        for index in range(top, min(top + room, len(view.cps)))
    ]
    text, role = outcome(plan, view)
    return [*lines, line(), fit([(" " + text, role)], width)]


def first_row(count: int, cursor: int, shapes_count: int, height: int) -> int:
    """Index of the CP on the first row of sides, for clicks."""
    room = max(height - shapes_count - 1 - 2, 1)
    return min(max(cursor - room + 1, 0), max(count - room, 0))


def _side(view: View, plan: Plan, index: int, width: int, *, selected: bool) -> Line:
    cp = view.cps[index]
    mark = glyphs.CURSOR if selected else " "
    spans: list[Span] = [(mark, "key"), (left(cp.id, 10), "text bold")]
    for n in range(2 if plan.one_way else len(SIDES)):
        mine = plan.sides[index] == n
        text = f"[{SIDES[n]}]" if mine else f" {SIDES[n]} "
        spans.append((text, "accent bold" if mine else "dim"))
    role = cp.role if cp.member == "voter" else cp.member
    star = glyphs.ROLE.get(role, " ")
    spans += [("  ", ""), (star, glyphs.ROLE_ROLE.get(role, "")), (" " + left(role, 10), "dim")]
    if cp.status != "alive":
        spans.append((f"{glyphs.STATUS[cp.status]} {cp.status}", glyphs.STATUS_ROLE[cp.status]))
    return fit(spans, width, "selected" if selected else "base")
