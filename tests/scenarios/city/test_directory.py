"""The directory: the newest news of each site win, and say how old they are."""

import pytest

from paxos.wire import WireError
from scenarios.city.directory import Directory, Summary, unpack

S = 1_000_000


def summary(site: int, version: tuple[int, int, int], free: int = 1) -> Summary:
    """A site with so many free AC connectors."""
    return Summary(site, version, free, 0, 11_000, 450_000)


def test_a_later_leader_outdoes_an_earlier_one_whatever_it_has_counted() -> None:
    """The ballot comes first: who was deposed may have told much more often."""
    directory = Directory()
    assert directory.hear(summary(2, (3, 1, 90), free=7), 0, 0)
    assert directory.hear(summary(2, (4, 2, 1), free=0), 0, 0)
    assert not directory.hear(summary(2, (3, 1, 91), free=7), 0, 1 * S)
    assert directory.entries[2].summary.free("AC") == 0


def test_of_one_leader_the_later_summary_wins() -> None:
    """In whatever order they come."""
    directory = Directory()
    assert directory.hear(summary(2, (3, 1, 5), free=2), 0, 0)
    assert not directory.hear(summary(2, (3, 1, 4), free=9), 0, 0)
    assert directory.entries[2].summary.free("AC") == 2


def test_the_age_travels_along() -> None:
    """What was 4 s old when it came, and has been there for 6 s, is 10 s old."""
    directory = Directory()
    directory.hear(summary(2, (1, 1, 1)), 4 * S, 100 * S)
    ((told, age_us),) = unpack(directory.pack(106 * S))
    assert told == summary(2, (1, 1, 1))
    assert age_us == 10 * S


def test_the_same_news_by_a_shorter_way_are_younger() -> None:
    """And by a longer one no older."""
    directory = Directory()
    directory.hear(summary(2, (1, 1, 1)), 4 * S, 100 * S)
    directory.hear(summary(2, (1, 1, 1)), 1 * S, 100 * S)
    directory.hear(summary(2, (1, 1, 1)), 9 * S, 100 * S)
    assert directory.entries[2].age_us(100 * S) == 1 * S


def test_a_message_has_all_that_is_known_in_the_order_of_the_sites() -> None:
    """And its own site's summary, made now."""
    directory = Directory()
    directory.hear(summary(3, (1, 1, 1)), 0, 0)
    own = directory.make(2, (5, 4), (1, 2), 7_000, 390_000, 10)
    assert own.version == (5, 4, 1)
    assert own.free("DC") == 2
    assert [told.site for told, _ in unpack(directory.pack(10))] == [2, 3]
    assert directory.make(2, (5, 4), (0, 0), 0, 0, 20).version == (5, 4, 2)


def test_a_damaged_message_is_seen() -> None:
    """By its checksum."""
    frame = bytearray(Directory().pack(0))
    frame[0] ^= 1
    with pytest.raises(WireError):
        unpack(bytes(frame))
