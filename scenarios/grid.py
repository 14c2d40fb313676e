"""The cables of a site: its own connection, the cabinets behind it, and what flows where.

Physics, beside what the network knows of it: power in W at this instant, exact, as everything that
changes it is an event.
"""

from attrs import Factory, define

from scenarios.schema import Scenario


@define
class Rail:
    """A cable that several share: the site's connection, or a cabinet's."""

    id: str = ""
    """The cabinet's; empty for the site's own."""
    capacity_w: int = 0
    """What it can carry now."""
    rated_w: int = 0
    """What it can carry as it was built."""
    site: "Rail | None" = None
    """What a cabinet hangs on; None for the site itself."""
    power_w: int = 0
    """What EVs draw."""
    loads_w: int = 0
    """What other loads draw."""
    pv_w: int = 0
    """What the PV delivers; only at the site's rail."""
    peak_w: int = 0
    """The most that EVs drew at an instant."""
    flow_peak_w: int = 0
    """The most that the cable carried at an instant."""
    loads_peak_w: int = 0
    """The most that other loads drew at an instant."""
    pv_peak_w: int = 0
    """The most that the PV delivered at an instant."""
    changed: bool = False
    """Whether anything changed since it was looked at."""

    @property
    def flow_w(self) -> int:
        """What the cable carries; below 0 it feeds the grid."""
        return self.power_w + self.loads_w - self.pv_w

    def draw(self, more_w: int) -> None:
        """EVs draw so much more, or less."""
        if not more_w:
            return
        self.power_w += more_w
        self.changed = True
        if self.site is not None:
            self.site.draw(more_w)

    def load(self, more_w: int) -> None:
        """Other loads draw so much more, or less."""
        if not more_w:
            return
        self.loads_w += more_w
        self.changed = True
        if self.site is not None:
            self.site.load(more_w)

    def shine(self, pv_w: int) -> None:
        """The PV delivers so much now."""
        if pv_w != self.pv_w:
            self.pv_w = pv_w
            self.changed = True

    def set_capacity(self, capacity_w: int) -> None:
        """It can carry so much from now on."""
        self.capacity_w = capacity_w
        self.changed = True
        if self.site is not None:
            self.site.changed = True

    def note_peak(self) -> None:
        """An event is over: what flows now flows for a while, if only for a µs."""
        self.changed = False
        self.peak_w = max(self.peak_w, self.power_w)
        self.loads_peak_w = max(self.loads_peak_w, self.loads_w)
        self.pv_peak_w = max(self.pv_peak_w, self.pv_w)
        self.flow_peak_w = max(self.flow_peak_w, self.flow_w)


@define
class Grid:
    """All rails of a site."""

    site: Rail
    cabinets: dict[str, Rail] = Factory(dict)

    @property
    def rails(self) -> tuple[Rail, ...]:
        """The site's own first, then the cabinets' in the order of the file."""
        return (self.site, *self.cabinets.values())

    def rail(self, cabinet: str) -> Rail:
        """A cabinet's, or the site's own where there is none."""
        return self.cabinets[cabinet] if cabinet else self.site


def grid_of(scenario: Scenario) -> Grid:
    """The rails of a scenario, with nothing flowing."""
    site = Rail("", scenario.site.capacity_w, scenario.site.capacity_w)
    return Grid(
        site, {c.id: Rail(c.id, c.capacity_w, c.capacity_w, site) for c in scenario.cabinets}
    )
