"""A seed's run of a campaign, drawn: the scenario with a profile's faults, and a second visit."""

from collections.abc import Sequence

from attrs import evolve, frozen

from paxos.sim.ailments import random_ailments
from paxos.sim.faults import EPISODES_OF_ONE, Fault, random_schedule
from paxos.sim.healing import cut_short
from paxos.sim.streams import stream
from scenarios.campaign.profiles import EVERYTHING, Profile
from scenarios.format import HOWS
from scenarios.healing import mended
from scenarios.operator import put_right
from scenarios.schema import At, Campaign, Expect, Scenario

QUIET_US = Campaign().quiet_us
"""How long after the last fault everything must have settled, where a scenario does not say."""

LEAVES, COMES_BACK, STOPS, LEAVES_FOR_GOOD = 15, 25, 100, 105
"""When each EV does, once everything has healed, in parts of 120 of the quiet time."""

FSYNCS_US = (10_000, 60_000, 200_000)
"""How long a write to disk may take, beside what the scenario says."""


@frozen
class Drawn:
    """A run of a campaign before it is run."""

    scenario: Scenario
    """With all faults in its script, and without expectations."""
    healed_us: int
    """When everything has healed."""
    faults: int
    """How many lines of the script are faults that were drawn, and what undoes them."""
    seed: int
    """The seed of the run; of futures it is the scenario's own up to where they part."""

    def alone(self) -> Scenario:
        """The run as a scenario of its own: with its seed, and with what it must come to."""
        run = self.scenario
        settled = Expect(t_us=run.duration_us, settled="all", since_us=self.healed_us)
        return evolve(run, seed=self.seed, expectations=(settled,))


def with_faults(
    scenario: Scenario, seed: int, healed_us: int | None = None, profile: Profile = EVERYTHING
) -> Scenario:
    """The scenario with random faults from this seed, healed at its end, and a second visit.

    With ``healed_us`` everything heals already then, in the middle of whatever is going on, and
    what the scenario had in mind for later is left out.
    """
    return draw(scenario, seed, healed_us, profile).scenario


def draw(
    scenario: Scenario, seed: int, healed_us: int | None = None, profile: Profile = EVERYTHING
) -> Drawn:
    """The same, with what a campaign needs to know of it."""
    ids = tuple(cp.id for cp in scenario.cps)
    end_us = scenario.duration_us if healed_us is None else healed_us
    from_us = scenario.campaign.from_us
    schedule = _schedule(scenario, seed, healed_us, profile)
    faults = tuple(script_line(fault, ids) for fault in schedule)
    own = [line for line in scenario.script if line.t_us <= end_us]
    if from_us is not None:
        own.append(At(t_us=from_us + 1, verb="reseed", args={"seed": seed}))
    script = sorted((*own, *faults), key=lambda line: line.t_us)
    quiet_us = scenario.campaign.quiet_us
    heals = any(line.verb == "heal" and line.t_us == end_us for line in faults)
    # Once is enough, and a seed of an old report stays the same run.
    script += [it for it in mended(scenario, end_us, end_us) if not (heals and it.verb == "heal")]
    script += put_right(scenario, end_us + quiet_us // 10)
    script += _second_visit(scenario, end_us)
    script += _readers(scenario, ids, seed, end_us, profile)
    # Slow disks, too: what must be written before it is said is put to the test by them.
    fsync_us = scenario.paxos.fsync_us
    if profile.slows_disks and from_us is None:
        fsync_us = stream(seed, profile.stream("fsync")).choice((fsync_us, *FSYNCS_US))
    drawn = evolve(
        scenario,
        script=tuple(script),
        duration_us=end_us + quiet_us,
        expectations=(),
        paxos=evolve(scenario.paxos, fsync_us=fsync_us),
    )
    return Drawn(drawn, end_us, len(faults), seed if from_us is None else scenario.seed)


def _begin_us(campaign: Campaign) -> int:
    """When the first random fault may come."""
    return campaign.begin_us + (campaign.from_us or 0)


def _schedule(
    scenario: Scenario, seed: int, healed_us: int | None, profile: Profile
) -> list[Fault]:
    """The faults of a seed, in the order in which they were drawn."""
    numbers = tuple(range(1, len(scenario.cps) + 1))
    begin_us, gap_us = _begin_us(scenario.campaign), scenario.campaign.gap_us
    end_us = scenario.duration_us
    kinds = profile.episodes if begin_us < end_us else ()
    if len(numbers) == 1:  # there is no link that could be cut
        kinds = tuple(kind for kind in kinds if kind in EPISODES_OF_ONE)
    schedule: list[Fault] = []
    if kinds:
        random = stream(seed, profile.stream("faults"))
        schedule = random_schedule(random, numbers, begin_us, end_us, gap_us, kinds)
    if healed_us is not None:
        end_us = healed_us
        schedule = cut_short(schedule, end_us)
    schedule += random_ailments(
        seed,
        numbers,
        begin_us,
        end_us,
        profile.ailment_gaps * gap_us,
        verbs=profile.ailments,
        name=profile.stream("ailments"),
    )
    if profile.loses_disk:
        schedule += _lost_disk(scenario, numbers, seed, end_us, profile)
    return schedule


def _lost_disk(
    scenario: Scenario, numbers: Sequence[int], seed: int, end_us: int, profile: Profile
) -> list[Fault]:
    """In some runs one charge point loses its disk, and comes back as another node.

    Never more than one, and only where those who keep theirs are a quorum, whatever the script does
    by itself: they have to know what all others knew.
    """
    random, margin_us = stream(seed, profile.stream("lost disk")), 2 * scenario.campaign.begin_us
    from_us = scenario.campaign.from_us or 0
    if not _bears_lost_disk(scenario) or end_us - from_us < 3 * margin_us or random.random() < 0.5:
        return []
    number = random.choice(numbers)
    lost_us = random.randint(from_us + margin_us, end_us - margin_us)
    back_us = random.randint(lost_us, end_us)
    return [
        Fault(lost_us, "wipe", {"cp": number}),
        Fault(back_us, "restart", {"cp": number}),
    ]


def _bears_lost_disk(scenario: Scenario) -> bool:
    """Whether one more than the script takes may go, with as few voters as there may be.

    Its leavers go on time, and newcomers, and who comes back without a disk, may vote late.
    """
    members = sum(cp.member for cp in scenario.cps)
    verbs = [line.verb for line in (*scenario.script, *scenario.inputs)]
    voters = min(members, scenario.paxos.voters) - verbs.count("demote") - verbs.count("remove")
    return voters - verbs.count("wipe") - 1 > voters // 2


def _readers(
    scenario: Scenario, ids: Sequence[str], seed: int, end_us: int, profile: Profile
) -> list[At]:
    """Reads of all three kinds at any charge point, each few seconds; not all are possible."""
    random, every_us = stream(seed, profile.stream("readers")), scenario.campaign.gap_us // 4
    times = range(_begin_us(scenario.campaign), end_us - every_us, every_us)
    reads = [(t + random.randrange(every_us), random.choice(ids)) for t in times]
    return [
        At(t_us=t_us, verb="read", args={"cp": cp, "how": HOWS[number % len(HOWS)]})
        for number, (t_us, cp) in enumerate(reads)
    ]


def _second_visit(scenario: Scenario, healed_us: int) -> list[At]:
    """After the faults: each EV leaves, comes back, charges for a while, and leaves for good.

    There is a charge point for each that comes back: the others stay away. The times are parts of
    the quiet time: in seconds, where that is two minutes long.
    """
    evs = [vehicle.id for vehicle in scenario.evs]
    visit: list[tuple[int, str, str | None]] = []
    visit += [(LEAVES, "unplug", None), (COMES_BACK, "plug_in", "cp")]
    visit += [(STOPS, "stop_charging", None), (LEAVES_FOR_GOOD, "unplug", None)]

    def at_us(part: int) -> int:
        return healed_us + scenario.campaign.quiet_us * part // 120

    surplus = evs[len(scenario.cps) :]
    lines = [At(t_us=at_us(LEAVES), verb="unplug", args={"ev": ev}) for ev in surplus]
    for part, verb, cp in visit:
        for ev, place in zip(evs, scenario.cps, strict=False):
            args: dict[str, object] = {"ev": ev} if cp is None else {"ev": ev, "cp": place.id}
            lines.append(At(t_us=at_us(part), verb=verb, args=args))
    return lines


def script_line(fault: Fault, ids: Sequence[str]) -> At:
    """A fault as a line of a script; ``ids`` are the charge points, in their order."""
    args: dict[str, object] = {}
    for name, value in fault.args.items():
        if name == "groups":
            args[name] = tuple(tuple(ids[number - 1] for number in group) for group in value)
        else:
            args[name] = ids[value - 1] if name in ("cp", "a", "b") else value
    return At(t_us=fault.time_us, verb=fault.verb, args=args)
