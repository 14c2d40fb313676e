"""The laboratory's clients: what they saw is linearizable, and planted mistakes are seen in it.

Here no invariant looks inside the replicas; only what clients saw is judged.
"""

from collections.abc import Callable

import pytest

from paxos.check.campaign.history import Inconsistent
from paxos.check.campaign.run import prepared
from paxos.check.campaign.shape import END_US, Shape
from paxos.check.campaign.weather import reading_of, shape_of, storm_of
from paxos.check.campaign.whispers import whispers_of
from paxos.check.linearizability.models import KV
from paxos.check.linearizability.verdict import Answer, check
from paxos.check.mutants.learners import executed_twice_after_failover
from paxos.check.mutants.patch import Patch
from paxos.check.mutants.reads import (
    laggard_serves_old_state,
    read_served_before_the_quorum_confirmed,
)


@pytest.mark.parametrize("weather", [shape_of, storm_of, reading_of])
@pytest.mark.parametrize("seed", range(3))
def test_what_clients_saw_is_linearizable(weather: Callable[[int], Shape], seed: int) -> None:
    """In any weather; a good part of it is never answered."""
    lab = prepared(seed, weather(seed), check=False)
    lab.cluster.run(END_US)
    operations = lab.history.operations()
    assert check(operations, KV).answer is Answer.LINEARIZABLE
    assert len(operations) > 50
    assert any(op.returned is not None for op in operations)


@pytest.mark.parametrize(
    ("plant", "weather"),
    [
        (read_served_before_the_quorum_confirmed, reading_of),
        (laggard_serves_old_state, reading_of),
        (executed_twice_after_failover, whispers_of),
    ],
)
def test_clients_alone_can_tell_a_planted_mistake(
    plant: Callable[[Patch], None],
    weather: Callable[[int], Shape],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Stale reads, and commands that take effect twice: killed by the history alone."""
    plant(monkeypatch)
    answers = []
    for seed in range(40):
        lab = prepared(seed, weather(seed), check=False)
        lab.cluster.run(END_US)
        answers.append(check(lab.history.operations(), KV).answer)
        if answers[-1] is Answer.NOT_LINEARIZABLE:
            with pytest.raises(Inconsistent, match="not linearizable"):
                lab.history.check_clients()
            return
    pytest.fail(f"no seed showed it: {answers}")
