"""Looking at faults: all that are on now, each with the input that ends it.

Everything is read from the world as it is, whoever has done it: the script, a person, a campaign.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from fsm.network.authorization import REVOKED
from fsm.ocpp.actions import AuthorizationStatus
from fsm.trust.certificates import serial_of
from paxos.membership import PLACES
from paxos.sim.bus import Bus
from paxos.sim.host import Status
from scenarios.car import CarProcess
from scenarios.connector import Car
from scenarios.faults_view import (
    EVERY_LINK,
    NETWORK,
    SITE,
    Active,
    CableState,
    EvState,
    FaultsView,
)
from scenarios.hands import why_not_stand
from scenarios.till import newest
from scenarios.units import DRIFT, DURATION, OFFSET, PERCENT, POWER
from scenarios.world import World

Args = tuple[tuple[str, object], ...]
Pair = tuple[int, int]


class _Rate(NamedTuple):
    """A rate or delay of links: its verb, the link's attribute, the verb's argument, in words."""

    verb: str
    attribute: str
    argument: str
    words: str


RATES = (
    _Rate("loss", "loss_ppm", "rate_ppm", "{} of frames lost"),
    _Rate("corrupt", "corrupt_ppm", "rate_ppm", "{} of frames damaged"),
    _Rate("duplicate", "duplicate_ppm", "rate_ppm", "{} of frames twice"),
    _Rate("reorder", "reorder_ppm", "rate_ppm", "{} of frames out of order"),
    _Rate("delay", "extra_us", "extra_us", "{} late"),
)
_USUAL = ("loss_ppm", "duplicate_ppm", "reorder_ppm", "corrupt_ppm")


def faults(world: World) -> FaultsView:
    """A picture of all faults."""
    active = (*_charge_points(world), *_links(world), *_evs(world), *_site(world))
    scenario, surroundings = world.scenario, world.surroundings
    pv_w = scenario.pv.firm_w + scenario.pv.surplus_w if surroundings.has_pv else None
    return FaultsView(
        active=active,
        evs=tuple(_ev(world, car) for car in world.cars.values()),
        cables=tuple(CableState(it.id, it.rated_w, it.capacity_w) for it in world.grid.rails),
        loads=tuple((load.id, load.power_w) for load in scenario.loads),
        pv_w=pv_w,
        bound=tuple((cp, why) for n, cp in world.ids.items() if (why := why_not_stand(world, n))),
        closed=tuple(world.ids[n] for n, it in world.connectors.items() if it.contactor_closed),
    )


# Charge points.


def _charge_points(world: World) -> Iterator[Active]:
    for number, cp in world.ids.items():
        yield from _process(world, number)
        yield from _ailments(world, number)
        connector = world.connectors[number]
        if connector.contactor_stuck:
            args = (("cp", cp),)
            yield Active("stick_contactor", cp, "its contactor sticks", "free_contactor", args)
        forged_wh = connector.meter.forged_wh
        if forged_wh:
            text = f"its meter adds {forged_wh:,} Wh to what it has signed"
            yield Active("tamper_meter", cp, text, "tamper_meter",
                         (("cp", cp), ("energy_wh", 0)), forged_wh)  # fmt: skip


def _process(world: World, number: int) -> Iterator[Active]:
    host, cp = world.cluster.hosts[number], world.ids[number]
    args = (("cp", cp),)
    if host.status is Status.PAUSED:
        yield Active("pause", cp, "paused", "resume", args)
    elif host.status is Status.CRASHED and host.generation:
        text = "crashed" if host.disk.written else "down, with an empty disk"
        yield Active("crash", cp, text, "restart", args)
    if host.doomed:
        yield Active("crash_after_write", cp, "dies after its next write", "disarm", args)
    if host.tears:
        yield Active("crash_in_write", cp, "dies in its next write", "disarm", args)


def _ailments(world: World, number: int) -> Iterator[Active]:
    host, cp = world.cluster.hosts[number], world.ids[number]
    clock, disk = host.clock, host.disk
    who = (("cp", cp),)
    if host.slow_us:
        text = f"takes {DURATION.format(host.slow_us, ' ')} for every event"
        yield Active("slow", cp, text, "slow", (*who, ("delay_us", 0)), host.slow_us)
    if disk.full_at is not None:
        yield Active("fill_disk", cp, "its disk is full", "free_disk", who)
    if disk.extra_us:
        text = f"its disk takes {DURATION.format(disk.extra_us, ' ')} longer to sync"
        yield Active("slow_disk", cp, text, "slow_disk", (*who, ("fsync_us", 0)), disk.extra_us)
    if clock.drift_ppm:
        word = "fast" if clock.drift_ppm > 0 else "slow"
        text = f"its clock runs {DRIFT.format(abs(clock.drift_ppm), ' ')} too {word}"
        end = (*who, ("drift_ppm", 0))
        yield Active("clock_drift", cp, text, "clock_drift", end, clock.drift_ppm)
    if clock.offset_us:
        word = "ahead" if clock.offset_us > 0 else "back"
        text = f"its wall clock is {OFFSET.format(abs(clock.offset_us), ' ')} {word}"
        end = (*who, ("offset_us", 0))
        yield Active("clock_offset", cp, text, "clock_offset", end, clock.offset_us)


# Links.


def _links(world: World) -> Iterator[Active]:
    bus, ids = world.cluster.bus, world.ids
    weather = bus.weather
    if weather.is_parted():
        yield Active(_partition(bus), NETWORK, _sides(world), "heal")
    cut = {
        (a, b): True
        for a, b, link in bus.made()
        if link.cut and not weather.is_cut(a, b)
    }  # fmt: skip
    for a, b, both in _paired(cut):
        fault, arrow = ("cut", "↔") if both else ("cut_oneway", "→")
        args = (("a", ids[a]), ("b", ids[b]))
        yield Active(fault, f"{ids[a]} {arrow} {ids[b]}", "cut", "join", args)
    yield from _held(world)
    usual = dict(zip(_USUAL, weather.usual, strict=True))
    for rate in RATES:
        yield from _rates(world, rate, usual.get(rate.attribute, 0))


def _held(world: World) -> Iterator[Active]:
    """Links on which messages wait: all of them, those of a charge point, and single ones."""
    bus, ids = world.cluster.bus, world.ids
    if bus.weather.held or bus.held_own:
        count = len(bus.held)
        own = ", and what CPs say to themselves" if bus.held_own else ""
        yield Active("hold", EVERY_LINK, f"held{own}: {count} messages wait", "release")
    odd = {
        (a, b): True
        for (a, b), link in bus.links.items()
        if link.held and a < PLACES and b < PLACES
        and not (bus.weather.held and bus.weather.covers(a, b))
    }  # fmt: skip
    for number, both in _whole(odd, tuple(ids)):
        args: Args = (("a", ids[number]), *_ONE_WAY[both])
        yield Active("hold", ids[number] if both else f"{ids[number]} →", "held", "release", args)
        odd = {
            (a, b): True for a, b in odd if not (a == number or (both and b == number))
        }  # fmt: skip
    for a, b, both in _paired(odd):
        ends = world.name(a), world.name(b)
        args = (("a", ends[0]), ("b", ends[1]), *_ONE_WAY[both])
        yield Active("hold", f"{ends[0]} {'↔' if both else '→'} {ends[1]}", "held", "release", args)


def _partition(bus: Bus) -> str:
    return "partition_oneway" if bus.weather.one_way else "partition"


def _sides(world: World) -> str:
    """Who is on which side; with many charge points how many."""
    weather = world.cluster.bus.weather
    sides = weather.sides or {}
    found: dict[int, list[str]] = {}
    for number, cp in world.ids.items():
        found.setdefault(sides.get(number, 0), []).append(cp)
    few = len(world.ids) <= 8
    texts = [" ".join(it) if few else f"{len(it)} CPs" for _, it in sorted(found.items())]
    if not weather.one_way:
        return "partitioned: " + " │ ".join(texts)
    unheard = found.get(1, [])
    return f"nobody else hears {' '.join(unheard) if len(unheard) <= 8 else f'{len(unheard)} CPs'}"


def _rates(world: World, rate: _Rate, usual: int) -> Iterator[Active]:
    """A rate of every link, of all links of a charge point, and of single ones."""
    bus, ids = world.cluster.bus, world.ids
    everywhere = bus.weather.faults.get(rate.attribute, usual)

    def active(subject: str, value: int, back: int, args: Args) -> Active:
        unit = DURATION if rate.verb == "delay" else PERCENT
        words = rate.words.format(unit.format(value, " "))
        return Active(rate.verb, subject, words, rate.verb, (*args, (rate.argument, back)), value)

    if rate.attribute in bus.weather.faults:
        yield active(EVERY_LINK, everywhere, usual, ())
    odd = {
        (a, b): value
        for a, b, link in bus.made()
        if (value := getattr(link, rate.attribute)) != everywhere
    }
    for number, both in _whole(odd, tuple(ids)):
        value = next(value for (a, _), value in odd.items() if a == number)
        args: Args = (("a", ids[number]), *_ONE_WAY[both])
        yield active(ids[number] if both else f"{ids[number]} →", value, everywhere, args)
        odd = {
            pair: value
            for pair, value in odd.items()
            if not (pair[0] == number or (both and pair[1] == number))
        }
    for a, b, both in _paired(odd):
        args = (("a", ids[a]), ("b", ids[b]), *_ONE_WAY[both])
        yield active(f"{ids[a]} {'↔' if both else '→'} {ids[b]}", odd[a, b], everywhere, args)


_ONE_WAY: dict[bool, Args] = {True: (), False: (("oneway", True),)}


def _whole(odd: Mapping[Pair, int], nodes: tuple[int, ...]) -> Iterator[tuple[int, bool]]:
    """Nodes of which all links are odd alike: both ways, or only what they say."""
    out: dict[int, list[int]] = {}
    back: dict[int, list[int]] = {}
    for (a, b), value in odd.items():
        out.setdefault(a, []).append(value)
        back.setdefault(b, []).append(value)
    gone: list[int] = []
    others = len(nodes) - 1
    for node in nodes if others > 1 else ():
        said, heard = out.get(node, []), back.get(node, [])
        if len(said) < others or len({*said}) > 1 or any((it, node) in odd for it in gone):
            continue
        both = len(heard) == others and {*heard} == {*said}
        if both:
            gone.append(node)
        yield node, both


def _paired(odd: Mapping[Pair, int]) -> Iterator[tuple[int, int, bool]]:
    """Links, those of both directions with the same value as one."""
    for (a, b), value in sorted(odd.items()):
        same = odd.get((b, a)) == value
        if not same or a < b:
            yield a, b, same


# EVs.


def _ev(world: World, car: Car) -> EvState:
    vehicle, process = world.vehicles[car.ev.id], world.cluster.hosts[car.endpoint].process
    return EvState(
        id=car.ev.id,
        cp="" if car.connector is None else world.ids[car.connector.node],
        tag=car.ev.account,
        contract="" if car.ev.contract is None else vehicle.contract,
        mute=isinstance(process, CarProcess) and process.mute,
        departs_us=car.ev.departure_us,
    )


def _evs(world: World) -> Iterator[Active]:
    network = newest(world)
    for car in world.cars.values():
        seen = _ev(world, car)
        name, args = seen.id, (("ev", seen.id),)
        if seen.mute:
            yield Active("mute_ev", name, "its computer hangs", "unmute_ev", args)
        if car.ev.ignores_limit:
            yield Active("ignore_limit", name, "ignores its limit", "obey_limit", args)
        if seen.contract not in ("", "valid", "revoked"):
            text, end = f"its contract is {seen.contract}", (*args, ("contract", "valid"))
            yield Active("change_contract", name, text, "change_contract", end, seen.contract)
        if seen.contract and f"{serial_of(name):x}" in network.state.revocations:
            yield Active("revoke", name, "its contract is revoked", "")
        tag = network.id_tags.get(seen.tag)
        if tag is None or tag.status == AuthorizationStatus.ACCEPTED or tag.reason == REVOKED:
            continue
        text, tagged = f"{seen.tag} is {tag.status.lower()}", (("id_tag", seen.tag),)
        yield Active("block_tag", name, text, "unblock_tag", tagged)


# The site.


def _site(world: World) -> Iterator[Active]:
    for rail in world.grid.rails:
        if rail.capacity_w != rail.rated_w:
            args: Args = (("cabinet", rail.id),) if rail.id else ()
            text = f"its breaker trips above {POWER.format(rail.capacity_w, ' ')}"
            yield Active(
                "set_breaker", rail.id or SITE, text, "reset_breaker", args, rail.capacity_w
            )
    for load, power_w in world.surroundings.set_loads_w.items():
        text = f"draws {POWER.format(power_w, ' ')}, whatever is usual"
        yield Active("set_load", load, text, "free_load", (("load", load),), power_w)
    set_w = world.surroundings.set_pv_w
    if set_w is not None:
        text = f"delivers {POWER.format(set_w, ' ')}, whatever the sun brings"
        yield Active("set_pv", "PV", text, "free_pv", (), set_w)
