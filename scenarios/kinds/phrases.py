"""Values and names as error messages say them."""

import datetime as dt
import unicodedata
from collections.abc import Sequence

MAX_SHOWN = 60
"""Longest value that an error message repeats."""


def shown(value: object) -> str:
    """A value for an error message: on one line, short, without control characters."""
    match value:
        case bool():
            text = "true" if value else "false"
        case str():
            text = f'"{printable(value)}"'
        case int() | float():
            # A thousand digits are slow to print and tell nobody anything.
            text = (
                "a huge number" if isinstance(value, int) and abs(value) >= 10**40 else str(value)
            )
        case list():
            text = "an empty array" if not value else f"the array [{', '.join(map(shown, value))}]"
        case dict():
            text = "a table"
        case dt.datetime() | dt.date() | dt.time():
            text = f"the date or time {value}"
        case _:
            text = str(value)
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"


def printable(text: str) -> str:
    """``text`` with every character that could steer a terminal written as an escape."""
    return "".join(
        char if unicodedata.category(char)[0] != "C" else char.encode("unicode_escape").decode()
        for char in text
    )


def one_of(names: Sequence[str], limit: int = 24) -> str:
    """A list of names for a sentence; a very long one is cut in the middle."""
    if len(names) > limit:
        return f"one of {', '.join(names[:3])}, … {names[-1]} ({len(names)} in all)"
    return ", ".join(names) if names else "nothing"


def did_you_mean(found: object, known: Sequence[str], likeness: float = 0.6) -> str:
    """``; did you mean "…"?`` for a near miss, else nothing; capitals do not count."""
    if not isinstance(found, str):
        return ""
    from difflib import get_close_matches  # only needed when something is wrong

    lower = {name.lower(): name for name in known}
    matches = get_close_matches(found.lower(), list(lower), n=1, cutoff=likeness)
    return f'; did you mean "{lower[matches[0]]}"?' if matches else ""
