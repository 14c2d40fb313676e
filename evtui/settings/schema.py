"""The settings as a JSON schema, for editors: made from the registries of settings and of keys.

Written to ``settings.schema.json`` beside this file by ``python -m tools.keys_docs``.
"""

import json
from pathlib import Path
from typing import Any

from evtui.keys.catalogue import Catalogue, catalogue
from evtui.keys.names import shown
from evtui.settings.fields import FIELDS, KEYS
from evtui.settings.fields import Field as Setting

ID = "urn:evtui:settings"
"""The name of the schema: it lies in no place of the net."""
FILE = Path(__file__).with_name("settings.schema.json")


def schema(known: Catalogue | None = None) -> dict[str, Any]:
    """The whole schema."""
    properties: dict[str, Any] = {it.name: _property(it) for it in FIELDS}
    properties[KEYS] = {
        "type": "object",
        "description": "Keys by the id of what they do.",
        "additionalProperties": False,
        "properties": {
            name: {
                "$ref": "#/$defs/keys",
                "description": f"{row.title}; {' '.join(map(shown, row.keys))} if left out. "
                f"View: {view.title}.",
            }
            for name, (view, row) in (known or catalogue()).ids().items()
        },
    }
    key = {"type": "string", "minLength": 1}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ID,
        "title": "evtui settings",
        "description": "What a person prefers: settings.toml. See docs/settings.md.",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "$defs": {"keys": {"anyOf": [key, {"type": "array", "items": key, "minItems": 1}]}},
    }


def _property(setting: Setting) -> dict[str, Any]:
    usual = setting.default
    default = int(usual) if isinstance(usual, float) else usual
    return {"description": setting.help, "default": default, **setting.schema}


def text(known: Catalogue | None = None) -> str:
    """The schema as it is kept in the file."""
    return json.dumps(schema(known), indent=1, ensure_ascii=False) + "\n"
