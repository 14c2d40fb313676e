"""Limits that move without ever adding up to more than the site may draw.

A charge point that is cut off cannot hear that its share was given away. So the state keeps two
numbers for each: ``limit_w``, what it should draw, and ``held_w``, what it may still draw because
it may not have heard of a lower limit yet. Three rules keep the sum of ``held_w`` within the
capacity, at every slot:

* a limit falls at once, but its charge point holds the old one until it has confirmed the new
  version (``DataTransfer``, ``LimitApplied``), has stopped its transaction, which opens the
  contactor first, or has certainly lost its grant (:mod:`fsm.network.grants`);
* a limit rises only by power that nobody holds;
* a limit does not rise while an earlier fall is not confirmed: until then its charge point may
  follow any limit since that fall, and those only go down.

A charge point draws at most what it holds, so the power drawn is within the capacity whatever is
delayed, lost, cut off or crashed. The same holds behind each cabinet: a limit rises only by power
that nobody holds there and at the site.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from fsm.energy.nested import SITE, Demand, nested_in_turn
from fsm.energy.sharing import share_in_turn
from fsm.energy.supply import least_power_w
from fsm.network.flexibility import note_limit
from fsm.network.records import Asset, Grant
from fsm.network.tables import Draft, Tables
from fsm.network.targets import targets_w


class Rails(NamedTuple):
    """What may be drawn where, in W: at the site, and behind each cabinet."""

    site_w: int
    cabinets_w: Mapping[str, int] = {}
    grants: Mapping[str, Grant] = {}
    """How the charge points are supplied; one that is missing stands at the site's own rail."""

    def cabinet(self, cp_id: str) -> str:
        """Behind which cabinet a charge point stands; empty for none."""
        grant = self.grants.get(cp_id)
        return "" if grant is None else grant.cabinet

    def around(self, cp_id: str) -> tuple[str, ...]:
        """The rails that carry what a charge point draws; empty is the site's."""
        cabinet = self.cabinet(cp_id)
        return (SITE, cabinet) if cabinet else (SITE,)

    def free_w(self, assets: Sequence[Asset]) -> dict[str, int]:
        """What nobody holds, by rail; below 0 where more is held than may be drawn."""
        left = {SITE: self.site_w, **self.cabinets_w}
        for asset in assets:
            for rail in self.around(asset.cp_id):
                left[rail] -= asset.held_w
        return left

    def without(self, taken_w: Mapping[str, int]) -> "Rails":
        """What is left behind some charge points, in W; not below 0."""
        left = {SITE: self.site_w, **self.cabinets_w}
        for cp_id, power_w in taken_w.items():
            for rail in self.around(cp_id):
                left[rail] = max(0, left[rail] - power_w)
        return self._replace(site_w=left.pop(SITE), cabinets_w=left)


NO_TARGETS: Final[Mapping[str, int]] = MappingProxyType({})

NO_GRANT: Final = Grant("")


def rails_of(tables: Tables) -> Rails:
    """The rails of a network's state."""
    cabinets_w = {cabinet.id: cabinet.capacity_w for cabinet in tables.cabinets.values()}
    return Rails(tables.capacity_w, cabinets_w, tables.grants)


def redistribute(
    rails: Rails, served: Sequence[Asset], targets: Mapping[str, int] = NO_TARGETS
) -> dict[str, Asset]:
    """Move the limits towards max-min fair shares; returns the assets that change, by id.

    ``served`` are the charge points with an open transaction, in the order of their starts.
    ``targets`` are what the plan wants for some of them, in W; the others share what it leaves.
    """
    demands = [_demand(rails, asset) for asset in served]
    least = {demand.name: min(demand.least_w, demand.most_w) for demand in demands}
    shares = _shares(rails, demands, targets)
    changed: dict[str, Asset] = {}
    for asset in served:
        if shares[asset.cp_id] < asset.limit_w:
            changed[asset.cp_id] = _limited(asset, shares[asset.cp_id])
    free_w = rails.free_w(served)
    for before in served:
        asset = changed.get(before.cp_id, before)
        wanted_w = shares[asset.cp_id]
        if wanted_w <= asset.limit_w or asset.held_w != asset.limit_w:
            continue
        around = rails.around(asset.cp_id)
        reachable_w = min(wanted_w, asset.limit_w + min(free_w[rail] for rail in around))
        if reachable_w > asset.limit_w and reachable_w >= min(wanted_w, least[asset.cp_id]):
            for rail in around:
                free_w[rail] -= reachable_w - asset.limit_w
            changed[asset.cp_id] = _limited(asset, reachable_w)._replace(held_w=reachable_w)
    return changed


def wanted_w(
    rails: Rails, served: Sequence[Asset], targets: Mapping[str, int] = NO_TARGETS
) -> dict[str, int]:
    """What the limits of charge points tend to, in W, as in :func:`redistribute`."""
    return _shares(rails, [_demand(rails, asset) for asset in served], targets)


def _shares(rails: Rails, demands: Sequence[Demand], targets: Mapping[str, int]) -> dict[str, int]:
    """What everybody is to have: who is planned what the plan wants, the others fair shares."""
    planned = {it.name: min(targets[it.name], it.most_w) for it in demands if it.name in targets}
    rest = rails.without(planned)
    others = [it for it in demands if it.name not in planned]
    if rails.cabinets_w:
        return {**nested_in_turn(rest.site_w, rest.cabinets_w, others), **planned}
    return {**share_in_turn(rest.site_w, [it[:3] for it in others]), **planned}


def _demand(rails: Rails, asset: Asset) -> Demand:
    """What a charge point can use: without a grant not more than its fallback share."""
    least_w = least_power_w(asset.rated_w, asset.current)
    grant = rails.grants.get(asset.cp_id, NO_GRANT)
    most_w = asset.rated_w
    if grant.is_ended:
        most_w = min(most_w, grant.fallback_w)
    return Demand(asset.cp_id, most_w, least_w, grant.cabinet)


def share(draft: Draft) -> None:
    """Move the limits towards the fair shares, as far as power is free."""
    rails = rails_of(draft.tables)
    if rails.grants:
        now = {cp_id: draft.get(Grant, cp_id) for cp_id in rails.grants}
        rails = rails._replace(grants=now)
    for asset in redistribute(rails, draft.served(), targets_w(draft)).values():
        draft.put(asset)
        note_limit(draft, asset)


def confirm(asset: Asset, version: int) -> Asset | None:
    """Take a confirmation: the asset with power set free, None when it sets none free.

    One of an older version says nothing.
    """
    if version != asset.limit_version or asset.held_w == asset.limit_w:
        return None
    return asset._replace(held_w=asset.limit_w)


def curb(asset: Asset, fallback_w: int) -> Asset:
    """Its grant has certainly ended: it draws and holds its fallback share at the most."""
    if asset.held_w <= fallback_w:
        return asset
    if asset.limit_w > fallback_w:
        asset = _limited(asset, fallback_w)
    return asset._replace(held_w=fallback_w)


def release(asset: Asset) -> Asset:
    """Its transaction is over: it draws nothing and holds nothing."""
    if asset.limit_w or asset.held_w:
        return _limited(asset, 0)._replace(held_w=0)
    return asset


def _limited(asset: Asset, limit_w: int) -> Asset:
    return asset._replace(limit_w=limit_w, limit_version=asset.limit_version + 1)
