"""Why an EV draws what it draws: which limit binds, and which command of the log said so."""

import pytest

from fsm.network.limits import wanted_w
from scenarios.errors import InputError
from scenarios.why.limit import Limit
from scenarios.why.view import About, Sentence
from tests.scenarios.why.asking import S, ask, cps, evs, library, made, run_to, texts


def test_its_own_power_binds() -> None:
    """The site has more for it than it takes."""
    session = library("ten-minutes", 182)
    told = ask(session, About.EV, "EV1").sentences
    assert [s.text for s in told] == [
        "EV1 draws 11 kW at CP1",
        "Its own power binds: it takes 11 kW at the most",
        "CP1 allows it 11 kW, which does not bind (slot 13, CP1 StartTransaction EV1)",
    ]
    assert told[2].slot == 13


def test_a_small_ev_is_capped_by_its_own_power() -> None:
    """3.7 kW where 11 are allowed."""
    session = made(cps(3) + evs(1, max_power="3.7kW", soc="20%"))
    session.act("plug_in", ev="EV1", cp="CP1")
    run_to(session, 40)
    told = texts(session, About.EV, "EV1")
    assert told[:2] == [
        "EV1 draws 3.7 kW at CP1", "Its own power binds: it takes 3.7 kW at the most",
    ]  # fmt: skip
    assert told[2].startswith("CP1 allows it 11 kW, which does not bind (slot ")


def test_a_battery_that_is_nearly_full_takes_less() -> None:
    """The curve of AC falls from 80 % on."""
    session = made(cps(3) + evs(1, soc="90%", target="100%"))
    session.act("plug_in", ev="EV1", cp="CP1")
    run_to(session, 40)
    told = texts(session, About.EV, "EV1")
    battery = session.world.cars["EV1"].ev.battery
    takes_w = battery.max_power_w(11_000, "AC")
    assert takes_w < 7_000
    assert told[1] == (
        f"Its battery binds: at {battery.soc_ppm / 10_000:.1f} % it takes {takes_w / 1000:g} kW of "
        "its 11 kW only"
    )


def test_the_site_binds() -> None:
    """Three share 22 kW; the slot is that of the command which made them three."""
    session = library("operator-stops-all", 100)
    world = session.world
    told = ask(session, About.EV, "EV2").sentences
    assert [s.text for s in told] == [
        "EV2 draws 7.333 kW at CP2",
        "Its limit binds: CP2 told it 7.333 kW at the most, and it could take 11 kW",
        ("The log allows CP2 7.333 kW since slot 21 (CP3 StartTransaction EV3), before 11 kW"),
        "The site binds: CP1, CP2 and CP3 share 22 kW; the fair part of CP2 is 7.333 kW",
    ]
    assert told[2].slot == 21
    command = world.orders.limit("CP2")
    assert command is not None
    assert (told[2].at_us, command.slot) == (command.at_us, 21)
    assert world.invariants is not None
    assert command.command in world.invariants.chosen[21][1]


def test_a_cabinet_binds_where_the_site_has_more() -> None:
    """13 kW for two, behind cabinet A."""
    session = library("bakery-oven", 200)
    assert texts(session, About.EV, "EV2")[-1] == (
        "Cabinet A binds: CP2 and CP3 share 13 kW; the fair part of CP2 is 6.5 kW"
    )
    assert Limit(session.world, 2).binding() == ("A",)
    assert Limit(session.world, 4).binding() == ("",)
    assert texts(session, About.EV, "EV4")[-1].startswith("The site binds: CP2, CP3, CP4 and CP5")


def test_what_binds_is_what_more_of_would_help() -> None:
    """For everybody who charges, in a run with cabinets, loads and faults, at many moments."""
    session = library("bakery-oven", 5)
    looked = 0
    for second in range(10, 300, 7):
        run_to(session, second)
        for number in session.world.ids:
            limit = Limit(session.world, number)
            if not limit.tables.open_by_cp.get(limit.cp_id):
                continue
            asset = limit.tables.assets[limit.cp_id]
            wanted = wanted_w(limit.rails, limit.served, limit.targets)[limit.cp_id]
            looked += 1
            assert bool(limit.binding()) == (wanted < asset.rated_w)
    assert looked > 50


def test_power_that_somebody_else_still_holds() -> None:
    """A newcomer waits until CP1, which is cut off, has confirmed; the cut is named."""
    session = library("cut-off-under-load", 90)
    told = ask(session, About.EV, "EV3").sentences
    assert [s.text for s in told] == [
        "EV3 is at CP3 and draws nothing",
        "It waits for power: its limit is 0",
        "The log allows CP3 0 kW since its transaction began (slot 34, CP3 StartTransaction EV3)",
        "The site binds: CP1, CP2 and CP3 share 22 kW; the fair part of CP3 is 7.333 kW",
        "It is to have 7.333 kW, as soon as the power is free",
        (
            "CP1 still holds 11 kW, and its limit is 7.334 kW: it has not confirmed that (slot 34, "
            "CP3 StartTransaction EV3)"
        ),
        "The link between CP3 and CP1 is cut",
    ]
    assert told[-1].at_us == 60 * S


def test_a_grant_that_ended() -> None:
    """On its own clock CP1 keeps to the fallback; in the log its power goes to the others."""
    session = library("cut-off-under-load", 110)
    told = ask(session, About.EV, "EV1").sentences
    assert told[0].text == "EV1 draws 4.14 kW at CP1"
    assert told[2].text.startswith("Its grant has ended: no call of CP1 made in the last ")
    assert told[2].text.endswith(
        "so it keeps to its fallback share of 4.14 kW; the last limit that it knows is 11 kW"
    )
    assert told[2].at_us is not None
    assert 95 * S < told[2].at_us < 105 * S
    run_to(session, 140)
    others = texts(session, About.EV, "EV2")
    assert others[0] == "EV2 draws 8.93 kW at CP2"
    assert "DataTransfer GrantEnded CP1 after 10 calls), before 7.333 kW" in others[2]


def test_who_was_never_answered_has_no_grant() -> None:
    """The others, in the log's words, get what CP1 may not hold."""
    session = library("cut-off-under-load", 140)
    limit = Limit(session.world, 1)
    told = [sentence.text for sentence in limit.sentences()]
    assert any(
        text.startswith("Its grant has ended, so it gets its fallback share") for text in told
    )


def test_an_operator_s_profile_binds() -> None:
    """9 kW of a profile, where the network allows 11; with the slot of the answer."""
    session = library("charging-profiles", 200)
    last = ask(session, About.EV, "EV1").sentences[-1]
    assert last.text.startswith(
        "The operator's charging profile binds: it allows 9 kW now, where the network would allow "
        "11 kW (slot "
    )
    assert last.slot is not None
    assert "CP1 DataTransfer InstructionResult" in last.text


CHEAP = """
[planning]
step = "5m"
[tariff]
price = "0.42EUR/kWh"
[[price_band]]
from = "08:30"
until = "10:00"
price = "0.20EUR/kWh"
"""


def test_a_planned_ev_waits_for_cheap_hours() -> None:
    """It leaves at 1h40m, and energy is cheap from the thirtieth minute on."""
    session = made(
        CHEAP + cps(3) + evs(2, battery="40kWh", soc="50%", target="55%", departs="1h40m")
    )
    session.act("plug_in", ev="EV1", cp="CP1")
    run_to(session, 500)
    told = ask(session, About.EV, "EV1").sentences
    text = [sentence.text for sentence in told]
    assert text[:2] == ["EV1 is at CP1 and draws nothing", "It waits for power: its limit is 0"]
    assert "DataTransfer Turn), before 11 kW" in text[2]
    assert text[3].startswith("Plan 1 of ")
    assert " wants 0 kW for it now: it waits (slot " in text[3]
    assert text[4].startswith("It was promised 2,000 Wh by 1h40m, and has got ")
    assert text[5] == ("From 30m on it is to have 11 kW; a kWh costs 0.42 € now and 0.20 € then")
    plan = session.world.orders.of("energy_plans", 1)
    assert plan is not None
    assert (told[3].slot, told[3].at_us) == (plan.slot, plan.at_us)
    run_to(session, 1_810)
    assert texts(session, About.EV, "EV1")[0] == "EV1 draws 11 kW at CP1"


def test_a_request_that_was_refused_is_told_with_its_reason() -> None:
    """36 kWh in half an hour cannot be."""
    session = made(CHEAP + cps(3) + evs(1, battery="40kWh", soc="5%", target="95%", departs="40m"))
    session.act("plug_in", ev="EV1", cp="CP1")
    run_to(session, 400)
    last = texts(session, About.EV, "EV1")[-1]
    assert last.startswith("Its driver asked for 36,000 Wh by 40m, and was refused: ")


def test_an_ev_s_own_profile_binds() -> None:
    """CP4 is cut off with the plan that it had offered; the log has another one by now."""
    told = texts(library("partition-during-plan", 350), About.EV, "EV3")
    assert told[:2] == [
        "EV3 is at CP4 and draws nothing",
        (
            "Its own charging profile binds: out of the schedule that it was offered it chose 0 kW "
            "for now"
        ),
    ]
    assert "CP4 has applied up to slot 161 and knows of 4.871 kW only" in told
    assert "The link between CP3 and CP4 is cut" in told
    assert told[-1] == "It has not confirmed that yet: the log still holds 4.871 kW for it"


def test_a_session_that_is_under_way_says_how_far() -> None:
    """A paused charge point holds it; both ends are named."""
    told = texts(library("hole", 137.5), About.EV, "EV1")
    assert told[1].startswith("CP1 is paused: it does nothing, and ")
    assert told[2] == (
        "The session is not there yet: CP1 is at charging, EV1 at connected not charging"
    )


def test_who_came_last_waits_its_turn() -> None:
    """The plan serves four first, and what is left is too little."""
    session = library("commuter-morning", 1_350)
    told = texts(session, About.EV, "EV5")
    assert told[-1] == (
        "The site binds: CP1, CP2, CP3, CP4, CP5 and CP6 share 22 kW, of which the plan gives CP1, "
        "CP2, CP3 and CP4 theirs first, and what is left is too little for CP5 to charge with: it "
        "waits its turn, in the order of arrival"
    )


def test_without_power_the_reason_is_the_nearest() -> None:
    """Full, stopped by the operator, refused, ended by the driver, not plugged in."""
    full = texts(library("dc-fast", 300), About.EV, "EV1")
    assert full[1] == "It is as full as its driver wants: 80.0 % of 80 %"
    stopped = ask(library("operator-stops-all", 200), About.EV, "EV4").sentences[1]
    assert stopped.text.startswith("The operator has stopped CP4 (slot 58, ")
    assert stopped.slot == 58
    refused = ask(library("revoked-contract", 200), About.EV, "Old").sentences[1]
    assert refused.text.endswith("FAILED_CertificateRevoked")
    assert refused.at_us is not None
    paused = ask(library("pause-and-resume", 200), About.EV, "EV1").sentences[1]
    assert paused == Sentence("The driver pauses the charging", 120 * S)
    away = texts(library("ten-minutes", 100), About.EV, "EV3")
    assert away == ["EV3 draws nothing: it is not plugged in, and never was"]


def test_a_dead_charge_point_gives_nothing() -> None:
    """Its contactor opens when its computer dies."""
    session = library("ten-minutes", 182)
    session.act("crash", cp="CP1")
    told = ask(session, About.EV, "EV1").sentences
    assert told[1] == Sentence("CP1 is down", 182 * S)
    assert told[2].text == "So nothing flows: without its computer the contactor is open"


def test_an_ev_that_ignores_its_limit() -> None:
    """A defect, with its time."""
    session = library("operator-stops-all", 100)
    session.act("ignore_limit", ev="EV2")
    told = ask(session, About.EV, "EV2").sentences
    assert Sentence("It ignores its limit, and draws all that its battery takes", 100 * S) in told


def test_the_ev_of_a_minority_waits_for_the_log() -> None:
    """It arrived on the side without a majority: nobody authorizes it, and the links are named."""
    session = library("minority-partition", 1)
    while not any(cp.cut_off and cp.ev for cp in session.view().cps):
        run_to(session, session.time_us / S + 1)
    run_to(session, session.time_us / S + 8)
    (cp,) = [cp for cp in session.view().cps if cp.cut_off and cp.ev and not cp.power_w]
    assert cp.ev is not None
    told = texts(session, About.EV, cp.ev.id)
    assert told[0] == f"{cp.ev.id} is at {cp.id} and draws nothing"
    assert any("for the log: without it nobody may charge" in text for text in told)
    assert f"{cp.id} hears nobody who leads, and decides nothing alone" in told


def test_one_that_is_not_there_is_an_error() -> None:
    """It names those that are."""
    with pytest.raises(InputError, match=r"no EV 'EV9'; there are EV1, EV2, EV3"):
        ask(library("ten-minutes", 5), About.EV, "EV9")
