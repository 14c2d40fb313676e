"""Inputs: each verb of :data:`scenarios.verbs.VERBS`, checked and carried out.

An input that is not possible now changes nothing and says why.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias, cast

from fsm.effects import Effect
from fsm.ocpp.reserving import HOLD_US
from fsm.v2g.ev import ElectricVehicle
from paxos.sim import faults
from paxos.sim.host import Status
from scenarios import driver_acts, leaving, operator, profiling
from scenarios.ailments import AILMENTS
from scenarios.connector import Car
from scenarios.errors import InputError
from scenarios.hands import HANDS
from scenarios.members import MEMBERS
from scenarios.order_book import TRUST
from scenarios.schema import At
from scenarios.site_faults import SITE_FAULTS
from scenarios.units import DURATION
from scenarios.verbs import EVERYONE, LEADER, VERBS

if TYPE_CHECKING:
    from scenarios.world import World

Done: TypeAlias = tuple[str, str, str]
"""Severity, subject and sentence for the event log."""

Args: TypeAlias = dict[str, object]


def perform(world: "World", verb: str, args: Args) -> Done:
    """Carry a verb out.

    Raises:
        InputError: no such verb, an argument missing or too many, or not possible now.
    """
    takes = VERBS.get(verb)
    if takes is None or takes.of_city:
        raise InputError(f"no verb {verb!r}; there are {', '.join(VERBS)}")
    missing = [name for name in takes.needs if name not in args]
    extra = [name for name in args if name not in (*takes.needs, *takes.may)]
    if missing or extra:
        raise InputError(
            f"{verb} takes {', '.join(takes.needs) or 'nothing'}; "
            + "; ".join(
                [*(f"{name} is missing" for name in missing), *(f"{n} is unknown" for n in extra)]
            )
        )
    return _DO[verb](world, verb, args)


def follow_script(world: "World", line: At) -> None:
    """Do a line of the script; what is not possible by then is noted, and the run goes on."""
    try:
        world.act(line.verb, dict(line.args))
    except InputError as error:
        world.note("info", "script", f"{line.verb} was not done: {error}")


# Names.


def _cp(world: "World", value: object) -> int:
    """A charge point's number; ``leader`` is whoever leads now."""
    if value == LEADER:
        node = world.leader()
        if node is None:
            raise InputError("nobody leads now")
        return node.number
    number = world.nodes.get(str(value))
    if number is None:
        raise InputError(f"no charge point {value!r}; there are {', '.join(world.nodes)}")
    return number


def _paused(world: "World") -> int:
    """The charge point that led when it was paused."""
    node = world.paused_leader()
    if node is None:
        raise InputError("no leader is paused")
    return node.number


def _pair(world: "World", args: Args) -> tuple[int, int]:
    a, b = _cp(world, args["a"]), _cp(world, args["b"])
    if a == b:
        raise InputError(f"{world.ids[a]} has no link to itself")
    return a, b


def _car(world: "World", value: object) -> Car:
    car = world.cars.get(str(value))
    if car is None:
        there = ", ".join(world.cars) or "no EVs in this scenario"
        raise InputError(f"no EV {value!r}; there are {there}")
    return car


# Charging.


def _change_departure(world: "World", verb: str, args: Args) -> Done:
    car, departs_us = _car(world, args["ev"]), cast("int", args["departs_us"])
    if departs_us <= world.now_us:
        raise InputError(f"{DURATION.format(departs_us)} has passed")
    leaving.expect(world, car, departs_us)
    car.ev.change_departure(departs_us)
    return "charging", car.ev.id, f"its driver will leave at {DURATION.format(departs_us)}"


def _plug_in(world: "World", verb: str, args: Args) -> Done:
    car, number = _car(world, args["ev"]), _cp(world, args["cp"])
    cp_id = world.ids[number]
    driver_acts.unplugged(world, car)
    other = world.connectors[number].ev
    if other is not None:
        raise InputError(f"{cp_id} is taken by {other.id}")
    world.plug(car, number)
    return "charging", car.ev.id, f"plugged in at {cp_id}"


def _unplug(world: "World", verb: str, args: Args) -> Done:
    car = _car(world, args["ev"])
    cp_id = world.ids[driver_acts.plugged(world, car).node]
    world.unplug(car)
    return "charging", car.ev.id, f"unplugged from {cp_id}"


_WISHES: dict[str, tuple[Callable[[ElectricVehicle, int], list[Effect]], str]] = {
    "stop_charging": (ElectricVehicle.stop_charging, "the driver ends the charging"),
    "pause_charging": (ElectricVehicle.pause_charging, "the driver pauses the charging"),
    "resume_charging": (ElectricVehicle.resume_charging, "the driver wants to go on charging"),
}


def _wish(world: "World", verb: str, args: Args) -> Done:
    car = _car(world, args["ev"])
    driver_acts.hears(world, car)
    wish, text = _WISHES[verb]
    host = world.cluster.hosts[car.endpoint]
    world.cluster.execute(host, wish(car.ev, world.now_us))
    if car.connector is not None:
        car.connector.settle(world.now_us)
    return "charging", car.ev.id, text


def _mute(world: "World", verb: str, args: Args) -> Done:
    return operator.mute(world, verb, _car(world, args["ev"]))


def _obey(world: "World", verb: str, args: Args) -> Done:
    return operator.obey(world, verb, _car(world, args["ev"]))


def _instruct(world: "World", verb: str, args: Args) -> Done:
    everyone = args["cp"] == EVERYONE
    cp_id = EVERYONE if everyone else world.ids[_cp(world, args["cp"])]
    return operator.instruct(world, verb, cp_id, args)


def _profile(world: "World", verb: str, args: Args) -> Done:
    everyone = args["cp"] == EVERYONE
    cp_id = EVERYONE if everyone else world.ids[_cp(world, args["cp"])]
    return operator.give(world, cp_id, *profiling.VERBS[verb](args, world.now_us))


def _stick(world: "World", verb: str, args: Args) -> Done:
    return operator.stick(world, verb, _cp(world, args["cp"]))


# Drivers.


def _reserve(world: "World", verb: str, args: Args) -> Done:
    car = _car(world, args["ev"])
    window_us = _integer(args, "from_us"), _integer(args, "until_us")
    cp = _cp(world, args["cp"]) if "cp" in args else None
    hold_us = _integer(args, "hold_us") if "hold_us" in args else HOLD_US
    energy_wh = _integer(args, "energy_wh")
    return "charging", car.ev.id, world.drivers.ask(car.ev.id, window_us, energy_wh, cp, hold_us)


def _change_reservation(world: "World", verb: str, args: Args) -> Done:
    car = _car(world, args["ev"])
    window_us = _integer(args, "from_us"), _integer(args, "until_us")
    return "charging", car.ev.id, world.drivers.change(car.ev.id, window_us)


def _cancel_reservation(world: "World", verb: str, args: Args) -> Done:
    car = _car(world, args["ev"])
    return "charging", car.ev.id, world.drivers.cancel(car.ev.id)


def _integer(args: Args, name: str) -> int:
    value = args[name]
    if type(value) is not int or value < 0:
        raise InputError(f"{name} is an integer from 0 on, found {value!r}")
    return value


# Nodes.


def _read(world: "World", verb: str, args: Args) -> Done:
    number = _cp(world, args["cp"])
    how = world.readers.ask(number, args["how"])
    return "info", world.ids[number], f"asked for the network's summary, {how}"


def _was_on(world: "World", number: int) -> None:
    if not world.cluster.hosts[number].generation:
        raise InputError(f"{world.ids[number]} was never switched on")


def _crash(world: "World", verb: str, args: Args) -> Done:
    number = _cp(world, args["cp"])
    _was_on(world, number)
    if world.cluster.hosts[number].status is Status.CRASHED:
        raise InputError(f"{world.ids[number]} is down already")
    lost = world.crash(number)
    rows = f"; its disk lost {lost} unsynced {'row' if lost == 1 else 'rows'}" if lost else ""
    return "fault", world.ids[number], f"crashed{rows}"


def _restart(world: "World", verb: str, args: Args) -> Done:
    number = _cp(world, args["cp"])
    if world.cluster.hosts[number].status is not Status.CRASHED:
        raise InputError(f"{world.ids[number]} runs; only a crashed charge point restarts")
    if not world.cluster.hosts[number].generation:
        raise InputError(f"{world.ids[number]} was never switched on; admit it")
    blank = not world.cluster.hosts[number].disk.written
    torn = world.restart(number)
    if blank:
        return "repair", world.ids[number], "started with an empty disk, and asks to join"
    cut = "; a half-written row was cut off" if torn else ""
    return "repair", world.ids[number], f"restarted from its disk{cut}"


def _pause(world: "World", verb: str, args: Args) -> Done:
    number = _cp(world, args["cp"])
    _was_on(world, number)
    status = world.cluster.hosts[number].status
    if status is not Status.ALIVE:
        raise InputError(f"{world.ids[number]} is {status.name.lower()}")
    world.cluster.pause(number)
    return "fault", world.ids[number], "paused: its process stands still"


def _resume(world: "World", verb: str, args: Args) -> Done:
    number = _paused(world) if args["cp"] == LEADER else _cp(world, args["cp"])
    if world.cluster.hosts[number].status is not Status.PAUSED:
        raise InputError(f"{world.ids[number]} is not paused")
    world.cluster.resume(number)
    return "repair", world.ids[number], "goes on"


def _move(world: "World", verb: str, args: Args) -> Done:
    number = _cp(world, args["cp"])
    severity, text = MEMBERS[verb](world, number)
    return severity, world.ids[number], text


def _ail(world: "World", verb: str, args: Args) -> Done:
    number = _cp(world, args["cp"])
    severity, text = AILMENTS[verb](world, number, args)
    return severity, world.ids[number], text


def _trust(world: "World", verb: str, args: Args) -> Done:
    return TRUST[verb](world, args)


def _site(world: "World", verb: str, args: Args) -> Done:
    return SITE_FAULTS[verb](world, args)


# Chance.


def _reseed(world: "World", verb: str, args: Args) -> Done:
    seed = _integer(args, "seed")
    world.reseed(seed)
    return "info", "chance", f"all is drawn from seed {seed} from now on"


# Links.


def _cut(world: "World", verb: str, args: Args) -> Done:
    a, b = _pair(world, args)
    both = verb == "cut"
    faults.cut(world.cluster.bus, a, b, both=both)
    arrow = "↮" if both else "↛"
    return "fault", "network", f"link {world.ids[a]} {arrow} {world.ids[b]} cut"


def _join(world: "World", verb: str, args: Args) -> Done:
    a, b = _pair(world, args)
    faults.join(world.cluster.bus, a, b)
    return "repair", "network", f"link {world.ids[a]} ↔ {world.ids[b]} joined"


def _partition(world: "World", verb: str, args: Args) -> Done:
    named = args["groups"]
    if not isinstance(named, (list, tuple)) or not all(isinstance(g, (list, tuple)) for g in named):
        raise InputError(f"groups is a list of lists of charge points, found {named!r}")
    groups = [[_cp(world, cp) for cp in cast("Sequence[object]", group)] for group in named]
    members = [number for group in groups for number in group]
    if len(frozenset(members)) != len(members):
        raise InputError("a charge point stands in two groups")
    rest = [number for number in world.ids if number not in members]
    sides = [group for group in (*groups, rest) if group]
    if len(sides) < 2:
        raise InputError("a partition needs at least two sides")
    one_way = verb == "partition_oneway"
    faults.partition(world.cluster.bus, tuple(world.ids), sides, one_way=one_way)
    if one_way:
        unheard = " ".join(world.ids[number] for number in sides[0])
        return "fault", "network", f"partitioned one way: nobody else hears {unheard}"
    text = " │ ".join(" ".join(world.ids[number] for number in side) for side in sides)
    return "fault", "network", f"partitioned: {text}"


def _heal(world: "World", verb: str, args: Args) -> Done:
    faults.heal(world.cluster.bus, tuple(world.ids))
    return "repair", "network", "all links healed"


_RATES = {
    "loss": ("loss_ppm", "of frames lost"),
    "duplicate": ("duplicate_ppm", "of frames twice"),
    "reorder": ("reorder_ppm", "of frames out of order"),
    "corrupt": ("corrupt_ppm", "of frames damaged"),
    "delay": ("extra_us", "ms slower"),
}


def _rate(world: "World", verb: str, args: Args) -> Done:
    if "b" in args and "a" not in args:
        raise InputError(f"{verb} takes both a and b, a, or neither")
    oneway = args.get("oneway", False)
    if type(oneway) is not bool or ("oneway" in args and "a" not in args):
        raise InputError("oneway is true or false, and goes with a")
    name = VERBS[verb].needs[0]
    value = args[name]
    most = 60_000_000 if verb == "delay" else 1_000_000
    if type(value) is not int or not 0 <= value <= most:
        raise InputError(f"{name} is an integer from 0 to {most}, found {value!r}")
    attribute, words = _RATES[verb]
    where = _set_rate(world, args, attribute, value)
    amount = f"{value / 1000:g} {words}" if verb == "delay" else f"{value / 10_000:g} % {words}"
    return ("fault" if value else "repair"), "network", f"{where}: {amount}"


def _set_rate(world: "World", args: Args, attribute: str, value: int) -> str:
    """Set it on every link, on those of one charge point, or on one; returns where."""
    bus, everyone, both = world.cluster.bus, tuple(world.ids), not args.get("oneway", False)
    arrow = "↔" if both else "→"
    if "a" not in args:
        faults.set_rate(bus, everyone, attribute, value)
        return "every link"
    if "b" in args:
        pair = _pair(world, args)
        faults.set_rate(bus, pair, attribute, value, both=both)
        return f"{world.ids[pair[0]]} {arrow} {world.ids[pair[1]]}"
    node = _cp(world, args["a"])
    faults.set_rate_of(bus, node, everyone, attribute, value, both=both)
    return f"{world.ids[node]} {arrow} every other"


def _hand(world: "World", verb: str, args: Args) -> Done:
    return HANDS[verb](world, args)


_DO: dict[str, Callable[["World", str, Args], Done]] = {
    "plug_in": _plug_in,
    "unplug": _unplug,
    **dict.fromkeys(_WISHES, _wish),
    "mute_ev": _mute,
    "unmute_ev": _mute,
    "ignore_limit": _obey,
    "obey_limit": _obey,
    "stop_cp": _instruct,
    "resume_cp": _instruct,
    "remote_start": _instruct,
    "remote_stop": _instruct,
    "reset": _instruct,
    **dict.fromkeys(profiling.VERBS, _profile),
    "stick_contactor": _stick,
    "free_contactor": _stick,
    "reserve": _reserve,
    "change_departure": _change_departure,
    "change_reservation": _change_reservation,
    "cancel_reservation": _cancel_reservation,
    "crash": _crash,
    "restart": _restart,
    "read": _read,
    "reseed": _reseed,
    "pause": _pause,
    "resume": _resume,
    **dict.fromkeys(AILMENTS, _ail),
    **dict.fromkeys(MEMBERS, _move),
    **dict.fromkeys(TRUST, _trust),
    **dict.fromkeys(SITE_FAULTS, _site),
    "cut": _cut,
    "cut_oneway": _cut,
    "join": _join,
    "partition": _partition,
    "partition_oneway": _partition,
    "heal": _heal,
    "loss": _rate,
    "duplicate": _rate,
    "reorder": _rate,
    "corrupt": _rate,
    "delay": _rate,
    **dict.fromkeys(HANDS, _hand),
}
