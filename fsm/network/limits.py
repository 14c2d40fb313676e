"""Limits that move without ever adding up to more than the site may draw.

A charge point that is cut off cannot hear that its share was given away. So the state keeps two
numbers for each: ``limit_w``, what it should draw, and ``held_w``, what it may still draw because
it may not have heard of a lower limit yet. Three rules keep the sum of ``held_w`` within the
capacity, at every slot:

* a limit falls at once, but its charge point holds the old one until it has confirmed the new
  version (``DataTransfer``, ``LimitApplied``) or has stopped its transaction, which opens the
  contactor first;
* a limit rises only by power that nobody holds;
* a limit does not rise while an earlier fall is not confirmed: until then its charge point may
  follow any limit since that fall, and those only go down.

A charge point draws at most what it holds, so the power drawn is within the capacity whatever is
delayed, lost, cut off or crashed.
"""

from collections.abc import Mapping, Sequence

from fsm.energy.sharing import share_in_turn
from fsm.energy.supply import least_power_w
from fsm.network.flexibility import note_limit
from fsm.network.records import Asset
from fsm.network.tables import Draft
from fsm.network.targets import targets_w


def redistribute(
    capacity_w: int, served: Sequence[Asset], targets: Mapping[str, int]
) -> dict[str, Asset]:
    """Move the limits towards max-min fair shares; returns the assets that change, by id.

    ``served`` are the charge points with an open transaction, in the order of their starts.
    """
    least = {a.cp_id: least_power_w(a.rated_w, a.current) for a in served}
    rest_w = capacity_w - sum(targets.values())
    shares = {
        **share_in_turn(
            rest_w,
            [(a.cp_id, a.rated_w, least[a.cp_id]) for a in served if a.cp_id not in targets],
        ),
        **targets,
    }
    changed: dict[str, Asset] = {}
    for asset in served:
        if shares[asset.cp_id] < asset.limit_w:
            changed[asset.cp_id] = _limited(asset, shares[asset.cp_id])
    free_w = capacity_w - sum(asset.held_w for asset in served)
    for before in served:
        asset = changed.get(before.cp_id, before)
        wanted_w = shares[asset.cp_id]
        if wanted_w <= asset.limit_w or asset.held_w != asset.limit_w:
            continue
        reachable_w = min(wanted_w, asset.limit_w + free_w)
        if reachable_w > asset.limit_w and reachable_w >= min(wanted_w, least[asset.cp_id]):
            free_w -= reachable_w - asset.limit_w
            changed[asset.cp_id] = _limited(asset, reachable_w)._replace(held_w=reachable_w)
    return changed


def share(draft: Draft) -> None:
    """Move the limits towards the fair shares, as far as power is free."""
    for asset in redistribute(draft.tables.capacity_w, draft.served(), targets_w(draft)).values():
        draft.put(asset)
        note_limit(draft, asset)


def confirm(asset: Asset, version: int) -> Asset | None:
    """Take a confirmation: the asset with power set free, None when it sets none free.

    One of an older version says nothing.
    """
    if version != asset.limit_version or asset.held_w == asset.limit_w:
        return None
    return asset._replace(held_w=asset.limit_w)


def release(asset: Asset) -> Asset:
    """Its transaction is over: it draws nothing and holds nothing."""
    if asset.limit_w or asset.held_w:
        return _limited(asset, 0)._replace(held_w=0)
    return asset


def _limited(asset: Asset, limit_w: int) -> Asset:
    return asset._replace(limit_w=limit_w, limit_version=asset.limit_version + 1)
