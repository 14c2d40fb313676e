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
    "energy": ("energy",),
    "ocpp": ("clock", "effects", "energy", "ocpp"),
    "network": ("energy", "ocpp", "network"),
    "v2g": ("clock", "effects", "table", "energy", "ocpp", "v2g"),
}
OUTSIDE = {"attrs", "msgpack"}
STANDARD = {
    "collections", "datetime", "decimal", "enum", "functools", "hashlib", "itertools", "json",
    "operator", "re", "typing",
}  # fmt: skip


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
            assert first in OUTSIDE | STANDARD, f"{path.name} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_float_and_no_true_division(path):
    """Everything that affects a run is an integer."""
    for node in ast.walk(ast.parse(path.read_text())):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float))
        assert not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div))
        assert not isinstance(node, ast.AsyncFunctionDef | ast.Yield)
