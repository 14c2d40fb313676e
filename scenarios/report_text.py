"""The report of a run for people: a few tables without colour."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from fsm.ocpp.money import euros
from scenarios.expect import energy_text
from scenarios.postmortem import Violation
from scenarios.units import DURATION, ENERGY, POWER

if TYPE_CHECKING:
    from scenarios.report import (
        Expectation,
        MoneyReport,
        PowerReport,
        PromiseReport,
        Report,
        ReservationReport,
        SessionReport,
    )


def lines(report: "Report") -> Iterator[str]:
    """All of it, line by line."""
    time = DURATION.format(round(report.virtual_s * 1_000_000))
    yield f"{report.scenario} · seed {report.seed} · {time} of virtual time"
    if report.mutant is not None:
        yield f"planted: {report.mutant} (docs/mutants.md)"
    yield (
        f"{report.events:,} events · {report.messages:,} messages · "
        f"{report.committed:,} slots committed · leader {report.leader or 'none'}"
    )
    yield f"digest {report.digest}"
    yield ""
    yield from table(
        ("CP", "state", "status", "role", "energy", "applied", "state digest"),
        [
            (name, cp.state, cp.status, cp.role, energy_text(cp.energy_wh),
             f"{cp.applied_slot:,}", cp.state_digest[:12] or "-")
            for name, cp in report.cps.items()
        ],
        right=(4, 5),
    )  # fmt: skip
    if report.evs:
        yield ""
        rows = [
            (name, ev.state, f"{ev.soc:.1f} %", energy_text(ev.energy_wh))
            for name, ev in report.evs.items()
        ]
        yield from table(("EV", "state", "charge", "energy"), rows, right=(2, 3))
    yield ""
    yield from _promise_lines(report.promises)
    yield from _power_lines(report.power)
    yield from _session_lines(report.sessions)
    if report.sessions:
        yield from _money_lines(report.money)
    if report.reservations:
        yield ""
        yield from _reservation_lines(report.reservations)
    yield ""
    if report.refusals:
        rows = [(r.ev or r.who, r.cp, f"{r.time_s:.3f} s", r.code) for r in report.refusals]
        yield from table(("refused", "at", "when", "why"), rows, right=(2,))
        yield ""
    yield from verdict(report.expectations, report.violations, expected=report.violation_expected)


def _session_lines(sessions: Sequence["SessionReport"]) -> Iterator[str]:
    if not sessions:
        yield "no charging session"
        return
    rows = [
        (
            session.ev,
            session.cp,
            f"{session.start_s:.3f} s",
            "running" if session.stop_s is None else f"{session.stop_s:.3f} s",
            energy_text(session.energy_wh),
            session.authorized_by or "-",
            session.receipt or "-",
            euros(session.cents),
            session.bill,
            f"{session.tokens:,}",
        )
        for session in sessions
    ]
    head = ("session", "at", "start", "stop", "energy", "by", "receipt", "bill", "", "tokens")
    yield from table(head, rows, right=(2, 3, 4, 7, 9))


def _promise_lines(promises: Sequence["PromiseReport"]) -> Iterator[str]:
    """Who asked for energy by a departure, and what came of it."""
    if not promises:
        return
    rows = [
        (
            it.ev,
            it.cp,
            f"{it.departure_s:.0f} s",
            ENERGY.format(it.promised_wh, " "),
            ENERGY.format(it.delivered_wh, " "),
            it.promise or it.request,
            it.reason or ", ".join(it.causes),
        )
        for it in promises
    ]
    head = ("request", "at", "leaves", "wants", "got", "promise", "why")
    yield from table(head, rows, right=(2, 3, 4))
    yield ""


def _power_lines(power: "PowerReport") -> Iterator[str]:
    """What the cables carried, where there is more to say than that the site's was enough."""
    site = power.site
    if not (power.cabinets or power.guarded or site.loads_peak_w or site.pv_peak_w):
        return
    rows = []
    for name, it in (("the site", site), *power.cabinets.items()):
        figures = (it.peak_w, it.capacity_w, it.ev_peak_w, it.loads_peak_w, it.pv_peak_w)
        rows.append((name, *(POWER.format(watts, " ") for watts in figures)))
    head = ("cable", "peak", "capacity", "EVs up to", "loads up to", "PV up to")
    yield from table(head, rows, right=(1, 2, 3, 4, 5))
    if not power.guarded:
        yield "no grants that end, and no guards"
        yield ""
        return
    yield power_words(power.grants_ended, power.trips) or "no grant ended · no guard tripped"
    yield ""


def power_words(ended: int, trips: int) -> str:
    """How many grants the log gave up, and how often a guard opened; empty where neither."""
    if not ended and not trips:
        return ""
    grants = f"{ended:,} grant{'' if ended == 1 else 's'} ended"
    return f"{grants} · guards tripped {trips:,} time{'' if trips == 1 else 's'}"


def _money_lines(money: "MoneyReport") -> Iterator[str]:
    """What came in, what is open, and whether it adds up."""
    yield (
        f"{euros(money.earned_cents)} earned · {euros(money.owed_cents)} open · "
        f"{money.tokens:,} tokens given"
    )
    for problem in money.problems:
        yield f"  NOT CONSERVED: {problem}"


def _reservation_lines(reservations: Sequence["ReservationReport"]) -> Iterator[str]:
    rows = [
        (each.ev, each.asked_cp, each.cp or "-", f"{each.from_s:g} s", f"{each.until_s:g} s",
         " ".join(filter(None, (each.answer, each.fate, each.news))), each.reason)
        for each in reservations
    ]  # fmt: skip
    head = ("driver", "asked", "gets", "from", "until", "what came of it", "why")
    yield from table(head, rows, right=(3, 4))


def verdict(
    expectations: Sequence["Expectation"],
    violations: Sequence[Violation],
    *,
    expected: bool,
    problems: Sequence[str] = (),
) -> Iterator[str]:
    """Which expectations held, and what was violated. ``expected``: the scenario is there for it.

    ``problems`` stand between the two.
    """
    held = sum(each.held for each in expectations)
    if expectations:
        yield f"{held} of {len(expectations)} expectations held"
    else:
        yield "no expectation was due"
    for each in expectations:
        if each.held:
            yield f"  held    {each.text}"
        else:
            yield f"  FAILED  {each.text}: found {each.found}"
    yield from problems
    if not violations:
        yield "all invariants held"
    for violation in violations:
        word = "violated, as expected:" if expected else "VIOLATED "
        yield f"{word} {violation.text}"
        yield f"  at {violation.time_s:.6f} s, after event {violation.event:,}; what led to it:"
        yield from (f"  {event}" for event in violation.events)


def table(
    head: tuple[str, ...], rows: Sequence[tuple[str, ...]], right: tuple[int, ...] = ()
) -> Iterator[str]:
    """Columns as wide as they need to be; those in ``right`` are flush right."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    for row in (head, *rows):
        cells = [
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()
