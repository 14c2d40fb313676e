"""The invariants of a site, with those of its city below them."""

from attrs import evolve

from scenarios.city.city import City
from scenarios.city.sentences import SENTENCES
from scenarios.invariants_look import rows_of
from scenarios.tables_view import InvariantsView, ViolationView


def with_city(of_site: InvariantsView, city: City) -> InvariantsView:
    """The same, and D1 and D2; a violation of theirs has no events of a site behind it."""
    if city.promises is None:
        return of_site
    violation, broken = of_site.violation, ""
    if city.violation is not None:
        broken = city.violation.name
        if violation is None and broken in SENTENCES:
            violation = ViolationView(
                name=broken,
                text=str(city.violation),
                time_us=city.now_us,
                event=city.events,
                slot=None,
                ballots=(),
                cps=(),
                events=(),
            )
    checked = city.promises.checked
    rows = (*of_site.rows, *rows_of(SENTENCES, checked, broken, {}))
    return evolve(of_site, rows=rows, of_city=checked.total, violation=violation)
