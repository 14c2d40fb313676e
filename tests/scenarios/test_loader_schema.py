"""The JSON schema says what the loader says, as far as a schema can."""

import json
import tomllib
from importlib import resources
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from scenarios.errors import ScenarioError
from scenarios.json_schema import schema, text
from scenarios.loader import library_names, loads
from tests.scenarios.test_loader import FULL
from tests.scenarios.test_loader_errors import EXPECTATIONS, HEAD, LINES, TABLES, TOP

LIBRARY = resources.files("scenarios") / "library"


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    """A validator of the schema, which must itself be a valid one."""
    made: dict[str, Any] = schema()
    Draft202012Validator.check_schema(made)
    return Draft202012Validator(made)


def test_the_file_is_the_generated_schema() -> None:
    """Made again with ``python -m scenarios.json_schema`` when the format changes."""
    assert (LIBRARY / "scenario.schema.json").read_text(encoding="utf-8") == text()
    assert json.loads(text()) == schema()


@pytest.mark.parametrize("name", library_names())
def test_the_library_is_valid(validator: Draft202012Validator, name: str) -> None:
    """Every scenario that comes with the program."""
    document = tomllib.loads((LIBRARY / f"{name}.toml").read_text(encoding="utf-8"))
    assert [error.message for error in validator.iter_errors(document)] == []


def test_a_file_with_every_key_is_valid(validator: Draft202012Validator) -> None:
    """No key that the loader takes is unknown to the schema."""
    assert [error.message for error in validator.iter_errors(tomllib.loads(FULL))] == []


_LOADER_ONLY = (
    "a second time", "which is no ", "the run's duration", "at both ends", "the lower first",
    ", or more", "when it is looked at", "the time at which it begins",
    "of all charge points", "control characters", "without a unit such",
    "that vote at first",
    ", from ", "to 100%",  # bounds of quantities
    "2026-02-30",  # days that are not in the calendar
    "found 7.0", "found nan", '"EV2\\n"',  # JSON has one kind of number, and `$` is lenient here
)  # fmt: skip
"""Marks of problems that a schema cannot see: names, order, bounds of quantities."""

_BROKEN = [
    *((text, expected) for text, expected in TOP if "syntax" not in expected[0]),
    *((HEAD + text, expected) for text, expected in TABLES),
    *((f'{HEAD}[[at]]\nt = "1m"\n{text}\n', expected) for text, expected in LINES),
    *((f"{HEAD}[[expect]]\n{text}\n", expected) for text, expected in EXPECTATIONS),
]


@pytest.mark.parametrize(("broken", "expected"), _BROKEN)
def test_what_the_schema_refuses_the_loader_refuses_too(
    validator: Draft202012Validator, broken: str, expected: list[str]
) -> None:
    """And where a single value or table is wrong, the schema refuses it as well."""
    with pytest.raises(ScenarioError):
        loads(broken, "f.toml")
    of_one_value = not any(mark in problem for problem in expected for mark in _LOADER_ONLY)
    if of_one_value or any("without a unit;" in problem for problem in expected):
        assert not validator.is_valid(tomllib.loads(broken))
