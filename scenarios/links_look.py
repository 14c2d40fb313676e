"""Looking at links: a block of the matrix, and how many of all links have which fault.

A link that nobody has used yet is not made for being looked at: the weather stands for it.
"""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from paxos.sim.bus import Bus
from paxos.sim.links import Link
from scenarios.tables_view import LinkCell, LinksView, LinkWindow
from scenarios.world import World


class _Rates(NamedTuple):
    """Rates in ppm, and the delay in µs, of a link or of the weather."""

    loss_ppm: int
    duplicate_ppm: int
    reorder_ppm: int
    corrupt_ppm: int
    extra_us: int

    @property
    def is_lossy(self) -> bool:
        """Whether not every frame comes through once, whole and in its turn."""
        return any(self[:4])

    def words(self) -> tuple[str, ...]:
        """What is wrong, the worst first."""
        if not any(self):
            return ()
        words = {
            "loss": self.loss_ppm,
            "late": self.extra_us,
            "damage": self.corrupt_ppm,
            "doubles": self.duplicate_ppm,
            "reorder": self.reorder_ppm,
        }
        return tuple(word for word, value in words.items() if value)


def links(world: World, window: LinkWindow) -> LinksView:
    """The block that is asked for, as far as there are charge points."""
    numbers = list(world.ids)
    rows = numbers[window.first_row : window.first_row + window.rows]
    columns = numbers[window.first_column : window.first_column + window.columns]
    bus = world.cluster.bus
    weather = _weather(bus)
    counts = _counts(bus, numbers, weather)
    return LinksView(
        first_row=window.first_row,
        first_column=window.first_column,
        cells=tuple(tuple(_cell(bus, a, b, weather) for b in columns) for a in rows),
        total=len(numbers) * (len(numbers) - 1),
        cut=counts["cut"],
        lossy=counts["lossy"],
        late=counts["late"],
        held=counts["held"],
    )


def _weather(bus: Bus) -> _Rates:
    faults: Mapping[str, int] = bus.weather.faults
    loss_ppm, duplicate_ppm, reorder_ppm, corrupt_ppm = bus.weather.usual
    usual = _Rates(loss_ppm, duplicate_ppm, reorder_ppm, corrupt_ppm, 0)
    return usual._replace(**faults)


def _rates(link: Link) -> _Rates:
    return _Rates(*link.rates, link.extra_us)


def _cell(bus: Bus, a: int, b: int, weather: _Rates) -> LinkCell | None:
    if a == b:
        return None
    link = bus.links.get((a, b))
    rates = weather if link is None else _rates(link)
    faults = (*(("held",) if bus.is_held(a, b) else ()), *rates.words())
    if bus.is_cut(a, b):
        faults = ("cut" if bus.is_cut(b, a) else "one way", *faults)
    return LinkCell(
        faults=faults,
        took_us=link.took_us if link else 0,
        usual_us=bus.median_us,
        extra_us=rates.extra_us,
        loss_ppm=rates.loss_ppm,
        duplicate_ppm=rates.duplicate_ppm,
        reorder_ppm=rates.reorder_ppm,
        corrupt_ppm=rates.corrupt_ppm,
        sent=link.sent if link else 0,
        lost=link.lost if link else 0,
    )


def _counts(bus: Bus, numbers: list[int], weather: _Rates) -> Counter[str]:
    """Of all links: made ones by looking at each, the others by the weather alone."""
    found: Counter[str] = Counter()
    sides = Counter((bus.weather.sides or {}).get(number, 0) for number in numbers)
    unmade = len(numbers) * (len(numbers) - 1)
    unmade_cut = len(numbers) ** 2 - sum(size * size for size in sides.values())
    if bus.weather.one_way:
        unmade_cut = sides[1] * (len(numbers) - sides[1])
    is_parted = bus.weather.sides is not None
    for a, b, link in bus.made():
        unmade -= 1
        if is_parted:
            unmade_cut -= bus.weather.is_cut(a, b)
        if link.cut:
            found["cut"] += 1
        if any(link.rates):
            found["lossy"] += 1
        if link.extra_us:
            found["late"] += 1
        if link.held:
            found["held"] += 1
    found["cut"] += unmade_cut
    found["lossy"] += unmade * weather.is_lossy
    found["late"] += unmade * (weather.extra_us > 0)
    found["held"] += unmade * bus.weather.held
    return found
