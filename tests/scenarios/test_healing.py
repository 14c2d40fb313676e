"""What a scenario's own script leaves broken is mended before anything is asked of the rest."""

import pytest

from paxos.sim.healing import CURES
from scenarios.campaign import run_seed
from scenarios.healing import mended
from scenarios.loader import library, load, loads

HEAD = """
title = "Healing"
duration = "60s"

[[cp]]
id = "CP1"

[[cp]]
id = "CP2"

[[cp]]
id = "CP3"
"""


def lines_of(script: str) -> list[tuple[str, str, object]]:
    """What is mended of a script, by verb, charge point and the first other argument."""
    rows = mended(loads(HEAD + script, "healing.toml"), 50_000_000, 60_000_000)
    assert {row.t_us for row in rows} <= {60_000_000}
    return [
        (row.verb, row.args["cp"], next((row.args[k] for k in row.args if k != "cp"), None))
        for row in rows
    ]


def at(seconds: int, verb: str, cp: str, more: str = "") -> str:
    """A line of a script."""
    return f'[[at]]\nt = "{seconds}s"\ndo = "{verb}"\ncp = "{cp}"\n{more}\n'


def test_what_is_left_open_is_undone() -> None:
    """A crash without a restart, a pause and a wrong clock."""
    script = at(1, "crash", "CP1") + at(2, "pause", "CP2")
    script += at(3, "clock_drift", "CP3", 'drift = "5%"')
    assert lines_of(script) == [
        ("restart", "CP1", None),
        ("resume", "CP2", None),
        ("clock_drift", "CP3", 0),
    ]


def test_what_the_script_undoes_itself_is_left() -> None:
    """And so is what it does only after the end of the faults."""
    script = at(1, "crash", "CP1") + at(2, "restart", "CP1")
    script += at(3, "clock_drift", "CP3", 'drift = "5%"')
    script += at(4, "clock_drift", "CP3", 'drift = "0%"')
    script += at(55, "crash", "CP2")
    assert lines_of(script) == []


def test_nobody_knows_who_the_leader_was() -> None:
    """So every charge point is started, though the script starts the one that it has in mind."""
    script = at(1, "crash", "leader") + at(2, "restart", "CP1")
    assert lines_of(script) == [("restart", cp, None) for cp in ("CP1", "CP2", "CP3")]
    script = at(1, "pause", "leader") + at(2, "resume", "leader")
    assert lines_of(script) == [("resume", cp, None) for cp in ("CP1", "CP2", "CP3")]


def test_every_cure_is_a_verb_of_scripts() -> None:
    """Whatever the library leaves open can be written as a line."""
    for scenario in library():
        for line in mended(scenario, scenario.duration_us, scenario.duration_us):
            assert line.verb in {"heal", *(verb for row in CURES.values() for verb, _ in row)}


def test_a_death_that_may_be_still_to_come_is_called_off() -> None:
    """Under random faults nothing may have been written before the script starts it again."""
    for verb in ("crash_after_write", "crash_in_write"):
        script = at(1, verb, "CP1") + at(20, "restart", "CP1")
        assert lines_of(script) == [("disarm", "CP1", None), ("restart", "CP1", None)]


def test_links_that_are_left_broken_are_healed() -> None:
    """Also what was done by hand; a script that breaks no link is left as it is."""
    cut = '[[at]]\nt = "1s"\ndo = "cut"\na = "CP1"\nb = "CP2"\n'
    for script in (cut, cut + "after = 7\n"):
        rows = mended(loads(HEAD + script, "healing.toml"), 50_000_000, 60_000_000)
        assert [(row.verb, row.t_us) for row in rows] == [("heal", 60_000_000)]
    by_hand = at(1, "crash", "CP1", "after = 7")
    assert lines_of(by_hand) == [("restart", "CP1", None)]


@pytest.mark.parametrize(
    ("name", "seed"),
    [
        ("lease-reads", 265),  # the script's "resume leader" means CP1: it led, and was paused, too
        ("leader-crash", 16),  # the script's "restart CP5" starts nobody: CP3 led
        ("grow-and-shrink", 3),  # CP1 has left, and learns no more; EV1 stands there
        ("grow-and-shrink", 8),
        ("torn-write", 3),  # CP5 dies in a write after the script has started it again
        ("crash-after-write", 25),  # CP1 dies only after the script has started it again
    ],
)
def test_what_the_script_does_by_itself_is_no_problem(name: str, seed: int) -> None:
    """Seeds that were blamed for what their scenario's own script does."""
    assert run_seed(load(name), seed).problems == ()
