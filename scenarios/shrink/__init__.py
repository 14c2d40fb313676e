"""Shrinking a run: from a scenario that fails to the smallest one that fails in the same way.

:mod:`paxos.check.shrink` tries candidates; here is what may be left out of a scenario
(:mod:`~scenarios.shrink.parts`, :mod:`~scenarios.shrink.moments`), what of it may be simpler
(:mod:`~scenarios.shrink.times`, :mod:`~scenarios.shrink.simpler`, :mod:`~scenarios.shrink.order`),
and how a run fails (:mod:`~scenarios.shrink.failing`). :mod:`~scenarios.shrink.shrinking` puts them
together.
"""
