"""No test reads or writes what its user has in his own folders."""

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="session")
def no_settings_of_the_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The folder of settings is an empty one."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("EVTUI_CONFIG_DIR", str(tmp_path_factory.mktemp("settings")))
        patched.delenv("EVTUI_REDUCED_MOTION", raising=False)
        yield
