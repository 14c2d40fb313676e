"""Named streams of randomness.

Each link, disk, timer and fault draws from a stream of its own, derived from the run's seed and the
stream's name. Cutting one link therefore leaves every other draw as it was: two runs that differ in
one fault differ only in what that fault caused.
"""

from functools import lru_cache
from hashlib import blake2b
from math import exp
from random import Random
from statistics import NormalDist


def stream(seed: int, name: str) -> Random:
    """The stream of that name in the run of that seed."""
    key = blake2b(f"{seed}/{name}".encode(), digest_size=16).digest()
    return Random(int.from_bytes(key, "little"))


def named(name: str) -> Random:
    """The stream of that name in no run: for what is drawn before there is one."""
    return Random(name)


QUANTILES = 4096


@lru_cache(maxsize=64)
def log_normal_us(median_us: int, sigma: float) -> tuple[int, ...]:
    """4,096 equally likely latencies in µs, log-normal: a draw is a look-up with 12 random bits."""
    normal = NormalDist()
    return tuple(
        round(median_us * exp(sigma * normal.inv_cdf((i + 0.5) / QUANTILES)))
        for i in range(QUANTILES)
    )
