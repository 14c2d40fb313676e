"""Expectations: what a scenario says must be seen, as a sentence and as a verdict."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from attrs import frozen

from fsm.ocpp.money import euros
from scenarios import expect_energy
from scenarios.expectation import Expect
from scenarios.units import DURATION, ENERGY, FLOW, PERCENT, POWER, Unit
from scenarios.view import CpView, EvView, SessionView, View

Span = tuple[int, int]

NOTHING_COUNTED: Mapping[str, int] = MappingProxyType({})

_NO_SESSION = "no session"


@frozen
class Outcome:
    """An expectation, what it says, and what was seen when its time came."""

    expect: Expect
    text: str
    held: bool
    found: str


@frozen
class _Check:
    """One thing that an expectation says of its subject."""

    held: bool
    found: str


def sentence(expect: Expect) -> str:
    """What is expected, in plain words: ``at 6m, EV1 is charging_with_profile``."""
    where = "" if expect.site is None else f"at {expect.site} "
    return f"at {DURATION.format(expect.t_us)}, {where}{_claim(expect)}"


def evaluate(
    expect: Expect,
    view: View,
    counts: Mapping[str, int] = NOTHING_COUNTED,
    problems: Sequence[str] = (),
) -> Outcome:
    """Whether ``view``, taken at the expectation's time, is as expected.

    ``counts`` says how often each feature of :data:`paxos.sim.coverage.FEATURES` had happened by
    then, after the expectation's ``since_us`` where it has one. ``problems`` are those of money
    (:func:`scenarios.audit.findings`), or of what has not come to rest (:mod:`scenarios.settled`),
    where it asks for that.
    """
    checks = [*_checks(expect, view), *_count_checks(expect, counts)]
    if (asked := expect.money or expect.settled) is not None:
        checks.append(_Check(not problems, "; ".join(problems) or asked))
    return Outcome(
        expect=expect,
        text=sentence(expect),
        held=bool(checks) and all(check.held for check in checks),
        found=", ".join(check.found for check in checks) or "nothing to look at",
    )


# --- words -----------------------------------------------------------------------------------


def _claim(expect: Expect) -> str:
    if expect.ev is not None:
        return f"{expect.ev} {_and([*_ev_words(expect), *_purse_words(expect)])}"
    if expect.cp is not None:
        return f"{expect.cp} {_and(list(_cp_words(expect)))}"
    if expect.replicas is not None:
        return "all live replicas are equal"
    if expect.leader is not None:
        words = {"any": "exactly one live charge point leads", "none": "nobody leads"}
        return words.get(expect.leader, f"{expect.leader} leads")
    if expect.power_w is not None:
        return f"the network draws {_between(expect.power_w, POWER)}"
    if expect.flow_w is not None:
        whose = f"cabinet {expect.cabinet}" if expect.cabinet else "the site"
        return f"the cable of {whose} carries {_between(expect.flow_w, FLOW)}"
    if expect.count is not None or expect.drivers is not None:
        return _count_words(expect)
    if expect.money is not None:
        return "money and tokens are conserved, and every bill is right"
    if expect.settled is not None:
        since = "" if expect.since_us is None else f" since {DURATION.format(expect.since_us)}"
        served = ", and who came later was served" if since else ""
        return f"everything has come to rest{since}{served}"
    if expect.violation is not None:
        return f"invariant {expect.violation} has been violated"
    return _tally(expect) or "nothing is expected"


def _tally(expect: Expect) -> str:
    """How many of something there were; empty where that is not expected."""
    for number, one, more in (
        (expect.sessions, "session was begun and ended", "sessions were begun and ended"),
        (expect.promises_broken, "promise of energy was broken", "promises of energy were broken"),
        (expect.bills, "bill was closed", "bills were closed"),
        (expect.reads, "read was answered", "reads were answered"),
    ):
        if number is not None:
            return f"{number} {one if number == 1 else more}"
    return ""


def _count_words(expect: Expect) -> str:
    """``the count of step_downs is 1 or more since 2m``."""
    low, high = expect.at_least, expect.at_most
    if low is not None and high is not None:
        amount = f"{low:,}" if low == high else f"between {low:,} and {high:,}"
    elif low is not None:
        amount = f"{low:,} or more"
    else:
        amount = f"{high:,} or less" if high else f"{high}"
    since = "" if expect.since_us is None else f" since {DURATION.format(expect.since_us)}"
    what = expect.count or f"drivers {str(expect.drivers).replace('_', ' ')}"
    return f"the count of {what} is {amount}{since}"


def _ev_words(expect: Expect) -> Iterator[str]:
    if expect.state is not None:
        yield f"is {expect.state}"
    if expect.energy_wh is not None:
        yield f"has taken {_between(expect.energy_wh, ENERGY)}"
    if expect.soc_ppm is not None:
        yield f"is charged to {_between(expect.soc_ppm, PERCENT)}"
    if expect.session_start_us is not None:
        yield f"began its session {_when(expect.session_start_us)}"
    if expect.session_stop_us is not None:
        yield f"ended its session {_when(expect.session_stop_us)}"
    if expect.reason is not None:
        yield f"ended its session for {expect.reason}"
    if expect.reservation is not None:
        yield f"has asked for a connector: {expect.reservation}"
    if expect.redirected_to is not None:
        yield f"was redirected to {expect.redirected_to}"
    yield from expect_energy.words(expect)
    if expect.refused is not None:
        never = expect.refused == "no"
        yield "was never refused" if never else f"was last refused by {expect.refused}"
    if expect.authorized_by is not None:
        yield f"was identified by {expect.authorized_by}"
    if expect.receipt is not None:
        yield f"has a receipt that is {expect.receipt}"


def _purse_words(expect: Expect) -> Iterator[str]:
    if expect.paid_cents is not None:
        yield f"has paid {_money(expect.paid_cents)}"
    if expect.owes_cents is not None:
        yield f"owes {_money(expect.owes_cents)}"
    if expect.tokens is not None:
        yield f"has got {_tokens(expect.tokens)} tokens"


def _cp_words(expect: Expect) -> Iterator[str]:
    if expect.state is not None:
        yield f"is {expect.state}"
    if expect.status is not None:
        yield f"is {expect.status}"
    if expect.role is not None:
        yield f"is {expect.role} in the group"
    if expect.connector is not None:
        yield f"reports {expect.connector}"
    if expect.monitor is not None:
        yield f"is seen as {expect.monitor}"
    if expect.energy_wh is not None:
        yield f"has delivered {_between(expect.energy_wh, ENERGY)}"
    if expect.held_w is not None:
        yield f"holds {_between(expect.held_w, POWER)}"
    if expect.paid_cents is not None:
        yield f"has earned {_money(expect.paid_cents)}"


def _between(span: Span, unit: Unit) -> str:
    low, high = (unit.format(end, " ").replace(" %", "%") for end in span)
    return low if low == high else f"between {low} and {high}"


def _money(span: Span) -> str:
    low, high = map(euros, span)
    return low if low == high else f"between {low} and {high}"


def _tokens(span: Span) -> str:
    low, high = span
    return f"{low:,}" if low == high else f"between {low:,} and {high:,}"


def _when(span: Span) -> str:
    low, high = map(DURATION.format, span)
    return f"at {low}" if low == high else f"between {low} and {high}"


def _and(words: list[str]) -> str:
    return ", ".join(words[:-1]) + " and " + words[-1] if len(words) > 1 else "".join(words)


# --- verdicts --------------------------------------------------------------------------------


def _checks(expect: Expect, view: View) -> Iterator[_Check]:
    if expect.ev is not None:
        yield from _ev_checks(expect, view)
    elif expect.cp is not None:
        yield from _cp_checks(expect, view)
    elif expect.replicas is not None:
        yield _replicas(view)
    elif expect.leader is not None:
        yield _leader(expect.leader, view)
    elif expect.sessions is not None:
        ended = sum(session.stop_us is not None for session in view.sessions)
        running = len(view.sessions) - ended
        found = f"{ended} ended" + (f", {running} still running" if running else "")
        yield _Check(ended == expect.sessions, found)
    elif expect.power_w is not None:
        yield _Check(_within(view.power_w, expect.power_w), POWER.format(view.power_w, " "))
    elif expect.flow_w is not None:
        yield _flow(expect, expect.flow_w, view)
    elif expect.promises_broken is not None:
        found = f"{expect_energy.broken(view)} broken"
        yield _Check(expect_energy.broken(view) == expect.promises_broken, found)
    elif expect.bills is not None:
        closed = sum(session.bill in ("open", "paid") for session in view.sessions)
        yield _Check(closed == expect.bills, f"{closed} closed")
    elif expect.reads is not None:
        yield _Check(view.reads_answered == expect.reads, f"{view.reads_answered} answered")
    elif expect.violation is not None:
        found = view.violation.split(" ", 1)[0]
        yield _Check(found == expect.violation, found or "no violation")


def _ev_checks(expect: Expect, view: View) -> Iterator[_Check]:
    ev = _find_ev(expect.ev, view)
    if ev is None:
        yield _Check(held=False, found="no such EV")
        return
    if expect.state is not None:
        yield _Check(ev.state == expect.state, ev.state)
    if expect.energy_wh is not None:
        yield _Check(_within(ev.energy_wh, expect.energy_wh), energy_text(ev.energy_wh))
    if expect.soc_ppm is not None:
        low, high = expect.soc_ppm
        yield _Check(low <= round(ev.soc * 10_000) <= high, f"{_trim(ev.soc)}%")
    if expect.session_start_us is not None:
        start = _last_session(ev.id, view)
        yield _moment(
            "began at", None if start is None else start.start_us, expect.session_start_us
        )
    if expect.session_stop_us is not None:
        stop = _last_session(ev.id, view)
        if stop is not None and stop.stop_us is None:
            yield _Check(held=False, found="still running")
        else:
            yield _moment(
                "ended at", None if stop is None else stop.stop_us, expect.session_stop_us
            )
    if expect.reason is not None:
        yield _reason(expect, ev, view)
    if expect.reservation is not None or expect.redirected_to is not None:
        yield from _reservation_checks(expect, view)
    yield from _trust_checks(expect, view)
    yield from _purse_checks(expect, ev)
    for held, found in expect_energy.verdicts(expect, view):
        yield _Check(held, found)


def _purse_checks(expect: Expect, ev: EvView) -> Iterator[_Check]:
    if expect.paid_cents is not None:
        held = _within(ev.paid_cents, expect.paid_cents)
        yield _Check(held, f"paid {euros(ev.paid_cents)}")
    if expect.owes_cents is not None:
        held = _within(ev.owes_cents, expect.owes_cents)
        yield _Check(held, f"owes {euros(ev.owes_cents)}")
    if expect.tokens is not None:
        yield _Check(_within(ev.tokens, expect.tokens), f"{ev.tokens:,} tokens")


def _reason(expect: Expect, ev: EvView, view: View) -> _Check:
    last = _last_session(ev.id, view)
    found = _NO_SESSION if last is None else last.reason or "still running"
    return _Check(found == expect.reason, found)


def _reservation_checks(expect: Expect, view: View) -> Iterator[_Check]:
    """Of the EV's last question: its answer, or what became of what was promised."""
    mine = [each for each in view.reservations if each.ev == expect.ev]
    if not mine:
        yield _Check(held=False, found="no question for a connector")
        return
    last = mine[-1]
    if expect.reservation is not None:
        words = [word for word in (last.answer, last.fate, last.news) if word]
        yield _Check(expect.reservation in words, " and ".join(words))
    if expect.redirected_to is not None:
        redirected = last.answer == "redirected" or last.news == "moved"
        held = redirected and last.cp == expect.redirected_to
        yield _Check(held, f"redirected to {last.cp}" if redirected else "not redirected")


def _trust_checks(expect: Expect, view: View) -> Iterator[_Check]:
    if expect.refused is not None:
        codes = [refusal.code for refusal in view.refusals if refusal.ev == expect.ev]
        found = codes[-1] if codes else "no"
        yield _Check(found == expect.refused, f"refused by {found}" if codes else "never refused")
    last = _last_session(str(expect.ev), view)
    if expect.authorized_by is not None:
        found = _NO_SESSION if last is None else last.authorized_by
        yield _Check(found == expect.authorized_by, found)
    if expect.receipt is not None:
        found = _NO_SESSION if last is None else last.receipt or "no receipt yet"
        yield _Check(found == expect.receipt, found)


def _cp_checks(expect: Expect, view: View) -> Iterator[_Check]:
    cp = next((cp for cp in view.cps if cp.id == expect.cp), None)
    if cp is None:
        yield _Check(held=False, found="no such charge point")
        return
    if expect.state is not None:
        yield _Check(cp.state == expect.state, cp.state)
    if expect.status is not None:
        yield _Check(cp.status == expect.status, cp.status)
    if expect.role is not None:
        yield _Check(cp.role == expect.role, cp.role)
    if expect.connector is not None:
        yield _Check(cp.ocpp_status == expect.connector, cp.ocpp_status)
    if expect.monitor is not None:
        yield _Check(cp.monitored == expect.monitor, cp.monitored)
    if expect.energy_wh is not None:
        yield _Check(_within(cp.energy_wh, expect.energy_wh), energy_text(cp.energy_wh))
    if expect.held_w is not None:
        yield _Check(_within(cp.held_w, expect.held_w), POWER.format(cp.held_w, " "))
    if expect.paid_cents is not None:
        held = _within(cp.earned_cents, expect.paid_cents)
        yield _Check(held, f"earned {euros(cp.earned_cents)}")


def _count_checks(expect: Expect, counts: Mapping[str, int]) -> Iterator[_Check]:
    if expect.count is None or expect.at_least is expect.at_most is None:
        return
    found = counts.get(expect.count)
    if found is None:
        yield _Check(held=False, found="not counted")
        return
    enough = expect.at_least is None or found >= expect.at_least
    yield _Check(enough and (expect.at_most is None or found <= expect.at_most), f"{found:,}")


def _replicas(view: View) -> _Check:
    """Equal: one applied slot and one state digest among all members that are alive."""
    places: dict[tuple[int, str], list[str]] = {}
    for cp in view.cps:
        if cp.status == "alive" and cp.role != "no member":
            places.setdefault((cp.applied_slot, cp.state_digest), []).append(cp.id)
    words = [
        f"{' '.join(ids)} at slot {slot} with digest {digest[:8] or 'none'}"
        for (slot, digest), ids in places.items()
    ]
    return _Check(len(places) == 1, "; ".join(words) or "no live replica")


def _leader(expected: str, view: View) -> _Check:
    leaders = [cp.id for cp in view.cps if _leads(cp)]
    held = {"any": len(leaders) == 1, "none": not leaders}.get(expected, view.leader == expected)
    return _Check(held, _and([*leaders]) or "nobody")


def _flow(expect: Expect, span: Span, view: View) -> _Check:
    rail = next((rail for rail in view.rails if rail.id == (expect.cabinet or "")), None)
    if rail is None:
        return _Check(held=False, found="no such cable")
    return _Check(_within(rail.flow_w, span), FLOW.format(rail.flow_w, " "))


def _leads(cp: CpView) -> bool:
    return cp.role == "leader" and cp.status == "alive"


def _find_ev(name: str | None, view: View) -> EvView | None:
    return next((ev for ev in (*view.evs, *view.unplugged) if ev.id == name), None)


def _last_session(ev: str, view: View) -> SessionView | None:
    mine = [session for session in view.sessions if session.ev == ev]
    return max(mine, key=lambda session: (session.start_us, session.transaction), default=None)


def _moment(verb: str, time_us: int | None, span: Span) -> _Check:
    if time_us is None:
        return _Check(held=False, found=_NO_SESSION)
    return _Check(_within(time_us, span), f"{verb} {DURATION.format(time_us)}")


def _within(value: float, span: Span) -> bool:
    return span[0] <= value <= span[1]


def energy_text(energy_wh: float) -> str:
    """Energy for people: exact to the microwatt-hour, without trailing zeros."""
    if energy_wh >= 1_000:
        return f"{_trim(energy_wh / 1_000)} kWh"
    return f"{_trim(energy_wh)} Wh"


def _trim(value: float) -> str:
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return text or "0"
