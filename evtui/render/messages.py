"""The space-time diagram: a column for each CP and EV, time goes down, a row for each event."""

from collections.abc import Sequence
from textwrap import wrap

from attrs import field, frozen
from rich.cells import cell_len

from evtui.keys.keymap import USUAL, Keymap, key_of
from evtui.render import glyphs, units
from evtui.render.lanes import CHANNEL_ROLE, Lanes, is_lost_at_once, role_of
from evtui.render.line import Line, Span, clip, fit, left, spread
from scenarios.messages.view import Arrow, Diagram, Filter, FrameView, Moment

HEAD = 2
"""Lines above the rows: what is shown, and the names of the columns."""
GAP_US = 100_000
"""From this on a sign before the time says that nothing was shown for long."""
LEAST_TEXT, MOST_PITCH = 27, 16
LEAST_PITCH, USUAL_PITCH = 5, 7
"""Cells of a column; EVs that nobody asked for leave room to the lanes of the others."""
EXACT_WIDTH = 110
"""From this width on times have all their microseconds."""


@frozen
class Shown:
    """How the diagram is looked at."""

    filter: Filter = field(factory=Filter)
    text: str = ""
    """The filter as it was typed."""
    follows: bool = True
    cursor: int = -1
    """The place of the row that is selected."""
    first_column: int = 0


def columns_of(diagram: Diagram, it: Filter) -> int:
    """How many columns there are to show: EVs speak on one channel only."""
    says_v2g = not it.channels or "v2g" in it.channels or bool(it.kinds)
    named = any(name in diagram.columns[diagram.cps :] for name in it.ends)
    shows = (says_v2g and "v2g" not in it.hidden) or named
    return len(diagram.columns) if shows else diagram.cps


def clock(time_us: int, width: int) -> str:
    """A time, as exactly as there is room for."""
    if width < EXACT_WIDTH:
        return units.clock(time_us)
    return f"{units.clock(time_us, millis=False)}.{time_us % 1_000_000:06}"


def clock_width(diagram: Diagram, width: int) -> int:
    """Cells of the time, with a sign before and a blank behind it."""
    return len(clock(diagram.time_us, width)) + 2


@frozen
class Room:
    """Which columns are shown, and how wide each is."""

    columns: tuple[int, ...]
    pitch: int
    before: int = 0
    """How many columns with something to say stand to the left, out of sight."""
    after: int = 0


def room_for(diagram: Diagram, shown: Shown, width: int) -> Room:
    """Which columns there is room for. Where not all fit: those that speak in this window.

    Charge points stay where they are as long as they all fit.
    """
    count = max(columns_of(diagram, shown.filter), 1)
    name = max((len(name) for name in diagram.columns[:count]), default=0)
    of_evs = "v2g" in shown.filter.channels or bool(shown.filter.ends)
    least = max(LEAST_PITCH if of_evs else USUAL_PITCH, min(name, 8) + 1)
    cells = width - clock_width(diagram, width) - max(LEAST_TEXT, width // 4)
    fits = max(min(count, cells // least), 1)
    pitch = max(min(cells // fits, MOST_PITCH), least)
    listed = list(range(count))
    if count > fits:
        speak = {end for m in diagram.moments for it in m.arrows for end in (it.source, it.target)}
        stay = diagram.cps if diagram.cps <= fits else 0
        listed = [n for n in listed if n < stay or n in speak] or listed
    first = min(max(shown.first_column, 0), max(len(listed) - fits, 0))
    seen = tuple(listed[first : first + fits])
    return Room(seen, pitch, first, len(listed) - first - len(seen))


def page(
    diagram: Diagram,
    shown: Shown,
    width: int,
    height: int,
    motion: Span = ("", ""),
    keys: Keymap = USUAL,
) -> list[Line]:
    """All lines: what is shown, the columns' names, and the rows. ``motion``: how time runs."""
    room = room_for(diagram, shown, width)
    lines = [_status(diagram, shown, width, motion, keys), _names(diagram, room, width)]
    chosen = next((it for it in diagram.moments if it.at == shown.cursor), None)
    numbers = frozenset(it.number for it in chosen.arrows) if chosen is not None else frozenset()
    lanes = Lanes(room.columns, room.pitch, numbers)
    lanes.begin(diagram.moments)
    before_us: int | None = None
    for moment in diagram.moments[: height - HEAD]:
        lines.append(_row(diagram, lanes, moment, before_us, width, is_chosen=moment is chosen))
        before_us = moment.time_us
    if not diagram.moments:
        asks = f"{key_of('messages_filter', keys)} changes the filter"
        lines.append(fit([(f" Nothing that is wanted was sent: {asks}", "dim")], width))
    return lines + [fit((), width)] * (height - len(lines))


def _status(diagram: Diagram, shown: Shown, width: int, motion: Span, keys: Keymap) -> Line:
    start: list[Span] = [(" ", "")]
    if shown.text:
        start += [("/ ", "key bold"), (shown.text, "")]
    else:
        start += [("heartbeats hidden", "dim")]
    if diagram.forgotten and diagram.oldest:
        until = units.clock(diagram.forgotten_until_us)
        start += [(f"  {units.count(diagram.forgotten)} before {until} forgotten", "warn")]
    ahead = f"  {key_of('messages_end', keys)} follows"
    end: list[Span] = [("  follows", "dim") if shown.follows else (ahead, "warn")]
    if motion[0]:
        end += [(f"  {units.clock(diagram.time_us)}", "text bold"), ("  ", ""), motion]
    end.append((" ", ""))
    beside: list[Span] = [(f"  {units.count(diagram.frames)} messages", "dim")]
    if diagram.moments:
        first, last = diagram.moments[0].time_us, diagram.moments[-1].time_us
        beside.append((f"  {units.clock(first)}–{units.clock(last)}", ""))
    room = width - sum(cell_len(text) for text, _ in (*start, *end))
    while motion[0] and beside and sum(cell_len(text) for text, _ in beside) > room:
        beside.pop()
    return spread(start, [*beside, *end], width, "panel")


def _names(diagram: Diagram, room: Room, width: int) -> Line:
    spans: list[Span] = [(left(" time", clock_width(diagram, width)), "dim")]
    for column in room.columns:
        text = clip(diagram.columns[column], room.pitch - 1)
        before = max(room.pitch // 2 - len(text) // 2, 0)
        spans.append((left(" " * before + text, room.pitch), "text bold"))
    beside = [f"← {room.before}"] if room.before else []
    beside += [f"→ {room.after} more"] if room.after else []
    note = f" ({', '.join(beside)})" if beside else ""
    return fit([*spans, (" message" + note, "dim")], width)


def _row(
    diagram: Diagram, lanes: Lanes, moment: Moment, before_us: int | None, width: int,
    *, is_chosen: bool,
) -> Line:  # fmt: skip
    waited = before_us is not None and moment.time_us - before_us >= GAP_US
    time = left(clock(moment.time_us, width), clock_width(diagram, width) - 1)
    drawn = lanes.row(moment)
    if moment.severity:
        sign = glyphs.SEVERITY.get(moment.severity, ("·", "dim"))
        lanes.mark(moment.subjects, (sign[0], sign[1] + " bold"))
    gap: Span = ("⋮" if waited else " ", "dim")
    spans: list[Span] = [gap, (time, "dim"), *drawn, (" ", "")]
    if is_chosen:  # what stood where the cursor is now stands behind the time
        spans[:2] = [(glyphs.CURSOR, "key"), (time[:-1], "dim"), gap]
    spans += [*_out_of_sight(diagram, lanes, moment), *words(moment)]
    return fit(_merged(spans), width, "selected" if is_chosen else "base")


def _out_of_sight(diagram: Diagram, lanes: Lanes, moment: Moment) -> list[Span]:
    """From whom and to whom, where the columns do not say it."""
    ends = {end for it in moment.arrows for end in (it.source, it.target)}
    if all(lanes.is_shown(end) for end in ends):
        return []
    targets = [diagram.columns[it.target] for it in moment.arrows]
    to = targets[0] if len(targets) == 1 else f"{len(targets)} others"
    return [(f"{diagram.columns[moment.arrows[0].source]}→{to} ", "dim")]


def _merged(spans: Sequence[Span]) -> list[Span]:
    """Neighbours of one role together, so that there is less to draw."""
    found: list[Span] = []
    for text, role in spans:
        if found and found[-1][1] == role:
            found[-1] = (found[-1][0] + text, role)
        else:
            found.append((text, role))
    return found


def words(moment: Moment) -> list[Span]:
    """What a row says: first what went wrong, then the message."""
    if moment.severity:
        sign, role = glyphs.SEVERITY.get(moment.severity, ("·", "dim"))
        return [(f"{sign} ", role), (moment.text, role)]
    if not moment.arrows:
        return []
    if moment.ended:
        return _ended(moment.arrows[0], moment.text)
    lost = [it for it in moment.arrows if is_lost_at_once(it)]
    role = CHANNEL_ROLE[moment.arrows[0].channel]
    if not lost:
        state = _state(moment.arrows)
        return [*([(f"{state}: ", "warn")] if state else []), (moment.text, role)]
    many = f"{len(lost)} of {len(moment.arrows)} " if len(moment.arrows) > 1 else ""
    kind = moment.arrows[0].kind
    rest = moment.text.removeprefix(kind)
    return [(f"{glyphs.BROKEN} {kind} {many}{lost[0].fate} ", "bad"), (rest, role)]


def _state(arrows: Sequence[Arrow]) -> str:
    """What is odd about messages that are under way."""
    moving = [it for it in arrows if it.is_under_way]
    counts = {
        f"{glyphs.PAUSED} held": sum(it.held for it in arrows),
        f"{glyphs.BROKEN} damaged": sum(it.damaged for it in moving),
    }
    all_of_them = f" of {len(arrows)}"
    said = [
        f"{word} {count}{all_of_them}" if len(arrows) > 1 else word
        for word, count in counts.items()
        if count
    ]
    copies = max((it.copies + 1 for it in moving), default=0)
    return ", ".join([*said, f"{copies} copies"] if copies > 1 else said)


def _ended(it: Arrow, text: str) -> list[Span]:
    if not it.arrived:
        return [(f"{glyphs.BROKEN} {it.kind} {it.fate}", "bad")]
    if it.late and it.ended_us is not None:
        took_ms = (it.ended_us - it.sent_us) / 1000
        return [(f"late, {took_ms:,.0f} ms: ", "warn"), (text, "dim")]
    return [("again: ", "warn"), (text, "dim")] if it.copy else [(text, "dim")]


# --- one message -----------------------------------------------------------------------------


def detail(
    diagram: Diagram, moment: Moment, at: int, frame: FrameView | None, width: int
) -> list[Line]:
    """A row in full: of a message the frame that goes to its ``at``-th target, of a note all."""
    if not moment.arrows:
        lines = [fit([(f" {units.clock(moment.time_us)}", "dim")], width)]
        return [*lines, *_wrapped(moment.text, "", 1, width)]
    arrow = moment.arrows[at]
    lines = [_title(diagram, arrow, at, len(moment.arrows), width)]
    if frame is None:
        return [*lines, fit([(" This message is forgotten", "warn")], width)]
    for name, text in frame.way:
        bad = name in ("outcome", "late") and role_of(arrow) in ("bad", "warn")
        lines += _field(name, text, "bad" if bad else "", width)
    lines.append(fit([("", "")], width))
    if not frame.fields:
        lines.append(fit([(" It has no fields", "dim")], width))
    for name, text in frame.fields:
        lines += _field(name, text, "", width)
    return lines


def _title(diagram: Diagram, arrow: Arrow, at: int, count: int, width: int) -> Line:
    source, target = diagram.columns[arrow.source], diagram.columns[arrow.target]
    spans: list[Span] = [
        (f" {arrow.kind}", "text bold"), (f"  {source} → {target}", CHANNEL_ROLE[arrow.channel]),
    ]  # fmt: skip
    if count > 1:
        spans.append((f"   {at + 1} of {count}: ← → another", "dim"))
    return fit(spans, width, "panel")


_NAME = 20


def _field(name: str, text: str, role: str, width: int) -> list[Line]:
    rows = _wrapped(text, role, _NAME + 2, width)
    label = (f" {left(name, _NAME)} ", "dim")
    head = rows[0].spans[1:]
    return [fit([label, *head], width), *rows[1:]]


def _wrapped(text: str, role: str, indent: int, width: int) -> list[Line]:
    parts = wrap(text, max(width - indent - 1, 20)) or [""]
    return [fit([(" " * indent, ""), (part, role)], width) for part in parts]
