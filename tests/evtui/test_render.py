"""What is drawn, as text, without an app."""

import attrs
import pytest
from rich.cells import cell_len

from evtui import pace
from evtui.actions import ACTIONS
from evtui.render import (
    bars,
    cp_cards,
    cp_detail,
    cp_table,
    events,
    footer,
    glyphs,
    header,
    help,  # noqa: A004 (the module)
    links,
    log,
    membership,
    partition,
    power,
    units,
)
from evtui.render.ink import changed_columns
from evtui.render.line import Line, clip, fit, flow, left, right, spread
from evtui.render.picture import Drive, Picture
from scenarios.view import CellState, LogCell, LogRow
from tests.evtui import sample

RUNNING = Drive(10.0, paused=False)
WIDTHS = (40, 80, 120, 160, 200)


def picture(**changes: object) -> Picture:
    """A picture of the sample network."""
    return Picture(sample.view(**changes), RUNNING, "CP1")


def test_texts_are_cut_with_an_ellipsis_and_filled_to_their_width() -> None:
    """Widths are cells: a wide character counts two."""
    assert clip("charging", 20) == "charging"
    assert clip("charging", 5) == "char…"
    assert clip("charging", 0) == ""
    assert left("CP1", 5) == "CP1  "
    assert right("CP1", 5) == "  CP1"
    assert cell_len(left("充電中です", 7)) == 7


def test_lines_have_exactly_their_width() -> None:
    """Too much is cut, too little is filled; the right edge wins in a spread."""
    assert fit([("abc", ""), ("defgh", "")], 6).plain == "abcde…"
    assert fit([("abc", "")], 5).plain == "abc  "
    assert spread([("long text", "")], [("end", "")], 8).plain == "lon… end"
    assert spread([("long", "")], [("end", "")], 7).plain == "lo… end"
    assert spread([("long", "")], [("end", "")], 8).plain == "long end"
    assert spread([("long", "")], [(" end", "")], 8).plain == "long end"
    assert spread([("long ", "")], [("end", "")], 8).plain == "long end"
    assert spread([("long", "")], [("end", "")], 4).plain == " end"
    assert spread([("long", "")], [("end", "")], 3).plain == "end"
    assert spread([("long", "")], [("", "")], 4).plain == "long"
    assert [line.plain for line in flow([(("aaaa", ""),), (("bbbb", ""),)], 8)] == [
        " aaaa   ",
        " bbbb   ",
    ]


@pytest.mark.parametrize(
    ("time_us", "text"),
    [(0, "00:00.000"), (252_304_999, "04:12.304"), (3_600_000_000, "1:00:00.000")],
)
def test_clock(time_us: int, text: str) -> None:
    """Hours only where there are any."""
    assert units.clock(time_us) == text


def test_units() -> None:
    """Every figure reads the same everywhere."""
    assert units.kilowatts(7_449) == "7.4"
    assert units.rated(11_000) == "11"
    assert units.energy(672) == "672 Wh"
    assert units.energy(3_210) == "3.21 kWh"
    assert units.count(12_345) == "12,345"
    assert units.count(12_345_678) == "12.3 M"
    assert [units.speed(s) for s in (0.1, 10.0, 1000.0, units.MAX_SPEED)] == [
        "0.1×",
        "10×",
        "1000×",
        "max",
    ]


def test_bars() -> None:
    """A bar has its width; a little is never nothing; the target is a tick on the track."""
    assert "".join(text for text, _ in bars.bar(0.5, 10, "ok")) == "━━━━━─────"
    assert "".join(text for text, _ in bars.bar(0.001, 10, "ok")) == "━─────────"
    assert "".join(text for text, _ in bars.bar(2, 4, "ok")) == "━━━━"
    assert "".join(text for text, _ in bars.bar(0.5, 10, "ok", mark=0.8)) == "━━━━━──┼──"
    assert bars.sparkline([0, 5, 10], 5, 10) == "   ▅█"
    assert bars.chart([0, 1, 8, 16], 4, 2, 16) == ["   █", " ▁██"]


def test_scrollbar() -> None:
    """The thumb is at the top at first, at the bottom at last, and gone where all is seen."""
    assert bars.scrollbar(0, 4, 4) == [" "] * 4
    assert bars.scrollbar(0, 4, 16) == ["▐", " ", " ", " "]
    assert bars.scrollbar(12, 4, 16) == [" ", " ", " ", "▐"]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("count", [1, 5, 50])
def test_every_line_fits_the_terminal(width: int, count: int) -> None:
    """Nothing is ever wider than its room, however many CPs there are."""
    view = sample.view(count, violation="A2 one value a slot: slot 7 has two " + "very " * 40)
    table = cp_table.columns(view, width)
    rows = view.log[-5:]
    lines = [
        *header.header(view, RUNNING, width),
        *header.banner(view, width),
        cp_table.table_head(table, width),
        *[cp_table.table_row(cp, table, width, selected=False) for cp in view.cps],
        *cp_detail.detail(view.cps[0], view, width, place=True),
        *log.head(view, rows, "CP1", width, following=True, focused=False),
        *log.body(view, rows, "CP1", width, 7),
        power.strip(view, width),
        *power.panel(view, width, 8),
        events.head(view, 50, 40, width, following=False, focused=True),
        *events.body(view, view.event_rows, 50, width, 7),
        footer.footer(Picture(view, RUNNING, "CP1"), width)[0],
        *help.whole(page(width) for page in help.PAGES.values()),
    ]
    assert {line.width for line in lines if line.spans} == {width}


def test_header_tells_all_that_matters_at_80_cells() -> None:
    """Scenario, time of duration, speed, leader, ballot, seed, verdict."""
    text = "\n".join(line.plain for line in header.header(sample.view(), RUNNING, 80))
    for word in (
        "ten-minutes",
        "04:12.304",
        "10:00",
        "▶ 10×",
        "★ CP2",
        "3.CP2",
        "seed 7",
        "✓ 98,765",
    ):
        assert word in text


def test_header_tells_paused_ended_and_violated() -> None:
    """Each with a symbol and a word; the violated sentence is told in full."""
    view = sample.view()
    assert "‖ paused" in header.header(view, Drive(1.0, paused=True), 80)[0].plain
    assert "■ ended" in header.header(attrs.evolve(view, finished=True), RUNNING, 80)[0].plain
    broken = attrs.evolve(view, violation="A2 one value a slot: slot 143 has two", leader=None)
    text = header.header(broken, RUNNING, 80)[1].plain
    assert "✗ invariant violated" in text
    assert "no leader" in text
    assert header.banner(view, 80) == []
    assert header.banner(broken, 80)[0].plain.strip() == f"✗ {broken.violation}"


@pytest.mark.parametrize("width", [20, 30, 40, 60, 80, 120])
@pytest.mark.parametrize("violation", ["", "A1 (a promise never falls): CP1 did"])
@pytest.mark.parametrize("leader", ["CP2", "a-charge-point-with-a-very-long-name"])
def test_a_failed_expectation_is_never_out_of_sight(
    width: int, violation: str, leader: str
) -> None:
    """It comes first; a leader of whatever name comes after it or not at all."""
    view = sample.view(
        expectations_failed=3, expectations_total=14, violation=violation, leader=leader
    )
    text = header.header(view, RUNNING, width)[1].plain
    assert text.startswith(" ✗ 3/14")
    if width >= 80 or (width == 60 and len(leader) > 3):
        assert "seed 7" in text


def test_compact_row_of_a_cp() -> None:
    """At 80 cells a row has all columns, in this order."""
    view = sample.view()
    table = cp_table.columns(view, 80)
    assert [column.head.strip() for column in table] == [
        "CP", "role", "state", "S", "P", "EV", "SoC %", "kW", "kWh", "prom.", "acc.", "com/app",
        "links",
    ]  # fmt: skip
    words = cp_table.table_row(view.cps[1], table, 80, selected=True).plain.split()
    assert words == [
        "▌CP2", "★", "leader", "charging", "▷", "C", "EV2", "53→80", "7.4", "2.47",
        "3.CP2", "3.CP2", "143/143", "═·═══",
    ]  # fmt: skip


@pytest.mark.parametrize("width", [20, 30, 40, 50, 59, 80])
def test_the_id_of_a_cp_is_the_last_to_go(width: int) -> None:
    """Then what it is and does; the links go first."""
    view = sample.view()
    heads = [column.head.strip() for column in cp_table.columns(view, width)]
    assert heads[0] == "CP"
    assert heads[1] == "role"
    assert ("links" in heads) == (width == 80)


@pytest.mark.parametrize("width", [*range(20, 240, 10), 79, 112, 149])
@pytest.mark.parametrize("count", [5, 100])
def test_a_stopped_cp_is_told_from_a_free_one(width: int, count: int) -> None:
    """By its sign at any width, also of one that is down; by a word from 150 cells."""
    free, stopped = sample.cp(3, count), sample.cp(3, count, monitored="stopped")
    gone = sample.cp(3, count, monitored="disconnected", status="crashed", role="-")
    table = cp_table.columns(sample.view(count), width)
    rows = [cp_table.table_row(cp, table, width, selected=False) for cp in (free, stopped, gone)]
    for name, row in zip(("activated", "stopped", "disconnected"), rows, strict=True):
        words = f"{glyphs.MONITORED[name]} {name}"
        assert (words in row.plain) == (width >= 150)
        sign = [(text[0], role) for text, role in row.spans if glyphs.MONITORED[name] in text]
        assert sign == [(glyphs.MONITORED[name], glyphs.MONITORED_ROLE[name])]
    assert {row.width for row in rows} == {width}


@pytest.mark.parametrize("width", [80, 120, 160, 200])
def test_the_sign_costs_no_other_column(width: int) -> None:
    """The bar of the charge gives the room; at 160 the headings do, too."""
    heads = [column.head.strip() for column in cp_table.columns(sample.view(), width)]
    assert {
        "P",
        "EV",
        "SoC %" if width == 80 else "charge %",
        "kWh",
        "prom.",
        "acc.",
        "com/app",
        "links",
    } <= set(heads)
    assert ("OCPP" in heads) == (width == 200)


@pytest.mark.parametrize("width", [79, 80, 85, 100, 112, 120, 149, 150, 160, 200])
def test_kw_and_kwh_of_every_cp_are_seen(width: int) -> None:
    """From 79 cells on, a column for each: at 80, the bar of the charge gives the room."""
    view = sample.view()
    table = cp_table.columns(view, width)
    heads = [column.head.strip() for column in table]
    assert {"kW", "kW/rtd", "kW/rated"} & set(heads)
    assert heads.count("kWh") == 1
    assert ("SoC %" in heads) == (width < 85)
    at = cp_table.table_head(table, width).plain.index("kWh")
    for energy_wh, text in ((0, "0.00"), (4_321, "4.32"), (54_321, "54.3"), (654_321, " 654")):
        cp = sample.cp(1, energy_wh=energy_wh)
        row = cp_table.table_row(cp, table, width, selected=False).plain
        assert row[at - 1 : at + 3] == text


def test_the_rated_power_is_in_the_detail() -> None:
    """At 80 cells the table has no room for it."""
    view = sample.view()
    assert "of 11 kW" in cp_detail.detail(view.cps[0], view, 80)[0].plain


@pytest.mark.parametrize(
    ("energy_wh", "text"),
    [
        (0, "0.00"), (4, "0.00"), (672, "0.67"), (9_994, "9.99"), (9_996, "10.0"),
        (99_949, "99.9"), (99_960, "100"), (9_999_400, "9999"), (9_999_600, "10k"),
        (123_456_789, "123k"),
    ],
)  # fmt: skip
def test_kwh_take_four_cells(energy_wh: int, text: str) -> None:
    """Over a week of a fast charger, too."""
    assert units.kwh(energy_wh) == text


def test_links_of_many_cps_are_counted() -> None:
    """Forty symbols have no room: how many are cut, else lossy, else up."""
    view = sample.view(40)
    table = cp_table.columns(view, 79)
    assert [column.head for column in table][-1] == "links"
    assert table[-1].width >= len("39 up")
    assert cp_table.table_head(table, 79).plain.rstrip().endswith(" links")
    for states, words in (
        ({}, "39 up"),
        ({3: "cut", 7: "in"}, "2 cut"),
        ({3: "lossy", 4: "lossy"}, "2 ≈"),
        ({3: "lossy", 4: "out"}, "1 cut"),
    ):
        links = tuple(states.get(n, state) for n, state in enumerate(view.cps[0].links))
        row = cp_table.table_row(sample.cp(1, 40, links=links), table, 79, selected=False)
        assert row.plain.rstrip().endswith(" " + words)
    assert "CP7 7 of 40" in cp_detail.detail(view.cps[6], view, 80, place=True)[0].plain


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"status": "crashed", "role": "-"}, "✗ crashed"),
        ({"status": "paused"}, "‖ paused"),
        ({"cut_off": True}, "≠ cut off"),
        ({"status": "off", "role": "-", "member": "no member"}, "  ◌ off"),
        ({"role": "learner", "member": "learner"}, "◦ learner"),
        ({"role": "no member", "member": "no member"}, "∅ no member"),
        ({"status": "crashed", "role": "-", "member": "learner"}, "◦ ✗ crashed"),
        ({"status": "crashed", "role": "-", "member": "no member"}, "∅ ✗ crashed"),
        ({"role": "candidate"}, "◆ candidate"),
        ({"state": "energy_negotiation"}, "negotiation"),
        ({"state": "restarting_session"}, "restarting"),
        ({"links": ("self", "cut", "in", "out", "lossy")}, "·✗←→≈"),
        ({"applied_slot": 120}, "143/120"),
    ],
)
def test_a_row_says_in_text_what_is_wrong(changes: dict[str, object], words: str) -> None:
    """Without any colour every state can be told."""
    view = sample.view()
    row = cp_table.table_row(
        sample.cp(1, **changes), cp_table.columns(view, 80), 80, selected=False
    )
    assert words in row.plain


def test_a_cut_off_leader_is_still_seen_to_lead() -> None:
    """It believes so; that is what one must see."""
    row = cp_table.table_row(
        sample.cp(2, cut_off=True), cp_table.columns(sample.view(), 80), 80, selected=False
    )
    assert "★ ≠ cut off" in row.plain


def test_detail_names_the_faulty_links_and_the_full_state() -> None:
    """What the row has no room for."""
    cp = sample.cp(4, links=("cut", "in", "up", "self", "up"), queued_calls=3)
    text = " ".join(line.plain for line in cp_detail.detail(cp, sample.view(), 120))
    for word in ("energy_negotiation", "charging_with_profile", "CP1 ✗ cut", "CP2 ←", "queued 3"):
        assert word in text


def test_detail_names_the_node_and_what_ails_it() -> None:
    """A CP on its second disk is another node; one that was never on says so."""
    view = sample.view()
    text = cp_detail.detail(sample.cp(1, node="CP1#2", ails=("disk full", "slow")), view, 120)[
        0
    ].plain
    assert "CP1 is CP1#2" in text
    assert "ails disk full, slow" in text
    off = sample.cp(1, status="off", role="-", state="-", member="no member")
    assert "never switched on" in cp_detail.detail(off, view, 120)[0].plain
    shown = log.head(
        attrs.evolve(view, cps=(off, *view.cps[1:])), (), "CP2", 80, following=True, focused=False
    )
    assert "CP1◌" in shown[1].plain


def test_cards_are_of_one_height_and_clicks_find_them() -> None:
    """Five cards on 200 cells; between them is nothing."""
    view = sample.view()
    assert cp_cards.cards_fit(view, 200)
    assert not cp_cards.cards_fit(view, 120)
    lines = cp_cards.cards(view, "CP2", 200)
    assert len(lines) == cp_cards.CARD_HEIGHT
    assert len({line.width for line in lines}) == 1
    for index, cp in enumerate(view.cps):
        at = lines[0].plain.index(cp.id)
        assert cp_cards.card_at(view, at, 200) == index
    assert cp_cards.card_at(view, 39, 200) is None


def test_log_cells_have_a_symbol_each_and_tell_another_ballot() -> None:
    """Empty, accepted, chosen, applied; what differs from the slot's ballot is told in the cell."""
    cells = (
        LogCell(CellState.EMPTY, ""),
        LogCell(CellState.ACCEPTED, "2.CP1"),
        LogCell(CellState.CHOSEN, "3.CP2"),
        LogCell(CellState.APPLIED, "3.CP2"),
        LogCell(CellState.APPLIED, "3.CP2"),
    )
    view = sample.view(log=(LogRow(7, "CP1 Heartbeat", cells),))
    text = "".join(span[0] for span in log.row(view.log[0], view, 8, (0, 5)))
    assert text.split() == ["7", "·", "○", "2.CP1", "◐", "●", "●", "3.CP2", "CP1", "Heartbeat"]
    narrow = "".join(span[0] for span in log.row(view.log[0], view, 6, (0, 5)))
    assert "○ 2.1 " in narrow


def test_the_log_names_its_columns_beside_power_and_events() -> None:
    """Five CPs in the 66 cells that a terminal of 120 leaves to the log."""
    shown = log.head(sample.view(), (), "CP2", 66, following=True, focused=False)[1].plain
    assert "CP1 CP2 CP3 CP4 CP5 " in shown


def test_the_log_of_many_cps_keeps_the_selected_one_in_sight() -> None:
    """Fifty columns do not fit into 80 cells."""
    view = sample.view(50)
    each = log.cell_width(view, 80)
    start, count = log.first_cp(view, "CP50", 80, each)
    assert start + count == 50
    assert count < 50


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_disk_of_a_crashed_cp_is_seen(width: int) -> None:
    """The same symbols, dimmed, and a mark in the heading; its row keeps what the disk holds."""
    view = sample.view()
    dead = sample.cp(1, status="crashed", role="-", state="-", applied_slot=0, state_digest="")
    after = attrs.evolve(view, cps=(dead, *view.cps[1:]))
    each, columns = log.cell_width(view, width), log.first_cp(view, "CP2", width, 2)
    assert each == log.cell_width(after, width)
    entry = view.log[-1]
    alive, crashed = (log.row(entry, v, each, columns) for v in (view, after))
    assert [text for text, _ in alive] == [text for text, _ in crashed]
    assert (alive[1][1], crashed[1][1]) == ("warn", "dim")
    assert alive[2:] == crashed[2:]
    empty = attrs.evolve(entry, cells=(LogCell(CellState.EMPTY, ""), *entry.cells[1:]))
    assert log.row(empty, view, each, columns) == log.row(empty, after, each, columns)
    shown = log.head(after, view.log, "CP2", width, following=True, focused=False)[1].plain
    assert ("CP1✗" if width > 60 else "✗") in shown
    assert "on its disk: promised 3.CP2, slots to 143" in cp_detail.detail(dead, after, 80)[0].plain
    if width > 60:
        row = cp_table.table_row(dead, cp_table.columns(after, width), width, selected=False)
        assert "✗ crashed" in row.plain
        assert row.plain.count("3.CP2") == 2
        assert "143/0" in row.plain


def test_power_over_capacity_is_said() -> None:
    """In words as well."""
    view = sample.view(power_w=23_000)
    assert "23.0 of 22.0 kW" in power.strip(view, 80).plain
    assert "over!" in power.strip(view, 80).plain


def test_every_severity_has_its_own_symbol() -> None:
    """So that the event log can be read without colour."""
    symbols = [symbol for symbol, _ in glyphs.SEVERITY.values()]
    assert len(set(symbols)) == len(symbols) == 6
    assert len(set(glyphs.CELL.values())) == 4
    assert len(set(glyphs.LINK.values())) == 7


def test_all_symbols_are_one_cell_wide() -> None:
    """A symbol of two cells would push its row to the side."""
    symbols = [
        *glyphs.CELL.values(), *glyphs.ROLE.values(), *glyphs.STATUS.values(),
        *glyphs.LINK.values(), *(symbol for symbol, _ in glyphs.SEVERITY.values()),
        *glyphs.SPARK, glyphs.CURSOR, glyphs.RUNNING, glyphs.PAUSED, glyphs.ENDED, glyphs.HOLDS,
        glyphs.BROKEN, glyphs.FULL, glyphs.TRACK,
    ]  # fmt: skip
    assert {cell_len(symbol) for symbol in symbols} == {1}


@pytest.mark.parametrize("width", [30, 60, 80, 120, 200])
def test_the_footer_never_loses_help_and_quit(width: int) -> None:
    """What gives way are the others."""
    text = footer.footer(picture(), width)[0].plain
    assert "? help" in text
    assert "q quit" in text
    if width >= 80:
        for action in ACTIONS:
            if action.label and action.id != "palette":
                assert (action.foot or action.shown) + " " in text


@pytest.mark.parametrize("width", [80, 160, 200])
@pytest.mark.parametrize("finished", [False, True])
def test_a_wide_footer_names_reservations(width: int, finished: bool) -> None:
    """Where there is room; after the end there is at 80 cells, too."""
    line, spots = footer.footer(picture(finished=finished), width)
    assert line.width == width
    roomy = width > 80 or finished
    assert ("r reservations" in line.plain) == roomy
    assert ("reservations" in [spot.action.id for spot in spots]) == roomy


def test_a_wider_footer_names_one_thing_more() -> None:
    """What is roomy comes one after the other, as there is room."""
    named = {width: footer.footer(picture(), width)[0].plain for width in (120, 160, 200)}
    assert [("r reservations" in text, "w why" in text) for text in named.values()] == [
        (False, False), (True, False), (True, True),
    ]  # fmt: skip


def test_the_footer_has_the_words_of_the_help() -> None:
    """One name for one key; short forms are the beginnings of the whole words."""
    text = footer.footer(picture(), 120)[0].plain
    for word in (
        "k kill CP",
        "u pause CP",
        "o stop",
        "x cut/join",
        "p partition",
        "h heal",
        "v vote",
        "+- speed",
    ):
        assert word in text
    text = footer.footer(picture(), 80)[0].plain
    for word in ("k kill", "u pause", "o stop", "x cut", "p part", "h heal", "v", "+-"):
        assert word in text
    for action in ACTIONS:
        if action.group in {"Break", "Group"}:
            words = (action.label, action.other, action.brief, action.brief_other)
            for word in (*words, action.off, action.brief_off):
                for part in (word or "").removesuffix(" CP").split("/"):
                    assert part in action.title.lower()


@pytest.mark.parametrize("status", ["alive", "paused", "crashed", "off"])
@pytest.mark.parametrize("paused", [False, True])
def test_the_footer_offers_all_that_is_possible_at_80_cells(status: str, paused: bool) -> None:
    """Of a CP that is down not all is; what is possible has room, whatever its word is now."""
    view = sample.view()
    view = attrs.evolve(view, cps=(sample.cp(1, status=status), *view.cps[1:]))
    spots = footer.footer(Picture(view, Drive(10.0, paused), "CP1"), 80)[1]
    keys = [spot.action.shown for spot in spots if spot.action.id != "palette"]
    wanted = ["space", ".", "+", "k", "u", "o", "x", "p", "h", "v", "?", "q"]
    refused = {"crashed": ("u",), "off": ("u", "o")}.get(status, ())
    assert keys == [key for key in wanted if key not in refused]


@pytest.mark.parametrize("width", [80, 120])
def test_the_footer_after_the_end_offers_only_what_works(width: int) -> None:
    """To look, for help, for commands, and to leave."""
    spots = footer.footer(picture(finished=True), width)[1]
    ids = [spot.action.id for spot in spots]
    wanted = ["leap_back", "select_previous", "reservations", "palette", "help", "quit"]
    assert [it for it in ids if it in wanted] == wanted
    assert set(ids) - set(wanted) == (
        {"why", "undo", "branches", "save"} if width > 80 else {"why"}
    )
    assert not any(spot.action.needs_run for spot in spots)
    assert "[ ] 10 s" in footer.footer(picture(finished=True), width)[0].plain


def test_the_footer_says_what_a_key_would_do_now() -> None:
    """Its words follow the selected CP and the clock."""
    crashed = attrs.evolve(sample.cp(1), status="crashed")
    view = sample.view()
    shown = Picture(
        attrs.evolve(view, cps=(crashed, *view.cps[1:])), Drive(1.0, paused=True), "CP1"
    )
    text = footer.footer(shown, 120)[0].plain
    assert "space run" in text
    assert "k restart CP" in text


def test_the_footer_offers_to_admit_a_cp_that_was_never_on() -> None:
    """In whole words and in short ones."""
    view = sample.view()
    view = attrs.evolve(view, cps=(sample.cp(1, status="off", role="-"), *view.cps[1:]))
    for width, words in ((120, "k admit CP"), (80, "k admit ")):
        assert words in footer.footer(Picture(view, RUNNING, "CP1"), width)[0].plain


def test_where_even_short_words_have_no_room_some_keys_stand_alone() -> None:
    """The speed keys need no word; it comes back where there is room, and clicks find the key."""
    for width, word in ((80, "pause . +- k kill"), (120, "+- speed")):
        line, spots = footer.footer(picture(), width)
        assert word in line.plain
        faster = next(spot for spot in spots if spot.action.id == "faster")
        assert line.plain[faster.start : faster.end] in {"+-", "+- speed"}


def test_each_page_of_the_help_is_whole_at_80x24() -> None:
    """One row is for the keys of the panel; opposite keys may share a row; nothing is cut."""
    pages = {name: make(80) for name, make in help.PAGES.items()}
    assert all(len(page) <= 23 for page in pages.values())
    text = "\n".join(line.plain for page in pages.values() for line in page)
    assert "…" not in text
    for words in ("+ -       Faster · Slower", "◌ off", "◦ learner", "∅ no member"):
        assert words in text


def test_link_chooser_says_what_enter_would_do() -> None:
    """Whole links are cut, others joined."""
    view = sample.view()
    me = sample.cp(1, links=("self", "up", "cut", "out", "lossy"))
    view = attrs.evolve(view, cps=(me, *view.cps[1:]))
    lines = links.page(links.others(view, "CP1"), "CP1", 0, (70, 4))
    assert [("cuts" in line.plain, "joins" in line.plain) for line in lines] == [
        (True, False),
        (False, True),
        (False, True),
        (True, False),
    ]


def test_partition_shapes_and_their_outcome() -> None:
    """Each well-known shape says who goes on."""
    view = sample.view()
    minority, alone, leader, few, deaf = partition.shapes(view, "CP1")
    assert minority.plan.groups(view) == (("CP1", "CP2", "CP3"), ("CP4", "CP5"))
    assert alone.plan.groups(view) == (("CP2", "CP3", "CP4", "CP5"), ("CP1",))
    assert leader.plan.groups(view) == (("CP1", "CP3", "CP4", "CP5"), ("CP2",))
    assert few.plan.groups(view) == (("CP3", "CP4", "CP5"), ("CP1", "CP2"))
    assert deaf.plan.one_way
    assert "A has 3 of 5 votes" in partition.outcome(minority.plan, view)[0]
    split = partition.Plan((0, 0, 1, 1, 2))
    assert "No side" in partition.outcome(split, view)[0]
    assert "nothing" in partition.outcome(partition.Plan((0,) * 5), view)[0]


def test_only_votes_count_in_a_partition() -> None:
    """No learner, no stranger, and nobody who is down casts one; a lost disk is still counted."""
    view = sample.view(7, voters=5, quorum=3, electors=3)
    learners = [
        sample.cp(n, 7, role="learner", member="learner") if n > 4 else view.cps[n - 1]
        for n in range(1, 8)
    ]
    learners[6] = sample.cp(7, 7, role="no member", member="no member")
    view = attrs.evolve(view, cps=tuple(learners))
    minority = partition.shapes(view, "CP1")[0].plan
    assert minority.groups(view)[1] == ("CP4",)
    assert "A has 3 of 5 votes" in partition.outcome(minority, view)[0]
    many = partition.Plan((0, 0, 1, 1, 1, 1, 1))
    assert "No side has the 3 of 5 votes" in partition.outcome(many, view)[0]
    down = attrs.evolve(view, cps=(sample.cp(1, 7, status="crashed", role="-"), *view.cps[1:]))
    assert "No side" in partition.outcome(minority, down)[0]
    rows = [line.plain for line in partition.page(down, [], minority, 0, (80, 20))]
    assert any("CP1 " in row and "✗ crashed" in row for row in rows)
    assert any("CP5 " in row and "◦ learner" in row for row in rows)
    assert any("CP7 " in row and "∅ no member" in row for row in rows)


@pytest.mark.parametrize(
    ("changes", "possible"),
    [
        ({}, {"demote", "wipe"}),
        ({"ev": None}, {"demote", "remove", "wipe"}),
        ({"role": "learner", "member": "learner", "ev": None}, {"promote", "remove", "wipe"}),
        ({"member": "no member", "role": "no member"}, {"wipe"}),
        ({"status": "off", "role": "-", "member": "no member"}, {"admit"}),
        ({"status": "crashed", "role": "-"}, {"demote", "wipe", "restart"}),
        ({"status": "crashed", "role": "-", "member": "learner"}, {"wipe", "restart"}),
        ({"status": "paused"}, {"demote", "wipe"}),
    ],
)
def test_the_membership_picker_says_what_is_possible(
    changes: dict[str, object], possible: set[str]
) -> None:
    """Whatever is not says why, in the same row."""
    view = sample.view()
    cp = sample.cp(1, **changes)
    moves = membership.moves(view, cp)
    assert tuple(move.verb for move in moves) == membership.VERBS
    assert {move.verb for move in moves if not move.why_not} == possible
    page = membership.page(view, cp, membership.first_possible(view, cp), 80)
    for move, row in zip(moves, page[membership.HEAD :], strict=True):
        assert row.width == 80
        assert ("not now: " in row.plain) == (move.verb not in possible)
    assert sum("Enter" in row.plain for row in page) == 1


def test_the_membership_picker_counts_the_votes() -> None:
    """Before, and after a vote more or less; the last vote stays."""
    view = sample.view()
    text = "\n".join(line.plain for line in membership.page(view, view.cps[2], 0, 80))
    assert "3 of 5 votes choose" in text
    assert "4 would vote, and 3 of them choose" in text
    learner = sample.cp(3, member="learner", role="learner")
    moves = membership.moves(attrs.evolve(view, voters=4), learner)
    assert moves[1].effect == "5 would vote, and 3 of them choose"
    alone = sample.view(1)
    moves = membership.moves(alone, attrs.evolve(alone.cps[0], ev=None))
    assert [move.why_not for move in moves[2:4]] == ["it is the last that votes"] * 2


def test_flexible_quorums_have_two_sizes() -> None:
    """The picker tells both; in a partition the few who choose need the leader on their side."""
    view = sample.view(quorum=2, electors=4)
    text = "\n".join(line.plain for line in membership.page(view, view.cps[2], 0, 80))
    assert "2 of 5 votes choose, 4 elect" in text
    assert "4 would vote: 2 of them choose, 3 elect" in text
    assert view.leader == "CP2"
    with_leader = partition.Plan((0, 0, 1, 1, 1))
    assert "A has 2 of 5 votes" in partition.outcome(with_leader, view)[0]
    without = partition.Plan((0, 1, 0, 0, 0))
    assert "A has 4 of 5 votes" in partition.outcome(without, view)[0]
    no_side = partition.Plan((0, 1, 0, 2, 0))
    said = partition.outcome(no_side, view)[0]
    assert said == "No side has leader and 2 of 5 votes, or the 4 to elect: all wait"


def test_a_wiped_cp_comes_back_as_another_node() -> None:
    """The picker names both, and does not offer to remove who is no member."""
    cp = sample.cp(3, node="CP3#2", member="no member", status="crashed", role="-")
    text = "\n".join(line.plain for line in membership.page(sample.view(), cp, 5, 80))
    assert "CP3 is CP3#2" in text
    assert "Enter it comes back as another node" in text


def test_only_what_changed_is_drawn_again() -> None:
    """The cells from the first to the last difference, roles included."""
    old = (("speed 1 now", ""),)
    assert changed_columns(old, old) == (0, 0)
    assert changed_columns(old, (("speed 2 now", ""),)) == (6, 7)
    assert changed_columns(old, (("speed ", ""), ("1", "ok"), (" now", ""))) == (6, 7)
    assert Line(old).plain == "speed 1 now"


def test_pace_follows_the_wall_clock_and_forgets_debts() -> None:
    """Ten virtual seconds a second; what is far behind is given up."""
    rate = pace.Pace(10.0)
    rate.anchor(100.0, 5_000_000)
    assert rate.due_us(101.0, 1 << 60) == 15_000_000
    assert rate.due_us(101.0, 7_000_000) == 7_000_000
    rate.settle(101.0, 14_500_000)
    assert rate.due_us(101.0, 1 << 60) == 15_000_000
    rate.settle(101.0, 6_000_000)
    assert rate.due_us(101.0, 1 << 60) == 6_000_000
    assert pace.Pace(units.MAX_SPEED).due_us(0.0, 99) == 99


def test_speeds_outside_the_steps_find_the_next_one() -> None:
    """A speed from the command line need not be one of ours."""
    assert pace.faster(3.0) == 5.0
    assert pace.slower(3.0) == 2.0
    assert pace.slower(0.01) == 0.1
    assert pace.faster(5000.0) == units.MAX_SPEED


def test_who_cannot_keep_up_says_so() -> None:
    """For a second after a debt was forgotten; a small one is made up for."""
    rate = pace.Pace(10.0)
    rate.anchor(0.0, 0)
    rate.settle(0.2, 0)
    assert not rate.is_behind(0.2)
    rate.settle(0.4, 1_000_000)
    assert rate.is_behind(0.4)
    assert rate.is_behind(1.3)
    assert not rate.is_behind(1.5)
    for drive, text in ((Drive(10.0, False, True), "▶ <10×"), (Drive(10.0, False), "▶ 10×")):
        assert header.motion(sample.view(), drive)[0] == text


@pytest.mark.parametrize("width", [80, 200])
def test_the_header_says_what_is_planted(width: int) -> None:
    """Before all else, and shortened where there is no room for the whole name."""
    name = "a_wiped_disk_votes_under_its_old_identity"
    text = header.header(sample.view(mutant=name), RUNNING, width)[1].plain
    assert text.startswith(f" planted: {name}")
    broken = sample.view(mutant=name, expectations_failed=2)
    text = header.header(broken, RUNNING, 60)[1].plain
    assert "planted: a_wip" in text
    assert "…" in text
    assert "planted" not in header.header(sample.view(), RUNNING, width)[1].plain
