"""Many charge points in one group: what a run costs is counted, never timed."""

from attrs import evolve

from paxos.sim.cluster import Kind
from scenarios.campaign import run_seed
from scenarios.loader import load
from scenarios.schema import At, Scenario
from scenarios.session import Session
from scenarios.sharing import Sharing
from tools.bench_scale import scenario

SECOND = 1_000_000


def ran(run: Scenario, *, sharing: Sharing = Sharing.ALL) -> Session:
    """A whole run, in which no invariant broke."""
    session = Session(run, sharing=sharing)
    while not session.finished:
        session.run(run.duration_us, 1_000_000)
    assert session.world.violation is None
    return session


def parked(cps: int, *, sharing: Sharing = Sharing.ALL, seconds: int = 45) -> Session:
    """A car park where all charge and nobody leaves, for less than a minute."""
    return ran(evolve(scenario(cps, 1), duration_us=seconds * SECOND), sharing=sharing)


def commands(session: Session) -> int:
    """How many commands were applied."""
    return max(node.network.applied for node in nodes(session))


def nodes(session: Session) -> list:  # type: ignore[type-arg]
    """The processes of all charge points."""
    found = [session.world.node(number) for number in session.world.ids]
    assert None not in found
    return found


def test_sixty_charge_points_for_a_minute() -> None:
    """All charge, all replicas end level; messages, links and states stay few."""
    cps = 60
    session = parked(cps)
    world = session.world
    assert sum(session.stop_us is None for session in session.view().sessions) == cps
    assert commands(session) > 8 * cps
    lagging = [n for n in nodes(session) if n.replica.commit_slot < commands(session) - 10]
    assert lagging == []
    assert world.cluster.bus.sent < 3 * cps * commands(session)
    # Learners speak with voters only: no link between any two of them was made.
    links = [pair for pair in world.cluster.bus.links if max(pair) <= cps]
    assert len(links) < 2 * 7 * cps
    # One state for those who are level, and one more for each run that is on its way.
    states = {id(node.network.state): node.replica.commit_slot for node in nodes(session)}
    assert len(states) == len(set(states.values())) <= 4
    assert world.transitions is not None
    assert world.transitions.misses < 1.2 * commands(session)
    assert world.transitions.hits + world.transitions.misses > cps * (commands(session) - 10)


def test_a_command_costs_each_charge_point_no_more_in_a_greater_group() -> None:
    """From 20 to 80: events for each command and charge point fall, so nothing is quadratic."""
    small, great = parked(20), parked(80)
    costs = [
        session.world.cluster.trace.events / commands(session) / len(session.world.ids)
        for session in (small, great)
    ]
    assert costs[1] < costs[0]
    feeds = [session.world.cluster.covered()["feeds"] for session in (small, great)]
    assert max(feeds) <= 45 * (10 + 2), "ten a second, and one before each heartbeat"


def test_sharing_changes_nothing_that_happens() -> None:
    """The same digest, states, coverage and events; only the number of state objects differs."""
    together, alone = parked(25, seconds=30), parked(25, seconds=30, sharing=Sharing.NOBODY)
    assert together.world.cluster.trace.digest() == alone.world.cluster.trace.digest()
    assert together.view() == alone.view()
    assert together.world.cluster.covered() == alone.world.cluster.covered()
    assert len({id(node.network.state) for node in nodes(alone)}) == 25
    assert len({id(node.network.state) for node in nodes(together)}) <= 3


def test_voters_of_a_campaign_compute_for_themselves() -> None:
    """Seven states of voters, and one of eighteen learners; the run is the same."""
    alone = parked(25, seconds=30, sharing=Sharing.NOBODY)
    learners = parked(25, seconds=30, sharing=Sharing.LEARNERS)
    assert learners.world.cluster.trace.digest() == alone.world.cluster.trace.digest()
    assert learners.view() == alone.view()
    states = [id(node.network.state) for node in nodes(learners)]
    assert len(set(states[:7])) == 7
    assert len(set(states[7:])) <= 3
    assert not set(states[:7]) & set(states[7:])


def troubled(cps: int) -> Scenario:
    """Half of the learners and the leader crash, a third is cut off, and the log is short."""
    run = scenario(cps, 2)
    script = list(run.script)
    for number in range(8, cps + 1, 2):
        down, up = 40 * SECOND + number * 1_000, 60 * SECOND + number * 1_000
        script.append(At(t_us=down, verb="crash", args={"cp": f"CP{number}"}))
        script.append(At(t_us=up, verb="restart", args={"cp": f"CP{number}"}))
    script.append(At(t_us=50 * SECOND, verb="crash", args={"cp": "leader"}))
    script += [
        At(t_us=70 * SECOND, verb="restart", args={"cp": f"CP{number}"}) for number in range(1, 8)
    ]
    groups = [[f"CP{number}" for number in range(1, cps * 2 // 3)]]
    script.append(At(t_us=75 * SECOND, verb="partition", args={"groups": groups}))
    script.append(At(t_us=90 * SECOND, verb="heal", args={}))
    script.sort(key=lambda line: line.t_us)
    short = evolve(run.paxos, snapshot_slots=60, retain_slots=10)
    return evolve(run, script=tuple(script), paxos=short)


def test_who_was_down_or_cut_off_shares_again() -> None:
    """Restarted from disks and snapshots, all hold one state in the end; it changes nothing."""
    run = troubled(30)
    together, alone = ran(run), ran(run, sharing=Sharing.NOBODY)
    assert together.world.cluster.trace.digest() == alone.world.cluster.trace.digest()
    covered = together.world.cluster.covered()
    assert covered["snapshots_installed"] >= 10
    assert covered["restarts"] >= 12
    assert len({id(node.network.state) for node in nodes(alone)}) == 30
    slots = {node.replica.commit_slot for node in nodes(together)}
    assert len({id(node.network.state) for node in nodes(together)}) == len(slots) <= 3
    assert together.world.transitions is not None
    assert together.world.transitions.misses < 3 * commands(together)


def test_frames_on_a_thousand_disks_are_one() -> None:
    """Learners that were fed the same hold the same frame objects, and so do voters."""
    world = parked(30).world
    disks = [world.cluster.hosts[number].disk for number in (20, 21, 22)]
    frames = [id(frame) for disk in disks for frame in disk.frames]
    assert len(set(frames)) < len(frames) / 2
    assert sum(kind == Kind.DISK for _, _, kind, *_ in world.cluster.kernel._heap) < 30


def test_learners_survive_a_campaign() -> None:
    """Ten charge points, three of which learn, under random faults, none sharing its state."""
    ten = load("ten-minutes")
    more = tuple(evolve(ten.cps[0], id=f"CP{number}") for number in range(6, 11))
    for seed in range(6):
        finding = run_seed(evolve(ten, cps=ten.cps + more), seed)
        assert finding.problems == ()
        assert finding.coverage["feeds"] > 50
        assert finding.coverage["runs_applied"] > 50


def test_a_view_of_many_makes_no_links() -> None:
    """Looking at links does not make them; partitions and faults of all are seen all the same."""
    session = Session(scenario(200, 1))
    before = len(session.world.cluster.bus.links)
    assert set(session.view().cps[7].links) == {"self", "up"}
    session.act("partition", groups=[[f"CP{number}" for number in range(1, 121)]])
    view = session.view()
    assert view.cps[0].links.count("cut") == view.cps[119].links.count("cut") == 80
    assert view.cps[120].links.count("cut") == 120
    assert [cp.cut_off for cp in (view.cps[119], view.cps[120])] == [False, True]
    session.act("heal")
    session.act("loss", rate_ppm=1_000)
    session.act("cut_oneway", a="CP3", b="CP150")
    view = session.view()
    assert view.cps[0].links.count("lossy") == 199
    assert (view.cps[2].links[149], view.cps[149].links[2]) == ("in", "out")
    assert len(session.world.cluster.bus.links) - before <= 1


def test_the_power_drawn_is_the_sum_of_all_connectors() -> None:
    """It is summed as it changes: after every event it is what adding them up gives."""
    run = load("leader-crash")
    session = Session(run)
    while session.step():
        world = session.world
        assert world.power_w == sum(each.power_w for each in world.connectors.values())
    assert session.world.peak_w > 0


def test_a_slower_feed_costs_fewer_messages() -> None:
    """The scenario says how often learners are told; they end level all the same."""
    usual = evolve(scenario(20, 1, 500), duration_us=30 * SECOND)
    slow = evolve(usual, paxos=evolve(usual.paxos, feed_us=400_000))
    feeds = [ran(run).world.cluster.covered()["feeds"] for run in (usual, slow)]
    assert feeds[1] < feeds[0] * 2 / 3
