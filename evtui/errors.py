"""Errors that end the program with clear lines."""


class UsageError(Exception):
    """Something that was asked for on the command line and cannot be done.

    ``problems`` holds one sentence for each thing that is wrong.
    """

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def reason(error: Exception) -> str:
    """Why a file cannot be read or written, in the system's words where it has any."""
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)
