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
        self._loads: list[tuple[Random, int]] = [
            (stream(world.seed, f"load/{load.id}"), 0) for load in scenario.loads
        ]
        self._sky = stream(world.seed, "sky")
        self._light_ppm = 0
        self.exist = bool(scenario.loads) or scenario.pv.firm_w > 0 or scenario.pv.surplus_w > 0

    def change(self) -> None:
        """A second has passed: everything draws and delivers something else."""
        world, now_us = self.world, self.world.now_us
        site = world.grid.site
        for index, load in enumerate(world.scenario.loads):
            random, before_w = self._loads[index]
            share_ppm = random.randint(LEAST_PPM, 1_000_000)
            on = _is_on(load.from_us, load.until_us, now_us)
            power_w = load.power_w * share_ppm // 1_000_000 if on else 0
            world.grid.rail(load.cabinet).load(power_w - before_w)
            self._loads[index] = (random, power_w)
        pv = world.scenario.pv
        if self._sky.randrange(CLOUDS) == 0:
            self._light_ppm = self._sky.randint(0, 1_000_000)
        shines = _is_on(pv.from_us, pv.until_us, now_us)
        site.shine(pv.firm_w + (pv.surplus_w * self._light_ppm // 1_000_000 if shines else 0))

    def loads_w(self) -> dict[str, int]:
        """What each load draws now."""
        loads = self.world.scenario.loads
        return {load.id: power_w for load, (_, power_w) in zip(loads, self._loads, strict=True)}


def _is_on(from_us: int, until_us: int | None, now_us: int) -> bool:
    return from_us <= now_us and (until_us is None or now_us < until_us)
