"""Breakpoints: a run stops before the next event when something has happened.

:mod:`~scenarios.breakpoints.words` says what people may ask for,
:mod:`~scenarios.breakpoints.watch` looks after each event whether it is so. Nothing here changes
what happens: a run that was stopped and goes on is the same run.
"""
