"""Faults for the command palette: one entry for each, its subject filled in from the selection."""

from collections.abc import Iterator

from attrs import evolve, frozen

from evtui.render.fault_rows import Edit, Row, first_whom, rows
from scenarios.view import View


@frozen
class Entry:
    """What the palette shows, and what it does; ``edit`` is None where it is not possible now."""

    title: str
    note: str
    edit: Edit | None


def entries(view: View, selected: str) -> list[Entry]:
    """A fault of each kind for the selected charge point and its EV; then an end for what is on.

    Rates come twice: for every link, and for the links of the charge point. Shapes of partitions
    have an entry each.
    """
    whom = first_whom(view, selected)
    found = [entry for row in rows(view, whom) for entry in _of_row(view, row)]
    links = [row for row in rows(view, evolve(whom, link=selected)) if row.group == "links"]
    found += [
        entry for row in links if row.subject == selected for entry in _of_row(view, row)
    ]  # fmt: skip
    for it in view.faults.active if view.faults is not None and not view.finished else ():
        edit = Edit(it.verb, it.args) if it.verb else None
        note = f"Does {it.verb}" if it.verb else "Only undo takes it back"
        found.append(Entry(f"End: {it.subject}, {it.text}", note, edit))
    return list({entry.title: entry for entry in found}.values())


def _of_row(view: View, row: Row) -> Iterator[Entry]:
    """A row of the panel that is not on; with shapes of partitions each of them."""
    if row.kind.verb == "partition" and row.amount is not None and not row.why_not:
        values = list(range(len(row.amount.words)))
    else:
        values = [row.start]
    off = evolve(row, active=None)
    if row.active is not None and row.kind.verb != "partition":
        return
    for value in values:
        says = off.says(value)
        note = f"Not now: {row.why_not}" if row.why_not else row.kind.note or "Somewhere free"
        title = f"Fault: {says}" if row.kind.verb != "partition" else f"Fault: partition, {says}"
        yield Entry(title, note[:1].upper() + note[1:], off.edit(view, value))
