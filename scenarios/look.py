"""Looking at the world: builds the frozen :class:`~scenarios.view.View`."""

from fsm.energy.meter import UJ_PER_WH
from fsm.network.monitoring import monitored
from paxos.ballot import NO_BALLOT, Ballot
from paxos.election import Role
from paxos.membership import Membership, label, place_of
from paxos.messages import Value
from paxos.replica import ROLE_NAMES
from paxos.sim.host import Host, Status
from paxos.sim.weather import Weather
from scenarios.booked import kept_for, reservations
from scenarios.charging.look import charging
from scenarios.commands import command_text
from scenarios.driver_look import drivers
from scenarios.ev_look import ev_view
from scenarios.faults_look import faults
from scenarios.invariants_look import invariants
from scenarios.ledger_look import ledger
from scenarios.links_look import links as matrix
from scenarios.log.table import log_table
from scenarios.ocpp_look import ocpp
from scenarios.operator_look import operator
from scenarios.papers import Paper, paper_of
from scenarios.plan_look import plan
from scenarios.sessions_look import sessions
from scenarios.supplying import power_of, rails
from scenarios.till import Till, tokens_of
from scenarios.view import (
    CellState,
    CpView,
    EvView,
    LogCell,
    LogRow,
    View,
    Window,
)
from scenarios.world import World


def look(
    world: World, window: Window, expectations: tuple[int, int, int], *, finished: bool
) -> View:
    """A picture of now. ``expectations``: how many held, failed, and there are."""
    till = Till(world)
    evs = {name: ev_view(world, car, till) for name, car in world.cars.items()}
    links = _links(world)
    papers = [paper_of(world, number) for number in world.ids]
    group = world.group().present
    network = till.network
    cps = tuple(
        _cp(world, number, paper, evs, links, group, till)
        for number, paper in zip(world.ids, papers, strict=True)
    )
    leader = world.leader()
    first, rows = world.log.window(window.event_first, window.event_rows)
    log_last = max(paper.last_slot for paper in papers)
    had, planned = sessions(world, till), plan(world, network)
    return View(
        scenario=world.scenario.name,
        title=world.scenario.title,
        seed=world.seed,
        time_us=world.now_us,
        duration_us=world.scenario.duration_us,
        finished=finished,
        events=world.cluster.trace.events,
        messages=world.cluster.bus.sent,
        leader=leader.cp_id if leader else None,
        ballot=_ballot(world, leader.replica.proposer.ballot) if leader else "-",
        voters=len(group.voters),
        quorum=group.phase2,
        electors=group.phase1,
        capacity_w=world.beginning.capacity_w,
        power_w=world.power_w,
        power_history_w=tuple(world.power_history_w),
        cps=cps,
        evs=tuple(evs.values()),
        unplugged=tuple(ev for ev in evs.values() if ev.cp is None),
        sessions=had,
        checks=world.checks,
        violation=str(world.violation) if world.violation else "",
        log_last=log_last,
        log=_log(world, papers, log_last, window),
        event_total=world.log.total,
        event_first=first,
        event_rows=rows,
        expectations_held=expectations[0],
        expectations_failed=expectations[1],
        expectations_total=expectations[2],
        reservations=reservations(world, network),
        reads_answered=world.readers.answers,
        refusals=tuple(world.trust.refusals),
        earned_cents=sum(cp.earned_cents for cp in cps),
        plan=planned,
        rails=rails(world, network),
        loads=tuple(world.surroundings.loads_w().items()),
        trips=world.guards.trips,
        grants_ended=world.powering.counts["grants_ended"],
        links=None if window.links is None else matrix(world, window.links),
        invariants=invariants(world) if window.invariants else None,
        operator=operator(world, network, window.operator_rows) if window.operator_rows else None,
        ocpp=None if window.ocpp is None else ocpp(world, network, window.ocpp),
        drivers=None if window.drivers is None else drivers(world, till, window.drivers),
        ledger=None if window.ledger is None else ledger(world, till, window.ledger),
        charging=None
        if window.charging is None
        else charging(world, network, had, planned, window.charging),
        slots=None if window.slots is None else log_table(world, window.slots),
        faults=faults(world) if window.faults else None,
        has_pv=world.surroundings.has_pv,
        mutant=world.scenario.mutant,
    )


# Charge points and EVs.


def _cp(
    world: World,
    number: int,
    paper: Paper,
    evs: dict[str, EvView],
    links: dict[int, tuple[str, ...]],
    group: Membership,
    till: Till,
) -> CpView:
    host = world.cluster.hosts[number]
    connector = world.connectors[number]
    asset = world.scenario.cps[number - 1]
    node = world.node(number)
    replica = node.replica if node else None
    reserved_for, reserved_until_us = kept_for(world, node)
    network, bill = till.network, till.running(asset.id)
    return CpView(
        id=asset.id,
        status=host.status.name.lower() if host.generation else "off",
        node=label(host.identity, world.ids),
        member=_member(host.identity, group),
        ails=_ails(host),
        cut_off=_is_cut_off(world, number, group),
        state=node.controller.state.value if node else "-",
        pilot=connector.ev_pilot if node else ("E" if connector.ev else "-"),
        ocpp_status=node.controller.ocpp_status if node else "Unavailable",
        monitored=monitored(network.state, asset.id).value,
        operative=network.condition(asset.id).availability == "Operative",
        ev=evs[connector.ev.id] if connector.ev else None,
        power_w=connector.power_w,
        limit_w=node.network.limit_w(asset.id) if node else 0,
        rated_w=asset.rated_w,
        energy_wh=connector.meter.energy_uj / UJ_PER_WH,
        role=_role(world, host),
        promised=_ballot(world, paper.promised),
        accepted=_ballot(world, paper.last_accepted),
        commit_slot=paper.commit_slot,
        applied_slot=replica.commit_slot if replica else 0,
        state_digest=f"{replica.learner.state_digest():016x}" if replica else "",
        queued_calls=node.calls.pending if node else 0,
        links=links[number],
        reserved_for=reserved_for,
        reserved_until_us=reserved_until_us,
        price_ueur=till.price_ueur(asset.id, world.now_us),
        cost_cents=bill.cents if bill is not None else None,
        flex_tokens=tokens_of(bill) if bill is not None else 0,
        earned_cents=till.earned_cents(asset.id),
        **power_of(world, number, network),
    )


def _role(world: World, host: Host) -> str:
    node = world.node(host.node)
    if node is None:
        return "-"
    replica = node.replica
    if replica.group.votes(replica.node) or replica.role is Role.LEADER:
        return ROLE_NAMES[replica.role]
    return "learner" if replica.node in replica.group.everyone else "no member"


def _member(node: int, group: Membership) -> str:
    if node in group.voters:
        return "voter"
    return "learner" if node in group.learners else "no member"


def _ails(host: Host) -> tuple[str, ...]:
    ails = {
        "disk full": host.disk.full_at is not None,
        "slow disk": host.disk.extra_us > 0,
        "slow": host.slow_us > 0,
        "dies after a write": host.doomed,
        "dies in a write": host.tears,
    }
    return tuple(word for word, holds in ails.items() if holds)


def _link(world: World, a: int, b: int) -> str:
    bus = world.cluster.bus
    out, back = bus.is_cut(a, b), bus.is_cut(b, a)
    if out and back:
        return "cut"
    if out:
        return "in"
    if back:
        return "out"
    if bus.is_held(a, b) or bus.is_held(b, a):
        return "held"
    return "lossy" if bus.is_faulty(a, b) or bus.is_faulty(b, a) else "up"


def _links(world: World) -> dict[int, tuple[str, ...]]:
    """Each CP's links: all as the weather is, but those that are made and differ from it."""
    bus, ids = world.cluster.bus, world.ids
    weather = bus.weather
    sides = weather.sides or {}
    usual = "held" if weather.held else "lossy" if weather.is_faulty() else "up"
    rows = {
        side: [_parted(weather, side, sides.get(other, 0)) or usual for other in ids]
        for side in {sides.get(number, 0): None for number in ids}
    }
    odd: dict[int, list[int]] = {number: [] for number in ids}
    for a, b, link in bus.made():
        differs = link.is_faulty() != weather.is_faulty() or link.held != weather.held
        if differs or link.cut != weather.is_cut(a, b):
            odd[a].append(b)
            odd[b].append(a)
    found = {}
    for number in ids:
        row = list(rows[sides.get(number, 0)])
        row[number - 1] = "self"
        for other in odd[number]:
            row[other - 1] = _link(world, number, other)
        found[number] = tuple(row)
    return found


def _parted(weather: Weather, side: int, other: int) -> str:
    """What a partition makes of a link from one side to another; empty where it leaves it."""
    if weather.sides is None or side == other:
        return ""
    if not weather.one_way:
        return "cut"
    return "in" if side == 1 else "out" if other == 1 else ""


def _is_cut_off(world: World, number: int, membership: Membership) -> bool:
    """Whether a live CP cannot speak and listen to a quorum of the voters that live."""
    hosts, bus = world.cluster.hosts, world.cluster.bus
    if hosts[number].status is Status.CRASHED:
        return False
    reached = frozenset(
        hosts[other].identity
        for other in map(place_of, membership.voters)
        if other == number
        or (
            hosts[other].status is Status.ALIVE
            and not bus.is_cut(number, other)
            and not bus.is_cut(other, number)
        )
    )
    return not membership.is_phase2_quorum(reached)


def _ballot(world: World, ballot: Ballot) -> str:
    if ballot == NO_BALLOT:
        return "-"
    return f"{ballot.round}.{label(ballot.node, world.ids)}"


# The log.


def _log(world: World, papers: list[Paper], last: int, window: Window) -> tuple[LogRow, ...]:
    first = last - window.log_rows + 1 if window.log_first is None else window.log_first
    first = max(1, min(first, max(1, last)))
    return tuple(
        _row(world, papers, slot)
        for slot in range(first, min(last, first + window.log_rows - 1) + 1)
    )


def _row(world: World, papers: list[Paper], slot: int) -> LogRow:
    value: Value | None = None
    best = NO_BALLOT
    cells = []
    for paper in papers:
        entry = paper.accepted.get(slot)
        decided = paper.decided.get(slot)
        if decided is not None:
            value, best = decided, Ballot(1 << 62, 0)
        elif entry is not None and entry[0] > best:
            best, value = entry
        ballot = _ballot(world, entry[0]) if entry is not None else ""
        cells.append(LogCell(_cell_state(paper.commit_slot, slot, decided, entry), ballot))
    if value is None and any(cell.state is CellState.APPLIED for cell in cells):
        return LogRow(slot, "(compacted: a snapshot stands for it)", tuple(cells))
    return LogRow(slot, _command(value, world), tuple(cells))


def _cell_state(commit_slot: int, slot: int, decided: object, entry: object) -> CellState:
    if slot <= commit_slot:
        return CellState.APPLIED
    if decided is not None:
        return CellState.CHOSEN
    return CellState.ACCEPTED if entry is not None else CellState.EMPTY


def _command(value: Value | None, world: World) -> str:
    return "" if value is None else command_text(value, world.ids)
