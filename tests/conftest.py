"""What every test has in common: nobody's own files are read or written."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def own_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which the program keeps what it has to remember."""
    folder = tmp_path / "data"
    monkeypatch.setenv("EVTUI_DATA_DIR", str(folder))
    return folder
