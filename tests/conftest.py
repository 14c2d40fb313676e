"""What every test has in common: nobody's own files are read or written, and Ctrl+C is heard."""

import gc
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from evtui.processes import WAY


def pytest_configure() -> None:
    """Give way as far as the futures of the app do, which starve beside tests that do not."""
    if hasattr(os, "nice"):
        os.nice(WAY)


def pytest_collection_finish() -> None:
    """Ten thousand tests stay to the end: who looks through them for garbage each time is slow."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 10)


@pytest.fixture(autouse=True)
def own_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which the program keeps what it has to remember; what it rescues is by it."""
    folder = tmp_path / "data"
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("EVTUI_DATA_DIR", str(folder))
    return folder


@pytest.fixture(autouse=True, scope="session")
def no_settings_of_the_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The folder of settings is an empty one."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("EVTUI_CONFIG_DIR", str(tmp_path_factory.mktemp("settings")))
        patched.delenv("EVTUI_REDUCED_MOTION", raising=False)
        yield


@pytest.fixture(autouse=True, scope="session")
def interrupts_are_heard() -> Iterator[None]:
    """What a shell starts in the background ignores Ctrl+C, and hands that on to all it starts."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
