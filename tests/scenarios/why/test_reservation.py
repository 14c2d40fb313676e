"""Why a driver was refused, sent elsewhere, or lost what he held: with figures and slots."""

import pytest

from scenarios.errors import InputError
from scenarios.session import Session
from scenarios.why.orders import QUESTIONS
from scenarios.why.view import About
from tests.scenarios.why.asking import S, ask, cps, evs, library, made, run_to, texts


def asked(session: Session, ev: str, cp: str, energy_wh: int, *, until_s: int = 360) -> int:
    """Let a driver ask for a connector from the first minute on; the question's number."""
    session.act("reserve", ev=ev, cp=cp, from_us=60 * S, until_us=until_s * S, energy_wh=energy_wh)
    run_to(session, session.time_us / S + 2)
    return max(session.world.drivers.asks)


def test_a_full_site_is_told_with_its_figures() -> None:
    """11 kW: EV1 was promised 800 Wh in 5 minutes, and half of the power would not do for that."""
    session = made('[site]\ncapacity = "11kW"\n' + cps(3) + evs(3))
    assert asked(session, "EV1", "CP1", 800) == 1
    number = asked(session, "EV2", "CP2", 100)
    first, why, figures = ask(session, About.RESERVATION, number).sentences
    assert first.text == "EV2 asked CP2 for 100 Wh from 1m to 6m, and was refused"
    assert first.at_us == 22 * S
    order = session.world.orders.of(QUESTIONS, number)
    assert order is not None
    assert why.text.startswith("The site has no power left for it then")
    assert why.text.endswith(f"(slot {order.slot})")
    assert (why.slot, why.at_us) == (order.slot, order.at_us)
    assert figures.text == (
        "With 2 at a time the part of EV1, promised before, at CP1 would be 5.5 kW, and 9.6 kW are "
        "needed"
    )


def test_the_newcomer_s_own_part_may_be_too_small() -> None:
    """He wants more than half of the site gives."""
    session = made('[site]\ncapacity = "11kW"\n' + cps(3) + evs(3))
    asked(session, "EV1", "CP1", 100)
    number = asked(session, "EV2", "CP2", 800)
    assert texts(session, About.RESERVATION, number)[-1] == (
        "With 2 at a time the part of him at CP2 would be 5.5 kW, and 9.6 kW are needed"
    )


def test_what_stands_against_each_charge_point_is_told() -> None:
    """All that the network has said, with figures and times."""
    told = texts(library("redirect-when-full", 150), About.RESERVATION, 2)
    assert told == [
        "EV3 asked CP1 for 20,000 Wh from 2m30s to 6m30s, and was refused",
        (
            "CP1 is occupied, CP2 is too slow: 3.7 kW where 300 kW are needed, CP4 has the wrong "
            "current, CP3 is occupied until 6m30s, CP5 is too slow: 11 kW where 300 kW are needed "
            "(slot 37)"
        ),
    ]


def test_who_was_sent_elsewhere_and_came() -> None:
    """The slot of the answer, and that of the transaction that used it."""
    sentences = ask(library("redirect-when-full", 150), About.RESERVATION, 1).sentences
    assert [s.text for s in sentences] == [
        "EV2 asked CP1 for 600 Wh from 1m30s to 6m30s, and was sent to CP3",
        "CP1 is occupied (slot 18)",
        "The driver came, and charged with it (slot 31)",
    ]


def test_a_minority_refuses_by_itself() -> None:
    """No slot: the log never heard of it; the cut links of that time are named."""
    sentences = ask(library("minority-refuses", 200), About.RESERVATION, 1).sentences
    assert [(s.text, s.at_us, s.slot) for s in sentences] == [
        ("EV1 asked CP1 for 300 Wh from 2m to 5m, and was refused", 61 * S, None),
        (
            "CP1 is cut off from the network: CP1 said so by itself, without the log",
            None,
            None,
        ),
        ("By then the links to CP3, CP4 and CP5 had been cut", 60 * S, None),
    ]


def test_a_charge_point_that_is_down_refuses() -> None:
    """With the crash."""
    session = made(cps() + evs(1))
    session.act("crash", cp="CP2")
    session.act("reserve", ev="EV1", cp="CP2", from_us=60 * S, until_us=360 * S, energy_wh=100)
    run_to(session, 30)
    told = ask(session, About.RESERVATION, 1).sentences
    assert told[1].text == "CP2 does not run: nobody answers there"
    assert told[2].text.startswith("CP2 by then: crashed")
    assert told[2].at_us == 20 * S


def test_a_reservation_that_a_fault_took() -> None:
    """Moved: what it was lost to, in which slot, and what had gone wrong by then."""
    session = library("reservation-lost-to-a-fault", 200)
    told = texts(session, About.RESERVATION, 1)
    assert told == [
        "EV1 asked CP1 for 300 Wh from 3m to 6m, and lost it, and was moved to CP3",
        "Nothing stood against CP1 (slot 12)",
        "CP1 is faulted (slot 18)",
        "CP1 by then: the session fails: FAILED_ContactorError to PowerDeliveryReq(Start)",
        "The driver came, and charged with it (slot 42)",
    ]
    lost = texts(session, About.RESERVATION, 2)
    assert lost[0].endswith(", and lost it")
    assert "CP5 is too slow: 3.7 kW where 6 kW are needed" in lost[2]


@pytest.mark.parametrize(
    ("name", "time_s", "number", "last"),
    [
        ("reservation-expires", 350, 1,
         "The driver did not come while the connector was kept for him (slot 21)"),
        ("reservation-cancelled-and-replaced", 350, 1,
         "The driver asked for something else later, and got that instead (slot 44)"),
        ("reservation-cancelled-and-replaced", 350, 4, "It was called off (slot 50)"),
    ],
)  # fmt: skip
def test_how_it_ended(name: str, time_s: int, number: int, last: str) -> None:
    """In one sentence, with the slot."""
    assert texts(library(name, time_s), About.RESERVATION, number)[-1] == last


def test_a_question_that_is_on_its_way() -> None:
    """The network has not decided yet."""
    session = made(cps() + evs(1))
    session.act("reserve", ev="EV1", cp="CP2", from_us=60 * S, until_us=360 * S, energy_wh=100)
    told = texts(session, About.RESERVATION, 1)
    assert told[0].endswith("and waits for an answer")
    assert told[1] == "The network has not decided yet"


@pytest.mark.parametrize("subject", ["7", "x", ""])
def test_one_that_is_not_there_is_an_error(subject: str) -> None:
    """It says which there are."""
    with pytest.raises(InputError, match="there are none yet"):
        ask(made(cps() + evs(1)), About.RESERVATION, subject)
