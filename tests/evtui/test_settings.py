"""The file of settings: whatever stands in it, the app starts, and says what is wrong."""

import io
import json
import os
from pathlib import Path

import jsonschema
import pytest
from textual._xterm_parser import XTermParser
from textual.events import Key

from evtui.cli import main
from evtui.keys.catalogue import catalogue
from evtui.keys.names import known, printed, shown, why_not
from evtui.settings.command import example
from evtui.settings.fields import FIELDS
from evtui.settings.file import read_file, read_text
from evtui.settings.force import MOTION, THEME, Settings, can_draw, resolve
from evtui.settings.place import NAME, VARIABLE, settings_file
from evtui.settings.schema import FILE, schema
from tools.keys_docs import files

WHOLE = """\
theme = "evtui-light"
speed = "max"
ascii = true
reduced_motion = true
start_paused = true
confirm_quit = false
[keys]
pause = "f5"
faster = ["+", "ctrl+f"]
log_next = "j"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for settings, away from home."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "conf"))
    return tmp_path / "conf"


def put(folder: Path, text: str | bytes) -> Path:
    """Write the file of settings."""
    folder.mkdir(exist_ok=True)
    path = folder / NAME
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_what_is_written_is_in_force() -> None:
    """Every setting, and keys that were rebound."""
    found = resolve(read_text(WHOLE, "x"), {}, {})
    its = found.settings
    assert (its.theme, its.speed, its.ascii, its.reduced_motion) == ("evtui-light", 0.0, True, True)
    assert (its.start_paused, its.confirm_quit, its.problems) == (True, False, ())
    assert its.keys["pause"] == ("f5",)
    assert its.keys["faster"] == ("plus", "ctrl+f")
    assert its.keys["table_pause"] == ("f5",)
    assert its.keys["log_next"] == ("j",)
    assert found.sources["theme"] == "line 1"
    assert found.sources["keys.faster"] == "line 9"


def test_nothing_said_is_the_default(tmp_path: Path) -> None:
    """No file, an empty one, and one with the example only."""
    for read in (read_file(tmp_path / "no.toml"), read_text("", "x"), read_text(example(), "x")):
        assert resolve(read, {}, {}).settings == Settings(ascii=not can_draw())


def test_the_example_is_usable_when_its_comments_go() -> None:
    """Each line that is commented out says what is so without it."""
    lines = [line.removeprefix("# ") for line in example().splitlines()]
    text = "\n".join(it for it in lines if " = " in it or it == "[keys]")
    read = read_text(text, "x")
    assert read.problems == ()
    assert set(read.values) == {it.name for it in FIELDS}
    assert resolve(read, {}, {}).settings == Settings(speed=10.0, ascii=not can_draw())


REFUSED = [
    ('theme = "evtui-drak"', "x:1: theme: ", 'found "evtui-drak"; ', 'did you mean "evtui-dark"?'),
    ("theme = 3", "x:1: theme: ", "found 3; ", "allowed the name of a theme"),
    ("\nspeed = 5000", "x:2: speed: ", "found 5000; ", 'allowed 0.1 to 1000, or "max"'),
    ("speed = true", "x:1: speed: ", "found true; ", "allowed 0.1 to 1000"),
    ("speed = nan", "x:1: speed: ", "found nan; ", "allowed 0.1 to 1000"),
    ("ascii = 1", "x:1: ascii: ", "found 1; ", 'allowed true, false or "auto"'),
    ('confirm_quit = "no"', "x:1: confirm_quit: ", 'found "no"; ', "allowed true or false"),
    ("spede = 1", "x:1: spede: ", "unknown setting; ", 'did you mean "speed"?'),
    ("[theme]\na = 1", "x:1: theme: ", "found a table; ", "allowed the name"),
    ("keys = 3", "x:1: keys: ", "found 3; ", "allowed a table"),
    ('[keys]\npasue = "p"', "x:2: keys.pasue: ", "unknown action; ", 'did you mean "pause"?'),
    ('[keys]\npause = "spcae"', "x:2: keys.pause: ", 'found "spcae"; ', 'did you mean "space"?'),
    ('[keys]\npause = ""', "x:2: keys.pause: ", 'found ""; ', "allowed a key"),
    ("[keys]\npause = []", "x:2: keys.pause: ", "found []; ", "allowed a key"),
    ("[keys]\npause = 5", "x:2: keys.pause: ", "found 5; ", "allowed a key"),
    ('[keys]\npause = "shift+a"', "x:2: keys.pause: ", 'found "shift+a", which a terminal sends as',
     "A; allowed a key"),
    ('[keys]\npause = "Ctrl+I"', "x:2: keys.pause: ", 'found "Ctrl+I", which a terminal sends as',
     "Tab; allowed a key"),
    ('[keys]\npause = "ctrl+."', "x:2: keys.pause: ", 'found "ctrl+.", which a terminal does not',
     "send; allowed a key"),
    ('[keys]\npause = "Esc"', "x:2: keys.pause: ", 'found "Esc", which always leads back; ',
     "allowed a key"),
    ('[keys]\npause = "k"', "x:2: keys.pause: ", 'found "k", which is “Kill, restart or admit” ',
     "(kill) in Network; allowed a key that is free there; it stays space"),
    ('[keys]\npause = "ctrl+q"', "x:2: keys.pause: ", 'found "ctrl+q", which is “Quit”', "stays"),
    ('[keys]\npause = "ctrl+p"', "x:2: keys.pause: ", "“Command palette”", "stays"),
    ('[keys]\npause = "tab"', "x:2: keys.pause: ", 'found "Tab", which is “Focus Next”', "stays"),
    ('[keys]\npause = "1"', "x:2: keys.pause: ", "“Question 1” (analytics_1) in ", "stays space"),
    ('[keys]\nstep = "n"', "x:2: keys.step: ", "“Next site” (next_site) in City", "stays ."),
    ('[keys]\nstep = "N"', "x:2: keys.step: ", "“Match before” (log_previous) in Log", "stays ."),
    ('[keys]\nlog_next = "N"', "x:2: keys.log_next: ", "(log_previous) in Log", "stays n"),
    ('[keys]\nkill = "j"\nheal = "j"', "x:3: keys.heal: ", "“Kill, restart or admit”", "stays h"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "where", "found", "allowed"), REFUSED)
def test_what_is_wrong_is_one_line_and_the_default(
    text: str, where: str, found: str, allowed: str
) -> None:
    """File, line, field, what was found, what is allowed; all else counts."""
    read = read_text(text, "x")
    assert len(read.problems) == 1
    line = read.problems[0]
    assert line.startswith(where)
    assert found in line
    assert allowed in line
    assert "\n" not in line
    settings = resolve(read, {}, {}).settings
    assert settings.problems == read.problems
    assert (settings.theme, settings.speed, settings.confirm_quit) == ("evtui-dark", None, True)
    assert "pause" not in settings.keys


def test_one_mistake_spoils_nothing_else() -> None:
    """The other entries are in force."""
    read = read_text(WHOLE.replace('"max"', '"mux"').replace('"f5"', '"k"'), "x")
    assert len(read.problems) == 2
    assert set(read.values) == {it.name for it in FIELDS} - {"speed"}
    assert set(read.keys) == {"faster", "log_next"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\ntheme = ", ":2: no valid TOML: Invalid value"),
        (b'theme = "a"\ntheme = "b"', ":2: no valid TOML: Cannot overwrite a value"),
        (b"speed = 1\n[keys\n", ":2: no valid TOML: "),
        (b"\xff\xfe\x00", ": no text in UTF-8"),
        (b"a = " + b"[" * 5_000, ": no valid TOML"),
    ],
)
def test_a_broken_file_is_told_and_not_used(folder: Path, content: bytes, said: str) -> None:
    """One line, and the defaults."""
    path = put(folder, content)
    read = read_file(path)
    assert len(read.problems) == 1
    assert read.problems[0].startswith(f"{path}{said}")
    assert read.problems[0].endswith("; the defaults are used")
    assert (read.values, read.keys) == ({}, {})


def test_what_is_no_file_is_told(folder: Path) -> None:
    """A folder in its place, and one that may not be entered."""
    (folder / NAME).mkdir(parents=True)
    assert read_file(folder / NAME).problems == (
        f"{folder / NAME}: Is a directory; the defaults are used",
    )


def test_a_byte_order_mark_and_windows_lines_are_read() -> None:
    """Editors write them."""
    path_text = "\ufefftheme = 3\r\nspeed = 2\r\n"
    read = read_text(path_text.removeprefix("\ufeff"), "x")
    assert read.values == {"speed": 2.0}


def test_an_option_comes_before_the_environment_and_that_before_the_file() -> None:
    """And each says where it comes from."""
    read = read_text('theme = "evtui-light"\nreduced_motion = false', "x")
    for environ, options, theme, source in (
        ({}, {}, "evtui-light", "line 1"),
        ({THEME: "nord"}, {}, "nord", THEME),
        ({THEME: "no such"}, {}, "evtui-light", "line 1"),
        ({THEME: "nord"}, {"theme": "dracula"}, "dracula", "option --theme"),
    ):
        found = resolve(read, environ, options)
        assert (found.settings.theme, found.sources["theme"]) == (theme, source)
    read_ascii = read_text("ascii = true\nreduced_motion = true", "x")
    found = resolve(read_ascii, {MOTION: "1"}, {"ascii": False, "reduced_motion": False})
    assert (found.settings.ascii, found.settings.reduced_motion) == (False, False)
    assert found.sources["ascii"] == "option --no-ascii"
    found = resolve(read, {MOTION: "Yes"}, {})
    assert found.settings.reduced_motion
    assert not resolve(read, {MOTION: "0"}, {}).settings.reduced_motion
    wrong = resolve(read, {MOTION: "maybe"}, {}).settings
    assert not wrong.reduced_motion
    assert wrong.problems == ('EVTUI_REDUCED_MOTION: found "maybe"; allowed 1 or 0',)


def test_ascii_is_taken_where_the_terminal_has_nothing_else() -> None:
    """By the encoding of its output."""
    assert can_draw("utf-8")
    assert not can_draw("ascii")
    assert not can_draw("latin-1")
    assert not can_draw("no-such-encoding")


def test_the_file_is_where_the_platform_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless the environment names another folder."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", "/somewhere")
    if os.name == "posix" and "darwin" not in os.uname().sysname.lower():
        assert settings_file() == Path("/somewhere/evtui") / NAME
    monkeypatch.setenv(VARIABLE, "/elsewhere")
    assert settings_file() == Path("/elsewhere") / NAME


# --- the command -----------------------------------------------------------------------------


def test_the_command_says_what_is_in_force(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the file is, each setting, and from where it comes."""
    assert main(["settings"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"{folder / NAME}   (not there; evtui settings --write writes one)\n")
    assert 'theme                "evtui-dark"         default\n' in out
    put(folder, WHOLE)
    assert main(["settings"]) == 0
    out = capsys.readouterr().out
    assert 'theme                "evtui-light"        line 1\n' in out
    assert "keys.faster          + ctrl+f             line 9\n" in out


def test_the_command_prints_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same as data; what is wrong is in it, on standard error, and in the exit code."""
    put(folder, WHOLE + 'heal = "k"\n')
    assert main(["settings", "--json"]) == 2
    out, err = capsys.readouterr()
    data = json.loads(out)
    assert data["file"] == str(folder / NAME)
    assert data["exists"] is True
    assert data["settings"]["speed"] == {"value": "max", "from": "line 2"}
    assert data["keys"]["faster"] == {"keys": ["plus", "ctrl+f"], "from": "line 9"}
    assert [f"evtui: {it}" for it in data["problems"]] == err.splitlines()
    assert "settings.toml:11: keys.heal" in err


def test_an_example_is_written_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What somebody has written is never overwritten."""
    assert main(["settings", "--write"]) == 0
    path = folder / NAME
    assert capsys.readouterr().out == f"Written {path}\n"
    assert path.read_text(encoding="utf-8") == example()
    put(folder, "speed = 3")
    assert main(["settings", "--write"]) == 2
    assert capsys.readouterr().err == (
        f"evtui: settings: found {path}; allowed where there is no file yet\n"
    )
    assert path.read_text(encoding="utf-8") == "speed = 3"


def test_an_example_that_cannot_be_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file where the folder should be."""
    (tmp_path / "conf").write_text("", encoding="utf-8")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "conf"))
    assert main(["settings", "--write", "--json"]) == 2
    assert "cannot write" in capsys.readouterr().err


def test_the_schema_is_printed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It has a name, whatever the file says; with --write nobody knows what is meant."""
    put(folder, "theme = 3")
    assert main(["settings", "--schema"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data == schema()
    assert data["$id"] == "urn:evtui:settings"
    assert main(["settings", "--schema", "--write"]) == 2
    assert capsys.readouterr().err == (
        "evtui: settings: found --write with --schema; allowed one of them\n"
    )


def test_keys_are_printed_with_the_letters_that_the_output_has(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In ASCII an arrow is a word, no question mark: that is the key of the help."""
    put(folder, '[keys]\nstep = "°"\npause = "ctrl+↑"')
    for encoding, step, pause, back in (
        ("utf-8", "°", "ctrl+↑", "↑ ←"),
        ("ascii", "degree_sign", "ctrl+Up", "Up Left"),
    ):
        for command in (["--print-keys"], ["settings"]):
            out = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="replace")
            monkeypatch.setattr("sys.stdout", out)
            assert main(command) == 0
            out.seek(0)
            rows = [line.split() for line in out.read().splitlines()]
            listed = [" ".join(row) for row in rows]
            assert any(it.startswith(f"{step} Step one event") or f"step {step} " in it
                       for it in listed)  # fmt: skip
            assert any(pause in it for it in listed)
            if command == ["--print-keys"]:
                assert f"{back} Previous CP select_previous" in listed
                assert [row[-1] for row in rows if "?" in row and "help" not in row[-1]] == []
    assert all(known(printed(key, "ascii")) == key for key in ("up", "pagedown", "ctrl+left", "f5"))


# --- schema ----------------------------------------------------------------------------------


def test_files_made_of_the_bindings_are_current() -> None:
    """Catalogue, schema and docs/keys.md; ``python -m tools.keys_docs`` makes them anew."""
    for path, text in files().items():
        assert path.read_text(encoding="utf-8") == text, path


def test_the_schema_allows_what_the_reader_allows() -> None:
    """And refuses what it refuses, but for clashes and names of keys."""
    its = json.loads(FILE.read_text(encoding="utf-8"))
    assert its == schema()
    jsonschema.Draft202012Validator.check_schema(its)
    check = jsonschema.Draft202012Validator(its)
    import tomllib

    assert check.is_valid(tomllib.loads(WHOLE))
    assert check.is_valid(tomllib.loads(example()))
    plain = ("unknown action; ", 'found ""; ', "found []; ", "found 5; ")
    for text, where, found, _ in REFUSED:
        if "nan" in text:
            continue  # JSON has none
        only_the_reader_knows = "keys." in where and found not in plain
        assert check.is_valid(tomllib.loads(text)) is only_the_reader_knows, text
    assert set(its["properties"]) == {it.name for it in FIELDS} | {"keys"}
    assert set(its["properties"]["keys"]["properties"]) == set(catalogue().ids())


# --- names of keys ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("p", "p"), ("P", "P"), (".", "full_stop"), (",", "comma"), ("+", "plus"),
        (":", "colon"), ("space", "space"), (" ", "space"), ("f12", "f12"), ("ctrl+k", "ctrl+k"),
        ("shift+ctrl+f1", "ctrl+shift+f1"), ("full_stop", "full_stop"), ("ä", "ä"), ("/", "slash"),
        ("°", "degree_sign"), ("«", "left_pointing_double_angle_quotation_mark"),
        ("↑", "up"), ("Up", "up"), ("F5", "f5"), ("PgUp", "pageup"), ("Space", "space"),
        ("Ctrl+K", "ctrl+k"), ("ctrl+A", "ctrl+a"), ("Del", "delete"), ("ctrl+↑", "ctrl+up"),
        ("ctrl+alt+f1", "alt+ctrl+f1"), ("alt+p", "alt+p"), ("alt+P", "alt+shift+p"),
    ],
)  # fmt: skip
def test_a_key_has_a_name(written: str, key: str) -> None:
    """As Textual has it, whatever a person writes."""
    assert known(written) == key


@pytest.mark.parametrize(
    "written",
    ["", "pp", "f25", "ctrl+", "hyper+a", "ctrl+ctrl+a", "\n", "↑↓", "f5 f6", "+ctrl", "\ue000"],
)
def test_what_is_no_key_has_none(written: str) -> None:
    """It is refused."""
    assert known(written) is None
    assert why_not(written) == ""


@pytest.mark.parametrize(
    "written",
    ["ctrl+i", "ctrl+m", "ctrl+[", "ctrl+h", "ctrl++", "ctrl+.", "ctrl+5", "ctrl+space", "shift+.",
     "shift+enter", "alt+.", "alt+enter", "ctrl+alt+k", "ctrl+shift+k", "ctrl+ä", "alt+ä", "esc"],
)  # fmt: skip
def test_what_no_terminal_sends_is_refused_with_the_reason(written: str) -> None:
    """It would be a key that does nothing."""
    assert known(written) is None
    assert why_not(written).startswith(", which ")


def test_what_a_terminal_sends_is_what_is_allowed() -> None:
    """Textual's own reader of bytes has the same name for each key that can be had."""

    def typed(sequence: str) -> list[str]:
        parser = XTermParser()
        events = [*parser.feed(sequence), *parser.feed("")]
        return [it.key for it in events if isinstance(it, Key)]

    for char in map(chr, range(33, 127)):
        assert typed(char) == [known(char)]
        alt = known(f"alt+{char}")
        assert typed(f"\x1b{char}") == [alt] or alt is None
    for number in range(1, 27):
        ctrl = known(f"ctrl+{chr(number + 96)}")
        assert (typed(chr(number)) == [ctrl]) is (ctrl is not None)
    for written, end in (("Up", "A"), ("Home", "H"), ("F1", "P"), ("F5", "15~"), ("PgDn", "6~")):
        number, letter = (end[:-1], "~") if end.endswith("~") else ("1", end)
        for code, held in ((2, "shift+"), (3, "alt+"), (5, "ctrl+"), (6, "shift+ctrl+")):
            assert typed(f"\x1b[{number};{code}{letter}") == [known(held + written)]


def test_every_key_of_the_program_can_be_written_as_it_is_shown() -> None:
    """What a footer shows of a key, a file of settings may say, but for Esc."""
    keys = {key for view in catalogue().views for row in view.rows if row.id for key in row.keys}
    for key in sorted(keys - {"escape"}):
        assert known(key) == known(shown(key)) == key


def test_every_key_that_can_be_written_is_shown_so() -> None:
    """Letters and signs of whatever keyboard, and what is held besides."""
    for char in (*map(chr, range(33, 127)), *"°€§£«»¡¿’´¨ßéÉñøþДあ"):
        key = known(char)
        assert key is not None
        assert shown(key) == char
    assert shown("alt+ctrl+up") == "alt+ctrl+↑"
    assert known(shown("alt+ctrl+up")) == "alt+ctrl+up"
