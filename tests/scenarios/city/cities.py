"""Small cities for tests."""

from scenarios.city.session import CitySession
from scenarios.loader import loads

S = 1_000_000

TWO = """
duration = "10m"
tick = "5s"
[directory]
every = "2s"
stale = "20s"
[[site]]
id = "North"
cps = 3
capacity = "33kW"
[[site]]
id = "South"
at = ["0m", "-800m"]
cps = 3
capacity = "33kW"
"""


def drivers(count: int, **more: str) -> str:
    """So many EVs near North that drive, with more keys."""
    extra = "".join(f"{key} = {value}\n" for key, value in more.items())
    return "".join(
        f'[[ev]]\nid = "EV{n}"\nat = ["{n}m", "0m"]\ndrives = true\n{extra}'
        for n in range(1, count + 1)
    )


def session(text: str, seed: int = 1) -> CitySession:
    """A run of a city."""
    return CitySession(loads(text, "town.toml"), seed)


def run_to(run: CitySession, seconds: int) -> CitySession:
    """Let time pass."""
    while not run.run(seconds * S, 100_000):
        pass
    return run


def ask(run: CitySession, ev: str, until_s: int = 500, **more: object) -> str:
    """Let a driver ask for a connector from ten seconds on."""
    begin = run.time_us + 10 * S
    return run.act("reserve", ev=ev, from_us=begin, until_us=until_s * S, energy_wh=300, **more)
