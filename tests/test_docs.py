"""What the documents say is so: commands run, examples load, tables are current, links lead on."""

import json
import os
import re
import shlex
from pathlib import Path

import pytest

from evtui.cli import main
from evtui.mutants.rows import word
from evtui.settings.file import read_text
from paxos.check.mutants import MUTANTS
from scenarios.loader import library_names, load, loads
from scenarios.session import Session
from scenarios.timeline import Timeline
from scenarios.whatif.arms import arms_of
from scenarios.writer import to_toml
from tests.soaking import only
from tools import mutants_docs
from tools.pictures import FOLDER, SHOTS, Shot, draw
from tools.scenario_docs import TARGET, renew

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]

AROUND = """\
cps = 5
[[ev]]
id = "EV1"
"""
"""What an example that is a part of a scenario stands in."""


def blocks(language: str) -> list[tuple[str, str]]:
    """All fenced blocks of a language, with the document each stands in."""
    pattern = re.compile(rf"^```{language}\n(.*?)^```$", re.DOTALL | re.MULTILINE)
    return [
        (document.name, block)
        for document in DOCUMENTS
        for block in pattern.findall(document.read_text(encoding="utf-8"))
    ]


def commands() -> list[tuple[str, int]]:
    """Every headless command that a document prints, with its exit code: 0 if it does not say."""
    lines = [line for _, block in blocks("sh") for line in block.splitlines()]
    found = [(line.split("#")[0].strip(), int("# exit code 1" in line)) for line in lines]
    headless = re.compile(
        "evtui (run|scenarios|ask|verify|receipts|check|explore|campaign|shrink|learn|settings|"
        "--print-keys|mutants --)"
    )
    return [it for it in dict.fromkeys(found) if headless.match(it[0])]


@pytest.mark.parametrize(("command", "code"), commands())
def test_a_printed_command_works(
    command: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each ends as expected."""
    monkeypatch.chdir(tmp_path)
    if command.startswith("evtui ask"):
        assert main(["run", "ten-minutes", "--ocpp-log", "ten.jsonl"]) == 0
        newer = ["--ocpp-log", "ten-201.jsonl", "--ocpp-version", "2.0.1"]
        assert main(["run", "ten-minutes", *newer]) == 0
    Path("my-scenario.toml").write_text('duration = "5s"\ncps = 3\n', encoding="utf-8")
    if command.startswith("evtui check"):
        assert main(["run", "lease-reads", "--history", "reads.jsonl"]) == 0
    if command.startswith("evtui verify"):
        assert main(["run", "my-scenario.toml", "--record", "run.jsonl"]) == 0
    if "-as-it-is-1.toml" in command or "-without-1.toml" in command:
        keep_arms()
    assert main(shlex.split(command)[1:]) == code


def keep_arms() -> None:
    """What the app keeps of a what-if."""
    run = Timeline(Session(load("lab-three")))
    run.run(10_000_000, 1_000_000)
    run.act("crash", cp="CP1")
    for arm in arms_of(run.session, run.branch.inputs).both:
        Path(f"{arm.name}-1.toml").write_text(to_toml(arm), encoding="utf-8")


def consoles() -> list[tuple[str, str]]:
    """Every command that a document prints with its output."""
    return [
        (lines[0].removeprefix("$ "), "\n".join(lines[1:]))
        for _, block in blocks("console")
        if (lines := block.splitlines())
    ]


@pytest.mark.parametrize(("command", "output"), consoles())
def test_a_printed_output_is_what_comes(
    command: str, output: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """To the letter, from the top folder, with what goes to standard error at the end."""
    monkeypatch.chdir(ROOT)
    command, _, file = command.partition(" < ")
    with Path(file or os.devnull).open(encoding="utf-8") as stream:
        monkeypatch.setattr("sys.stdin", stream)
        main(shlex.split(command)[1:])
    out, err = capsys.readouterr()
    assert (out + err).rstrip("\n") == output


def test_there_are_commands_and_examples() -> None:
    """The tests above and below look at something."""
    assert len(consoles()) >= 4
    assert len(commands()) >= 5
    assert len(blocks("toml")) >= 4


@pytest.mark.parametrize(("document", "example"), blocks("toml"))
def test_an_example_loads(document: str, example: str) -> None:
    """As a whole scenario, or as a part of one; of the page of settings as settings."""
    if document == "settings.md":
        assert read_text(example, document).problems == ()
        return
    whole = example if "duration" in example else f'duration = "10m"\n{AROUND}{example}'
    loads(whole, document)


def test_the_tables_of_keys_are_current() -> None:
    """Made anew with ``python -m tools.scenario_docs``."""
    text = TARGET.read_text(encoding="utf-8")
    assert renew(text) == text


def test_the_matrix_has_every_mistake() -> None:
    """In order, with number, sentence and weather; ``tools.mutants_docs`` writes what was found."""
    text = mutants_docs.TARGET.read_text(encoding="utf-8")
    *rows, control = mutants_docs.printed(text)
    assert [(row[0], row[1], row[2]) for row in rows] == [
        (str(it.number or ""), f"`{it.name}`", it.sentence) for it in MUTANTS
    ]
    for row, mutant in zip(rows, MUTANTS, strict=True):
        if mutant.scripted:
            assert row[3:6] == [f"*scripted*: {mutant.scripted}", "", ""]
        else:
            assert row[3] in [word(name) for name in mutant.expected]
            assert 1 <= int(row[4]) <= 2_000
            assert row[5] == mutant.weather_name
            assert f"| {mutant.weather_name} |" in text
        assert ("the explorer" in row[6]) is (mutant.explored is not None)
    assert control[1:4] == ["*none planted*", "The protocol itself.", "nothing"]


@pytest.mark.soak
def test_the_matrix_is_what_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    """All of it, anew."""
    assert main(["mutants", "--json"]) == 0
    text = mutants_docs.TARGET.read_text(encoding="utf-8")
    assert mutants_docs.renew(text, json.loads(capsys.readouterr().out)) == text


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_to_files(document: Path) -> None:
    """Relative ones, without their anchors."""
    targets = re.findall(r"\]\(([^)#\s]+)", document.read_text(encoding="utf-8"))
    missing = [
        target
        for target in targets
        if "://" not in target and not (document.parent / target).exists()
    ]
    assert missing == []


def test_the_documents_name_every_scenario() -> None:
    """Of the library."""
    text = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")
    assert [name for name in library_names() if f"`{name}`" not in text] == []


@pytest.mark.parametrize(
    "shot", only(lambda _, shot: shot.name != "what-if", SHOTS), ids=lambda shot: shot.name
)
async def test_a_picture_shows_what_the_app_shows(shot: Shot) -> None:
    """Drawn anew it is the same, and a document shows it; ``make pictures`` renews them."""
    assert await draw(shot) == (FOLDER / f"{shot.name}.svg").read_text(encoding="utf-8")
    assert any(f"pictures/{shot.name}.svg" in it.read_text("utf-8") for it in DOCUMENTS)


def test_no_picture_is_left_over() -> None:
    """Each is one of those that are drawn."""
    assert sorted(it.stem for it in FOLDER.iterdir()) == sorted(shot.name for shot in SHOTS)
