"""Frames: what is packed comes back, and what is damaged does not get in."""

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paxos.ballot import Ballot
from paxos.messages import (
    MESSAGES,
    Accept,
    Accepted,
    Commit,
    Decisions,
    Forward,
    Heartbeat,
    HeartbeatAck,
    Message,
    Nack,
    Prepare,
    PreVote,
    PreVoteReply,
    Promise,
    ReadIndex,
    ReadSlot,
    SnapshotChunk,
    SnapshotPull,
)
from paxos.wire import WireError, pack, pack_row, seal, unpack, unpack_row, unseal

numbers = st.integers(0, 2**63 - 1)
ballots = st.builds(Ballot, numbers, numbers)
values = st.binary(max_size=40)
runs = st.lists(values, max_size=5)
entries = st.lists(st.tuples(numbers, ballots, values), max_size=4)
everything: dict[type[Message], st.SearchStrategy[Message]] = {
    Prepare: st.builds(Prepare, ballots, numbers),
    Promise: st.builds(Promise, ballots, numbers, entries, numbers),
    Accept: st.builds(Accept, ballots, numbers, runs, numbers),
    Accepted: st.builds(Accepted, ballots, numbers, numbers),
    Nack: st.builds(Nack, ballots, ballots),
    Heartbeat: st.builds(Heartbeat, ballots, numbers, numbers),
    HeartbeatAck: st.builds(HeartbeatAck, ballots, numbers, numbers, numbers),
    Commit: st.builds(Commit, ballots, numbers),
    Decisions: st.builds(Decisions, ballots, numbers, runs, numbers),
    Forward: st.builds(Forward, runs),
    PreVote: st.builds(PreVote, ballots, numbers),
    PreVoteReply: st.builds(PreVoteReply, ballots, st.booleans(), ballots),
    SnapshotChunk: st.builds(SnapshotChunk, numbers, numbers, numbers, values),
    SnapshotPull: st.builds(SnapshotPull, numbers, numbers),
    ReadIndex: st.builds(ReadIndex, numbers, numbers, st.booleans()),
    ReadSlot: st.builds(ReadSlot, numbers, numbers, numbers, st.booleans()),
}
any_message = st.one_of(*everything.values())

SAMPLES: list[Message] = [
    Prepare(Ballot(3, 1), 7),
    Promise(Ballot(3, 1), 7, [(7, Ballot(2, 2), b"x"), (9, Ballot(1, 3), b"")], 6),
    Accept(Ballot(3, 1), 7, [b"x", b"", b"yz"], 6),
    Accepted(Ballot(3, 1), 7, 3),
    Nack(Ballot(3, 1), Ballot(4, 2)),
    Heartbeat(Ballot(3, 1), 6, 2),
    HeartbeatAck(Ballot(3, 1), 6, 5, 2),
    Commit(Ballot(3, 1), 6),
    Decisions(Ballot(3, 1), 1, [b"x", b""], 6),
    Forward([b"x", b"y"]),
    PreVote(Ballot(3, 1), 6),
    PreVoteReply(Ballot(3, 1), True, Ballot(2, 2)),
    SnapshotChunk(6, 2, 4, b"xy"),
    SnapshotPull(6, 2),
    ReadIndex(2, 7, True),
    ReadSlot(2, 7, 6, False),
]


def test_every_message_has_a_sample() -> None:
    """The samples and strategies of this file cover every kind of message there is."""
    assert [type(sample) for sample in SAMPLES] == list(MESSAGES) == list(everything)
    assert len({kind.TAG for kind in MESSAGES}) == len(MESSAGES)


@given(any_message)
def test_a_message_comes_back_as_it_was(message: Message) -> None:
    """Packing and unpacking gives the equal message, with ballots as ballots."""
    back = unpack(pack(message))
    assert type(back) is type(message)
    assert back == message
    ballot = getattr(back, "ballot", None)
    assert ballot is None or type(ballot) is Ballot


@pytest.mark.parametrize("message", SAMPLES, ids=lambda m: type(m).__name__)
def test_every_flipped_bit_is_seen(message: Message) -> None:
    """A frame with any one bit flipped, checksum included, is refused."""
    frame = pack(message)
    for bit in range(len(frame) * 8):
        damaged = bytearray(frame)
        damaged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(WireError):
            unpack(bytes(damaged))


@pytest.mark.parametrize("message", SAMPLES, ids=lambda m: type(m).__name__)
def test_a_frame_cut_short_is_seen(message: Message) -> None:
    """Every proper beginning of a frame is refused, also the empty one."""
    frame = pack(message)
    for length in range(len(frame)):
        with pytest.raises(WireError):
            unpack(frame[:length])


@pytest.mark.parametrize("message", SAMPLES, ids=lambda m: type(m).__name__)
def test_wrong_arity_is_no_message(message: Message) -> None:
    """A row with a field too few or too many is refused, though its checksum matches."""
    row = message.row()
    for wrong in (row[:-1], [*row, 0]):
        with pytest.raises(WireError, match="fields"):
            unpack(pack_row(wrong))


@pytest.mark.parametrize("tag", [0, len(MESSAGES) + 1, -1, True, 1.0, "1", None, [1]])
def test_an_unknown_tag_is_no_message(tag: object) -> None:
    """Only the integers of the known kinds are tags; a boolean or a float is none."""
    with pytest.raises(WireError, match="unknown message tag"):
        unpack(pack_row([tag, 1, 1, 1]))


@pytest.mark.parametrize(
    "flat", [{"a": 1}, 7, None, [1, 2, 3], [1, 2, 3, b"x", 5]], ids=lambda f: repr(f)
)
def test_promised_entries_must_be_a_list_of_fours(flat: object) -> None:
    """A promise with a broken list of entries is refused, whatever stands in its place."""
    with pytest.raises(WireError):
        unpack(pack_row([2, 1, 1, 1, flat, 0]))


@given(st.binary(max_size=200))
def test_random_bytes_are_no_message(frame: bytes) -> None:
    """Bytes from anywhere raise WireError or, were they a frame, give a message: nothing else."""
    for candidate in (frame, seal(frame)):
        try:
            unpack(candidate)
        except WireError:
            continue
        assert candidate is not frame


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.binary(max_size=4),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=12,
)


@given(st.integers(0, 13), st.lists(plain, max_size=6))
def test_any_row_is_a_message_or_a_wire_error(tag: int, fields: list[object]) -> None:
    """A sealed row of any fields, right tag or wrong, raises nothing but WireError."""
    try:
        message = unpack(pack_row([tag, *fields]))
    except WireError:
        return
    assert tag == type(message).TAG


@pytest.mark.parametrize("body", [b"\xc1", b"\x01", b"\x90", b"\x80", b"\x92\x01", b"\x91\x01\x01"])
def test_a_body_that_is_no_row_is_refused(body: bytes) -> None:
    """No msgpack, no list, an empty list, a list cut short, bytes behind it: none is a row."""
    with pytest.raises(WireError):
        unpack_row(seal(body))


def test_seal_and_unseal_are_inverse() -> None:
    """What was sealed comes out, also from a row of one field."""
    assert unseal(seal(b"body")) == b"body"
    assert unpack_row(pack_row([5])) == [5]
    assert unseal(pack_row([1, b"x"])) == msgpack.packb([1, b"x"])
