"""The composite schedule: what a connector, or the whole charge point, may draw and when.

At one purpose the highest stack level that says something at a moment prevails; where its
schedule is over, the next lower one does (OCPP 1.6, 3.13.2 and 5.16.4; 2.0.1, K 3). A
TxDefaultProfile of connector 0 holds for each connector, except at a stack level where the
connector has one of its own (1.6, 3.13.1). A TxProfile lies over the TxDefaultProfiles. Across
purposes the least limit holds, moment by moment (1.6, 3.13.3; 2.0.1, K 3).

What the specifications leave open is decided in docs/decisions/0010-composite-schedules.md.
"""

from collections.abc import Iterable
from itertools import pairwise

from attrs import evolve, frozen

from fsm.ocpp.profiles.limits import Limit, Rate, least, of_ceiling, of_period, of_rate, rate, total
from fsm.ocpp.profiles.model import (
    STATION,
    Kind,
    Period,
    Profile,
    Purpose,
    Schedule,
    Supply,
    Transaction,
    Unit,
)
from fsm.ocpp.profiles.steps import Span, Steps, either, folded, mapped, of_spans, pointwise
from fsm.ocpp.profiles.store import Store


@frozen
class CompositePeriod:
    """What holds from ``start_s`` after the start of the window until the next period."""

    start_s: int
    rate: Rate | None
    """None: nothing limits."""


@frozen
class Composite:
    """A composite schedule: the answer to GetCompositeSchedule."""

    connector: int
    start_s: int
    """Since 1970."""
    duration_s: int
    unit: Unit
    periods: tuple[CompositePeriod, ...]
    """The first starts at 0. None at all: nothing limits anywhere in the window."""


@frozen
class Window:
    """The time that is asked about, and what runs then."""

    start_s: int
    end_s: int
    transaction: Transaction | None
    supply: Supply


def composite(
    store: Store,
    connector: int,
    start_s: int,
    duration_s: int,
    unit: Unit,
    transaction: Transaction | None = None,
    supply: Supply = Supply(),  # noqa: B008 - immutable
    connectors: int = 1,
) -> Composite:
    """The composite schedule of a connector from ``start_s`` (since 1970) for ``duration_s``.

    Connector 0 is the whole charge point: the sum over its ``connectors``, 1 to that number,
    within the limits of the whole (1.6, 5.7). TxProfiles count for the transaction that is given,
    and no others.
    """
    window = Window(start_s, start_s + duration_s, transaction, supply)
    if connector == STATION:
        shares = [
            mapped(lambda it: rate(it, unit, supply), _of_connector(store, number, window))
            for number in range(1, connectors + 1)
        ]
        within = mapped(lambda it: of_rate(it, unit, supply), folded(total, shares, start_s))
    else:
        within = _of_connector(store, connector, window)
    limits = [within, *_of_station(store, window)]
    if supply.ceiling is not None:
        limits.append(((start_s, of_ceiling(supply.ceiling, supply)),))
    found = mapped(lambda it: rate(it, unit, supply), folded(least, limits, start_s))
    periods = tuple(CompositePeriod(at_s - start_s, value) for at_s, value in found)
    unlimited = all(period.rate is None for period in periods)
    return Composite(connector, start_s, duration_s, unit, () if unlimited else periods)


# --- purposes --------------------------------------------------------------------------------


def _of_station(store: Store, window: Window) -> list[Steps[Limit]]:
    """The limits of the whole charge point, each purpose of its own."""
    return [
        _stack((it for it in store if it.connector == STATION and it.purpose is purpose), window)
        for purpose in (Purpose.STATION_MAX, Purpose.EXTERNAL)
    ]


def _of_connector(store: Store, connector: int, window: Window) -> Steps[Limit]:
    """The limits of one connector alone: of its transaction, and from outside."""
    if window.transaction is not None and window.transaction.connector != connector:
        window = evolve(window, transaction=None)
    tx = _stack((it for it in store if _runs(it, connector, window)), window)
    default = _stack(_defaults(store, connector), window)
    external = _stack(
        (it for it in store if it.connector == connector and it.purpose is Purpose.EXTERNAL),
        window,
    )
    return pointwise(least, pointwise(either, tx, default), external)


def _runs(profile: Profile, connector: int, window: Window) -> bool:
    """Whether a TxProfile is one of the running transaction on this connector."""
    transaction = window.transaction
    return (
        profile.purpose is Purpose.TX
        and transaction is not None
        and profile.connector == connector
        and profile.transaction_id in (None, transaction.id)
    )


def _defaults(store: Store, connector: int) -> list[Profile]:
    """The TxDefaultProfiles of a connector; its own replace those of 0 at their stack levels."""
    defaults = [it for it in store if it.purpose is Purpose.TX_DEFAULT]
    own = [it for it in defaults if it.connector == connector]
    levels = {it.stack_level for it in own}
    shared = [it for it in defaults if it.connector == STATION and it.stack_level not in levels]
    return own + shared


def _stack(profiles: Iterable[Profile], window: Window) -> Steps[Limit]:
    """Profiles of one purpose, the higher stack levels over the lower ones."""
    ordered = sorted(profiles, key=lambda it: (-it.stack_level, it.id))
    layers = [of_spans(_spans(it, window), window.start_s, window.end_s) for it in ordered]
    return folded(either, layers, window.start_s)


# --- one profile -----------------------------------------------------------------------------


def _spans(profile: Profile, window: Window) -> list[Span[Limit]]:
    """When a profile says something in the window, and what; in the order of time."""
    low_s, high_s = _validity(profile, window)
    schedule = _schedule(profile, window.transaction)
    periods = _periods(profile, schedule)
    spans: list[Span[Limit]] = []
    for anchor_s in _anchors(profile, schedule, low_s, high_s, window):
        for start_s, end_s, period in periods:
            from_s = max(anchor_s + start_s, low_s)
            to_s = high_s if end_s is None else min(anchor_s + end_s, high_s)
            if from_s < to_s:
                spans.append((from_s, to_s, of_period(period, schedule.unit, window.supply)))
    return spans


def _validity(profile: Profile, window: Window) -> tuple[int, int]:
    """The part of the window in which a profile is valid; a TxProfile not before its start."""
    low_s, high_s = window.start_s, window.end_s
    if profile.valid_from_s is not None:
        low_s = max(low_s, profile.valid_from_s)
    if profile.valid_to_s is not None:
        high_s = min(high_s, profile.valid_to_s)
    if profile.purpose is Purpose.TX and window.transaction is not None:
        low_s = max(low_s, window.transaction.start_s)
    return low_s, high_s


def _schedule(profile: Profile, transaction: Transaction | None) -> Schedule:
    """The schedule that the EV chose, or the first."""
    chosen = None if transaction is None else transaction.schedule_id
    return next(
        (it for it in profile.schedules if it.id is not None and it.id == chosen),
        profile.schedules[0],
    )


def _anchors(
    profile: Profile, schedule: Schedule, low_s: int, high_s: int, window: Window
) -> Iterable[int]:
    """When the schedule starts: once, or each time it recurs and reaches ``[low_s, high_s)``."""
    if profile.kind is Kind.RELATIVE or schedule.start_s is None:
        # With no transaction, as if one began with the window.
        return [window.start_s if window.transaction is None else window.transaction.start_s]
    if profile.recurrency is None:
        return [schedule.start_s]
    every_s = profile.recurrency.seconds
    rounds = max(0, (low_s - schedule.start_s) // every_s)
    return range(schedule.start_s + rounds * every_s, high_s, every_s)


def _periods(profile: Profile, schedule: Schedule) -> list[tuple[int, int | None, Period]]:
    """Start and end of each period from the start of the schedule; None: without end.

    What would come after the duration, or after the next recurrence, is not executed (1.6,
    5.16.4).
    """
    most_s = schedule.duration_s
    if profile.recurrency is not None:
        every_s = profile.recurrency.seconds
        most_s = every_s if most_s is None else min(most_s, every_s)
    found: list[tuple[int, int | None, Period]] = []
    for period, following in pairwise((*schedule.periods, None)):
        assert period is not None  # noqa: S101 - only the last of the pairs is None
        end_s = most_s if following is None else following.start_s
        if most_s is not None and end_s is not None:
            end_s = min(end_s, most_s)
        if end_s is None or period.start_s < end_s:
            found.append((period.start_s, end_s, period))
    return found
