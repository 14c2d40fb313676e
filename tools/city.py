"""Cities under random faults, seed after seed; and a day of one without: what it costs.

``python -m tools.city faults NAME FIRST LAST [GAP_S]`` and ``python -m tools.city day [SEED]``
print what docs/evidence.md shows. ``GAP_S`` is the mean time between two faults of a site where
elections take seconds; groups with slower time-outs have as much rarer ones.
"""

import sys
import time

from scenarios.city.campaign import GAP_US, run_seed
from scenarios.city.session import CitySession
from scenarios.loader import load
from tools.week import rss_mib

SECOND_US = 1_000_000
HOUR_US = 3_600 * SECOND_US


def faults(name: str, first: int, last: int, gap_us: int) -> int:
    """A row for each seed, from the first to the last; 1 if any has a problem."""
    scenario = load(name)
    print(
        "| seed | problems | faults | drivers | redirected | gave up | sessions | events | CPU, s |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    failed = 0
    for seed in range(first, last + 1):
        began = time.process_time()
        found = run_seed(scenario, seed, gap_us)
        counts = (
            found.faults,
            *(found.coverage[key] for key in ("drivers", "redirected", "gave_up")),
        )
        cells = " | ".join(f"{count:,}" for count in (*counts, found.sessions, found.events))
        cpu_s = time.process_time() - began
        print(f"| {seed} | {len(found.problems)} | {cells} | {cpu_s:.0f} |", flush=True)
        for problem in found.problems:
            print(f"  {problem}", flush=True)
            failed = 1
    return failed


def day(seed: int) -> int:
    """A row for every few hours of the city's day; 1 if an invariant or an expectation failed."""
    session = CitySession(load("city"), seed)
    print("| hour | drivers | served | redirected | gave up | events | CPU, s | memory, MiB |")
    print("|---|---|---|---|---|---|---|---|")
    began = time.process_time()
    for hour in range(3, 25, 3):
        while not session.run(hour * HOUR_US, 1_000_000):
            pass
        view = session.city_view(1)
        tally = view.tally
        counts = (tally.asked, tally.served, tally.redirected, tally.gave_up, view.events)
        cells = " | ".join(f"{count:,}" for count in counts)
        cpu_s = time.process_time() - began
        print(f"| {hour} | {cells} | {cpu_s:.0f} | {rss_mib():.0f} |", flush=True)
    for outcome in session.outcomes:
        print(f"{'held' if outcome.held else 'FAILED'}: {outcome.text}: {outcome.found}")
    print(session.city.violation or "all invariants held")
    return int(session.city.violation is not None or not all(o.held for o in session.outcomes))


def main() -> int:
    """What the command line asks for."""
    what, *words = sys.argv[1:]
    if what == "day":
        return day(int(words[0]) if words else 1)
    name, first, last, *gap = words
    return faults(name, int(first), int(last), int(gap[0]) * SECOND_US if gap else GAP_US)


if __name__ == "__main__":
    sys.exit(main())
