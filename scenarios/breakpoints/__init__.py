"""Breakpoints: a run stops before the next event when something has happened.

:mod:`~scenarios.breakpoints.words` says what people may ask for,
:mod:`~scenarios.breakpoints.watch` looks after each event whether it is so. Nothing here changes
what happens: a run that was stopped and goes on is the same run. A session with a past has a list
of them (:mod:`~scenarios.breakpoints.listed`, :mod:`~scenarios.breakpoints.kept`), and
:mod:`~scenarios.breakpoints.sentry` holds it against the run wherever somebody has travelled to.
"""
