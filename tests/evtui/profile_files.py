"""What the tests of ``evtui profiles`` share: a document that is right, and how one is refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from evtui.cli import main
from tests.fsm.composite.notation import document

LINES = [
    "1 Max L0 Absolute start=08:00 A 0:20",
    "2 TxDefault L0 Daily start=-1d09:00 for=3600 A 0:8 1800:16/1",
]


def sample(version: str) -> dict[str, Any]:
    """A document that is right."""
    return document(LINES, "from=08:00 for=7200", version)


def refuse(
    found: object, tmp_path: Path, capsys: pytest.CaptureFixture[str], *, text: str = ""
) -> list[str]:
    """The lines about a file that is wrong, without its name: exit code 2, and no answer."""
    file = tmp_path / "plan.json"
    file.write_text(text or json.dumps(found, indent=1), encoding="utf-8")
    assert main(["profiles", str(file)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    return [line.replace(f"evtui: {file}", "plan") for line in err.splitlines()]
