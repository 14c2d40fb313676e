"""Profiles of random faults: what each draws, and that the oldest one stays what it was."""

import pytest
from attrs import evolve

from scenarios.campaign import run_seed, with_faults
from scenarios.campaign.drawing import draw
from scenarios.campaign.profiles import EVERYTHING, PROFILES
from scenarios.city.campaign import run_seed as run_city_seed
from scenarios.city.campaign import with_faults as city_with_faults
from scenarios.loader import load, loads
from scenarios.schema import At, Scenario

LINKS = {"cut", "cut_oneway", "join", "partition", "loss", "duplicate", "reorder", "corrupt"}
OF_PROFILE = {
    "calm": set(),
    "network": {*LINKS, "delay", "heal"},
    "crashes": {
        "crash", "restart", "pause", "resume", "crash_after_write", "disarm", "slow", "heal",
    },
    "disks": {
        "crash", "restart", "slow_disk", "fill_disk", "free_disk", "crash_after_write", "disarm",
        "wipe", "heal",
    },
    "clocks": {"clock_drift", "clock_offset"},
}  # fmt: skip
BARE = loads('duration = "10m"\ncps = 5\n', "bare.toml")


@pytest.mark.parametrize(
    ("name", "seed", "healed_us", "digest"),
    [
        ("ten-minutes", 7, None, "bca475a1ce31ac3245bf15e2104355fe"),
        ("ten-minutes", 4, 100_000_000, "63e7fe3749dad50abd7f7611bad09858"),
        ("lease-reads", 3, None, "1780fad77aa0511fbef4870e1e337401"),
        ("stuck-contactor", 17, None, "4e3b586dfc7c071ee0d80fc04e62edfa"),
        ("payment-retried", 2, None, "c95478289c578b8972de4edffe314be9"),
    ],
)
def test_everything_is_the_mix_that_it_always_was(
    name: str, seed: int, healed_us: int | None, digest: str
) -> None:
    """A seed of an old report is the same run today, byte for byte.

    A change of the protocol or of charging makes other runs; a change of the faults must not.
    """
    assert run_seed(load(name), seed, healed_us).digest == digest


def test_everything_is_the_mix_that_it_always_was_in_a_city() -> None:
    """The same."""
    assert run_city_seed(load("two-sites"), 1).digest == "aa4fad05e57f80305196278124e9db79"


def drawn_verbs(scenario: Scenario, profile: str, seeds: int = 30) -> set[str]:
    """What a profile does over some seeds, but for reads and visits."""
    return {
        line.verb
        for seed in range(seeds)
        for line in with_faults(scenario, seed, profile=PROFILES[profile]).script
    } - {"read"}


@pytest.mark.parametrize("name", OF_PROFILE)
def test_a_profile_draws_its_kinds_of_faults(name: str) -> None:
    """All of them, and no other."""
    assert drawn_verbs(BARE, name) == OF_PROFILE[name]


def test_everything_draws_all_kinds() -> None:
    """What any of the others does."""
    kinds: set[str] = set().union(*OF_PROFILE.values())
    assert drawn_verbs(BARE, "everything") == kinds
    assert set(PROFILES) == {*OF_PROFILE, "everything"}


def test_profiles_draw_from_streams_of_their_own() -> None:
    """The crashes of one are not those of another, of the same seed."""
    at = {
        name: [
            line.t_us
            for line in with_faults(BARE, 3, profile=PROFILES[name]).script
            if line.verb == "crash"
        ]
        for name in ("crashes", "disks", "everything")
    }
    assert all(at.values())
    assert not set(at["crashes"]) & set(at["disks"])
    assert not set(at["crashes"]) & set(at["everything"])


def test_only_some_profiles_slow_the_disks_of_a_run() -> None:
    """How long a write takes is drawn with the faults of disks."""
    for name, profile in PROFILES.items():
        taken = {with_faults(BARE, seed, profile=profile).paxos.fsync_us for seed in range(30)}
        assert (len(taken) > 1) is (name in ("disks", "everything"))


@pytest.mark.parametrize("name", PROFILES)
@pytest.mark.parametrize("cps", [1, 2])
def test_any_number_of_charge_points_is_enough(name: str, cps: int) -> None:
    """Also one, which has no link, and two, which survive no lost disk."""
    scenario = loads(f'duration = "90s"\ncps = {cps}\n', "small.toml")
    found = [run_seed(scenario, seed, profile=PROFILES[name]) for seed in range(3)]
    assert [each.problems for each in found] == [(), (), ()]


def test_more_evs_than_charge_points_are_no_problem() -> None:
    """All leave once everything has healed; as many come back as find a charge point."""
    evs = "".join(f'[[ev]]\nid = "EV{n}"\n' for n in (1, 2, 3))
    plug = '[[at]]\nt = "5s"\ndo = "plug_in"\nev = "EV3"\ncp = "CP1"\n'
    scenario = loads(f'duration = "60s"\ncps = 2\n{evs}{plug}', "more.toml")
    finding = run_seed(scenario, 1, profile=PROFILES["calm"])
    assert finding.problems == ()
    assert finding.sessions == 3
    last = {
        line.args["ev"]: line.verb
        for line in draw(scenario, 1).scenario.script
        if "ev" in line.args
    }
    assert last == dict.fromkeys(("EV1", "EV2", "EV3"), "unplug")


def test_what_nobody_ever_led_has_not_recovered() -> None:
    """There was no service that could have been lost, and none that came back."""
    text = 'duration = "500ms"\ncps = 3\n[campaign]\nquiet = "1s"\n'
    finding = run_seed(loads(text, "never.toml"), 1, profile=PROFILES["calm"])
    assert "nobody leads" in finding.problems
    assert finding.measures is not None
    assert finding.measures.recovered_us is None


def test_a_scenario_says_how_often_faults_come() -> None:
    """The table [campaign]: many in few seconds, and a short quiet time."""
    text = 'duration = "30s"\ncps = 3\n[campaign]\nbegin = "1s"\ngap = "1s"\nquiet = "20s"\n'
    short = loads(text, "short.toml")
    drawn = draw(short, 5)
    assert drawn.healed_us == 30_000_000
    assert drawn.scenario.duration_us == 50_000_000
    assert drawn.faults > 20
    first_us = min(line.t_us for line in drawn.scenario.script)
    assert 1_000_000 <= first_us < 5_000_000


def test_a_finding_counts_the_faults_that_were_drawn() -> None:
    """Not the reads and visits beside them, and nothing in a calm run."""
    scenario = evolve(load("leader-crash"), duration_us=60_000_000, script=())
    calm = run_seed(scenario, 1, profile=PROFILES["calm"])
    assert (calm.faults, calm.problems, calm.failed_us) == (0, (), None)
    assert calm.virtual_us >= 180_000_000
    assert calm.coverage["crashes"] == 0
    assert run_seed(scenario, 1, profile=EVERYTHING).faults > 0


@pytest.mark.parametrize("name", PROFILES)
def test_each_profile_settles_in_a_city(name: str) -> None:
    """Faults at each site; links between sites only where the network is meant."""
    scenario, profile = load("two-sites"), PROFILES[name]
    verbs = {line.verb for s in range(9) for line in _city_script(scenario, s, name)}
    assert ("cut_site" in verbs) is profile.links_between_sites
    assert run_city_seed(scenario, 5, profile=profile).problems == ()


def _city_script(scenario: Scenario, seed: int, profile: str) -> tuple[At, ...]:
    return city_with_faults(scenario, seed, profile=PROFILES[profile]).script


def test_a_group_that_may_have_two_voters_loses_no_disk() -> None:
    """One of two that loses what it knew leaves no quorum, whatever the protocol does.

    The laboratory's changing group began with three, lost a voter by its script and a disk by
    chance, and in one seed of eighty nobody ever led again.
    """
    moving = load("lab-moving")
    assert "wipe" in drawn_verbs(moving, "everything")
    three = evolve(
        moving, cps=(*moving.cps[:3], *(evolve(it, member=False) for it in moving.cps[3:]))
    )
    assert "wipe" not in drawn_verbs(three, "everything")
    staying = evolve(three, script=tuple(it for it in three.script if it.verb != "demote"))
    assert "wipe" in drawn_verbs(staying, "everything")


def test_a_script_that_takes_two_disks_of_five_loses_no_third() -> None:
    """As all three may be gone before the first is replaced: four seeds in 300 ended so."""
    for seed in range(20):
        script = draw(load("wiped-disk"), seed).scenario.script
        assert sum(line.verb == "wipe" for line in script) == 2
    assert run_seed(load("wiped-disk"), 35).problems == ()
