"""The matrix of links: rows from, columns to; latency, and every fault by its sign and word."""

from collections.abc import Iterator

from attrs import frozen

from evtui.render import glyphs, units
from evtui.render.line import Line, Span, clip, fit, left, line, spread
from scenarios.tables_view import LinkCell, LinksView, LinkWindow
from scenarios.view import View

HEAD, FOOT = 2, 4
"""Rows above the matrix: counts, and the names of the columns; below it: the chosen link, signs."""
NARROW, WIDE = 9, 34
"""Cells that a column takes at the least and at the most."""
ROOMY = 22
"""Cells from which a column says latency and fault side by side."""


@frozen
class Grid:
    """How the matrix lies on the screen: what is seen of it from its corner."""

    names: int
    """Cells of the column of names."""
    cell: int
    """Cells of each other column."""
    tall: int
    """Screen rows of each row: 1; 2 with the figures below the word; 3 with a gap, too."""
    rows: int
    columns: int
    top: int = 0
    left: int = 0

    def window(self) -> LinkWindow:
        """The block that is seen."""
        return LinkWindow(self.top, self.rows, self.left, self.columns)


def grid(
    ids: list[str], width: int, height: int, cursor: tuple[int, int], seen: Grid | None
) -> Grid:
    """Lay the matrix out in the room there is, with the cursor in sight; what was seen stays."""
    count = len(ids)
    names = min(max((len(it) for it in ids), default=2) + 3, 15)
    cell = min(max((width - names) // max(count, 1), NARROW), WIDE)
    columns = min(max((width - names) // cell, 1), count)
    room = max(height - HEAD - FOOT, 1)
    tall = next((rows for rows in (3, 2) if count * rows - (rows == 3) <= room), 1)
    rows = min((room + (tall == 3)) // tall, count)
    top, first = (seen.top, seen.left) if seen is not None else (0, 0)
    return Grid(
        names, cell, tall, rows, columns,
        top=_in_sight(top, cursor[0], rows, count),
        left=_in_sight(first, cursor[1], columns, count),
    )  # fmt: skip


def _in_sight(first: int, at: int, shown: int, count: int) -> int:
    return min(max(first, at - shown + 1, 0), at, max(count - shown, 0))


def at(place: Grid, x: int, y: int) -> tuple[int, int] | None:
    """Row and column of the matrix at a place of the panel's body; None where there is none."""
    row, column = (y - HEAD) // place.tall, (x - place.names) // place.cell
    if y < HEAD or x < place.names or row >= place.rows or column >= place.columns:
        return None
    return place.top + row, place.left + column


def page(
    view: View, place: Grid, cursor: tuple[int, int], size: tuple[int, int], motion: Span
) -> list[Line]:
    """Counts, matrix, and the link under the cursor. ``motion`` says whether time runs."""
    width, height = size
    links = view.links
    if links is None or len(view.cps) < 2:
        said = "One charge point alone has no links" if len(view.cps) < 2 else "…"
        return [line((f" {said}", "dim"))]
    ids = [cp.id for cp in view.cps]
    lines = [_counts(view, links, place, width, motion), _columns(ids, place, cursor, width)]
    for row in range(place.top, place.top + place.rows):
        lines += _row(ids, links, place, row, cursor, width)
    lines = lines[: height - FOOT]
    lines += [line()] * (min(height - FOOT, HEAD + len(ids) * place.tall) - len(lines))
    return [*lines, *detail(view, links, cursor, width), _legend(width)][:height]


def _counts(view: View, links: LinksView, place: Grid, width: int, motion: Span) -> Line:
    spans: list[Span] = [(f" {units.count(links.total)} links", "text bold")]
    for word, found in (("cut", links.cut), ("lossy", links.lossy), ("late", links.late)):
        role = ("bad bold" if word == "cut" else "warn bold") if found else "dim"
        spans += [(" · ", "dim"), (f"{units.count(found)} {word}", role)]
    if links.held:
        spans += [(" · ", "dim"), (f"{units.count(links.held)} held", "warn bold")]
    count = len(view.cps)
    if place.rows < count or place.columns < count:
        rows = f"{place.top + 1}–{place.top + place.rows}"
        columns = f"{place.left + 1}–{place.left + place.columns}"
        seen = f"   {rows} → {columns} of {count}"
        spans.append((seen, "dim"))
    now = units.clock(view.time_us)
    return spread(spans, [(now, "text bold"), ("  ", ""), motion, (" ", "")], width)


def _columns(ids: list[str], place: Grid, cursor: tuple[int, int], width: int) -> Line:
    spans: list[Span] = [(left(" ↓→", place.names), "dim")]
    for column in range(place.left, place.left + place.columns):
        role = "key bold" if column == cursor[1] else "text bold"
        spans.append((left(" " + clip(ids[column], place.cell - 2), place.cell), role))
    return fit(spans, width, "panel")


def _row(
    ids: list[str], links: LinksView, place: Grid, row: int, cursor: tuple[int, int], width: int
) -> Iterator[Line]:
    name = (left(f" {clip(ids[row], place.names - 2)}", place.names), _name_role(row, cursor))
    cells = [
        (links.at(row, column), (row, column) == cursor, row == column)
        for column in range(place.left, place.left + place.columns)
    ]
    upper = [_upper(*cell, place) for cell in cells]
    yield fit([name, *(span for spans in upper for span in spans)], width)
    if place.tall > 1:
        lower = [_lower(*cell, place) for cell in cells]
        yield fit([(" " * place.names, ""), *lower], width)
    if place.tall > 2:
        yield line()


def _name_role(row: int, cursor: tuple[int, int]) -> str:
    return "key bold" if row == cursor[0] else "text bold"


def _upper(cell: LinkCell | None, chosen: bool, itself: bool, place: Grid) -> list[Span]:
    """The first line of a cell: mark of the cursor, sign and word, or the latency."""
    ground = "@selected" if chosen else ""
    mark: Span = (glyphs.CURSOR if chosen else " ", "key" + ground)
    room = place.cell - 1
    if cell is None:
        return [mark, (left("·" if itself else "", room), "faint" + ground)]
    sign, role = word_of(cell)
    if place.cell >= ROOMY:
        return [
            mark,
            (left(sign, 13), role + ground),
            (left(figures(cell), room - 13), ground if cell.took_us else "dim" + ground),
        ]
    if place.tall > 1 or cell.faults:
        return [mark, (left(sign, room), role + ground)]
    return [mark, (left(f"  {_took(cell)}", room), ground or "")]


def _lower(cell: LinkCell | None, chosen: bool, itself: bool, place: Grid) -> Span:
    """The second line of a cell: its figures."""
    if cell is None:
        text = ""
    elif place.cell >= ROOMY:
        text = f"  {units.count(cell.sent)} sent, {units.count(cell.lost)} lost"
    elif cell.loss_ppm:
        # No room for both; the latency stands below the matrix.
        text = f"  {percent(cell.loss_ppm)} lost"
    else:
        text = f"  {figures(cell)}" if place.cell > 12 else f"  {_took(cell)}"
    return (left(f" {text}", place.cell), "dim@selected" if chosen else "dim")


def word_of(cell: LinkCell) -> Span:
    """Sign and word of the worst that is wrong, with how many faults there are besides."""
    if not cell.faults:
        return (f"{glyphs.LINK['up']} up", "dim")
    sign, role = glyphs.LINK_FAULT[cell.faults[0]]
    more = f" +{len(cell.faults) - 1}" if len(cell.faults) > 1 else ""
    return (f"{sign} {cell.faults[0]}{more}", role)


def figures(cell: LinkCell) -> str:
    """Latency of the latest frame, and the rate of loss where there is one."""
    loss = f" {percent(cell.loss_ppm)}" if cell.loss_ppm else ""
    return f"{_took(cell)} ms{loss}" if cell.took_us else f"–{loss}"


def percent(ppm: int) -> str:
    """A rate with its unit, and as many decimals as it needs."""
    return f"{ppm / 10_000:g} %"


def _took(cell: LinkCell) -> str:
    return millis(cell.took_us) if cell.took_us else "–"


def millis(time_us: int) -> str:
    """A duration in ms without the unit, in at most six cells."""
    return f"{time_us / 1000:.1f}" if time_us < 1_000_000 else f"{time_us // 1000}"


# --- the link under the cursor ---------------------------------------------------------------


def detail(view: View, links: LinksView, cursor: tuple[int, int], width: int) -> list[Line]:
    """Three lines: which link, what is wrong with it, its figures."""
    source, target = (view.cps[at].id for at in cursor)
    cell = links.at(*cursor)
    name: Span = (f" {source} → {target}  ", "text bold")
    if cell is None:
        said = "what it says to itself takes no time and is never lost"
        return [line(), fit([name, (said, "dim")], width), line()]
    frames = f"{units.count(cell.sent)} frames sent, {units.count(cell.lost)} lost" + (
        f" ({cell.lost / cell.sent:.1%})" if cell.lost else ""
    )
    took = f"the latest took {millis(cell.took_us)} ms" if cell.took_us else "none came through yet"
    times = f"{took}, usual {millis(cell.usual_us)} ms"
    return [
        line(),
        fit([name, *said_of(cell)], width),
        fit([("   ", ""), (f"{frames} · {times}", "dim")], width),
    ]


def said_of(cell: LinkCell) -> list[Span]:
    """Everything that is wrong, in words."""
    if not cell.faults:
        return [("up: nothing is wrong with it", "ok")]
    amounts = {
        "cut": "cut both ways",
        "one way": "cut this way only",
        "held": "held: messages wait",
        "late": f"{millis(cell.extra_us)} ms late",
        "loss": f"{percent(cell.loss_ppm)} lost",
        "damage": f"{percent(cell.corrupt_ppm)} damaged",
        "doubles": f"{percent(cell.duplicate_ppm)} twice",
        "reorder": f"{percent(cell.reorder_ppm)} out of order",
    }
    spans: list[Span] = []
    for word in cell.faults:
        sign, role = glyphs.LINK_FAULT[word]
        spans += [("  " if spans else "", ""), (f"{sign} {amounts[word]}", role)]
    return spans


def _legend(width: int) -> Line:
    spans: list[Span] = [(" ", "")]
    for word, (sign, role) in glyphs.LINK_FAULT.items():
        spans += [(sign, role), (f" {word}  ", "dim")]
    return fit(spans, width)
