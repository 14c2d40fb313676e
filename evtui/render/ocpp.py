"""The trace of OCPP: a row for each call with its answer, and all of the chosen one."""

import json
from collections.abc import Sequence
from textwrap import wrap

from attrs import frozen

from evtui.keys.keymap import USUAL, Keymap, key_of
from evtui.render import units
from evtui.render.glyphs import CURSOR
from evtui.render.line import Line, Span, fit, left, right, spread
from scenarios.ocpp_view import ExchangeView, OcppView
from scenarios.view import View

HEAD = 2
"""Rows above the first call: what is shown, the names of the columns."""
WIDE, ROOMY, LEAST = 150, 90, 78
"""Cells from which the payload stands beside the table; of a table with room for long answers, and
for milliseconds."""
SIGNS, TOOK = 7, 9
"""Cells of all signs, and of how long an answer took."""
PAYLOAD_ROWS = 8
"""Rows of the payload where it stands below, on a short terminal; a third on a tall one."""

STATES = {
    "answered": ("✓", "ok"),
    "refused": ("!", "warn bold"),
    "error": ("✗", "bad bold"),
    "waiting": ("…", "accent bold"),
    "queued": ("·", "accent"),
    "lost": ("∅", "bad"),
}
"""A sign for each state of a call, and its role."""
WORDS = {
    "answered": "answered",
    "refused": "refused",
    "error": "error",
    "waiting": "waits for the answer",
    "queued": "waits in the queue",
    "lost": "lost",
}
AGAIN = "↻"


def table_rows(size: tuple[int, int]) -> int:
    """Calls that there is room for."""
    width, height = size
    below = 0 if width >= WIDE else min(max(PAYLOAD_ROWS, height // 3), height // 2)
    return max(height - HEAD - below, 1)


def page(
    view: View, text: str, size: tuple[int, int], motion: Span, keys: Keymap = USUAL
) -> list[Line]:
    """Table and payload."""
    width, height = size
    seen = view.ocpp
    if seen is None:
        return []
    if not seen.recorded:
        return [fit([(" Nobody remembers messages in this run", "warn")], width)]
    wide = width >= WIDE
    cells = width * 3 // 5 if wide else width
    rows = table_rows(size)
    head = _head(view, seen, text, width, motion, keys)
    columns = _widths(view, cells)
    table = [_columns(columns, cells)]
    table += [_row(it, columns, cells, chosen=n == seen.chosen) for n, it in enumerate(seen.rows)]
    if not seen.rows:
        asks, left, right = (key_of(f"ocpp_{it}", keys) for it in ("filter", "left", "right"))
        none = f" No call that is wanted: {asks} and {left} {right} choose others"
        table.append(fit([(none, "dim")], cells))
    table = table[: rows + 1] + [fit((), cells)] * (rows + 1 - len(table))
    if not wide:
        return [head, *table, *payload(seen, width, height - rows - HEAD)][:height]
    beside = payload(seen, width - cells - 1, height - 1)
    lines = [head]
    for at, row in enumerate(table[: height - 1]):
        more = beside[at].spans if at < len(beside) else ()
        lines.append(fit([*row.spans, ("│", "faint"), *more], width, row.ground))
    return lines


def _head(view: View, seen: OcppView, text: str, width: int, motion: Span, keys: Keymap) -> Line:
    window = seen.window
    start: list[Span] = [(f" {window.cp or 'all CPs'}", "text bold")]
    if text:
        start += [("  / ", "key bold"), (text, "")]
    calls = sum(count for _, count in seen.waiting)
    if calls:
        most = max(seen.waiting, key=lambda it: it[1])
        start.append((f"  {calls} wait", "accent bold"))
        start.append((f", {most[1]} at {most[0]}" if calls > 1 else f" at {most[0]}", ""))
    if seen.searched_us is not None:
        start.append((f"  searched to {_clock(seen.searched_us)}", "warn"))
    elif seen.oldest and seen.forgotten_us is not None:
        start.append((f"  kept since {_clock(seen.forgotten_us)}", "warn"))
    ahead = f"  {key_of('ocpp_end', keys)} follows"
    end: list[Span] = [("  follows" if seen.follows else ahead, "dim")]
    end += [(f"  {units.clock(view.time_us)}", "text bold"), ("  ", ""), motion, (" ", "")]
    return spread(start, end, width, "panel")


def _clock(time_us: int) -> str:
    return units.clock(time_us, millis=False)


@frozen
class _Columns:
    """Cells of each column; the payload has what the others leave."""

    time: int
    cp: int
    action: int
    payload: int
    answer: int


def _widths(view: View, width: int) -> _Columns:
    time = len(units.clock(view.time_us, millis=width >= LEAST)) + 1
    cp = min(max((len(it.id) for it in view.cps), default=2), 12) + 1
    action, answer = (23, 13) if width >= LEAST else (14, 9)
    if width >= ROOMY:
        answer = 18
    rest = width - time - cp - action - answer - SIGNS - TOOK
    return _Columns(time, cp, action, max(rest, 0), answer)


def _columns(cells: _Columns, width: int) -> Line:
    names = f" {left('sent', cells.time)}{left('CP', cells.cp)}   {left('action', cells.action)}"
    names += f"{left('payload', cells.payload)}   {left('answer', cells.answer)}"
    return fit([(names + right("took", TOOK), "dim")], width)


def _row(it: ExchangeView, cells: _Columns, width: int, *, chosen: bool) -> Line:
    sign, role = STATES[it.state]
    clock = units.clock(it.time_us, millis=width >= LEAST)
    word = {"waiting": "waits", "queued": "in the queue", "lost": "lost"}.get(it.state, it.answer)
    spans: list[Span] = [
        (CURSOR if chosen else " ", "key"),
        (left(clock, cells.time), "dim"),
        (left(it.cp, cells.cp), "text bold"),
        ("→ " if it.to_network else "← ", "dim" if it.to_network else "accent bold"),
        (AGAIN if it.again else " ", "warn bold"),
        (left(it.action, cells.action), "" if it.to_network else "accent"),
        (left(it.brief, cells.payload), "dim"),
        (f" {sign} ", role),
        (left(word, cells.answer), role if it.state != "answered" else "dim"),
        (right(took(it.took_us), TOOK), "dim"),
    ]
    return fit(spans, width, "selected" if chosen else "base")


def took(time_us: int | None) -> str:
    """How long an answer took: ``8.9 ms``, ``61.2 s``; a dash before there is one."""
    if time_us is None:
        return "–"
    if time_us < 1_000_000:
        return f"{time_us / 1000:.1f} ms"
    return f"{time_us / 1_000_000:,.1f} s"


# --- the payload -----------------------------------------------------------------------------


def payload(seen: OcppView, width: int, room: int) -> list[Line]:
    """The chosen call and its answer, as far as there is room; a last line says what is left."""
    if room <= 0 or seen.detail is None:
        return []
    for compact in (False, True):
        lines = whole(seen, width, compact=compact)
        if len(lines) <= room:
            return lines
    left_over = len(lines) - room + 1
    return [*lines[: room - 1], fit([(f" … {left_over} lines more: Enter", "warn")], width)]


def whole(seen: OcppView, width: int, *, compact: bool = False) -> list[Line]:
    """All of the chosen call: who called whom, call and answer as JSON."""
    it, detail = seen.rows[seen.chosen], seen.detail
    if detail is None:
        return []
    ends = f"{it.cp} → network" if it.to_network else f"network → {it.cp}"
    sign, role = STATES[it.state]
    title: list[Span] = [
        (f" {it.action}", "text bold"), (f"  {ends}", "accent"), (f"  {detail.unique_id}", "dim"),
    ]  # fmt: skip
    lines = [fit(title, width, "panel"), _way(it, detail.stamp_us, width)]
    if it.again:
        text = f" {AGAIN} the same call was made before, and came to nothing"
        lines.append(fit([(text, "warn")], width))
    if detail.carried:
        lines.append(fit([(f" {detail.carried}", "dim")], width))
    lines += _json("call", detail.call, width, compact=compact)
    if detail.result:
        lines += _json("answer", detail.result, width, compact=compact)
    else:
        why = it.answer if it.state == "lost" else WORDS[it.state]
        lines.append(fit([(f" {sign} ", role), (why, role)], width))
    return lines


def _way(it: ExchangeView, stamp_us: int, width: int) -> Line:
    """When it was made, sent and answered."""
    spans: list[Span] = [(f" stamp {units.clock(stamp_us)}", "dim")]
    if it.state != "queued":
        spans.append((f"  sent {units.clock(it.time_us)}", ""))
    if it.took_us is not None:
        sign, role = STATES[it.state]
        spans.append((f"  {sign} {WORDS[it.state]} after {took(it.took_us)}", role))
    return fit(spans, width)


def _json(name: str, rows: Sequence[str], width: int, *, compact: bool) -> list[Line]:
    """A payload under its name: each field on a line, or as close as it goes."""
    if compact:
        text = json.dumps(json.loads("".join(rows)), ensure_ascii=False)
        rows = wrap(text, max(width - 10, 20)) or [text]
        return [
            fit([(f" {left(name if n == 0 else '', 8)}", "dim"), (row, "")], width)
            for n, row in enumerate(rows)
        ]
    lines = [fit([(f" {name}", "dim")], width)]
    for row in rows:
        indent = len(row) - len(row.lstrip())
        parts = wrap(row.strip(), max(width - indent - 3, 20)) or [""]
        lines += [fit([(" " * (indent + 2), ""), (part, "")], width) for part in parts]
    return lines
