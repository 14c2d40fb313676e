"""A reservation that a fault takes away: its driver is told, and goes where it is kept instead."""

import pytest

from scenarios.asks import brief_text, obstacles_text, refusal_text
from scenarios.campaign import run_seed
from scenarios.loader import load, loads
from scenarios.session import Session
from scenarios.view import ReservationView
from tests.scenarios.test_drivers import at, lines, records

S = 1_000_000

BOOK = """
duration = "10m"
monitor = true
{cps}
[[ev]]
id = "EV1"
at = ["0m", "10m"]
drives = true
[[ev]]
id = "EV2"
"""
CPS = "\n".join(f'[[cp]]\nid = "CP{n}"\nat = ["{n * 40 - 40}m", "0m"]' for n in range(1, 6))


def booked(seed: int = 3) -> Session:
    """EV1 has CP1 from 2m to 8m, and CP1 does not lead."""
    session = at(20, Session(loads(BOOK.format(cps=CPS), "b"), seed))
    assert session.view().leader not in ("CP1", "CP2")
    session.act("reserve", ev="EV1", from_us=120 * S, until_us=480 * S, energy_wh=300)
    return at(30, session)


def row(session: Session) -> ReservationView:
    """EV1's question."""
    return session.view().reservations[0]


@pytest.mark.parametrize(
    ("verb", "args", "why"),
    [
        ("crash", {"cp": "CP1"}, "CP1 is out of order"),
        ("pause", {"cp": "CP1"}, "CP1 is out of order"),
        ("partition", {"groups": [["CP1"]]}, "CP1 is disconnected"),
        ("stop_cp", {"cp": "CP1"}, "CP1 is stopped by the operator"),
        ("remove", {"cp": "CP1"}, "CP1 is disconnected"),
    ],
)
def test_the_driver_is_told_and_goes_elsewhere(
    verb: str, args: dict[str, object], why: str
) -> None:
    """Within three seconds, also where the charge point that he asked is the one that failed."""
    session = booked()
    session.act(verb, **args)
    at(34, session)
    found = row(session)
    assert (found.answer, found.fate, found.news) == ("reserved", "active", "moved")
    assert (found.left, found.cp, found.reason) == ("CP1", "CP2", why)
    assert len(lines(session, "is moved to CP2")) == 1
    at(180, session)
    assert session.world.cars["EV1"].taken_uj > 0
    assert row(session).fate == "used"
    assert session.view().sessions[-1].cp == "CP2"


def test_who_cannot_be_moved_is_told_why() -> None:
    """All others are out of service: each is named with what stands against it."""
    session = booked()
    for cp in ("CP2", "CP3", "CP4", "CP5"):
        session.act("stop_cp", cp=cp)
    at(32, session)
    session.act("crash", cp="CP1")
    at(36, session)
    found = row(session)
    assert (found.fate, found.news, found.cp) == ("removed", "lost", "CP1")
    assert found.reason == (
        "CP1 is out of order, and no other can: CP2 is stopped by the operator, "
        "CP3 is stopped by the operator, CP4 is stopped by the operator, "
        "CP5 is stopped by the operator"
    )
    at(200, session)
    assert session.world.cars["EV1"].connector is None


def test_who_stands_there_already_leaves() -> None:
    """He is plugged in, and the charge point is cut off before it could start a transaction."""
    session = booked()
    session.run(session.world.drivers.asks[1].arrive_us - S // 10, 10**6)
    session.act("partition", groups=[["CP1"]])
    session.run(session.time_us + S, 10**6)
    connector = session.world.cars["EV1"].connector
    assert connector is not None
    assert connector.node == 1
    at(180, session)
    assert [number for _, number in session.world.cars["EV1"].visits] == [1, 2]
    assert len(lines(session, "unplugs, and leaves CP1")) == 1
    assert (row(session).cp, row(session).fate) == ("CP2", "used")


def test_it_may_be_moved_twice() -> None:
    """The second fault finds him on his way to the second place."""
    session = booked()
    session.act("crash", cp="CP1")
    at(34, session)
    session.act("stop_cp", cp="CP2")
    at(36, session)
    assert (row(session).left, row(session).cp, row(session).news) == ("CP2", "CP3", "moved")
    at(180, session)
    assert row(session).fate == "used"


def test_both_that_could_tell_are_down_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a charge point has not told it tells when it starts again."""
    monkeypatch.setattr("scenarios.node.news_of", lambda tables, cp_id, told: [])
    session = booked()
    session.act("crash", cp="CP1")
    at(34, session)
    assert row(session).news == ""
    assert records(session, 1)[1] == "Active"
    node = session.world.node(2)
    assert node is not None
    assert list(session.world.promises.unkept(node.network)) == [
        "EV1 was not told that #1 was lost"
    ]
    monkeypatch.undo()
    session.act("restart", cp="CP1")
    at(40, session)
    assert (row(session).news, row(session).cp) == ("moved", "CP2")
    assert list(session.world.promises.unkept(node.network)) == []


def test_a_driver_hears_it_once() -> None:
    """Two tell him, and one again after a restart."""
    session = booked()
    session.act("stop_cp", cp="CP1")
    at(34, session)
    for cp in ("CP1", "CP2"):
        session.act("crash", cp=cp)
        session.run(session.time_us + S, 10**6)
        session.act("restart", cp=cp)
        session.run(session.time_us + 8 * S, 10**6)
    assert len(lines(session, "is moved to CP2")) == 1


def test_who_cancels_what_was_moved_cancels_it_there() -> None:
    """The id is the same."""
    session = booked()
    session.act("stop_cp", cp="CP1")
    at(34, session)
    session.act("cancel_reservation", ev="EV1")
    at(40, session)
    assert set(records(session, 1)) == {"Cancelled"}
    assert row(session).fate == "cancelled"


def test_a_refusal_says_what_stands_against_each() -> None:
    """With figures, and bounded: the nearest, and how many more."""
    data = {
        "obstacles": [
            {"cp": "CP1", "reason": "Occupied"},
            {"cp": "CP2", "reason": "Reserved", "until": 550 * S},
            {"cp": "CP3", "reason": "OutOfOrder"},
            {"cp": "CP4", "reason": "TooLittlePower", "has": 11_000, "needs": 22_000},
        ],
        "more": 96,
    }
    assert refusal_text("CP1", "Occupied", data) == (
        "CP1 is occupied, CP2 is reserved until 9m10s, CP3 is out of order, "
        "CP4 is too slow: 11 kW where 22 kW are needed, and 96 more cannot"
    )
    assert refusal_text("CP1", "CutOff", {}) == "CP1 is cut off from the network"
    assert obstacles_text([], 0) == ""


def test_a_refusal_in_short_counts_those_with_one_reason() -> None:
    """For drivers who ask several sites: three are named, of more it says how many."""

    def told(*reasons: str, more: int = 0) -> str:
        there = [{"cp": f"CP{n}", "reason": each} for n, each in enumerate(reasons, 1)]
        return brief_text("CP1", reasons[0], {"obstacles": there, "more": more})

    assert told("WrongCurrent") == "CP1 has the wrong current"
    assert told(*["WrongCurrent"] * 3) == "CP1, CP2 and CP3 have the wrong current"
    assert told(*["Occupied"] * 4, "Reserved", more=5) == (
        "4 CPs are occupied, CP5 is reserved then, and 5 more cannot"
    )
    assert told("Down", "Down") == "CP1 and CP2 do not run"
    assert told("Silent", "Silent") == "nothing was heard of CP1 and CP2 for a while"
    assert brief_text("CP1", "CutOff", {}) == "CP1 is cut off from the network"


def test_a_refusal_in_a_run_names_the_others() -> None:
    """In the event log, and in the list of reservations."""
    session = booked()
    session.act("reserve", ev="EV2", cp="CP1", from_us=130 * S, until_us=300 * S, energy_wh=9_000)
    at(34, session)
    refused = session.view().reservations[1]
    assert refused.answer == "refused"
    assert refused.reason.startswith(
        "CP1 is reserved until 8m, CP2 is too slow: 11 kW where 191 kW"
    )
    assert len(lines(session, "refused at CP1: no charge point can: CP1 is reserved")) == 1


def test_random_faults_break_no_promise() -> None:
    """Six seeds; the long campaign has two hundred."""
    scenario = load("reservation-lost-to-a-fault")
    assert [f for seed in range(6) if (f := run_seed(scenario, seed)).problems] == []


@pytest.mark.soak
@pytest.mark.parametrize("first", range(0, 200, 20))
def test_two_hundred_seeds(first: int) -> None:
    """The long campaign."""
    scenario = load("reservation-lost-to-a-fault")
    seeds = range(first, first + 20)
    assert [f for seed in seeds if (f := run_seed(scenario, seed)).problems] == []


def test_a_network_that_tells_nobody_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The campaign compares what drivers know with the log."""
    monkeypatch.setattr("scenarios.node.news_of", lambda tables, cp_id, told: [])
    scenario = load("reservation-lost-to-a-fault")
    found = [text for seed in range(4) for text in run_seed(scenario, seed).problems]
    assert any("was not told" in text for text in found)
