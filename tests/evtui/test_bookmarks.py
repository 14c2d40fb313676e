"""Bookmarks: named anew, taken away, and kept with the session."""

from pathlib import Path

import pytest

from evtui.app import EvtuiApp
from evtui.opening import app_of_kept
from evtui.screens.bookmarks import BookmarksPanel
from evtui.screens.network import NetworkScreen
from evtui.session_replay import read_kept
from scenarios.errors import InputError, ScenarioError
from scenarios.session_file import keep, read_log, to_log
from scenarios.timeline import Timeline
from tests.evtui.test_travel import app_at, press, text_of

S = 1_000_000


def body(app: EvtuiApp) -> str:
    """What the panel says."""
    return "\n".join(line.plain for line in app.screen.query_one("Body")._lines)


def keys_line(app: EvtuiApp) -> str:
    """Which keys the panel says there are."""
    return str(app.screen.query_one("#panel-keys").render())  # type: ignore[attr-defined]


def names(app: EvtuiApp) -> list[str]:
    """Of all bookmarks."""
    return [it.name for it in app.timeline.bookmarks]


async def test_r_gives_a_bookmark_another_name() -> None:
    """Enter takes what was typed, Esc and nothing leave the old one; letters are typed as such."""
    app = app_at(30 * S)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "b", "left_square_bracket", "b", "B")
        await press(pilot, "up", "r", *["backspace"] * 20, *"bad dq B".replace(" ", "_"), "enter")
        assert names(app) == ["bad_dq_B", "bookmark 2"]
        assert isinstance(app.screen, BookmarksPanel)
        assert "bad_dq_B" in body(app)
        await press(pilot, "r", "x", "escape")
        assert isinstance(app.screen, BookmarksPanel)
        await press(pilot, "r", *["backspace"] * 20, "space", "enter")
        assert names(app) == ["bad_dq_B", "bookmark 2"]
        await press(pilot, "enter")
        assert isinstance(app.screen, NetworkScreen)
        assert app.timeline.time_us == 30 * S


async def test_d_pressed_twice_takes_a_bookmark_away() -> None:
    """Once only asks; another key keeps it; the last one may go, too."""
    app = app_at(30 * S)
    async with app.run_test(size=(80, 24)) as pilot:
        for _ in range(3):
            await press(pilot, "b", "left_square_bracket")
        digest = app.timeline.session.whole.digest()
        await press(pilot, "B", "d")
        assert "d once more deletes “bookmark 3”" in keys_line(app)
        await press(pilot, "up", "d", "escape", "d")
        assert len(names(app)) == 3
        await press(pilot, "d")
        assert names(app) == ["bookmark 1", "bookmark 3"]
        await press(pilot, *["d"] * 4)
        assert names(app) == []
        assert "none yet" in body(app)
        await press(pilot, "d", "r", "enter", "up", "escape")
        assert isinstance(app.screen, NetworkScreen)
        assert app.timeline.session.whole.digest() == digest


async def test_only_those_of_the_branch_that_is_shown_are_meant() -> None:
    """The list has no others, so none of them can go by mistake."""
    app = app_at(60 * S)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "b", *["left_square_bracket"] * 2, "k", "b", "B", "d", "d")
        assert [(it.branch, it.name) for it in app.timeline.bookmarks] == [(1, "bookmark 1")]


async def test_what_was_set_before_a_branch_is_in_its_list_and_on_its_line() -> None:
    """Enter shows it in the branch that is shown; r and d mean the right one."""
    app = app_at(60 * S)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "left_square_bracket", "b", "right_square_bracket", "b")
        await press(pilot, "k", "right_square_bracket", "b", "z", "b")
        assert "◆" in text_of(app)
        await press(pilot, "B")
        assert [it in body(app) for it in names(app)] == [True, True, False, True]
        await press(pilot, "up", "d", "d", "up", "r", "end", "x", "enter")
        assert names(app) == ["bookmark 1x", "bookmark 3", "bookmark 4"]
        number = app.timeline.number
        await press(pilot, "enter")
        assert (app.timeline.number, app.timeline.time_us) == (number, 50 * S)


@pytest.mark.parametrize(
    "key", ["x", "up", "escape", "space", "f5", "enter", "r", "colon", "ctrl+p"]
)
async def test_any_other_key_keeps_a_bookmark(key: str) -> None:
    """Also one that means nothing here: d asks again after it."""
    app = app_at(60 * S)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "b", "B", "d", key)
        if key == "enter":
            await press(pilot, "B")
        elif key in ("r", "colon", "ctrl+p"):  # a name is asked for, or the palette is open
            await press(pilot, "escape")
        assert isinstance(app.screen, BookmarksPanel)
        assert keys_line(app) == BookmarksPanel.KEYS
        await press(pilot, "d")
        assert keys_line(app).startswith("d once more deletes")
        assert names(app) == ["bookmark 1"]
        await press(pilot, "delete")
        assert names(app) == []
        assert keys_line(app) == BookmarksPanel.KEYS


async def test_a_long_list_scrolls() -> None:
    """The one under the cursor is seen."""
    app = app_at(60 * S)
    for number in range(40):
        app.timeline.go(number * S)
        app.timeline.bookmark()
    app.take_picture()
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "B")
        assert "bookmark 40" in body(app)
        assert "bookmark 1\n" not in body(app).replace(" \n", "\n")
        await press(pilot, *["up"] * 39)
        assert "▌◆ 00:00.000" in body(app)
        await press(pilot, *["down"] * 30, "enter")
        assert app.timeline.time_us == 30 * S


async def test_bookmarks_are_kept_with_the_session(tmp_path: Path) -> None:
    """In the log, with their branches and places; and there again when it is opened."""
    app = app_at(40 * S, tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "b", "left_square_bracket", "k", "b", "s")
    app.timeline.rename(app.timeline.bookmarks[1], 'a "quoted" — name')
    path = tmp_path / "named.log"
    path.write_text(to_log(keep(app.timeline)), encoding="utf-8")
    kept = read_kept(str(path))
    assert list(kept.bookmarks) == app.timeline.bookmarks
    assert to_log(kept) == path.read_text(encoding="utf-8")
    again = app_of_kept(kept)
    assert again.timeline.bookmarks == app.timeline.bookmarks
    again.timeline.visit(again.timeline.bookmarks[1])
    app.timeline.visit(app.timeline.bookmarks[1])
    assert again.timeline.session.whole.digest() == app.timeline.session.whole.digest()
    assert "bookmark" in (tmp_path / "ten-minutes-1.log").read_text(encoding="utf-8")


def line_with_bookmark() -> tuple[Timeline, str]:
    """A session with one bookmark, and its log."""
    line = app_at(20 * S).timeline
    line.bookmark("here")
    return line, to_log(keep(line))


@pytest.mark.parametrize(
    ("old", "new", "allowed"),
    [
        ("bookmark 1", "bookmark 2", "a bookmark of a branch that stands before it"),
        ("at 20.000000", "at 21.000000", "no later than its end"),
        ("acted 0", "acted 1", "no later than its end"),
        ('"here"', '""', "a name in quotes"),
        ('"here"', '"a\\u0007b"', "a name in quotes"),
        ('"here"', '"' + "x" * 61 + '"', "of 1 to 60 characters"),
        ('"here"', '"he"re"', "a name in quotes"),
        ('"here"', "here", "a bookmark, a breakpoint, or"),
    ],
)
def test_a_damaged_bookmark_is_told(old: str, new: str, allowed: str) -> None:
    """With the line, what was found and what is allowed."""
    _, text = line_with_bookmark()
    head, mark, tail = text.partition("\nbookmark")
    assert old in mark + tail
    damaged = head + (mark + tail).replace(old, new, 1)
    with pytest.raises(ScenarioError) as told:
        read_log(damaged, "it.log")
    number = head.count("\n") + 2
    assert str(told.value).startswith(f"it.log:{number}: session: found")
    assert allowed in str(told.value)


def test_names_are_checked() -> None:
    """1 to 60 characters that can be seen, blanks around them left out."""
    line, _ = line_with_bookmark()
    for wrong in ("", "  ", "x" * 61, "a\nb"):
        with pytest.raises(InputError, match="1 to 60 characters"):
            line.rename(line.bookmarks[0], wrong)
    assert line.rename(line.bookmarks[0], "  x ").name == "x"
    assert [it.name for it in line.bookmarks] == ["x"]


def test_a_log_without_bookmarks_is_as_it_was() -> None:
    """Older logs are read, and none gets a line more."""
    line = app_at(20 * S).timeline
    text = to_log(keep(line))
    assert "bookmark" not in text.split("\nbranch 1")[1]
    assert read_log(text, "it.log").bookmarks == ()
