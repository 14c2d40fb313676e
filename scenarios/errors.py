"""Errors that are a user's to mend; each is one clear sentence."""


class ScenarioError(Exception):
    """A scenario file that cannot be used.

    ``problems`` holds one ``file:line: field: found X; allowed Y`` each, in the order of lines.
    """

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class InputError(Exception):
    """An action that is not possible now: what was asked, why not, what is possible."""
