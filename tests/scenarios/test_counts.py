"""Expectations on counts, in a run: what came before, what came after, to the microsecond."""

import pytest

from scenarios.loader import loads
from scenarios.session import Session

SCENARIO = """\
duration = "1m"
cps = 3
{script}
"""


def crash(t: str, cp: str) -> str:
    """A line of the script."""
    return f'[[at]]\nt = "{t}"\ndo = "crash"\ncp = "{cp}"\n'


def expect(t: str, least: int, most: int, since: str | None = None) -> str:
    """An expectation of that many crashes."""
    mark = f'since = "{since}"\n' if since else ""
    bounds = f"at_least = {least}\nat_most = {most}\n"
    return f'[[expect]]\nt = "{t}"\ncount = "crashes"\n{bounds}{mark}'


def found(*parts: str, max_events: int = 1_000_000) -> list[tuple[str, bool]]:
    """What was found of each expectation, and whether it held."""
    session = Session(loads(SCENARIO.format(script="".join(parts)), "counts.toml"))
    while not session.finished:
        session.run(60_000_000, max_events)
    return [(outcome.found, outcome.held) for outcome in session.outcomes]


def test_counts_of_the_whole_run_and_since_a_time() -> None:
    """Each time has its own mark; what happens at a mark belongs to what came before it."""
    script = (crash("10s", "CP1"), crash("20s", "CP2"), crash("20.000001s", "CP3"))
    assert found(
        *script,
        expect("15s", 1, 1),
        expect("30s", 3, 3),
        expect("30s", 2, 2, "10s"),
        expect("30s", 1, 1, "20s"),
        expect("30s", 0, 0, "21s"),
        expect("20s", 1, 1, "15s"),
        expect("20s", 0, 0, "20s"),
    ) == [("1", True), ("1", True), ("0", True), ("3", True), ("2", True), ("1", True),
          ("0", True)]  # fmt: skip


@pytest.mark.parametrize("max_events", [1, 7, 1_000_000])
def test_counts_do_not_depend_on_how_a_run_is_cut(max_events: int) -> None:
    """Step by step or in one go: marks lie between the same events."""
    parts = (crash("20s", "CP1"), expect("20s", 1, 1, "19s"), expect("1m", 0, 0, "20s"))
    assert found(*parts, max_events=max_events) == [("1", True), ("0", True)]


def test_a_count_that_is_wrong_fails() -> None:
    """And what was counted is said."""
    assert found(crash("20s", "CP1"), expect("30s", 0, 0, "10s")) == [("1", False)]


LOOKED_AT = """\
duration = "40s"
cps = 3
[[ev]]
id = "EV1"
[[at]]
t = "12s"
do = "plug_in"
ev = "EV1"
cp = "CP1"
"""


def checked(slice_us: int, max_events: int, looks: int) -> tuple[int, int, int, int]:
    """Events, invariant checks, peak in W and journal of a run that is looked at in between."""
    session = Session(loads(LOOKED_AT, "looks.toml"))
    for stop_us in (25_000_000, 40_000_000):
        while session.time_us < stop_us:
            session.run(min(session.time_us + slice_us, stop_us), max_events)
            for _ in range(looks):
                session.run(session.time_us, max_events)
        if stop_us < 40_000_000:
            session.act("unplug", ev="EV1")
    view = session.view()
    return view.events, view.checks, session.world.peak_w, len(session.world.journal)


def test_checks_do_not_depend_on_how_often_somebody_looks() -> None:
    """In one go, in slices in which nothing happens, event by event, asked for nothing."""
    at_once = checked(40_000_000, 1_000_000, 0)
    assert at_once[1] > at_once[0] > 500
    assert at_once[2] > 5_000
    for how in ((100, 1_000_000, 0), (3_333, 1_000_000, 2), (40_000_000, 1, 1)):
        assert checked(*how) == at_once, how


def test_asking_again_for_nothing_checks_nothing() -> None:
    """A check is one of an event: with none left at this time, none is counted."""
    session = Session(loads(LOOKED_AT, "looks.toml"))
    session.run(20_000_000, 1_000_000)
    before = session.view().checks
    for _ in range(5):
        assert session.run(20_000_000, 1_000_000)
    assert session.view().checks == before > 500


def test_power_is_looked_at_after_an_input() -> None:
    """Not only when the next event comes: an input may be the last thing that happens."""
    session = Session(loads(LOOKED_AT, "looks.toml"))
    session.run(30_000_000, 1_000_000)
    world = session.world
    world.grid.site.draw(10**6 - world.grid.site.power_w)
    session.act("crash", cp="CP3")
    assert session.world.violation is not None
    assert session.world.violation.name == "P1"
    assert world.peak_w == 10**6
