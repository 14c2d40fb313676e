"""The JSON file of ``evtui plan``: read, and turned into a problem.

What its keys mean: docs/smart-charging.md.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

from fsm.energy.instants import whole_seconds
from fsm.energy.problem import J_PER_WH, Cabinet, Problem, Request
from fsm.ocpp.profiles.errors import At, ProfileError
from fsm.ocpp.profiles.fields import Fields, WrongError, items, shown, text

MAX_STEP_S = 86_400
MAX_STEPS = 2_000
MAX_CABINETS = 100
MAX_REQUESTS = 1_000
MAX_EVSES = 10_000
MAX_CAPACITY_W = 100_000_000
MAX_EV_W = 10_000_000
MAX_ENERGY_WH = 500_000
MAX_PRICE = 1_000
MAX_NAME = 64

DEFAULT_STEP_S = 900
MICRO = 1_000_000

_NEEDED = ("steps", "cabinets", "requests")
VERSION = 1
"""Of the format; a file need not name it."""
_MAYBE = ("version", "step_s", "site_capacity_w", "other_loads_w", "pv_firm_w", "price_per_kwh")

T = TypeVar("T")


def _version(value: object) -> int:
    if value != VERSION or isinstance(value, bool):
        raise WrongError(shown(value), f"{VERSION}, the version of the format that is read here")
    return VERSION


def whole(low: int, high: int) -> Callable[[object], int]:
    """Reads a whole number from ``low`` to ``high``, also one that is written as 11000.0."""

    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise WrongError(shown(value), f"a whole number from {low} to {high}")
        if not low <= value <= high or value != int(value):
            raise WrongError(shown(value), f"a whole number from {low} to {high}")
        return int(value)

    return read


def price(value: object) -> int:
    """Reads a price, which may be below zero; in millionths."""
    allowed = f"a number from -{MAX_PRICE} to {MAX_PRICE} with at most 6 decimals"
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise WrongError(shown(value), allowed)
    if not -MAX_PRICE <= value <= MAX_PRICE:
        raise WrongError(shown(value), allowed)
    number = Decimal(value)
    rounded = number.quantize(Decimal(1) / MICRO)
    if rounded != number:
        raise WrongError(shown(value), allowed)
    return int(rounded * MICRO)


def read_problem(document: object, errors: list[ProfileError]) -> Problem:
    """The problem of a document; what is wrong with single requests goes to ``errors``.

    Raises:
        ProfileError: the document itself is wrong.

    """
    fields = Fields.of(document, (), _NEEDED, _MAYBE)
    fields.maybe("version", _version)
    step_s = fields.maybe("step_s", whole(1, MAX_STEP_S)) or DEFAULT_STEP_S
    steps = fields.read("steps", whole(1, MAX_STEPS))
    watts = whole(0, MAX_CAPACITY_W)
    site_w = _per_step(fields, "site_capacity_w", steps, watts)
    around_w: dict[str, tuple[int, ...]] = {}
    for key in ("other_loads_w", "pv_firm_w"):
        around_w[key] = _per_step(fields, key, steps, watts) or ()
        if any(around_w[key]) and site_w is None:
            raise fields.wrong("site_capacity_w", "nothing", f"the site's capacity, beside {key}")
    prices = _per_step(fields, "price_per_kwh", steps, price)
    cabinets = _cabinets(fields, steps)
    return Problem(
        step_s,
        steps,
        cabinets,
        _requests(fields, steps, {it.name for it in cabinets}, errors),
        site_w,
        around_w["other_loads_w"],
        around_w["pv_firm_w"],
        prices or (),
    )


def _per_step(
    fields: Fields, key: str, steps: int, reader: Callable[[object], T]
) -> tuple[T, ...] | None:
    """A value for each step: a list of them, or one for all; None where there is none."""
    if key not in fields.value:
        return None
    value = fields.value[key]
    if not isinstance(value, list):
        return (fields.read(key, reader),) * steps
    if len(value) != steps:
        found = f"an array of {len(value)}"
        raise fields.wrong(key, found, f"an array of {steps}, one for each step, or one number")
    return tuple(_item(fields, (key, step), it, reader) for step, it in enumerate(value))


def _item(fields: Fields, at: At, value: object, reader: Callable[[object], T]) -> T:
    try:
        return reader(value)
    except WrongError as error:
        raise ProfileError((*fields.at, *at), error.found, error.allowed) from None


def _cabinets(fields: Fields, steps: int) -> tuple[Cabinet, ...]:
    value = fields.value["cabinets"]
    allowed = f"an object with 1 to {MAX_CABINETS} cabinets by name"
    if not isinstance(value, dict):
        raise fields.wrong("cabinets", shown(value), allowed)
    if not 1 <= len(value) <= MAX_CABINETS:
        raise fields.wrong("cabinets", f"an object with {len(value)}", allowed)
    found: list[Cabinet] = []
    for name, it in value.items():
        at: At = ("cabinets", name)
        _item(fields, at, name, text(MAX_NAME))
        inner = Fields.of(it, at, ("capacity_w",), ("evse_count",))
        capacity_w = _per_step(inner, "capacity_w", steps, whole(0, MAX_CAPACITY_W)) or ()
        count = inner.maybe("evse_count", whole(0, MAX_EVSES))
        found.append(Cabinet(name, capacity_w, count))
    return tuple(found)


def _requests(
    fields: Fields, steps: int, cabinets: set[str], errors: list[ProfileError]
) -> tuple[Request, ...]:
    found: dict[str, Request] = {}
    for number, value in enumerate(fields.read("requests", items(0, MAX_REQUESTS))):
        at: At = ("requests", number)
        try:
            request = _request(value, at, steps, cabinets)
        except ProfileError as error:
            errors.append(error)
            continue
        if request.id in found:
            twice = f"{shown(request.id)} a second time"
            errors.append(ProfileError((*at, "id"), twice, "an id of its own"))
        found[request.id] = request
    return tuple(found.values())


def _request(value: object, at: At, steps: int, cabinets: set[str]) -> Request:
    needed = ("id", "cabinet", "arrive", "depart", "energy_wh", "max_w")
    it = Fields.of(value, at, needed, ("min_w",))
    name = it.read("id", text(MAX_NAME))
    cabinet = it.read("cabinet", text(MAX_NAME))
    if cabinet not in cabinets:
        known = tuple(sorted(cabinets))
        allowed = f"a cabinet of the file: {', '.join(known)}"
        raise ProfileError((*at, "cabinet"), shown(cabinet), allowed, key=cabinet, known=known)
    arrive = it.read("arrive", whole(0, steps - 1))
    depart = it.read("depart", whole(0, steps))
    if depart <= arrive:
        allowed = f"a step after {arrive}, in which it arrives, at most {steps}"
        raise it.wrong("depart", str(depart), allowed)
    energy_wh = it.read("energy_wh", whole(0, MAX_ENERGY_WH))
    max_w = it.read("max_w", whole(1, MAX_EV_W))
    min_w = it.maybe("min_w", whole(0, max_w)) or 0
    energy_j = whole_seconds(energy_wh * J_PER_WH, min_w, max_w)
    return Request(name, cabinet, arrive, depart, energy_j, max_w, min_w)
