"""What a scenario says of consensus and of planning, as the replicas take it."""

from fsm.network.records import Planning, Record
from fsm.network.tariff import tariff_text
from paxos.election import Timing
from paxos.membership import Membership
from paxos.replica import Config
from scenarios.money import site_tariff
from scenarios.schema import Scenario


def replica_config(scenario: Scenario, nodes: tuple[int, ...]) -> Config:
    """Who belongs to the group at first, and the replicas' parameters, as the file says."""
    paxos = scenario.paxos
    low, high = paxos.election_timeout_us
    latency_us = scenario.network.latency_us
    timing = Timing(
        heartbeat_us=paxos.heartbeat_us,
        election_low_us=low,
        election_high_us=high,
        prepare_us=max(300_000, 4 * latency_us),
        # Who does not vote hears of its command with the next feed.
        retry_us=max(400_000, 8 * latency_us, 4 * paxos.feed_us),
        feed_us=paxos.feed_us,
        lease_us=low if paxos.lease_us is None else paxos.lease_us,
        drift_ppm=paxos.drift_ppm,
    )
    first = tuple(n for n in nodes if scenario.cps[n - 1].member)
    voters, learners = first[: paxos.voters], first[paxos.voters :]
    membership = Membership(voters, learners, *paxos.quorums(len(voters)))
    return Config(
        max_voters=paxos.voters,
        membership=membership,
        timing=timing,
        window=paxos.window,
        snapshot_slots=paxos.snapshot_slots,
        retain_slots=paxos.retain_slots,
        chunk_bytes=paxos.chunk_bytes,
    )


def planning_records(scenario: Scenario) -> tuple[Record, ...]:
    """How the network plans, as it knows from its beginning; nothing where it does not."""
    plans = scenario.plans
    if plans is None:
        return ()
    tariff = tariff_text(site_tariff(scenario))
    return (Planning(plans.step_us, plans.algorithm, tariff),)
