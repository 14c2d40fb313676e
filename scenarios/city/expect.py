"""Expectations of a city: of one of its sites, of each of them, or of its drivers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from scenarios.city.view import CityView
from scenarios.expect import Outcome, sentence
from scenarios.expectation import Expect

if TYPE_CHECKING:
    from scenarios.city.city import City


def sites_of(expect: Expect, city: "City") -> list[int]:
    """The sites that an expectation is about: by name, by charge point, by EV, else all."""
    if expect.count is not None:
        return [1]  # it is counted over all of them
    if expect.site is not None:
        return [city.numbers[expect.site]]
    if expect.cp is not None:
        return [city.site_of_cp[expect.cp]]
    if expect.leader is not None and expect.leader in city.site_of_cp:
        return [city.site_of_cp[expect.leader]]
    if expect.ev is not None:
        world = city.where(expect.ev)
        traveller = city.travellers.of(expect.ev)
        if world is not None:
            return [number for number, each in city.worlds.items() if each is world]
        if traveller is not None and traveller.tries:
            return [traveller.tries[-1].site]
        return [1]
    return list(city.sites)


def together(expect: Expect, outcomes: Sequence[tuple[int, Outcome]], city: "City") -> Outcome:
    """One outcome of those of several sites: each must be as expected."""
    if len(outcomes) == 1:
        return outcomes[0][1]
    failed = [f"{city.sites[n].id}: {each.found}" for n, each in outcomes if not each.held]
    found = "; ".join(failed) or f"so at each of {len(outcomes)} sites"
    return Outcome(expect, sentence(expect), not failed, found)


def evaluate(expect: Expect, view: CityView) -> Outcome:
    """An expectation of drivers, in a view taken at its time."""
    found = counted(expect, view)
    low, high = expect.at_least, expect.at_most
    held = (low is None or found >= low) and (high is None or found <= high)
    return Outcome(expect, sentence(expect), held, f"{found:,}")


def counted(expect: Expect, view: CityView) -> int:
    """How many drivers an expectation is about: who asked its site first, or all."""
    what = str(expect.drivers)
    if expect.site is None:
        of_all = {
            "redirected_in": view.tally.redirected,
            "redirected_out": view.tally.redirected,
        }
        return of_all[what] if what in of_all else int(getattr(view.tally, what))
    site = next(each for each in view.sites if each.id == expect.site)
    names = {"redirected": "redirected_out", "gave_up": "refused"}
    return int(getattr(site, names.get(what, what)))
