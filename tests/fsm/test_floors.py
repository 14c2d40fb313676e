"""Inside the package: which part may know which, and that nothing outside gets into a run."""

import ast
from pathlib import Path

import pytest

import fsm

ROOT = Path(fsm.__file__).parent
FILES = sorted(path for path in ROOT.rglob("*.py") if path.name != "__init__.py")

MAY_KNOW = {
    "clock": (),
    "effects": (),
    "table": (),
    "trust": ("trust",),
    "energy": ("energy",),
    "ocpp": ("clock", "effects", "energy", "trust", "ocpp"),
    "network": ("energy", "ocpp", "trust", "network"),
    "v2g": ("clock", "effects", "table", "energy", "ocpp", "trust", "v2g"),
}
OUTSIDE = {"attrs", "msgpack", "cryptography"}
GRAPHS = {"scipy"}
"""For maximum flows, in one file; integers in, integers out."""
STANDARD = {
    "base64",
    "collections",
    "enum",
    "functools",
    "hashlib",
    "itertools",
    "math",
    "operator",
    "types",
    "typing",
}
READING = {"datetime", "decimal", "json", "re"}
"""For payloads from outside, in what reads and writes them; they compute from what they are given.

That nobody asks ``datetime`` for the time of now is a test of its own (tests/test_imports.py).
"""
READERS = (
    "ocpp/profiles/fields.py",
    "ocpp/profiles/answers.py",
    "ocpp/profiles_outside.py",
    "ocpp/messagelog/",
    "ocpp/outside.py",
    "ocpp/v16.py",
    "ocpp/v201.py",
    "trust/",
)


def imports(path):
    """The modules that a file imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            if node.module == "fsm" or node.module in {f"fsm.{part}" for part in MAY_KNOW}:
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
            else:
                yield node.module


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_part_knows_only_what_is_below(path):
    """Energy and OCPP below, V2G and the network above, beside each other."""
    part = path.relative_to(ROOT).parts[0].removesuffix(".py")
    for name in imports(path):
        first, *rest = name.split(".")
        if first == "fsm":
            assert rest[0] in MAY_KNOW[part], f"{path.name} imports {name}"
        else:
            reads = path.relative_to(ROOT).as_posix().startswith(READERS)
            flows = path.relative_to(ROOT).as_posix() == "energy/flow.py"
            allowed = (
                (GRAPHS if flows else set()) | OUTSIDE | STANDARD | (READING if reads else set())
            )
            assert first in allowed, f"{path.name} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_float_and_no_true_division(path):
    """Everything that affects a run is an integer, and nothing waits inside a state machine."""
    searches = path.relative_to(ROOT).as_posix() == "energy/exchanges.py"
    for node in ast.walk(ast.parse(path.read_text())):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float))
        assert not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div))
        assert not isinstance(node, ast.AsyncFunctionDef)
        # A search that names one candidate after the other is no state.
        assert searches or not isinstance(node, ast.Yield)
