"""What a scenario file says of a city, in integers: µs, W, Wh, metres, parts per million."""

from typing import Literal

from attrs import frozen

from paxos.sim.streams import stream

SiteKind = Literal["residential", "office", "shopping"]

SITE_KINDS = ("residential", "office", "shopping")

HOURS = 24


@frozen(kw_only=True)
class CitySite:
    """One site: a grid connection, its charge points, a Paxos group of its own."""

    id: str
    kind: SiteKind = "shopping"
    at: tuple[int, int] = (0, 0)
    """Where it stands: metres to the east and to the north."""
    capacity_w: int = 22_000
    grant_us: int = 0
    """How long its charge points obey a limit after a call that was answered; 0 for ever."""
    fallback_w: int = 0
    """What each may draw after that, if an EV can charge with it."""
    cps: tuple[str, ...] = ()
    """The ids of its charge points."""
    energy_ueur: int | None = None
    """Its price of energy; None: as the scenario's tariff says."""


def site_seed(seed: int, site: CitySite) -> int:
    """The seed of a site's own randomness."""
    return stream(seed, f"site/{site.id}").getrandbits(62)


@frozen(kw_only=True)
class Arrivals:
    """The drivers who come to the sites of one kind in a day.

    A span is drawn as the mean of two equally likely values in it, so the middle is likeliest.
    """

    kind: SiteKind = "shopping"
    per_hour_milli: tuple[int, ...] = (0,) * HOURS
    """How many ask at one site in each hour of the day, in thousandths."""
    stay_us: tuple[int, int] = (30 * 60_000_000, 120 * 60_000_000)
    """From when they are there until they leave."""
    energy_wh: tuple[int, int] = (5_000, 20_000)
    battery_wh: tuple[int, int] = (40_000, 80_000)
    lead_us: tuple[int, int] = (120_000_000, 900_000_000)
    """How long before they want to be there they ask."""
    opt_in_ppm: int = 700_000
    """How many of them join smart charging."""
    dc_ppm: int = 0
    """How many of them want DC."""
    within_m: int = 800
    """How far from the site they set out at the most, to the east and to the north."""


@frozen(kw_only=True)
class Directory:
    """What sites tell each other, and over which links."""

    every_us: int = 5_000_000
    """How often the leader of a site tells others."""
    fanout: int = 3
    """How many others it tells each time."""
    stale_us: int = 60_000_000
    """News older than this say nothing any more."""
    latency_us: int = 20_000
    tail: float = 0.5
    loss_ppm: int = 0
    tries: int = 4
    """How many sites a driver asks before he gives up."""
