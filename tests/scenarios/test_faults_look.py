"""Looking at faults: each is named once, in as few lines as say it, and looking changes nothing."""

import pytest

from scenarios.loader import load
from scenarios.session import Session
from scenarios.view import Window
from tests.evtui.faulty import S, breakable, copy_of, look, run_to


def on(session: Session) -> list[tuple[str, str, str]]:
    """Fault, subject and words of what is on, but for what the file has."""
    seen = look(session).faults
    assert seen is not None
    return [(it.fault, it.subject, it.text) for it in seen.active]


def end_all(session: Session) -> None:
    """Do what ends each; one may end several."""
    for _ in range(40):
        seen = look(session).faults
        assert seen is not None
        ends = [it for it in seen.active if it.verb]
        if not ends:
            return
        session.act(ends[0].verb, **dict(ends[0].args))
    pytest.fail("it is never whole again")


def test_a_whole_network_has_none() -> None:
    """Also one that loses frames by its nature."""
    assert on(breakable()) == []
    assert on(Session(load("bad-weather"), 1)) == []


def test_looking_changes_nothing() -> None:
    """A run that was looked at goes on as its twin; no link is made by it."""
    session, twin = breakable(), breakable()
    for each in (session, twin):
        each.act("loss", a="CP1", rate_ppm=10_000)
        each.act("partition", groups=[["CP1", "CP2"]])
    made = len(session.world.cluster.bus.links)
    for _ in range(3):
        look(session)
    assert len(session.world.cluster.bus.links) == made
    for each in (session, twin):
        run_to(each, 80 * S)
    assert session.whole.digest() == twin.whole.digest()


def test_links_are_told_in_few_lines() -> None:
    """All of them, those of one, one link both ways, one way."""
    session = breakable()
    session.act("loss", rate_ppm=10_000)
    session.act("corrupt", a="CP2", rate_ppm=50_000)
    session.act("duplicate", a="CP4", rate_ppm=70_000, oneway=True)
    session.act("loss", a="CP1", b="CP5", rate_ppm=200_000)
    session.act("delay", a="CP1", b="CP3", extra_us=5_000, oneway=True)
    session.act("cut", a="CP1", b="CP3")
    session.act("cut_oneway", a="CP5", b="CP3")
    assert on(session) == [
        ("cut", "CP1 ↔ CP3", "cut"),
        ("cut_oneway", "CP5 → CP3", "cut"),
        ("loss", "every link", "1 % of frames lost"),
        ("loss", "CP1 ↔ CP5", "20 % of frames lost"),
        ("corrupt", "CP2", "5 % of frames damaged"),
        ("duplicate", "CP4 →", "7 % of frames twice"),
        ("delay", "CP1 → CP3", "5 ms late"),
    ]
    end_all(session)
    assert not any(link.is_faulty() or link.cut for _, _, link in session.world.cluster.bus.made())


def test_two_charge_points_with_bad_links() -> None:
    """The link between them is told once."""
    session = breakable()
    session.act("corrupt", a="CP1", rate_ppm=10_000)
    session.act("corrupt", a="CP2", rate_ppm=10_000)
    text = "1 % of frames damaged"
    assert on(session) == [
        ("corrupt", "CP1", text),
        ("corrupt", "CP2 ↔ CP3", text),
        ("corrupt", "CP2 ↔ CP4", text),
        ("corrupt", "CP2 ↔ CP5", text),
    ]
    end_all(session)
    assert on(session) == []


@pytest.mark.parametrize(
    ("verb", "groups", "text"),
    [
        ("partition", [["CP1", "CP2"]], "partitioned: CP3 CP4 CP5 │ CP1 CP2"),
        ("partition_oneway", [["CP1"]], "nobody else hears CP1"),
    ],
)
def test_a_partition_is_one_line(verb: str, groups: list[list[str]], text: str) -> None:
    """Not one for each link that it cuts; a link cut besides is told beside it."""
    session = breakable()
    session.act(verb, groups=groups)
    ((fault, subject, said),) = on(session)
    assert (fault, subject) == (verb, "network")
    assert {*said.replace("partitioned: ", "").split(" │ ")} == {
        *text.replace("partitioned: ", "").split(" │ ")
    }
    session.act("cut", a="CP4", b="CP5")
    assert on(session)[1] == ("cut", "CP4 ↔ CP5", "cut")
    end_all(session)
    assert on(session) == []


def test_everything_broken_is_mended_by_what_is_listed() -> None:
    """Each line has what ends it, and in the end nothing is left."""
    session = breakable()
    for verb, args in {
        "crash": {"cp": "CP1"}, "pause": {"cp": "CP2"}, "slow": {"cp": "CP3", "delay_us": 7_000},
        "slow_disk": {"cp": "CP3", "fsync_us": 9_000}, "fill_disk": {"cp": "CP3"},
        "crash_in_write": {"cp": "CP3"}, "clock_drift": {"cp": "CP4", "drift_ppm": -300},
        "clock_offset": {"cp": "CP4", "offset_us": -5 * S}, "stick_contactor": {"cp": "CP5"},
        "tamper_meter": {"cp": "CP5", "energy_wh": 3}, "mute_ev": {"ev": "EV1"},
        "ignore_limit": {"ev": "EV2"}, "change_contract": {"ev": "EV1", "contract": "stolen"},
        "set_breaker": {"capacity_w": 99_000}, "set_load": {"load": "oven", "power_w": 1},
        "set_pv": {"power_w": 0},
    }.items():  # fmt: skip
        session.act(verb, **args)
    told = on(session)
    assert [fault for fault, _, _ in told] == [
        "crash", "pause", "crash_in_write", "slow", "fill_disk", "slow_disk", "clock_drift",
        "clock_offset", "stick_contactor", "tamper_meter", "mute_ev", "change_contract",
        "ignore_limit", "set_breaker", "set_load", "set_pv",
    ]  # fmt: skip
    assert ("clock_drift", "CP4", "its clock runs 300 ppm too slow") in told
    assert ("clock_offset", "CP4", "its wall clock is 5 s back") in told
    end_all(session)
    assert on(session) == []
    assert all(each.status == "alive" for each in look(session).cps)


def test_what_the_file_begins_with_is_a_fault_too() -> None:
    """A revoked contract has no end; an expired one has."""
    session = Session(load("contracts"), 1)
    assert ("change_contract", "Expired", "its contract is expired") in on(session)
    revoked = Session(load("revoked-contract"), 1)
    run_to(revoked, 300 * S)
    seen = look(revoked).faults
    assert seen is not None
    found = [it for it in seen.active if it.fault == "revoke"]
    assert [it.verb for it in found] == [""] * len(found) != []


def test_a_hundred_charge_points_are_looked_at_quickly() -> None:
    """No more than the view without it, by far, and a partition is still one line."""
    import time

    session = copy_of(Session(load("hundred-cps"), 1))
    session.run(20 * S, 1_000_000)
    session.act("partition", groups=[[f"CP{n}" for n in range(1, 40)]])
    assert [text for _, _, text in on(session)] in (
        ["partitioned: 61 CPs │ 39 CPs"],
        ["partitioned: 39 CPs │ 61 CPs"],
    )
    began = time.perf_counter()
    for _ in range(5):
        session.view(Window(faults=True))
    with_faults = time.perf_counter() - began
    began = time.perf_counter()
    for _ in range(5):
        session.view(Window())
    assert with_faults < 3 * (time.perf_counter() - began) + 0.25
