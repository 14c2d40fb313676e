"""Faults of the panel: a crash in a write, one-way partitions, what cables carry, contracts."""

import pickle

import pytest
from attrs import evolve

from paxos.sim.host import Kind
from scenarios.errors import InputError, ScenarioError
from scenarios.journal import Input
from scenarios.loader import load, loads
from scenarios.schema import At
from scenarios.session import Session
from scenarios.view import CpView, Window
from scenarios.writer import to_toml

S = 1_000_000


def run(name: str, time_us: int, seed: int = 1) -> Session:
    """A library scenario at a time."""
    session = Session(load(name), seed)
    while not session.run(time_us, 100_000):
        pass
    return session


def cp(session: Session, cp_id: str) -> CpView:
    """A charge point as it is seen now."""
    return next(each for each in session.view().cps if each.id == cp_id)


def told(session: Session) -> list[str]:
    """What was said so far."""
    return [row.text for row in session.view(Window(event_rows=500)).event_rows]


# --- a crash in a write ----------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(1, 7))
def test_a_crash_in_a_write_leaves_half_a_row(seed: int) -> None:
    """Whatever the seed: nothing of the row had left, and the restart cuts it off."""
    session = run("ten-minutes", 90 * S, seed)
    said = session.act("crash_in_write", cp="CP1")
    assert said == "is to crash in the middle of its next write"
    assert cp(session, "CP1").ails == ("dies in a write",)
    session.run(105 * S, 1_000_000)
    assert cp(session, "CP1").status == "crashed"
    assert "crashed in the middle of a write" in told(session)
    assert session.world.covered()["crashes_in_write"] == 1
    assert session.act("restart", cp="CP1").endswith("a half-written row was cut off")
    session.run(130 * S, 1_000_000)
    assert cp(session, "CP1").ails == ()
    assert cp(session, "CP1").applied_slot == cp(session, "CP2").applied_slot


def test_a_crash_in_a_write_is_called_off() -> None:
    """And does not go with the other kind."""
    session = run("ten-minutes", 90 * S)
    session.act("crash_in_write", cp="CP1")
    with pytest.raises(InputError, match="CP1 is to crash in its next write already"):
        session.act("crash_after_write", cp="CP1")
    assert session.act("disarm", cp="CP1") == "is not to crash in a write any more"
    session.run(105 * S, 1_000_000)
    assert cp(session, "CP1").status == "alive"


# --- links -----------------------------------------------------------------------------------


def test_a_one_way_partition_cuts_what_the_first_side_says() -> None:
    """As one input, also of links that nobody has used; healing ends it."""
    session = run("ten-minutes", 90 * S)
    said = session.act("partition_oneway", groups=[["CP1", "CP2"], ["CP3", "CP4", "CP5"]])
    assert said == "partitioned one way: nobody else hears CP1 CP2"
    assert cp(session, "CP1").links == ("self", "up", "in", "in", "in")
    assert cp(session, "CP3").links == ("out", "out", "self", "up", "up")
    bus = session.world.cluster.bus
    assert all(bus.link(a, b).cut == (a <= 2 < b) for a in range(1, 6) for b in range(1, 6))
    session.act("heal")
    assert set(cp(session, "CP1").links) == {"self", "up"}


def test_a_one_way_partition_of_many_makes_no_links() -> None:
    """A hundred charge points: the weather stands for links that were never used."""
    session = run("hundred-cps", 5 * S)
    made = len(session.world.cluster.bus.links)
    session.act("partition_oneway", groups=[["CP100"]])
    assert len(session.world.cluster.bus.links) == made
    assert cp(session, "CP100").links.count("in") == 99
    assert cp(session, "CP42").links[99] == "out"


@pytest.mark.parametrize("verb", ["loss", "duplicate", "reorder", "corrupt"])
def test_a_rate_on_all_links_of_one(verb: str) -> None:
    """With ``a`` alone: both ways, or only what it says."""
    session = run("ten-minutes", 90 * S)
    assert session.act(verb, rate_ppm=50_000, a="CP2").startswith("CP2 ↔ every other: 5 % of")
    assert cp(session, "CP2").links == ("lossy", "self", "lossy", "lossy", "lossy")
    assert cp(session, "CP3").links == ("up", "lossy", "self", "up", "up")
    session.act(verb, rate_ppm=0, a="CP2")
    assert set(cp(session, "CP2").links) == {"self", "up"}
    said = session.act(verb, rate_ppm=50_000, a="CP2", oneway=True)
    assert said.startswith("CP2 → every other")
    bus = session.world.cluster.bus
    assert any(bus.link(2, 1).rates)
    assert not any(bus.link(1, 2).rates)


# --- what cables carry -----------------------------------------------------------------------


def test_a_breaker_that_trips_earlier_is_an_overload_at_once() -> None:
    """The network was told nothing, so P1 says it; below what flows nothing happens."""
    session = run("bakery-oven", 60 * S)
    rail = session.view().rails[0]
    assert rail.capacity_w > rail.flow_w > 2_000
    session.act("set_breaker", capacity_w=rail.flow_w + 1)
    assert session.view().rails[0].capacity_w == rail.flow_w + 1
    assert not session.view().violation
    assert session.act("reset_breaker").startswith("its breaker carries")
    assert session.view().rails[0].capacity_w == rail.capacity_w
    with pytest.raises(InputError, match="the breaker of the site is as it should be"):
        session.act("reset_breaker")
    session.act("set_breaker", capacity_w=rail.flow_w - 1)
    assert session.view().violation.startswith("P1")


def test_a_cabinets_breaker_is_its_own() -> None:
    """The site's stays; no cable carries more than it was built for."""
    session = run("bakery-oven", 60 * S)
    name = session.view().rails[1].id
    built_w = session.view().rails[1].capacity_w
    with pytest.raises(InputError, match="capacity_w is an integer from 0 to"):
        session.act("set_breaker", cabinet=name, capacity_w=built_w + 1)
    with pytest.raises(InputError, match="no cabinet 'Z'; there are"):
        session.act("set_breaker", cabinet="Z", capacity_w=1)
    session.act("set_breaker", cabinet=name, capacity_w=0)
    assert f"cabinet {name}'s capacity is 0 W" in session.view().violation


def test_a_load_draws_what_it_is_set_to() -> None:
    """At once, second after second, and then as usual again; the draws of others stay."""
    session, twin = run("bakery-oven", 60 * S), run("bakery-oven", 60 * S)
    ((name, usual_w),) = session.view().loads
    assert session.act("set_load", load=name, power_w=1_234) == "draws 1.234 kW from now on"
    assert dict(session.view().loads) == {name: 1_234}
    assert session.view().rails[0].loads_w == 1_234 != usual_w
    session.run(90 * S, 1_000_000)
    assert dict(session.view().loads) == {name: 1_234}
    assert session.act("free_load", load=name) == "draws what it usually does"
    for each in (session, twin):
        each.run(200 * S, 1_000_000)
    assert session.view().loads == twin.view().loads
    with pytest.raises(InputError, match="oven draws what it usually does"):
        session.act("free_load", load=name)


def test_the_pv_delivers_what_it_is_set_to() -> None:
    """At its firm level nobody is harmed; afterwards the sky is what it would have been."""
    session, twin = run("pv-cloud", 90 * S), run("pv-cloud", 90 * S)
    assert session.view().rails[0].pv_w > 3_000
    assert session.act("set_pv", power_w=3_000) == "delivers 3 kW from now on"
    session.run(120 * S, 1_000_000)
    assert session.view().rails[0].pv_w == 3_000
    assert session.act("free_pv") == "delivers what the sun brings"
    with pytest.raises(InputError, match="the PV delivers what the sun brings"):
        session.act("free_pv")
    for each in (session, twin):
        each.run(150 * S, 1_000_000)
    assert session.view().rails[0].pv_w == twin.view().rails[0].pv_w
    assert not session.view().violation


def test_below_its_firm_level_the_pv_was_counted_on() -> None:
    """The site's cable carries what the PV does not deliver."""
    session = run("pv-cloud", 90 * S)
    session.act("set_pv", power_w=0)
    session.run(120 * S, 1_000_000)
    assert session.view().violation.startswith("P1")


def test_who_has_no_pv_and_no_loads_is_told_so() -> None:
    """Nothing is changed."""
    session = run("ten-minutes", 10 * S)
    with pytest.raises(InputError, match="the site has no PV"):
        session.act("set_pv", power_w=0)
    with pytest.raises(InputError, match="no load 'oven'; there are no loads in this scenario"):
        session.act("set_load", load="oven", power_w=0)
    assert session.world.journal == []


# --- contracts -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("expired", "FAILED_CertificateExpired"),
        ("future", "FAILED_CertificateExpired"),
        ("foreign", "FAILED_CertChainError"),
        ("tampered", "FAILED_CertChainError"),
        ("borrowed", "FAILED_CertChainError"),
        ("stolen", "FAILED_SignatureError"),
        ("replayed", "FAILED_ChallengeInvalid"),
        ("missing", "FAILED_NoCertificateAvailable"),
    ],
)
def test_a_changed_contract_counts_from_the_next_session_on(kind: str, code: str) -> None:
    """The EV is refused with the standard's code; with a good one it is served again."""
    session = Session(loads(FILE, "by-hand.toml"), 1)
    session.run(5 * S, 1_000_000)
    ev, place = "EV1", "CP1"
    session.act("change_contract", ev=ev, contract=kind)
    with pytest.raises(InputError, match=f"the contract of {ev} is {kind} already"):
        session.act("change_contract", ev=ev, contract=kind)
    session.act("plug_in", ev=ev, cp=place)
    session.run(25 * S, 1_000_000)
    refused = [it for it in session.view().refusals if it.ev == ev]
    assert {it.code for it in refused} == {code}
    session.act("change_contract", ev=ev, contract="valid")
    session.act("unplug", ev=ev)
    session.run(30 * S, 1_000_000)
    session.act("plug_in", ev=ev, cp=place)
    session.run(50 * S, 1_000_000)
    assert cp(session, place).state == "charging"


def test_only_who_has_a_contract_can_have_another() -> None:
    """And only of a kind that there is."""
    session = run("ten-minutes", 10 * S)
    with pytest.raises(InputError, match="EV1 has no contract"):
        session.act("change_contract", ev="EV1", contract="expired")
    with pytest.raises(InputError, match="contract is one of valid, expired"):
        session.act("change_contract", ev="EV1", contract="revoked")


# --- in files --------------------------------------------------------------------------------

LINES: dict[str, dict[str, object]] = {
    "crash_in_write": {"cp": "CP2"},
    "partition_oneway": {"groups": (("CP1",), ("CP2", "CP3"))},
    "loss": {"rate_ppm": 50_000, "a": "CP1"},
    "delay": {"extra_us": 50_000, "a": "CP1", "oneway": True},
    "set_breaker": {"capacity_w": 20_000, "cabinet": "A"},
    "reset_breaker": {"cabinet": "A"},
    "set_load": {"load": "oven", "power_w": 9_000},
    "free_load": {"load": "oven"},
    "set_pv": {"power_w": 0},
    "free_pv": {},
    "change_contract": {"ev": "EV1", "contract": "expired"},
}
FILE = """
duration = "2m"
cps = 3
[[cabinet]]
id = "A"
capacity = "22kW"
[[load]]
id = "oven"
power = "10kW"
[pv]
firm = "1kW"
[[ev]]
id = "EV1"
payment = "contract"
"""


@pytest.mark.parametrize("verb", LINES)
def test_a_script_says_it_and_a_file_keeps_it(verb: str) -> None:
    """Written and read it is the same line, and the run does it."""
    args = LINES[verb]
    base = loads(FILE, "by-hand.toml")
    script = (
        At(t_us=9 * S, verb="set_breaker", args={"capacity_w": 21_000, "cabinet": "A"}),
        At(t_us=9 * S, verb="set_load", args={"load": "oven", "power_w": 1}),
        At(t_us=9 * S, verb="set_pv", args={"power_w": 1}),
        At(t_us=10 * S, verb=verb, args=dict(args)),
    )
    scenario = evolve(base, script=script)
    again = loads(to_toml(scenario), "by-hand.toml")
    assert [(it.t_us, it.verb, it.args) for it in again.script] == [
        (it.t_us, it.verb, it.args) for it in scenario.script
    ]
    session = Session(again, 1)
    session.run(12 * S, 1_000_000)
    assert not [text for text in told(session) if "was not done" in text]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('do = "set_load"\nload = "kiln"\npower = "1kW"', "no load of this file; allowed oven"),
        ('do = "set_breaker"\ncabinet = "B"\ncapacity = "1kW"', "no cabinet of this file"),
        ('do = "change_contract"\nev = "EV1"\ncontract = "revoked"', "allowed valid, expired"),
    ],
)
def test_a_name_that_is_not_there_is_told(line: str, says: str) -> None:
    """With file and line."""
    with pytest.raises(ScenarioError, match=says):
        loads(f'{FILE}[[at]]\nt = "5s"\n{line}\n', "by-hand.toml")


# --- replay ----------------------------------------------------------------------------------


def stale_timers_us(session: Session) -> list[int]:
    """When events come that stand for timers which were cancelled or set anew."""
    hosts = session.world.cluster.hosts
    return [
        event[0]
        for event in session.world.cluster.kernel.waiting()
        if event[2] == Kind.TIMER and event[5] not in hosts[event[3]].timers
    ]


def test_an_input_after_a_cancelled_timer_is_repeated_in_its_time() -> None:
    """And not after the next event: what stands for the timer does not happen."""
    tried = 0
    session = run("ten-minutes", 62 * S)
    while tried < 5 and session.time_us < 300 * S:
        stale = [it for it in stale_timers_us(session) if it > session.time_us]
        real = [
            it[0] for it in session.world.cluster.kernel.waiting() if it[0] not in stale
        ]  # fmt: skip
        first = min(stale, default=0)
        if first and first + 1 < min(real) and first < session.time_us + S:
            live, again = pickle.loads(pickle.dumps(session)), pickle.loads(pickle.dumps(session))  # noqa: S301
            live.run(first + 1, 100)
            live.act("slow", cp="CP4", delay_us=1_000)
            again.coming = [
                Input(first + 1, live.whole.events, "slow", live.world.journal[-1].args)
            ]
            for each in (live, again):
                each.run(each.time_us + 3 * S, 100_000)
                each.run(first + 3 * S, 100_000)
            assert again.world.journal[-1] == live.world.journal[-1]
            assert again.whole.digest() == live.whole.digest()
            tried += 1
        session.step()
    assert tried == 5


def test_an_input_at_the_time_of_a_cancelled_timer_finds_the_same_queue() -> None:
    """Whether one has run to that time, or does again what was done then."""
    session = run("ten-minutes", 62 * S)
    tried = 0
    while tried < 5:
        stale = [it for it in stale_timers_us(session) if it > session.time_us]
        real = [it[0] for it in session.world.cluster.kernel.waiting() if it[0] not in stale]
        first = min(stale, default=0)
        if first and first < min(real):
            live, again = pickle.loads(pickle.dumps(session)), pickle.loads(pickle.dumps(session))  # noqa: S301
            live.run(first, 100)
            live.act("slow", cp="CP4", delay_us=1_000)
            again.coming = [Input(first, live.whole.events, "slow", live.world.journal[-1].args)]
            again.come_to(live.whole.events, 1, first)
            assert again.world.cluster.kernel.waiting() == live.world.cluster.kernel.waiting()
            tried += 1
        session.step()


def test_an_input_after_a_cancelled_timer_is_the_last_of_a_place() -> None:
    """Going there does it, and the clock is at its time."""
    session = run("ten-minutes", 62 * S)
    while True:
        stale = [it for it in stale_timers_us(session) if it > session.time_us]
        real = [it[0] for it in session.world.cluster.kernel.waiting() if it[0] not in stale]
        first = min(stale, default=0)
        if first and first + 2 < min(real):
            break
        session.step()
    events = session.whole.events
    session.coming = [Input(first + 1, events, "slow", {"cp": "CP4", "delay_us": 1_000})]
    session.come_to(events, 1, first + 2)
    assert (session.whole.events, session.acted, session.time_us) == (events, 1, first + 2)
    assert session.world.journal[-1].time_us == first + 1


def test_going_to_a_place_before_an_input_of_its_time_leaves_the_input_out() -> None:
    """It is still to come."""
    session = run("ten-minutes", 90 * S)
    events = session.whole.events
    session.coming = [Input(90 * S, events, "slow", {"cp": "CP4", "delay_us": 1_000})]
    session.come_to(events, 0, 90 * S)
    assert (session.acted, len(session.coming)) == (0, 1)
    session.come_to(events, 1, 90 * S)
    assert (session.acted, len(session.coming)) == (1, 0)
