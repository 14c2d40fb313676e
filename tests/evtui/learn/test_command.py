"""``evtui learn``: the list, one lesson as JSON, forgetting, and what is refused."""

import json
from pathlib import Path

import pytest

from evtui.cli import main
from evtui.errors import UsageError
from evtui.keys.catalogue import catalogue
from evtui.keys.keymap import effective
from evtui.learn.checking import check, views
from evtui.learn.chooser import Chooser
from evtui.learn.opening import after
from evtui.learn.progress import FILE, Store
from evtui.settings.force import Settings
from scenarios.lessons.library import find, lessons
from tests.evtui.learn.test_progress import WAY
from tests.evtui.walk import text_of


def out(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a command prints; it ends as expected."""
    assert main(["learn", *arguments]) == 0
    found = capsys.readouterr()
    assert found.err == ""
    return found.out


@pytest.mark.parametrize("option", [["--list"], []], ids=["list", "no terminal"])
def test_the_list(
    option: list[str], own_data_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each lesson in its order; done ones have a tick, of a begun one it says what comes next."""
    Store().finish("ballots")
    Store().leave("elections", WAY)
    rows = out(capsys, *option).splitlines()
    assert len(rows) == 13
    assert rows[0] == "✓  1  ballots       What a ballot is"
    assert rows[1] == "   2  slots         Accepted, chosen, applied"
    assert rows[2] == "…  3  elections     The leader crashes (step 3 of 6 comes next)"
    assert rows[-1] == "1 of 12 done; evtui learn NAME opens one"


@pytest.mark.parametrize("name", ["3", "elections"])
def test_the_list_of_one(
    name: str, own_data_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The line of the lesson that is named, and no other."""
    Store().leave("elections", WAY)
    told = "…  3  elections  The leader crashes (step 3 of 6 comes next)\n"
    assert out(capsys, name, "--list") == told


def test_the_list_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    """Number, name, title, goal, steps, and how far it was done."""
    Store().leave("elections", WAY)
    rows = json.loads(out(capsys, "--json"))
    assert [row["number"] for row in rows] == list(range(1, 13))
    assert rows[2]["state"] == "begun"
    assert rows[2]["next_step"] == 3
    assert (rows[0]["state"], rows[0]["next_step"], rows[0]["done"]) == ("new", None, False)
    assert all(row["goal"] for row in rows)


@pytest.mark.parametrize("name", ["3", "elections"])
def test_one_lesson_as_json(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """By number or name, with its texts."""
    found = json.loads(out(capsys, name, "--json"))
    assert found["name"] == "elections"
    assert len(found["texts"]) == found["steps"] == 6
    assert "{key:kill}" in found["texts"][2]["do"]


def test_reset(own_data_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One lesson, or all."""
    for name in ("ballots", "slots"):
        Store().finish(name)
    assert out(capsys, "ballots", "--reset") == "forgotten: what was done of ballots\n"
    assert (Store().done("ballots"), Store().done("slots")) == (False, True)
    out(capsys, "--reset")
    assert not Store().done("slots")


def test_listing_writes_nothing(own_data_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Who only looks leaves no file behind."""
    out(capsys, "--list")
    out(capsys, "--json")
    assert not own_data_folder.exists()


def test_a_broken_file_is_one_line(
    own_data_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On standard error; the list comes all the same."""
    own_data_folder.mkdir()
    (own_data_folder / FILE).write_text("{", encoding="utf-8")
    assert main(["learn", "--list"]) == 0
    found = capsys.readouterr()
    assert found.err.count("\n") == 1
    assert "begins afresh" in found.err
    assert found.out.endswith("0 of 12 done; evtui learn NAME opens one\n")


REFUSED = [
    (["nosuch"], 'lesson: found "nosuch"; allowed 1 to 12, ballots, '),
    (["election"], 'did you mean "elections"?'),
    (["13"], 'lesson: found "13"'),
    (["0"], 'lesson: found "0"'),
    (["ten-minutes.toml"], "found no such file"),
    (["elections"], "a lesson needs a terminal"),
    (["elections", "--speed", "0"], '--speed: found "0"'),
    (["elections", "more"], 'found "more"'),
]


@pytest.mark.parametrize(("arguments", "words"), REFUSED, ids=lambda it: " ".join(it[:2]))
def test_what_is_refused(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With exit code 2, and a sentence."""
    assert main(["learn", *arguments]) == 2
    found = capsys.readouterr()
    assert words in found.err
    assert found.out == ""


def test_a_scenario_without_a_lesson_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that is a scenario and nothing more."""
    file = tmp_path / "plain.toml"
    file.write_text('duration = "5s"\ncps = 3\n', encoding="utf-8")
    assert main(["learn", str(file), "--json"]) == 2
    assert "found no [lesson]; allowed a lesson file" in capsys.readouterr().err


def test_a_lesson_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file with a lesson is one like any other, but nothing comes after it."""
    file = tmp_path / "own.toml"
    file.write_text(
        'duration = "5s"\ncps = 3\n[lesson]\nnumber = 3\ntitle = "Mine"\n'
        '[[step]]\nsay = "Wait."\ndo = "Wait."\ndone = [{ leader = "any" }]\n',
        encoding="utf-8",
    )
    found = json.loads(out(capsys, str(file), "--json"))
    assert (found["name"], found["title"], found["steps"]) == ("own", "Mine", 1)
    assert after(find(str(file))) is None


def test_what_comes_after() -> None:
    """The next by number; nothing after the last."""
    found = lessons()
    assert after(found[0]) == found[1]
    assert after(found[-1]) is None


async def test_the_chooser(own_data_folder: Path) -> None:
    """It stands at what was begun; keys move, Enter opens, Esc leaves."""
    Store().finish("ballots")
    Store().leave("elections", WAY)
    app = Chooser(lessons(), Store())
    async with app.run_test(size=(80, 24)) as pilot:
        assert app.cursor == 2
        await pilot.press("up", "up", "up")
        assert app.cursor == 0
        await pilot.press("end", "enter")
    assert app.return_value is not None
    assert app.return_value.name == "power"
    app = Chooser(lessons(), Store())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.click("Choice", offset=(5, 6))
        assert app.cursor == 4
        await pilot.press("escape")
    assert app.return_value is None


async def test_the_chooser_follows_the_settings(own_data_folder: Path) -> None:
    """Theme, ASCII, keys, and what was wrong with them; a terminal that is too small is told."""
    settings = Settings(
        theme="evtui-light", ascii=True, keys={"lessons_open": ("f5",)}, problems=("line 3: no",)
    )
    app = Chooser(lessons(), Store(), settings)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert app.theme == "evtui-light"
        text = text_of(app)
        assert text.isascii()
        assert [it.message for it in app._notifications] == ["line 3: no"]
        assert "F5 opens" in app.lines(80, 24)[-1].plain
        await pilot.resize_terminal(30, 8)
        await pilot.pause()
        assert "30x8 is too small" in text_of(app)
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        await pilot.press("enter")
        assert app.return_value is None
        await pilot.press("f5")
    assert app.return_value is not None


def test_who_rebinds_quit_leaves_the_list_with_it() -> None:
    """One action, one key; Esc leaves as ever."""
    found = effective(catalogue(), {"quit": ("Q",)})
    assert found["lessons_quit"] == ("Q", "escape")


@pytest.mark.parametrize("size", [(80, 24), (40, 10), (200, 60)])
async def test_the_chooser_at_any_size(size: tuple[int, int], own_data_folder: Path) -> None:
    """The chosen row and the keys are seen, and each line is as wide as the terminal."""
    app = Chooser(lessons(), Store())
    async with app.run_test(size=size) as pilot:
        await pilot.press("end")
        lines = app.lines(*size)
        assert len(lines) == size[1]
        assert all(line.width == size[0] for line in lines if line.spans)
        assert any(line.ground == "selected" and "12" in line.plain for line in lines)
        assert "Enter opens" in lines[-1].plain


def test_every_lesson_names_what_the_app_has() -> None:
    """Keys and views."""
    for scenario in lessons():
        check(scenario)
    assert {"messages", "log", "links", "why", "invariants", "branches", "driver"} <= set(views())


def test_a_lesson_that_names_something_else_is_refused(tmp_path: Path) -> None:
    """Each of it, with what was meant."""
    file = tmp_path / "own.toml"
    file.write_text(
        'duration = "5s"\ncps = 3\n[lesson]\nnumber = 3\ntitle = "Mine"\n[[step]]\nsay = "Wait."\n'
        'do = "Press {key:puase}."\ndone = [{ leader = "any" }, { opened = "mesages" }]\n'
        'spoils = [{ opened = "nothing", say = "{key:h}" }]\n',
        encoding="utf-8",
    )
    with pytest.raises(UsageError) as refused:
        check(find(str(file)))
    first, second, third, fourth = refused.value.problems
    assert first.startswith(f'{file}: step[0].do: found "puase"; allowed the id of an action: ')
    assert first.endswith('did you mean "pause"?')
    assert 'step[0].spoils[0].say: found "h"' in second
    assert third.startswith(
        f'{file}: step[0].done[1].opened: found "mesages"; allowed act, analytics'
    )
    assert third.endswith('did you mean "messages"?')
    assert 'step[0].spoils[0].opened: found "nothing"' in fourth
