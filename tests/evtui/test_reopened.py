"""Kept sessions opened once more: the same values from both files, damage told, lies not shown."""

from pathlib import Path

import pytest

from evtui.app import EvtuiApp
from evtui.cli import main
from evtui.opening import app_of, app_of_kept
from evtui.options import Watching
from scenarios.errors import ScenarioError
from scenarios.loader import load, loads
from scenarios.session import Session
from scenarios.session_file import keep, read_log, replay, to_log
from scenarios.timeline import Timeline
from scenarios.writer import to_toml

S = 1_000_000


def session() -> tuple[str, str]:
    """A session with a partition, as a log and as a scenario."""
    line = Timeline(Session(load("ten-minutes")))
    line.run(30 * S, 10**6)
    line.act("partition", groups=(("CP1", "CP2", "CP4", "CP5"), ("CP3",)))
    line.act("crash", cp="CP1")
    line.run(40 * S, 10**6)
    kept = keep(line)
    return to_log(kept), to_toml(kept.only(1))


def test_both_files_say_the_same() -> None:
    """Groups, too: what is read of the log is what is read of the scenario."""
    log, toml = session()
    kept, scenario = read_log(log, "x.log"), loads(toml, "x.toml")
    said = [(it.t_us, it.after, it.verb, it.args) for it in kept.only(1).inputs]
    assert said == [(it.t_us, it.after, it.verb, it.args) for it in scenario.inputs]
    assert to_log(read_log(log, "x.log")) == log
    assert read_log(log.replace("\n", "\r\n"), "x.log") == kept


async def test_what_was_reopened_is_kept_again(tmp_path: Path) -> None:
    """From the log of a session with a partition."""
    log, _ = session()
    app = app_of_kept(read_log(log, "x.log"))
    app.folder = tmp_path
    async with app.run_test() as pilot:
        await pilot.press("s")
        await pilot.pause()
    (again,) = tmp_path.glob("*.log")
    assert again.read_text(encoding="utf-8") == log
    (toml,) = tmp_path.glob("*.toml")
    assert replay(loads(toml.read_text(encoding="utf-8"), "x")).same


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"cp": "CP1"', '"cp": "CP9"', 'x.log:{}: session: cp: found "CP9", which is no charge'),
        ('["CP3"]', "7777", "allowed arguments of the right kinds"),
        ('crash {"cp": "CP1"}', 'crash {"cp": ["CP1"]}', "session: cp: found"),
        ('crash {"cp": "CP1"}', "crash {}", "session: cp: "),
    ],
)
def test_a_damaged_input_is_told(old: str, new: str, told: str) -> None:
    """With file and line, what was found and what is allowed."""
    log, _ = session()
    assert old in log
    damaged = log.replace(old, new)
    with pytest.raises(ScenarioError) as error:
        read_log(damaged, "x.log")
    (problem,) = error.value.problems
    number = next(n for n, line in enumerate(damaged.split("\n"), 1) if new in line)
    assert problem.startswith(f"x.log:{number}: session: ")
    assert told.format(number).removeprefix("x.log:") in problem


def app_on(text: str, *, log: bool) -> EvtuiApp:
    """The app that opens it."""
    return app_of_kept(read_log(text, "x.log")) if log else app_of(loads(text, "x.toml"), None)


@pytest.mark.parametrize("log", [True, False])
async def test_another_run_is_not_shown_as_the_one_that_was_kept(log: bool) -> None:
    """What the file says of its digest is held against the run."""
    text = session()[not log]
    digest = loads(session()[1], "x").saved
    assert digest is not None
    for now, warned in ((text, False), (text.replace(digest.digest, "0" * 32), True)):
        app = app_on(now, log=log)
        async with app.run_test() as pilot:
            await pilot.pause()
            told = [it.message for it in app._notifications]
        assert any("another run" in it for it in told) is warned


def test_no_run_goes_beyond_its_end() -> None:
    """A saved time that was never come to is another run."""
    _, toml = session()
    later = loads(toml.replace('until = "40s"', 'until = "9m"'), "x.toml")
    assert later.saved is not None
    assert later.saved.until_us == 540 * S
    assert not replay(later).same
    assert replay(loads(toml, "x.toml")).same


def test_a_kept_session_has_its_seed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Another would be another run."""
    log, toml = session()
    for name, text in (("x.log", log), ("x.toml", toml)):
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        assert main([str(file), "--seed", "5"]) == 2
        found = capsys.readouterr().err
        assert found == "evtui: --seed: found 5; a saved session has a seed of its own\n"
    assert main([str(tmp_path / "x.log")]) == 2
    assert "evtui replay " in capsys.readouterr().err


def test_an_app_that_fails_is_no_success(monkeypatch: pytest.MonkeyPatch) -> None:
    """Textual's own exit code counts where the app has none."""
    from evtui import opening

    class Failing:
        return_code = 1
        rescue = None

        def run(self) -> None:
            """Ends without a result."""

    monkeypatch.setattr(opening, "app_of", lambda *_: Failing())
    assert opening.run_app(load("ten-minutes"), Watching()) == 1
