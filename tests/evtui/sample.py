"""Views made by hand, for tests of what is drawn."""

import attrs

from scenarios.view import CellState, CpView, EventRow, EvView, LogCell, LogRow, View

STATES = ("charging", "charging", "waiting_ev", "energy_negotiation", "waiting_ev")


def ev(
    n: int, cp: str | None, *, power_w: int = 7_400, state: str = "charging_with_profile"
) -> EvView:
    """An EV at a CP."""
    return EvView(
        id=f"EV{n}",
        state=state,
        cp=cp,
        soc=30.0 + 11.5 * (n % 5),
        target=80.0,
        power_w=power_w,
        energy_wh=1234.0 * n,
        pilot="C" if power_w else "B",
    )


def cp(n: int, count: int = 5, **changes: object) -> CpView:
    """A charge point of ``count``; the second one leads."""
    state = STATES[(n - 1) % len(STATES)]
    charging = state == "charging"
    car = ev(n, f"CP{n}", power_w=7_400 if charging else 0) if state != "waiting_ev" else None
    made = CpView(
        id=f"CP{n}",
        status="alive",
        node=f"CP{n}",
        member="voter",
        ails=(),
        cut_off=False,
        state=state,
        pilot="C" if charging else "B" if car else "A",
        ocpp_status="Charging" if charging else "Preparing" if car else "Available",
        ev=car,
        power_w=7_400 if charging else 0,
        limit_w=7_400 if charging else 0,
        rated_w=11_000,
        energy_wh=1_234.0 * n,
        role="leader" if n == 2 else "follower",
        promised="3.CP2",
        accepted="3.CP2",
        commit_slot=143,
        applied_slot=143,
        state_digest="3fa29c4477aa01bc",
        queued_calls=0,
        links=tuple("self" if other == n else "up" for other in range(1, count + 1)),
    )
    return attrs.evolve(made, **changes)


def log_row(slot: int, count: int = 5, last: int = 143) -> LogRow:
    """A slot of the log; the newest ones are not applied everywhere yet."""
    state = CellState.APPLIED
    cells = []
    for n in range(count):
        if slot == last:
            state = CellState.ACCEPTED if n < 2 else CellState.EMPTY
        elif slot == last - 1:
            state = CellState.CHOSEN if n == 1 else CellState.ACCEPTED
        cells.append(LogCell(state, "3.CP2" if state else ""))
    return LogRow(slot, f"CP{slot % 5 + 1} MeterValues {slot * 31} Wh", tuple(cells))


def events(count: int) -> tuple[EventRow, ...]:
    """Events of every severity."""
    severities = ("info", "consensus", "charging", "fault", "repair")
    texts = (
        "heartbeat from CP2",
        "elected with ballot 3.CP2 by CP1, CP2, CP4",
        "EV1 begins to charge at 7.4 kW",
        "crashed",
        "restarted, catches up from slot 120",
    )
    return tuple(
        EventRow(n * 1_700_000, severities[n % 5], f"CP{n % 5 + 1}", texts[n % 5])
        for n in range(count)
    )


def view(count: int = 5, **changes: object) -> View:
    """A network in the middle of its life."""
    cps = tuple(cp(n, count) for n in range(1, count + 1))
    history = tuple(max(0, min(22_000, 400 * n - 1_500)) for n in range(60))
    made = View(
        scenario="ten-minutes",
        title="Ten minutes, three cars",
        seed=7,
        time_us=252_304_000,
        duration_us=600_000_000,
        finished=False,
        events=12_345,
        messages=6_789,
        leader="CP2",
        ballot="3.CP2",
        voters=count,
        quorum=count // 2 + 1,
        electors=count // 2 + 1,
        capacity_w=22_000,
        power_w=14_800,
        power_history_w=history,
        cps=cps,
        evs=tuple(c.ev for c in cps if c.ev),
        unplugged=(),
        sessions=(),
        checks=98_765,
        violation="",
        log_last=143,
        log=tuple(log_row(slot, count) for slot in range(104, 144)),
        event_total=90,
        event_first=50,
        event_rows=events(90)[50:],
        expectations_held=3,
        expectations_failed=0,
        expectations_total=9,
    )
    return attrs.evolve(made, **changes)
