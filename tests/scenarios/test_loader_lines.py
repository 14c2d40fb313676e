"""The scanner that knows on which line of a TOML text each key stands."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.toml_lines import Path, line_map


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = 1\nb = 2\n", {("a",): 1, ("b",): 2}),
        ("# c\n\na = 1 # [x]\n", {("a",): 3}),
        ("[t]\na = 1\n", {("t",): 1, ("t", "a"): 2}),
        ("[t.u]\na = 1\n[t]\nb = 1", {("t",): 3, ("t", "u"): 1, ("t", "u", "a"): 2, ("t", "b"): 4}),
        ("[[t]]\na = 1\n[[t]]\na = 2", {("t", 0, "a"): 2, ("t", 1): 3, ("t", 1, "a"): 4}),
        (
            "[[t]]\n[t.u]\na = 1\n[[t]]\n[[t.v]]\n[[t.v]]\nb = 1",
            {("t", 0, "u", "a"): 3, ("t", 1, "v", 0): 5, ("t", 1, "v", 1, "b"): 7},
        ),
        ("a.b.c = 1\na.d = 2", {("a",): 1, ("a", "b"): 1, ("a", "b", "c"): 1, ("a", "d"): 2}),
        ('"a.b" = 1\n\'c d\' = 2\n"\\u0041" = 3', {("a.b",): 1, ("c d",): 2, ("A",): 3}),
        ("a = [\n  1, # one\n  [2,\n  3],\n]\nb = 1", {("a", 0): 2, ("a", 1): 3, ("a", 1, 1): 4,
                                                     ("b",): 6}),
        ("a = { b = 1, c = [2, { d = 3 }] }\ne = 1", {("a", "b"): 1, ("a", "c", 1, "d"): 1,
                                                     ("e",): 2}),
        ('a = """\n[x]\nb = 1\n"""\nc = 1', {("a",): 1, ("c",): 5}),
        ('a = """x\\""" y"""\nb = 1', {("b",): 2}),
        ('a = """"x"""""\nb = 1', {("b",): 2}),
        ("a = '''\n'x''''\nb = 1", {("b",): 3}),
        ("a = '\\'\nb = \"]#\"\nc = 1", {("c",): 3}),
        ("a = 1979-05-27 07:32:00\nb = +1_000.5e-3\nc = 1", {("c",): 3}),
        ("a = 1\r\nb = 2\r\n", {("b",): 2}),
        ("a=[{b=1},\n{b=2}]", {("a", 0, "b"): 1, ("a", 1, "b"): 2}),
    ],
)  # fmt: skip
def test_each_key_has_its_line(text: str, expected: dict[Path, int]) -> None:
    """Tables, arrays of tables, dotted and quoted keys, strings and comments of every form."""
    tomllib.loads(text)
    lines = line_map(text)
    assert {path: lines.get(path) for path in expected} == expected


def paths(value: object, path: Path = ()) -> list[Path]:
    """All paths in a parsed document."""
    items: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    return [path, *(below for key, item in items for below in paths(item, (*path, key)))]


_STRINGS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=6)
_KEYS = st.one_of(st.from_regex(r"[A-Za-z0-9_-]{1,4}", fullmatch=True), _STRINGS)
_VALUES = st.recursive(
    st.one_of(st.integers(-9, 9), st.booleans(), _STRINGS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(_KEYS, inner, max_size=3)
    ),
    max_leaves=6,
)  # fmt: skip
_GAPS = st.sampled_from(["", " ", "\t"])
_BREAKS = st.sampled_from(["", "\n", "\n\n", " # note ]}\"'\n"])


def quoted(text: str) -> str:
    """A basic string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@st.composite
def toml_values(draw: st.DrawFn, value: object) -> str:
    """One of the many texts for a value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        if draw(st.booleans()) and "'" not in value:
            return draw(st.sampled_from([f"'{value}'", f"'''\n{value}'''"]))
        return draw(st.sampled_from([quoted(value), f'""{quoted(value)}""']))
    if isinstance(value, list):
        items = [draw(_BREAKS) + draw(toml_values(item)) + draw(_BREAKS) for item in value]
        return "[" + ",".join(items) + draw(_BREAKS) + "]"
    if isinstance(value, dict):
        pairs = [f"{quoted(k)}{draw(_GAPS)}={draw(toml_values(v))}" for k, v in value.items()]
        return "{" + ", ".join(pairs).replace("\n", "") + "}" if _flat(value) else "{}"
    return str(value)


def _flat(value: dict[str, object]) -> bool:
    """Whether an inline table may be joined on one line: no multi-line strings inside."""
    return all(isinstance(item, int) for item in value.values())


@st.composite
def documents(draw: st.DrawFn) -> str:
    """A TOML document with tables, arrays of tables, blank lines and comments."""
    lines: list[str] = []
    for name in draw(st.lists(st.sampled_from("abcd"), unique=True, max_size=4)):
        for _ in range(count := draw(st.integers(0, 3))):
            lines += [draw(_BREAKS), f"[[{name}]]" if count > 1 else f"[{name}]"]
            table = draw(st.dictionaries(_KEYS, _VALUES, max_size=3))
            for key, value in table.items():
                lines.append(f"{draw(_GAPS)}{quoted(key)} = {draw(toml_values(value))}")
    return "\n".join(lines)


@given(documents())
def test_every_path_of_a_document_has_a_line(text: str) -> None:
    """Whatever the parser sees the scanner sees too, on a line that exists."""
    lines = line_map(text)
    last = text.count("\n") + 1
    for path in paths(tomllib.loads(text)):
        assert 1 <= lines[path] <= last
