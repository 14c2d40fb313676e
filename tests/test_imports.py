"""The direction of imports, read from the code itself.

``paxos`` and ``fsm`` know nothing of each other; ``scenarios`` puts them together; ``evtui`` stands
on top. Inside ``paxos`` and ``fsm`` the modules stand in floors, each importing only what lies
below. What must be deterministic imports no clock and no randomness. An import for type checkers
only counts like any other: it is a dependency all the same.
"""

import ast
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from attrs import frozen

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("paxos", "fsm", "scenarios", "evtui")

MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "paxos": (),
    "fsm": (),
    "scenarios": ("paxos", "fsm"),
    "evtui": ("paxos", "fsm", "scenarios"),
}
"""Which of the other packages each may know."""

LIBRARIES: dict[str, tuple[str, ...]] = {
    "paxos": ("attrs", "msgpack"),
    "fsm": ("attrs", "msgpack", "cryptography", "scipy"),
    "scenarios": ("attrs", "cattrs", "msgpack"),
    "evtui": (
        *("attrs", "cattrs", "msgpack", "cyclopts", "distributed", "pyarrow", "rich", "textual"),
        *("aiohttp", "jinja2", "platformdirs", "textual_serve"),
    ),
}
"""Which libraries each may use, beside the standard one."""

FLOORS: dict[str, tuple[tuple[str, ...], ...]] = {
    "paxos": (
        ("ballot",),
        ("messages", "membership"),
        ("clients", "records", "wire", "group"),
        ("effects", "snapshot"),
        ("acceptor", "proposer", "election", "lease", "rounds", "transitions"),
        ("learner",),
        ("core",),
        ("following",),
        ("reading",),
        ("feeding",),
        ("ushering",),
        ("leading",),
        ("campaigning",),
        ("serving",),
        ("replica",),
        ("sim",),
        ("check",),
    ),
    "fsm": (
        ("clock", "effects", "table"),
        ("energy", "trust"),
        ("ocpp",),
        ("network",),
        ("v2g",),
    ),
}
"""From the ground up; a folder is one unit. A module that stands nowhere here is an error."""

CORE = ("paxos", "fsm", "scenarios")
"""Packages in which a run is a function of scenario, seed and inputs."""

IMPURE = ("time", "asyncio", "threading", "secrets", "uuid", "socket", "signal")
"""Modules that would make two equal runs differ. ``random`` has rules of its own."""

OUTSIDE = ("os", "io", "pathlib", "shutil", "tempfile", "subprocess", "sys", "importlib")
"""What paxos and fsm do not know: files, processes, the surroundings."""

RANDOM_HOME = "paxos/sim/streams.py"
"""The one place where generators are made, each from a seed."""

VIEWS = (
    "scenarios.view",
    "scenarios.comparing.view",
    "scenarios.course",
    "scenarios.tables_view",
    "scenarios.driver_view",
    "scenarios.ocpp_view",
    "scenarios.faults_view",
    "scenarios.city.view",
    "scenarios.why.view",
    "scenarios.messages.view",
    "scenarios.charging.view",
    "scenarios.log.view",
    "scenarios.lessons.view",
    "scenarios.campaign.view",
)
"""Frozen pictures."""

VIEWERS = ("evtui/widgets/", "evtui/screens/", "evtui/render/")
"""What draws sees one frozen picture, never the world behind it."""


@frozen
class Import:
    """One imported module: where, which, and whether it is imported when the file is."""

    file: str
    line: int
    module: str
    eager: bool = True
    """False in functions and for type checkers only."""

    @property
    def package(self) -> str:
        """The package that imports."""
        return self.file.split("/")[0]

    def says(self, why: str) -> str:
        """A sentence to fail with."""
        return f"{self.file}:{self.line}: imports {self.module}: {why}"


# --- reading the code ------------------------------------------------------------------------


def sources() -> Iterator[tuple[str, str]]:
    """Every file of the program with its text."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def imports(file: str, text: str) -> list[Import]:
    """The imports of one file, relative ones resolved, wherever in the file they stand."""
    found: list[Import] = []

    def visit(node: ast.AST, *, eager: bool) -> None:
        if isinstance(node, ast.Import):
            found.extend(Import(file, node.lineno, alias.name, eager) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(file, node)
            names = [_module(base, alias.name) for alias in node.names]
            found.extend(Import(file, node.lineno, name, eager) for name in dict.fromkeys(names))
        inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            for child in node.body:
                visit(child, eager=False)
            for child in node.orelse:
                visit(child, eager=eager)
            return
        for child in ast.iter_child_nodes(node):
            visit(child, eager=eager and not inside)

    visit(ast.parse(text), eager=True)
    return found


def _absolute(file: str, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    folder = file.split("/")[: -node.level]
    return ".".join([*folder, *([node.module] if node.module else [])])


def _module(base: str, name: str) -> str:
    """``from base import name``: the module ``base.name`` if there is one, else ``base``."""
    path = ROOT / base.replace(".", "/") / name
    return f"{base}.{name}" if path.with_suffix(".py").exists() or path.is_dir() else base


ALL = [found for file, text in sources() for found in imports(file, text)]


# --- rules: an import, and the sentence if it breaks one -------------------------------------


def direction(it: Import) -> str | None:
    """Packages import downward only, and only the libraries that are theirs."""
    top = it.module.split(".")[0]
    if top == it.package or top in sys.stdlib_module_names:
        return None
    if top in PACKAGES:
        if top in MAY_IMPORT[it.package]:
            return None
        allowed = ", ".join(MAY_IMPORT[it.package]) or "none of the other packages"
        return it.says(f"{it.package} may import {allowed}")
    if top in LIBRARIES[it.package]:
        return None
    return it.says(f"{it.package} may use {', '.join(LIBRARIES[it.package])}")


def floor_of(package: str, unit: str) -> int | None:
    """On which floor a module or folder stands."""
    for level, units in enumerate(FLOORS[package]):
        if unit in units:
            return level
    return None


def floors(it: Import) -> str | None:
    """Inside paxos and fsm, only what lies below may be imported; a folder is one unit."""
    parts = it.module.split(".")
    if it.package not in FLOORS or parts[0] != it.package or len(parts) == 1:
        return None
    here, there = it.file.split("/")[1].removesuffix(".py"), parts[1]
    if here == there or here == "__init__":
        return None
    mine, its = floor_of(it.package, here), floor_of(it.package, there)
    for unit, level in ((here, mine), (there, its)):
        if level is None:
            return it.says(f"{it.package}/{unit} stands on no floor; give it one in {__name__}")
    assert mine is not None
    assert its is not None
    if its < mine:
        return None
    place = "beside" if its == mine else "above"
    return it.says(f"{there} stands {place} {here}; only what lies below may be imported")


def purity(it: Import) -> str | None:
    """No clock, no threads, no surroundings where runs must repeat themselves."""
    top = it.module.split(".")[0]
    if it.package in CORE and top in IMPURE:
        return it.says("a run is a function of scenario, seed and inputs")
    if it.package in ("paxos", "fsm") and top in OUTSIDE:
        return it.says(f"{it.package} knows nothing of files and processes")
    return None


def viewers(it: Import) -> str | None:
    """Widgets, screens and drawing see the views of a run and of a city, and nothing else."""
    if not it.file.startswith(VIEWERS) or it.module.split(".")[0] not in MAY_IMPORT["evtui"]:
        return None
    return None if it.module in VIEWS else it.says("only scenarios.view may be seen")


RULES: tuple[Callable[[Import], str | None], ...] = (direction, floors, purity, viewers)


@pytest.mark.parametrize("rule", RULES)
def test_the_code_keeps_the_rule(rule: Callable[[Import], str | None]) -> None:
    """Every import of the program."""
    assert len(ALL) > 100
    broken = [sentence for it in ALL if (sentence := rule(it))]
    assert not broken, "\n" + "\n".join(broken)


@pytest.mark.parametrize(
    ("rule", "file", "code", "sentence"),
    [
        (direction, "paxos/replica.py", "import fsm.table",
         "paxos/replica.py:1: imports fsm.table: paxos may import none of the other packages"),
        (direction, "scenarios/look.py", "def f():\n    from evtui import cli",
         "scenarios/look.py:2: imports evtui.cli: scenarios may import paxos, fsm"),
        (direction, "fsm/table.py", "if TYPE_CHECKING:\n    from scenarios.view import View",
         "fsm/table.py:2: imports scenarios.view: fsm may import none of the other packages"),
        (direction, "scenarios/report.py", "import rich.table",
         "scenarios/report.py:1: imports rich.table: scenarios may use attrs, cattrs, msgpack"),
        (floors, "paxos/ballot.py", "from paxos.messages import Prepare",
         ("paxos/ballot.py:1: imports paxos.messages: messages stands above ballot; "
         "only what lies below may be imported")),
        (floors, "paxos/acceptor.py", "from . import proposer",
         ("paxos/acceptor.py:1: imports paxos.proposer: proposer stands beside acceptor; "
         "only what lies below may be imported")),
        (floors, "paxos/sim/bus.py", "from ..check.invariants import A1",
         ("paxos/sim/bus.py:1: imports paxos.check.invariants: check stands above sim; "
         "only what lies below may be imported")),
        (floors, "fsm/network/state.py", "import fsm.v2g.ev",
         ("fsm/network/state.py:1: imports fsm.v2g.ev: v2g stands above network; "
         "only what lies below may be imported")),
        (purity, "scenarios/world.py", "from time import monotonic",
         "scenarios/world.py:1: imports time: a run is a function of scenario, seed and inputs"),
        (purity, "paxos/sim/disk.py", "import os.path",
         "paxos/sim/disk.py:1: imports os.path: paxos knows nothing of files and processes"),
        (viewers, "evtui/widgets/log.py", "from scenarios.world import World",
         "evtui/widgets/log.py:1: imports scenarios.world: only scenarios.view may be seen"),
        (viewers, "evtui/render/log.py", "from paxos import ballot",
         "evtui/render/log.py:1: imports paxos.ballot: only scenarios.view may be seen"),
    ],
)  # fmt: skip
def test_a_broken_rule_is_seen(
    rule: Callable[[Import], str | None], file: str, code: str, sentence: str
) -> None:
    """The rules can fail, and say where and why."""
    assert [rule(it) for it in imports(file, code)] == [sentence]


# --- no cycles -------------------------------------------------------------------------------


def cycle(found: Iterable[Import]) -> list[str]:
    """Modules of one circle of imports at load time, or none."""
    graph: dict[str, set[str]] = {}
    for it in found:
        if it.eager and it.module.split(".")[0] in PACKAGES:
            name = it.file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            graph.setdefault(name, set()).add(it.module)
    done: set[str] = set()

    def walk(name: str, path: list[str]) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return []
        for other in sorted(graph.get(name, ())):
            if circle := walk(other, [*path, name]):
                return circle
        done.add(name)
        return []

    for name in sorted(graph):
        if circle := walk(name, []):
            return circle
    return []


def test_there_is_no_circle_of_imports() -> None:
    """Whatever is loaded first."""
    assert cycle(ALL) == []


def test_a_circle_is_seen() -> None:
    """Only what is imported at load time closes one."""
    there = Import("fsm/table.py", 1, "fsm.effects")
    assert cycle([there, Import("fsm/effects.py", 1, "fsm.table")]) == [
        "fsm.effects", "fsm.table", "fsm.effects",
    ]  # fmt: skip
    assert cycle([there, Import("fsm/effects.py", 1, "fsm.table", eager=False)]) == []


# --- randomness and the wall clock by name ---------------------------------------------------


_TODAY = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today")


def impure_uses(file: str, text: str) -> list[str]:
    """Uses of the global generator, of generators made on the spot, and of the date of today.

    A parameter may be called ``random``; the module is meant only where it is imported.
    """
    nodes = list(ast.walk(ast.parse(text)))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    found: list[str] = []
    for node in nodes:
        match node:
            case ast.ImportFrom(module="random"):
                others = sorted({alias.name for alias in node.names} - {"Random"})
                found += [f"{file}:{node.lineno}: imports random.{name}" for name in others]
            case ast.Call() if ast.unparse(node.func) in ("Random", "random.Random"):
                found.append(f"{file}:{node.lineno}: makes a generator")
            case ast.Attribute():
                name = ast.unparse(node)
                of_module = "random" in names and name.startswith("random.")
                if (of_module and name != "random.Random") or name.endswith(_TODAY):
                    found.append(f"{file}:{node.lineno}: uses {name}")
    return found


def test_randomness_comes_from_named_streams_and_time_from_the_kernel() -> None:
    """Generators are made in one file; all others are handed theirs."""
    broken = [
        sentence
        for file, text in sources()
        if file.split("/")[0] in CORE and file != RANDOM_HOME
        for sentence in impure_uses(file, text)
    ]
    assert not broken, "\n" + "\n".join(broken)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("import random\nrandom.random()", "x.py:2: uses random.random"),
        ("from random import choice", "x.py:1: imports random.choice"),
        ("from random import Random\nr = Random(1)", "x.py:2: makes a generator"),
        ("import datetime as dt\ndt.datetime.now()", "x.py:2: uses dt.datetime.now"),
        ("from datetime import date\ndate.today()", "x.py:2: uses date.today"),
    ],
)
def test_an_impure_use_is_seen(code: str, sentence: str) -> None:
    """And a type annotation is none."""
    assert impure_uses("x.py", code) == [sentence]
    fine = "import random\ndef f(r: random.Random) -> None: ..."
    assert impure_uses("x.py", fine) == []
    assert impure_uses("x.py", "def f(random: Random) -> int:\n    return random.choice()") == []


# --- what starts quickly ---------------------------------------------------------------------

HEADLESS = [
    "--help",
    "--version",
    "scenarios",
    "run ten-minutes --until 1s",
    "run nothing.toml",
    "profiles nothing.json",
    "plan nothing.json",
    "ask active no.csv",
    "check docs/examples/stale-read.jsonl",
    "compare nothing.log",
    "campaign leader-crash --seeds 1 --jobs 1",
    "shrink leader-crash",
    "settings",
    "--print-keys",
]


@pytest.mark.parametrize("command", HEADLESS)
def test_a_headless_command_never_imports_textual(command: str) -> None:
    """They run where no terminal is, and start in a tenth of a second."""
    code = (
        "import sys; from evtui.cli import main; main(sys.argv[1:]); "
        "print(sorted({'textual', 'evtui.app'} & sys.modules.keys()), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *command.split()], capture_output=True, text=True, cwd=ROOT
    )
    assert done.stderr.splitlines()[-1] == "[]"


def test_pyarrow_is_known_to_one_file_and_loaded_late() -> None:
    """It is an extra: all else works without it."""
    found = [it for it in ALL if it.module.split(".")[0] == "pyarrow"]
    assert {it.file for it in found} == {"evtui/ask/parquet.py"}
    assert not any(it.eager for it in found)


def test_the_web_server_is_known_to_one_file_and_loaded_late() -> None:
    """Its libraries are an extra."""
    extra = ("aiohttp", "jinja2", "textual_serve")
    found = [it for it in ALL if it.module.split(".")[0] in extra]
    assert {it.file for it in found} == {"evtui/web/server.py"}
    server = [it for it in ALL if it.module.startswith("evtui.web.server")]
    assert {it.file for it in server} == {"evtui/web/command.py"}
    assert not any(it.eager for it in server)


def test_distributed_is_known_to_one_file_and_loaded_late() -> None:
    """It is an extra, too."""
    found = [it for it in ALL if it.module.split(".")[0] in ("dask", "distributed")]
    assert {it.file for it in found} == {"evtui/campaign/cluster.py"}
    assert not any(it.eager for it in found)


def test_scipy_is_known_to_one_file_and_loaded_late() -> None:
    """It is large: only who computes a flow waits for it."""
    found = [it for it in ALL if it.module.split(".")[0] in ("scipy", "numpy")]
    assert {it.file for it in found} == {"fsm/energy/flow.py"}
    assert not any(it.eager for it in found)


@pytest.mark.parametrize(
    "module", ["evtui.cli", "evtui.app", "fsm.energy.verify", "fsm.energy.rolling"]
)
def test_what_starts_loads_no_scipy(module: str) -> None:
    """Neither the command line nor the app, nor who only verifies a plan."""
    code = f"import sys, {module}; print(sorted({{'scipy', 'numpy'}} & sys.modules.keys()))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout == "[]\n"


def test_help_imports_no_simulator() -> None:
    """The help text needs the command line alone."""
    code = (
        "import sys; from evtui.cli import main; main(['--help']); "
        "print(sorted({'msgpack', 'paxos', 'fsm'} & sys.modules.keys()), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stderr == "[]\n"
