"""Charge points as a table, a row each: its columns are chosen by the room that there is.

Each width has a table of its own (80, 112 and 150 cells), and each table a few cuts: the same
columns, shorter. The first cut that fits is taken; where none does, columns are left out.
"""

from collections.abc import Callable, Sequence

from attrs import frozen
from rich.cells import cell_len

from evtui.render import glyphs, money, units
from evtui.render.bars import bar
from evtui.render.cp_words import links_of, role_of, seen, standing, state_role, status_of
from evtui.render.line import Line, Span, fit, left, right
from scenarios.view import CpView, View

SHORT_STATE = {"energy_negotiation": "negotiation", "restarting_session": "restarting"}
ROOMY = 112
FULL_TABLE = 150


# --- cells -----------------------------------------------------------------------------------


def _standing(cp: CpView) -> list[Span]:
    word = standing(cp)
    role = cp.role if cp.status not in glyphs.DOWN or cp.member == "voter" else cp.member
    if cp.status == "off":
        role = "-"  # that it is no member yet goes without saying
    star = (glyphs.ROLE.get(role, " ") + " ", glyphs.ROLE_ROLE.get(role, "dim"))
    if word == "alive":
        return [star, (cp.role, glyphs.ROLE_ROLE.get(cp.role, "dim"))]
    return [star, (f"{glyphs.STATUS[word]} {word}", glyphs.STATUS_ROLE[word])]


def _charge(cp: CpView, width: int) -> list[Span]:
    if cp.ev is None:
        return []
    text = f"{cp.ev.soc:2.0f}→{cp.ev.target:.0f}"
    size = width - cell_len(text) - 1
    role = "ok" if cp.ev.power_w else "dim"
    if size < 3:
        return [(right(text, width), "")]
    return [*bar(cp.ev.soc / 100, size, role, mark=cp.ev.target / 100), (" ", ""), (text, "")]


def _power(cp: CpView, width: int) -> list[Span]:
    own = units.kilowatts(cp.power_w)
    role = "text bold" if cp.power_w else "dim"
    return [(right(own, width - 3), role), (left("/" + units.rated(cp.rated_w), 3), "dim")]


def _slots(cp: CpView, width: int) -> list[Span]:
    half = (width - 1) // 2
    lag = cp.applied_slot < cp.commit_slot
    return [
        (right(str(cp.commit_slot), half), ""),
        ("/", "dim"),
        (left(str(cp.applied_slot), half), "warn" if lag else "dim"),
    ]


def _text(value: str, role: str = "") -> list[Span]:
    return [(value, role)]


def _expected(cp: CpView) -> str:
    """The EV that an empty connector is reserved for, as the table shows it."""
    return glyphs.EXPECTED + cp.reserved_for if cp.reserved_for and cp.ev is None else ""


def _who(cp: CpView) -> list[Span]:
    return _text(cp.ev.id, "text bold") if cp.ev else _text(_expected(cp), "accent")


def _limit(cp: CpView) -> list[Span]:
    return _text(right(units.kilowatts(cp.limit_w), 5), "dim")


def _short_state(cp: CpView) -> list[Span]:
    return _text(SHORT_STATE.get(cp.state, cp.state), state_role(cp))


def _state(cp: CpView) -> list[Span]:
    return _text(cp.state, state_role(cp))


# --- columns ---------------------------------------------------------------------------------


@frozen
class Column:
    """A column of the table: how wide, how important (0 is never left out), what it shows."""

    head: str
    width: int
    rank: int
    cell: Callable[[CpView], list[Span]]


def _longest(values: Sequence[str], least: int, most: int) -> int:
    return min(max([least, *map(cell_len, values)]), most)


@frozen
class Room:
    """What the columns of a table are made for: widths in cells; how much to cut, 0 for none."""

    ev: int
    ballot: int
    slots: int
    ids: Sequence[str]
    cut: int


def columns(view: View, width: int) -> list[Column]:
    """The columns that fit into ``width`` cells, for a table of these CPs."""
    cps = view.cps
    ids = [cp.id for cp in cps]
    wide_id = _longest(ids, 3, 12)
    waited_for = [_expected(cp) for cp in cps]
    wide_ev = _longest([*(ev.id for ev in view.evs), *waited_for], 3, 10)
    wide_ballot = _longest([b for cp in cps for b in (cp.promised, cp.accepted)], 5, 12)
    digits = len(str(max([cp.commit_slot for cp in cps], default=0)))
    make = _full if width >= FULL_TABLE else _medium if width >= ROOMY else _compact
    names = [Column("CP", wide_id, 0, lambda cp: _text(cp.id, "text bold"))]
    slots = max(2 * digits + 1, 7)
    gap = gap_of(width)

    def fits(table: list[Column]) -> bool:
        return 1 + sum(c.width + gap for c in table) <= width + gap

    tables = [names + make(Room(wide_ev, wide_ballot, slots, ids, n)) for n in range(CUTS[make])]
    table = next((each for each in tables if fits(each)), tables[-1])
    while len(table) > 1 and not fits(table):
        table.remove(max(table, key=lambda column: column.rank))
    return table


def gap_of(width: int) -> int:
    """Cells between two columns of a table of this width."""
    return 2 if width >= ROOMY else 1


def _ballots(wide: int, promised: str, accepted: str) -> list[Column]:
    return [
        Column(promised, max(wide, len(promised)), 9, lambda cp: _text(cp.promised)),
        Column(
            accepted,
            max(wide, len(accepted)),
            9,
            lambda cp: _text(cp.accepted, "" if cp.accepted == cp.promised else "warn"),
        ),
    ]


def _links(ids: Sequence[str], most: int) -> Column:
    width = max(len(ids), 5) if len(ids) <= most else len(f"{len(ids)} cut")
    return Column("links", width, 10, lambda cp: links_of(cp, ids, width))


def _charge_bar(width: int) -> Column:
    """How full the battery is, and how full it is to be, with a bar where that has room."""
    head = "charge %" if width > DIGITS else "SoC %"
    return Column(head, width, 6, lambda cp: _charge(cp, width))


def _energy(width: int, rank: int) -> Column:
    """The register of the meter in kWh."""
    return Column(
        "kWh", width, rank, lambda cp: _text(right(units.kwh(cp.energy_wh), width), "text")
    )


_SEEN = Column("S", 1, 1, lambda cp: seen(cp, word=False))
"""What the network sees of a CP, as a sign: for what has no room for the word."""
_SEEN_AND_PILOT = Column(
    "SP",
    2,
    1,
    lambda cp: [*seen(cp, word=False), (cp.pilot, "dim" if cp.status in glyphs.DOWN else "")],
)


_PILOT = Column("P", 1, 8, lambda cp: _text(cp.pilot))

DIGITS = 6
"""Cells of a charge without a bar."""


def _compact(room: Room) -> list[Column]:
    """80 cells: everything that matters, the rest is in the detail.

    The bar of the charge is cut first, then the rated power beside the power, which the detail
    tells. In a table that has to leave columns out, the energy is the first.
    """
    rated = room.cut < 3
    return [
        Column("role", 11, 1, _standing),
        Column("state", 11, 2, _short_state),
        *([_SEEN, _PILOT] if room.cut < 4 else [_SEEN_AND_PILOT]),
        Column("EV", room.ev, 5, _who),
        _charge_bar((11, 9, DIGITS, DIGITS, DIGITS)[room.cut]),
        Column(" kW/rtd", 7, 3, lambda cp: _power(cp, 7)) if rated else _KW,
        _energy(4, 12),
        *_ballots(room.ballot, "prom.", "acc."),
        Column("com/app", room.slots, 4, lambda cp: _slots(cp, room.slots)),
        _links(room.ids, 7),
    ]


_KW = Column("kW", 4, 3, lambda cp: _power(cp, 7)[:1])


def _medium(room: Room) -> list[Column]:
    """120 cells: limits too, and whole names of states where the energy leaves the room."""
    slots = room.slots + 1
    return [
        Column("role", 11, 1, _standing),
        Column("state", 18, 2, _state) if room.cut < 2 else Column("state", 11, 2, _short_state),
        _SEEN,
        _PILOT,
        Column("EV", room.ev, 5, _who),
        _charge_bar((14, 11, 11)[room.cut]),
        Column("kW/rated", 8, 3, lambda cp: _power(cp, 8)),
        _energy(5, 8),
        Column("limit", 5, 7, _limit),
        *_ballots(room.ballot, "prom.", "acc."),
        Column(" com/app", slots, 4, lambda cp: _slots(cp, slots)),
        _links(room.ids, 9),
        Column(money.HEAD, 7, 11, lambda cp: money.short(cp, 7)),
    ]


def _full(room: Room) -> list[Column]:
    """150 cells and more: nothing is left out but the digits of a digest.

    Where the charge has to be short, so have headings: the word for what the network sees goes
    before the whole word for a ballot.
    """
    whole = room.cut == 0
    wide = max(room.slots, 13) if whole else room.slots + 1
    heads = ("promised", "accepted") if whole else ("prom.", "acc.")
    return [
        Column("role", 11, 1, role_of),
        Column("status", 9, 1, status_of),
        Column("state", 18, 2, _state),
        Column("seen as", 14, 1, seen),
        Column("pilot", 5, 8, lambda cp: _text(cp.pilot)) if whole else _PILOT,
        Column("EV", room.ev, 5, _who),
        _charge_bar((19, 14, 12)[room.cut]),
        Column("kW/rated", 8, 3, lambda cp: _power(cp, 8)),
        _energy(5, 8),
        Column("limit", 5, 7, _limit),
        *_ballots(room.ballot, *heads),
        Column(
            "commit/applied" if whole else " com/app",
            max(wide, 14) if whole else wide,
            4,
            lambda cp: _slots(cp, wide),
        ),
        _links(room.ids, 20),
        Column(money.WIDE_HEAD, 14, 9, lambda cp: money.both(cp, 14)),
        Column("OCPP", 13, 12, lambda cp: _text(cp.ocpp_status, "dim")),
        Column("digest", 8, 13, lambda cp: _text(cp.state_digest[:8], "dim")),
    ]


CUTS = {_compact: 5, _medium: 3, _full: 3}
"""How many cuts each table has."""


# --- lines -----------------------------------------------------------------------------------


def table_head(table: Sequence[Column], width: int) -> Line:
    """The heading row of the table."""
    gap = gap_of(width)
    spans: list[Span] = [(" ", "")]
    for column in table:
        numeric = column.head in {"limit", "kW", "kWh"}
        text = right(column.head, column.width) if numeric else left(column.head, column.width)
        spans += [(text, "dim"), (" " * gap, "")]
    return fit(spans, width, "panel")


def table_row(cp: CpView, table: Sequence[Column], width: int, *, selected: bool) -> Line:
    """One CP as a row of the table."""
    gap = gap_of(width)
    spans: list[Span] = [(glyphs.CURSOR if selected else " ", "key")]
    down = cp.status in glyphs.DOWN
    for column in table:
        cell = fit(column.cell(cp), column.width).spans
        if down and column.head not in {"CP", "role", "status", "S", "SP", "seen as", "links"}:
            cell = tuple((text, "dim") for text, _ in cell)
        spans += [*cell, (" " * gap, "")]
    return fit(spans, width, "selected" if selected else "base")
