"""How long a driver waits where there is no majority, and what is left of his question."""

import pytest

from fsm.ocpp.reserving import Why
from scenarios.asks import REASONS
from scenarios.desk import ANSWER_US
from scenarios.loader import loads
from scenarios.session import Session
from scenarios.view import ReservationView

S = 1_000_000
PHONE_US = 50_000
CUT_US = 30 * S
DOUBT_US = 2_250_000
"""The middle of an election's time-outs, as the default configuration has it."""

BOOK = """
duration = "10m"
cps = 5
[[ev]]
id = "EV1"
"""

OFFSETS_US = (0, S // 2, S, 2 * S, 3 * S, 5 * S)
"""How long after the cut the driver asks."""


def splits(session: Session) -> dict[str, tuple[str, list[str]]]:
    """Who is asked, and the minority he is in, by what it is called."""
    leader = session.view().leader
    assert leader is not None
    first, second, *_ = [cp.id for cp in session.view().cps if cp.id != leader]
    return {
        "a follower alone": (first, [first]),
        "two followers": (first, [first, second]),
        "the leader alone": (leader, [leader]),
        "the leader, and a follower": (leader, [leader, first]),
        "a follower beside the leader": (first, [leader, first]),
    }


def asked_after(side: str, offset_us: int, heal: bool = False) -> tuple[int, ReservationView]:
    """After what time the driver has his answer, and what became of it in the end."""
    session = Session(loads(BOOK, "b"), 1)
    session.run(CUT_US, 10**6)
    cp, minority = splits(session)[side]
    session.act("partition", groups=[minority])
    session.run(CUT_US + offset_us, 10**6)
    session.act("reserve", ev="EV1", cp=cp, from_us=120 * S, until_us=480 * S, energy_wh=300)
    while session.view().reservations[0].answer == "asked":
        session.run(session.time_us + 10_000, 10**6)
    waited_us = session.time_us - CUT_US - offset_us
    if heal:
        session.act("heal")
        session.run(session.time_us + 20 * S, 10**6)
        nodes = [session.world.node(number) for number in session.world.ids]
        held = {node.network.state.reserved_by_tag.get("EV1", 0) for node in nodes if node}
        assert held == {0}
    return waited_us, session.view().reservations[0]


@pytest.mark.parametrize("offset_us", OFFSETS_US)
@pytest.mark.parametrize(
    "side",
    ["a follower alone", "two followers", "the leader alone", "the leader, and a follower"],
)
def test_a_minority_refuses_as_soon_as_it_knows(side: str, offset_us: int) -> None:
    """So long after the cut at the latest, and at once when it was asked later."""
    waited_us, row = asked_after(side, offset_us)
    assert waited_us <= PHONE_US + max(0, DOUBT_US - offset_us) + 20_000
    assert row.answer == "refused"
    assert "cut off" in row.reason


@pytest.mark.parametrize("offset_us", OFFSETS_US)
def test_who_is_cut_off_with_the_leader_refuses_what_is_not_decided(offset_us: int) -> None:
    """It hears a leader for 3 s more; nothing is decided meanwhile, and that it notices."""
    waited_us, row = asked_after("a follower beside the leader", offset_us)
    assert waited_us <= PHONE_US + DOUBT_US + 20_000
    assert row.answer == "refused"
    if offset_us <= 2 * S:
        assert row.reason == REASONS[Why.NO_DECISION]


@pytest.mark.parametrize("side", ["a follower alone", "a follower beside the leader"])
@pytest.mark.parametrize("offset_us", [0, S])
def test_what_is_refused_under_way_is_held_for_nobody(side: str, offset_us: int) -> None:
    """The links heal at once: the command is chosen after all, and is undone."""
    _, row = asked_after(side, offset_us, heal=True)
    assert (row.answer, row.fate) == ("refused", "")


@pytest.mark.parametrize("seed", range(6))
def test_an_election_is_waited_for(seed: int) -> None:
    """The leader dies, and the driver is answered by the next: no majority refuses for that."""
    session = Session(loads(BOOK, "b"), seed)
    session.run(CUT_US, 10**6)
    leader = session.view().leader
    assert leader is not None
    cp = next(cp.id for cp in session.view().cps if cp.id != leader)
    session.act("crash", cp=leader)
    session.act("reserve", ev="EV1", cp=cp, from_us=120 * S, until_us=480 * S, energy_wh=300)
    session.run(CUT_US + ANSWER_US, 10**6)
    assert session.view().reservations[0].answer == "reserved"


def test_who_changes_what_he_holds_is_given_the_whole_time() -> None:
    """A change that is given up takes away what he had: it waits for the answer to the end."""
    session = Session(loads(BOOK, "b"), 1)
    session.run(CUT_US, 10**6)
    cp, minority = splits(session)["a follower alone"]
    session.act("reserve", ev="EV1", cp=cp, from_us=120 * S, until_us=480 * S, energy_wh=300)
    session.run(CUT_US + S, 10**6)
    session.act("partition", groups=[minority])
    session.act("change_reservation", ev="EV1", from_us=130 * S, until_us=480 * S)
    session.run(CUT_US + 4 * S, 10**6)
    session.act("heal")
    session.run(CUT_US + 10 * S, 10**6)
    row = session.view().reservations[0]
    assert (row.fate, row.from_us) == ("active", 130 * S)
