"""What an EV and its driver are about, in a sentence."""

from evtui.render import units
from evtui.render.line import Span
from scenarios.driver_view import DriverView

CHARGING = ("charging_with_profile", "charging_without_profile")


def state(it: DriverView) -> Span:
    """Where it is and what it does there."""
    if it.ev.cp is None:
        return _on_the_road(it)
    at = it.ev.cp
    if it.hangs:
        return f"at {at}: its computer hangs", "bad"
    if it.ev.state in CHARGING:
        if it.ev.power_w:
            return f"charging at {at}", "ok"
        if it.intent == "charge":
            return f"at {at}: power is on, and it may draw none now", "warn"
        return f"at {at}: the charging is being ended", "warn"
    if it.intent == "rest":
        return _at_rest(it, at)
    if it.broke:
        return f"at {at}: tries again, as {it.broke}", "warn"
    if it.ev.state == "send_needs":
        return f"at {at}: tells it what is needed", "accent"
    if it.ev.state == "receive_scheduling":
        return f"at {at}: waits to be let charge", "accent"
    return f"at {at}: begins a session", "accent"


def _at_rest(it: DriverView, at: str) -> Span:
    if it.paused:
        return f"at {at}: paused, and can go on", "warn"
    if it.ev.soc >= it.ev.target:
        return f"at {at}: as full as wanted, and still plugged in", "ok"
    return f"at {at}: the charging has ended, still plugged in", "warn"


def _on_the_road(it: DriverView) -> Span:
    ask = it.ask
    if it.trip is not None and it.trip.status == "gave up":
        return "has given up", "bad"
    if ask is None:
        return "not plugged in", "dim"
    if ask.answer == "asked":
        return f"asks at {ask.asked_cp}, and waits for the answer", "accent"
    if ask.fate == "active" and ask.news != "lost":
        verb = "drives to" if it.drives else "is expected at"
        return f"{verb} {ask.cp} for {units.clock(ask.from_us, millis=False)}", "accent"
    if ask.answer in ("refused", "unanswered") or ask.news == "lost":
        word = "lost what it held" if ask.news == "lost" else ask.answer
        return f"not plugged in; {word}", "warn"
    return "not plugged in", "dim"
