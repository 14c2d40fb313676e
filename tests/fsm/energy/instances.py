"""Random allocation problems for the tests, each a function of its seed."""

from random import Random

from fsm.energy.problem import Cabinet, Problem, Request


def instance(seed: int, *, minimum: bool = False, step_s: int = 900) -> Problem:
    """A few EVs in one to three cabinets; about half of all cannot all be met."""
    draw = Random(seed)
    steps = draw.randrange(3, 11)
    cabinets = tuple(
        Cabinet(f"C{n}", tuple(draw.randrange(4_000, 26_001) for _ in range(steps)))
        for n in range(draw.randrange(1, 4))
    )
    requests = []
    for number in range(draw.randrange(2, 8)):
        arrive = draw.randrange(steps)
        depart = draw.randrange(arrive + 1, steps + 1)
        max_w = draw.choice((3_680, 7_360, 11_000, 22_000, 6_543))
        min_w = draw.choice((0, 1_380, 4_140)) if minimum else 0
        most_wh = max_w * step_s * (depart - arrive) // 3_600
        energy_wh = draw.randrange(0, max(2, most_wh * 11 // 10))
        cabinet = draw.choice(cabinets).name
        requests.append(
            Request(f"ev{number}", cabinet, arrive, depart, energy_wh * 3_600, max_w,
                    min(min_w, max_w))
        )  # fmt: skip
    return Problem(
        step_s,
        steps,
        cabinets,
        tuple(requests),
        tuple(draw.randrange(8_000, 45_001) for _ in range(steps)),
        tuple(draw.randrange(0, 12_001) for _ in range(steps)),
        tuple(draw.randrange(0, 8_001) for _ in range(steps)),
        tuple(draw.randrange(-50_000, 400_000) for _ in range(steps)),
    )
