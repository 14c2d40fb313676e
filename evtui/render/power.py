"""The network's power against its capacity: a gauge, and what it was before."""

from evtui.render import cables, units
from evtui.render.bars import bar, chart, resample, sparkline
from evtui.render.line import Line, Span, fit, heading, right
from scenarios.view import View


def load_role(view: View) -> str:
    """Green while there is room, yellow close to the capacity, red above it."""
    if view.power_w > view.capacity_w:
        return "bad"
    return "warn" if view.power_w > 0.95 * view.capacity_w else "ok"


def numbers(view: View) -> list[Span]:
    """``18.4 of 22.0 kW   84 %``."""
    share = view.power_w / view.capacity_w if view.capacity_w else 0.0
    over = view.power_w > view.capacity_w
    return [
        (right(units.kilowatts(view.power_w), 5), "text bold"),
        (f" of {units.kilowatts(view.capacity_w)} kW ", ""),
        (f"{share:4.0%}", load_role(view) + " bold"),
        (" over!" if over else "", "bad bold"),
    ]


def strip(view: View, width: int) -> Line:
    """All of it on one line; of cables where there is more to tell than of EVs."""
    if cables.has_cables(view):
        return cables.strip(view, width)
    words = numbers(view)
    room = width - sum(len(text) for text, _ in words) - 13
    history = max(min(room * 2 // 5, 40), 8)
    gauge = max(room - history, 5)
    share = view.power_w / view.capacity_w if view.capacity_w else 0.0
    top = max(view.capacity_w, *view.power_history_w, 1)
    return fit(
        [
            (" Power  ", "text bold"),
            *bar(share, gauge, load_role(view)),
            ("  ", ""),
            *words,
            ("  ", ""),
            (sparkline(view.power_history_w, history, top), "accent"),
        ],
        width,
        "panel",
    )


def panel(view: View, width: int, height: int) -> list[Line]:
    """A heading, a gauge, and the last two minutes as a chart of ``height`` − 3 rows.

    Where there is more to tell than of EVs, a row for each cable instead of the gauge, and a lower
    chart.
    """
    share = view.power_w / view.capacity_w if view.capacity_w else 0.0
    gauges = [fit([(" ", ""), *bar(share, width - 2, load_role(view))], width)]
    note: list[Span] = []
    if cables.has_cables(view):
        gauges, note = cables.rows(view, width, max(height // 2, 2)), [("EVs", "dim")]
    rows = max(height - 2 - len(gauges), 1)
    plot = width - 8
    values = resample(view.power_history_w, plot)
    top = max(view.capacity_w, *view.power_history_w, 1)
    lines = [
        heading("Power", note, numbers(view), width),
        *gauges,
    ]
    drawn = chart(values, plot, rows, top)
    limit = rows - 1 - min(int(view.capacity_w * rows / top), rows - 1) if top else 0
    for n, text in enumerate(drawn):
        label = units.rated(view.capacity_w) if n == limit else ""
        if n == 0 and limit > 0:
            label = units.kilowatts(top)
        elif n == rows // 2 and limit == 0 and rows > 4:
            label = units.rated(view.capacity_w / 2)
        spans = _over_capacity(text) if n == limit else [(text, "accent")]
        lines.append(fit([(right(label, 5), "dim"), (" ", ""), *spans], width))
    lines.append(fit([(right("0", 5), "dim"), (" ", ""), (_axis(view, plot), "dim")], width))
    return lines[:height]


def _over_capacity(text: str) -> list[Span]:
    """A row of the chart with the line of the capacity where nothing is drawn."""
    spans: list[Span] = []
    for char in text:
        piece, role = ("╌", "faint") if char == " " else (char, "accent")
        if spans and spans[-1][1] == role:
            spans[-1] = (spans[-1][0] + piece, role)
        else:
            spans.append((piece, role))
    return spans


def _axis(view: View, width: int) -> str:
    seconds = len(view.power_history_w)
    return right(f"last {seconds} s", width) if seconds else ""
