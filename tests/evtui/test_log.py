"""The view of the log as it is drawn: rows, one slot in full, any room."""

from collections.abc import Callable

import attrs
import pytest

from evtui.render import slots
from evtui.render.slot_detail import detail
from evtui.themes import DARK, LIGHT
from scenarios.session import Session
from scenarios.view import View, Window
from tests.evtui import sample
from tests.evtui.log_sample import LAST, S, drawn, full, made, seen_as, slots_window
from tests.evtui.test_snapshots import Pinned, app_on, settle, troubled

SIZES = [(80, 24), (120, 36), (200, 60)]


# --- what is drawn ---------------------------------------------------------------------------


def test_each_cp_has_sign_and_ballot_in_each_row() -> None:
    """And the command in words."""
    text = drawn(made())
    assert text[1].split() == ["slot", "CP1", "CP2", "CP3", "CP4", "CP5", "command"]
    rows = text[2:11]
    assert rows[0].split()[1:11] == ["●", "3.CP2"] * 5
    assert rows[-1].split()[:8] == ["▌", "143", "○", "3.CP2", "○", "3.CP2", "·", "·"], rows


def test_a_slot_in_full_tells_who_what_and_when() -> None:
    """Ballots with their votes, who chose it, who knows it since when, fields, answer."""
    text = "\n".join(line.plain.rstrip() for line in detail(full(12), 110, wide=True))
    assert "Proposed “no-op” by CP1 in ballot 2.CP1 at 00:11.991\n" in text
    assert "by CP2 in ballot 3.CP2 at 00:12.000 for CP1, as its command 23" in text
    assert "Accepted in it by CP1 at 00:11.992" in text
    assert "Chosen in ballot 3.CP2 at 00:12.002 by CP2, CP1, CP3: 3 of 5 choose" in text
    assert " CP4   ● applied   3.CP2  accepted 00:12.000  snapshot 00:12.000" in text
    assert " CP5   ● applied   3.CP2  accepted 00:12.000  applied 00:12.000  ✗ its disk" in text
    assert " transactionId 3\n" in text
    assert "55586ec11f7af985d9789f83e2095b01" * 2 in text
    assert " answer: it was applied here\n status Accepted" in text


def test_of_many_cps_those_with_nothing_of_their_own_are_counted() -> None:
    """By state; all of them where all is wanted."""
    learns = attrs.evolve(full(12).knows[1], ballot="", accepted_us=None)
    others = [attrs.evolve(learns, cp=f"CP{n}", applied_us=13 * S + n) for n in range(6, 101)]
    it = attrs.evolve(full(12), knows=(*full(12).knows, *others))
    text = "\n".join(line.plain.rstrip() for line in detail(it, 80))
    assert "95 others ● applied, the last at 00:13.000" in text
    assert "CP5 " in text
    assert "CP77" not in text
    every = "\n".join(line.plain.rstrip() for line in detail(it, 80, wide=True, every=True))
    assert "CP77  ● applied    applied 00:13.000" in every
    assert "others" not in every


def test_what_is_not_known_is_said_to_be_so() -> None:
    """Instead of a time that nobody has written down."""
    bare = attrs.evolve(full(12), choosers=(), chosen_us=None, proposals=(), verdict="")
    text = "\n".join(line.plain for line in detail(bare, 80))
    assert "From CP1, as its command 23; who proposed it is not known" in text
    assert "Chosen in ballot 3.CP2; whose votes these were is not remembered" in text
    assert "answer" not in text
    old = attrs.evolve(full(12).proposals[1], at_us=None)
    text = "\n".join(line.plain for line in detail(attrs.evolve(bare, proposals=(old,)), 120))
    assert "in ballot 3.CP2 at a time that is not remembered" in text


@pytest.mark.parametrize("width", [20, 40, 80, 149, 150, 200, 300])
@pytest.mark.parametrize("height", [3, 8, 22, 56])
@pytest.mark.parametrize("count", [1, 5, 100])
def test_it_fits_any_room(width: int, height: int, count: int) -> None:
    """List and detail, below or beside; not one cell too many."""
    view = sample.view(count)
    place = slots.lay(view, (width, height), count // 2)
    table = seen_as(slots_window(place), count)
    text = drawn(table, (width, height), count)
    assert text
    assert place.beside == (width >= 150)


def test_with_many_cps_ballots_have_a_column_and_cps_scroll() -> None:
    """No cell has room for its own then."""
    view = sample.view(100)
    place = slots.lay(view, (80, 22), 30)
    assert place.ballot
    assert place.first_cp == 30
    text = drawn(seen_as(slots_window(slots.lay(view, (80, 22), 0)), 100), count=100)
    assert "CPs more)" in text[1]
    assert "3.CP2" in text[3]


def test_marks_stand_at_matches_where_nothing_is_hidden() -> None:
    """By a sign, not by colour alone."""
    table = made(text="meter", hides=False)
    rows = [line for line in drawn(table, hides=False) if "MeterValues" in line[40:]]
    assert [line[1] == "›" for line in rows[:6]] == [int(line[2:6]) % 3 == 0 for line in rows[:6]]
    assert not any("›" in line for line in drawn(table, hides=True))


def test_a_search_that_goes_on_says_how_far_it_is() -> None:
    """And an empty result says whether it is the last word."""
    table = attrs.evolve(made(text="meter"), searched_to=77)
    assert "searched down to 77" in drawn(table, (120, 22))[0]
    nothing = attrs.evolve(table, rows=(), detail=None)
    assert "the search goes on" in drawn(nothing)[2]
    assert "No slot fits" in drawn(attrs.evolve(nothing, searched_to=1))[2]


# --- pictures --------------------------------------------------------------------------------


class Steady(Pinned):
    """A run whose log is made by hand: it changes with every change of the protocol."""

    def view(self, window: Window = Window()) -> View:  # noqa: B008 (frozen)
        """The view, with a pinned log."""
        seen = super().view(attrs.evolve(window, slots=None))
        if window.slots is None:
            return seen
        return attrs.evolve(seen, log_last=LAST, slots=seen_as(window.slots))


def steady() -> Session:
    """The troubled network, with that log."""
    session = troubled()
    session.__class__ = Steady
    return session


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("theme", [DARK.name, LIGHT.name])
def test_panel(snap_compare: Callable[..., bool], size: tuple[int, int], theme: str) -> None:
    """The end of the log, with the newest slot in full."""
    app = app_on(steady(), theme)
    assert snap_compare(app, press=["L"], terminal_size=size, run_before=settle)


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
def test_filtered(snap_compare: Callable[..., bool], size: tuple[int, int]) -> None:
    """While a filter is typed, and matches are marked."""
    press = ["L", "m", "slash", *"meter"]
    assert snap_compare(app_on(steady()), press=press, terminal_size=size, run_before=settle)


def test_whole(snap_compare: Callable[..., bool]) -> None:
    """One slot in full."""
    app = app_on(steady())
    assert snap_compare(app, press=["L", "up", "tab"], terminal_size=(80, 24), run_before=settle)
