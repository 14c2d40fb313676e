"""What draws and delivers power beside the charge points: other loads, and the PV.

Physics, and weather: a load draws up to its power, a little different each second; the PV delivers
its firm level, and what the sun brings beyond it comes and goes with clouds. The network is told
neither; it counts on the bounds alone (:mod:`scenarios.supplied`).
"""

from random import Random
from typing import TYPE_CHECKING

from paxos.sim.streams import stream

if TYPE_CHECKING:
    from scenarios.world import World

LEAST_PPM = 700_000
"""What a load that is on draws at the least, of its power."""

CLOUDS = 8
"""One second in so many the light changes."""


class Surroundings:
    """The other loads and the PV of one world; a draw of each, every second."""

    def __init__(self, world: "World") -> None:
        self.world = world
        scenario = world.scenario
        self._loads = [(random, 0) for random in self._chances()]
        self._sky = stream(world.chance, "sky")
        self._light_ppm = 0
        self.set_loads_w: dict[str, int] = {}
        """What loads draw whatever is usual."""
        self.set_pv_w: int | None = None
        """What the PV delivers whatever the sun brings."""
        self.has_pv = scenario.pv.firm_w > 0 or scenario.pv.surplus_w > 0
        self.exist = bool(scenario.loads) or self.has_pv

    def _chances(self) -> list[Random]:
        """What the loads draw from, in their order."""
        return [stream(self.world.chance, f"load/{load.id}") for load in self.world.scenario.loads]

    def reseed(self) -> None:
        """Draw from the world's new seed, from the next second on."""
        draws = [power_w for _, power_w in self._loads]
        self._loads = list(zip(self._chances(), draws, strict=True))
        self._sky = stream(self.world.chance, "sky")

    def change(self) -> None:
        """A second has passed: everything draws and delivers something else."""
        now_us = self.world.now_us
        for index, load in enumerate(self.world.scenario.loads):
            share_ppm = self._loads[index][0].randint(LEAST_PPM, 1_000_000)
            on = _is_on(load.from_us, load.until_us, now_us)
            power_w = load.power_w * share_ppm // 1_000_000 if on else 0
            self._draw(index, self.set_loads_w.get(load.id, power_w))
        if self._sky.randrange(CLOUDS) == 0:
            self._light_ppm = self._sky.randint(0, 1_000_000)
        self._shine()

    def _draw(self, index: int, power_w: int) -> None:
        random, before_w = self._loads[index]
        cabinet = self.world.scenario.loads[index].cabinet
        self.world.grid.rail(cabinet).load(power_w - before_w)
        self._loads[index] = (random, power_w)

    def _shine(self) -> None:
        pv, set_w = self.world.scenario.pv, self.set_pv_w
        shines = _is_on(pv.from_us, pv.until_us, self.world.now_us)
        sun_w = pv.firm_w + (pv.surplus_w * self._light_ppm // 1_000_000 if shines else 0)
        self.world.grid.site.shine(sun_w if set_w is None else set_w)

    def set_load(self, name: str, power_w: int | None) -> None:
        """Let a load draw so much from now on; None: what is usual, from the next second on."""
        if power_w is None:
            self.set_loads_w.pop(name, None)
            return
        self.set_loads_w[name] = power_w
        index = next(n for n, load in enumerate(self.world.scenario.loads) if load.id == name)
        self._draw(index, power_w)

    def set_pv(self, power_w: int | None) -> None:
        """Let the PV deliver so much from now on; None: what the sun brings."""
        self.set_pv_w = power_w
        self._shine()

    def loads_w(self) -> dict[str, int]:
        """What each load draws now."""
        loads = self.world.scenario.loads
        return {load.id: power_w for load, (_, power_w) in zip(loads, self._loads, strict=True)}


def _is_on(from_us: int, until_us: int | None, now_us: int) -> bool:
    return from_us <= now_us and (until_us is None or now_us < until_us)
