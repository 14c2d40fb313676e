"""What a charging operator sees: a row for each charge point, alarms, and instructions.

The words are those of the network's log: an operator knows no more than the network does.
"""

from collections import Counter

from evtui.render import glyphs, units
from evtui.render.bars import bar
from evtui.render.line import Line, Span, fit, left, line, right, spread
from scenarios.tables_view import AlarmView, InstructionView, OperatorView
from scenarios.view import CpView, SessionView, View

HEAD = 2
"""Rows above the first charge point: all of them together, the names of the columns."""
ROOMY, WIDE = 110, 150
"""Cells from which a row has a bar of power; and from which it has state of charge and earnings."""
ALARMS_LEAST = 4
"""Rows below the table in any case: a heading, and the newest of what happened."""
SIGN, NAME, WORD, POWER, FIGURE = 1, 9, 15, 13, 7


def page(view: View, cursor: int, size: tuple[int, int], motion: Span) -> list[Line]:
    """Table around the cursor, then alarms and instructions in the rest."""
    width, height = size
    rows = table_rows(len(view.cps), height)
    first = first_row(len(view.cps), cursor, rows)
    sessions = {it.cp: it for it in view.sessions if it.stop_us is None}
    lines = [_about(view, width, motion), _columns(width)]
    for index, cp in enumerate(view.cps[first : first + rows], first):
        lines.append(_row(cp, sessions.get(cp.id), width, chosen=index == cursor))
    if view.operator is not None:
        room = height - len(lines) - 1
        lines += [line(), *_below(view.operator, width, room)]
    return lines[:height]


def table_rows(count: int, height: int) -> int:
    """Rows of the table that are seen."""
    return max(min(count, height - HEAD - 1 - ALARMS_LEAST), 1)


def first_row(count: int, cursor: int, rows: int) -> int:
    """Index of the charge point on the first row."""
    return min(max(cursor - rows // 2, 0), max(count - rows, 0))


def _about(view: View, width: int, motion: Span) -> Line:
    words = Counter(cp.monitored for cp in view.cps)
    draws = sum(cp.power_w for cp in view.cps)
    spans: list[Span] = [
        (f" {units.kilowatts(draws)} kW", "text bold"),
        (f"  {units.euros(view.earned_cents)}  ", "text bold"),
    ]
    for word in glyphs.MONITORED:
        if words[word]:
            sign, role = glyphs.MONITORED[word], glyphs.MONITORED_ROLE[word]
            # Where it is narrow the rows below say what a sign means.
            spans += [(f" {sign} {words[word]}", role), (f" {word}" * (width >= ROOMY), "dim")]
    end: list[Span] = [(units.clock(view.time_us), "text bold"), ("  ", ""), motion, (" ", "")]
    return spread(spans, end, width)


# --- charge points ---------------------------------------------------------------------------


def _columns(width: int) -> Line:
    head = f" {left('CP', NAME)}{left('status', WORD)}{right('kW of rated', POWER)}"
    if width >= ROOMY:
        head += "  " + left("", 16)
    head += f"{right('kWh', FIGURE)}{right('€', FIGURE + 1)}  {left('who', 12)}"
    head += right("€/kWh", 7)
    if width >= WIDE:
        head += (
            f"{right('SoC', 9)}{right('since', 10)}{right('meter kWh', 12)}{right('earned €', 11)}"
        )
    return fit([(head, "dim")], width, "panel")


def _row(cp: CpView, session: SessionView | None, width: int, *, chosen: bool) -> Line:
    sign, role = glyphs.MONITORED[cp.monitored], glyphs.MONITORED_ROLE[cp.monitored]
    power = f"{units.kilowatts(cp.power_w)} of {units.rated(cp.rated_w)}"
    spans: list[Span] = [
        (glyphs.CURSOR if chosen else " ", "key"),
        (left(cp.id, NAME - 1) + " ", "text bold"),
        (left(f"{sign} {cp.monitored.upper()}", WORD), role),
        (right(power, POWER), "" if cp.power_w else "dim"),
    ]
    if width >= ROOMY:
        share = cp.power_w / cp.rated_w if cp.rated_w else 0.0
        spans += [("  ", ""), *bar(share, 14, "ok"), ("  ", "")]
    energy = "–" if session is None else units.kwh(session.energy_wh)
    cents = "–" if session is None else units.amount(session.cents)
    price = f"{cp.price_ueur / 1_000_000:.2f}" if cp.price_ueur else "free"
    spans += [
        (right(energy, FIGURE), "" if session else "dim"),
        (right(cents, FIGURE + 1), "text bold" if session else "dim"),
        (f"  {left(who(cp, session), 12)}", "" if cp.ev or session else "dim"),
        (right(price, 7), "dim"),
    ]
    if width >= WIDE:
        spans += _more(cp, session)
    if not cp.operative and cp.monitored != "stopped":
        # It is to stop, and does so when what it serves has ended.
        spans.append((f"  → {glyphs.MONITORED['stopped']}", "warn bold"))
    return fit(spans, width, "selected" if chosen else "base")


def _more(cp: CpView, session: SessionView | None) -> list[Span]:
    soc = f"{cp.ev.soc:.1f} %" if cp.ev is not None else "–"
    since = units.clock(session.start_us, millis=False) if session is not None else "–"
    return [
        (right(soc, 9), "" if cp.ev else "dim"),
        (right(since, 10), "" if session else "dim"),
        (right(f"{cp.energy_wh / 1_000:,.2f}", 12), "dim"),
        (right(units.amount(cp.earned_cents), 11), ""),
    ]


def who(cp: CpView, session: SessionView | None) -> str:
    """Who is plugged in, or for whom the connector waits; a dash for nobody."""
    if cp.ev is not None:
        return cp.ev.id
    if session is not None:
        return session.ev
    return f"{glyphs.EXPECTED}{cp.reserved_for}" if cp.reserved_for else "–"


# --- alarms and instructions -----------------------------------------------------------------


def _below(seen: OperatorView, width: int, room: int) -> list[Line]:
    """Alarms, and instructions beside them, or below where it is narrow."""
    if width >= WIDE:
        half = (width - 3) // 2
        one, two = _alarms(seen, half, room), _instructions(seen, width - 3 - half, room)
        lines = []
        for at in range(max(len(one), len(two))):
            a = one[at].spans if at < len(one) else ((" " * half, ""),)
            b = two[at].spans if at < len(two) else ()
            lines.append(fit([*a, ("   ", ""), *b], width, "panel" if at == 0 else "base"))
        return lines
    # Half of the room for each, and what one does not need is the other's.
    half = room // 2
    wanted = 1 + max(len(seen.instructions), 1)
    alarms = _alarms(seen, width, max(room - wanted, half))
    return [*alarms, *_instructions(seen, width, room - len(alarms))]


def _alarms(seen: OperatorView, width: int, room: int) -> list[Line]:
    now = sum(alarm.until_us is None for alarm in seen.alarms)
    word: Span = (f" {now} alarms" if now != 1 else " 1 alarm", "bad bold" if now else "ok bold")
    more = f" now, {seen.alarm_total} in all"
    if not seen.monitored:
        more += " · no monitors here: silence is not noticed"
    lines = [fit([word, (more, "dim")], width, "panel")]
    rows = [_alarm(alarm, width) for alarm in seen.alarms]
    if not rows:
        rows = [fit([(" The log knows of nothing that is wrong", "dim")], width)]
    return [*lines, *rows][: max(room, 0)]


def _alarm(alarm: AlarmView, width: int) -> Line:
    since = units.clock(alarm.since_us, millis=False)
    open_ = alarm.until_us is None
    until = "" if alarm.until_us is None else f" to {units.clock(alarm.until_us, millis=False)}"
    spans: list[Span] = [
        (" ! " if open_ else " ✓ ", "bad bold" if open_ else "dim"),
        (left(f"{since}{until}", 20), "" if open_ else "dim"),
        (left(alarm.cp, NAME), "text bold" if open_ else "dim"),
        (alarm.text, "bad" if open_ else "dim"),
    ]
    return fit(spans, width)


def _instructions(seen: OperatorView, width: int, room: int) -> list[Line]:
    head: list[Span] = [(f" {seen.instruction_total} instructions", "text bold")]
    rows = [_instruction(it, width) for it in seen.instructions]
    if not rows:
        rows = [fit([(" The operator has asked for nothing", "dim")], width)]
    return [fit(head, width, "panel"), *rows][: max(room, 0)]


def _instruction(it: InstructionView, width: int) -> Line:
    role = "dim" if not it.answer else "ok" if it.answer in {"Accepted", "Scheduled"} else "warn"
    spans: list[Span] = [
        (right(f"#{it.number}", 5), "dim"),
        (right(units.clock(it.at_us, millis=False), 9), "dim"),
        (f"  {left(it.cp, NAME)}", "text bold"),
        (left(it.action, 24), ""),
        (it.answer or "not answered yet", role),
    ]
    return fit(spans, width)
