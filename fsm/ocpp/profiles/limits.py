"""Limits of one moment: kept as they were given, compared, and told in the unit asked for.

Amperes are of each phase, watts of all phases together; a limit in W means in A
``P / (V × numberPhases)`` with the number of phases of its own period (OCPP 1.6, 7.12; 2.0.1,
K01.FR.50). The other way, amperes of each phase that may be used make watts. Rounded down, never
up: a rounded limit must not allow more than the limit.
"""

from attrs import frozen

from fsm.ocpp.profiles.model import PHASES, Ceiling, Period, Supply, Unit


@frozen
class Limit:
    """What holds at a moment: all of it."""

    current_deci: int | None = None
    """Of each phase, where it was given in A."""
    power_deci: int | None = None
    """Of all phases, where it was given in W."""
    power_as_current_deci: int | None = None
    """The current of each phase that ``power_deci`` stands for by OCPP's formula, rounded down."""
    phases: int = PHASES
    wanted: frozenset[int] = frozenset()
    """Which phase is to be used, by each that says so."""


@frozen
class Rate:
    """A limit in one unit, as an answer tells it."""

    limit_deci: int
    phases: int | None
    """None for DC, which has none."""
    phase_to_use: int | None = None
    """If one is used and all who say which say the same."""


def of_period(period: Period, unit: Unit, supply: Supply) -> Limit:
    """What a period of a schedule says."""
    return _limit(period.limit_deci, period.phases, period.phase_to_use, unit, supply)


def of_ceiling(ceiling: Ceiling, supply: Supply) -> Limit:
    """What the hardware can deliver."""
    return _limit(ceiling.limit_deci, ceiling.phases, None, ceiling.unit, supply)


def of_rate(it: Rate, unit: Unit, supply: Supply) -> Limit:
    """A limit from an answer."""
    return _limit(it.limit_deci, it.phases, it.phase_to_use, unit, supply)


def _limit(
    limit_deci: int, phases: int | None, phase_to_use: int | None, unit: Unit, supply: Supply
) -> Limit:
    used = 1 if supply.current == "DC" else phases or PHASES
    wanted = frozenset() if phase_to_use is None else frozenset({phase_to_use})
    if unit is Unit.A:
        return Limit(current_deci=limit_deci, phases=used, wanted=wanted)
    return Limit(
        power_deci=limit_deci,
        power_as_current_deci=limit_deci // (supply.voltage_v * used),
        phases=used,
        wanted=wanted,
    )


def least(one: Limit | None, other: Limit | None) -> Limit | None:
    """What holds where both hold: the least of each, and only phases that both allow."""
    if one is None or other is None:
        return other if one is None else one
    return Limit(
        _least(one.current_deci, other.current_deci),
        _least(one.power_deci, other.power_deci),
        _least(one.power_as_current_deci, other.power_as_current_deci),
        min(one.phases, other.phases),
        one.wanted | other.wanted,
    )


def rate(it: Limit, unit: Unit, supply: Supply) -> Rate:
    """A limit in the unit asked for."""
    if unit is Unit.A:
        limit_deci = _least(it.current_deci, it.power_as_current_deci)
    else:
        current = it.current_deci
        power = None if current is None else current * supply.voltage_v * it.phases
        limit_deci = _least(it.power_deci, power)
    assert limit_deci is not None  # noqa: S101 - a limit has one of the two
    if supply.current == "DC":
        return Rate(limit_deci, None)
    # Two that want different phases leave the choice to the charge point.
    one_phase = it.phases == 1 and len(it.wanted) == 1
    return Rate(limit_deci, it.phases, min(it.wanted) if one_phase else None)


def total(one: Rate | None, other: Rate | None) -> Rate | None:
    """Two connectors together; nothing limits the two where nothing limits one of them."""
    if one is None or other is None:
        return None
    phases = None if one.phases is None else max(one.phases, other.phases or 0)
    return Rate(one.limit_deci + other.limit_deci, phases)


def _least(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)
