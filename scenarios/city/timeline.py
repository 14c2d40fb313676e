"""The timeline of a city's session: what one more thing can be looked at, it passes on."""

from scenarios.city.session import CitySession
from scenarios.city.view import CityView
from scenarios.timeline import Timeline


class CityTimeline(Timeline):
    """A timeline of which one site at a time is looked at."""

    session: CitySession

    def show(self, site: str) -> None:
        """Look at another site; raises InputError when there is none of that name."""
        self.session.show(site)

    def city_view(self, event_rows: int = 40) -> CityView:
        """A frozen picture of the whole city."""
        return self.session.city_view(event_rows)
