"""``evtui ask``: a question to a message log, answered on standard output.

Never imports Textual.
"""

import contextlib
import gc
import json
import sys
from collections.abc import Iterator

from attrs import frozen

from evtui.ask.answers import QUESTIONS, Answer, Query
from evtui.ask.reader import Log, read_log
from evtui.errors import UsageError
from fsm.ocpp.messagelog.answers import charge_points
from fsm.ocpp.messagelog.timestamps import (
    ALLOWED_MONTH,
    ALLOWED_TIME,
    parse_month,
    parse_time,
)
from scenarios.kinds import did_you_mean, one_of, printable

PLOT_WIDTH_MAX = 100


@frozen
class Order:
    """What ``evtui ask`` was asked to do; the options as they were written."""

    question: str
    file: str
    month: str | None = None
    cp: str | None = None
    at: str | None = None
    as_json: bool = False
    plot: bool = False


def ask(order: Order) -> int:
    """Answer, and return the exit code.

    Raises:
        UsageError: what was asked for cannot be answered.

    """
    query = _query(order)
    with _without_collector():
        log = read_log(order.file)
        _check_cp(order, log)
        answer = QUESTIONS[order.question](log, query)
    # Before the answer: it may be long, and its pipe may be closed early.
    for sentence, note in log.notes.found.items():
        sys.stderr.write(
            f"evtui: {log.name}:{note.first_row}: {sentence} ({note.times:,} ×, here first)\n"
        )
    if order.as_json:
        sys.stdout.write(json.dumps(answer.rows, indent=2) + "\n")
    else:
        _show(answer, plot=order.plot)
    return 0


@contextlib.contextmanager
def _without_collector() -> Iterator[None]:
    """A log is a million small objects and no circle: looking for circles takes half the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _query(order: Order) -> Query:
    """The order's options, read. Raises :class:`UsageError`."""
    if order.question not in QUESTIONS:
        raise UsageError(
            f'question: found "{printable(order.question)}"; allowed {one_of(list(QUESTIONS))}'
            + did_you_mean(order.question, list(QUESTIONS))
        )
    if order.as_json and order.plot:
        raise UsageError("--plot: found beside --json; allowed one of them")
    for option, value, question in (
        ("--month", order.month, "completed"),
        ("--at", order.at, "active"),
    ):
        if value is not None and order.question != question:
            raise UsageError(f"{option}: found beside {order.question}; allowed with {question}")
    try:
        month_us = None if order.month is None else parse_month(order.month)
    except ValueError:
        raise _refused("--month", order.month, ALLOWED_MONTH) from None
    try:
        at_us = None if order.at is None else parse_time(order.at)
    except (ValueError, OverflowError):
        raise _refused("--at", order.at, ALLOWED_TIME) from None
    return Query(order.cp, at_us, order.month, month_us)


def _refused(option: str, found: str | None, allowed: str) -> UsageError:
    return UsageError(f'{option}: found "{printable(found or "")}"; allowed {allowed}')


def _check_cp(order: Order, log: Log) -> None:
    known = charge_points(log.messages)
    if order.cp is not None and order.cp not in known:
        names = [printable(name) for name in known]
        hint = did_you_mean(order.cp, names)
        raise UsageError(
            f'--cp: found "{printable(order.cp)}"; allowed a charge point of {log.name}: '
            f"{one_of(names)}{hint}"
        )


def _show(answer: Answer, *, plot: bool) -> None:
    """A table or a plot, as wide as the terminal; into a pipe nothing is cut off."""
    from rich.console import Console
    from rich.text import Text

    from evtui.ask.plots import STYLES

    console = Console(highlight=False, markup=False, emoji=False)
    if answer.cells and not plot:
        _table(answer, console.is_terminal)
    elif answer.plot is not None and plot:
        for line in answer.plot(min(console.width, PLOT_WIDTH_MAX)):
            pieces = [(text, STYLES.get(role, "dim" if role else "")) for text, role in line]
            console.print(Text.assemble(*pieces), soft_wrap=True)
    console.print(printable(answer.summary), soft_wrap=True)


def _table(answer: Answer, is_terminal: bool) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    for at, title in enumerate(answer.head):
        justify = "right" if at in answer.right else "left"
        table.add_column(title, justify=justify, overflow="fold")  # type: ignore[arg-type]
    for cells in answer.cells:
        table.add_row(*(Text(printable(cell)) for cell in cells))
    console = Console(highlight=False, width=None if is_terminal else 10_000)
    console.print(table)
