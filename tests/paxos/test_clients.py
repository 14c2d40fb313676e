"""At most once: what the session table admits."""

from hypothesis import given
from hypothesis import strategies as st

from paxos.clients import Client, Command, Purpose, SessionTable, Verdict, decode, encode, is_change

ME = Client(1, 1)
FRESH, DUPLICATE, STALE = Verdict.FRESH, Verdict.DUPLICATE, Verdict.STALE


def give(table: SessionTable, sequence: int, first: int = 1, client: Client = ME) -> Verdict:
    """What becomes of a command; applied if fresh."""
    command = Command(client, sequence, first, b"op")
    verdict = table.admit(command)
    if verdict is FRESH:
        table.store(command, b"result %d" % sequence)
    return verdict


@given(
    st.builds(Client, st.integers(0), st.integers(1)),
    st.integers(1),
    st.binary(),
    st.sampled_from(Purpose),
)
def test_a_command_comes_back_as_it_was(
    client: Client, sequence: int, op: bytes, purpose: Purpose
) -> None:
    """Encoding and decoding are inverse; the value is never the no-op."""
    if max(*client, sequence) >= 2**63:
        return
    command = Command(client, sequence, 1, op, purpose)
    value = encode(command)
    assert decode(value) == command
    assert value != b""
    assert is_change(value) == (purpose is Purpose.CHANGE)


def test_a_command_is_fresh_once() -> None:
    """The second copy is a duplicate, and its result is remembered."""
    table = SessionTable()
    assert [give(table, 1), give(table, 1)] == [FRESH, DUPLICATE]
    assert table.result(ME, 1) == b"result 1"
    assert table.result(ME, 2) is None


def test_outstanding_commands_may_come_in_any_order() -> None:
    """A late first copy of a lower sequence is no duplicate while it is outstanding."""
    table = SessionTable()
    assert [give(table, s) for s in (3, 1, 2)] == [FRESH, FRESH, FRESH]
    assert [give(table, s) for s in (1, 2, 3)] == [DUPLICATE] * 3


def test_results_the_client_has_received_are_forgotten() -> None:
    """A command says its client's first outstanding sequence: below it nobody waits."""
    table = SessionTable()
    for sequence in (1, 2, 3):
        give(table, sequence)
    assert give(table, 4, first=3) is FRESH
    assert [table.result(ME, s) is None for s in (1, 2, 3, 4)] == [True, True, False, False]
    assert [give(table, s) for s in (1, 2, 3)] == [STALE, STALE, DUPLICATE]


def test_an_older_command_does_not_lower_the_first_outstanding() -> None:
    """A late copy with an old horizon brings no forgotten command back to life."""
    table = SessionTable()
    give(table, 1)
    give(table, 2, first=2)
    assert give(table, 1, first=1) is STALE


def test_a_new_incarnation_starts_over_and_ends_the_old() -> None:
    """The same sequence of the next incarnation is fresh; what the former one sent is stale."""
    table = SessionTable()
    give(table, 1)
    reborn = Client(1, 2)
    assert give(table, 1, client=reborn) is FRESH
    assert give(table, 2) is STALE
    assert give(table, 1) is STALE
    assert table.result(ME, 1) is None
    assert table.result(reborn, 1) == b"result 1"


def test_clients_do_not_touch_each_other() -> None:
    """Two nodes' sequences are different commands."""
    table = SessionTable()
    assert give(table, 1) is FRESH
    assert give(table, 1, client=Client(2, 1)) is FRESH


def test_done_means_that_proposing_again_is_useless() -> None:
    """Applied, received, or of an earlier incarnation: done. Unknown or of a later one: not."""
    table = SessionTable()
    assert not table.is_done(ME, 1)
    give(table, 1)
    give(table, 3, first=2)
    assert [table.is_done(ME, s) for s in (1, 2, 3, 4)] == [True, False, True, False]
    assert not table.is_done(Client(1, 2), 1)
    give(table, 1, client=Client(1, 2))
    assert table.is_done(ME, 4)


def test_the_digest_tells_orders_and_results_apart() -> None:
    """Tables that applied the same commands in another order have different digests."""
    one, two, three = SessionTable(), SessionTable(), SessionTable()
    for table, order in ((one, (1, 2)), (two, (2, 1)), (three, (1, 2, 1))):
        for sequence in order:
            give(table, sequence)
    assert one.digest() != two.digest()
    assert one.digest() == three.digest()


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 8), st.integers(1, 8)), max_size=40))
def test_no_history_applies_a_command_twice(history: list[tuple[int, int, int]]) -> None:
    """Whatever copies are chosen in whatever order, horizons honest or not: at most once each."""
    table = SessionTable()
    fresh = [
        (client, sequence)
        for incarnation, sequence, first in history
        if give(table, sequence, first, client := Client(1, incarnation)) is FRESH
    ]
    assert len(fresh) == len(set(fresh))
