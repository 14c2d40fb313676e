"""Looking at links: each cell against the link itself, and the counts against all cells."""

from collections import Counter

import pytest

from scenarios.loader import load, loads
from scenarios.session import Session
from scenarios.tables_view import LinkCell, LinksView, LinkWindow
from scenarios.view import Window
from tests.scenarios.looking import digest

S = 1_000_000
ALL = LinkWindow(0, 1_000, 0, 1_000)

MANY = """\
duration = "60s"
cps = 40
"""


def running(text: str = "", seconds: int = 20) -> Session:
    """A run that has come so far: five charge points, or those of a file."""
    session = Session(loads(text, "test.toml") if text else load("ten-minutes"), 7)
    while not session.run(seconds * S, 100_000):
        pass
    return session


def seen(session: Session, block: LinkWindow = ALL) -> LinksView:
    """What the view shows of that block."""
    found = session.view(Window(links=block)).links
    assert found is not None
    return found


def cell(session: Session, a: int, b: int) -> LinkCell:
    """What CP ``a`` says to CP ``b``, by their numbers."""
    found = seen(session).at(a - 1, b - 1)
    assert found is not None
    return found


def recount(found: LinksView) -> tuple[int, int, int, int]:
    """Total, cut, lossy and late, from the cells of the whole matrix."""
    counts: Counter[str] = Counter()
    for row in found.cells:
        for it in row:
            if it is not None:
                counts["all"] += 1
                counts["cut"] += bool({"cut", "one way"} & {*it.faults})
                rates = it.loss_ppm, it.duplicate_ppm, it.reorder_ppm, it.corrupt_ppm
                counts["lossy"] += any(rates)
                counts["late"] += it.extra_us > 0
    return counts["all"], counts["cut"], counts["lossy"], counts["late"]


def test_a_view_has_links_only_where_they_are_asked_for() -> None:
    """A thousand charge points have a million of them."""
    assert running().view().links is None


def test_cells_show_each_direction_as_it_is() -> None:
    """A cut both ways, one way, a delay one way, and loss on both."""
    session = running()
    session.act("cut", a="CP1", b="CP2")
    session.act("cut_oneway", a="CP3", b="CP4")
    session.act("delay", a="CP2", b="CP5", extra_us=200_000, oneway=True)
    session.act("loss", a="CP4", b="CP5", rate_ppm=50_000)
    assert cell(session, 1, 2).faults == cell(session, 2, 1).faults == ("cut",)
    assert (cell(session, 3, 4).faults, cell(session, 4, 3).faults) == (("one way",), ())
    assert (cell(session, 2, 5).faults, cell(session, 5, 2).faults) == (("late",), ())
    assert cell(session, 2, 5).extra_us == 200_000
    assert cell(session, 4, 5).faults == cell(session, 5, 4).faults == ("loss",)
    assert cell(session, 5, 4).loss_ppm == 50_000
    assert seen(session).at(2, 2) is None
    assert recount(seen(session)) == (20, 3, 2, 1)


def test_the_worst_fault_comes_first() -> None:
    """A link that is cut and slow is, above all, cut."""
    session = running()
    session.act("delay", a="CP1", b="CP2", extra_us=1_000)
    session.act("corrupt", a="CP1", b="CP2", rate_ppm=1_000)
    session.act("cut_oneway", a="CP1", b="CP2")
    assert cell(session, 1, 2).faults == ("one way", "late", "damage")
    session.act("join", a="CP1", b="CP2")
    assert cell(session, 1, 2).faults == ("late", "damage")


def test_the_latency_is_that_of_the_latest_frame() -> None:
    """With a delay it is longer by it; on a link that nobody uses there is none."""
    session = running()
    leader = session.world.leader()
    assert leader is not None
    other = 1 if leader.number != 1 else 2
    first = cell(session, leader.number, other)
    link = session.world.cluster.bus.link(leader.number, other)
    assert (first.took_us, first.sent, first.lost) == (link.took_us, link.sent, link.lost)
    assert 200 < first.took_us < 50_000
    session.act("delay", a=session.world.ids[leader.number], b=session.world.ids[other],
                extra_us=400_000)  # fmt: skip
    session.run(session.time_us + 5 * S, 100_000)
    assert 400_200 < cell(session, leader.number, other).took_us < 450_000


@pytest.mark.parametrize(
    ("verb", "args"),
    [
        ("heal", {}),
        ("loss", {"rate_ppm": 10_000}),
        ("delay", {"extra_us": 5_000}),
        ("partition", {"groups": [["CP1", "CP2", "CP3"]]}),
        ("partition", {"groups": [["CP1", "CP30"], ["CP2"], ["CP40", "CP7", "CP8"]]}),
    ],
)
def test_counts_are_of_all_links_also_of_those_that_nobody_has_used(
    verb: str, args: dict[str, object]
) -> None:
    """The weather stands for them, and looking does not make them."""
    session = running(MANY)
    session.act(verb, **args)
    session.act("cut", a="CP1", b="CP39")
    session.act("delay", a="CP2", b="CP38", extra_us=9_000)
    made = len(session.world.cluster.bus.links)
    found = seen(session)
    assert (found.total, found.cut, found.lossy, found.late) == recount(found)
    assert found.total == 40 * 39
    assert len(session.world.cluster.bus.links) == made < 1_000


def test_a_block_is_cut_out_of_the_matrix() -> None:
    """As far as there are rows and columns; the cells are those of the whole."""
    session = running(MANY)
    session.act("cut", a="CP38", b="CP40")
    block, whole = seen(session, LinkWindow(35, 10, 38, 2)), seen(session)
    assert (len(block.cells), len(block.cells[0])) == (5, 2)
    assert block.at(37, 39) == whole.at(37, 39)
    assert whole.at(37, 39) is not None
    assert block.at(0, 0) is block.at(40, 39) is None


def test_looking_changes_nothing() -> None:
    """A run that is looked at after every event has the digest of one that is not."""
    assert digest(seen, 20 * S, 1_000) == digest(None, 20 * S, 1_000)
