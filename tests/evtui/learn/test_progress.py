"""What was learned is kept, found again, and never in the way."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from evtui.learn.progress import FILE, Store, Way, data_folder
from scenarios.checkpoints import Place
from scenarios.journal import Input
from scenarios.lessons.library import find, key_of, lessons
from tests.evtui.learn.playing import RUN, app_of, play, press
from tests.evtui.learn.plays import PLAYS

WAY = Way(
    2,
    Place(120, 2, 9_000_000),
    (
        Input(8_000_000, 100, "partition", {"groups": (("CP1",), ("CP2", "CP3"))}),
        Input(8_500_000, 110, "clock_drift", {"cp": "CP1", "drift_ppm": 10_000}),
    ),
    "0" * 32,
    {"old": "CP3"},
    "CP2",
)


def test_a_way_comes_back_as_it_was(tmp_path: Path) -> None:
    """Step, place, inputs with their groups, what was kept."""
    store = Store(tmp_path)
    assert store.leave("elections", WAY) == ""
    again = Store(tmp_path)
    assert again.warning == ""
    assert again.way("elections") == WAY
    assert not again.done("elections")
    assert again.way("ballots") is None


def test_who_begins_a_done_lesson_again_has_done_it(tmp_path: Path) -> None:
    """It is done to its end once; what is begun afterwards takes nothing away."""
    store = Store(tmp_path)
    store.finish("elections")
    store.leave("elections", WAY)
    assert store.done("elections")
    assert store.way("elections") == WAY
    store.forget("elections")
    assert (store.done("elections"), store.way("elections")) == (True, None)
    store.finish("ballots")
    store.reset("elections")
    again = Store(tmp_path)
    assert (again.done("elections"), again.done("ballots")) == (False, True)
    again.forget()
    assert not Store(tmp_path).done("ballots")


def test_two_terminals_take_nothing_from_each_other(tmp_path: Path) -> None:
    """Each had read the file before the other wrote; both lessons are kept, and a reset is, too."""
    first, second = Store(tmp_path), Store(tmp_path)
    first.finish("holes")
    second.leave("snapshots", WAY)
    first.leave("ballots", WAY)
    again = Store(tmp_path)
    assert again.done("holes")
    assert (again.way("snapshots"), again.way("ballots")) == (WAY, WAY)
    first.reset("snapshots")
    second.finish("slots")
    assert Store(tmp_path).way("snapshots") is None
    second.renew()
    assert second.done("holes")


def test_a_change_waits_for_another(tmp_path: Path) -> None:
    """Many processes, each with a lesson of its own: none is lost."""
    code = "import sys; from pathlib import Path; from evtui.learn.progress import Store\n"
    code += "for n in range(20): Store(Path(sys.argv[1])).finish(f'{sys.argv[2]}-{n}')"
    running = [subprocess.Popen([sys.executable, "-c", code, tmp_path, str(n)]) for n in range(3)]
    assert [process.wait() for process in running] == [0, 0, 0]
    found = Store(tmp_path)
    assert all(found.done(f"{process}-{n}") for process in range(3) for n in range(20))


def test_a_file_that_breaks_meanwhile_takes_nothing(tmp_path: Path) -> None:
    """What was read of it before is kept."""
    store = Store(tmp_path)
    store.finish("holes")
    (tmp_path / FILE).write_text("{", encoding="utf-8")
    store.renew()
    assert store.done("holes")
    store.finish("slots")
    again = Store(tmp_path)
    assert (again.done("holes"), again.done("slots")) == (True, True)


def test_what_was_put_aside_stays(tmp_path: Path) -> None:
    """A second broken file does not take the place of the first."""
    file = tmp_path / FILE
    for text in ("first", "second", "third"):
        file.write_text(text, encoding="utf-8")
        Store(tmp_path).finish("ballots")
    aside = [file.with_suffix(f".broken{n}").read_text(encoding="utf-8") for n in ("", "2", "3")]
    assert aside == ["first", "second", "third"]


async def test_a_lesson_of_ones_own_is_kept_by_its_path(
    own_data_folder: Path, tmp_path: Path
) -> None:
    """One that has the name of a lesson of the course leaves that as it was."""
    text = 'name = "{}"\nduration = "9s"\ncps = 3\n[lesson]\nnumber = 8\ntitle = "Mine"\n'
    text += '[[step]]\nsay = "S."\ndo = "D."\ndone = [{{ leader = "any" }}]\n'
    file = tmp_path / "own.toml"
    file.write_text(text.format("holes"), encoding="utf-8")
    app = app_of(str(file), own_data_folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await play(app, pilot, [(RUN,)])
    store = Store(own_data_folder)
    assert not store.done("holes")
    assert store.done(key_of(find(str(file))))
    assert [key_of(it) for it in lessons()] == [it.name for it in lessons()]


def test_the_folder_is_named_by_the_environment(own_data_folder: Path) -> None:
    """Else it is the platform's."""
    assert data_folder() == own_data_folder
    assert Store().path == own_data_folder / FILE


def test_without_the_variable_it_is_the_platforms(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the user's data folder, by the program's name; nothing is written by asking."""
    monkeypatch.delenv("EVTUI_DATA_DIR")
    assert data_folder().name == "evtui"


BROKEN = [
    (b"{", "no JSON"),
    (b"\xff\xfe", "no JSON"),
    (b"[]", "another format"),
    (b'{"format": 2, "lessons": {}}', "another format"),
    (b'{"format": 1, "lessons": []}', "found no lesson"),
    (b'{"format": 1, "lessons": {"x": 3}}', '"x": found no lesson'),
    (b'{"format": 1, "lessons": {"x": {"done": "yes"}}}', '"x": found no lesson'),
    (b'{"format": 1, "lessons": {"x": {"way": {"step": 1}}}}', '"x": found no lesson'),
    (b"[" * 100_000, "no JSON"),
    (b" " * 5_000_000, "more than 4 MiB"),
]


@pytest.mark.parametrize(("text", "why"), BROKEN, ids=[str(n) for n in range(len(BROKEN))])
def test_a_broken_file_is_told_of_and_begun_afresh(text: bytes, why: str, tmp_path: Path) -> None:
    """In one line that names it; what was in it stands beside the new one."""
    file = tmp_path / FILE
    file.write_bytes(text)
    store = Store(tmp_path)
    assert store.warning.startswith(f"{file}: ")
    assert why in store.warning
    assert "\n" not in store.warning
    assert not store.done("x")
    assert store.finish("ballots") == ""
    assert Store(tmp_path).done("ballots")
    assert Store(tmp_path).warning == ""
    assert file.with_suffix(".broken").read_bytes() == text


@pytest.mark.parametrize(
    "change",
    [
        {"step": -1},
        {"step": True},
        {"place": [1, 2]},
        {"place": "abc"},
        {"inputs": [[1, 2, "no_verb", {}]]},
        {"inputs": [[1, 2, "heal", []]]},
        {"inputs": [[1, 2, "heal"]]},
        {"digest": 7},
        {"kept": {"old": 3}},
        {"kept": []},
        {"selected": None},
    ],
    ids=str,
)
def test_a_damaged_way_is_found(change: dict[str, object], tmp_path: Path) -> None:
    """Field by field, before anything is run by it."""
    Store(tmp_path).leave("elections", WAY)
    file = tmp_path / FILE
    kept = json.loads(file.read_text(encoding="utf-8"))
    kept["lessons"]["elections"]["way"] |= change
    file.write_text(json.dumps(kept), encoding="utf-8")
    assert '"elections": found no lesson' in Store(tmp_path).warning


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    """The folder is a file."""
    folder = tmp_path / "file"
    folder.write_text("", encoding="utf-8")
    refused = Store(folder).finish("ballots")
    assert refused.startswith("Not kept: ")
    assert str(folder) in refused


async def test_a_lesson_goes_on_where_it_was_left(own_data_folder: Path) -> None:
    """At the beginning of the next step: the same instant, the same facts, the same selection."""
    steps = PLAYS["elections"]
    app = app_of("elections", own_data_folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await play(app, pilot, steps[:3])
        old = app.tutor.began.facts["old"]
        place, digest = app.timeline.place, app.timeline.session.whole.digest()
    again = app_of("elections", own_data_folder)
    async with again.run_test(size=(80, 24)) as pilot:
        assert again.tutor.index == 3
        assert again.tutor.began.facts["old"] == old
        assert (again.timeline.place, again.timeline.session.whole.digest()) == (place, digest)
        assert again.selected == old
        await play(again, pilot, steps[3:], at=3)
        assert again.tutor.complete


async def test_who_goes_on_cannot_go_farther_back_than_there(own_data_folder: Path) -> None:
    """What was done in steps before is not known step by step: the lesson can be begun anew."""
    app = app_of("elections", own_data_folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await play(app, pilot, PLAYS["elections"][:2])
    again = app_of("elections", own_data_folder)
    async with again.run_test(size=(80, 24)) as pilot:
        assert ("E", "anew") not in again.menu()
        await press(again, pilot, "R")
        assert again.tutor.index == 2
        await press(again, pilot, "@follower", "k")
        assert again.tutor.spoiled
        assert ("E", "anew") in again.menu()
        await press(again, pilot, "R", "@follower", "k", "E", "E")
        assert (again.tutor.index, again.controls.time_us) == (0, 0)


async def test_a_lesson_that_has_changed_begins_anew(own_data_folder: Path) -> None:
    """Another digest, or a step that is not there any more."""
    app = app_of("elections", own_data_folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await play(app, pilot, PLAYS["elections"][:2])
    way = Store(own_data_folder).way("elections")
    assert way is not None
    Store(own_data_folder).leave(
        "elections", Way(2, way.place, way.inputs, "f" * 32, way.kept, way.selected)
    )
    again = app_of("elections", own_data_folder)
    async with again.run_test(size=(80, 24)) as pilot:
        assert again.tutor.index == 0
        assert "begins anew" in again.warning
        await play(again, pilot, PLAYS["elections"])
        assert again.tutor.complete
    Store(own_data_folder).leave("elections", Way(99, way.place, way.inputs, way.digest))
    assert app_of("elections", own_data_folder).tutor.index == 0


async def test_anew_asks_twice(own_data_folder: Path) -> None:
    """The first press says so; the second goes to the first step, and what was kept is gone."""
    app = app_of("elections", own_data_folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await play(app, pilot, PLAYS["elections"][:2])
        await press(app, pilot, "n", "E")
        assert app.tutor.index == 2
        await press(app, pilot, "E")
        assert app.tutor.index == 0
        assert app.controls.time_us == 0
        assert Store(own_data_folder).way("elections") is None
        await play(app, pilot, PLAYS["elections"])
        assert app.tutor.complete
