"""V2G messages as bytes: round trips, and everything that is no message."""

import contextlib

import msgpack
import pytest
from attrs import fields
from hypothesis import given
from hypothesis import strategies as st

from fsm.v2g import messages as m
from fsm.v2g.codec import decode, encode, negative
from fsm.v2g.codes import ResponseCode as Code
from fsm.v2g.kinds import MalformedMessageError
from fsm.v2g.timeouts import MESSAGE_TIMEOUT_US
from tests.fsm.samples import REQUESTS, SESSION


def test_there_is_one_of_each():
    """The sixteen pairs of the standard, each request with a time-out."""
    assert tuple(type(request) for request in REQUESTS) == m.REQUESTS
    assert set(MESSAGE_TIMEOUT_US) == set(m.REQUESTS)
    for request, response in m.RESPONSE_OF.items():
        assert request.__name__[:-3] == response.__name__[:-3]


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda r: type(r).__name__)
def test_round_trip(request_):
    """Requests, and the negative response of each."""
    assert decode(encode(request_)) == request_
    response = negative(type(request_), Code.FAILED, SESSION)
    assert type(response) is m.RESPONSE_OF[type(request_)]
    assert response.response_code.is_negative
    assert decode(encode(response)) == response


def test_the_wire_form_is_a_flat_list():
    """What a trace shows is readable."""
    assert msgpack.unpackb(encode(REQUESTS[10])) == [
        "PowerDeliveryReq",
        SESSION,
        "Start",
        1,
        [[0, 7_000]],
    ]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (["NoSuchReq"], "no message has the name"),
        ([], "begins with a name"),
        ([1], "begins with a name"),
        ({"a": 1}, "begins with a name"),
        (["ChargingStatusReq"], "has 1 fields, not 0"),
        (["ChargingStatusReq", SESSION, 1], "has 1 fields, not 2"),
        (["ChargingStatusReq", b"short"], "not 8 to 8 bytes"),
        (["ChargingStatusReq", "text"], "not 8 to 8 bytes"),
        (["SessionStopReq", SESSION, "Sleep"], "not a ChargingSession"),
        (["SessionStopReq", SESSION, 1], "not a ChargingSession"),
        (["SessionSetupReq", SESSION, "x" * 65], "at most 64"),
        (["PreChargeReq", SESSION, True, 0], "not an integer"),
        (["PreChargeReq", SESSION, 1.5, 0], "not an integer"),
        (["PreChargeReq", SESSION, -1, 0], "not an integer from 0"),
        (["CableCheckReq", SESSION, 1, 0], "not a boolean"),
        (["PowerDeliveryReq", SESSION, "Start", 1, [[i, 1] for i in range(25)]], "list of 0 to 24"),
        (["PowerDeliveryReq", SESSION, "Start", 1, [[1]]], "row of 2"),
        (["SupportedAppProtocolReq", []], "list of 1 to 20"),
    ],
)
def test_what_is_no_message_is_named(row, why):
    """A malformed message is one named error that says what is wrong."""
    with pytest.raises(MalformedMessageError, match=why):
        decode(msgpack.packb(row))


@given(st.binary(max_size=64))
def test_any_bytes_are_a_message_or_malformed(body):
    """Never another exception."""
    with contextlib.suppress(MalformedMessageError):
        decode(body)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text(max_size=9)
    | st.binary(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


@given(st.sampled_from((*m.REQUESTS, *m.RESPONSES)), st.data())
def test_any_values_in_any_message(cls, data):
    """The right number of fields with anything in them."""
    row = [cls.__name__, *(data.draw(VALUES) for _ in fields(cls))]
    try:
        message = decode(msgpack.packb(row))
    except MalformedMessageError:
        return
    assert decode(encode(message)) == message
