"""Which connector can be promised to a driver, and why not: questions to the tables, no changes.

A promise rests on what the log says alone, so that it holds whatever is cut off:

* a connector with an open transaction is promised only for the time after the end that was fixed
  when the transaction began (:class:`~fsm.network.records.Stay`); one without a fixed end is not
  promised at all. Its charge point knows that end since the beginning, and keeps it also when it
  hears nothing any more;
* two windows on one connector keep :data:`~fsm.ocpp.reserving.TURNAROUND_US` between them;
* the power is counted as the network shares it (:mod:`fsm.network.limits`): whoever charges in the
  same window gets at least an equal part of the capacity, the site's and the cabinet's. That must
  be enough for the energy that this driver wants, and for what was promised to the others before.
  Drivers who come without a reservation later are not foreseen.
"""

from typing import NamedTuple

from fsm.energy.supply import least_power_w
from fsm.network.handler import HEARTBEAT_INTERVAL_S
from fsm.network.limits import rails_of
from fsm.network.records import Asset, Condition, Place, Reservation, Stay
from fsm.network.tables import Draft
from fsm.ocpp.actions import AvailabilityType
from fsm.ocpp.monitor import Hearing
from fsm.ocpp.reserving import NAMED_MAX, TURNAROUND_US, Why
from fsm.ocpp.status import ConnectorStatus

SILENT_US = 3 * HEARTBEAT_INTERVAL_S * 1_000_000
"""A charge point that was not heard for so long is not promised to anybody."""

US_PER_HOUR = 3_600_000_000

_OUT_OF_ORDER = {
    "": Why.UNAVAILABLE,
    ConnectorStatus.UNAVAILABLE.value: Why.UNAVAILABLE,
    ConnectorStatus.FAULTED.value: Why.FAULTED,
}
UNWELL: dict[str, Why] = {
    Hearing.SILENT: Why.OUT_OF_ORDER,
    Hearing.UNHEARD: Why.DISCONNECTED,
}
"""What the monitors' word means for promises, where it stands against them."""

_FREE = (ConnectorStatus.AVAILABLE.value, ConnectorStatus.RESERVED.value)


class Wish(NamedTuple):
    """What a driver asks for: a window, and energy in it. Times in µs."""

    id_tag: str
    from_us: int
    until_us: int
    energy_wh: int
    at_us: int
    """When he asks."""
    current: str = ""
    """AC or DC; empty for either."""


class Obstacle(NamedTuple):
    """Why a charge point cannot promise its connector."""

    cp_id: str
    why: Why
    until_us: int = 0
    """When it will be free, where that is known."""
    has_w: int = 0
    needs_w: int = 0

    def data(self) -> dict[str, object]:
        """As it is told: :data:`fsm.ocpp.reserving.REQUEST_CONNECTOR`."""
        told: dict[str, object] = {"cp": self.cp_id, "reason": self.why.value}
        if self.until_us:
            told["until"] = self.until_us
        if self.needs_w:
            told |= {"has": self.has_w, "needs": self.needs_w}
        return told


class Search(NamedTuple):
    """What a search among charge points has found."""

    found: Asset | None
    obstacles: list[Obstacle]
    """Of the nearest that cannot."""
    more: int
    """How many others cannot."""


def search(draft: Draft, candidates: list[Asset], wish: Wish) -> Search:
    """The first of these charge points that can promise its connector, and why others cannot."""
    obstacles = []
    for asset in candidates:
        why = obstacle(draft, asset, wish)
        if why is None:
            return Search(asset, [], 0)
        obstacles.append(why)
    return Search(None, obstacles[:NAMED_MAX], max(0, len(obstacles) - NAMED_MAX))


def obstacle(draft: Draft, asset: Asset, wish: Wish) -> Obstacle | None:
    """Why a charge point cannot promise its connector; None when it can.

    What the same driver holds already does not count: it is given up when he gets this.
    """
    cp_id = asset.cp_id
    failing = _fault(draft, asset, wish.at_us)
    if failing is not None:
        return Obstacle(cp_id, failing)
    if wish.current not in ("", asset.current):
        return Obstacle(cp_id, Why.WRONG_CURRENT)
    stay = draft.find(Stay, draft.open_by_cp(cp_id))
    if _is_occupied(draft, asset, wish):
        return Obstacle(cp_id, Why.OCCUPIED, 0 if stay is None else stay.until_us)
    others = [r for r in draft.reserved() if r.id_tag != wish.id_tag]
    taken = [r.until_us for r in others if r.cp_id == cp_id and _collide(r, wish)]
    if taken:
        return Obstacle(cp_id, Why.RESERVED, max(taken))
    return _shortage(draft, asset, wish, others)


def _fault(draft: Draft, asset: Asset, at_us: int) -> Why | None:
    """What is wrong with a charge point itself: a monitor knows sooner than its last CALL."""
    condition = draft.find(Condition, asset.cp_id) or Condition(asset.cp_id)
    if condition.availability == AvailabilityType.INOPERATIVE:
        return Why.STOPPED
    if asset.status in _OUT_OF_ORDER:
        return _OUT_OF_ORDER[asset.status]
    if condition.hearing in UNWELL:
        return UNWELL[condition.hearing]
    return Why.SILENT if at_us - asset.last_seen_us > SILENT_US else None


def is_well(draft: Draft, asset: Asset, at_us: int) -> bool:
    """Whether a charge point is heard: one that is out of service can still speak."""
    condition = draft.find(Condition, asset.cp_id) or Condition(asset.cp_id)
    return condition.hearing not in UNWELL and at_us - asset.last_seen_us <= SILENT_US


def _is_occupied(draft: Draft, asset: Asset, wish: Wish) -> bool:
    """Whether somebody charges there, or stands there now and the window is near."""
    number = draft.open_by_cp(asset.cp_id)
    if number:
        stay = draft.find(Stay, number)
        return stay is None or stay.until_us + TURNAROUND_US > wish.from_us
    return asset.status not in _FREE and wish.from_us < wish.at_us + TURNAROUND_US


def _collide(other: Reservation, wish: Wish) -> bool:
    """Whether two windows overlap, or leave too little time between them."""
    return (
        wish.from_us < other.until_us + TURNAROUND_US
        and other.from_us < wish.until_us + TURNAROUND_US
    )


def _shortage(draft: Draft, asset: Asset, wish: Wish, others: list[Reservation]) -> Obstacle | None:
    """Whether the energy cannot be had in the window, or takes away what others were promised."""
    window_us = wish.until_us - wish.from_us
    if asset.rated_w * window_us // US_PER_HOUR < wish.energy_wh:
        needs_w = -(-wish.energy_wh * US_PER_HOUR // window_us)
        return Obstacle(asset.cp_id, Why.TOO_LITTLE_POWER, 0, asset.rated_w, needs_w)
    if _capacity(draft, asset, wish, others) is not None:
        return Obstacle(asset.cp_id, Why.NO_CAPACITY)
    return None


class Shortage(NamedTuple):
    """Whose equal part of the power would be too small with one driver more. Power in W."""

    id_tag: str
    """The driver's who would get too little: the one who asks, or one who was promised before."""
    cp_id: str
    share_w: int
    needs_w: int
    drivers: int
    """How many would share the site's power in that window."""


def shortage(draft: Draft, asset: Asset, wish: Wish) -> Shortage | None:
    """What is missing where :func:`obstacle` finds no capacity; None where nothing is."""
    return _capacity(draft, asset, wish, [r for r in draft.reserved() if r.id_tag != wish.id_tag])


def _capacity(draft: Draft, asset: Asset, wish: Wish, others: list[Reservation]) -> Shortage | None:
    """Whether this driver, or one who was promised before, would get too little."""
    found = _part(draft, asset, wish, asset, others)
    if found is not None:
        return found
    for other in others:
        if other.from_us < wish.until_us and wish.from_us < other.until_us:
            # Itself is among its peers, and this driver comes on top.
            found = _part(draft, draft.asset(other.cp_id), other, asset, others)
            if found is not None:
                return found
    return None


def _part(
    draft: Draft,
    asset: Asset,
    wish: Wish | Reservation,
    newcomer: Asset,
    reserved: list[Reservation],
) -> Shortage | None:
    """None where an equal part of the capacity is enough, and enough to charge at all.

    Of the site's and of the cabinet's, with one more driver at ``newcomer``.
    """
    energy_wh, window_us = wish.energy_wh, (wish.from_us, wish.until_us)
    rails = rails_of(draft.tables)
    cabinet = rails.cabinet(asset.cp_id)
    there = [newcomer.cp_id, *_peers(draft, *window_us, reserved)]
    share_w = min(asset.rated_w, rails.site_w // len(there))
    if cabinet:
        behind = sum(rails.cabinet(cp_id) == cabinet for cp_id in there)
        share_w = min(share_w, rails.cabinets_w[cabinet] // max(1, behind))
    least_w = least_power_w(asset.rated_w, asset.current)
    length_us = window_us[1] - window_us[0]
    if share_w >= least_w and share_w * length_us // US_PER_HOUR >= energy_wh:
        return None
    needs_w = max(least_w, -(-energy_wh * US_PER_HOUR // length_us))
    return Shortage(wish.id_tag, asset.cp_id, share_w, needs_w, len(there))


def _peers(draft: Draft, from_us: int, until_us: int, reserved: list[Reservation]) -> list[str]:
    """Where somebody may charge at some time in a window, reservations included."""
    found = [r.cp_id for r in reserved if r.from_us < until_us and from_us < r.until_us]
    for asset in draft.served():
        stay = draft.find(Stay, draft.open_by_cp(asset.cp_id))
        if stay is None or stay.until_us > from_us:
            found.append(asset.cp_id)
    return found


def nearest(draft: Draft, asked: Asset, at: tuple[int, int] | None) -> list[Asset]:
    """The other charge points from the nearest on, as seen from ``at``, or from the one asked.

    Equally near ones in the order of their first boots; who told no place stands at (0, 0).
    """
    x_m, y_m = at or _place(draft, asked.cp_id)
    found = []
    for order, asset in enumerate(draft.tables.assets.values()):
        if asset.cp_id != asked.cp_id:
            its_x, its_y = _place(draft, asset.cp_id)
            found.append(((its_x - x_m) ** 2 + (its_y - y_m) ** 2, order, asset))
    found.sort(key=lambda entry: entry[:2])
    return [asset for _, _, asset in found]


def _place(draft: Draft, cp_id: str) -> tuple[int, int]:
    place = draft.find(Place, cp_id)
    return (0, 0) if place is None else (place.x_m, place.y_m)
