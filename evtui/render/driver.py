"""What a driver's app shows: state, request, offer, money and words; beside a list of drivers."""

from textwrap import wrap

from evtui.render import glyphs, units
from evtui.render.bars import bar, scrollbar
from evtui.render.driver_state import state
from evtui.render.line import Line, Span, fit, left, line, right, spread
from evtui.render.reservations import ROLES
from scenarios.driver_view import DriverRow, DriversView, DriverView
from scenarios.view import SessionView, View

LIST, WIDE_LIST = 17, 34
"""Cells of the list of drivers; and where there is room for where they are."""
WIDE, SPLIT = 110, 150
"""Cells from which the list is wide; and from which words stand beside all else."""
NAME = 10
"""Cells of a field's name."""
BILLS = 3
"""Rows of sessions that are over, where words stand below them."""


def page(view: View, size: tuple[int, int], motion: Span) -> list[Line]:
    """The list of drivers at the left, the chosen one's app beside it."""
    width, height = size
    seen = view.drivers
    if seen is None or seen.chosen is None:
        return [fit([(" There are no EVs here yet", "dim")], width)]
    cells = list_width(width)
    listed = _list(seen, cells, height)
    app = _app(view, seen.chosen, width - cells - 1, height, motion)
    lines = []
    for at in range(height):
        one = listed[at].spans if at < len(listed) else ((" " * cells, ""),)
        two = app[at].spans if at < len(app) else ()
        lines.append(fit([*one, ("│", "faint"), *two], width))
    return lines


def list_width(width: int) -> int:
    """Cells of the list."""
    return WIDE_LIST if width >= WIDE else LIST


# --- the list --------------------------------------------------------------------------------


def _list(seen: DriversView, width: int, height: int) -> list[Line]:
    head = f" {seen.at + 1} of {seen.total}"
    marks = scrollbar(seen.first, height - 1, seen.total)
    rows = [
        _listed(it, width - 1, mark, chosen=seen.first + n == seen.at)
        for n, (it, mark) in enumerate(zip(seen.rows, marks, strict=False))
    ]
    return [fit([(head, "dim")], width, "panel"), *rows[: height - 1]]


def _listed(it: DriverRow, width: int, mark: str, *, chosen: bool) -> Line:
    sign, role = ("▶", "ok") if it.power_w else ("▷", "dim") if it.cp else (" ", "")
    spans: list[Span] = [(glyphs.CURSOR if chosen else " ", "key"), (sign, role)]
    where = " ".join(word for word in (it.site, it.cp) if word)
    name = width - 2 - 5 - (0 if width < WIDE_LIST - 1 else 16)
    spans.append((left(f" {it.ev}", name), "text bold" if chosen else ""))
    if width >= WIDE_LIST - 1:
        spans.append((left(where, 16), "dim"))
    spans += [(right(f"{it.soc:.0f} %", 5), "dim"), (mark, "dim")]
    return fit(spans, width + 1)


# --- the app ---------------------------------------------------------------------------------


def _app(view: View, it: DriverView, width: int, height: int, motion: Span) -> list[Line]:
    title: list[Span] = [(f" {it.ev.id}", "text bold")]
    if it.site:
        title.append((f"  {it.site}", "dim"))
    end: list[Span] = [
        (f"  {units.clock(view.time_us)}", "text bold"), ("  ", ""), motion, (" ", ""),
    ]  # fmt: skip
    head = spread(title, end, width, "panel")
    facts = _facts(it, width if width < SPLIT else width // 2)
    if width >= SPLIT:
        half = width // 2
        room = height - len(facts) - 2
        ended = _sessions(it, half, max(room - 1, 1))
        one = [*facts, line(), *ended]
        two = _words(it, width - half - 1, height - 1)
        rows = []
        for at in range(height - 1):
            first = fit(one[at].spans if at < len(one) else (), half).spans
            rows.append(fit([*first, ("│", "faint"), *(two[at].spans if at < len(two) else ())],
                            width))  # fmt: skip
        return [head, *rows]
    ended = _sessions(it, width, BILLS)
    room = height - 1 - len(facts) - len(ended)
    return [head, *facts, *ended, *_words(it, width, room)][:height]


def _facts(it: DriverView, width: int) -> list[Line]:
    said, role = state(it)
    lines = [
        *_texts("now", said[:1].upper() + said[1:], role, width),
        _charge(it, width),
        _field("power", _power(it), width),
        _field("wants", _wants(it), width),
        *_plan(it, width),
        *_reserved(it, width),
        _field("costs", _costs(it), width),
        _field("account", _account(it), width),
        _field("card", _card(it), width),
    ]
    if it.trip is not None:
        lines += _trip(it, width)
    return lines


def _field(name: str, spans: list[Span], width: int) -> Line:
    return fit([(f" {left(name, NAME)}", "dim"), *spans], width)


def _texts(name: str, text: str, role: str, width: int, most: int = 2) -> list[Line]:
    """A field of so many lines at the most."""
    parts = wrap(text, max(width - NAME - 2, 20), max_lines=most, placeholder=" …")
    return [_field(name if n == 0 else "", [(part, role)], width) for n, part in enumerate(parts)]


def _charge(it: DriverView, width: int) -> Line:
    cells = max(min(width - NAME - 34, 40), 8)
    spans = bar(it.ev.soc / 100, cells, "ok", mark=it.ev.target / 100)
    figures = f"  {it.ev.soc:.1f} % of {it.ev.target:g} %"
    more = f"  of {units.rated(it.battery_wh)} kWh"
    return _field("charge", [*spans, (figures, "text bold"), (more, "dim")], width)


def _power(it: DriverView) -> list[Span]:
    role = "text bold" if it.ev.power_w else "dim"
    spans: list[Span] = [
        (f"{units.kilowatts(it.ev.power_w)} kW", role),
        (f" of {units.rated(it.max_w)} kW {it.current}", "dim"),
    ]
    if it.ev.cp is not None:
        spans.append((f"  limit {units.kilowatts(it.limit_w)} kW", ""))
    spans.append((f"  meter {units.energy(it.ev.energy_wh)}", ""))
    return spans


def _wants(it: DriverView) -> list[Span]:
    missing_wh = max(it.ev.target - it.ev.soc, 0) * it.battery_wh / 100
    spans: list[Span] = [(units.energy(missing_wh), "text bold"), (" more", "")]
    if it.departs_us:
        spans.append((f" by {units.clock(it.departs_us, millis=False)}", "text bold"))
    else:
        spans.append((", no departure said", "dim"))
    spans.append(("  opted in" if it.smart else "  not opted in", "dim"))
    return spans


def _plan(it: DriverView, width: int) -> list[Line]:
    """What he asked of the power, and what the plan says."""
    asked = it.request
    if asked is None:
        return []
    until = units.clock(asked.departure_us, millis=False)
    word = asked.promise or asked.status
    role = {"open": "ok", "kept": "ok", "accepted": "ok", "broken": "bad", "refused": "bad"}
    spans: list[Span] = [
        (word, f"{role.get(word, 'warn')} bold"),
        (f"  {units.energy(asked.energy_wh)} by {until}", ""),
        (f"  got {units.energy(asked.delivered_wh)}", ""),
    ]
    if asked.target_w is not None:
        spans.append((f"  now {units.kilowatts(asked.target_w)} kW", ""))
    lines = [_field("promise", spans, width)]
    why = asked.reason or ", ".join(asked.causes)
    return lines + (_texts("", why, "dim", width) if why else [])


def _reserved(it: DriverView, width: int) -> list[Line]:
    """What he asked last, the offer or refusal, and its window."""
    ask = it.ask
    if ask is None:
        return [_field("reserved", [("nothing asked", "dim")], width)]
    begin, end = units.clock(ask.from_us, millis=False), units.clock(ask.until_us, millis=False)
    spans: list[Span] = [(ask.answer, f"{ROLES.get(ask.answer, 'dim')} bold")]
    for word in (ask.fate, ask.news):
        if word:
            spans += [(", ", "dim"), (word, ROLES.get(word, "dim"))]
    spans += [(f"  {ask.cp or ask.asked_cp}", "text bold"), (f"  {begin}–{end}", "")]
    if it.asked_wh:
        spans.append((f"  {units.energy(it.asked_wh)}", ""))
    held = f"held until {units.clock(ask.held_until_us, millis=False)}"
    notes = [held] if ask.fate == "active" and ask.news != "lost" else []
    said = "; ".join([*notes, *([ask.reason] if ask.reason else [])])
    return [_field("reserved", spans, width), *(_texts("", said, "dim", width) if said else [])]


def _costs(it: DriverView) -> list[Span]:
    if it.session is None:
        price = f"no transaction; {units.price(it.price_ueur)} here" if it.price_ueur else ""
        return [(price or "no transaction", "dim")]
    return [
        (units.euros(it.session.cents), "text bold"),
        (f" so far for {units.energy(it.session.energy_wh)}", ""),
        (f"  {units.price(it.price_ueur) if it.price_ueur else 'free'}", "dim"),
        (f"  {it.session.tokens:,} tokens", "dim"),
    ]


def _account(it: DriverView) -> list[Span]:
    ev = it.ev
    return [
        (units.euros(ev.balance_cents), "text bold"),
        (f"  paid {units.euros(ev.paid_cents)}", ""),
        (f"  owes {units.euros(ev.owes_cents)}", "warn" if ev.owes_cents else "dim"),
        (f"  {ev.tokens:,} tokens", ""),
    ]


def _card(it: DriverView) -> list[Span]:
    good = it.card == "Accepted"
    spans: list[Span] = [
        (it.id_tag, "text bold"),
        ("  contract" if it.contract else "  id tag", "dim"),
        (f"  {it.card}", "ok" if good else "bad bold"),
    ]
    return [*spans, (f": {it.card_reason}", "bad")] if it.card_reason else spans


def _trip(it: DriverView, width: int) -> list[Line]:
    """In a city: the sites that he asked, one after the other."""
    trip = it.trip
    assert trip is not None  # noqa: S101 - who calls has looked
    lines = []
    for n, each in enumerate(trip.tries):
        spans: list[Span] = [
            (f"{each.site} ", "text bold"),
            (f"({each.why}) ", "dim"),
            (each.answer, ROLES.get(each.answer, "dim")),
            (f" {each.cp}", "") if each.cp else (f" {each.reason}", "dim"),
        ]
        lines.append(_field(f"asked {n + 1}", spans, width))
    return lines


# --- sessions and words ----------------------------------------------------------------------


def _sessions(it: DriverView, width: int, most: int) -> list[Line]:
    """Sessions that are over: bill, and what the receipt proves."""
    count = it.sessions_total
    title = f" {count} sessions are over" if count != 1 else " 1 session is over"
    lines = [fit([(title, "text bold")], width, "panel")]
    return lines + [_session(each, width) for each in it.sessions[:most]]


def _session(it: SessionView, width: int) -> Line:
    bill = {"paid": ("✓ paid", "ok"), "open": ("○ open", "warn bold")}.get(it.bill, ("", "dim"))
    good = it.receipt in ("Good", "Unsigned")
    spans: list[Span] = [
        (right(f"#{it.transaction}", 5), "dim"),
        (f"  {left(it.cp, 8)}", ""),
        (right(units.energy(it.energy_wh), 10), ""),
        (right(units.euros(it.cents), 10), "text bold"),
        (f"  {left(bill[0], 7)}", bill[1]),
        (f" {it.receipt or 'no'} receipt", "dim" if good else "bad"),
        (f", {units.energy(it.billable_wh)} proven", "dim"),
    ]
    if it.tokens:
        spans.append((f", {it.tokens:,} tokens", "dim"))
    return fit(spans, width)


def _words(it: DriverView, width: int, room: int) -> list[Line]:
    """What the network has told him, the newest last."""
    if room < 2:
        return []
    lines = [fit([(" Told by the network", "text bold")], width, "panel")]
    if not it.words:
        return [*lines, fit([(" Nothing so far", "dim")], width)]
    rows: list[Line] = []
    for row in it.words:
        sign, role = glyphs.SEVERITY.get(row.severity, ("·", "dim"))
        time = units.clock(row.time_us, millis=False)
        parts = wrap(row.text, max(width - len(time) - 5, 20), max_lines=2, placeholder=" …")
        first: list[Span] = [(f" {time} ", "dim"), (f"{sign} ", role), (parts[0], "")]
        rows.append(fit(first, width))
        rows += [fit([(" " * (len(time) + 4), ""), (part, "")], width) for part in parts[1:]]
    return lines + rows[-(room - 1) :]
