"""Errors that are a user's to mend; each is one clear sentence."""


class ScenarioError(Exception):
    """A scenario file that cannot be used: ``file:line: field: found, allowed``."""


class InputError(Exception):
    """An action that is not possible now: what was asked, why not, what is possible."""
