"""One frozen picture of a city: all that the interface may see of it, beside the view of a site."""

from attrs import frozen

from scenarios.view import EventRow


@frozen
class NewsView:
    """What one site knows of another."""

    site: str
    age_us: int
    stale: bool
    free: int


@frozen
class SiteView:
    """One row of the overview. Power in W, energy in Wh, money in cents."""

    id: str
    kind: str
    leader: str | None
    cps_up: int
    """Charge points whose process runs."""
    cps: int
    free: int
    """Connectors that nobody uses and nobody has reserved, as its log knows it."""
    power_w: int
    peak_w: int
    """The most that was drawn at once so far."""
    capacity_w: int
    charging: int
    """Transactions that are open."""
    sessions: int
    """Transactions that are closed."""
    energy_wh: int
    """Of all transactions, by the readings in the log."""
    earned_cents: int
    asked: int
    """Drivers who asked here first."""
    served: int
    """Drivers who got energy here."""
    redirected_in: int
    """Drivers who asked elsewhere first, and were promised a connector here."""
    redirected_out: int
    """Drivers who asked here first, and were promised one elsewhere."""
    refused: int
    """Drivers who asked here first, and gave up."""
    cut_off: bool
    """No link to any other site works."""
    news: tuple[NewsView, ...]
    """What whoever leads here knows of the others; empty where nobody leads."""
    violated: bool


@frozen
class Tally:
    """Drivers of a city, or of those who asked one site first. Nobody is in two of these."""

    asked: int
    served: int
    """Got energy."""
    on_the_way: int
    """Were promised a connector, and have not got any energy yet."""
    asking: int
    gave_up: int
    """Were promised none by any site that they asked."""
    unserved: int
    """Were promised one, and left without energy."""
    redirected: int
    """Of all: those who were promised one elsewhere than where they asked first."""


@frozen
class CityView:
    """A whole city at one instant."""

    scenario: str
    title: str
    seed: int
    time_us: int
    duration_us: int
    finished: bool
    events: int
    news_sent: int
    """Messages between sites."""
    news_lost: int
    shown: str
    """The site that the other view is of."""
    sites: tuple[SiteView, ...]
    tally: Tally
    checks: int
    violation: str
    event_rows: tuple[EventRow, ...]
    expectations_held: int
    expectations_failed: int
    expectations_total: int
    mutant: str = ""
    """The mistake that is planted in the protocol at every site; empty where it is as it should."""
