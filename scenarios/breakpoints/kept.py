"""Breakpoints in the log of a kept session: a line for each, with its words, and whether it is on.

::

    breakpoint on "leader changes after 3m"
    breakpoint off "slot 40 chosen"
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Final

from scenarios.breakpoints.listed import Breakpoints, Listed
from scenarios.breakpoints.words import Names, read
from scenarios.errors import InputError

LINE: Final = re.compile(r'breakpoint (?P<on>on|off) (?P<text>".*")')
ALLOWED: Final = 'a breakpoint, on or off, with its words in quotes, such as "leader changes"'


def lines(breakpoints: Iterable[Listed]) -> Iterator[str]:
    """A line for each; where each stopped last is not kept."""
    for each in breakpoints:
        state = "on" if each.on else "off"
        yield f"breakpoint {state} {json.dumps(each.it.text, ensure_ascii=False)}"


def add_line(found: re.Match[str], names: Names, to: Breakpoints) -> None:
    """Put what a line says at the end of a list.

    Raises:
        InputError: its words say nothing, or it is there already.
        ValueError: they do not stand in quotes as JSON has them.
    """
    text = json.loads(found["text"])
    if type(text) is not str:
        raise ValueError(found["text"])
    try:
        to.add(read(text, names), on=found["on"] == "on")
    except InputError as error:
        raise InputError(f"breakpoint: {error}") from None
