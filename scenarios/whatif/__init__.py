"""What if: the same instant with many futures, with the last fault and without it.

:mod:`~scenarios.whatif.arms` makes two scenarios of a run that somebody has steered: one is the run
as it is, the other one is without its last fault. In both ``[campaign] from`` says where seeds
part. They are campaigned over like any other scenario, so ``evtui campaign`` gives the same
numbers.
"""
