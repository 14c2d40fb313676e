"""The ledger: sums that must agree, then accounts, bills and entries, side by side where it fits.

A list stands in a column of its own; where there is room for one only, one of them is seen.
"""

from collections.abc import Iterator

from attrs import frozen

from evtui.render import glyphs, units
from evtui.render.line import Line, Span, fit, left, line, right, spread
from scenarios.tables_view import (
    AccountView,
    BillView,
    EntryView,
    LedgerView,
    LedgerWindow,
    SumView,
)
from scenarios.view import View

LISTS = ("accounts", "bills", "entries")
SIDE_BY_SIDE = 196
"""Cells from which all three lists are seen."""
GAP = 3
ACCOUNTS, BILLS = 62, 68
"""Cells of the first two lists where all three are seen; the third has the rest."""

STATUS = {"running": ("▶", "accent"), "open": ("○", "warn bold"), "paid": ("✓", "ok")}


@frozen
class Place:
    """Where the three lists stand: the first row of each, and which one is moved."""

    chosen: int = 0
    first: tuple[int, int, int] = (0, 0, 0)

    def window(self, rows: int) -> LedgerWindow:
        """The rows that are wanted."""
        return LedgerWindow(*self.first, rows=rows)


def totals(ledger: LedgerView) -> tuple[int, int, int]:
    """How many rows each list has."""
    return ledger.account_total, ledger.bill_total, ledger.entry_total


def head_rows(view: View) -> int:
    """Rows above the first row of a list: about, sums, a gap, names of lists, of columns."""
    return 4 + (len(view.ledger.sums) if view.ledger else 6)


def list_rows(view: View, height: int) -> int:
    """Rows of a list that are seen."""
    return max(height - head_rows(view), 1)


def page(view: View, place: Place, size: tuple[int, int], motion: Span) -> list[Line]:
    """All of it. ``motion`` says whether time runs."""
    width, height = size
    ledger = view.ledger
    if ledger is None:
        return [line((" …", "dim"))]
    rows = list_rows(view, height)
    top = [_about(view, ledger, width, motion), *_sums(ledger, width), line()]
    if width >= SIDE_BY_SIDE:
        return [*top, *_together(ledger, place, rows, width)]
    chosen = place.chosen
    return [*top, _tabs(ledger, place, width), *_list(ledger, chosen, rows, width)]


def _about(view: View, ledger: LedgerView, width: int, motion: Span) -> Line:
    agree = all(it.agrees for it in ledger.sums)
    word = f"{glyphs.HOLDS} all sums agree" if agree else f"{glyphs.BROKEN} a sum does not agree"
    start: list[Span] = [
        (f" after {units.count(ledger.applied)} commands", "text bold"),
        (" · ", "dim"),
        (word, "ok bold" if agree else "bad bold"),
    ]
    end: list[Span] = [(units.clock(view.time_us), "text bold"), ("  ", ""), motion, (" ", "")]
    return spread(start, end, width)


# --- sums ------------------------------------------------------------------------------------


def _sums(ledger: LedgerView, width: int) -> Iterator[Line]:
    for it in ledger.sums:
        mark: Span = (glyphs.HOLDS, "ok bold") if it.agrees else (glyphs.BROKEN, "bad bold")
        sign = "=" if it.agrees else "≠"
        spans: list[Span] = [
            (" ", ""),
            mark,
            (f" {left(it.says, 36)}", "" if it.agrees else "bad bold"),
            (f"{it.left_name} {_figure(it, it.left)}", "dim"),
            (f" {sign} ", "text bold" if it.agrees else "bad bold"),
            (f"{it.right_name} {_figure(it, it.right)}", "dim"),
        ]
        yield fit(spans, width)


def _figure(it: SumView, value: int) -> str:
    if it.unit == "cents":
        return units.euros(value)
    return f"{value:,}"


# --- lists -----------------------------------------------------------------------------------


def _tabs(ledger: LedgerView, place: Place, width: int) -> Line:
    spans: list[Span] = [(" ", "")]
    for index in range(len(LISTS)):
        chosen = index == place.chosen
        spans += [_tab(ledger, place, index), ("   " if index < 2 else "", "")]
        if chosen:
            spans[-2] = (spans[-2][0], "key bold")
    return fit(spans, width, "panel")


def _tab(ledger: LedgerView, place: Place, index: int) -> Span:
    """The name of a list, how long it is, and from which row it is seen."""
    total = totals(ledger)[index]
    mark = glyphs.CURSOR if index == place.chosen else " "
    words = f"{mark}{LISTS[index]} {units.count(total)}"
    if index == 1:
        words += f": {ledger.running} running, {ledger.open} open, {ledger.paid} paid"
    if place.first[index]:
        words += f", from {place.first[index] + 1}"
    return (words, "text bold" if index == place.chosen else "dim")


def _list(ledger: LedgerView, index: int, rows: int, width: int) -> list[Line]:
    """Names of the columns, and the rows; what was asked for may be more than there is room."""
    if index == 0:
        return [_account_head(width), *(_account(it, width) for it in ledger.accounts[:rows])]
    if index == 1:
        return [_bill_head(width), *(_bill(it, width) for it in ledger.bills[:rows])]
    return [_entry_head(width), *(_entry(it, width) for it in ledger.entries[:rows])]


def _together(ledger: LedgerView, place: Place, rows: int, width: int) -> list[Line]:
    """All three lists side by side, each with its name above."""
    widths = (ACCOUNTS, BILLS, width - 2 * GAP - ACCOUNTS - BILLS)
    columns = [
        [fit([_tab(ledger, place, index)], widths[index], "base"),
         *_list(ledger, index, rows, widths[index])]
        for index in range(len(LISTS))
    ]  # fmt: skip
    lines = []
    for row in range(max(map(len, columns))):
        spans: list[Span] = []
        for index, column in enumerate(columns):
            spans += column[row].spans if row < len(column) else ((" " * widths[index], ""),)
            spans.append((" " * GAP if index < 2 else "", ""))
        lines.append(fit(spans, width, "panel" if row == 0 else "base"))
    return lines


def _account_head(width: int) -> Line:
    figures = f"{right('€', 11)}{right('owes €', 9)}{right('tokens', 8)}"
    return fit([(f" {left('account', 18)}{figures}  whose", "dim")], width)


def _account(it: AccountView, width: int) -> Line:
    role = "dim" if it.kind.startswith("outside") else ""
    spans: list[Span] = [
        (f" {left(it.name, 18)}", "text bold"),
        (right(units.amount(it.cents), 11), role),
        (right(units.amount(it.owed_cents), 9), "warn bold" if it.owed_cents else "dim"),
        (right(f"{it.tokens:,}", 8), "" if it.tokens else "dim"),
        (f"  {it.kind}", "dim"),
        (f" {it.holder}", role),
    ]
    return fit(spans, width)


def _bill_head(width: int) -> Line:
    words = f"{right('#', 4)}  {left('at', 8)}{left('whose', 12)}{left('is', 11)}"
    figures = f"{right('kWh', 6)}{right('€', 9)}{right('tokens', 8)}"
    return fit([(f" {words}{figures}  since", "dim")], width)


def _bill(it: BillView, width: int) -> Line:
    sign, role = STATUS.get(it.status, ("?", "bad"))
    since = it.paid_us if it.status == "paid" and it.paid_us is not None else it.closed_us
    spans: list[Span] = [
        (f" {right(str(it.transaction), 4)}  ", "dim"),
        (left(it.cp, 7) + " ", "text bold"),
        (left(it.ev, 11) + " ", ""),
        (left(f"{sign} {it.status}", 11), role),
        (right(units.kwh(it.energy_wh), 6), ""),
        (right(units.amount(it.cents), 9), "text bold"),
        (right(f"{it.tokens:,}", 8), "" if it.tokens else "dim"),
        ("  " + (units.clock(since, millis=False) if since is not None else "–"), "dim"),
    ]
    return fit(spans, width)


def _entry_head(width: int) -> Line:
    head = f" {right('#', 5)} {right('at', 8)}  {left('for', 11)}{right('moved', 14)}"
    return fit([(f"{head}  from → to", "dim")], width)


def _entry(it: EntryView, width: int) -> Line:
    what = f"{it.what} {it.transaction}" if it.transaction else it.what
    moved = units.euros(it.cents) if it.cents or not it.tokens else f"{it.tokens:,} tokens"
    spans: list[Span] = [
        (f" {right(str(it.number), 5)} ", "dim"),
        (right(units.clock(it.at_us, millis=False), 8), "dim"),
        (f"  {left(what, 11)}", ""),
        (right(moved, 14), "text bold"),
        (f"  {it.payer} → {it.payee}", ""),
    ]
    return fit(spans, width)
