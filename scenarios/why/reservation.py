"""Why a driver was refused a connector, sent elsewhere, or lost what he held."""

from typing import TYPE_CHECKING

from fsm.ocpp.reserving import Why
from scenarios.asks import Ask
from scenarios.errors import InputError
from scenarios.till import newest
from scenarios.why.facts import Facts, capital, clock, kw
from scenarios.why.orders import QUESTIONS, Order
from scenarios.why.view import Sentence

if TYPE_CHECKING:
    from scenarios.world import World

LOCAL = (Why.CUT_OFF, Why.NO_DECISION, Why.DOWN)
"""Reasons of the charge point that was asked: the log did not decide."""

FATES = {
    "Used": "The driver came, and charged with it",
    "Expired": "The driver did not come while the connector was kept for him",
    "Cancelled": "It was called off",
    "Replaced": "The driver asked for something else later, and got that instead",
}


def why_reservation(world: "World", number: str) -> list[Sentence]:
    """What came of a driver's question, and why.

    Raises:
        scenarios.errors.InputError: nobody asked a question of that number.
    """
    ask = world.drivers.asks.get(int(number)) if number.isdecimal() else None
    if ask is None:
        there = ", ".join(map(str, world.drivers.asks)) or "none yet"
        raise InputError(f"no question of a driver has the number {number}; there are {there}")
    return [_asked(world, ask), *_answered(world, ask), *_lost(world, ask), *_ended(world, ask)]


def _asked(world: "World", ask: Ask) -> Sentence:
    energy = f" for {ask.energy_wh:,} Wh" if ask.energy_wh else ""
    window = f"from {clock(ask.from_us)} to {clock(ask.until_us)}"
    outcome = {
        "": "waits for an answer",
        "Reserved": f"got {ask.cp}",
        "Redirected": f"was sent to {ask.cp}",
        "NoAnswer": "got no answer",
    }.get(ask.answer, "was refused")
    if ask.lost:
        outcome = f"lost it, and was moved to {ask.cp}" if ask.lost == "moved" else "lost it"
    return Sentence(f"{ask.ev} asked {ask.asked_cp}{energy} {window}, and {outcome}", ask.asked_us)


def _answered(world: "World", ask: Ask) -> list[Sentence]:
    """The answer, what stands against each charge point, and the slot that decided."""
    facts, order = Facts(world), world.orders.of(QUESTIONS, ask.number)
    if ask.answer in ("", "NoAnswer"):
        text = "The network has not decided yet" if order is None else "It was decided too late"
        return [_decided(text, order), *map(capital, facts.no_quorum())]
    if ask.reason in [why.value for why in LOCAL]:
        who = f"{ask.asked_cp} said so by itself, without the log"
        who = "nobody answers there" if ask.reason == Why.DOWN.value else who
        text = f"{capital(Sentence(ask.why)).text}: {who}"
        return [Sentence(text), *facts.befell(ask.asked_cp, ask.asked_us)]
    if ask.answer == "Reserved":
        return [_decided(f"Nothing stood against {ask.asked_cp}", order)]
    if ask.lost:
        # What the driver knows by now is why he lost it; the answer to his question was another.
        return [_decided(f"At first he got {ask.news.loss.cp_id if ask.news else ask.cp}", order)]
    found = [_decided(capital(Sentence(ask.why)).text, order)]
    short = world.orders.shortages.get(ask.number)
    if short is not None:
        whose = "him" if short.id_tag == ask.id_tag else f"{short.id_tag}, promised before,"
        found.append(
            Sentence(
                f"With {short.drivers} at a time the part of {whose} at {short.cp_id} would be "
                f"{kw(short.share_w)}, and {kw(short.needs_w)} are needed"
            )
        )
    return found


def _decided(text: str, order: Order | None) -> Sentence:
    if order is None:
        return Sentence(text)
    return Sentence(f"{text} (slot {order.slot})", order.at_us, order.slot)


def _lost(world: "World", ask: Ask) -> list[Sentence]:
    """What took it away, and why no other could take it over."""
    if ask.news is None:
        return []
    order = world.orders.of("losses", ask.number)
    facts = Facts(world)
    loss = ask.news.loss
    if loss.why == Why.STOPPED.value:
        return [_decided(capital(Sentence(ask.why)).text, order)]
    told = _decided(capital(Sentence(ask.why)).text, order)
    return [told, *facts.befell(loss.cp_id, loss.at_us if order is None else order.at_us)]


def _ended(world: "World", ask: Ask) -> list[Sentence]:
    """How it ended, if it was promised and did."""
    record = newest(world).reservations.get(ask.number)
    if record is None or not ask.granted or record.status not in FATES:
        return []
    return [_decided(FATES[record.status], world.orders.of("reservations", ask.number))]
