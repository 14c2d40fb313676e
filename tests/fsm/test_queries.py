"""Questions to the network's state: what is asked comes back, and nothing makes it raise."""

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsm.network import queries
from fsm.network.state import NetworkState
from fsm.ocpp.frames import pack_operation


def network() -> NetworkState:
    """Two charge points, one of which charges."""
    state = NetworkState(22_000)
    boot = {"chargePointVendor": "v", "chargePointModel": "m", "ratedPower": 11_000}
    start = {"connectorId": 1, "idTag": "EV1", "meterStart": 500, "timestamp": 5}
    for number, (cp_id, action, payload) in enumerate(
        [
            ("CP1", "BootNotification", boot),
            ("CP2", "BootNotification", boot),
            ("CP1", "StartTransaction", start),
        ]
    ):
        state.apply(pack_operation(cp_id, number, f"u{number}", action, dict(payload)))
    return state


def test_the_summary() -> None:
    """The network as a whole, as data and in words."""
    answer = network().query(queries.summary())
    assert queries.unpack(answer) == {
        "open": 1,
        "transactions": 1,
        "held_w": 11_000,
        "capacity_w": 22_000,
        "applied": 3,
    }
    assert queries.in_words(answer) == (
        "open 1 · transactions 1 · held 11,000 W · capacity 22,000 W · applied 3"
    )


def test_one_charge_point_and_one_transaction() -> None:
    """What one may draw, and what one has taken."""
    state = network()
    limit = queries.unpack(state.query(queries.limit("CP1")))
    assert limit == {"limit_w": 11_000, "held_w": 11_000, "version": 1}
    taken = queries.unpack(state.query(queries.transaction(1)))
    assert taken == {"cp": "CP1", "id_tag": "EV1", "energy_wh": 0, "open": 1}


@pytest.mark.parametrize(
    ("op", "error"),
    [
        (queries.limit("CP9"), "no such charge point"),
        (queries.transaction(7), "no such transaction"),
        (b"", "no such question (0 bytes)"),
        (b"\xc1", "no such question (1 bytes)"),
        (msgpack.packb([]), "no such question (1 bytes)"),
        (msgpack.packb(["weather"]), "no such question (9 bytes)"),
        (msgpack.packb(["limit"]), "no such question (7 bytes)"),
        (msgpack.packb(["limit", ["CP1"]]), "no such question (12 bytes)"),
        (msgpack.packb(["transaction", True]), "no such question (14 bytes)"),
    ],
)
def test_what_is_no_question_gets_an_error(op: bytes, error: str) -> None:
    """Other people's data."""
    assert queries.unpack(network().query(op)) == {"error": error}


@given(st.one_of(st.binary(max_size=60), st.builds(msgpack.packb, st.lists(st.integers(0, 9)))))
def test_asking_changes_nothing(op: bytes) -> None:
    """Whatever the bytes."""
    state = network()
    before = state.digest()
    queries.unpack(state.query(op))
    assert state.digest() == state.full_digest() == before
    assert queries.name(op)


def test_questions_have_names() -> None:
    """For the log of slots."""
    assert queries.name(queries.limit("CP1")) == "limit"
    assert queries.name(b"\xff\xff") == "malformed question (2 bytes)"
