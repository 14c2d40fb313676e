"""Where the settings are: in the platform's folder, or where ``EVTUI_CONFIG_DIR`` says."""

import os
from pathlib import Path

VARIABLE = "EVTUI_CONFIG_DIR"
NAME = "settings.toml"


def settings_file() -> Path:
    """The path of the file, whether it is there or not."""
    wished = os.environ.get(VARIABLE)
    if wished:
        return Path(wished) / NAME
    from platformdirs import user_config_path

    return user_config_path("evtui", appauthor=False) / NAME
