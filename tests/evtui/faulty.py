"""A network in which everything can be broken, for the tests of faults."""

import pickle
from functools import cache

from scenarios.loader import loads
from scenarios.session import Session
from scenarios.view import View, Window

S = 1_000_000
NOW_US = 60 * S
WINDOW = Window(event_rows=500, faults=True)

FILE = """
name = "breakable"
duration = "10m"
cps = 5
[site]
capacity = "100kW"
[[load]]
id = "oven"
power = "10kW"
[pv]
firm = "2kW"
surplus = "10kW"
[[ev]]
id = "EV1"
payment = "contract"
[[ev]]
id = "EV2"
[[ev]]
id = "EV3"
[[at]]
t = "5s"
do = "plug_in"
ev = "EV1"
cp = "CP1"
[[at]]
t = "6s"
do = "plug_in"
ev = "EV2"
cp = "CP2"
[[at]]
t = "30s"
do = "pause_charging"
ev = "EV2"
"""
CABINETS = FILE.replace(
    "cps = 5\n",
    "".join(f'[[cp]]\nid = "CP{n}"\ncabinet = "{"AB"[n % 2]}"\n' for n in range(1, 6)),
) + "".join(f'[[cabinet]]\nid = "{name}"\ncapacity = "60kW"\n' for name in "AB")


@cache
def _pickled(text: str, time_us: int) -> bytes:
    session = Session(loads(text, "breakable.toml"), 3)
    run_to(session, time_us)
    return pickle.dumps(session)


def breakable(text: str = CABINETS, time_us: int = NOW_US) -> Session:
    """A run of it after a minute: EV1 charges, EV2 has paused, EV3 is nowhere."""
    session: Session = pickle.loads(_pickled(text, time_us))  # noqa: S301 - just made
    return session


def copy_of(session: Session) -> Session:
    """The same run, to try something."""
    again: Session = pickle.loads(pickle.dumps(session))  # noqa: S301 - just made
    return again


def run_to(session: Session, time_us: int) -> None:
    """Let time pass."""
    while not session.run(time_us, 100_000):
        pass


def look(session: Session) -> View:
    """All that is seen of it, faults included."""
    return session.view(WINDOW)
