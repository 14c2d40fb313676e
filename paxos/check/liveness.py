"""How long a healed group may take until all is decided that was outstanding.

Asynchronous consensus promises no time (Fischer, Lynch, Paterson 1985); a network that has become
timely does. When every link carries each frame within ``delay_us``, every disk syncs within
``fsync_us`` and every process runs, a group is at rest again within :func:`settling_us`, whatever
happened before.
"""

from paxos.election import MAX_TRIES, Timing
from paxos.replica import Config

ATTEMPTS = 3
"""How often a voter may have to stand for election before one leads; see :func:`electing_us`."""


def attempt_us(timing: Timing) -> int:
    """The longest attempt of one voter: a time-out, its pre-votes, its Prepares.

    The time-out's width has doubled three times at the most (:meth:`Election.backoff_us`). Then a
    candidate asks for pre-votes up to ``MAX_TRIES`` times, and for promises as often, each time
    for two ``prepare_us`` at the longest.
    """
    width_us = timing.election_high_us - timing.election_low_us
    return timing.election_low_us + 8 * width_us + 2 * MAX_TRIES * 2 * timing.prepare_us


def electing_us(timing: Timing) -> int:
    """How long it may take until somebody leads for good.

    Every voter that hears no leader makes one attempt in each :func:`attempt_us`. Take the voter
    that nobody's compaction floor shuts out: the one whose own floor is highest.

    1. Its first attempt may be refused: voters have just heard a leader who is past, or promised.
       By its second, that is longer ago than the shortest election time-out.
    2. Its second may meet another candidate's. The lower ballot gives way, and pre-votes keep a
       third one off; unless both lost promises to each other, the higher one leads.
    3. If they did, their time-outs are drawn anew from ranges twice as wide.

    The third step may repeat itself; each time that is less likely by the share of the range which
    a round trip takes, and the two steps before it are seldom needed. So three attempts are enough
    in all runs of the tests, and no bound that holds with certainty exists.
    """
    return ATTEMPTS * attempt_us(timing)


def moving_us(config: Config, round_us: int) -> int:
    """How long one change of membership may take, once somebody leads, until it has taken effect.

    It is handed in and, should it have been lost, once more (``retry_us``). It is chosen in a round
    of its own, and so are the ``window`` no-ops that lead up to its slot. Voters who are new are
    heard of (a heartbeat), and asked for promises (a round, and a heartbeat to ask again). Whoever
    comes waits for a heartbeat to learn who leads, and with the next its answer says how far it is.
    """
    timing = config.timing
    return 2 * timing.retry_us + 4 * timing.heartbeat_us + (2 + config.window) * round_us


def settling_us(
    config: Config,
    *,
    delay_us: int,
    fsync_us: int,
    backlog_slots: int,
    changes: int = 0,
    departures: int = 0,
) -> int:
    """How long a healed group may take until replicas are equal and nothing is outstanding.

    After the election: the leader's first heartbeat finds out who lags (one heartbeat, and one more
    to send again what went to somebody who had not heard of it), commands are handed in again
    (``retry_us``), and at the worst each of ``backlog_slots`` takes a round of its own, to be
    proposed and again to be sent to who lacks it. In a round a message waits for a write that is
    under way and for its own, at both ends.

    ``changes`` counts the changes of membership that are still to come, two for each node on its
    way to vote: it joins, and is promoted when it has caught up. One that is refused, as another
    came first, costs nothing of its own: that other one is counted. The backlog once more is what
    newcomers have to catch up with. Each of ``departures``, changes that take a vote away, may
    unseat whoever leads: another election.
    """
    timing = config.timing
    round_us = 2 * delay_us + 4 * fsync_us
    talking_us = 2 * timing.heartbeat_us + 2 * timing.retry_us + 2 * timing.prepare_us
    backlog_us = 2 * backlog_slots * round_us
    if changes:
        backlog_us += backlog_slots * round_us + changes * moving_us(config, round_us)
    return (1 + departures) * (electing_us(timing) + talking_us) + backlog_us
