"""What is chosen in the faults panel so far, and what the keys make of it."""

from attrs import evolve, field, frozen

from evtui.render.fault_kinds import GROUPS
from evtui.render.fault_rows import Edit, Row, Whom, first_whom, rows, turned
from scenarios.faults_view import Active
from scenarios.view import View


@frozen
class Item:
    """What the cursor can stand on: whom a group is about, a fault, or one that is on."""

    group: str
    row: Row | None = None
    active: Active | None = None

    @property
    def id(self) -> str:
        """What tells it from the others."""
        if self.row is not None:
            return self.row.id
        return self.group if self.active is None else f"{self.active.fault}/{self.active.subject}"


@frozen
class Draft:
    """What is chosen so far."""

    whom: Whom
    cursor: int = 1
    values: dict[str, int] = field(factory=dict)
    """Amounts that somebody has changed, by row."""
    typing: bool = False
    """Whether a digit goes on with the amount, and does not begin another."""

    def items(self, view: View) -> list[Item]:
        """All that the cursor can stand on, in its order."""
        found: list[Item] = []
        all_rows = rows(view, self.whom)
        for group in GROUPS:
            if group != "site":
                found.append(Item(group))
            found += [Item(group, row) for row in all_rows if row.group == group]
        actives = view.faults.active if view.faults else ()
        return [*found, *(Item("active", active=it) for it in actives)]

    def item(self, view: View) -> Item:
        """What the cursor stands on."""
        items = self.items(view)
        return items[min(self.cursor, len(items) - 1)]

    def value(self, row: Row) -> int:
        """The amount for a row."""
        value = self.values.get(row.id, row.start)
        if row.amount is not None and row.amount.words:
            return min(value, len(row.amount.words) - 1)
        return value

    # Keys.

    def moved(self, view: View, by: int) -> "Draft":
        """Another item."""
        count = len(self.items(view))
        return evolve(self, cursor=(min(self.cursor, count - 1) + by) % count, typing=False)

    def to_group(self, view: View, by: int) -> "Draft":
        """The first fault of the group after this, or before; then what is on."""
        items = self.items(view)
        groups = list(dict.fromkeys(it.group for it in items))
        group = groups[(groups.index(self.item(view).group) + by) % len(groups)]
        return self.at_group(view, group)

    def at_group(self, view: View, group: str) -> "Draft":
        """The first fault of a group."""
        items = self.items(view)
        first = next((n for n, it in enumerate(items) if it.group == group and it.id != group), 0)
        return evolve(self, cursor=first, typing=False)

    def turned(self, view: View, by: int) -> "Draft":
        """More or less of it; what has none of that is meant of somebody else."""
        item = self.item(view)
        row = item.row
        if row is None or row.amount is None:
            if item.active is not None:
                return self
            return self.of_another(view, by)
        return self._with(row, row.amount.turned(self.value(row), by))

    def of_another(self, view: View, by: int) -> "Draft":
        """The same of the next charge point, links, or EV."""
        whom = turned(view, self.whom, self.item(view).group, by)
        return evolve(self, whom=whom, values={}, typing=False)

    def typed(self, view: View, digit: str) -> "Draft":
        """A digit more; with none, one less."""
        row = self.item(view).row
        if row is None or row.amount is None or not row.amount.typed:
            return self
        value = self.value(row)
        before = str(abs(value)) if self.typing or not digit else ""
        text = before + digit if digit else before[:-1]
        sign = -1 if value < 0 else 1
        return evolve(self._with(row, row.amount.limited(sign * int(text or "0"))), typing=True)

    def crossed(self, view: View) -> "Draft":
        """Of a charge point's links only what it says, or both ways again."""
        if self.item(view).group != "links" or not self.whom.link:
            return self
        return evolve(self, whom=evolve(self.whom, one_way=not self.whom.one_way), values={})

    def _with(self, row: Row, value: int) -> "Draft":
        return evolve(self, values={**self.values, row.id: value}, typing=False)

    # Enter.

    def edit(self, view: View) -> Edit | None:
        """What Enter does; None for nothing."""
        item = self.item(view)
        if item.active is not None and not view.finished:
            return Edit(item.active.verb, item.active.args) if item.active.verb else None
        return None if item.row is None else item.row.edit(view, self.value(item.row))

    def says(self, view: View) -> tuple[str, str]:
        """What Enter does or why it does nothing, and the role of that."""
        item = self.item(view)
        if item.active is not None:
            if not item.active.verb:
                return f"{item.active.subject}: {item.active.text} – only z takes it back", "dim"
            if view.finished:
                return "not now: the run has ended", "dim"
            return f"end it: {item.active.subject}, {item.active.text}", "text bold"
        if item.row is None:
            other = {"EV": "another EV", "links": "the links of another, or every link"}
            return f"← → {other.get(item.group, 'another charge point')}", "dim"
        row = item.row
        if row.why_not and not row.ends(self.value(row)):
            return f"not now: {row.why_not}", "dim"
        return row.says(self.value(row)), "text bold"


def first_draft(view: View, selected: str) -> Draft:
    """The cursor at the first fault of the selected charge point."""
    return Draft(first_whom(view, selected))
