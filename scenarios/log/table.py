"""A window of the log, and what a filter lets through: built for who asks for it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import evolve

from scenarios.errors import InputError
from scenarios.log.look import Slots
from scenarios.log.query import LogFilter, read
from scenarios.log.search import Search
from scenarios.log.view import LogTable, LogWindow
from scenarios.messages.recording import book_of

if TYPE_CHECKING:
    from scenarios.world import World


def log_table(world: "World", window: LogWindow) -> LogTable | None:
    """The slots that are wanted; None where nobody keeps the log of this run.

    What was found of a filter is kept beside the log, and the next look goes on from there.
    """
    book = book_of(world)
    if book is None:
        return None
    slots, refused, text = Slots(world, book), "", window.text.strip()
    search = book.search if isinstance(book.search, Search) else None
    try:
        wanted = read(text, tuple(world.ids.values()), tuple(world.cars))
    except InputError as error:
        refused = str(error)
        text = search.key[0] if search is not None and isinstance(search.key, tuple) else ""
        wanted = read(text, tuple(world.ids.values()), tuple(world.cars))
    if wanted.tests and (search is None or search.key != (text, book.changes)):
        search = Search((text, book.changes))
    book.search = search if wanted.tests else None
    window = evolve(window, rows=max(window.rows, 1), text=text)
    return _table(slots, window, wanted, search if wanted.tests else None, refused)


def _table(
    slots: Slots, window: LogWindow, wanted: LogFilter, search: Search | None, refused: str
) -> LogTable:
    def judge(slot: int) -> tuple[bool, bool]:
        facts, fresh = slots.facts(slot)
        return wanted.holds(slot, slots.state(slot), facts), fresh

    if search is not None:
        search.advance(judge, (slots.first, slots.settled, slots.last))
    listed: Search | range = range(slots.first, slots.last + 1)
    if search is not None and window.hides:
        listed = search
    seen = _window(listed, window)
    cursor = window.cursor if window.cursor is not None else seen[-1] if seen else None
    if cursor is not None and search is not None and window.hides:
        cursor = _nearest(seen, cursor)
    in_log = cursor is not None and slots.first <= cursor <= slots.last
    found: Search | range = search if search is not None else range(slots.first, slots.last + 1)
    near = _near(found, cursor) if cursor is not None else (None, None)
    return LogTable(
        rows=tuple(
            slots.row(slot, window, matched=search is None or judge(slot)[0]) for slot in seen
        ),
        first=slots.first,
        last=slots.last,
        before=_near(listed, seen[0])[0] if seen else None,
        after=_near(listed, seen[-1])[1] if seen else None,
        detail=slots.detail(cursor) if in_log and cursor is not None else None,
        text=window.text,
        refused=refused,
        matches=_count(found),
        searched_to=slots.first if search is None else search.low,
        previous_match=near[0],
        next_match=near[1],
    )


def _nearest(seen: Sequence[int], slot: int) -> int | None:
    return min(seen, key=lambda it: abs(it - slot), default=None)


def _count(listed: Search | range) -> int:
    return len(listed) if isinstance(listed, range) else listed.count


def _place(listed: Search | range, slot: int) -> int:
    """How many of them are below a slot."""
    if isinstance(listed, range):
        return min(max(slot - listed.start, 0), len(listed))
    return listed.place(slot)


def _at(listed: Search | range, index: int) -> int:
    return listed[index] if isinstance(listed, range) else listed.at(index)


def _window(listed: Search | range, window: LogWindow) -> list[int]:
    """The slots that are shown."""
    count, rows = _count(listed), window.rows
    start = count - rows
    if window.at is not None and window.back:
        start = _place(listed, window.at + 1) - rows
    elif window.at is not None:
        start = min(_place(listed, window.at), start)
    start = max(start, 0)
    return [_at(listed, index) for index in range(start, min(start + rows, count))]


def _near(listed: Search | range, slot: int) -> tuple[int | None, int | None]:
    """The nearest below a slot, and above it."""
    below, above = _place(listed, slot) - 1, _place(listed, slot + 1)
    return (
        _at(listed, below) if below >= 0 else None,
        _at(listed, above) if above < _count(listed) else None,
    )
