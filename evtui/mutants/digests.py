"""The digests of some runs, one a line: ``python -m evtui.mutants.digests PLANTED OF FIRST COUNT``.

Run twice with different ``PYTHONHASHSEED``: what hangs on the order of a set differs.
"""

import sys

from paxos.check.mutants import find, planted


def main(name: str, weather_of: str, first: int, count: int) -> None:
    """Print the digests of runs in the weather of one mistake, with another or none planted."""
    mutant = find(weather_of)
    with planted(find(name) if name else None):
        for seed in range(first, first + count):
            lab = mutant.play(seed, mutant.weather(seed))
            sys.stdout.write(f"{lab.cluster.trace.digest()}\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
